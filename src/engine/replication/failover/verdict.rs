//! What a call breaks of what clients had been told. The judge sees all calls and all logs, as no node and no client can.
//!
//! A client that is told "it is row 2" has three promises: the row stays, its number is nobody else's, and whoever reads
//! row 2 later is shown it. A broken one is proved by two calls, wherever there are two that contradict each other. A row may
//! be lost before any call has noticed; then only the log of the newest leader stands against the one that was told of it.

use std::fmt::{self, Display};
use std::rc::Rc;

use super::Failover;
use super::call::{Call, Ended, Told};
use super::message::{Ask, RowId};
use crate::replication::replicated_log::Term;
use crate::replication::{CallId, NodeId};

#[derive(Clone)]
pub enum Broken {
    /// A read was shown somebody's data, and before it began the client of `owner` had been told that the row is another's.
    WrongPerson { name: Rc<str>, owner: CallId },
    /// A read was told that there is no such row, and before it began the client of `insert` had been told of it.
    NotFound { row: RowId, insert: CallId },
    /// An insert was told of a number that the client of `first` had been told of before.
    GivenTwice { row: RowId, name: Rc<str>, first: CallId },
    /// An insert was told of its row, and the leader of the newest term, whether it runs or not, does not have it.
    /// `noticed` is the first call that contradicts it.
    Lost { row: RowId, insert: CallId, leader: NodeId, term: Term, noticed: Option<CallId> },
}

impl Broken {
    /// The call that stands against the one that breaks the promise, where it is a call that does.
    pub fn against(&self) -> Option<CallId> {
        match self {
            Broken::WrongPerson { owner: call, .. }
            | Broken::NotFound { insert: call, .. }
            | Broken::GivenTwice { first: call, .. } => Some(*call),
            Broken::Lost { noticed, .. } => *noticed,
        }
    }
}

/// As it follows the narration of the call.
impl Display for Broken {
    fn fmt(&self, out: &mut fmt::Formatter) -> fmt::Result {
        match self {
            Broken::WrongPerson { name, owner } => {
                write!(out, "The wrong person: the row is {name}'s, as {owner} had been told before this read began.")
            }
            Broken::NotFound { row, insert } => {
                write!(out, "But {insert} had been told that it is row {row}, before this read began.")
            }
            Broken::GivenTwice { row, name, first } => {
                write!(out, "The number {row} has been given twice: {name} has it, too (call {first}).")
            }
            Broken::Lost { row, insert, leader, term, noticed } => {
                write!(
                    out,
                    "Lost: {insert} was told that it is row {row}, and the log of {leader}, the leader of term {term}, does \
                     not have it."
                )?;
                match noticed {
                    Some(call) => write!(out, " {call} has shown it."),
                    None => out.write_str(" No call has noticed yet."),
                }
            }
        }
    }
}

impl Failover {
    /// What the call at a place breaks, if it does.
    pub fn broken(&self, place: usize) -> Option<Broken> {
        let call = &self.calls[place];
        self.contradiction(call).or_else(|| self.missing(call))
    }

    /// Where what a call was told contradicts what another was told before.
    fn contradiction(&self, call: &Call) -> Option<Broken> {
        match (&call.ask, &call.ended) {
            (Ask::Read(row), Some((_, Ended::Found(found)))) => self.misread(call, *row, found.as_ref()),
            (_, Some((_, Ended::Inserted(_)))) => self.given_twice(call.id),
            _ => None,
        }
    }

    /// Whose row it is, is what the last client was told to whom that number was given.
    fn misread(&self, read: &Call, row: RowId, found: Option<&Rc<str>>) -> Option<Broken> {
        let owner = self.told[..read.told_before].iter().rfind(|told| told.row == row)?;
        match found {
            None => Some(Broken::NotFound { row, insert: owner.call }),
            Some(found) if *found != owner.name => {
                Some(Broken::WrongPerson { name: owner.name.clone(), owner: owner.call })
            }
            Some(_) => None,
        }
    }

    pub(super) fn given_twice(&self, insert: CallId) -> Option<Broken> {
        let place = self.told.iter().position(|told| told.call == insert)?;
        let Told { row, .. } = self.told[place];
        let first = self.told[..place].iter().rfind(|told| told.row == row)?;
        Some(Broken::GivenTwice { row, name: first.name.clone(), first: first.call })
    }

    fn missing(&self, call: &Call) -> Option<Broken> {
        let (insert, Some((_, Ended::Inserted(row)))) = (call.id, &call.ended) else { return None };
        self.lost().find(|lost| lost.call == insert)?;
        let contradicts = |other: &&Call| self.contradiction(other).and_then(|it| it.against()) == Some(insert);
        let noticed = self.calls.iter().find(contradicts).map(|other| other.id);
        let (term, leader) = self.reigns.newest();
        Some(Broken::Lost { row: *row, insert, leader, term, noticed })
    }
}
