//! What happened, and how it is told.

use std::fmt::{self, Display};

use super::settings::BILLION;
use crate::contract;
use crate::service::spell::{share, time as spell};
use crate::sim::Time;
use crate::wording::{count, is_or_are};

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    Sent {
        view: u64,
        calls: usize,
    },
    /// So many answers came at the same moment, and so many calls are still open.
    Answered {
        answers: usize,
        after: Time,
        open: usize,
    },
    Hedged {
        calls: usize,
        after: Time,
    },
    /// The slowest call has been answered.
    Finished {
        view: u64,
        took: Time,
        slow: bool,
        calls: usize,
        /// Those that were answered sooner than the slowest.
        sooner: usize,
    },
    /// Many views at once.
    Viewed {
        views: u64,
        slow: u64,
        all: u64,
        all_slow: u64,
        formula: &'static str,
        /// So many of a billion.
        theory: u64,
    },
    Changed {
        what: String,
        formula: &'static str,
        theory: u64,
        /// How many views of the old setting were measured.
        forgotten: u64,
    },
    Forgotten {
        views: u64,
    },
    Refused {
        why: String,
    },
}

impl contract::Event for Event {
    fn name(&self) -> &'static str {
        match self {
            Event::Sent { .. } => "Sent",
            Event::Answered { .. } => "Answered",
            Event::Hedged { .. } => "Hedged",
            Event::Finished { .. } => "Finished",
            Event::Viewed { .. } => "Viewed",
            Event::Changed { .. } => "Changed",
            Event::Forgotten { .. } => "Forgotten",
            Event::Refused { .. } => "Refused",
        }
    }
}

impl Display for Event {
    fn fmt(&self, out: &mut fmt::Formatter) -> fmt::Result {
        match self {
            Event::Sent { view, calls } => {
                write!(out, "Page view {view} calls {} at once; it needs the answers of all.", count(*calls, "backend"))
            }
            Event::Answered { answers, after, open: 0 } => {
                write!(out, "After {} come the last answers, {answers}.", spell(*after))
            }
            Event::Answered { answers, after, open } => write!(
                out,
                "After {}, {} answered. The page waits for {open} more: one slow call is enough.",
                spell(*after),
                is_or_are(*answers, "call")
            ),
            Event::Hedged { calls, after } => write!(
                out,
                "After {} without an answer, {} sent again, to other machines. The first answer counts.",
                spell(*after),
                is_or_are(*calls, "call")
            ),
            Event::Finished { view, took, slow: false, .. } => {
                write!(out, "Page view {view} took {}: none of its calls was slow in the end.", spell(*took))
            }
            Event::Finished { view, took, slow: true, calls: 1, .. } => {
                write!(out, "Page view {view} took {}, as long as its one call, which was slow.", spell(*took))
            }
            Event::Finished { view, took, slow: true, calls, sooner: 0 } => {
                write!(out, "Page view {view} took {}, as long as each of its {calls} calls.", spell(*took))
            }
            Event::Finished { view, took, slow: true, calls, .. } => write!(
                out,
                "Page view {view} took {}, as long as the slowest of its {calls} calls. The fast ones did not help.",
                spell(*took)
            ),
            Event::Viewed { views, slow, all, all_slow, formula, theory } => write!(
                out,
                "Of {}, {slow} {} slow. In all, {all_slow} of {all} or {}; {formula} says {}.",
                count(*views, "more page view"),
                if *slow == 1 { "was" } else { "were" },
                share(*all_slow, *all),
                share(*theory, BILLION)
            ),
            Event::Changed { what, formula, theory, forgotten } => {
                let share = share(*theory, BILLION);
                write!(out, "From now on, {what}. Of the page views, {share} will be slow, by {formula}.")?;
                match forgotten {
                    0 => Ok(()),
                    1 => out.write_str(" A new sample begins, without the 1 view before."),
                    views => write!(out, " A new sample begins, without the {views} views before."),
                }
            }
            Event::Forgotten { views } => write!(out, "What {} showed is forgotten.", count(*views, "page view")),
            Event::Refused { why } => write!(out, "Refused: {why}."),
        }
    }
}
