//! `bson`.

use bson::spec::BinarySubtype;
use bson::{Binary, Bson, Document};
use stepwise_engine::format::{Kind, Schema, Value};

fn theirs(value: &Value, kind: &Kind) -> Bson {
    match (value, kind) {
        (Value::Null, _) => Bson::Null,
        (Value::Bool(truth), _) => Bson::Boolean(*truth),
        (Value::Int(number), Kind::Int) => Bson::Int32(*number as i32),
        (Value::Int(number), _) => Bson::Int64(*number),
        (Value::Double(number), _) => Bson::Double(number.0),
        (Value::Text(text), _) => Bson::String(text.to_string()),
        (Value::Bytes(bytes), _) => Bson::Binary(Binary { subtype: BinarySubtype::Generic, bytes: bytes.to_vec() }),
        (Value::List(items), Kind::List(of)) => Bson::Array(items.iter().map(|item| theirs(item, of)).collect()),
        (Value::Record(_), Kind::Record(schema)) => Bson::Document(document(value, schema)),
        _ => panic!("{value} is no {kind}"),
    }
}

fn document(record: &Value, schema: &Schema) -> Document {
    let said = schema.fields.iter().filter_map(|field| Some((field, record.field(&field.name)?)));
    said.map(|(field, value)| (field.name.to_string(), theirs(value, &field.kind))).collect()
}

pub fn write(record: &Value, schema: &Schema) -> Vec<u8> {
    document(record, schema).to_vec().expect("it is a document")
}
