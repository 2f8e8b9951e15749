//! The slowest of many: a page view calls n backends at once and waits for all of them.
//!
//! # The idea
//!
//! If one call in a hundred is slow, a page that makes one call is slow once in a hundred times. A page that makes a
//! hundred calls is slow whenever *any* of them is: with the probability 1 - (1 - p)^n, which is 63 %. So the tail of the
//! backends' response times becomes the everyday experience of the users in front: *tail latency amplification*. It is the
//! reason to care for a p99 that hardly any single request sees.
//!
//! A remedy is the *hedged request* (Dean and Barroso, *The Tail at Scale*, 2013): a call that has no answer after a time in
//! which most have one is sent once more, to another machine, and the first answer counts. A page is then slow only if
//! both attempts are, p² instead of p, and all it costs is a few calls in a hundred more.
//!
//! # Simpler than the real one because:
//! - a call is either fast or slow: real response times are a whole distribution;
//! - calls are slow by chance, independently of each other; in a real system a slow machine is slow for everyone at once, and
//!   then the calls are not independent;
//! - a backend is never so busy that calls queue, so hedging doesn't slow others down; when it would, it must be
//!   bounded, or it makes an overload worse;
//! - the loser of two attempts is dropped where it is, although a real backend would still do its work.

pub mod command;
pub mod event;
pub mod settings;

mod page;
mod view;

#[cfg(test)]
mod tests;

use std::rc::Rc;

use crate::contract::{Counter, Engine, Outcome, Probe, Refused};
use crate::histogram::Histogram;
use crate::sim::{Rng, Time};

pub use command::Command;
pub use event::Event;
pub use page::{Call, View};
pub use settings::Settings;

#[derive(Clone, Debug)]
pub struct Tail {
    pub settings: Settings,
    now: Time,
    chance: Rng,
    /// The view that is going on, or was the last.
    pub view: Option<Rc<View>>,
    views: u64,
    /// Every call's response time, and every page's.
    pub call_times: Histogram,
    pub page_times: Histogram,
    /// Attempts in all, and those that were sent again.
    pub attempts: u64,
    pub hedges: u64,
    /// For each way of hedging and each number of calls what was measured, in this order.
    pub points: Rc<Vec<Point>>,
}

/// The share of slow page views for one number of calls.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Point {
    pub calls: usize,
    /// After how long a call was sent again.
    pub hedge: Option<Time>,
    pub views: u64,
    pub slow: u64,
}

impl Engine for Tail {
    type Settings = Settings;
    type Command = Command;
    type Event = Event;

    fn new(settings: Settings) -> Tail {
        Tail {
            settings,
            now: Time::ZERO,
            chance: Rng::new(settings.seed.into()),
            view: None,
            views: 0,
            call_times: Histogram::default(),
            page_times: Histogram::default(),
            attempts: 0,
            hedges: 0,
            points: Rc::default(),
        }
    }

    fn carry_out(&mut self, command: &Command, probe: &mut impl Probe<Tail>) -> Result<Outcome, Refused> {
        match command {
            Command::View { times } => return self.view_many(*times, probe),
            Command::Set(setting) => {
                let settings = setting.changed(&self.settings)?;
                let before = std::mem::replace(&mut self.settings, settings);
                let forgotten = self.begin_sample(&before);
                let event = || Event::Changed {
                    what: setting.what(),
                    formula: settings.formula(),
                    theory: settings.theory_of_billion(),
                    forgotten,
                };
                probe.step(event, self);
            }
            Command::Forget => {
                self.points = Rc::default();
                let views = self.forget();
                probe.step(|| Event::Forgotten { views }, self);
            }
        }
        Ok(Outcome::Done)
    }

    fn counters(&self) -> Vec<Counter> {
        view::counters(self)
    }

    fn state(&self) -> serde_json::Value {
        view::state(self)
    }
}

impl Tail {
    /// Forgets what was measured, but not the dots of the chart. Returns how many views that were.
    fn forget(&mut self) -> u64 {
        let views = self.page_times.count;
        (self.call_times, self.page_times) = Default::default();
        (self.attempts, self.hedges) = (0, 0);
        views
    }

    /// What was measured before is no measure of what is now. The chart keeps a dot for each number of calls and each way
    /// of hedging, as long as the calls themselves are the same. Returns how many views are forgotten.
    fn begin_sample(&mut self, before: &Settings) -> u64 {
        let calls = |settings: &Settings| (settings.slow_share, settings.fast, settings.slow);
        let page = |settings: &Settings| (settings.calls, settings.hedged());
        let (same_calls, now) = (calls(&self.settings) == calls(before), page(&self.settings));
        if same_calls && now == page(before) {
            return 0;
        }
        Rc::make_mut(&mut self.points).retain(|point| same_calls && (point.calls, point.hedge) != now);
        self.forget()
    }
}
