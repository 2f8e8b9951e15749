//! What goes over the wire: requests of clients, and changes with their tags.

use std::rc::Rc;

use stepwise_derive::Wire;

use super::rows::Op;
use super::settings::Tagged;
use crate::cluster::{self, CallId, NodeId};
use crate::key::Key;
use crate::versions::{Dot, Vector};
use crate::wire::{Frame, Wire};
use crate::wording::{count, list, shown};

/// A change on its way from leader to leader.
#[derive(Clone, Debug, PartialEq)]
pub struct Change {
    /// By this a reader of the figure knows it again, and the figure knows when to stop a round. No leader decides by it.
    pub call: CallId,
    /// How many links this copy of it has gone. No leader decides by that, either.
    pub links: u64,
    pub op: Op,
    pub tag: Tag,
}

/// The leaders that it has passed are in the order of its way; the one that made it is the first.
#[derive(Clone, Debug, PartialEq, Wire)]
pub enum Tag {
    Nothing,
    Origin { leader: NodeId },
    Passed { passed: Vec<NodeId> },
    Name { name: Dot, passed: Vec<NodeId> },
    Causes { name: Dot, passed: Vec<NodeId>, after: Vector },
}

impl Tag {
    /// Of a change that a leader makes: its name there, and all that the leader has applied before it.
    pub fn new(kind: Tagged, name: Dot, after: &Vector) -> Tag {
        match kind {
            Tagged::Nothing => Tag::Nothing,
            Tagged::Origin => Tag::Origin { leader: name.replica },
            Tagged::Passed => Tag::Passed { passed: Vec::new() },
            Tagged::Name => Tag::Name { name, passed: Vec::new() },
            Tagged::Causes => Tag::Causes { name, passed: Vec::new(), after: after.clone() },
        }
    }

    /// As a leader sends it: that one has been passed, too.
    pub fn sent_by(&self, leader: NodeId) -> Tag {
        let mut tag = self.clone();
        if let Tag::Passed { passed } | Tag::Name { passed, .. } | Tag::Causes { passed, .. } = &mut tag {
            passed.push(leader);
        }
        tag
    }

    pub fn name(&self) -> Option<Dot> {
        match self {
            Tag::Name { name, .. } | Tag::Causes { name, .. } => Some(*name),
            Tag::Nothing | Tag::Origin { .. } | Tag::Passed { .. } => None,
        }
    }

    /// The leaders that have the change, as far as it knows.
    pub fn leaders(&self) -> &[NodeId] {
        match self {
            Tag::Nothing => &[],
            Tag::Origin { leader } => std::slice::from_ref(leader),
            Tag::Passed { passed } | Tag::Name { passed, .. } | Tag::Causes { passed, .. } => passed,
        }
    }

    /// What it comes after; nothing, where no one asks.
    pub fn after(&self) -> Option<&Vector> {
        if let Tag::Causes { after, .. } = self { Some(after) } else { None }
    }

    fn words(&self) -> String {
        match self {
            Tag::Nothing => "without a tag".to_owned(),
            Tag::Origin { leader } => format!("made on {leader}"),
            Tag::Passed { passed } => format!("has passed {}", list(passed)),
            Tag::Name { name, passed } => format!("{name}, has passed {}", list(passed)),
            Tag::Causes { name, passed, after } => format!("{name}, after {after}, has passed {}", list(passed)),
        }
    }
}

#[derive(Clone, Debug, PartialEq, Wire)]
pub enum Message {
    /// A client asks for a change, or for a row.
    Write {
        call: CallId,
        op: Op,
    },
    Get {
        call: CallId,
        row: Key,
    },
    /// The answer to both: what is in the row.
    Row {
        call: CallId,
        row: Key,
        number: Option<u64>,
    },
    No {
        call: CallId,
        why: Rc<str>,
    },
    Change(Change),
    /// A leader asks for what it lacks: it has all of these.
    Lack {
        has: Vec<Dot>,
    },
    /// A leader was away, and those that it sends to may ask.
    Back,
}

impl cluster::Message for Message {
    fn kind(&self) -> &'static str {
        Message::kind(self)
    }

    fn about(&self) -> String {
        match self {
            Message::Write { op, .. } => format!("{op}, please"),
            Message::Get { row, .. } => format!("{}, please", shown(row.as_str())),
            Message::Row { row, number: Some(number), .. } => format!("{} is {number}", shown(row.as_str())),
            Message::Row { row, number: None, .. } => format!("there is no {}", shown(row.as_str())),
            Message::No { why, .. } => format!("refused: {why}"),
            Message::Change(change) => format!("{}, {}; {}", change.call, change.op, change.tag.words()),
            Message::Lack { has } => format!("what do I lack? I have {}", count(has.len(), "change")),
            Message::Back => "I am back".to_owned(),
        }
    }

    fn brief(&self) -> String {
        match self {
            Message::Write { op, .. } => op.brief(),
            Message::Get { row, .. } => format!("{}?", row.as_str()),
            Message::Row { number: Some(number), .. } => number.to_string(),
            Message::Row { number: None, .. } => "none".to_owned(),
            Message::No { .. } => "no".to_owned(),
            Message::Change(change) => format!("{} {}", change.op.brief(), change.call),
            Message::Lack { .. } => "lack?".to_owned(),
            Message::Back => "back".to_owned(),
        }
    }
}

impl Wire for Change {
    fn write(&self, _: &str, frame: &mut Frame) {
        self.call.write("call, for readers of the figure", frame);
        self.links.write("links it has gone, for them, too", frame);
        self.op.write("change", frame);
        self.tag.write("tag", frame);
    }

    fn read(bytes: &mut &[u8]) -> Option<Change> {
        Some(Change {
            call: CallId::read(bytes)?,
            links: u64::read(bytes)?,
            op: Op::read(bytes)?,
            tag: Tag::read(bytes)?,
        })
    }
}
