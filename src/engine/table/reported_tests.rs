//! Wrong answers that other databases gave, as their trackers have them, and what is answered here.

use super::database::Database;
use super::datum::Datum;

/// A database of those statements, asked.
fn asked(statements: &[&str], query: &str) -> String {
    let mut database = Database::new();
    for statement in statements {
        database.execute(statement).unwrap_or_else(|mistake| panic!("{statement}: {}", mistake.told(statement)));
    }
    match database.query(query) {
        Ok(answer) => {
            let row = |row: &[Datum]| row.iter().map(Datum::literal).collect::<Vec<_>>().join(",");
            answer.rows.iter().map(|it| row(it)).collect::<Vec<_>>().join(" ")
        }
        Err(mistake) => mistake.told(query),
    }
}

/// With the statistics counted and without, each answer is the same.
fn hold(statements: &[&str], cases: &[(&str, &str)]) {
    for (query, expected) in cases {
        assert_eq!(asked(statements, query), *expected, "{query}");
        let counted: Vec<&str> = statements.iter().copied().chain(["ANALYZE"]).collect();
        assert_eq!(asked(&counted, query), *expected, "{query}, with statistics");
    }
}

/// tursodatabase/turso#5181 and #4129, matrixorigin/matrixone#26821, orioledb/orioledb#1069, yugabyte/yugabyte-db#15795: a
/// range of an index holds no `NULL`, whether it is of the first column or of the next one, and whatever it is open to.
#[test]
fn a_range_of_an_index_holds_no_null() {
    let table = ["CREATE TABLE t (a INTEGER, b INTEGER, c INTEGER)", "CREATE INDEX i ON t (a, b, c)"];
    let rows = ["INSERT INTO t VALUES (1, 1, 10), (1, NULL, 20), (1, 5, 30), (NULL, 2, 40), (0, NULL, 1001)"];
    hold(
        &[&table[..], &rows].concat(),
        &[
            ("SELECT b, c FROM t WHERE a = 1 AND b < 3", "1,10"),
            ("SELECT b, c FROM t WHERE a = 1 AND b > 3", "5,30"),
            ("SELECT c FROM t WHERE a < 1", "1001"),
            ("SELECT c FROM t WHERE a > NULL", ""),
            ("SELECT c FROM t WHERE a = 1 AND b BETWEEN NULL AND 9", ""),
            ("SELECT COUNT(*) FROM t WHERE c > 5", "5"),
            ("SELECT c FROM t WHERE a = 0 AND b IS NULL", "1001"),
        ],
    );
}

/// matrixorigin/matrixone#3305, MonetDB/MonetDB#4049 and #3747, ClickHouse/ClickHouse#105827, openlink/virtuoso-opensource#1236:
/// what stands in `ON` decides who is joined, what stands in `WHERE` decides who stays, and `NULL` is joined with nobody.
#[test]
fn a_left_join_is_filtered_after_it_is_joined() {
    hold(
        &[
            "CREATE TABLE t1 (grp INTEGER, a INTEGER)",
            "INSERT INTO t1 VALUES (1, 1), (2, 2), (2, 3), (3, 4), (NULL, NULL)",
            "CREATE TABLE t2 (id INTEGER, a INTEGER PRIMARY KEY)",
            "INSERT INTO t2 VALUES (1, 1), (3, 4), (NULL, 5)",
        ],
        &[
            (
                "SELECT t1.a, t2.a FROM t1 LEFT JOIN t2 ON t1.a = t2.a WHERE t2.id IS NULL ORDER BY 1",
                "NULL,NULL 2,NULL 3,NULL",
            ),
            (
                "SELECT t1.a, t2.a FROM t1 LEFT JOIN t2 ON t1.a = t2.a AND t2.id IS NULL ORDER BY 1",
                "NULL,NULL 1,NULL 2,NULL 3,NULL 4,NULL",
            ),
            ("SELECT COUNT(*) FROM t1 LEFT JOIN t2 ON FALSE WHERE t2.id >= t1.grp", "0"),
            ("SELECT t1.a FROM t1 LEFT JOIN t2 ON FALSE WHERE t2.id", ""),
            ("SELECT t1.grp, t2.id FROM t1 JOIN t2 ON t1.grp = t2.id ORDER BY 1", "1,1 3,3"),
        ],
    );
    hold(
        &[
            "CREATE TABLE test1 (a INTEGER, b INTEGER, d INTEGER)",
            "CREATE TABLE dic (a INTEGER, c INTEGER)",
            "INSERT INTO dic VALUES (1, 1), (1, 2)",
            "INSERT INTO test1 VALUES (1, 2, 1), (1, 3, 2), (2, 2, 1), (2, 3, 2)",
        ],
        &[(
            "SELECT dd.* FROM dic AS dd JOIN test1 AS d1 ON d1.a = dd.a AND d1.d = 1 \
             LEFT JOIN test1 AS d2 ON d2.a = dd.a AND d2.d = 2 WHERE dd.c = 1 OR dd.c = 3",
            "1,1",
        )],
    );
}

/// duckdb/duckdb#24540: of a left join within a left join, whoever is joined with somebody is not alone.
#[test]
fn a_left_join_of_a_left_join_keeps_its_condition() {
    let given = |name: &str, values: &str| {
        [format!("CREATE TABLE {name} ({name} INTEGER)"), format!("INSERT INTO {name} VALUES {values}")]
    };
    let tables =
        [given("x", "(1), (2), (NULL)"), given("y", "(2), (3), (NULL)"), given("z", "(1), (3), (NULL)")].concat();
    let tables: Vec<&str> = tables.iter().map(String::as_str).collect();
    let query = "WITH s AS (SELECT y, z FROM y LEFT JOIN z ON y <> z) SELECT x, s.y, s.z FROM x LEFT JOIN s ON x <> s.y \
                 WHERE s.z IS NULL";
    hold(&tables, &[(query, "NULL,NULL,NULL")]);
}

/// cockroachdb/cockroach#93370, duckdb/duckdb#19017, MonetDB/MonetDB#7785, apache/spark#51041: `UNION ALL` keeps what is there
/// twice and `UNION` doesn't, whether `RECURSIVE` has been said or meant; and a column may begin twice.
#[test]
fn a_recursion_keeps_its_kind_of_union() {
    hold(
        &["CREATE TABLE t (label TEXT, step INTEGER)", "INSERT INTO t VALUES ('a', 1), ('a', 1), ('b', 2)"],
        &[
            (
                "WITH RECURSIVE x(id) AS (SELECT 1 UNION ALL SELECT id + 1 FROM x WHERE id < 3), \
                 y(id) AS (SELECT * FROM x UNION ALL SELECT * FROM x) SELECT id FROM y ORDER BY 1",
                "1 1 2 2 3 3",
            ),
            (
                "WITH RECURSIVE r(a, b) AS (SELECT label, step FROM t UNION SELECT 'a', 1) SELECT * FROM r",
                "'a',1 'b',2",
            ),
            (
                "WITH RECURSIVE r(label, step) AS (SELECT DISTINCT label, step FROM t UNION ALL \
                 SELECT label, step + 1 FROM r WHERE step < 3) SELECT * FROM r ORDER BY 1, 2",
                "'a',1 'a',2 'a',3 'b',2 'b',3",
            ),
            (
                "WITH RECURSIVE r(x, y) AS (SELECT step, step FROM t WHERE label = 'b' UNION ALL \
                 SELECT x + 1, x FROM r WHERE x < 5) SELECT * FROM r",
                "2,2 3,2 4,3 5,4",
            ),
        ],
    );
}

/// FirebirdSQL/firebird#7795, MonetDB/MonetDB#6602: who is in a list with a `NULL` is known, who is not in it is not.
#[test]
fn nobody_is_known_not_to_be_in_a_list_with_a_null() {
    hold(
        &["CREATE TABLE t (n INTEGER)", "CREATE INDEX i ON t (n)", "INSERT INTO t VALUES (1), (2), (NULL)"],
        &[
            ("SELECT n FROM t WHERE n NOT IN (1, 9)", "2"),
            ("SELECT n FROM t WHERE n NOT IN (1, 9, NULL)", ""),
            ("SELECT n FROM t WHERE n IN (1, 9, NULL)", "1"),
            ("SELECT n FROM t WHERE NOT (n IN (1, NULL))", ""),
            ("SELECT n FROM t WHERE n NOT IN (-59 + 76, n, NULL, n)", ""),
        ],
    );
}

/// FoundationDB/fdb-record-layer#3029, cockroachdb/cockroach#38872, orientechnologies/orientdb#1230: of no rows there is one group
/// without `GROUP BY`, and none with it; and `NULL` is a group.
#[test]
fn a_group_of_nothing_and_the_group_of_null() {
    hold(
        &["CREATE TABLE t (a INTEGER, b INTEGER)", "INSERT INTO t VALUES (1, NULL), (2, NULL), (3, 7)"],
        &[
            ("SELECT COUNT(*), COUNT(a), SUM(a), MIN(a), AVG(a) FROM t WHERE a > 9", "0,0,NULL,NULL,NULL"),
            ("SELECT COUNT(*), SUM(a) FROM t WHERE a > 9 GROUP BY b", ""),
            ("SELECT b, COUNT(*), COUNT(b), SUM(a) FROM t GROUP BY b ORDER BY b", "NULL,2,0,3 7,1,1,3"),
        ],
    );
}

/// apache/datafusion#8910, MonetDB/MonetDB#3186 and #3555, AnyhowStep/tsql#233: what nobody needs is not worked out, so it
/// can't go wrong.
#[test]
fn what_is_not_needed_is_not_worked_out() {
    let wrong = "ABS(a - 9223372036854775807 - 1)";
    let table = ["CREATE TABLE t (a INTEGER)", "INSERT INTO t VALUES (0)"];
    assert!(asked(&table, &format!("SELECT {wrong} FROM t")).contains("bits"));
    for (query, expected) in [
        (format!("SELECT COALESCE(1, {wrong}) FROM t"), "1"),
        (format!("SELECT CASE WHEN TRUE THEN -10 ELSE {wrong} END FROM t"), "-10"),
        (format!("SELECT CASE WHEN a <> 0 THEN {wrong} ELSE -1 END FROM t"), "-1"),
        ("SELECT COALESCE(1, 2 / 0), COALESCE(2 / a, 5) FROM t".to_owned(), "1,5"),
    ] {
        assert_eq!(asked(&table, &query), expected, "{query}");
    }
}

/// cmu-db/peloton#384, MonetDB/MonetDB#433, duckdb/duckdb#3249: an `UPDATE` is held to the constraints as an `INSERT` is, and
/// one that breaks none goes through.
#[test]
fn an_update_is_held_to_the_constraints() {
    let table = ["CREATE TABLE a (id INTEGER PRIMARY KEY, val INTEGER UNIQUE)", "INSERT INTO a VALUES (1, 1), (2, 2)"];
    for (update, expected) in [
        ("UPDATE a SET id = 1 WHERE val = 2", "1,1 2,2"),
        ("UPDATE a SET val = 1 WHERE val = 2", "1,1 2,2"),
        ("UPDATE a SET val = 3 WHERE id = 1", "1,3 2,2"),
        ("UPDATE a SET id = id, val = val", "1,1 2,2"),
    ] {
        let mut database = Database::new();
        table.iter().for_each(|statement| drop(database.execute(statement).expect("a table")));
        let is_done = database.execute(update).is_ok();
        assert_eq!(is_done, !update.contains("= 1 WHERE val"), "{update}");
        let answer = database.query("SELECT * FROM a ORDER BY id").expect("rows");
        let rows = answer.rows.iter().map(|row| format!("{},{}", row[0], row[1]));
        assert_eq!(rows.collect::<Vec<_>>().join(" "), expected, "{update}");
    }
}
