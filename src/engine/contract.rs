//! The contract: an engine executes commands, and tells a probe each step that it takes.
//!
//! All that an engine knows is inside it, so that a clone of it is a photograph. A probe is told of each step by an
//! event, in the words of the engine's own field, beside the state as it is just then. Whoever draws, narrates, tests
//! or counts is a probe, or reads what a probe has kept; the engine does not know which.

use std::fmt::{self, Display};
use std::ops::Range;
use std::panic::Location;
use std::rc::Rc;

pub use crate::form::*;
use crate::language::{BadCommand, Words};
use crate::spell::grouped;

/// A system under study.
///
/// Two rules that tests hold every engine to:
/// - the state after [`execute`](Engine::execute) is the state that its last step showed;
/// - every command takes at least one step.
pub trait Engine: Clone + 'static {
    /// What it is opened with.
    type Settings: Declared;
    /// What a reader may ask of it.
    type Command: Command;
    /// What it did.
    type Event: Event + From<Refused>;

    /// A new engine, empty.
    fn new(settings: Self::Settings) -> Self;

    /// Carries out one command, and tells `probe` each step. A refusal is told for it.
    fn carry_out(&mut self, command: &Self::Command, probe: &mut impl Probe<Self>) -> Result<Outcome, Refused>;

    /// What goes on behind a command that is done or refused, a little at a time: a merge in the background.
    fn go_on(&mut self, command: &Self::Command, probe: &mut impl Probe<Self>) {
        let _ = (command, probe);
    }

    /// Whether `command` may follow one that was cut short in the middle. A storage engine cut short can only crash;
    /// a cluster is at rest after every delivery, and takes anything.
    fn may_follow_a_cut(command: &Self::Command) -> bool {
        let _ = command;
        true
    }

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

    /// The parameters it is opened with, in the order in which they are shown.
    const PARAMETERS: &'static [Parameter] = <Self::Settings as Declared>::PARAMETERS;
    /// The forms its commands take, in the order in which they are shown.
    const COMMANDS: &'static [CommandForm] = <Self::Command as Command>::FORMS;

    /// A new engine with parameters that have been checked one by one; an error is for those that do not fit each other.
    fn open(parameters: &Parameters) -> Result<Self, BadParameter> {
        Ok(Self::new(Self::Settings::new(parameters)?))
    }

    /// Reads one command.
    fn parse(words: &mut Words) -> Result<Self::Command, BadCommand> {
        Self::Command::parse(words)
    }

    /// [`carry_out`](Engine::carry_out), one step for a refusal, at the line that refused, and what goes on behind it.
    fn execute(&mut self, command: &Self::Command, probe: &mut impl Probe<Self>) -> Outcome {
        let outcome = self.carry_out(command, probe).unwrap_or_else(|refused| {
            let reason = refused.reason.to_string();
            probe.step_at(refused.source, || refused.into(), self);
            Outcome::Refused(reason)
        });
        self.go_on(command, probe);
        outcome
    }
}

/// What an engine did: a fact in the past tense of its field. `Display` is the narration, one or two plain sentences
/// that someone who cannot see the picture can follow.
pub trait Event: Clone + Display + 'static {
    /// The event's name for a program: `LeafSplit`.
    fn name(&self) -> &'static str;
}

/// An event, or what is to be told of it, and the line that decided it: for what is done by one function and told by
/// another.
#[derive(Clone, Copy, Debug)]
pub struct Decided<E> {
    pub event: E,
    pub source: &'static Location<'static>,
}

impl<E> Decided<E> {
    #[track_caller]
    pub fn new(event: E) -> Decided<E> {
        Decided { event, source: Location::caller() }
    }
}

/// Whoever follows an engine. `()` follows nothing and costs nothing.
pub trait Probe<E: Engine> {
    /// One step: `event` has just happened, and `state` is what came of it. The event is only made if someone wants it.
    #[track_caller]
    fn step(&mut self, event: impl FnOnce() -> E::Event, state: &E);

    /// One step that was decided at `source`. A protocol node cannot see its cluster, and so cannot take the step
    /// itself: it says where it reacted, and the cluster takes the step for it.
    fn step_at(&mut self, source: &'static Location<'static>, event: impl FnOnce() -> E::Event, state: &E) {
        let _ = source;
        self.step(event, state);
    }

    /// The place of the way that the engine is to go. That is its own, `own`, unless whoever follows it has been asked to
    /// decide otherwise; the decision is only put into words if someone listens.
    fn decide(&mut self, own: usize, decision: impl FnOnce() -> Decision) -> usize {
        let _ = decision;
        own
    }

    /// Whether anybody listens to decisions. Those of a host have to be asked for, and where a store decides often, its
    /// ways are only looked for then.
    fn hears_decisions(&self) -> bool {
        false
    }
}

/// A point at which an engine could go several ways, for a reader who is to decide in its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decision {
    /// The question, with all that decides it: `The leaf page 3 is full. Where is it split?`
    pub asks: String,
    /// At least two; the engine can go each of them.
    pub ways: Vec<Way>,
    /// The place of its own way among them.
    pub own: usize,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Way {
    /// What is done: `Two keys stay, three move`.
    pub says: String,
    /// Why the engine goes it, or why not, as a sentence.
    pub because: String,
    /// What of the engine it is about, in its own words, as shapes are called: `page 3`.
    pub about: Option<String>,
}

impl Way {
    pub fn new(says: impl Into<String>, because: impl Into<String>) -> Way {
        Way { says: says.into(), because: because.into(), about: None }
    }

    pub fn about(self, about: impl Display) -> Way {
        Way { about: Some(about.to_string()), ..self }
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
    /// The answer of one of several that were asked, as its entries; `None` where it has none.
    AnswerOf(&'static str, Option<Vec<(String, String)>>),
    /// Issued, and not answered yet.
    Pending,
    /// Refused, for a reason of the subject: quorum not met, disk full.
    Refused(String),
    /// Given up, as no answer has come. What can't be known by that: `whether it was done` of a write, and nothing of a read.
    Unanswered(Option<&'static str>),
}

/// That nothing came of a command, for a reason of the subject: as it is told, and the line of the engine that said no.
///
/// `?` on an error that becomes a refusal keeps its own place: that line refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refused {
    /// A sentence without its full stop.
    pub reason: Rc<str>,
    pub source: &'static Location<'static>,
}

impl Refused {
    #[track_caller]
    pub fn new(reason: impl Display) -> Refused {
        Refused { reason: reason.to_string().into(), source: Location::caller() }
    }

    /// Whether a run may simulate still more, of which so much is `done`: whatever a script asks, it comes to an end soon.
    ///
    /// # Errors
    /// If it is all that a run has.
    #[track_caller]
    pub fn beyond(most: u64, done: u64, what: &str) -> Result<(), Refused> {
        if done < most {
            return Ok(());
        }
        let most = grouped(most);
        Err(Refused::new(format!("{most} {what} have been simulated, and a run has no more: begin anew")))
    }
}

impl From<String> for Refused {
    #[track_caller]
    fn from(reason: String) -> Refused {
        Refused::new(reason)
    }
}

impl From<&str> for Refused {
    #[track_caller]
    fn from(reason: &str) -> Refused {
        Refused::new(reason)
    }
}

/// A parameter that does not fit the others, once the engine is open.
impl From<BadParameter> for Refused {
    #[track_caller]
    fn from(bad: BadParameter) -> Refused {
        Refused::new(bad)
    }
}

impl Display for Refused {
    fn fmt(&self, out: &mut fmt::Formatter) -> fmt::Result {
        write!(out, "Refused: {}.", self.reason)
    }
}

impl Event for Refused {
    fn name(&self) -> &'static str {
        "Refused"
    }
}

impl Outcome {
    pub fn is_ok(&self) -> bool {
        !matches!(self, Outcome::Refused(_) | Outcome::Unanswered(_))
    }
}

impl Display for Outcome {
    fn fmt(&self, out: &mut fmt::Formatter) -> fmt::Result {
        match self {
            Outcome::Done => out.write_str("done"),
            Outcome::Value(Some(value)) => write!(out, "{value}"),
            Outcome::Value(None) => out.write_str("(no value)"),
            Outcome::Entries(entries) => out.write_str(&spelt(entries)),
            Outcome::AnswerOf(one, None) => write!(out, "answer of {one}: none"),
            Outcome::AnswerOf(one, Some(entries)) => write!(out, "answer of {one}: {}", spelt(entries)),
            Outcome::Pending => out.write_str("pending"),
            Outcome::Refused(reason) => write!(out, "refused: {reason}"),
            Outcome::Unanswered(None) => out.write_str("no answer"),
            Outcome::Unanswered(Some(unknown)) => write!(out, "no answer; {unknown} is unknown"),
        }
    }
}

/// `a = 1, b = 2`.
fn spelt(entries: &[(String, String)]) -> String {
    if entries.is_empty() {
        return "(no entries)".to_owned();
    }
    entries.iter().map(|(key, value)| format!("{key} = {value}")).collect::<Vec<_>>().join(", ")
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
