//! A value with its version, or a tombstone: the version of a deletion, which has no value; and its bytes on a disk.
//!
//! ```text
//! crc32  timestamp  client  call  key length  value length  key  value
//!   4        8        1      4        1            2         …     …      big-endian; crc32 of all that follows it
//! ```
//!
//! A tombstone has the value length 65535, and no value.

use std::fmt::{self, Display};
use std::rc::Rc;

use crate::contract::Span;
use crate::key::Key;
use crate::replication::{CallId, ClientId};
use crate::sim::Time;
use crate::wire::{Frame, Wire};
use crate::wording::shown;

/// A key is no longer than this: its length has one byte in a record, and a reader must see it.
pub const MAX_KEY_BYTES: usize = 64;
/// A value is no longer than this, for the same reason.
pub const MAX_VALUE_BYTES: usize = 256;

const HEADER: usize = 20;
/// The value length of a tombstone: no value is as long.
const TOMBSTONE: u16 = u16::MAX;

/// The version of a value: when the coordinator took the write on, by its clock, and which call it was. The larger one
/// wins, wherever two meet: last write wins.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Version {
    pub at: Time,
    pub call: CallId,
}

impl Display for Version {
    fn fmt(&self, out: &mut fmt::Formatter) -> fmt::Result {
        write!(out, "{} {}", self.at, self.call)
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    /// `None` in a tombstone.
    pub value: Option<Rc<str>>,
    pub version: Version,
}

impl Record {
    /// The record with its key, as a sentence has it: `k = a`, `a tombstone of k`.
    pub fn of(&self, key: &Key) -> String {
        if self.is_tombstone() { format!("{self} of {key}") } else { format!("{key} = {self}") }
    }

    pub fn is_tombstone(&self) -> bool {
        self.value.is_none()
    }

    /// Whether this record is newer than `other`; it is if there is no other.
    pub fn is_newer_than(&self, other: Option<&Record>) -> bool {
        other.is_none_or(|other| self.version > other.version)
    }
}

impl Display for Record {
    fn fmt(&self, out: &mut fmt::Formatter) -> fmt::Result {
        match &self.value {
            Some(value) => shown(value).fmt(out),
            None => out.write_str("a tombstone"),
        }
    }
}

impl Wire for Version {
    fn write(&self, _: &str, frame: &mut Frame) {
        self.at.write("timestamp", frame);
        self.call.write("call of the client", frame);
    }

    fn read(bytes: &mut &[u8]) -> Option<Version> {
        Some(Version { at: Time::read(bytes)?, call: CallId::read(bytes)? })
    }
}

impl Wire for Record {
    fn write(&self, _: &str, frame: &mut Frame) {
        self.version.write("version", frame);
        self.value.write("value", frame);
    }

    fn read(bytes: &mut &[u8]) -> Option<Record> {
        Some(Record { version: Version::read(bytes)?, value: Wire::read(bytes)? })
    }
}

/// A record with its key, as bytes.
pub fn encode(key: &Key, record: &Record) -> Vec<u8> {
    let (key, value) = (key.as_str().as_bytes(), record.value.as_deref().unwrap_or_default().as_bytes());
    let len = if record.is_tombstone() { TOMBSTONE } else { value.len() as u16 };
    debug_assert!(key.len() <= MAX_KEY_BYTES && value.len() <= MAX_VALUE_BYTES, "commands are checked");
    let mut bytes = vec![0; 4];
    bytes.extend_from_slice(&record.version.at.as_nanos().to_be_bytes());
    bytes.push(record.version.call.client.number());
    bytes.extend_from_slice(&record.version.call.number.to_be_bytes());
    bytes.push(key.len() as u8);
    bytes.extend_from_slice(&len.to_be_bytes());
    bytes.extend_from_slice(key);
    bytes.extend_from_slice(value);
    let crc = crate::checksum::crc32(&bytes[4..]);
    bytes[..4].copy_from_slice(&crc.to_be_bytes());
    bytes
}

/// The first record of `bytes` and its length; `None` if there is no whole one whose checksum is right.
pub fn decode(bytes: &[u8]) -> Option<(Key, Record, usize)> {
    let header = bytes.get(..HEADER)?;
    let key_end = HEADER + usize::from(header[17]);
    let value_len = Some(u16::from_be_bytes([header[18], header[19]])).filter(|len| *len != TOMBSTONE);
    let end = key_end + usize::from(value_len.unwrap_or(0));
    let body = bytes.get(4..end)?;
    if crate::checksum::crc32(body).to_be_bytes() != header[..4] || header[12] == 0 {
        return None;
    }
    let key = std::str::from_utf8(&bytes[HEADER..key_end]).ok()?;
    let value = std::str::from_utf8(&bytes[key_end..end]).ok()?;
    let value = value_len.map(|_| value.into());
    let at = Time::from_nanos(u64::from_be_bytes(header[4..12].try_into().ok()?));
    let number = u32::from_be_bytes(header[13..17].try_into().ok()?);
    let call = CallId { client: ClientId::new(header[12]), number };
    Some((Key::new(key), Record { value, version: Version { at, call } }, end))
}

/// What the bytes of a record mean.
pub fn explain(key: &Key, record: &Record, bytes: &[u8]) -> Vec<Span> {
    let key_end = HEADER + key.as_str().len();
    let span = |range, label: &str, value: String| Span { range, label: label.to_owned(), value };
    let crc = u32::from_be_bytes([bytes[0], bytes[1], bytes[2], bytes[3]]);
    let value_len = record.value.as_ref().map_or("a tombstone".to_owned(), |value| value.len().to_string());
    let mut spans = vec![
        span(0..4, "checksum (crc32)", format!("{crc:08x}")),
        span(4..12, "timestamp", record.version.at.to_string()),
        span(12..13, "client", record.version.call.client.to_string()),
        span(13..17, "call of the client", record.version.call.number.to_string()),
        span(17..18, "key length", key.as_str().len().to_string()),
        span(18..20, "value length", value_len),
        span(HEADER..key_end, "key", key.as_str().to_owned()),
    ];
    spans.extend(record.value.as_ref().map(|value| span(key_end..bytes.len(), "value", value.to_string())));
    spans
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_record_is_read_as_it_was_written(
            key in ".{0,16}", value in proptest::option::of(".{0,64}"), nanos: u64, client in 1u8..4, number: u32, flip in 0usize..1000
        ) {
            let version = Version { at: Time::from_nanos(nanos), call: CallId { client: ClientId::new(client), number } };
            let (key, record) = (Key::new(&key), Record { value: value.as_deref().map(Into::into), version });
            let mut bytes = encode(&key, &record);
            let whole = bytes.len();
            prop_assert_eq!(decode(&bytes), Some((key, record, whole)));
            prop_assert_eq!(decode(&bytes[..whole - 1]), None);
            bytes[flip % whole] ^= 1;
            prop_assert_eq!(decode(&bytes), None);
        }
    }
}
