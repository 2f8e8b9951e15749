//! A look from outside: what is on the disk and in memory just now, for whoever draws, grades or explains. It reads
//! without counting, and changes nothing.

use std::ops::Range;

use serde_json::{Value, json};

use super::record::{BadRecord, Item, Record};
use super::segment::{FileName, Position};
use super::{HashIndex, SegmentId};
use crate::contract::Counter;

/// A file as it stands on the disk.
#[derive(Clone, Debug)]
pub struct FileView {
    pub name: String,
    pub is: FileName,
    pub len: u64,
    /// Written, and not synced.
    pub unsynced: Vec<Range<u64>>,
    /// The name would survive a crash.
    pub is_named: bool,
    /// It is the one that is written to.
    pub is_active: bool,
}

/// What a data file holds.
#[derive(Clone, Debug)]
pub struct Content {
    pub records: Vec<PlacedRecord>,
    /// Where it says that all before was synced.
    pub marks: Vec<Position>,
    /// Where the first bytes are that are no record, and why.
    pub bad: Option<(u64, BadRecord)>,
}

#[derive(Clone, Debug)]
pub struct PlacedRecord {
    pub record: Record,
    pub at: Position,
    pub standing: Standing,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// The keydir points to it.
    Live,
    /// It has just been appended, and the keydir does not know of it yet.
    New,
    /// It was replaced or deleted.
    Dead,
    Tombstone,
    /// A merge has copied it, and the keydir does not point here yet.
    Copy,
    /// Start-up has not come to it yet.
    Unread,
}

impl HashIndex {
    /// All files, in the order of the log, each hint after its data.
    pub fn files(&self) -> Vec<FileView> {
        let active = self.last_number();
        let mut files: Vec<FileView> = Vec::new();
        for (name, file) in self.disk.names() {
            let Some(is) = FileName::parse(name) else { continue };
            let view = FileView {
                name: name.to_owned(),
                is,
                len: self.disk.len(file),
                unsynced: self.disk.unsynced(file).collect(),
                is_named: self.disk.is_durable_name(name),
                is_active: Some(is.segment) == active && !is.is_hint,
            };
            let rank = |is: FileName| (is.segment, is.is_unfinished, is.is_hint);
            files.insert(files.partition_point(|other| rank(other.is) < rank(is)), view);
        }
        files
    }

    /// The records of a data file, finished or not.
    pub fn content(&self, file: &FileView) -> Content {
        let bytes = self.bytes(&file.name).unwrap_or_default();
        let segment = file.is.segment;
        let mut content = Content { records: Vec::new(), marks: Vec::new(), bad: None };
        let mut offset = 0;
        while offset < bytes.len() {
            match Item::decode(&bytes[offset..]) {
                Ok(item) => {
                    let (len, timestamp) = (item.size(), item.timestamp());
                    let at = Position { segment, offset: offset as u64, len, timestamp };
                    offset += len as usize;
                    match item {
                        Item::Mark(_) => content.marks.push(at),
                        Item::Record(record) => {
                            let standing = self.standing(&record, at, file.is.is_unfinished);
                            content.records.push(PlacedRecord { record, at, standing });
                        }
                    }
                }
                Err(reason) => {
                    content.bad = Some((offset as u64, reason));
                    break;
                }
            }
        }
        content
    }

    fn standing(&self, record: &Record, at: Position, is_unfinished: bool) -> Standing {
        let is_ahead = self.memory.recovery.as_ref().is_some_and(|recovery| recovery.is_ahead(at.segment, at.offset));
        if is_ahead || self.memory.damage.is_some() {
            Standing::Unread
        } else if record.value.is_none() {
            Standing::Tombstone
        } else if self.memory.keydir.get(&record.key) == Some(at) {
            Standing::Live
        } else if is_unfinished || self.is_waiting_for_the_switch(at.segment) {
            Standing::Copy
        } else if self.is_at_the_end(at) {
            Standing::New
        } else {
            Standing::Dead
        }
    }

    /// Nothing can have replaced the last record of all.
    fn is_at_the_end(&self, at: Position) -> bool {
        let segment = self.memory.segments.get(&at.segment);
        let is_last = segment.is_some_and(|segment| self.disk.len(segment.data) == at.offset + at.len);
        is_last && self.last_number() == Some(at.segment)
    }

    fn is_waiting_for_the_switch(&self, segment: SegmentId) -> bool {
        let merge = self.memory.merge.as_ref();
        merge.is_some_and(|merge| merge.outputs.iter().any(|output| output.id == segment))
            && !self.memory.segments.contains_key(&segment)
    }

    /// The segment that is written to, or will be when start-up is done.
    fn last_number(&self) -> Option<SegmentId> {
        let names = self.disk.names().filter_map(|(name, _)| FileName::parse(name));
        names.filter(|name| !name.is_hint && !name.is_unfinished).map(|name| name.segment).max()
    }
}

/// What is counted.
pub(super) fn counters(engine: &HashIndex) -> Vec<Counter> {
    let tally = engine.disk.tally;
    let data_bytes: u64 = engine.memory.segments.values().map(|segment| engine.disk.len(segment.data)).sum();
    let live_bytes = engine.memory.keydir.record_bytes;
    let counter = |name, value| Counter { name, value };
    vec![
        counter("live_keys", engine.memory.keydir.len as u64),
        counter("keydir_bytes", engine.memory.keydir.memory()),
        counter("live_bytes", live_bytes),
        counter("dead_bytes", data_bytes.saturating_sub(live_bytes)),
        counter("files", engine.disk.names().count() as u64),
        counter("disk_bytes", engine.disk.used),
        counter("disk_writes", tally.writes),
        counter("bytes_written", tally.bytes_written),
        counter("disk_reads", tally.reads),
        counter("bytes_read", tally.bytes_read),
        counter("syncs", tally.syncs),
    ]
}

/// The whole state, as JSON: the files with their records, the keydir, and what is under way.
pub(super) fn state(engine: &HashIndex) -> Value {
    let files = engine.files().into_iter().map(|file| {
        let mut json = json!({ "name": file.name, "bytes": file.len, "named": file.is_named });
        json["unsynced"] = file.unsynced.iter().map(|range| json!([range.start, range.end])).collect();
        if !file.is.is_hint {
            let content = engine.content(&file);
            json["records"] = content.records.iter().map(record_json).collect();
            json["marks"] = content.marks.iter().map(|mark| mark.offset).collect();
            json["bad"] = content.bad.map(|(offset, _)| offset).into();
        }
        json
    });
    let keydir = engine.memory.keydir.iter().map(|(key, at)| {
        (key.as_str().to_owned(), json!({ "file": at.segment.data(), "offset": at.offset, "bytes": at.len }))
    });
    json!({
        "files": files.collect::<Vec<_>>(),
        "keydir": keydir.collect::<serde_json::Map<_, _>>(),
        "merging": engine.memory.merge.as_ref().map(|merge| {
            merge.inputs.iter().map(|id| id.data()).collect::<Vec<_>>()
        }),
        "recovering": engine.memory.recovery.is_some(),
        "damage": engine.memory.damage.as_ref().map(|damage| damage.to_string()),
    })
}

fn record_json(placed: &PlacedRecord) -> Value {
    json!({
        "offset": placed.at.offset,
        "bytes": placed.at.len,
        "timestamp": placed.at.timestamp.0,
        "key": placed.record.key.as_str(),
        "value": placed.record.value.as_deref(),
        "live": placed.standing == Standing::Live,
    })
}
