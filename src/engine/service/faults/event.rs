//! What happened, and how it is told.

use stepwise_derive::Event;

use super::component::{Fault, Name, Target};
use super::dns::RESOLVERS;
use super::level::{Status, Verdict, Window};
use crate::contract::Refused;
use crate::service::spell::{grouped, time as spell};
use crate::sim::Time;
use crate::wording::list;

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

#[derive(Clone, Debug, Event)]
pub enum Event {
    /// A part of a `run` has passed.
    #[told("In {}, {seen}; {}. {verdict}", spell(*time), waits(*waiting))]
    Passed { time: Time, seen: Window, verdict: Verdict, waiting: usize },
    /// What users get has come to be a failure, or has ceased to be one.
    #[told(
        "In the last {}, {}. This is a failure: {} % were agreed.",
        spell(verdict.time), verdict.judged, verdict.agreed, when = verdict.status == Status::Failure
    )]
    #[told("In the last {}, {}. {verdict}", spell(verdict.time), verdict.judged)]
    StatusChanged { verdict: Verdict },
    #[told("{}{}{}", what_breaks(*fault, *on), what_is_lost(*lost), who_finds_it(*way_in))]
    Injected {
        fault: Fault,
        on: Struck,
        lost: usize,
        /// Where DNS was struck.
        way_in: Option<WayIn>,
    },
    /// A process had no memory left.
    #[told("{on} has no memory left and is killed by its system.{}", what_is_lost(*lost))]
    OutOfMemory { on: Name, lost: usize },
    #[told("The supervisor has started {on} again.")]
    Restarted { on: Name },
    /// A resolver has had to send a user away, for the first time since DNS is gone; so many others still know.
    #[told(
        "The answer that resolver {} had kept has run out, and DNS doesn't reply: its users don't find the service \
         any more. {knowing} of {RESOLVERS} resolvers still {} an answer.",
        resolver + 1, have(*knowing)
    )]
    AnswerExpired { resolver: usize, knowing: usize },
    /// `again` after a trial that failed.
    #[told("The call on trial has failed as well: the breaker of {app} stays open for 2 s more.", when = *again)]
    #[told(
        "Five calls in a row have failed: {app} opens its breaker. For 2 s it calls the database no more, and what \
         needs it fails at once, without holding a worker."
    )]
    BreakerOpened { app: Name, again: bool },
    #[told("{app} lets one call through to see if the database is well again.")]
    BreakerTries { app: Name },
    #[told("The call succeeded: {app} closes its breaker.")]
    BreakerClosed { app: Name },
    /// Those of the components named that were off their spec got a new process.
    #[told("{}{}", what_is_repaired(*on, repaired), what_is_lost(*lost))]
    Repaired { on: Option<Target>, repaired: Vec<Name>, lost: usize },
    #[told("From now on, {what}.")]
    Changed { what: String },
    /// It was so already.
    #[told("It is {what} already: nothing changes.")]
    Unchanged { what: String },
    #[flatten]
    Refused(Refused),
}

fn what_breaks(fault: Fault, on: Struck) -> String {
    match (fault, on) {
        (Fault::LeapSecond, _) => String::from(
            "A leap second. All app servers run the same kernel, with the same bug: every one of them hangs at the same \
             instant. More of them wouldn't have helped.",
        ),
        (Fault::Kill, Struck::One(on)) => format!("The process of {on} is killed, and is gone at once."),
        (Fault::Leak, Struck::One(on)) => format!("{on} begins to leak memory: a tenth of what it has, each second."),
        (Fault::Slow, Struck::One(on)) => format!("{on} now takes a hundred times as long for the same work."),
        (_, Struck::Apps { struck, of }) => {
            let whom = if struck == of { format!("All {of}") } else { format!("{struck} of {of}") };
            let what = match fault {
                Fault::Kill => "are killed at the same moment.",
                Fault::Slow => "now take a hundred times as long for the same work.",
                Fault::Leak | Fault::LeapSecond => {
                    "got the same new program, and it leaks: a tenth of the memory, each second."
                }
            };
            format!("{whom} app servers {what}")
        }
    }
}

/// Who finds the way in, where that has come to matter.
fn who_finds_it(way_in: Option<WayIn>) -> String {
    let Some(WayIn { knowing, next }) = way_in else { return String::new() };
    let next = match next {
        Some(next) => format!("; the oldest is good for {} more.", spell(next)),
        None => ".".to_owned(),
    };
    format!(" {knowing} of {RESOLVERS} resolvers still {} its answer{next}", have(knowing))
}

fn what_is_repaired(on: Option<Target>, repaired: &[Name]) -> String {
    match (on, repaired) {
        (None, []) => "There is nothing to repair: every component does what it should.".to_owned(),
        (Some(on), []) => format!("There is nothing to repair on {on}."),
        (_, [one]) => format!("{one} is repaired: it has a new process."),
        (_, several) => format!("{} are repaired: each has a new process.", list(several)),
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

fn what_is_lost(lost: usize) -> String {
    match lost {
        0 => String::new(),
        1 => " The one request that was there is lost.".to_owned(),
        _ => format!(" {lost} requests that were there are lost."),
    }
}
