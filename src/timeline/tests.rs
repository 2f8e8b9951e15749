//! The timeline, tried on the smallest engine there is: a counter that takes a step for each thing it counts.

use std::fmt;

use super::*;
use crate::engine::contract::Refused;
use crate::engine::form::{Command, Declared};
use crate::engine::language::Word;
use crate::engine::{
    Argument, ArgumentKind, BadParameter, CommandForm, Counter, Engine, Event, Parameter, Parameters, Probe,
};

#[derive(Clone)]
struct Tally(u64);

#[derive(Clone)]
enum Ask {
    Add(u64),
    Crash,
}

#[derive(Clone)]
struct Added(u64);

impl fmt::Display for Ask {
    fn fmt(&self, out: &mut fmt::Formatter) -> fmt::Result {
        match self {
            Ask::Add(many) => write!(out, "add {many}"),
            Ask::Crash => out.write_str("crash"),
        }
    }
}

impl fmt::Display for Added {
    fn fmt(&self, out: &mut fmt::Formatter) -> fmt::Result {
        write!(out, "now {}", self.0)
    }
}

impl Event for Added {
    fn name(&self) -> &'static str {
        "Added"
    }
}

/// Nothing is decided before.
#[derive(Clone)]
struct Settings;

impl Declared for Settings {
    const PARAMETERS: &'static [Parameter] = &[];

    fn read(_: &Parameters) -> Settings {
        Settings
    }

    fn set(&mut self, _: &str, _: &str) {}

    fn check(&self) -> Result<(), BadParameter> {
        Ok(())
    }
}

impl Command for Ask {
    const FORMS: &'static [CommandForm] = &[CommandForm {
        name: "add",
        arguments: &[Argument { name: "many", kind: ArgumentKind::Number, example: "1", optional: false }],
        about: "count so many, a step each",
        button: true,
    }];

    fn read(name: &Word, words: &mut Words) -> Result<Option<Ask>, BadCommand> {
        Ok(match name.text.as_str() {
            "add" => Some(Ask::Add(words.number("many", 1..=5_000)?)),
            "crash" => Some(Ask::Crash),
            _ => None,
        })
    }
}

impl From<Refused> for Added {
    fn from(refused: Refused) -> Added {
        unreachable!("it counts whatever it is asked to: {refused}")
    }
}

impl Engine for Tally {
    type Settings = Settings;
    type Command = Ask;
    type Event = Added;

    fn new(_: Settings) -> Tally {
        Tally(0)
    }

    fn carry_out(&mut self, command: &Ask, probe: &mut impl Probe<Tally>) -> Result<Outcome, Refused> {
        match command {
            Ask::Add(many) => {
                for _ in 0..*many {
                    self.0 += 1;
                    probe.step(|| Added(self.0), self);
                }
            }
            Ask::Crash => {
                self.0 += 1_000;
                probe.step(|| Added(self.0), self);
            }
        }
        Ok(Outcome::Done)
    }

    fn may_follow_a_cut(command: &Ask) -> bool {
        matches!(command, Ask::Crash)
    }

    fn counters(&self) -> Vec<Counter> {
        Vec::new()
    }

    fn state(&self) -> serde_json::Value {
        self.0.into()
    }
}

fn recording(script: &str) -> Recording {
    let mut recording = Recording::new(Box::new(Tally(0)), "").unwrap();
    recording.extend(script).unwrap();
    recording
}

/// What the counter had counted at a step.
fn count(run: &Recording, index: usize) -> u64 {
    own::<Tally>(run.state(index)).0
}

#[test]
fn every_step_is_kept_with_its_state_and_its_line() {
    let run = recording("add 2; add 1");
    assert_eq!((0..=run.last()).map(|index| count(&run, index)).collect::<Vec<_>>(), [0, 1, 2, 3]);
    assert_eq!(run.position(3), Position { command: 2, step: 1 });
    assert_eq!(run.position(0), Position::OPENING);
    let step = run.step(2).unwrap();
    assert_eq!(step.source.file, file!());
    assert_eq!(step.event.to_string(), "now 2");
    for index in 0..=run.last() {
        assert_eq!(run.index(run.position(index)), index);
    }
    assert_eq!(run.index(Position { command: 9, step: 1 }), 3);
    assert_eq!([1, 2, 9].map(|command| run.index(Address::EndOf(command))), [2, 3, 3]);
    for (address, is_there) in [("0", true), ("1", true), ("3", false), ("1.2", true), ("1.3", false), ("9.1", false)] {
        assert_eq!(run.has(address.parse().unwrap()), is_there, "{address}");
    }
}

#[test]
fn a_fork_completes_the_command_it_stands_in() {
    let mut run = recording("add 3; add 1");
    assert_eq!(run.fork(1, "add 2").unwrap(), 4);
    assert_eq!(run.script().join("; "), "add 3; add 2");
    assert_eq!(count(&run, run.last()), 5);
}

#[test]
fn a_crash_cuts_the_command_it_stands_in() {
    let mut run = recording("add 3; add 1");
    assert_eq!(run.fork(2, "crash").unwrap(), 3);
    assert_eq!(run.script().join("; "), "add 3 @2; crash");
    assert_eq!(count(&run, 3), 1_002);
    assert_eq!(count(&recording(&run.script().join("; ")), 3), 1_002);
    assert!(run.fork(2, "add 1").is_err(), "only a crash may follow a cut");
    assert!(run.fork(1, "add 1").is_err(), "what was cut short can't be completed");
    assert!(run.extend("add 1").is_ok());
}

#[test]
fn a_fork_can_be_taken_back() {
    let mut run = recording("add 3; add 1");
    run.fork(2, "crash").unwrap();
    run.fork(3, "add 7").unwrap();
    assert_eq!(run.undo(), Some(3));
    assert_eq!(run.undo(), Some(2));
    assert_eq!(run.undo(), None);
    assert_eq!((run.script().join("; ").as_str(), run.last()), ("add 3; add 1", 4));
}

#[test]
fn a_mistake_leaves_the_run_as_it_is() {
    let mut run = recording("add 2");
    assert!(run.extend("add 1; addd 1").is_err());
    assert!(run.fork(1, "add x").is_err());
    assert!(run.extend("add 2 @1; add 1").is_err());
    assert_eq!(run.script().join("; "), "add 2");
    assert_eq!(run.fork(1, "# nothing").unwrap(), 1);
    assert_eq!(run.last(), 2);
}

#[test]
fn a_run_is_capped_and_says_so() {
    let run = recording("add 1999; add 5; add 5");
    assert_eq!(run.full(), Some(Full::Steps));
    assert_eq!(run.last(), MAX_STEPS);
    assert_eq!(run.script().join("; "), "add 1999; add 5 @1");
    assert!(recording("add 2000").full().is_none());
    assert!(recording("add 5000 @3").full().is_none());
    assert!(Recording::new(Box::new(Tally(0)), "add 5000").is_ok(), "what isn't recorded isn't capped");
}

#[test]
fn ranges_stay_short_in_the_script() {
    let mut run = recording("add 1..3; add 2");
    assert_eq!(run.script().join("; "), "add 1..3; add 2");
    run.fork(3, "add 9").unwrap();
    assert_eq!(run.script().join("; "), "add 1; add 2; add 9");
}
