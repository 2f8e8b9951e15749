//! The probe that keeps all that it is told.

use std::panic::Location;
use std::rc::Rc;

use super::machine::{Happened, Machine, Performed};
use crate::engine::{Engine, Outcome, Probe};

/// One step of a run: what happened, what came of it, and which line of the engine did it.
#[derive(Clone)]
pub struct Step {
    pub event: Rc<dyn Happened>,
    pub state: Rc<dyn Machine>,
    pub source: SourceLine,
}

/// A line of the project's own source.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SourceLine {
    /// From the root of the project: `src/engine/storage/btree/insert.rs`.
    pub file: &'static str,
    /// Counted from 1.
    pub line: u32,
}

/// Keeps the first `limit` steps of one command.
pub(super) struct Recorder {
    steps: Vec<Step>,
    limit: usize,
    overflowed: bool,
}

impl Recorder {
    pub(super) fn new(limit: usize) -> Recorder {
        Recorder { steps: Vec::new(), limit, overflowed: false }
    }

    pub(super) fn finish(self, outcome: Outcome) -> Performed {
        Performed { steps: self.steps, overflowed: self.overflowed, outcome }
    }

    /// Whether there is room for one more step.
    fn has_room(&mut self) -> bool {
        self.overflowed |= self.steps.len() == self.limit;
        !self.overflowed
    }

    // Not inlined: it would be, at every line of an engine that takes a step.
    #[inline(never)]
    fn keep<E: Engine>(&mut self, event: E::Event, state: &E, source: &Location<'static>) {
        let source = SourceLine { file: source.file(), line: source.line() };
        self.steps.push(Step { event: Rc::new(event), state: Rc::new(state.clone()), source });
    }
}

impl<E: Engine> Probe<E> for Recorder {
    fn step(&mut self, event: impl FnOnce() -> E::Event, state: &E) {
        self.step_at(Location::caller(), event, state);
    }

    fn step_at(&mut self, source: &'static Location<'static>, event: impl FnOnce() -> E::Event, state: &E) {
        if self.has_room() {
            self.keep(event(), state, source);
        }
    }
}
