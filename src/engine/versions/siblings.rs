//! Values with a version each, of which none is before another: what a replica keeps of one key.

use super::{Dotted, Numbered, Relation, Vector, Version};
use crate::wire::{Frame, Wire};

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Siblings<V, T> {
    all: Vec<(V, T)>,
}

/// What came of a value that was added.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Replaced<T> {
    /// Whether it is kept: if not, one is here already that is the same, or after it.
    pub kept: bool,
    /// The values that are before it, and are gone.
    pub dropped: Vec<T>,
}

impl<V, T> Default for Siblings<V, T> {
    fn default() -> Siblings<V, T> {
        Siblings { all: Vec::new() }
    }
}

impl<V: Version + Clone, T: Clone> Siblings<V, T> {
    pub fn of(all: Vec<(V, T)>) -> Siblings<V, T> {
        Siblings { all }
    }

    /// In the order in which they came.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = &(V, T)> + DoubleEndedIterator {
        self.all.iter()
    }

    /// A value comes: it replaces those that are before it, and stands beside those that are concurrent.
    pub fn add(&mut self, version: V, value: T) -> Replaced<T> {
        let is_newer = |(other, _): &(V, T)| matches!(version.compare(other), Relation::Same | Relation::Before);
        if self.all.iter().any(is_newer) {
            return Replaced { kept: false, dropped: Vec::new() };
        }
        let is_before = |(other, _): &mut (V, T)| other.compare(&version) == Relation::Before;
        let dropped = self.all.extract_if(.., is_before).map(|(_, value)| value).collect();
        self.all.push((version, value));
        Replaced { kept: true, dropped }
    }

    /// What another replica keeps of the same key comes, one value after the other.
    pub fn merge(&mut self, other: &Siblings<V, T>) -> Vec<Replaced<T>> {
        other.all.iter().map(|(version, value)| self.add(version.clone(), value.clone())).collect()
    }
}

impl<T> Siblings<Numbered, T> {
    /// The number that a reader of all of them has seen; the next write has the next.
    pub fn newest(&self) -> u64 {
        self.all.iter().map(|(version, _)| version.number).max().unwrap_or(0)
    }
}

impl<A: Copy + Ord, T> Siblings<Dotted<A>, T> {
    /// All that a reader of all of them has seen; a write gets the dot after those of its replica.
    pub fn history(&self) -> Vector<A> {
        let mut all = Vector::default();
        self.all.iter().for_each(|(version, _)| all.merge(&version.history()));
        all
    }
}

impl<V: Wire + Version + Clone, T: Wire + Clone> Wire for Siblings<V, T> {
    fn write(&self, _: &str, frame: &mut Frame) {
        self.all.write("siblings", frame);
    }

    fn read(bytes: &mut &[u8]) -> Option<Siblings<V, T>> {
        Vec::read(bytes).map(Siblings::of)
    }
}
