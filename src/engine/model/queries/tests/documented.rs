//! The pipeline as MongoDB documents it, and what is told of a step in which several languages take part.

use super::*;

/// The answer of a pipeline, or why there is none.
fn answer(engine: &mut Queries, stages: &str) -> String {
    let script = format!("pipeline {}; ask pipeline", crate::language::quoted(stages));
    for statement in statements(&script).unwrap() {
        match Queries::parse(&mut Words::new(&statement)) {
            Err(bad) => return bad.to_string(),
            Ok(command) => {
                if let Outcome::Refused(why) = engine.execute(&command, &mut ()) {
                    return why;
                }
            }
        }
    }
    rows(engine, Pipeline)
}

#[test]
fn a_stage_does_what_its_documentation_says() {
    let mut engine = open(&[("languages", "sql-pipeline")]);
    let boats = "{$group: {_id: '$day', boats: {$push: '$boat'}}}";
    for (stages, expected) in [
        // A list fits if one of its values does, and is unlike a value only if none is equal.
        (format!("[{boats}, {{$match: {{boats: 'Cat'}}}}, {{$project: {{day: '$_id', _id: 0}}}}]"), "mon, tue, wed"),
        (format!("[{boats}, {{$match: {{boats: {{$ne: 'Cat'}}}}}}, {{$project: {{_id: 1}}}}]"), "thu"),
        (
            format!(
                "[{boats}, {{$match: {{boats: {{$in: ['Zoe', 'Cat']}}}}}}, {{$limit: 1}}, {{$project: {{_id: 1}}}}]"
            ),
            "mon",
        ),
        // Upwards by its least value, downwards by its greatest.
        (format!("[{boats}, {{$sort: {{boats: -1, _id: 1}}}}, {{$project: {{_id: 1}}}}]"), "mon, tue, wed, thu"),
        // What is no number adds nothing, and what is not there is not kept.
        ("[{$group: {_id: null, it: {$sum: '$fish'}}}]".to_owned(), "null 0"),
        ("[{$group: {_id: '$day'}}, {$limit: 1}, {$project: {it: '$nothing', _id: 1}}]".to_owned(), "mon"),
        ("[{$group: {_id: '$day'}}, {$limit: 1}, {$project: {it: {$add: [1, '$nothing']}}}]".to_owned(), "mon null"),
        // Whatever number it is, it keeps the field.
        ("[{$limit: 1}, {$project: {day: 5}}]".to_owned(), "mon"),
    ] {
        assert_eq!(answer(&mut engine, &stages), expected, "{stages}");
    }
    for (stages, problem) in [
        ("[{$project: {day: 1, boat: 0}}]", "`boat` is left out where others are kept"),
        ("[{$project: {}}]", "this $project has no field"),
        ("[{$match: {day: {}}}]", "`day` is compared with nothing"),
        ("[{$match: {$or: []}}]", "`$or` puts nothing together"),
        ("[{$sort: {}}]", "this $sort has no field"),
        ("[{$project: {it: {$subtract: ['$kilos', 1, 2]}}}]", "`$subtract` takes one value from another"),
        ("[{$unwind: 'day'}]", "this is no field; accepted: a field, as in '$boats'"),
    ] {
        let why = answer(&mut engine, stages);
        assert!(why.contains(problem), "{stages}: {why}");
    }
}

/// A `$lookup` with an `$unwind` is the join of SQL; an index on the foreign field spares it the scans.
#[test]
fn a_lookup_finds_what_a_join_finds() {
    let mut engine = open(&[("languages", "sql-pipeline")]);
    let script = "sql SELECT a.boat, a.fish, b.boat FROM catches AS a JOIN catches AS b ON b.day = a.day WHERE a.kilos > 10
         pipeline [{$match: {kilos: {$gt: 10}}}, {$lookup: {from: 'catches', localField: 'day', foreignField: 'day', as: 'b'}}, {$unwind: '$b'}, {$project: {boat: 1, fish: 1, other: '$b.boat'}}]";
    assert!(run(&mut engine, script).iter().all(Outcome::is_ok));
    run(&mut engine, "ask");
    assert!(engine.verdict.as_ref().is_some_and(|verdict| verdict.all_same()), "{:?}", engine.verdict);
    assert!(rows(&engine, Pipeline).starts_with("Ada cod Ada, Ada cod Bee"));
    // Six documents go through the $match, and each looks through all twelve.
    assert_eq!(counter(&engine, "pipeline_rows_read"), 12 + 6 * 12);
    run(&mut engine, "index day; ask");
    assert_eq!(counter(&engine, "pipeline_rows_read"), 12 + rows(&engine, Pipeline).split(", ").count() as u64);

    let lookup = "{$lookup: {from: 'catches', localField: 'fish', foreignField: 'boat', as: 'it'}}";
    let none = format!("[{{$limit: 1}}, {lookup}, {{$match: {{'it.kilos': {{$gt: 0}}}}}}]");
    assert_eq!(answer(&mut engine, &none), "", "an empty list has no value that fits");
    let of_each = "[{$match: {day: 'wed'}}, {$limit: 1}, {$lookup: {from: 'catches', localField: 'day', foreignField: 'day', as: 'it'}}, {$project: {it: '$it.fish'}}]";
    assert_eq!(answer(&mut engine, of_each), "sole ray eel");
    for (from, to) in [
        ("from: 'catches'", "from: 'boats'"),
        ("localField: 'fish'", "localField: 'fisch'"),
        ("foreignField: 'boat'", "foreignField: 'bote'"),
        (", as: 'it'", ""),
        ("as: 'it'", "as: 'i.t'"),
    ] {
        let why = answer(&mut engine, &format!("[{}]", lookup.replace(from, to)));
        assert!(why.contains("accepted: "), "{to}: {why}");
    }
}

/// The narration is read beside the picture: one sentence, however many languages take part, and however many rows are joined.
#[test]
fn a_step_of_several_languages_is_one_sentence() {
    let mut engine = open(&[]);
    for told in told(&mut engine, "ask") {
        assert!(told.matches(". ").count() <= 1 && told.len() <= 200, "{told}");
    }
    let mut engine = open(&[("languages", "sql-loop")]);
    let joins = ["a", "b", "c"].map(|name| format!("catches AS {name}")).join(", ");
    for told in told(&mut engine, &format!("sql SELECT COUNT(*) FROM {joins}; ask sql")) {
        assert!(told.len() < 500, "{told}");
    }
    let joins = ["a", "b", "c", "d", "e", "f"].map(|name| format!("catches AS {name}")).join(", ");
    run(&mut engine, &format!("sql SELECT COUNT(*) FROM {joins}; ask sql"));
    let why = engine.sql.failed.as_deref().unwrap();
    assert!(why.contains("more than 10000 moves"), "{why}");
}
