//! A record on disk: what one `put` or `delete` appends.
//!
//! ```text
//! byte  0      4          8         10          14         14 + key size
//!       | crc  | timestamp | key size | value size | key … | value … |
//! ```
//!
//! Numbers are big-endian. The checksum is the CRC-32 of everything after it, so that it covers the sizes too. The
//! layout is Bitcask's (Sheehy and Smith, *Bitcask: A Log-Structured Hash Table for Fast Key/Value Data*, 2010).
//!
//! A *mark* is a header alone, with a value size that no value has. It says that all before it in its file was synced
//! ([`tail`](super::tail) has what that is good for). Bitcask has nothing like it.

use std::fmt::{self, Display};
use std::rc::Rc;

use crate::key::Key;

/// The bytes before the key: checksum 4, timestamp 4, key size 2, value size 4.
pub const HEADER: usize = 14;
/// The longest key in bytes: its size has to fit into two bytes.
pub const MAX_KEY: usize = u16::MAX as usize;
/// The value size that marks a tombstone, which has no value at all: an empty value is a value.
pub const TOMBSTONE: u32 = u32::MAX;
/// The value size that makes a mark of a header.
pub const MARK: u32 = u32::MAX - 1;

/// When a record was written, by a counter that grows with each write. The newest record of a key is the one that
/// counts, whichever file it stands in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Timestamp(pub u32);

impl Timestamp {
    pub fn next(self) -> Timestamp {
        Timestamp(self.0 + 1)
    }
}

impl Display for Timestamp {
    fn fmt(&self, out: &mut fmt::Formatter) -> fmt::Result {
        self.0.fmt(out)
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    pub timestamp: Timestamp,
    pub key: Key,
    /// `None` is a tombstone: the key was deleted.
    pub value: Option<Rc<str>>,
}

/// What a segment is a row of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Item {
    Record(Record),
    Mark(Timestamp),
}

/// Why bytes are no record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BadRecord {
    /// The file ends before the record does.
    Short { needed: u64, found: u64 },
    /// The bytes are not those that were written.
    Checksum { stored: u32, computed: u32 },
    /// It is a mark, and no record.
    Mark,
}

impl Display for BadRecord {
    fn fmt(&self, out: &mut fmt::Formatter) -> fmt::Result {
        match self {
            BadRecord::Short { needed, found } => write!(out, "it needs {needed} bytes and the file has {found} left"),
            BadRecord::Mark => out.write_str("it is a mark"),
            BadRecord::Checksum { stored, computed } => {
                write!(out, "its checksum says {stored:08x} and its bytes give {computed:08x}")
            }
        }
    }
}

impl Record {
    /// How many bytes the record takes.
    pub fn size(&self) -> u64 {
        (HEADER + self.key.as_str().len() + self.value.as_ref().map_or(0, |value| value.len())) as u64
    }

    pub fn encode(&self) -> Vec<u8> {
        let value_size = match &self.value {
            Some(value) => u32::try_from(value.len()).expect("a value comes from a script, which is far shorter"),
            None => TOMBSTONE,
        };
        encode(self.timestamp, self.key.as_str(), value_size, self.value.as_deref().unwrap_or_default())
    }

    /// The record at the start of `bytes`, where the caller knows that one begins there; more may follow it.
    pub fn decode(bytes: &[u8]) -> Result<Record, BadRecord> {
        match Item::decode(bytes)? {
            Item::Record(record) => Ok(record),
            Item::Mark(_) => Err(BadRecord::Mark),
        }
    }
}

impl Item {
    /// What stands at the start of `bytes`; more may follow it.
    pub fn decode(bytes: &[u8]) -> Result<Item, BadRecord> {
        let found = bytes.len() as u64;
        let header = Header::decode(bytes).ok_or(BadRecord::Short { needed: HEADER as u64, found })?;
        let end = header.record_len();
        if found < end {
            return Err(BadRecord::Short { needed: end, found });
        }
        let computed = crate::checksum::crc32(&bytes[4..end as usize]);
        if computed != header.checksum {
            return Err(BadRecord::Checksum { stored: header.checksum, computed });
        }
        if header.value_size == MARK {
            return Ok(Item::Mark(header.timestamp));
        }
        let (key, value) = bytes[HEADER..end as usize].split_at(usize::from(header.key_size));
        let value = (header.value_size != TOMBSTONE).then(|| String::from_utf8_lossy(value).into());
        Ok(Item::Record(Record { timestamp: header.timestamp, key: Key::new(&String::from_utf8_lossy(key)), value }))
    }

    /// How many bytes it takes.
    pub fn size(&self) -> u64 {
        match self {
            Item::Record(record) => record.size(),
            Item::Mark(_) => HEADER as u64,
        }
    }

    pub fn timestamp(&self) -> Timestamp {
        match self {
            Item::Record(record) => record.timestamp,
            Item::Mark(timestamp) => *timestamp,
        }
    }
}

/// The bytes of a mark.
pub fn mark(timestamp: Timestamp) -> Vec<u8> {
    encode(timestamp, "", MARK, "")
}

fn encode(timestamp: Timestamp, key: &str, value_size: u32, value: &str) -> Vec<u8> {
    let key_size = u16::try_from(key.len()).expect("a key's length is checked before it is written");
    let mut bytes = vec![0; 4];
    bytes.extend(timestamp.0.to_be_bytes());
    bytes.extend(key_size.to_be_bytes());
    bytes.extend(value_size.to_be_bytes());
    bytes.extend(key.bytes());
    bytes.extend(value.bytes());
    let checksum = crate::checksum::crc32(&bytes[4..]);
    bytes[..4].copy_from_slice(&checksum.to_be_bytes());
    bytes
}

/// The part of fixed size, which says how long the rest is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Header {
    pub checksum: u32,
    pub timestamp: Timestamp,
    pub key_size: u16,
    /// 2^32 - 1 for a tombstone, 2^32 - 2 for a mark.
    pub value_size: u32,
}

impl Header {
    /// The header at the start of `bytes`, or `None` where there are too few.
    pub fn decode(bytes: &[u8]) -> Option<Header> {
        let (bytes, _) = bytes.split_first_chunk::<HEADER>()?;
        let [c0, c1, c2, c3, t0, t1, t2, t3, k0, k1, v0, v1, v2, v3] = *bytes;
        Some(Header {
            checksum: u32::from_be_bytes([c0, c1, c2, c3]),
            timestamp: Timestamp(u32::from_be_bytes([t0, t1, t2, t3])),
            key_size: u16::from_be_bytes([k0, k1]),
            value_size: u32::from_be_bytes([v0, v1, v2, v3]),
        })
    }

    pub fn is_tombstone(&self) -> bool {
        self.value_size == TOMBSTONE
    }

    /// The bytes of the whole record, if the sizes can be trusted.
    pub fn record_len(&self) -> u64 {
        let has_value = self.value_size < MARK;
        HEADER as u64 + u64::from(self.key_size) + if has_value { self.value_size.into() } else { 0 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(key: &str, value: Option<&str>) -> Record {
        Record { timestamp: Timestamp(7), key: Key::new(key), value: value.map(Into::into) }
    }

    /// FACTS: crc32 (4 bytes), timestamp (4), key size (2), value size (4), then key and value.
    #[test]
    fn the_bytes_are_those_of_the_format() {
        let bytes = record("ab", Some("xyz")).encode();
        assert_eq!(bytes[4..], *b"\0\0\0\x07\0\x02\0\0\0\x03abxyz");
        assert_eq!(bytes[..4], crate::checksum::crc32(&bytes[4..]).to_be_bytes());
        assert_eq!(bytes.len() as u64, record("ab", Some("xyz")).size());
    }

    #[test]
    fn a_record_reads_as_it_was_written() {
        for value in [Some("1"), Some(""), Some("é🙂"), None] {
            for key in ["a", "", "🙂"] {
                let mut bytes = record(key, value).encode();
                bytes.extend(b"what follows");
                assert_eq!(Record::decode(&bytes), Ok(record(key, value)));
            }
        }
    }

    #[test]
    fn a_record_cut_anywhere_is_short_and_one_with_a_flipped_bit_is_bad() {
        let bytes = record("key", Some("value")).encode();
        for cut in 0..bytes.len() {
            assert!(matches!(Record::decode(&bytes[..cut]), Err(BadRecord::Short { .. })), "cut at {cut}");
        }
        for bit in 0..bytes.len() * 8 {
            let mut flipped = bytes.clone();
            flipped[bit / 8] ^= 1 << (bit % 8);
            assert!(Record::decode(&flipped).is_err(), "bit {bit}");
        }
        assert!(Record::decode(&[0; 100]).is_err(), "a gap of zeros is no record");
    }
}
