//! How long very many requests took, in little room: a histogram with log-linear buckets, after Gil Tene's HdrHistogram.
//!
//! # The buckets
//! Times are counted in microseconds. Each power of two is divided into 64 buckets of the same breadth, so that a bucket
//! is never broader than 1/64 of its times: below 128 µs each microsecond has its own, at a second one is 8 ms broad.
//! A value told by the middle of its bucket is wrong by 1/128 (0.8 %) at most, however many were recorded, and a whole
//! histogram takes a few kilobytes. Mean and greatest are exact.
//!
//! # Why not keep percentiles
//! Counts can be added: the merged histogram of two servers is that of all their requests. Percentiles cannot: the mean of
//! two p99 is the p99 of nothing. So a histogram is what monitoring should send and keep, and a percentile is taken
//! from it last.

use std::rc::Rc;

use crate::sim::Time;

/// Buckets for each power of two, as a power of two.
const BITS: u32 = 6;

/// A value read from a histogram is wrong by no more than one in so many.
pub const ONE_IN: u64 = 2 << BITS;

/// Cheap to clone: a photograph shares the counts until they change.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Histogram {
    /// Up to the last bucket that has any.
    counts: Rc<Vec<u64>>,
    /// How many were recorded.
    pub count: u64,
    /// Of all values, in microseconds.
    pub sum: u64,
    max: u64,
}

impl Histogram {
    pub fn record(&mut self, time: Time) {
        let value = time.as_micros();
        let place = bucket(value);
        let counts = Rc::make_mut(&mut self.counts);
        if counts.len() <= place {
            counts.resize(place + 1, 0);
        }
        counts[place] += 1;
        self.count += 1;
        self.sum += value;
        self.max = self.max.max(value);
    }

    /// Adds all that another has counted: the histogram of both is the same as if one had counted everything.
    pub fn merge(&mut self, other: &Histogram) {
        let counts = Rc::make_mut(&mut self.counts);
        if counts.len() < other.counts.len() {
            counts.resize(other.counts.len(), 0);
        }
        for (mine, more) in counts.iter_mut().zip(other.counts.iter()) {
            *mine += more;
        }
        self.count += other.count;
        self.sum += other.sum;
        self.max = self.max.max(other.max);
    }

    /// The mean of all, exact to the microsecond; 0 of none.
    pub fn mean(&self) -> Time {
        Time::from_micros(self.sum.checked_div(self.count).unwrap_or(0))
    }

    /// The greatest, exact; 0 of none.
    pub fn max(&self) -> Time {
        Time::from_micros(self.max)
    }

    /// The time that `per_mille` of a thousand took at most (500 is the median, 999 is p99.9), within 1/[`ONE_IN`];
    /// 0 of none.
    pub fn percentile(&self, per_mille: u64) -> Time {
        self.percentile_with(per_mille, 0).unwrap_or_default()
    }

    /// The same, if so many more had been here who never got an answer: `None` where it is one of them. A service that
    /// refuses most is not a fast one.
    pub fn percentile_with(&self, per_mille: u64, unanswered: u64) -> Option<Time> {
        // The rank of the one we look for, from 1; rounded up, so that p999 of ten is the tenth.
        let rank = ((self.count + unanswered) * per_mille).div_ceil(1_000).max(1);
        let mut below = 0;
        for (place, count) in self.counts.iter().enumerate() {
            below += count;
            if below >= rank {
                let (first, width) = bounds(place);
                return Some(Time::from_micros((first + width / 2).min(self.max)));
            }
        }
        None
    }

    /// How many took longer than `limit`, as exactly as the buckets tell: the bucket of `limit` itself is not counted.
    pub fn longer_than(&self, limit: Time) -> u64 {
        self.counts.iter().skip(bucket(limit.as_micros()) + 1).sum()
    }

    /// All buckets that hold any, in order: from, up to but not including, how many.
    pub fn buckets(&self) -> impl Iterator<Item = (Time, Time, u64)> {
        self.counts.iter().enumerate().filter(|(_, count)| **count > 0).map(|(place, count)| {
            let (first, width) = bounds(place);
            (Time::from_micros(first), Time::from_micros(first + width), *count)
        })
    }
}

/// The bucket of a value.
fn bucket(value: u64) -> usize {
    // How many low bits are not told apart.
    let shift = (u64::BITS - value.leading_zeros()).saturating_sub(BITS + 1);
    ((u64::from(shift) << BITS) + (value >> shift)) as usize
}

/// The first value of a bucket, and how many there are.
fn bounds(place: usize) -> (u64, u64) {
    let shift = (place >> BITS).saturating_sub(1);
    let first = (place - (shift << BITS)) as u64;
    (first << shift, 1 << shift)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn a_bucket_holds_its_values_and_is_narrow(value in 0_u64..1 << 50) {
            let (first, width) = bounds(bucket(value));
            prop_assert!((first..first + width).contains(&value));
            prop_assert!(width == 1 || width <= first / 64);
            prop_assert_eq!(bounds(bucket(first + width)).0, first + width, "no gap after it");
        }

        #[test]
        fn percentiles_are_those_of_the_sorted_values_within_the_error(
            mut values in prop::collection::vec(0_u64..10_000_000, 1..400),
            per_mille in 1_u64..=1_000,
        ) {
            let mut histogram = Histogram::default();
            for value in &values {
                histogram.record(Time::from_micros(*value));
            }
            values.sort_unstable();
            let exact = values[(values.len() as u64 * per_mille).div_ceil(1_000) as usize - 1];
            let found = histogram.percentile(per_mille).as_micros();
            prop_assert!(found.abs_diff(exact) <= exact / ONE_IN, "{found} for {exact}");
            prop_assert_eq!(histogram.max(), Time::from_micros(*values.last().unwrap()));
            prop_assert_eq!(histogram.mean().as_micros(), values.iter().sum::<u64>() / values.len() as u64);
        }

        #[test]
        fn merged_is_as_if_one_had_counted_all(
            here in prop::collection::vec(0_u64..10_000_000, 0..100),
            there in prop::collection::vec(0_u64..1_000, 0..100),
        ) {
            let count = |values: &[u64]| {
                let mut histogram = Histogram::default();
                values.iter().for_each(|value| histogram.record(Time::from_micros(*value)));
                histogram
            };
            let mut merged = count(&here);
            merged.merge(&count(&there));
            prop_assert_eq!(merged, count(&[here, there].concat()));
        }
    }

    /// A fast server and a slow one: the mean of their p99 is not the p99 of their users.
    #[test]
    fn averaged_percentiles_are_wrong() {
        let (mut fast, mut slow) = (Histogram::default(), Histogram::default());
        for millis in 1..=100 {
            for _ in 0..99 {
                fast.record(Time::from_millis(millis));
            }
            slow.record(Time::from_millis(1_000 * millis));
        }
        let averaged = (fast.percentile(990).as_micros() + slow.percentile(990).as_micros()) / 2;
        let mut merged = fast.clone();
        merged.merge(&slow);
        let true_p99 = merged.percentile(990).as_micros();
        assert_eq!(averaged.abs_diff(49_549_500) * 100 / 49_549_500, 0, "{averaged}");
        assert_eq!(true_p99.abs_diff(100_000) * 100 / 100_000, 0, "{true_p99}");
    }
}
