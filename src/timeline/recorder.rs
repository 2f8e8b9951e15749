//! The probe that keeps all that it is told.

use std::panic::Location;

use crate::engine::{Engine, Probe};

/// One step of a run: what happened, what came of it, and which line of the engine did it.
#[derive(Clone)]
pub struct Step<E: Engine> {
    pub event: E::Event,
    pub state: E,
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
pub(super) struct Recorder<E: Engine> {
    steps: Vec<Step<E>>,
    limit: usize,
    overflowed: bool,
}

impl<E: Engine> Recorder<E> {
    pub(super) fn new(limit: usize) -> Recorder<E> {
        Recorder { steps: Vec::new(), limit, overflowed: false }
    }

    /// The steps, and whether there were more than the limit.
    pub(super) fn finish(self) -> (Vec<Step<E>>, bool) {
        (self.steps, self.overflowed)
    }
}

impl<E: Engine> Probe<E> for Recorder<E> {
    fn step(&mut self, event: impl FnOnce() -> E::Event, state: &E) {
        self.step_at(Location::caller(), event, state);
    }

    fn step_at(&mut self, source: &'static Location<'static>, event: impl FnOnce() -> E::Event, state: &E) {
        if self.steps.len() == self.limit {
            self.overflowed = true;
            return;
        }
        let source = SourceLine { file: source.file(), line: source.line() };
        self.steps.push(Step { event: event(), state: state.clone(), source });
    }
}
