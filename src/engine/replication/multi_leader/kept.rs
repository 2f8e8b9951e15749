//! Siblings: of any two values, one stays only if the other's writer had not seen it.

use super::merge::Merge;
use super::op::{Op, Taken};
use super::value::{Value, Written};
use crate::versions::{Dot, Dotted, Siblings};

pub type Kept = Siblings<Dotted, Written>;

/// In the order of their dots, whatever the order in which they came.
fn sort(kept: &mut Kept) {
    let mut all: Vec<_> = kept.iter().cloned().collect();
    all.sort_by_key(|(version, _)| version.dot);
    *kept = Siblings::of(all);
}

/// One value in place of all, by the function. Those who hold the same siblings write the same one.
pub fn combined(kept: &Kept) -> Option<Value> {
    distinct(kept).into_iter().reduce(|one, other| one.combine(&other))
}

/// A write that has seen all siblings replaces them.
pub fn replace(kept: &mut Kept, dot: Dot, value: Value) {
    let version = Dotted { dot, seen: kept.history() };
    kept.add(version, Written { dot, value });
    sort(kept);
}

impl Merge for Kept {
    fn merge(&mut self, other: &Kept) {
        Siblings::merge(self, other);
        sort(self);
    }

    fn apply(&mut self, op: &Op, taken: Taken) -> bool {
        let value = Value::after(combined(self), op);
        replace(self, taken.dot, value);
        true
    }

    fn dots(&self) -> Vec<Dot> {
        self.iter().map(|(version, _)| version.dot).collect()
    }

    /// Where several have written the same, there is nothing to choose; nor where one holds what the function makes of all.
    fn values(&self) -> Vec<Value> {
        let distinct = distinct(self);
        match combined(self) {
            Some(one) if distinct.contains(&one) => vec![one],
            _ => distinct,
        }
    }
}

/// Each value once.
pub fn distinct(kept: &Kept) -> Vec<Value> {
    let mut values: Vec<Value> = Vec::new();
    for (_, written) in kept.iter() {
        if !values.contains(&written.value) {
            values.push(written.value.clone());
        }
    }
    values
}
