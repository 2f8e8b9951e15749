//! The probe that keeps all that it is told.

use std::panic::Location;
use std::rc::Rc;

use super::machine::{Happened, Machine, Performed};
use crate::engine::language::Overruled;
use crate::engine::{Decision, Engine, Outcome, Probe};

/// One step of a run: what happened, what came of it, and which line of the engine did it.
#[derive(Clone)]
pub struct Step {
    pub event: Rc<dyn Happened>,
    pub state: Rc<dyn Machine>,
    pub source: SourceLine,
    /// The bytes that this photograph takes up beside what it shares with the one before it.
    pub(super) weight: u64,
}

/// What there is room for.
#[derive(Clone, Copy, Debug)]
pub struct Room {
    pub steps: usize,
    /// As long as there are any, one more photograph is taken, however large.
    pub bytes: u64,
}

impl Room {
    pub const NONE: Room = Room { steps: 0, bytes: 0 };
}

/// A line of the project's own source.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SourceLine {
    /// From the root of the project: `src/engine/storage/btree/insert.rs`.
    pub file: &'static str,
    /// Counted from 1.
    pub line: u32,
}

/// A decision that was made on the way of a command.
#[derive(Clone)]
pub struct Made {
    /// How many steps of the command were taken before.
    pub after: usize,
    /// Which decision of the command it is, counted from 0.
    pub number: usize,
    pub decision: Decision,
    /// The place of the way that was gone.
    pub taken: usize,
}

/// Keeps the first steps of one command, as many as there is room for.
pub(super) struct Recorder<'a> {
    steps: Vec<Step>,
    overruled: &'a [Overruled],
    decisions: Vec<Made>,
    /// Those made so far, kept or not.
    decided: usize,
    room: Room,
    /// The photograph before the first step, if any step is kept.
    before: Option<Rc<dyn Machine>>,
    overflowed: bool,
}

impl<'a> Recorder<'a> {
    pub(super) fn new(room: Room, before: Option<Rc<dyn Machine>>, overruled: &'a [Overruled]) -> Recorder<'a> {
        Recorder { steps: Vec::new(), overruled, decisions: Vec::new(), decided: 0, room, before, overflowed: false }
    }

    pub(super) fn finish(self, outcome: Outcome) -> Performed {
        Performed { steps: self.steps, overflowed: self.overflowed, decisions: self.decisions, outcome }
    }

    /// Whether there is room for one more step.
    fn has_room(&mut self) -> bool {
        self.overflowed |= self.steps.len() == self.room.steps || self.room.bytes == 0;
        !self.overflowed
    }

    /// Keeps a decision, and returns the place of the way to go: one that there is none of is not gone.
    #[inline(never)]
    fn made(&mut self, number: usize, overruled: Option<usize>, decision: Decision) -> usize {
        let taken = overruled.filter(|way| *way < decision.ways.len()).unwrap_or(decision.own);
        self.decisions.push(Made { after: self.steps.len(), number, decision, taken });
        taken
    }

    // Not inlined: it would be, at every line of an engine that takes a step.
    #[inline(never)]
    fn keep<E: Engine>(&mut self, event: E::Event, state: &E, source: &Location<'static>) {
        let source = SourceLine { file: source.file(), line: source.line() };
        let state: Rc<dyn Machine> = Rc::new(state.clone());
        let weight = self.before.as_ref().map_or(0, |before| state.weighed(&**before));
        self.room.bytes = self.room.bytes.saturating_sub(weight);
        self.before = Some(state.clone());
        self.steps.push(Step { event: Rc::new(event), state, source, weight });
    }
}

impl<E: Engine> Probe<E> for Recorder<'_> {
    fn step(&mut self, event: impl FnOnce() -> E::Event, state: &E) {
        self.step_at(Location::caller(), event, state);
    }

    fn step_at(&mut self, source: &'static Location<'static>, event: impl FnOnce() -> E::Event, state: &E) {
        if self.has_room() {
            self.keep(event(), state, source);
        }
    }

    fn decide(&mut self, own: usize, decision: impl FnOnce() -> Decision) -> usize {
        let number = self.decided;
        self.decided += 1;
        let overruled = self.overruled.iter().find(|overruled| overruled.decision == number);
        if overruled.is_none() && !self.has_room() {
            return own;
        }
        self.made(number, overruled.map(|overruled| overruled.way), decision())
    }

    fn hears_decisions(&self) -> bool {
        true
    }
}
