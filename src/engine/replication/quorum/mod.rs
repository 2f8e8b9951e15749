//! A store without a leader: n nodes keep a copy of every key, a write counts once w of them have it, and a read asks
//! until r of them have answered.
//!
//! # The idea
//!
//! Whoever coordinates a call (the client itself, or a node on its behalf) sends it to all n home nodes of the key at
//! once and does not wait for the slowest. A value carries a version; of several answers to a read, the newest version
//! wins. If w + r > n, every set of w nodes and every set of r nodes have at least one node in common, so that a read
//! meets at least one node that has the last write. No node is special, and none has to be declared dead: with n = 3,
//! w = r = 2 the store goes on while any one node is down, with n = 5, w = r = 3 while any two are.
//!
//! Copies drift apart when a node is down or a message is lost. Three things bring them together again:
//! [read repair](read_repair), when someone reads; [hinted handoff](handoff), when a spare node kept a write for a
//! silent one; and [anti-entropy](anti_entropy), which compares [Merkle trees](merkle) and needs neither.
//!
//! # What w + r > n promises, and what it does not
//!
//! It promises that a read never returns a value that was over before another write began, if that write was acknowledged
//! before the read began. Every call is kept in a [history](super::history), and every read is checked against just that ([`watch`]).
//! The promise does not hold
//! - in a sloppy quorum, where spare nodes acknowledge what home nodes have not seen;
//! - after a node comes back from an older copy of its disk;
//! - where the clock of a node that coordinates is wrong;
//! - where a tombstone is forgotten before all nodes have heard of it.
//!
//! And there is more that a reader might expect, and that it never said:
//! - of two writes that overlap, both acknowledged, the one with the larger version is kept; the other is lost, and perhaps
//!   no one has ever read it;
//! - a write that reached fewer than w nodes is refused, and not taken back; it may be seen, and vanish again;
//! - while a write is in flight, a read may see it and a later one may not: this is not linearizability.
//!
//! Each of these seven is a run in `tests/golden/quorum`.
//!
//! # Concurrent writes
//!
//! Which of two records stays is asked of [`versions`](crate::versions). By its time (*last write wins*), one is always before
//! the other. With `conflict=siblings`, a client says with each write what it has seen of the key: what it has read, and what it
//! has written. That is a vector with an entry for each client, beside the name of the call: a dotted version vector. A write
//! replaces what its client had seen; all else stays [beside it](kept), tombstones included, and a read returns all of it.
//! What is lost or stale there is judged by what clients had really seen ([`history::siblings`](super::history)).
//!
//! # Deletions
//!
//! A deletion is a write that leaves no value: a *tombstone*, a record with a version, which wins or loses as any other, and
//! which read repair, hints and Merkle trees carry as any other. A node that only forgot the key would be brought it back by
//! one that has not heard of the deletion. That is what happens, too, where tombstones are forgotten (`compact`) while such a
//! node is away: they are kept for a *grace period*, in which each node should have heard of them. A node compares that by
//! its own clock.
//!
//! # Versions
//!
//! The version of a write is the time that the clock of its coordinator shows when it takes the write on. Clients have
//! clocks that are right. Those of nodes are right until a reader skews one: a node whose clock is ahead gives versions that
//! writes which come after do not reach, and these are acknowledged and lost.
//!
//! Two writes at the very same time are told apart by their calls, which says nothing of which came first. So that this
//! decides nothing between two that do not even overlap, a call made in the nanosecond in which a write was taken on and
//! acknowledged begins a nanosecond later.
//!
//! # Reading order
//!
//! [`settings`] and [`command`]; [`record`], [`kept`] and [`replica`], one copy; [`message`], then [`coordinator`] and [`read_repair`];
//! [`node`] and [`client`], the hosts; [`handoff`], [`merkle`] and [`anti_entropy`]; [`watch`], who sees everything.
//!
//! # Simpler than the real one because:
//! - all keys have the same home nodes; how keys are spread over many nodes is the subject of partitioning;
//! - no clock is wrong by itself, and none drifts. A hybrid logical clock counts on from the largest time that its host has
//!   heard of, and can't know of a write that its host hasn't heard of;
//! - clients give their writes their names, so that a vector grows with the clients. Riak lets the node that coordinates do that,
//!   since there are fewer of those. And a client here never forgets what it has seen;
//! - tombstones and dead records go when someone says `compact`; a store merges its files when they are many. A hint is kept
//!   however old it is;
//! - a request to a coordinating node that the network delivers twice is carried out twice, if the first is forgotten by then:
//!   there is no connection that would notice;
//! - no node knows which others are up (there is no gossip): hints are handed off when the script says so.
//!
//! After DeCandia et al., *Dynamo: Amazon's Highly Available Key-value Store* (2007), and Gifford, *Weighted Voting for
//! Replicated Data* (1979).

pub mod anti_entropy;
pub mod client;
pub mod command;
pub mod coordinator;
pub mod disk;
pub mod event;
pub mod handoff;
pub mod kept;
pub mod merkle;
pub mod message;
pub mod node;
pub mod read_repair;
pub mod record;
pub mod replica;
pub mod settings;
pub mod watch;

mod operate;
mod view;

#[cfg(test)]
mod tests;

pub use command::Command;
pub use event::Event;
pub use settings::Settings;
pub use view::focus;

use serde_json::Value;

use crate::cluster::{self, CallId, Cluster, NodeId, Order, Protocol};
use crate::contract::{Counter, Outcome, Probe, Refused};
use crate::sim::Drawn;
use crate::sim::network::Conditions;
use client::Client;
use message::Message;
use node::Node;
use watch::Watch;

#[derive(Clone)]
pub struct Quorum;

type Reaction = cluster::Reaction<Quorum>;

/// What hosts set timers for.
#[derive(Clone)]
pub enum Timer {
    /// Half of a coordinator's time for a call is over.
    HalfTime(CallId),
    /// All of it is.
    TimeOut(CallId),
    /// A client has waited long enough for the node that coordinates its call.
    Patience(CallId),
}

impl Protocol for Quorum {
    type Settings = Settings;
    type Message = Message;
    type Timer = Timer;
    type Command = Command;
    type Event = Event;
    type Node = Node;
    type Client = Client;
    type Witness = Watch;

    fn conditions(settings: &Settings) -> (Conditions, u64) {
        (settings.conditions(), settings.seed)
    }

    fn drawn(settings: &Settings) -> Option<Drawn> {
        settings.spread.0.map(|spread| spread.of(settings.delay))
    }

    fn nodes(settings: &Settings) -> Vec<Node> {
        settings.nodes().map(|node| Node::new(node, *settings)).collect()
    }

    fn clients(settings: &Settings) -> Vec<Client> {
        settings.clients().map(|client| Client::new(client, *settings)).collect()
    }

    fn order(command: &Command) -> Order<'_> {
        match command {
            Command::Fate(fate) => Order::Fate(fate),
            _ => Order::Own,
        }
    }

    fn carry_out(
        cluster: &mut Cluster<Quorum>,
        command: &Command,
        probe: &mut impl Probe<Cluster<Quorum>>,
    ) -> Result<Outcome, Refused> {
        operate::carry_out(cluster, command, probe)
    }

    fn counters(cluster: &Cluster<Quorum>) -> Vec<Counter> {
        view::counters(cluster)
    }

    fn state(cluster: &Cluster<Quorum>, node: NodeId) -> Value {
        view::node(cluster, node)
    }

    fn whole(cluster: &Cluster<Quorum>) -> Value {
        view::whole(cluster)
    }
}
