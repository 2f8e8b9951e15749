//! What hosts say to each other.

use std::fmt::{self, Display};

use stepwise_derive::Wire;

use super::kept::Kept;
use super::merkle::{Digest, TreePlace};
use super::record::{Context, Record, Version};
use crate::cluster::{self, CallId, NodeId};
use crate::contract::Outcome;
use crate::key::Key;
use crate::replication::history::{Request, Returned};
use crate::sim::Time;
use crate::wording::{count, shown};

#[derive(Clone, Debug, PartialEq, Eq, Wire)]
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
        #[label("hint")]
        hint: Option<NodeId>,
    },
    /// The node has stored it, or has a newer one.
    #[name("acknowledgement")]
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
        found: Kept,
    },
    /// Read repair: the newest record, for a node that answered with an older one. It is answered if a call waits for that.
    #[name("read-repair")]
    Repair {
        key: Key,
        record: Record,
        call: Option<CallId>,
    },
    Repaired {
        call: CallId,
        version: Version,
    },
    /// Hinted handoff: a record that was kept for its receiver.
    #[name("handoff")]
    HandOff {
        key: Key,
        record: Record,
    },
    HandedOff {
        key: Key,
        version: Version,
    },
    /// Anti-entropy: digests of the sender's tree, to compare.
    Digests(Vec<(TreePlace, Digest)>),
    /// Anti-entropy: all records of the sender in the ranges that differ; or, in reply to those, the ones that are newer.
    Entries {
        ranges: Vec<TreePlace>,
        entries: Vec<(Key, Record)>,
        is_reply: bool,
    },
    /// A client asks a node to coordinate a write, and says what it has seen of the key.
    #[name("request")]
    RequestAfter {
        call: CallId,
        request: Request,
        #[label("context")]
        seen: Context,
    },
}

/// What came of a call, as its coordinator tells it.
#[derive(Clone, Debug, PartialEq, Eq, Wire)]
pub enum Ending {
    Written,
    Found(Kept),
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
    /// What a read has found of its key, if it has found anything.
    pub fn found(&self) -> Option<&Kept> {
        match self {
            Ending::Found(found) => Some(found).filter(|found| !found.is_empty()),
            _ => None,
        }
    }

    /// As the history keeps it.
    pub fn returned(&self) -> Returned {
        match self {
            Ending::Written => Returned::Written,
            Ending::Found(found) => Returned::Found(found.newest().map(|record| record.version.call)),
            Ending::QuorumNotMet { .. } | Ending::NoResponse { .. } => Returned::Nothing,
        }
    }

    /// As the client has it that has asked for that.
    pub fn outcome(&self, request: &Request) -> Outcome {
        match self {
            Ending::Written => Outcome::Done,
            Ending::Found(found) => Outcome::Value(found.text()),
            Ending::NoResponse { .. } if matches!(request, Request::Read { .. }) => Outcome::Unanswered(None),
            Ending::NoResponse { .. } => Outcome::Unanswered(Some("whether it was stored")),
            Ending::QuorumNotMet { .. } => Outcome::Refused(self.to_string()),
        }
    }
}

impl Display for Ending {
    fn fmt(&self, out: &mut fmt::Formatter) -> fmt::Result {
        match self {
            Ending::Written => out.write_str("written"),
            Ending::Found(found) if found.is_empty() => out.write_str("no value"),
            Ending::Found(found) => found.fmt(out),
            Ending::QuorumNotMet { got, needed, after } => {
                write!(out, "quorum not met: {got} of {needed} within {after}")
            }
            Ending::NoResponse { node, after } => write!(out, "no response from {node} within {after}"),
        }
    }
}

impl Message {
    /// The call that it belongs to, if any.
    pub fn call(&self) -> Option<CallId> {
        match self {
            Message::Request { call, .. }
            | Message::RequestAfter { call, .. }
            | Message::Response { call, .. }
            | Message::Write { call, .. }
            | Message::Acknowledge { call }
            | Message::Read { call, .. }
            | Message::Answer { call, .. }
            | Message::Repaired { call, .. } => Some(*call),
            Message::Repair { call, .. } => *call,
            _ => None,
        }
    }

    /// The key that it is about, if it names one.
    pub fn key(&self) -> Option<&Key> {
        match self {
            Message::Request { request, .. } | Message::RequestAfter { request, .. } => Some(request.key()),
            Message::Write { key, .. }
            | Message::Read { key, .. }
            | Message::Repair { key, .. }
            | Message::HandOff { key, .. }
            | Message::HandedOff { key, .. } => Some(key),
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

impl cluster::Message for Message {
    fn kind(&self) -> &'static str {
        match self {
            Message::Write { hint: Some(_), .. } => "hinted write",
            _ => Message::kind(self),
        }
    }

    /// The kind and what it carries: `write k = 1`, `answer: nothing`, `digests of 2 places`.
    fn about(&self) -> String {
        let kind = cluster::Message::kind(self);
        match self {
            Message::Request { request, .. } | Message::RequestAfter { request, .. } => format!("{kind} to {request}"),
            Message::Response { ending, .. } => format!("{kind}: {ending}"),
            Message::Write { key, record, hint: Some(owner), .. } => {
                format!("{kind} {} for {owner}", record.of(key))
            }
            Message::Write { key, record, .. }
            | Message::Repair { key, record, .. }
            | Message::HandOff { key, record } => format!("{kind} {}", record.of(key)),
            Message::Acknowledge { .. } | Message::Repaired { .. } => kind.to_owned(),
            Message::Read { key, .. } | Message::HandedOff { key, .. } => format!("{kind} {key}"),
            Message::Answer { found, .. } if found.is_empty() => format!("{kind}: nothing"),
            Message::Answer { found, .. } => format!("{kind}: {found}"),
            Message::Digests(digests) => format!("digests of {}", count(digests.len(), "place")),
            Message::Entries { entries, .. } => count(entries.len(), "entry"),
        }
    }

    fn brief(&self) -> String {
        let of = |key: &Key, record: &Record| match &record.value {
            Some(value) => format!("{key}={}", shown(value)),
            None => format!("{key} ✗"),
        };
        let value = |found: &Kept| match found.text() {
            _ if found.is_empty() => "nothing".to_owned(),
            Some(_) => found.values().map(|value| shown(value).to_string()).collect::<Vec<_>>().join(", "),
            None => "deleted".to_owned(),
        };
        let asked = |request: &Request| match request {
            Request::Write { key, value } => format!("{key}={}", shown(value)),
            Request::Delete { key } => format!("{key} ✗"),
            Request::Read { key } => format!("{key}?"),
        };
        match self {
            Message::Request { request, .. } | Message::RequestAfter { request, .. } => asked(request),
            Message::Read { key, .. } => format!("{key}?"),
            Message::Response { ending: Ending::Written, .. } => "ok".to_owned(),
            Message::Response { ending: Ending::Found(found), .. } | Message::Answer { found, .. } => value(found),
            Message::Response { .. } => "failed".to_owned(),
            Message::Write { key, record, hint: Some(owner), .. } => format!("{} for {owner}", of(key, record)),
            Message::Write { key, record, .. } => of(key, record),
            Message::Repair { key, record, .. } | Message::HandOff { key, record } => of(key, record),
            Message::Acknowledge { .. } | Message::Repaired { .. } | Message::HandedOff { .. } => "ok".to_owned(),
            Message::Digests(_) => "digests".to_owned(),
            Message::Entries { entries, .. } => count(entries.len(), "record"),
        }
    }
}
