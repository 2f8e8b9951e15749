//! `thrift`, called as its generated code calls it.

use stepwise_engine::format::{Kind, Schema, Value};
use thrift::protocol::{
    TBinaryOutputProtocol, TCompactOutputProtocol, TFieldIdentifier, TListIdentifier, TOutputProtocol,
    TStructIdentifier, TType,
};

fn sort(kind: &Kind) -> TType {
    match kind {
        Kind::Bool => TType::Bool,
        Kind::Int => TType::I32,
        Kind::Long => TType::I64,
        Kind::Double => TType::Double,
        Kind::Text | Kind::Bytes => TType::String,
        Kind::List(_) => TType::List,
        Kind::Record(_) => TType::Struct,
    }
}

fn record(value: &Value, schema: &Schema, to: &mut dyn TOutputProtocol) -> thrift::Result<()> {
    to.write_struct_begin(&TStructIdentifier::new(schema.name.to_string()))?;
    for field in &schema.fields {
        let Some(value) = value.field(&field.name).filter(|value| **value != Value::Null) else { continue };
        let head = TFieldIdentifier::new(field.name.to_string(), sort(&field.kind), field.number as i16);
        to.write_field_begin(&head)?;
        write(value, &field.kind, to)?;
        to.write_field_end()?;
    }
    to.write_field_stop()?;
    to.write_struct_end()
}

fn write(value: &Value, kind: &Kind, to: &mut dyn TOutputProtocol) -> thrift::Result<()> {
    match (value, kind) {
        (Value::Bool(truth), _) => to.write_bool(*truth),
        (Value::Int(number), Kind::Int) => to.write_i32(*number as i32),
        (Value::Int(number), _) => to.write_i64(*number),
        (Value::Double(number), _) => to.write_double(number.0),
        (Value::Text(text), _) => to.write_string(text),
        (Value::Bytes(bytes), _) => to.write_bytes(bytes),
        (Value::List(items), Kind::List(of)) => {
            to.write_list_begin(&TListIdentifier::new(sort(of), items.len() as i32))?;
            items.iter().try_for_each(|item| write(item, of, to))?;
            to.write_list_end()
        }
        (Value::Record(_), Kind::Record(schema)) => record(value, schema, to),
        _ => panic!("{value} is no {kind}"),
    }
}

pub fn binary(value: &Value, schema: &Schema) -> Vec<u8> {
    let mut bytes = Vec::new();
    record(value, schema, &mut TBinaryOutputProtocol::new(&mut bytes, true)).expect("a vector takes all");
    bytes
}

pub fn compact(value: &Value, schema: &Schema) -> Vec<u8> {
    let mut bytes = Vec::new();
    record(value, schema, &mut TCompactOutputProtocol::new(&mut bytes)).expect("a vector takes all");
    bytes
}
