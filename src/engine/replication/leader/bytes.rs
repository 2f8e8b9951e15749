//! A message as bytes, each of them explained; and what lies on a node's disk.
//!
//! What leader and followers send each other is written by [`replicated_log`](crate::replication::replicated_log::bytes),
//! and all else in the same way: a byte for the kind, and then the fields.

use super::Leader;
use super::message::Message;
use super::write::text;
use crate::contract::Dump;
use crate::replication::NodeId;
use crate::replication::replicated_log::{Entry, bytes::Frame};
use crate::sim::MessageId;

/// What an entry's key and value mean.
fn told(entry: &Entry) -> Vec<(&'static str, usize, String)> {
    let (key, value) = (text(entry.key()), text(entry.value()));
    vec![("key", key.len(), key.to_owned()), ("value", value.len(), value.to_owned())]
}

/// The bytes of a message that is on its way, or has just arrived.
pub fn message(leader: &Leader, id: MessageId) -> Option<Dump> {
    let passed = leader.passed().map(|(envelope, _)| envelope).filter(|envelope| envelope.id == id);
    let envelope = leader.network().message(id).or(passed)?;
    let title = format!("{id}, {}", envelope.payload.kind());
    Some(encode(&envelope.payload, title))
}

fn encode(payload: &Message, title: String) -> Dump {
    let mut frame = Frame::new(told);
    let called = payload.kind();
    match payload {
        Message::Log(message) => frame.message(message, called),
        Message::Put { call, key, value } => {
            frame.own_kind(0, called);
            frame.call(*call);
            frame.text("key", key.as_str());
            frame.text("value", value);
        }
        Message::Get { call, key } => {
            frame.own_kind(1, called);
            frame.call(*call);
            frame.text("key", key.as_str());
        }
        Message::Written { call } => {
            frame.own_kind(2, called);
            frame.call(*call);
        }
        Message::Value { call, found } => {
            frame.own_kind(3, called);
            frame.call(*call);
            frame.switch("found", found.is_some());
            if let Some((value, write)) = found {
                frame.text("value", value);
                frame.field("writer", &[write.client.number()], write.client.to_string());
                frame.number("call of the writer", write.number);
            }
        }
        Message::NotLeader { call } => {
            frame.own_kind(4, called);
            frame.call(*call);
        }
        Message::Hello { position } => {
            frame.own_kind(5, called);
            frame.number("position", *position as u32);
        }
        Message::Snapshot { term, snapshot } => {
            frame.own_kind(6, called);
            frame.number("term", *term);
            frame.snapshot(snapshot);
        }
    }
    frame.dump(title, 0)
}

/// The entry at a position of a node's log, with where it begins in the file.
pub fn entry(leader: &Leader, node: NodeId, position: usize) -> Option<Dump> {
    let node = &leader.seat(node).node;
    let place = position.checked_sub(node.base().position + 1)?;
    let entry = node.log().get(place)?;
    let before: usize = node.log()[..place].iter().map(|entry| entry.encode().len()).sum();
    let mut frame = Frame::new(told);
    frame.entry(entry);
    Some(frame.dump(format!("entry {position} in the log of {}", node.id), before as u64))
}

/// The snapshot that a node began with, if it did.
pub fn snapshot(leader: &Leader, node: NodeId) -> Option<Dump> {
    let base = leader.seat(node).node.base();
    if base.position == 0 {
        return None;
    }
    let mut frame = Frame::new(told);
    frame.snapshot(base);
    Some(frame.dump(format!("the snapshot that {node} began with"), 0))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::key::Key;
    use crate::replication::replicated_log::{Message as LogMessage, Snapshot, bytes::read};
    use crate::replication::{CallId, ClientId};

    fn decode(reader: &mut read::Reader) -> Message {
        let kind = match reader.message() {
            Ok(message) => return Message::Log(message),
            Err(kind) => kind,
        };
        match kind {
            0 => Message::Put { call: reader.call(), key: Key::new(reader.text()), value: reader.text().into() },
            1 => Message::Get { call: reader.call(), key: Key::new(reader.text()) },
            2 => Message::Written { call: reader.call() },
            3 => {
                let call = reader.call();
                let found = (reader.byte() == 1).then(|| (reader.text().into(), reader.call()));
                Message::Value { call, found }
            }
            4 => Message::NotLeader { call: reader.call() },
            5 => Message::Hello { position: reader.number() as usize },
            6 => Message::Snapshot { term: reader.number(), snapshot: reader.snapshot() },
            _ => panic!("there is no kind {kind}"),
        }
    }

    #[test]
    fn a_message_is_read_as_it_was_written() {
        let call = CallId { client: ClientId::new(2), number: 70_000 };
        let write = CallId { client: ClientId::new(1), number: 3 };
        let row = Entry::new(3, b"k", b"a").unwrap();
        let snapshot =
            Snapshot { position: 2, terms: vec![(1, 2), (2, 3)].into(), rows: vec![(2, row.clone())].into() };
        let messages = [
            Message::Log(LogMessage::Append { term: 3, position: 1, before: 2, entries: vec![row], committed: 1 }),
            Message::Put { call, key: Key::new("k"), value: "a".into() },
            Message::Get { call, key: Key::new("k") },
            Message::Written { call },
            Message::Value { call, found: None },
            Message::Value { call, found: Some(("".into(), write)) },
            Message::NotLeader { call },
            Message::Hello { position: 600 },
            Message::Snapshot { term: 4, snapshot },
        ];
        for message in messages {
            assert_eq!(read::back(&encode(&message, message.kind().to_owned()), decode), message);
        }
    }
}
