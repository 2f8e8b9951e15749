//! Which of two versions came first, or whether neither knew of the other.
//!
//! # The idea
//!
//! A write *happened before* another if whoever made the second had seen the first, or had seen something that had (Lamport,
//! 1978). If neither had seen the other, they are **concurrent**, however far apart they were by any clock. The exact answer
//! is a set: the [`history`] of a write is all that it has seen, and one write is before another if it is in its history. Such
//! sets grow for ever, so stores keep something shorter:
//!
//! - a [`number`], which one replica gives to each write, beside the number up to which its writer had seen: exact, as long as
//!   there is one replica;
//! - a [`vector`], a number for each replica: all that a reader has seen, or all that a replica holds, in a few bytes. Kept once
//!   for all values [together], it can't tell which of them a writer had seen;
//! - a [`dotted`] version, the name of the one write (its dot) beside the vector of what it had seen: exact again;
//! - a [`stamp`], the time of a clock: it orders any two writes, and never says that they are concurrent. The last one wins.
//!
//! All of them are a [`Version`], and what they say is a [`Relation`]. A replica that keeps what no other value has replaced
//! is [`siblings`], whichever of them it goes by.
//!
//! # Simpler than the real one because
//!
//! - a replica never forgets a number that it has given. One that is restored from a backup gives numbers again that are taken:
//!   real stores give it a new name then;
//! - vectors are never pruned, though one that has an entry for each replica that there ever was grows long;
//! - each value has a vector of its own beside its dot; a store that packs all values of a key (dotted version vector sets)
//!   keeps one vector for all, and means the same.

pub mod dotted;
pub mod history;
pub mod number;
pub mod siblings;
pub mod stamp;
#[cfg(test)]
mod tests;
pub mod together;
pub mod vector;

pub use dotted::{Dot, Dotted};
pub use history::History;
pub use number::Numbered;
pub use siblings::{Replaced, Siblings};
pub use stamp::Stamp;
pub use together::Together;
pub use vector::Vector;

use std::cmp::Ordering;

/// How one version is to another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Relation {
    /// The other has seen it.
    Before,
    /// It has seen the other.
    After,
    /// They are one and the same.
    Same,
    /// Neither has seen the other.
    Concurrent,
}

impl Relation {
    /// From whether each of two that differ has seen the other.
    pub fn of(first_is_seen: bool, second_is_seen: bool) -> Relation {
        match (first_is_seen, second_is_seen) {
            (true, true) => Relation::Same,
            (true, false) => Relation::Before,
            (false, true) => Relation::After,
            (false, false) => Relation::Concurrent,
        }
    }
}

/// In an order in which any two can be told apart, nothing is concurrent.
impl From<Ordering> for Relation {
    fn from(order: Ordering) -> Relation {
        match order {
            Ordering::Less => Relation::Before,
            Ordering::Equal => Relation::Same,
            Ordering::Greater => Relation::After,
        }
    }
}

/// What can be said to be before another, after it, the same, or neither.
pub trait Version {
    fn compare(&self, other: &Self) -> Relation;
}
