//! What the commands of all services have in common: `run`, `load` and `set`.

use crate::contract::{Parameter, Parameters};
use crate::language::{BadCommand, Words, spell};
use crate::sim::Time;

/// No command lets more time pass: an hour of a busy service is much.
pub const MAX_RUN: Time = Time::from_millis(3_600_000);

/// One `run` brings no more requests than this, so that a page is not kept busy for long; a script may run again.
pub const MAX_REQUESTS: u64 = 100_000;

/// With no more events than this to come, each is a step of its own; with more, a run is told in [`SLICES`].
const FEW: u64 = 60;

/// The parts that a long run is told in, a step each.
pub const SLICES: u64 = 20;

/// `set PARAMETER VALUE`: one of the parameters that an engine was opened with gets another value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Setting {
    pub name: &'static str,
    pub value: String,
}

impl Setting {
    /// Reads it; those in `fixed` are decided when a run begins.
    pub fn parse(words: &mut Words, declared: &[Parameter], fixed: &[&str]) -> Result<Setting, BadCommand> {
        let word = words.required("parameter")?;
        let Some(parameter) = declared.iter().find(|each| each.name == word.text && !fixed.contains(&each.name)) else {
            let names: Vec<_> = declared.iter().map(|each| each.name).filter(|name| !fixed.contains(name)).collect();
            let problem = if fixed.contains(&word.text.as_str()) {
                format!("`{}` is decided before a run begins", word.quote())
            } else {
                format!("`{}` is no PARAMETER", word.quote())
            };
            return Err(words.refuse(word, problem, names.join(", ")));
        };
        let value = words.required("value")?;
        match parameter.check(&value.text) {
            Ok(()) => Ok(Setting { name: parameter.name, value: value.text.clone() }),
            Err(bad) => {
                Err(words.refuse(value, format!("`{}` cannot be `{}`", parameter.name, value.quote()), bad.accepted))
            }
        }
    }

    /// The parameters with this one changed.
    pub fn apply(&self, parameters: &Parameters, declared: &[Parameter]) -> Parameters {
        let mut all: Vec<(&str, &str)> = parameters.iter().filter(|(name, _)| *name != self.name).collect();
        all.push((self.name, &self.value));
        Parameters::new(declared, all).expect("each value was checked as it was read")
    }

    /// As a script spells it.
    pub fn spell(&self) -> String {
        format!("set {} {}", self.name, spell(&self.value))
    }
}

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
pub fn requests(rate: u64, time: Time) -> Result<u64, String> {
    // A rate is at most 100,000 and a time at most an hour, so this fits.
    let millis = time.as_nanos() / 1_000_000;
    let requests = rate * millis / 1_000;
    if requests <= MAX_REQUESTS {
        return Ok(requests);
    }
    let most = Time::from_millis(MAX_REQUESTS * 1_000 / rate);
    Err(format!(
        "at {rate}/s, {} bring {requests} requests; one `run` takes on at most {MAX_REQUESTS}, so that the page stays \
         quick: `run {}`, and again",
        super::spell::time(time),
        most.spell()
    ))
}
