//! What an engine decides on its way, and what comes of deciding otherwise.

use super::{Run, Told};
use crate::engine::BadCommand;
use crate::engine::language::Overruled;
use crate::timeline::Made;

impl Run {
    /// What the engine has decided on its way: the index of the step before each decision, and the decision.
    pub fn decisions(&self) -> impl Iterator<Item = (usize, &Made)> {
        self.recording.decisions()
    }

    /// What it decides just after that step.
    pub fn decision(&self, index: usize) -> Option<&Made> {
        self.decisions().find_map(|(at, made)| (at == index).then_some(made))
    }

    /// Has what it decides just after that step decided otherwise, and goes on from there; returns the step before it.
    pub fn overrule(&mut self, index: usize, way: usize) -> Result<usize, BadCommand> {
        let decision = self.decision(index).expect("it is known which is overruled").number;
        self.told = Told::default();
        self.recording.overrule(index, Overruled { decision, way })
    }
}
