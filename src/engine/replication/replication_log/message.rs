//! What clients, leader and follower send each other.

use std::rc::Rc;

use stepwise_derive::Wire;

use crate::cluster;
use crate::wire::{Frame, Wire};
use crate::wording::count;

#[derive(Clone, Wire)]
pub enum Message {
    /// A statement of a client, or `BEGIN`, `COMMIT`, `ROLLBACK`, `COPY`. Clients number what they ask.
    Statement {
        number: u32,
        text: Rc<str>,
    },
    /// The answer to it: so many rows are changed.
    Done {
        number: u32,
        rows: u32,
    },
    Refusal {
        number: u32,
        reason: Rc<str>,
    },
    /// An entry of the log.
    Entry {
        bytes: Bytes,
    },
    /// How far has the follower come?
    Inquiry,
    /// So many entries of the log has the follower carried out, and on its disk.
    Position {
        entries: u32,
    },
    /// The follower cannot go on after so many entries: nothing more should be sent.
    Halted {
        entries: u32,
        reason: Rc<str>,
    },
    /// What is committed on the leader, how many entries of the log that is, and which id comes next.
    Copy {
        entries: u32,
        next: u32,
        bytes: Bytes,
    },
}

/// Bytes that mean something to whoever they are for.
#[derive(Clone)]
pub struct Bytes(pub Rc<[u8]>);

impl Wire for Bytes {
    fn write(&self, label: &str, frame: &mut Frame) {
        self.0.len().write(&format!("length of the {label}"), frame);
        frame.field(label, &self.0, count(self.0.len(), "byte"));
    }

    fn read(bytes: &mut &[u8]) -> Option<Bytes> {
        let len = usize::read(bytes)?;
        let (own, rest) = bytes.split_at_checked(len)?;
        *bytes = rest;
        Some(Bytes(own.into()))
    }
}

impl Message {
    /// Which entry it carries.
    pub fn entry(&self) -> Option<u32> {
        let Message::Entry { bytes } = self else { return None };
        bytes.0.first_chunk().map(|number| u32::from_be_bytes(*number))
    }
}

impl cluster::Message for Message {
    fn kind(&self) -> &'static str {
        Message::kind(self)
    }

    fn about(&self) -> String {
        match self {
            Message::Statement { text, .. } => text.to_string(),
            Message::Done { rows, .. } => format!("done, {} changed", count(*rows, "row")),
            Message::Refusal { reason, .. } => format!("refused: {reason}"),
            Message::Entry { .. } => format!("entry {}", self.entry().unwrap_or_default()),
            Message::Inquiry => "how far has the follower come?".to_owned(),
            Message::Position { entries } => format!("executed up to entry {entries}"),
            Message::Halted { .. } => "can't go on".to_owned(),
            Message::Copy { entries, .. } => format!("a copy with {}", count(*entries, "entry")),
        }
    }

    fn brief(&self) -> String {
        match self {
            Message::Statement { text, .. } => text.split(' ').next().unwrap_or_default().to_owned(),
            Message::Done { rows, .. } => format!("ok {}", count(*rows, "row")),
            Message::Refusal { .. } => "refused".to_owned(),
            Message::Entry { .. } => format!("entry {}", self.entry().unwrap_or_default()),
            Message::Inquiry => "how far?".to_owned(),
            Message::Position { entries } => format!("at {entries}"),
            Message::Halted { entries, .. } => format!("stopped at {entries}"),
            Message::Copy { entries, .. } => format!("copy ≤{entries}"),
        }
    }
}
