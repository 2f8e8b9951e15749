//! Time: one device that does one thing at a time, for the reader's commands and for the background alike.

use super::{Cause, Device, Event, Lsm, Refusal};
use crate::contract::{Outcome, Probe};
use crate::sim::disk::Tally;
use crate::sim::{DiskError, Time};

#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Clock {
    pub now: Time,
    /// Until when the device is at work.
    pub busy_until: Time,
    /// What the disk had counted when its work was last charged for.
    charged: Tally,
}

impl Device {
    /// What it takes for all that a disk has counted between two moments.
    pub fn time(&self, before: &Tally, after: &Tally) -> Time {
        let bytes = after.bytes_written - before.bytes_written + after.bytes_read - before.bytes_read;
        let accesses = after.writes - before.writes + after.reads - before.reads;
        let nanos = bytes * self.nanos_per_byte
            + accesses * self.access.as_nanos()
            + (after.seeks - before.seeks) * self.seek.as_nanos()
            + (after.syncs - before.syncs) * self.sync.as_nanos();
        Time::from_nanos(nanos)
    }
}

impl Lsm {
    /// Lets the device take its time for what the disk has done since the last charge. The reader waits for it if this
    /// was for them; the background's work only keeps the device busy.
    pub(super) fn charge(&mut self, in_background: bool) {
        let (tally, before) = (self.disk.tally, self.clock.charged);
        let time = self.settings.device.time(&before, &tally);
        self.clock.charged = tally;
        self.clock.busy_until = self.clock.busy_until.max(self.clock.now) + time;
        if !in_background {
            self.clock.now = self.clock.busy_until;
        }
    }

    /// Lets time pass: the background works whenever the device is free before it is over.
    pub(super) fn pass(&mut self, time: Time, probe: &mut impl Probe<Self>) -> Result<(), Refusal> {
        let until = self.clock.now + time;
        while self.clock.busy_until < until && self.has_work() {
            self.clock.now = self.clock.now.max(self.clock.busy_until);
            if let Err(refusal) = self.advance(probe) {
                self.give_up(refusal, probe)?;
            }
        }
        self.clock.now = until.max(self.clock.busy_until);
        Ok(())
    }

    /// A full disk stops the background, and not the command that it was before; anything else stops that as well.
    fn give_up(&mut self, refusal: Refusal, probe: &mut impl Probe<Self>) -> Result<(), Refusal> {
        if !matches!(refusal.cause, Cause::Disk(DiskError::Full { .. })) {
            return Err(refusal);
        }
        self.memory.full = true;
        probe.step(|| Event::BackgroundStopped, self);
        Ok(())
    }

    pub(super) fn run(&mut self, time: Time, probe: &mut impl Probe<Self>) -> Result<Outcome, Refusal> {
        self.pass(time, probe)?;
        probe.step(|| Event::TimePassed { now: self.clock.now, idle: !self.has_work() }, self);
        Ok(Outcome::Done)
    }

    /// Lets the background work until there is nothing left to do.
    pub(super) fn settle(&mut self, probe: &mut impl Probe<Self>) -> Result<Outcome, Refusal> {
        self.memory.full = false;
        while self.has_work() {
            self.clock.now = self.clock.now.max(self.clock.busy_until);
            self.advance(probe)?;
        }
        self.run(Time::ZERO, probe)
    }

    /// Whether there is anything to flush or to compact.
    pub(super) fn has_work(&self) -> bool {
        let memory = &self.memory;
        if memory.full {
            return false;
        }
        !memory.immutables.is_empty()
            || memory.flush.is_some()
            || memory.compaction.is_some()
            || super::compaction::pick(&memory.version, &self.settings).is_some()
    }

    /// The next piece of background work, a block or a step of its end: flushes go first, since writes wait for them.
    pub(super) fn advance(&mut self, probe: &mut impl Probe<Self>) -> Result<(), Refusal> {
        if self.memory.flush.is_some() || !self.memory.immutables.is_empty() {
            self.advance_flush(probe)
        } else {
            self.advance_compaction(probe)
        }
    }
}
