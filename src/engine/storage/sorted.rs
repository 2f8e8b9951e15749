//! What is sorted by keys, to be searched by bisection: entries of a memtable, blocks of a table.
//!
//! Each step of a bisection waits for memory, mostly, and not for the processor. So the heads of the keys lie side by side,
//! eight in a line of the processor's cache, and the search goes over them alone; it looks at the things themselves only
//! where heads are the same.

/// Things in the order of their keys, and beside them the heads of those keys.
#[derive(Clone, Debug)]
pub struct Sorted<T> {
    /// See [`Key::head`](crate::key::Key::head).
    pub heads: Vec<u64>,
    pub things: Vec<T>,
}

impl<T> Sorted<T> {
    /// How many are before a key with that head; `is_before` tells it of those that have the same one.
    pub fn before(&self, head: u64, is_before: impl FnMut(&T) -> bool) -> usize {
        let start = self.heads.partition_point(|each| *each < head);
        let same = self.heads[start..].partition_point(|each| *each == head);
        start + self.things[start..start + same].partition_point(is_before)
    }

    pub fn push(&mut self, head: u64, thing: T) {
        self.heads.push(head);
        self.things.push(thing);
    }

    pub fn insert(&mut self, place: usize, head: u64, thing: T) {
        self.heads.insert(place, head);
        self.things.insert(place, thing);
    }

    pub fn remove(&mut self, place: usize) -> T {
        self.heads.remove(place);
        self.things.remove(place)
    }

    pub fn split_off(&mut self, place: usize) -> Sorted<T> {
        Sorted { heads: self.heads.split_off(place), things: self.things.split_off(place) }
    }
}

impl<T> Default for Sorted<T> {
    fn default() -> Sorted<T> {
        Sorted { heads: Vec::new(), things: Vec::new() }
    }
}
