//! What a state machine hands back to its cluster. A node or a client cannot see the cluster that it is part of: it is
//! handed a message, or told that a timer has run out, and answers with what it did and what it wants.

use std::panic::Location;

use super::event::Fact;
use super::message::{Ending, Message};
use crate::replication::{CallId, Host};
use crate::sim::Time;

/// What a timer is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Timer {
    /// Half of a coordinator's time for a call is over.
    HalfTime { at: Host, call: CallId },
    /// All of it is.
    TimeOut { at: Host, call: CallId },
    /// A client has waited long enough for the node that coordinates its call.
    Patience { call: CallId },
}

#[derive(Debug)]
pub struct Reaction {
    /// What was done.
    pub fact: Fact,
    /// The line that did it.
    pub source: &'static Location<'static>,
    /// What is to be sent, in this order.
    pub outbox: Vec<(Host, Message)>,
    /// What is to run out, and in how long.
    pub timers: Vec<(Time, Timer)>,
    /// The call that has ended for its client by this.
    pub finished: Option<(CallId, Ending)>,
}

impl Reaction {
    #[track_caller]
    pub fn new(fact: Fact) -> Reaction {
        Reaction { fact, source: Location::caller(), outbox: Vec::new(), timers: Vec::new(), finished: None }
    }

    pub fn send(mut self, to: impl Into<Host>, message: Message) -> Reaction {
        self.outbox.push((to.into(), message));
        self
    }

    pub fn send_all(mut self, messages: impl IntoIterator<Item = (Host, Message)>) -> Reaction {
        self.outbox.extend(messages);
        self
    }

    pub fn after(mut self, time: Time, timer: Timer) -> Reaction {
        self.timers.push((time, timer));
        self
    }

    pub fn finish(mut self, call: CallId, ending: Ending) -> Reaction {
        self.finished = Some((call, ending));
        self
    }
}
