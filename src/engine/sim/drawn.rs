//! What the times that messages take are drawn from: a distribution by its mean, or one that was fitted to what a system in
//! production did.

use super::distribution::{Distribution, exponential};
use super::{Rng, Time};

/// A part of all times follows Pareto's distribution, and the rest an exponential one. Milliseconds.
#[derive(Debug, PartialEq)]
pub struct Fit {
    /// Of the part that is Pareto's: how many of all, the least, and the shape.
    pareto: f64,
    least: f64,
    shape: f64,
    /// Of the rest: one over its mean.
    rate: f64,
}

/// Table 3 of Bailis and others, *Probabilistically Bounded Staleness for Practical Partial Quorums* (2012), which they
/// fitted to percentiles of Voldemort at LinkedIn and of Riak at Yammer. With solid-state disks, all four ways are as the
/// first; with spinning disks, writes are as the second, and the other three as the first.
pub const LINKEDIN_SSD: Fit = Fit { pareto: 0.9122, least: 0.235, shape: 10.0, rate: 1.66 };
pub const LINKEDIN_DISK: Fit = Fit { pareto: 0.38, least: 1.05, shape: 1.51, rate: 0.183 };
pub const YAMMER_WRITE: Fit = Fit { pareto: 0.939, least: 3.0, shape: 3.35, rate: 0.0028 };
pub const YAMMER_REST: Fit = Fit { pareto: 0.982, least: 1.5, shape: 3.8, rate: 0.0217 };

/// What the times of one way are drawn from.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Drawn {
    Of(Distribution),
    Fitted(&'static Fit),
}

impl Drawn {
    pub fn draw(&self, rng: &mut Rng) -> Time {
        match self {
            Drawn::Of(distribution) => distribution.draw(rng),
            Drawn::Fitted(fit) => fit.draw(rng),
        }
    }

    /// The time, where it is always the same.
    pub fn fixed(&self) -> Option<Time> {
        match *self {
            Drawn::Of(Distribution::Fixed { time }) => Some(time),
            // Whatever else has a mean of nothing takes no time at all.
            Drawn::Of(distribution) if distribution.mean() == Time::ZERO => Some(Time::ZERO),
            _ => None,
        }
    }

    /// The mean, where the distribution has no memory.
    pub fn memoryless(&self) -> Option<Time> {
        match *self {
            Drawn::Of(Distribution::Exponential { mean }) if mean > Time::ZERO => Some(mean),
            _ => None,
        }
    }
}

impl Fit {
    fn draw(&self, rng: &mut Rng) -> Time {
        const MILLI: f64 = 1e6;
        if rng.unit() < self.pareto {
            // The share of Pareto's that is longer than x is (least/x)^shape; 1 - u is never 0.
            let longer = 1.0 - rng.unit();
            Time::from_nanos((self.least * libm::exp(-libm::log(longer) / self.shape) * MILLI) as u64)
        } else {
            exponential(MILLI / self.rate, rng)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// How many of a hundred thousand are longer than some times, within four standard errors of what the table says.
    #[test]
    fn fitted_times_are_spread_as_their_table_says() {
        for fit in [&LINKEDIN_SSD, &LINKEDIN_DISK, &YAMMER_WRITE, &YAMMER_REST] {
            let mut rng = Rng::new(7);
            const DRAWS: usize = 100_000;
            let drawn: Vec<f64> = (0..DRAWS).map(|_| fit.draw(&mut rng).as_nanos() as f64 / 1e6).collect();
            for times in [0.5, 1.0, 1.2, 2.0, 5.0, 50.0] {
                let limit = fit.least * times;
                let pareto = if times < 1.0 { 1.0 } else { libm::pow(1.0 / times, fit.shape) };
                let expected = fit.pareto * pareto + (1.0 - fit.pareto) * libm::exp(-fit.rate * limit);
                let found = drawn.iter().filter(|time| **time > limit).count() as f64 / DRAWS as f64;
                let error = 4.0 * (expected * (1.0 - expected) / DRAWS as f64).sqrt();
                assert!((found - expected).abs() <= error + 1e-4, "{fit:?} > {limit}: {found} for {expected}");
            }
        }
    }
}
