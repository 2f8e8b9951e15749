//! Each format's own library at the worked record.

mod dynamic;
mod generated;

use stepwise_engine::format::Format;

use crate::Work;

/// The record written by the library, and `bytes` read by it.
pub fn works(format: Format, bytes: &[u8]) -> [Work<'_>; 2] {
    match format {
        Format::Json => dynamic::json(bytes),
        Format::MessagePack => dynamic::message_pack(bytes),
        Format::Bson => dynamic::bson(bytes),
        Format::ProtocolBuffers => dynamic::protocol_buffers(bytes),
        Format::Avro => dynamic::avro(bytes),
        Format::Xml => generated::xml(bytes),
        Format::Csv => generated::csv(bytes),
        Format::ThriftBinary => generated::thrift_binary(bytes),
        Format::ThriftCompact => generated::thrift_compact(bytes),
    }
}
