//! A consistent copy of all that a log says up to a position: what a new follower begins with.
//!
//! It also says of which term each of the entries was that it stands for, so that a node which began with it can still tell
//! whether its log is another's. Kafka keeps such a list as *leader epochs*, PostgreSQL as the *history of a timeline*.
//!
//! On the disk: the position (8 bytes), how many terms there are (4), of each the position of its first entry (8) and the
//! term (4); then for each key, in order, the position of its last entry (8 bytes) and that entry as the log has it. Numbers
//! are little-endian.

use std::rc::Rc;

use super::{Entry, Term};
use crate::wire::{Frame, Wire};

#[derive(Clone, Debug, Default)]
#[cfg_attr(test, derive(PartialEq))]
pub struct Snapshot {
    /// How many entries of the log it stands for.
    pub position: usize,
    /// The position of the first entry of each term, in their order.
    pub terms: Rc<Vec<(usize, Term)>>,
    /// The last entry of each key with its position, in the order of the keys.
    pub rows: Rc<Vec<(usize, Entry)>>,
}

impl Snapshot {
    /// Takes in the next entry of the log.
    pub(super) fn add(&mut self, entry: &Entry) {
        self.position += 1;
        if self.term() != entry.term {
            Rc::make_mut(&mut self.terms).push((self.position, entry.term));
        }
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

    /// The term of the last entry; 0 if there is none.
    pub fn term(&self) -> Term {
        self.term_at(self.position)
    }

    /// The term of the entry at a position up to its own; 0 before the first.
    pub fn term_at(&self, position: usize) -> Term {
        let begun = self.terms.partition_point(|(first, _)| *first <= position);
        begun.checked_sub(1).map_or(0, |place| self.terms[place].1)
    }

    pub fn find(&self, key: &[u8]) -> Option<&(usize, Entry)> {
        self.rows.iter().find(|(_, row)| row.key() == key)
    }

    pub fn encode(&self) -> Vec<u8> {
        let mut bytes = (self.position as u64).to_le_bytes().to_vec();
        bytes.extend((self.terms.len() as u32).to_le_bytes());
        for (first, term) in self.terms.iter() {
            bytes.extend((*first as u64).to_le_bytes());
            bytes.extend(term.to_le_bytes());
        }
        for (position, entry) in self.rows.iter() {
            bytes.extend((*position as u64).to_le_bytes());
            bytes.extend(entry.encode());
        }
        bytes
    }

    /// The snapshot of these bytes, as far as they are whole.
    pub(super) fn decode(bytes: &[u8]) -> Option<Snapshot> {
        let long = |at: usize| Some(u64::from_le_bytes(bytes.get(at..at + 8)?.try_into().ok()?) as usize);
        let short = |at: usize| Some(u32::from_le_bytes(bytes.get(at..at + 4)?.try_into().ok()?));
        let (mut at, mut terms, mut rows) = (12, Vec::new(), Vec::new());
        for _ in 0..short(8)? {
            terms.push((long(at)?, short(at + 8)?));
            at += 12;
        }
        while let Some(position) = long(at) {
            let (entry, len) = Entry::decode(&bytes[at + 8..])?;
            rows.push((position, entry));
            at += 8 + len;
        }
        Some(Snapshot { position: long(0)?, terms: Rc::new(terms), rows: Rc::new(rows) })
    }
}

/// As a file of its own has it, and so nothing may follow it.
impl Wire for Snapshot {
    fn write(&self, _: &str, frame: &mut Frame) {
        (self.position as u64).write("stands for the log up to position", frame);
        self.terms.len().write("terms", frame);
        for (first, term) in self.terms.iter() {
            (*first as u64).write("position of the first entry of a term", frame);
            term.write("term", frame);
        }
        for (position, entry) in self.rows.iter() {
            (*position as u64).write("position of the key's last entry", frame);
            entry.write("", frame);
        }
    }

    fn read(bytes: &mut &[u8]) -> Option<Snapshot> {
        Snapshot::decode(std::mem::take(bytes))
    }
}
