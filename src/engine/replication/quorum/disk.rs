//! What a node keeps on its disk: a log of its records, `records`, and the hints that it holds, `hints`. Both are synced
//! before the node answers, so that a node which is stopped comes back with all that it has acknowledged.

use std::ops::Range;

use litemap::LiteMap;

use super::handoff::Hints;
use super::record::{self, Record};
use crate::replication::NodeId;
use crate::sim::{Crash, Disk, DiskError, FileId};
use crate::storage::Key;

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

impl NodeDisk {
    /// Appends a record and syncs it.
    pub fn append(&mut self, key: &Key, record: &Record) -> Result<(), DiskError> {
        let file = self.file(RECORDS);
        self.0.append(file, &record::encode(key, record))?;
        self.0.sync(file)
    }

    /// Replaces the hints by these: written to a new file, synced, and given the name of the old one.
    pub fn replace_hints(&mut self, hints: &Hints) -> Result<(), DiskError> {
        const NEW: &str = "hints.new";
        let file = self.0.create(NEW)?;
        for (owner, key, record) in hints.iter() {
            let mut bytes = vec![owner.number()];
            bytes.extend(record::encode(key, record));
            self.0.append(file, &bytes)?;
        }
        self.0.sync(file)?;
        self.0.rename(NEW, HINTS)?;
        self.0.sync_directory()
    }

    /// All records of the log, the newest of each key.
    pub fn load_records(&mut self) -> LiteMap<Key, Record> {
        let file = self.file(RECORDS);
        let bytes = self.0.read(file, 0..u64::MAX);
        let mut records = LiteMap::new();
        let mut rest = &bytes[..];
        while let Some((key, record, len)) = record::decode(rest) {
            if record.is_newer_than(records.get(&key)) {
                records.insert(key, record);
            }
            rest = &rest[len..];
        }
        records
    }

    pub fn load_hints(&mut self) -> Hints {
        let file = self.file(HINTS);
        let bytes = self.0.read(file, 0..u64::MAX);
        let mut hints = Hints::default();
        let mut rest = &bytes[..];
        while let [owner, record @ ..] = rest
            && let Some((key, record, len)) = record::decode(record)
        {
            hints.hold(NodeId::new(*owner), key, record);
            rest = &rest[1 + len..];
        }
        hints
    }

    /// The machine is switched off: what was not synced would be gone.
    pub fn power_off(&mut self) {
        self.0.crash(Crash::Lost);
    }

    /// Where the newest record of a key stands in the log, and its bytes.
    pub fn locate(&self, key: &Key) -> Option<(Range<u64>, Vec<u8>)> {
        let bytes = self.0.peek(self.file(RECORDS), 0..u64::MAX);
        let (mut at, mut found) = (0, None::<(Record, Range<usize>)>);
        while let Some((each, record, len)) = record::decode(&bytes[at..]) {
            if each == *key && record.is_newer_than(found.as_ref().map(|(record, _)| record)) {
                found = Some((record, at..at + len));
            }
            at += len;
        }
        let (_, range) = found?;
        Some((range.start as u64..range.end as u64, bytes[range].to_vec()))
    }

    pub fn bytes_written(&self) -> u64 {
        self.0.tally().bytes_written
    }

    fn file(&self, name: &str) -> FileId {
        self.0.open(name).expect("both files are there from the beginning")
    }
}
