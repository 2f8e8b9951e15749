//! What the engine will not do, and why: reasons of the subject, told to the reader.

use std::fmt::{self, Display};

use super::record::{BadRecord, MAX_KEY};
use super::segment::SegmentId;
use crate::language::{shorten, spell};
use crate::sim::DiskError;

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    Disk(DiskError),
    KeyTooLong {
        bytes: usize,
    },
    /// `scan`, where the engine is not to pay for it.
    NoOrder {
        keys: usize,
    },
    /// A record that was written and synced is not what it was.
    Damaged(Damage),
    /// Start-up met the damage, and nothing is served.
    Closed(Damage),
    NothingToMerge {
        active: SegmentId,
    },
    MergeRunning,
    NoSuchSegments {
        first: u32,
        last: u32,
        closed: Vec<SegmentId>,
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
    /// Where the bad record begins.
    pub offset: u64,
    pub reason: BadRecord,
}

impl From<DiskError> for Refusal {
    fn from(error: DiskError) -> Refusal {
        Refusal::Disk(error)
    }
}

impl Display for Refusal {
    fn fmt(&self, out: &mut fmt::Formatter) -> fmt::Result {
        match self {
            Refusal::Disk(error) => error.fmt(out),
            Refusal::KeyTooLong { bytes } => {
                write!(out, "the key has {bytes} bytes; a record has two bytes for its size, so at most {MAX_KEY}")
            }
            Refusal::NoOrder { keys } => write!(
                out,
                "a hash table keeps its keys in no order, so a range could only be found by looking at every key (there are \
                 {keys}); ask for one key with `get`, or set the parameter `scan` to `pay`"
            ),
            Refusal::Damaged(damage) => damage.fmt(out),
            Refusal::Closed(damage) => {
                write!(out, "the database is closed: {damage}, and what follows it there cannot be trusted")
            }
            Refusal::NothingToMerge { active } => write!(
                out,
                "there is nothing to merge: only closed segments are merged, and {} is still written to",
                active.data()
            ),
            Refusal::MergeRunning => out.write_str("a merge is running; `merge` without numbers drives it to its end"),
            Refusal::NoSuchSegments { first, last, closed } => {
                let closed: Vec<_> = closed.iter().map(SegmentId::to_string).collect();
                let there = if closed.is_empty() { "none".to_owned() } else { shorten(&closed.join(", "), 60) };
                write!(out, "there is no closed segment from {first} to {last}; closed are: {there}")
            }
            Refusal::NoSuchByte { file, offset, len: Some(len), .. } => {
                write!(
                    out,
                    "{file} has {len} bytes, so none at offset {offset}; accepted: 0 to {}",
                    len.saturating_sub(1)
                )
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
        write!(out, "the record in {} at offset {} is damaged ({})", self.file, self.offset, self.reason)
    }
}
