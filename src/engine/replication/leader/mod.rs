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
//! [`replicated_log`](super::replicated_log) is the log with its terms and positions; `nodes` says what each message does
//! to a node, `execute` what the reader does to the cluster, `cluster` keeps time and the history.
//!
//! # Simpler than the real one because:
//! - nobody notices by itself that a leader has died: that is the matter of [`failover`](super::failover);
//! - a node answers reads from all its log, even from an entry that the client who wrote it has not been told of;
//! - a connection that breaks is noticed when it is mended: a follower then says how far it has come, as it does when it
//!   starts. No message is lost on a link that is open;
//! - a message carries all the entries that its receiver has not acknowledged, so some are sent twice;
//! - a snapshot is one message, however long; it takes a time that the reader sets.

pub mod bytes;
pub mod command;
pub mod event;
pub mod message;

mod cluster;
mod execute;
#[cfg(test)]
mod losses;
mod nodes;
mod settings;
#[cfg(test)]
mod tests;
mod view;
mod write;

pub use cluster::Seat;
pub use command::{CLIENTS, Command};
pub use event::Event;
pub use settings::{Mode, Settings};
pub use write::{Lost, Missing, Named};

use std::rc::Rc;

use crate::contract::{Counter, Engine, Outcome, Probe, Refused};
use crate::replication::replicated_log::Reigns;
use crate::replication::{CallId, History, Host, NodeId, NodeSet, World};
use crate::sim::Envelope;
use crate::sim::network::Conditions;
use message::Message;
use write::Write;

#[derive(Clone)]
pub struct Leader {
    settings: Settings,
    world: World<Message, CallId>,
    seats: Vec<Rc<Seat>>,
    /// The nodes that have a copy, or had one.
    members: NodeSet,
    /// Whom people have named: clients ask the newest of them.
    reigns: Reigns,
    history: History,
    calls: [u32; CLIENTS as usize],
    writes: Rc<Vec<Write>>,
    passed: Option<(Rc<Envelope<Host, Message>>, bool)>,
}

impl Engine for Leader {
    type Settings = Settings;
    type Command = Command;
    type Event = Event;

    fn new(settings: Settings) -> Leader {
        let first = NodeId::new(1);
        let conditions = Conditions { delay: settings.delay, jitter: settings.jitter, loss_percent: 0 };
        let mut leader = Leader {
            settings,
            world: World::new(conditions, settings.seed),
            seats: Vec::new(),
            members: NodeSet::EMPTY,
            reigns: Reigns::new(1, first),
            history: History::default(),
            calls: [0; CLIENTS as usize],
            writes: Rc::default(),
            passed: None,
        };
        leader.members = (1..=settings.followers + 1).map(NodeId::new).collect();
        for node in leader.members.iter() {
            leader.seat_node(node, settings.modes());
        }
        leader.keep_rule(first);
        // All have long agreed that n1 leads: it is no part of the run that they are told.
        let sends = leader.seat_mut(first).node.appoint(1);
        for (to, message) in sends.unwrap_or_default() {
            let back = leader.seat_mut(to).node.receive(first, message).unwrap_or_default();
            for (_, message) in back {
                let _ = leader.seat_mut(first).node.receive(to, message);
            }
        }
        leader
    }

    fn carry_out(&mut self, command: &Command, probe: &mut impl Probe<Leader>) -> Result<Outcome, Refused> {
        self.run_command(command, probe)
    }

    fn counters(&self) -> Vec<Counter> {
        view::counters(self)
    }

    fn state(&self) -> serde_json::Value {
        view::state(self)
    }
}
