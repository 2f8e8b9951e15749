//! What is sent and what is written, byte by byte; and which partition a key belongs to.

use std::fmt::{self, Display};
use std::rc::Rc;

use stepwise_derive::Wire;

use super::settings::Group;
use crate::cluster::{self, CallId};
use crate::form::Choice;
use crate::wire::{Frame, Wire};
use crate::wording::shown;

#[derive(Clone, Wire)]
pub enum Message {
    /// From the producer, with its sequence number, which is 0 if it does not number them.
    Send {
        partition: u32,
        sequence: u32,
        reply: bool,
        letter: Letter,
    },
    Accepted {
        call: CallId,
    },
    Full {
        call: CallId,
    },
    Join {
        session: u32,
        group: Group,
    },
    Leave {
        session: u32,
    },
    /// A consumer without work asks whether the broker still knows it.
    Poll {
        session: u32,
    },
    /// A bit for each partition that is a consumer's own.
    Assigned {
        session: u32,
        partitions: u8,
    },
    /// The broker does not know the session.
    Expired {
        session: u32,
    },
    Deliver {
        tag: Tag,
        times: u32,
        letter: Letter,
    },
    Ack {
        tag: Tag,
    },
    Reject {
        tag: Tag,
    },
    /// Whether the acknowledgement counts.
    Acked {
        tag: Tag,
        valid: bool,
    },
    Apply {
        tag: Tag,
        group: Group,
        letter: Letter,
    },
    Applied {
        tag: Tag,
    },
}

/// A record in a file of the broker.
#[derive(Clone, Wire)]
pub enum Record {
    Kept {
        offset: u64,
        sequence: u32,
        letter: Letter,
    },
    /// A group is there from here on.
    Bound {
        group: Group,
    },
    /// Of a queue: a group needs this message no more.
    Acknowledged {
        group: Group,
        offset: u64,
    },
    /// Of a log: where a group goes on.
    Committed {
        group: Group,
        next: u64,
    },
    /// Dropped, for want of room.
    Gone {
        offset: u64,
    },
    /// Delivered too often.
    Dead {
        group: Group,
        offset: u64,
    },
    /// At the head of a compacted file: how far it had come.
    Compacted {
        next: u64,
        sequence: u32,
    },
}

/// A delivery: to which session of a consumer, and from where.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tag {
    pub session: u32,
    pub partition: u32,
    pub offset: u64,
}

/// What a producer has to say. Its name is that of the call that sent it, however often it is sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Letter {
    pub call: CallId,
    pub key: Rc<str>,
    pub body: Body,
}

/// Fields, each with a number. Nothing here says of which version the program was that wrote them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Body(pub Rc<[(u8, Rc<str>)]>);

/// The field that consumers know.
const VALUE: u8 = 1;
/// The field that producers have added since.
const NEW: u8 = 2;

/// A message that no consumer can work on.
const POISON: &str = "poison";

impl Body {
    pub fn new(value: &Rc<str>, new: Option<&Rc<str>>) -> Body {
        Body([(VALUE, value.clone())].into_iter().chain(new.map(|field| (NEW, field.clone()))).collect())
    }

    pub fn value(&self) -> &str {
        let found = self.0.iter().find(|(number, _)| *number == VALUE);
        found.map_or("", |(_, value)| value)
    }

    pub fn unknown(&self) -> Option<&str> {
        self.0.iter().find(|(number, _)| *number != VALUE).map(|(_, field)| &**field)
    }

    pub fn without_unknown(&self) -> Body {
        Body(self.0.iter().filter(|(number, _)| *number == VALUE).cloned().collect())
    }

    pub fn is_poison(&self) -> bool {
        self.value() == POISON
    }
}

impl Display for Body {
    fn fmt(&self, out: &mut fmt::Formatter) -> fmt::Result {
        write!(out, "{}", shown(self.value()))?;
        self.unknown().map_or(Ok(()), |field| write!(out, " with {}", shown(field)))
    }
}

impl Display for Letter {
    fn fmt(&self, out: &mut fmt::Formatter) -> fmt::Result {
        write!(out, "{}={}", shown(&self.key), self.body)
    }
}

impl Wire for Tag {
    fn write(&self, _: &str, frame: &mut Frame) {
        self.session.write("session", frame);
        self.partition.write("partition", frame);
        self.offset.write("offset", frame);
    }

    fn read(bytes: &mut &[u8]) -> Option<Tag> {
        Some(Tag { session: u32::read(bytes)?, partition: u32::read(bytes)?, offset: u64::read(bytes)? })
    }
}

impl Wire for Letter {
    fn write(&self, _: &str, frame: &mut Frame) {
        self.call.write("number of the call", frame);
        self.key.write("key", frame);
        self.body.write("fields", frame);
    }

    fn read(bytes: &mut &[u8]) -> Option<Letter> {
        Some(Letter { call: CallId::read(bytes)?, key: Rc::read(bytes)?, body: Body::read(bytes)? })
    }
}

impl Wire for Body {
    fn write(&self, label: &str, frame: &mut Frame) {
        (self.0.len() as u8).write(label, frame);
        for (number, text) in self.0.iter() {
            number.write("field", frame);
            text.write("text", frame);
        }
    }

    fn read(bytes: &mut &[u8]) -> Option<Body> {
        (0..u8::read(bytes)?).map(|_| Some((u8::read(bytes)?, Rc::read(bytes)?))).collect::<Option<_>>().map(Body)
    }
}

impl Wire for Group {
    fn write(&self, label: &str, frame: &mut Frame) {
        frame.field(label, &[self.place() as u8 + 1], self.to_string());
    }

    fn read(bytes: &mut &[u8]) -> Option<Group> {
        Group::ALL.get(usize::from(u8::read(bytes)?).checked_sub(1)?).copied()
    }
}

impl cluster::Message for Message {
    fn kind(&self) -> &'static str {
        Message::kind(self)
    }

    fn about(&self) -> String {
        match self {
            Message::Deliver { letter, times: 2.., .. } => format!("{letter}, again"),
            Message::Send { letter, .. } | Message::Apply { letter, .. } | Message::Deliver { letter, .. } => {
                letter.to_string()
            }
            Message::Accepted { call } => format!("{call} accepted"),
            Message::Acked { valid: false, .. } => "too late".to_owned(),
            other => other.kind().to_owned(),
        }
    }

    fn brief(&self) -> String {
        let of = |letter: &Letter| format!("{}={}", letter.key, shown(letter.body.value()));
        match self {
            Message::Deliver { letter, times: 2.., .. } => format!("{} again", of(letter)),
            Message::Send { letter, .. } | Message::Apply { letter, .. } | Message::Deliver { letter, .. } => {
                of(letter)
            }
            Message::Accepted { .. } | Message::Applied { .. } | Message::Acked { valid: true, .. } => "ok".to_owned(),
            Message::Acked { valid: false, .. } => "too late".to_owned(),
            Message::Full { .. } => "no room".to_owned(),
            Message::Join { group, .. } => format!("join {group}"),
            Message::Poll { .. } => String::new(),
            other => other.kind().to_owned(),
        }
    }
}

impl Message {
    /// The message of a producer that it carries.
    pub fn letter(&self) -> Option<&Letter> {
        match self {
            Message::Send { letter, .. } | Message::Deliver { letter, .. } | Message::Apply { letter, .. } => {
                Some(letter)
            }
            _ => None,
        }
    }
}

/// The partition of a key, as the clients of Kafka choose it.
pub fn partition_of(key: &str, partitions: usize) -> usize {
    (murmur2(key.as_bytes()) & 0x7fff_ffff) as usize % partitions
}

/// MurmurHash2 (Appleby 2008) with the seed that Kafka has.
fn murmur2(bytes: &[u8]) -> u32 {
    const SEED: u32 = 0x9747_b28c;
    const FACTOR: u32 = 0x5bd1_e995;
    let (fours, rest) = bytes.as_chunks::<4>();
    let mut hash = fours.iter().fold(SEED ^ bytes.len() as u32, |hash, four| {
        let word = u32::from_le_bytes(*four).wrapping_mul(FACTOR);
        hash.wrapping_mul(FACTOR) ^ (word ^ word >> 24).wrapping_mul(FACTOR)
    });
    if !rest.is_empty() {
        hash ^= rest.iter().rev().fold(0, |word, byte| word << 8 | u32::from(*byte));
        hash = hash.wrapping_mul(FACTOR);
    }
    hash = (hash ^ hash >> 13).wrapping_mul(FACTOR);
    hash ^ hash >> 15
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The values in `UtilsTest` of Kafka's clients.
    #[test]
    fn a_key_has_the_hash_that_it_has_in_kafka() {
        let published = [
            ("21", -973_932_308),
            ("foobar", -790_332_482),
            ("a-little-bit-long-string", -985_981_536),
            ("a-little-bit-longer-string", -1_486_304_829),
            ("lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8", -58_897_971),
            ("abc", 479_470_107),
        ];
        for (key, hash) in published {
            assert_eq!(murmur2(key.as_bytes()).cast_signed(), hash, "{key}");
        }
        assert_eq!(partition_of("foobar", 1_000), 166, "1,357,151,166 without its sign");
    }
}
