//! The database: rows that it doesn't look into, and migrations that do.
//!
//! A row is stored over the revision that its writer has read, or not at all: two nodes that change the same row at once lose
//! nothing by that, whatever their versions are. Rows are synced before they are acknowledged.

use std::collections::VecDeque;
use std::rc::Rc;

use super::code::{Code, Foreign, Person};
use super::command::RowId;
use super::event::Event;
use super::message::{Message, Stored};
use super::settings::{Settings, Unknown};
use super::{Reaction, Timer};
use crate::cluster::Host;
use crate::form::Choice as _;
use crate::sim::Time;
use crate::wording::{count, is_or_are};

#[derive(Clone)]
pub struct Database {
    settings: Settings,
    pub rows: Rc<Vec<Row>>,
    pub migration: Option<Migration>,
    /// What has come while it was closed.
    pub waiting: VecDeque<(Host, Message)>,
    pub is_closed: bool,
    pub waited: u64,
}

#[derive(Clone, Debug)]
pub struct Row {
    pub id: RowId,
    /// How often it has been stored.
    pub revision: u32,
    /// The version of the code that has written it last.
    pub writer: u8,
    pub bytes: Rc<[u8]>,
}

/// The rewriting of all rows. A migration is written for its change, and knows both forms: it reads a row with the code that
/// has written it last. To contract is to take out what the last version doesn't know, and no more.
#[derive(Clone, Copy)]
pub struct Migration {
    pub code: Code,
    pub contracts: bool,
    /// The first row that it has not looked at.
    next: usize,
    in_batch: usize,
    rewritten: usize,
    /// Whether the database has opened in between.
    paused: bool,
}

/// The people of the beginning.
pub fn person(id: RowId) -> Person {
    let city = match id {
        RowId::Ada => "London",
        RowId::Alan => "Wilmslow",
        RowId::Grace => "New York",
        RowId::Edsger => "Nuenen",
    };
    Person { name: RowId::WORDS[id.place()].1.into(), city: city.into(), phone: None }
}

impl Migration {
    pub fn new(code: Code, contracts: bool) -> Migration {
        let unknown = if contracts { Unknown::Dropped } else { code.unknown };
        Migration { code: Code { unknown, ..code }, contracts, next: 0, in_batch: 0, rewritten: 0, paused: false }
    }

    /// A row as the code would write it, if that is not how it stands there.
    fn rewrites(&self, row: &Row) -> Option<Result<Vec<u8>, String>> {
        if self.contracts {
            return match self.code.read(&row.bytes) {
                Ok(loaded) if loaded.foreign.fields.is_empty() => None,
                read => Some(read.map(|loaded| self.code.write(&loaded.person, &loaded.foreign))),
            };
        }
        (row.writer < self.code.version).then(|| {
            let written = self.code.of_version(row.writer).read(&row.bytes)?.person;
            // What only the newer code knows it reads itself, and so it finds what is foreign to it.
            let own = self.code.read(&row.bytes).ok();
            let phone = own.as_ref().and_then(|own| own.person.phone.clone());
            let foreign = own.map(|own| own.foreign).unwrap_or_default();
            Ok(self.code.write(&Person { phone, ..written }, &foreign))
        })
    }
}

impl Database {
    pub fn new(settings: Settings) -> Database {
        let code = settings.code(1);
        let row = |id: &RowId| {
            let bytes = code.write(&person(*id), &Foreign::default()).into();
            Row { id: *id, revision: 1, writer: 1, bytes }
        };
        Database {
            settings,
            rows: Rc::new(RowId::ALL.iter().take(settings.rows).map(row).collect()),
            migration: None,
            waiting: VecDeque::new(),
            is_closed: false,
            waited: 0,
        }
    }

    /// The row of a request: what clients ask for has been checked.
    fn row(&mut self, id: RowId) -> &mut Row {
        let row = Rc::make_mut(&mut self.rows).iter_mut().find(|row| row.id == id);
        row.expect("clients are asked for rows that are there")
    }

    pub fn hear(&mut self, from: Host, message: &Message) -> Reaction {
        if self.is_closed {
            self.waited += 1;
            self.waiting.push_back((from, message.clone()));
            return Reaction::new(Event::Waits { from, call: message.call() });
        }
        self.answer(from, message)
    }

    fn answer(&mut self, from: Host, message: &Message) -> Reaction {
        match *message {
            Message::Load { call, row } => {
                let Row { revision, writer, ref bytes, .. } = *self.row(row);
                let bytes = Stored(bytes.clone());
                Reaction::new(Event::RowSent { to: from, row, bytes: bytes.0.len(), writer })
                    .send(from, Message::Row { call, row, revision, writer, bytes })
            }
            Message::Store { call, row: id, revision, writer, ref bytes } => {
                let row = self.row(id);
                if row.revision != revision {
                    return Reaction::new(Event::RowChanged { from, row: id }).send(from, Message::Changed { call });
                }
                *row = Row { id, revision: revision + 1, writer, bytes: bytes.0.clone() };
                let (bytes, [lost, breach]) = (bytes.0.len(), ["".into(), "".into()]);
                let event = Event::RowStored { row: id, bytes, writer, call, rewrites: false, lost, breach };
                Reaction::new(event).send(from, Message::Stored { call })
            }
            _ => unreachable!("nodes ask for rows and store them"),
        }
    }

    /// How many rows a migration has still to rewrite, or won't be able to read.
    pub fn needs(&self, migration: &Migration) -> usize {
        self.rows.iter().skip(migration.next).filter(|row| migration.rewrites(row).is_some()).count()
    }

    pub fn begin(&mut self, migration: Migration) -> Reaction {
        let (rows, version, work) = (self.needs(&migration), migration.code.version, self.settings.work);
        let contracts = migration.contracts;
        self.migration = Some(migration);
        self.is_closed = true;
        Reaction::new(Event::MigrationBegun { version, rows, contracts }).wake(work, Timer::Rewrite)
    }

    pub fn wake(&mut self, timer: Timer) -> Option<Reaction> {
        match timer {
            Timer::Serve => {
                if self.is_closed {
                    return None;
                }
                let (from, message) = self.waiting.pop_front()?;
                Some(self.answer(from, &message))
            }
            Timer::Close => {
                let rows = self.needs(&self.migration?);
                self.is_closed = true;
                Some(Reaction::new(Event::ClosedAgain { rows }).wake(self.settings.work, Timer::Rewrite))
            }
            Timer::Rewrite => self.rewrite(),
            Timer::Unanswered(..) | Timer::GiveUp(_) => unreachable!("these are of others"),
        }
    }

    /// The migration rewrites one more row.
    fn rewrite(&mut self) -> Option<Reaction> {
        let mut migration = self.migration?;
        let rest = self.rows.iter().enumerate().skip(migration.next);
        let found = rest.into_iter().find_map(|(place, row)| Some((place, migration.rewrites(row)?)));
        let Some((place, read)) = found else {
            let reaction = Reaction::new(Event::MigrationEnded {
                version: migration.code.version,
                rows: migration.rewritten,
                contracts: migration.contracts,
                closed: Time::ZERO,
                took: migration.paused.then_some(Time::ZERO),
            });
            self.migration = None;
            return Some(self.open(reaction));
        };
        migration.next = place + 1;
        migration.in_batch += 1;
        let is_full = migration.in_batch == self.settings.batch;
        let others = self.rows.iter().skip(migration.next).any(|row| migration.rewrites(row).is_some());
        let opens = (is_full && others).then_some(self.settings.work);
        let id = self.rows[place].id;
        let reaction = match read {
            Err(why) => {
                Reaction::new(Event::RowLeft { row: id, version: migration.code.version, why: why.into(), opens })
            }
            Ok(bytes) => {
                let row = &mut Rc::make_mut(&mut self.rows)[place];
                let before = row.bytes.len();
                *row = Row { id, revision: row.revision + 1, writer: migration.code.version, bytes: bytes.into() };
                migration.rewritten += 1;
                let (after, version) = (row.bytes.len(), row.writer);
                let [lost, breach] = ["".into(), "".into()];
                Reaction::new(Event::RowRewritten { row: id, version, before, after, lost, breach, opens })
            }
        };
        if is_full {
            migration.in_batch = 0;
        }
        migration.paused |= opens.is_some();
        self.migration = Some(migration);
        Some(match (others, is_full) {
            (true, true) => self.open(reaction).wake(self.settings.work, Timer::Close),
            (true, false) => reaction.wake(self.settings.work, Timer::Rewrite),
            (false, _) => reaction.wake(Time::ZERO, Timer::Rewrite),
        })
    }

    /// What has waited is answered, one after the other.
    fn open(&mut self, reaction: Reaction) -> Reaction {
        self.is_closed = false;
        let many = self.waiting.len();
        (0..many).fold(reaction, |reaction, _| reaction.wake(Time::ZERO, Timer::Serve))
    }

    pub fn stop(&mut self) -> String {
        let waited = std::mem::take(&mut self.waiting).len();
        self.is_closed = false;
        let migration = self.migration.take().map(|_| " The migration ends where it is.").unwrap_or_default();
        let forgets = match waited {
            0 => String::new(),
            waited => format!(" It forgets {} that waited.", count(waited, "request")),
        };
        format!("Its disk has all that it has acknowledged.{migration}{forgets}")
    }

    pub fn start(&self) -> String {
        format!("{} on its disk.", is_or_are(self.rows.len(), "row"))
    }
}
