//! A message as bytes, each of them explained; and an entry of the log, as it lies on the disk.
//!
//! A message has a byte for its kind, and then its fields, numbers little-endian; names have a byte of length before them.
//! Simpler than the real one because between hosts of the figure a message travels as a value, unframed.

use super::cluster::Failover;
use super::message::{Ask, Message, row_in};
use crate::contract::{Dump, Span};
use crate::replication::replicated_log::{Entry, Message as NodeMessage};
use crate::replication::{CallId, NodeId};
use crate::sim::network::MessageId;

/// Bytes that are written field by field.
struct Frame {
    bytes: Vec<u8>,
    spans: Vec<Span>,
}

impl Frame {
    fn field(&mut self, label: &str, bytes: &[u8], value: String) {
        let start = self.bytes.len();
        self.bytes.extend(bytes);
        self.spans.push(Span { range: start..self.bytes.len(), label: label.to_owned(), value });
    }

    fn number(&mut self, label: &str, number: u32) {
        self.field(label, &number.to_le_bytes(), number.to_string());
    }

    fn switch(&mut self, label: &str, on: bool) {
        self.field(label, &[u8::from(on)], if on { "yes" } else { "no" }.to_owned());
    }

    fn name(&mut self, name: &str) {
        self.field("length of the name", &[name.len() as u8], name.len().to_string());
        self.field("name", name.as_bytes(), name.to_owned());
    }

    fn call(&mut self, call: CallId) {
        self.field("client", &[call.client.number()], call.client.to_string());
        self.number("call", call.number);
    }

    /// The very bytes that the disk has of it.
    fn entry(&mut self, entry: &Entry) {
        let bytes = entry.encode();
        let mut at = 0;
        let mut take = |label: &str, len: usize, value: String| {
            self.field(label, &bytes[at..at + len], value);
            at += len;
        };
        let (key, value) = (entry.key().len(), entry.value().len());
        take("CRC-32 of the rest", 4, "checked".to_owned());
        take("term", 4, entry.term.to_string());
        take("length of the key", 1, key.to_string());
        take("length of the value", 1, value.to_string());
        if let Some((row, call, name)) = row_in(entry) {
            take("row", 4, row.to_string());
            take("client", 1, call.client.to_string());
            take("call", 4, call.number.to_string());
            take("name", value, name.to_owned());
        }
    }
}

/// The bytes of a message that is on its way, or has just arrived.
pub fn message(failover: &Failover, id: MessageId) -> Option<Dump> {
    let passed = failover.passed().map(|(envelope, _)| envelope).filter(|envelope| envelope.id == id);
    let envelope = failover.network().message(id).or(passed)?;
    let mut frame = Frame { bytes: Vec::new(), spans: Vec::new() };
    let payload = &envelope.payload;
    frame.field("kind", &[tag(payload)], payload.kind().to_owned());
    match payload {
        Message::Node(message) => of_nodes(&mut frame, message),
        Message::Request { call, ask } => {
            frame.call(*call);
            match ask {
                Ask::Insert(name) => frame.name(name),
                Ask::Read(row) => frame.number("row", *row),
            }
        }
        Message::Queries(many) => frame.number("queries", *many),
        Message::Redirect { call, leader } => {
            frame.call(*call);
            let (byte, value) = leader.map_or((0, "nobody".to_owned()), |node| (node.number(), node.to_string()));
            frame.field("leader", &[byte], value);
        }
        Message::Inserted { call, row } => {
            frame.call(*call);
            frame.number("row", *row);
        }
        Message::Found { call, name } => {
            frame.call(*call);
            frame.name(name.as_deref().unwrap_or_default());
        }
        Message::Alive { term, last, position, leads } => {
            frame.number("term", *term);
            frame.number("term of the last entry", *last);
            frame.number("position", *position as u32);
            frame.switch("leads", *leads);
        }
        Message::Name { term } => frame.number("term", *term),
        Message::Store { token, row } => {
            frame.number("token", *token);
            if let Some((row, name)) = row {
                frame.number("row", *row);
                frame.name(name);
            }
        }
        Message::Stored { row } => frame.number("row", *row),
        Message::TooOld { highest } => frame.number("highest token", *highest),
    }
    let title = format!("{id}, {}: {} bytes", payload.kind(), frame.bytes.len());
    Some(Dump { title, offset: 0, bytes: frame.bytes, spans: frame.spans })
}

fn of_nodes(frame: &mut Frame, message: &NodeMessage) {
    frame.number("term", message.term());
    match message {
        NodeMessage::AskVote { position, last, .. } => {
            frame.number("position", *position as u32);
            frame.number("term of the last entry", *last);
        }
        NodeMessage::Vote { granted, .. } => frame.switch("granted", *granted),
        NodeMessage::Append { position, before, entries, committed, .. } => {
            frame.number("position before the entries", *position as u32);
            frame.number("term of the entry there", *before);
            frame.number("committed", *committed as u32);
            frame.number("entries", entries.len() as u32);
            entries.iter().for_each(|entry| frame.entry(entry));
        }
        NodeMessage::Appended { position, matches, .. } => {
            frame.number("position", *position as u32);
            frame.switch("matches", *matches);
        }
    }
}

/// The first byte of a message.
fn tag(message: &Message) -> u8 {
    match message {
        Message::Node(NodeMessage::AskVote { .. }) => 1,
        Message::Node(NodeMessage::Vote { .. }) => 2,
        Message::Node(NodeMessage::Append { .. }) => 3,
        Message::Node(NodeMessage::Appended { .. }) => 4,
        Message::Request { ask: Ask::Insert(_), .. } => 5,
        Message::Request { .. } => 6,
        Message::Queries(_) => 7,
        Message::Redirect { .. } => 8,
        Message::Inserted { .. } => 9,
        Message::Found { .. } => 10,
        Message::Alive { .. } => 11,
        Message::Name { .. } => 12,
        Message::Store { .. } => 13,
        Message::Stored { .. } => 14,
        Message::TooOld { .. } => 15,
    }
}

/// The entry at a position of a node's log, counted from 1, with where it begins in the file.
pub fn entry(failover: &Failover, node: NodeId, position: usize) -> Option<Dump> {
    let log = failover.seat(node).node.log();
    let entry = log.get(position.checked_sub(1)?)?;
    let before: usize = log[..position - 1].iter().map(|entry| entry.encode().len()).sum();
    let mut frame = Frame { bytes: Vec::new(), spans: Vec::new() };
    frame.entry(entry);
    let title = format!("entry {position} in the log of {node}: {} bytes", frame.bytes.len());
    Some(Dump { title, offset: before as u64, bytes: frame.bytes, spans: frame.spans })
}
