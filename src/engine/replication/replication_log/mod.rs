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
//! Whether the replicas hold the same is found by comparing their rows ([`compare`](crate::table::compare)), never by knowing which statement
//! is a bad one.
//!
//! # Reading order
//!
//! [`crate::table`] has the rows and their language, [`tickets`] the table of each version; [`replica`] is one copy of it,
//! [`store`] what is on a replica's disk; [`entry`] encodes and applies the four kinds of log, and [`ship`] sends them.
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
//! - one follower, on a link that takes 40 ms; whether the link is cut or the other end off, both know at once. The next
//!   entry is sent when the one before is acknowledged. MySQL, PostgreSQL and Oracle ship to many, in a stream;
//! - clients sit beside the leader: what they ask takes no time to come to it;
//! - with `fix` on, the leader puts values in place of `NOW()` and of a `RAND()` that was asked once. MySQL ships the
//!   time and the seed of the random numbers beside the statement instead, and changes to rows where it sees a risk.

mod bytes;
mod command;
pub mod entry;
mod event;
mod replica;
mod settings;
pub mod ship;
pub mod store;
pub mod tickets;
mod view;

pub use command::{Asked, Command, Which};
pub use entry::{Entry, Method};
pub use event::Event;
pub use replica::Replica;
pub use settings::{Release, Settings};
pub use tickets::TICKETS;

use std::rc::Rc;

use crate::contract::{Counter, Engine, Outcome, Probe, Refused};
use crate::replication::{ClientId, Host, World};
use crate::sim::network::Conditions;
use crate::sim::{DiskError, Envelope, Time};
use crate::table::{Change, Difference, Lock, Statement, Table, Value};
use replica::Executed;
use ship::Message;
use store::Store;

/// How long a message travels.
const LINK: Time = Time::from_millis(40);
/// How long a statement takes, so that the next one sees a later time.
const WORK: Time = Time::from_millis(10);
/// How many clients there are, each with at most one open transaction.
pub const CLIENTS: usize = 3;

/// The leader, its log and its follower.
#[derive(Clone)]
pub struct ReplicationLog {
    pub settings: Settings,
    world: World<Message, ()>,
    /// The message that has just arrived.
    passed: Option<Rc<Envelope<Host, Message>>>,
    leader: Replica,
    leader_store: Store,
    follower: Replica,
    follower_store: Store,
    /// The open transaction of each client.
    open: [Option<Rc<Transaction>>; CLIENTS],
    pub log: Rc<Vec<Rc<Entry>>>,
    /// The rows of the change table that are committed. Each commit's are read out at once.
    change_table: Rc<Vec<Rc<str>>>,
    /// How many entries the follower has carried out.
    pub applied: usize,
    /// And as the leader knows.
    acknowledged: usize,
    /// Whether the follower listens, as the leader knows.
    connected: bool,
    /// Why the follower has stopped, if it has.
    halted: Option<Rc<str>>,
    /// What the last comparison has found.
    pub differences: Rc<Vec<Difference>>,
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

impl Engine for ReplicationLog {
    type Settings = Settings;
    type Command = Command;
    type Event = Event;

    fn new(settings: Settings) -> ReplicationLog {
        let schema = settings.follower.schema();
        // Each replica has its own chance: two seeds that no two parameters share.
        let mut follower = Replica::new(schema, settings.skew, 2 * settings.seed + 1);
        follower.shuffle_places();
        let stored = |schema| Store::new(schema).expect("an empty disk has room");
        let conditions = Conditions { delay: LINK, jitter: Time::ZERO, loss_percent: 0 };
        ReplicationLog {
            settings,
            world: World::new(conditions, settings.seed),
            passed: None,
            leader: Replica::new(&TICKETS, Time::ZERO, 2 * settings.seed),
            leader_store: stored(&TICKETS),
            follower,
            follower_store: stored(schema),
            open: [const { None }; CLIENTS],
            log: Rc::default(),
            change_table: Rc::default(),
            applied: 0,
            acknowledged: 0,
            connected: true,
            halted: None,
            differences: Rc::default(),
            tally: Tally::default(),
        }
    }

    fn carry_out(&mut self, command: &Command, probe: &mut impl Probe<Self>) -> Result<Outcome, Refused> {
        self.passed = None;
        let done = match command {
            Command::Statement(asked) => self.write(&asked.statement, asked.client, probe),
            Command::Begin { client } => self.begin(*client, probe),
            Command::Commit { client } => self.commit(*client, probe),
            Command::RollBack { client } => self.roll_back(*client, probe),
            Command::Cut => {
                self.world.network.cut(Which::Leader.host(), Which::Follower.host());
                self.connected = false;
                probe.step(|| Event::LinkCut, self);
                Ok(())
            }
            Command::Heal => {
                self.world.network.heal();
                let waiting = self.waiting();
                self.reconnect();
                probe.step(|| Event::LinkOpened { waiting }, self);
                self.ship(probe);
                Ok(())
            }
            Command::Copy => self.copy(probe),
            Command::Stop { replica } => self.stop(*replica, probe),
            Command::Start { replica } => self.start(*replica, probe),
            Command::Run { time } => {
                self.pass(*time, probe);
                let (leader, follower) = self.clocks();
                probe.step(|| Event::TimePassed { leader, follower }, self);
                Ok(())
            }
        };
        done.map(|()| Outcome::Done)
    }

    fn counters(&self) -> Vec<Counter> {
        view::counters(self)
    }

    fn state(&self) -> serde_json::Value {
        view::state(self)
    }
}

impl ReplicationLog {
    /// Carries out a statement on the leader, in the client's open transaction, or else in one of its own.
    fn write(&mut self, statement: &Statement, client: ClientId, probe: &mut impl Probe<Self>) -> Result<(), Refused> {
        self.check_up(Which::Leader)?;
        self.pass(WORK, probe);
        if self.open[client.index()]
            .as_ref()
            .is_some_and(|open| open.changes.len() + TICKETS.slots > entry::MAX_CHANGES)
        {
            return Err(Refused::new(format!(
                "a transaction changes at most {} rows; `commit` or `rollback` ends it",
                entry::MAX_CHANGES
            )));
        }
        let locks = self.locks(client);
        let executed = self.leader.execute(statement, self.world.now(), &locks)?;
        let alone = self.open[client.index()].is_none();
        let (slots, rows) = (slots_of(&executed), executed.changes.len());
        let text = if self.settings.fix { fixed(statement, &executed) } else { statement.text.clone() };
        self.tally.statements += 1;
        self.tally.rows_changed += rows as u64;
        let (fired, schema) = (self.settings.method == Method::Triggers, self.leader.table.schema);
        let transaction = Rc::make_mut(self.open[client.index()].get_or_insert_default());
        if fired {
            // The trigger: for each row that is changed, one row more, in the same transaction.
            transaction.change_rows.extend(executed.changes.iter().map(|change| entry::spell(change, schema)));
        }
        transaction.changes.extend(executed.changes);
        transaction.statements.push(text);
        let clock = self.leader.clock(self.world.now());
        probe.step(|| Event::Executed { client, rows, slots, clock: Value::Time(clock), alone, fired }, self);
        if alone { self.commit(client, probe) } else { Ok(()) }
    }

    fn begin(&mut self, client: ClientId, probe: &mut impl Probe<Self>) -> Result<(), Refused> {
        self.check_up(Which::Leader)?;
        if self.open[client.index()].is_some() {
            return Err(Refused::new(format!(
                "{client} has an open transaction already; `commit` or `rollback` ends it"
            )));
        }
        self.open[client.index()] = Some(Rc::default());
        probe.step(|| Event::Began { client }, self);
        Ok(())
    }

    fn commit(&mut self, client: ClientId, probe: &mut impl Probe<Self>) -> Result<(), Refused> {
        let transaction = self.end(client)?;
        let number = self.log.len() as u32 + 1;
        let (changes, schema) = (&transaction.changes, self.leader.table.schema);
        let is_empty = match self.settings.method {
            Method::Statements => transaction.statements.is_empty(),
            _ => changes.is_empty(),
        };
        if is_empty {
            probe.step(|| Event::NothingToLog { client }, self);
            return Ok(());
        }
        let rows = transaction.change_rows.len();
        let bytes = match self.settings.method {
            Method::Statements => entry::of_texts(number, &transaction.statements),
            Method::WriteAheadLog => entry::of_pages(number, changes, &self.leader.table),
            Method::Rows => entry::of_rows(number, changes, schema),
            Method::Triggers => entry::of_texts(number, &transaction.change_rows),
        };
        if let Err(why) = self.make_durable(&bytes, number) {
            self.leader.undo(changes);
            return Err(Refused::new(why));
        }
        if self.settings.method == Method::Triggers {
            Rc::make_mut(&mut self.change_table).extend(transaction.change_rows.iter().cloned());
            probe.step(|| Event::ChangesCommitted { client, rows }, self);
        }
        let entry = Rc::new(Entry::read(bytes, self.settings.method)?);
        self.tally.log_bytes += entry.bytes.len() as u64;
        Rc::make_mut(&mut self.log).push(entry.clone());
        let method = self.settings.method;
        probe.step(|| Event::Committed { client, entry, method }, self);
        self.ship(probe);
        Ok(())
    }

    /// Puts an entry of the log on the leader's disk, and then the table with all that is committed.
    fn make_durable(&mut self, entry: &[u8], number: u32) -> Result<(), DiskError> {
        self.leader_store.append(entry)?;
        self.leader_store.save(&self.committed(), number)
    }

    /// The plug is pulled. What is shown from then on is what the disk has, and what the replica will come back with.
    fn stop(&mut self, which: Which, probe: &mut impl Probe<Self>) -> Result<(), Refused> {
        self.check_up(which)?;
        self.world.network.set_up(which.host(), false);
        self.connected = false;
        let damaged = || format!("what the {} has on its disk is not what was written", which.name());
        let event = if which == Which::Leader {
            let open = self.open.iter_mut().filter_map(Option::take).count();
            self.leader_store.crash();
            let (table, entries) = self.leader_store.table(&TICKETS).ok_or_else(damaged)?;
            let log = self.leader_store.entries(entries).ok_or_else(damaged)?;
            let log: Result<Vec<_>, _> =
                log.into_iter().map(|bytes| Entry::read(bytes, self.settings.method).map(Rc::new)).collect();
            self.log = Rc::new(log?);
            if self.settings.method == Method::Triggers {
                let rows = self.log.iter().flat_map(|entry| &entry.lines);
                self.change_table = Rc::new(rows.map(|row| row.as_str().into()).collect());
            }
            (self.leader.table, self.acknowledged) = (table, 0);
            Event::Stopped { which, open, entries: entries as usize, next: self.leader.table.next_id() }
        } else {
            self.follower_store.crash();
            let (table, entries) = self.follower_store.table(self.follower.table.schema).ok_or_else(damaged)?;
            (self.follower.table, self.applied, self.halted) = (table, entries as usize, None);
            Event::Stopped { which, open: 0, entries: self.applied, next: self.follower.table.next_id() }
        };
        probe.step(|| event, self);
        Ok(())
    }

    fn start(&mut self, which: Which, probe: &mut impl Probe<Self>) -> Result<(), Refused> {
        if self.is_up(which) {
            return Err(Refused::new(format!("the {} is not off", which.name())));
        }
        self.world.network.set_up(which.host(), true);
        let entries = if which == Which::Leader { self.log.len() } else { self.applied };
        self.reconnect();
        probe.step(|| Event::Started { which, entries }, self);
        self.ship(probe);
        Ok(())
    }

    fn check_up(&self, which: Which) -> Result<(), Refused> {
        if self.is_up(which) {
            return Ok(());
        }
        let name = which.name();
        Err(Refused::new(format!("the {name} is off; `start {name}` lets it come back")))
    }

    /// Lets time pass. A command waits for what it has sent; but one that was cut short has left that on its way, or to be
    /// sent, and it goes on first.
    fn pass(&mut self, time: Time, probe: &mut impl Probe<Self>) {
        let until = self.world.now() + time;
        let may_send = self.connected && self.is_up(Which::Leader) && self.acknowledged < self.log.len();
        if self.world.network.load() > 0 || may_send {
            self.ship(probe);
        }
        self.world.pass(until.max(self.world.now()));
    }

    fn roll_back(&mut self, client: ClientId, probe: &mut impl Probe<Self>) -> Result<(), Refused> {
        let transaction = self.end(client)?;
        self.leader.undo(&transaction.changes);
        let rows = transaction.changes.len();
        let next = self.leader.table.next_id();
        probe.step(|| Event::RolledBack { client, rows, next }, self);
        Ok(())
    }

    /// Takes the open transaction of a client.
    fn end(&mut self, client: ClientId) -> Result<Rc<Transaction>, Refused> {
        self.check_up(Which::Leader)?;
        let open = self.open[client.index()].take();
        open.ok_or_else(|| Refused::new(format!("{client} has no open transaction; `begin` opens one")))
    }

    /// The rows that open transactions of others have changed.
    fn locks(&self, client: ClientId) -> Vec<Lock> {
        let mut locks = Vec::new();
        for (place, transaction) in self.open.iter().enumerate() {
            let other = ClientId::new(place as u8 + 1);
            if let Some(transaction) = transaction
                && other != client
            {
                let lock =
                    |change: &Change| Lock { slot: change.slot, id: change.id().cloned(), owner: other.to_string() };
                locks.extend(transaction.changes.iter().map(lock));
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
}

/// A difference, as a sentence has it.
pub fn told(difference: &Difference) -> String {
    difference.told("leader", "follower")
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
