//! What users wait for: a service as a queue and its workers, and how its response times are measured.
//!
//! # The idea
//!
//! A user sees the *response time*: from when a request comes to when it is done. It has two parts. *Service time* is the
//! work itself; *waiting time* (latency, in the strict sense) is when no one works on the request because all workers
//! have others. Service times are what a developer measures at a desk; waiting is what load adds. With one worker and
//! both gaps and work exponentially distributed (M/M/1), the mean response time is 1 / (mu - lambda): at half of the
//! capacity twice the work, at nine tenths ten times, and beyond the capacity without bound.
//!
//! Because a queue is served in order, one slow request delays all behind it: *head-of-line blocking*. That is why
//! response times must be measured where the users are.
//!
//! It matters where the load comes from. In an *open* one requests come as they come, however slow the service is, and
//! beyond its capacity the queue grows without bound. In a *closed* one so many [users](Users) each wait for an answer
//! before they send the next request: as the service becomes slower, they send less. A load test with few such clients
//! sends nothing just when there is most to wait for, and so reports less waiting than the users of an open service
//! have: *coordinated omission*.
//!
//! Response times are a distribution. The mean tells no user's experience: a few that are very slow pull it up, and
//! many hide a few. Percentiles do: half are faster than the median, and one in a thousand is slower than p99.9. A
//! *service level* is an agreement on some of them, and who is refused counts as slower than anybody. They are read off a
//! [histogram](crate::histogram::Histogram), and those of several servers off the sum of their histograms: the mean of two
//! p99 is the p99 of nothing, as two servers with one of them [slow](Command::Inject) show.
//!
//! # Simpler than the real one because:
//! - a worker does one request at a time, as if each worker had a processor; none shares a disk or a lock;
//! - the work on a request doesn't depend on the load: there are no caches to go cold, no memory to run short;
//! - users think for exponential times and never give up, and a user who is refused thinks as after an answer; an open load has
//!   as many users as it needs, none of whom comes back;
//! - the network takes no time; a user's own way to the service would be added;
//! - the histogram is over the whole run since something was last changed or forgotten, where monitoring would use a
//!   window of some minutes; and users who are here at a change are counted in the new sample;
//! - the balancer in front of two servers chooses by chance and doesn't look at their queues.

pub mod command;
pub mod event;
pub mod level;
pub mod long;
pub mod settings;
pub mod theory;
pub mod users;

mod run;
mod view;

#[cfg(test)]
mod tests;

use std::collections::VecDeque;

use crate::contract::{Counter, Engine, Outcome, Probe, Refused};
use crate::histogram::Histogram;
use crate::service::arrivals::Rate;
use crate::service::{Arrivals, Running, Station};
use crate::sim::{Agenda, Rng, Time};

pub use command::Command;
pub use event::Event;
pub use level::Level;
pub use long::Long;
pub use settings::Settings;
pub use theory::Theory;
pub use users::Users;

/// How many of the last that were done are kept to be shown.
const KEPT: usize = 12;

#[derive(Clone, Debug)]
pub struct Latency {
    pub settings: Settings,
    pub now: Time,
    arrivals: Arrivals,
    /// Of whom arrivals come instead, where the load is closed.
    pub users: Users,
    /// One source of chance for who comes when, and one for how much work it is: the same users come whatever the
    /// service is like.
    chance: Rng,
    work_chance: Rng,
    /// When each busy worker will be done: the server and the worker.
    agenda: Agenda<(u8, u8)>,
    pub servers: Vec<Server>,
    /// The last that were done, the newest last.
    pub recent: VecDeque<Running>,
    pub counts: Counts,
}

/// A queue, its workers, and what was measured there.
#[derive(Clone, Debug)]
pub struct Server {
    pub station: Station,
    /// Of the present sample: how long those took that were answered, and how many were refused.
    pub responses: Histogram,
    pub refused: u64,
    /// It takes four times as long.
    pub slow: bool,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    pub arrived: u64,
    pub finished: u64,
    pub refused: u64,
    /// Of those that were done: all the time they waited, and were worked on.
    pub waited: Time,
    pub worked: Time,
}

impl Engine for Latency {
    type Settings = Settings;
    type Command = Command;
    type Event = Event;

    fn new(settings: Settings) -> Latency {
        let mut chance = Rng::new(settings.seed.into());
        let server = Server {
            station: Station::new(settings.workers, settings.queue),
            responses: Histogram::default(),
            refused: 0,
            slow: false,
        };
        let mut service = Latency {
            settings,
            now: Time::ZERO,
            arrivals: Arrivals::new(Rate(0), Time::ZERO, &mut chance),
            users: Users::default(),
            chance,
            work_chance: Rng::new(u64::from(settings.seed) ^ 0x5eed),
            agenda: Agenda::new(),
            servers: vec![server; settings.servers],
            recent: VecDeque::new(),
            counts: Counts::default(),
        };
        service.set_source(settings.source());
        service
    }

    fn carry_out(&mut self, command: &Command, probe: &mut impl Probe<Latency>) -> Result<Outcome, Refused> {
        self.run_command(command, probe)
    }

    fn weight(&self, before: &Latency) -> u64 {
        let servers = self.servers.iter().zip(&before.servers);
        servers.map(|(now, then)| now.station.queue.weight(&then.station.queue)).sum()
    }

    fn counters(&self) -> Vec<Counter> {
        view::counters(self)
    }

    fn state(&self) -> serde_json::Value {
        view::state(self)
    }
}
