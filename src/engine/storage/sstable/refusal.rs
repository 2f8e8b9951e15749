//! What the engine will not do, and why: reasons of the subject, told to the reader.

use std::fmt::{self, Display};

use super::TableId;
use crate::language::{shorten, spell};
use crate::sim::DiskError;
use crate::storage::table::Corrupt;

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    Disk(DiskError),
    /// Bytes that were written and synced are not what they were.
    Damaged(Damage),
    /// Start-up met the damage, and nothing is served.
    Closed(Damage),
    NothingToMerge {
        tables: usize,
    },
    MergeRunning,
    NoSuchTables {
        first: u32,
        last: u32,
        tables: Vec<TableId>,
    },
    NoSuchByte {
        file: String,
        offset: u64,
        /// How long the file is, if there is one of that name.
        len: Option<u64>,
        files: Vec<String>,
    },
}

/// Bytes on the disk that are not those which were written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Damage {
    pub file: String,
    pub corrupt: Corrupt,
}

impl From<DiskError> for Refusal {
    fn from(error: DiskError) -> Refusal {
        Refusal::Disk(error)
    }
}

impl From<Damage> for Refusal {
    fn from(damage: Damage) -> Refusal {
        Refusal::Damaged(damage)
    }
}

impl Display for Refusal {
    fn fmt(&self, out: &mut fmt::Formatter) -> fmt::Result {
        match self {
            Refusal::Disk(error) => error.fmt(out),
            Refusal::Damaged(damage) => damage.fmt(out),
            Refusal::Closed(damage) => write!(out, "the database is closed: {damage}"),
            Refusal::NothingToMerge { tables } => {
                write!(
                    out,
                    "a merge takes two tables or more, and there {}; `flush` makes one of the memtable",
                    if *tables == 1 { "is 1".to_owned() } else { format!("are {tables}") }
                )
            }
            Refusal::MergeRunning => out.write_str("a merge is running; `merge` without numbers drives it to its end"),
            Refusal::NoSuchTables { first, last, tables } => {
                let tables: Vec<_> = tables.iter().map(TableId::to_string).collect();
                let there = if tables.is_empty() { "none".to_owned() } else { shorten(&tables.join(", "), 60) };
                write!(out, "a merge takes two tables or more, not those from {first} to {last}; there are: {there}")
            }
            Refusal::NoSuchByte { file, offset, len: Some(len), .. } => {
                let last = len.saturating_sub(1);
                write!(out, "{file} has {len} bytes, so none at offset {offset}; accepted: 0 to {last}")
            }
            Refusal::NoSuchByte { file, files, .. } => {
                let there = shorten(&files.join(", "), 120);
                write!(out, "there is no file {}; there are: {there}", spell(&shorten(file, 40)))
            }
        }
    }
}

impl Display for Damage {
    fn fmt(&self, out: &mut fmt::Formatter) -> fmt::Result {
        write!(out, "{} is corrupt: {}", self.file, self.corrupt)
    }
}
