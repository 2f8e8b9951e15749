//! What happened, and how it is told.

use stepwise_derive::Event;

use super::settings::BILLION;
use crate::contract::Refused;
use crate::service::spell::{share, time as spell};
use crate::sim::Time;
use crate::wording::{count, is_or_are};

#[derive(Clone, Debug, Event)]
pub enum Event {
    #[told("Page view {view} calls {} at once; it needs the answers of all.", count(*calls, "backend"))]
    Sent { view: u64, calls: usize },
    /// So many answers came at the same moment, and so many calls are still open.
    #[told("After {} come the last answers, {answers}.", spell(*after), when = *open == 0)]
    #[told(
        "After {}, {} answered. The page waits for {open} more: one slow call is enough.",
        spell(*after), is_or_are(*answers, "call")
    )]
    Answered { answers: usize, after: Time, open: usize },
    #[told(
        "After {} without an answer, {} sent again, to other machines. The first answer counts.",
        spell(*after), is_or_are(*calls, "call")
    )]
    Hedged { calls: usize, after: Time },
    /// The slowest call has been answered, and so many sooner than that.
    #[told("Page view {view} took {}: none of its calls was slow in the end.", spell(*took), when = !slow)]
    #[told("Page view {view} took {}, as long as its one call, which was slow.", spell(*took), when = *calls == 1)]
    #[told("Page view {view} took {}, as long as each of its {calls} calls.", spell(*took), when = *sooner == 0)]
    #[told(
        "Page view {view} took {}, as long as the slowest of its {calls} calls. The fast ones didn't help.",
        spell(*took)
    )]
    Finished { view: u64, took: Time, slow: bool, calls: usize, sooner: usize },
    /// Many views at once; so many of a billion are slow, says theory.
    #[told(
        "Of {}, {slow} {} slow. In all, {all_slow} of {all} or {}; {formula} says {}.",
        count(*views, "more page view"), if *slow == 1 { "was" } else { "were" },
        share(*all_slow, *all), share(*theory, BILLION)
    )]
    Viewed { views: u64, slow: u64, all: u64, all_slow: u64, formula: &'static str, theory: u64 },
    /// So many views of the old setting were measured.
    #[told(
        "From now on, {what}. Of the page views, {} will be slow, by {formula}.{}",
        share(*theory, BILLION), without(*forgotten)
    )]
    Changed { what: String, formula: &'static str, theory: u64, forgotten: u64 },
    #[told("The results of {} are forgotten.", count(*views, "page view"))]
    Forgotten { views: u64 },
    #[flatten]
    Refused(Refused),
}

fn without(forgotten: u64) -> String {
    match forgotten {
        0 => String::new(),
        _ => format!(" A new sample begins, without the {} before.", count(forgotten, "view")),
    }
}
