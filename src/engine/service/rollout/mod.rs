//! A fleet to which changes go out, one of which is a mistake: how many users it hits, how long it takes to notice, and
//! how long to recover. And a design, in which a change touches one component, or all.
//!
//! # The idea
//!
//! People make mistakes, and most failures of large services begin with a change that somebody made. Nobody can promise
//! that there will be no mistake. What can be chosen is how much comes of one:
//!
//! - a *sandbox* has tests and no users: what tests can find is found there, and hits nobody;
//! - a *canary* is one node of the fleet: its users alone meet the change at first;
//! - a *gradual* roll-out goes on to more and more nodes, and each stage is watched before the next;
//! - *monitoring* compares what the new version does with what it should, and does not wait for a complaint;
//! - a fast *rollback* makes a mistake short, whoever made it.
//!
//! None of these finds every mistake ([`Mistake`]): tests miss what only real data brings out, a short watch misses what
//! takes long, and an alarm set at 2 % misses one request in a hundred.
//!
//! # How it runs
//!
//! Minute by minute. In each, users by chance make requests to [their nodes](fleet); a node with the new version fails
//! some of them, as the mistake has it. Then [the monitor and the users](monitor) have their say. Users hit are counted
//! one by one, each once in a release. *Time to notice* runs from the first node of the fleet that got the change, *time
//! to recover* from when it was noticed until no node has the change any more.
//!
//! # The design
//!
//! *Operability* is the first part of maintainability; *simplicity* and *evolvability* are the others. The same software
//! has [components](design), the first of which is wired to all others. `change c3` follows a change through all that
//! reach into each other; `hide c1` puts an interface in between.
//!
//! # Simpler than the real one because
//!
//! - a change is one version of everything; there is no data that the old version could not read any more (for that, see
//!   encoding and evolution), and such data makes real rollbacks hard;
//! - a node changes its version between two minutes and serves all the while;
//! - all errors come from the change: real monitors have to distinguish them from errors that are always there;
//! - each user is as likely as any other to make the next request, at any time of the day;
//! - every component that reaches into another has to follow each change inside it; often only some have to.

pub mod command;
pub mod design;
pub mod event;
pub mod fleet;
pub mod mistake;
pub mod monitor;
mod release;
mod settings;
pub mod strategy;
mod view;

#[cfg(test)]
mod tests;

use std::rc::Rc;

pub use command::Command;
pub use design::{Component, Design, MAX_COMPONENTS, Touched};
pub use event::Event;
pub use fleet::{Fleet, Minute};
pub use mistake::Mistake;
pub use monitor::By;
pub use release::{Release, Stage};
pub use settings::{Rollback, Settings};
pub use strategy::Strategy;

use crate::contract::{Counter, Engine, Outcome, Probe, Refused};
use crate::sim::Rng;

fn grouped(number: u32) -> String {
    super::grouped(u64::from(number))
}

/// `1 user`, `2,000 users`.
fn many(number: u32, what: &str) -> String {
    format!("{} {what}{}", grouped(number), if number == 1 { "" } else { "s" })
}

#[derive(Clone)]
pub struct Rollout {
    pub settings: Settings,
    pub fleet: Fleet,
    /// Minutes since the beginning.
    now: u32,
    version: fleet::Version,
    /// The release that is going on, or was the last.
    release: Option<Release>,
    /// The releases before it, the oldest first.
    past: Rc<Vec<Release>>,
    pub design: Design,
    /// What the last change has touched.
    pub touched: Rc<Vec<Touched>>,
    rng: Rng,
}

impl Engine for Rollout {
    type Settings = Settings;
    type Command = Command;
    type Event = Event;

    fn new(settings: Settings) -> Rollout {
        Rollout {
            fleet: Fleet::new(settings.nodes, settings.users),
            now: 0,
            version: 1,
            release: None,
            past: Rc::default(),
            design: Design::new(settings.components, settings.interfaces),
            touched: Rc::default(),
            rng: Rng::new(settings.seed),
            settings,
        }
    }

    fn carry_out(&mut self, command: &Command, probe: &mut impl Probe<Rollout>) -> Result<Outcome, Refused> {
        self.touched = Rc::default();
        match *command {
            Command::Release { mistake, strategy } => {
                Ok(self.release(mistake, strategy.unwrap_or(self.settings.strategy), probe))
            }
            Command::Change { component } => self.change(component, probe),
            Command::Hide { component } => self.hide(component, probe),
            Command::Couple { user, used } => self.couple(user, used, probe),
        }
    }

    fn weight(&self, before: &Rollout) -> u64 {
        self.fleet.weight(&before.fleet)
    }

    fn counters(&self) -> Vec<Counter> {
        view::counters(self)
    }

    fn state(&self) -> serde_json::Value {
        view::state(self)
    }
}

/// The design.
impl Rollout {
    fn change(&mut self, component: Component, probe: &mut impl Probe<Rollout>) -> Result<Outcome, Refused> {
        self.check(component)?;
        self.touch(component, None, probe);
        let mut next = 0;
        while let Some(changed) = self.touched.get(next).map(|touched| touched.component) {
            for follower in self.design.followers(changed, &self.touched) {
                self.touch(follower, Some(changed), probe);
            }
            next += 1;
        }
        let (touched, of) = (self.touched.len() as u32, self.design.count());
        probe.step(|| Event::Changed { component, touched, of }, self);
        Ok(Outcome::Value(Some(format!("{touched} of {of}"))))
    }

    fn touch(&mut self, component: Component, after: Option<Component>, probe: &mut impl Probe<Rollout>) {
        Rc::make_mut(&mut self.touched).push(Touched { component, after });
        probe.step(|| Event::ComponentTouched { component, after }, self);
    }

    /// Whoever uses the component is touched once, to go through the interface.
    fn hide(&mut self, component: Component, probe: &mut impl Probe<Rollout>) -> Result<Outcome, Refused> {
        self.check(component)?;
        if !self.design.hide(component) {
            return Err(Refused::new(format!("{component} has an interface already")));
        }
        let mut touched = vec![Touched { component, after: None }];
        touched.extend(self.design.users_of(component).map(|user| Touched { component: user, after: Some(component) }));
        let many = touched.len() as u32;
        self.touched = Rc::new(touched);
        probe.step(|| Event::Hidden { component, touched: many }, self);
        Ok(Outcome::Done)
    }

    fn couple(
        &mut self,
        user: Component,
        used: Component,
        probe: &mut impl Probe<Rollout>,
    ) -> Result<Outcome, Refused> {
        self.check(user)?;
        self.check(used)?;
        if user == used {
            return Err(Refused::new(format!("{user} is one component, and coupling takes two")));
        }
        if !self.design.couple(user, used) {
            return Err(Refused::new(format!("{user} uses {used} already")));
        }
        let hidden = self.design.is_hidden(used);
        probe.step(|| Event::Coupled { user, used, hidden }, self);
        Ok(Outcome::Done)
    }

    fn check(&self, component: Component) -> Result<(), Refused> {
        let count = self.design.count();
        if component.0 < count {
            Ok(())
        } else {
            Err(Refused::new(format!("there is no {component}; components are c1 to c{count}")))
        }
    }
}
