//! `csv`.

use base64::Engine;
use stepwise_engine::format::{Schema, Value};

/// The names and the cells of the one record, as the library reads them.
pub fn read(bytes: &[u8]) -> Vec<(String, String)> {
    let mut reader = csv::Reader::from_reader(bytes);
    let names = reader.headers().expect("it has a header").clone();
    let records: Vec<_> = reader.records().collect::<Result<_, _>>().expect("it is CSV");
    assert_eq!(records.len(), 1, "there is one record");
    names.iter().map(str::to_owned).zip(records[0].iter().map(str::to_owned)).collect()
}

/// What the cells should hold.
pub fn cells(record: &Value, schema: &Schema) -> Vec<(String, String)> {
    let text = |name: &str| match record.field(name) {
        None | Some(Value::Null) => String::new(),
        Some(Value::Text(text)) => text.to_string(),
        Some(Value::Bytes(bytes)) => base64::engine::general_purpose::STANDARD.encode(bytes),
        Some(value) => String::from_utf8(super::json::write(value, schema)).expect("JSON is text"),
    };
    schema.fields.iter().map(|field| (field.name.to_string(), text(&field.name))).collect()
}
