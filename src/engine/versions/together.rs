//! Values under one vector: what a replica keeps of one key that has no name for each of its writes.
//!
//! A write that has seen all that is here replaces it. One that has not seen some of it, replaces nothing, for the vector does
//! not say which of the values it has seen.

use super::{Dot, Relation, Vector, Version};
use crate::replication::NodeId;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Together<T> {
    pub vector: Vector,
    pub values: Vec<T>,
}

impl<T> Default for Together<T> {
    fn default() -> Together<T> {
        Together { vector: Vector::default(), values: Vec::new() }
    }
}

impl<T: Clone + PartialEq> Together<T> {
    /// A replica takes a write, whose writer had seen that. What it replaces.
    pub fn put(&mut self, replica: NodeId, seen: &Vector, value: T) -> Vec<T> {
        let dropped = if self.vector.is_within(seen) { std::mem::take(&mut self.values) } else { Vec::new() };
        self.vector.merge(seen);
        self.vector.see(Dot { replica, count: self.vector.get(replica) + 1 });
        self.values.push(value);
        dropped
    }

    /// What another replica has of the same key comes: all of it, none of it, or both. What it replaces.
    pub fn merge(&mut self, other: &Together<T>) -> Vec<T> {
        match self.vector.compare(&other.vector) {
            Relation::After => Vec::new(),
            Relation::Before => {
                let others = |value: &T| other.values.contains(value);
                let dropped = self.values.iter().filter(|value| !others(value)).cloned().collect();
                *self = other.clone();
                dropped
            }
            // The same vector doesn't mean the same values: who has merged in another order may have kept one more.
            Relation::Same | Relation::Concurrent => {
                let is_new = |value: &&T| !self.values.contains(value);
                let new: Vec<_> = other.values.iter().filter(is_new).cloned().collect();
                self.values.extend(new);
                self.vector.merge(&other.vector);
                Vec::new()
            }
        }
    }
}
