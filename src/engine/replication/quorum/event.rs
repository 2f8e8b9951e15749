//! What happened, as facts. How each is told stands in [`narration`](super::narration).

use std::rc::Rc;

use super::message::Ending;
use super::record::{Record, Version};
use crate::contract;
use crate::replication::history::Request;
use crate::replication::{CallId, Host, NodeId, NodeSet, Verdict};
use crate::sim::{Loss, MessageId, Time};
use crate::storage::Key;

/// A fact, and what the history says of the read that ended by it.
#[derive(Clone, Debug)]
pub struct Event {
    pub fact: Fact,
    pub verdict: Option<Verdict>,
}

/// Why a record came to a node.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    Write,
    Repair,
    HandOff,
}

/// How far a call has come with an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// More are needed.
    Waiting { got: usize, needed: usize },
    /// This was the last that was needed.
    Met { needed: usize },
    /// Enough had answered before.
    Late,
    /// The call has failed before.
    TooLate,
}

#[derive(Clone, Debug)]
pub enum Fact {
    // Calls, as clients and coordinators see them.
    CallSent {
        at: Host,
        call: CallId,
        key: Key,
        version: Option<Version>,
        asked: NodeSet,
        needed: usize,
    },
    RequestSent {
        call: CallId,
        request: Request,
        node: NodeId,
    },
    Acknowledged {
        at: Host,
        from: NodeId,
        call: CallId,
        standing: Standing,
    },
    Answered {
        at: Host,
        from: NodeId,
        call: CallId,
        key: Key,
        found: Option<Record>,
        standing: Standing,
        newest: Option<Record>,
        repaired: NodeSet,
    },
    AnswerIgnored {
        at: Host,
        from: NodeId,
        call: CallId,
    },
    SparesAsked {
        at: Host,
        call: CallId,
        silent: NodeSet,
        spares: NodeSet,
    },
    QuorumNotMet {
        at: Host,
        call: CallId,
        is_write: bool,
        got: usize,
        needed: usize,
        after: Time,
    },
    Responded {
        call: CallId,
        node: NodeId,
        ending: Ending,
    },
    ResponseOverdue {
        call: CallId,
        node: NodeId,
        after: Time,
    },
    // What nodes do with records.
    Stored {
        node: NodeId,
        key: Key,
        record: Record,
        replaced: Option<Version>,
        purpose: Purpose,
    },
    OlderIgnored {
        node: NodeId,
        key: Key,
        record: Record,
        kept: Version,
        purpose: Purpose,
    },
    DiskFull {
        node: NodeId,
        key: Key,
    },
    Read {
        node: NodeId,
        key: Key,
        found: Option<Record>,
    },
    // Hinted handoff.
    HintHeld {
        node: NodeId,
        owner: NodeId,
        key: Key,
        record: Record,
    },
    HintsOffered {
        node: NodeId,
        sent: usize,
        /// So many stay for the next handoff.
        left: usize,
    },
    HintReleased {
        node: NodeId,
        owner: NodeId,
        key: Key,
        dropped: bool,
    },
    NoHints {
        /// The one that was asked for its hints; nobody if all were.
        node: Option<NodeId>,
    },
    // Anti-entropy.
    ComparisonBegun {
        node: NodeId,
        with: NodeId,
    },
    TreesCompared {
        node: NodeId,
        with: NodeId,
        compared: usize,
        differing: usize,
        is_bottom: bool,
    },
    TreesAgreed {
        node: NodeId,
        with: NodeId,
        compared: usize,
    },
    EntriesMerged {
        node: NodeId,
        from: NodeId,
        received: usize,
        adopted: usize,
        returned: usize,
    },
    // Faults, and what the reader does by hand.
    MessageLost {
        message: MessageId,
        from: Host,
        to: Host,
        what: &'static str,
        loss: Loss,
    },
    MessageDelayed {
        message: MessageId,
        more: Time,
    },
    LinkDelayed {
        a: Host,
        b: Host,
        delay: Time,
    },
    LinkCut {
        a: Host,
        b: Host,
    },
    Isolated {
        host: Host,
    },
    Healed,
    NodeStopped {
        node: NodeId,
    },
    NodeStarted {
        node: NodeId,
        records: usize,
        hints: usize,
    },
    BackedUp {
        node: NodeId,
        records: usize,
    },
    Restored {
        node: NodeId,
        records: usize,
        taken: Time,
    },
    TimePassed {
        now: Time,
        in_flight: usize,
    },
    Settled {
        now: Time,
    },
    CommandRefused {
        reason: Rc<str>,
    },
}

impl contract::Event for Event {
    fn name(&self) -> &'static str {
        match &self.fact {
            Fact::CallSent { .. } => "CallSent",
            Fact::RequestSent { .. } => "RequestSent",
            Fact::Acknowledged { .. } => "Acknowledged",
            Fact::Answered { .. } => "Answered",
            Fact::AnswerIgnored { .. } => "AnswerIgnored",
            Fact::SparesAsked { .. } => "SparesAsked",
            Fact::QuorumNotMet { .. } => "QuorumNotMet",
            Fact::Responded { .. } => "Responded",
            Fact::ResponseOverdue { .. } => "ResponseOverdue",
            Fact::Stored { .. } => "Stored",
            Fact::OlderIgnored { .. } => "OlderIgnored",
            Fact::DiskFull { .. } => "DiskFull",
            Fact::Read { .. } => "Read",
            Fact::HintHeld { .. } => "HintHeld",
            Fact::HintsOffered { .. } => "HintsOffered",
            Fact::HintReleased { .. } => "HintReleased",
            Fact::NoHints { .. } => "NoHints",
            Fact::ComparisonBegun { .. } => "ComparisonBegun",
            Fact::TreesCompared { .. } => "TreesCompared",
            Fact::TreesAgreed { .. } => "TreesAgreed",
            Fact::EntriesMerged { .. } => "EntriesMerged",
            Fact::MessageLost { .. } => "MessageLost",
            Fact::MessageDelayed { .. } => "MessageDelayed",
            Fact::LinkDelayed { .. } => "LinkDelayed",
            Fact::LinkCut { .. } => "LinkCut",
            Fact::Isolated { .. } => "Isolated",
            Fact::Healed => "Healed",
            Fact::NodeStopped { .. } => "NodeStopped",
            Fact::NodeStarted { .. } => "NodeStarted",
            Fact::BackedUp { .. } => "BackedUp",
            Fact::Restored { .. } => "Restored",
            Fact::TimePassed { .. } => "TimePassed",
            Fact::Settled { .. } => "Settled",
            Fact::CommandRefused { .. } => "CommandRefused",
        }
    }
}
