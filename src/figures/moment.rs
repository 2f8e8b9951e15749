//! What is told of a run beside its pictures.

use super::Run;
use crate::engine::Outcome;
use crate::scene::Breadth;
use crate::scene::words::{self, Words};
use crate::spec::View;
use crate::timeline::{Position, SourceLine};

/// The counters of an engine over a run.
#[derive(PartialEq, Eq)]
pub struct Growth {
    pub names: Vec<&'static str>,
    /// For each counter its values at all steps.
    pub values: Vec<Vec<u64>>,
}

/// What happened at a step, as far as it can be told without a picture.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Moment {
    pub position: Position,
    /// The command that the step belongs to; empty at the opening.
    pub command: String,
    /// The event's name; empty at the opening.
    pub event: &'static str,
    pub narration: String,
    /// The line of the engine that has just run.
    pub source: Option<SourceLine>,
    /// What the command came to, at its last step, unless it was cut short there.
    pub outcome: Option<Outcome>,
}

/// A command of the run and where its steps are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CommandMark {
    pub text: String,
    pub first: usize,
    pub last: usize,
    pub outcome: Outcome,
    pub interrupted: bool,
}

impl Run {
    /// The picture of a step in words. Words have no breadth: they are those of the wide stage, which shows more.
    pub fn in_words(&self, view: View, index: usize) -> Words {
        let scene = |index| self.view(view, index, Breadth::Wide);
        let before = index.checked_sub(1).map(scene);
        words::describe(&scene(index), before.as_ref())
    }
}

/// The narration before anything has happened.
pub fn opening(commands: usize) -> String {
    match commands {
        0 => "Nothing has happened yet. Give a command, or write a script.".to_owned(),
        1 => "Nothing has happened yet. One command is ready to be stepped through.".to_owned(),
        many => format!("Nothing has happened yet. {many} commands are ready to be stepped through."),
    }
}
