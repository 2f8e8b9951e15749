//! Schemas that change: versions of one schema, and what code of each version makes of what code of each other has written.
//!
//! # The idea
//!
//! Data outlives code, and while code is rolled out old and new run side by side. So new code reads what old code wrote
//! (*backward compatibility*), and old code reads what new code writes (*forward compatibility*). Which edits of a schema
//! keep both depends on how a reader finds a field in the bytes:
//! - **by number** (Protocol Buffers, Thrift): each value has its field's number and a hint of its form in front. Names may
//!   change, numbers may not. A number that is unknown is passed over by its hint; what is not there is missing or has the
//!   default. The hint does not say the type, so a type may change only within one form, and then values may be cut;
//! - **by name** (Avro): the bytes have neither. A reader needs the writer's schema to find the values, and compares it with
//!   its own by name: aliases, promotions, branches of unions, defaults. Names may only change with an alias.
//!
//! Each cell of the [matrix](cell) is really written by one version and really read by the other; what became of a value is
//! found by comparing the two, and not by rules about schemas.
//!
//! How Avro's reader [learns] the writer's schema is measured in bytes. And a schema that is *made* from a table's columns
//! shows why names suit that: no one has to hand out numbers.
//!
//! # Reading order
//!
//! [`crate::format`] has the encodings. [`version`] is a version and the record that is written, [`edit`] makes the next
//! one; [`cell`] writes, reads and compares; [`learn`] sends.
//!
//! # Simpler than the real one because
//!
//! - a schema is one record of a few fields; a text of Avro may hold more, but what is inside a field is compared as a whole;
//! - code of a version is its schema: it writes each field that it has. Real code leaves out what it doesn't need, and
//!   hides a missing field from its users in its own way;
//! - Protocol Buffers has the defaults that a schema of Avro or Thrift could have; in proto3 there is only zero;
//! - Thrift's records have fields that must be there and fields that may be missing, and no third kind;
//! - fields that are passed over are gone when the record is written again, where Protocol Buffers' code would keep them;
//! - the registry knows all versions from the beginning, and no one has to ask it over a network;
//! - the hello and the records of a connection are not put into frames.

mod cell;
mod command;
mod edit;
mod event;
mod learn;
mod settings;
mod typed;
mod version;
mod view;

#[cfg(test)]
mod tests;

use std::rc::Rc;

pub use cell::{Cell, Fault, Got, How, Verdict};
pub use command::{Command, MOST_SENT, VersionNumber, Way};
pub use event::Event;
pub use learn::{Piece, Sense, Shipment};
pub use settings::{Family, Origin, Settings};
pub use version::{Column, FieldId, Record, Version};
pub use view::{dump, spelt};

use crate::contract::{Counter, Engine, Outcome, Probe, Refused};
use crate::wording::shown;

/// More cells than of six versions no one looks through.
pub const MOST_VERSIONS: usize = 6;

#[derive(Clone)]
pub struct Evolution {
    pub settings: Settings,
    pub versions: Rc<Vec<Rc<Version>>>,
    /// What code of every version writes, as far as it has the fields.
    pub record: Rc<Record>,
    /// What was read, of the record as it is now.
    pub cells: Rc<Vec<Rc<Cell>>>,
    pub work: Work,
    /// What was sent last in each way, of the record as it is now.
    pub shipments: Rc<Vec<Rc<Shipment>>>,
    /// Whose hands are shaken: the writer's version and the reader's.
    known: Rc<Vec<(u32, u32)>>,
    /// How many fields there were in all, in any version.
    fields: u32,
    bytes_written: u64,
}

/// What is being looked at.
#[derive(Clone)]
pub enum Work {
    Nothing,
    /// A cell, and so many of its fields are read.
    Cell(Rc<Cell>, usize),
    /// Records on their way, and so many of the pieces have arrived.
    Shipment(Rc<Shipment>, usize),
}

impl Engine for Evolution {
    type Settings = Settings;
    type Command = Command;
    type Event = Event;

    fn new(settings: Settings) -> Evolution {
        let first = Version::first(settings.origin);
        Evolution {
            settings,
            fields: first.columns.len() as u32,
            versions: Rc::new(vec![first.into()]),
            record: Record::first(settings.origin).into(),
            cells: Rc::default(),
            work: Work::Nothing,
            shipments: Rc::default(),
            known: Rc::default(),
            bytes_written: 0,
        }
    }

    fn carry_out(&mut self, command: &Command, probe: &mut impl Probe<Evolution>) -> Result<Outcome, Refused> {
        let (version, change) = match command {
            Command::Add { field, typed, default, number } => self.add(field, typed, default.as_deref(), *number)?,
            Command::Remove { field } => self.remove(field)?,
            Command::Rename { field, new, keeping } => self.rename(field, new, *keeping)?,
            Command::Retype { field, typed, default } => self.retype(field, typed, default.as_deref())?,
            Command::Repeat { field } => self.repeat(field)?,
            Command::Schema { text } => self.take_text(text)?,
            Command::Set { field, value } => return self.set(field, value, probe),
            Command::Read { writer, reader } => return self.read(*writer, *reader, probe),
            Command::Matrix => return self.fill(probe),
            Command::Send { writer, reader, way, times } => return self.send(*writer, *reader, *way, *times, probe),
        };
        let number = version.number;
        Rc::make_mut(&mut self.versions).push(version.into());
        self.work = Work::Nothing;
        probe.step(|| Event::VersionMade { version: number, change }, self);
        Ok(Outcome::Done)
    }

    /// What a photograph does not share with the one before: cells that were read, and what was sent, with what is said of
    /// each of their bytes.
    fn weight(&self, before: &Evolution) -> u64 {
        const EACH_BYTE: u64 = 150;
        let cells = self.cells.iter().filter(|cell| !before.cells.iter().any(|it| Rc::ptr_eq(it, cell)));
        let read: u64 = cells.map(|cell| cell.encoded.bytes.len() as u64).sum();
        let sent = match (&self.work, &before.work) {
            (Work::Shipment(sent, _), Work::Shipment(old, _)) if Rc::ptr_eq(sent, old) => 0,
            (Work::Shipment(sent, _), _) => sent.bytes(),
            _ => 0,
        };
        (read + sent) * EACH_BYTE
    }

    fn counters(&self) -> Vec<Counter> {
        view::counters(self)
    }

    fn state(&self) -> serde_json::Value {
        view::state(self)
    }
}

impl Evolution {
    pub fn newest(&self) -> &Rc<Version> {
        self.versions.last().expect("there is a first version")
    }

    fn version(&self, VersionNumber(number): VersionNumber) -> Result<Rc<Version>, Refused> {
        let found = (number as usize).checked_sub(1).and_then(|place| self.versions.get(place));
        found.cloned().ok_or_else(|| {
            let last = self.versions.len();
            let there = if last == 1 { "only v1".to_owned() } else { format!("v1 to v{last}") };
            Refused::new(format!("there is no v{number}, but {there}"))
        })
    }

    /// The cell of what `writer` has written and `reader` reads, if it has been looked at.
    pub fn cell(&self, writer: u32, reader: u32) -> Option<&Rc<Cell>> {
        self.cells.iter().find(|cell| (cell.writer, cell.reader) == (writer, reader))
    }

    fn keep(&mut self, cell: &Rc<Cell>) {
        let cells = Rc::make_mut(&mut self.cells);
        cells.retain(|each| (each.writer, each.reader) != (cell.writer, cell.reader));
        cells.push(cell.clone());
    }

    fn set(&mut self, field: &Rc<str>, value: &str, probe: &mut impl Probe<Evolution>) -> Result<Outcome, Refused> {
        let with = self.versions.iter().rev().find_map(|version| Some(version.column(field)?.id));
        let id = with.ok_or_else(|| Refused::new(format!("no version has a field {}", shown(field))))?;
        let mut record = (*self.record).clone();
        record.set(id, value.into());
        // One version at least has to be able to write it; that others can't is what a reader may want to see.
        let fit = |version: &Rc<Version>| record.fits(self.settings.family, version, id);
        let those = || self.versions.iter().rev().filter(|version| version.of_id(id).is_some());
        if !those().any(|version| fit(version).is_ok()) {
            those().try_for_each(fit).map_err(Refused::new)?;
        }
        self.record = record.into();
        (self.cells, self.shipments, self.work) = (Rc::default(), Rc::default(), Work::Nothing);
        probe.step(|| Event::ValueSet { field: field.clone(), value: value.to_owned() }, self);
        Ok(Outcome::Done)
    }

    fn read(
        &mut self,
        writer: VersionNumber,
        reader: Option<VersionNumber>,
        probe: &mut impl Probe<Evolution>,
    ) -> Result<Outcome, Refused> {
        let newest = VersionNumber(self.newest().number);
        let (from, to) = (self.version(writer)?, self.version(reader.unwrap_or(newest))?);
        let family = self.settings.family;
        let cell = Rc::new(Cell::new(family, &self.record, &from, &to));
        let (writer, reader) = (cell.writer, cell.reader);
        if !matches!(cell.error, Some(Fault::Unwritable(_))) {
            self.work = Work::Cell(cell.clone(), 0);
            let bytes = cell.encoded.bytes.len();
            self.bytes_written += bytes as u64;
            probe.step(|| Event::Written { writer, said: family.said(), bytes }, self);
        }
        for (place, got) in (1..).zip(&cell.got) {
            self.work = Work::Cell(cell.clone(), place);
            probe.step(|| Event::FieldRead { family, writer, reader, got: got.clone() }, self);
        }
        for (place, (field, _)) in (cell.got.len() + 1..).zip(&cell.skipped) {
            self.work = Work::Cell(cell.clone(), place);
            probe.step(|| Event::FieldSkipped { family, writer, reader, field: field.clone() }, self);
        }
        self.work = Work::Cell(cell.clone(), cell.got.len() + cell.skipped.len());
        self.keep(&cell);
        match &cell.error {
            Some(fault) => probe.step(|| Event::ReadFailed { writer, reader, fault: fault.clone() }, self),
            None => {
                let verdict = cell.verdict();
                probe.step(|| Event::CellRead { writer, reader, verdict }, self);
            }
        }
        Ok(Outcome::Done)
    }

    fn fill(&mut self, probe: &mut impl Probe<Evolution>) -> Result<Outcome, Refused> {
        let versions = self.versions.clone();
        let (mut broken, mut wrong, mut mute) = (Vec::new(), Vec::new(), Vec::new());
        for writer in versions.iter() {
            for reader in versions.iter() {
                let cell = Rc::new(Cell::new(self.settings.family, &self.record, writer, reader));
                let (writer, reader, verdict) = (cell.writer, cell.reader, cell.verdict());
                match verdict {
                    Verdict::Error if matches!(cell.error, Some(Fault::Unwritable(_))) => mute.push(writer),
                    Verdict::Error => broken.push((writer, reader)),
                    Verdict::Wrong => wrong.push((writer, reader)),
                    _ => {}
                }
                self.bytes_written += cell.encoded.bytes.len() as u64;
                self.keep(&cell);
                self.work = Work::Cell(cell.clone(), cell.got.len() + cell.skipped.len());
                probe.step(|| Event::CellFilled { writer, reader, verdict, why: view::why(&cell) }, self);
            }
        }
        let versions = versions.len();
        mute.dedup();
        probe.step(|| Event::MatrixRead { versions, broken, wrong, mute }, self);
        Ok(Outcome::Done)
    }

    fn send(
        &mut self,
        writer: VersionNumber,
        reader: VersionNumber,
        way: Way,
        times: u64,
        probe: &mut impl Probe<Evolution>,
    ) -> Result<Outcome, Refused> {
        if self.settings.family.is_numbered() {
            return Err(Refused::new(format!(
                "{} has the number of each field in the record: a reader can do without the writer's schema",
                self.settings.family.said()
            )));
        }
        let (from, to) = (self.version(writer)?, self.version(reader)?);
        let pair = (from.number, to.number);
        let known = self.known.contains(&pair);
        let sent = learn::ship(way, (&from, &to), &self.record, times, known).map_err(Refused::new)?;
        let sent = Rc::new(sent);
        for (place, piece) in (1..).zip(&sent.pieces) {
            self.work = Work::Shipment(sent.clone(), place);
            let (writer, reader) = pair;
            let (name, from_writer, bytes) = (piece.name, piece.from_writer, piece.encoded.bytes.len());
            let sense = || piece.sense.clone();
            probe.step(|| Event::PieceSent { way, writer, reader, name, from_writer, bytes, sense: sense() }, self);
        }
        if way == Way::Handshake && !known {
            Rc::make_mut(&mut self.known).push(pair);
        }
        let shipments = Rc::make_mut(&mut self.shipments);
        shipments.retain(|each| each.way != way);
        shipments.push(sent.clone());
        self.bytes_written += sent.bytes();
        let (records, bytes, about) = (sent.records, sent.bytes(), sent.about());
        probe.step(|| Event::Shipped { way, records, bytes, about }, self);
        Ok(Outcome::Done)
    }
}
