//! Several leaders: each takes writes at once and tells the others later, so two of them can write what doesn't go together.
//!
//! # The idea
//!
//! Each data centre has a leader, which answers its users without asking the others, and tells them afterwards, over links that are
//! slow and break. A device that works offline is the same in small: a leader with one user, whose link is mostly cut. What two
//! leaders have written to one record without knowing of each other is a **conflict**, and it is found only when they meet.
//!
//! Leaders tell each other whole records, again and again until each has been acknowledged. A record has one way to meet its
//! like, [`Merge`], for which order and repetition make no difference: so all that have met the same ones are equal. *What* is left
//! then is a matter of choice: the write with the later time; all of them, for a reader to merge; what a function makes of them; or
//! what a type was made for. Or there are no conflicts, since each record is written by one leader, its home.
//!
//! No merging of records finds the conflict of two records: a room that two leaders have booked. That is a rule about several,
//! and each leader looks at it when it hears of a claim.
//!
//! # Reading order
//!
//! [`settings`], [`op`] and [`command`]: what may be set and asked; [`merge`]: what all records have in common, and then each way to
//! keep one: [`latest`], [`kept`], [`counter`], [`set`], [`fields`]; [`value`] for plain values and the function; [`claims`] for rooms
//! and names; [`replica`] with its [`store`] and [`peers`], and what is [`told`] of what comes; [`user`]; and [`witness`], who counts what
//! is lost.
//!
//! # Simpler than the real one because
//!
//! - a record goes to the others whole. A real store sends what has changed, or compares by hashes what is missing;
//! - a leader passes on what it hears from its devices, and to them; what it hears from another data centre it doesn't pass on to a
//!   third. Which ways changes can travel is the subject of another chapter;
//! - a home is given by a name's bytes, and never moves, even while its leader is off;
//! - a leader that is off isn't replaced: a follower only answers reads. Disks keep what was acknowledged, whether the power fails or not;
//! - a write replaces all that its leader holds of the record, except for siblings that its user hasn't read;
//! - each leader that finds a conflict writes the result of the function, so three leaders may write the same three times. It writes nothing
//!   where that is the value of one of them: they are kept side by side then, and are read as that value;
//! - there is one function: it joins the parts of texts, and takes the larger number, and the union of sets and maps. Real systems let you
//!   write it;
//! - a plain number or set is changed by the leader, which reads it and writes a new one, rather than by a program of yours.
//!   The function makes one value of siblings first;
//! - a counter only counts up; one that goes down as well is made of two. In a register the last write wins, also within a map, and
//!   a field of a map isn't removed;
//! - tombstones, dots and answers to calls are kept for ever. Real systems drop them when all have seen them, or after some days;
//! - a user whose booking is cancelled doesn't hear of it: your program has to apologise. Users aren't asked who they are;
//! - users don't try again; hours are those of one day, the same everywhere.

pub mod claims;
pub mod command;
pub mod counter;
pub mod event;
pub mod fields;
pub mod kept;
pub mod latest;
pub mod merge;
pub mod message;
pub mod op;
pub mod peers;
pub mod record;
pub mod replica;
#[cfg(test)]
mod reported;
pub mod set;
pub mod settings;
pub mod store;
#[cfg(test)]
mod tests;
pub mod told;
pub mod user;
pub mod value;
pub mod witness;

pub use claims::{Claim, Claims};
pub use command::Command;
pub use event::{Combined, Event};
pub use merge::Merge;
pub use message::Message;
pub use op::{Kind, Op, RecordId};
pub use record::Record;
pub use replica::Replica;
pub use settings::{Resolution, Role, Settings, Twice};
pub use store::Store;
pub use user::User;
pub use value::{Value, words};
pub use witness::{Judge, Write};

use std::collections::BTreeSet;

use serde_json::json;

use crate::cluster::{self, CallId, ClientId, Cluster, Host, NodeId, Order, Protocol};
use crate::contract::Counter;
use crate::sim::network::Conditions;
use crate::sim::{Delay, Envelope, Time};
use crate::wording::list;

#[derive(Clone)]
pub struct MultiLeader;

type Reaction = cluster::Reaction<MultiLeader>;

/// What a host waits for.
#[derive(Clone)]
pub enum Timer {
    /// A user has heard nothing of that call.
    Unanswered(CallId),
    /// A node has heard nothing of a message to a peer.
    Unheard { peer: NodeId, batch: u64 },
    /// A link may be open again, or a peer is heard of that it had given up sending to.
    Reconnected(NodeId),
    /// It was off, and tells its peers that it is back.
    Back,
}

/// Within a data centre.
const NEAR: Time = Time::from_millis(5);

impl Protocol for MultiLeader {
    type Settings = Settings;
    type Message = Message;
    type Timer = Timer;
    type Command = Command;
    type Event = Event;
    type Node = Replica;
    type Client = User;
    type Witness = Judge;

    fn conditions(settings: &Settings) -> (Conditions, u64) {
        (Conditions { delay: settings.delay, jitter: Time::ZERO, loss_percent: 0 }, settings.seed)
    }

    fn nodes(settings: &Settings) -> Vec<Replica> {
        (1..=settings.nodes()).map(|number| Replica::new(NodeId::new(number), settings)).collect()
    }

    fn clients(settings: &Settings) -> Vec<User> {
        (1..=settings.leaders()).map(|number| User::new(ClientId::new(number), settings)).collect()
    }

    /// All links are long, but for those within a data centre. A device has its user at hand.
    fn delays(settings: &Settings) -> Vec<(Host, Host, Delay)> {
        let place = |node: NodeId| if settings.role(node) == Role::Device { node } else { settings.centre(node) };
        let nodes = || (1..=settings.nodes()).map(NodeId::new);
        let users = (1..=settings.leaders()).flat_map(|number| {
            let at = NodeId::new(number);
            let near = nodes().filter(move |node| place(*node) == at);
            near.map(move |node| (Host::from(ClientId::new(number)), Host::from(node)))
        });
        let followers = nodes().filter(|node| settings.role(*node) == Role::Follower);
        let followers = followers.map(|node| (Host::from(settings.centre(node)), Host::from(node)));
        users.chain(followers).map(|(a, b)| (a, b, Delay::Fixed(NEAR))).collect()
    }

    fn order(command: &Command) -> Order<'_> {
        match command {
            Command::Fate(fate) => Order::Fate(fate),
            call => {
                let call = call.call().expect("all others are calls");
                Order::Call { client: call.client, begin: call.begin }
            }
        }
    }

    /// What is owed stays owed while a link is cut, and that is rest. A user who waits has a call that is open.
    fn is_routine(timer: &Timer) -> bool {
        matches!(timer, Timer::Unheard { .. } | Timer::Unanswered(_))
    }

    fn owed(cluster: &Cluster<MultiLeader>) -> Option<String> {
        let owing = cluster.nodes.iter().filter(|node| node.owes() > 0);
        let owing: Vec<_> = owing.map(|node| format!("{} owes {}", node.id, list(node.owed()))).collect();
        (!owing.is_empty()).then(|| list(owing))
    }

    fn counters(cluster: &Cluster<MultiLeader>) -> Vec<Counter> {
        let (judge, rule) = (&cluster.witness, cluster.settings.twice);
        let most = |of: &dyn Fn(&Replica) -> usize| cluster.nodes.iter().map(|node| of(node)).max().unwrap_or(0) as u64;
        let by_users = judge.writes.iter().filter(|write| write.call.is_some()).count();
        let acknowledged = judge.writes.iter().filter(|write| write.is_acknowledged).count();
        let value = |name, value| Counter { name, value };
        vec![
            value("writes", by_users as u64),
            value("writes_acknowledged", acknowledged as u64),
            value("writes_lost", judge.lost.len() as u64),
            value("merged_by_function", (judge.writes.len() - by_users) as u64),
            value("siblings", most(&|node| node.store.records().map(|(_, it)| it.values().len()).max().unwrap_or(0))),
            value("claims", judge.granted.len() as u64),
            value("taken_twice", most(&|node| node.store.claims.twice(rule).len())),
            value("cancelled", most(&|node| node.store.claims.cancelled(rule).len())),
            value("owed", cluster.nodes.iter().map(|node| node.owes()).sum::<usize>() as u64),
            value("apart", apart(cluster) as u64),
        ]
    }

    fn state(cluster: &Cluster<MultiLeader>, node: NodeId) -> serde_json::Value {
        let (replica, settings) = (&cluster.nodes[node.index()], &cluster.settings);
        let role = match settings.role(node) {
            Role::Leader => "leader",
            Role::Device => "device",
            Role::Follower => "follower",
        };
        let records = replica.store.records().map(|(id, record)| {
            let values: Vec<_> = record.values().iter().map(Value::to_string).collect();
            json!({ "key": id.key.as_str(), "values": values })
        });
        let cancelled = replica.store.claims.cancelled(settings.twice);
        let claims = replica.store.claims.iter().map(|claim| {
            json!({ "claim": claim.to_string(), "by": claim.call.to_string(), "cancelled": cancelled.contains(&claim.call) })
        });
        json!({
            "role": role, "records": records.collect::<serde_json::Value>(), "claims": claims.collect::<serde_json::Value>(),
            "owes": replica.owes(),
        })
    }

    fn whole(cluster: &Cluster<MultiLeader>) -> serde_json::Value {
        let lost: Vec<_> = cluster.witness.calls_lost().iter().map(ToString::to_string).collect();
        json!({ "lost": lost })
    }
}

/// Whether nothing is owed and nothing on its way: then all have been told all.
pub fn is_delivered(cluster: &Cluster<MultiLeader>) -> bool {
    let changes = |envelope: &Envelope<Host, Message>| matches!(envelope.payload, Message::Changes { .. });
    cluster.nodes.iter().all(|node| node.owes() == 0) && !cluster.network().in_flight().any(changes)
}

/// How many records are owed by any node to any other, each counted once.
pub fn owed(cluster: &Cluster<MultiLeader>) -> usize {
    let peers = cluster.nodes.iter().flat_map(|node| node.peers.iter());
    peers.flat_map(|peer| peer.owed.iter().map(|owed| &owed.piece)).collect::<BTreeSet<_>>().len()
}

/// How many nodes differ from the first though all have been told all: none, if merging is as it should be.
pub fn apart(cluster: &Cluster<MultiLeader>) -> usize {
    let first = &cluster.nodes[0].store;
    if is_delivered(cluster) { cluster.nodes.iter().filter(|node| node.store != *first).count() } else { 0 }
}
