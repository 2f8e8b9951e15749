//! The manifest: a log of edits, each making the next version of the one before. A version counts from the moment when
//! its edit is synced, wholly or not at all, however many tables it brings and takes.
//!
//! ```text
//! payload    sequence: varint | next file: varint | oldest log: varint
//!            | removed: varint, and each number: varint
//!            | added: varint, and for each: level, number, bytes, entries: varints, smallest, largest: length and bytes
//! ```
//!
//! The payload stands in a record of [`log`](crate::log), under its checksum. Start-up writes a new manifest
//! with one edit that says it all, and renames it over the old one; and so does a running tree whose manifest has grown
//! long (RocksDB: `max_manifest_file_size`). A crash between the two leaves the old one or the new one, which say the same.

use super::version::{Edit, FileNumber, LEVELS, TableMeta};
use crate::key::Key;
use crate::varint;

pub const NAME: &str = "MANIFEST";
/// A manifest that is being written, and does not count yet.
pub const UNFINISHED: &str = "MANIFEST.tmp";

/// A manifest of so many bytes is not yet long: a block of a disk.
pub const LONG: u64 = 4096;
/// Nor is one that has not grown to so many times its length when it was begun: the manifest of a tree with many tables is
/// never short, and to write it anew costs as much as it has bytes.
pub const GROWTH: u64 = 4;

impl Edit {
    pub fn encode(&self) -> Vec<u8> {
        let mut out = Vec::new();
        let mut numbers = vec![self.sequence, self.next_file, self.oldest_log, self.removed.len() as u64];
        numbers.extend_from_slice(&self.removed);
        numbers.push(self.added.len() as u64);
        numbers.iter().for_each(|number| varint::put(&mut out, *number));
        for (level, table) in &self.added {
            for number in [*level as u64, table.number, table.bytes, table.entries] {
                varint::put(&mut out, number);
            }
            for key in [&table.smallest, &table.largest] {
                varint::put(&mut out, key.as_str().len() as u64);
                out.extend_from_slice(key.as_str().as_bytes());
            }
        }
        out
    }

    /// Reads a payload; nothing where it cannot be what was written.
    pub fn decode(mut bytes: &[u8]) -> Option<Edit> {
        let bytes = &mut bytes;
        let mut edit = Edit {
            sequence: varint::take(bytes)?,
            next_file: varint::take(bytes)?,
            oldest_log: varint::take(bytes)?,
            ..Edit::default()
        };
        for _ in 0..varint::take(bytes)? {
            edit.removed.push(varint::take(bytes)?);
        }
        for _ in 0..varint::take(bytes)? {
            let level = usize::try_from(varint::take(bytes)?).ok().filter(|level| *level < LEVELS)?;
            let number: FileNumber = varint::take(bytes)?;
            let (size, entries) = (varint::take(bytes)?, varint::take(bytes)?);
            let (smallest, largest) = (take_key(bytes)?, take_key(bytes)?);
            edit.added.push((level, TableMeta { number, smallest, largest, bytes: size, entries }));
        }
        bytes.is_empty().then_some(edit)
    }
}

fn take_key(bytes: &mut &[u8]) -> Option<Key> {
    let len = varint::take(bytes)?;
    Some(Key::new(str::from_utf8(varint::take_bytes(bytes, len)?).ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn meta() -> impl Strategy<Value = TableMeta> {
        (any::<u64>(), ".{0,4}", ".{0,4}", any::<u64>(), any::<u64>()).prop_map(
            |(number, small, large, bytes, entries)| TableMeta {
                number,
                smallest: Key::new(&small),
                largest: Key::new(&large),
                bytes,
                entries,
            },
        )
    }

    proptest! {
        #[test]
        fn an_edit_reads_as_it_was_written(
            added in prop::collection::vec((0..LEVELS, meta()), 0..4), removed: Vec<u64>, numbers: [u64; 3]
        ) {
            let [oldest_log, next_file, sequence] = numbers;
            let edit = Edit { added, removed, oldest_log, next_file, sequence };
            let bytes = edit.encode();
            prop_assert_eq!(Edit::decode(&bytes), Some(edit));
            prop_assert_eq!(Edit::decode(&bytes[..bytes.len() - 1]), None);
        }

        /// No bytes make it panic.
        #[test]
        fn any_bytes_end(bytes: Vec<u8>) {
            let _ = Edit::decode(&bytes);
        }
    }
}
