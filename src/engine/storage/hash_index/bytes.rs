//! The bytes of data files and of hints, explained.

use std::ops::Range;

use super::HashIndex;
use super::hint::{self, ENTRY_HEADER};
use super::record::{HEADER, Header, Item, MARK, TOMBSTONE};
use super::segment::FileName;
use crate::contract::{Dump, Span};
use crate::sim::FileId;

/// Of a longer file only so many bytes are explained: more than anybody reads.
const MOST_DUMPED: u64 = 4096;

impl HashIndex {
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

    pub(super) fn bytes(&self, name: &str) -> Option<Vec<u8>> {
        let file: FileId = self.disk.open(name)?;
        Some(self.disk.peek(file, 0..self.disk.len(file)))
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
