//! The follower: it carries out what comes, entry by entry, and says how far it has come.

use std::rc::Rc;

use super::entry::{self, Method};
use super::event::{Compared, Event};
use super::message::{Bytes, Message};
use super::replica::Replica;
use super::settings::Settings;
use super::store::Store;
use super::{LEADER, ReplicationLog};
use crate::cluster::{Power, Reaction};
use crate::contract::Refused;
use crate::sim::Time;
use crate::table::{Table, Value};
use crate::wording::count;

#[derive(Clone)]
pub struct Follower {
    method: Method,
    pub replica: Replica,
    store: Store,
    /// How many entries it has carried out: on its disk, and in one file with the rows.
    pub applied: u32,
    /// Why it has stopped, if it has.
    pub halted: Option<Rc<str>>,
    pub was_off: bool,
}

impl Follower {
    pub fn new(settings: &Settings) -> Follower {
        let schema = settings.follower.schema();
        // Each replica has its own chance: two seeds that no two parameters share.
        let mut replica = Replica::new(schema, 2 * settings.seed + 1);
        replica.shuffle_places();
        let store = Store::new(schema).expect("an empty disk has room");
        Follower { method: settings.method, replica, store, applied: 0, halted: None, was_off: false }
    }

    pub fn hear(&mut self, message: &Message, now: Time) -> Option<Reaction<ReplicationLog>> {
        match message {
            Message::Entry { bytes } => {
                let number = message.entry()?;
                match () {
                    () if self.halted.is_some() || number > self.applied + 1 => {
                        Some(Reaction::silent().send(LEADER, self.says()))
                    }
                    () if number <= self.applied => {
                        Some(Reaction::new(Event::HadIt { number }).send(LEADER, self.says()))
                    }
                    () => Some(self.apply(number, &bytes.0, now)),
                }
            }
            Message::Copy { entries, .. } if *entries < self.applied => None,
            Message::Copy { entries, next, bytes } => Some(self.take_over(*entries, *next as i32, bytes, now)),
            Message::Inquiry => Some(Reaction::silent().send(LEADER, self.says())),
            _ => unreachable!("all else is for others"),
        }
    }

    /// It has started again, and tells the leader.
    pub fn report(&self) -> Reaction<ReplicationLog> {
        Reaction::new(Event::Reported { entries: self.applied }).send(LEADER, self.says())
    }

    fn says(&self) -> Message {
        let entries = self.applied;
        match &self.halted {
            Some(reason) => Message::Halted { entries, reason: reason.clone() },
            None => Message::Position { entries },
        }
    }

    /// Carries out an entry: wholly and durably, before it says so, or not at all.
    fn apply(&mut self, number: u32, bytes: &[u8], now: Time) -> Reaction<ReplicationLog> {
        let (method, old) = (self.method, self.replica.clone());
        let done = entry::apply(bytes, method, &mut self.replica, now);
        if let Err(why) = done.and_then(|()| self.save(number)) {
            return self.halt(old, number, why);
        }
        let slots = changed(&old.table, &self.replica.table);
        let clock = Value::Time(self.replica.clock(now));
        let event = Event::Applied { number, slots, method, clock, compared: Compared::default() };
        Reaction::new(event).send(LEADER, self.says())
    }

    /// Makes its table durable, with the number of the last entry in it.
    fn save(&mut self, number: u32) -> Result<(), Refused> {
        self.store.save(&self.replica.table, number)?;
        self.applied = number;
        Ok(())
    }

    /// It is what it was before an entry or a copy, cannot go on, and says so.
    fn halt(&mut self, old: Replica, number: u32, why: Refused) -> Reaction<ReplicationLog> {
        self.replica = old;
        let Refused { reason, source } = why;
        self.halted = Some(reason.clone());
        Reaction::at(source, Event::Halted { number, reason }).send(LEADER, self.says())
    }

    /// Puts a copy in the place of all that it has.
    fn take_over(&mut self, entries: u32, next: i32, bytes: &Bytes, now: Time) -> Reaction<ReplicationLog> {
        let old = self.replica.clone();
        let taken = self.copied(next, bytes, now).and_then(|()| self.save(entries));
        if let Err(why) = taken {
            return self.halt(old, entries, why);
        }
        self.halted = None;
        let (rows, compared) = (self.replica.table.rows().count(), Compared::default());
        Reaction::new(Event::Copied { rows, entries, compared }).send(LEADER, self.says())
    }

    fn copied(&mut self, next: i32, bytes: &Bytes, now: Time) -> Result<(), Refused> {
        let schema = self.replica.table.schema;
        if self.method == Method::WriteAheadLog {
            let (version, own) = (bytes.0.first().copied().unwrap_or_default(), schema.version);
            self.replica.table = Table::of(schema, bytes.0.to_vec()).ok_or_else(|| {
                format!("a copy of the files is of format version {version}, and the follower reads version {own}")
            })?;
            return Ok(());
        }
        self.replica.table = Table::new(schema);
        entry::apply(&bytes.0, Method::Rows, &mut self.replica, now)?;
        self.replica.table.set_next_id(next);
        Ok(())
    }

    /// What is shown from then on is what its disk has, and what it will come back with.
    pub fn stop(&mut self, power: Power) -> String {
        self.store.stop(power);
        self.was_off = true;
        let (table, entries) = self.store.table(self.replica.table.schema).expect("what it has synced is there");
        (self.replica.table, self.applied, self.halted) = (table, entries, None);
        format!(
            "Its memory is gone. Its disk has the table with {} of the log in it, and that number.",
            count(entries, "entry")
        )
    }

    pub fn start(&self) -> String {
        format!("The follower has what its disk has, the table with {} of the log.", count(self.applied, "entry"))
    }

    pub fn weight(&self, before: &Follower) -> u64 {
        self.replica.table.weight(&before.replica.table)
    }
}

/// The slots in which a table is not what it was.
fn changed(old: &Table, new: &Table) -> Vec<usize> {
    (0..old.schema.slots).filter(|slot| old.bytes[old.range(*slot)] != new.bytes[new.range(*slot)]).collect()
}
