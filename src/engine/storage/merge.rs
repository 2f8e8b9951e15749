//! A k-way merge: several sorted sources become one. A read head stands on the first entry of each; the smallest of
//! those is taken, and its head moves on. Entries of one key come newest first, whichever source they are in, so the
//! first of a key is the one that counts, and the others can be dropped.
//!
//! The merge holds the heads and nothing else. Whoever drives it reads the sources and moves the heads, one entry at a
//! time, and can look at everything in between.
//!
//! Simpler than the real one because: the smallest head is looked for among all of them, which is quick for the few
//! sources of a figure; real ones keep the heads in a heap.

use super::Entry;
use crate::key::Key;

#[derive(Clone, Debug, Default)]
pub struct Merge {
    /// What the heads stand on.
    pub heads: Vec<Option<Entry>>,
    /// The key that was taken last.
    last: Option<Key>,
}

/// What was taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Taken {
    /// The source that it stood in; its head is empty until it is set again.
    pub source: usize,
    pub entry: Entry,
    /// No newer entry of its key was taken before it.
    pub is_newest: bool,
}

impl Merge {
    /// A merge of so many sources, all heads empty.
    pub fn new(sources: usize) -> Merge {
        Merge { heads: vec![None; sources], last: None }
    }

    /// Puts a head on the next entry of its source, or on nothing at its end.
    pub fn set(&mut self, source: usize, entry: Option<Entry>) {
        self.heads[source] = entry;
    }

    /// The source of the entry that will be taken next; none when all are at their ends.
    pub fn smallest(&self) -> Option<usize> {
        let mut smallest: Option<(usize, &Entry)> = None;
        for (source, head) in self.heads.iter().enumerate() {
            if let Some(entry) = head
                && smallest.is_none_or(|(_, least)| entry < least)
            {
                smallest = Some((source, entry));
            }
        }
        smallest.map(|(source, _)| source)
    }

    /// Takes the smallest entry. Its head is empty then, and must be set before the next is taken.
    pub fn take(&mut self) -> Option<Taken> {
        let source = self.smallest()?;
        let entry = self.heads[source].take()?;
        let is_newest = self.last.as_ref() != Some(&entry.key);
        self.last = Some(entry.key.clone());
        Some(Taken { source, entry, is_newest })
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn the_output_is_the_sorted_union(entries in prop::collection::vec((0u64..20, 0usize..4), 0..60)) {
            let mut sources = vec![BTreeSet::new(); 4];
            for (sequence, (key, source)) in entries.iter().enumerate() {
                sources[*source].insert(Entry::new(&Key::new(&key.to_string()), sequence as u64, Some("v")));
            }
            let union: Vec<Entry> = sources.iter().flatten().cloned().collect::<BTreeSet<_>>().into_iter().collect();
            let mut merge = Merge::new(4);
            let mut rest: Vec<_> = sources.iter().map(BTreeSet::iter).collect();
            for (source, entries) in rest.iter_mut().enumerate() {
                merge.set(source, entries.next().cloned());
            }
            let mut merged = Vec::new();
            while let Some(taken) = merge.take() {
                prop_assert!(sources[taken.source].contains(&taken.entry));
                let newer = merged.last().is_some_and(|before: &Entry| before.key == taken.entry.key);
                prop_assert_eq!(taken.is_newest, !newer);
                merge.set(taken.source, rest[taken.source].next().cloned());
                merged.push(taken.entry);
            }
            prop_assert_eq!(merged, union);
        }
    }
}
