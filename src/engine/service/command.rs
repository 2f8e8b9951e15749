//! What the commands of all services have in common: `run` and `set`.

use std::fmt::{self, Display};
use std::marker::PhantomData;

use crate::contract::Refused;
use crate::form::{Argument, BadParameter, Command, CommandForm, Declared, form};
use crate::language::{BadCommand, Word, Words, spell};
use crate::sim::Time;

/// No command lets more time pass: an hour of a busy service is much.
pub const MAX_RUN: Time = Time::from_millis(3_600_000);

/// One `run` brings no more requests than this, so that a page isn't kept busy for long; a script may run again.
pub const MAX_REQUESTS: u64 = 100_000;

/// With no more events than this to come, each is a step of its own; with more, a run is told in [`SLICES`].
const FEW: u64 = 60;

/// The parts that a long run is told in, a step each.
pub const SLICES: u64 = 20;

/// Settings of which a reader may change one by `set` while the service runs.
pub trait Changeable: Declared {
    /// The parameters that are decided before a run begins.
    const DECIDED: &'static [&'static str];
    /// What the inputs of `set` hold at first.
    const EXAMPLE: (&'static str, &'static str);
    /// What it is good for, as help shows it.
    const ABOUT: &'static str = "change a parameter from now on";
}

/// `set PARAMETER VALUE`: no attribute of a derive can say that the one argument decides what the other may be.
#[derive(Clone, Debug)]
pub struct Setting<S> {
    name: &'static str,
    /// As it was written, and accepted by the parameter.
    value: String,
    of: PhantomData<S>,
}

impl<S: Changeable> Command for Setting<S> {
    const FORMS: &'static [CommandForm] = &[form(
        "set",
        &[Argument::text("parameter", S::EXAMPLE.0), Argument::text("value", S::EXAMPLE.1)],
        S::ABOUT,
        true,
    )];

    fn read(name: &Word, words: &mut Words) -> Result<Option<Setting<S>>, BadCommand> {
        if name.text != "set" {
            return Ok(None);
        }
        let word = words.required("parameter")?;
        let changeable = S::PARAMETERS.iter().filter(|each| !S::DECIDED.contains(&each.name));
        let Some(parameter) = changeable.clone().find(|each| each.name == word.text) else {
            let names: Vec<_> = changeable.map(|each| each.name).collect();
            let problem = if S::DECIDED.contains(&word.text.as_str()) {
                format!("`{}` is decided before a run begins", word.quote())
            } else {
                format!("`{}` is no PARAMETER", word.quote())
            };
            return Err(words.refuse(word, problem, names.join(", ")));
        };
        let value = words.required("value")?;
        match parameter.check(&value.text) {
            Ok(()) => Ok(Some(Setting { name: parameter.name, value: value.text.clone(), of: PhantomData })),
            Err(bad) => {
                Err(words.refuse(value, format!("`{}` can't be `{}`", parameter.name, value.quote()), bad.accepted))
            }
        }
    }
}

impl<S: Changeable> Setting<S> {
    /// The settings with this one changed, if they fit each other then.
    pub fn changed(&self, settings: &S) -> Result<S, BadParameter> {
        let mut changed = settings.clone();
        changed.set(self.name, &self.value);
        changed.check()?;
        Ok(changed)
    }

    /// As narration says it: `workers 2`.
    pub fn what(&self) -> String {
        format!("{} {}", self.name, self.value)
    }
}

impl<S> Display for Setting<S> {
    fn fmt(&self, out: &mut fmt::Formatter) -> fmt::Result {
        write!(out, "set {} {}", self.name, spell(&self.value))
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
