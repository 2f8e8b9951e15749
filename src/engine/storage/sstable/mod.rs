//! Sorted string tables: what a storage engine is made of that keeps its keys in order and never changes a file.
//!
//! # The idea
//!
//! Sorting on the disk is dear, sorting in memory is cheap. So a write goes to a sorted map in memory, the *memtable*,
//! and to a *write-ahead log* on the disk that exists only in case memory is lost. When the memtable is full, it is
//! written out from its first key to its last, in one go, as a file that never changes again: a *sorted string table*.
//! Its log has done its duty then, and is deleted.
//!
//! A table is sorted, and so it need not be known key by key as in a hash index. A *sparse index* has one key for each
//! block; a search goes to the one block that can hold the key, and reads that. Neighbours begin alike, so a block
//! writes what they share only once. And a range of keys is a walk, not a search for each.
//!
//! A key may stand in several tables, the newest one right. A read asks the memtable, then table after table, newest
//! first. A *merge* turns many tables into one: a read head on each, the smallest key taken every time, the newest
//! entry of a key kept, the others dropped. A deleted key has a *tombstone*, which must hide the older entries in older
//! tables; it can only go when the oldest table is merged with it.
//!
//! # On the disk
//!
//! `4.log` is the log of the memtable that will be `4.sst` ([`log`](crate::log)); `1-3.sst` is what a merge made of the
//! tables 1 to 3 ([`table`](super::table)); a name that ends in `.tmp` is work that is not finished.
//!
//! # After a crash
//!
//! A table is written under a name that does not count, synced, renamed, and the directory synced; only after that the
//! log, or the tables that were merged, are deleted. So at any moment either the old files are there or the new one
//! is, or both, and the names tell what to do with both: a log whose number has a table is not needed, nor is a table
//! whose numbers another one spans ([`recovery`]).
//!
//! A log may end in a torn record, which is cut off: the write was not acknowledged as safe. Damage to a record that was
//! synced must not look like that. So each record says how much was synced before it, and a `sync` that no record follows
//! leaves a *mark* that says it ([`log`](crate::log)).
//!
//! # Simpler than the real one because
//!
//! - one process, one thread: a write that finds the memtable full waits until it is written out;
//! - no manifest: names are enough to tell which tables count, as long as only neighbours are merged;
//! - the newest sequence number is found by reading the newest table, where LevelDB writes it in its manifest;
//! - the memtable keeps one entry for each key, as there are no snapshots that could read an older one;
//! - a merge begins on command, and has one output, however large;
//! - blocks are neither compressed nor cached: every read of a block is a read from the disk.

mod bytes;
mod command;
mod event;
mod flush;
mod heads;
mod merge;
mod name;
mod read;
mod recovery;
mod settings;
mod view;
mod write;

pub use command::Command;
pub use event::{Event, SyncReason};
pub use flush::Output;
pub use heads::{Damage, Heads, OpenTable};
pub use merge::Compaction;
pub use name::{FileName, TableId};
pub use read::Scan;
pub use settings::Settings;
pub use view::{BlockView, EntryView, LogRecord, TableView};

use std::rc::Rc;

use super::{Memtable, Sequence};
use crate::contract::{Counter, Outcome, Probe, Refused};
use crate::log::LogWriter;
use crate::sim::{Disk, DiskError};
use crate::storage::{self, outage::Outage};

#[derive(Clone)]
pub struct SsTables {
    pub settings: Settings,
    disk: Disk,
    pub memory: Memory,
}

/// All that a crash takes.
#[derive(Clone, Default)]
pub struct Memory {
    pub memtable: Memtable,
    /// Where writes are logged, and the number of that log; there is one while commands are served.
    log: Option<LogWriter>,
    number: u32,
    /// The newest sequence number that was given out.
    sequence: Sequence,
    /// Oldest first.
    tables: Rc<Vec<Rc<OpenTable>>>,
    /// The table that the memtable is being written to.
    flush: Option<Rc<Output>>,
    pub merge: Option<Compaction>,
    pub scan: Option<Scan>,
    /// How far start-up has read the log.
    pub replayed: Option<u64>,
    /// Why nothing is served: start-up found bytes that are not what was written.
    pub damage: Option<Damage>,
}

impl storage::Durable for SsTables {
    type Settings = Settings;
    type Served = Command;
    type Event = Event;

    fn new(settings: Settings) -> SsTables {
        let disk = Disk::new(settings.disk_bytes);
        let mut engine = SsTables { settings, disk, memory: Memory::default() };
        engine.begin_log(1).expect("an empty disk has room for an empty file");
        engine.disk.sync_directory().expect("an empty disk works");
        engine
    }

    fn disk(&self) -> &Disk {
        &self.disk
    }

    fn disk_mut(&mut self) -> &mut Disk {
        &mut self.disk
    }

    fn forget(&mut self, outage: Outage, probe: &mut impl Probe<Self>) {
        let entries = self.memory.memtable.len;
        self.memory = Memory { replayed: Some(0), ..Memory::default() };
        probe.step(|| Event::Crashed { outage, entries }, self);
    }

    fn recover(&mut self, probe: &mut impl Probe<Self>) -> Result<(), Refused> {
        self.start_up(probe)
    }

    fn serve(&mut self, command: &Command, probe: &mut impl Probe<Self>) -> Result<Outcome, Refused> {
        match command {
            Command::Put { key, value } => self.write(key, Some(value), probe),
            Command::Delete { key } => self.write(key, None, probe),
            Command::Get { key } => self.get(key, probe),
            Command::Scan { from, to } => self.scan(from, to, probe),
            Command::Flush => self.flush(probe),
            Command::Sync => self.sync(probe),
            Command::Merge { begin, first, last } => {
                let numbers = first.map(|first| first..=last.unwrap_or(first));
                if *begin { self.begin_merge(numbers, probe) } else { self.merge(numbers, probe) }
            }
            Command::Rot { file, offset } => self.rot(file, (*offset).into(), probe),
        }
    }

    fn go_on(&mut self, command: &Command, probe: &mut impl Probe<Self>) {
        if self.memory.merge.is_some() && !matches!(command, Command::Merge { .. }) {
            // Whatever stops a merge in the background, it is no fault of the command it followed.
            let _ = self.advance(probe);
        }
    }

    fn closed(&self, command: &Command) -> Option<Refused> {
        let damage = self.memory.damage.as_ref().filter(|_| !matches!(command, Command::Rot { .. }))?;
        Some(Refused::new(format!("the database is closed: {damage}")))
    }

    fn counters(&self) -> Vec<Counter> {
        view::counters(self)
    }

    fn state(&self) -> serde_json::Value {
        view::state(self)
    }
}

impl SsTables {
    /// Creates the log of the memtable that will be the table of that number.
    fn begin_log(&mut self, number: u32) -> Result<(), DiskError> {
        let file = self.disk.create(&FileName::Log(number).to_string())?;
        self.memory.log = Some(LogWriter::new(file, 0));
        self.memory.number = number;
        Ok(())
    }

    fn log_name(&self) -> String {
        FileName::Log(self.memory.number).to_string()
    }
}

#[cfg(test)]
mod tests;
