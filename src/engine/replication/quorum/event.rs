//! What happened, as facts, and how each is told: for someone who may not see the picture.

use stepwise_derive::Event;

use super::kept::Kept;
use super::message::Ending;
use super::record::{Record, Version};
use crate::cluster::{CallId, Happened, Host, NodeId, NodeSet};
use crate::contract::Refused;
use crate::key::Key;
use crate::replication::Verdict;
use crate::replication::history::{Request, Returned};
use crate::sim::Time;
use crate::wording::{count, list};

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
    /// Enough have answered a read, and not as many are known to have the newest of it; with blocking read repair, it waits.
    Repairing { got: usize, needed: usize },
    /// This was the last that was needed.
    Met { needed: usize },
    /// Enough, and a reader has decided what of it is returned.
    Overruled { needed: usize },
    /// Enough had answered before.
    Late,
    /// The call has failed before.
    TooLate,
}

#[derive(Clone, Event)]
pub enum Event {
    // Calls, as clients and coordinators see them.
    #[told(
        "{at} sent the {} {call} of {key} to {asked}, with the version {}{}. It needs {}.",
        if record.is_tombstone() { "deletion" } else { "write" }, record.version, context(record),
        count(*needed, "acknowledgement"),
        when = let Some(record) = record
    )]
    #[told("{at} sent the read {call} of {key} to {asked}. It needs {}.", count(*needed, "answer"))]
    CallSent { at: Host, call: CallId, key: Key, record: Option<Record>, asked: NodeSet, needed: usize },
    #[told("{} asked {node} to {request} (call {call}); {node} is to coordinate it.", call.client)]
    RequestSent { call: CallId, request: Request, node: NodeId },
    #[told("{at} got an acknowledgement from {from} for {call}: {}", acknowledged(*standing, *deletes))]
    Acknowledged { at: Host, from: NodeId, call: CallId, standing: Standing, deletes: bool },
    #[told(
        "{from} answered {at}: {}{}{}",
        looked_up(key, found), counted(*call, *standing, newest),
        format!("{}{}", repair_of(*repaired, newest), judged(*verdict))
    )]
    Answered {
        at: Host,
        from: NodeId,
        call: CallId,
        key: Key,
        found: Kept,
        standing: Standing,
        newest: Kept,
        repaired: NodeSet,
        /// What the history says of the read, if it ended by this.
        verdict: Option<Verdict>,
    },
    #[told("{at} had heard from {from} for {call} before, and counts it once.")]
    AnsweredAgain { at: Host, from: NodeId, call: CallId },
    #[told("{at} has taken {call} on already, and doesn't do so again.")]
    RequestIgnored { at: Host, call: CallId },
    /// Of a read with blocking repair.
    #[told(
        "{at} hears that {from} has what read repair brought{}{}", counted(*call, *standing, newest), judged(*verdict)
    )]
    RepairConfirmed { at: Host, from: NodeId, call: CallId, standing: Standing, newest: Kept, verdict: Option<Verdict> },
    #[told("{at} ignored an answer from {from}: the call {call} is over.")]
    AnswerIgnored { at: Host, from: NodeId, call: CallId },
    #[told(
        "Half of the time-out is over, and {silent} didn't answer. {at} sent the write {call} to {spares} as well, \
         with hints that say whose it is."
    )]
    SparesAsked { at: Host, call: CallId, silent: NodeSet, spares: NodeSet },
    #[told(
        "{at} needs {} with the newest value for {call}, and knows of {got} within {after}: the call failed.",
        count(*needed, "node"), when = *repairs
    )]
    #[told(
        "{at} needs {} for {call}, and got {got} within {after}: the quorum isn't met, the call failed.{}",
        count(*needed, "answer"), if *is_write && *got > 0 { " A copy that was stored isn't taken back." } else { "" }
    )]
    QuorumNotMet { at: Host, call: CallId, is_write: bool, repairs: bool, got: usize, needed: usize, after: Time },
    #[told(
        "{node} responded to {}: the write {call} is done.",
        call.client, when = *ending == Ending::Written
    )]
    #[told(
        "{node} responded to {}: the read {call} found no value, because the newest record is a tombstone.{}",
        call.client, judged(*verdict), when = ending.found().is_some_and(|found| found.is_deleted() && !found.is_several())
    )]
    #[told(
        "{node} responded to {}: the read {call} found {found}{}.{}",
        call.client, of_siblings(found), judged(*verdict), when = let Some(found) = ending.found()
    )]
    #[told("{node} responded to {}: {ending} for {call}.{}", call.client, judged(*verdict))]
    Responded { call: CallId, node: NodeId, ending: Ending, verdict: Option<Verdict> },
    #[told("{} waited {after} for {node} and gave {call} up.", call.client)]
    ResponseOverdue { call: CallId, node: NodeId, after: Time },

    // What nodes do with records.
    #[told("{}{}", brought(*node, key, record, *purpose), newer_than(*replaced))]
    Stored { node: NodeId, key: Key, record: Record, replaced: Option<Version>, purpose: Purpose },
    /// Of concurrent writes that are kept beside each other.
    #[told("{}{}.", brought(*node, key, record, *purpose), in_place_of(replaced, beside))]
    StoredBeside { node: NodeId, key: Key, record: Record, replaced: Kept, beside: Kept, purpose: Purpose },
    #[told(
        "{node} didn't store {} ({}): it has {} ({kept}){}",
        record.of(key), record.version,
        if *kept == record.version { "just this one" } else { "a newer one" },
        if *purpose == Purpose::Repair { "." } else { ", and acknowledged it all the same." }
    )]
    OlderIgnored { node: NodeId, key: Key, record: Record, kept: Version, purpose: Purpose },
    #[told("{node} has no room on its disk for {key}, and stayed silent.")]
    DiskFull { node: NodeId, key: Key },
    #[told("{node} looked up {key}: {found} {}.", versions(found), when = !found.is_empty())]
    #[told("{node} looked up {key}, and has none.")]
    Read { node: NodeId, key: Key, found: Kept },

    // Hinted handoff.
    #[told(
        "{node} keeps {} as a hint for {owner}, and acknowledged it. Reads don't see it there.",
        record.of(key)
    )]
    HintHeld { node: NodeId, owner: NodeId, key: Key, record: Record },
    #[told("{node} sent {} to {}.", count(*sent, "hint"), if *sent == 1 { "its owner" } else { "their owners" })]
    HintsOffered { node: NodeId, sent: usize },
    #[told("{owner} has {key} now, and {node} dropped the hint.", when = *dropped)]
    #[told("{owner} has {key} now; {node} holds a newer hint, or none.")]
    HintReleased { node: NodeId, owner: NodeId, key: Key, dropped: bool },
    /// The one that was asked for its hints; no one if all were.
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
    /// So many digests, or records, were sent.
    TreesCompared { node: NodeId, with: NodeId, compared: usize, differing: usize, is_bottom: bool, sent: usize },
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

    // What is done by hand.
    #[told(
        "{node} compacted its log: it dropped {} and forgot {} older than {grace}.",
        count(*dropped, "older record"), count(*forgotten, "tombstone"), when = *forgotten > 0
    )]
    #[told("{node} compacted its log: it dropped {}, and no tombstone is older than {grace}.", count(*dropped, "older record"))]
    Compacted { node: NodeId, dropped: usize, forgotten: usize, grace: Time },
    #[told("A backup was taken of {node}'s disk, with {}.", count(*records, "record"))]
    BackedUp { node: NodeId, records: usize },
    #[told(
        "{node}'s disk was replaced by the backup of {taken}, with {}. Everything that was written later is gone there.",
        count(*records, "record")
    )]
    Restored { node: NodeId, records: usize, taken: Time },
    #[flatten]
    Happened(Happened),
    #[flatten]
    Refused(Refused),
}

fn acknowledged(standing: Standing, deletes: bool) -> String {
    match standing {
        Standing::Waiting { got, needed } => format!("{got} of {needed}."),
        Standing::Repairing { .. } => unreachable!("only reads are repaired"),
        Standing::Overruled { .. } => unreachable!("nobody decides on a write"),
        Standing::Met { needed } if deletes => format!("{needed} of {needed}, the key is deleted."),
        Standing::Met { needed } => format!("{needed} of {needed}, the value is written."),
        Standing::Late => "one more than it needed.".to_owned(),
        Standing::TooLate => "too late, the write has failed, but it is stored there.".to_owned(),
    }
}

/// What a client had seen when it wrote, where that decides.
fn context(record: &Record) -> String {
    match record.seen() {
        Some(seen) if seen.is_empty() => ". Its client has seen nothing of the key".to_owned(),
        Some(seen) => format!(". Its client has seen {seen}"),
        None => String::new(),
    }
}

fn looked_up(key: &Key, found: &Kept) -> String {
    match found.newest() {
        Some(_) if found.is_several() => found.of(key),
        Some(record) => format!("{} of version {}", record.of(key), record.version),
        None => format!("it has no {key}"),
    }
}

/// `with the version 15 ms c1.1`, `with the versions 15 ms c1.1 and 17 ms c2.1`.
fn versions(found: &Kept) -> String {
    let all = list(found.iter().map(|record| record.version));
    format!("with the {} {all}", if found.is_several() { "versions" } else { "version" })
}

/// That neither had seen the other, if there are several.
fn of_siblings(found: &Kept) -> &'static str {
    match found.len() {
        0 | 1 => "",
        2 => ", as neither write had seen the other",
        _ => ", as none of the writes had seen another",
    }
}

/// What became of others of the key, when a record was stored.
fn in_place_of(replaced: &Kept, beside: &Kept) -> String {
    let gone = match replaced.len() {
        0 => String::new(),
        _ => format!(" in place of {replaced}, which its client had seen"),
    };
    match beside.len() {
        0 => gone,
        1 => format!("{gone} beside {beside}: neither write had seen the other"),
        _ => format!("{gone} beside {beside}: none of the writes had seen another"),
    }
}

fn counted(call: CallId, standing: Standing, newest: &Kept) -> String {
    match (standing, newest.newest()) {
        (Standing::Repairing { got, needed }, _) => {
            format!(
                ". Of the {needed} nodes that {call} needs, {got} {} the newest.",
                if got == 1 { "has" } else { "have" }
            )
        }
        (Standing::Waiting { got, needed }, _) => format!(". {got} of {needed} for {call}."),
        (Standing::Overruled { needed }, record) => {
            let value = record.map_or("no value".to_owned(), |record| format!("{record} ({})", record.version));
            format!(
                ". {needed} of {needed}: {call} returned {value}, as someone has decided; a newer version was answered."
            )
        }
        (Standing::Met { needed }, Some(_)) if newest.is_several() => {
            format!(". {needed} of {needed}: {call} returned {newest}{}.", of_siblings(newest))
        }
        (Standing::Met { needed }, Some(record)) if record.is_tombstone() => format!(
            ". {needed} of {needed}: {call} returned no value, as the newest that was answered is a tombstone ({}).",
            record.version
        ),
        (Standing::Met { needed }, Some(record)) => {
            let version = record.version;
            format!(". {needed} of {needed}: {call} returned {record}, the newest that was answered ({version}).")
        }
        (Standing::Met { needed }, None) => {
            format!(". {needed} of {needed}: {call} returned no value, as none was answered.")
        }
        (Standing::Late, _) => format!(", when {call} had been answered already."),
        (Standing::TooLate, _) => format!(", too late for {call}."),
    }
}

fn judged(verdict: Option<Verdict>) -> String {
    verdict.map_or_else(String::new, |verdict| format!(" {verdict}"))
}

fn repair_of(nodes: NodeSet, newest: &Kept) -> String {
    match newest.len() {
        _ if nodes.is_empty() => String::new(),
        0 | 1 => format!(" Read repair sent the newest to {nodes}."),
        _ => format!(" Read repair sent {nodes} what they lack."),
    }
}

fn brought(node: NodeId, key: &Key, record: &Record, purpose: Purpose) -> String {
    let (record, version) = (record.of(key), record.version);
    match purpose {
        Purpose::Write => format!("{node} stored {record} with the version {version}"),
        Purpose::Repair => format!("Read repair brought {record} ({version}) to {node}"),
        Purpose::HandOff => format!("{node} got {record} ({version}), kept for it elsewhere"),
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

impl Event {
    /// The call that it is about, if it is about one.
    pub fn call(&self) -> Option<CallId> {
        match *self {
            Event::CallSent { call, .. }
            | Event::RequestSent { call, .. }
            | Event::Acknowledged { call, .. }
            | Event::Answered { call, .. }
            | Event::AnswerIgnored { call, .. }
            | Event::AnsweredAgain { call, .. }
            | Event::RequestIgnored { call, .. }
            | Event::RepairConfirmed { call, .. }
            | Event::SparesAsked { call, .. }
            | Event::QuorumNotMet { call, .. }
            | Event::Responded { call, .. }
            | Event::ResponseOverdue { call, .. } => Some(call),
            _ => None,
        }
    }

    /// What a read has found, where its client learns of it by this.
    pub fn found(&self) -> Option<&Kept> {
        match self {
            Event::Answered { newest, .. } | Event::RepairConfirmed { newest, .. } => Some(newest),
            Event::Responded { ending, .. } => ending.found(),
            _ => None,
        }
    }

    /// What came of a call, where its client learns of it by this.
    pub fn returned(&self) -> Option<Returned> {
        let met = |at: &Host, standing: &Standing| {
            matches!((at, standing), (Host::Client(_), Standing::Met { .. } | Standing::Overruled { .. }))
        };
        match self {
            Event::Acknowledged { at, standing, .. } if met(at, standing) => Some(Returned::Written),
            Event::Answered { at, standing, newest, .. } | Event::RepairConfirmed { at, standing, newest, .. }
                if met(at, standing) =>
            {
                Some(Ending::Found(newest.clone()).returned())
            }
            Event::Responded { ending, .. } => Some(ending.returned()),
            Event::QuorumNotMet { at: Host::Client(_), .. } | Event::ResponseOverdue { .. } => Some(Returned::Nothing),
            _ => None,
        }
    }
}
