//! A counter that converges: each leader counts for itself, and the value is the sum.

use super::merge::Merge;
use super::op::{Op, Taken};
use super::value::Value;
use crate::versions::Dot;
use crate::wire::{Frame, Wire};

/// For each leader that has counted, its last write and how far it has come, in the order of their names.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Counter {
    counted: Vec<(Dot, u64)>,
}

impl Counter {
    fn put(&mut self, dot: Dot, many: u64) {
        match self.counted.binary_search_by_key(&dot.replica, |(own, _)| own.replica) {
            Ok(place) if self.counted[place].0.count < dot.count => self.counted[place] = (dot, many),
            Ok(_) => {}
            Err(place) => self.counted.insert(place, (dot, many)),
        }
    }

    pub fn of(&self, leader: crate::cluster::NodeId) -> u64 {
        self.counted.iter().find(|(dot, _)| dot.replica == leader).map_or(0, |(_, many)| *many)
    }
}

impl Merge for Counter {
    /// A leader only ever counts up, so of two that are of the same leader the later one includes the other.
    fn merge(&mut self, other: &Counter) {
        other.counted.iter().for_each(|(dot, many)| self.put(*dot, *many));
    }

    fn apply(&mut self, _: &Op, taken: Taken) -> bool {
        self.put(taken.dot, self.of(taken.by()) + 1);
        true
    }

    fn dots(&self) -> Vec<Dot> {
        self.counted.iter().map(|(dot, _)| *dot).collect()
    }

    fn values(&self) -> Vec<Value> {
        vec![Value::Number(self.counted.iter().map(|(_, many)| many).sum())]
    }
}

impl Wire for Counter {
    fn write(&self, _: &str, frame: &mut Frame) {
        self.counted.write("counts of leaders", frame);
    }

    fn read(bytes: &mut &[u8]) -> Option<Counter> {
        Vec::read(bytes).map(|counted| Counter { counted })
    }
}
