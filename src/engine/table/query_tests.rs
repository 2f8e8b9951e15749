//! What queries answer, how they are planned, and what is wrong with those that are refused. That the answers are SQLite's
//! own, thousands of random ones, is held by `tests/sqlite.rs`.

use std::rc::Rc;

use proptest::prelude::*;

use super::database::{Database, Effect};
use super::plan::plan;
use super::query::parse_query;
use super::run::{Did, Run};

fn database(statements: &[&str]) -> Database {
    let mut database = Database::new();
    for statement in statements {
        database.execute(statement).unwrap_or_else(|mistake| panic!("{statement}: {}", mistake.told(statement)));
    }
    database
}

/// People in towns, and a way from the smaller place to the larger one.
fn people() -> Database {
    database(&[
        "CREATE TABLE towns (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, within INTEGER)",
        "INSERT INTO towns VALUES (1, 'Europe', NULL), (2, 'Latvia', 1), (3, 'Riga', 2), (4, 'Norway', 1), (5, 'Oslo', 4)",
        "CREATE TABLE people (id INTEGER PRIMARY KEY, name TEXT NOT NULL, town INTEGER REFERENCES towns (id), age INTEGER)",
        "INSERT INTO people (name, town, age) VALUES ('ann', 3, 30), ('bob', 3, 40), ('cid', 5, NULL), ('dan', NULL, 22)",
    ])
}

fn answer(database: &Database, text: &str) -> String {
    match database.query(text) {
        Ok(answer) => {
            let row =
                |row: &Rc<[super::datum::Datum]>| row.iter().map(|value| value.literal()).collect::<Vec<_>>().join(",");
            answer.rows.iter().map(row).collect::<Vec<_>>().join(" ")
        }
        Err(mistake) => mistake.told(text),
    }
}

#[test]
fn a_query_answers_what_it_asks() {
    let database = people();
    for (text, expected) in [
        ("SELECT name FROM people WHERE age > 25 ORDER BY name DESC", "'bob' 'ann'"),
        (
            "SELECT t.name, COUNT(*), AVG(age) FROM people p JOIN towns t ON p.town = t.id GROUP BY t.name ORDER BY 1",
            "'Oslo',1,NULL 'Riga',2,35.0",
        ),
        (
            "SELECT t.name, p.name FROM towns t LEFT JOIN people p ON p.town = t.id AND p.age > 35 ORDER BY 1 LIMIT 2 OFFSET 3",
            "'Oslo',NULL 'Riga','bob'",
        ),
        ("SELECT COUNT(*), COUNT(age), SUM(age), MIN(name), MAX(age) FROM people", "4,3,92,'ann',40"),
        ("SELECT COUNT(*), SUM(age) FROM people WHERE id > 9", "0,NULL"),
        ("SELECT DISTINCT town FROM people ORDER BY town", "NULL 3 5"),
        ("SELECT name FROM people WHERE town NOT IN (5, NULL)", ""),
        ("SELECT name FROM people WHERE age NOT BETWEEN 25 AND 35 AND name LIKE '_O%'", "'bob'"),
        ("SELECT 7 / 2, -7 / 2, 7 % 0, 'a' || 1, NULL AND 0, NOT NULL", "3,-3,NULL,'a1',0,NULL"),
        (
            "SELECT CASE WHEN age > 35 THEN 'old' WHEN age IS NULL THEN '?' ELSE 'young' END FROM people",
            "'young' 'old' '?' 'young'",
        ),
        (
            "SELECT SUBSTR(name, 2), UPPER(name), INSTR(name, 'n'), COALESCE(age, -1) FROM people WHERE id = 3",
            "'id','CID',0,-1",
        ),
        ("SELECT name FROM people UNION SELECT name FROM towns ORDER BY name LIMIT 3", "'Europe' 'Latvia' 'Norway'"),
        (
            "SELECT age / 10 AS decade, COUNT(*) FROM people GROUP BY decade HAVING decade > 2 ORDER BY decade",
            "3,1 4,1",
        ),
    ] {
        assert_eq!(answer(&database, text), expected, "{text}");
    }
}

#[test]
fn a_recursion_goes_hop_by_hop_until_nothing_is_new() {
    let database = people();
    let within = "WITH RECURSIVE inside(id) AS (SELECT id FROM towns WHERE name = 'Europe' UNION \
                  SELECT towns.id FROM inside JOIN towns ON towns.within = inside.id) \
                  SELECT people.name FROM inside JOIN people ON people.town = inside.id ORDER BY 1";
    assert_eq!(answer(&database, within), "'ann' 'bob' 'cid'");
    let mut run = Run::new(Rc::new(plan(&parse_query(within).unwrap(), &database).unwrap()), &database);
    let mut frontiers = Vec::new();
    while let Some(moves) = run.advance().unwrap() {
        frontiers.extend(moves.iter().filter_map(|each| match each.did {
            Did::Hop { frontier, .. } => Some(frontier),
            _ => None,
        }));
    }
    assert_eq!(frontiers, [1, 2, 2]);
    // A circle comes to an end where only new rows count, and is stopped where all do.
    let circle =
        |union: &str| format!("WITH RECURSIVE n(x) AS (SELECT 0 {union} SELECT (x + 1) % 3 FROM n) SELECT * FROM n");
    assert_eq!(answer(&database, &circle("UNION")), "0 1 2");
    assert!(answer(&database, &circle("UNION ALL")).contains("does the recursion end?"));
    let limited = "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x * 2 FROM n LIMIT 5) SELECT x FROM n";
    assert_eq!(answer(&database, limited), "1 2 4 8 16");
}

/// Statistics decide: where few rows have a value, the index; where half of them have it, the scan; and an index that has
/// all that is asked for, always.
#[test]
fn the_planner_takes_what_its_statistics_say_is_cheapest() {
    let mut database = Database::new();
    database.execute("CREATE TABLE t (id INTEGER PRIMARY KEY, rare INTEGER, often INTEGER, rest TEXT)").unwrap();
    for start in 0..10 {
        let rows: Vec<String> = (0..40).map(|at| format!("({}, {}, 'r')", start * 40 + at, at % 2)).collect();
        database.execute(&format!("INSERT INTO t (rare, often, rest) VALUES {}", rows.join(", "))).unwrap();
    }
    let explained = |database: &mut Database, text: &str| match database.execute(&format!("EXPLAIN {text}")).unwrap() {
        Effect::Explained(lines) => {
            let lines = lines.lines().map(str::trim).filter(|line| !line.starts_with("PROJECT"));
            lines.collect::<Vec<_>>().join(", ")
        }
        other => panic!("{other:?}"),
    };
    let rare = "SELECT rest FROM t WHERE rare = 7";
    assert_eq!(explained(&mut database, rare), "SCAN t (~400 rows), FILTER rare = 7 (~40 rows)");
    for statement in ["CREATE INDEX by_rare ON t (rare)", "CREATE INDEX by_often ON t (often)", "ANALYZE"] {
        database.execute(statement).unwrap();
    }
    assert_eq!(explained(&mut database, rare), "SEARCH t USING INDEX by_rare (rare=?) (~1 row)");
    assert_eq!(
        explained(&mut database, "SELECT rest FROM t WHERE often = 1"),
        "SCAN t (~400 rows), FILTER often = 1 (~200 rows)"
    );
    assert_eq!(
        explained(&mut database, "SELECT id FROM t WHERE often = 1"),
        "SEARCH t USING COVERING INDEX by_often (often=?) (~200 rows)"
    );
    assert_eq!(explained(&mut database, "SELECT often FROM t"), "SCAN t USING COVERING INDEX by_often (~400 rows)");
    assert_eq!(explained(&mut database, "SELECT rest FROM t WHERE id = 5"), "SEARCH t BY PRIMARY KEY (id=?) (~1 row)");
    assert_eq!(
        explained(&mut database, "SELECT rest FROM t WHERE rare > 390"),
        "SCAN t (~400 rows), FILTER rare > 390 (~133 rows)"
    );
    assert_eq!(
        explained(&mut database, "SELECT rest FROM t WHERE rare > 390 AND rare < 395"),
        "SEARCH t USING INDEX by_rare (rare>? AND rare<?) (~44 rows)"
    );
    let choices = plan(&parse_query(rare).unwrap(), &database).unwrap().choices;
    assert_eq!(
        choices.iter().map(|choice| (choice.cost, choice.taken)).collect::<Vec<_>>(),
        [(4000, false), (80, true)]
    );
}

/// An index is another way to the same answer.
#[test]
fn what_is_read_is_counted_in_rows_entries_and_bytes() {
    let mut database = people();
    let text = "SELECT name FROM people WHERE town = 3";
    let read = |database: &Database| {
        let mut run = Run::new(Rc::new(plan(&parse_query(text).unwrap(), database).unwrap()), database);
        run.finish().unwrap();
        let total = run.total();
        (run.answer().rows.len(), total.rows_read, total.entries_read, total.bytes_read)
    };
    let bytes: usize = database.table("people").unwrap().records().map(|(_, record)| record.len()).sum();
    assert_eq!(read(&database), (2, 4, 0, bytes as u64));
    database.execute("CREATE INDEX by_town ON people (town, name)").unwrap();
    // So few rows are not worth a search: the entries are read through, and no row.
    let index = &database.table("people").unwrap().indexes[0];
    let entries: u64 = index.entries().map(|(key, row)| super::record::entry_size(key, row)).sum();
    assert!(entries < bytes as u64);
    assert_eq!(read(&database), (2, 0, 4, entries));
}

#[test]
fn a_run_can_be_photographed_and_goes_on_by_itself() {
    let database = people();
    let query = parse_query("SELECT town, COUNT(*) FROM people WHERE age > 0 GROUP BY town ORDER BY 2 DESC").unwrap();
    let mut run = Run::new(Rc::new(plan(&query, &database).unwrap()), &database);
    let mut photographs = vec![run.clone()];
    while run.advance().unwrap().is_some() {
        photographs.push(run.clone());
    }
    assert!(run.is_done() && photographs.len() > 6);
    for mut photograph in photographs {
        photograph.finish().unwrap();
        assert_eq!(photograph.answer(), run.answer());
        assert_eq!(photograph.total(), run.total());
    }
    let steps: Vec<_> = run.plan().steps().map(|(_, _, step)| (step.says.clone(), run.flow(step.id))).collect();
    let flows: Vec<_> = steps.iter().map(|(_, flow)| (flow.rows_in, flow.rows_out)).collect();
    assert_eq!(flows, [(0, 4), (4, 3), (3, 2), (2, 2), (2, 2)], "{steps:?}");
}

#[test]
fn a_mistake_says_where_what_and_what_instead() {
    let mut database = people();
    for (text, told) in [
        (
            "SELEC 1",
            "line 1, column 1: `SELEC` isn't expected here; accepted: SELECT, WITH, EXPLAIN, INSERT, UPDATE, DELETE, \
             CREATE, DROP, ALTER, ANALYZE",
        ),
        ("SELECT name\nFROM peple", "line 2, column 6: there is no table peple; accepted: towns, people"),
        ("SELECT nam FROM towns", "line 1, column 8: there is no column nam; accepted: id, name, within"),
        ("SELECT t.name FROM towns", "line 1, column 8: there is no table t here; accepted: towns"),
        (
            "SELECT name FROM people, towns",
            "line 1, column 8: the column name is in more than one table; accepted: people.name, towns.name",
        ),
        (
            "SELECT name FROM people WHERE name > 1",
            "line 1, column 31: a text and a whole number don't go together; accepted: two numbers, or two texts",
        ),
        (
            "SELECT name FROM people WHERE name",
            "line 1, column 31: a text can't be used as a condition; accepted: a whole number",
        ),
        (
            "SELECT name, COUNT(*) FROM people",
            "line 1, column 8: name has many values in a group; accepted: what GROUP BY names, or an aggregate as MIN(…)",
        ),
        (
            "SELECT 1 WHERE COUNT(*) > 1",
            "line 1, column 16: COUNT can't be used in WHERE; accepted: an aggregate after SELECT, HAVING or ORDER BY",
        ),
        (
            "SELECT name FROM (SELECT 1)",
            "line 1, column 18: a query in FROM isn't known here; accepted: a table, which WITH may name",
        ),
        (
            "SELECT 1 IN (SELECT 2)",
            "line 1, column 14: a query within an expression isn't known here; accepted: a list of values, or a JOIN",
        ),
        (
            "SELECT SUM(age) OVER () FROM people",
            "line 1, column 17: OVER isn't known here; accepted: the end of the statement",
        ),
        (
            "SELECT 1 INTERSECT SELECT 2",
            "line 1, column 10: INTERSECT isn't known here; accepted: the end of the statement",
        ),
        (
            "SELECT 1.5",
            "line 1, column 8: `1.5` is no whole number; accepted: a whole number up to 9223372036854775807",
        ),
        ("SELECT 9223372036854775807 + 1", "line 1, column 8: the number has more than 64 bits"),
        (
            "SELECT name FROM people ORDER BY 2",
            "line 1, column 34: this is no column of the answer; accepted: name, or 1 to 1",
        ),
        (
            "SELECT 1 UNION SELECT 'a'",
            "line 1, column 16: column 1 is a text on one side of UNION and a number on the other; accepted: columns of one kind",
        ),
        (
            "INSERT INTO people (name) VALUES ('eve', 1)",
            "line 1, column 34: 2 values for 1 column; accepted: a value for each column",
        ),
        (
            "INSERT INTO people (town) VALUES (1)",
            "line 1, column 34: name would be NULL; accepted: a value: the column is NOT NULL",
        ),
        (
            "INSERT INTO people (name, age) VALUES ('eve', 'x')",
            "line 1, column 39: age is INTEGER, and 'x' is a text; accepted: a whole number",
        ),
        (
            "INSERT INTO towns (name) VALUES ('Riga')",
            "line 1, column 33: 'Riga' is in the index towns_name already; accepted: a value that isn't there yet",
        ),
        (
            "INSERT INTO people (name, town) VALUES ('eve', 9)",
            "line 1, column 13: people.town would be 9, which no row of towns has as its id; accepted: a value that is there",
        ),
        (
            "DELETE FROM towns WHERE id = 3",
            "line 1, column 13: people.town would be 3, which no row of towns has as its id; accepted: a value that is there",
        ),
        ("CREATE TABLE x (a REAL)", "line 1, column 19: REAL isn't known here; accepted: INTEGER, TEXT, BOOLEAN, JSON"),
    ] {
        let before: Vec<usize> = database.tables().map(|table| table.row_count()).collect();
        let mistake = database.execute(text).map(|_| ()).expect_err(text);
        let after: Vec<usize> = database.tables().map(|table| table.row_count()).collect();
        assert_eq!((mistake.told(text), before), (told.to_owned(), after));
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_text_is_read_or_refused_within_itself(text in "\\PC{0,80}|[a-zA-Z0-9'()=<>|%*/+ .,_;>-]{0,250}") {
        if let Err(mistake) = super::query::parse(&text) {
            prop_assert!(mistake.at <= text.len() && text.is_char_boundary(mistake.at));
        }
    }

    /// A change of a good statement reaches further than nonsense does.
    #[test]
    fn a_statement_with_a_wrong_word_is_no_panic(which in 0..4usize, word in 0..40usize, other in "[a-z]{0,4}|[(),=<'.;-]|[0-9]{0,20}|é|not|null|name|count\\(") {
        let good = [
            "SELECT t . name , COUNT ( * ) FROM people p LEFT JOIN towns t ON p . town = t . id WHERE age BETWEEN 1 AND 50 GROUP BY t . name ORDER BY 1 LIMIT 3",
            "WITH RECURSIVE i ( id ) AS ( SELECT 1 UNION SELECT towns . id FROM i JOIN towns ON within = i . id ) SELECT * FROM i",
            "UPDATE people SET age = age + 1 , name = name || 'x' WHERE town IN ( 1 , 3 ) OR name LIKE 'a%'",
            "INSERT INTO people ( name , age ) VALUES ( 'eve' , 1 ) , ( 'fay' , NULL )",
        ];
        let mut words: Vec<&str> = good[which].split(' ').collect();
        let place = word % words.len();
        words[place] = &other;
        let _ = people().execute(&words.join(" "));
    }
}
