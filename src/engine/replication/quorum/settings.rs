//! What a reader may choose before a run begins.

use stepwise_derive::{Choice, Parameters};

use crate::cluster::{ClientId, NodeId, NodeSet};
use crate::form::BadParameter;
use crate::sim::Time;
use crate::sim::network::Conditions;
use crate::spread::NetworkSpread;

/// More nodes than this can't be followed by eye.
pub const MAX_NODES: u64 = 7;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Parameters)]
#[parameters(fits)]
pub struct Settings {
    /// How many nodes keep a copy of each key.
    #[label("Replicas (n)")]
    #[parameter(3, 1..=MAX_NODES)]
    pub n: usize,
    /// How many nodes must have acknowledged a write before it counts as written.
    #[label("Write quorum (w)")]
    #[parameter(2, 1..=MAX_NODES)]
    pub w: usize,
    /// How many nodes must have answered a read before the newest of their values is returned.
    #[label("Read quorum (r)")]
    #[parameter(2, 1..=MAX_NODES)]
    pub r: usize,
    /// How many nodes stand by to keep writes for home nodes that are silent; with 0, quorums are strict.
    #[label("Spare nodes (sloppy quorum)")]
    #[parameter(0, 0..=3)]
    pub spares: usize,
    /// Who sends a call to all replicas and counts their answers.
    #[parameter(CoordinatedBy::Client)]
    pub coordinator: CoordinatedBy,
    /// Whether a read sends the newest value to the nodes that answered with an older one.
    #[parameter(ReadRepair::On)]
    pub read_repair: ReadRepair,
    /// What becomes of writes of which neither had seen the other.
    #[label("Concurrent writes")]
    #[parameter(Conflict::Lww)]
    pub conflict: Conflict,
    /// How old a tombstone must be before a compaction forgets it.
    #[label("Grace period (gc_grace)")]
    #[parameter(1_000, 0..=60_000, "ms")]
    pub gc_grace: Time,
    /// How many clients there are.
    #[parameter(2, 1..=3)]
    pub clients: usize,
    /// How long a message takes at least.
    #[parameter(10, 0..=10_000, "ms")]
    pub delay: Time,
    /// How much longer a message can take, by chance; so messages overtake each other.
    #[parameter(10, 0..=10_000, "ms")]
    pub jitter: Time,
    /// How the times of messages are spread: by delay and jitter, or otherwise, with the delay as their mean where they are not
    /// fitted to a system.
    #[label("Spread of delays")]
    #[parameter(NetworkSpread::JITTER)]
    pub spread: NetworkSpread,
    /// How many of a hundred messages are lost, by chance.
    #[parameter(0, 0..=100, "%")]
    pub loss: u64,
    /// How long a coordinator waits for answers before it refuses a call.
    #[label("Time-out")]
    #[parameter(100, 1..=60_000, "ms")]
    pub timeout: Time,
    /// The seed of delays and losses: the same seed gives the same run.
    #[parameter(1, 0..=u32::MAX as u64)]
    pub seed: u64,
}

/// What becomes of nodes that have answered with an older value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Choice)]
pub enum ReadRepair {
    /// on: it is sent after the answer
    On,
    /// blocking: the read waits until r nodes have it
    Blocking,
    /// off
    Off,
}

/// What replicas keep of concurrent writes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Choice)]
pub enum Conflict {
    /// the last write wins
    Lww,
    /// all are kept, as siblings
    Siblings,
}

/// Who coordinates a call where the command says nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Choice)]
pub enum CoordinatedBy {
    /// the client itself
    Client,
    /// a node for the client
    Node,
}

/// A quorum is at most all nodes, and of those there is room for a few.
fn fits(settings: &Settings) -> Result<(), BadParameter> {
    let Settings { n, w, r, spares, .. } = *settings;
    let check = |name: &str, found: usize, most: usize, accepted: String| {
        let refused = || BadParameter { name: name.to_owned(), found: found.to_string(), accepted };
        if found <= most { Ok(()) } else { Err(refused()) }
    };
    for (name, quorum) in [("w", w), ("r", r)] {
        check(name, quorum, n, format!("1 to {n}, because only n={n} nodes can answer"))?;
    }
    let room = MAX_NODES as usize - n;
    let accepted = if room == 0 { "only 0".to_owned() } else { format!("0 to {room}") };
    let why = format!("{accepted} with n={n}, because there are at most {MAX_NODES} nodes in all");
    check("spares", spares, room, why)
}

impl Settings {
    pub fn conditions(&self) -> Conditions {
        Conditions { delay: self.delay, jitter: self.jitter, loss_percent: self.loss }
    }

    /// The nodes that every key is at home on: `n1` to `nN`.
    pub fn home(&self) -> NodeSet {
        self.nodes().filter(|node| node.index() < self.n).collect()
    }

    /// The nodes after those.
    pub fn spare_nodes(&self) -> NodeSet {
        self.nodes().filter(|node| node.index() >= self.n).collect()
    }

    pub fn nodes(&self) -> impl Iterator<Item = NodeId> + use<> {
        (1..=self.n + self.spares).map(|number| NodeId::new(number as u8))
    }

    pub fn clients(&self) -> impl Iterator<Item = ClientId> + use<> {
        (1..=self.clients).map(|number| ClientId::new(number as u8))
    }

    /// Whether every write quorum and every read quorum have a node in common.
    pub fn quorums_overlap(&self) -> bool {
        self.w + self.r > self.n
    }

    /// When a coordinator turns to spare nodes.
    pub fn half_time(&self) -> Time {
        Time::from_nanos(self.timeout.as_nanos() / 2)
    }

    /// How long a client waits for a node that coordinates its call: it needs time for that, and for the way there and
    /// back.
    pub fn patience(&self) -> Time {
        self.timeout + self.timeout
    }
}
