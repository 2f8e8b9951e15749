//! What very many trials have shown, in little room.

use super::Settings;
use super::settings::MAX_WRITES;
use super::trial::Trial;
use crate::histogram::Histogram;
use crate::sim::Time;

/// Cheap to clone: histograms are shared.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sample {
    pub trials: u64,
    /// How many reads were stale by 0, by 1, … versions.
    pub missed: [u64; MAX_WRITES + 1],
    /// How long after the last commit a read has to begin to miss fewer than 1, 2, … versions.
    pub needed: Vec<Histogram>,
    /// How long the last write took, and the read.
    pub writes: Histogram,
    pub reads: Histogram,
    /// The first stale read, and the trial in which a read would have had to wait longest: which and how long.
    pub first_stale: Option<u64>,
    pub longest: Option<(u64, Time)>,
}

impl Sample {
    pub fn new(settings: &Settings) -> Sample {
        Sample {
            trials: 0,
            missed: [0; MAX_WRITES + 1],
            needed: vec![Histogram::default(); settings.writes],
            writes: Histogram::default(),
            reads: Histogram::default(),
            first_stale: None,
            longest: None,
        }
    }

    /// Counts a trial; by how many versions its read was stale.
    pub fn count(&mut self, trial: &Trial) -> usize {
        let missed = trial.missed();
        self.trials += 1;
        self.missed[missed] += 1;
        let needed = trial.needed();
        for (histogram, needed) in self.needed.iter_mut().zip(needed) {
            histogram.record(needed);
        }
        self.writes.record(Time::from_nanos(trial.last().committed.as_nanos() - trial.last().sent.as_nanos()));
        self.reads.record(Time::from_nanos(trial.read.returned.as_nanos() - trial.read.sent.as_nanos()));
        if missed > 0 && self.first_stale.is_none() {
            self.first_stale = Some(trial.number);
        }
        if self.longest.is_none_or(|(_, longest)| needed[0] > longest) {
            self.longest = Some((trial.number, needed[0]));
        }
        missed
    }

    pub fn fresh(&self) -> u64 {
        self.missed[0]
    }

    /// How many reads missed so many versions or more.
    pub fn missed_at_least(&self, k: usize) -> u64 {
        self.missed.iter().skip(k).sum()
    }

    /// Of all reads, how many would have missed fewer than `k` versions if they had begun so long after the commit, for each
    /// such time from 0 on: where the share rises, and how many there are from there on.
    pub fn curve(&self, k: usize) -> Vec<(Time, u64)> {
        let Some(needed) = self.needed.get(k - 1) else { return Vec::new() };
        let mut so_far = 0;
        let rises = needed.buckets().map(|(from, to, count)| {
            so_far += count;
            // Below a microsecond, times are those of reads that need not wait.
            (if from == Time::ZERO { Time::ZERO } else { to }, so_far)
        });
        rises.collect()
    }

    /// How long after the commit a read has to begin so that `per_mille` of a thousand return the last version: what the
    /// paper calls t-visibility.
    pub fn visible(&self, per_mille: u64) -> Time {
        self.needed[0].percentile(per_mille)
    }
}
