//! What the versions are opened with.

use stepwise_derive::{Choice, Parameters};

#[derive(Clone, Copy, Debug, PartialEq, Eq, Choice)]
pub enum Family {
    /// Avro: fields by name
    Avro,
    /// Protocol Buffers: fields by number
    #[name("protobuf")]
    ProtocolBuffers,
    /// Thrift (compact): fields by number
    Thrift,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Choice)]
pub enum Origin {
    /// written by hand
    Hand,
    /// made from a database table
    Table,
}

#[derive(Clone, Copy, Debug, Parameters)]
pub struct Settings {
    /// The encoding, and by what a reader finds a field
    #[label("Encoding")]
    #[parameter(Family::Avro)]
    pub family: Family,
    /// Where the schema comes from; from a table, each column gets the number of its place
    #[label("Schema")]
    #[parameter(Origin::Hand)]
    pub origin: Origin,
    /// Whether the number of a removed field is reserved, so no new field gets it
    #[label("Reserve numbers")]
    #[parameter(true)]
    pub reserve: bool,
}

impl Family {
    /// Its own name.
    pub fn said(self) -> &'static str {
        match self {
            Family::Avro => "Avro",
            Family::ProtocolBuffers => "Protocol Buffers",
            Family::Thrift => "Thrift",
        }
    }

    /// Whether fields are found by numbers and not by names.
    pub fn is_numbered(self) -> bool {
        self != Family::Avro
    }
}
