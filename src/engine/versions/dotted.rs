//! Dotted version vectors (Preguiça, Baquero and others, 2010): the name of one write, its dot, beside the vector of all that
//! its writer had seen. The dot need not be next to what was seen: that is what a vector alone can't say.
//!
//! Who names writes is up to the store: the replica that takes a write first, or the client that makes it.

use std::fmt::{self, Display};

use super::{Relation, Vector, Version};
use crate::replication::NodeId;
use crate::wire::{Frame, Wire};

/// One write: the replica that took it first, or its client, and its number there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Dot<A = NodeId> {
    pub replica: A,
    pub count: u64,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dotted<A = NodeId> {
    pub dot: Dot<A>,
    pub seen: Vector<A>,
}

impl<A: Copy + Ord> Dotted<A> {
    /// All that a reader of it has seen.
    pub fn history(&self) -> Vector<A> {
        let mut history = self.seen.clone();
        history.see(self.dot);
        history
    }
}

impl<A: Copy + Ord> Version for Dotted<A> {
    fn compare(&self, other: &Dotted<A>) -> Relation {
        if self.dot == other.dot {
            return Relation::Same;
        }
        Relation::of(other.seen.contains(self.dot), self.seen.contains(other.dot))
    }
}

/// `n1:2`.
impl<A: Display> Display for Dot<A> {
    fn fmt(&self, out: &mut fmt::Formatter) -> fmt::Result {
        write!(out, "{}:{}", self.replica, self.count)
    }
}

impl Wire for Dot {
    fn write(&self, _: &str, frame: &mut Frame) {
        self.replica.write("replica of the dot", frame);
        self.count.write("number of the dot", frame);
    }

    fn read(bytes: &mut &[u8]) -> Option<Dot> {
        Some(Dot { replica: NodeId::read(bytes)?, count: u64::read(bytes)? })
    }
}

impl Wire for Dotted {
    fn write(&self, _: &str, frame: &mut Frame) {
        self.dot.write("dot", frame);
        self.seen.write("vector seen", frame);
    }

    fn read(bytes: &mut &[u8]) -> Option<Dotted> {
        Some(Dotted { dot: Dot::read(bytes)?, seen: Vector::read(bytes)? })
    }
}
