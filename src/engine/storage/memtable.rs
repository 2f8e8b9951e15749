//! The memtable: the newest writes, sorted, in memory. A write goes here after the log has it; once the memtable has
//! grown enough it is written out, in order, as one table.
//!
//! It may keep several versions of a key, the newest first, for those who still read an older snapshot.
//!
//! Simpler than the real one because: LevelDB keeps a skip list, which one writer and many readers can share without a
//! lock; here entries stand in short sorted runs, and a clone shares all of them until one is written to.

use std::rc::Rc;

use super::{Entry, Key, Sequence};

/// A longer run is cut in two.
const LONGEST_RUN: usize = 64;

/// Some entries in order, and the first of them once more, so that a search need not go to each run that it passes over.
#[derive(Clone, Debug)]
struct Run {
    first: Entry,
    entries: Rc<Vec<Entry>>,
}

#[derive(Clone, Debug, Default)]
pub struct Memtable {
    /// None is empty.
    runs: Rc<Vec<Run>>,
    len: usize,
    bytes: u64,
}

impl Memtable {
    /// Adds a version of a key, beside those that are there. No two have one sequence number.
    pub fn insert(&mut self, entry: Entry) {
        self.bytes += entry.bytes();
        self.len += 1;
        let runs = Rc::make_mut(&mut self.runs);
        let place = runs.partition_point(|run| run.first < entry).saturating_sub(1);
        if runs.is_empty() {
            runs.push(Run { first: entry.clone(), entries: Rc::default() });
        }
        let run = &mut runs[place];
        if entry < run.first {
            run.first = entry.clone();
        }
        let entries = Rc::make_mut(&mut run.entries);
        entries.insert(entries.partition_point(|each| *each < entry), entry);
        if entries.len() > LONGEST_RUN {
            let rest = entries.split_off(LONGEST_RUN / 2);
            runs.insert(place + 1, Run { first: rest[0].clone(), entries: Rc::new(rest) });
        }
    }

    /// Adds a version of a key in place of the newest one that is there, which is returned.
    pub fn replace(&mut self, entry: Entry) -> Option<Entry> {
        let older = self.get(&entry.key, Sequence::MAX).cloned();
        if let Some(older) = &older {
            self.remove(older);
        }
        self.insert(entry);
        older
    }

    fn remove(&mut self, entry: &Entry) {
        let runs = Rc::make_mut(&mut self.runs);
        let place = runs.partition_point(|run| run.first <= *entry) - 1;
        let run = &mut runs[place];
        let entries = Rc::make_mut(&mut run.entries);
        let within = entries.partition_point(|each| each < entry);
        let removed = entries.remove(within);
        match entries.first() {
            Some(first) => run.first = first.clone(),
            None => drop(runs.remove(place)),
        }
        self.bytes -= removed.bytes();
        self.len -= 1;
    }

    /// The newest entry of a key that is not newer than `snapshot`; it may be a tombstone.
    pub fn get(&self, key: &Key, snapshot: Sequence) -> Option<&Entry> {
        let (run, within) = self.place(key, snapshot);
        let here = self.runs.get(run)?.entries.get(within);
        let entry = here.or_else(|| self.runs.get(run + 1).map(|next| &next.first))?;
        (entry.key == *key).then_some(entry)
    }

    /// All entries, in order.
    pub fn iter(&self) -> impl Iterator<Item = &Entry> {
        self.runs.iter().flat_map(|run| run.entries.iter())
    }

    /// The entries from `key` on, beginning with its newest that is not newer than `snapshot`.
    pub fn from(&self, key: &Key, snapshot: Sequence) -> impl Iterator<Item = &Entry> {
        let (run, within) = self.place(key, snapshot);
        self.runs[run..].iter().flat_map(|run| run.entries.iter()).skip(within)
    }

    /// The last run that begins before `key` at `snapshot`, or the first; and how many of its entries are before that.
    fn place(&self, key: &Key, snapshot: Sequence) -> (usize, usize) {
        let sought = Entry { key: key.clone(), sequence: snapshot, value: None };
        let run = self.runs.partition_point(|run| run.first < sought).saturating_sub(1);
        (run, self.runs.get(run).map_or(0, |run| run.entries.partition_point(|each| *each < sought)))
    }

    /// How many entries there are.
    pub fn len(&self) -> usize {
        self.len
    }

    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// The bytes of all entries, keys and values; what the memtable costs beyond them is not counted.
    pub fn bytes(&self) -> u64 {
        self.bytes
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_memtable_is_a_sorted_set(writes in prop::collection::vec((0u64..60, any::<bool>(), any::<bool>()), 0..300)) {
            let (mut memtable, mut model) = (Memtable::default(), BTreeSet::new());
            for (sequence, (key, is_put, replaces)) in writes.into_iter().enumerate() {
                let entry = Entry::new(&Key::new(&key.to_string()), sequence as u64, is_put.then_some("v"));
                if replaces {
                    let older = model.iter().find(|older: &&Entry| older.key == entry.key).cloned();
                    prop_assert_eq!(memtable.replace(entry.clone()), older.clone());
                    older.map(|older| model.remove(&older));
                } else {
                    memtable.insert(entry.clone());
                }
                model.insert(entry);
                prop_assert_eq!(memtable.len(), model.len());
            }
            prop_assert!(memtable.iter().eq(model.iter()));
            prop_assert_eq!(memtable.bytes(), model.iter().map(Entry::bytes).sum::<u64>());
            for key in (0..61u64).map(|key| Key::new(&key.to_string())) {
                for snapshot in [0, 20, Sequence::MAX] {
                    let from = |entry: &&Entry| (&entry.key, Sequence::MAX - entry.sequence) >= (&key, Sequence::MAX - snapshot);
                    prop_assert!(memtable.from(&key, snapshot).eq(model.iter().filter(from)));
                }
            }
        }
    }
}
