//! Writing: log the entry, make the log safe, and then let the memtable have it.

use super::SsTables;
use super::event::{Event, SyncReason};
use crate::contract::{Outcome, Probe, Refused};
use crate::key::Key;
use crate::log::LogWriter;
use crate::sim::DiskError;
use crate::storage::{self, Entry, SyncPolicy};

impl SsTables {
    /// Puts a value, or a tombstone where there is none.
    pub(super) fn write(
        &mut self,
        key: &Key,
        value: Option<&str>,
        probe: &mut impl Probe<Self>,
    ) -> Result<Outcome, Refused> {
        let entry = Entry::new(key, self.memory.sequence + 1, value);
        let (used, wanted, limit) = (self.memory.memtable.bytes, entry.bytes(), self.settings.memtable_bytes);
        if used > 0 && used + wanted > limit {
            probe.step(|| Event::MemtableFull { used, wanted, limit }, self);
            self.flush(probe)?;
        }
        let payload = entry.payload();
        let offset = self.log().append(&mut self.disk, &payload)?;
        self.memory.sequence = entry.sequence;
        let bytes = payload.len() as u64;
        probe.step(|| Event::RecordLogged { log: self.log_name(), entry: entry.clone(), offset, bytes }, self);
        if self.settings.sync == SyncPolicy::Always {
            self.sync_log(SyncReason::EveryWrite, probe)?;
        }
        let older = self.memory.memtable.replace(entry.clone());
        probe.step(|| Event::MemtableUpdated { entry, older }, self);
        Ok(Outcome::Done)
    }

    pub(super) fn sync(&mut self, probe: &mut impl Probe<Self>) -> Result<Outcome, Refused> {
        if self.unsynced_log_bytes() == 0 {
            probe.step(|| Event::NothingToSync { log: self.log_name() }, self);
        } else {
            self.sync_log(SyncReason::Asked, probe)?;
            self.mark_log(probe)?;
        }
        Ok(Outcome::Done)
    }

    /// Leaves a mark in the log: what was synced before it cannot be taken for a torn write any more. A full disk has no
    /// room for one, and what was synced is safe from a crash all the same.
    pub(super) fn mark_log(&mut self, probe: &mut impl Probe<Self>) -> Result<(), Refused> {
        let mut log = self.log();
        match log.mark(&mut self.disk) {
            Ok(offset) => {
                self.memory.log = Some(log);
                probe.step(|| Event::LogMarked { log: self.log_name(), offset }, self);
                Ok(())
            }
            Err(DiskError::Full { .. }) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }

    fn sync_log(&mut self, reason: SyncReason, probe: &mut impl Probe<Self>) -> Result<(), Refused> {
        let bytes = self.unsynced_log_bytes();
        let mut log = self.log();
        log.sync(&mut self.disk)?;
        self.memory.log = Some(log);
        probe.step(|| Event::LogSynced { log: self.log_name(), bytes, reason }, self);
        Ok(())
    }

    /// How many bytes of the log a crash could take.
    fn unsynced_log_bytes(&self) -> u64 {
        self.disk.unsynced(self.log().file).map(|range| range.end - range.start).sum()
    }

    /// Hardware fails; the engine does not notice until it reads those bytes.
    pub(super) fn rot(&mut self, name: &str, offset: u64, probe: &mut impl Probe<Self>) -> Result<Outcome, Refused> {
        storage::rot(&mut self.disk, name, offset)?;
        probe.step(|| Event::BitFlipped { file: name.to_owned(), offset }, self);
        Ok(Outcome::Done)
    }

    /// Where writes are logged.
    fn log(&self) -> LogWriter {
        self.memory.log.clone().expect("there is a log while commands are served")
    }
}
