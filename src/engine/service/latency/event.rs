//! What happened, and how it is told.

use stepwise_derive::Event;

use super::command::Chosen;
use super::users::Afterwards;
use super::{Level, Users};
use crate::contract::Refused;
use crate::service::grouped;
use crate::service::spell::{rounded, time as spell};
use crate::service::station::Blocked;
use crate::sim::Time;
use crate::wording::count;

#[derive(Clone, Debug, Event)]
pub enum Event {
    /// A worker was free.
    #[told("Request {request} comes and finds a free worker: no wait, {} of work.", spell(*work))]
    Started { request: u64, work: Time },
    /// All workers were busy; perhaps one slow job holds it up.
    #[told(
        "Request {request} comes while all workers are busy and {} It needs only {} of work, and request {} before it \
         still needs {}, for which it waits {} longer: head-of-line blocking.",
        place(*ahead), spell(*work), slow.by, spell(slow.still), spell(slow.costs), when = let Some(slow) = blocked
    )]
    #[told(
        "Request {request} comes while all workers are busy and {} It needs {} of work.",
        place(*ahead), spell(*work)
    )]
    Queued { request: u64, work: Time, ahead: usize, blocked: Option<Blocked> },
    #[told("Request {request} comes and is refused at once: {limit} already wait, which is the limit.{}", goes(*user))]
    Shed { request: u64, limit: usize, user: Option<Afterwards> },
    #[told(
        "Request {request} is done after {}: {} of waiting (latency), {} of service. {}{}",
        spell(*waited + *work), spell(*waited), spell(*work), afterwards(*next, *waiting_here, *waiting), goes(*user)
    )]
    Finished {
        request: u64,
        waited: Time,
        work: Time,
        next: Option<u64>,
        /// How many still wait, at all servers and at this one.
        waiting: usize,
        waiting_here: usize,
        /// What its user does, where the load is closed.
        user: Option<Afterwards>,
    },
    /// The end of a `run`, or of a part of a long one.
    #[told(
        "In {}, {arrived} came and {finished} got done; {refused} were refused; {waiting} wait. {level}",
        spell(*time), when = *refused > 0
    )]
    #[told("In {}, {arrived} came and {finished} got done; {waiting} wait. {level}", spell(*time))]
    Passed { time: Time, arrived: u64, finished: u64, refused: u64, waiting: usize, level: Level },
    #[told("From now on, {what}. {users}{}", no_more(*forgotten), when = users.wanted > 0)]
    #[told("From now on, {what}.{}{}{}", share_used(used), overload(used, *endless), no_more(*forgotten))]
    Changed {
        /// As a script would say it.
        what: String,
        /// Who sends, where the load is closed; then no one knows how much is asked for.
        users: Users,
        /// Of the time of each server's workers, how much is asked for, in a thousand.
        used: Vec<u64>,
        endless: bool,
        /// How many had been measured before.
        forgotten: u64,
    },
    #[told("Server {} {}{}{}", server.name(), pace(*slow), share_used(used), no_more(*forgotten))]
    Slowed { server: Chosen, slow: bool, used: Vec<u64>, forgotten: u64 },
    #[told("The results of {} are forgotten; measuring begins anew.", count(*requests, "request"))]
    Forgotten { requests: u64 },
    #[flatten]
    Refused(Refused),
}

fn place(ahead: usize) -> String {
    match ahead {
        0 => "is first in line.".to_owned(),
        _ => format!("waits behind {ahead} more."),
    }
}

fn afterwards(next: Option<u64>, waiting_here: usize, waiting: usize) -> String {
    match (next, waiting_here, waiting) {
        (Some(next), ..) => format!("Request {next} is next."),
        (None, 0, 0) => "No one waits.".to_owned(),
        (None, 0, elsewhere) => format!("No one waits here; {elsewhere} wait at the other server."),
        (None, here, _) => format!("Its worker goes; {here} still wait for the others."),
    }
}

fn pace(slow: bool) -> &'static str {
    if slow { "now takes four times as long for the same work." } else { "works at its own speed." }
}

fn goes(user: Option<Afterwards>) -> &'static str {
    match user {
        Some(Afterwards::Thinks) => " Its user thinks.",
        Some(Afterwards::Leaves) => " Its user leaves.",
        None => "",
    }
}

/// How much of the workers' time is asked for; of each server, where they differ. Nothing where no one knows.
fn share_used(used: &[u64]) -> String {
    let percent = |used: u64| format!("{} % is asked for", rounded(used, 10));
    let Some(first) = used.first().copied() else { return String::new() };
    if used.iter().all(|each| *each == first) {
        return format!(" Of the workers' time, {}.", percent(first));
    }
    let each: Vec<_> = (1..).zip(used).map(|(server, used)| format!("{} at s{server}", percent(*used))).collect();
    format!(" Of the workers' time, {}.", each.join(" and "))
}

fn overload(used: &[u64], endless: bool) -> &'static str {
    match endless {
        _ if used.iter().all(|used| *used < 1_000) => "",
        true => " Where it is 100 % or more, the queue will grow as long as this lasts.",
        false => " Where it is 100 % or more, the queue will be full, and others are refused.",
    }
}

/// That a new sample begins, where an old one has been measured.
fn no_more(forgotten: u64) -> String {
    match forgotten {
        0 => String::new(),
        1 => " The result of 1 earlier request is forgotten.".to_owned(),
        many => format!(" The results of {} earlier requests are forgotten.", grouped(many)),
    }
}
