//! Last write wins: of any two values, the one with the later time stays.

use std::rc::Rc;

use super::merge::Merge;
use super::op::{Op, Taken};
use super::value::{Value, Written};
use crate::key::Key;
use crate::sim::Time;
use crate::versions::{Dot, Siblings, Stamp};
use crate::wording::shown;

/// A time is before or after another and never concurrent, so there are no two siblings.
pub type Latest = Siblings<Stamp, Written>;

/// A register as a sentence calls it: `title`; of a map, `color of car`.
pub fn name(record: &Key, field: Option<&Key>) -> Rc<str> {
    let record = shown(record.as_str());
    field.map_or_else(|| record.to_string(), |field| format!("{} of {record}", shown(field.as_str()))).into()
}

impl Merge for Latest {
    fn merge(&mut self, other: &Latest) {
        Siblings::merge(self, other);
    }

    fn apply(&mut self, op: &Op, taken: Taken) -> bool {
        let mut stamp = taken.stamp;
        // Two writes of one moment get two times.
        while self.iter().any(|(other, _)| *other == stamp) {
            stamp.time += Time::from_nanos(1);
        }
        let value = Value::after(self.values().pop(), op);
        self.add(stamp, Written { dot: taken.dot, value }).kept
    }

    fn dots(&self) -> Vec<Dot> {
        self.iter().map(|(_, written)| written.dot).collect()
    }

    fn values(&self) -> Vec<Value> {
        self.iter().map(|(_, written)| written.value.clone()).collect()
    }
}
