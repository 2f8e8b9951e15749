//! How a leader sends its log: one entry after the other, each when the follower has told of the one before.

use std::rc::Rc;

use super::entry::Entry;
use super::message::{Bytes, Message};
use super::{FOLLOWER, ReplicationLog, Timer};
use crate::cluster::Reaction;
use crate::sim::Time;

/// How long it waits for an answer at first; each time, it waits twice as long.
const WAIT: Time = Time::from_millis(200);
/// So often it sends one thing; then it takes the follower for gone, until it hears of it or has something new.
const ATTEMPTS: u32 = 4;

/// What a leader knows of its follower.
#[derive(Clone)]
pub struct Shipping {
    /// How many entries it has carried out; nothing, where it must be asked.
    acknowledged: Option<u32>,
    /// Whether it has said that it cannot go on.
    pub halted: bool,
    /// How often something was sent. A timer knows what it waits for by that.
    serial: u32,
    /// How often that was sent which is not answered yet.
    attempts: Option<u32>,
}

impl Default for Shipping {
    /// Of an empty log, all is carried out.
    fn default() -> Shipping {
        Shipping { acknowledged: Some(0), halted: false, serial: 0, attempts: None }
    }
}

impl Shipping {
    /// From now on it knows nothing, but which timers are old.
    pub fn unknown(before: &Shipping) -> Shipping {
        Shipping { acknowledged: None, halted: false, serial: before.serial, attempts: None }
    }

    pub fn is_unknown(&self) -> bool {
        self.acknowledged.is_none()
    }

    /// Whether the follower is asked how far it is, and has not answered yet.
    pub fn is_asked(&self) -> bool {
        self.is_unknown() && self.attempts.is_some()
    }

    /// The follower says how far it is. What it has carried out once, it keeps: an older message is no news.
    pub fn has(&mut self, entries: u32) {
        self.acknowledged = self.acknowledged.max(Some(entries));
        (self.halted, self.attempts) = (false, None);
    }

    pub fn halts(&mut self, entries: u32) {
        if self.acknowledged <= Some(entries) {
            (self.acknowledged, self.halted, self.attempts) = (Some(entries), true, None);
        }
    }

    /// Connections are made anew: what was not answered is no longer waited for, and can be sent at once.
    pub fn reconnects(&mut self) {
        self.attempts = None;
    }

    /// The entry that the follower needs next.
    pub fn next<'a>(&self, log: &'a [Rc<Entry>]) -> Option<&'a Entry> {
        log.get(self.acknowledged? as usize).map(|entry| &**entry)
    }

    /// How many entries the follower has not, as far as the leader knows.
    pub fn waiting(&self, log: &[Rc<Entry>]) -> usize {
        log.len() - self.acknowledged.unwrap_or_default() as usize
    }

    /// Whether there is something to be sent, and nothing that is not answered yet.
    pub fn is_free(&self, log: &[Rc<Entry>]) -> bool {
        self.attempts.is_none() && !self.halted && (self.acknowledged.is_none() || self.next(log).is_some())
    }

    /// Sends the next entry; or asks for how many the follower has, if that is not known.
    pub fn send(&mut self, log: &[Rc<Entry>], reaction: Reaction<ReplicationLog>) -> Reaction<ReplicationLog> {
        let attempts = self.attempts.unwrap_or_default() + 1;
        self.attempts = Some(attempts);
        self.serial += 1;
        let message = match self.next(log) {
            Some(entry) => Message::Entry { bytes: Bytes(entry.bytes.as_slice().into()) },
            None => Message::Inquiry,
        };
        reaction.send(FOLLOWER, message).wake(waits(attempts), Timer::Again(self.serial))
    }

    /// Whether that is still not answered: which attempt comes next, if any, and how long it has waited.
    pub fn unanswered(&mut self, serial: u32) -> Option<(Option<u32>, Time)> {
        let attempts = self.attempts.filter(|_| serial == self.serial)?;
        let next = (attempts < ATTEMPTS).then_some(attempts + 1);
        if next.is_none() {
            self.attempts = None;
        }
        Some((next, waits(attempts)))
    }
}

fn waits(attempt: u32) -> Time {
    Time::from_nanos(WAIT.as_nanos() << (attempt - 1))
}
