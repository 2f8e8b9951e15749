//! The queries' own decoders: the record of a row, and the text of a statement up to its plan.

use stepwise::engine::table::database::{Database, Field};
use stepwise::engine::table::datum::{Datum, Type};
use stepwise::engine::table::plan::plan;
use stepwise::engine::table::query::{Statement, parse};
use stepwise::engine::table::record;

pub fn records() -> Vec<Vec<u8>> {
    let rows: [&[Datum]; 3] = [
        &[Datum::Null, 0.into(), 1.into(), "ann".into()],
        &[(-129).into(), (1 << 40).into(), Datum::Real(1.5), "".into()],
        &[i64::MIN.into(), "a text of some length, as names are not".into()],
    ];
    rows.into_iter().map(record::encode).collect()
}

pub fn read_record(bytes: &[u8]) {
    let field = |place: usize| Field {
        name: format!("c{place}").into(),
        kind: Type::Text,
        key: false,
        not_null: false,
        default: Datum::Null,
        references: None,
    };
    let fields: Vec<Field> = (0..5).map(field).collect();
    assert_eq!(record::columns(bytes, 1, &fields, &[0, 2, 4]).len(), 3);
    for span in record::explain(bytes, 1, &fields, 0) {
        assert!(span.range.end <= bytes.len(), "{}", span.label);
    }
}

pub fn texts() -> Vec<Vec<u8>> {
    let texts = [
        "SELECT t.n, COUNT(*) AS c FROM t LEFT JOIN u ON u.k = t.id WHERE t.n BETWEEN 1 AND 5 GROUP BY t.n ORDER BY c DESC LIMIT 3",
        "WITH RECURSIVE r(x) AS (SELECT 1 UNION SELECT u.m FROM r JOIN u ON u.k = r.x) SELECT x FROM r WHERE x NOT IN (1, NULL)",
        "SELECT CASE WHEN s LIKE 'a%' THEN UPPER(s) ELSE s || '''' END, SUBSTR(s, -2, 1) FROM t -- a remark",
        "UPDATE t SET n = -n * 2 % 3 WHERE s IS NOT NULL OR NOT n = 1",
        "INSERT INTO t (n, s) VALUES (1, 'it''s'), (NULL, NULL)",
        "CREATE TABLE v (id INTEGER PRIMARY KEY, d JSON NOT NULL, b BOOLEAN DEFAULT TRUE, k INTEGER REFERENCES t (id))",
    ];
    texts.iter().map(|text| text.as_bytes().to_vec()).collect()
}

pub fn read_text(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    let mut database = Database::new();
    for statement in [
        "CREATE TABLE t (id INTEGER PRIMARY KEY, n INTEGER, s TEXT UNIQUE)",
        "CREATE TABLE u (k INTEGER, m INTEGER)",
        "CREATE INDEX i ON u (k, m)",
        "INSERT INTO t (n, s) VALUES (1, 'a'), (2, 'b')",
    ] {
        database.execute(statement).expect("a table");
    }
    let result = match parse(&text) {
        Ok(Statement::Select(query) | Statement::Explain(query)) => {
            plan(&query, &database).map(|plan| plan.explain().len())
        }
        Ok(statement) => database.write(&statement).map(|_| 0),
        Err(mistake) => Err(mistake),
    };
    if let Err(mistake) = result {
        assert!(mistake.at <= text.len() && text.is_char_boundary(mistake.at), "{}", mistake.told(&text));
        assert!(mistake.told(&text).starts_with("line "));
    }
}
