//! Records as bytes, in the formats in which programs hand them to each other.
//!
//! # The idea
//!
//! A [record](value) is written by one program and read by another, which may be older or newer, in another language, or
//! the same program in five years. A format says how. What it does not write, the reader has to know from elsewhere, from a
//! [schema]; and what it writes each time costs bytes each time.
//!
//! Writing is a plain function from a record to bytes. **Reading explains**: a decoder tells an [`Ear`] what each byte is
//! for as it goes over it, so that no explanation can say what the bytes do not; where no one listens it costs nothing.
//! Bytes that are cut or changed read as [`BadBytes`], which say where, never as a panic.
//!
//! # Reading order
//!
//! [`value`], [`schema`] and [`read`] are what all share. [`json`], [`xml`] and [`csv`] are text, and single values as
//! [`text`] are the same in them; [`message_pack`] and [`bson`] are JSON's values in bytes; [`thrift`] and
//! [`protocol_buffers`] write numbers in place of names, and [`avro`] neither.
//!
//! # Simpler than the real ones because
//!
//! - a schema knows truths, whole numbers of 32 and 64 bits, doubles, texts, bytes, lists and records: no maps, enums, dates
//!   or decimals, and no lists of lists;
//! - a record is alone: streams of them, files with heads and checksums, and compression are around a record, not in it.

pub mod avro;
pub mod bson;
pub mod csv;
pub mod json;
pub mod message_pack;
pub mod protocol_buffers;
pub mod read;
pub mod schema;
pub mod text;
pub mod thrift;
pub mod value;
pub mod worked;
pub mod xml;

pub use read::{BadBytes, Bytes, Ear, Encoded, Part, Parts, Role};
pub use schema::{Field, Kind, Misfit, Schema};
pub use value::{Double, Value};
pub use worked::person;

/// How a record becomes bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Format {
    Json,
    Xml,
    Csv,
    MessagePack,
    Bson,
    ThriftBinary,
    ThriftCompact,
    ProtocolBuffers,
    Avro,
}

impl Format {
    pub const ALL: [Format; 9] = [
        Format::Json,
        Format::Xml,
        Format::Csv,
        Format::MessagePack,
        Format::Bson,
        Format::ThriftBinary,
        Format::ThriftCompact,
        Format::ProtocolBuffers,
        Format::Avro,
    ];

    pub fn name(self) -> &'static str {
        match self {
            Format::Json => "JSON",
            Format::Xml => "XML",
            Format::Csv => "CSV",
            Format::MessagePack => "MessagePack",
            Format::Bson => "BSON",
            Format::ThriftBinary => "Thrift Binary",
            Format::ThriftCompact => "Thrift Compact",
            Format::ProtocolBuffers => "Protocol Buffers",
            Format::Avro => "Avro",
        }
    }

    /// Writes a record that fits its schema; what a format has no way to say is a [`Misfit`].
    pub fn write(self, record: &Value, schema: &Schema) -> Result<Vec<u8>, Misfit> {
        let mut out = Vec::new();
        match self {
            Format::Json => json::write(record, schema, &mut out)?,
            Format::Xml => xml::write(record, schema, &mut out)?,
            Format::Csv => csv::write(record, schema, &mut out)?,
            Format::MessagePack => message_pack::write(record, schema, &mut out)?,
            Format::Bson => bson::write(record, schema, &mut out)?,
            Format::ThriftBinary => thrift::write::<thrift::Binary>(record, schema, &mut out)?,
            Format::ThriftCompact => thrift::write::<thrift::Compact>(record, schema, &mut out)?,
            Format::ProtocolBuffers => protocol_buffers::write(record, schema, &mut out)?,
            Format::Avro => avro::write(record, schema, &mut out)?,
        }
        Ok(out)
    }

    /// Reads a record of that schema, and tells whoever listens.
    pub fn read<E: Ear>(self, bytes: &[u8], schema: &Schema, ear: E) -> (Result<Value, BadBytes>, E) {
        let mut bytes = Bytes::new(bytes, ear);
        let value = match self {
            Format::Json => json::read(&mut bytes, schema),
            Format::Xml => xml::read(&mut bytes, schema),
            Format::Csv => csv::read(&mut bytes, schema),
            Format::MessagePack => message_pack::read(&mut bytes, schema),
            Format::Bson => bson::read(&mut bytes, schema),
            Format::ThriftBinary => thrift::read::<thrift::Binary, E>(&mut bytes, schema),
            Format::ThriftCompact => thrift::read::<thrift::Compact, E>(&mut bytes, schema),
            Format::ProtocolBuffers => protocol_buffers::read(&mut bytes, schema),
            Format::Avro => avro::read(&mut bytes, schema),
        };
        (value, bytes.ear)
    }
}

#[cfg(test)]
mod reported;
#[cfg(test)]
mod tests;
