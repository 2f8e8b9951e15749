//! What makes an engine a store: its disk outlives a crash, and its memory does not.
//!
//! The crash itself is the same for all of them, and stands here. What a store keeps in memory, how it starts from what
//! the disk has left, and what it serves, is its own.

use std::fmt::{self, Display};

use super::outage::Outage;
use crate::contract::{Counter, Engine, Event, Outcome, Probe, Refused};
use crate::form::{Command, CommandForm, Declared, joined, length};
use crate::language::{BadCommand, Word, Words};
use crate::sim::{Crash, Disk};

/// A store; that makes it an [`Engine`].
pub trait Durable: Clone + 'static {
    type Settings: Declared;
    type Served: Command;
    type Event: Event + From<Refused>;

    /// A new store, on an empty disk.
    fn new(settings: Self::Settings) -> Self;

    fn disk(&self) -> &Disk;
    fn disk_mut(&mut self) -> &mut Disk;

    /// Memory is gone, and the disk is what the crash has left of it; a step tells that.
    fn forget(&mut self, outage: Outage, probe: &mut impl Probe<Self>);

    /// Starts from what is on the disk, which is all there is.
    fn recover(&mut self, probe: &mut impl Probe<Self>) -> Result<(), Refused>;

    /// Carries out one command.
    fn serve(&mut self, command: &Self::Served, probe: &mut impl Probe<Self>) -> Result<Outcome, Refused>;

    /// A little of what goes on behind a command: see [`Engine::go_on`].
    fn go_on(&mut self, command: &Self::Served, probe: &mut impl Probe<Self>) {
        let _ = (command, probe);
    }

    /// Why a command is not served, if it is not: damage was found, and what the disk says cannot be trusted.
    fn closed(&self, command: &Self::Served) -> Option<Refused> {
        let _ = command;
        None
    }

    fn counters(&self) -> Vec<Counter>;
    fn state(&self) -> serde_json::Value;
}

/// What a photograph of a store on this disk takes up beside what it shares with one that stood on `before`. What was
/// written is kept in memory, in a log and in a file, and until it is synced and merged some of it twice; but no more than
/// all there is.
pub(super) fn weight(now: &Disk, before: &Disk) -> u64 {
    let written = now.tally.bytes_written.saturating_sub(before.tally.bytes_written);
    (5 * written).min(2 * now.used)
}

/// What may be asked of a store: something that it serves, or that the power goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Asked<S> {
    Served(S),
    Crash(Crash),
}

impl<S: Durable> Engine for S {
    type Settings = S::Settings;
    type Command = Asked<S::Served>;
    type Event = S::Event;

    fn new(settings: S::Settings) -> S {
        <S as Durable>::new(settings)
    }

    fn carry_out(&mut self, asked: &Asked<S::Served>, probe: &mut impl Probe<S>) -> Result<Outcome, Refused> {
        match asked {
            Asked::Served(command) => match self.closed(command) {
                Some(refused) => Err(refused),
                None => self.serve(command, probe),
            },
            Asked::Crash(crash) => {
                let outage = Outage::strike(self.disk_mut(), *crash);
                self.forget(outage, probe);
                self.recover(probe).map(|()| Outcome::Done)
            }
        }
    }

    fn go_on(&mut self, asked: &Asked<S::Served>, probe: &mut impl Probe<S>) {
        if let Asked::Served(command) = asked {
            Durable::go_on(self, command, probe);
        }
    }

    /// What a store was in the middle of, only a start-up puts right.
    fn may_follow_a_cut(asked: &Asked<S::Served>) -> bool {
        matches!(asked, Asked::Crash(_))
    }

    fn weight(&self, before: &S) -> u64 {
        weight(self.disk(), before.disk())
    }

    fn counters(&self) -> Vec<Counter> {
        Durable::counters(self)
    }

    fn state(&self) -> serde_json::Value {
        Durable::state(self)
    }
}

impl<S> From<S> for Asked<S> {
    fn from(command: S) -> Asked<S> {
        Asked::Served(command)
    }
}

impl<S: Command> Asked<S> {
    /// The forms of both, and empty ones to fill up: the length of an array cannot depend on `S`.
    const ALL: &'static [CommandForm] = &joined::<32>(&[S::FORMS, Crash::FORMS]);
}

impl<S: Command> Command for Asked<S> {
    const FORMS: &'static [CommandForm] = Self::ALL.split_at(length(&[S::FORMS, Crash::FORMS])).0;

    fn read(name: &Word, words: &mut Words) -> Result<Option<Asked<S>>, BadCommand> {
        match S::read(name, words)? {
            Some(command) => Ok(Some(Asked::Served(command))),
            None => Ok(Crash::read(name, words)?.map(Asked::Crash)),
        }
    }
}

impl<S: Display> Display for Asked<S> {
    fn fmt(&self, out: &mut fmt::Formatter) -> fmt::Result {
        match self {
            Asked::Served(command) => command.fmt(out),
            Asked::Crash(crash) => crash.fmt(out),
        }
    }
}
