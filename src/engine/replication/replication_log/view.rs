//! What can be seen of both replicas and of the log from outside: for programs, and for whoever draws it.

use serde_json::{Value as Json, json};

use super::entry::Entry;
use super::replica::Replica;
use super::ship::Message;
use super::{ReplicationLog, Tally, Which, told};
use crate::contract::Counter;
use crate::replication::{ClientId, Host};
use crate::sim::{Envelope, Network, Time};
use crate::table::{Table, Value};

impl ReplicationLog {
    pub fn leader(&self) -> &Table {
        &self.leader.table
    }

    pub fn follower(&self) -> &Table {
        &self.follower.table
    }

    /// What the clocks of the leader and of the follower show.
    pub fn clocks(&self) -> (Value, Value) {
        (Value::Time(self.leader.clock(self.now())), Value::Time(self.follower.clock(self.now())))
    }

    /// Whose open transaction has changed that slot of the leader.
    pub fn owner(&self, slot: usize) -> Option<ClientId> {
        let owners = (1..).map(ClientId::new).zip(&self.open);
        let mut owning = owners.filter(|(_, transaction)| {
            transaction.as_ref().is_some_and(|transaction| transaction.changes.iter().any(|change| change.slot == slot))
        });
        owning.next().map(|(client, _)| client)
    }

    pub fn now(&self) -> Time {
        self.world.now()
    }

    pub fn network(&self) -> &Network<Host, Message> {
        &self.world.network
    }

    /// The message that has just arrived.
    pub fn passed(&self) -> Option<&Envelope<Host, Message>> {
        self.passed.as_deref()
    }

    /// The entry that is on its way.
    pub fn on_the_way(&self) -> Option<&Entry> {
        self.world.network.in_flight().find_map(|envelope| match &envelope.payload {
            Message::Entry(entry) => Some(&**entry),
            _ => None,
        })
    }

    pub fn is_up(&self, which: Which) -> bool {
        self.world.network.is_up(which.host())
    }

    pub fn is_cut(&self) -> bool {
        !self.world.network.is_open(Which::Leader.host(), Which::Follower.host())
    }

    /// Why the follower has stopped, if it has.
    pub fn halted(&self) -> Option<&str> {
        self.halted.as_deref()
    }
}

pub(super) fn counters(engine: &ReplicationLog) -> Vec<Counter> {
    let Tally { statements, rows_changed, log_bytes, bytes_shipped } = engine.tally;
    let counter = |name, value| Counter { name, value };
    vec![
        counter("statements", statements),
        counter("rows_changed", rows_changed),
        counter("change_table_rows", engine.change_table.len() as u64),
        counter("log_entries", engine.log.len() as u64),
        counter("log_bytes", log_bytes),
        counter("bytes_shipped", bytes_shipped),
        counter("entries_waiting", engine.waiting() as u64),
        counter("differences", engine.differences.len() as u64),
        counter("time_us", engine.world.now().as_micros()),
    ]
}

pub(super) fn state(engine: &ReplicationLog) -> Json {
    let table = |replica: &Replica| -> Json {
        let rows = replica.table.rows().map(|(slot, row)| {
            let columns = replica.table.schema.columns.iter().zip(&row);
            let mut json: serde_json::Map<_, _> =
                columns.map(|(column, value)| (column.name.to_owned(), value.to_string().into())).collect();
            json.insert("slot".to_owned(), slot.into());
            Json::Object(json)
        });
        rows.collect()
    };
    json!({
        "leader": table(&engine.leader),
        "leader_up": engine.is_up(Which::Leader),
        "follower": table(&engine.follower),
        "follower_up": engine.is_up(Which::Follower),
        "log": engine.log.iter().map(|entry| json!({
            "number": entry.number,
            "says": entry.lines,
            "bytes": entry.bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>(),
        })).collect::<Json>(),
        "change_table": engine.change_table.iter().map(|row| &**row).collect::<Json>(),
        "applied": engine.applied,
        "halted": engine.halted.as_deref(),
        "differences": engine.differences.iter().map(told).collect::<Json>(),
    })
}
