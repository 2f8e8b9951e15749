//! A message as bytes, each of them explained, and read back. Numbers are big-endian.
//!
//! ```text
//! kind  call: client, number   the rest, by kind
//!   1          1      4         …                  (repairs, handoffs and anti-entropy belong to no call)
//! ```
//!
//! Keys have one byte of length before them, values two; a record that travels with its key is the very record of the
//! disk, with its checksum. Simpler than the real one because: between hosts of the figure a message travels as a value,
//! and nobody frames, compresses or encrypts it; that no byte is missing here is shown by reading it back
//! ([`decode`]).

use super::merkle::{Digest, TreePlace};
use super::message::{Ending, Message};
use super::record::{self, Record, Version};
use crate::contract::{Dump, Span};
use crate::key::Key;
use crate::replication::history::Request;
use crate::replication::{CallId, ClientId, NodeId};
use crate::sim::Time;

/// Bytes that are written field by field.
#[derive(Default)]
struct Frame {
    bytes: Vec<u8>,
    spans: Vec<Span>,
}

/// The bytes of `message`, under `title`.
pub fn encode(message: &Message, title: String) -> Dump {
    let mut frame = Frame::default();
    frame.number("kind", &[tag(message)], message.kind());
    if let Some(call) = message.call() {
        frame.call(call);
    }
    match message {
        Message::Request { request, .. } => {
            frame.key(request.key());
            if let Request::Write { value, .. } = request {
                frame.value(value);
            }
        }
        Message::Response { ending, .. } => frame.ending(ending),
        Message::Write { key, record, hint, .. } => {
            let owner = hint.map_or("the receiver's own".to_owned(), |owner| format!("kept for {owner}"));
            frame.number("hint", &[hint.map_or(0, |owner| owner.number())], &owner);
            frame.record(key, record);
        }
        Message::Acknowledge { .. } => {}
        Message::Read { key, .. } => frame.key(key),
        Message::Answer { found, .. } => frame.found(found.as_ref()),
        Message::Repair { key, record } | Message::HandOff { key, record } => frame.record(key, record),
        Message::HandedOff { key, version } => {
            frame.key(key);
            frame.version(*version);
        }
        Message::Digests(digests) => {
            frame.count("digests", digests.len());
            for (place, digest) in digests.iter() {
                frame.digest(*place, *digest);
            }
        }
        Message::Entries { ranges, entries, .. } => {
            frame.count("ranges", ranges.len());
            for range in ranges.iter() {
                frame.number("range", &[range.number()], &range.to_string());
            }
            frame.count("entries", entries.len());
            for (key, record) in entries.iter() {
                frame.record(key, record);
            }
        }
    }
    Dump { title, offset: 0, bytes: frame.bytes, spans: frame.spans }
}

/// The first byte of a message.
fn tag(message: &Message) -> u8 {
    match message {
        Message::Request { request: Request::Read { .. }, .. } => 1,
        Message::Request { request: Request::Write { .. }, .. } => 2,
        Message::Response { .. } => 3,
        Message::Write { .. } => 4,
        Message::Acknowledge { .. } => 5,
        Message::Read { .. } => 6,
        Message::Answer { .. } => 7,
        Message::Repair { .. } => 8,
        Message::HandOff { .. } => 9,
        Message::HandedOff { .. } => 10,
        Message::Digests(_) => 11,
        Message::Entries { is_reply: false, .. } => 12,
        Message::Entries { is_reply: true, .. } => 13,
    }
}

impl Frame {
    fn number(&mut self, label: &str, bytes: &[u8], value: &str) {
        let start = self.bytes.len();
        self.bytes.extend_from_slice(bytes);
        self.spans.push(Span { range: start..self.bytes.len(), label: label.to_owned(), value: value.to_owned() });
    }

    fn count(&mut self, label: &str, many: usize) {
        self.number(&format!("number of {label}"), &(many as u16).to_be_bytes(), &many.to_string());
    }

    fn call(&mut self, call: CallId) {
        self.number("client", &[call.client.number()], &call.client.to_string());
        self.number("call of the client", &call.number.to_be_bytes(), &call.number.to_string());
    }

    fn key(&mut self, key: &Key) {
        let bytes = key.as_str().as_bytes();
        self.number("key length", &[bytes.len() as u8], &bytes.len().to_string());
        self.number("key", bytes, key.as_str());
    }

    fn value(&mut self, value: &str) {
        self.number("value length", &(value.len() as u16).to_be_bytes(), &value.len().to_string());
        self.number("value", value.as_bytes(), value);
    }

    fn version(&mut self, version: Version) {
        self.number("timestamp", &version.at.as_nanos().to_be_bytes(), &version.at.to_string());
        self.call(version.call);
    }

    /// A record as it stands on a disk, field by field.
    fn record(&mut self, key: &Key, record: &Record) {
        let bytes = record::encode(key, record);
        let start = self.bytes.len();
        for span in record::explain(key, record, &bytes) {
            self.spans.push(Span { range: start + span.range.start..start + span.range.end, ..span });
        }
        self.bytes.extend(bytes);
    }

    fn found(&mut self, found: Option<&Record>) {
        self.number("found", &[u8::from(found.is_some())], if found.is_some() { "a value" } else { "nothing" });
        if let Some(record) = found {
            self.version(record.version);
            self.value(&record.value);
        }
    }

    fn digest(&mut self, place: TreePlace, digest: Digest) {
        self.number("place in the tree", &[place.number()], &place.to_string());
        self.number("digest", &digest.to_bytes(), &format!("{digest}…"));
    }

    fn ending(&mut self, ending: &Ending) {
        match ending {
            Ending::Written => self.number("outcome", &[0], "written"),
            Ending::Found(found) => {
                self.number("outcome", &[1], "read");
                self.found(found.as_ref());
            }
            Ending::QuorumNotMet { got, needed, after } => {
                self.number("outcome", &[2], "quorum not met");
                self.number("got", &[*got as u8], &got.to_string());
                self.number("needed", &[*needed as u8], &needed.to_string());
                self.number("after", &after.as_nanos().to_be_bytes(), &after.to_string());
            }
            Ending::NoResponse { node, after } => {
                self.number("outcome", &[3], "no response");
                self.number("node", &[node.number()], &node.to_string());
                self.number("after", &after.as_nanos().to_be_bytes(), &after.to_string());
            }
        }
    }
}

/// The message that these bytes are, all of them; nothing where they cannot be what
/// [`encode`] has written.
pub fn decode(bytes: &[u8]) -> Option<Message> {
    let mut reader = Reader(bytes);
    let message = reader.message()?;
    reader.0.is_empty().then_some(message)
}

struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    fn take(&mut self, len: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.0.split_at_checked(len)?;
        self.0 = rest;
        Some(taken)
    }

    fn byte(&mut self) -> Option<u8> {
        Some(self.take(1)?[0])
    }

    /// How many there are of something: two bytes.
    fn many(&mut self) -> Option<usize> {
        let bytes = self.take(2)?;
        Some(usize::from(u16::from_be_bytes([bytes[0], bytes[1]])))
    }

    fn text(&mut self, len: usize) -> Option<&'a str> {
        str::from_utf8(self.take(len)?).ok()
    }

    fn key(&mut self) -> Option<Key> {
        let len = self.byte()?;
        Some(Key::new(self.text(len.into())?))
    }

    fn value(&mut self) -> Option<std::rc::Rc<str>> {
        let len = self.many()?;
        Some(self.text(len)?.into())
    }

    fn call(&mut self) -> Option<CallId> {
        let client = self.byte().filter(|client| *client > 0)?;
        let number = u32::from_be_bytes(self.take(4)?.try_into().ok()?);
        Some(CallId { client: ClientId::new(client), number })
    }

    fn time(&mut self) -> Option<Time> {
        Some(Time::from_nanos(u64::from_be_bytes(self.take(8)?.try_into().ok()?)))
    }

    fn version(&mut self) -> Option<Version> {
        Some(Version { at: self.time()?, call: self.call()? })
    }

    fn record(&mut self) -> Option<(Key, Record)> {
        let (key, record, len) = record::decode(self.0)?;
        self.take(len)?;
        Some((key, record))
    }

    /// Outside is nothing where the bytes are wrong, inside where no record was found.
    fn found(&mut self) -> Option<Option<Record>> {
        match self.byte()? {
            0 => Some(None),
            1 => Some(Some(Record { version: self.version()?, value: self.value()? })),
            _ => None,
        }
    }

    fn node(&mut self) -> Option<Option<NodeId>> {
        match self.byte()? {
            0 => Some(None),
            number @ 1..=NodeId::MOST => Some(Some(NodeId::new(number))),
            _ => None,
        }
    }

    fn place(&mut self) -> Option<TreePlace> {
        let number = self.byte()?;
        TreePlace::all().into_iter().find(|place| place.number() == number)
    }

    fn message(&mut self) -> Option<Message> {
        Some(match self.byte()? {
            1 => Message::Request { call: self.call()?, request: Request::Read { key: self.key()? } },
            2 => {
                let call = self.call()?;
                Message::Request { call, request: Request::Write { key: self.key()?, value: self.value()? } }
            }
            3 => Message::Response { call: self.call()?, ending: self.ending()? },
            4 => {
                let (call, hint, (key, record)) = (self.call()?, self.node()?, self.record()?);
                Message::Write { call, key, record, hint }
            }
            5 => Message::Acknowledge { call: self.call()? },
            6 => Message::Read { call: self.call()?, key: self.key()? },
            7 => Message::Answer { call: self.call()?, found: self.found()? },
            tag @ (8 | 9) => {
                let (key, record) = self.record()?;
                if tag == 8 { Message::Repair { key, record } } else { Message::HandOff { key, record } }
            }
            10 => Message::HandedOff { key: self.key()?, version: self.version()? },
            11 => {
                let mut digests = Vec::new();
                for _ in 0..self.many()? {
                    let place = self.place()?;
                    digests.push((place, Digest::from_bytes(self.take(8)?.try_into().ok()?)));
                }
                Message::Digests(digests.into())
            }
            tag @ (12 | 13) => {
                let (mut ranges, mut entries) = (Vec::new(), Vec::new());
                for _ in 0..self.many()? {
                    ranges.push(self.place()?);
                }
                for _ in 0..self.many()? {
                    entries.push(self.record()?);
                }
                Message::Entries { ranges: ranges.into(), entries: entries.into(), is_reply: tag == 13 }
            }
            _ => return None,
        })
    }

    fn ending(&mut self) -> Option<Ending> {
        Some(match self.byte()? {
            0 => Ending::Written,
            1 => Ending::Found(self.found()?),
            2 => {
                let (got, needed) = (self.byte()?.into(), self.byte()?.into());
                Ending::QuorumNotMet { got, needed, after: self.time()? }
            }
            3 => Ending::NoResponse { node: self.node()??, after: self.time()? },
            _ => return None,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        /// What is not in the bytes could not be read back; and each byte is explained, once.
        #[test]
        fn a_message_is_read_as_it_was_written(
            kind in 0usize..18, key in ".{0,9}", value in ".{0,20}", nanos: u64, number: u32, place in 0usize..15, bits: u64
        ) {
            let call = CallId { client: ClientId::new(1 + (number % 3) as u8), number };
            let (node, after) = (NodeId::new(1 + (number % 5) as u8), Time::from_nanos(nanos));
            let version = Version { at: after, call };
            let (key, record) = (Key::new(&key), Record { value: value.as_str().into(), version });
            let range = TreePlace::all()[place];
            let entries = |is_reply| Message::Entries {
                ranges: [range].into(), entries: [(key.clone(), record.clone())].into(), is_reply,
            };
            let response = |ending| Message::Response { call, ending };
            let messages = [
                Message::Request { call, request: Request::Read { key: key.clone() } },
                Message::Request { call, request: Request::Write { key: key.clone(), value: value.as_str().into() } },
                response(Ending::Written), response(Ending::Found(None)), response(Ending::Found(Some(record.clone()))),
                response(Ending::QuorumNotMet { got: 1, needed: 2, after }), response(Ending::NoResponse { node, after }),
                Message::Write { call, key: key.clone(), record: record.clone(), hint: None },
                Message::Write { call, key: key.clone(), record: record.clone(), hint: Some(node) },
                Message::Acknowledge { call }, Message::Read { call, key: key.clone() },
                Message::Answer { call, found: None }, Message::Answer { call, found: Some(record.clone()) },
                Message::Repair { key: key.clone(), record: record.clone() },
                Message::HandOff { key: key.clone(), record: record.clone() },
                Message::HandedOff { key: key.clone(), version },
                Message::Digests([(range, Digest::from_bytes(bits.to_be_bytes()))].into()),
                entries(nanos % 2 == 0),
            ];
            let message = &messages[kind];
            let dump = encode(message, String::new());
            let read = decode(&dump.bytes).expect("it was written just now");
            prop_assert_eq!(format!("{read:?}"), format!("{message:?}"));
            let mut end = 0;
            for span in &dump.spans {
                prop_assert_eq!(span.range.start, end);
                end = span.range.end;
            }
            prop_assert_eq!(end, dump.bytes.len());
        }
    }
}
