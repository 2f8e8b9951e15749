//! What each format's own library makes of a record.

pub mod avro;
pub mod bson;
pub mod csv;
pub mod json;
pub mod message_pack;
pub mod protocol_buffers;
pub mod thrift;
pub mod xml;

use stepwise_engine::format::{Format, Schema, Value};

/// The bytes of a record, of those formats whose bytes are settled.
pub fn write(format: Format, record: &Value, schema: &Schema) -> Vec<u8> {
    match format {
        Format::Json => json::write(record, schema),
        Format::MessagePack => message_pack::write(record, schema),
        Format::Bson => bson::write(record, schema),
        Format::ThriftBinary => thrift::binary(record, schema),
        Format::ThriftCompact => thrift::compact(record, schema),
        Format::ProtocolBuffers => protocol_buffers::write(record, schema),
        Format::Avro => avro::write(record, schema),
        Format::Xml | Format::Csv => panic!("what is read back is compared, since quotes and escapes may differ"),
    }
}
