//! Sides that are compared: each has code of its own, and a step of theirs is shown at its line there.

use std::panic::Location;

use crate::contract::{Engine, Probe};

/// A probe of a part: it keeps the line of the part's last step, and lifts it into a step of the whole.
#[derive(Default)]
pub struct Lift {
    source: Option<&'static Location<'static>>,
}

impl Lift {
    /// One step of the whole, at the line where the part took its last; at the caller's, if it took none.
    #[track_caller]
    pub fn step<E: Engine>(&self, probe: &mut impl Probe<E>, event: impl FnOnce() -> E::Event, state: &E) {
        probe.step_at(self.source.unwrap_or(Location::caller()), event, state);
    }
}

impl<E: Engine> Probe<E> for Lift {
    #[track_caller]
    fn step(&mut self, _: impl FnOnce() -> E::Event, _: &E) {
        self.source = Some(Location::caller());
    }

    fn step_at(&mut self, source: &'static Location<'static>, _: impl FnOnce() -> E::Event, _: &E) {
        self.source = Some(source);
    }
}
