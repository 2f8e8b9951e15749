//! Version vectors (Parker and others, 1983): for each replica, how many of its writes have been seen. Where clients name the
//! writes, and not replicas, a vector has an entry for each client.

use std::fmt::{self, Display};

use super::{Dot, Relation, Version};
use crate::replication::NodeId;
use crate::wire::{Frame, Wire};

/// Replicas in the order of their names; one of which nothing has been seen has no entry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Vector<A = NodeId> {
    entries: Vec<(A, u64)>,
}

impl<A> Default for Vector<A> {
    fn default() -> Vector<A> {
        Vector { entries: Vec::new() }
    }
}

impl<A: Copy + Ord> Vector<A> {
    /// How many writes of a replica have been seen.
    pub fn get(&self, replica: A) -> u64 {
        self.entries.iter().find(|(other, _)| *other == replica).map_or(0, |(_, count)| *count)
    }

    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// The entries, in the order of the names.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (A, u64)> {
        self.entries.iter().copied()
    }

    pub fn contains(&self, dot: Dot<A>) -> bool {
        dot.count <= self.get(dot.replica)
    }

    /// That write has been seen, and with it all earlier ones of its replica.
    pub fn see(&mut self, dot: Dot<A>) {
        match self.entries.binary_search_by_key(&dot.replica, |(replica, _)| *replica) {
            Ok(place) => self.entries[place].1 = self.entries[place].1.max(dot.count),
            Err(place) => self.entries.insert(place, (dot.replica, dot.count)),
        }
    }

    /// All that the other has seen, too: of each replica the larger count.
    pub fn merge(&mut self, other: &Vector<A>) {
        other.entries.iter().for_each(|(replica, count)| self.see(Dot { replica: *replica, count: *count }));
    }

    /// The entries in which it has seen more than the other.
    pub fn beyond(&self, other: &Vector<A>) -> Vector<A> {
        let more = |(replica, count): &&(A, u64)| *count > other.get(*replica);
        Vector { entries: self.entries.iter().filter(more).copied().collect() }
    }

    /// Whether the other has seen all of it.
    pub fn is_within(&self, other: &Vector<A>) -> bool {
        self.entries.iter().all(|(replica, count)| *count <= other.get(*replica))
    }
}

impl<A: Copy + Ord> Version for Vector<A> {
    fn compare(&self, other: &Vector<A>) -> Relation {
        Relation::of(self.is_within(other), other.is_within(self))
    }
}

/// `n1:2 n2:1`.
impl<A: Copy + Ord + Display> Display for Vector<A> {
    fn fmt(&self, out: &mut fmt::Formatter) -> fmt::Result {
        if self.is_empty() {
            return out.write_str("none");
        }
        for (place, (replica, count)) in self.entries.iter().enumerate() {
            let before = if place == 0 { "" } else { " " };
            write!(out, "{before}{replica}:{count}")?;
        }
        Ok(())
    }
}

impl<A: Wire> Wire for Vector<A> {
    fn write(&self, label: &str, frame: &mut Frame) {
        self.entries.write(&format!("entries of the {label}"), frame);
    }

    fn read(bytes: &mut &[u8]) -> Option<Vector<A>> {
        Vec::read(bytes).map(|entries| Vector { entries })
    }
}
