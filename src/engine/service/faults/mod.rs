//! A small service in which things break: clients, DNS, a balancer, app servers, a cache and a database.
//!
//! # The idea
//!
//! A *fault* is a component that does not do what it should. A *failure* is when the service as a whole stops doing what
//! its users need: by how much is agreed in a [service level](level). Faults cannot be prevented, but many can be kept
//! from becoming failures: that is fault tolerance, and the only way to know that it works is to cause faults on purpose.
//!
//! - **Hardware faults** strike one machine at a time. A second one takes over ([redundancy](settings)).
//! - **Systematic faults** strike all machines that run the same software: the leap second of 30 June 2012 hung a great
//!   many Linux machines at the same instant, and a leak fills the memory of all that were started together. Redundancy of
//!   the same does not help.
//! - **Cascades**: a slow database holds the workers of the app servers, which wait for it. Soon all of them wait, and even
//!   requests that need no database find no worker. A [retry](crate::service::Retry) without end makes it certain: calls
//!   given up by their callers still stand in the queue of the database, which works for no one. A [time-out](settings) with
//!   few attempts frees the workers, and a [breaker](crate::service::Breaker) does not even begin.
//! - **Metastable failures** outlive their cause: a lost cache overloads the database, retries keep it overloaded, and the
//!   cache may come back without any of it getting better (Bronson and others, HotOS 2021).
//!
//! # How a request goes
//! A user's [resolver](dns) knows where the service is, or asks DNS. The balancer hands the request to an app server. A worker there takes it on,
//! computes for a while, and asks the cache. Nine of ten are found there; for the others it calls the database, and waits
//! *holding the worker*. A user who has no answer after two seconds leaves, and counts as an error; the work for them goes on.
//!
//! # Simpler than the real one because:
//! - there is one cache and one database, and both are read from only;
//! - users' machines keep no addresses themselves; only their resolver keeps any, and it gives out no answer that has run out
//!   (RFC 8767 permits it while DNS is gone);
//! - the balancer knows at once which servers are up; a real one checks every few seconds;
//! - users don't reload the page, which would be one more kind of retry;
//! - the service level is judged over five seconds, not weeks, and a slow answer within two seconds is as good as any.

pub mod command;
pub mod component;
pub mod dns;
pub mod event;
pub mod level;
pub mod settings;

mod flow;
mod inject;
mod run;
mod view;

#[cfg(test)]
mod tests;

use self::component::{Component, Name};
use self::dns::Resolvers;
use self::flow::{Due, Request};
use self::level::{Level, TICK};
use crate::contract::{Counter, Engine, Outcome, Probe, Refused};
use crate::histogram::Histogram;
use crate::service::{Arrivals, Shared};
use crate::sim::{Agenda, Rng, Time};

pub use command::Command;
pub use event::Event;
pub use level::Status;
pub use settings::Settings;

/// The workers of an app server, of the cache and of the database.
pub const WORKERS: [usize; 3] = [8, 4, 4];
/// Other queues than those of the app servers end here.
const DEEP: usize = 2_000;

#[derive(Clone, Debug)]
pub struct Faults {
    pub settings: Settings,
    pub now: Time,
    chance: Rng,
    arrivals: Arrivals,
    agenda: Agenda<Due>,
    /// DNS, the balancer, the cache, the database, and then the app servers.
    components: Vec<Component>,
    /// All that are somewhere in an app server, in the order of their numbers.
    requests: Shared<Request>,
    arrived: u64,
    /// Whatever was taken from the agenda, and arrivals.
    happenings: u64,
    resolvers: Resolvers,
    pub level: Level,
    pub responses: Histogram,
    pub totals: Totals,
}

/// What was counted over the whole run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Totals {
    pub shed: u64,
    pub timeouts: u64,
    pub retries: u64,
    /// What the database did for callers that had given up.
    pub wasted: u64,
}

impl Engine for Faults {
    type Settings = Settings;
    type Command = Command;
    type Event = Event;

    fn new(settings: Settings) -> Faults {
        let mut chance = Rng::new(settings.seed.into());
        let [app, cache, database] = WORKERS;
        let mut components = vec![
            Component::new(Name::Dns, 0, 0),
            Component::new(Name::Balancer, 0, 0),
            Component::new(Name::Cache, cache, DEEP),
            Component::new(Name::Database, database, DEEP),
        ];
        let apps = (0..settings.apps).map(|place| Component::new(Name::App(place as u8), app, settings.queue()));
        components.extend(apps);
        let mut agenda = Agenda::new();
        agenda.plan(TICK, Due::Tick);
        Faults {
            settings,
            now: Time::ZERO,
            arrivals: Arrivals::new(settings.load, Time::ZERO, &mut chance),
            chance,
            agenda,
            components,
            requests: Shared::new(),
            arrived: 0,
            happenings: 0,
            resolvers: Resolvers::new(settings.ttl),
            level: Level::default(),
            responses: Histogram::default(),
            totals: Totals::default(),
        }
    }

    fn carry_out(&mut self, command: &Command, probe: &mut impl Probe<Faults>) -> Result<Outcome, Refused> {
        match command {
            Command::Run { time } => self.run(*time, probe)?,
            Command::Load { rate } => {
                self.change(Settings { load: *rate, ..self.settings }, format!("load {}", rate.0), probe);
            }
            Command::Set(setting) => self.change(setting.changed(&self.settings)?, setting.what(), probe),
            Command::Inject { fault, component } => self.inject(*fault, *component, probe)?,
            Command::Repair { component } => self.repair(*component, probe)?,
        }
        Ok(Outcome::Done)
    }

    fn weight(&self, before: &Faults) -> u64 {
        let stations = self.components.iter().zip(&before.components);
        let queues: u64 = stations.map(|(now, then)| now.station.queue.weight(&then.station.queue)).sum();
        queues + self.requests.weight(&before.requests) + self.agenda.weight()
    }

    fn counters(&self) -> Vec<Counter> {
        view::counters(self)
    }

    fn state(&self) -> serde_json::Value {
        view::state(self)
    }
}
