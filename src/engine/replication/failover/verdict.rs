//! What a call breaks of what clients had been told.
//!
//! A client that is told "it is row 2" has three promises: the row stays, its number is nobody else's, and whoever reads
//! row 2 later is shown it. A broken one is proved by two calls, wherever there are two that contradict each other. A row may
//! be lost before any call has noticed; then only the log of the newest leader, or the storage, stands against the one that was
//! told of it.

use std::rc::Rc;

use stepwise_derive::Event;

use super::message::RowId;
use crate::cluster::{CallId, NodeId};
use crate::replication::replicated_log::Term;

/// As it follows the narration of the call.
#[derive(Clone, Event)]
pub enum Broken {
    /// A read was shown somebody's data, and before it began the client of `owner` had been told that the row is another's.
    #[told("The wrong person: the row is {name}'s, as {owner} had heard before this read began.")]
    WrongPerson { name: Rc<str>, owner: CallId },
    /// A read was told that there is no such row, and before it began the client of `insert` had been told of it.
    #[told("But {insert} was acknowledged as row {row} before this read began.")]
    NotFound { row: RowId, insert: CallId },
    /// An insert was told of a number that the client of `first` had been told of before.
    #[told("The number {row} has been given twice: {name} has it, too (call {first}).")]
    GivenTwice { row: RowId, name: Rc<str>, first: CallId },
    /// The storage had the row of an insert that was told of it, and an older leader has put that of another in its place.
    #[told(
        "Overwritten: {insert} was acknowledged as row {row}, and in the storage that is {name} now (call {by}), by the \
         token {token}, which is older than {newer}."
    )]
    Overwritten { row: RowId, insert: CallId, name: Rc<str>, by: CallId, token: Term, newer: Term },
    /// An insert was told of its row, and the leader of the newest term, whether it runs or not, does not have it.
    /// `noticed` is the first call that contradicts it.
    #[told(
        "Lost: {insert} was acknowledged as row {row}, and the log of {leader}, the leader of term {term}, doesn't have it. \
         {noticed} has shown it.", when = let Some(noticed) = noticed
    )]
    #[told(
        "Lost: {insert} was acknowledged as row {row}, and the log of {leader}, the leader of term {term}, doesn't have it. \
         No call has noticed yet."
    )]
    Lost { row: RowId, insert: CallId, leader: NodeId, term: Term, noticed: Option<CallId> },
}

impl Broken {
    /// The call that stands against the one that breaks the promise, where it is a call that does.
    pub fn against(&self) -> Option<CallId> {
        match self {
            Broken::WrongPerson { owner: call, .. }
            | Broken::NotFound { insert: call, .. }
            | Broken::Overwritten { by: call, .. }
            | Broken::GivenTwice { first: call, .. } => Some(*call),
            Broken::Lost { noticed, .. } => *noticed,
        }
    }
}
