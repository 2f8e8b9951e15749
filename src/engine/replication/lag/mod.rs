//! Living with lag: clients that post, reload, change the device and watch a conversation, over asynchronous followers.
//!
//! # The idea
//!
//! A leader acknowledges a write at once and tells its followers afterwards; reads go to the followers, because there can
//! be many of them. So a follower lags behind, by milliseconds mostly, and by minutes when something is wrong. In the end
//! it has everything (*eventual consistency*), and until then clients see strange things:
//! - they reload, and their own post is gone: **read-your-writes** is broken;
//! - they reload twice, by two followers, and a post that was there is gone: **monotonic reads** are broken;
//! - they see an answer and not its question, as each came from another partition: **consistent prefix** is broken.
//!
//! Each guarantee is a rule of routing, which clients really follow ([`session`]), and each has its price, which is
//! counted: reads that the leader has to serve, and time that a read waits.
//!
//! | guarantee | rule |
//! |---|---|
//! | read your writes | read pages that you have posted on from the leader; or everything from the leader for a minute after a post; or tell the follower your last log position, and let it wait until it is there |
//! | monotonic reads | read from one follower, always the same; where the leader has served in between, let the follower wait until it is as far as the leader was |
//! | consistent prefix | keep what belongs together on one partition |
//!
//! What a client remembers for its rule may be kept on the device, where its other device knows nothing of it, or with the
//! user's account.
//!
//! Whether a guarantee is kept is found by the [`checker`](super::checker), which reads the history of all calls and knows
//! nothing of the rules.
//!
//! # Reading order
//!
//! [`device`] and [`message`] are who says what to whom, [`node`] is a replica on two
//! [replicated logs](super::replicated_log), [`session`] the rules, [`cluster`] lets things happen.
//!
//! # Simpler than the real one because
//!
//! - no other node takes the leader's place while it is off, and no message is lost but at a node that is off: nearly all
//!   that goes wrong here goes wrong in a healthy system;
//! - two partitions have their leader on one machine, and each follower keeps both, each partition on a disk of its own;
//! - a client goes on asking its fixed replica while that is off, and gives up; a real one would be sent to another;
//! - the leader sends a follower all that it has not acknowledged with each new post, however often;
//! - the centrally kept session costs nothing to ask, where a real one is one more service on the way.

pub mod command;
pub mod device;
pub mod event;
pub mod message;
pub mod node;
pub mod session;
pub mod settings;

pub mod bytes;
mod cluster;
mod view;

#[cfg(test)]
mod tests;

pub use cluster::Record;
pub use command::Command;
pub use device::{Device, Machine, User};
pub use event::Event;
pub use settings::{Kept, OwnWrites, Settings};

use std::rc::Rc;

use crate::contract::{Counter, Engine, Outcome, Probe, Refused};
use crate::replication::checker::{Breach, Call, Item};
use crate::replication::{Host, NodeId, NodeSet, World};
use crate::sim::network::Conditions;
use crate::sim::{Envelope, Rng, Time};
use cluster::{FOREVER, Tally};
use message::Message;
use node::Node;
use session::Session;

/// How long a message between a client and a node takes at least.
const DELAY: Time = Time::from_millis(10);

#[derive(Clone)]
pub struct Lag {
    pub settings: Settings,
    /// A timer is for a call that is given up then.
    world: World<Message, usize>,
    nodes: Vec<Rc<Node>>,
    sessions: [Session; 6],
    rng: Rng,
    pages: Rc<Vec<Rc<str>>>,
    posts: Item,
    /// Moments of the history.
    ticks: u32,
    /// What the checker reads.
    history: Rc<Vec<Call>>,
    /// What people want to know of the same calls, besides.
    records: Rc<Vec<Record>>,
    breaches: Rc<Vec<Breach>>,
    /// The message whose way has just ended, and whether it was lost.
    passed: Option<(Rc<Envelope<Host, Message>>, bool)>,
    tally: Tally,
}

impl Engine for Lag {
    type Settings = Settings;
    type Command = Command;
    type Event = Event;

    fn new(settings: Settings) -> Lag {
        let conditions = Conditions { delay: DELAY, jitter: settings.jitter, loss_percent: 0 };
        let mut world = World::new(conditions, 2 * settings.seed);
        let all: NodeSet = (1..=settings.followers + 1).map(NodeId::new).collect();
        let node = |id| {
            let peers = all.iter().filter(|other| *other != id).collect();
            Rc::new(Node::new(id, peers).expect("an empty disk has room"))
        };
        let nodes: Vec<_> = all.iter().map(node).collect();
        for (place, follower) in (1..).zip(&nodes[1..]) {
            let lag = Time::from_nanos(settings.lag.as_nanos() / u64::from(settings.followers) * place);
            world.network.set_delay(settings.leader().into(), follower.id.into(), lag);
        }
        let mut lag = Lag {
            settings,
            world,
            nodes,
            sessions: Default::default(),
            rng: Rng::new(2 * settings.seed + 1),
            pages: Rc::default(),
            posts: 0,
            ticks: 0,
            history: Rc::default(),
            records: Rc::default(),
            breaches: Rc::default(),
            passed: None,
            tally: Tally::default(),
        };
        // All have long agreed that n1 leads: it is no part of the run that they are told.
        let leader = lag.settings.leader();
        for (to, message) in lag.node_mut(leader).lead().unwrap_or_default() {
            let (Host::Node(to), Message::Log { partition, message }) = (to, message) else { continue };
            for (_, answer) in lag.node_mut(to).hear(leader, partition, &message, Time::ZERO).1 {
                if let Message::Log { message, .. } = answer {
                    lag.node_mut(leader).hear(to, partition, &message, Time::ZERO);
                }
            }
        }
        lag
    }

    fn carry_out(&mut self, command: &Command, probe: &mut impl Probe<Self>) -> Result<Outcome, Refused> {
        self.passed = None;
        match command {
            Command::Post { begin, page, text, user, device } => {
                self.post(*begin, page, text, Device { user: *user, machine: *device }, probe)
            }
            Command::Reload { begin, page, user, device, via } => {
                self.reload(*begin, page, Device { user: *user, machine: *device }, *via, probe)
            }
            Command::Delay { a, b, time } => self.set_delay(*a, *b, *time, probe),
            Command::Stop { node } => self.stop(*node, probe),
            Command::Start { node } => self.start(*node, probe),
            Command::Run { time } => {
                let until = self.world.now() + *time;
                while self.advance(until, probe) {}
                self.world.pass(until);
                self.passed = None;
                probe.step(|| Event::TimePassed { now: until }, self);
                Ok(Outcome::Done)
            }
            Command::Settle => {
                while !self.is_quiet() && self.advance(FOREVER, probe) {}
                self.passed = None;
                let now = self.world.now();
                probe.step(|| Event::Settled { now }, self);
                Ok(Outcome::Done)
            }
        }
    }

    /// Calls that are begun and not waited for are all in flight at once, and each step copies the lists that it changes.
    fn weight(&self, before: &Lag) -> u64 {
        let calls = if Rc::ptr_eq(&self.history, &before.history) { 0 } else { self.history.len() * size_of::<Call>() };
        let records =
            if Rc::ptr_eq(&self.records, &before.records) { 0 } else { self.records.len() * size_of::<Record>() };
        self.world.weight(&before.world) + (calls + records) as u64
    }

    fn counters(&self) -> Vec<Counter> {
        view::counters(self)
    }

    fn state(&self) -> serde_json::Value {
        view::state(self)
    }
}
