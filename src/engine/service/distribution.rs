//! How long the work on one request takes.

use crate::sim::{Rng, Time};

/// A distribution of service times. All but [`Distribution::TwoValued`] are told by their mean.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Distribution {
    /// Mostly short, sometimes several times the mean, and without memory: the M of M/M/1.
    Exponential { mean: Time },
    /// Always the same.
    Fixed { time: Time },
    /// `slow` in so many of a thousand cases, else `fast`: a cache miss, a pause for garbage, a lost packet.
    TwoValued { fast: Time, slow: Time, slow_per_mille: u64 },
    /// Pareto's, with the shape 1.5: most are a third of the mean or little more, and a few are a hundred times as long.
    /// Its variance would be infinite, so it ends at [`LONGEST`] times the mean, as any request ends by some time-out.
    HeavyTailed { mean: Time },
}

/// Where a heavy tail is cut off, in means.
pub const LONGEST: u64 = 1_000;

impl Distribution {
    /// Draws one.
    pub fn draw(&self, rng: &mut Rng) -> Time {
        match *self {
            Distribution::Exponential { mean } => exponential(mean.as_nanos() as f64, rng),
            Distribution::Fixed { time } => time,
            Distribution::TwoValued { fast, slow, slow_per_mille } => {
                if rng.below(1_000) < slow_per_mille {
                    slow
                } else {
                    fast
                }
            }
            Distribution::HeavyTailed { mean } => {
                // The least value is a third of the mean at this shape; u^(-1/1.5) is 1 over the cube root of u².
                let u = 1.0 - rng.unit();
                let longest = mean.as_nanos() as f64 * LONGEST as f64;
                let drawn = mean.as_nanos() as f64 / 3.0 / libm::cbrt(u * u);
                Time::from_nanos(drawn.min(longest) as u64)
            }
        }
    }

    /// The mean; of the heavy tail, as if it had no end.
    pub fn mean(&self) -> Time {
        match *self {
            Distribution::Exponential { mean } | Distribution::HeavyTailed { mean } => mean,
            Distribution::Fixed { time } => time,
            Distribution::TwoValued { fast, slow, slow_per_mille } => Time::from_nanos(
                (fast.as_nanos() * (1_000 - slow_per_mille) + slow.as_nanos() * slow_per_mille) / 1_000,
            ),
        }
    }
}

/// An exponentially distributed time with a mean of so many nanoseconds.
pub fn exponential(mean_nanos: f64, rng: &mut Rng) -> Time {
    // 1 - u is never 0, so its logarithm is finite.
    Time::from_nanos((-libm::log(1.0 - rng.unit()) * mean_nanos) as u64)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The mean of many draws is within four standard errors of what it should be; the error is of these very draws.
    #[test]
    fn means_are_as_promised() {
        let mean = Time::from_millis(10);
        let (fast, slow) = (Time::from_millis(5), Time::from_millis(505));
        for distribution in [
            Distribution::Exponential { mean },
            Distribution::Fixed { time: mean },
            Distribution::TwoValued { fast, slow, slow_per_mille: 10 },
            Distribution::HeavyTailed { mean },
        ] {
            let mut rng = Rng::new(3);
            const DRAWS: usize = 200_000;
            let drawn: Vec<f64> = (0..DRAWS).map(|_| distribution.draw(&mut rng).as_nanos() as f64).collect();
            let found = drawn.iter().sum::<f64>() / DRAWS as f64;
            let variance = drawn.iter().map(|each| (each - found) * (each - found)).sum::<f64>() / (DRAWS - 1) as f64;
            let error = (variance / DRAWS as f64).sqrt();
            // What the cut takes from a Pareto's mean: the integral of the tail, a third times 2 / sqrt(3000) of it.
            let mut expected = distribution.mean().as_nanos() as f64;
            if matches!(distribution, Distribution::HeavyTailed { .. }) {
                expected *= 1.0 - 1.0 / (3.0 * LONGEST as f64).sqrt();
            }
            assert!((found - expected).abs() <= 4.0 * error + 1.0, "{distribution:?}: {found} ± {error}");
        }
    }
}
