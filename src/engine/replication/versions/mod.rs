//! One cart, which several devices fill: what happened before what, and how a replica can know.
//!
//! # The idea
//!
//! A device sends the whole cart, and with it what it had **seen** when it changed it. The replica compares that with what it
//! holds: a cart that the writer had seen is replaced, and one that it had not seen stands beside the new one, as a
//! **sibling**, until a device has read both, merged them and written the result. So nothing that was acknowledged vanishes
//! unless a later write had seen it.
//!
//! What a device hands back is made by the replica, and is a [version](crate::versions): a number where there is one replica; a
//! vector, with a number for each, where there are several; or, with *last write wins*, nothing at all. One vector for all
//! siblings can't tell which of them a writer had seen, and keeps too many; a dot for each of them can.
//!
//! Merging is the application's part. The union of two carts is right for items that were added, and wrong for one that was
//! removed: there it takes a tombstone.
//!
//! # Reading order
//!
//! [`settings`] and [`command`]: what may be set and asked; [`cart`]: what is kept, and how a device merges it; [`carts`]: what
//! a replica holds, in each way; [`replica`] and [`device`]: the two ends; [`witness`]: who knows what really happened before what.
//!
//! # Simpler than the real one because
//!
//! - there is one key, the cart; a store keeps a version for each key;
//! - a replica sends to others only when `sync` asks for it, and always sends everything; a real store sends each write on at once, and
//!   compares by hashes what is missing. A write is acknowledged by one replica, a read answered by one;
//! - the answer to a write brings all siblings with it, as Riak's `return_body` does; without that, a device gets them first;
//! - a device takes what the last answer holds for its cart, even from a replica that hasn't heard of its own last write;
//! - a device doesn't count a cart as seen that it sent and got no answer to;
//! - an item is in the cart or not: there are no quantities. A tombstone wins against an addition that it is concurrent with, and is
//!   kept for ever;
//! - a replica knows for ever which writes it has taken; a real one would take a message that comes twice for two writes, or forget after a while;
//! - devices don't try again; a disk keeps what it has acknowledged, whether the power fails or not;
//! - with last write wins, the replica gives the time; where devices give it, there is one more clock for each to be wrong.

pub mod cart;
pub mod carts;
pub mod command;
pub mod device;
pub mod event;
pub mod message;
pub mod replica;
pub mod settings;
#[cfg(test)]
mod tests;
pub mod told;
pub mod witness;

pub use cart::{Cart, Items};
pub use carts::{Carts, Mark, Seen};
pub use command::Command;
pub use device::Device;
pub use event::Event;
pub use message::Message;
pub use replica::Replica;
pub use settings::{Clock, Remove, Settings};
pub use witness::{Judge, Write};

use serde_json::{Value, json};

use crate::cluster::{self, CallId, ClientId, Cluster, NodeId, Order, Protocol};
use crate::contract::{Counter, Outcome, Probe, Refused};
use crate::sim::Time;
use crate::sim::network::Conditions;

#[derive(Clone)]
pub struct Versions;

type Reaction = cluster::Reaction<Versions>;

/// A device has heard nothing of that call.
#[derive(Clone)]
pub struct Timer(CallId);

impl Protocol for Versions {
    type Settings = Settings;
    type Message = Message;
    type Timer = Timer;
    type Command = Command;
    type Event = Event;
    type Node = Replica;
    type Client = Device;
    type Witness = Judge;

    fn conditions(settings: &Settings) -> (Conditions, u64) {
        (Conditions { delay: settings.delay, jitter: Time::ZERO, loss_percent: 0 }, settings.seed)
    }

    fn nodes(settings: &Settings) -> Vec<Replica> {
        (1..=settings.replicas).map(|number| Replica::new(NodeId::new(number), settings)).collect()
    }

    fn clients(settings: &Settings) -> Vec<Device> {
        (1..=settings.devices).map(|number| Device::new(ClientId::new(number), settings)).collect()
    }

    fn order(command: &Command) -> Order<'_> {
        match command {
            Command::Add { begin, client, .. }
            | Command::Remove { begin, client, .. }
            | Command::Get { begin, client, .. } => Order::Call { client: *client, begin: *begin },
            Command::Sync { .. } => Order::Own,
            Command::Fate(fate) => Order::Fate(fate),
        }
    }

    fn carry_out(
        cluster: &mut Cluster<Versions>,
        command: &Command,
        probe: &mut impl Probe<Cluster<Versions>>,
    ) -> Result<Outcome, Refused> {
        let Command::Sync { a, b } = *command else { unreachable!("all others are calls or fate") };
        cluster.check_link(a.into(), b.into())?;
        cluster.check_is_up(a)?;
        cluster.check_is_up(b)?;
        let reaction = cluster.nodes[a.index()].sync(b);
        cluster.react(a.into(), Some(reaction), None, probe);
        while cluster.network().in_flight().any(|envelope| matches!(envelope.payload, Message::Sync { .. })) {
            cluster.advance(FOREVER, probe)?;
        }
        Ok(Outcome::Done)
    }

    fn counters(cluster: &Cluster<Versions>) -> Vec<Counter> {
        let judge = &cluster.witness;
        let most = cluster.nodes.iter().map(|node| node.carts.all().len()).max().unwrap_or(0);
        let acknowledged = judge.writes.iter().filter(|write| write.acknowledged).count();
        vec![
            Counter { name: "writes", value: judge.writes.len() as u64 },
            Counter { name: "writes_acknowledged", value: acknowledged as u64 },
            Counter { name: "writes_lost", value: judge.lost.len() as u64 },
            Counter { name: "siblings", value: most as u64 },
            Counter { name: "false_siblings", value: false_siblings(cluster) },
        ]
    }

    fn state(cluster: &Cluster<Versions>, node: NodeId) -> Value {
        let carts = &cluster.nodes[node.index()].carts;
        let all = carts.all().into_iter().zip(carts.versions());
        let all = all.map(|(cart, version)| {
            json!({ "written_by": cart.call.to_string(), "items": cart.items.to_string(), "version": version })
        });
        json!({ "holds": { "carts": all.collect::<Value>(), "a_reader_has_seen": carts.seen().words() } })
    }

    fn whole(cluster: &Cluster<Versions>) -> Value {
        let lost = cluster.witness.lost.iter().map(|place| cluster.witness.writes[*place].call.to_string());
        json!({ "lost": lost.collect::<Value>() })
    }
}

/// Later than any run gets.
const FOREVER: Time = Time::from_nanos(u64::MAX);

/// At the replica that has most of them.
pub fn false_siblings(cluster: &Cluster<Versions>) -> u64 {
    let many = cluster.nodes.iter().map(|node| cluster.witness.false_siblings(&node.carts.calls()).len());
    many.max().unwrap_or(0) as u64
}
