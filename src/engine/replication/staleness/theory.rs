//! What can be known without any trial: a bound that always holds, and a formula where the times have no memory.
//!
//! # The bound
//! When a write is committed, the w nodes that have acknowledged it have it. The r nodes whose answers count don't depend on
//! which those are. So a read misses the write only if all r are among the other n - w: at most C(n-w, r) of C(n, r) pairs
//! of sets do. The writes before it reached w nodes of their own, so k of them are missed at most with the k-th power of
//! that share, which is the paper's formula of k-staleness. With w + r > n there is no such set, and every read is fresh.
//!
//! # The formula
//! It is less than the bound because a write goes on spreading after its commit. How much less is known where the times of
//! writes are exponential with the mean m, and acknowledgements and reads always take the same time, a and b. A node that
//! doesn't have the write when the w-th gets it hasn't it s later with the probability e^(-s/m), whatever was before; the
//! commit is a later, and a read that begins t after that looks at all nodes at once, another b later. Of r nodes all lack
//! it with
//!
//! ```text
//! p · e^(-r (a + t + b) / m)
//! ```
//!
//! The write before it was committed earlier, by a pause g, by a, and by the time until w nodes had the later write, which
//! is a sum of w exponential times, with the means m/n, m/(n-1) and so on. It is independent of which nodes they are, so the
//! probabilities are multiplied, with the mean of e^(-s X) for each such time X.

use super::Settings;
use crate::sim::Time;

/// The number in which shares are told: of a billion.
pub const BILLION: u64 = 1_000_000_000;

/// What is known of the settings, whatever chance does.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Theory {
    /// A read quorum meets each write quorum.
    Strict,
    /// A write reaches all nodes at the same moment, so all have it when it is committed.
    AtOnce,
    /// Writes take exponential times, and acknowledgements and reads fixed ones: the mean, and the sum of the two.
    Memoryless { mean: Time, fixed: Time },
    /// There is a bound and no formula.
    Bounded,
}

impl Theory {
    pub fn of(settings: &Settings) -> Theory {
        let ways = settings.ways();
        if settings.is_strict() {
            return Theory::Strict;
        }
        if ways.write.fixed().is_some() {
            return Theory::AtOnce;
        }
        match (ways.write.memoryless(), ways.ack.fixed(), ways.read.fixed()) {
            (Some(mean), Some(ack), Some(read)) => Theory::Memoryless { mean, fixed: ack + read },
            _ => Theory::Bounded,
        }
    }

    /// The share of reads that miss at least `k` versions if they begin so long after the commit; none where only the bound
    /// is known.
    pub fn missed(&self, settings: &Settings, k: usize, after: Time) -> Option<f64> {
        match *self {
            Theory::Strict | Theory::AtOnce => Some(0.0),
            Theory::Memoryless { mean, fixed } => Some(memoryless(settings, k, mean, fixed, after)),
            Theory::Bounded => None,
        }
    }

    /// How it is written.
    pub fn formula(&self, settings: &Settings) -> &'static str {
        match self {
            Theory::Strict => "w + r > n",
            Theory::AtOnce => "a write reaches all nodes at the same moment",
            Theory::Memoryless { .. } if settings.writes == 1 => "p · e^(-r (t + a + b)/m)",
            Theory::Memoryless { .. } => "the product of p · e^(-r s/m)",
            Theory::Bounded => "p = C(n-w, r) / C(n, r)",
        }
    }
}

/// At most so many reads miss `k` versions or more.
pub fn bound(settings: &Settings, k: usize) -> f64 {
    let Settings { n, w, r, .. } = *settings;
    // C(n-w, r) / C(n, r), factor by factor; one of them is 0 where w + r > n.
    let missed: f64 = (0..r).map(|place| (n - w).saturating_sub(place) as f64 / (n - place) as f64).product();
    power(missed, k)
}

fn power(base: f64, times: usize) -> f64 {
    (0..times).fold(1.0, |product, _| product * base)
}

fn memoryless(settings: &Settings, k: usize, mean: Time, fixed: Time, after: Time) -> f64 {
    let Settings { n, w, r, .. } = *settings;
    let mean = mean.as_nanos() as f64;
    let in_means = |time: Time| time.as_nanos() as f64 / mean;
    let (r_, k_) = (r as f64, k as f64);
    // From the moment at which w nodes have a version to the read: all waits that are always the same, of k versions.
    let ack = settings.ways().ack.fixed().unwrap_or_default();
    let waits = k_ * in_means(fixed + after) + k_ * (k_ - 1.0) / 2.0 * in_means(settings.gap + ack);
    // And until w nodes have a version: it makes all versions before it older, so the last but `later` is in as many of them.
    let spreads: f64 = (1..k)
        .map(|later| {
            (0..w)
                .map(|place| {
                    let left = (n - place) as f64;
                    left / (left + r_ * later as f64)
                })
                .product::<f64>()
        })
        .product();
    bound(settings, k) * libm::exp(-r_ * waits) * spreads
}

/// Of a billion, to the nearest.
pub fn of_billion(share: f64) -> u64 {
    (share * BILLION as f64 + 0.5) as u64
}
