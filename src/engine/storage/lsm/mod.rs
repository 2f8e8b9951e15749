//! A log-structured merge tree: writes are cheap because nothing is ever changed in place, and reads stay cheap because
//! what was written is sorted, again and again, in the background.
//!
//! # The idea
//!
//! A write goes to a log, and to a sorted map in memory, the *memtable*. A full memtable becomes *immutable*, and is
//! flushed as one sorted table to level 0. *Compaction* merges tables into the next level, drops what newer entries have
//! replaced, and so keeps down both the waste and the number of tables that a read must search
//! ([`compaction`] has the two policies, [`compact`] carries them out). A read asks the memtable, the immutable ones, and
//! level by level the tables whose key range and Bloom filter do not rule the key out.
//!
//! Compaction has its price: each byte is written several times (*write amplification*), a read may look into several
//! tables (*read amplification*), and replaced entries take up room until they are merged away (*space amplification*).
//! No policy is good at all three.
//!
//! # Time
//!
//! There is one device, and it does one thing at a time ([`device`]). The reader's commands come at a pace; what is left
//! of the time goes to flushes and compactions, a block at a time. If they fall behind, level 0 grows: then each write is
//! slowed down, so that compaction gets its turn, and in the end writes stop until it has caught up. Without that the
//! tree would grow without bounds, and every read with it.
//!
//! # After a crash
//!
//! The order in which things become durable is everything: the table is synced, then its name in the directory, then the
//! edit of the manifest that makes it count, and only then are its inputs deleted. So the manifest never refers to a table
//! that is not there; and a file that it does not refer to is the work of a flush or a compaction that never counted, and
//! is removed ([`recovery`]).
//!
//! # Simpler than the real one because
//!
//! - one thread: a flush goes before a compaction, and both take turns with reads and writes, a block at a time;
//! - blocks aren't compressed, and in the figures none is kept, so every read of a block is seen ([`super::cache`] keeps them);
//! - the manifest is one file, which a new one replaces by a rename, where LevelDB has several and a file CURRENT that names one;
//! - size-tiered compaction goes by the number of tables of a level, and only on the last one by their sizes; Cassandra
//!   looks for tables of similar size everywhere;
//! - a slowed write is held up for a fixed time; RocksDB works out a rate from how far compaction has fallen behind.

pub mod command;
pub mod compaction;
pub mod settings;
pub mod version;

mod bytes;
mod compact;
mod device;
mod event;
mod flush;
pub mod manifest;
pub mod read;
mod recovery;
mod view;
mod write;

#[cfg(test)]
mod tests;

pub use command::Command;
pub use compact::Compaction;
pub use event::Event;
pub use flush::Flush;
pub use settings::{Device, Policy, Settings};
pub use view::Amplification;

use std::fmt::{self, Display};
use std::panic::Location;
use std::rc::Rc;

use super::cache::BlockCache;
use super::table::Corrupt;
use super::{Memtable, Sequence};
use crate::contract::{Counter, Outcome, Probe, Refused};
use crate::log::LogWriter;
use crate::sim::{Disk, DiskError, Time};
use crate::storage::{self, outage::Outage};
use read::Path;
use version::{Edit, FileNumber, Version};

#[derive(Clone)]
pub struct Lsm {
    pub settings: Rc<Settings>,
    pub disk: Disk,
    memory: Memory,
    clock: device::Clock,
    totals: Totals,
}

/// All that a crash takes.
#[derive(Clone, Default)]
struct Memory {
    memtable: Memtable,
    /// The logs that the memtable's entries stand in, the one that is written to last. More than one only after a crash.
    logs: Vec<FileNumber>,
    log: Option<LogWriter>,
    /// Waiting to be flushed, the oldest first.
    immutables: Rc<Vec<Rc<Immutable>>>,
    version: Version,
    manifest: Option<LogWriter>,
    /// How long the manifest was when it was written anew.
    manifest_begun: u64,
    next_file: FileNumber,
    /// The newest sequence number that was given out.
    sequence: Sequence,
    /// Oldest first, each with its number for the reader.
    snapshots: Rc<Vec<Snapshot>>,
    snapshots_taken: u64,
    flush: Option<Rc<Flush>>,
    compaction: Option<Rc<Compaction>>,
    /// The background has found the disk full, and waits until it is asked to try again.
    full: bool,
    /// Blocks that reads have met.
    cache: BlockCache,
    /// What the read that is going on has looked at.
    path: Rc<Path>,
    /// Why nothing is served: bytes were found that are not what was written.
    damage: Option<Damage>,
}

/// A full memtable, and the logs that keep it from a crash until it is flushed.
#[derive(Clone, Debug)]
pub struct Immutable {
    pub memtable: Memtable,
    pub logs: Vec<FileNumber>,
}

/// A moment that can still be read, whatever is written after it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Snapshot {
    pub number: u64,
    pub sequence: Sequence,
}

/// What was counted since the tree was opened, also over crashes.
#[derive(Clone, Copy, Default)]
struct Totals {
    /// Keys and values as the reader wrote them.
    user_bytes: u64,
    flushed_bytes: u64,
    compacted_bytes: u64,
    gets: u64,
    tables_searched: u64,
    blocks_read: u64,
    passed_by_filter: u64,
    false_positives: u64,
    slowed: u64,
    stalled: Time,
}

/// Why a command was not carried out, and the line that found it so.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    pub cause: Cause,
    source: &'static Location<'static>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Cause {
    Disk(DiskError),
    Damaged(Damage),
    NoSnapshot(u64),
    NothingToCompact(u64),
}

/// Bytes that are not what was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Damage {
    pub file: String,
    pub corrupt: Corrupt,
}

impl<C: Into<Cause>> From<C> for Refusal {
    #[track_caller]
    fn from(cause: C) -> Refusal {
        Refusal { cause: cause.into(), source: Location::caller() }
    }
}

impl From<Refusal> for Refused {
    fn from(Refusal { cause, source }: Refusal) -> Refused {
        Refused { reason: cause.to_string().into(), source }
    }
}

impl From<DiskError> for Cause {
    fn from(error: DiskError) -> Cause {
        Cause::Disk(error)
    }
}

impl From<Damage> for Cause {
    fn from(damage: Damage) -> Cause {
        Cause::Damaged(damage)
    }
}

impl Display for Damage {
    fn fmt(&self, out: &mut fmt::Formatter) -> fmt::Result {
        write!(out, "{} is corrupt: {}", self.file, self.corrupt)
    }
}

impl Display for Cause {
    fn fmt(&self, out: &mut fmt::Formatter) -> fmt::Result {
        match self {
            Cause::Disk(error) => error.fmt(out),
            Cause::Damaged(damage) => damage.fmt(out),
            Cause::NoSnapshot(number) => write!(out, "there is no snapshot {number}: it was never taken, or is gone"),
            Cause::NothingToCompact(level) => write!(out, "level {level} has no table that could go to the next"),
        }
    }
}

impl storage::Durable for Lsm {
    type Settings = Settings;
    type Served = Command;
    type Event = Event;

    /// A new tree on an empty disk.
    ///
    /// # Panics
    ///
    /// If the disk has no room for an empty log and the first manifest, some fifty bytes.
    fn new(settings: Settings) -> Lsm {
        let disk = Disk::new(settings.disk_bytes);
        let mut tree = Lsm {
            settings: Rc::new(settings),
            disk,
            memory: Memory { next_file: 1, ..Memory::default() },
            clock: device::Clock::default(),
            totals: Totals::default(),
        };
        let made = tree.begin_log().and_then(|()| tree.begin_manifest());
        made.expect("an empty disk has room for an empty tree");
        tree
    }

    fn disk(&self) -> &Disk {
        &self.disk
    }

    fn disk_mut(&mut self) -> &mut Disk {
        &mut self.disk
    }

    fn forget(&mut self, outage: Outage, probe: &mut impl Probe<Self>) {
        self.memory = Memory::default();
        self.clock.busy_until = self.clock.now;
        probe.step(|| Event::Crashed { outage }, self);
    }

    fn recover(&mut self, probe: &mut impl Probe<Self>) -> Result<(), Refused> {
        self.start_up(probe).map_err(|refusal| self.refuse(refusal))
    }

    fn serve(&mut self, command: &Command, probe: &mut impl Probe<Self>) -> Result<Outcome, Refused> {
        self.obey(command, probe).map_err(|refusal| self.refuse(refusal))
    }

    fn closed(&self, _: &Command) -> Option<Refused> {
        self.memory.damage.as_ref().map(|damage| Refused::new(damage))
    }

    fn counters(&self) -> Vec<Counter> {
        view::counters(self)
    }

    fn state(&self) -> serde_json::Value {
        view::state(self)
    }
}

impl Lsm {
    /// Until a command comes, and while the device is still busy with a block, the background has its turn.
    fn obey(&mut self, command: &Command, probe: &mut impl Probe<Self>) -> Result<Outcome, Refusal> {
        self.memory.path = Rc::default();
        self.pass(self.settings.pace, probe)?;
        match command {
            Command::Put { key, value } => self.write(key, Some(value), probe),
            Command::Delete { key } => self.write(key, None, probe),
            Command::Get { key, at } => {
                self.get_at(key, *at, probe).map(|found| Outcome::Value(found.map(|value| value.to_string())))
            }
            Command::Scan { from, to, at } => self.scan_at(from, to, *at, probe).map(Outcome::Entries),
            Command::Snapshot => self.take_snapshot(probe),
            Command::Release { number } => self.release(*number, probe),
            Command::Flush => self.flush_all(probe),
            Command::Compact { level } => self.compact(*level, probe),
            Command::Sync => self.sync_on_command(probe),
            Command::Run { time } => self.run(*time, probe),
            Command::Settle => self.settle(probe),
        }
    }

    /// Damage closes the tree.
    fn refuse(&mut self, refusal: Refusal) -> Refused {
        if let Cause::Damaged(damage) = &refusal.cause {
            self.memory.damage = Some(damage.clone());
        }
        refusal.into()
    }

    /// A number for a new file.
    fn file_number(&mut self) -> FileNumber {
        let number = self.memory.next_file;
        self.memory.next_file += 1;
        number
    }

    /// The oldest log with an entry that is in no table.
    fn oldest_log(&self) -> FileNumber {
        let logs = self.memory.immutables.iter().flat_map(|each| &each.logs).chain(&self.memory.logs);
        logs.copied().min().expect("there is always a log")
    }

    /// Writes an edit to the manifest and syncs it: from here on it counts.
    fn commit(&mut self, added: Vec<(usize, version::TableMeta)>, removed: Vec<FileNumber>) -> Result<(), Refusal> {
        let edit = Edit {
            added,
            removed,
            oldest_log: self.oldest_log(),
            next_file: self.memory.next_file,
            sequence: self.memory.sequence,
        };
        let manifest = self.memory.manifest.as_mut().expect("there is a manifest while commands are served");
        manifest.append(&mut self.disk, &edit.encode())?;
        manifest.sync(&mut self.disk)?;
        Ok(())
    }
}
