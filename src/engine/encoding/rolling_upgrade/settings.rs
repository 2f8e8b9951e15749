//! What the fleet and its database are opened with.

use stepwise_derive::{Choice, Parameters};

use crate::sim::Time;

/// How the schema changes from version to version.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Choice)]
pub enum Change {
    /// a field is added
    Add,
    /// a field is split in two, in one go
    Split,
    /// a field is split in two, by expand, migrate and contract
    Staged,
}

impl Change {
    /// The last version of the code.
    pub fn last(self) -> u8 {
        if self == Change::Staged { 4 } else { 2 }
    }

    /// Whether code of version `reader` understands what code of version `writer` has written last. A plan may only have
    /// versions at work at once that understand each other, and every row.
    pub fn allows(self, reader: u8, writer: u8) -> bool {
        match self {
            Change::Add => true,
            Change::Split => reader == writer,
            // Versions 1 and 2 read the old field, which version 4 does not write; 3 and 4 read the new ones, which
            // version 1 does not write.
            Change::Staged => {
                if reader <= 2 {
                    writer <= 3
                } else {
                    writer >= 2
                }
            }
        }
    }
}

/// How a row is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Choice)]
pub enum Format {
    /// Protocol Buffers
    ProtocolBuffers,
    /// JSON
    Json,
    /// Avro
    Avro,
}

/// What code does with fields that its schema doesn't know.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Choice)]
pub enum Unknown {
    /// dropped
    Dropped,
    /// kept
    Kept,
}

/// When a row of an older version is rewritten, if no migration does it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Choice)]
pub enum Rewrite {
    /// when it is changed
    OnWrite,
    /// when it is read
    OnRead,
}

#[derive(Clone, Copy, Debug, Parameters)]
pub struct Settings {
    /// How the schema changes
    #[parameter(Change::Add)]
    pub change: Change,
    /// How a row is written
    #[parameter(Format::ProtocolBuffers)]
    pub format: Format,
    /// What code does with fields that it doesn't know, when it writes a row back
    #[label("Unknown fields")]
    #[parameter(Unknown::Dropped)]
    pub unknown: Unknown,
    /// When code rewrites a row that an older version has written
    #[label("Rewrites a row")]
    #[parameter(Rewrite::OnWrite)]
    pub rewrite: Rewrite,
    /// How many rows there are
    #[parameter(3, 1..=4)]
    pub rows: usize,
    /// How many rows a migration rewrites before the database opens again
    #[parameter(4, 1..=4)]
    pub batch: usize,
    /// How long a migration is at work on a row
    #[label("Work on a row")]
    #[parameter(20, 1..=1_000, "ms")]
    pub work: Time,
    /// How long a message takes
    #[parameter(10, 0..=50, "ms")]
    pub delay: Time,
}
