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
//! [read repair](read_repair), when somebody reads; [hinted handoff](handoff), when a spare node kept a write for a
//! silent one; and [anti-entropy](anti_entropy), which compares [Merkle trees](merkle) and needs neither.
//!
//! # What w + r > n promises, and what it does not
//!
//! It promises that a read never returns a value that was over before another write began, if that write was acknowledged
//! before the read began. Every call is kept in a [history](super::history), and every read is checked against just that.
//! The promise does not hold
//! - in a sloppy quorum, where spare nodes acknowledge what home nodes have not seen;
//! - after a node comes back from an older copy of its disk.
//!
//! And there is more that a reader might expect, and that it never said:
//! - of two writes that overlap, both acknowledged, the one with the larger version is kept; the other is lost, and perhaps
//!   nobody has ever read it;
//! - a write that reached fewer than w nodes is refused, and not taken back; it may be seen, and vanish again;
//! - while a write is in flight, a read may see it and a later one may not: this is not linearizability.
//!
//! Each of these five is a run in `tests/golden/quorum`.
//!
//! # Versions
//!
//! The version of a write is the time at which its coordinator took it on. If two writes could have the same, something else
//! would have to decide, the number of the client say, and the later of two that do not even overlap could lose. So no clock
//! of this cluster shows the same time twice: where several writes are taken on within a nanosecond, each gets the
//! next one.
//!
//! # Simpler than the real one because:
//! - all keys have the same home nodes; how keys are spread over many nodes is the matter of partitioning;
//! - all clocks agree to the nanosecond, and tell apart what happens within one, as if all hosts had a single clock. In a
//!   real store clocks drift, and last write wins then loses even writes that did not overlap. A hybrid logical clock
//!   counts on from the largest time that its host has heard of, and cannot know of a write that its host has not heard of;
//! - there is one value for a key: concurrent values are not kept side by side, nor given to the client to merge;
//! - nothing is deleted: a deletion would need a tombstone, lest anti-entropy bring the value back;
//! - no node knows which others are up (there is no gossip): hints are handed off when the script says so;
//! - the log of a node is never compacted.
//!
//! After DeCandia et al., *Dynamo: Amazon's Highly Available Key-value Store* (2007), and Gifford, *Weighted Voting for
//! Replicated Data* (1979).

pub mod anti_entropy;
pub mod bytes;
pub mod client;
pub mod command;
pub mod coordinator;
pub mod disk;
pub mod event;
pub mod handoff;
pub mod merkle;
pub mod message;
pub mod node;
pub mod reaction;
pub mod read_repair;
pub mod record;
pub mod replica;
pub mod settings;

mod cluster;
mod execute;
mod view;

#[cfg(test)]
mod tests;

pub use command::Command;
pub use event::{Event, Fact};
pub use settings::Settings;

use std::rc::Rc;

use litemap::LiteMap;

use crate::contract::{Counter, Engine, Outcome, Probe, Refused};
use crate::replication::{CallId, History, Host, NodeId, World};
use crate::sim::{Envelope, Fate, Time};
use client::Client;
use cluster::Tally;
use disk::NodeDisk;
use message::Message;
use node::Node;
use reaction::Timer;

#[derive(Clone, Debug)]
pub struct Quorum {
    pub settings: Settings,
    world: World<Message, Timer>,
    nodes: Vec<Rc<Node>>,
    clients: Vec<Rc<Client>>,
    history: History,
    /// Earlier than this no clock shows any more: it has given a version that is just before.
    next_version: Time,
    /// Copies of disks, each with the time at which it was taken.
    backups: LiteMap<NodeId, (Time, Rc<NodeDisk>)>,
    tally: Tally,
    /// The message whose way ended in the last step.
    passed: Option<(Rc<Envelope<Host, Message>>, Fate)>,
    /// The call that the last steps were about.
    focus: Option<CallId>,
}

impl Engine for Quorum {
    type Settings = Settings;
    type Command = Command;
    type Event = Event;

    fn new(settings: Settings) -> Quorum {
        Quorum {
            settings,
            world: World::new(settings.conditions(), settings.seed),
            nodes: settings.nodes().map(|node| Rc::new(Node::new(node, settings))).collect(),
            clients: settings.clients().map(|client| Rc::new(Client::new(client, settings))).collect(),
            history: History::default(),
            next_version: Time::ZERO,
            backups: LiteMap::new(),
            tally: Tally::default(),
            passed: None,
            focus: None,
        }
    }

    fn carry_out(&mut self, command: &Command, probe: &mut impl Probe<Quorum>) -> Result<Outcome, Refused> {
        self.run_command(command, probe)
    }

    fn counters(&self) -> Vec<Counter> {
        view::counters(self)
    }

    fn state(&self) -> serde_json::Value {
        view::state(self)
    }
}
