//! The contract: an engine executes commands, and tells a probe each step that it takes.
//!
//! All that an engine knows is inside it, so that a clone of it is a photograph. A probe is told of each step by an
//! event, in the words of the engine's own field, beside the state as it is just then. Whoever draws, narrates, tests
//! or counts is a probe, or reads what a probe has kept; the engine does not know which.

use std::fmt::{self, Display};
use std::ops::Range;
use std::panic::Location;

use crate::command::{BadCommand, Words};

/// A system under study.
///
/// Two rules that tests hold every engine to:
/// - the state after [`execute`](Engine::execute) is the state that its last step showed;
/// - every command takes at least one step.
pub trait Engine: Clone + 'static {
    /// What a reader may ask of it. `Display` writes it so that [`Engine::parse`] reads the same command again.
    type Command: Clone + Display + 'static;
    /// What it did.
    type Event: Event;

    /// The parameters it is opened with, in the order in which they are shown.
    const PARAMETERS: &'static [Parameter];
    /// The forms its commands take, in the order in which they are shown.
    const COMMANDS: &'static [CommandForm];

    /// A new engine, empty. The parameters have been checked one by one against [`Engine::PARAMETERS`]; an error is for
    /// those that do not fit each other.
    fn open(parameters: &Parameters) -> Result<Self, BadParameter>;

    /// Reads one command.
    fn parse(words: &mut Words) -> Result<Self::Command, BadCommand>;

    /// Carries out one command and tells `probe` each step.
    fn execute(&mut self, command: &Self::Command, probe: &mut impl Probe<Self>) -> Outcome;

    /// Whether `command` may follow one that was cut short in the middle. A storage engine cut short can only crash;
    /// a cluster is at rest after every delivery, and takes anything.
    fn may_follow_a_cut(command: &Self::Command) -> bool;

    /// How many bytes a photograph of this state takes up beside what it shares with `before`, the one taken before it:
    /// an estimate, the same on every machine. A recording adds them up, and ends before they are too many. Zero is for
    /// an engine whose photographs are small whatever a reader asks.
    fn weight(&self, before: &Self) -> u64 {
        let _ = before;
        0
    }

    /// What it has counted so far. Names carry their unit: `bytes_written`, `pages_read`, `time_us`.
    fn counters(&self) -> Vec<Counter>;

    /// The whole state for a program to read: graders and notebooks build on it.
    fn state(&self) -> serde_json::Value;
}

/// What an engine did: a fact in the past tense of its field. `Display` is the narration, one or two plain sentences
/// that somebody who cannot see the picture can follow.
pub trait Event: Clone + Display + 'static {
    /// The event's name for a program: `LeafSplit`.
    fn name(&self) -> &'static str;
}

/// Whoever follows an engine. `()` follows nothing and costs nothing.
pub trait Probe<E: Engine> {
    /// One step: `event` has just happened, and `state` is what came of it. The event is only made if somebody wants it.
    #[track_caller]
    fn step(&mut self, event: impl FnOnce() -> E::Event, state: &E);

    /// One step that was decided at `source`. A protocol node cannot see its cluster, and so cannot take the step
    /// itself: it says where it reacted, and the cluster takes the step for it.
    fn step_at(&mut self, source: &'static Location<'static>, event: impl FnOnce() -> E::Event, state: &E) {
        let _ = source;
        self.step(event, state);
    }
}

impl<E: Engine> Probe<E> for () {
    #[inline(always)]
    fn step(&mut self, _: impl FnOnce() -> E::Event, _: &E) {}
}

/// One number that an engine keeps, with its unit in its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Counter {
    pub name: &'static str,
    pub value: u64,
}

/// What a command came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Done; there is nothing to return.
    Done,
    /// The value read, or `None` where the key is not there.
    Value(Option<String>),
    /// The entries of a scan, in key order.
    Entries(Vec<(String, String)>),
    /// Issued, and not answered yet.
    Pending,
    /// Refused, for a reason of the subject: quorum not met, disk full.
    Refused(String),
}

impl Outcome {
    pub fn is_ok(&self) -> bool {
        !matches!(self, Outcome::Refused(_))
    }
}

impl Display for Outcome {
    fn fmt(&self, out: &mut fmt::Formatter) -> fmt::Result {
        match self {
            Outcome::Done => out.write_str("done"),
            Outcome::Value(Some(value)) => write!(out, "{value}"),
            Outcome::Value(None) => out.write_str("(no value)"),
            Outcome::Entries(entries) if entries.is_empty() => out.write_str("(no entries)"),
            Outcome::Entries(entries) => {
                for (place, (key, value)) in entries.iter().enumerate() {
                    let comma = if place == 0 { "" } else { ", " };
                    write!(out, "{comma}{key} = {value}")?;
                }
                Ok(())
            }
            Outcome::Pending => out.write_str("pending"),
            Outcome::Refused(reason) => write!(out, "refused: {reason}"),
        }
    }
}

/// A command as it is written: its name, its arguments, and what it does.
#[derive(Clone, Copy, Debug)]
pub struct CommandForm {
    pub name: &'static str,
    pub arguments: &'static [Argument],
    /// What it does, for a reader who has not used it: one short sentence without a full stop.
    pub about: &'static str,
    /// Whether it is usual enough to have a button of its own.
    pub button: bool,
}

/// A command's form in one line of an engine's list.
pub const fn form(
    name: &'static str,
    arguments: &'static [Argument],
    about: &'static str,
    button: bool,
) -> CommandForm {
    CommandForm { name, arguments, about, button }
}

#[derive(Clone, Copy, Debug)]
pub struct Argument {
    /// In small letters, as in `key`; shown in capitals.
    pub name: &'static str,
    pub kind: ArgumentKind,
    /// What its input holds at first. Empty for an optional one that is left out.
    pub example: &'static str,
    pub optional: bool,
}

impl Argument {
    /// Any text, which the command cannot do without.
    pub const fn text(name: &'static str, example: &'static str) -> Argument {
        Argument { name, kind: ArgumentKind::Text, example, optional: false }
    }

    /// Any text, or nothing.
    pub const fn optional(name: &'static str) -> Argument {
        Argument { name, kind: ArgumentKind::Text, example: "", optional: true }
    }

    /// The word that introduces an optional argument.
    pub const fn keyword(name: &'static str) -> Argument {
        Argument { name, kind: ArgumentKind::Keyword, example: "", optional: true }
    }
}

/// What may stand in the place of an argument, for those who make an input for it.
#[derive(Clone, Copy, Debug)]
pub enum ArgumentKind {
    Text,
    Number,
    /// One of these words.
    Choice(&'static [&'static str]),
    /// A word of the language that introduces the next argument, as `as` in `read k as c2`; it stands for itself.
    Keyword,
}

impl CommandForm {
    /// The form as help shows it: `put KEY VALUE`, `crash [torn]`.
    pub fn usage(&self) -> String {
        let mut usage = self.name.to_owned();
        for argument in self.arguments {
            let place = match argument.kind {
                ArgumentKind::Choice(words) => words.join("|"),
                ArgumentKind::Keyword => argument.name.to_owned(),
                ArgumentKind::Text | ArgumentKind::Number => argument.name.to_ascii_uppercase(),
            };
            if argument.optional {
                usage.push_str(&format!(" [{place}]"));
            } else {
                usage.push_str(&format!(" {place}"));
            }
        }
        usage
    }
}

/// A parameter that an engine is opened with.
#[derive(Clone, Copy, Debug)]
pub struct Parameter {
    /// As it is written in a fence, a link or an attribute: `order`.
    pub name: &'static str,
    /// As a reader sees it: `Order`.
    pub label: &'static str,
    /// What it decides, in one sentence.
    pub about: &'static str,
    pub kind: ParameterKind,
    /// What it is when nobody says.
    pub default: &'static str,
}

#[derive(Clone, Copy, Debug)]
pub enum ParameterKind {
    /// A whole number, both ends included; `unit` may be empty.
    Integer { min: u64, max: u64, unit: &'static str },
    /// One of these, each a value and its label.
    Choice(&'static [(&'static str, &'static str)]),
    /// `on` or `off`.
    Switch,
}

impl Parameter {
    /// Checks one value as it was written.
    pub fn check(&self, value: &str) -> Result<(), BadParameter> {
        let accepted = match self.kind {
            ParameterKind::Integer { min, max, .. } => match value.parse::<u64>() {
                Ok(number) if (min..=max).contains(&number) => return Ok(()),
                _ => format!("a whole number from {min} to {max}"),
            },
            ParameterKind::Choice(choices) => {
                if choices.iter().any(|(name, _)| *name == value) {
                    return Ok(());
                }
                choices.iter().map(|(name, _)| *name).collect::<Vec<_>>().join(", ")
            }
            ParameterKind::Switch if value == "on" || value == "off" => return Ok(()),
            ParameterKind::Switch => "on or off".to_owned(),
        };
        Err(BadParameter { name: self.name.to_owned(), found: value.to_owned(), accepted })
    }
}

/// A parameter that was refused: which, what was given, and what is accepted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BadParameter {
    pub name: String,
    pub found: String,
    pub accepted: String,
}

impl Display for BadParameter {
    fn fmt(&self, out: &mut fmt::Formatter) -> fmt::Result {
        let found: String = self.found.chars().take(40).collect();
        write!(out, "parameter `{}` cannot be `{found}`; accepted: {}", self.name, self.accepted)
    }
}

impl std::error::Error for BadParameter {}

/// The values an engine is opened with, one for each of its parameters, each checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parameters {
    values: Vec<(&'static str, String)>,
}

impl Parameters {
    /// Every parameter of `declared`, with its value from `given` or its default. A name that is not declared is an
    /// error that lists those that are.
    pub fn new<'a>(
        declared: &[Parameter],
        given: impl IntoIterator<Item = (&'a str, &'a str)>,
    ) -> Result<Parameters, BadParameter> {
        let mut values: Vec<_> = declared.iter().map(|each| (each.name, each.default.to_owned())).collect();
        for (name, value) in given {
            let Some(place) = declared.iter().position(|each| each.name == name) else {
                let names: Vec<_> = declared.iter().map(|each| each.name).collect();
                let accepted = format!("no parameter of that name; there are: {}", names.join(", "));
                return Err(BadParameter { name: name.to_owned(), found: value.to_owned(), accepted });
            };
            declared[place].check(value)?;
            values[place].1 = value.to_owned();
        }
        Ok(Parameters { values })
    }

    /// The defaults of an engine.
    pub fn default_of<E: Engine>() -> Parameters {
        Parameters::new(E::PARAMETERS, []).expect("defaults are accepted")
    }

    /// All names and values, in the order in which they were declared.
    pub fn iter(&self) -> impl Iterator<Item = (&'static str, &str)> {
        self.values.iter().map(|(name, value)| (*name, value.as_str()))
    }

    /// The value as it was written. Panics where no such parameter is declared: that is a bug of ours.
    pub fn text(&self, name: &str) -> &str {
        let found = self.values.iter().find(|(each, _)| *each == name);
        found.map(|(_, value)| value.as_str()).unwrap_or_else(|| panic!("parameter {name} is not declared"))
    }

    pub fn integer(&self, name: &str) -> u64 {
        self.text(name).parse().unwrap_or_else(|_| panic!("parameter {name} is not an integer"))
    }

    pub fn switch(&self, name: &str) -> bool {
        self.text(name) == "on"
    }
}

/// Bytes that a reader may look at, explained: a record, a page, a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dump {
    pub title: String,
    /// Where the first byte stands in its file; 0 for a message.
    pub offset: u64,
    pub bytes: Vec<u8>,
    /// What the bytes mean, in order; they may leave gaps.
    pub spans: Vec<Span>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Span {
    /// Counted from the first byte of the dump.
    pub range: Range<usize>,
    pub label: String,
    /// The value that the bytes spell.
    pub value: String,
}
