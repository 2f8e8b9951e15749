//! One record in nine formats: what each of them writes, what a reader has to know besides, and what it can't say.
//!
//! # The idea
//!
//! In memory a record is objects that point at each other. To be sent or kept it has to become bytes that mean something to
//! a program which has none of these pointers, and may be written in another language, years later. [`crate::format`] has
//! nine ways; here each of them writes the same record, and each byte is asked what it is spent on:
//! - the **values**, which are much the same in all of them;
//! - the **names** of fields, which JSON, MessagePack and BSON write in every record, and XML even twice;
//! - **kinds and numbers** in place of names, with which Thrift and Protocol Buffers do;
//! - **lengths** of what follows, and **marks**: quotes, brackets and commas, or zeros.
//!
//! What a format leaves out, its reader has to know from a schema. Avro leaves out all but the values.
//!
//! And what it can't say is lost. Numbers beyond 2^53 in a JSON that is read by JavaScript; bytes in text, which become
//! letters and a third more of them; what was missing, nothing, or empty, which CSV has one empty cell for. So whatever is
//! written is also read, and compared with the record that it was.
//!
//! # Reading order
//!
//! [`edit`] is the record and the schema as a reader changes them; [`written`] a record in one format. The formats are in
//! [`crate::format`], a file each.
//!
//! # Simpler than the real one because
//!
//! - the record has no records in it, and at most twelve fields; the formats themselves know more
//!   ([what they don't](crate::format));
//! - writer and reader have the same schema. What becomes of a record when they haven't is another figure's subject;
//! - a reader has the whole record at hand. Many readers are made to read from a stream, and to skip what they don't want;
//! - time isn't measured here: the speed of a format depends on its library more than on its bytes.

pub mod command;
pub mod edit;
mod event;
mod settings;
mod view;
pub mod written;

pub use command::{Chosen, Command, spelt};
pub use event::{Event, gist, role, why};
pub use settings::{Numbers, Settings};
pub use written::{ROLES, Stretch, Written};

use std::rc::Rc;

use crate::contract::{Counter, Engine, Outcome, Probe, Refused};
use crate::format::{Field, Format, Part, Role, Schema, Value, person};

/// So many fields fit on the stage.
pub const MOST_FIELDS: usize = 12;
/// So many items a list may have, so that a run's photographs stay small.
pub const MOST_ITEMS: usize = 40;

#[derive(Clone, Debug)]
pub struct Encoding {
    pub settings: Settings,
    pub schema: Rc<Schema>,
    pub record: Rc<Value>,
    /// What is written, in the order of the formats.
    pub formats: [Option<Rc<Written>>; 9],
    /// The format whose bytes are looked at, and how far its reader has come.
    pub shown: Option<Shown>,
    tally: Tally,
}

#[derive(Clone, Debug)]
pub struct Shown {
    pub format: Format,
    /// The stretch that is just being read.
    pub reading: Option<Stretch>,
    /// Whether it has been read to its end, or to where that failed.
    pub is_read: bool,
}

impl Shown {
    fn new(format: Format) -> Option<Shown> {
        Some(Shown { format, reading: None, is_read: false })
    }
}

#[derive(Clone, Copy, Debug, Default)]
struct Tally {
    /// Records that came back as they were, those that came back as others, and bytes that were refused.
    read: u64,
    changed: u64,
    failed: u64,
}

impl Engine for Encoding {
    type Settings = Settings;
    type Command = Command;
    type Event = Event;

    fn new(settings: Settings) -> Encoding {
        let (record, schema) = person();
        Encoding {
            settings,
            schema: schema.into(),
            record: record.into(),
            formats: Default::default(),
            shown: None,
            tally: Tally::default(),
        }
    }

    fn carry_out(&mut self, command: &Command, probe: &mut impl Probe<Encoding>) -> Result<Outcome, Refused> {
        match command {
            Command::Encode { format } => {
                let formats = format.formats();
                formats.iter().for_each(|format| self.encode(*format, probe));
            }
            Command::Decode { format } => return self.decode(*format, probe),
            Command::Put { name, value } => self.put(name, value, probe)?,
            Command::Remove { name } => self.remove(name, probe)?,
            Command::Field { number, name, kind } => {
                let number = u32::try_from(*number).expect("it was checked when it was read");
                let command::Sort { kind, optional } = kind.clone();
                self.declare(Field { number, name: name.clone(), kind, optional, default: None }, probe)?;
            }
            Command::Drop { name } => self.drop_field(name, probe)?,
            Command::Cut { format, bytes } => self.cut(format.format(), *bytes as usize, probe)?,
            Command::Change { format, byte, to } => self.change(format.format(), *byte as usize, *to as u8, probe)?,
        }
        Ok(Outcome::Done)
    }

    fn weight(&self, before: &Encoding) -> u64 {
        let new = self.formats.iter().flatten().filter(|written| {
            let old = before.written(written.format);
            !old.is_some_and(|old| std::ptr::eq(old, &***written))
        });
        new.map(|written| (written.bytes.len() + 120 * written.parts.len()) as u64).sum()
    }

    fn counters(&self) -> Vec<Counter> {
        view::counters(self)
    }

    fn state(&self) -> serde_json::Value {
        view::state(self)
    }
}

impl Encoding {
    pub fn written(&self, format: Format) -> Option<&Written> {
        self.formats[format as usize].as_deref()
    }

    fn encode(&mut self, format: Format, probe: &mut impl Probe<Encoding>) {
        self.shown = Shown::new(format);
        match self.write(format) {
            Ok(written) => {
                self.formats[format as usize] = Some(written.clone());
                let event = || Event::Encoded {
                    format,
                    bytes: written.bytes.len(),
                    spent: written.spent(),
                    raw: edit::raw_bytes(&self.record),
                };
                probe.step(event, self);
            }
            Err(misfit) => {
                self.formats[format as usize] = None;
                probe.step(|| Event::Unwritable { format, misfit }, self);
            }
        }
    }

    /// The record in that format; the error says what it can't write.
    fn write(&self, format: Format) -> Result<Rc<Written>, Rc<str>> {
        let bytes = format.write(&self.record, &self.schema).map_err(|misfit| Rc::from(misfit.to_string()))?;
        Ok(Written::new(format, bytes, &self.schema, self.settings.numbers, false))
    }

    /// Record or schema have changed: what was written is written anew. Returns in how many formats.
    fn write_anew(&mut self) -> usize {
        for format in Format::ALL {
            if self.written(format).is_some() {
                self.formats[format as usize] = self.write(format).ok();
            }
        }
        if let Some(shown) = &mut self.shown {
            (shown.reading, shown.is_read) = (None, false);
        }
        self.formats.iter().flatten().count()
    }

    fn decode(&mut self, chosen: Chosen, probe: &mut impl Probe<Encoding>) -> Result<Outcome, Refused> {
        let formats: Vec<_> =
            chosen.formats().iter().filter_map(|format| self.formats[*format as usize].clone()).collect();
        if formats.is_empty() {
            let what = if chosen == Chosen::All { "the record" } else { chosen.formats()[0].name() };
            return Err(Refused::new(format!("{what} hasn't been written yet; `encode` writes it")));
        }
        let is_only_one = formats.len() == 1 && chosen != Chosen::All;
        for written in formats {
            self.shown = Shown::new(written.format);
            if is_only_one {
                self.go_over(&written, probe);
            }
            self.finish_reading(&written, probe);
        }
        Ok(Outcome::Done)
    }

    /// The reader goes over the bytes, field by field.
    fn go_over(&mut self, written: &Written, probe: &mut impl Probe<Encoding>) {
        for stretch in written.stretches() {
            self.shown = Some(Shown { format: written.format, reading: Some(stretch.clone()), is_read: false });
            let event = || {
                let field = stretch.field.map(|place| self.schema.fields[place].name.clone());
                let parts = written.parts[stretch.parts.clone()].iter().filter(|part| part.role != Role::Mark);
                let says: Vec<String> = parts.map(|part| said(part, field.as_deref())).collect();
                let marks = || vec!["marks alone".to_owned()];
                Event::FieldRead {
                    format: written.format,
                    field,
                    first: stretch.bytes.start,
                    last: stretch.bytes.end - 1,
                    says: if says.is_empty() { marks() } else { says }.into(),
                }
            };
            probe.step(event, self);
        }
    }

    fn finish_reading(&mut self, written: &Written, probe: &mut impl Probe<Encoding>) {
        let format = written.format;
        if let Some(shown) = &mut self.shown {
            shown.is_read = true;
        }
        match &written.read {
            Ok(_) => {
                let differences = written.differences(&self.record, &self.schema);
                *(if differences.is_empty() { &mut self.tally.read } else { &mut self.tally.changed }) += 1;
                probe.step(|| Event::ReadBack { format, differences: differences.into() }, self);
            }
            Err(bad) => {
                self.tally.failed += 1;
                probe.step(|| Event::ReadFailed { format, bad: bad.clone() }, self);
            }
        }
    }

    fn put(&mut self, name: &Rc<str>, written: &str, probe: &mut impl Probe<Encoding>) -> Result<(), Refused> {
        let known = self.schema.field(name).cloned();
        let is_new = known.is_none();
        let field = known.unwrap_or_else(|| edit::guessed(&self.schema, name.clone(), written));
        let value = edit::value(written, &field)?;
        if is_new {
            self.schema = edit::with_field(&self.schema, field.clone())?.into();
        }
        self.record = edit::with(&self.record, &self.schema, name, Some(value.clone())).into();
        let anew = self.write_anew();
        let number = is_new.then_some(field.number);
        let kind = spelt(&field.kind, field.optional).into();
        probe.step(|| Event::ValuePut { name: name.clone(), value, number, kind, anew }, self);
        Ok(())
    }

    fn remove(&mut self, name: &Rc<str>, probe: &mut impl Probe<Encoding>) -> Result<(), Refused> {
        let field = self.known(name)?;
        if !field.optional {
            let sort = spelt(&field.kind, true);
            return Err(Refused::new(format!(
                "{name} has to be there; accepted: a field that may be missing, as `field {} {name} {sort}` makes it",
                field.number
            )));
        }
        if self.record.field(name).is_none() {
            return Err(Refused::new(format!("{name} is missing already")));
        }
        self.record = edit::with(&self.record, &self.schema, name, None).into();
        let anew = self.write_anew();
        probe.step(|| Event::ValueRemoved { name: name.clone(), anew }, self);
        Ok(())
    }

    fn known(&self, name: &str) -> Result<&Field, Refused> {
        self.schema.field(name).ok_or_else(|| {
            let names: Vec<_> = self.schema.fields.iter().map(|field| &*field.name).collect();
            Refused::new(format!("{name} is no field of the schema; accepted: {}", names.join(", ")))
        })
    }

    /// A field's kind or number changes, or there is a new one. A value that does not fit it any more is left out; one that has
    /// to be there is zero or empty.
    fn declare(&mut self, field: Field, probe: &mut impl Probe<Encoding>) -> Result<(), Refused> {
        let schema = edit::with_field(&self.schema, field.clone())?;
        let name = &field.name;
        let mut value = self.record.field(name).cloned();
        if schema.check(&edit::with(&self.record, &schema, name, value.clone())).is_err() {
            value = (!field.optional).then(|| field.kind.zero());
        }
        self.record = edit::with(&self.record, &schema, name, value.clone()).into();
        self.schema = schema.into();
        let anew = self.write_anew();
        let kind = spelt(&field.kind, field.optional).into();
        probe.step(|| Event::FieldDeclared { number: field.number, name: name.clone(), kind, value, anew }, self);
        Ok(())
    }

    fn drop_field(&mut self, name: &Rc<str>, probe: &mut impl Probe<Encoding>) -> Result<(), Refused> {
        self.known(name)?;
        if self.schema.fields.len() == 1 {
            return Err(Refused::new(format!("{name} is the last field; accepted: a schema with at least one")));
        }
        let fields = self.schema.fields.iter().filter(|field| field.name != *name).cloned().collect();
        self.schema = Schema { name: self.schema.name.clone(), fields }.into();
        self.record = edit::with(&self.record, &self.schema, name, None).into();
        let anew = self.write_anew();
        probe.step(|| Event::FieldDropped { name: name.clone(), anew }, self);
        Ok(())
    }

    fn cut(&mut self, format: Format, bytes: usize, probe: &mut impl Probe<Encoding>) -> Result<(), Refused> {
        let mut left = self.bytes_of(format)?.to_vec();
        let all = left.len();
        if all == 0 {
            return Err(no_bytes(format));
        }
        if bytes >= all {
            return Err(Refused::new(format!("{} has {all} bytes; accepted: fewer than that", format.name())));
        }
        left.truncate(bytes);
        self.damage(format, left);
        probe.step(|| Event::BytesCut { format, bytes, gone: all - bytes }, self);
        Ok(())
    }

    fn change(&mut self, format: Format, byte: usize, to: u8, probe: &mut impl Probe<Encoding>) -> Result<(), Refused> {
        let mut bytes = self.bytes_of(format)?.to_vec();
        let Some(place) = bytes.get_mut(byte) else {
            let Some(last) = bytes.len().checked_sub(1) else { return Err(no_bytes(format)) };
            return Err(Refused::new(format!("{} has no byte {byte}; accepted: 0 to {last}", format.name())));
        };
        let was = std::mem::replace(place, to);
        self.damage(format, bytes);
        probe.step(|| Event::ByteChanged { format, byte, was, to }, self);
        Ok(())
    }

    fn bytes_of(&self, format: Format) -> Result<&[u8], Refused> {
        let written = self.written(format);
        let nothing = || Refused::new(format!("{} hasn't been written yet; `encode` writes it", format.name()));
        written.map(|written| &*written.bytes).ok_or_else(nothing)
    }

    fn damage(&mut self, format: Format, bytes: Vec<u8>) {
        let written = Written::new(format, bytes, &self.schema, self.settings.numbers, true);
        self.formats[format as usize] = Some(written);
        self.shown = Shown::new(format);
    }
}

/// A record of zeros and empty values alone, or one of which all is cut off.
fn no_bytes(format: Format) -> Refused {
    Refused::new(format!(
        "{} has no bytes, so none can be cut off or changed; accepted: a format with bytes",
        format.name()
    ))
}

/// What a part is and says, as short as a sentence needs it, without the name of the field that the sentence is about.
fn said(part: &Part, field: Option<&str>) -> String {
    let label = field.and_then(|field| part.label.strip_prefix(field)).unwrap_or(&part.label);
    let label = label.strip_prefix(": ").unwrap_or(label);
    let label = if label.is_empty() { "value" } else { label };
    let value: String = part.value.chars().map(|each| if each.is_control() { '␣' } else { each }).collect();
    format!("{label} ({})", crate::language::shorten(&value, 60))
}

#[cfg(test)]
mod tests;
