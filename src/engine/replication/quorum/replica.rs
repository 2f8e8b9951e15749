//! One copy of the data: stores a record if it is newer than what it has, and reads it back.

use std::rc::Rc;

use litemap::LiteMap;

use super::disk::NodeDisk;
use super::record::Record;
use crate::key::Key;
use crate::sim::DiskError;

#[derive(Clone, Debug, Default)]
pub struct Replica {
    /// In memory; all of them are on the disk as well.
    pub records: Rc<LiteMap<Key, Record>>,
    pub disk: NodeDisk,
}

/// What became of a record that was to be stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stored {
    /// It was newer than what was there, and took its place.
    Newer,
    /// What is there is just as new, or newer, and stays. The sender has what it wanted: nothing older is kept here.
    Kept,
    /// The disk is full.
    DiskFull,
}

impl Replica {
    /// Stores a record durably, unless there is a newer one.
    pub fn store(&mut self, key: &Key, record: &Record) -> Stored {
        if !record.is_newer_than(self.records.get(key)) {
            return Stored::Kept;
        }
        if self.disk.append(key, record).is_err() {
            return Stored::DiskFull;
        }
        Rc::make_mut(&mut self.records).insert(key.clone(), record.clone());
        Stored::Newer
    }

    pub fn read(&self, key: &Key) -> Option<&Record> {
        self.records.get(key)
    }

    /// Writes the log anew, with the newest record of each key, as far as that is to be `kept`. Returns how many records are
    /// dropped since there is a newer one, and how many are forgotten.
    pub fn compact(&mut self, kept: impl Fn(&Record) -> bool) -> Result<(usize, usize), DiskError> {
        let mut records = LiteMap::clone(&self.records);
        records.retain(|_, record| kept(record));
        let forgotten = self.records.len() - records.len();
        let dropped = self.disk.log().len() - self.records.len();
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
        let records = if is_shared { 0 } else { self.records.len() * size_of::<(Key, Record)>() };
        records as u64 + self.disk.weight(&before.disk)
    }
}
