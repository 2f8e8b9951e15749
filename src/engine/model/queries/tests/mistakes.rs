//! What is said of a mistake in each language: line and column in the script, what stands there, what is accepted.

use super::*;

/// What a command is refused with, when it is read or when it is carried out.
fn refused(command: &str) -> String {
    let statement = statements(command).unwrap().remove(0);
    let mut engine = open(&[]);
    match Queries::parse(&mut Words::new(&statement)) {
        Err(bad) => bad.to_string(),
        Ok(command) => match engine.execute(&command, &mut ()) {
            Outcome::Refused(why) => why,
            other => panic!("{command:?}: {other:?}"),
        },
    }
}

#[test]
fn in_the_loop() {
    for (text, told) in [
        (
            "loop \"for row in catches\n  if row.fish = 'cod'\n    n += 1\"",
            "line 2, column 15: `=` isn't expected here; accepted: an operator, :, {, for, if, emit, break, a name",
        ),
        (
            "loop \"for row in catches\nn += 1\"",
            "line 2, column 1: `n` isn't expected here; accepted: (, :, {, a line that is further to the right",
        ),
        ("loop \"for row catches\"", "line 1, column 15: `catches` isn't expected here; accepted: in"),
        ("loop emit", "line 1, column 10: the text ends too early; accepted: not, -, (, [, a number, a 'text', a name"),
        ("loop \"emit 'x\"", "line 1, column 12: a text that is never closed; accepted: a closing '"),
        ("loop emit 1 ? 2", "line 1, column 13: `?` means nothing here; accepted: words, numbers, 'texts' and signs"),
        ("loop emit avg(kilos)", "line 1, column 11: there is no function `avg`; accepted: sum, count, min, max"),
        (
            "loop break",
            "line 1, column 6: there is no loop around this `break`; accepted: for, if, emit, NAME = …, NAME += …",
        ),
        (
            "loop for row in fish_index('cod'): emit row",
            "line 1, column 17: `fish_index` is no index; accepted: by_COLUMN(VALUE)",
        ),
        (
            "loop emit 9999999999999999999",
            "line 1, column 11: `9999999999999999999` is no number; accepted: a whole number of at most 18 digits",
        ),
        (
            "loop for row in catches: emit row.fsh",
            "in the loop, line 1, column 30: there is no column `fsh`; accepted: day, boat, fish, kilos",
        ),
        (
            "loop \"for row in catch\n  emit row\"",
            "in the loop, line 1, column 12: there is no table `catch`; accepted: catches, a map",
        ),
        ("loop emit x", "in the loop, line 1, column 6: there is no variable `x`"),
    ] {
        assert_eq!(refused(text), told);
    }
}

#[test]
fn in_map_and_reduce() {
    for (text, told) in [
        ("map if fish == 'cod'", "line 1, column 21: the text ends too early; accepted: an operator, :, emit"),
        ("map emit day", "line 1, column 13: the text ends too early; accepted: ., [, (, an operator, ,"),
        (
            "map emit day, kilo",
            "in map, line 1, column 11: there is no column `kilo`; accepted: day, boat, fish, kilos",
        ),
        ("reduce total(values)", "line 1, column 8: there is no function `total`; accepted: sum, count, min, max"),
        ("reduce sum(kilos)", "line 1, column 12: reduce knows no `kilos`; accepted: key, values"),
        (
            "reduce sum(values) day",
            "line 1, column 20: `day` isn't expected here; accepted: an operator, the end of the text",
        ),
        ("reduce", "line 1, column 7: `reduce` lacks FUNCTION; accepted: FUNCTION"),
    ] {
        assert_eq!(refused(text), told);
    }
}

#[test]
fn in_the_pipeline() {
    for (text, told) in [
        ("pipeline {$match: {}}", "line 1, column 10: `{` isn't expected here; accepted: ["),
        (
            "pipeline [{$macth: {}}]",
            "line 1, column 12: there is no stage `$macth`; accepted: $match, $group, $project, $sort, $unwind, $limit, $lookup",
        ),
        (
            "pipeline \"[{$match: {fish: 'cod'}},\n {$group: {kilos: {$sum: '$kilos'}}}]\"",
            "line 2, column 11: this $group has no _id; accepted: _id: '$FIELD', _id: null",
        ),
        (
            "pipeline [{$match: {kilos: {$over: 3}}}]",
            "line 1, column 29: there is no comparison `$over`; accepted: $eq, $ne, $gt, $gte, $lt, $lte",
        ),
        (
            "pipeline [{$group: {_id: '$day', n: {$avg: '$kilos'}}}]",
            "line 1, column 38: there is no accumulator `$avg`; accepted: $sum, $min, $max, $first, $push, $count",
        ),
        ("pipeline [{$sort: {kilos: 2}}]", "line 1, column 27: `2` is no order; accepted: 1, -1"),
        ("pipeline [{$limit: 0}]", "line 1, column 20: `0` is no limit; accepted: a whole number from 1"),
        (
            "pipeline [{$match: {fish: cod}}]",
            "line 1, column 27: `cod` isn't expected here; accepted: {, null, a 'text', -, a whole number",
        ),
        ("pipeline [{$match: {fish: 'cod'}}", "line 1, column 34: the text ends too early; accepted: ], ,"),
        (
            "pipeline [{$match: {fsh: 'cod'}}]",
            "in the pipeline, line 1, column 12: no document has a field `fsh`; accepted: day, boat, fish, kilos",
        ),
        (
            "pipeline [{$group: {_id: '$dy'}}]",
            "in the pipeline, line 1, column 19: no document has a field `dy`; accepted: day, boat, fish, kilos",
        ),
    ] {
        assert_eq!(refused(text), told);
    }
}

#[test]
fn of_tables_rows_and_indexes() {
    for (text, told) in [
        ("index size", "catches has no column size; accepted: day, boat, fish, kilos"),
        ("drop fish", "there is no index by_fish"),
        ("row mon Ada cod", "a row of catches has a value for each of day, boat, fish, kilos, not 3"),
        ("row mon Ada cod much", "kilos takes a whole number, not much"),
        (
            "row mon Ada \"it's\" 4",
            "line 1, column 13: `it's` doesn't fit into a column; accepted: at most 12 characters, without quotes",
        ),
        ("table Sales shop", "Sales is no name of a table; accepted: small letters, digits and _"),
        ("table sales shop TEXT, sum REAL", "line 1, column 24: there is no type `REAL`; accepted: TEXT, INTEGER"),
        ("table sales shop, shop", "line 1, column 19: there are two columns `shop`; accepted: another name"),
    ] {
        assert_eq!(refused(text), told);
    }
    let mut engine = open(&[("languages", "sql-loop")]);
    run(&mut engine, "index fish");
    assert_eq!(run(&mut engine, "index fish"), [Outcome::Refused("there is an index by_fish already".to_owned())]);
    let why = "the pipeline isn't shown here; accepted: sql, loop";
    assert_eq!(run(&mut engine, "ask pipeline"), [Outcome::Refused(why.to_owned())]);
}

/// The picture stays: the text and the answer are those of before.
#[test]
fn what_is_refused_changes_nothing() {
    let mut engine = open(&[]);
    run(&mut engine, "ask");
    let before = (engine.state(), engine.counters());
    for wrong in [
        "loop emit x",
        "map emit day, x",
        "pipeline [{$sort: {x: 1}}]",
        "sql SELECT x FROM catches",
        "row mon",
        "index x",
    ] {
        let outcome = run(&mut engine, wrong);
        assert!(!outcome[0].is_ok(), "{wrong}");
        assert_eq!((engine.state(), engine.counters()), before, "{wrong}");
    }
}
