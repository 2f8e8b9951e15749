//! A causal history: all writes that a write has seen, itself included, each by its number in the run. No store could afford
//! it; it is what the others are held against.

use super::{Relation, Version};

/// A bit for each write of a run.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct History {
    words: Vec<u64>,
}

impl History {
    pub fn insert(&mut self, write: usize) {
        let (word, bit) = (write / 64, write % 64);
        self.words.resize(self.words.len().max(word + 1), 0);
        self.words[word] |= 1 << bit;
    }

    pub fn contains(&self, write: usize) -> bool {
        self.words.get(write / 64).is_some_and(|word| word & 1 << (write % 64) != 0)
    }

    /// All of the other, too.
    pub fn extend(&mut self, other: &History) {
        self.words.resize(self.words.len().max(other.words.len()), 0);
        self.words.iter_mut().zip(&other.words).for_each(|(own, other)| *own |= other);
    }

    pub fn is_within(&self, other: &History) -> bool {
        let others = other.words.iter().copied().chain(std::iter::repeat(0));
        self.words.iter().zip(others).all(|(own, other)| own & !other == 0)
    }

    /// The bytes of a copy.
    pub fn weight(&self) -> u64 {
        (self.words.len() * size_of::<u64>()) as u64
    }
}

impl Version for History {
    fn compare(&self, other: &History) -> Relation {
        Relation::of(self.is_within(other), other.is_within(self))
    }
}
