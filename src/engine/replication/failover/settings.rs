//! What the cluster is opened with.

use stepwise_derive::{Choice, Parameters};

use crate::cluster::{NodeId, NodeSet};
use crate::form::BadParameter;
use crate::replication::replicated_log::Rule;
use crate::sim::Time;
use crate::sim::network::Conditions;

#[derive(Clone, Copy, Parameters)]
#[parameters(fits)]
pub struct Settings {
    /// Who says which node leads next
    #[label("New leader")]
    #[parameter(ChosenBy::Vote)]
    pub choice: ChosenBy,
    /// When a row is acknowledged to its client
    #[parameter(Acknowledge::Leader)]
    pub acknowledge: Acknowledge,
    /// A service outside that each leader writes its rows to
    #[parameter(Storage::Off)]
    pub storage: Storage,
    /// How long a leader may be silent
    #[label("Time-out")]
    #[parameter(300, 1..=60_000, "ms")]
    pub timeout: Time,
    /// How often a leader sends a heartbeat
    #[parameter(50, 1..=10_000, "ms")]
    pub heartbeat: Time,
    /// How long a request keeps its node busy
    #[parameter(10, 0..=1_000, "ms")]
    pub work: Time,
    /// How many nodes there are
    #[parameter(3, 1..=7)]
    pub nodes: u8,
    /// How long a client waits before it asks another node
    #[parameter(200, 1..=10_000, "ms")]
    pub patience: Time,
    /// How long a message takes at least
    #[parameter(10, 0..=10_000, "ms")]
    pub delay: Time,
    /// How much longer it can take, by chance
    #[parameter(0, 0..=10_000, "ms")]
    pub jitter: Time,
    /// How many of a hundred messages are lost, by chance
    #[parameter(0, 0..=100, "%")]
    pub loss: u64,
    /// The seed of all that happens by chance: the same seed gives the same run
    #[parameter(1, 0..=u32::MAX as u64)]
    pub seed: u64,
}

/// Who says which node leads next.
#[derive(Clone, Copy, PartialEq, Eq, Choice)]
pub enum ChosenBy {
    /// by vote
    Vote,
    /// named by a controller
    Controller,
}

/// When a row is acknowledged to its client.
#[derive(Clone, Copy, PartialEq, Eq, Choice)]
pub enum Acknowledge {
    /// when the leader has it
    Leader,
    /// when one follower has it, too
    One,
    /// when more than half have it
    Majority,
    /// when all have it
    All,
}

/// What the storage service does with tokens.
#[derive(Clone, Copy, PartialEq, Eq, Choice)]
pub enum Storage {
    /// none
    Off,
    /// takes every write
    Open,
    /// checks fencing tokens
    ///
    /// It refuses a write with a token below the highest that it has seen.
    Fenced,
}

/// With a timeout that is no longer than the heartbeat a leader in the best of health is called dead; and a single node has
/// no follower to wait for.
fn fits(settings: &Settings) -> Result<(), BadParameter> {
    let bad =
        |name: &str, found: String, accepted: String| Err(BadParameter { name: name.to_owned(), found, accepted });
    let Settings { timeout, heartbeat, .. } = settings;
    if timeout <= heartbeat {
        let found = timeout.as_micros() / 1_000;
        return bad("timeout", found.to_string(), format!("more than the {heartbeat} between two heartbeats"));
    }
    let slowest = settings.delay + settings.jitter;
    if slowest > settings.longest_delay() {
        let least = Time::from_millis((slowest.as_nanos() / 1_000_000).div_ceil(MOST_HEARTBEATS));
        let accepted = format!(
            "at least {least} where a message takes up to {slowest}: no link is longer than {MOST_HEARTBEATS} heartbeats"
        );
        return bad("heartbeat", (heartbeat.as_micros() / 1_000).to_string(), accepted);
    }
    if settings.acknowledge == Acknowledge::One && settings.nodes == 1 {
        let accepted = "leader, majority or all: a single node has no follower";
        return bad("acknowledge", "one".to_owned(), accepted.to_owned());
    }
    Ok(())
}

/// A link may be as long as so many heartbeats, and no longer: each of them is on its way there, and back again.
pub const MOST_HEARTBEATS: u64 = 200;

impl Settings {
    /// How long a message may take at most.
    pub fn longest_delay(&self) -> Time {
        Time::from_nanos(self.heartbeat.as_nanos() * MOST_HEARTBEATS)
    }

    /// When a leader with these followers acknowledges a row.
    pub fn rule(&self, followers: NodeSet) -> Rule {
        match self.acknowledge {
            Acknowledge::Leader => Rule::Asynchronous,
            Acknowledge::One => Rule::Chosen { all: NodeSet::EMPTY, one: followers },
            Acknowledge::Majority => Rule::Majority,
            Acknowledge::All => Rule::Chosen { all: followers, one: NodeSet::EMPTY },
        }
    }

    /// How long so many queries keep a node busy.
    pub fn work_on(&self, queries: u32) -> Time {
        Time::from_nanos(self.work.as_nanos() * u64::from(queries))
    }

    pub fn conditions(&self) -> Conditions {
        Conditions { delay: self.delay, jitter: self.jitter, loss_percent: self.loss }
    }

    pub fn all(&self) -> NodeSet {
        (1..=self.nodes).map(NodeId::new).collect()
    }
}
