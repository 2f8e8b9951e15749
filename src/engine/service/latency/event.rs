//! What happened, and how it is told.

use std::fmt::{self, Display};

use super::Level;
use crate::contract;
use crate::service::grouped;
use crate::service::spell::{rounded, time as spell};
use crate::service::station::Blocked;
use crate::sim::Time;
use crate::wording::count;

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// A worker was free.
    Started {
        request: u64,
        work: Time,
    },
    /// All workers were busy.
    Queued {
        request: u64,
        work: Time,
        ahead: usize,
        /// Whether one slow job holds it up.
        blocked: Option<Blocked>,
    },
    Shed {
        request: u64,
        limit: usize,
    },
    Finished {
        request: u64,
        waited: Time,
        work: Time,
        next: Option<u64>,
        /// How many still wait, at all servers and at this one.
        waiting: usize,
        waiting_here: usize,
    },
    /// The end of a `run`, or of a part of a long one.
    Passed {
        time: Time,
        arrived: u64,
        finished: u64,
        refused: u64,
        waiting: usize,
        level: Level,
    },
    /// What was changed, as a script would say it.
    Changed {
        what: String,
        /// Of the time of each server's workers, how much is asked for, in a thousand.
        used: Vec<u64>,
        endless: bool,
        /// How many had been measured before.
        forgotten: u64,
    },
    Slowed {
        server: usize,
        slow: bool,
        used: Vec<u64>,
        forgotten: u64,
    },
    Forgotten {
        requests: u64,
    },
    Refused {
        why: String,
    },
}

impl contract::Event for Event {
    fn name(&self) -> &'static str {
        match self {
            Event::Started { .. } => "Started",
            Event::Queued { .. } => "Queued",
            Event::Shed { .. } => "Shed",
            Event::Finished { .. } => "Finished",
            Event::Passed { .. } => "Passed",
            Event::Changed { .. } => "Changed",
            Event::Slowed { .. } => "Slowed",
            Event::Forgotten { .. } => "Forgotten",
            Event::Refused { .. } => "Refused",
        }
    }
}

impl Display for Event {
    fn fmt(&self, out: &mut fmt::Formatter) -> fmt::Result {
        match self {
            Event::Started { request, work } => {
                write!(out, "Request {request} comes and finds a free worker: no wait, {} of work.", spell(*work))
            }
            Event::Queued { request, work, ahead, blocked } => {
                write!(out, "Request {request} comes while all workers are busy")?;
                match ahead {
                    0 => out.write_str(" and is first in line.")?,
                    ahead => write!(out, " and waits behind {ahead} more.")?,
                }
                match blocked {
                    Some(Blocked { by, still, costs }) => write!(
                        out,
                        " It needs only {} of work, and request {by} before it still needs {}, for which it waits {} \
                         longer: head-of-line blocking.",
                        spell(*work),
                        spell(*still),
                        spell(*costs)
                    ),
                    None => write!(out, " It needs {} of work.", spell(*work)),
                }
            }
            Event::Shed { request, limit } => {
                write!(out, "Request {request} comes and is refused at once: {limit} already wait, which is the limit.")
            }
            Event::Finished { request, waited, work, next, waiting, waiting_here } => {
                write!(
                    out,
                    "Request {request} is done after {}: {} of waiting (latency), {} of service.",
                    spell(*waited + *work),
                    spell(*waited),
                    spell(*work)
                )?;
                match (next, waiting_here, waiting) {
                    (Some(next), ..) => write!(out, " Request {next} is next."),
                    (None, 0, 0) => out.write_str(" Nobody waits."),
                    (None, 0, elsewhere) => write!(out, " Nobody waits here; {elsewhere} wait at the other server."),
                    (None, here, _) => write!(out, " Its worker goes; {here} still wait for the others."),
                }
            }
            Event::Passed { time, arrived, finished, refused, waiting, level } => {
                write!(out, "In {}, {arrived} came and {finished} got done", spell(*time))?;
                if *refused > 0 {
                    write!(out, "; {refused} were refused")?;
                }
                write!(out, "; {waiting} wait. {level}")
            }
            Event::Changed { what, used, endless, forgotten } => {
                write!(out, "From now on, {what}. ")?;
                tell_used(out, used)?;
                if used.iter().any(|used| *used >= 1_000) {
                    out.write_str(match endless {
                        true => " Where it is 100 % or more, the queue will grow as long as this lasts.",
                        false => " Where it is 100 % or more, the queue will be full, and others are refused.",
                    })?;
                }
                tell_forgotten(out, *forgotten)
            }
            Event::Slowed { server, slow, used, forgotten } => {
                let how =
                    if *slow { "now takes four times as long for the same work" } else { "works at its own speed" };
                write!(out, "Server s{} {how}. ", server + 1)?;
                tell_used(out, used)?;
                tell_forgotten(out, *forgotten)
            }
            Event::Forgotten { requests } => {
                write!(out, "The times of {} are forgotten; measuring begins anew.", count(*requests, "request"))
            }
            Event::Refused { why } => write!(out, "Refused: {why}."),
        }
    }
}

/// How much of the workers' time is asked for; of each server, where they differ.
fn tell_used(out: &mut fmt::Formatter, used: &[u64]) -> fmt::Result {
    let percent = |used: u64| rounded(used, 10);
    let first = used.first().copied().unwrap_or_default();
    if used.iter().all(|each| *each == first) {
        return write!(out, "Of the workers' time, {} % is asked for.", percent(first));
    }
    out.write_str("Of the workers' time,")?;
    for (server, used) in used.iter().enumerate() {
        let and = if server > 0 { " and" } else { "" };
        write!(out, "{and} {} % is asked for at s{}", percent(*used), server + 1)?;
    }
    out.write_str(".")
}

/// That a new sample begins, where an old one has been measured.
fn tell_forgotten(out: &mut fmt::Formatter, forgotten: u64) -> fmt::Result {
    match forgotten {
        0 => Ok(()),
        1 => out.write_str(" What was measured of 1 request before is forgotten."),
        many => write!(out, " What was measured of {} requests before is forgotten.", grouped(many)),
    }
}
