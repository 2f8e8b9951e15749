//! A value with its version, or a tombstone: the version of a deletion, which has no value; and its bytes on a disk.
//!
//! ```text
//! crc32  timestamp  client  call  key length  value length  key  value
//!   4        8        1      4        1            2         …     …      big-endian; crc32 of all that follows it
//! ```
//!
//! A tombstone has the value length 65535, and no value. Where concurrent values are kept, the highest bit of the key length
//! is set, and what the writer had seen follows the value: a byte for how many clients, and for each its number (1) and its
//! last call that was seen (4).

use std::fmt::{self, Display};
use std::rc::Rc;

use crate::contract::Span;
use crate::key::Key;
use crate::replication::{CallId, ClientId};
use crate::sim::Time;
use crate::versions::{self, Dot, Dotted, Relation, Vector};
use crate::wire::{Frame, Wire};
use crate::wording::shown;

/// A key is no longer than this: its length has one byte in a record, and a reader must see it.
pub const MAX_KEY_BYTES: usize = 64;
/// A value is no longer than this, for the same reason.
pub const MAX_VALUE_BYTES: usize = 256;

const HEADER: usize = 20;
/// The value length of a tombstone: no value is as long.
const TOMBSTONE: u16 = u16::MAX;
/// Of a key length: what the writer had seen follows.
const DOTTED: u8 = 0x80;
/// A client in it, and its call.
const ENTRY: usize = 5;

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
    /// Where concurrent values are kept: the call that wrote it, and what its client had seen.
    pub dotted: Option<Dotted<ClientId>>,
}

/// What a client has seen of a key: of each client its last call.
pub type Context = Vector<ClientId>;

/// A write has the name of its call. Calls that write other keys, or nothing, leave gaps, which mean nothing.
pub fn dot(call: CallId) -> Dot<ClientId> {
    Dot { replica: call.client, count: call.number.into() }
}

impl Record {
    /// With what its writer had seen, where that decides.
    pub fn new(value: Option<Rc<str>>, version: Version, seen: Option<Context>) -> Record {
        Record { value, version, dotted: seen.map(|seen| Dotted { dot: dot(version.call), seen }) }
    }

    pub fn seen(&self) -> Option<&Context> {
        self.dotted.as_ref().map(|dotted| &dotted.seen)
    }

    /// The record with its key, as a sentence has it: `k = a`, `a tombstone of k`.
    pub fn of(&self, key: &Key) -> String {
        if self.is_tombstone() { format!("{self} of {key}") } else { format!("{key} = {self}") }
    }

    pub fn is_tombstone(&self) -> bool {
        self.value.is_none()
    }
}

/// By what their writers had seen, if that is there; if not, the last write wins.
impl versions::Version for Record {
    fn compare(&self, other: &Record) -> Relation {
        match (&self.dotted, &other.dotted) {
            (Some(own), Some(other)) => own.compare(other),
            _ => self.version.cmp(&other.version).into(),
        }
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

/// In a message, before a vector: neither of the bytes that say whether a value follows.
const SEEN: u8 = 2;

impl Wire for Record {
    fn write(&self, _: &str, frame: &mut Frame) {
        self.version.write("version", frame);
        if let Some(seen) = self.seen() {
            frame.field("a vector follows", &[SEEN], "yes".to_owned());
            seen.write("vector seen", frame);
        }
        self.value.write("value", frame);
    }

    fn read(bytes: &mut &[u8]) -> Option<Record> {
        let version = Version::read(bytes)?;
        let seen = match bytes.strip_prefix(&[SEEN]) {
            Some(mut rest) => {
                let seen = Vector::read(&mut rest)?;
                *bytes = rest;
                Some(seen)
            }
            None => None,
        };
        Some(Record::new(Wire::read(bytes)?, version, seen))
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
    bytes.push(key.len() as u8 | if record.dotted.is_some() { DOTTED } else { 0 });
    bytes.extend_from_slice(&len.to_be_bytes());
    bytes.extend_from_slice(key);
    bytes.extend_from_slice(value);
    if let Some(seen) = record.seen() {
        bytes.push(seen.iter().len() as u8);
        for (client, call) in seen.iter() {
            bytes.push(client.number());
            bytes.extend_from_slice(&(call as u32).to_be_bytes());
        }
    }
    let crc = crate::checksum::crc32(&bytes[4..]);
    bytes[..4].copy_from_slice(&crc.to_be_bytes());
    bytes
}

/// The first record of `bytes` and its length; `None` if there is no whole one whose checksum is right.
pub fn decode(bytes: &[u8]) -> Option<(Key, Record, usize)> {
    let header = bytes.get(..HEADER)?;
    let key_end = HEADER + usize::from(header[17] & !DOTTED);
    let value_len = Some(u16::from_be_bytes([header[18], header[19]])).filter(|len| *len != TOMBSTONE);
    let value_end = key_end + usize::from(value_len.unwrap_or(0));
    let clients = if header[17] & DOTTED == 0 { None } else { Some(usize::from(*bytes.get(value_end)?)) };
    let end = value_end + clients.map_or(0, |clients| 1 + clients * ENTRY);
    let body = bytes.get(4..end)?;
    if crate::checksum::crc32(body).to_be_bytes() != header[..4] || header[12] == 0 {
        return None;
    }
    let key = std::str::from_utf8(&bytes[HEADER..key_end]).ok()?;
    let value = std::str::from_utf8(&bytes[key_end..value_end]).ok()?;
    let value = value_len.map(|_| value.into());
    let at = Time::from_nanos(u64::from_be_bytes(header[4..12].try_into().ok()?));
    let number = u32::from_be_bytes(header[13..17].try_into().ok()?);
    let call = CallId { client: ClientId::new(header[12]), number };
    let seen = match clients {
        Some(_) => Some(decode_seen(&bytes[value_end + 1..end])?),
        None => None,
    };
    Some((Key::new(key), Record::new(value, Version { at, call }, seen), end))
}

fn decode_seen(bytes: &[u8]) -> Option<Context> {
    let mut seen = Context::default();
    for entry in bytes.chunks_exact(ENTRY) {
        let (client, call) = entry.split_first_chunk::<1>()?;
        let client = Some(client[0]).filter(|client| *client > 0).map(ClientId::new)?;
        seen.see(dot(CallId { client, number: u32::from_be_bytes(call.try_into().ok()?) }));
    }
    Some(seen)
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
    let value_end = key_end + record.value.as_ref().map_or(0, |value| value.len());
    spans.extend(record.value.as_ref().map(|value| span(key_end..value_end, "value", value.to_string())));
    if let Some(seen) = record.seen() {
        spans.push(span(value_end..bytes.len(), "what its writer had seen", seen.to_string()));
    }
    spans
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_record_is_read_as_it_was_written(
            key in ".{0,16}", value in proptest::option::of(".{0,64}"), nanos: u64, client in 1u8..4, number: u32, flip in 0usize..1000,
            seen in proptest::option::of(prop::collection::vec((1u8..4, 1u32..), 0..3))
        ) {
            let version = Version { at: Time::from_nanos(nanos), call: CallId { client: ClientId::new(client), number } };
            let (key, record) = (Key::new(&key), Record::new(value.as_deref().map(Into::into), version, seen.map(|calls| {
                let mut seen = Context::default();
                calls.iter().for_each(|(client, number)| seen.see(dot(CallId { client: ClientId::new(*client), number: *number })));
                seen
            })));
            let mut bytes = encode(&key, &record);
            let whole = bytes.len();
            prop_assert_eq!(decode(&bytes), Some((key, record, whole)));
            prop_assert_eq!(decode(&bytes[..whole - 1]), None);
            bytes[flip % whole] ^= 1;
            prop_assert_eq!(decode(&bytes), None);
        }
    }
}
