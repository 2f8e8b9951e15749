//! A hint file: a merged segment's keys and positions without its values, so that start-up reads far less.
//!
//! ```text
//! for each record: | timestamp 4 | key size 2 | value size 4 | offset 8 | key … |
//! at the end:      | crc 4 |, the CRC-32 of everything before it
//! ```
//!
//! It is a shortcut and nothing more: where it is missing, or its checksum does not fit, start-up scans the data file.
//! Tombstones are in it too: without them, loading a hint would bring back a key that an older file still holds.

use super::record::{HEADER, Record, TOMBSTONE, Timestamp};
use super::segment::{Position, SegmentId};
use crate::key::Key;

/// The bytes of an entry before its key.
pub const ENTRY_HEADER: usize = 18;
/// The bytes after the last entry.
pub const CHECKSUM: usize = 4;

/// What a hint file says of one record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HintEntry {
    pub timestamp: Timestamp,
    pub key: Key,
    /// `None` for a tombstone.
    pub value_size: Option<u32>,
    /// Where the record begins in the data file.
    pub offset: u64,
}

impl HintEntry {
    pub fn new(record: &Record, offset: u64) -> HintEntry {
        let value_size = record.value.as_ref().map(|value| value.len() as u32);
        HintEntry { timestamp: record.timestamp, key: record.key.clone(), value_size, offset }
    }

    /// Where the record stands, if the hint belongs to `segment`.
    pub fn position(&self, segment: SegmentId) -> Position {
        let len = HEADER as u64 + self.key.as_str().len() as u64 + u64::from(self.value_size.unwrap_or(0));
        Position { segment, offset: self.offset, len, timestamp: self.timestamp }
    }
}

pub fn encode<'a>(entries: impl IntoIterator<Item = &'a HintEntry>) -> Vec<u8> {
    let mut bytes = Vec::new();
    for entry in entries {
        let key = entry.key.as_str().as_bytes();
        bytes.extend(entry.timestamp.0.to_be_bytes());
        bytes.extend((key.len() as u16).to_be_bytes());
        bytes.extend(entry.value_size.unwrap_or(TOMBSTONE).to_be_bytes());
        bytes.extend(entry.offset.to_be_bytes());
        bytes.extend(key);
    }
    bytes.extend(crate::checksum::crc32(&bytes).to_be_bytes());
    bytes
}

/// The entries, or `None` where the checksum does not fit.
pub fn decode(bytes: &[u8]) -> Option<Vec<HintEntry>> {
    let (mut rest, stored) = bytes.split_last_chunk::<CHECKSUM>()?;
    if crate::checksum::crc32(rest) != u32::from_be_bytes(*stored) {
        return None;
    }
    let mut entries = Vec::new();
    while !rest.is_empty() {
        let (header, after) = rest.split_first_chunk::<ENTRY_HEADER>()?;
        let [t0, t1, t2, t3, k0, k1, v0, v1, v2, v3, offset @ ..] = *header;
        let (key, after) = after.split_at_checked(usize::from(u16::from_be_bytes([k0, k1])))?;
        let value_size = u32::from_be_bytes([v0, v1, v2, v3]);
        entries.push(HintEntry {
            timestamp: Timestamp(u32::from_be_bytes([t0, t1, t2, t3])),
            key: Key::new(&String::from_utf8_lossy(key)),
            value_size: (value_size != TOMBSTONE).then_some(value_size),
            offset: u64::from_be_bytes(offset),
        });
        rest = after;
    }
    Some(entries)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entries() -> Vec<HintEntry> {
        let record = |time, key: &str, value: Option<&str>| Record {
            timestamp: Timestamp(time),
            key: Key::new(key),
            value: value.map(Into::into),
        };
        vec![HintEntry::new(&record(1, "a", Some("value")), 0), HintEntry::new(&record(9, "🙂", None), 20)]
    }

    #[test]
    fn a_hint_reads_as_it_was_written() {
        assert_eq!(decode(&encode(&entries())), Some(entries()));
        assert_eq!(decode(&encode(&[])), Some(vec![]));
        assert_eq!(entries()[0].position(SegmentId::FIRST).len, 14 + 1 + 5);
    }

    #[test]
    fn a_hint_that_was_cut_or_changed_is_none() {
        let bytes = encode(&entries());
        for at in 0..bytes.len() {
            assert_eq!(decode(&bytes[..at]), None, "cut at {at}");
            let mut flipped = bytes.clone();
            flipped[at] ^= 1;
            assert_eq!(decode(&flipped), None, "flipped at {at}");
        }
    }
}
