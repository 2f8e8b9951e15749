//! A log-structured hash index, after Bitcask.
//!
//! # The idea
//!
//! Never change what is on the disk; only append to it. A `put` appends a record to a log, and a hash table in memory,
//! the *keydir*, remembers for each key where its newest record stands. So a write is one append, and a read is one
//! look into memory and one read from the disk, however much is stored. A `delete` appends a *tombstone*, a record
//! without a value: were the old record merely forgotten in memory, it would be back after a crash.
//!
//! A log that is only appended to grows for ever, even if the same key is written again and again. So it is cut into
//! *segments*. One of them is active; the others are closed and never change again, which makes them safe to *merge*:
//! what the keydir still points to is copied into new segments, and the old ones are deleted.
//!
//! The price: every key must fit into memory, and a range of keys cannot be looked up.
//!
//! # On the disk
//!
//! `3.data` is the third segment, records one after another ([`record`]); `1.2.data` is what the second merge made of
//! the segments from 1 on; `1.2.hint` beside it has its keys without the values ([`hint`]); a name that ends in `.tmp`
//! is a merge's work that is not finished.
//!
//! # After a crash
//!
//! The keydir is gone, and is made again by reading every segment, or its hint file ([`recovery`]). The newest record
//! of a key wins by its timestamp, whichever file it is in: that is why a merge that died half-way, with old and new
//! segments side by side, does no harm. Five rules keep the rest:
//! - a segment is synced before the next one is begun, so only the active one can end in a torn record;
//! - merged segments get their names when they are complete and synced, and the old ones are deleted after that,
//!   oldest first, so that no tombstone goes before the record it covers;
//! - before that, the active segment is synced too: what the merge left out may have been replaced by a record that
//!   only the page cache holds;
//! - damage is told from a torn record ([`tail`]): a torn record was not acknowledged as safe, and is cut off; damage to
//!   what was synced is reported, and nothing is served. Where only `sync` makes writes safe, it leaves a *mark* for that;
//! - a tombstone is dropped only if no file outside the merge is old enough to hold an older record of its key.
//!
//! # Simpler than the real one because
//!
//! - one process, one thread, no locks, and no reader that keeps an old file open;
//! - a tombstone is a value size that no value has, where Bitcask writes a special value;
//! - the timestamp is a counter, where Bitcask takes the clock's seconds and lets the place in the log decide between equal ones;
//! - a merge begins on command, where Bitcask watches how much of its files is dead, and its output is named
//!   after what it replaces, so that the order of names is the order of the log;
//! - records are read one by one, header and body, where a real one reads large blocks ahead;
//! - after a crash the active segment goes on being written, where Bitcask closes it and begins another;
//! - Bitcask has no marks. It takes any record at the end of its newest file that doesn't fit its checksum for torn.

mod bytes;
mod command;
mod decide;
mod event;
pub mod hint;
mod keydir;
mod merge;
mod read;
pub mod record;
mod recovery;
mod segment;
mod settings;
mod tail;
mod view;
mod write;

pub use super::SyncPolicy;
pub use command::Command;
pub use event::{Event, SyncReason, Verdict};
pub use keydir::Keydir;
pub use merge::{Merge, Output};
pub use read::Damage;
pub use record::{BadRecord, Record, Timestamp};
pub use recovery::Recovery;
pub use segment::{FileName, Position, SegmentId};
pub use settings::{RangeQueries, Settings};
pub use view::{Content, FileView, PlacedRecord, Standing};

use std::rc::Rc;

use litemap::LiteMap;

use crate::contract::{Counter, Outcome, Probe, Refused};
use crate::sim::{Disk, DiskError};
use crate::storage::{self, outage::Outage};
use segment::Segment;

#[derive(Clone, Debug)]
pub struct HashIndex {
    pub settings: Settings,
    disk: Disk,
    pub memory: Memory,
}

/// All that a crash takes.
#[derive(Clone, Debug, Default)]
pub struct Memory {
    pub keydir: Keydir,
    /// The segments that are open. The greatest is active.
    segments: Rc<LiteMap<SegmentId, Segment>>,
    /// The newest timestamp that was given out.
    clock: Timestamp,
    pub merge: Option<Merge>,
    /// The start-up that is under way.
    pub recovery: Option<Recovery>,
    /// Why nothing is served: start-up found a record that is not what it was.
    pub damage: Option<Damage>,
}

impl storage::Durable for HashIndex {
    type Settings = Settings;
    type Served = Command;
    type Event = Event;

    fn new(settings: Settings) -> HashIndex {
        let disk = Disk::new(settings.disk_bytes);
        let mut engine = HashIndex { settings, disk, memory: Memory::default() };
        engine.create_first_segment().expect("an empty disk has room for an empty file");
        engine
    }

    fn disk(&self) -> &Disk {
        &self.disk
    }

    fn disk_mut(&mut self) -> &mut Disk {
        &mut self.disk
    }

    fn forget(&mut self, outage: Outage, probe: &mut impl Probe<Self>) {
        self.lose_memory(outage, probe);
    }

    fn recover(&mut self, probe: &mut impl Probe<Self>) -> Result<(), Refused> {
        self.start_up(probe)
    }

    fn serve(&mut self, command: &Command, probe: &mut impl Probe<Self>) -> Result<Outcome, Refused> {
        match command {
            Command::Put { key, value } => self.put(key, value, probe),
            Command::Get { key } => self.get(key, probe),
            Command::Delete { key } => self.delete(key, probe),
            Command::Scan { from, to } => self.scan(from, to, probe),
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
        let reason = format!("the database is closed: {damage}, and what follows it there can't be trusted");
        Some(Refused::new(reason))
    }

    fn counters(&self) -> Vec<Counter> {
        view::counters(self)
    }

    fn state(&self) -> serde_json::Value {
        view::state(self)
    }
}

impl HashIndex {
    fn create_first_segment(&mut self) -> Result<(), DiskError> {
        let data = self.disk.create(&SegmentId::FIRST.data())?;
        self.disk.sync_directory()?;
        self.segments_mut().insert(SegmentId::FIRST, Segment::new(data));
        Ok(())
    }

    fn segments_mut(&mut self) -> &mut LiteMap<SegmentId, Segment> {
        Rc::make_mut(&mut self.memory.segments)
    }

    fn segment(&self, id: SegmentId) -> Segment {
        self.memory.segments[&id]
    }

    fn segment_mut(&mut self, id: SegmentId) -> &mut Segment {
        self.segments_mut().get_mut(&id).expect("a segment that is written to is open")
    }

    /// The segment that is written to.
    fn active(&self) -> SegmentId {
        *self.memory.segments.keys().next_back().expect("one segment is always open while commands are served")
    }
}

#[cfg(test)]
mod tests;
