//! The queries of the book against SQLite: 3,000 random tables and statements, answered by both.
//!
//! All of them are put to Python's `sqlite3` in one process, over its standard input and output. The generator leaves nothing
//! out of the language; what it refuses by name, although SQLite would answer, is counted, and the kinds of refusals are a
//! golden list. Where there is no `python3`, that is said and nothing is compared.

use std::collections::BTreeMap;
use std::io::Write;
use std::process::{Command, Stdio};

use serde_json::{Value, json};
use stepwise_engine::table::database::{Answer, Database, Effect};
use stepwise_engine::table::datum::Datum;

const CASES: u64 = 3000;

/// Each refusal that the generator meets, and of each thing that SQLite has and this language has not.
const REFUSALS: &str = include_str!("sqlite/refusals.txt");

/// Carries out each statement of each case in a database of its own; a statement that fails answers `false`.
const ORACLE: &str = r#"
import json, sqlite3, struct, sys
def plain(value):
    # A fraction as its bits: nothing is rounded on the way.
    return {"bits": struct.unpack("<q", struct.pack("<d", value))[0]} if isinstance(value, float) else value
answers = []
for case in json.load(sys.stdin):
    db = sqlite3.connect(":memory:")
    db.isolation_level = None
    db.execute("PRAGMA foreign_keys = ON")
    db.execute("PRAGMA case_sensitive_like = OFF")
    given = []
    for statement in case:
        try:
            given.append([[plain(value) for value in row] for row in db.execute(statement).fetchall()])
        except sqlite3.Error as error:
            given.append(str(error))
    answers.append(given)
json.dump(answers, sys.stdout)
"#;

/// Chance, the same at each run.
struct Chance(u64);

impl Chance {
    fn below(&mut self, most: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 33) as usize % most
    }

    fn pick<T: Copy>(&mut self, from: &[T]) -> T {
        from[self.below(from.len())]
    }

    fn often(&mut self, in_ten: usize) -> bool {
        self.below(10) < in_ten
    }
}

/// A table that a query may name: what it is called in it, its columns of numbers and of texts.
#[derive(Clone)]
struct Seen {
    name: String,
    numbers: Vec<&'static str>,
    texts: Vec<&'static str>,
}

/// One case: the statements, and of each query how many of its first columns the order is by.
struct Maker {
    chance: Chance,
    seen: Vec<Seen>,
}

const WORDS: &[&str] = &["''", "'a'", "'b'", "'Ab'", "'ab'", "'abc'", "'Ä'", "'it''s'", "'%'", "'10'"];

impl Maker {
    fn case(seed: u64) -> Vec<String> {
        let mut maker = Maker { chance: Chance(seed * 0x9E37_79B9 + 0x1234_5678_9ABC), seen: Vec::new() };
        let mut statements = maker.tables();
        for _ in 0..4 {
            if maker.chance.often(3) {
                let changes = maker.change();
                statements.push(changes);
            }
            statements.push(maker.query());
        }
        // Whatever was changed is as it is in SQLite.
        statements.push("SELECT * FROM t ORDER BY id".to_owned());
        statements.push("SELECT * FROM u ORDER BY 1, 2, 3".to_owned());
        statements
    }

    fn tables(&mut self) -> Vec<String> {
        let unique = if self.chance.often(2) { " UNIQUE" } else { "" };
        let not_null = if self.chance.often(3) { " NOT NULL DEFAULT 3" } else { "" };
        let references = if self.chance.often(3) { " REFERENCES t (id)" } else { "" };
        let mut statements = vec![
            format!("CREATE TABLE t (id INTEGER PRIMARY KEY, n INTEGER{not_null}, s TEXT{unique}, b BOOLEAN)"),
            format!("CREATE TABLE u (k INTEGER{references}, m INTEGER, w TEXT)"),
        ];
        let indexes = ["i ON t (n)", "j ON t (s, n)", "k ON u (k, m)", "l ON u (w)", "o ON t (b, s)"];
        for (table, most) in [("t", 14), ("u", 18)] {
            if self.chance.often(1) {
                statements.extend(indexes.iter().map(|index| format!("CREATE INDEX {index}")).take(1));
            }
            for _ in 0..self.chance.below(most) {
                let row = self.row(table);
                statements.push(format!("INSERT INTO {table} VALUES ({row})"));
            }
        }
        for index in indexes {
            if self.chance.often(5) {
                statements.push(format!("CREATE INDEX {index}"));
            }
        }
        if self.chance.often(6) {
            statements.push("ANALYZE".to_owned());
        }
        statements
    }

    fn row(&mut self, table: &str) -> String {
        let key = if self.chance.often(8) { "NULL".to_owned() } else { self.number() };
        let (one, other, text) = (self.number(), self.number(), self.text());
        match table {
            "t" => format!("{key}, {one}, {text}, {}", self.chance.pick(&["TRUE", "FALSE", "NULL", "1"])),
            _ => format!("{}, {other}, {text}", self.chance.pick(&["1", "2", "3", "4", "NULL", "7"])),
        }
    }

    fn number(&mut self) -> String {
        self.chance.pick(&["NULL", "0", "1", "2", "3", "5", "-1", "-7", "10", "300", "70000", "4000000000"]).to_owned()
    }

    fn text(&mut self) -> String {
        if self.chance.often(1) { "NULL".to_owned() } else { self.chance.pick(WORDS).to_owned() }
    }

    fn change(&mut self) -> String {
        self.seen = vec![table_t("t")];
        match self.chance.below(7) {
            0 => format!("UPDATE t SET n = {} WHERE {}", self.numeric(2), self.condition(2)),
            1 => format!(
                "UPDATE t SET s = {}, b = {} WHERE {}",
                self.textual(2),
                self.chance.pick(&["NULL", "b", "NOT b"]),
                self.condition(1)
            ),
            2 => format!("DELETE FROM t WHERE {}", self.condition(1)),
            3 => "INSERT INTO u (m, w) SELECT n, s FROM t".to_owned(),
            4 => format!("ALTER TABLE t ADD COLUMN extra INTEGER DEFAULT {}", self.chance.pick(&["5", "NULL", "-2"])),
            5 => format!("UPDATE t SET id = id + {} WHERE {}", self.chance.pick(&["100", "1"]), self.condition(0)),
            _ => format!("INSERT INTO t VALUES ({}), ({})", self.row("t"), self.row("t")),
        }
    }

    /// A whole query, whose order, if it has a limit, leaves nothing to chance.
    fn query(&mut self) -> String {
        if self.chance.often(2) {
            return self.recursive();
        }
        let (select, columns) = self.select(None);
        let mut text = String::new();
        let common = self.chance.often(1) && columns > 0;
        if common {
            text += &format!("WITH q AS ({select}) SELECT * FROM q");
        } else {
            text += &select;
        }
        if self.chance.often(2) {
            let union = self.chance.pick(&["UNION", "UNION ALL"]);
            let kinds: Vec<bool> = (0..columns).map(|_| false).collect();
            let (other, _) = self.select(Some(&kinds));
            text += &format!(" {union} {other}");
        }
        if self.chance.often(6) {
            let each = (1..=columns).map(|place| format!("{place}{}", self.chance.pick(&["", " DESC", " ASC"])));
            text += &format!(" ORDER BY {}", each.collect::<Vec<_>>().join(", "));
            if self.chance.often(4) {
                text += &format!(" LIMIT {}", self.chance.below(6));
                if self.chance.often(4) {
                    text += &format!(" OFFSET {}", self.chance.below(4));
                }
            }
        }
        text
    }

    fn recursive(&mut self) -> String {
        let union = self.chance.pick(&["UNION", "UNION", "UNION ALL"]);
        let step = self.chance.below(4);
        // Only new rows come to an end in a circle; all rows are counted down.
        let depth = if union == "UNION ALL" || step > 1 { " WHERE d < 4" } else { "" };
        let deeper = if union == "UNION ALL" { "d + 1" } else { "0" };
        let arm = match step {
            0 => format!("SELECT u.m, {deeper} FROM r JOIN u ON u.k = r.x{depth}"),
            1 => format!("SELECT u.k, {deeper} FROM u, r WHERE u.m = r.x{}", depth.replace("WHERE", "AND")),
            2 => format!("SELECT x + 1, d + 1 FROM r{depth}"),
            _ => format!("SELECT t.n, d + 1 FROM r JOIN t ON t.id = r.x JOIN u ON u.k = t.id{depth}"),
        };
        let first = self.chance.pick(&["SELECT 1, 0", "SELECT k, 0 FROM u", "SELECT id, 0 FROM t WHERE n > 0"]);
        let last = self.chance.pick(&[
            "SELECT * FROM r",
            "SELECT COUNT(*), SUM(x), MAX(d) FROM r",
            "SELECT t.s, d FROM r JOIN t ON t.id = r.x",
            "SELECT x, COUNT(*) FROM r GROUP BY x",
        ]);
        format!("WITH RECURSIVE r(x, d) AS ({first} {union} {arm}) {last}")
    }

    /// A `SELECT` and how many columns it has; those of numbers only where it is put to another.
    fn select(&mut self, like: Option<&[bool]>) -> (String, usize) {
        let alias = self.chance.pick(&["t", "a"]);
        self.seen = vec![table_t(alias)];
        let mut from = if alias == "t" { "t".to_owned() } else { "t AS a".to_owned() };
        let mut later = String::new();
        if self.chance.often(4) {
            let kind = self.chance.pick(&["JOIN", "JOIN", "LEFT JOIN", "INNER JOIN", ","]);
            self.seen.push(Seen { name: "u".to_owned(), numbers: vec!["k", "m"], texts: vec!["w"] });
            let on = match self.chance.below(4) {
                0 => format!("u.k = {alias}.id"),
                1 => format!("{alias}.n = u.m AND {}", self.condition(1)),
                2 => format!("{alias}.s = u.w"),
                _ => self.condition(2),
            };
            if kind == "," {
                from += ", u";
                later = on;
            } else {
                from += &format!(" {kind} u ON {on}");
            }
            if self.chance.often(2) {
                self.seen.push(table_t("z"));
                from += &format!(" JOIN t AS z ON z.id = {}", self.chance.pick(&["u.m", "u.k"]));
            }
        }
        if self.chance.often(6) {
            let condition = self.condition(3);
            later = if later.is_empty() { condition } else { format!("{later} AND ({condition})") };
        }
        let condition = if later.is_empty() { String::new() } else { format!(" WHERE {later}") };
        let columns = like.map_or_else(|| 1 + self.chance.below(3), <[bool]>::len);
        if self.chance.often(4) {
            return (self.grouped(&from, &condition, columns), columns);
        }
        let distinct = if self.chance.often(2) { "DISTINCT " } else { "" };
        let each: Vec<String> = (0..columns)
            .map(|_| if like.is_some() || self.chance.often(7) { self.numeric(2) } else { self.textual(2) })
            .collect();
        (format!("SELECT {distinct}{} FROM {from}{condition}", each.join(", ")), columns)
    }

    fn grouped(&mut self, from: &str, condition: &str, columns: usize) -> String {
        let key = match self.chance.below(3) {
            0 => None,
            1 => Some(self.numeric(1)),
            _ => Some(self.column(true)),
        };
        let each: Vec<String> = (0..columns)
            .map(|place| match &key {
                Some(key) if place == 0 && self.chance.often(7) => key.clone(),
                _ => self.aggregate(),
            })
            .collect();
        let by = key.map_or_else(String::new, |key| format!(" GROUP BY {key}"));
        let having = if self.chance.often(3) {
            format!(
                " HAVING {} {} {}",
                self.aggregate(),
                self.chance.pick(&["=", "<", ">=", "<>"]),
                self.chance.below(4)
            )
        } else {
            String::new()
        };
        format!("SELECT {} FROM {from}{condition}{by}{having}", each.join(", "))
    }

    fn aggregate(&mut self) -> String {
        let number = self.numeric(1);
        match self.chance.below(8) {
            0 | 1 => "COUNT(*)".to_owned(),
            2 => format!("COUNT({number})"),
            3 => format!("COUNT(DISTINCT {})", self.column(true)),
            4 => format!("{}({number})", self.chance.pick(&["SUM", "AVG"])),
            5 => format!("{}(DISTINCT {number})", self.chance.pick(&["SUM", "AVG"])),
            6 => format!("{}({number}) + 1", self.chance.pick(&["MIN", "MAX", "SUM", "AVG"])),
            _ => format!("{}({number})", self.chance.pick(&["MIN", "MAX"])),
        }
    }

    fn column(&mut self, number: bool) -> String {
        let place = self.chance.below(self.seen.len());
        let seen = self.seen[place].clone();
        let name = self.chance.pick(if number { &seen.numbers } else { &seen.texts });
        format!("{}.{name}", seen.name)
    }

    fn numeric(&mut self, depth: usize) -> String {
        if depth == 0 || self.chance.often(4) {
            return if self.chance.often(7) { self.column(true) } else { self.number() };
        }
        match self.chance.below(8) {
            0..=2 => {
                let (one, other) = (self.numeric(depth - 1), self.numeric(depth - 1));
                let sign = self.chance.pick(&["+", "-", "*", "/", "%"]);
                self.perhaps_in_parentheses(format!("{one} {sign} {other}"))
            }
            3 => format!("-{}", self.column(true)),
            4 => format!("ABS({})", self.numeric(depth - 1)),
            5 => format!("COALESCE({}, {})", self.numeric(depth - 1), self.numeric(depth - 1)),
            6 => {
                let (condition, one, other) = (self.condition(1), self.numeric(depth - 1), self.numeric(depth - 1));
                format!("CASE WHEN {condition} THEN {one} ELSE {other} END")
            }
            _ => {
                let text = self.textual(depth - 1);
                self.chance.pick(&["LENGTH(?)", "INSTR(?, 'b')"]).replace('?', &text)
            }
        }
    }

    fn textual(&mut self, depth: usize) -> String {
        if depth == 0 || self.chance.often(5) {
            return if self.chance.often(8) { self.column(false) } else { self.text() };
        }
        match self.chance.below(5) {
            0 => format!("({} || {})", self.textual(depth - 1), self.textual(depth - 1)),
            1 => format!("({} || {})", self.textual(depth - 1), self.numeric(0)),
            2 => format!("{}({})", self.chance.pick(&["UPPER", "LOWER"]), self.textual(depth - 1)),
            3 => {
                format!("SUBSTR({}, {})", self.textual(depth - 1), self.chance.pick(&["1", "2", "0", "-1", "-2", "9"]))
            }
            _ => {
                let (text, from, len) = (
                    self.textual(depth - 1),
                    self.chance.pick(&["1", "2", "0", "-2", "-5"]),
                    self.chance.pick(&["0", "1", "2", "-1", "9"]),
                );
                format!("SUBSTR({text}, {from}, {len})")
            }
        }
    }

    fn condition(&mut self, depth: usize) -> String {
        if depth > 0 && self.chance.often(4) {
            let (one, other) = (self.condition(depth - 1), self.condition(depth - 1));
            return match self.chance.below(5) {
                0 => format!("NOT ({one})"),
                1 => format!("NOT {one}"),
                2 => format!("({one} OR {other})"),
                3 => format!("{one} OR {other}"),
                _ => format!("{one} AND {other}"),
            };
        }
        let not = self.chance.pick(&["", "", "NOT "]);
        match self.chance.below(9) {
            0..=2 => {
                let sign = self.chance.pick(&["=", "<", "<=", ">", ">=", "<>", "!=", "=="]);
                format!("{} {sign} {}", self.column(true), self.numeric(1))
            }
            3 => format!("{} {} {}", self.column(false), self.chance.pick(&["=", "<", ">="]), self.textual(1)),
            4 => format!("{} {not}IN ({}, {}, {})", self.column(true), self.number(), self.number(), self.numeric(1)),
            5 => format!("{} {not}BETWEEN {} AND {}", self.column(true), self.number(), self.number()),
            6 => format!(
                "{} {not}LIKE {}",
                self.textual(1),
                self.chance.pick(&["'a%'", "'_b'", "'%B%'", "'%'", "''", "'a_c'", "'ä'", "NULL"])
            ),
            7 => format!("{} IS {not}NULL", self.numeric(1)),
            _ => format!("{} {} {}", self.numeric(1), self.chance.pick(&["=", "<", ">"]), self.numeric(1)),
        }
    }

    fn perhaps_in_parentheses(&mut self, text: String) -> String {
        if self.chance.often(5) { format!("({text})") } else { text }
    }
}

fn table_t(name: &str) -> Seen {
    Seen { name: name.to_owned(), numbers: vec!["id", "n", "b"], texts: vec!["s"] }
}

fn as_json(value: &Datum) -> Value {
    match value {
        Datum::Null => Value::Null,
        Datum::Integer(number) => json!(number),
        Datum::Real(number) => json!({ "bits": number.to_bits() as i64 }),
        Datum::Text(text) => json!(&**text),
    }
}

/// Rows as they are compared: in their order where the query gives all of it, and sorted otherwise.
fn comparable(rows: Vec<Value>, ordered: bool) -> Vec<String> {
    let mut rows: Vec<String> = rows.iter().map(Value::to_string).collect();
    if !ordered {
        rows.sort();
    }
    rows
}

/// The words of a refusal without the numbers of its case.
fn kind_of(problem: &str) -> String {
    let words = problem.split(' ').map(|word| if word.bytes().any(|byte| byte.is_ascii_digit()) { "…" } else { word });
    words.collect::<Vec<_>>().join(" ")
}

/// What SQLite knows and this language does not: the generator can't write it.
const FOREIGN: &[&str] = &[
    "SELECT 1.5",
    "SELECT x'00'",
    "SELECT \"n\" FROM t",
    "SELECT n FROM t WHERE n = ?1",
    "SELECT CAST(n AS TEXT) FROM t",
    "SELECT n & 1 FROM t",
    "SELECT n << 1 FROM t",
    "SELECT s < n FROM t",
    "SELECT s + 1 FROM t",
    "SELECT n FROM t WHERE s",
    "SELECT n IS 1 FROM t",
    "SELECT s GLOB 'a*' FROM t",
    "SELECT s LIKE 'a' ESCAPE 'b' FROM t",
    "SELECT s COLLATE NOCASE FROM t",
    "SELECT CASE n WHEN 1 THEN 2 END FROM t",
    "SELECT MAX(n, 1) FROM t",
    "SELECT ROUND(n) FROM t",
    "SELECT SUM(n) FILTER (WHERE n > 1) FROM t",
    "SELECT SUM(n) OVER () FROM t",
    "SELECT n, COUNT(*) FROM t",
    "SELECT ALL n FROM t",
    "SELECT (SELECT 1)",
    "SELECT n FROM t WHERE EXISTS (SELECT 1)",
    "SELECT n FROM t WHERE n IN (SELECT k FROM u)",
    "SELECT n FROM t WHERE n IN ()",
    "SELECT n FROM (SELECT n FROM t)",
    "SELECT t.n FROM t RIGHT JOIN u ON 1",
    "SELECT t.n FROM t FULL JOIN u ON 1",
    "SELECT t.n FROM t NATURAL JOIN u",
    "SELECT t.n FROM t JOIN u USING (n)",
    "SELECT n FROM t INTERSECT SELECT k FROM u",
    "SELECT n FROM t EXCEPT SELECT k FROM u",
    "SELECT n FROM t GROUP BY 1",
    "SELECT n FROM t ORDER BY n NULLS LAST",
    "SELECT DISTINCT n FROM t ORDER BY s",
    "SELECT n FROM t LIMIT 1, 2",
    "SELECT rowid FROM t",
    "VALUES (1)",
    "WITH a AS (WITH b AS (SELECT 1) SELECT * FROM b) SELECT * FROM a",
    "WITH RECURSIVE r(x) AS (SELECT 1 UNION SELECT x FROM r ORDER BY 1) SELECT * FROM r",
    "CREATE TABLE v (n REAL)",
    "CREATE TABLE v (a INTEGER, b INTEGER, PRIMARY KEY (a, b))",
    "CREATE TABLE v (a INTEGER CHECK (a > 0))",
    "CREATE VIEW v AS SELECT 1",
    "CREATE INDEX v ON t (n DESC)",
    "CREATE INDEX v ON t (n + 1)",
    "INSERT OR REPLACE INTO t (n) VALUES (1)",
    "INSERT INTO t DEFAULT VALUES",
    "UPDATE t SET n = 1 RETURNING n",
    "ALTER TABLE t RENAME TO v",
    "ALTER TABLE t DROP COLUMN n",
    "BEGIN",
];

/// Each of them with what is said of it.
fn foreign() -> String {
    let mut database = Database::new();
    for statement in ["CREATE TABLE t (id INTEGER PRIMARY KEY, n INTEGER, s TEXT)", "CREATE TABLE u (k INTEGER)"] {
        database.execute(statement).expect("a table");
    }
    let told = |text: &&str| match database.clone().execute(text) {
        Ok(_) => panic!("{text} is not refused"),
        Err(mistake) => format!("{text}\n    {}\n", mistake.told(text)),
    };
    FOREIGN.iter().map(told).collect()
}

#[test]
fn answers_are_those_of_sqlite() {
    let cases: Vec<Vec<String>> = (1..=CASES).map(Maker::case).collect();
    let Some(given) = sqlite(&cases) else {
        println!("answers_are_those_of_sqlite: there is no python3 with sqlite3 here, so nothing was compared");
        return;
    };
    let (mut refusals, mut wrong, mut answered) = (BTreeMap::<String, usize>::new(), Vec::new(), 0);
    for (case, given) in cases.iter().zip(&given) {
        let mut database = Database::new();
        for (statement, theirs) in case.iter().zip(given.as_array().expect("answers")) {
            let ordered = statement.contains(" ORDER BY ");
            match (database.execute(statement), theirs) {
                (Ok(Effect::Answered(Answer { rows, .. })), Value::Array(theirs)) => {
                    let ours: Vec<Value> = rows.iter().map(|row| row.iter().map(as_json).collect()).collect();
                    answered += 1;
                    if comparable(ours.clone(), ordered) != comparable(theirs.clone(), ordered) {
                        wrong.push(format!("{}\n  ours   {ours:?}\n  theirs {theirs:?}", case.join(";\n")));
                        break;
                    }
                }
                (Ok(_), Value::Array(_)) => {}
                (Err(_), Value::String(_)) => {}
                (Ok(_), theirs) => {
                    wrong.push(format!("{}\n  at {statement}\n  answered, theirs {theirs}", case.join(";\n")));
                    break;
                }
                // What is refused by name ends the case if it would have changed anything.
                (Err(mistake), _) => {
                    *refusals.entry(kind_of(&mistake.problem)).or_default() += 1;
                    if !statement.starts_with("SELECT") && !statement.starts_with("WITH") {
                        break;
                    }
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{} cases differ, as\n{}", wrong.len(), wrong[..wrong.len().min(3)].join("\n\n"));
    let mut found: String = refusals.keys().map(|kind| format!("{kind}\n")).collect();
    found += "\n";
    found += &foreign();
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        std::fs::write("tests/sqlite/refusals.txt", &found).expect("the list can be written");
    }
    println!("{answered} answers were compared; refused by name: {refusals:?}");
    assert!(answered > 2 * CASES, "{answered}");
    assert_eq!(found, REFUSALS, "what is refused although SQLite answers it");
}

fn sqlite(cases: &[Vec<String>]) -> Option<Vec<Value>> {
    let mut python =
        Command::new("python3").args(["-c", ORACLE]).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().ok()?;
    let mut input = python.stdin.take()?;
    let text = json!(cases).to_string();
    let writer = std::thread::spawn(move || input.write_all(text.as_bytes()));
    let output = python.wait_with_output().ok()?;
    writer.join().ok()?.ok()?;
    output.status.success().then(|| serde_json::from_slice(&output.stdout).expect("the answers as JSON"))
}
