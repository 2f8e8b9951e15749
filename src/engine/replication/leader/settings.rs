//! What the cluster is opened with.

use stepwise_derive::{Choice, Parameters};

use crate::cluster::{NodeId, NodeSet};
use crate::sim::Time;

/// Nodes n1 to n5 at most.
pub const MAX_NODES: u8 = 5;

#[derive(Clone, Copy, Parameters)]
pub struct Settings {
    /// How many nodes follow the leader n1 at first
    #[parameter(2, 1..=4)]
    pub followers: u8,
    /// Whether the leader waits for this follower, or for one of the semi-synchronous ones, or doesn't
    #[label("n2 is")]
    #[parameter(Mode::Sync)]
    pub n2: Mode,
    /// Whether the leader waits for this follower, or for one of the semi-synchronous ones, or doesn't
    #[label("n3 is")]
    #[parameter(Mode::Async)]
    pub n3: Mode,
    /// Whether the leader waits for this follower, or for one of the semi-synchronous ones, or doesn't
    #[label("n4 is")]
    #[parameter(Mode::Async)]
    pub n4: Mode,
    /// Whether the leader waits for this follower, or for one of the semi-synchronous ones, or doesn't
    #[label("n5 is")]
    #[parameter(Mode::Async)]
    pub n5: Mode,
    /// How long a message takes at least
    #[parameter(10, 1..=5_000, "ms")]
    pub delay: Time,
    /// How much longer it can take, by chance
    #[parameter(0, 0..=5_000, "ms")]
    pub jitter: Time,
    /// How much longer a snapshot takes, because it is long
    #[label("Copying")]
    #[parameter(100, 0..=10_000, "ms")]
    pub copy: Time,
    /// How long a client waits for an answer
    #[label("Time-out")]
    #[parameter(1_000, 1..=60_000, "ms")]
    pub timeout: Time,
    /// The seed of the jitter: the same seed gives the same run
    #[parameter(1, 0..=1_000_000)]
    pub seed: u64,
}

/// Whether the leader waits for a follower before it acknowledges a write.
#[derive(Clone, Copy, PartialEq, Eq, Choice)]
pub enum Mode {
    /// synchronous
    ///
    /// Always for this one.
    Sync,
    /// semi-synchronous
    ///
    /// For one of all those that are semi-synchronous, whichever is first.
    Semi,
    /// asynchronous
    ///
    /// Never.
    Async,
}

/// How n1 to n5 follow.
pub type Modes = [Mode; MAX_NODES as usize];

impl Settings {
    /// The leader n1 and those who follow it at first.
    pub fn members(&self) -> NodeSet {
        (1..=self.followers + 1).map(NodeId::new).collect()
    }

    /// While n1 leads its own mode means nothing; when another leads it takes the place of that one.
    pub fn modes(&self) -> Modes {
        [Mode::Async, self.n2, self.n3, self.n4, self.n5]
    }
}
