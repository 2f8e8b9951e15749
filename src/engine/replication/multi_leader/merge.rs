//! What all ways to keep a record have in common.

use super::op::{Op, Taken};
use super::value::Value;
use crate::versions::Dot;

/// A record at one leader, which may meet the same record of another. However often and in whatever order they meet, those that
/// have met the same ones are equal: [`merge`](Merge::merge) is commutative, associative and idempotent.
pub trait Merge {
    /// What another has of the same record comes.
    fn merge(&mut self, other: &Self);
    /// A leader takes a write. Whether the record holds it then: by a clock, it may be too old already.
    fn apply(&mut self, op: &Op, taken: Taken) -> bool;
    /// The writes that are in it, by their names.
    fn dots(&self) -> Vec<Dot>;
    /// Of those, the ones that such a write builds upon, or replaces.
    fn under(&self, _: &Op) -> Vec<Dot> {
        self.dots()
    }
    /// What a reader finds: nothing, a value, or several that conflict.
    fn values(&self) -> Vec<Value>;
}
