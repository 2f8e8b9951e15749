//! Chance from a seed: the same seed gives the same numbers on every platform.

/// A source of random numbers (PCG, by the crate `oorandom`). A clone goes on with the same numbers.
#[derive(Clone, Debug)]
pub struct Rng(oorandom::Rand64);

impl Rng {
    pub fn new(seed: u64) -> Rng {
        Rng(oorandom::Rand64::new(u128::from(seed)))
    }

    /// A number in `0..bound`; `bound` must not be 0.
    pub fn below(&mut self, bound: u64) -> u64 {
        self.0.rand_range(0..bound)
    }

    /// True once in `n` times.
    pub fn one_in(&mut self, n: u64) -> bool {
        self.below(n) == 0
    }
}
