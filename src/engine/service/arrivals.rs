//! Open arrivals: the requests of very many users, who know nothing of each other and of how busy the service is.
//!
//! Such arrivals are a Poisson process: the time to the next one is exponentially distributed and does not depend on
//! when the last one was. (A closed system, in which a few clients wait for an answer before they ask again, slows down
//! with the service and so hides how slow it is. A load test that works this way measures less than its users suffer.)

use std::fmt::{self, Display};

use crate::form::{ArgumentKind, ParameterKind, ParameterValue, Value, integers};
use crate::language::{BadCommand, Words};
use crate::sim::distribution::exponential;
use crate::sim::{Rng, Time};

/// No figure takes more requests a second: beyond it, a second alone takes longer to simulate than a page may be busy.
pub const MAX_RATE: u64 = 100_000;

/// How many requests a second, on average.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rate(pub u64);

impl Rate {
    /// Reads `200/s`, for a figure that takes no more than `most`.
    pub fn read_up_to(most: u64, words: &mut Words, what: &str) -> Result<Rate, BadCommand> {
        let word = words.required(what)?;
        match word.text.strip_suffix("/s").and_then(|number| number.parse().ok()) {
            Some(number) if number <= most => Ok(Rate(number)),
            Some(_) => Err(words.refuse(
                word,
                format!("`{}` is more than this figure can take in good time", word.quote()),
                format!("at most {most}/s"),
            )),
            None => Err(words.refuse(
                word,
                format!("`{}` is no {}", word.quote(), what.to_ascii_uppercase()),
                format!("whole requests a second up to {most}/s, as in 200/s"),
            )),
        }
    }
}

/// As in `200/s`; 0 where no one comes.
impl Value for Rate {
    const KIND: ArgumentKind = ArgumentKind::Text;

    fn read(words: &mut Words, what: &str) -> Result<Rate, BadCommand> {
        Rate::read_up_to(MAX_RATE, words, what)
    }

    fn spell(&self, out: &mut fmt::Formatter) -> fmt::Result {
        self.fmt(out)
    }
}

/// A parameter is the number alone: `200`.
impl ParameterValue for Rate {
    const KIND: ParameterKind = integers(0..=MAX_RATE, "a second");

    fn of(text: &str, unit: &str) -> Rate {
        Rate(u64::of(text, unit))
    }
}

impl Display for Rate {
    fn fmt(&self, out: &mut fmt::Formatter) -> fmt::Result {
        write!(out, "{}/s", self.0)
    }
}

/// When the next request comes.
#[derive(Clone, Debug)]
pub struct Arrivals {
    pub rate: Rate,
    /// `None` at a rate of 0.
    next: Option<Time>,
}

impl Arrivals {
    pub fn new(rate: Rate, now: Time, rng: &mut Rng) -> Arrivals {
        let mut arrivals = Arrivals { rate, next: None };
        arrivals.plan(now, rng);
        arrivals
    }

    /// Changes the rate from `now` on. The next arrival is drawn anew: a Poisson process has no memory, so this is as
    /// good as any.
    pub fn set_rate(&mut self, rate: Rate, now: Time, rng: &mut Rng) {
        self.rate = rate;
        self.plan(now, rng);
    }

    /// When the next request comes.
    pub fn next_at(&self) -> Option<Time> {
        self.next
    }

    /// The next request has come, at the time `at` that [`Arrivals::next_at`] foretold: plans the one after it.
    pub fn plan(&mut self, at: Time, rng: &mut Rng) {
        self.next = (self.rate.0 > 0).then(|| at + exponential(1e9 / self.rate.0 as f64, rng));
    }
}
