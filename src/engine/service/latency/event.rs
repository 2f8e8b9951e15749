//! What happened, and how it is told.

use std::fmt::{self, Display};

use super::Level;
use crate::contract;
use crate::service::spell::time as spell;
use crate::sim::Time;

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// A worker was free.
    Started {
        request: u64,
        work: Time,
    },
    /// All workers were busy; the longest job ahead of it still needs so much.
    Queued {
        request: u64,
        work: Time,
        ahead: usize,
        longest: Time,
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
    },
    /// The end of a `run`, or of a part of a long one.
    Passed {
        time: Time,
        arrived: u64,
        finished: u64,
        refused: u64,
        waiting: usize,
        p99: Time,
        level: Level,
    },
    /// What was changed, as a script would say it.
    Changed {
        what: String,
        utilisation: u64,
    },
    Slowed {
        server: usize,
        slow: bool,
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
            Event::Queued { request, work, ahead, longest } => {
                write!(out, "Request {request} comes while all workers are busy")?;
                match ahead {
                    0 => out.write_str(" and is first in line.")?,
                    ahead => write!(out, " and waits behind {ahead} more.")?,
                }
                if *longest >= *work + *work {
                    let (work, longest) = (spell(*work), spell(*longest));
                    write!(
                        out,
                        " It needs only {work}, and a job ahead of it still needs {longest}: head-of-line blocking."
                    )
                } else {
                    write!(out, " It needs {} of work.", spell(*work))
                }
            }
            Event::Shed { request, limit } => {
                write!(out, "Request {request} comes and is refused at once: {limit} already wait, which is the limit.")
            }
            Event::Finished { request, waited, work, next } => {
                write!(
                    out,
                    "Request {request} is done after {}: {} of waiting (latency), {} of service.",
                    spell(*waited + *work),
                    spell(*waited),
                    spell(*work)
                )?;
                match next {
                    Some(next) => write!(out, " Request {next} is next."),
                    None => out.write_str(" Nobody waits."),
                }
            }
            Event::Passed { time, arrived, finished, refused, waiting, p99, level } => {
                write!(out, "In {}, {arrived} came and {finished} got done", spell(*time))?;
                if *refused > 0 {
                    write!(out, "; {refused} were refused")?;
                }
                write!(out, "; {waiting} wait. {}", level.told())?;
                if *level == Level::Unknown { Ok(()) } else { write!(out, " (p99 {}).", spell(*p99)) }
            }
            Event::Changed { what, utilisation } => {
                write!(out, "From now on, {what}. Of the workers' time, {} % is asked for.", utilisation / 10)?;
                if *utilisation >= 1_000 {
                    out.write_str(" That is more than they have: the queue will grow as long as this lasts.")?;
                }
                Ok(())
            }
            Event::Slowed { server, slow: true } => {
                write!(out, "Server s{} now takes four times as long for the same work.", server + 1)
            }
            Event::Slowed { server, slow: false } => write!(out, "Server s{} works at its own speed.", server + 1),
            Event::Forgotten { requests } => {
                write!(out, "The times of {requests} requests are forgotten; measuring begins anew.")
            }
            Event::Refused { why } => write!(out, "Refused: {why}."),
        }
    }
}
