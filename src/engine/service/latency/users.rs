//! Closed arrivals: so many users, of whom each sends a request, waits for its answer, thinks, and sends the next.
//!
//! Who waits sends nothing. So as the service becomes slower, less comes to it: the load depends on what it measures.
//! With N users whose answer takes R and who think for Z on average, N / (R + Z) requests come in a second (Little's law,
//! of the whole circle; also called the interactive response time law), and there are never more than N at the service.
//!
//! Think times are exponentially distributed. Such a time has no memory, so of the users who think, any is as likely as
//! any other to be the next to send, and it is enough to know how many they are: the next of k sends after an
//! exponential time with the mean Z / k, drawn anew whenever k changes.

use std::fmt::{self, Display};

use crate::service::spell::time as spell;
use crate::sim::distribution::exponential;
use crate::sim::{Rng, Time};
use crate::wording::count;

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Users {
    /// How many there are to be; 0 where the load is open.
    pub wanted: u64,
    /// How long each thinks, on average.
    pub think: Time,
    /// How many think, and how many wait for an answer.
    pub thinking: u64,
    pub waiting: u64,
    /// All requests after this one are theirs.
    before: u64,
    /// When the next of them sends. `None` where none thinks.
    next: Option<Time>,
}

/// What a user does who has been answered, or refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Afterwards {
    Thinks,
    Leaves,
}

impl Users {
    /// From now on, so many, who think for so long; `requests` have come before. New ones think first. Of those too many,
    /// who think leave at once, and the others as soon as one is answered.
    pub fn set(&mut self, wanted: u64, think: Time, requests: u64, now: Time, rng: &mut Rng) {
        if wanted == 0 || self.wanted == 0 {
            (self.waiting, self.before) = (0, requests);
        }
        (self.wanted, self.think) = (wanted, think);
        self.thinking = wanted.saturating_sub(self.waiting);
        self.plan(now, rng);
    }

    /// When the next request comes.
    pub fn next_at(&self) -> Option<Time> {
        self.next
    }

    /// How many are still to leave.
    pub fn leaving(&self) -> u64 {
        (self.thinking + self.waiting).saturating_sub(self.wanted)
    }

    /// One has sent a request.
    pub fn send(&mut self, now: Time, rng: &mut Rng) {
        self.thinking -= 1;
        self.waiting += 1;
        self.plan(now, rng);
    }

    /// A request has been answered or refused. `None` if it is not of a user.
    pub fn answer(&mut self, request: u64, now: Time, rng: &mut Rng) -> Option<Afterwards> {
        if self.wanted == 0 || request <= self.before {
            return None;
        }
        let leaves = self.leaving() > 0;
        self.waiting -= 1;
        if leaves {
            return Some(Afterwards::Leaves);
        }
        self.thinking += 1;
        self.plan(now, rng);
        Some(Afterwards::Thinks)
    }

    fn plan(&mut self, now: Time, rng: &mut Rng) {
        let mean = |thinking: u64| self.think.as_nanos() as f64 / thinking as f64;
        self.next = (self.thinking > 0).then(|| now + exponential(mean(self.thinking), rng));
    }
}

/// What they do, in a sentence or two.
impl Display for Users {
    fn fmt(&self, out: &mut fmt::Formatter) -> fmt::Result {
        let (users, think) = (count(self.wanted, "user"), spell(self.think));
        match self.wanted {
            1 => {
                write!(out, "{users} waits for each answer, thinks for {think} on average, and sends the next request")?
            }
            _ => {
                write!(out, "{users} each wait for an answer, think for {think} on average, and send the next request")?
            }
        }
        out.write_str("; `load` is unused.")?;
        match self.leaving() {
            0 => Ok(()),
            1 => out.write_str(" 1 more leaves after its answer."),
            many => write!(out, " {many} more leave after their answers."),
        }
    }
}
