//! What happened, and how it is told.

use std::rc::Rc;

use stepwise_derive::Event;

use super::carts::{Later, Mark};
use super::told::{Back, Over, are_back, keeps, over as passed_over};
use crate::cluster::{CallId, Happened, NodeId};
use crate::contract::Refused;
use crate::key::Key;
use crate::sim::Time;
use crate::wording::{count, list, shown};

#[derive(Clone, Event)]
pub enum Event {
    #[told(
        "{} {} {} and sends the cart to {to}: {items}.",
        call.client, if *adds { "adds" } else { "removes" }, shown(item.as_str()), when = seen.is_empty()
    )]
    #[told(
        "{} {} {} and sends the cart to {to}: {items}. It has seen {seen}.",
        call.client, if *adds { "adds" } else { "removes" }, shown(item.as_str())
    )]
    CartSent { call: CallId, to: NodeId, item: Key, adds: bool, items: Rc<str>, seen: Rc<str>, saw: Rc<[CallId]> },
    #[told("{} asks {to} for the cart.", call.client)]
    GetSent { call: CallId, to: NodeId },
    #[told("{node} marks {call} {}, by its clock. {}{}", Words(mark), keeps(mark, later), lost_by(lost),
        when = let Some(later) = later)]
    #[told(
        "{node} stores {call}, {}. {}{}{}",
        Words(mark), replaces(dropped, held), unaware_of(*unaware), lost_by(lost)
    )]
    Stored {
        node: NodeId,
        call: CallId,
        mark: Rc<Mark>,
        /// The cart for which it doesn't keep the new one.
        later: Option<Later>,
        dropped: Rc<[CallId]>,
        /// All that it holds now.
        held: Rc<[CallId]>,
        /// Of these, how many the new one had seen, and still they stay.
        unaware: usize,
        lost: Rc<[CallId]>,
    },
    #[told("{node} has taken {call} before: the same message has come twice. It stores nothing, and answers again.")]
    CameTwice { node: NodeId, call: CallId },
    #[told("{node} holds no cart yet, and says so to {}.", call.client, when = *carts == 0)]
    #[told("{node} sends {} to {}.", count(*carts, "cart"), call.client)]
    Asked { node: NodeId, call: CallId, carts: usize },
    #[told(
        "{} has the answer, and its cart is {items}. {}{}{}",
        call.client, are_back(back), barred_by(barred), lost_by(lost), when = !back.is_empty()
    )]
    #[told("{} has the answer: there is no cart yet.", call.client, when = *carts == 0)]
    #[told("{} has the answer, one cart: {items}.{}", call.client, lost_by(lost), when = *carts == 1)]
    #[told("{} has the answer, {}, and merges them: {items}.{}{}", call.client, count(*carts, "cart"), barred_by(barred), lost_by(lost))]
    Answered {
        call: CallId,
        carts: usize,
        items: Rc<str>,
        /// What it had removed and is in the cart again, from a cart whose writer still had it.
        back: Rc<[Back]>,
        /// What one of the carts has in it, and another a tombstone for.
        barred: Rc<[Key]>,
        lost: Rc<[CallId]>,
    },
    #[told("The answer to {call} comes to {}, which no longer waits for it.", call.client)]
    AnsweredLate { call: CallId },
    #[told("{} has had no answer to {call} for {waited}, and gives up. It can't know whether the replica has it.", call.client, when = *is_write)]
    #[told("{} has had no answer to {call} for {waited}, and gives up.", call.client)]
    GaveUp { call: CallId, waited: Time, is_write: bool },
    #[told("{from} has no cart to send to {to}, and says so.", when = *carts == 0)]
    #[told("{from} sends {to} all that it holds: {}.", count(*carts, "cart"))]
    SyncSent { from: NodeId, to: NodeId, carts: usize },
    #[told("{node} hears nothing new from {from}, and keeps what it has.{}", lost_by(lost), when = *new == 0 && dropped.is_empty() && over.is_empty())]
    #[told("{node} takes over nothing from {from}.{}{}", passed_over(over), lost_by(lost), when = *new == 0 && dropped.is_empty())]
    #[told("{node} takes over {} from {from}. {}{}{}", count(*new, "cart"), replaces(dropped, held), passed_over(over), lost_by(lost))]
    Merged {
        node: NodeId,
        from: NodeId,
        came: Rc<[CallId]>,
        new: usize,
        dropped: Rc<[CallId]>,
        held: Rc<[CallId]>,
        /// Of those that came, the ones that it doesn't take, although nothing that it holds had seen them.
        over: Rc<[Over]>,
        lost: Rc<[CallId]>,
    },
    #[flatten]
    Happened(Happened),
    #[flatten]
    Refused(Refused),
}

/// The version of a write, as a sentence goes on with it.
struct Words<'a>(&'a Mark);

impl std::fmt::Display for Words<'_> {
    fn fmt(&self, out: &mut std::fmt::Formatter) -> std::fmt::Result {
        match self.0 {
            Mark::Numbered(version) => write!(out, "as version {}", version.number),
            Mark::Vector { stood, .. } => write!(out, "and its vector is {stood} now"),
            Mark::Dotted(version) => write!(out, "with the dot {}", version.dot),
            Mark::Stamped(stamp) => write!(out, "with the time {}", stamp.time),
        }
    }
}

fn replaces(dropped: &[CallId], held: &[CallId]) -> String {
    let replaced =
        if dropped.is_empty() { "It replaces nothing".to_owned() } else { format!("It replaces {}", list(dropped)) };
    match held.len() {
        0 | 1 => format!("{replaced}."),
        many => format!("{replaced}, and there are {} now: {}.", count(many, "sibling"), list(held)),
    }
}

fn unaware_of(many: usize) -> String {
    match many {
        0 => String::new(),
        1 => " Its writer had seen one of them, which stays all the same: a false sibling.".to_owned(),
        _ => format!(" Its writer had seen {many} of them, which stay all the same: false siblings."),
    }
}

fn barred_by(items: &[Key]) -> String {
    let names: Vec<_> = items.iter().map(|item| shown(item.as_str()).to_string()).collect();
    match names.len() {
        0 => String::new(),
        1 => format!(" A tombstone keeps {} out.", names[0]),
        _ => format!(" Tombstones keep {} out.", list(&names)),
    }
}

fn lost_by(lost: &[CallId]) -> String {
    match lost {
        [] => String::new(),
        [one] => format!(" {one} is lost: it was acknowledged, and no cart that is left had seen it."),
        _ => format!(" {} are lost: they were acknowledged, and no cart that is left had seen them.", list(lost)),
    }
}
