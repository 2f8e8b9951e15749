//! What a node keeps on its disk: a log of its records, `records`, and the hints that it holds, `hints`. Both are synced
//! before the node answers, so that a node which is stopped comes back with all that it has acknowledged.

use std::ops::Range;

use litemap::LiteMap;

use super::handoff::Hints;
use super::kept::Kept;
use super::record::{self, Record};
use crate::cluster::{CallId, NodeId};
use crate::key::Key;
use crate::sim::{Crash, Disk, DiskError, FileId};

/// Room for some hundred thousand small writes: more than a run has, less than a page can hold.
const CAPACITY: u64 = 4 << 20;
const RECORDS: &str = "records";
const HINTS: &str = "hints";

#[derive(Clone, Debug)]
pub struct NodeDisk(Disk);

impl Default for NodeDisk {
    /// A new disk, with two empty files.
    fn default() -> NodeDisk {
        let mut disk = Disk::new(CAPACITY);
        let made = disk.create(RECORDS).and_then(|_| disk.create(HINTS)).and_then(|_| disk.sync_directory());
        made.expect("a new disk has room for two empty files");
        NodeDisk(disk)
    }
}

/// A record as it stands in a file.
#[derive(Clone, Debug)]
pub struct Logged {
    /// Where, in bytes of the file, without what says whose it is.
    pub range: Range<u64>,
    pub bytes: Vec<u8>,
    pub key: Key,
    pub record: Record,
    /// Whose it is, if it is a hint.
    pub owner: Option<NodeId>,
    /// No other record of the same file has a newer version of its key.
    pub is_newest: bool,
}

impl Logged {
    /// What a hint is called: `n3 k`.
    pub fn name(&self) -> String {
        self.owner.map_or(String::new(), |owner| format!("{owner} {}", self.key.as_str()))
    }
}

/// The records that stand in a file, each after its owner's number if they are hints, up to the first that is not sound.
fn logged(bytes: Vec<u8>, hints: bool) -> Vec<Logged> {
    let mut found = Vec::new();
    let mut at = 0;
    loop {
        let start = at + usize::from(hints);
        let owner = bytes.get(at).filter(|_| hints).map(|owner| NodeId::new(*owner));
        let Some((key, record, len)) = bytes.get(start..).and_then(record::decode) else { return found };
        at = start + len;
        let range = start as u64..at as u64;
        found.push(Logged { range, bytes: bytes[start..at].to_vec(), key, record, owner, is_newest: true });
    }
}

/// The newest records of each key.
fn newest(log: &[Logged]) -> LiteMap<Key, Kept> {
    let mut records = LiteMap::<Key, Kept>::new();
    for each in log {
        records.entry(each.key.clone()).or_default().add(&each.record);
    }
    records
}

impl NodeDisk {
    /// Appends a record and syncs it.
    pub fn append(&mut self, key: &Key, record: &Record) -> Result<(), DiskError> {
        let file = self.file(RECORDS);
        self.0.append(file, &record::encode(key, record))?;
        self.0.sync(file)
    }

    pub fn replace_hints(&mut self, hints: &Hints) -> Result<(), DiskError> {
        let hint = |(owner, key, record): (NodeId, &Key, &Record)| {
            [vec![owner.number()], record::encode(key, record)].concat()
        };
        self.replace(HINTS, hints.iter().map(hint))
    }

    pub fn replace_records(&mut self, records: &LiteMap<Key, Kept>) -> Result<(), DiskError> {
        let of = |(key, kept)| Kept::iter(kept).map(move |record| record::encode(key, record));
        self.replace(RECORDS, records.iter().flat_map(of))
    }

    /// Replaces what is in a file: written to a new one, synced, and given the name of the old one.
    fn replace(&mut self, name: &str, contents: impl Iterator<Item = Vec<u8>>) -> Result<(), DiskError> {
        const NEW: &str = "new";
        let file = self.0.create(NEW)?;
        for bytes in contents {
            self.0.append(file, &bytes)?;
        }
        self.0.sync(file)?;
        self.0.rename(NEW, name)?;
        self.0.sync_directory()
    }

    /// All records of the log, the newest of each key.
    pub fn load_records(&mut self) -> LiteMap<Key, Kept> {
        let file = self.file(RECORDS);
        newest(&logged(self.0.read(file, 0..u64::MAX), false))
    }

    pub fn load_hints(&mut self) -> Hints {
        let file = self.file(HINTS);
        let mut hints = Hints::default();
        for held in logged(self.0.read(file, 0..u64::MAX), true) {
            hints.hold(held.owner.expect("a hint has its owner"), held.key, held.record);
        }
        hints
    }

    /// The machine is switched off: what was not synced would be gone.
    pub fn power_off(&mut self) {
        self.0.crash(Crash::Lost);
    }

    /// The log, in its order.
    pub fn log(&self) -> Vec<Logged> {
        let mut log = logged(self.0.peek(self.file(RECORDS), 0..u64::MAX), false);
        let newest = newest(&log);
        for each in &mut log {
            each.is_newest = newest.get(&each.key).is_some_and(|kept| kept.has(each.record.version));
        }
        log
    }

    /// The hints, in the order of their file.
    pub fn hints(&self) -> Vec<Logged> {
        logged(self.0.peek(self.file(HINTS), 0..u64::MAX), true)
    }

    /// The writes that it has, as records or as hints, without those that others have taken the place of.
    pub fn calls(&self) -> Vec<CallId> {
        let all = self.log().into_iter().chain(self.hints());
        all.filter(|each| each.is_newest).map(|each| each.record.version.call).collect()
    }

    /// The bytes of a copy, beside what it shares with `before`: what was written since, in memory and in files.
    pub fn weight(&self, before: &NodeDisk) -> u64 {
        let written = self.bytes_written().saturating_sub(before.bytes_written());
        2 * written.min(self.0.used)
    }

    pub fn bytes_written(&self) -> u64 {
        self.0.tally.bytes_written
    }

    fn file(&self, name: &str) -> FileId {
        self.0.open(name).expect("both files are there from the beginning")
    }
}
