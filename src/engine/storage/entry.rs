//! An entry: a key, what became of it, and when. Memtables, logs and tables all hold entries, and order them alike: by
//! key, and of one key the newest first. So whoever searches for a key meets its newest entry before the older ones.
//!
//! ```text
//! internal key   key bytes | sequence number × 256 + kind: u64 LE       kind: 1 put, 0 delete
//! log payload    internal key length: varint | internal key | value bytes
//! ```
//!
//! The layout is LevelDB's (dbformat.h). As text, two keys in a file do not always stand in the order of their bytes
//! (9 is before 10), so files are searched by [`is_before`], never bytewise.

use std::cmp::Ordering;
use std::rc::Rc;

use crate::key::Key;
use crate::varint;

/// Counts the writes of a database: the greater, the newer. At most 2^56 − 1.
pub type Sequence = u64;

/// What follows the key's own bytes in an internal key.
pub const TRAILER: usize = 8;

const DELETE: u64 = 0;
const PUT: u64 = 1;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    pub key: Key,
    pub sequence: Sequence,
    /// `None` is a tombstone: the key was deleted.
    pub value: Option<Rc<str>>,
}

impl Entry {
    pub fn new(key: &Key, sequence: Sequence, value: Option<&str>) -> Entry {
        Entry { key: key.clone(), sequence, value: value.map(Into::into) }
    }

    pub fn is_tombstone(&self) -> bool {
        self.value.is_none()
    }

    /// The bytes of the value; none for a tombstone.
    pub fn value_bytes(&self) -> &[u8] {
        self.value.as_deref().unwrap_or_default().as_bytes()
    }

    /// How many bytes it stands for: internal key and value.
    pub fn bytes(&self) -> u64 {
        (self.key.as_str().len() + TRAILER + self.value_bytes().len()) as u64
    }

    /// The key as files hold it.
    pub fn internal_key(&self) -> Vec<u8> {
        let kind = if self.is_tombstone() { DELETE } else { PUT };
        let trailer = self.sequence << 8 | kind;
        [self.key.as_str().as_bytes(), &trailer.to_le_bytes()].concat()
    }

    /// The payload of its record in a log.
    pub fn payload(&self) -> Vec<u8> {
        let key = self.internal_key();
        let mut payload = Vec::with_capacity(2 + key.len() + self.value_bytes().len());
        varint::put(&mut payload, key.len() as u64);
        payload.extend_from_slice(&key);
        payload.extend_from_slice(self.value_bytes());
        payload
    }

    /// Reads an internal key and a value; nothing where they cannot be what was written.
    pub fn decode(internal_key: &[u8], value: &[u8]) -> Option<Entry> {
        let (key, trailer) = split(internal_key)?;
        Entry::of(&Key::new(str::from_utf8(key).ok()?), trailer, value)
    }

    /// An entry of a key with this trailer and value; nothing where they cannot be what was written.
    pub fn of(key: &Key, trailer: u64, value: &[u8]) -> Option<Entry> {
        let value = match trailer & 0xff {
            PUT => Some(str::from_utf8(value).ok()?.into()),
            DELETE if value.is_empty() => None,
            _ => return None,
        };
        Some(Entry { key: key.clone(), sequence: trailer >> 8, value })
    }

    /// Reads the payload of a log record; nothing where it cannot be what was written.
    pub fn from_payload(mut payload: &[u8]) -> Option<Entry> {
        let len = varint::take(&mut payload)?;
        let key = varint::take_bytes(&mut payload, len)?;
        Entry::decode(key, payload)
    }
}

/// By key, and of one key the newest first.
impl Ord for Entry {
    fn cmp(&self, other: &Entry) -> Ordering {
        self.key.cmp(&other.key).then(other.sequence.cmp(&self.sequence))
    }
}

impl PartialOrd for Entry {
    fn partial_cmp(&self, other: &Entry) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// Whether the entry with that internal key stands before the newest one of `key` that is not newer than `snapshot`.
/// Bytes that are no internal key stand before everything: they are found to be corrupt when they are decoded.
pub fn is_before(internal_key: &[u8], key: &Key, snapshot: Sequence) -> bool {
    let Some((found, trailer)) = split(internal_key) else { return true };
    key.order_of(found).then(snapshot.cmp(&(trailer >> 8))) == Ordering::Less
}

/// The key's own bytes, and the trailer.
pub fn split(internal_key: &[u8]) -> Option<(&[u8], u64)> {
    let (key, trailer) = internal_key.split_last_chunk::<TRAILER>()?;
    Some((key, u64::from_le_bytes(*trailer)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    pub(super) fn entry() -> impl Strategy<Value = Entry> {
        let key = prop_oneof!["[a-c]{0,3}", "[0-9]{1,3}"];
        (key, 0u64..5, prop::option::of("[a-z]{0,4}"))
            .prop_map(|(key, sequence, value)| Entry::new(&Key::new(&key), sequence, value.as_deref()))
    }

    proptest! {
        #[test]
        fn an_entry_reads_as_it_was_written(entry in entry()) {
            prop_assert_eq!(Entry::from_payload(&entry.payload()), Some(entry.clone()));
            prop_assert_eq!(entry.bytes() as usize, entry.internal_key().len() + entry.value_bytes().len());
        }

        #[test]
        fn files_and_memory_order_alike(one in entry(), other in entry()) {
            let sought = Entry { value: None, ..other.clone() };
            prop_assert_eq!(is_before(&one.internal_key(), &other.key, other.sequence), one < sought);
        }

        /// No bytes make it panic.
        #[test]
        fn any_bytes_end(bytes: Vec<u8>) {
            let _ = Entry::from_payload(&bytes);
            let _ = is_before(&bytes, &Key::new("a"), 1);
        }
    }
}
