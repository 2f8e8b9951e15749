//! One release, from the decision until it is out for good, or gone again.

use std::rc::Rc;

use super::Rollback;
use super::event::Event;
use super::fleet::{Minute, Version};
use super::mistake::Mistake;
use super::monitor::{self, By};
use super::strategy::Strategy;
use super::{Rollout, many};
use crate::contract::{Outcome, Probe};

/// A release is watched for four hours at most. If nobody has noticed anything by then, it is out for good.
pub const LAST_MINUTE: u32 = 240;
/// Where an old version is installed again, a node takes so many minutes.
pub const INSTALL_MINUTES: u32 = 2;
/// A step is taken at least after so many minutes of a rollback.
const ROLLBACK_STEP: u32 = 10;

/// Where a release has got to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    Sandbox,
    /// On so many nodes, and going on.
    Going,
    Noticed,
    Rollback,
    /// The tests have kept it from going out.
    Stopped,
    Recovered,
    /// Out for good.
    Out,
}

#[derive(Clone)]
pub struct Release {
    pub version: Version,
    /// What it goes out over, and back to.
    pub before: Version,
    pub mistake: Mistake,
    pub strategy: Strategy,
    pub stage: Stage,
    /// Each minute since it reached the fleet.
    pub minutes: Rc<Vec<Minute>>,
    pub users_hit: u32,
    /// After how many minutes it was noticed, and by whom.
    pub noticed: Option<(u32, By)>,
    /// After how many minutes no node had it any more.
    pub recovered: Option<u32>,
}

impl Release {
    /// Minutes since it reached the fleet.
    pub fn age(&self) -> u32 {
        self.minutes.len() as u32
    }

    /// Failed requests, and all requests, of the new version in the last `minutes`.
    pub fn errors(&self, minutes: usize) -> (u32, u32) {
        let last = self.minutes.iter().rev().take(minutes);
        last.fold((0, 0), |sum, minute| (sum.0 + minute.errors, sum.1 + minute.of_new))
    }
}

impl Rollout {
    pub(super) fn release(&mut self, mistake: Mistake, strategy: Strategy, probe: &mut impl Probe<Rollout>) -> Outcome {
        self.begin(mistake, strategy);
        let version = self.version;
        probe.step(|| Event::ReleaseBegun { version, mistake, strategy }, self);
        if strategy == Strategy::Sandbox && !self.passes_tests(mistake, probe) {
            return Outcome::Value(Some("noticed in the sandbox: no user hit".to_owned()));
        }
        match self.go_out(strategy, probe) {
            Some(by) => self.go_back(by, probe),
            None => self.stay(probe),
        }
    }

    fn begin(&mut self, mistake: Mistake, strategy: Strategy) {
        if let Some(release) = self.release.take() {
            Rc::make_mut(&mut self.past).push(release);
        }
        // What most nodes have: a release that was cut short may be on a few.
        let before = self.fleet.nodes.last().map_or(self.version, |node| node.version);
        self.version += 1;
        self.fleet.forget_hits();
        self.release = Some(Release {
            version: self.version,
            before,
            mistake,
            strategy,
            stage: Stage::Sandbox,
            minutes: Rc::default(),
            users_hit: 0,
            noticed: None,
            recovered: None,
        });
    }

    fn current(&mut self) -> &mut Release {
        self.release.as_mut().expect("a release is going on")
    }

    fn passes_tests(&mut self, mistake: Mistake, probe: &mut impl Probe<Rollout>) -> bool {
        let tests = self.settings.tests;
        let failed = (0..tests).filter(|_| mistake.fails(0, false, &mut self.rng)).count() as u32;
        if failed == 0 {
            probe.step(|| Event::TestsPassed { tests }, self);
            return true;
        }
        let release = self.current();
        (release.stage, release.noticed) = (Stage::Stopped, Some((0, By::Tests)));
        probe.step(|| Event::TestsFailed { tests, failed }, self);
        false
    }

    /// Goes out stage by stage; returns who has noticed that something is wrong.
    fn go_out(&mut self, strategy: Strategy, probe: &mut impl Probe<Rollout>) -> Option<By> {
        let (version, of) = (self.version, self.settings.nodes);
        self.current().stage = Stage::Going;
        for nodes in strategy.stages(of) {
            self.fleet.install(version, nodes, self.now);
            probe.step(|| Event::StageBegun { version, nodes, of }, self);
            let noticed = self.watch(self.settings.watch);
            if noticed.is_some() {
                return noticed;
            }
            self.pass_stage(nodes == of, probe);
        }
        let left = LAST_MINUTE.saturating_sub(self.current().age());
        self.watch(left)
    }

    fn pass_stage(&mut self, last: bool, probe: &mut impl Probe<Rollout>) {
        let (minutes, release) = (self.settings.watch, self.current());
        let (errors, of_new) = release.errors(minutes as usize);
        let users_hit = release.users_hit;
        probe.step(|| Event::StagePassed { minutes, errors, of_new, users_hit, last }, self);
    }

    /// Lets time pass until somebody notices.
    fn watch(&mut self, minutes: u32) -> Option<By> {
        for _ in 0..minutes {
            self.minute();
            let (monitoring, alarm) = (self.settings.monitoring, self.settings.alarm);
            let minutes = &self.current().minutes;
            if monitoring && monitor::alarms(minutes, alarm) {
                return Some(By::Monitor);
            }
            if monitor::users_call(minutes) {
                return Some(By::Users);
            }
        }
        None
    }

    /// One minute of requests.
    fn minute(&mut self) {
        self.now += 1;
        let Some(release) = &mut self.release else { return };
        let (version, mistake) = (release.version, release.mistake);
        let minute = self.fleet.serve(self.settings.requests, version, mistake, self.now - 1, &mut self.rng);
        Rc::make_mut(&mut release.minutes).push(minute);
        release.users_hit += minute.users_hit;
    }

    fn go_back(&mut self, by: By, probe: &mut impl Probe<Rollout>) -> Outcome {
        let release = self.current();
        let (after, users_hit) = (release.age(), release.users_hit);
        let (errors, of_new) = release.errors(monitor::WINDOW_MINUTES);
        (release.stage, release.noticed) = (Stage::Noticed, Some((after, by)));
        probe.step(|| Event::Noticed { by, after, errors, of_new, users_hit }, self);
        // A monitor takes the change back by itself. People have to find out first what is wrong.
        if by == By::Users && self.settings.people > 0 {
            for _ in 0..self.settings.people {
                self.minute();
            }
            let (after, users_hit) = (self.settings.people, self.current().users_hit);
            probe.step(|| Event::Understood { after, users_hit }, self);
        }
        self.current().stage = Stage::Rollback;
        self.roll_back(probe);
        let (now, users) = (self.current().age(), self.settings.users);
        let release = self.current();
        (release.stage, release.recovered) = (Stage::Recovered, Some(now));
        let users_hit = release.users_hit;
        probe.step(|| Event::Recovered { after: now - after, users_hit, users }, self);
        Outcome::Value(Some(format!(
            "{} hit, noticed after {}, recovered {} later",
            many(users_hit, "user"),
            many(after, "minute"),
            many(now - after, "minute")
        )))
    }

    fn roll_back(&mut self, probe: &mut impl Probe<Rollout>) {
        let (new, old) = (self.version, self.current().before);
        let (together, minutes) = match self.settings.rollback {
            Rollback::Switch => (self.settings.nodes, 1),
            Rollback::Install => (1, INSTALL_MINUTES),
        };
        let mut since_step = 0;
        while self.fleet.with_version(new) > 0 {
            for _ in 0..minutes {
                self.minute();
            }
            since_step += minutes;
            self.fleet.take_back(new, old, together, self.now);
            let (left, users_hit) = (self.fleet.with_version(new), self.current().users_hit);
            if left == 0 || since_step >= ROLLBACK_STEP {
                since_step = 0;
                probe.step(|| Event::RolledBack { left, users_hit }, self);
            }
        }
    }

    fn stay(&mut self, probe: &mut impl Probe<Rollout>) -> Outcome {
        let release = self.current();
        release.stage = Stage::Out;
        let (minutes, users_hit, good) = (release.age(), release.users_hit, release.mistake == Mistake::None);
        probe.step(|| Event::NeverNoticed { minutes, users_hit, good }, self);
        Outcome::Value(Some(format!("out for good after {}, {} hit", many(minutes, "minute"), many(users_hit, "user"))))
    }
}
