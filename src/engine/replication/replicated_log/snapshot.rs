//! A consistent copy of all that a log says up to a position: what a new follower begins with.
//!
//! On the disk: the position (8 bytes) and its term (4), then for each key, in order, the position of its last entry
//! (8 bytes) and that entry as the log has it; numbers are little-endian.

use std::rc::Rc;

use super::{Entry, Term};

#[derive(Clone, Debug, Default)]
#[cfg_attr(test, derive(PartialEq))]
pub struct Snapshot {
    /// How many entries of the log it stands for, and the term of the last of them.
    pub position: usize,
    pub term: Term,
    /// The last entry of each key with its position, in the order of the keys.
    pub rows: Rc<Vec<(usize, Entry)>>,
}

impl Snapshot {
    /// Takes in the next entry of the log.
    pub(super) fn add(&mut self, entry: &Entry) {
        self.position += 1;
        self.term = entry.term;
        if entry.key().is_empty() {
            return;
        }
        let rows = Rc::make_mut(&mut self.rows);
        let place = rows.partition_point(|(_, row)| row.key() < entry.key());
        let row = (self.position, entry.clone());
        match rows.get_mut(place) {
            Some(old) if old.1.key() == entry.key() => *old = row,
            _ => rows.insert(place, row),
        }
    }

    pub fn find(&self, key: &[u8]) -> Option<&(usize, Entry)> {
        self.rows.iter().find(|(_, row)| row.key() == key)
    }

    pub fn encode(&self) -> Vec<u8> {
        let mut bytes = (self.position as u64).to_le_bytes().to_vec();
        bytes.extend(self.term.to_le_bytes());
        for (position, entry) in self.rows.iter() {
            bytes.extend((*position as u64).to_le_bytes());
            bytes.extend(entry.encode());
        }
        bytes
    }

    /// The snapshot of these bytes, as far as they are whole.
    pub(super) fn decode(bytes: &[u8]) -> Option<Snapshot> {
        let number = |at: usize| {
            let eight = bytes.get(at..at + 8)?.try_into().ok()?;
            Some(u64::from_le_bytes(eight) as usize)
        };
        let term = Term::from_le_bytes(bytes.get(8..12)?.try_into().ok()?);
        let (mut at, mut rows) = (12, Vec::new());
        while let Some(position) = number(at) {
            let (entry, len) = Entry::decode(&bytes[at + 8..])?;
            rows.push((position, entry));
            at += 8 + len;
        }
        Some(Snapshot { position: number(0)?, term, rows: Rc::new(rows) })
    }
}
