//! The bytes of a page or of a log record, explained for whoever looks at them.

use super::BTree;
use super::log::{self, Record};
use super::page::{HEADER, Kind, Page, PageId};
use super::slot::KEY_SLOT;
use crate::contract::{Dump, Span};

impl BTree {
    /// A page as it stands in the file; where the file does not have it whole yet, as it is in memory or in the log.
    pub fn dump_page(&self, id: PageId) -> Option<Dump> {
        let size = self.page_bytes() as usize;
        let on_disk = self.bytes_on_disk(id);
        let in_file = on_disk.len() == size && on_disk.iter().any(|byte| *byte != 0);
        let bytes = if in_file { on_disk } else { self.look(id)?.bytes.to_vec() };
        let place = match self.in_memory(id) {
            _ if in_file => "in the page file",
            Some(_) => "in memory, not written to its place yet",
            None => "in the log, not written to its place yet",
        };
        let spans = match Page::decode(&bytes, self.layout, id) {
            Ok(page) => spans(&page),
            Err(_) if !in_file => spans(&self.look(id)?),
            Err(why) => {
                vec![Span { range: 0..size, label: "not sound".to_owned(), value: format!("this place {why}") }]
            }
        };
        Some(Dump { title: format!("Page {}, {place}", id.0), offset: u64::from(id.0) * size as u64, bytes, spans })
    }

    /// What the bytes of a page mean, as the tree has it now.
    pub fn page_spans(&self, id: PageId) -> Option<Vec<Span>> {
        Some(spans(&self.look(id)?))
    }

    /// The record of the log that begins at `offset`.
    pub fn dump_record(&self, offset: u64) -> Option<Dump> {
        let record: Record = *self.log_records().iter().find(|record| record.offset == offset)?;
        let size = self.page_bytes();
        let len = log::HEADER as u64 + record.page.map_or(0, |_| size);
        let bytes = self.bytes_in_log(offset, len);
        if bytes.len() as u64 != len {
            return None;
        }
        let what = record.page.map_or("commit".to_owned(), |page| format!("image of {page}"));
        let mut found = vec![
            hex("checksum", &bytes, 0..4),
            Span { range: 4..5, label: "kind".to_owned(), value: what.clone() },
            Span { range: 8..16, label: "transaction".to_owned(), value: record.transaction.0.to_string() },
        ];
        if let Some(id) = record.page
            && let Ok(page) = Page::decode(&bytes[log::HEADER..], self.layout, id)
        {
            found.extend(
                spans(&page)
                    .into_iter()
                    .map(|span| Span { range: span.range.start + log::HEADER..span.range.end + log::HEADER, ..span }),
            );
        }
        let title = format!("Log record at {offset}: {what}, transaction {}", record.transaction.0);
        Some(Dump { title, offset, bytes, spans: found })
    }
}

fn hex(label: &str, bytes: &[u8], range: std::ops::Range<usize>) -> Span {
    let value = u32::from_le_bytes(bytes[range.clone()].try_into().expect("four bytes"));
    Span { range, label: label.to_owned(), value: format!("{value:08x}") }
}

/// What the bytes of a sound page mean.
fn spans(page: &Page) -> Vec<Span> {
    let span = |range, label: &str, value: String| Span { range, label: label.to_owned(), value };
    let kind = match page.kind() {
        Kind::Leaf => "leaf",
        Kind::Inner => "inner page",
        Kind::Free => "free page",
        Kind::Meta => "meta page",
    };
    let mut spans = vec![
        hex("checksum", &page.bytes, 0..4),
        span(4..5, "kind", kind.to_owned()),
        span(5..6, "level", page.level().to_string()),
        span(6..8, "keys", page.count().to_string()),
        span(8..12, "page", page.id().0.to_string()),
        span(12..16, "next leaf", page.next().map_or("none".to_owned(), |next| next.0.to_string())),
        span(16..24, "transaction", page.transaction().0.to_string()),
    ];
    if page.kind() == Kind::Meta {
        spans.push(span(HEADER..HEADER + 4, "root", page.root().to_string()));
    }
    for (at, key) in page.keys().enumerate() {
        let start = HEADER + at * KEY_SLOT;
        spans.push(span(start..start + KEY_SLOT, "key", key.text()));
    }
    if page.is_leaf() {
        for at in 0..page.count() {
            let start = page.value_at(at);
            let value = String::from_utf8_lossy(page.value(at)).into_owned();
            spans.push(span(start..start + page.layout.value_slot(), "value", value));
        }
    }
    for (at, child) in page.children().enumerate() {
        let start = page.child_at(at);
        spans.push(span(start..start + 4, "child", child.to_string()));
    }
    spans
}
