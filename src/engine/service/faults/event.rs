//! What happened, and how it is told.

use std::fmt::{self, Display};

use super::component::{Fault, Name};
use super::{Status, Window};
use crate::contract;
use crate::service::spell::{share, time as spell};
use crate::sim::Time;

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// A part of a `run` has passed.
    Passed {
        time: Time,
        seen: Window,
        status: Status,
        waiting: usize,
    },
    /// What users get has changed from one second to the next.
    StatusChanged {
        status: Status,
        seen: Window,
    },
    Injected {
        fault: Fault,
        on: Option<Name>,
        lost: usize,
    },
    /// A process had no memory left.
    OutOfMemory {
        on: Name,
        lost: usize,
    },
    Restarted {
        on: Name,
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
    Repaired {
        on: Option<Name>,
    },
    Changed {
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
            Event::BreakerOpened { .. } => "BreakerOpened",
            Event::BreakerTries { .. } => "BreakerTries",
            Event::BreakerClosed { .. } => "BreakerClosed",
            Event::Repaired { .. } => "Repaired",
            Event::Changed { .. } => "Changed",
            Event::Refused { .. } => "Refused",
        }
    }
}

impl Display for Event {
    fn fmt(&self, out: &mut fmt::Formatter) -> fmt::Result {
        match self {
            Event::Passed { time, seen, status, waiting } => {
                write!(out, "In {}, {} users were answered and {} got an error", spell(*time), seen.ok, seen.errors)?;
                write!(out, " ({}); {waiting} wait. {}", share(seen.errors, seen.all()), status.told())
            }
            Event::StatusChanged { status, seen } => {
                let errors = share(seen.errors, seen.all());
                write!(out, "In the last second {errors} of the users got an error. {}", status.told())
            }
            Event::Injected { fault, on, lost } => {
                match (fault, on) {
                    (Fault::Kill, Some(on)) => write!(out, "The process of {on} is killed, and is gone at once.")?,
                    (Fault::Leak, Some(on)) => {
                        write!(out, "{on} begins to leak memory: a tenth of what it has, each second.")?;
                    }
                    (Fault::Slow, Some(on)) => {
                        write!(out, "{on} now takes a hundred times as long for the same work.")?
                    }
                    _ => out.write_str(
                        "A leap second. All app servers run the same kernel, with the same bug: every one of them \
                         hangs at the same instant. More of them would not have helped.",
                    )?,
                }
                lost_requests(*lost, out)
            }
            Event::OutOfMemory { on, lost } => {
                write!(out, "{on} has no memory left and is killed by its system.")?;
                lost_requests(*lost, out)
            }
            Event::Restarted { on } => write!(out, "The supervisor has started {on} again."),
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
            Event::Repaired { on: Some(on) } => write!(out, "{on} is repaired."),
            Event::Repaired { on: None } => out.write_str("Everything is repaired."),
            Event::Changed { what } => write!(out, "From now on, {what}."),
            Event::Refused { why } => write!(out, "Refused: {why}."),
        }
    }
}

fn lost_requests(lost: usize, out: &mut fmt::Formatter) -> fmt::Result {
    match lost {
        0 => Ok(()),
        1 => out.write_str(" The one request that it had is lost."),
        _ => write!(out, " {lost} requests that it had are lost."),
    }
}
