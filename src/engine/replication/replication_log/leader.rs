//! The leader: it carries out statements, writes what was done into its log, and ships the log to the follower.

use std::rc::Rc;

use super::CLIENTS;
use super::entry::{self, Entry, Method};
use super::event::Event;
use super::message::{Bytes, Message};
use super::replica::{Executed, Replica};
use super::settings::Settings;
use super::shipping::Shipping;
use super::store::Store;
use super::tickets::TICKETS;
use super::{FOLLOWER, ReplicationLog, Timer};
use crate::cluster::{self, ClientId, Host, Power};
use crate::contract::Refused;
use crate::sim::{DiskError, Time};
use crate::table::{self, Change, Lock, Statement, Table, Value};
use crate::wording::count;

type Reaction = cluster::Reaction<ReplicationLog>;

#[derive(Clone)]
pub struct Leader {
    settings: Settings,
    pub replica: Replica,
    store: Store,
    /// The open transaction of each client.
    open: [Option<Rc<Transaction>>; CLIENTS],
    /// What each client has asked last, by its number: what comes twice is not done twice.
    asked: [u32; CLIENTS],
    pub log: Rc<Vec<Rc<Entry>>>,
    /// The rows of the change table that are committed. Each commit's are read out at once.
    pub change_table: Rc<Vec<Rc<str>>>,
    pub shipping: Shipping,
    /// Who has asked for a copy, with the number of that, and with which entry the follower has it.
    copying: Option<(ClientId, u32, u32)>,
}

/// What a client has done and not committed.
#[derive(Clone, Default)]
pub struct Transaction {
    changes: Vec<Change>,
    statements: Vec<Rc<str>>,
    /// What triggers have written into the change table.
    change_rows: Vec<Rc<str>>,
    /// Of one statement alone: the number under which it was asked.
    alone: Option<u32>,
}

/// What it is asked.
impl Leader {
    pub fn new(settings: &Settings) -> Leader {
        Leader {
            settings: *settings,
            replica: Replica::new(&TICKETS, 2 * settings.seed),
            store: Store::new(&TICKETS).expect("an empty disk has room"),
            open: [const { None }; CLIENTS],
            asked: [0; CLIENTS],
            log: Rc::default(),
            change_table: Rc::default(),
            shipping: Shipping::default(),
            copying: None,
        }
    }

    pub fn hear(&mut self, from: Host, message: &Message, now: Time) -> Option<Reaction> {
        match (from, message) {
            (Host::Client(client), Message::Statement { number, text }) => {
                let asked = &mut self.asked[client.index()];
                if *number <= *asked {
                    return None;
                }
                *asked = *number;
                Some(self.answer(client, *number, text, now).unwrap_or_else(|why| self.refuse(client, *number, why)))
            }
            (_, Message::Position { entries }) => {
                self.shipping.has(*entries);
                let next = self.ship();
                let copied = self.copying.take_if(|(.., position)| *entries >= *position);
                let Some((client, number, _)) = copied else { return next };
                Some(next.unwrap_or_else(Reaction::silent).send(client, Message::Done { number, rows: 0 }))
            }
            (_, Message::Halted { entries, reason }) => {
                self.shipping.halts(*entries);
                let (client, number, _) = self.copying.take()?;
                Some(Reaction::silent().send(client, Message::Refusal { number, reason: reason.clone() }))
            }
            _ => unreachable!("all else is for others"),
        }
    }

    fn answer(&mut self, client: ClientId, number: u32, text: &str, now: Time) -> Result<Reaction, Refused> {
        match text {
            "BEGIN" => self.begin(client, number),
            "COMMIT" => self.commit(client, number),
            "ROLLBACK" => self.roll_back(client, number),
            "COPY" => Ok(self.copy(client, number)),
            _ => {
                let statement = table::parse(text, &[TICKETS.table]).map_err(|mistake| mistake.problem)?;
                self.execute(client, number, &statement, now)
            }
        }
    }

    fn refuse(&mut self, client: ClientId, number: u32, Refused { reason, source }: Refused) -> Reaction {
        let event = Event::StatementRefused { client, reason: reason.clone() };
        Reaction::at(source, event).send(client, Message::Refusal { number, reason })
    }

    /// Carries out a statement in the client's open transaction, or else in one of its own.
    fn execute(
        &mut self,
        client: ClientId,
        number: u32,
        statement: &Statement,
        now: Time,
    ) -> Result<Reaction, Refused> {
        let most = entry::MAX_CHANGES;
        if self.open[client.index()].as_ref().is_some_and(|open| open.changes.len() + TICKETS.slots > most) {
            return Err(Refused::new(format!(
                "a transaction changes at most {most} rows; `commit` or `rollback` ends it"
            )));
        }
        let executed = self.replica.execute(statement, now, &self.locks(client))?;
        let alone = self.open[client.index()].is_none();
        let slots: Vec<usize> = executed.changes.iter().map(|change| change.slot).collect();
        let rows = slots.len();
        let text = if self.settings.fix { fixed(statement, &executed) } else { statement.text.clone() };
        let fired = self.settings.method == Method::Triggers;
        let transaction = Rc::make_mut(self.open[client.index()].get_or_insert_default());
        if fired {
            // The trigger: for each row that is changed, one row more, in the same transaction.
            transaction.change_rows.extend(executed.changes.iter().map(|change| entry::spell(change, &TICKETS)));
        }
        transaction.alone = alone.then_some(number);
        transaction.changes.extend(executed.changes);
        transaction.statements.push(text);
        let clock = Value::Time(self.replica.clock(now));
        let reaction = Reaction::new(Event::Executed { client, rows, slots, clock, alone, fired });
        if alone {
            return Ok(reaction.wake(Time::ZERO, Timer::Commit(client)));
        }
        Ok(reaction.send(client, Message::Done { number, rows: rows as u32 }))
    }

    /// A statement alone is done, and its transaction is to be committed.
    pub fn commit_alone(&mut self, client: ClientId) -> Option<Reaction> {
        let number = self.open[client.index()].as_ref()?.alone?;
        Some(self.commit(client, number).unwrap_or_else(|why| self.refuse(client, number, why)))
    }

    fn begin(&mut self, client: ClientId, number: u32) -> Result<Reaction, Refused> {
        let open = &mut self.open[client.index()];
        if open.is_some() {
            return Err(Refused::new(format!(
                "{client} has an open transaction already; `commit` or `rollback` ends it"
            )));
        }
        *open = Some(Rc::default());
        Ok(Reaction::new(Event::Began { client }).send(client, Message::Done { number, rows: 0 }))
    }

    fn commit(&mut self, client: ClientId, asked: u32) -> Result<Reaction, Refused> {
        let transaction = self.end(client)?;
        let (number, changes) = (self.log.len() as u32 + 1, &transaction.changes);
        let rows = transaction.alone.map_or(0, |_| changes.len() as u32);
        let done = Message::Done { number: asked, rows };
        let is_empty = match self.settings.method {
            Method::Statements => transaction.statements.is_empty(),
            _ => changes.is_empty(),
        };
        if is_empty {
            return Ok(Reaction::new(Event::NothingToLog { client }).send(client, done));
        }
        let bytes = match self.settings.method {
            Method::Statements => entry::of_texts(number, &transaction.statements),
            Method::WriteAheadLog => entry::of_pages(number, changes, &self.replica.table),
            Method::Rows => entry::of_rows(number, changes, &TICKETS),
            Method::Triggers => entry::of_texts(number, &transaction.change_rows),
        };
        if let Err(why) = self.make_durable(&bytes, number) {
            self.replica.undo(changes);
            return Err(why.into());
        }
        let method = self.settings.method;
        if method == Method::Triggers {
            Rc::make_mut(&mut self.change_table).extend(transaction.change_rows.iter().cloned());
        }
        let entry = Rc::new(Entry::read(bytes, method)?);
        Rc::make_mut(&mut self.log).push(entry.clone());
        let (is_free, waiting) = (self.shipping.is_free(&self.log), self.shipping.waiting(&self.log));
        // Where the follower has been silent, it is asked first.
        let sent = is_free && self.shipping.next(&self.log).is_some_and(|next| next.number == number);
        let event = Event::Committed { client, entry, method, sent, waiting, halted: self.shipping.halted };
        let reaction = Reaction::new(event);
        let reaction = match (is_free, sent) {
            (_, true) => self.shipping.send(&self.log, reaction),
            (true, _) => reaction.wake(Time::ZERO, Timer::Report),
            _ => reaction,
        };
        Ok(reaction.send(client, done))
    }

    fn roll_back(&mut self, client: ClientId, number: u32) -> Result<Reaction, Refused> {
        let transaction = self.end(client)?;
        self.replica.undo(&transaction.changes);
        let rows = transaction.changes.len();
        let next = self.replica.table.next_id();
        let event = Event::RolledBack { client, rows, next };
        Ok(Reaction::new(event).send(client, Message::Done { number, rows: 0 }))
    }

    /// Makes the follower anew: sends it what is committed, and the place in the log that belongs to it.
    fn copy(&mut self, client: ClientId, number: u32) -> Reaction {
        let (table, entries) = (self.committed(), self.log.len() as u32);
        self.copying = Some((client, number, entries));
        let next = table.next_id() as u32;
        let rows: Vec<_> = table.rows().map(|(_, row)| row).collect();
        let event = Event::CopySent { rows: rows.len(), entries };
        let bytes = match self.settings.method {
            Method::WriteAheadLog => table.bytes.to_vec(),
            _ => entry::of_inserted(rows, &TICKETS),
        };
        Reaction::new(event).send(FOLLOWER, Message::Copy { entries, next, bytes: Bytes(bytes.into()) })
    }
}

/// What it ships.
impl Leader {
    /// Sends what the follower needs next, if there is anything and it waits for nothing.
    fn ship(&mut self) -> Option<Reaction> {
        if !self.shipping.is_free(&self.log) {
            return None;
        }
        let next = self.shipping.next(&self.log)?;
        let event = Event::Shipped { number: next.number, bytes: next.bytes.len() };
        Some(self.shipping.send(&self.log, Reaction::new(event)))
    }

    /// It has started again, or links are open: how far the follower has come it must be told.
    pub fn inquire(&mut self) -> Option<Reaction> {
        if self.shipping.is_asked() {
            return None;
        }
        self.shipping = Shipping::unknown(&self.shipping);
        Some(self.shipping.send(&self.log, Reaction::new(Event::Inquired)))
    }

    /// What it has sent is not answered.
    pub fn try_again(&mut self, serial: u32) -> Option<Reaction> {
        let (attempt, waited) = self.shipping.unanswered(serial)?;
        let Some(attempt) = attempt else {
            return Some(Reaction::new(Event::FollowerSilent { waiting: self.shipping.waiting(&self.log), waited }));
        };
        let next = self.shipping.next(&self.log);
        let (number, bytes) = next.map_or((0, 0), |next| (next.number, next.bytes.len()));
        let event = Event::SentAgain { number, bytes, waited, attempt };
        Some(self.shipping.send(&self.log, Reaction::new(event)))
    }
}

/// What it has.
impl Leader {
    /// Puts an entry of the log on its disk, and then the table with all that is committed.
    fn make_durable(&mut self, entry: &[u8], number: u32) -> Result<(), DiskError> {
        self.store.append(entry)?;
        self.store.save(&self.committed(), number)
    }

    /// What is shown from then on is what its disk has, and what it will come back with.
    pub fn stop(&mut self, power: Power) -> String {
        let open = self.open.iter_mut().filter_map(Option::take).count();
        self.store.stop(power);
        let (table, entries) = self.store.table(&TICKETS).expect("what it has synced is there");
        let log = self.store.entries(entries).expect("what it has synced is there");
        let read = |bytes| Entry::read(bytes, self.settings.method).map(Rc::new).expect("it was written by itself");
        self.log = Rc::new(log.into_iter().map(read).collect());
        if self.settings.method == Method::Triggers {
            let rows = self.log.iter().flat_map(|entry| &entry.lines);
            self.change_table = Rc::new(rows.map(|row| row.as_str().into()).collect());
        }
        let next = table.next_id();
        (self.replica.table, self.asked, self.copying) = (table, [0; CLIENTS], None);
        self.shipping = Shipping::unknown(&self.shipping);
        let open = match open {
            0 => String::new(),
            1 => ": an open transaction is as if it had never been".to_owned(),
            open => format!(": {open} open transactions are as if they had never been"),
        };
        format!(
            "Its memory is gone{open}. On its disk are the table as it was committed and a log of {}; the next id is {next}.",
            count(entries, "entry")
        )
    }

    pub fn start(&self) -> String {
        format!("The leader has the table and the {} that its disk has.", count(self.log.len(), "entry"))
    }

    /// Takes the open transaction of a client.
    fn end(&mut self, client: ClientId) -> Result<Rc<Transaction>, Refused> {
        let open = self.open[client.index()].take();
        open.ok_or_else(|| Refused::new(format!("{client} has no open transaction; `begin` opens one")))
    }

    /// The open transactions of others than that client, each with whose it is.
    fn others(&self, client: Option<ClientId>) -> impl Iterator<Item = (ClientId, &Transaction)> {
        let all = (1..).map(ClientId::new).zip(&self.open);
        all.filter_map(|(owner, open)| Some((owner, &**open.as_ref()?)))
            .filter(move |(owner, _)| Some(*owner) != client)
    }

    /// The rows that open transactions of others have changed.
    fn locks(&self, client: ClientId) -> Vec<Lock> {
        let all = self.others(Some(client)).flat_map(|(owner, open)| open.changes.iter().map(move |it| (owner, it)));
        all.map(|(owner, it)| Lock { slot: it.slot, id: it.id().cloned(), owner: owner.to_string() }).collect()
    }

    /// Whose open transaction has changed that slot.
    pub fn owner(&self, slot: usize) -> Option<ClientId> {
        let changed = |open: &Transaction| open.changes.iter().any(|change| change.slot == slot);
        self.others(None).find(|(_, open)| changed(open)).map(|(owner, _)| owner)
    }

    /// Its table without what is not committed.
    pub fn committed(&self) -> Table {
        let mut replica = self.replica.clone();
        self.others(None).for_each(|(_, open)| replica.undo(&open.changes));
        replica.table
    }

    pub fn weight(&self, before: &Leader) -> u64 {
        let is_shared = Rc::ptr_eq(&self.log, &before.log);
        let log = if is_shared { 0 } else { (self.log.len() * size_of::<Rc<Entry>>()) as u64 };
        log + self.replica.table.weight(&before.replica.table)
    }
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
