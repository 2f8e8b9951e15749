//! How commands go: a trial moment by moment, and many that are counted.

use std::rc::Rc;

use super::command::{MAX_NUMBER, MAX_TRIALS};
use super::{Event, Moment, Settings, Shown, Staleness, Trial, What};
use crate::contract::{Probe, Refused};
use crate::replication::NodeId;
use crate::sim::Time;
use crate::spell::grouped;
use crate::wording::count;

/// A count is told at so many hundredths, a step each: every part is about three times what was before it, and shows how
/// the share settles.
const TOLD_AT: [u64; 5] = [1, 3, 10, 30, 100];

/// One command draws no more times than this, so that a page isn't kept busy for long.
const MAX_DRAWS: u64 = 200_000;

impl Staleness {
    pub(super) fn carry_out_trial(
        &mut self,
        number: Option<u64>,
        probe: &mut impl Probe<Staleness>,
    ) -> Result<(), Refused> {
        let number = number.map_or_else(|| self.next(), Ok)?;
        let trial = Trial::draw(&self.settings, &self.settings.ways(), number);
        self.show(trial, probe);
        Ok(())
    }

    /// The number after that of the trial that was carried out last.
    fn next(&self) -> Result<u64, Refused> {
        let number = self.shown.as_ref().map_or(1, |shown| shown.trial.number + 1);
        if number > MAX_NUMBER {
            return Err(Refused::new(format!("trial {} is the last: `trial 1` is the first", grouped(MAX_NUMBER))));
        }
        Ok(number)
    }

    /// Looks for a trial that is stale by so many versions at least.
    pub(super) fn find(&mut self, versions: usize, probe: &mut impl Probe<Staleness>) -> Result<(), Refused> {
        let settings = self.settings;
        if versions > settings.writes {
            return Err(Refused::new(format!(
                "with {}, a read misses {} at most",
                count(settings.writes, "write"),
                count(settings.writes, "version")
            )));
        }
        if settings.is_strict() {
            return Err(Refused::new("no read can be stale, since w + r > n"));
        }
        let (first, ways) = (self.next()?, settings.ways());
        let most = most_trials(&settings);
        for number in first..(first + most).min(MAX_NUMBER + 1) {
            let trial = Trial::draw(&settings, &ways, number);
            let missed = trial.missed();
            if missed >= versions {
                self.shown = Some(Shown::new(trial.clone()));
                probe.step(|| Event::Found { number, missed, passed: number - first }, self);
                self.show(trial, probe);
                return Ok(());
            }
        }
        let last = (first + most - 1).min(MAX_NUMBER);
        Err(Refused::new(format!(
            "none of the trials {} to {} is stale by {} or more; `trial {last}`, and then `find`, looks on",
            grouped(first),
            grouped(last),
            count(versions, "version")
        )))
    }

    /// Tells a trial moment by moment.
    fn show(&mut self, trial: Trial, probe: &mut impl Probe<Staleness>) {
        let mut shown = Shown::new(trial);
        let (trial, moments) = (shown.trial.clone(), shown.moments.clone());
        for (place, moment) in moments.iter().enumerate() {
            shown.passed = place + 1;
            self.shown = Some(shown.clone());
            self.tell(&trial, *moment, probe);
        }
        shown.is_judged = true;
        self.shown = Some(shown);
        let (needed, after) = (trial.needed()[0], self.settings.after);
        probe.step(|| Event::Judged { needed, after }, self);
    }

    /// One step for a moment. Each kind of event has a line of its own.
    fn tell(&self, trial: &Trial, Moment { at, version, what }: Moment, probe: &mut impl Probe<Staleness>) {
        let (nodes, Settings { w, r, .. }) = (trial.nodes, self.settings);
        let (write, is_last) = (trial.writes().get(version - 1), version == trial.versions);
        let took = |since: Time| Time::from_nanos(at.as_nanos() - since.as_nanos());
        let sent = write.map_or(trial.read.sent, |write| write.sent);
        let name = |node: usize| NodeId::new(node as u8 + 1);
        match what {
            What::WriteSent => probe.step(|| Event::WriteSent { number: trial.number, version, nodes, w }, self),
            What::WriteArrives { node } => {
                let newest = trial.version_at(node, at);
                let newer = (newest > version).then_some(newest);
                let have = trial.having(version, at);
                let took = took(sent);
                let arrived = || Event::WriteArrived { node: name(node), version, is_last, took, newer, have, nodes };
                probe.step(arrived, self);
            }
            What::Acknowledged { node } => match trial.place_of_acknowledgement(version, node) {
                place if place < w => {
                    probe.step(|| Event::Acknowledged { node: name(node), version, place, w }, self);
                }
                place if place == w => {
                    let have = trial.having(version, at);
                    let took = took(sent);
                    let committed = || Event::Committed { node: name(node), version, is_last, w, took, have, nodes };
                    probe.step(committed, self);
                }
                _ => probe.step(|| Event::AcknowledgedLate { node: name(node), version }, self),
            },
            What::ReadSent => {
                let (after, newest) = (self.settings.after, trial.versions);
                let have = trial.having(newest, at);
                probe.step(|| Event::ReadSent { after, nodes, r, newest, have }, self);
            }
            What::ReadArrives { node } => {
                let (has, newest) = (trial.version_at(node, at), trial.versions);
                probe.step(|| Event::ReadArrived { node: name(node), has, newest }, self);
            }
            What::Answered { node } => {
                let has = trial.version_at(node, trial.read.arrives[node]);
                let place = trial.answering().position(|each| each == node).map_or(r, |place| place + 1);
                if place < r {
                    probe.step(|| Event::Answered { node: name(node), has, place, r }, self);
                    return;
                }
                let (returns, missed) = (trial.returns(), trial.missed());
                let returned = || Event::Returned { node: name(node), has, returns, missed, r, took: took(sent) };
                probe.step(returned, self);
            }
        }
    }

    /// Counts the next so many trials.
    pub(super) fn count(&mut self, trials: u64, probe: &mut impl Probe<Staleness>) -> Result<(), Refused> {
        let (settings, ways) = (self.settings, self.settings.ways());
        let most = most_trials(&settings);
        if trials > most {
            return Err(Refused::new(format!(
                "for {} trials with {} times each, {} are drawn; one command draws at most {}, so that the page stays \
                 quick: `count {most}`, and again",
                grouped(trials),
                settings.draws(),
                grouped(trials * settings.draws()),
                grouped(MAX_DRAWS)
            )));
        }
        if self.sample.trials + trials > MAX_NUMBER {
            return Err(Refused::new(format!(
                "{} trials are counted, and trial {} is the last",
                grouped(self.sample.trials),
                grouped(MAX_NUMBER)
            )));
        }
        let known = self.known(settings.after);
        let mut done = 0;
        for hundredths in TOLD_AT {
            let more = trials * hundredths / 100 - done;
            if more == 0 {
                continue;
            }
            done += more;
            let sample = Rc::make_mut(&mut self.sample);
            let mut fresh = 0;
            for _ in 0..more {
                let trial = Trial::draw(&settings, &ways, sample.trials + 1);
                fresh += u64::from(sample.count(&trial) == 0);
            }
            let (all, all_fresh) = (self.sample.trials, self.sample.fresh());
            let counted = || Event::Counted { trials: more, fresh, all, all_fresh, known, behind: self.behind() };
            probe.step(counted, self);
        }
        Ok(())
    }
}

/// How many trials one command carries out at most.
fn most_trials(settings: &Settings) -> u64 {
    (MAX_DRAWS / settings.draws()).min(MAX_TRIALS)
}

impl Shown {
    fn new(trial: Trial) -> Shown {
        Shown { moments: Rc::new(trial.moments()), trial: Rc::new(trial), passed: 0, is_judged: false }
    }

    /// A trial that is over.
    pub(super) fn ended(trial: Trial) -> Shown {
        let shown = Shown::new(trial);
        Shown { passed: shown.moments.len(), is_judged: true, ..shown }
    }

    /// The moment that it is, in its trial.
    pub fn now(&self) -> Time {
        self.passed.checked_sub(1).map_or(Time::ZERO, |last| self.moments[last].at)
    }

    /// Whether the read has returned.
    pub fn has_returned(&self) -> bool {
        self.passed == self.moments.len()
    }
}
