//! What the commands of all services have in common: how much one `run` may do, and how it is told; `set` is on the ground.

use crate::contract::Refused;
pub use crate::setting::{Changeable, Setting};
use crate::sim::Time;

/// No command lets more time pass: an hour of a busy service is much.
pub const MAX_RUN: Time = Time::from_millis(3_600_000);

/// One `run` brings no more requests than this, so that a page isn't kept busy for long; a script may run again.
pub const MAX_REQUESTS: u64 = 100_000;

/// With no more events than this to come, each is a step of its own; with more, a run is told in [`SLICES`].
const FEW: u64 = 60;

/// The parts that a long run is told in, a step each.
pub const SLICES: u64 = 20;

/// How a `run` is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Telling {
    /// Each event a step.
    Each,
    /// A step each time that so much has passed.
    Every(Time),
}

/// How to tell a `run` of `time` with `events` to come.
pub fn telling(time: Time, events: u64) -> Telling {
    if events <= FEW { Telling::Each } else { Telling::Every(Time::from_nanos((time.as_nanos() / SLICES).max(1))) }
}

/// How many requests come in a time, on average; the error says why they are too many for one `run`.
pub fn requests(rate: u64, time: Time) -> Result<u64, Refused> {
    // A rate is at most 100,000 and a time at most an hour, so this fits.
    let millis = time.as_nanos() / 1_000_000;
    let requests = rate * millis / 1_000;
    if requests <= MAX_REQUESTS {
        return Ok(requests);
    }
    let who = format!("at {rate}/s, {} bring", super::spell::time(time));
    Err(too_many(&who, requests, Time::from_millis(MAX_REQUESTS * 1_000 / rate)))
}

/// Why so many requests are too many for one `run`, and which time is short enough.
#[track_caller]
pub fn too_many(who: &str, requests: u64, most: Time) -> Refused {
    Refused::new(format!(
        "{who} {requests} requests; one `run` takes on at most {MAX_REQUESTS}, so that the page stays quick: `run {}`, and \
         again",
        most.spell()
    ))
}
