//! What happened, and how it is told.

use stepwise_derive::Event;

use super::theory::{self, BILLION};
use crate::contract::Refused;
use crate::replication::NodeId;
use crate::sim::Time;
use crate::spell::{grouped, no_less, share, time as spell};
use crate::wording::{count, plural};

#[derive(Clone, Debug, Event)]
pub enum Event {
    #[told(
        "Trial {}: the client sends version {version} to {} and waits for {}.",
        grouped(*number), all(*nodes), count(*w, "acknowledgement"), when = *version == 1
    )]
    #[told("The client sends version {version} to {} and waits for {}.", all(*nodes), count(*w, "acknowledgement"))]
    WriteSent { number: u64, version: usize, nodes: usize, w: usize },
    /// The node may have had a newer one.
    #[told(
        "Version {version} reaches {node} after {}, too late: {node} has version {newer} already, and keeps that.",
        spell(*took), when = let Some(newer) = newer
    )]
    #[told(
        "Version {version} reaches {node} after {}. {} is on {} now.",
        spell(*took), it(*is_last), of(*have, *nodes)
    )]
    WriteArrived {
        node: NodeId,
        version: usize,
        is_last: bool,
        took: Time,
        newer: Option<usize>,
        have: usize,
        nodes: usize,
    },
    #[told("{node} has acknowledged version {version}, the {} of the {w} that the write waits for.", ordinal(*place))]
    Acknowledged { node: NodeId, version: usize, place: usize, w: usize },
    #[told("{node} has acknowledged version {version}, too. The write was committed before, and waits for no one.")]
    AcknowledgedLate { node: NodeId, version: usize },
    #[told(
        "{node} has acknowledged version {version}: that is {w} of {w}, so version {version} is committed, {} after it was \
         sent. {} is on {}.",
        spell(*took), it(*is_last), of(*have, *nodes)
    )]
    Committed { node: NodeId, version: usize, is_last: bool, w: usize, took: Time, have: usize, nodes: usize },
    #[told(
        "{} the commit a read is sent to {} and waits for {}. Version {newest} is on {}.",
        begins(*after), all(*nodes), count(*r, "answer"), of(*have, *nodes)
    )]
    ReadSent { after: Time, nodes: usize, r: usize, newest: usize, have: usize },
    #[told("The read reaches {node}, which has version {has}, the last.", when = has == newest)]
    #[told("The read reaches {node}, which has version {has}. Version {newest} is still on its way there.")]
    ReadArrived { node: NodeId, has: usize, newest: usize },
    #[told("{node} has answered with version {has}, the {} of {r} answers.", ordinal(*place))]
    Answered { node: NodeId, has: usize, place: usize, r: usize },
    #[told(
        "{node} has answered with version {has}. The read has {} after {} and returns version {returns}, the last that was \
         committed: it is fresh.",
        heard(*r), spell(*took), when = *missed == 0
    )]
    #[told(
        "{node} has answered with version {has}. The read has {} after {} and returns version {returns}{}. It is stale by {}.",
        heard(*r), spell(*took), newest_heard(*r), count(*missed, "version")
    )]
    Returned { node: NodeId, has: usize, returns: usize, missed: usize, r: usize, took: Time },
    /// What the same times would have come to, had the read begun at another moment.
    #[told("With these times a read is fresh whenever it begins after the commit.", when = *needed == Time::ZERO)]
    #[told(
        "With these times a read is fresh if it begins {} after the commit or later. This one began {}, in time.",
        spell(*needed), began(*after), when = after >= needed
    )]
    #[told(
        "With these times a read is fresh if it begins {} after the commit or later. This one began {}, too early.",
        no_less(*needed), began(*after)
    )]
    Judged { needed: Time, after: Time },
    /// So many were passed over, in which fewer versions were missed.
    #[told("Trial {} is stale by {}.{}", grouped(*number), count(*missed, "version"), passed_over(*passed))]
    Found { number: u64, missed: usize, passed: u64 },
    #[told(
        "Of {} more {}, {} {} fresh. In all, {} of {} or {}{}; {}.{}",
        grouped(*trials), plural(*trials, "trial"), grouped(*fresh), if *fresh == 1 { "is" } else { "are" },
        grouped(*all_fresh), grouped(*all), share(*all_fresh, *all), give_or_take(*all_fresh, *all), known.in_words(),
        behind.map(|behind| behind.in_words(*all)).unwrap_or_default()
    )]
    Counted { trials: u64, fresh: u64, all: u64, all_fresh: u64, known: Known, behind: Option<Behind> },
    /// The trial that is shown comes out anew.
    #[told(
        "From now on, {what}: {}.{}{}",
        known.in_words(), without(*forgotten), shown.map(comes_out).unwrap_or_default()
    )]
    Changed { what: String, known: Known, forgotten: u64, shown: Option<(u64, usize)> },
    #[told("No trial has been counted: there is nothing to forget.", when = *trials == 0)]
    #[told("The results of {} are forgotten.", trials_in_words(*trials))]
    Forgotten { trials: u64 },
    #[flatten]
    Refused(Refused),
}

/// What theory says of how many reads are fresh, of a [`BILLION`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Known {
    pub fresh: u64,
    /// Just as many, and not only at least as many.
    pub is_exact: bool,
    pub formula: &'static str,
}

impl Known {
    pub fn in_words(&self) -> String {
        let Known { fresh, is_exact, formula } = *self;
        match (is_exact, fresh) {
            (true, BILLION) => format!("all reads must be fresh, since {formula}"),
            (true, _) => format!("by the formula, {} are fresh", share(fresh, BILLION)),
            (false, 0) => "theory promises nothing".to_owned(),
            (false, _) => format!("theory promises that {} or more are fresh", share(fresh, BILLION)),
        }
    }
}

/// How many reads missed all of several versions, and what theory says of that, of a [`BILLION`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Behind {
    pub versions: usize,
    pub reads: u64,
    pub known: u64,
    pub is_exact: bool,
}

impl Behind {
    /// A sentence after a blank; nothing where all reads must be fresh.
    fn in_words(self, all: u64) -> String {
        let Behind { versions, reads, known, is_exact } = self;
        let theory = match (is_exact, known) {
            (true, 0) => return String::new(),
            (true, _) => format!("by the formula, {} do", share(known, BILLION)),
            (false, _) => format!("by theory, no more than {} do", share(known, BILLION)),
        };
        let (miss, which) = (if reads == 1 { "misses" } else { "miss" }, count(versions, "version"));
        format!(" {} {} or {} {miss} all {which}; {theory}.", grouped(reads), plural(reads, "read"), share(reads, all))
    }
}

/// Two standard errors of a share that is counted: nearly always the share of ever more trials is no farther away.
fn give_or_take(part: u64, whole: u64) -> String {
    if part == 0 || part == whole {
        return String::new();
    }
    let found = part as f64 / whole as f64;
    let error = 2.0 * (found * (1.0 - found) / whole as f64).sqrt();
    format!(" ± {}", share(theory::of_billion(error), BILLION))
}

fn comes_out((number, missed): (u64, usize)) -> String {
    match missed {
        0 => format!(" Trial {} is fresh now.", grouped(number)),
        _ => format!(" Trial {} is stale by {} now.", grouped(number), count(missed, "version")),
    }
}

fn all(nodes: usize) -> String {
    match nodes {
        1 => "its one node".to_owned(),
        2 => "both nodes".to_owned(),
        _ => format!("all {nodes} nodes"),
    }
}

fn of(have: usize, nodes: usize) -> String {
    format!("{have} of {}", count(nodes, "node"))
}

fn ordinal(place: usize) -> &'static str {
    ["first", "second", "third", "fourth", "fifth", "sixth", "seventh"][place - 1]
}

/// A version that isn't the last may have been replaced already.
fn it(is_last: bool) -> &'static str {
    if is_last { "It" } else { "It, or a newer one," }
}

fn begins(after: Time) -> String {
    match after {
        Time::ZERO => "Right after".to_owned(),
        _ => format!("{} after", spell(after)),
    }
}

fn began(after: Time) -> String {
    match after {
        Time::ZERO => "right after it".to_owned(),
        _ => format!("{} after it", spell(after)),
    }
}

fn heard(r: usize) -> String {
    match r {
        1 => "its one answer".to_owned(),
        _ => format!("its {r} answers"),
    }
}

fn newest_heard(r: usize) -> &'static str {
    if r == 1 { "" } else { ", the newest among them" }
}

fn passed_over(passed: u64) -> String {
    match passed {
        0 => String::new(),
        1 => " The one before it was passed over.".to_owned(),
        _ => format!(" The {} before it were passed over.", grouped(passed)),
    }
}

fn trials_in_words(trials: u64) -> String {
    format!("{} {}", grouped(trials), plural(trials, "trial"))
}

fn without(forgotten: u64) -> String {
    match forgotten {
        0 => String::new(),
        _ => format!(" Counting begins anew, without the {} before.", trials_in_words(forgotten)),
    }
}
