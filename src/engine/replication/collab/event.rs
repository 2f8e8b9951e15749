//! What happened, and how it is told.

use std::rc::Rc;

use stepwise_derive::Event;

use super::diff3::Conflict;
use super::done::Done;
use super::edit::Edit;
use super::fugue::{Change, Id, Rival, Run};
use super::op::Op;
use super::peers::Applied;
use super::settings::Way;
use super::words::{Now, applied, before, beside, conflicting, edited, ending, grown, put_off, shows};
use crate::cluster::{CallId, Happened, NodeId, NodeSet};
use crate::contract::Refused;
use crate::sim::Time;
use crate::versions::{Dot, Vector};
use crate::wording::count;

#[derive(Clone, Event)]
pub enum Event {
    #[told(edited)]
    Edited { node: NodeId, call: CallId, edit: Rc<Edit>, done: Rc<[Done]> },

    #[told("{node} makes {from}'s change of version {base} its version {number}{}. No one else has changed version {base} since.",
        ending(now), when = base == head)]
    #[told("{from} has changed version {base}, and {node} has version {head} by now. It merges the two over version {base}: nothing \
        is in conflict, so version {number} has both{}.", ending(now), when = conflicts.is_empty())]
    #[told(
        "{from} has changed version {base}, and {node} has version {head} by now. It merges the two over version {base}, and \
        {}. Version {number} keeps both, with marks around them{}.",
        conflicting(conflicts),
        ending(now)
    )]
    VersionMade { node: NodeId, from: NodeId, base: u64, head: u64, number: u64, conflicts: Rc<[Conflict]>, now: Now },
    #[told("Version {number} comes to {node}, where nothing was typed since the last one. {node} shows it{}.", ending(now),
        when = !answers)]
    #[told("{node} hears that its change is in version {number}, and shows that{}.", ending(now), when = !typed)]
    #[told("{node} hears that its change is in version {number}, and merges that with what was typed since: {}.{}{}",
        conflicting(conflicts), shows(*node, now), pushes(*next))]
    VersionCame {
        node: NodeId,
        number: u64,
        answers: bool,
        typed: bool,
        conflicts: Rc<[Conflict]>,
        next: Next,
        now: Now,
    },
    #[told(
        "Version {number} comes to {node}, which waits for the answer to its own change. It shows no newer version before that."
    )]
    VersionKept { node: NodeId, number: u64 },

    #[told("{node} gives {from}'s operation number {number} in its order: {came}. It was made at revision {revision}, \
        and nothing has come since, so it stays as it is.{}", has(*node, now), when = *against == 0)]
    #[told("{node} gives {from}'s operation number {number} in its order. It was made at revision {revision}, so {node} transforms \
        it past {}: {}.{}", before(*number, *against), became_of(came, became), has(*node, now))]
    Ordered {
        node: NodeId,
        from: NodeId,
        number: u64,
        revision: u64,
        against: usize,
        came: Rc<Op>,
        became: Rc<Op>,
        now: Now,
    },
    #[told("{node} applies number {number}: {became}.{}", shows(*node, now), when = *against == 0)]
    #[told("Number {number} comes to {node}, which has an operation of its own under way{}: {}.{}",
        if *against == 1 { ". It transforms each past the other" } else { ", and one in its buffer. It transforms it past both, and both past it" },
        became_of(came, became), shows(*node, now))]
    OrderedCame { node: NodeId, number: u64, came: Rc<Op>, became: Rc<Op>, against: usize, now: Now },
    #[told("{node} hears that its operation has number {number}. It sends what is in its buffer, as one operation: {then}.",
        when = let Some(then) = then)]
    #[told("{node} hears that its operation has number {number}. Nothing of its own is under way any more.")]
    Accepted { node: NodeId, number: u64, then: Option<Rc<Op>> },

    #[told("{node} has what it held {} for. {}{}", held_name(all), applied(*node, all), shows(*node, now), when = *was_held)]
    #[told("{}{}{}", applied(*node, all), put_off(*held, "was made after something that hasn't come yet, and is held"), shows(*node, now))]
    Applied { node: NodeId, from: NodeId, all: Rc<[Applied]>, was_held: bool, held: usize, now: Now },
    #[told(
        "{name} comes to {node} from {from}. It was made after {lacks}, which {node} doesn't have yet, so {node} holds it."
    )]
    Held { node: NodeId, from: NodeId, name: Dot, lacks: Vector },

    #[told("A change that waited on {node} can go into its tree now: {}.{}{}", grown(changes, gone), beside(*rival), shows(*node, now),
        when = *was_waiting)]
    #[told("{node} takes into its tree what {from} has sent: {}.{}{}{}", grown(changes, gone), beside(*rival),
        put_off(*waiting, "hangs on a character that hasn't come yet, and waits"), shows(*node, now))]
    Grown {
        node: NodeId,
        from: NodeId,
        changes: Rc<[Change]>,
        gone: Rc<[Run]>,
        was_waiting: bool,
        waiting: usize,
        rival: Option<Rival>,
        now: Now,
    },
    #[told("A change comes to {node} from {from}: {change}. But {lacks} hasn't come yet, so it waits.")]
    Waits { node: NodeId, from: NodeId, change: Rc<Change>, lacks: Id },

    #[told("{node} has had this from {from} before, and only sends a receipt again.")]
    CameTwice { node: NodeId, from: NodeId, way: Way },
    #[told("This comes to {node} before something that {from} has sent earlier. {node} keeps it until its turn.")]
    CameEarly { node: NodeId, from: NodeId, way: Way, early: usize },
    #[told("{node} sends {to} all that it has no receipt for: {}.", count(*owed, "message"))]
    SentAgain { node: NodeId, to: NodeId, owed: usize },
    #[told("{node} has sent twice, and heard nothing from {away} for {patience}. So it takes {} to be out of reach, and keeps what it \
        has to send: {}.", if away.len() == 1 { "it" } else { "them" }, count(*owed, "message"))]
    Away { node: NodeId, away: NodeSet, owed: usize, patience: Time },
    #[told("{node} says to {to} that it is back.", when = *owed == 0)]
    #[told("{node} says to {to} that it is back, and sends again what it has no receipt for: {}.", count(*owed, "message"))]
    Back { node: NodeId, to: NodeSet, owed: usize },
    #[told("{node} hears that {from} is back.", when = *owed == 0)]
    #[told("{node} hears that {from} is back, and sends what it has kept for it: {}.", count(*owed, "message"))]
    HeardBack { node: NodeId, from: NodeId, owed: usize },

    #[flatten]
    Happened(Happened),
    #[flatten]
    Refused(Refused),
}

/// What a device does after a version has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Next {
    Nothing,
    Pushes,
}

fn pushes(next: Next) -> &'static str {
    match next {
        Next::Nothing => "",
        Next::Pushes => " It sends the merged text on.",
    }
}

/// What has become of an operation.
fn became_of(came: &Op, became: &Op) -> String {
    if came == became { format!("it stays as it is, {came}") } else { format!("{came} becomes {became}") }
}

fn has(node: NodeId, now: &Now) -> String {
    now.as_ref().map_or_else(String::new, |text| format!(" {node} has {text} now."))
}

/// The name of an operation that was held.
fn held_name(all: &[Applied]) -> String {
    all.first().map(|applied| applied.name.to_string()).unwrap_or_default()
}
