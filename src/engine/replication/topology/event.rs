//! What happened, and how it is told.

use std::rc::Rc;

use stepwise_derive::Event;

use super::message::Tag;
use super::rows::{Effect, Op};
use super::settings::Tagged;
use crate::cluster::{CallId, Happened, Host, NodeId, NodeSet};
use crate::contract::Refused;
use crate::key::Key;
use crate::sim::Time;
use crate::versions::{Dot, Vector};
use crate::wording::{count, list, shown};

#[derive(Clone, Event)]
pub enum Event {
    #[told("{} asks {to} to {op}.", call.client)]
    WriteSent { call: CallId, to: NodeId, op: Op },
    #[told("{} asks {to} for {}.", call.client, shown(row.as_str()))]
    GetSent { call: CallId, to: NodeId, row: Key },
    #[told("{node} takes {call}, {}: {}. It answers at once, and sends the change to no one.", tagged(tag), Now(op, *effect),
        when = to.is_empty())]
    #[told("{node} takes {call}, {}: {}. It answers at once, and sends the change to {to}.", tagged(tag), Now(op, *effect))]
    Made { node: NodeId, call: CallId, op: Op, effect: Effect, tag: Rc<Tag>, to: NodeSet },
    #[told("{node} refuses {call}: {why}.")]
    WriteRefused { node: NodeId, call: CallId, why: Rc<str> },
    #[told("{node} has had {call} before: the same message has come twice. It changes nothing, and answers again.")]
    CameTwice { node: NodeId, call: CallId },
    #[told("{node} has {} = {number}, and says so to {}.", shown(row.as_str()), call.client, when = let Some(number) = number)]
    #[told("{node} has no row {}, and says so to {}.", shown(row.as_str()), call.client)]
    Read { node: NodeId, call: CallId, row: Key, number: Option<u64> },
    #[told("{} has the answer of {from}: {} is {number}.", call.client, shown(row.as_str()), when = let Some(number) = number)]
    #[told("{} has the answer of {from}: there is no row {}.", call.client, shown(row.as_str()))]
    Answered { call: CallId, from: Host, row: Key, number: Option<u64> },
    #[told("{} hears that {call} is refused: {why}.", call.client)]
    HeardNo { call: CallId, why: Rc<str> },
    #[told("The answer to {call} comes to {}, which no longer waits for it.", call.client)]
    AnsweredLate { call: CallId },
    #[told("{} has had no answer to {call} for {waited}, and gives up. It can't know whether the leader has done it.", call.client, when = *is_write)]
    #[told("{} has had no answer to {call} for {waited}, and gives up.", call.client)]
    GaveUp { call: CallId, waited: Time, is_write: bool },
    #[told("{node} has what {call} was held back for, and applies it: {}.{}", Now(op, *effect), on(*to, *spared, *tag),
        when = *was_held)]
    #[told(
        "{node} applies {call} from {from} for the {} time: {}.{}",
        nth(*times), Now(op, *effect), on(*to, *spared, *tag), when = *times > 1
    )]
    #[told(
        "{node} applies {call} from {from}: {}.{}{}",
        Now(op, *effect), before(*node, missing, *never), on(*to, *spared, *tag)
    )]
    Applied {
        node: NodeId,
        call: CallId,
        from: NodeId,
        links: u64,
        op: Op,
        effect: Effect,
        was_held: bool,
        to: NodeSet,
        /// Those to whom it isn't sent since they are on its tag.
        spared: NodeSet,
        tag: Tagged,
        /// How often the leader has applied it now, and which changes should have come before it.
        times: usize,
        missing: Rc<[CallId]>,
        /// No message carries those any more, and without names no one asks for them.
        never: bool,
    },
    #[told("{node} has {call} already, by its name {name}, and ignores this copy from {from}.")]
    Known { node: NodeId, call: CallId, from: NodeId, name: Dot },
    #[told("{call} comes to {node} from {from} once more. {node} has applied it {} and can't know that; this figure stops it here.",
        if *rounds == 1 { "before,".to_owned() } else { format!("{rounds} times,") })]
    LetBe { node: NodeId, call: CallId, from: NodeId, rounds: u8 },
    #[told("{node} holds {call} from {from} back: it was made after {lacks}, which {node} doesn't have yet.")]
    Held { node: NodeId, call: CallId, from: NodeId, lacks: Vector },
    #[told("{node} says to {back_to} that it is back. No one sends to it.", when = of.is_empty())]
    #[told("{node} asks {of} for what it lacks: it has {}.", count(*has, "change"), when = back_to.is_empty())]
    #[told("{node} asks {of} for what it lacks: it has {}. It says to {back_to} that it is back.", count(*has, "change"))]
    Asks { node: NodeId, of: NodeSet, has: usize, back_to: NodeSet },
    #[told("{node} has nothing for {to} that {to} lacks.", when = *many == 0)]
    #[told("{node} sends {to} what it lacks: {}.", count(*many, "change"))]
    Sends { node: NodeId, to: NodeId, many: usize },
    #[told("{from} sends its changes to {to}, too, from now on. Earlier ones have no names by which {to} could ask for them.",
        when = !*can_ask)]
    #[told("{from} sends its changes to {to}, too, from now on.")]
    Linked { from: NodeId, to: NodeId, can_ask: bool },
    #[told("{from} no longer sends its changes to {to}.")]
    Unlinked { from: NodeId, to: NodeId },
    #[flatten]
    Happened(Happened),
    #[flatten]
    Refused(Refused),
}

/// What is in the row now.
struct Now<'a>(&'a Op, Effect);

impl std::fmt::Display for Now<'_> {
    fn fmt(&self, out: &mut std::fmt::Formatter) -> std::fmt::Result {
        let row = shown(self.0.row().as_str());
        match (self.1, self.0) {
            (Effect::Is(number), _) => write!(out, "{row} is {number}"),
            (Effect::NoRow, Op::Add { number, .. } | Op::Insert { number, .. }) => {
                write!(out, "it has no row {row} to add {number} to, and 0 rows are updated")
            }
        }
    }
}

fn tagged(tag: &Tag) -> String {
    match tag {
        Tag::Nothing => "and gives it no tag".to_owned(),
        Tag::Origin { leader } => format!("and tags it with {leader}"),
        Tag::Passed { .. } => "and tags it with the leaders that it will pass".to_owned(),
        Tag::Name { name, .. } => format!("and names it {name}"),
        Tag::Causes { name, after, .. } if after.is_empty() => format!("and names it {name}, after nothing"),
        Tag::Causes { name, after, .. } => format!("and names it {name}, after {after}"),
    }
}

fn on(to: NodeSet, spared: NodeSet, tag: Tagged) -> String {
    if !to.is_empty() {
        return format!(" It passes it on to {to}.");
    }
    if spared.is_empty() {
        return String::new();
    }
    let why = match tag {
        Tagged::Nothing | Tagged::Origin => "the tag says that it was made there",
        Tagged::Passed => "the tag says that it has been there",
        Tagged::Name | Tagged::Causes => "the list that travels with its name says that it has been there",
    };
    format!(" It doesn't pass it on to {spared}: {why}.")
}

fn before(node: NodeId, missing: &[CallId], never: bool) -> String {
    if missing.is_empty() {
        return String::new();
    }
    let lacks = if never { "never got" } else { "doesn't have yet" };
    format!(" It was made after {}, which {node} {lacks}.", list(missing))
}

/// `2nd`, `3rd`, `4th`; a change is applied no more than 20 times.
fn nth(times: usize) -> String {
    let ending = match times {
        1 => "st",
        2 => "nd",
        3 => "rd",
        _ => "th",
    };
    format!("{times}{ending}")
}
