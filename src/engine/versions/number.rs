//! Version numbers of one replica: it counts the writes of a key, and its readers hand back the number that they have seen.

use super::{Relation, Version};
use crate::wire::{Frame, Wire};

/// The number of a write, and the number up to which its writer had seen, which is smaller. It says nothing of whose number that is: where two
/// replicas count, each for itself, the same number means two writes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Numbered {
    pub number: u64,
    pub seen: u64,
}

impl Version for Numbered {
    fn compare(&self, other: &Numbered) -> Relation {
        if self.number == other.number {
            return Relation::Same;
        }
        Relation::of(self.number <= other.seen, other.number <= self.seen)
    }
}

impl Wire for Numbered {
    fn write(&self, _: &str, frame: &mut Frame) {
        self.number.write("version number", frame);
        self.seen.write("number seen", frame);
    }

    fn read(bytes: &mut &[u8]) -> Option<Numbered> {
        Some(Numbered { number: u64::read(bytes)?, seen: u64::read(bytes)? })
    }
}
