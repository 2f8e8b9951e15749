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
//! Whether the replicas hold the same is found by comparing their rows ([`compare`]), never by knowing which statement
//! is a bad one.
//!
//! # Reading order
//!
//! [`value`] and [`table`] are the store, [`statement`], [`evaluate`] and [`replica`] its language; [`entry`] encodes and
//! applies the four kinds of log.
//!
//! # Simpler than the real one because
//!
//! - one table, `tickets`, with room for twelve rows; `RAND()` is a whole number below 1000, as there are no fractions;
//! - a transaction never waits for a lock: a statement that meets a row of another open transaction is refused;
//! - the write-ahead log is there to be shipped and not to recover from a crash, and tells of a transaction when it
//!   commits, where a real one is written as the transaction goes;
//! - one follower, on a link that takes 40 ms and never loses anything. MySQL, PostgreSQL and Oracle ship to many;
//! - with `fix` on, the leader puts values in place of `NOW()` and of a `RAND()` that was asked once. MySQL ships the
//!   time and the seed of the random numbers beside the statement instead, and changes to rows where it sees a risk.

mod command;
pub mod compare;
pub mod entry;
mod evaluate;
mod event;
mod replica;
mod ship;
mod statement;
mod table;
mod token;
mod value;

pub use command::Command;
pub use compare::Difference;
pub use entry::{Entry, Method};
pub use event::Event;
pub use replica::Replica;
pub use table::{SLOTS, Table};
pub use value::{Value, Version};

use std::rc::Rc;

use serde_json::{Value as Json, json};

use crate::command::{BadCommand, Words};
use crate::contract::{BadParameter, CommandForm, Counter, Dump, Engine, Outcome, Parameter, Parameters, Probe};
use crate::replication::ClientId;
use crate::sim::Time;
use replica::{Change, Executed, Lock};
use statement::Statement;

/// How long a statement takes, so that the next one sees a later time.
const WORK: Time = Time::from_millis(10);
/// How many clients there are, each with at most one open transaction.
pub const CLIENTS: usize = 3;

/// The leader, its log and its follower.
#[derive(Clone)]
pub struct LogShipping {
    method: Method,
    /// Whether the leader puts values in place of `NOW()` and `RAND()`.
    fix: bool,
    now: Time,
    leader: Replica,
    follower: Replica,
    /// The open transaction of each client.
    open: [Option<Rc<Transaction>>; CLIENTS],
    log: Rc<Vec<Rc<Entry>>>,
    /// The rows of the change table that are committed, and how many of them have been read out.
    change_table: Rc<Vec<Rc<str>>>,
    changes_read: usize,
    /// How many entries the follower has carried out.
    applied: usize,
    /// Whether the next entry is on its way.
    on_the_way: bool,
    cut: bool,
    /// Why the follower has stopped, if it has.
    halted: Option<Rc<str>>,
    /// What the last comparison has found.
    differences: Rc<Vec<Difference>>,
    tally: Tally,
}

/// What a client has done and not committed.
#[derive(Clone, Default)]
pub struct Transaction {
    changes: Vec<Change>,
    statements: Vec<Rc<str>>,
    /// What triggers have written into the change table.
    change_rows: Vec<Rc<str>>,
}

#[derive(Clone, Copy, Default)]
struct Tally {
    statements: u64,
    rows_changed: u64,
    log_bytes: u64,
    bytes_shipped: u64,
}

impl Engine for LogShipping {
    type Command = Command;
    type Event = Event;

    const PARAMETERS: &'static [Parameter] = command::PARAMETERS;
    const COMMANDS: &'static [CommandForm] = command::COMMANDS;

    fn open(parameters: &Parameters) -> Result<LogShipping, BadParameter> {
        let seed = parameters.integer("seed");
        let version = match parameters.text("follower") {
            "older" => Version(Version::LEADER.0 - 1),
            "newer" => Version(Version::LEADER.0 + 1),
            _ => Version::LEADER,
        };
        // Each replica has its own chance: two seeds that no two parameters share.
        let mut follower = Replica::new(version, parameters.integer("skew"), 2 * seed + 1);
        follower.shuffle_places();
        Ok(LogShipping {
            method: match parameters.text("method") {
                "statement" => Method::Statements,
                "wal" => Method::WriteAheadLog,
                "row" => Method::Rows,
                _ => Method::Triggers,
            },
            fix: parameters.switch("fix"),
            now: Time::ZERO,
            leader: Replica::new(Version::LEADER, 0, 2 * seed),
            follower,
            open: [const { None }; CLIENTS],
            log: Rc::default(),
            change_table: Rc::default(),
            changes_read: 0,
            applied: 0,
            on_the_way: false,
            cut: false,
            halted: None,
            differences: Rc::default(),
            tally: Tally::default(),
        })
    }

    fn parse(words: &mut Words) -> Result<Command, BadCommand> {
        command::parse(words)
    }

    fn execute(&mut self, command: &Command, probe: &mut impl Probe<Self>) -> Outcome {
        let done = match command {
            Command::Statement(statement, client) => self.write(statement, *client, probe),
            Command::Begin(client) => self.begin(*client, probe),
            Command::Commit(client) => self.commit(*client, probe),
            Command::RollBack(client) => self.roll_back(*client, probe),
            Command::Cut => {
                self.cut = true;
                probe.step(|| Event::LinkCut, self);
                Ok(())
            }
            Command::Heal => {
                self.cut = false;
                let waiting = self.waiting();
                probe.step(|| Event::LinkOpened { waiting }, self);
                self.ship(probe);
                Ok(())
            }
            Command::Copy => self.copy(probe),
            Command::Run(time) => {
                self.now += *time;
                let (leader, follower) = self.clocks();
                probe.step(|| Event::TimePassed { leader, follower }, self);
                Ok(())
            }
        };
        match done {
            Ok(()) => Outcome::Done,
            Err(reason) => {
                probe.step(|| Event::Refused { reason: reason.as_str().into() }, self);
                Outcome::Refused(reason)
            }
        }
    }

    /// Every step leaves all replicas at rest.
    fn may_follow_a_cut(_: &Command) -> bool {
        true
    }

    fn counters(&self) -> Vec<Counter> {
        let Tally { statements, rows_changed, log_bytes, bytes_shipped } = self.tally;
        let counter = |name, value| Counter { name, value };
        vec![
            counter("statements", statements),
            counter("rows_changed", rows_changed),
            counter("change_table_rows", self.change_table.len() as u64),
            counter("log_entries", self.log.len() as u64),
            counter("log_bytes", log_bytes),
            counter("bytes_shipped", bytes_shipped),
            counter("entries_waiting", self.waiting() as u64),
            counter("differences", self.differences.len() as u64),
            counter("time_us", self.now.as_micros()),
        ]
    }

    fn state(&self) -> Json {
        let table = |replica: &Replica| -> Json {
            let rows = replica.table.rows().map(|(slot, row)| {
                let columns = replica.table.version.columns().iter().zip(&row);
                let mut json: serde_json::Map<_, _> =
                    columns.map(|(column, value)| (column.name.to_owned(), value.to_string().into())).collect();
                json.insert("slot".to_owned(), slot.into());
                Json::Object(json)
            });
            rows.collect()
        };
        json!({
            "leader": table(&self.leader),
            "follower": table(&self.follower),
            "log": self.log.iter().map(|entry| json!({
                "number": entry.number,
                "says": entry.lines,
                "bytes": entry.bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>(),
            })).collect::<Json>(),
            "change_table": self.change_table.iter().map(|row| &**row).collect::<Json>(),
            "applied": self.applied,
            "halted": self.halted.as_deref(),
            "differences": self.differences.iter().map(Difference::to_string).collect::<Json>(),
        })
    }
}

impl LogShipping {
    /// Carries out a statement on the leader, in the client's open transaction, or else in one of its own.
    fn write(&mut self, statement: &Statement, client: ClientId, probe: &mut impl Probe<Self>) -> Result<(), String> {
        self.now += WORK;
        if self.open[client.index()].as_ref().is_some_and(|open| open.changes.len() + SLOTS > entry::MAX_CHANGES) {
            return Err(format!(
                "a transaction changes at most {} rows; `commit` or `rollback` ends it",
                entry::MAX_CHANGES
            ));
        }
        let locks = self.locks(client);
        let executed = self.leader.execute(statement, self.now, &locks)?;
        let alone = self.open[client.index()].is_none();
        let (slots, rows) = (slots_of(&executed), executed.changes.len());
        let text = if self.fix { fixed(statement, &executed) } else { statement.text.clone() };
        self.tally.statements += 1;
        self.tally.rows_changed += rows as u64;
        let (fired, version) = (self.method == Method::Triggers, self.leader.table.version);
        let transaction = Rc::make_mut(self.open[client.index()].get_or_insert_default());
        if fired {
            // The trigger: for each row that is changed, one row more, in the same transaction.
            transaction.change_rows.extend(executed.changes.iter().map(|change| entry::spell(change, version)));
        }
        transaction.changes.extend(executed.changes);
        transaction.statements.push(text);
        let clock = self.leader.clock(self.now);
        probe.step(|| Event::Executed { client, rows, slots, clock: Value::Time(clock), alone, fired }, self);
        if alone { self.commit(client, probe) } else { Ok(()) }
    }

    fn begin(&mut self, client: ClientId, probe: &mut impl Probe<Self>) -> Result<(), String> {
        if self.open[client.index()].is_some() {
            return Err(format!("{client} has an open transaction already; `commit` or `rollback` ends it"));
        }
        self.open[client.index()] = Some(Rc::default());
        probe.step(|| Event::Began { client }, self);
        Ok(())
    }

    fn commit(&mut self, client: ClientId, probe: &mut impl Probe<Self>) -> Result<(), String> {
        let transaction = self.end(client)?;
        let number = self.log.len() as u32 + 1;
        let (changes, version) = (&transaction.changes, self.leader.table.version);
        let is_empty = match self.method {
            Method::Statements => transaction.statements.is_empty(),
            _ => changes.is_empty(),
        };
        if is_empty {
            probe.step(|| Event::NothingToLog { client }, self);
            return Ok(());
        }
        let entry = match self.method {
            Method::Statements => entry::of_texts(number, &transaction.statements),
            Method::WriteAheadLog => entry::of_pages(number, changes, &self.leader.table),
            Method::Rows => entry::of_rows(number, changes, version),
            Method::Triggers => {
                let rows = transaction.change_rows.len();
                Rc::make_mut(&mut self.change_table).extend(transaction.change_rows.iter().cloned());
                probe.step(|| Event::ChangesCommitted { client, rows }, self);
                let read = entry::of_texts(number, &self.change_table[self.changes_read..]);
                self.changes_read = self.change_table.len();
                read
            }
        };
        self.tally.log_bytes += entry.bytes.len() as u64;
        let entry = Rc::new(entry);
        Rc::make_mut(&mut self.log).push(entry.clone());
        let method = self.method;
        probe.step(|| Event::Committed { client, entry, method }, self);
        self.ship(probe);
        Ok(())
    }

    fn roll_back(&mut self, client: ClientId, probe: &mut impl Probe<Self>) -> Result<(), String> {
        let transaction = self.end(client)?;
        self.leader.undo(&transaction.changes);
        let rows = transaction.changes.len();
        let next = self.leader.table.next_id();
        probe.step(|| Event::RolledBack { client, rows, next }, self);
        Ok(())
    }

    /// Takes the open transaction of a client.
    fn end(&mut self, client: ClientId) -> Result<Rc<Transaction>, String> {
        self.open[client.index()].take().ok_or_else(|| format!("{client} has no open transaction; `begin` opens one"))
    }

    /// The slots that open transactions of others have changed.
    fn locks(&self, client: ClientId) -> Vec<Lock> {
        let mut locks = Vec::new();
        for (place, transaction) in self.open.iter().enumerate() {
            let owner = ClientId::new(place as u8 + 1);
            if let Some(transaction) = transaction
                && owner != client
            {
                locks.extend(transaction.changes.iter().map(|change| (change.slot, owner)));
            }
        }
        locks
    }

    /// The leader's table without what is not committed.
    fn committed(&self) -> Table {
        let mut leader = self.leader.clone();
        for transaction in self.open.iter().flatten() {
            leader.undo(&transaction.changes);
        }
        leader.table
    }

    /// How many entries the follower has not carried out yet.
    pub fn waiting(&self) -> usize {
        self.log.len() - self.applied
    }

    fn clocks(&self) -> (Value, Value) {
        (Value::Time(self.leader.clock(self.now)), Value::Time(self.follower.clock(self.now)))
    }
}

/// What a figure shows.
impl LogShipping {
    pub fn method(&self) -> Method {
        self.method
    }

    pub fn leader(&self) -> &Table {
        &self.leader.table
    }

    pub fn follower(&self) -> &Table {
        &self.follower.table
    }

    /// What the clocks of the leader and of the follower show.
    pub fn clock_times(&self) -> (Value, Value) {
        self.clocks()
    }

    /// Whose open transaction has changed that slot of the leader.
    pub fn owner(&self, slot: usize) -> Option<ClientId> {
        let owners = (1..).map(ClientId::new).zip(&self.open);
        let mut owning = owners.filter(|(_, transaction)| {
            transaction.as_ref().is_some_and(|transaction| transaction.changes.iter().any(|change| change.slot == slot))
        });
        owning.next().map(|(client, _)| client)
    }

    pub fn log(&self) -> &[Rc<Entry>] {
        &self.log
    }

    /// How many entries the follower has carried out.
    pub fn applied(&self) -> usize {
        self.applied
    }

    pub fn is_on_the_way(&self) -> bool {
        self.on_the_way
    }

    pub fn is_cut(&self) -> bool {
        self.cut
    }

    /// Why the follower has stopped, if it has.
    pub fn halted(&self) -> Option<&str> {
        self.halted.as_deref()
    }

    pub fn differences(&self) -> &[Difference] {
        &self.differences
    }

    /// The bytes of `entry 3`, `leader/row 2` or `follower/row 2`, explained.
    pub fn dump(&self, key: &str) -> Option<Dump> {
        if let Some(number) = key.strip_prefix("entry ") {
            let place = number.parse::<usize>().ok()?.checked_sub(1)?;
            let bytes = self.log.get(place)?.bytes.clone();
            let spans = entry::explain(&bytes, self.method);
            return Some(Dump { title: format!("Entry {number} as it is shipped"), offset: 0, bytes, spans });
        }
        let (name, id) = key.split_once("/row ")?;
        let table = if name == "leader" { self.leader() } else { self.follower() };
        let (slot, _) = table.find(&Value::Integer(id.parse().ok()?))?;
        let range = table.range(slot);
        Some(Dump {
            title: format!("Row {id} in the file of the {name}, format version {}", table.version.0),
            offset: range.start as u64,
            bytes: table.bytes()[range].to_vec(),
            spans: table.explain(slot),
        })
    }
}

fn slots_of(executed: &Executed) -> Vec<usize> {
    executed.changes.iter().map(|change| change.slot).collect()
}

/// The statement with values in place of `NOW()`, and of each `RAND()` that was asked exactly once: where it was asked
/// for each of several rows, there is no one value to put there.
fn fixed(statement: &Statement, executed: &Executed) -> Rc<str> {
    let mut text = statement.text.to_string();
    let mut end = text.len();
    // From the back, so that the places further ahead stay what they are.
    loop {
        let calls = executed.answers.iter().filter(|(call, _)| call.end <= end);
        let Some((call, value)) = calls.max_by_key(|(call, _)| call.start) else { break };
        let asked = executed.answers.iter().filter(|(other, _)| other == call).count();
        if asked == 1 || matches!(value, Value::Time(_)) {
            text.replace_range(call.clone(), &value.literal());
        }
        end = call.start;
    }
    text.into()
}

#[cfg(test)]
mod tests;
