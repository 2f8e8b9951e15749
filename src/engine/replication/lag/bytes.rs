//! A message as bytes, each of them explained; and what lies on a node's disk.
//!
//! What leader and followers send each other is written by [`replicated_log`](crate::replication::replicated_log::bytes),
//! with a byte for the partition behind it, and all else in the same way: a byte for the kind, and then the fields.

use super::Lag;
use super::event::letter;
use super::message::{Message, PARTITIONS, Post};
use crate::contract::Dump;
use crate::replication::NodeId;
use crate::replication::checker::Item;
use crate::replication::replicated_log::{Entry, bytes::Frame};
use crate::sim::MessageId;

/// What an entry's key and value mean. The entry with which a leader opens a term has neither.
fn told(entry: &Entry) -> Vec<(&'static str, usize, String)> {
    let Some(post) = Post::of(entry) else { return Vec::new() };
    vec![
        ("page, by its number", 1, post.page.to_string()),
        ("user", 1, post.user.name().to_owned()),
        ("post", 4, post.item.to_string()),
        ("text", post.text.len(), post.text.to_string()),
    ]
}

/// The bytes of a message that is on its way, or has just arrived.
pub fn message(lag: &Lag, id: MessageId) -> Option<Dump> {
    let passed = lag.passed().map(|(envelope, _)| envelope).filter(|envelope| envelope.id == id);
    let envelope = lag.network().message(id).or(passed)?;
    let called = lag.describe(&envelope.payload);
    Some(encode(&envelope.payload, &called, format!("{id}, {called}")))
}

/// The entry of a post in a node's log, with where it begins in the file.
pub fn post(lag: &Lag, node: NodeId, item: Item) -> Option<Dump> {
    let node = lag.nodes().nth(node.index())?;
    let is_it = |entry: &Entry| Post::of(entry).is_some_and(|post| post.item == item);
    let found = |partition: &usize| node.log(*partition).log().iter().position(is_it);
    let partition = (0..PARTITIONS).find(|partition| found(partition).is_some())?;
    let (log, place) = (node.log(partition).log(), found(&partition)?);
    let before: usize = log[..place].iter().map(|entry| entry.encode().len()).sum();
    let mut frame = Frame::new(told);
    frame.entry(&log[place]);
    Some(frame.dump(format!("post {item} in the log of {}, partition {}", node.id, letter(partition)), before as u64))
}

fn encode(payload: &Message, called: &str, title: String) -> Dump {
    let mut frame = Frame::new(told);
    let partition_of = |frame: &mut Frame, partition: usize| {
        frame.field("partition", &[partition as u8], letter(partition).to_string());
    };
    match payload {
        Message::Log { partition, message } => {
            frame.message(message, called);
            partition_of(&mut frame, *partition);
        }
        Message::Post { call, partition, post } => {
            frame.own_kind(0, called);
            frame.number("call", *call as u32);
            partition_of(&mut frame, *partition);
            frame.field("page, by its number", &[post.page], post.page.to_string());
            frame.field("user", &[post.user as u8], post.user.name().to_owned());
            frame.number("post", post.item);
            frame.text("text", &post.text);
        }
        Message::Posted { call, partition, position } => {
            frame.own_kind(1, called);
            frame.number("call", *call as u32);
            partition_of(&mut frame, *partition);
            frame.number("position", *position);
        }
        Message::Hello { positions } => {
            frame.own_kind(2, called);
            for (partition, position) in positions.iter().enumerate() {
                frame.number(&format!("entries of partition {}", letter(partition)), *position as u32);
            }
        }
        Message::Fetch { call, partition, page, at_least } => {
            frame.own_kind(3, called);
            frame.number("call", *call as u32);
            partition_of(&mut frame, *partition);
            frame.field("page, by its number", &[*page], page.to_string());
            frame.number("position to wait for", *at_least);
        }
        Message::Page { call, partition, position, items } => {
            frame.own_kind(4, called);
            frame.number("call", *call as u32);
            partition_of(&mut frame, *partition);
            frame.number("position", *position);
            frame.number("posts", items.len() as u32);
            for item in items {
                frame.number("post", *item);
            }
        }
    }
    frame.dump(title, 0)
}

#[cfg(test)]
mod tests {
    use std::rc::Rc;

    use super::*;
    use crate::form::Choice;
    use crate::replication::lag::User;
    use crate::replication::replicated_log::{Message as LogMessage, bytes::read};

    fn decode(reader: &mut read::Reader) -> Message {
        let kind = match reader.message() {
            Ok(message) => return Message::Log { message, partition: reader.byte().into() },
            Err(kind) => kind,
        };
        if kind == 2 {
            return Message::Hello { positions: [reader.number() as usize, reader.number() as usize] };
        }
        let call = reader.number() as usize;
        match kind {
            0 => {
                let (partition, page, user) = (reader.byte().into(), reader.byte(), reader.byte());
                let user = User::ALL[usize::from(user)];
                let (item, text) = (reader.number(), reader.text().into());
                Message::Post { call, partition, post: Rc::new(Post { item, page, user, text }) }
            }
            1 => Message::Posted { call, partition: reader.byte().into(), position: reader.number() },
            3 => {
                let (partition, page) = (reader.byte().into(), reader.byte());
                Message::Fetch { call, partition, page, at_least: reader.number() }
            }
            4 => {
                let (partition, position) = (reader.byte().into(), reader.number());
                let items = (0..reader.number()).map(|_| reader.number()).collect();
                Message::Page { call, partition, position, items }
            }
            _ => panic!("there is no kind {kind}"),
        }
    }

    #[test]
    fn a_message_is_read_as_it_was_written() {
        let post = Rc::new(Post { item: 70_000, page: 3, user: User::Eve, text: "Öl 🙂".into() });
        let entries: Vec<Entry> =
            [Entry::new(2, b"", b""), Entry::new(2, &post.key(), post.text.as_bytes())].into_iter().flatten().collect();
        assert_eq!(Post::of(&entries[1]).as_ref(), Some(&*post));
        let append = LogMessage::Append { term: 2, position: 1, before: 1, entries, committed: 1 };
        let messages = [
            Message::Log { partition: 1, message: append },
            Message::Log { partition: 0, message: LogMessage::Appended { term: 2, position: 3, matches: true } },
            Message::Post { call: 9, partition: 1, post },
            Message::Posted { call: 700, partition: 0, position: 600 },
            Message::Hello { positions: [3, 70_000] },
            Message::Fetch { call: 1, partition: 1, page: 7, at_least: 5 },
            Message::Page { call: 2, partition: 1, position: 80_000, items: vec![1, 70_000] },
            Message::Page { call: 2, partition: 0, position: 0, items: Vec::new() },
        ];
        for message in messages {
            assert_eq!(read::back(&encode(&message, "it", "it".to_owned()), decode), message);
        }
    }
}
