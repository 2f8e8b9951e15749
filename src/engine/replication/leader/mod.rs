//! A leader and its followers: all writes go to one node, which ships its log to the others.
//!
//! # The idea
//!
//! Writes that went to any node would meet each other in a different order on each. So one node is the **leader**: it
//! takes all writes, puts them into its log, one after the other, and sends the log to the **followers**, which apply it
//! in the same order. Reads may go to any node.
//!
//! When may the client be told that its write is done? For each follower that is a choice ([`Mode`]):
//! - **synchronous**: the leader waits until this follower has synced the entry. If the leader dies, the write is there.
//!   If the follower dies, nobody can write;
//! - **semi-synchronous**: it waits for one of several such followers, whichever is first: two copies, and no one node
//!   whose death stops all writes;
//! - **asynchronous**: it does not wait. Writes are fast and go on whatever happens to the follower; what the leader had
//!   told its clients and not yet shipped dies with it.
//!
//! A **new follower** gets a *consistent snapshot* of the leader's data, and the log position which that belongs to, while
//! writes go on; then it asks for the log from there on. A follower that **was away** knows the last position on its own
//! disk, and asks for what comes after it. A **new leader** is named by hand here; what it lacks of that which clients were
//! told is lost, and is listed ([`Reigns`](super::replicated_log::Reigns) is the judge). The old leader takes the place of
//! the new one among the followers, so that as many are waited for as before; if it comes back, it has to drop what the new
//! one does not have.
//!
//! # Reading order
//!
//! [`replicated_log`](super::replicated_log) is the log with its terms and positions; [`node`] says what each message does
//! to a node, [`client`] what a client makes of an answer, `people` what is done by hand; [`witness`] sees everything, and
//! judges.
//!
//! # Simpler than the real one because:
//! - no node notices by itself that a leader has died: that is the subject of [`failover`](super::failover);
//! - a node answers reads from all its log, even from an entry that hasn't been acknowledged to its client;
//! - people can reach every machine: the leader they name is known at once to all clients, and to each node when it makes a
//!   connection, which it does when it starts and when links are healed. It says then how far it has come;
//! - a connection that breaks is noticed when it is mended, and lost messages are sent again then, or with the next
//!   write. A request that the network has twice is written twice;
//! - a message carries all the entries that its receiver hasn't acknowledged, so some are sent twice;
//! - a snapshot is one message, however long; it takes a time that the reader sets.

pub mod client;
pub mod command;
pub mod event;
pub mod message;
pub mod node;
pub mod settings;
pub mod view;
pub mod witness;
pub mod words;

#[cfg(test)]
mod losses;
mod people;
#[cfg(test)]
mod tests;

pub use client::Caller;
pub use command::Command;
pub use event::Event;
pub use message::Message;
pub use node::Server;
pub use settings::{Mode, Settings};
pub use witness::Seen;

use serde_json::Value;

use crate::cluster::{self, CallId, Cluster, NodeId, Order, Protocol};
use crate::contract::{Counter, Outcome, Probe, Refused};
use crate::sim::network::Conditions;

#[derive(Clone)]
pub struct Leader;

type Reaction = cluster::Reaction<Leader>;

const CLIENTS: usize = 2;

#[derive(Clone, Copy)]
pub enum Timer {
    /// Of a node: it makes a connection to the leader.
    Connect,
    /// Of a client: it waits no longer.
    GiveUp(CallId),
}

impl Protocol for Leader {
    type Settings = Settings;
    type Message = Message;
    type Timer = Timer;
    type Command = Command;
    type Event = Event;
    type Node = Server;
    type Client = Caller;
    type Witness = Seen;

    fn conditions(settings: &Settings) -> (Conditions, u64) {
        let Settings { delay, jitter, seed, .. } = *settings;
        (Conditions { delay, jitter, loss_percent: 0 }, seed)
    }

    /// All have long agreed that n1 leads: it is no part of the run that they are told.
    fn nodes(settings: &Settings) -> Vec<Server> {
        let (first, members) = (NodeId::new(1), settings.members());
        let server = |id| Server::new(id, members, settings.modes(), settings.copy);
        let mut nodes: Vec<Server> = members.iter().map(server).collect();
        for (to, message) in nodes[0].lead(1, members).expect("an empty disk has room") {
            let back = nodes[to.index()].log.receive(first, message).unwrap_or_default();
            for (_, message) in back {
                let _ = nodes[0].log.receive(to, message);
            }
        }
        nodes
    }

    fn clients(settings: &Settings) -> Vec<Caller> {
        vec![Caller::new(settings.members().len(), settings.timeout); CLIENTS]
    }

    fn order(command: &Command) -> Order<'_> {
        match command {
            Command::Put { begin, client, .. } | Command::Get { begin, client, .. } => {
                Order::Call { client: *client, begin: *begin }
            }
            Command::Fate(fate) => Order::Fate(fate),
            _ => Order::Own,
        }
    }

    fn carry_out(
        cluster: &mut Cluster<Leader>,
        command: &Command,
        probe: &mut impl Probe<Cluster<Leader>>,
    ) -> Result<Outcome, Refused> {
        people::carry_out(cluster, command, probe)
    }

    /// A client that was answered has a timer still, which means nothing.
    fn is_routine(timer: &Timer) -> bool {
        matches!(timer, Timer::GiveUp(_))
    }

    fn counters(cluster: &Cluster<Leader>) -> Vec<Counter> {
        view::counters(cluster)
    }

    fn state(cluster: &Cluster<Leader>, node: NodeId) -> Value {
        view::state(cluster, node)
    }

    fn whole(cluster: &Cluster<Leader>) -> Value {
        view::whole(cluster)
    }
}
