//! When the leader fails: how anybody notices, who leads next, and what is lost on the way.
//!
//! # The idea
//!
//! A leader takes all writes. To be heard even where there is nothing to tell, it sends *heartbeats*. A follower that has
//! heard nothing for a *timeout* calls it dead. It cannot know: dead, cut off, and busy look the same from outside. Then
//! somebody else must lead, and clients have to find out whom to ask.
//!
//! Who leads next is chosen in one of two ways:
//! - **by vote**: a follower asks for votes in a new *term*. Each node has one vote a term, and gives it to nobody whose log
//!   is behind its own; whoever has more than half of all votes leads (Raft, section 5.2 and 5.4.1);
//! - **by a controller**: a watcher outside names the most up-to-date of the followers that it hears. Nobody votes, and so
//!   an old leader that the controller cannot reach goes on.
//!
//! # What goes wrong
//!
//! - A leader that does not wait for followers takes acknowledged writes with it. When it returns, they are *discarded*.
//! - Keys that count upwards are then *given twice*, and a cache outside, which knows the key, shows the wrong person's data.
//! - Two nodes lead at once: **split brain**. Both write to a storage service, and the older overwrites the newer.
//! - The timeout is too short, a leader that is only busy is replaced, and the next one gets all its load.
//!
//! The cure for the storage is a **fencing token**: each write carries the term of its leader, and the storage refuses one
//! that is lower than the highest it has seen. The cure for lost writes is to acknowledge late ([`Rule::Majority`]) and to vote:
//! a controller may name a node that has none of what a majority has, and then it is lost all the same. What is lost [`Reigns`]
//! judges.
//!
//! A new leader does not know which of its entries an earlier one has called committed. So it holds reads until the entry that
//! opens its own term is committed by the rule of the cluster (Raft, section 8): if it waits for nobody, at once; by *all*, not
//! before every node is there.
//!
//! # The data
//!
//! A table of names. The leader gives each inserted row the next number after those in its log. A client that has no
//! answer asks again, with the number of its call, which stands in the log beside the row: so a call is carried out once.
//! The storage service gets each committed row before its client is told.
//!
//! # Reading order
//!
//! The node is [`replicated_log`](super::replicated_log); [`seat`] is what surrounds it on its machine: its timers, and the
//! line in which messages wait while it is busy. [`nodes`] hands things to nodes, [`clients`] has the clients and the
//! cache, [`services`] the controller and the storage, and [`cluster`] lets things happen. What went wrong for whom, and
//! which calls prove it, [`verdict`] finds.
//!
//! # Simpler than the real one because:
//!
//! - the members never change, and the log is never shortened from its front;
//! - the controller and the storage never fail; a real controller is a cluster itself (ZooKeeper, etcd);
//! - the cache answers at once, keeps all, and is filled by reads only;
//! - a leader that hears no majority goes on leading, in vain; etcd's steps down (*check quorum*);
//! - a read is answered by whoever believes that it leads, without asking the others whether it still does: an old leader that
//!   has not heard of the new one returns what was true once. Raft asks a majority first (*read index*), or relies on clocks (a
//!   *lease*);
//! - heartbeats that change nothing are delivered, and take no step of their own.
//!
//! [`Rule::Majority`]: super::replicated_log::Rule::Majority
//! [`Reigns`]: super::replicated_log::Reigns

pub mod bytes;
pub mod command;
pub mod event;
pub mod message;
pub mod seat;

mod call;
mod clients;
mod cluster;
mod execute;
mod nodes;
mod services;
mod settings;
mod verdict;
mod view;

#[cfg(test)]
mod losses;
#[cfg(test)]
mod tests;

pub use call::{Call, Ended, Told};
pub use command::Command;
pub use event::Event;
pub use message::{CLIENTS, CONTROLLER, Message, STORAGE, name_of, row_in};
pub use settings::{Acknowledge, ChosenBy, Settings, Storage};
pub use verdict::Broken;

use std::rc::Rc;

use crate::contract::{Counter, Engine, Outcome, Probe, Refused};
use crate::replication::replicated_log::{Node, Reigns};
use crate::replication::{Host, NodeId, World};
use crate::sim::{Envelope, Rng};
use cluster::{Tally, Timer};
use message::RowId;
use seat::Seat;
use services::{Controller, Store};

/// Room on each node's disk, in bytes. A node whose disk is full stops.
const DISK: u64 = 1 << 16;

#[derive(Clone)]
pub struct Failover {
    pub settings: Settings,
    world: World<Message, Timer>,
    seats: Vec<Rc<Seat>>,
    rng: Rng,
    pub calls: Rc<Vec<Call>>,
    /// Whom each client believes to lead.
    beliefs: [NodeId; CLIENTS as usize],
    pub cache: Rc<Vec<(RowId, Rc<str>)>>,
    pub controller: Controller,
    pub store: Rc<Store>,
    reigns: Reigns,
    told: Rc<Vec<Told>>,
    pub tally: Tally,
    /// How many messages and timers there have been.
    happenings: u64,
    /// The message whose way has just ended, and whether it was lost.
    passed: Option<(Rc<Envelope<Host, Message>>, bool)>,
}

impl Engine for Failover {
    type Settings = Settings;
    type Command = Command;
    type Event = Event;

    fn new(settings: Settings) -> Failover {
        let all = settings.all();
        let seat = |id: NodeId| {
            let peers = all.without([id].into_iter().collect());
            Node::new(id, peers, settings.rule(peers), DISK).map(|node| Rc::new(Seat::new(node)))
        };
        let seats = all.iter().map(seat).collect::<Result<_, _>>().expect("an empty disk has room for two empty files");
        let first = NodeId::new(1);
        let mut failover = Failover {
            settings,
            world: World::new(settings.conditions(), 2 * settings.seed),
            seats,
            rng: Rng::new(2 * settings.seed + 1),
            calls: Rc::default(),
            beliefs: [first; CLIENTS as usize],
            cache: Rc::default(),
            controller: Controller::new(first, settings.nodes),
            store: Rc::new(Store { highest: 1, rows: Vec::new() }),
            reigns: Reigns::new(1, first),
            told: Rc::default(),
            tally: Tally::default(),
            happenings: 0,
            passed: None,
        };
        failover.begin();
        failover
    }

    fn carry_out(&mut self, command: &Command, probe: &mut impl Probe<Failover>) -> Result<Outcome, Refused> {
        self.run_command(command, probe)
    }

    fn counters(&self) -> Vec<Counter> {
        view::counters(self)
    }

    fn state(&self) -> serde_json::Value {
        view::state(self)
    }
}
