//! Last write wins: a time by some clock, and the name of the replica for two that are alike.

use super::{Relation, Version};
use crate::replication::NodeId;
use crate::sim::Time;
use crate::wire::{Frame, Wire};

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Stamp {
    pub time: Time,
    pub replica: NodeId,
}

/// It never says that two are concurrent, for it never asks what a writer had seen.
impl Version for Stamp {
    fn compare(&self, other: &Stamp) -> Relation {
        self.cmp(other).into()
    }
}

impl Wire for Stamp {
    fn write(&self, _: &str, frame: &mut Frame) {
        self.time.write("time of the write", frame);
        self.replica.write("replica", frame);
    }

    fn read(bytes: &mut &[u8]) -> Option<Stamp> {
        Some(Stamp { time: Time::read(bytes)?, replica: NodeId::read(bytes)? })
    }
}
