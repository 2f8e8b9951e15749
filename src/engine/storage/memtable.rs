//! The memtable: the newest writes, sorted, in memory. A write goes here after the log has it; once the memtable has
//! grown enough it is written out, in order, as one table.
//!
//! It may keep several versions of a key, the newest first, for those who still read an older snapshot.
//!
//! Simpler than the real one because: LevelDB keeps a skip list, which one writer and many readers can share without a
//! lock; here entries are in short sorted runs, and a clone shares all of them until one is written to.

use std::rc::Rc;

use super::sorted::Sorted;
use super::{Entry, Sequence};
use crate::key::Key;

/// A longer run is cut in two.
const LONGEST_RUN: usize = 64;

type Run = Sorted<Entry>;

#[derive(Clone, Debug, Default)]
pub struct Memtable {
    /// By their first entries. None is empty.
    runs: Rc<Sorted<Rc<Run>>>,
    /// How many entries there are.
    pub len: usize,
    /// The bytes of all entries, keys and values; what the memtable costs beyond them is not counted.
    pub bytes: u64,
}

impl Memtable {
    /// Adds a version of a key, beside those that are there. No two have one sequence number.
    pub fn insert(&mut self, entry: Entry) {
        self.bytes += entry.bytes();
        self.len += 1;
        let (place, within) = self.place(&entry);
        let runs = Rc::make_mut(&mut self.runs);
        if runs.things.is_empty() {
            runs.insert(0, entry.key.head(), Rc::default());
        }
        let run = Rc::make_mut(&mut runs.things[place]);
        run.insert(within, entry.key.head(), entry);
        runs.heads[place] = run.heads[0];
        if run.things.len() > LONGEST_RUN {
            let rest = run.split_off(LONGEST_RUN / 2);
            runs.insert(place + 1, rest.heads[0], Rc::new(rest));
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
        let (place, within) = self.seek(entry);
        let runs = Rc::make_mut(&mut self.runs);
        let run = Rc::make_mut(&mut runs.things[place]);
        let removed = run.remove(within);
        match run.heads.first() {
            Some(first) => runs.heads[place] = *first,
            None => drop(runs.remove(place)),
        }
        self.bytes -= removed.bytes();
        self.len -= 1;
    }

    /// The newest entry of a key that is not newer than `snapshot`; it may be a tombstone.
    pub fn get(&self, key: &Key, snapshot: Sequence) -> Option<&Entry> {
        let (run, within) = self.seek(&Entry::new(key, snapshot, None));
        let run = self.runs.things.get(run)?;
        // Where it is not there, its head mostly tells.
        if run.heads[within] == key.head() { Some(&run.things[within]).filter(|entry| entry.key == *key) } else { None }
    }

    /// All entries, in order.
    pub fn iter(&self) -> impl Iterator<Item = &Entry> {
        self.runs.things.iter().flat_map(|run| run.things.iter())
    }

    /// The entries from `key` on, beginning with its newest that is not newer than `snapshot`.
    pub fn from(&self, key: &Key, snapshot: Sequence) -> impl Iterator<Item = &Entry> {
        let (run, within) = self.seek(&Entry::new(key, snapshot, None));
        self.runs.things[run..].iter().flat_map(|run| run.things.iter()).skip(within)
    }

    /// The run and the place in it of the first entry that is not before the one sought; behind the last run if all are.
    fn seek(&self, sought: &Entry) -> (usize, usize) {
        let (run, within) = self.place(sought);
        let is_there = self.runs.things.get(run).is_some_and(|run| within < run.things.len());
        if is_there { (run, within) } else { ((run + 1).min(self.runs.things.len()), 0) }
    }

    /// The last run that begins before an entry, or the first; and how many of its entries are before that.
    fn place(&self, sought: &Entry) -> (usize, usize) {
        let head = sought.key.head();
        let run = self.runs.before(head, |run| run.things[0] < *sought).saturating_sub(1);
        (run, self.runs.things.get(run).map_or(0, |run| run.before(head, |each| each < sought)))
    }

    pub fn is_empty(&self) -> bool {
        self.len == 0
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
                prop_assert_eq!(memtable.len, model.len());
            }
            prop_assert!(memtable.iter().eq(model.iter()));
            prop_assert_eq!(memtable.bytes, model.iter().map(Entry::bytes).sum::<u64>());
            for key in (0..61u64).map(|key| Key::new(&key.to_string())) {
                for snapshot in [0, 20, Sequence::MAX] {
                    let newest = model.iter().find(|entry| entry.key == key && entry.sequence <= snapshot);
                    prop_assert_eq!(memtable.get(&key, snapshot), newest);
                    let from = |entry: &&Entry| (&entry.key, Sequence::MAX - entry.sequence) >= (&key, Sequence::MAX - snapshot);
                    prop_assert!(memtable.from(&key, snapshot).eq(model.iter().filter(from)));
                }
            }
        }
    }
}
