//! Writing: the log first, and synced where that is asked for; then the memtable; and waiting, where compaction has fallen behind.

use std::rc::Rc;

use super::event::SyncReason;
use super::version::log_name;
use super::{Event, Immutable, Lsm, Refusal};
use crate::contract::{Outcome, Probe};
use crate::key::Key;
use crate::log::LogWriter;
use crate::sim::{DiskError, FileId, Time};
use crate::storage::{Entry, SyncPolicy};

/// How long a write is held up while level 0 is too full. LevelDB's is a millisecond as well.
const SLOWED_BY: Time = Time::from_millis(1);

impl Lsm {
    /// Writes a key without being asked by a reader: for `duel` and the benchmarks.
    pub fn put(&mut self, key: &Key, value: &str, probe: &mut impl Probe<Self>) -> Result<(), Refusal> {
        self.write(key, Some(value), probe).map(|_| ())
    }

    pub(super) fn write(
        &mut self,
        key: &Key,
        value: Option<&str>,
        probe: &mut impl Probe<Self>,
    ) -> Result<Outcome, Refusal> {
        self.make_room(probe)?;
        let entry = Entry::new(key, self.memory.sequence + 1, value);
        let log = self.memory.log.as_mut().expect("there is a log while commands are served");
        let offset = log.append(&mut self.disk, &entry.payload())?;
        self.memory.sequence += 1;
        self.totals.user_bytes += (key.as_str().len() + entry.value_bytes().len()) as u64;
        self.charge(false);
        let (sequence, is_put) = (entry.sequence, value.is_some());
        probe.step(|| Event::Logged { key: key.clone(), is_put, sequence, offset }, self);
        // Before the memtable: what a read has seen, a crash must not take back.
        if self.settings.sync == SyncPolicy::Always {
            self.sync_log(SyncReason::EveryWrite, probe)?;
        }
        self.memory.memtable.insert(entry);
        let (memtable, limit) = (&self.memory.memtable, self.settings.memtable_bytes);
        let (entries, bytes) = (memtable.len, memtable.bytes);
        probe.step(|| Event::Inserted { key: key.clone(), entries, bytes, limit }, self);
        Ok(Outcome::Done)
    }

    /// The command `sync`.
    pub(super) fn sync_on_command(&mut self, probe: &mut impl Probe<Self>) -> Result<Outcome, Refusal> {
        match self.unsynced() {
            0 => {
                let log = *self.memory.logs.last().expect("there is a log while commands are served");
                probe.step(|| Event::NothingToSync { log }, self);
            }
            _ => self.sync_log(SyncReason::Asked, probe)?,
        }
        Ok(Outcome::Done)
    }

    fn sync_log(&mut self, reason: SyncReason, probe: &mut impl Probe<Self>) -> Result<(), Refusal> {
        let bytes = self.unsynced();
        let log = self.memory.log.as_mut().expect("there is a log while commands are served");
        log.sync(&mut self.disk)?;
        // Records that are collected are written in one go, and a crash leaves a beginning of them.
        if self.settings.sync == SyncPolicy::OnCommand && !self.settings.collects_log {
            self.mark_log()?;
        }
        self.charge(false);
        probe.step(|| Event::LogSynced { bytes, reason }, self);
        Ok(())
    }

    /// How many bytes of the log a crash could take.
    fn unsynced(&self) -> u64 {
        self.memory.log.as_ref().expect("there is a log while commands are served").unsynced(&self.disk)
    }

    /// Leaves a mark in the log: what was synced before it cannot be taken for a torn write any more. A full disk has no
    /// room for one, and what was synced is safe from a crash all the same.
    pub(super) fn mark_log(&mut self) -> Result<(), DiskError> {
        let log = self.memory.log.as_mut().expect("there is a log while commands are served");
        match log.mark(&mut self.disk) {
            Ok(_) | Err(DiskError::Full { .. }) => Ok(()),
            Err(error) => Err(error),
        }
    }

    /// Before a write: a full memtable makes way for a new one, and a tree that cannot keep up makes the writer wait.
    fn make_room(&mut self, probe: &mut impl Probe<Self>) -> Result<(), Refusal> {
        let is_full = self.memory.memtable.bytes >= self.settings.memtable_bytes;
        let tables = self.memory.version.level(0).len() as u64;
        if tables >= self.settings.slow_from() && tables < self.settings.stop_from() {
            self.totals.slowed += 1;
            let before = self.clock.now;
            probe.step(|| Event::Slowed { tables, by: SLOWED_BY }, self);
            self.pass(SLOWED_BY, probe)?;
            self.totals.stalled += self.clock.now - before;
        }
        let before = self.clock.now;
        let mut stopped = false;
        while self.must_stop(is_full) && self.has_work() {
            if !std::mem::replace(&mut stopped, true) {
                let (tables, immutables) = (self.memory.version.level(0).len(), self.memory.immutables.len());
                probe.step(|| Event::Stopped { tables: tables as u64, immutables }, self);
            }
            self.clock.now = self.clock.now.max(self.clock.busy_until);
            self.advance(probe)?;
            self.clock.now = self.clock.busy_until;
        }
        if stopped {
            let waited = self.clock.now - before;
            self.totals.stalled += waited;
            probe.step(|| Event::WentOn { waited }, self);
        }
        if self.must_stop(is_full) {
            return Err(DiskError::Full { capacity: self.disk.capacity }.into());
        }
        if is_full { self.rotate(probe) } else { Ok(()) }
    }

    fn must_stop(&self, is_full: bool) -> bool {
        self.memory.version.level(0).len() as u64 >= self.settings.stop_from()
            || is_full && self.memory.immutables.len() >= self.settings.immutables
    }

    /// The memtable becomes immutable, and a new one begins with a new log. The old log is synced first: a later write
    /// must not survive a crash that an earlier one does not.
    pub(super) fn rotate(&mut self, probe: &mut impl Probe<Self>) -> Result<(), Refusal> {
        self.memory.log.as_mut().expect("there is a log while commands are served").sync(&mut self.disk)?;
        let old = std::mem::take(&mut self.memory.logs);
        if let Err(full) = self.begin_log() {
            self.memory.logs = old;
            return Err(full.into());
        }
        let memtable = std::mem::take(&mut self.memory.memtable);
        Rc::make_mut(&mut self.memory.immutables).push(Rc::new(Immutable { memtable, logs: old }));
        self.charge(false);
        let log = self.memory.logs[0];
        probe.step(|| Event::Rotated { log }, self);
        Ok(())
    }

    /// Creates a log and makes its name durable.
    pub(super) fn begin_log(&mut self) -> Result<(), DiskError> {
        let number = self.memory.next_file;
        let file = self.disk.create(&log_name(number))?;
        self.disk.sync_directory()?;
        self.memory.next_file += 1;
        self.memory.logs.push(number);
        self.go_on_with_log(file, 0);
        Ok(())
    }

    /// From now on writes are logged in that file, of which `synced` bytes are durable.
    pub(super) fn go_on_with_log(&mut self, file: FileId, synced: u64) {
        let mut log = LogWriter::new(file, synced);
        if self.settings.collects_log {
            log.collect();
        }
        self.memory.log = Some(log);
    }
}
