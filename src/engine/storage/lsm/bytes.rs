//! The bytes of the tree's files, explained.

use super::Lsm;
use super::manifest::NAME;
use super::version::{Edit, log_name, table_name};
use crate::contract::{Dump, Span};
use crate::log::{self, HEADER};
use crate::storage::Entry;
use crate::storage::table::{CHECKSUM, FOOTER};
use crate::wording::{count, shown};

/// A longer file is shown from its beginning.
const MOST: usize = 1024;

impl Lsm {
    /// A file of the tree: a table, a log, or the manifest.
    pub fn dump_file(&self, name: &str) -> Option<Dump> {
        let file = self.disk.open(name)?;
        let len = self.disk.len(file);
        let bytes = self.disk.peek(file, 0..len);
        let spans = if name.ends_with(".sst") { table_spans(self, name, len) } else { log_spans(&bytes, name == NAME) };
        let shown = bytes[..bytes.len().min(MOST)].to_vec();
        Some(Dump { title: name.to_owned(), offset: 0, bytes: shown, spans })
    }

    pub fn dump_table(&self, number: u64) -> Option<Dump> {
        self.dump_file(&table_name(number))
    }

    /// The newest log, which is written to.
    pub fn dump_log(&self) -> Option<Dump> {
        let logs = self.files().filter(|(_, is_table)| !is_table);
        self.dump_file(&log_name(logs.map(|(number, _)| number).max()?))
    }
}

fn span(range: std::ops::Range<usize>, label: &str, value: String) -> Span {
    Span { range, label: label.to_owned(), value }
}

fn log_spans(bytes: &[u8], is_manifest: bool) -> Vec<Span> {
    let mut spans = Vec::new();
    let mut at = 0;
    while let Some(payload) = log::decode(&bytes[at..]) {
        let number = |from: usize, len: usize| {
            bytes[at + from..at + from + len].iter().rev().fold(0u64, |number, byte| number << 8 | u64::from(*byte))
        };
        spans.push(span(at..at + 4, "checksum (crc32)", format!("{:08x}", number(0, 4))));
        spans.push(span(at + 4..at + 8, "payload length", number(4, 4).to_string()));
        spans.push(span(at + 8..at + HEADER, "bytes synced before", number(8, 8).to_string()));
        let end = at + HEADER + payload.len();
        if payload.is_empty() {
            // A mark: it says how much is synced, and nothing else.
            at = end;
            continue;
        }
        let what = if is_manifest {
            Edit::decode(payload).map(edit_in_words)
        } else {
            Entry::from_payload(payload).map(entry_in_words)
        };
        let label = if is_manifest { "edit" } else { "write" };
        spans.push(span(at + HEADER..end, label, what.unwrap_or_else(|| "not what was written".to_owned())));
        at = end;
    }
    if at < bytes.len() {
        spans.push(span(at..bytes.len(), "torn", "no whole record".to_owned()));
    }
    spans
}

fn entry_in_words(entry: Entry) -> String {
    match &entry.value {
        Some(value) => format!("{}: {} = {}", entry.sequence, entry.key, shown(value)),
        None => format!("{}: {} deleted", entry.sequence, entry.key),
    }
}

fn edit_in_words(edit: Edit) -> String {
    let added = edit.added.iter().map(|(level, table)| format!("+{} on level {level}", table.number));
    let removed = edit.removed.iter().map(|number| format!("−{number}"));
    let changes = added.chain(removed).collect::<Vec<_>>().join(", ");
    format!("{changes}; logs from {}, next file {}, writes up to {}", edit.oldest_log, edit.next_file, edit.sequence)
}

/// The parts of a table, and in each block its entries.
fn table_spans(tree: &Lsm, name: &str, len: u64) -> Vec<Span> {
    let tables = tree.memory.version.tables().map(|(_, table)| table);
    let Some(table) = tables.into_iter().find(|table| table.meta.name() == name) else {
        return vec![span(0..len as usize, "a table that doesn't count", String::new())];
    };
    let mut spans = Vec::new();
    let mut disk = tree.disk.clone();
    let blocks = table.table.blocks().len();
    let mut end = 0;
    for block in table.table.blocks() {
        let entries = table.table.read_block(&mut disk, block.clone());
        let entries = entries.and_then(|content| crate::storage::cursor::entries(&content, block.start));
        let words: Vec<String> = entries.unwrap_or_default().into_iter().map(entry_in_words).collect();
        spans.push(span(block.start as usize..block.end as usize, "block", words.join("; ")));
        end = block.end as usize + CHECKSUM;
        spans.push(span(block.end as usize..end, "checksum of the block", String::new()));
    }
    let footer = len.saturating_sub(FOOTER) as usize;
    spans.push(span(
        end..footer,
        "Bloom filter and index",
        format!("{} a key, {}", count(tree.settings.bloom_bits, "bit"), count(blocks, "block")),
    ));
    spans.push(span(footer..len as usize, "footer", "where filter and index are, and a checksum".to_owned()));
    spans
}
