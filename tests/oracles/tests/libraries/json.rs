//! `serde_json`, and `base64` for bytes.

use base64::Engine;
use serde::ser::{Serialize, SerializeMap, Serializer};
use stepwise_engine::format::{Schema, Value};

struct Shown<'a>(&'a Value);

impl Serialize for Shown<'_> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            Value::Null => to.serialize_none(),
            Value::Bool(truth) => to.serialize_bool(*truth),
            Value::Int(number) => to.serialize_i64(*number),
            Value::Double(number) => to.serialize_f64(number.0),
            Value::Text(text) => to.serialize_str(text),
            Value::Bytes(bytes) => to.serialize_str(&base64::engine::general_purpose::STANDARD.encode(bytes)),
            Value::List(items) => to.collect_seq(items.iter().map(Shown)),
            Value::Record(fields) => {
                let mut map = to.serialize_map(Some(fields.len()))?;
                for (name, value) in fields {
                    map.serialize_entry(&**name, &Shown(value))?;
                }
                map.end()
            }
        }
    }
}

pub fn write(record: &Value, _: &Schema) -> Vec<u8> {
    serde_json::to_vec(&Shown(record)).expect("it is JSON")
}
