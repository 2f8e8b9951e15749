//! A message as bytes, each of them explained; and an entry of the log, as it lies on the disk.
//!
//! What the nodes send each other is written by [`replicated_log`](crate::replication::replicated_log::bytes), and all else
//! in the same way: a byte for the kind, and then the fields.

use super::Failover;
use super::message::{Ask, Message, row_in};
use crate::contract::Dump;
use crate::replication::NodeId;
use crate::replication::replicated_log::{Entry, bytes::Frame};
use crate::sim::network::MessageId;

/// What an entry's key and value mean; the one that opens a term has neither.
fn told(entry: &Entry) -> Vec<(&'static str, usize, String)> {
    let Some((row, call, name)) = row_in(entry) else { return Vec::new() };
    vec![
        ("row", 4, row.to_string()),
        ("client", 1, call.client.to_string()),
        ("call", 4, call.number.to_string()),
        ("name", name.len(), name.to_owned()),
    ]
}

/// The bytes of a message that is on its way, or has just arrived.
pub fn message(failover: &Failover, id: MessageId) -> Option<Dump> {
    let passed = failover.passed().map(|(envelope, _)| envelope).filter(|envelope| envelope.id == id);
    let envelope = failover.network().message(id).or(passed)?;
    let title = format!("{id}, {}", envelope.payload.kind());
    Some(encode(&envelope.payload, title))
}

/// The bytes of `payload`, under `title`.
pub(super) fn encode(payload: &Message, title: String) -> Dump {
    let mut frame = Frame::new(told);
    let called = payload.kind();
    match payload {
        Message::Node(message) => frame.message(message, called),
        Message::Request { call, ask: Ask::Insert(name) } => {
            frame.own_kind(0, called);
            frame.call(*call);
            frame.text("name", name);
        }
        Message::Request { call, ask: Ask::Read(row) } => {
            frame.own_kind(1, called);
            frame.call(*call);
            frame.number("row", *row);
        }
        Message::Queries(many) => {
            frame.own_kind(2, called);
            frame.number("queries", *many);
        }
        Message::Redirect { call, leader } => {
            frame.own_kind(3, called);
            frame.call(*call);
            let (byte, value) = leader.map_or((0, "nobody".to_owned()), |node| (node.number(), node.to_string()));
            frame.field("leader", &[byte], value);
        }
        Message::Inserted { call, row } => {
            frame.own_kind(4, called);
            frame.call(*call);
            frame.number("row", *row);
        }
        Message::Found { call, name } => {
            frame.own_kind(5, called);
            frame.call(*call);
            frame.switch("found", name.is_some());
            if let Some(name) = name {
                frame.text("name", name);
            }
        }
        Message::Alive { term, last, position, leads } => {
            frame.own_kind(6, called);
            frame.number("term", *term);
            frame.number("term of the last entry", *last);
            frame.number("position", *position as u32);
            frame.switch("leads", *leads);
        }
        Message::Name { term } => {
            frame.own_kind(7, called);
            frame.number("term", *term);
        }
        Message::Store { token, row } => {
            frame.own_kind(8, called);
            frame.number("token", *token);
            frame.switch("with a row", row.is_some());
            if let Some((row, name)) = row {
                frame.number("row", *row);
                frame.text("name", name);
            }
        }
        Message::Stored { token, row } => {
            frame.own_kind(9, called);
            frame.number("token", *token);
            frame.switch("with a row", row.is_some());
            if let Some(row) = row {
                frame.number("row", *row);
            }
        }
        Message::TooOld { highest } => {
            frame.own_kind(10, called);
            frame.number("highest token", *highest);
        }
    }
    frame.dump(title, 0)
}

/// The entry at a position of a node's log, counted from 1, with where it begins in the file.
pub fn entry(failover: &Failover, node: NodeId, position: usize) -> Option<Dump> {
    let log = failover.seat(node).node.log();
    let entry = log.get(position.checked_sub(1)?)?;
    let before: usize = log[..position - 1].iter().map(|entry| entry.encode().len()).sum();
    let mut frame = Frame::new(told);
    frame.entry(entry);
    Some(frame.dump(format!("entry {position} in the log of {node}"), before as u64))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::replication::replicated_log::{Message as NodeMessage, bytes::read};
    use crate::replication::{CallId, ClientId};

    fn decode(reader: &mut read::Reader) -> Message {
        let kind = match reader.message() {
            Ok(message) => return Message::Node(message),
            Err(kind) => kind,
        };
        match kind {
            0 => Message::Request { call: reader.call(), ask: Ask::Insert(reader.text().into()) },
            1 => Message::Request { call: reader.call(), ask: Ask::Read(reader.number()) },
            2 => Message::Queries(reader.number()),
            3 => {
                let (call, leader) = (reader.call(), reader.byte());
                Message::Redirect { call, leader: (leader > 0).then(|| NodeId::new(leader)) }
            }
            4 => Message::Inserted { call: reader.call(), row: reader.number() },
            5 => Message::Found { call: reader.call(), name: (reader.byte() == 1).then(|| reader.text().into()) },
            6 => {
                let (term, last, position) = (reader.number(), reader.number(), reader.number() as usize);
                Message::Alive { term, last, position, leads: reader.byte() == 1 }
            }
            7 => Message::Name { term: reader.number() },
            8 => {
                let token = reader.number();
                let row = (reader.byte() == 1).then(|| (reader.number(), reader.text().into()));
                Message::Store { token, row }
            }
            9 => {
                let token = reader.number();
                Message::Stored { token, row: (reader.byte() == 1).then(|| reader.number()) }
            }
            10 => Message::TooOld { highest: reader.number() },
            _ => panic!("there is no kind {kind}"),
        }
    }

    #[test]
    fn a_message_is_read_as_it_was_written() {
        let call = CallId { client: ClientId::new(2), number: 70_000 };
        let row = Entry::new(3, &super::super::message::key_of(9, call), b"ann").unwrap();
        assert_eq!(told(&row).iter().map(|(_, len, _)| len).sum::<usize>(), row.key().len() + row.value().len());
        let entries = vec![Entry::new(2, b"", b"").unwrap(), row];
        let messages = [
            Message::Node(NodeMessage::Append { term: 3, position: 4, before: 2, entries, committed: 3 }),
            Message::Request { call, ask: Ask::Insert("ann".into()) },
            Message::Request { call, ask: Ask::Read(300) },
            Message::Queries(1000),
            Message::Redirect { call, leader: None },
            Message::Redirect { call, leader: Some(NodeId::new(3)) },
            Message::Inserted { call, row: 7 },
            Message::Found { call, name: None },
            Message::Found { call, name: Some("".into()) },
            Message::Alive { term: 5, last: 4, position: 600, leads: true },
            Message::Name { term: 6 },
            Message::Store { token: 7, row: None },
            Message::Store { token: 7, row: Some((8, "eve".into())) },
            Message::Stored { token: 7, row: None },
            Message::Stored { token: 7, row: Some(8) },
            Message::TooOld { highest: 9 },
        ];
        for message in messages {
            assert_eq!(read::back(&encode(&message, message.kind().to_owned()), decode), message);
        }
    }
}
