//! What nodes of a replicated log send each other, as bytes, each of them explained; and an entry, as it lies on the disk.
//!
//! ```text
//! kind  term  the rest, by kind
//!   1     4   1 ask for a vote: position (4), term of the last entry (4)
//!             2 vote: granted (1)
//!             3 append: position before the entries (4), term of the entry there (4), committed (4), how many (4), entries
//!             4 appended: position (4), matches (1)
//! ```
//!
//! Numbers are little-endian; texts have a byte of length before them, and an entry travels as the disk has it. A cluster
//! that stands on this log writes its own messages with the same [`Frame`], and with kinds from 5 on; it also
//! knows what the keys and values of its entries mean ([`Told`]).
//! Simpler than the real one because between hosts of a figure a message travels as a value, and nobody frames,
//! compresses or encrypts it; that no byte is missing here is shown by reading it back.

use super::{Entry, Message, Snapshot};
use crate::contract::{Dump, Span};
use crate::replication::CallId;

/// The first kind of message that is not one of [`Message`].
const OWN_KINDS: u8 = 5;

/// What the bytes of an entry's key and value mean, in order and without gaps: a name, how many bytes, what they spell.
pub type Told = fn(&Entry) -> Vec<(&'static str, usize, String)>;

/// Bytes that are written field by field.
pub struct Frame {
    bytes: Vec<u8>,
    spans: Vec<Span>,
    told: Told,
}

impl Frame {
    pub fn new(told: Told) -> Frame {
        Frame { bytes: Vec::new(), spans: Vec::new(), told }
    }

    /// What has been written, whose first byte stands at `offset` of its file.
    pub fn dump(self, title: String, offset: u64) -> Dump {
        let title = format!("{title}: {} bytes", self.bytes.len());
        Dump { title, offset, bytes: self.bytes, spans: self.spans }
    }

    pub fn field(&mut self, label: &str, bytes: &[u8], value: String) {
        let start = self.bytes.len();
        self.bytes.extend(bytes);
        self.spans.push(Span { range: start..self.bytes.len(), label: label.to_owned(), value });
    }

    /// The kind of a message that is none of the log's; kinds of a cluster are counted from 0. It comes first.
    pub fn own_kind(&mut self, kind: u8, called: &str) {
        self.field("kind", &[OWN_KINDS + kind], called.to_owned());
    }

    pub fn number(&mut self, label: &str, number: u32) {
        self.field(label, &number.to_le_bytes(), number.to_string());
    }

    pub fn switch(&mut self, label: &str, on: bool) {
        self.field(label, &[u8::from(on)], if on { "yes" } else { "no" }.to_owned());
    }

    pub fn text(&mut self, label: &str, text: &str) {
        self.field(&format!("length of the {label}"), &[text.len() as u8], text.len().to_string());
        self.field(label, text.as_bytes(), text.to_owned());
    }

    pub fn call(&mut self, call: CallId) {
        self.field("client", &[call.client.number()], call.client.to_string());
        self.number("call", call.number);
    }

    /// The very bytes that the disk has of it.
    pub fn entry(&mut self, entry: &Entry) {
        let bytes = entry.encode();
        let (key, value) = (entry.key().len(), entry.value().len());
        let head = [
            ("CRC-32 of the rest", 4, "checked".to_owned()),
            ("term", 4, entry.term.to_string()),
            ("length of the key", 1, key.to_string()),
            ("length of the value", 1, value.to_string()),
        ];
        let mut at = 0;
        for (label, len, value) in head.into_iter().chain((self.told)(entry)) {
            self.field(label, &bytes[at..at + len], value);
            at += len;
        }
    }

    /// As a file of its own has it.
    pub fn snapshot(&mut self, snapshot: &Snapshot) {
        let position = |position: usize| (position as u64).to_le_bytes();
        self.field("stands for the log up to position", &position(snapshot.position), snapshot.position.to_string());
        self.number("terms", snapshot.terms.len() as u32);
        for (first, term) in snapshot.terms.iter() {
            self.field("position of the first entry of a term", &position(*first), first.to_string());
            self.number("term", *term);
        }
        for (at, entry) in snapshot.rows.iter() {
            self.field("position of the key's last entry", &position(*at), at.to_string());
            self.entry(entry);
        }
    }

    /// A message of the log, which the figure calls `called`.
    pub fn message(&mut self, message: &Message, called: &str) {
        self.field("kind", &[kind(message)], called.to_owned());
        self.number("term", message.term());
        match message {
            Message::AskVote { position, last, .. } => {
                self.number("position", *position as u32);
                self.number("term of the last entry", *last);
            }
            Message::Vote { granted, .. } => self.switch("granted", *granted),
            Message::Append { position, before, entries, committed, .. } => {
                self.number("position before the entries", *position as u32);
                self.number("term of the entry there", *before);
                self.number("committed", *committed as u32);
                self.number("entries", entries.len() as u32);
                for entry in entries {
                    self.entry(entry);
                }
            }
            Message::Appended { position, matches, .. } => {
                self.number("position", *position as u32);
                self.switch("matches", *matches);
            }
        }
    }
}

fn kind(message: &Message) -> u8 {
    match message {
        Message::AskVote { .. } => 1,
        Message::Vote { .. } => 2,
        Message::Append { .. } => 3,
        Message::Appended { .. } => 4,
    }
}

/// The other half, for tests: what is not in the bytes cannot be read back.
#[cfg(test)]
pub mod read {
    use super::*;
    use crate::replication::ClientId;

    pub struct Reader<'a>(&'a [u8]);

    impl<'a> Reader<'a> {
        pub fn take(&mut self, len: usize) -> &'a [u8] {
            let (taken, rest) = self.0.split_at(len);
            self.0 = rest;
            taken
        }

        pub fn byte(&mut self) -> u8 {
            self.take(1)[0]
        }

        pub fn number(&mut self) -> u32 {
            u32::from_le_bytes(self.take(4).try_into().unwrap())
        }

        pub fn text(&mut self) -> &'a str {
            let len = self.byte();
            str::from_utf8(self.take(len.into())).unwrap()
        }

        pub fn call(&mut self) -> CallId {
            CallId { client: ClientId::new(self.byte()), number: self.number() }
        }

        fn entry(&mut self) -> Entry {
            let (entry, len) = Entry::decode(self.0).expect("a whole entry");
            self.take(len);
            entry
        }

        /// A message of the log; or the kind of one that is not, as its cluster counts them.
        pub fn message(&mut self) -> Result<Message, u8> {
            let kind = self.byte();
            if kind >= OWN_KINDS {
                return Err(kind - OWN_KINDS);
            }
            let term = self.number();
            Ok(match kind {
                1 => Message::AskVote { term, position: self.number() as usize, last: self.number() },
                2 => Message::Vote { term, granted: self.byte() == 1 },
                3 => {
                    let position = self.number() as usize;
                    let (before, committed) = (self.number(), self.number() as usize);
                    let entries = (0..self.number()).map(|_| self.entry()).collect();
                    Message::Append { term, position, before, entries, committed }
                }
                _ => Message::Appended { term, position: self.number() as usize, matches: self.byte() == 1 },
            })
        }

        /// All that is left, as a snapshot.
        pub fn snapshot(&mut self) -> Snapshot {
            let len = self.0.len();
            Snapshot::decode(self.take(len)).expect("a whole snapshot")
        }
    }

    /// What `decode` reads back from a dump, each byte of which must be explained, once, and read.
    pub fn back<T>(dump: &Dump, decode: impl Fn(&mut Reader) -> T) -> T {
        let mut end = 0;
        for span in &dump.spans {
            assert_eq!(span.range.start, end, "{} in {}", span.label, dump.title);
            end = span.range.end;
        }
        assert_eq!(end, dump.bytes.len(), "{}", dump.title);
        let mut reader = Reader(&dump.bytes);
        let read = decode(&mut reader);
        assert!(reader.0.is_empty(), "{}", dump.title);
        read
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::read::back;
    use super::*;

    fn told(entry: &Entry) -> Vec<(&'static str, usize, String)> {
        vec![("both", entry.key().len() + entry.value().len(), String::new())]
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 100, failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn a_message_is_read_as_it_was_written(
            term: u32, position in 0..1_000_000_usize, last: u32, flag: bool,
            rows in prop::collection::vec((any::<u32>(), ".{0,9}", ".{0,20}"), 0..4),
        ) {
            let entry = |(term, key, value): &(u32, String, String)| Entry::new(*term, key.as_bytes(), value.as_bytes());
            let entries: Vec<Entry> = rows.iter().filter_map(entry).collect();
            for message in [
                Message::AskVote { term, position, last },
                Message::Vote { term, granted: flag },
                Message::Append { term, position, before: last, entries, committed: position / 2 },
                Message::Appended { term, position, matches: flag },
            ] {
                let mut frame = Frame::new(told);
                frame.message(&message, "it");
                prop_assert_eq!(back(&frame.dump("it".to_owned(), 0), |reader| reader.message()), Ok(message));
            }
        }
    }
}
