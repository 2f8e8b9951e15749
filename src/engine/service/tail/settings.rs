//! What a reader may choose, and what theory says of it.

use stepwise_derive::Parameters;

use crate::contract::BadParameter;
use crate::service::command::Changeable;
use crate::service::theory;
use crate::sim::{Rng, Time};

pub const BILLION: u64 = 1_000_000_000;

/// The rarity of a slow call is counted in so many.
const OF: u64 = 10_000;

#[derive(Clone, Copy, Debug, Parameters)]
#[parameters(slow_is_slower)]
pub struct Settings {
    /// How many backends a page view calls, all at once
    #[label("Calls a page")]
    #[parameter(20, 1..=2_000)]
    pub calls: usize,
    /// How many calls of ten thousand are slow
    #[label("Slow calls")]
    #[parameter(100, 0..=OF, "of 10,000")]
    pub slow_share: u64,
    /// How long most calls take
    #[label("A fast call")]
    #[parameter(10, 1..=10_000, "ms")]
    pub fast: Time,
    /// How long a slow one takes
    #[label("A slow call")]
    #[parameter(1_000, 2..=60_000, "ms")]
    pub slow: Time,
    /// Whether a call without an answer is sent once more, to another machine; the first answer counts
    #[label("Hedged requests")]
    #[parameter(false)]
    pub hedge: bool,
    /// How long a call may take before it is sent again
    #[parameter(20, 0..=60_000, "ms")]
    pub hedge_after: Time,
    /// The seed of all that happens by chance: the same seed gives the same run
    #[parameter(1)]
    pub seed: u32,
}

impl Changeable for Settings {
    const DECIDED: &'static [&'static str] = &["seed"];
    const EXAMPLE: (&'static str, &'static str) = ("calls", "100");
}

fn slow_is_slower(settings: &Settings) -> Result<(), BadParameter> {
    if settings.slow > settings.fast {
        return Ok(());
    }
    let millis = |time: Time| time.as_micros() / 1_000;
    Err(BadParameter {
        name: "slow".to_owned(),
        found: millis(settings.slow).to_string(),
        accepted: format!("more than the {} ms of a fast call", millis(settings.fast)),
    })
}

impl Settings {
    /// After how long a call is sent again, if at all.
    pub fn hedged(&self) -> Option<Time> {
        self.hedge.then_some(self.hedge_after)
    }

    /// Whether a call that is sent again can be answered before the slow attempt is.
    fn hedges_in_time(&self) -> bool {
        self.hedged().is_some_and(|after| after + self.fast < self.slow)
    }

    /// How many of a thousand page views with so many calls are slow: those with a call that is slow at all attempts
    /// that could help.
    pub fn theory(&self, calls: usize) -> u64 {
        (self.slow_pages(calls) * 1_000.0 + 0.5) as u64
    }

    /// The same of a [`BILLION`]: with hedging, a slow page may be so rare that of a thousand there is none.
    pub fn theory_of_billion(&self) -> u64 {
        (self.slow_pages(self.calls) * BILLION as f64 + 0.5) as u64
    }

    fn slow_pages(&self, calls: usize) -> f64 {
        let p = self.slow_share as f64 / OF as f64;
        let slow = if self.hedges_in_time() { p * p } else { p };
        theory::slow_pages(slow, calls)
    }

    /// The formula of [`Settings::theory`], as it is written.
    pub fn formula(&self) -> &'static str {
        if self.hedges_in_time() { "1 - (1 - p²)^n" } else { "1 - (1 - p)^n" }
    }

    /// Draws how long an attempt takes.
    pub fn draw(&self, rng: &mut Rng) -> Time {
        if rng.below(OF) < self.slow_share { self.slow } else { self.fast }
    }
}
