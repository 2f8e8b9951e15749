//! What hosts say to each other.

use std::fmt::{self, Display};
use std::rc::Rc;

use super::merkle::{Digest, TreePlace};
use super::record::{Record, Version};
use crate::key::Key;
use crate::replication::history::{Request, Returned};
use crate::replication::{CallId, NodeId};
use crate::sim::Time;
use crate::wording::{count, shown};

#[derive(Clone, Debug)]
pub enum Message {
    /// A client asks a node to coordinate a call for it.
    Request {
        call: CallId,
        request: Request,
    },
    /// The coordinating node tells the client what came of it.
    Response {
        call: CallId,
        ending: Ending,
    },
    /// A coordinator asks a node to store a record; with a hint of whose it is, if it is not the node's own.
    Write {
        call: CallId,
        key: Key,
        record: Record,
        hint: Option<NodeId>,
    },
    /// The node has stored it, or has a newer one.
    Acknowledge {
        call: CallId,
    },
    /// A coordinator asks a node for its record of a key.
    Read {
        call: CallId,
        key: Key,
    },
    Answer {
        call: CallId,
        found: Option<Record>,
    },
    /// Read repair: the newest record, for a node that answered with an older one. It is not answered.
    Repair {
        key: Key,
        record: Record,
    },
    /// Hinted handoff: a record that was kept for its receiver.
    HandOff {
        key: Key,
        record: Record,
    },
    HandedOff {
        key: Key,
        version: Version,
    },
    /// Anti-entropy: digests of the sender's tree, to compare.
    Digests(Rc<[(TreePlace, Digest)]>),
    /// Anti-entropy: all records of the sender in the ranges that differ; or, in reply to those, the ones that are newer.
    Entries {
        ranges: Rc<[TreePlace]>,
        entries: Rc<[(Key, Record)]>,
        is_reply: bool,
    },
}

/// What came of a call, as its coordinator tells it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ending {
    Written,
    Found(Option<Record>),
    QuorumNotMet {
        got: usize,
        needed: usize,
        after: Time,
    },
    /// The coordinating node did not respond.
    NoResponse {
        node: NodeId,
        after: Time,
    },
}

impl Ending {
    /// As the history keeps it.
    pub fn returned(&self) -> Returned {
        match self {
            Ending::Written => Returned::Written,
            Ending::Found(found) => Returned::Found(found.as_ref().map(|record| record.version.call)),
            Ending::QuorumNotMet { .. } | Ending::NoResponse { .. } => Returned::Nothing,
        }
    }
}

impl Display for Ending {
    fn fmt(&self, out: &mut fmt::Formatter) -> fmt::Result {
        match self {
            Ending::Written => out.write_str("written"),
            Ending::Found(Some(record)) => write!(out, "{}", shown(&record.value)),
            Ending::Found(None) => out.write_str("no value"),
            Ending::QuorumNotMet { got, needed, after } => {
                write!(out, "quorum not met: {got} of {needed} within {after}")
            }
            Ending::NoResponse { node, after } => write!(out, "no response from {node} within {after}"),
        }
    }
}

impl Message {
    /// What kind of message it is, in a word or two.
    pub fn kind(&self) -> &'static str {
        match self {
            Message::Request { .. } => "request",
            Message::Response { .. } => "response",
            Message::Write { hint: None, .. } => "write",
            Message::Write { hint: Some(_), .. } => "hinted write",
            Message::Acknowledge { .. } => "acknowledgement",
            Message::Read { .. } => "read",
            Message::Answer { .. } => "answer",
            Message::Repair { .. } => "read repair",
            Message::HandOff { .. } => "handoff",
            Message::HandedOff { .. } => "handed off",
            Message::Digests(_) => "digests",
            Message::Entries { .. } => "entries",
        }
    }

    /// The call that it belongs to, if any.
    pub fn call(&self) -> Option<CallId> {
        match self {
            Message::Request { call, .. }
            | Message::Response { call, .. }
            | Message::Write { call, .. }
            | Message::Acknowledge { call }
            | Message::Read { call, .. }
            | Message::Answer { call, .. } => Some(*call),
            _ => None,
        }
    }

    pub fn is_handoff(&self) -> bool {
        matches!(self, Message::HandOff { .. } | Message::HandedOff { .. })
    }

    pub fn is_anti_entropy(&self) -> bool {
        matches!(self, Message::Digests(_) | Message::Entries { .. })
    }
}

/// The kind and what it carries: `write k = 1`, `answer: nothing`, `digests of 2 places`.
impl Display for Message {
    fn fmt(&self, out: &mut fmt::Formatter) -> fmt::Result {
        let kind = self.kind();
        match self {
            Message::Request { request, .. } => write!(out, "{kind} to {request}"),
            Message::Response { ending, .. } => write!(out, "{kind}: {ending}"),
            Message::Write { key, record, hint: Some(owner), .. } => {
                write!(out, "{kind} {key} = {} for {owner}", shown(&record.value))
            }
            Message::Write { key, record, .. } | Message::Repair { key, record } | Message::HandOff { key, record } => {
                write!(out, "{kind} {key} = {}", shown(&record.value))
            }
            Message::Acknowledge { .. } => out.write_str(kind),
            Message::Read { key, .. } | Message::HandedOff { key, .. } => write!(out, "{kind} {key}"),
            Message::Answer { found: Some(record), .. } => write!(out, "{kind}: {}", shown(&record.value)),
            Message::Answer { found: None, .. } => write!(out, "{kind}: nothing"),
            Message::Digests(digests) => write!(out, "digests of {}", count(digests.len(), "place")),
            Message::Entries { entries, .. } => out.write_str(&count(entries.len(), "entry")),
        }
    }
}
