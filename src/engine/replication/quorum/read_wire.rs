//! A message read back from its bytes: the other half of [`wire`](super::wire). Whatever the bytes are, the answer is a
//! message or nothing.

use super::merkle::{Digest, TreePlace};
use super::message::{Ending, Message};
use super::record::{self, Record, Version};
use crate::replication::history::Request;
use crate::replication::{CallId, ClientId, NodeId};
use crate::sim::Time;
use crate::storage::Key;

/// The message that these bytes are, all of them; nothing where they cannot be what
/// [`encode`](super::wire::encode) has written.
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
