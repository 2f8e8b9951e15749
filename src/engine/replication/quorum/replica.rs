//! One copy of the data: stores a record unless it has a newer one, and reads it back.

use std::rc::Rc;

use litemap::LiteMap;

use super::disk::NodeDisk;
use super::kept::{Added, Kept};
use super::record::{Record, Version};
use crate::key::Key;
use crate::sim::DiskError;

#[derive(Clone, Debug, Default)]
pub struct Replica {
    /// In memory; all of them are on the disk as well.
    pub records: Rc<LiteMap<Key, Kept>>,
    pub disk: NodeDisk,
}

/// What became of a record that was to be stored.
pub enum Stored {
    /// It was not there, and is now: it took the place of what is before it.
    New { replaced: Kept },
    /// What is there is the same, or newer, and stays. The sender has what it wanted: nothing older is kept here.
    Known(Version),
    /// The disk is full.
    DiskFull,
}

impl Replica {
    /// Stores a record durably, unless there is a newer one.
    pub fn store(&mut self, key: &Key, record: &Record) -> Stored {
        let mut kept = self.read(key);
        let replaced = match kept.add(record) {
            Added::Known(version) => return Stored::Known(version),
            Added::Kept(replaced) => replaced,
        };
        if self.disk.append(key, record).is_err() {
            return Stored::DiskFull;
        }
        Rc::make_mut(&mut self.records).insert(key.clone(), kept);
        Stored::New { replaced }
    }

    /// What it has of a key.
    pub fn read(&self, key: &Key) -> Kept {
        self.records.get(key).cloned().unwrap_or_default()
    }

    pub fn len(&self) -> usize {
        many(&self.records)
    }

    pub fn is_empty(&self) -> bool {
        self.records.is_empty()
    }

    /// Each record, beside its key.
    pub fn iter(&self) -> impl Iterator<Item = (&Key, &Record)> {
        self.records.iter().flat_map(|(key, kept)| kept.iter().map(move |record| (key, record)))
    }

    /// Writes the log anew, with the newest records of each key, as far as they are to be `kept`. Returns how many records are
    /// dropped since there is a newer one, and how many are forgotten.
    pub fn compact(&mut self, kept: impl Fn(&Record) -> bool) -> Result<(usize, usize), DiskError> {
        let mut records = LiteMap::clone(&self.records);
        records.iter_mut().for_each(|(_, all)| all.retain(&kept));
        records.retain(|_, all| !all.is_empty());
        let forgotten = self.len() - many(&records);
        let dropped = self.disk.log().len() - self.len();
        self.disk.replace_records(&records)?;
        self.records = Rc::new(records);
        Ok((dropped, forgotten))
    }

    /// The machine stops: memory is gone.
    pub fn stop(&mut self) {
        self.records = Rc::default();
        self.disk.power_off();
    }

    /// The machine starts: memory is filled from the disk.
    pub fn start(&mut self) {
        self.records = Rc::new(self.disk.load_records());
    }

    /// The bytes of a copy, beside what it shares with `before`.
    pub fn weight(&self, before: &Replica) -> u64 {
        let is_shared = Rc::ptr_eq(&self.records, &before.records);
        let records = if is_shared { 0 } else { self.len() * size_of::<(Key, Record)>() };
        records as u64 + self.disk.weight(&before.disk)
    }
}

/// How many records there are of all keys.
pub fn many(records: &LiteMap<Key, Kept>) -> usize {
    records.values().map(Kept::len).sum()
}
