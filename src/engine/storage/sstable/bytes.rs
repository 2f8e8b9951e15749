//! The bytes of logs and tables, explained one by one.

use std::ops::Range;

use super::{FileName, SsTables};
use crate::contract::{Dump, Span};
use crate::log;
use crate::sim::FileId;
use crate::storage::block::Block;
use crate::storage::bloom::Bloom;
use crate::storage::entry;
use crate::storage::table::{CHECKSUM, FOOTER, Table};
use crate::varint;

/// Of a longer file only so many bytes are explained: more than anybody reads.
const MOST_DUMPED: u64 = 4096;

/// Collects spans, one after another.
struct Spans<'a> {
    bytes: &'a [u8],
    at: usize,
    spans: Vec<Span>,
}

impl<'a> Spans<'a> {
    fn new(bytes: &'a [u8]) -> Spans<'a> {
        Spans { bytes, at: 0, spans: Vec::new() }
    }

    /// The next `len` bytes, or as many as are left; none need no span.
    fn take(&mut self, len: usize, label: &str, value: impl FnOnce(&[u8]) -> String) {
        let end = self.bytes.len().min(self.at + len);
        if self.at < end {
            let value = value(&self.bytes[self.at..end]);
            self.spans.push(Span { range: self.at..end, label: label.to_owned(), value });
            self.at = end;
        }
    }

    fn number(&mut self, len: usize, label: &str) {
        self.take(len, label, |bytes| little_endian(bytes).to_string());
    }

    fn text(&mut self, len: usize, label: &str) {
        self.take(len, label, |bytes| String::from_utf8_lossy(bytes).into_owned());
    }

    /// A number of as many bytes as it needs; its value.
    fn varint(&mut self, label: &str) -> usize {
        let mut rest = &self.bytes[self.at..];
        let number = varint::take(&mut rest).unwrap_or(0);
        let len = self.bytes.len() - self.at - rest.len();
        self.take(len, label, |_| number.to_string());
        usize::try_from(number).unwrap_or(usize::MAX)
    }

    fn trailer(&mut self) {
        self.take(entry::TRAILER, "sequence number and kind", |bytes| {
            let trailer = little_endian(bytes);
            format!("number {}, {}", trailer >> 8, if trailer & 0xff == 0 { "a tombstone" } else { "a value" })
        });
    }

    /// The checksum of the bytes from `start` to here.
    fn checksum(&mut self, start: usize) {
        let fits = crate::checksum::crc32(&self.bytes[start..self.at]);
        self.take(CHECKSUM, "checksum", |bytes| verdict(little_endian(bytes) as u32, fits));
    }

    /// A block of entries, or of the index; `names` says what a key and a value are called in it.
    fn block(&mut self, content: Range<usize>, is_index: bool) {
        self.at = content.start;
        let Ok(block) = Block::new(self.bytes[content.clone()].to_vec()) else { return };
        let mut rest = block.iter();
        while let Some(Ok(placed)) = rest.placed() {
            let end = content.start + placed.at.end;
            let unshared = placed.key.len() - placed.shared;
            self.varint("bytes shared with the key before");
            self.varint("bytes not shared");
            self.varint("bytes of the value");
            let key = unshared.saturating_sub(entry::TRAILER);
            let shared = String::from_utf8_lossy(&placed.key[..placed.shared]).into_owned();
            let label = if is_index { "last key of a block" } else { "key" };
            self.take(key, label, |bytes| format!("{shared}{}", String::from_utf8_lossy(bytes)));
            if unshared >= entry::TRAILER {
                self.trailer();
            } else {
                self.take(unshared, "rest of the sequence number and kind", |_| "the rest is shared".to_owned());
            }
            if is_index {
                self.varint("offset of the block");
                self.varint("length of the block");
            } else {
                self.text(end.saturating_sub(self.at), "value");
            }
        }
        while self.at + 4 < content.end {
            self.number(4, "offset of a restart point");
        }
        self.number(4, "number of restart points");
        self.checksum(content.start);
    }
}

fn little_endian(bytes: &[u8]) -> u64 {
    bytes.iter().rev().fold(0, |number, byte| number << 8 | u64::from(*byte))
}

fn verdict(found: u32, fits: u32) -> String {
    format!("{found:08x}, {}", if found == fits { "fits" } else { "doesn't fit" })
}

impl SsTables {
    /// The bytes of a file, or of one record or block of it (`1.log@34`), explained.
    pub fn dump(&self, key: &str) -> Option<Dump> {
        let (name, offset) = match key.split_once('@') {
            Some((name, offset)) => (name, Some(offset.parse::<u64>().ok()?)),
            None => (key, None),
        };
        let file = self.disk().open(name)?;
        let len = self.disk().len(file);
        let start = offset.unwrap_or(0);
        let (end, what) = match (FileName::parse(name)?, offset) {
            (FileName::Log(_), Some(_)) => {
                let rest = self.disk().peek(file, start..len);
                let record = log::decode(&rest)?;
                (start + (log::HEADER + record.len()) as u64, "record")
            }
            (_, Some(_)) => (self.parts(file)?.into_iter().find(|part| part.start == start)?.end, "block"),
            (_, None) => (len.min(MOST_DUMPED), ""),
        };
        let bytes = self.disk().peek(file, start..end);
        let title = match offset {
            Some(offset) => format!("{name}, {what} at offset {offset}"),
            None if end < len => format!("{name}, {len} bytes, the first {end}"),
            None => format!("{name}, {len} bytes"),
        };
        let spans = match FileName::parse(name)? {
            FileName::Log(_) => log_spans(&bytes),
            _ if offset.is_some() => {
                let mut spans = Spans::new(&bytes);
                spans.block(0..bytes.len().saturating_sub(CHECKSUM), false);
                spans.spans
            }
            _ => self.table_spans(file, &bytes),
        };
        Some(Dump { title, offset: start, bytes, spans })
    }

    /// The blocks of entries of a table, each with its checksum.
    fn parts(&self, file: FileId) -> Option<Vec<Range<u64>>> {
        let mut disk = self.disk().clone();
        let outputs = [self.memory.flush.as_ref(), self.memory.merge.as_ref().and_then(|merge| merge.output.as_ref())];
        let mut blocks = match outputs.into_iter().flatten().find(|output| output.file == file) {
            Some(output) if !output.is_finished() => output.blocks.clone(),
            _ => Table::open(&mut disk, file).ok()?.blocks().collect(),
        };
        for block in &mut blocks {
            block.end += CHECKSUM as u64;
        }
        Some(blocks)
    }

    /// The fields of a table: its blocks, and what comes behind them, as far as `bytes` go.
    fn table_spans(&self, file: FileId, bytes: &[u8]) -> Vec<Span> {
        let mut spans = Spans::new(bytes);
        for part in self.parts(file).unwrap_or_default() {
            if part.end as usize <= bytes.len() {
                spans.block(part.start as usize..part.end as usize - CHECKSUM, false);
            }
        }
        let len = self.disk().len(file);
        let is_whole = bytes.len() as u64 == len && Table::open(&mut self.disk().clone(), file).is_ok();
        if !is_whole {
            return spans.spans;
        }
        let footer = bytes.len() - FOOTER as usize;
        let field = |at: usize, len: usize| little_endian(&bytes[footer + at..footer + at + len]) as usize;
        spans.at = field(0, 8);
        let filter = spans.at..spans.at + field(8, 4);
        let probes = Bloom::decode(&bytes[filter.clone()]).map_or(0, |filter| filter.places(b"").count());
        spans.take(filter.len() - 1, "bits of the Bloom filter", |bits| {
            let set: u32 = bits.iter().map(|byte| byte.count_ones()).sum();
            format!("{set} of {} are set", bits.len() * 8)
        });
        spans.take(1, "bits for each key", |_| probes.to_string());
        spans.checksum(filter.start);
        let index = field(12, 8);
        spans.block(index..index + field(20, 4), true);
        spans.at = footer;
        for label in ["filter", "index"] {
            spans.number(8, &format!("offset of the {label}"));
            spans.number(4, &format!("length of the {label}"));
        }
        spans.number(8, "entries");
        spans.text(8, "magic");
        spans.checksum(footer);
        spans.spans
    }
}

fn log_spans(bytes: &[u8]) -> Vec<Span> {
    let mut spans = Spans::new(bytes);
    while let Some(payload) = log::decode(&bytes[spans.at..]) {
        let end = spans.at + log::HEADER + payload.len();
        let fits = crate::checksum::crc32(&bytes[spans.at + 4..end]);
        spans.take(4, "checksum", |bytes| verdict(little_endian(bytes) as u32, fits));
        let what = if payload.is_empty() {
            "length of what follows the header: none, a mark"
        } else {
            "length of what follows the header"
        };
        spans.number(4, what);
        spans.number(8, "bytes of the log that were synced before");
        if payload.is_empty() {
            continue;
        }
        let key = spans.varint("length of the key, with its number");
        spans.text(key.saturating_sub(entry::TRAILER), "key");
        spans.trailer();
        spans.text(end.saturating_sub(spans.at), "value");
    }
    let rest = bytes.len() - spans.at;
    spans.take(rest, "no whole record", |bytes| format!("{} bytes", bytes.len()));
    spans.spans
}
