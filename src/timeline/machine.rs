//! Any engine behind one face, so that the timeline, the player and the terminal are compiled once and not once for
//! each engine: the page is fetched over a network.

use std::any::Any;
use std::fmt::Display;
use std::rc::Rc;

use super::recorder::{Made, Recorder, Room, Step};
use crate::engine::language::Overruled;
use crate::engine::{BadCommand, Counter, Engine, Event, Outcome, Words};

/// An [`Engine`], whichever it is.
pub trait Machine: Any {
    fn photograph(&self) -> Box<dyn Machine>;
    /// Reads one command of this engine.
    fn read(&self, words: &mut Words) -> Result<Rc<dyn Asked>, BadCommand>;
    /// Carries out a command that this engine has read, deciding otherwise where it is told to, and keeps the first steps
    /// that there is room for.
    fn perform(&mut self, command: &dyn Asked, overruled: &[Overruled], room: Room) -> Performed;
    fn may_be_cut_by(&self, command: &dyn Asked) -> bool;
    /// What it takes up beside what it shares with `before`, in bytes.
    fn weighed(&self, before: &dyn Machine) -> u64;
    fn counted(&self) -> Vec<Counter>;
    /// The whole state for a program; the page has no use for it, and is spared its weight.
    #[cfg(not(target_arch = "wasm32"))]
    fn spelled(&self) -> serde_json::Value;
}

/// A command, of whichever engine.
pub trait Asked: Any + Display {}

impl<C: Any + Display> Asked for C {}

/// An event, of whichever engine.
pub trait Happened: Any + Display {
    fn called(&self) -> &'static str;
}

impl<E: Event> Happened for E {
    fn called(&self) -> &'static str {
        self.name()
    }
}

/// What came of a command.
pub struct Performed {
    pub steps: Vec<Step>,
    /// Whether there were more steps than were to be kept.
    pub overflowed: bool,
    pub decisions: Vec<Made>,
    pub outcome: Outcome,
}

impl<E: Engine> Machine for E {
    fn photograph(&self) -> Box<dyn Machine> {
        Box::new(self.clone())
    }

    fn read(&self, words: &mut Words) -> Result<Rc<dyn Asked>, BadCommand> {
        Ok(Rc::new(E::parse(words)?))
    }

    // A recorder also where nothing is to be kept, and not `()`: so the page holds each engine compiled once, not twice.
    fn perform(&mut self, command: &dyn Asked, overruled: &[Overruled], room: Room) -> Performed {
        let before = (room.steps > 0).then(|| Rc::new(self.clone()) as Rc<dyn Machine>);
        let mut recorder = Recorder::new(room, before, overruled);
        let outcome = self.execute(own::<E::Command>(command), &mut recorder);
        recorder.finish(outcome)
    }

    fn may_be_cut_by(&self, command: &dyn Asked) -> bool {
        E::may_follow_a_cut(own::<E::Command>(command))
    }

    fn weighed(&self, before: &dyn Machine) -> u64 {
        self.weight(own::<E>(before))
    }

    fn counted(&self) -> Vec<Counter> {
        self.counters()
    }

    #[cfg(not(target_arch = "wasm32"))]
    fn spelled(&self) -> serde_json::Value {
        self.state()
    }
}

/// A part of a run as the type that its engine gave it.
pub fn own<T: Any>(part: &dyn Any) -> &T {
    part.downcast_ref().expect("a run keeps to one engine")
}
