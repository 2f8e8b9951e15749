use proptest::prelude::*;

use super::question::Language::*;
use super::*;
use crate::form::Parameters;
use crate::language::{Words, statements};

mod deaths;
mod documented;
mod mistakes;

fn open(parameters: &[(&str, &str)]) -> Queries {
    Queries::open(&Parameters::new(Queries::PARAMETERS, parameters.iter().copied()).unwrap()).unwrap()
}

fn read(script: &str) -> Vec<Command> {
    let read = |statement| Queries::parse(&mut Words::new(&statement)).unwrap_or_else(|bad| panic!("{bad}"));
    statements(script).unwrap().into_iter().map(read).collect()
}

fn run(engine: &mut Queries, script: &str) -> Vec<Outcome> {
    read(script).iter().map(|command| engine.execute(command, &mut ())).collect()
}

/// What was told, and a photograph of every step.
#[derive(Default)]
struct Album {
    told: Vec<String>,
    photographs: Vec<Queries>,
}

impl Probe<Queries> for Album {
    fn step(&mut self, event: impl FnOnce() -> Event, state: &Queries) {
        self.told.push(event().to_string());
        self.photographs.push(state.clone());
    }
}

fn told(engine: &mut Queries, script: &str) -> Vec<String> {
    let mut album = Album::default();
    read(script).iter().for_each(|command| drop(engine.execute(command, &mut album)));
    album.told
}

/// The rows of an answer, in their order.
fn rows(engine: &Queries, language: Language) -> String {
    let rows = engine.answer(language).unwrap_or_else(|| panic!("{language:?} has no answer"));
    rows.iter().map(|row| value::spelled(row)).collect::<Vec<_>>().join(", ")
}

/// The same as a set.
fn set(engine: &Queries, language: Language) -> Vec<Tuple> {
    let mut rows = engine.answer(language).unwrap_or_else(|| panic!("{language:?} has no answer"));
    rows.sort();
    rows
}

fn counter(engine: &Queries, name: &str) -> u64 {
    engine.counters().into_iter().find(|counter| counter.name == name).unwrap_or_else(|| panic!("{name}")).value
}

#[test]
fn four_texts_ask_the_same() {
    let mut engine = open(&[]);
    run(&mut engine, "ask");
    let expected = "mon 42, tue 9, thu 40";
    assert_eq!([rows(&engine, Loop), rows(&engine, Pipeline)], [expected; 2]);
    assert_eq!(set(&engine, MapReduce), set(&engine, Loop));
    assert_eq!(set(&engine, Sql), set(&engine, Loop));
    assert!(engine.verdict.as_ref().is_some_and(|verdict| verdict.all_same()));
    assert_ne!(rows(&engine, MapReduce), expected, "part after part is another order");
    for language in Language::ALL {
        let mut alone = open(&[]);
        run(&mut alone, &format!("ask {}", language.name()));
        assert_eq!(rows(&alone, language), rows(&engine, language), "{language:?}");
        assert_eq!(alone.answers().len(), 1);
    }
}

/// Of several answers, one is what the command comes to, and that was not said.
#[test]
fn what_a_question_comes_to_says_whose_answer_it_is() {
    let mut engine = open(&[]);
    let last = |engine: &mut Queries, script: &str| run(engine, script).pop().unwrap().to_string();
    assert_eq!(last(&mut engine, "ask"), "answer of SQL: mon = 42, thu = 40, tue = 9");
    assert_eq!(last(&mut engine, "ask loop"), "answer of the loop: mon = 42, tue = 9, thu = 40");
    assert_eq!(
        last(&mut engine, "loop \"for row in catches\n  if row.kilos > 20: break\n  n += 1\nemit n\"; ask loop"),
        "answer of the loop: none"
    );
    let none = "loop \"for row in catches: if row.kilos > 99: emit row.day\"; ask loop";
    assert_eq!(last(&mut engine, none), "answer of the loop: (no entries)");
}

/// An index changes the plans of SQL and of the pipeline, whose texts stay; the loop goes through all rows until its text
/// names the index, and then stops when that is dropped.
#[test]
fn who_uses_an_index() {
    let mut engine = open(&[]);
    run(&mut engine, "index fish; ask");
    let read = |engine: &Queries| {
        ["sql", "loop", "mapreduce", "pipeline"].map(|name| counter(engine, &format!("{name}_rows_read")))
    };
    assert_eq!(read(&engine), [4, 12, 12, 4]);
    assert_eq!(counter(&engine, "different_answers"), 1);
    run(
        &mut engine,
        "loop \"for row in by_fish('cod')\n  total[row.day] += row.kilos\nfor day in total\n  emit day, total[day]\"",
    );
    run(&mut engine, "ask");
    assert_eq!((read(&engine), counter(&engine, "different_answers")), ([4, 4, 12, 4], 1));
    run(&mut engine, "drop fish; ask");
    assert_eq!(read(&engine)[3], 12);
    let why = engine.program.failed.as_deref().unwrap();
    assert!(why.contains("the index by_fish, and there is none"), "{why}");
    assert_eq!(counter(&engine, "answers"), 3);
}

#[test]
fn a_loop_does_what_its_lines_say() {
    for (text, answer) in [
        (
            "for row in catches { if row.kilos > 20 { emit row.boat } else if row.kilos < 5 { emit row.fish } }",
            "Ada, Bee, eel, Ada",
        ),
        ("for row in catches\n  if row.kilos > 20: break\n  n += 1\nemit n", "has no value yet"),
        ("for row in catches\n  if row.kilos < 6: break\n  n += 1\nemit n", "1"),
        ("best = 0\nfor row in catches: if row.kilos > best: best = row.kilos\nemit best", "40"),
        (
            "for row in catches\n  n[row.boat, row.fish] += 1\nfor key in n\n  if n[key] > 1: emit key, n[key]",
            "Ada cod 2, Bee eel 2, Ada eel 2, Cat cod 2",
        ),
        (
            "for a in catches: for b in catches: if a.day == 'tue' and a.day == b.day and a.fish != b.fish: n -= 1\nemit n, -n",
            "-4 4",
        ),
        ("for key in nothing: emit key\nnothing[1] = 2", ""),
        ("x = [1, 'a']\nemit x, not (1 < 2) or 7 % 4 == 3", "1 a 1"),
    ] {
        let mut engine = open(&[("languages", "sql-loop")]);
        let change = read(&format!("loop {}", crate::language::quoted(text)));
        assert_eq!(engine.execute(&change[0], &mut ()), Outcome::Done, "{text}");
        run(&mut engine, "ask loop");
        match &engine.program.failed {
            Some(why) => assert!(why.contains(answer), "{text}: {why}"),
            None => assert_eq!(rows(&engine, Loop), answer, "{text}"),
        }
    }
}

#[test]
fn a_loop_without_end_is_ended() {
    let mut engine = open(&[]);
    run(&mut engine, "loop for a in catches: for b in catches: for c in catches: n += 1; ask loop");
    assert_eq!(engine.program.failed.as_deref(), Some("it has done 1000 steps, and is ended here"));
}

#[test]
fn a_pipeline_does_what_its_stages_say() {
    for (text, answer, documents) in [
        ("[{$sort: {kilos: -1}}, {$limit: 2}, {$project: {boat: 1, kilos: 1}}]", "Ada 40, Ada 30", 12),
        ("[{$match: {fish: 'eel'}}, {$limit: 2}, {$project: {day: 1}}]", "mon, mon", 3),
        (
            "[{\"$match\": {\"kilos\": {\"$gte\": 9, \"$lt\": 12}}}, {\"$project\": {\"day\": 0, \"fish\": 0}}]",
            "Cat 9, Bee 11",
            12,
        ),
        (
            "[{$match: {$or: [{boat: 'Bee'}, {kilos: {$in: [40, 30]}}], fish: {$ne: 'eel'}}}, {$project: {kilos: 1}}]",
            "30, 7, 11, 40",
            12,
        ),
        (
            "[{$group: {_id: null, most: {$max: '$kilos'}, least: {$min: '$kilos'}, all: {$count: {}}}}]",
            "null 40 4 12",
            12,
        ),
        (
            "[{$match: {fish: 'cod'}}, {$group: {_id: '$day', boats: {$push: '$boat'}}}, {$unwind: '$boats'}, {$sort: {boats: 1, _id: 1}}]",
            "mon Ada, thu Ada, mon Cat, tue Cat",
            12,
        ),
        (
            "[{$group: {_id: {boat: '$boat', fish: '$fish'}, n: {$sum: 1}}}, {$match: {n: {$gte: 2}}}, {$sort: {'_id.boat': -1}}]",
            "Cat cod 2, Bee eel 2, Ada cod 2, Ada eel 2",
            12,
        ),
        (
            "[{$limit: 1}, {$project: {double: {$multiply: ['$kilos', 2]}, less: {$subtract: ['$kilos', 1]}}}]",
            "60 29",
            1,
        ),
        ("[{$match: {kilos: 'x'}}]", "", 12),
        ("[]", "mon Ada cod 30", 12),
    ] {
        let mut engine = open(&[("languages", "sql-pipeline")]);
        let change = read(&format!("pipeline {}", crate::language::quoted(text)));
        assert_eq!(engine.execute(&change[0], &mut ()), Outcome::Done, "{text}");
        run(&mut engine, "ask pipeline");
        assert_eq!(engine.pipeline.failed, None, "{text}");
        assert!(rows(&engine, Pipeline).starts_with(answer), "{text}: {}", rows(&engine, Pipeline));
        assert_eq!(counter(&engine, "pipeline_rows_read"), documents, "{text}");
    }
}

/// A combiner may reduce what was reduced before: so it is right for a sum, and wrong for a count of values.
#[test]
fn a_combiner_changes_an_answer_only_where_reduce_is_no_sum_of_sums() {
    let answer = |combiner: &str, script: &str| {
        let mut engine = open(&[("combiner", combiner), ("split", "6")]);
        run(&mut engine, script);
        run(&mut engine, "ask map-reduce");
        set(&engine, MapReduce)
    };
    let counted = "map if fish == 'cod' emit day, 1; reduce count(values)";
    assert_ne!(answer("off", counted), answer("on", counted));
    let summed = "map if fish == 'cod' emit day, 1; reduce sum(values)";
    assert_eq!(answer("off", summed), answer("on", summed));
    let mut engine = open(&[("combiner", "on"), ("split", "6")]);
    let last = told(
        &mut engine,
        &format!(
            "{counted}; sql SELECT day, COUNT(*) FROM catches WHERE fish = 'cod' GROUP BY day; ask sql; ask map-reduce"
        ),
    );
    assert_eq!(last.last().unwrap(), "The answers differ. MapReduce has (mon 1) where SQL has (mon 2).");
}

#[test]
fn a_readers_own_table_is_asked_in_all_languages() {
    let mut engine = open(&[]);
    let script = "table sales shop TEXT, sum INTEGER; row north 3; row south 4; row north 5
        sql SELECT shop, MAX(sum) FROM sales GROUP BY shop
        loop \"for row in sales: if row.sum > best[row.shop]: best[row.shop] = row.sum\nfor shop in best: emit shop, best[shop]\"
        map emit shop, sum; reduce max(values)
        pipeline [{$group: {_id: '$shop', best: {$max: '$sum'}}}]; ask";
    run(&mut engine, script);
    assert_eq!([rows(&engine, Loop), rows(&engine, Pipeline)], ["north 5, south 4"; 2]);
    assert_eq!((counter(&engine, "answers"), counter(&engine, "different_answers")), (4, 1));
}

/// A worker that dies at any step of a job, and then perhaps another one, changes nothing about the answer.
#[test]
fn a_worker_that_dies_changes_nothing_whenever_it_does() {
    for combiner in ["off", "on"] {
        let parameters = [("workers", "3"), ("combiner", combiner), ("languages", "map-reduce"), ("split", "2")];
        let mut album = Album::default();
        open(&parameters).execute(&read("ask")[0], &mut album);
        let expected = set(album.photographs.last().unwrap(), MapReduce);
        let mut again = 0;
        for photograph in &album.photographs {
            for (one, other) in [("w1", "w2"), ("w2", "w3"), ("w3", "w1")] {
                let mut second = Album::default();
                let mut engine = photograph.clone();
                engine.execute(&read(&format!("kill {one}"))[0], &mut second);
                let Some(at_end) =
                    second.photographs.last().filter(|at_end| at_end.verdict.is_some() && engine.job.at.is_some())
                else {
                    continue;
                };
                assert_eq!(set(at_end, MapReduce), expected);
                again = again.max(counter(at_end, "done_again"));
                for photograph in &second.photographs {
                    let mut engine = photograph.clone();
                    if engine.execute(&read(&format!("kill {other}"))[0], &mut ()).is_ok() {
                        assert_eq!(set(&engine, MapReduce), expected);
                    }
                }
            }
        }
        assert!(again > 1, "some had finished tasks on their disks");
    }
}

#[test]
fn who_may_die_and_what_is_done_again() {
    let refused = |script: &str| match run(&mut open(&[]), script).pop() {
        Some(Outcome::Refused(why)) => why,
        other => panic!("{script}: {other:?}"),
    };
    assert!(refused("kill w1").starts_with("no job is running"));
    assert!(refused("ask; kill w1").starts_with("no job is running"));
    let mut album = Album::default();
    open(&[("languages", "map-reduce"), ("workers", "1")]).execute(&read("ask")[0], &mut album);
    let mut engine = album.photographs[3].clone();
    let Outcome::Refused(why) = engine.execute(&read("kill w1")[0], &mut ()) else { panic!("it was the last") };
    assert!(why.starts_with("w1 is the last worker"), "{why}");
    let Outcome::Refused(why) = engine.execute(&read("kill w4")[0], &mut ()) else { panic!("it is not there") };
    assert_eq!(why, "w4 isn't at work; accepted: w1");
    // Still open, it goes on.
    engine.execute(&read("go")[0], &mut ());
    assert!(engine.answer(MapReduce).is_some());
}

/// A question with the same meaning in all four languages.
#[derive(Clone, Debug)]
struct Any {
    group: &'static str,
    filter: (&'static str, &'static str, &'static str),
    function: usize,
    of: &'static str,
}

fn any_question() -> impl Strategy<Value = Any> {
    let filter = prop::sample::select(vec![
        ("fish", "=", "'cod'"),
        ("fish", "=", "'eel'"),
        ("boat", "=", "'Zoe'"),
        ("kilos", ">", "9"),
        ("kilos", "=", "5"),
        ("day", "<", "'thu'"),
    ]);
    let group = prop::sample::select(vec!["day", "boat", "fish", "kilos"]);
    (group, filter, 0..4usize).prop_map(|(group, filter, function)| Any { group, filter, function, of: "kilos" })
}

impl Any {
    fn script(&self) -> String {
        let Any { group, filter: (column, sign, value), function, of } = self;
        let comparison = if *sign == "=" { "==" } else { sign };
        let dollar = match *sign {
            "=" => value.to_string(),
            ">" => format!("{{$gt: {value}}}"),
            _ => format!("{{$lt: {value}}}"),
        };
        let (sql, reduce, of_map, stage) = match function {
            0 => (format!("SUM({of})"), "sum", *of, format!("$sum: '${of}'")),
            1 => ("COUNT(*)".to_owned(), "sum", "1", "$sum: 1".to_owned()),
            2 => (format!("MIN({of})"), "min", *of, format!("$min: '${of}'")),
            _ => (format!("MAX({of})"), "max", *of, format!("$max: '${of}'")),
        };
        let line = match function {
            0 => format!("x[row.{group}] += row.{of}"),
            1 => format!("x[row.{group}] += 1"),
            // Entries that were never set count as 0, and all weights are greater: the keys that are there are in `n`.
            2 => format!(
                "if n[row.{group}] == 0 or row.{of} < x[row.{group}]: x[row.{group}] = row.{of}; n[row.{group}] = 1"
            ),
            _ => format!("if row.{of} > x[row.{group}]: x[row.{group}] = row.{of}"),
        };
        let line = line.replace("; ", "\n    ");
        let line = if *function == 2 { line.replace(": x", "\n      x").replace("\n    n", "\n      n") } else { line };
        format!(
            "sql SELECT {group}, {sql} FROM catches WHERE {column} {sign} {value} GROUP BY {group}
             loop \"for row in catches\n  if row.{column} {comparison} {value}\n    {line}\nfor key in x\n  emit key, x[key]\"
             map if {column} {comparison} {value} emit {group}, {of_map}; reduce {reduce}(values)
             pipeline [{{$match: {{{column}: {dollar}}}}}, {{$group: {{_id: '${group}', it: {{{stage}}}}}}}]"
        )
    }
}

fn any_row() -> impl Strategy<Value = String> {
    let word = |words: &[&'static str]| prop::sample::select(words.to_vec());
    (word(&["mon", "tue", "wed", "thu"]), word(&["Ada", "Bee"]), word(&["cod", "eel"]), 1..50)
        .prop_map(|(day, boat, fish, kilos)| format!("row {day} {boat} {fish} {kilos}"))
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    /// All four give the same answer, whatever rows and indexes there are; and however the input is split over workers.
    #[test]
    fn all_languages_give_the_same_answer(
        question in any_question(),
        rows in prop::collection::vec(any_row(), 0..12),
        index in prop::option::of(prop::sample::select(vec!["day", "boat", "fish", "kilos"])),
        (workers, split, reducers, combiner) in (1..=4u8, 1..=24u8, 1..=4u8, any::<bool>()),
    ) {
        let [workers, split, reducers] = [workers, split, reducers].map(|each| each.to_string());
        let combiner = if combiner { "on" } else { "off" };
        let mut engine = open(&[("workers", &workers), ("split", &split), ("reducers", &reducers), ("combiner", combiner)]);
        run(&mut engine, &rows.join("\n"));
        if let Some(index) = index {
            run(&mut engine, &format!("index {index}"));
        }
        let changed = run(&mut engine, &question.script());
        prop_assert!(changed.iter().all(Outcome::is_ok), "{:?}", changed);
        run(&mut engine, "ask");
        let verdict = engine.verdict.clone().unwrap();
        prop_assert!(verdict.all_same(), "{}\n{}", question.script(), verdict);
        prop_assert_eq!(engine.answers().len(), 4);
    }

    #[test]
    fn any_text_is_read_or_refused_within_itself(text in "\\PC{0,60}|[a-z0-9'()\\[\\]{}=<>%*/+:; .,_\n$-]{0,120}") {
        let mistakes = [
            program::Program::parse(&text).err(),
            functions::Map::parse(&text).err(),
            functions::Reduce::parse(&text).err(),
            stages::Stages::parse(&text).err(),
        ];
        for mistake in mistakes.into_iter().flatten() {
            prop_assert!(mistake.at <= text.len() && text.is_char_boundary(mistake.at), "{:?}", mistake);
        }
    }

    /// A change of a good text reaches further than nonsense does.
    #[test]
    fn a_text_with_a_wrong_word_is_no_panic(which in 0..4usize, word in 0..40usize, other in "[a-z]{0,4}|[\\[\\](){},=<'$-]|[0-9]{0,20}|é") {
        let question = Question::cod();
        let text = match which {
            0 => question.program.unwrap().text,
            1 => "[{ $match : { fish : 'cod' } } , { $group : { _id : '$day' , kilos : { $sum : '$kilos' } } }]".into(),
            2 => question.map.unwrap().text,
            _ => question.reduce.unwrap().text,
        };
        let mut words: Vec<&str> = text.split(' ').collect();
        let place = word % words.len();
        words[place] = &other;
        let command = ["loop", "pipeline", "map", "reduce"][which];
        let script = format!("{command} {}", crate::language::quoted(&words.join(" ")));
        let statement = statements(&script).unwrap().remove(0);
        let mut engine = open(&[]);
        if let Ok(command) = Queries::parse(&mut Words::new(&statement)) {
            engine.execute(&command, &mut ());
        }
        run(&mut engine, "ask");
    }
}
