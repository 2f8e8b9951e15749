//! The edges of the query language: the least number, zero with a sign, names that mean two columns, constraints that nothing
//! may slip past, joins without an end. Found by comparing with SQLite what the random queries of `tests/sqlite.rs` don't ask.

use std::rc::Rc;

use super::database::Database;
use super::datum::Datum;
use super::plan::{Operator, plan};
use super::query::parse_query;
use super::run::Run;

fn database(statements: &[&str]) -> Database {
    let mut database = Database::new();
    for statement in statements {
        database.execute(statement).unwrap_or_else(|mistake| panic!("{statement}: {}", mistake.told(statement)));
    }
    database
}

fn towns() -> Database {
    database(&[
        "CREATE TABLE towns (id INTEGER PRIMARY KEY, name TEXT UNIQUE, size INTEGER)",
        "INSERT INTO towns VALUES (1, 'Riga', 0), (2, 'Oslo', 7)",
        "CREATE TABLE people (name TEXT, town INTEGER REFERENCES towns (id), size INTEGER)",
        "INSERT INTO people VALUES ('ann', 1, 5), ('bob', NULL, 6)",
    ])
}

/// The first row, or why there is none.
fn row(database: &Database, text: &str) -> String {
    match database.query(text) {
        Ok(answer) => answer
            .rows
            .first()
            .map_or_else(String::new, |row| row.iter().map(Datum::literal).collect::<Vec<_>>().join(",")),
        Err(mistake) => mistake.told(text),
    }
}

#[test]
fn zero_is_one_number_and_what_is_no_number_is_not_known() {
    let database = towns();
    assert_eq!(
        row(&database, "SELECT -AVG(size), -AVG(size) = 0, -AVG(size) = AVG(size) FROM towns WHERE size = 0"),
        "0.0,1,1"
    );
    let both = "WITH a AS (SELECT AVG(size) AS x FROM towns WHERE size = 0) SELECT COUNT(*), COUNT(DISTINCT x) FROM a";
    assert_eq!(row(&database, both), "1,1");
    // Forty times a hundred million squared is more than a fraction can be: infinity less infinity is not known.
    let huge = ["AVG(100000000)"; 40].join(" * ");
    assert_eq!(row(&database, &format!("SELECT {huge} - {huge} FROM towns")), "NULL");
}

#[test]
fn a_fraction_is_shown_by_fifteen_digits_as_sqlite_shows_it() {
    for (number, shown) in [
        (1.0 / 3.0, "0.333333333333333"),
        (16.0 / 3.0, "5.33333333333333"),
        (0.1 + 0.2, "0.3"),
        (-0.0, "0.0"),
        (1e14, "100000000000000.0"),
        (1e15, "1.0e+15"),
        (-2.5e-7, "-2.5e-07"),
        (0.00032, "0.00032"),
        (999_999_999_999_999.9, "1.0e+15"),
        (1e300, "1.0e+300"),
    ] {
        assert_eq!(Datum::Real(number).to_string(), shown);
    }
}

#[test]
fn the_least_number_can_be_written_as_what_it_spells() {
    let mut database = towns();
    let least = Datum::Integer(i64::MIN);
    assert_eq!(row(&database, &format!("SELECT {}, {} % -1", least.literal(), least.literal())), format!("{least},0"));
    database.execute(&format!("CREATE TABLE t (n INTEGER DEFAULT {least}, m INTEGER DEFAULT -1)")).unwrap();
    database.execute("INSERT INTO t (m) VALUES (2)").unwrap();
    assert_eq!(row(&database, "SELECT * FROM t"), format!("{least},2"));
    assert!(row(&database, "SELECT -9223372036854775809").contains("is no number"));
    assert!(row(&database, "SELECT - -9223372036854775808").contains("more than 64 bits"));
    assert_eq!(row(&database, "SELECT 3 -1, 3 - 1, -2 * -3, - 5"), "2,2,6,-5");
}

#[test]
fn an_order_by_what_is_no_order_is_refused() {
    let database = towns();
    let two = "SELECT towns.size, people.size FROM towns JOIN people ON town = id ORDER BY size";
    assert_eq!(row(&database, two), "line 1, column 77: two columns of the answer are called size; accepted: 1 to 2");
    assert_eq!(row(&database, "SELECT size, size FROM towns ORDER BY size DESC"), "7,7");
    assert!(row(&database, "SELECT id FROM towns ORDER BY -1").contains("no column of the answer"));
    assert!(row(&database, "SELECT id FROM towns ORDER BY 1 + 1").contains("the same for all rows"));
    assert_eq!(row(&database, "SELECT id FROM towns ORDER BY -size"), "2");
}

/// Each of these left a row behind that breaks what the table promises, or took the promise away in silence.
#[test]
fn nothing_slips_past_a_constraint() {
    let mut database = towns();
    for (statement, problem) in [
        ("DROP TABLE towns", "people.town refers to towns; accepted: people first"),
        ("DROP INDEX towns_name", "the index towns_name keeps the values of towns apart"),
        ("CREATE TABLE t (s INTEGER REFERENCES towns (size))", "towns.size may have a value in several rows"),
        ("ALTER TABLE people ADD home INTEGER DEFAULT 9 REFERENCES towns (id)", "people.home would be 9"),
        ("INSERT INTO people (name, name) VALUES ('a', 'b')", "name is named twice"),
        ("DROP TABLE IF EXISTS towns", "IF isn't known here"),
    ] {
        let mistake = database.execute(statement).err().unwrap_or_else(|| panic!("{statement} is done"));
        assert!(mistake.told(statement).contains(problem), "{statement}: {}", mistake.told(statement));
    }
    database.execute("CREATE INDEX t_s ON people (name)").unwrap();
    assert!(
        database.execute("CREATE TABLE t (s TEXT UNIQUE)").is_err_and(|it| it.problem.contains("index t_s already"))
    );
    // A column may refer to one that its own table has further on.
    database.execute("CREATE TABLE staff (boss INTEGER REFERENCES staff (id), id INTEGER PRIMARY KEY)").unwrap();
    assert!(database.execute("INSERT INTO staff VALUES (2, 1)").is_err());
    database.execute("INSERT INTO staff VALUES (1, 1)").unwrap();
    database.execute("DROP TABLE staff").unwrap();
    database.execute("DROP TABLE people").unwrap();
    database.execute("DROP TABLE towns").unwrap();
}

/// A join that finds nothing moves no row, and would have read for hours.
#[test]
fn a_join_that_finds_nothing_is_ended_too() {
    let text = "WITH RECURSIVE r(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM r WHERE x < 20000) SELECT COUNT(*) FROM r AS a \
                JOIN r AS b ON a.x < b.x - 20000";
    assert!(row(&Database::new(), text).contains("more than 50000000 rows"));
}

/// What a plan says of an operator is what is expected to leave it: a scan gives all rows, and its filter some of them.
#[test]
fn an_estimate_is_of_the_operator_that_it_stands_beside() {
    let mut database = database(&["CREATE TABLE t (id INTEGER PRIMARY KEY, n INTEGER)", "CREATE TABLE u (k INTEGER)"]);
    for id in 1..=30 {
        database.execute(&format!("INSERT INTO t VALUES ({id}, {})", id % 5)).unwrap();
    }
    database.execute("INSERT INTO u VALUES (1), (2), (31)").unwrap();
    database.execute("ANALYZE").unwrap();
    for (text, expected) in [
        ("SELECT id FROM t WHERE n = 1", vec![30, 6, 6]),
        ("SELECT id FROM t WHERE id = 7", vec![1, 1]),
        ("SELECT * FROM u LEFT JOIN t ON id = k WHERE id IS NULL", vec![3, 3, 1, 1]),
    ] {
        let plan = Rc::new(plan(&parse_query(text).unwrap(), &database).unwrap());
        let mut run = Run::new(plan.clone(), &database);
        run.finish().unwrap();
        let estimates: Vec<u64> = plan.steps().map(|(.., step)| step.estimate).collect();
        assert_eq!(estimates, expected, "{text}\n{plan}");
        for (.., step) in plan.steps().filter(|(.., step)| matches!(step.operator, Operator::Read(_))) {
            assert_eq!(run.flow(step.id).rows_out, step.estimate, "{text}");
        }
    }
}
