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

    /// A number from 0 up to, but not including, 1, in steps of 2^-53.
    pub fn unit(&mut self) -> f64 {
        // Both conversions are exact, and so the same on every platform.
        (self.0.rand_u64() >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// True once in `n` times.
    pub fn one_in(&mut self, n: u64) -> bool {
        self.below(n) == 0
    }
}
