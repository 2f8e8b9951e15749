//! What SQLite needs for a query over 100,000 rows, and what the book needs for it, by turns, so that both meet the machine
//! in the same moods. Prints figures for `cargo xtask bench sql`.
//!
//! SQLite is that of Python's `sqlite3`, with a database in memory, asked over standard input and output. Only what lies
//! between the call and the last row is timed, there as here. Python keeps a statement that it has prepared; the book reads
//! and plans its text each time.

use std::io::{BufRead, BufReader, Write};
use std::process::{Child, Command, Stdio};
use std::time::Instant;

use serde_json::{Value, json};
use stepwise_engine::table::database::{Answer, Database};
use stepwise_engine::table::datum::Datum;

const TURNS: usize = 15;
const ROWS: u64 = 100_000;
/// Rows that one `INSERT` writes.
const BATCH: u64 = 100;

const TABLE: &str =
    "CREATE TABLE sales (id INTEGER PRIMARY KEY, city TEXT NOT NULL, year INTEGER NOT NULL, amount INTEGER)";

/// What is asked, by the name that the figures have.
const QUERIES: [(&str, &str); 4] = [
    ("group", "SELECT city, COUNT(*) AS many, SUM(amount) AS total FROM sales GROUP BY city ORDER BY total DESC, city"),
    (
        "filter",
        "SELECT city, year, MAX(amount) AS most FROM sales WHERE amount >= 5000 AND year <> 2020 GROUP BY city, year \
         ORDER BY most DESC, city, year LIMIT 20",
    ),
    ("sort", "SELECT id, amount FROM sales ORDER BY amount DESC, id LIMIT 10 OFFSET 50000"),
    ("numbers", "SELECT year, COUNT(*) AS many, AVG(amount) AS mean FROM sales GROUP BY year ORDER BY mean DESC"),
];

/// A line in is a list of statements; a line out is how many nanoseconds the last one took, and its rows.
const SQLITE: &str = r#"
import json, sqlite3, sys, time
db = sqlite3.connect(":memory:", isolation_level=None)
for line in sys.stdin:
    statements = json.loads(line)
    for statement in statements[:-1]:
        db.execute(statement)
    start = time.perf_counter_ns()
    rows = db.execute(statements[-1]).fetchall()
    print(json.dumps([time.perf_counter_ns() - start, rows]), flush=True)
"#;

struct Sqlite(Child, BufReader<std::process::ChildStdout>);

impl Sqlite {
    fn new() -> Sqlite {
        let mut python = Command::new("python3");
        python.args(["-c", SQLITE]).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = python.spawn().expect("python3, which has SQLite, is installed");
        let out = child.stdout.take().expect("it was piped");
        Sqlite(child, BufReader::new(out))
    }

    /// Carries the statements out: the nanoseconds of the last one, and its rows.
    fn ask(&mut self, statements: &[String]) -> (u64, Value) {
        let input = self.0.stdin.as_mut().expect("it was piped");
        writeln!(input, "{}", json!(statements)).expect("python3 listens");
        let mut line = String::new();
        self.1.read_line(&mut line).expect("python3 answers");
        let mut answer: Value = serde_json::from_str(&line).expect("SQLite took the statements");
        (answer[0].as_u64().expect("nanoseconds"), answer[1].take())
    }
}

/// Python ends with its input.
impl Drop for Sqlite {
    fn drop(&mut self) {
        drop(self.0.stdin.take());
        let _ = self.0.wait();
    }
}

fn inserts() -> Vec<String> {
    let mut random = oorandom::Rand64::new(17);
    let mut row = |id: u64| {
        let (city, year, amount) =
            (random.rand_range(0..200), random.rand_range(2015..2025), random.rand_range(0..10_000));
        format!("({id}, 'city {city}', {year}, {amount})")
    };
    let batch = |first: u64| {
        let rows: Vec<String> = (first..first + BATCH).map(&mut row).collect();
        format!("INSERT INTO sales VALUES {}", rows.join(", "))
    };
    (0..ROWS / BATCH).map(|batch| batch * BATCH + 1).map(batch).collect()
}

fn rows(answer: &Answer) -> Value {
    let value = |value: &Datum| match value {
        Datum::Null => Value::Null,
        Datum::Integer(number) => json!(number),
        Datum::Real(number) => json!(number),
        Datum::Text(text) => json!(&**text),
    };
    answer.rows.iter().map(|row| row.iter().map(value).collect::<Value>()).collect()
}

fn main() {
    let mut statements = vec![TABLE.to_owned()];
    statements.extend(inserts());
    let mut ours = Database::new();
    for statement in &statements {
        ours.execute(statement).unwrap_or_else(|mistake| panic!("{}", mistake.told(statement)));
    }
    let mut sqlite = Sqlite::new();
    sqlite.ask(&statements);
    for (name, query) in QUERIES {
        let [mut best, mut best_of_sqlite] = [u64::MAX; 2];
        for _ in 0..TURNS {
            let start = Instant::now();
            let answer = ours.query(query).unwrap_or_else(|mistake| panic!("{}", mistake.told(query)));
            best = best.min(start.elapsed().as_nanos() as u64);
            let (time, theirs) = sqlite.ask(&[query.to_owned()]);
            best_of_sqlite = best_of_sqlite.min(time);
            assert_eq!(rows(&answer), theirs, "{query}");
        }
        println!("sql_{name}_ms {:.3}", best as f64 / 1e6);
        println!("sql_{name}_sqlite_ms {:.3}", best_of_sqlite as f64 / 1e6);
    }
}
