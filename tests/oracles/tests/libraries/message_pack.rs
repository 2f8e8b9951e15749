//! `rmpv`.

use stepwise_engine::format::{Schema, Value};

fn theirs(value: &Value) -> rmpv::Value {
    match value {
        Value::Null => rmpv::Value::Nil,
        Value::Bool(truth) => (*truth).into(),
        Value::Int(number) => (*number).into(),
        Value::Double(number) => number.0.into(),
        Value::Text(text) => (&**text).into(),
        Value::Bytes(bytes) => rmpv::Value::Binary(bytes.to_vec()),
        Value::List(items) => rmpv::Value::Array(items.iter().map(theirs).collect()),
        Value::Record(fields) => {
            rmpv::Value::Map(fields.iter().map(|(name, value)| ((&**name).into(), theirs(value))).collect())
        }
    }
}

pub fn write(record: &Value, _: &Schema) -> Vec<u8> {
    let mut bytes = Vec::new();
    rmpv::encode::write_value(&mut bytes, &theirs(record)).expect("a vector takes all");
    bytes
}
