//! What lies on a node's disk, as bytes, each of them explained.

use super::cluster::{Leader, text};
use crate::contract::{Dump, Span};
use crate::replication::NodeId;
use crate::replication::replicated_log::Entry;

struct Spans {
    spans: Vec<Span>,
    at: usize,
}

impl Spans {
    fn next(&mut self, label: &str, len: usize, value: String) {
        self.spans.push(Span { range: self.at..self.at + len, label: label.to_owned(), value });
        self.at += len;
    }

    fn entry(&mut self, entry: &Entry) {
        let (key, value) = (text(entry.key()), text(entry.value()));
        self.next("CRC-32 of the rest", 4, "checked".to_owned());
        self.next("term", 4, entry.term.to_string());
        self.next("length of the key", 1, key.len().to_string());
        self.next("length of the value", 1, value.len().to_string());
        self.next("key", key.len(), key.to_owned());
        self.next("value", value.len(), value.to_owned());
    }
}

/// The entry at a position of a node's log, with where it begins in the file.
pub fn entry(leader: &Leader, node: NodeId, position: usize) -> Option<Dump> {
    let node = &leader.seat(node).node;
    let place = position.checked_sub(node.base().position + 1)?;
    let entry = node.log().get(place)?;
    let before: usize = node.log()[..place].iter().map(|entry| entry.encode().len()).sum();
    let mut spans = Spans { spans: Vec::new(), at: 0 };
    spans.entry(entry);
    let title = format!("entry {position} in the log of {}", node.id);
    Some(Dump { title, offset: before as u64, bytes: entry.encode(), spans: spans.spans })
}

/// The snapshot that a node began with, if it did.
pub fn snapshot(leader: &Leader, node: NodeId) -> Option<Dump> {
    let base = leader.seat(node).node.base();
    if base.position == 0 {
        return None;
    }
    let mut spans = Spans { spans: Vec::new(), at: 0 };
    spans.next("stands for the log up to position", 8, base.position.to_string());
    spans.next("term of the entry there", 4, base.term.to_string());
    for (position, entry) in base.rows.iter() {
        spans.next("position of the key's last entry", 8, position.to_string());
        spans.entry(entry);
    }
    let title = format!("the snapshot that {node} began with");
    Some(Dump { title, offset: 0, bytes: base.encode(), spans: spans.spans })
}
