//! A look from outside: what is counted, and the state as a program reads it.

use serde_json::{Map, Value as Json, json};

use super::Encoding;
use super::command::spelt;
use crate::contract::{Counter, Dump};
use crate::format::{Format, Part};

/// The names of the counters of sizes, in the order of the formats.
const SIZES: [&str; 9] = [
    "json_bytes",
    "xml_bytes",
    "csv_bytes",
    "messagepack_bytes",
    "bson_bytes",
    "thrift_binary_bytes",
    "thrift_compact_bytes",
    "protobuf_bytes",
    "avro_bytes",
];

pub fn counters(engine: &Encoding) -> Vec<Counter> {
    let sizes = Format::ALL.into_iter().zip(SIZES).map(|(format, name)| {
        let bytes = engine.written(format).map_or(0, |written| written.bytes.len());
        Counter { name, value: bytes as u64 }
    });
    let mut counters = vec![
        Counter { name: "fields", value: engine.schema.fields.len() as u64 },
        Counter { name: "formats_written", value: engine.formats.iter().flatten().count() as u64 },
    ];
    counters.extend(sizes);
    counters.extend([
        Counter { name: "records_read", value: engine.tally.read },
        Counter { name: "records_changed", value: engine.tally.changed },
        Counter { name: "reads_failed", value: engine.tally.failed },
    ]);
    counters
}

pub fn state(engine: &Encoding) -> Json {
    let fields = engine.schema.fields.iter().map(|field| {
        let value = engine.record.field(&field.name).map(|value| value.to_string());
        json!({
            "number": field.number,
            "name": &*field.name,
            "kind": spelt(&field.kind, field.optional),
            "value": value,
        })
    });
    let fields: Vec<Json> = fields.collect();
    let mut formats = Map::new();
    for written in engine.formats.iter().flatten() {
        let hex: String = written.bytes.iter().map(|byte| format!("{byte:02x}")).collect();
        let read = match &written.read {
            Ok(_) => json!(written.differences(&engine.record, &engine.schema).len()),
            Err(bad) => json!(bad.to_string()),
        };
        let told = json!({ "bytes": written.bytes.len(), "hex": hex, "damaged": written.damaged, "differences": read });
        formats.insert(written.format.name().to_owned(), told);
    }
    json!({ "record": &*engine.schema.name, "fields": fields, "formats": formats })
}

impl Encoding {
    /// The bytes of a format, each explained as its reader explains it.
    pub fn dump(&self, format: Format) -> Option<Dump> {
        let written = self.written(format)?;
        let title = format!("{}: {} bytes", format.name(), written.bytes.len());
        let spans = written.parts.iter().map(Part::span).collect();
        Some(Dump { title, offset: 0, bytes: written.bytes.clone(), spans })
    }
}
