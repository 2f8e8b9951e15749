//! What happened, one event a step, and how it is told.

use std::fmt::{self, Display};
use std::rc::Rc;

use stepwise_derive::Event;

use super::settings::Mode;
use super::words::{Lost, Missing, Named};
use crate::cluster::{CallId, Happened, NodeId, NodeSet};
use crate::contract::Refused;
use crate::key::Key;
use crate::replication::Verdict;
use crate::replication::history::Request;
use crate::replication::replicated_log::Term;
use crate::sim::Time;
use crate::wording::{count, list, shown, shown_or};

#[derive(Clone, Event)]
pub enum Event {
    // Clients.
    #[told("{} asks {node} to {request}.", call.client)]
    Asked { call: CallId, request: Request, node: NodeId },
    #[told(
        "{write} is acknowledged to {} after {took}. No node has it any more.",
        write.call.client, when = copies.is_empty()
    )]
    #[told("{write} is acknowledged to {} after {took}. It is on {copies}.", write.call.client)]
    Told { write: Named, took: Time, copies: NodeSet },
    #[told("{} got {key} from {node}: {}. {verdict}", call.client, shown_or(found.as_deref(), "no value"), when = let Some(verdict) = verdict)]
    #[told("{} got {key} from {node}: {}.", call.client, shown_or(found.as_deref(), "no value"))]
    Got {
        call: CallId,
        key: Key,
        found: Option<Rc<str>>,
        /// The position and the term of what was found.
        entry: Option<(usize, Term)>,
        node: NodeId,
        verdict: Option<Verdict>,
    },
    /// It may be in a log all the same, if the network had it twice.
    #[told("{} is refused: {node} doesn't lead. Its {request} ({call}) is in no log.", call.client, when = copies.is_empty())]
    #[told("{} is refused: {node} doesn't lead. Its {request} ({call}) is on {copies} all the same.", call.client)]
    TurnedAway { call: CallId, request: Request, node: NodeId, copies: NodeSet },
    #[told(
        "{} waited {after} and gave up. It doesn't know whether {key} = {} ({call}) counts: it may be on some nodes.",
        call.client, shown(value), when = let Request::Write { key, value } = request
    )]
    #[told("{} waited {after} for the value of {} ({call}) and gave up.", call.client, request.key())]
    GaveUp { call: CallId, request: Request, after: Time },
    #[told("An answer to {call} comes to {}, which waits for none any more.", call.client)]
    AnswerIgnored { call: CallId },

    // The leader.
    #[told(
        "The leader {node} synced {key} = {} to its log at position {position}{}. It waits for no follower, and acknowledges the write.",
        shown(value), and_sent(*sent), when = missing.is_nothing()
    )]
    #[told(
        "The leader {node} synced {key} = {} to its log at position {position}{}. It acknowledges the write once {missing} has it.",
        shown(value), and_sent(*sent)
    )]
    Appended { node: NodeId, call: CallId, key: Key, value: Rc<str>, position: usize, sent: NodeSet, missing: Missing },
    /// `waits` is the first write that still does, and what for.
    #[told(
        "{node} hears that {from} has synced all up to position {position}. {write} still waits for {missing}.{}",
        and_next(*sent), when = let (Some((write, missing)), true) = (waits, told.is_empty())
    )]
    #[told(
        "{node} hears that {from} has synced all up to position {position}.{}{}",
        enough_for(told), and_next(*sent)
    )]
    Acknowledged {
        node: NodeId,
        from: NodeId,
        position: usize,
        told: Rc<[Named]>,
        waits: Option<(Named, Missing)>,
        sent: usize,
    },
    #[told("{from} couldn't append. {node} sends the log again from after position {position}.")]
    Mismatch { node: NodeId, from: NodeId, position: usize },
    #[told(
        "{node} took a consistent snapshot as of position {position}, with {}, and sends it to {to}. Writes go on.",
        count(*keys, "key")
    )]
    Snapshotted { node: NodeId, to: NodeId, position: usize, keys: usize },
    #[told(
        "{node} hears from {from}, whose log ends at position {position}. {node} has nothing after that.",
        when = *sent == 0
    )]
    #[told(
        "{node} hears from {from}, whose log ends at position {position}. {node} sent the {} after that.",
        count(*sent, "entry")
    )]
    Resumed { node: NodeId, from: NodeId, position: usize, sent: usize },
    #[told(
        "{node} hears from {from}, which took nothing, that term {term} has begun. It steps down.",
        when = *waited == 0
    )]
    #[told(
        "{node} hears from {from}, which took nothing, that term {term} has begun. It steps down. {} waited for it, and \
         gets no answer.",
        count(*waited, "client")
    )]
    SteppedDown { node: NodeId, from: NodeId, term: Term, waited: usize },
    #[told(
        "{from} answers what {node} sent in term {term}, which is over. Nothing follows from it.",
        when = let Unheeded::Over(term) = why
    )]
    #[told(
        "{node} hears that {from} took nothing of what it sent. But {node} doesn't lead, and sends nothing again.",
        when = matches!(why, Unheeded::TookNothing)
    )]
    #[told("{node} hears from {from} how far its log has come. But {node} doesn't lead, and sends nothing.")]
    Unheeded { node: NodeId, from: NodeId, why: Unheeded },

    // Followers.
    #[told(
        "{}{node} has all that {leader} sent: it is at position {end}.",
        first_dropped(*node, *dropped, *leader), when = *added == 0
    )]
    #[told(
        "{}{node} synced {} from {leader}: it is at position {end}.",
        first_dropped(*node, *dropped, *leader), count(*added, "entry")
    )]
    Followed { node: NodeId, added: usize, dropped: usize, end: usize, leader: NodeId },
    #[told("{node} can't append after position {position}: {why}.")]
    AppendRefused { node: NodeId, position: usize, why: Refusal },
    /// What `from` sent as the leader of `term` comes to a node that knows of a newer one.
    #[told(
        "What {from} sent as the leader of term {term} comes too late: {node} knows of term {known}, and takes nothing."
    )]
    Outdated { node: NodeId, from: NodeId, term: Term, known: Term },
    #[told(
        "{node} has the snapshot now: {} as of position {position}. It asks for the log after that.",
        count(*keys, "key")
    )]
    Installed { node: NodeId, position: usize, keys: usize },
    /// A snapshot has come that stands for nothing that the node does not have.
    #[told(
        "{node} has all that this snapshot stands for, up to position {position}, and keeps its log. It asks for what comes \
         after {end}."
    )]
    SnapshotKnown { node: NodeId, position: usize, end: usize },

    // Nodes, and what people do to them.
    #[told("{node} looked up {key} in what it has: {}.", shown(value), when = let Some(value) = found)]
    #[told("{node} looked up {key}, and has no such key.")]
    Answered { node: NodeId, key: Key, found: Option<Rc<str>> },
    /// `leads` is whether the leader does: it may be off.
    #[told("{node} takes no write: it has only just started, and doesn't lead yet.", when = node == leader)]
    #[told("{node} takes no write: it doesn't lead, {leader} does.", when = *leads)]
    #[told("{node} takes no write: it doesn't lead, and the leader {leader} is off.")]
    NotLeader { node: NodeId, leader: NodeId, leads: bool },
    #[told("{node} has nothing yet, and asks {leader} for a copy.", when = *position == 0)]
    #[told("{node} says to {leader} that its log ends at position {position}.")]
    SaidHello { node: NodeId, leader: NodeId, position: usize },
    #[told("No other leader was named: {node} leads again, in term {term}.")]
    LeadsAgain { node: NodeId, term: Term },
    #[told("A new {} follower, {node}, has nothing on its disk.", mode.label())]
    Added { node: NodeId, mode: Mode },
    /// `old` led before, and now follows in the mode that the new leader had; what is there `again` was lost before.
    #[told(
        "{node} is named the leader of term {term}, with a log up to position {end}.{}{}{}",
        takes_its_place(*old, *mode), there_again(again), not_there(lost)
    )]
    Promoted { node: NodeId, term: Term, end: usize, old: NodeId, mode: Mode, lost: Rc<[Lost]>, again: Rc<[Named]> },
    #[told("{node} is {} from now on.{}", mode.label(), enough_for(told))]
    ModeSet { node: NodeId, mode: Mode, told: Rc<[Named]> },

    #[flatten]
    Happened(Happened),
    #[flatten]
    Refused(Refused),
}

/// Why a node does nothing with what another says of its log.
#[derive(Clone, Copy)]
pub enum Unheeded {
    NotLeader,
    /// It is an answer to what the node sent in a term that is over.
    Over(Term),
    /// The other knows of a newer term, or lacks what comes before; whatever it is, this node leads no more.
    TookNothing,
}

/// Why a follower cannot append after a position.
#[derive(Clone, Copy)]
pub enum Refusal {
    /// Its log ends here, before that.
    Short(usize),
    /// It has the entry of another term there.
    Other { own: Term, leaders: Term },
    /// What comes after that is not what its snapshot of all up to this position stands for.
    Snapshot(usize),
}

/// As the end of a sentence.
impl Display for Refusal {
    fn fmt(&self, out: &mut fmt::Formatter) -> fmt::Result {
        match self {
            Refusal::Short(end) => write!(out, "its log ends at {end}"),
            Refusal::Other { own, leaders } => {
                write!(out, "there it has an entry of term {own}, and the leader one of term {leaders}")
            }
            Refusal::Snapshot(base) => {
                write!(out, "what comes there isn't what its snapshot of all up to position {base} stands for")
            }
        }
    }
}

fn and_sent(sent: NodeSet) -> String {
    if sent.is_empty() { String::new() } else { format!(", and sent it to {sent}") }
}

fn and_next(sent: usize) -> String {
    if sent == 0 { String::new() } else { format!(" It sent the next {}.", count(sent, "entry")) }
}

/// What follows where a leader has learnt that writes are committed.
fn enough_for(told: &[Named]) -> String {
    match told.len() {
        0 => String::new(),
        1 => format!(" With that, {} is acknowledged.", told[0]),
        _ => format!(" With that, {} are acknowledged.", list(told)),
    }
}

fn first_dropped(node: NodeId, dropped: usize, leader: NodeId) -> String {
    match dropped {
        0 => String::new(),
        _ => format!("{node} dropped {} which {leader} doesn't have. ", count(dropped, "entry")),
    }
}

fn takes_its_place(old: NodeId, mode: Mode) -> String {
    match mode {
        Mode::Async => String::new(),
        _ => format!(" {old} takes its place: it is {} from now on.", mode.label()),
    }
}

fn there_again(again: &[Named]) -> String {
    if again.is_empty() { String::new() } else { format!(" No longer lost: {}.", list(again)) }
}

fn not_there(lost: &[Lost]) -> String {
    match lost.len() {
        0 => " No acknowledged write is lost.".to_owned(),
        many => {
            let are = if many == 1 { "isn't" } else { "aren't" };
            format!(" {} {are} there: {}.", count(many, "acknowledged write"), list(lost))
        }
    }
}
