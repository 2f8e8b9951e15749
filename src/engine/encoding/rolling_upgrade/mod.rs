//! Two versions of the code at once: a fleet that is upgraded node by node, and one database that holds what all of them
//! write.
//!
//! # The idea
//!
//! No fleet changes its code in one moment, and a database outlives every version: rows written years ago lie beside rows
//! written a second ago by code that another node doesn't have yet. So new code has to read what old code has written,
//! **backward compatibility**, and old code what new code has written, **forward compatibility**.
//!
//! The trap is in a habit: a program reads a whole row into an object, changes one field, and writes the whole object back.
//! Old code has no place for a field that it doesn't know, so that field is **lost**, though no one has touched it. Code that
//! **keeps unknown fields** carries them along unread.
//!
//! A field that is renamed or split is another matter, since two versions then look for the same fact in two places. The
//! cure goes in stages. **Expand**: the code writes the old field and the new ones, and reads the old one. **Migrate**: when
//! no older code is left, the rows that it has written are rewritten. Then the code reads the new fields, and still writes
//! both. **Contract**: when all code does so, the last version writes the new ones alone. Each version lives with the one
//! before it and the one after it, so that each step can be taken node by node, and taken back.
//!
//! # Reading order
//!
//! [`settings`] and [`command`]: what may be set and asked; [`code`]: a version, and the bytes it reads and writes;
//! [`server`], [`database`] and [`client`]: the hosts; [`judge`]: what is lost.
//!
//! # Simpler than the real one because
//!
//! - a row is one encoded record, as in a store of documents, and the database looks inside only to migrate; a relational
//!   one has columns, and `UPDATE` of a single column loses no other;
//! - the schema has at most four fields, all of them texts, and no row is inserted or deleted;
//! - a restart takes no time, and no node drains the requests that it has: they are forgotten;
//! - a client says by which node it goes; there is no load balancer. A node knows a request that comes twice for as long as it
//!   runs; after a restart, a late copy would be carried out once more;
//! - a row is stored over the revision that was read, or not at all (optimistic locking); so nothing is lost because two
//!   nodes change a row at once, and all that is lost here is lost by versions;
//! - a migration runs inside the database, with the code of both versions at hand, and closes all of it; many databases
//!   lock the table, and some only a row at a time;
//! - three of the nine formats are here. CSV has no unknown fields, XML, MessagePack and BSON do as JSON does, and Thrift as
//!   Protocol Buffers, except that its generated code has always dropped what it doesn't know;
//! - every node has every schema by its version, as from a registry that never fails: Avro's readers need it.

pub mod client;
pub mod code;
pub mod command;
pub mod database;
pub mod event;
pub mod judge;
pub mod message;
mod own;
pub mod server;
pub mod settings;
#[cfg(test)]
mod tests;

pub use client::Caller;
pub use code::Code;
pub use command::{Command, Field, RowId};
pub use database::{Database, Row};
pub use event::Event;
pub use judge::{Judge, Loss};
pub use message::{Message, says};
pub use own::{fleet, newest};
pub use server::Server;
pub use settings::{Change, Format, Settings, Unknown};

use std::rc::Rc;

use serde_json::{Value, json};

use crate::cluster::{self, CallId, Cluster, Host, NodeId, Order, Power, Protocol};
use crate::contract::{Counter, Outcome, Probe, Refused};
use crate::sim::Time;
use crate::sim::network::Conditions;

#[derive(Clone)]
pub struct RollingUpgrade;

type Reaction = cluster::Reaction<RollingUpgrade>;

/// How many nodes the fleet has; the database is the node after them.
pub const FLEET: u8 = 3;
pub const DATABASE: NodeId = NodeId::new(FLEET + 1);

#[derive(Clone)]
pub enum Timer {
    /// Of a node: the database has not answered, since that mark.
    Unanswered(CallId, u32),
    /// Of a client.
    GiveUp(CallId),
    /// Of a migration: a row has been worked on; the next batch begins.
    Rewrite,
    Close,
    /// Of an open database: one request that has waited.
    Serve,
}

#[derive(Clone)]
pub enum Machine {
    Server(Server),
    Database(Database),
}

/// The database among all nodes.
pub fn database_of(nodes: &[Rc<Machine>]) -> &Database {
    let Machine::Database(database) = &*nodes[DATABASE.index()] else { unreachable!("it is the last node") };
    database
}

impl Protocol for RollingUpgrade {
    type Settings = Settings;
    type Message = Message;
    type Timer = Timer;
    type Command = Command;
    type Event = Event;
    type Node = Machine;
    type Client = Caller;
    type Witness = Judge;

    fn conditions(settings: &Settings) -> (Conditions, u64) {
        (Conditions { delay: settings.delay, jitter: Time::ZERO, loss_percent: 0 }, 1)
    }

    fn nodes(settings: &Settings) -> Vec<Machine> {
        let servers = (1..=FLEET).map(|id| Machine::Server(Server::new(NodeId::new(id), *settings)));
        servers.chain([Machine::Database(Database::new(*settings))]).collect()
    }

    fn clients(_: &Settings) -> Vec<Caller> {
        vec![Caller::default(); 2]
    }

    fn order(command: &Command) -> Order<'_> {
        match command {
            // What a client can't ask for is refused before it is asked.
            Command::Fate(fate) => Order::Fate(fate),
            _ => Order::Own,
        }
    }

    fn carry_out(
        cluster: &mut Cluster<RollingUpgrade>,
        command: &Command,
        probe: &mut impl Probe<Cluster<RollingUpgrade>>,
    ) -> Result<Outcome, Refused> {
        own::carry_out(cluster, command, probe)
    }

    /// A client whose call has ended waits no more.
    fn is_routine(timer: &Timer) -> bool {
        matches!(timer, Timer::GiveUp(_))
    }

    fn counters(cluster: &Cluster<RollingUpgrade>) -> Vec<Counter> {
        let (judge, database) = (&cluster.witness, database_of(&cluster.nodes));
        let oldest_code = fleet(cluster).map(|(_, server)| server.version).min().unwrap_or(1);
        let oldest_row = database.rows.iter().map(|row| row.writer).min().unwrap_or(1);
        vec![
            Counter { name: "values_lost", value: judge.losses.len() as u64 },
            Counter { name: "wrong_answers", value: judge.wrong },
            Counter { name: "failed_requests", value: cluster.ended(|it| !it.is_ok()) },
            Counter { name: "plan_broken", value: judge.breaches },
            Counter { name: "oldest_code", value: oldest_code.into() },
            Counter { name: "oldest_row", value: oldest_row.into() },
            Counter { name: "rows_migrated", value: judge.migrated },
            Counter { name: "rows_rewritten_on_read", value: judge.rewritten },
            Counter { name: "bytes_rewritten", value: judge.bytes_rewritten },
            Counter { name: "bytes_stored", value: database.rows.iter().map(|row| row.bytes.len() as u64).sum() },
            Counter { name: "closed_us", value: judge.closed.as_micros() },
            Counter { name: "requests_waited", value: database.waited },
        ]
    }

    fn state(cluster: &Cluster<RollingUpgrade>, node: NodeId) -> Value {
        match &*cluster.nodes[node.index()] {
            Machine::Server(server) => {
                let jobs = server.jobs.iter().map(|job| job.call.to_string());
                json!({ "version": server.version, "works_on": jobs.collect::<Value>() })
            }
            Machine::Database(database) => {
                let rows = database.rows.iter().map(|row| {
                    let hex: String = row.bytes.iter().map(|byte| format!("{byte:02x}")).collect();
                    json!({ "row": row.id.to_string(), "revision": row.revision, "written_by": row.writer, "bytes": hex })
                });
                json!({ "rows": rows.collect::<Value>(), "closed": database.is_closed })
            }
        }
    }

    fn whole(cluster: &Cluster<RollingUpgrade>) -> Value {
        let losses = cluster.witness.losses.iter().map(|loss| {
            let call = loss.call.map(|call| call.to_string());
            json!({ "row": loss.row.to_string(), "field": loss.field.to_string(), "value": &*loss.value, "call": call,
                "written_by": loss.by })
        });
        json!({ "lost": losses.collect::<Value>() })
    }
}

impl cluster::Node<RollingUpgrade> for Machine {
    fn hear(&mut self, from: Host, message: &Message, _: Time) -> Option<Reaction> {
        match self {
            Machine::Server(server) => server.hear(from, message),
            Machine::Database(database) => Some(database.hear(from, message)),
        }
    }

    fn wake(&mut self, timer: Timer, _: Time) -> Option<Reaction> {
        match (self, timer) {
            (Machine::Server(server), Timer::Unanswered(call, mark)) => server.wake(call, mark),
            (Machine::Database(database), timer) => database.wake(timer),
            (Machine::Server(_), _) => unreachable!("a node waits for nothing else"),
        }
    }

    fn stop(&mut self, _: Power) -> String {
        match self {
            Machine::Server(server) => server.stop(),
            Machine::Database(database) => database.stop(),
        }
    }

    fn start(&mut self, _: Time) -> (String, Vec<(Time, Timer)>) {
        let with = match self {
            Machine::Server(server) => format!("It has version {} of the code.", server.version),
            Machine::Database(database) => database.start(),
        };
        (with, Vec::new())
    }

    fn weight(&self, before: &Machine) -> u64 {
        match (self, before) {
            (Machine::Database(own), Machine::Database(before)) if !Rc::ptr_eq(&own.rows, &before.rows) => {
                (own.rows.len() * size_of::<Row>() + own.waiting.len() * size_of::<Message>()) as u64
            }
            _ => 0,
        }
    }
}
