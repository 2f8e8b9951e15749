//! What happened, as facts, and how each is told: for somebody who may not see the picture.

use std::fmt::{self, Display};

use stepwise_derive::Event;

use super::message::Ending;
use super::record::{Record, Version};
use crate::contract::{self, Refused};
use crate::key::Key;
use crate::replication::history::Request;
use crate::replication::{CallId, Host, NodeId, NodeSet, Verdict};
use crate::sim::{Loss, MessageId, Time};
use crate::wording::{count, shown};

/// A fact, and what the history says of the read that ended by it.
#[derive(Clone, Debug)]
pub struct Event {
    pub fact: Fact,
    pub verdict: Option<Verdict>,
}

impl contract::Event for Event {
    fn name(&self) -> &'static str {
        contract::Event::name(&self.fact)
    }
}

impl Display for Event {
    fn fmt(&self, out: &mut fmt::Formatter) -> fmt::Result {
        self.fact.fmt(out)?;
        self.verdict.map_or(Ok(()), |verdict| write!(out, " {verdict}"))
    }
}

impl From<Refused> for Event {
    fn from(refused: Refused) -> Event {
        Event { fact: refused.into(), verdict: None }
    }
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

#[derive(Clone, Debug, Event)]
pub enum Fact {
    // Calls, as clients and coordinators see them.
    #[told(
        "{at} sent the write {call} of {key} to {asked}, with the version {version}. It needs {}.",
        count(*needed, "acknowledgement"), when = let Some(version) = version
    )]
    #[told("{at} sent the read {call} of {key} to {asked}. It needs {}.", count(*needed, "answer"))]
    CallSent { at: Host, call: CallId, key: Key, version: Option<Version>, asked: NodeSet, needed: usize },
    #[told("{} asked {node} to {request} (call {call}); {node} is to coordinate it.", call.client)]
    RequestSent { call: CallId, request: Request, node: NodeId },
    #[told("{at} got an acknowledgement from {from} for {call}: {}", acknowledged(*standing))]
    Acknowledged { at: Host, from: NodeId, call: CallId, standing: Standing },
    #[told(
        "{from} answered {at}: {}{}{}",
        looked_up(key, found.as_ref()), counted(*call, *standing, newest.as_ref()), repair_of(*repaired)
    )]
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
    #[told("{at} ignored an answer from {from}: the call {call} is over.")]
    AnswerIgnored { at: Host, from: NodeId, call: CallId },
    #[told(
        "Half of the time is over, and {silent} did not answer. {at} sent the write {call} to {spares} as well, with \
         hints of whose it is."
    )]
    SparesAsked { at: Host, call: CallId, silent: NodeSet, spares: NodeSet },
    #[told(
        "{at} needs {} for {call}, and got {got} within {after}: the quorum is not met, the call failed.{}",
        count(*needed, "answer"), if *is_write && *got > 0 { " What was stored is not taken back." } else { "" }
    )]
    QuorumNotMet { at: Host, call: CallId, is_write: bool, got: usize, needed: usize, after: Time },
    #[told(
        "{node} responded to {}: the write {call} is done.",
        call.client, when = *ending == Ending::Written
    )]
    #[told(
        "{node} responded to {}: the read {call} found {}.",
        call.client, shown(&record.value), when = let Ending::Found(Some(record)) = ending
    )]
    #[told("{node} responded to {}: {ending} for {call}.", call.client)]
    Responded { call: CallId, node: NodeId, ending: Ending },
    #[told("{} waited {after} for {node} and gave {call} up.", call.client)]
    ResponseOverdue { call: CallId, node: NodeId, after: Time },

    // What nodes do with records.
    #[told("{}{}", brought(*node, key, record, *purpose), newer_than(*replaced))]
    Stored { node: NodeId, key: Key, record: Record, replaced: Option<Version>, purpose: Purpose },
    #[told(
        "{node} did not store {key} = {} ({}): it has {} ({kept}){}",
        shown(&record.value), record.version,
        if *kept == record.version { "just this one" } else { "a newer one" },
        if *purpose == Purpose::Repair { "." } else { ", and acknowledged it all the same." }
    )]
    OlderIgnored { node: NodeId, key: Key, record: Record, kept: Version, purpose: Purpose },
    #[told("{node} has no room on its disk for {key}, and stayed silent.")]
    DiskFull { node: NodeId, key: Key },
    #[told(
        "{node} looked up {key}: {} with the version {}.",
        shown(&record.value), record.version, when = let Some(record) = found
    )]
    #[told("{node} looked up {key}, and has none.")]
    Read { node: NodeId, key: Key, found: Option<Record> },

    // Hinted handoff.
    #[told(
        "{node} keeps {key} = {} as a hint for {owner}, and acknowledged it. Reads do not see it there.",
        shown(&record.value)
    )]
    HintHeld { node: NodeId, owner: NodeId, key: Key, record: Record },
    /// `left` stay for the next handoff.
    #[told(
        "{node} sent {} to {}.{}",
        count(*sent, "hint"), if *sent == 1 { "its owner" } else { "their owners" },
        unless_none(*left, |left| format!(" It keeps {} for the next handoff.", count(left, "hint")))
    )]
    HintsOffered { node: NodeId, sent: usize, left: usize },
    #[told("{owner} has {key} now, and {node} dropped the hint.", when = *dropped)]
    #[told("{owner} has {key} now; {node} holds a newer hint, or none.")]
    HintReleased { node: NodeId, owner: NodeId, key: Key, dropped: bool },
    /// The one that was asked for its hints; nobody if all were.
    #[told("{node} holds no hint.", when = let Some(node) = node)]
    #[told("No node that runs holds a hint.")]
    NoHints { node: Option<NodeId> },

    // Anti-entropy.
    #[told("{node} sent {with} the root of its Merkle tree, to compare.")]
    ComparisonBegun { node: NodeId, with: NodeId },
    #[told(
        "{node} compared {} with those of {with}: {} It sent its records of {}.",
        count(*compared, "digest"), differ(*differing), count(*differing, "range"), when = *is_bottom
    )]
    #[told(
        "{node} compared {} with those of {with}: {} It sent what lies below.",
        count(*compared, "digest"), differ(*differing)
    )]
    TreesCompared { node: NodeId, with: NodeId, compared: usize, differing: usize, is_bottom: bool },
    #[told(
        "{node} compared {} with those of {with}: all agree, and nothing has to be sent.",
        count(*compared, "digest")
    )]
    TreesAgreed { node: NodeId, with: NodeId, compared: usize },
    #[told(
        "{node} got {} from {from} and took over {adopted}.{}",
        count(*received, "entry"),
        unless_none(*returned, |returned| format!(" It sent back {}, newer here.", count(returned, "entry")))
    )]
    EntriesMerged { node: NodeId, from: NodeId, received: usize, adopted: usize, returned: usize },

    // Faults, and what the reader does by hand.
    #[told("{message} ({what}, {from} to {to}) was lost: {}", lost(*loss, *from, *to))]
    MessageLost { message: MessageId, from: Host, to: Host, what: &'static str, loss: Loss },
    #[told("{message} will take {more} longer.")]
    MessageDelayed { message: MessageId, more: Time },
    #[told("From now on a message between {a} and {b} takes {delay}.")]
    LinkDelayed { a: Host, b: Host, delay: Time },
    #[told("The link between {a} and {b} is cut.")]
    LinkCut { a: Host, b: Host },
    #[told("{host} is isolated: nobody can reach it.")]
    Isolated { host: Host },
    #[told("All links are open again.")]
    Healed,
    #[told("{node} stopped. Its memory is gone; its disk keeps what was synced.")]
    NodeStopped { node: NodeId },
    #[told(
        "{node} started and read {} from its disk{}.",
        count(*records, "record"), unless_none(*hints, |hints| format!(", and {}", count(hints, "hint")))
    )]
    NodeStarted { node: NodeId, records: usize, hints: usize },
    #[told("A backup was taken of {node}'s disk, with {}.", count(*records, "record"))]
    BackedUp { node: NodeId, records: usize },
    #[told(
        "{node}'s disk was replaced by the backup of {taken}, with {}. Whatever came later is gone there.",
        count(*records, "record")
    )]
    Restored { node: NodeId, records: usize, taken: Time },
    #[told("It is {now}, and nothing is in flight.", when = *in_flight == 0)]
    #[told("It is {now}, with {} in flight.", count(*in_flight, "message"))]
    TimePassed { now: Time, in_flight: usize },
    #[told("It is {now}, and all is quiet.")]
    Settled { now: Time },
    #[flatten]
    Refused(Refused),
}

fn acknowledged(standing: Standing) -> String {
    match standing {
        Standing::Waiting { got, needed } => format!("{got} of {needed}."),
        Standing::Met { needed } => format!("{needed} of {needed}, the value is written."),
        Standing::Late => "one more than it needed.".to_owned(),
        Standing::TooLate => "too late, the write has failed, but it is stored there.".to_owned(),
    }
}

fn looked_up(key: &Key, found: Option<&Record>) -> String {
    match found {
        Some(Record { value, version }) => format!("{key} = {} of version {version}", shown(value)),
        None => format!("it has no {key}"),
    }
}

fn counted(call: CallId, standing: Standing, newest: Option<&Record>) -> String {
    match (standing, newest) {
        (Standing::Waiting { got, needed }, _) => format!(". {got} of {needed} for {call}."),
        (Standing::Met { needed }, Some(Record { value, version })) => {
            let value = shown(value);
            format!(". {needed} of {needed}: {call} returned {value}, the newest that was answered ({version}).")
        }
        (Standing::Met { needed }, None) => {
            format!(". {needed} of {needed}: {call} returned no value, as none was answered.")
        }
        (Standing::Late, _) => format!(", when {call} had been answered already."),
        (Standing::TooLate, _) => format!(", too late for {call}."),
    }
}

fn repair_of(nodes: NodeSet) -> String {
    if nodes.is_empty() { String::new() } else { format!(" Read repair sent the newest to {nodes}.") }
}

fn brought(node: NodeId, key: &Key, record: &Record, purpose: Purpose) -> String {
    let (value, version) = (shown(&record.value), record.version);
    match purpose {
        Purpose::Write => format!("{node} stored {key} = {value} with the version {version}"),
        Purpose::Repair => format!("Read repair brought {key} = {value} ({version}) to {node}"),
        Purpose::HandOff => format!("{node} got {key} = {value} ({version}), kept for it elsewhere"),
    }
}

fn newer_than(replaced: Option<Version>) -> String {
    replaced.map_or_else(|| ".".to_owned(), |replaced| format!(", newer than the one it had ({replaced})."))
}

/// What is said of so many, and nothing of none.
fn unless_none(many: usize, told: impl Fn(usize) -> String) -> String {
    if many == 0 { String::new() } else { told(many) }
}

/// `one of them differs.`, `3 of them differ.`
fn differ(many: usize) -> String {
    if many == 1 { "one of them differs.".to_owned() } else { format!("{many} of them differ.") }
}

fn lost(loss: Loss, from: Host, to: Host) -> String {
    match loss {
        Loss::Chance => "chance had it so.".to_owned(),
        Loss::NoPath => format!("{from} cannot reach {to}."),
        Loss::HostDown => format!("{to} is stopped."),
        Loss::Dropped => "it was dropped.".to_owned(),
    }
}
