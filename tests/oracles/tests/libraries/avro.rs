//! `apache-avro`.

use apache_avro::types::Value as Theirs;
use serde_json::json;
use stepwise_engine::format::{Kind, Schema, Value};

fn described(kind: &Kind) -> serde_json::Value {
    match kind {
        Kind::Bool => json!("boolean"),
        Kind::Int => json!("int"),
        Kind::Long => json!("long"),
        Kind::Double => json!("double"),
        Kind::Text => json!("string"),
        Kind::Bytes => json!("bytes"),
        Kind::List(of) => json!({ "type": "array", "items": described(of) }),
        Kind::Record(schema) => record(schema),
    }
}

fn record(schema: &Schema) -> serde_json::Value {
    let fields = schema.fields.iter().map(|field| {
        let kind = described(&field.kind);
        let kind = if field.optional { json!(["null", kind]) } else { kind };
        json!({ "name": &*field.name, "type": kind })
    });
    json!({ "type": "record", "name": &*schema.name, "fields": fields.collect::<Vec<_>>() })
}

fn theirs(value: &Value, kind: &Kind) -> Theirs {
    match (value, kind) {
        (Value::Bool(truth), _) => Theirs::Boolean(*truth),
        (Value::Int(number), Kind::Int) => Theirs::Int(*number as i32),
        (Value::Int(number), _) => Theirs::Long(*number),
        (Value::Double(number), _) => Theirs::Double(number.0),
        (Value::Text(text), _) => Theirs::String(text.to_string()),
        (Value::Bytes(bytes), _) => Theirs::Bytes(bytes.to_vec()),
        (Value::List(items), Kind::List(of)) => Theirs::Array(items.iter().map(|item| theirs(item, of)).collect()),
        (Value::Record(_), Kind::Record(schema)) => datum(value, schema),
        _ => panic!("{value} is no {kind}"),
    }
}

fn datum(record: &Value, schema: &Schema) -> Theirs {
    let fields = schema.fields.iter().map(|field| {
        let value = match record.field(&field.name) {
            None | Some(Value::Null) => Theirs::Union(0, Theirs::Null.into()),
            Some(value) if field.optional => Theirs::Union(1, theirs(value, &field.kind).into()),
            Some(value) => theirs(value, &field.kind),
        };
        (field.name.to_string(), value)
    });
    Theirs::Record(fields.collect())
}

pub fn write(value: &Value, schema: &Schema) -> Vec<u8> {
    let described = apache_avro::Schema::parse(&record(schema)).expect("it is a schema");
    apache_avro::to_avro_datum(&described, datum(value, schema)).expect("it fits")
}
