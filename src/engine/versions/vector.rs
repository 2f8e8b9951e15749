//! Version vectors (Parker and others, 1983): for each replica, how many of its writes have been seen.

use std::fmt::{self, Display};

use super::{Dot, Relation, Version};
use crate::replication::NodeId;
use crate::wire::{Frame, Wire};

/// Replicas in the order of their names; one of which nothing has been seen has no entry.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Vector {
    entries: Vec<(NodeId, u64)>,
}

impl Vector {
    /// How many writes of a replica have been seen.
    pub fn get(&self, replica: NodeId) -> u64 {
        self.entries.iter().find(|(other, _)| *other == replica).map_or(0, |(_, count)| *count)
    }

    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    pub fn contains(&self, dot: Dot) -> bool {
        dot.count <= self.get(dot.replica)
    }

    /// That write has been seen, and with it all earlier ones of its replica.
    pub fn see(&mut self, dot: Dot) {
        match self.entries.binary_search_by_key(&dot.replica, |(replica, _)| *replica) {
            Ok(place) => self.entries[place].1 = self.entries[place].1.max(dot.count),
            Err(place) => self.entries.insert(place, (dot.replica, dot.count)),
        }
    }

    /// All that the other has seen, too: of each replica the larger count.
    pub fn merge(&mut self, other: &Vector) {
        other.entries.iter().for_each(|(replica, count)| self.see(Dot { replica: *replica, count: *count }));
    }

    /// The entries in which it has seen more than the other.
    pub fn beyond(&self, other: &Vector) -> Vector {
        let more = |(replica, count): &&(NodeId, u64)| *count > other.get(*replica);
        Vector { entries: self.entries.iter().filter(more).copied().collect() }
    }

    /// Whether the other has seen all of it.
    pub fn is_within(&self, other: &Vector) -> bool {
        self.entries.iter().all(|(replica, count)| *count <= other.get(*replica))
    }
}

impl Version for Vector {
    fn compare(&self, other: &Vector) -> Relation {
        Relation::of(self.is_within(other), other.is_within(self))
    }
}

/// `n1:2 n2:1`.
impl Display for Vector {
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

impl Wire for Vector {
    fn write(&self, label: &str, frame: &mut Frame) {
        self.entries.write(&format!("entries of the {label}"), frame);
    }

    fn read(bytes: &mut &[u8]) -> Option<Vector> {
        Vec::read(bytes).map(|entries| Vector { entries })
    }
}
