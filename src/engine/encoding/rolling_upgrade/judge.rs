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
    /// Whether that is so now.
    pub is_broken: bool,
    /// Rows that were rewritten by a migration, and because they were read.
    pub migrated: u64,
    pub rewritten: u64,
    pub bytes_rewritten: u64,
    /// How long the database was closed when it stopped, which it can't know any more; and while it is closed, up to when
    /// it has counted that itself.
    pub cut_short: Time,
    counted: Option<Time>,
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

    /// A database that stops while it is closed was closed up to that moment.
    fn count_closed(&mut self, event: &mut Event, database: &Database, now: Time) {
        match event {
            Event::MigrationBegun { .. }
            | Event::RowRewritten { .. }
            | Event::RowLeft { .. }
            | Event::ClosedAgain { .. } => self.counted = database.is_closed().then_some(now),
            Event::MigrationEnded { closed, .. } => {
                self.counted = None;
                *closed += self.cut_short;
            }
            Event::Happened(Happened::NodeStopped { node, .. }) if *node == DATABASE => {
                self.cut_short += self.counted.take().map(|since| now - since).unwrap_or_default();
            }
            _ => {}
        }
    }

    /// Each upgrade, rollback and start is told when the plan is broken after it, and a row that breaks it.
    fn watch_plan(&mut self, event: &mut Event, nodes: &[Rc<Machine>], network: &Network<Host, Message>) {
        let was_broken = self.is_broken;
        let told = match event {
            Event::Upgraded { breach, .. } | Event::RolledBack { breach, .. } => breach,
            Event::Happened(Happened::NodeStarted { with, .. }) => with,
            Event::RowStored { breach, .. } | Event::RowRewritten { breach, .. } if !was_broken => breach,
            Event::RowStored { .. } | Event::RowRewritten { .. } | Event::Happened(Happened::NodeStopped { .. }) => {
                self.is_broken = !breach(&self.settings, nodes, network).is_empty();
                return;
            }
            _ => return,
        };
        let breach = breach(&self.settings, nodes, network);
        self.is_broken = !breach.is_empty();
        self.breaches += u64::from(self.is_broken);
        if self.is_broken {
            *told = format!("{told}{breach}").into();
        }
    }
}

/// Where code that runs can't rely on what other code writes, or has written: a sentence after a blank, or nothing.
fn breach(settings: &Settings, nodes: &[Rc<Machine>], network: &Network<Host, Message>) -> String {
    let servers = nodes.iter().filter_map(|node| match &**node {
        Machine::Server(server) if network.is_up(server.id.into()) => Some(server.version),
        _ => None,
    });
    let (running, change): (Vec<u8>, _) = (servers.collect(), settings.change);
    for reader in &running {
        if let Some(writer) = running.iter().find(|writer| !change.allows(*reader, **writer)) {
            return format!(" From now on version {reader} can't rely on what version {writer} writes.");
        }
        if let Some(row) = database_of(nodes).rows.iter().find(|row| !change.allows(*reader, row.writer)) {
            let (id, writer) = (row.id, row.writer);
            let why = if (change, *reader, writer) == (Change::Staged, 3, 1) { relies_on(settings, row) } else { "" };
            return format!(" Version {reader} can't rely on {id}, which version {writer} has written.{why}");
        }
    }
    String::new()
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
            is_broken: false,
            migrated: 0,
            rewritten: 0,
            bytes_rewritten: 0,
            cut_short: Time::ZERO,
            counted: None,
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
