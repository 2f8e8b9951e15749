//! A look from outside: what is on the disk and in memory just now, for whoever draws, grades or explains. It reads
//! without counting, and changes nothing.

use std::ops::Range;

use serde_json::{Value, json};

use super::hint::{self, ENTRY_HEADER};
use super::record::{BadRecord, HEADER, Header, Item, MARK, Record, TOMBSTONE};
use super::segment::{FileName, Position};
use super::{HashIndex, SegmentId};
use crate::contract::{Dump, Span};
use crate::sim::FileId;

/// Of a longer file only so many bytes are explained: more than anybody reads.
const MOST_DUMPED: u64 = 4096;

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
        } else {
            Standing::Dead
        }
    }

    fn is_waiting_for_the_switch(&self, segment: SegmentId) -> bool {
        let merge = self.memory.merge.as_ref();
        merge.is_some_and(|merge| merge.outputs.iter().any(|output| output.id == segment))
            && !self.memory.segments.contains_key(&segment)
    }

    /// The bytes of a file, or of one record of it (`1.data@34`), explained.
    pub fn dump(&self, key: &str) -> Option<Dump> {
        let (name, offset) = match key.split_once('@') {
            Some((name, offset)) => (name, Some(offset.parse::<u64>().ok()?)),
            None => (key, None),
        };
        let is = FileName::parse(name)?;
        let bytes = self.bytes(name)?;
        if let Some(offset) = offset {
            let rest = bytes.get(offset as usize..)?;
            let len =
                Header::decode(rest).map_or(rest.len(), |header| header.record_len().min(rest.len() as u64) as usize);
            let bytes = rest[..len].to_vec();
            let title = format!("{name}, record at offset {offset}");
            return Some(Dump { title, offset, spans: record_spans(&bytes, 0), bytes });
        }
        let mut title = name.to_owned();
        let shown = &bytes[..bytes.len().min(MOST_DUMPED as usize)];
        if shown.len() < bytes.len() {
            title.push_str(&format!(", the beginning of {} bytes", bytes.len()));
        }
        let spans = if is.is_hint { hint_spans(shown) } else { file_spans(shown) };
        Some(Dump { title, offset: 0, bytes: shown.to_vec(), spans })
    }

    fn bytes(&self, name: &str) -> Option<Vec<u8>> {
        let file: FileId = self.disk.open(name)?;
        Some(self.disk.peek(file, 0..self.disk.len(file)))
    }

    /// The segment that is written to, or will be when start-up is done.
    fn last_number(&self) -> Option<SegmentId> {
        let names = self.disk.names().filter_map(|(name, _)| FileName::parse(name));
        names.filter(|name| !name.is_hint && !name.is_unfinished).map(|name| name.segment).max()
    }
}

/// The fields of the records in `bytes`, one after another.
fn file_spans(bytes: &[u8]) -> Vec<Span> {
    let mut spans = Vec::new();
    let mut at = 0;
    while at < bytes.len() {
        spans.extend(record_spans(&bytes[at..], at));
        match Item::decode(&bytes[at..]) {
            Ok(item) => at += item.size() as usize,
            Err(_) => break,
        }
    }
    spans
}

/// The fields of the record at the start of `bytes`, as far as it is there; spans are counted from `start`.
fn record_spans(bytes: &[u8], start: usize) -> Vec<Span> {
    let span = |range: Range<usize>, label: &str, value: String| Span {
        range: start + range.start..start + range.end,
        label: label.to_owned(),
        value,
    };
    let Some(header) = Header::decode(bytes) else {
        return vec![span(0..bytes.len(), "torn header", format!("{} of {HEADER} bytes", bytes.len()))];
    };
    let verdict = match Item::decode(bytes) {
        Ok(_) => "fits".to_owned(),
        Err(reason) => reason.to_string(),
    };
    let value_size = match header.value_size {
        TOMBSTONE => "none: a tombstone".to_owned(),
        MARK => "none: a mark, which says that all before it was synced".to_owned(),
        size => size.to_string(),
    };
    let mut spans = vec![
        span(0..4, "checksum", format!("{:08x}, {verdict}", header.checksum)),
        span(4..8, "timestamp", header.timestamp.to_string()),
        span(8..10, "key size", header.key_size.to_string()),
        span(10..14, "value size", value_size),
    ];
    let end = (header.record_len().min(bytes.len() as u64)) as usize;
    let key_end = (HEADER + usize::from(header.key_size)).min(end);
    for (range, label) in [(HEADER..key_end, "key"), (key_end..end, "value")] {
        if !range.is_empty() {
            let text = String::from_utf8_lossy(&bytes[range.clone()]).into_owned();
            spans.push(span(range, label, text));
        }
    }
    spans
}

/// The fields of a hint file; none where its checksum does not fit.
fn hint_spans(bytes: &[u8]) -> Vec<Span> {
    let mut spans = Vec::new();
    let mut at = 0;
    let mut span = |at: &mut usize, len: usize, label: &str, value: String| {
        spans.push(Span { range: *at..*at + len, label: label.to_owned(), value });
        *at += len;
    };
    for entry in hint::decode(bytes).unwrap_or_default() {
        let key = entry.key.as_str();
        span(&mut at, 4, "timestamp", entry.timestamp.to_string());
        span(&mut at, 2, "key size", key.len().to_string());
        let size = entry.value_size.map_or("none: a tombstone".to_owned(), |size| size.to_string());
        span(&mut at, 4, "value size", size);
        span(&mut at, ENTRY_HEADER - 10, "offset", entry.offset.to_string());
        if !key.is_empty() {
            span(&mut at, key.len(), "key", key.to_owned());
        }
    }
    if at > 0 {
        span(&mut at, hint::CHECKSUM, "checksum", "fits".to_owned());
    }
    spans
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
