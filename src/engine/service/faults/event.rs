//! What happened, and how it is told.

use std::fmt::{self, Display};

use super::component::{Fault, Name, Target};
use super::dns::RESOLVERS;
use super::level::{Status, Verdict, Window};
use crate::contract;
use crate::service::spell::{grouped, time as spell};
use crate::sim::Time;

/// What a fault has struck.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Struck {
    One(Name),
    /// So many of the app servers.
    Apps {
        struck: usize,
        of: usize,
    },
}

/// Who still finds the service without DNS.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WayIn {
    /// So many resolvers have an answer that is good.
    pub knowing: usize,
    /// How long until the first of those runs out.
    pub next: Option<Time>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// A part of a `run` has passed.
    Passed {
        time: Time,
        seen: Window,
        verdict: Verdict,
        waiting: usize,
    },
    /// What users get has come to be a failure, or has ceased to be one.
    StatusChanged {
        verdict: Verdict,
    },
    Injected {
        fault: Fault,
        on: Struck,
        lost: usize,
        /// Where DNS was struck.
        way_in: Option<WayIn>,
    },
    /// A process had no memory left.
    OutOfMemory {
        on: Name,
        lost: usize,
    },
    Restarted {
        on: Name,
    },
    /// A resolver has had to send a user away, for the first time since DNS is gone; so many others still know.
    AnswerExpired {
        resolver: usize,
        knowing: usize,
    },
    /// `again` after a trial that failed.
    BreakerOpened {
        app: Name,
        again: bool,
    },
    BreakerTries {
        app: Name,
    },
    BreakerClosed {
        app: Name,
    },
    /// Those of the components named that were off their spec got a new process.
    Repaired {
        on: Option<Target>,
        repaired: Vec<Name>,
        lost: usize,
    },
    Changed {
        what: String,
    },
    /// It was so already.
    Unchanged {
        what: String,
    },
    Refused {
        why: String,
    },
}

impl contract::Event for Event {
    fn name(&self) -> &'static str {
        match self {
            Event::Passed { .. } => "Passed",
            Event::StatusChanged { .. } => "StatusChanged",
            Event::Injected { .. } => "Injected",
            Event::OutOfMemory { .. } => "OutOfMemory",
            Event::Restarted { .. } => "Restarted",
            Event::AnswerExpired { .. } => "AnswerExpired",
            Event::BreakerOpened { .. } => "BreakerOpened",
            Event::BreakerTries { .. } => "BreakerTries",
            Event::BreakerClosed { .. } => "BreakerClosed",
            Event::Repaired { .. } => "Repaired",
            Event::Changed { .. } => "Changed",
            Event::Unchanged { .. } => "Unchanged",
            Event::Refused { .. } => "Refused",
        }
    }
}

impl Display for Event {
    fn fmt(&self, out: &mut fmt::Formatter) -> fmt::Result {
        match self {
            Event::Passed { time, seen, verdict, waiting } => {
                write!(out, "In {}, {seen}; {}. {verdict}", spell(*time), waits(*waiting))
            }
            Event::StatusChanged { verdict } => {
                write!(out, "In the last {}, {}. ", spell(verdict.time), verdict.judged)?;
                match verdict.status {
                    Status::Failure => write!(out, "This is a failure: {} % were agreed.", verdict.agreed),
                    _ => verdict.fmt(out),
                }
            }
            Event::Injected { fault, on, lost, way_in } => {
                injected(*fault, *on, out)?;
                lost_requests(*lost, out)?;
                way_in.map_or(Ok(()), |way_in| way_in.fmt(out))
            }
            Event::OutOfMemory { on, lost } => {
                write!(out, "{on} has no memory left and is killed by its system.")?;
                lost_requests(*lost, out)
            }
            Event::Restarted { on } => write!(out, "The supervisor has started {on} again."),
            Event::AnswerExpired { resolver, knowing } => write!(
                out,
                "The answer that resolver {} had kept has run out, and DNS does not reply: its users do not find the \
                 service any more. {knowing} of {RESOLVERS} resolvers still {} an answer.",
                resolver + 1,
                have(*knowing)
            ),
            Event::BreakerOpened { app, again: true } => {
                write!(out, "The call on trial has failed as well: the breaker of {app} stays open for 2 s more.")
            }
            Event::BreakerOpened { app, again: false } => write!(
                out,
                "Five calls in a row have failed: {app} opens its breaker. For 2 s it calls the database no more, and \
                 what needs it fails at once, without holding a worker."
            ),
            Event::BreakerTries { app } => {
                write!(out, "{app} lets one call through to see if the database is well again.")
            }
            Event::BreakerClosed { app } => write!(out, "The call succeeded: {app} closes its breaker."),
            Event::Repaired { on, repaired, lost } => {
                match (on, &repaired[..]) {
                    (None, []) => out.write_str("There is nothing to repair: every component does what it should.")?,
                    (Some(on), []) => write!(out, "There is nothing to repair on {on}.")?,
                    (_, [one]) => write!(out, "{one} is repaired: it has a new process.")?,
                    (_, [first @ .., last]) => {
                        let first: Vec<String> = first.iter().map(Name::to_string).collect();
                        write!(out, "{} and {last} are repaired: each has a new process.", first.join(", "))?;
                    }
                }
                lost_requests(*lost, out)
            }
            Event::Changed { what } => write!(out, "From now on, {what}."),
            Event::Unchanged { what } => write!(out, "It is {what} already: nothing changes."),
            Event::Refused { why } => write!(out, "Refused: {why}."),
        }
    }
}

fn injected(fault: Fault, on: Struck, out: &mut fmt::Formatter) -> fmt::Result {
    match (fault, on) {
        (Fault::LeapSecond, _) => out.write_str(
            "A leap second. All app servers run the same kernel, with the same bug: every one of them hangs at the \
             same instant. More of them would not have helped.",
        ),
        (Fault::Kill, Struck::One(on)) => write!(out, "The process of {on} is killed, and is gone at once."),
        (Fault::Leak, Struck::One(on)) => {
            write!(out, "{on} begins to leak memory: a tenth of what it has, each second.")
        }
        (Fault::Slow, Struck::One(on)) => write!(out, "{on} now takes a hundred times as long for the same work."),
        (_, Struck::Apps { struck, of }) => {
            let whom = if struck == of { format!("All {of}") } else { format!("{struck} of {of}") };
            match fault {
                Fault::Kill => write!(out, "{whom} app servers are killed at the same moment."),
                Fault::Slow => write!(out, "{whom} app servers now take a hundred times as long for the same work."),
                _ => write!(
                    out,
                    "{whom} app servers got the same new program, and it leaks: a tenth of the memory, each second."
                ),
            }
        }
    }
}

impl Display for WayIn {
    fn fmt(&self, out: &mut fmt::Formatter) -> fmt::Result {
        write!(out, " {} of {RESOLVERS} resolvers still {} its answer", self.knowing, have(self.knowing))?;
        match self.next {
            Some(next) => write!(out, "; the oldest is good for {} more.", spell(next)),
            None => out.write_str("."),
        }
    }
}

fn have(many: usize) -> &'static str {
    if many == 1 { "has" } else { "have" }
}

/// Requests, and not users: those who sent them may have left long since.
fn waits(many: usize) -> String {
    match many {
        1 => "1 request waits".to_owned(),
        _ => format!("{} requests wait", grouped(many as u64)),
    }
}

fn lost_requests(lost: usize, out: &mut fmt::Formatter) -> fmt::Result {
    match lost {
        0 => Ok(()),
        1 => out.write_str(" The one request that was there is lost."),
        _ => write!(out, " {lost} requests that were there are lost."),
    }
}
