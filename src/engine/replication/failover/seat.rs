//! A node's machine: what surrounds the node that knows only of messages.
//!
//! A machine does one thing at a time. While it works on a request, or is paused, all else waits in line: messages, and
//! the timers as well. So a busy leader's heartbeat is late, and from outside that looks as if it were dead.

use std::rc::Rc;

use super::message::{Message, RowId};
use crate::replication::replicated_log::{Node, Role, Term};
use crate::replication::{CallId, Host, NodeId};
use crate::sim::{Envelope, Time};

/// What waits for the node to be free.
#[derive(Clone)]
pub enum Job {
    Message(Rc<Envelope<Host, Message>>),
    /// Time to be heard.
    Heartbeat,
    /// The leader may have been silent for too long.
    Election,
    /// Somebody wants this node to lead.
    Promotion,
}

/// The storage was asked, and has not answered: the question may be lost, or the answer. The node asks again, and waits twice
/// as long each time, so that a storage that cannot be reached is not asked without end.
#[derive(Clone, Copy)]
pub struct Asked {
    at: Time,
    patience: Time,
}

impl Asked {
    pub fn new(at: Time, patience: Time) -> Asked {
        Asked { at, patience }
    }

    /// Whether it has been asked again, as there was no answer for long enough.
    pub fn again(&mut self, now: Time) -> bool {
        let is_over = now - self.at >= self.patience;
        if is_over {
            *self = Asked { at: now, patience: self.patience + self.patience };
        }
        is_over
    }
}

/// A client that the leader has not told yet.
#[derive(Clone)]
pub struct Waiting {
    pub call: CallId,
    pub row: RowId,
    /// Where in the log its row is.
    pub position: usize,
    /// Whether the storage has been asked, and when.
    pub asked: Option<Asked>,
}

#[derive(Clone)]
pub struct Seat {
    pub node: Node,
    /// Whom it believes to lead.
    pub leader: Option<NodeId>,
    /// When it heard that leader last.
    pub heard: Time,
    /// When it calls the leader dead, if it hears nothing until then.
    pub deadline: Time,
    /// The last term that it has led since it was started; 0 for none.
    pub led: Term,
    pub busy_until: Time,
    pub jobs: Vec<Job>,
    pub waiting: Vec<Waiting>,
    /// Reads of rows that a new leader cannot answer yet, for it does not know what is committed.
    pub reads: Vec<(CallId, RowId)>,
    /// A new leader's token, which the storage has not answered yet.
    pub token: Option<Asked>,
}

impl Seat {
    pub fn new(node: Node) -> Seat {
        let (leader, waiting, jobs) = (None, Vec::new(), Vec::new());
        let [heard, deadline, busy_until] = [Time::ZERO; 3];
        Seat { node, leader, heard, deadline, led: 0, busy_until, jobs, waiting, reads: Vec::new(), token: None }
    }

    pub fn leads(&self) -> bool {
        self.node.role() == Role::Leader
    }

    /// Whether what comes at `now` has to wait: behind what is being done, and behind what waits already.
    pub fn is_busy(&self, now: Time) -> bool {
        now < self.busy_until || !self.jobs.is_empty()
    }

    /// Lets a job wait in line: as many messages as come, and of all else no more than one of a kind.
    pub fn wait(&mut self, job: Job) {
        use Job::{Election, Heartbeat, Promotion};
        let is_same = |other: &Job| {
            matches!((other, &job), (Heartbeat, Heartbeat) | (Election, Election) | (Promotion, Promotion))
        };
        let waits_already = self.jobs.iter().any(is_same);
        if !waits_already {
            self.jobs.push(job);
        }
    }

    /// The power goes: all that was only in memory is gone.
    pub fn forget(&mut self) {
        (self.leader, self.led) = (None, 0);
        self.jobs.clear();
        self.forget_clients();
        self.busy_until = Time::ZERO;
    }

    /// A reign is over or begins: those who wait will ask again.
    pub fn forget_clients(&mut self) {
        self.waiting.clear();
        self.reads.clear();
        self.token = None;
    }
}
