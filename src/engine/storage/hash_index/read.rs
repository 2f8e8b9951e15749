//! Reading: one key at once, a range of keys the hard way.

use std::fmt::{self, Display};

use super::HashIndex;
use super::event::Event;
use super::record::{BadRecord, HEADER, Header, Item, Record};
use super::segment::{Position, SegmentId};
use super::settings::RangeQueries;
use crate::contract::{Outcome, Probe, Refused};
use crate::key::Key;

/// Bytes on the disk that are not those which were written and synced.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Damage {
    pub file: String,
    /// Where the bad record begins.
    pub offset: u64,
    pub reason: BadRecord,
}

impl HashIndex {
    pub(super) fn get(&mut self, key: &Key, probe: &mut impl Probe<Self>) -> Result<Outcome, Refused> {
        let Some(at) = self.memory.keydir.get(key) else {
            let keys = self.memory.keydir.len;
            probe.step(|| Event::KeyAbsent { key: key.clone(), keys }, self);
            return Ok(Outcome::Value(None));
        };
        probe.step(|| Event::KeyFound { key: key.clone(), at }, self);
        let value = self.read_value(at, probe)?;
        Ok(Outcome::Value(Some(value)))
    }

    /// All entries whose keys lie from `from` to `to`, both included.
    pub(super) fn scan(&mut self, from: &Key, to: &Key, probe: &mut impl Probe<Self>) -> Result<Outcome, Refused> {
        let keys = self.memory.keydir.len;
        if self.settings.scan == RangeQueries::Refuse {
            return Err(Refused::new(format!(
                "a hash table keeps its keys in no order, so a range could only be found by looking at every key (there are \
                 {keys}); ask for one key with `get`, or set the parameter `scan` to `pay`"
            )));
        }
        let entries = self.memory.keydir.iter();
        let found: Vec<(Key, Position)> =
            entries.filter(|(key, _)| (from..=to).contains(key)).map(|(key, at)| (key.clone(), at)).collect();
        let matches = found.len();
        probe.step(|| Event::KeydirSearched { from: from.clone(), to: to.clone(), keys, matches }, self);

        let mut entries = Vec::new();
        let mut bytes = 0;
        for (key, at) in found {
            bytes += at.len;
            entries.push((key, self.read_value(at, probe)?));
        }
        entries.sort();
        if matches > 0 {
            probe.step(|| Event::EntriesSorted { entries: matches, keys, bytes }, self);
        }
        Ok(Outcome::Entries(entries.into_iter().map(|(key, value)| (key.as_str().to_owned(), value)).collect()))
    }

    /// The value of the record at `at`, in one read; its checksum tells whether it is still what was written.
    fn read_value(&mut self, at: Position, probe: &mut impl Probe<Self>) -> Result<String, Refused> {
        let bytes = self.disk.read(self.segment(at.segment).data, at.offset..at.offset + at.len);
        let record = Record::decode(&bytes).map_err(|reason| Damage::at(at.segment, at.offset, reason))?;
        let value = record.value.as_deref().expect("the keydir points to no tombstone").to_owned();
        probe.step(|| Event::RecordRead { record, at }, self);
        Ok(value)
    }

    /// What begins at `offset`, whose length is not known yet: first its header is read, then the rest.
    pub(super) fn read_item(&mut self, segment: SegmentId, offset: u64) -> Result<Item, BadRecord> {
        let file = self.segment(segment).data;
        let mut bytes = self.disk.read(file, offset..offset + HEADER as u64);
        if let Some(header) = Header::decode(&bytes) {
            bytes.extend(self.disk.read(file, offset + HEADER as u64..offset + header.record_len()));
        }
        Item::decode(&bytes)
    }
}

impl Damage {
    pub fn at(segment: SegmentId, offset: u64, reason: BadRecord) -> Damage {
        Damage { file: segment.data(), offset, reason }
    }
}

impl From<Damage> for Refused {
    #[track_caller]
    fn from(damage: Damage) -> Refused {
        Refused::new(damage)
    }
}

impl Display for Damage {
    fn fmt(&self, out: &mut fmt::Formatter) -> fmt::Result {
        write!(out, "the record in {} at offset {} is damaged ({})", self.file, self.offset, self.reason)
    }
}
