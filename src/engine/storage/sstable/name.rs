//! The names of files, which say what they are for.

use std::fmt::{self, Display};

/// A table, by the numbers of the memtables that it holds, both ends included.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct TableId {
    pub first: u32,
    pub last: u32,
}

impl TableId {
    /// Whether all that `other` holds is in this one, and more.
    pub fn spans(self, other: TableId) -> bool {
        self != other && self.first <= other.first && other.last <= self.last
    }

    /// Its file, once it is finished.
    pub fn file(self) -> String {
        FileName::Table(self).to_string()
    }

    /// Its file until it is finished.
    pub fn unfinished(self) -> String {
        FileName::Unfinished(self).to_string()
    }
}

/// As in `1-3`, or `4`.
impl Display for TableId {
    fn fmt(&self, out: &mut fmt::Formatter) -> fmt::Result {
        write!(out, "{}", self.first)?;
        if self.last == self.first { Ok(()) } else { write!(out, "-{}", self.last) }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FileName {
    Log(u32),
    Table(TableId),
    /// A table that is being written.
    Unfinished(TableId),
}

impl FileName {
    pub fn parse(name: &str) -> Option<FileName> {
        let (numbers, kind) = name.split_once('.')?;
        let (first, last) = numbers.split_once('-').unwrap_or((numbers, numbers));
        let id = TableId { first: first.parse().ok()?, last: last.parse().ok()? };
        match kind {
            "log" => Some(FileName::Log(id.first)),
            "sst" => Some(FileName::Table(id)),
            "sst.tmp" => Some(FileName::Unfinished(id)),
            _ => None,
        }
    }
}

impl Display for FileName {
    fn fmt(&self, out: &mut fmt::Formatter) -> fmt::Result {
        match self {
            FileName::Log(number) => write!(out, "{number}.log"),
            FileName::Table(id) => write!(out, "{id}.sst"),
            FileName::Unfinished(id) => write!(out, "{id}.sst.tmp"),
        }
    }
}
