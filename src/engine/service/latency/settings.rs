//! What a reader may choose.

use stepwise_derive::{Choice, Parameters};

use crate::service::Distribution;
use crate::service::arrivals::{MAX_RATE, Rate};
use crate::service::command::Changeable;
use crate::sim::Time;

/// More than this can't be told apart in a picture.
const MAX_WORKERS: u64 = 12;
/// Far more than there can be workers.
const MAX_USERS: u64 = 500;
/// A real queue has an end too: its machine's memory.
const MAX_QUEUE: u64 = 10_000;

#[derive(Clone, Copy, Debug, Parameters)]
pub struct Settings {
    /// How many requests come, on average; unused with users
    #[parameter(5, 0..=MAX_RATE, "/s")]
    pub load: Rate,
    /// How many users send a request, wait for the answer, think, and send the next; with 0, requests come at the load
    #[label("Concurrent users")]
    #[parameter(0, 0..=MAX_USERS)]
    pub users: u64,
    /// How long a user thinks before the next request: the mean of an exponential distribution
    #[label("Think time")]
    #[parameter(1_000, 1..=600_000, "ms")]
    pub think: Time,
    /// How many requests a server works on at once
    #[parameter(1, 1..=MAX_WORKERS)]
    pub workers: usize,
    /// How the time that the work on a request takes is distributed
    #[label("Service times")]
    #[parameter(Service::Exponential)]
    pub service: Service,
    /// The mean; of two values, the fast one
    #[label("Service time")]
    #[parameter(100, 1..=60_000, "ms")]
    pub time: Time,
    /// Of two values, the slow one
    #[label("Slow service time")]
    #[parameter(2_000, 1..=60_000, "ms")]
    pub slow_time: Time,
    /// How many of a thousand are slow, of two values
    #[label("Slow requests")]
    #[parameter(20, 0..=1_000, "‰")]
    pub slow_share: u64,
    /// Each has its own queue; a request goes to one of them by chance
    #[parameter(1, 1..=2)]
    pub servers: usize,
    /// How many requests may wait at a server; more are refused
    #[label("Queue limit")]
    #[parameter(10_000, 0..=MAX_QUEUE)]
    pub queue: usize,
    /// The service level: half are faster
    #[parameter(200, 1..=60_000, "ms")]
    pub agreed_median: Time,
    /// The service level: 99 of 100 are faster
    #[parameter(1_000, 1..=600_000, "ms")]
    pub agreed_p99: Time,
    /// The seed of all that happens by chance: the same seed gives the same run
    #[parameter(1)]
    pub seed: u32,
}

/// How service times are distributed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Choice)]
pub enum Service {
    Exponential,
    /// always the same
    Fixed,
    /// fast, and now and then slow
    TwoValued,
    /// heavy-tailed (Pareto)
    HeavyTailed,
}

impl Changeable for Settings {
    const DECIDED: &'static [&'static str] = &["servers", "seed"];
    const EXAMPLE: (&'static str, &'static str) = ("workers", "2");
}

/// Where requests come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    /// From very many, who know nothing of the service: an open load.
    Open(Rate),
    /// From so many users who think for so long on average: a closed load.
    Closed { users: u64, think: Time },
}

impl Settings {
    pub fn source(&self) -> Source {
        match self.users {
            0 => Source::Open(self.load),
            users => Source::Closed { users, think: self.think },
        }
    }

    pub fn distribution(&self) -> Distribution {
        let mean = self.time;
        match self.service {
            Service::Exponential => Distribution::Exponential { mean },
            Service::Fixed => Distribution::Fixed { time: mean },
            Service::TwoValued => {
                Distribution::TwoValued { fast: mean, slow: self.slow_time, slow_per_mille: self.slow_share }
            }
            Service::HeavyTailed => Distribution::HeavyTailed { mean },
        }
    }

    /// Whether the queue has no end, as far as theory is concerned.
    pub fn is_endless(&self) -> bool {
        self.queue >= MAX_QUEUE as usize
    }
}
