//! Segments: the files that the log is cut into, and their names.

use std::fmt::{self, Display};

use super::record::Timestamp;
use crate::sim::FileId;

/// Which segment. The log fills segments 1, 2, 3 and so on; merging them gives 1.1, and merging that again 1.2. The
/// active segment, which is written to, always has the greatest number and has never been merged.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct SegmentId {
    /// The place in the log: a greater number was written later.
    pub number: u32,
    /// How many merges lie behind it.
    pub generation: u32,
}

impl SegmentId {
    pub const FIRST: SegmentId = SegmentId { number: 1, generation: 0 };

    /// The name of its records' file.
    pub fn data(self) -> String {
        format!("{self}.data")
    }

    /// The name of its hint file.
    pub fn hint(self) -> String {
        format!("{self}.hint")
    }
}

impl Display for SegmentId {
    fn fmt(&self, out: &mut fmt::Formatter) -> fmt::Result {
        match self.generation {
            0 => write!(out, "{}", self.number),
            generation => write!(out, "{}.{generation}", self.number),
        }
    }
}

/// What follows the name of a file that a merge has not finished.
pub const UNFINISHED: &str = ".tmp";

/// What a file is, by its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FileName {
    pub segment: SegmentId,
    pub is_hint: bool,
    /// A merge is still writing it, or died while it did.
    pub is_unfinished: bool,
}

impl FileName {
    /// Reads a name such as `3.data`, `1.1.hint` or `1.2.data.tmp`; `None` for a file that is not ours.
    pub fn parse(name: &str) -> Option<FileName> {
        let (name, is_unfinished) = name.strip_suffix(UNFINISHED).map_or((name, false), |name| (name, true));
        let (stem, ending) = name.rsplit_once('.')?;
        let is_hint = match ending {
            "data" => false,
            "hint" => true,
            _ => return None,
        };
        let (number, generation) = stem.split_once('.').unwrap_or((stem, "0"));
        let segment = SegmentId { number: number.parse().ok()?, generation: generation.parse().ok()? };
        Some(FileName { segment, is_hint, is_unfinished })
    }
}

/// What is kept in memory of a segment that is open.
#[derive(Clone, Copy, Debug)]
pub struct Segment {
    pub data: FileId,
    pub hint: Option<FileId>,
    /// The oldest record in it; `None` while it is empty.
    pub oldest: Option<Timestamp>,
}

impl Segment {
    pub fn new(data: FileId) -> Segment {
        Segment { data, hint: None, oldest: None }
    }

    /// A record of that time stands in it.
    pub fn holds(&mut self, timestamp: Timestamp) {
        self.oldest = Some(self.oldest.map_or(timestamp, |oldest| oldest.min(timestamp)));
    }
}

/// Where a record stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Position {
    pub segment: SegmentId,
    /// In bytes from the start of the file.
    pub offset: u64,
    /// In bytes, the header included.
    pub len: u64,
    pub timestamp: Timestamp,
}

impl Display for Position {
    fn fmt(&self, out: &mut fmt::Formatter) -> fmt::Result {
        write!(out, "{} at offset {}", self.segment.data(), self.offset)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_says_what_a_file_is() {
        let merged = SegmentId { number: 3, generation: 2 };
        assert_eq!((merged.data().as_str(), SegmentId::FIRST.hint().as_str()), ("3.2.data", "1.hint"));
        for (name, segment, is_hint, is_unfinished) in [
            ("3.2.data", merged, false, false),
            ("1.hint", SegmentId::FIRST, true, false),
            ("3.2.hint.tmp", merged, true, true),
        ] {
            assert_eq!(FileName::parse(name), Some(FileName { segment, is_hint, is_unfinished }));
        }
        for name in ["", "data", "x.data", "1.log", "1.2.3.data"] {
            assert_eq!(FileName::parse(name), None, "{name}");
        }
    }
}
