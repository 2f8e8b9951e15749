//! The record that formats are compared by.

use super::{Field, Kind, Schema, Value};

/// The record of Kleppmann's *Designing Data-Intensive Applications*, chapter 4, and its schema.
pub fn person() -> (Value, Schema) {
    let field = |number, name: &str, kind, optional| Field { number, name: name.into(), kind, optional, default: None };
    let schema = Schema {
        name: "Person".into(),
        fields: vec![
            field(1, "userName", Kind::Text, false),
            field(2, "favoriteNumber", Kind::Long, true),
            field(3, "interests", Kind::List(Kind::Text.into()), false),
        ],
    };
    let record = Value::Record(vec![
        ("userName".into(), Value::text("Martin")),
        ("favoriteNumber".into(), Value::Int(1337)),
        ("interests".into(), Value::List(vec![Value::text("daydreaming"), Value::text("hacking")])),
    ]);
    (record, schema)
}
