//! Zipf's law: the n-th most wanted record is asked for in proportion to 1/n^θ, as YCSB draws it, after Gray and others,
//! *Quickly Generating Billion-Record Synthetic Databases* (1994).

/// YCSB's exponent.
const THETA: f64 = 0.99;

#[derive(Clone, Debug, Default)]
pub(super) struct Zipfian {
    /// For how many records the sum stands.
    records: u64,
    /// The sum of 1/n^θ.
    zeta: f64,
}

impl Zipfian {
    /// The rank, from 0, that `unit` (from 0, below 1) falls on. More records than at the last call only add to the sum.
    pub fn rank(&mut self, records: u64, unit: f64) -> u64 {
        while self.records < records {
            self.records += 1;
            self.zeta += 1.0 / libm::pow(self.records as f64, THETA);
        }
        let scaled = unit * self.zeta;
        if records == 1 || scaled < 1.0 {
            return 0;
        }
        let second = 1.0 + libm::pow(0.5, THETA);
        if records == 2 || scaled < second {
            return 1;
        }
        let all = records as f64;
        let eta = (1.0 - libm::pow(2.0 / all, 1.0 - THETA)) / (1.0 - second / self.zeta);
        let rank = (all * libm::pow(eta * unit - eta + 1.0, 1.0 / (1.0 - THETA))) as u64;
        rank.min(records - 1)
    }
}
