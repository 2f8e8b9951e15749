//! Who sees everything: which value each row should have, whether its bytes still have it, whether answers are right, and
//! whether the plan is kept.
//!
//! A value is **lost** when no version of the code can read it from the row any more, though no one has set another. An
//! answer is **wrong** when it has another value than was stored last, for a field that the node's version knows.

use std::rc::Rc;

use super::command::{Field, RowId};
use super::database::{Database, Row, person};
use super::event::Event;
use super::settings::{Change, Settings};
use super::{DATABASE, Machine, Message, RollingUpgrade, database_of};
use crate::cluster::calls::push;
use crate::cluster::{CallId, Happened, Host, Witness};
use crate::form::Choice as _;
use crate::sim::{Network, Time};
use crate::wording::shown;

#[derive(Clone)]
pub struct Judge {
    settings: Settings,
    known: Rc<Vec<Known>>,
    /// What nodes have sent to be stored: of a call, the field and its value.
    sent: Rc<Vec<(CallId, Field, Rc<str>)>>,
    pub losses: Rc<Vec<Loss>>,
    pub wrong: u64,
    /// How often code came to run that couldn't rely on what other code writes, or has written; or a row came to be stored
    /// on which code that runs can't rely.
    pub breaches: u64,
    /// On what code that runs can't rely now.
    broken: Rc<Vec<Breach>>,
    /// Rows that were rewritten by a migration, and because they were read.
    pub migrated: u64,
    pub rewritten: u64,
    pub bytes_rewritten: u64,
    /// How long the database has been closed, and while it is, up to when that is counted.
    pub closed: Time,
    counted: Option<Time>,
    /// When the last migration began.
    begun: Time,
}

/// What a row should say.
#[derive(Clone)]
struct Known {
    row: RowId,
    revision: u32,
    /// In the order of [`Field::ALL`], each with the call that set it. Nothing where nothing was ever set, and after a loss.
    values: [Option<(Rc<str>, Option<CallId>)>; 3],
}

/// A value that was stored, and is in the row no more.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Loss {
    pub row: RowId,
    pub field: Field,
    pub value: Rc<str>,
    /// The call that had set it, unless it was there from the beginning.
    pub call: Option<CallId>,
    /// The version of the code that wrote the row without it.
    pub by: u8,
}

impl Judge {
    /// Whether the field still has no value since the loss.
    pub fn is_open(&self, loss: &Loss) -> bool {
        let is_newest =
            self.losses.iter().rfind(|other| (other.row, other.field) == (loss.row, loss.field)) == Some(loss);
        let known = self.known.iter().find(|known| known.row == loss.row);
        is_newest && known.is_some_and(|known| known.values[loss.field.place()].is_none())
    }

    fn known(&mut self, row: RowId) -> &mut Known {
        let known = Rc::make_mut(&mut self.known).iter_mut().find(|known| known.row == row);
        known.expect("the rows are those of the beginning")
    }

    /// A row has been written: which values are gone by that, as sentences after a blank.
    fn written(&mut self, row: RowId, database: &Database) -> Rc<str> {
        let settings = self.settings;
        let stored = database.rows.iter().find(|stored| stored.id == row).expect("it has just been written");
        let (revision, by) = (stored.revision, stored.writer);
        let readings: Vec<_> = (1..=settings.change.last())
            .filter_map(|version| settings.code(version).read(&stored.bytes).ok().map(|loaded| loaded.person))
            .collect();
        let known = self.known(row);
        known.revision = revision;
        let mut gone = Vec::new();
        for (field, value) in Field::ALL.iter().zip(&mut known.values) {
            let is_there = |value: &Rc<str>| {
                readings.iter().any(|person| match field {
                    Field::Name => person.name == *value,
                    Field::City => person.city == *value,
                    Field::Phone => person.phone.as_ref() == Some(value),
                })
            };
            if let Some((value, call)) = value.take_if(|(value, _)| !is_there(value)) {
                gone.push(Loss { row, field: *field, value, call, by });
            }
        }
        let mut told = String::new();
        for loss in gone {
            let Loss { field, value, call, .. } = &loss;
            let since = call.map_or_else(|| "there from the beginning".to_owned(), |call| format!("stored for {call}"));
            told +=
                &format!(" The {field} {}, {since}, is lost: no version can read it from these bytes.", shown(value));
            push(&mut self.losses, loss);
        }
        told.into()
    }

    /// By the true time, up to each step of a migration. A database that stops while it is closed was closed up to that moment.
    fn count_closed(&mut self, event: &mut Event, database: &Database, now: Time) {
        let stops = matches!(event, Event::Happened(Happened::NodeStopped { node, .. }) if *node == DATABASE);
        let is_step = matches!(
            event,
            Event::MigrationBegun { .. }
                | Event::RowRewritten { .. }
                | Event::RowLeft { .. }
                | Event::ClosedAgain { .. }
                | Event::MigrationEnded { .. }
        );
        if !is_step && !stops {
            return;
        }
        self.closed += self.counted.map(|since| now - since).unwrap_or_default();
        self.counted = database.is_closed.then_some(now);
        match event {
            Event::MigrationBegun { .. } => self.begun = now,
            Event::MigrationEnded { closed, took, .. } => {
                *closed = self.closed;
                took.iter_mut().for_each(|took| *took = now - self.begun);
            }
            _ => {}
        }
    }

    pub fn is_broken(&self) -> bool {
        !self.broken.is_empty()
    }

    /// A plan that is broken is told of the code that comes to run and has to do with it, and of the row that breaks it.
    fn watch_plan(&mut self, event: &mut Event, nodes: &[Rc<Machine>], network: &Network<Host, Message>) {
        let after = breaches(&self.settings, nodes, network);
        let before = std::mem::replace(&mut self.broken, Rc::new(after));
        let (told, version) = match event {
            Event::Upgraded { breach, version, up: true, .. } | Event::RolledBack { breach, version, up: true, .. } => {
                (breach, Some(*version))
            }
            Event::Happened(Happened::NodeStarted { node, with }) => match &*nodes[node.index()] {
                Machine::Server(server) => (with, Some(server.version)),
                Machine::Database(_) => return,
            },
            Event::RowStored { breach, .. } | Event::RowRewritten { breach, .. } if before.is_empty() => (breach, None),
            _ => return,
        };
        let mut about = self.broken.iter().filter(|it| version.is_none_or(|version| it.is_about(version)));
        let Some(breach) = about.clone().find(|it| !before.contains(it)).or_else(|| about.next()) else { return };
        self.breaches += 1;
        *told = format!("{told} {}", breach.told(before.contains(breach), &self.settings, nodes)).into();
    }
}

/// Where code that runs can't rely on what other code writes, or on a row that it has written.
#[derive(Clone, PartialEq, Eq)]
struct Breach {
    reader: u8,
    writer: u8,
    row: Option<RowId>,
}

impl Breach {
    /// Whether code of that version makes it: by what it reads, and by what it is going to write.
    fn is_about(&self, version: u8) -> bool {
        self.reader == version || self.writer == version && self.row.is_none()
    }

    /// A sentence; `was` is whether that was so before.
    fn told(&self, was: bool, settings: &Settings, nodes: &[Rc<Machine>]) -> String {
        let Breach { reader, writer, row } = self;
        let still = if was { "still " } else { "" };
        let Some(id) = row else {
            let begins = if was { "Version" } else { "From now on version" };
            return format!("{begins} {reader} {still}can't rely on what version {writer} writes.");
        };
        let row = database_of(nodes).rows.iter().find(|row| row.id == *id).expect("rows are never deleted");
        let why =
            if (settings.change, *reader, *writer) == (Change::Staged, 3, 1) { relies_on(settings, row) } else { "" };
        format!("Version {reader} {still}can't rely on {id}, which version {writer} has written.{why}")
    }
}

fn breaches(settings: &Settings, nodes: &[Rc<Machine>], network: &Network<Host, Message>) -> Vec<Breach> {
    let servers = nodes.iter().filter_map(|node| match &**node {
        Machine::Server(server) if network.is_up(server.id.into()) => Some(server.version),
        _ => None,
    });
    let (running, rows): (Vec<u8>, _) = (servers.collect(), &database_of(nodes).rows);
    let of = |reader: u8| {
        let codes = running.iter().map(move |writer| Breach { reader, writer: *writer, row: None });
        let rows = rows.iter().map(move |row| Breach { reader, writer: row.writer, row: Some(row.id) });
        codes.chain(rows)
    };
    let all = running.iter().flat_map(|reader| of(*reader));
    all.filter(|it| !settings.change.allows(it.reader, it.writer)).collect()
}

/// What version 3 makes of a row of version 1.
fn relies_on(settings: &Settings, row: &Row) -> &'static str {
    let parts = settings.code(1).explained(&row.bytes);
    if parts.iter().any(|(_, name)| name.as_deref() == Some("first")) {
        " Its first and last name may be stale."
    } else {
        " It falls back on the name, which version 4 can't."
    }
}

impl Witness<RollingUpgrade> for Judge {
    fn new(settings: &Settings) -> Judge {
        let known = |id: &RowId| {
            let person = person(*id);
            Known { row: *id, revision: 1, values: [Some((person.name, None)), Some((person.city, None)), None] }
        };
        Judge {
            settings: *settings,
            known: Rc::new(RowId::ALL.iter().take(settings.rows).map(known).collect()),
            sent: Rc::default(),
            losses: Rc::default(),
            wrong: 0,
            breaches: 0,
            broken: Rc::default(),
            migrated: 0,
            rewritten: 0,
            bytes_rewritten: 0,
            closed: Time::ZERO,
            counted: None,
            begun: Time::ZERO,
        }
    }

    fn sees(&mut self, event: &mut Event, nodes: &[Rc<Machine>], network: &Network<Host, Message>, now: Time) {
        self.count_closed(event, database_of(nodes), now);
        match event {
            Event::PersonChanged { call, field, value, .. } => {
                let sent = Rc::make_mut(&mut self.sent);
                sent.retain(|other| other.0 != *call);
                sent.push((*call, *field, value.clone()));
            }
            Event::RowStored { row, call, bytes, rewrites, lost, .. } => {
                let sent = Rc::make_mut(&mut self.sent);
                match sent.iter().position(|other| other.0 == *call) {
                    Some(place) => {
                        let (call, field, value) = sent.remove(place);
                        self.known(*row).values[field.place()] = Some((value, Some(call)));
                    }
                    None => {
                        *rewrites = true;
                        self.rewritten += 1;
                        self.bytes_rewritten += *bytes as u64;
                    }
                }
                *lost = self.written(*row, database_of(nodes));
            }
            Event::RowRewritten { row, after, lost, .. } => {
                self.migrated += 1;
                self.bytes_rewritten += *after as u64;
                *lost = self.written(*row, database_of(nodes));
            }
            Event::PersonRead { version, row, revision, name, city, phone, wrong, .. } => {
                let knows_phone = self.settings.code(*version).knows(Field::Phone);
                let known = self.known(*row);
                if known.revision != *revision {
                    return;
                }
                let said = [Some(&*name), Some(&*city), phone.as_ref()];
                let mut told = String::new();
                for ((field, value), said) in Field::ALL.iter().zip(&known.values).zip(said) {
                    let Some((value, _)) = value else { continue };
                    if said != Some(value) && (*field != Field::Phone || knows_phone) {
                        told += &format!(" That is wrong: {} was stored as the {field}.", shown(value));
                    }
                }
                self.wrong += u64::from(!told.is_empty());
                *wrong = told.into();
            }
            _ => {}
        }
        self.watch_plan(event, nodes, network);
    }

    fn weight(&self, before: &Judge) -> u64 {
        let known = if Rc::ptr_eq(&self.known, &before.known) { 0 } else { self.known.len() * size_of::<Known>() };
        let losses = if Rc::ptr_eq(&self.losses, &before.losses) { 0 } else { self.losses.len() * size_of::<Loss>() };
        let sent = if Rc::ptr_eq(&self.sent, &before.sent) { 0 } else { self.sent.len() * 40 };
        (known + losses + sent) as u64
    }
}
