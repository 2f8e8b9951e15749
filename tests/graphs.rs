//! One question, three texts, one answer: random graphs, circles and loops included, asked in Cypher, in SPARQL and in SQL, and
//! the text of the SQL put to Python's `sqlite3` as well, all of them in one process. Where there is no `python3`, that is said
//! and nothing is compared.

use std::collections::BTreeSet;
use std::io::Write;
use std::process::{Command, Stdio};

use serde_json::{Value, json};
use stepwise_engine::language::{Words, statements};
use stepwise_engine::model::graph::GraphStore;
use stepwise_engine::{Engine, Parameters};

const CASES: u64 = 500;
const LANGUAGES: [&str; 3] = ["cypher", "sparql", "sql"];

/// For each case: the rows of the tables, and the query; what comes back are sets of names.
const ORACLE: &str = r#"
import json, sqlite3, sys
answers = []
for vertices, edges, query in json.load(sys.stdin):
    db = sqlite3.connect(":memory:")
    db.execute("CREATE TABLE vertices (id INTEGER PRIMARY KEY, label TEXT NOT NULL, name TEXT NOT NULL UNIQUE)")
    db.execute("CREATE TABLE edges (id INTEGER PRIMARY KEY, tail INTEGER, kind TEXT, head INTEGER)")
    db.executemany("INSERT INTO vertices VALUES (?, ?, ?)", vertices)
    db.executemany("INSERT INTO edges (tail, kind, head) VALUES (?, ?, ?)", edges)
    answers.append([row[0] for row in db.execute(query)])
json.dump(answers, sys.stdout)
"#;

/// Chance, the same at each run.
struct Chance(u64);

impl Chance {
    fn below(&mut self, most: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % most
    }
}

struct Case {
    /// The commands that make the graph.
    script: String,
    vertices: Vec<Value>,
    edges: Vec<Value>,
    /// In the order of the languages.
    texts: [String; 3],
}

const LABELS: [&str; 2] = ["person", "place"];
const KINDS: [&str; 2] = ["within", "lives_in"];

impl Case {
    fn new(seed: u64) -> Case {
        let mut chance = Chance(seed);
        chance.below(2);
        let many = 1 + chance.below(12);
        let (mut script, mut vertices, mut edges) = (String::new(), Vec::new(), Vec::new());
        for number in 0..many {
            let label = LABELS[chance.below(2) as usize];
            script += &format!("add {label} v{number}\n");
            vertices.push(json!([number + 1, label, format!("v{number}")]));
        }
        let mut seen = BTreeSet::new();
        for _ in 0..many + chance.below(2 * many) {
            let edge = (chance.below(many), KINDS[usize::from(chance.below(3) == 0)], chance.below(many));
            if seen.insert(edge) {
                let (tail, kind, head) = edge;
                script += &format!("connect v{tail} {kind} v{head}\n");
                edges.push(json!([tail + 1, kind, head + 1]));
            }
        }
        let (at, zero, up, lives) =
            (chance.below(many), chance.below(2) == 0, chance.below(2) == 0, chance.below(2) == 0);
        Case { script, vertices, edges, texts: texts(at, zero, up, lives) }
    }
}

/// What can be reached from a vertex, up or down, with itself or without; or, if it `lives`, who lives in any of that.
fn texts(at: u64, zero: bool, up: bool, lives: bool) -> [String; 3] {
    let (least, sign) = if zero { ("0", "*") } else { ("1", "+") };
    let (right, left) = if up { ("<-", "-") } else { ("-", "->") };
    // The path leads from what is found to the vertex, or the other way around.
    let cypher_path = format!("{right}[:within*{least}..]{left}");
    let sparql_path = if up { format!("^(:within{sign})") } else { format!(":within{sign}") };
    let cypher = match lives {
        true => format!("MATCH (p)-[:lives_in]->(){cypher_path}({{name: 'v{at}'}}) RETURN DISTINCT p.name"),
        false => format!("MATCH (p){cypher_path}({{name: 'v{at}'}}) WHERE p:person RETURN DISTINCT p.name"),
    };
    let head = "PREFIX : <https://example.org/> SELECT DISTINCT ?n";
    let sparql = match lives {
        true => format!("{head} {{ ?p :lives_in/{sparql_path} :v{at} ; :name ?n }}"),
        false => format!("{head} {{ ?p {sparql_path} :v{at} ; a :person ; :name ?n }}"),
    };
    let (from, to) = if up { ("tail", "head") } else { ("head", "tail") };
    let first = match zero {
        true => format!("SELECT id FROM vertices WHERE name = 'v{at}'"),
        false => format!(
            "SELECT {to} FROM edges JOIN vertices AS v ON v.id = {from} WHERE v.name = 'v{at}' AND kind = 'within'"
        ),
    };
    let table = format!(
        "WITH RECURSIVE found(id) AS ({first} UNION SELECT {to} FROM edges JOIN found ON {from} = found.id WHERE kind = 'within')"
    );
    let sql = match lives {
        true => format!(
            "{table} SELECT DISTINCT p.name FROM found JOIN edges AS l ON l.head = found.id AND l.kind = 'lives_in' JOIN \
             vertices AS p ON p.id = l.tail"
        ),
        false => format!(
            "{table} SELECT DISTINCT p.name FROM vertices AS p JOIN found ON found.id = p.id WHERE p.label = 'person'"
        ),
    };
    [cypher, sparql, sql]
}

fn run(engine: &mut GraphStore, script: &str) {
    for statement in statements(script).expect("it can be read") {
        let command =
            GraphStore::parse(&mut Words::new(&statement)).unwrap_or_else(|mistake| panic!("{script}: {mistake}"));
        let outcome = engine.execute(&command, &mut ());
        assert!(outcome.is_ok(), "{script}: {outcome}");
    }
}

/// The answers of SQLite, or none where there is none.
fn sqlite(cases: &[Case]) -> Option<Vec<BTreeSet<String>>> {
    let input: Vec<Value> = cases.iter().map(|case| json!([case.vertices, case.edges, case.texts[2]])).collect();
    let mut python =
        Command::new("python3").args(["-c", ORACLE]).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().ok()?;
    python.stdin.take()?.write_all(Value::from(input).to_string().as_bytes()).ok()?;
    let output = python.wait_with_output().ok()?;
    if !output.status.success() {
        return None;
    }
    serde_json::from_slice(&output.stdout).ok()
}

#[test]
fn three_texts_have_one_answer_and_it_is_that_of_sqlite() {
    let cases: Vec<Case> = (0..CASES).map(Case::new).collect();
    let Some(expected) = sqlite(&cases) else {
        println!(
            "three_texts_have_one_answer_and_it_is_that_of_sqlite: there is no python3 with sqlite3 here, so nothing was compared"
        );
        return;
    };
    assert!(expected.iter().filter(|names| names.len() > 1).count() > 50, "many have something to find");
    for (case, expected) in cases.iter().zip(&expected) {
        let parameters = Parameters::new(GraphStore::PARAMETERS, [("graph", "empty")]).expect("they fit");
        let mut engine = GraphStore::open(&parameters).expect("it opens");
        run(&mut engine, &case.script);
        for (place, language) in LANGUAGES.iter().enumerate() {
            run(&mut engine, &format!("{language} \"{}\"", case.texts[place]));
            let answer = engine.answers[place].as_ref().expect("it was answered");
            let found: BTreeSet<String> = answer.rows.iter().map(|row| row[0].to_string()).collect();
            assert_eq!(found, *expected, "{language} after {}: {}", case.script, case.texts[place]);
            assert_eq!(answer.rows.len(), found.len(), "each once: {}", case.texts[place]);
        }
    }
}
