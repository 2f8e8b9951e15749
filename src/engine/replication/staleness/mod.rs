//! How stale, how often: reads and writes of a quorum store, over and over, with the delays of four messages drawn by chance.
//!
//! # The idea
//!
//! With w + r > n, a read meets a node that has the last committed write. With less, it may not, and all that such a store
//! promises is that copies agree *in the end*. How soon that is, no one promises, but it can be computed. Bailis and others
//! (*Probabilistically Bounded Staleness for Practical Partial Quorums*, 2012) name the four messages on which it hangs, WARS:
//! the *write* goes to all n nodes and takes W to each, its *acknowledgement* takes A back; after the w-th it is committed.
//! A *read* that begins t later takes R to each node, its *answer* takes S back, and the first r answers count. An
//! answer has the write if it was there before the read: if W is at most the time until the commit, plus t, plus R. One is
//! enough for a fresh read.
//!
//! So a trial is nothing but 4n times (a [`Trial`]), and the same times say for every t whether the read would be
//! fresh: a trial is a point of a curve, the share of fresh reads over t, and many trials are the curve (a [`Sample`]).
//! With several writes before the read it is also known *how* stale a read is: how many versions it misses.
//!
//! A little is known without trials ([`theory`]): a bound whatever the times are, and a formula where they have no memory.
//!
//! Read [`trial`], then [`moments`], in which order a trial is told; then [`sample`] and [`theory`]; [`drawn`](crate::sim::drawn) has
//! the distributions.
//!
//! # Simpler than the real one because:
//! - delays are independent of each other: of the same node, of the same message to another node, of how many requests there
//!   are. In a real system a node is slow for everyone at once, and an overloaded network too;
//! - nothing is lost, and no node is down: a write reaches all nodes in the end;
//! - no read repair, no anti-entropy, no hinted handoff: copies agree only by the writes themselves, so real stores are
//!   fresher than this;
//! - one client writes, a version after the other, so versions have one order, and the read begins when the last is committed
//!   or later; a read during a write, which may return either, isn't counted here;
//! - a reader sends to all n nodes, as the writer does, and reads no copy that is nearer than a message away. Stores that
//!   ask only r nodes wait longer, and where one of the nodes coordinates and has a copy itself, it answers sooner;
//! - the fitted distributions are those of 2012, of two companies, and fitted to some percentiles that these measured.

pub mod command;
pub mod event;
pub mod long;
pub mod moments;
pub mod sample;
pub mod settings;
pub mod theory;
pub mod trial;

mod run;
mod view;

#[cfg(test)]
mod tests;

use std::rc::Rc;

use crate::contract::{Counter, Engine, Outcome, Probe, Refused};
use crate::sim::Time;

pub use command::Command;
pub use event::{Behind, Event, Known};
pub use long::Long;
pub use moments::{Moment, What};
pub use sample::Sample;
pub use settings::Settings;
pub use theory::Theory;
pub use trial::Trial;

#[derive(Clone, Debug)]
pub struct Staleness {
    pub settings: Settings,
    /// The trial that is going on, or was the last.
    pub shown: Option<Shown>,
    /// What was counted with the present settings, and with those before them.
    pub sample: Rc<Sample>,
    pub before: Option<Rc<Sample>>,
}

/// A trial that is told moment by moment.
#[derive(Clone, Debug)]
pub struct Shown {
    pub trial: Rc<Trial>,
    pub moments: Rc<Vec<Moment>>,
    /// How many of them have passed.
    pub passed: usize,
    /// It is known when the read would have been fresh.
    pub is_judged: bool,
}

impl Engine for Staleness {
    type Settings = Settings;
    type Command = Command;
    type Event = Event;

    fn new(settings: Settings) -> Staleness {
        Staleness { settings, shown: None, sample: Rc::new(Sample::new(&settings)), before: None }
    }

    fn carry_out(&mut self, command: &Command, probe: &mut impl Probe<Staleness>) -> Result<Outcome, Refused> {
        match command {
            Command::Trial { number } => self.carry_out_trial(*number, probe)?,
            Command::Find { versions } => self.find(*versions as usize, probe)?,
            Command::Count { trials } => self.count(*trials, probe)?,
            Command::Set(setting) => {
                let forgotten = self.change(setting.changed(&self.settings)?);
                let known = self.known(self.settings.after);
                let shown = self.shown.as_ref().map(|shown| (shown.trial.number, shown.trial.missed()));
                probe.step(|| Event::Changed { what: setting.what(), known, forgotten, shown }, self);
            }
            Command::Forget => {
                let trials = self.sample.trials;
                (self.sample, self.before) = (Rc::new(Sample::new(&self.settings)), None);
                probe.step(|| Event::Forgotten { trials }, self);
            }
        }
        Ok(Outcome::Done)
    }

    /// Some histograms, of which each changes with the first trial that is counted.
    fn weight(&self, before: &Staleness) -> u64 {
        const HISTOGRAM: u64 = 8_192;
        if Rc::ptr_eq(&self.sample, &before.sample) { 0 } else { HISTOGRAM * (self.settings.writes as u64 + 2) }
    }

    fn counters(&self) -> Vec<Counter> {
        view::counters(self)
    }

    fn state(&self) -> serde_json::Value {
        view::state(self)
    }
}

impl Staleness {
    /// With other settings, trials come out otherwise: those that were counted stay to be compared with, and the one that is
    /// shown is shown as it is now. How many were counted.
    fn change(&mut self, settings: Settings) -> u64 {
        let before = std::mem::replace(&mut self.settings, settings);
        let number = self.shown.as_ref().map(|shown| shown.trial.number);
        self.shown = number.map(|number| Shown::ended(Trial::draw(&settings, &settings.ways(), number)));
        let sample = std::mem::replace(&mut self.sample, Rc::new(Sample::new(&settings)));
        let forgotten = sample.trials;
        // When the read begins moves nothing of the curve.
        if forgotten > 0 && (Settings { after: settings.after, ..before }) != settings {
            self.before = Some(sample);
        }
        forgotten
    }

    /// What theory says of reads that begin so long after the commit.
    pub fn known(&self, after: Time) -> Known {
        Known::of(&self.settings, after)
    }

    /// Of the reads that were counted, how many have missed all versions; nothing where there is one.
    fn behind(&self) -> Option<Behind> {
        let (settings, versions) = (&self.settings, self.settings.writes);
        if versions == 1 {
            return None;
        }
        let exact = Theory::of(settings).missed(settings, versions, settings.after);
        let known = exact.unwrap_or_else(|| theory::bound(settings, versions));
        let reads = self.sample.missed_at_least(versions);
        Some(Behind { versions, reads, known: theory::of_billion(known), is_exact: exact.is_some() })
    }
}

impl Known {
    pub fn of(settings: &Settings, after: Time) -> Known {
        let theory = Theory::of(settings);
        let exact = theory.missed(settings, 1, after);
        let missed = exact.unwrap_or_else(|| theory::bound(settings, 1));
        Known { fresh: theory::of_billion(1.0 - missed), is_exact: exact.is_some(), formula: theory.formula(settings) }
    }
}
