//! A call of a client, what came of it, and what the client was told.

use std::rc::Rc;

use super::message::{Ask, RowId};
use crate::replication::{CallId, NodeId};
use crate::sim::Time;

/// What came of a call.
#[derive(Clone)]
pub enum Ended {
    Inserted(RowId),
    Found(Option<Rc<str>>),
    /// No answer has come in time. Whether the row is written, the client does not know.
    GivenUp,
}

#[derive(Clone)]
pub struct Call {
    pub id: CallId,
    pub ask: Ask,
    /// Whom the client has asked last, and how often it has asked: not once, if the cache had the answer.
    pub to: NodeId,
    pub(super) tries: u32,
    /// The one asked last has answered, and knew no leader.
    pub(super) is_sent_away: bool,
    pub began: Time,
    /// When its client learnt what came of it; `None` while it waits.
    pub ended: Option<(Time, Ended)>,
    /// Of how many rows clients had been told when it began.
    pub(super) told_before: usize,
    /// An old leader has acknowledged it, and the new one did not know of it.
    pub by_old_leader: bool,
}

/// A client has been told that its row is written.
#[derive(Clone)]
pub struct Told {
    pub call: CallId,
    pub row: RowId,
    pub name: Rc<str>,
}
