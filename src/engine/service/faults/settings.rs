//! What a reader may choose: the load, and what the service tolerates.

use stepwise_derive::{Choice, Parameters};

use crate::service::Retry;
use crate::service::arrivals::Rate;
use crate::service::command::Changeable;
use crate::sim::Time;

/// More app servers than this can't be followed by eye.
pub const MAX_APPS: u64 = 6;
/// No figure of a second has more requests in it, so that a photograph of all that are on their way stays small.
pub const MAX_LOAD: u64 = 1_000;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Parameters)]
pub struct Settings {
    /// How many requests come, on average
    #[parameter(100, 0..=MAX_LOAD, "/s")]
    pub load: Rate,
    /// How many there are
    #[label("App servers")]
    #[parameter(2, 1..=MAX_APPS)]
    pub apps: usize,
    /// Whether the balancer sends requests only to servers that are up; else each user has a server
    #[parameter(true)]
    pub redundancy: bool,
    /// How long an app server waits for the database; 0 is without end
    #[label("Time-out")]
    #[parameter(500, 0..=10_000, "ms")]
    pub timeout: Time,
    /// What follows a time-out
    #[parameter(Retries::Bounded)]
    pub retries: Retries,
    /// Whether calls that keep failing are no longer made
    #[label("Circuit breaker")]
    #[parameter(false)]
    pub breaker: bool,
    /// Whether a server with 16 requests waiting refuses more at once
    #[label("Queue limit")]
    #[parameter(false)]
    pub shedding: bool,
    /// Whether a killed process is started again
    #[parameter(false)]
    pub supervisor: bool,
    /// How long a resolver keeps an answer of DNS; with 0 it asks each time
    #[label("DNS TTL")]
    #[parameter(30, 0..=600, "s")]
    pub ttl: Time,
    /// How many of a hundred users are to be answered, in any 5 seconds
    #[label("Service level")]
    #[parameter(95, 1..=100, "%")]
    pub agreed: u64,
    /// The seed of all that happens by chance: the same seed gives the same run
    #[parameter(1)]
    pub seed: u32,
}

/// What follows a time-out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Choice)]
pub enum Retries {
    /// none
    Never,
    /// 3 attempts, with backoff
    Bounded,
    /// at once and without end
    Unbounded,
}

impl Changeable for Settings {
    const DECIDED: &'static [&'static str] = &["apps", "seed"];
    const EXAMPLE: (&'static str, &'static str) = ("breaker", "on");
    const ABOUT: &'static str = "turn a tolerance on or off";
}

impl Settings {
    /// How long a call to the database may take, if it has an end.
    pub fn patience(&self) -> Option<Time> {
        (self.timeout > Time::ZERO).then_some(self.timeout)
    }

    pub fn retry(&self) -> Retry {
        match self.retries {
            Retries::Never => Retry::NEVER,
            Retries::Bounded => {
                Retry { attempts: Some(3), backoff: Time::from_millis(100), longest: Time::from_millis(1_000) }
            }
            Retries::Unbounded => Retry { attempts: None, backoff: Time::ZERO, longest: Time::ZERO },
        }
    }

    /// How many may wait at an app server. Without a limit of its own, a queue ends where the memory of its machine does.
    pub fn queue(&self) -> usize {
        if self.shedding { 16 } else { 2_000 }
    }
}
