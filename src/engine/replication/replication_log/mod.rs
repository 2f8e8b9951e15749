//! What is in a replication log: one set of writes, shipped from a leader to a follower in four ways.
//!
//! # The idea
//!
//! A leader tells its followers of each write by a log. What stands in that log is a choice:
//! - **statements**: the text of every `INSERT`, `UPDATE` and `DELETE`, which the follower carries out once more. Short,
//!   and wrong as soon as a statement means something else there: `NOW()` asks another clock, `RAND()` draws another
//!   number, an auto-increment counts in the order of the commits and not of the statements, and a `LIMIT` without an
//!   order takes those rows which happen to lie first on the follower's disk;
//! - **the write-ahead log**: the bytes that the leader has written, and where. The follower becomes a copy to the last
//!   byte, and must lay out its files in the very same way: software of another version cannot read them. So leader and
//!   follower cannot be upgraded one after the other;
//! - **rows** (a *logical log*): what each changed row was and is. It knows columns by their tags and nothing of bytes
//!   on a disk, so that an older or a newer follower can read it: what it has no column for it skips, and what it is
//!   not told it fills in;
//! - **triggers**: code of the application, run by the database within the same transaction, writes each change into a
//!   *change table*, an ordinary table, and another program reads that one. It can choose and change what it ships, and
//!   everything is written twice.
//!
//! The log is shipped as it is written, and no one waits for the follower. Each entry has a number, and a follower that
//! keeps the number of the last one beside its rows can be off, and be sent an entry twice, and still go on where it was.
//!
//! Whether the replicas hold the same is found by comparing their rows ([`judge`]), never by knowing which statement is a bad
//! one.
//!
//! # Reading order
//!
//! [`crate::table`] has the rows and their language, [`tickets`] the table of each version; [`replica`] is one copy of it,
//! [`store`] what is on a replica's disk; [`entry`] encodes and applies the four kinds of log. [`leader`], its
//! [`shipping`], [`follower`] and [`client`] are state machines of their own; [`judge`] sees everyone.
//!
//! # Simpler than the real one because
//!
//! - one table, `tickets`, with room for twelve rows; `RAND()` is a whole number below 1000, as there are no fractions;
//! - a transaction never waits for a lock: a statement that meets a row of another open transaction, or its id, is refused.
//!   Only rows are locked, and not what a condition leaves out: another transaction may add a row that would have met it
//!   and commit first, and then the follower carries the statements out in another order. MySQL locks the gaps, too, or
//!   refuses to log statements at that level of isolation;
//! - a commit writes the entry to the log, and then the whole small file of the table anew. So the write-ahead log is there
//!   to be shipped, and is cut to what the table has after a crash; a real one is written as a transaction goes, and what
//!   the files lack is read from it. With triggers the change table is that log, read out with each commit;
//! - an id that an open transaction has used is given out again once the leader was off, as in MySQL before version 8;
//! - one follower, to which the next entry is sent when the one before is acknowledged. MySQL, PostgreSQL and Oracle ship to
//!   many, in a stream, and it is the follower that calls;
//! - a statement takes no time, and its client sends the next one when it has the answer. What an open transaction did is not
//!   taken back when its client is silent;
//! - of a client's statements the leader knows the number, so that a message that comes twice is carried out once; in
//!   reality that is a matter of the connection. The user who asks for a copy is client `c1`;
//! - with `fix` on, the leader puts values in place of `NOW()` and of a `RAND()` that was asked once. MySQL ships the
//!   time and the seed of the random numbers beside the statement instead, and changes to rows where it sees a risk.

mod bytes;
pub mod client;
mod command;
pub mod entry;
mod event;
pub mod follower;
pub mod judge;
pub mod leader;
pub mod message;
mod replica;
mod settings;
pub mod shipping;
pub mod store;
pub mod tickets;

pub use bytes::dump;
pub use client::{Client, Heard};
pub use command::{Asked, Command};
pub use entry::{Entry, Method};
pub use event::{Event, told};
pub use follower::Follower;
pub use judge::Judge;
pub use leader::Leader;
pub use message::Message;
pub use replica::Replica;
pub use settings::{Release, Settings};
pub use tickets::TICKETS;

use serde_json::{Value, json};

use crate::cluster::{self, ClientId, Cluster, Host, NodeId, Order, Power, Protocol, Reaction, Skew};
use crate::contract::Counter;
use crate::sim::Time;
use crate::sim::network::Conditions;

pub const LEADER: NodeId = NodeId::new(1);
pub const FOLLOWER: NodeId = NodeId::new(2);
/// How many clients there are, each with at most one open transaction.
pub const CLIENTS: usize = 3;

/// How long a message travels.
const LINK: Time = Time::from_millis(40);

#[derive(Clone)]
pub struct ReplicationLog;

#[derive(Clone, Copy)]
pub enum Timer {
    /// Of the leader: a statement alone is carried out, and its transaction is to be committed.
    Commit(ClientId),
    /// Of the leader: what it has sent by that number should be answered.
    Again(u32),
    /// Of a replica that was off: it makes itself heard.
    Report,
    /// Of a client, for what it has asked by that number.
    NoAnswer(u32),
}

#[derive(Clone)]
pub enum Server {
    Leader(Leader),
    Follower(Follower),
}

impl Protocol for ReplicationLog {
    type Settings = Settings;
    type Message = Message;
    type Timer = Timer;
    type Command = Command;
    type Event = Event;
    type Node = Server;
    type Client = Client;
    type Witness = Judge;

    fn conditions(settings: &Settings) -> (Conditions, u64) {
        (Conditions { delay: LINK, jitter: Time::ZERO, loss_percent: 0 }, settings.seed)
    }

    fn nodes(settings: &Settings) -> Vec<Server> {
        vec![Server::Leader(Leader::new(settings)), Server::Follower(Follower::new(settings))]
    }

    fn clients(_: &Settings) -> Vec<Client> {
        vec![Client::default(); CLIENTS]
    }

    fn clock(settings: &Settings, node: NodeId) -> Skew {
        let by = if node == FOLLOWER { settings.skew } else { Time::ZERO };
        Skew { is_behind: false, by }
    }

    fn order(command: &Command) -> Order<'_> {
        match (command, command.client()) {
            (Command::Fate(fate), _) => Order::Fate(&fate.0),
            (_, client) => Order::Call { client: client.expect("all else is asked by a client"), begin: false },
        }
    }

    /// Whether a client waits is seen by its call.
    fn is_routine(timer: &Timer) -> bool {
        matches!(timer, Timer::NoAnswer(_))
    }

    fn counters(cluster: &Cluster<ReplicationLog>) -> Vec<Counter> {
        let judge::Tally { statements, rows_changed, log_bytes, bytes_shipped } = cluster.witness.tally;
        let counter = |name, value| Counter { name, value };
        vec![
            counter("statements", statements),
            counter("rows_changed", rows_changed),
            counter("change_table_rows", leader(cluster).change_table.len() as u64),
            counter("log_entries", leader(cluster).log.len() as u64),
            counter("log_bytes", log_bytes),
            counter("bytes_shipped", bytes_shipped),
            counter("entries_waiting", waiting(cluster) as u64),
            counter("differences", cluster.witness.differences.len() as u64),
        ]
    }

    fn state(cluster: &Cluster<ReplicationLog>, node: NodeId) -> Value {
        let replica = replica(cluster, node);
        json!({ "version": replica.table.schema.version, "next_id": replica.table.next_id() })
    }

    fn whole(cluster: &Cluster<ReplicationLog>) -> Value {
        let rows = |node| -> Value {
            let table = &replica(cluster, node).table;
            let rows = table.rows().map(|(slot, row)| {
                let columns = table.schema.columns.iter().zip(&row);
                let named = columns.map(|(column, value)| (column.name.to_owned(), value.to_string().into()));
                named.chain([("slot".to_owned(), slot.into())]).collect::<serde_json::Map<_, _>>()
            });
            rows.collect()
        };
        let log = leader(cluster).log.iter().map(|entry| {
            let hex = entry.bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>();
            json!({ "number": entry.number, "says": entry.lines, "bytes": hex })
        });
        json!({
            "leader": rows(LEADER),
            "leader_up": cluster.is_up(LEADER),
            "follower": rows(FOLLOWER),
            "follower_up": cluster.is_up(FOLLOWER),
            "log": log.collect::<Value>(),
            "change_table": leader(cluster).change_table.iter().map(|row| &**row).collect::<Value>(),
            "applied": follower(cluster).applied,
            "halted": follower(cluster).halted.as_deref(),
            "differences": cluster.witness.differences.iter().map(told).collect::<Value>(),
        })
    }
}

pub fn leader(cluster: &Cluster<ReplicationLog>) -> &Leader {
    match &*cluster.nodes[LEADER.index()] {
        Server::Leader(leader) => leader,
        Server::Follower(_) => unreachable!("n1 leads"),
    }
}

pub fn follower(cluster: &Cluster<ReplicationLog>) -> &Follower {
    match &*cluster.nodes[FOLLOWER.index()] {
        Server::Follower(follower) => follower,
        Server::Leader(_) => unreachable!("n2 follows"),
    }
}

pub fn replica(cluster: &Cluster<ReplicationLog>, node: NodeId) -> &Replica {
    if node == LEADER { &leader(cluster).replica } else { &follower(cluster).replica }
}

/// How many entries the follower has not carried out yet.
pub fn waiting(cluster: &Cluster<ReplicationLog>) -> usize {
    leader(cluster).log.len() - follower(cluster).applied as usize
}

impl cluster::Node<ReplicationLog> for Server {
    fn hear(&mut self, from: Host, message: &Message, now: Time) -> Option<Reaction<ReplicationLog>> {
        match self {
            Server::Leader(leader) => leader.hear(from, message, now),
            Server::Follower(follower) => follower.hear(message, now),
        }
    }

    fn wake(&mut self, timer: Timer, _: Time) -> Option<Reaction<ReplicationLog>> {
        match (self, timer) {
            (Server::Leader(leader), Timer::Commit(client)) => leader.commit_alone(client),
            (Server::Leader(leader), Timer::Again(serial)) => leader.try_again(serial),
            (Server::Leader(leader), _) => leader.inquire(),
            (Server::Follower(follower), _) => Some(follower.report()),
        }
    }

    fn stop(&mut self, power: Power) -> String {
        match self {
            Server::Leader(leader) => leader.stop(power),
            Server::Follower(follower) => follower.stop(power),
        }
    }

    fn start(&mut self, _: Time) -> (String, Vec<(Time, Timer)>) {
        let (with, was_off) = match self {
            Server::Leader(leader) => (leader.start(), leader.shipping.is_unknown()),
            Server::Follower(follower) => (follower.start(), follower.was_off),
        };
        (with, was_off.then_some((Time::ZERO, Timer::Report)).into_iter().collect())
    }

    fn reconnect(&mut self) -> Vec<(Time, Timer)> {
        let Server::Leader(leader) = self else { return Vec::new() };
        let waits = leader.shipping.waiting(&leader.log) > 0 && !leader.shipping.halted;
        leader.shipping.reconnects();
        waits.then_some((Time::ZERO, Timer::Report)).into_iter().collect()
    }

    fn weight(&self, before: &Server) -> u64 {
        match (self, before) {
            (Server::Leader(leader), Server::Leader(before)) => leader.weight(before),
            (Server::Follower(follower), Server::Follower(before)) => follower.weight(before),
            _ => unreachable!("a node stays what it is"),
        }
    }
}

#[cfg(test)]
mod tests;
