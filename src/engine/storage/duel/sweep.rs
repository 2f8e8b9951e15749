//! Where the winner changes: the same operations with ever more reads (scans, if the workload scans), on copies of
//! both engines.

use std::rc::Rc;

use super::{Duel, Event, Name, Throughput};
use crate::contract::{Outcome, Probe, Refused};
use crate::workload::Mix;

/// Once sweeps have carried out so many operations, there is no other: they run on copies, and what a run may keep doesn't
/// bound them.
pub(super) const MOST_SWEPT: u64 = 60_000;

/// How many operations a second each makes with that share of reads, in per cent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Share {
    pub reads: u64,
    pub throughputs: [Throughput; 2],
}

impl Share {
    pub fn winner(&self) -> Name {
        let [btree, lsm] = self.throughputs.map(|throughput| throughput.unwrap_or(u64::MAX));
        if btree >= lsm { Name::BTree } else { Name::Lsm }
    }
}

impl Duel {
    pub(super) fn sweep(&mut self, many: u64, probe: &mut impl Probe<Duel>) -> Result<Outcome, Refused> {
        Refused::beyond(MOST_SWEPT, self.swept, "operations of sweeps")?;
        self.shares = Rc::default();
        for reads in (0..=100).step_by(10) {
            let mut copy = self.clone();
            copy.forget();
            let scans = if self.settings.mix().0.scans > 0 { reads } else { 0 };
            copy.workload.change(Mix { scans, ..Mix::reads(reads - scans) });
            copy.advance(many, false)?;
            self.swept += many;
            // What was put off is part of the price.
            copy.finish()?;
            let share = Share { reads, throughputs: copy.throughputs() };
            Rc::make_mut(&mut self.shares).push(share);
            probe.step(|| Event::Swept { reads, throughputs: share.throughputs }, self);
        }
        let flip = self.flip();
        probe.step(|| Event::Compared { first: self.shares[0].winner(), flip }, self);
        Ok(Outcome::Done)
    }

    /// Between which two shares of reads the winner changes for the first time.
    pub fn flip(&self) -> Option<(u64, u64)> {
        let pairs = self.shares.windows(2);
        pairs.filter(|pair| pair[0].winner() != pair[1].winner()).map(|pair| (pair[0].reads, pair[1].reads)).next()
    }
}
