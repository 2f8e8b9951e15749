//! What a reader may choose, and what theory says of it.

use crate::contract::{BadParameter, Parameter, ParameterKind, Parameters};
use crate::service::theory;
use crate::sim::Time;

const fn number(
    name: &'static str,
    label: &'static str,
    about: &'static str,
    (min, max, unit): (u64, u64, &'static str),
    default: &'static str,
) -> Parameter {
    Parameter { name, label, about, kind: ParameterKind::Integer { min, max, unit }, default }
}

pub const BILLION: u64 = 1_000_000_000;

/// The rarity of a slow call is counted in so many.
const OF: u64 = 10_000;

pub const PARAMETERS: &[Parameter] = &[
    number("calls", "Calls a page", "How many backends a page view calls, all at once.", (1, 2_000, ""), "20"),
    number("slow-share", "Slow calls", "How many calls of ten thousand are slow.", (0, OF, "of 10,000"), "100"),
    number("fast", "A fast call", "How long most calls take.", (1, 10_000, "ms"), "10"),
    number("slow", "A slow call", "How long a slow one takes.", (2, 60_000, "ms"), "1000"),
    Parameter {
        name: "hedge",
        label: "Hedged requests",
        about: "Whether a call without an answer is sent once more, to another machine; the first answer counts.",
        kind: ParameterKind::Switch,
        default: "off",
    },
    number("hedge-after", "Hedge after", "How long a call may take before it is sent again.", (0, 60_000, "ms"), "20"),
    number("seed", "Seed", "Which chance decides.", (0, u32::MAX as u64, ""), "1"),
];

/// Decided before a run begins.
pub const FIXED: &[&str] = &["seed"];

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Settings {
    pub calls: usize,
    pub slow_share: u64,
    pub fast: Time,
    pub slow: Time,
    /// After how long a call is sent again.
    pub hedge: Option<Time>,
    pub seed: u64,
}

impl Settings {
    pub fn new(parameters: &Parameters) -> Result<Settings, BadParameter> {
        let millis = |name| Time::from_millis(parameters.integer(name));
        if millis("slow") <= millis("fast") {
            return Err(BadParameter {
                name: "slow".to_owned(),
                found: parameters.text("slow").to_owned(),
                accepted: format!("more than the {} ms of a fast call", parameters.text("fast")),
            });
        }
        Ok(Settings {
            calls: parameters.integer("calls") as usize,
            slow_share: parameters.integer("slow-share"),
            fast: millis("fast"),
            slow: millis("slow"),
            hedge: parameters.switch("hedge").then(|| millis("hedge-after")),
            seed: parameters.integer("seed"),
        })
    }

    /// Whether a call that is sent again can be answered before the slow attempt is.
    fn hedges_in_time(&self) -> bool {
        self.hedge.is_some_and(|after| after + self.fast < self.slow)
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
}

/// Draws whether a call is slow.
pub fn is_slow(settings: &Settings, rng: &mut crate::sim::Rng) -> bool {
    rng.below(OF) < settings.slow_share
}
