//! A version of the code: what it knows of a row, how it reads one, and how it writes one back.
//!
//! To the code a row is a [`Person`], whatever is stored. Version by version the schema says which fields that takes:
//!
//! | plan | 1 | 2 | 3 | 4 |
//! |---|---|---|---|---|
//! | a field is added | name, city | and phone | | |
//! | a field is split, in one go | name, city | city, first, last | | |
//! | in stages | name, city | and first, last; reads name | the same; reads first, last, and may do without name | city, first, last |
//!
//! What a row has beyond that is **foreign** to the code. An object with a member for each field has no place for it: it is
//! dropped when the row is written back. Code that keeps it carries it along without understanding it: Protocol Buffers as
//! the bytes that stood there, JSON as members of the object, Avro by writing with the schema that the row came with.

use std::rc::Rc;

use serde_json::{Map, Value as Json};

use super::command::Field;
use super::settings::{Change, Format, Settings, Unknown};
use crate::format::avro::{self, Deed};
use crate::format::{
    self, BadBytes, Bytes, Ear, Kind, Misfit, Part, Parts, Role, Schema, Value, json, protocol_buffers,
};
use crate::wording::list;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Code {
    pub change: Change,
    pub version: u8,
    pub format: Format,
    pub unknown: Unknown,
}

/// What the program works with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Person {
    pub name: Rc<str>,
    pub city: Rc<str>,
    pub phone: Option<Rc<str>>,
}

/// A row that has been read.
#[derive(Clone, Debug)]
pub struct Loaded {
    pub person: Person,
    pub foreign: Foreign,
}

/// What a row has that the code doesn't know.
#[derive(Clone, Debug, Default)]
pub struct Foreign {
    /// As the bytes call it: a number or a name.
    pub fields: Vec<String>,
    kept: Kept,
}

impl Foreign {
    /// `field 3`, `first and last`.
    pub fn named(&self) -> String {
        list(&self.fields)
    }
}

#[derive(Clone, Debug, Default)]
enum Kept {
    #[default]
    Nothing,
    /// Fields of Protocol Buffers as they stood there, tags and all.
    Bytes(Vec<u8>),
    /// Members of an object.
    Members(Map<String, Json>),
    /// A record of Avro, and the version whose schema it is of.
    Record(u8, Value),
}

impl Settings {
    /// The code of a version.
    pub fn code(&self, version: u8) -> Code {
        let Settings { change, format, unknown, .. } = *self;
        Code { change, version, format, unknown }
    }
}

impl Code {
    pub fn schema(&self) -> Schema {
        let of = |fields: &[(u32, &str, bool)]| {
            let field = |(number, name, optional): &(u32, &str, bool)| format::Field {
                number: *number,
                name: (*name).into(),
                kind: Kind::Text,
                optional: *optional,
                default: None,
            };
            Schema { name: "Person".into(), fields: fields.iter().map(field).collect() }
        };
        const NAME: (u32, &str, bool) = (1, "name", false);
        const CITY: (u32, &str, bool) = (2, "city", false);
        match (self.change, self.version) {
            (_, 1) => of(&[NAME, CITY]),
            (Change::Add, _) => of(&[NAME, CITY, (3, "phone", true)]),
            (Change::Staged, 2) => of(&[NAME, CITY, (3, "first", true), (4, "last", true)]),
            // Rows of version 4 have no name any more.
            (Change::Staged, 3) => of(&[(1, "name", true), CITY, (3, "first", true), (4, "last", true)]),
            _ => of(&[CITY, (3, "first", false), (4, "last", false)]),
        }
    }

    pub fn knows(&self, field: Field) -> bool {
        field != Field::Phone || (self.change == Change::Add && self.version == 2)
    }

    /// Whether the name is read from the two new fields, where they are there.
    fn reads_new(&self) -> bool {
        match self.change {
            Change::Add => false,
            Change::Split => self.version == 2,
            Change::Staged => self.version >= 3,
        }
    }

    /// Avro takes a default only from the schema, and what may be missing is null by default.
    fn avro(&self) -> avro::Schema {
        let mut schema = self.schema();
        schema.fields.iter_mut().filter(|field| field.optional).for_each(|field| field.default = Some(Value::Null));
        avro::schema_of(&schema)
    }

    /// The same code in another version.
    pub fn of_version(&self, version: u8) -> Code {
        Code { version, ..*self }
    }

    /// Reads a row; an error says what is wrong with it, as a clause.
    pub fn read(&self, stored: &[u8]) -> Result<Loaded, String> {
        let schema = self.schema();
        let (record, foreign) = match self.format {
            Format::ProtocolBuffers => {
                let (record, ear) = self.format.read(stored, &schema, Parts::default());
                let record = record.map_err(|bad| format!("byte {}: {}", bad.offset, bad.found))?;
                (record, foreign_fields(stored, &ear.parts))
            }
            Format::Json => {
                let (record, ()) = self.format.read(stored, &schema, ());
                let record = record.map_err(|bad| format!("byte {}: {}", bad.offset, bad.found))?;
                (record, foreign_members(stored, &schema))
            }
            Format::Avro => self.read_avro(stored)?,
        };
        Ok(Loaded { person: self.person(&record), foreign })
    }

    /// In front of Avro's bytes stands the version whose schema wrote them: without it, no one could read them.
    fn read_avro(&self, stored: &[u8]) -> Result<(Value, Foreign), String> {
        let (version, bytes) = stored.split_first().ok_or("it is empty")?;
        let [writer, reader] = [self.of_version(*version), *self].map(|code| code.avro());
        let (datum, ()) = avro::decode_all(&writer, bytes, ()).map_err(|bad| bad.to_string())?;
        let (read, notes) = avro::resolve(&writer, &reader, &datum)
            .map_err(|unresolved| format!("field {}: {}", unresolved.path, unresolved.reason))?;
        let skipped = notes.into_iter().filter(|note| note.deed == Deed::Skipped).map(|note| note.path);
        let fields: Vec<String> = skipped.collect();
        let kept = match fields[..] {
            [] => Kept::Nothing,
            _ => Kept::Record(*version, avro::value_of(&writer, &writer.root, &datum)),
        };
        Ok((avro::value_of(&reader, &reader.root, &read), Foreign { fields, kept }))
    }

    fn person(&self, record: &Value) -> Person {
        let text = |name: &str| match record.field(name) {
            Some(Value::Text(text)) => Some(text.clone()),
            _ => None,
        };
        let new = text("first").map(|first| joined(&first, text("last").as_deref().unwrap_or_default()));
        let name = if self.reads_new() { new.or_else(|| text("name")) } else { text("name") };
        let known = |text: Option<Rc<str>>| text.unwrap_or_else(|| "".into());
        Person { name: known(name), city: known(text("city")), phone: text("phone") }
    }

    /// A person as a row, with what is foreign to the code if it keeps that.
    pub fn write(&self, person: &Person, foreign: &Foreign) -> Vec<u8> {
        let (first, last) = divided(&person.name);
        let schema = self.schema();
        let own = schema.fields.iter().filter_map(|field| {
            let text: Rc<str> = match &*field.name {
                "name" => person.name.clone(),
                "city" => person.city.clone(),
                "first" => first.into(),
                "last" => last.into(),
                _ => person.phone.clone()?,
            };
            Some((field.name.clone(), Value::Text(text)))
        });
        let record = Value::Record(own.collect());
        let kept = if self.unknown == Unknown::Kept { &foreign.kept } else { &Kept::Nothing };
        match (self.format, kept) {
            (Format::Avro, Kept::Record(version, whole)) => {
                let schema = self.of_version(*version).schema();
                let fields = schema.fields.iter().filter_map(|field| {
                    let value = record.field(&field.name).or_else(|| whole.field(&field.name))?;
                    Some((field.name.clone(), value.clone()))
                });
                let all = Value::Record(fields.collect());
                encoded(self.of_version(*version), &all)
            }
            (_, kept) => {
                let mut bytes = encoded(*self, &record);
                match kept {
                    Kept::Bytes(fields) => bytes.extend(fields),
                    Kept::Members(members) => add_members(&mut bytes, members),
                    Kept::Nothing | Kept::Record(..) => {}
                }
                bytes
            }
        }
    }

    /// A row's bytes, each explained as someone has it who knows all versions: with the fields' names.
    pub fn explained(&self, stored: &[u8]) -> Vec<(Part, Option<Rc<str>>)> {
        let schema = match self.format {
            Format::Avro => self.of_version(stored.first().copied().unwrap_or(1)).schema(),
            _ => self.all_fields(),
        };
        let named = |part: Part| {
            let name = part.field.map(|place| schema.fields[place].name.clone());
            (part, name)
        };
        let shift = usize::from(self.format == Format::Avro);
        let (_, ear) = self.format.read(&stored[shift..], &schema, Parts::default());
        let front = (shift > 0).then(|| Part {
            range: 0..1,
            role: Role::Tag,
            field: None,
            label: "the writer's schema".to_owned(),
            value: format!("version {}", stored[0]),
        });
        let rest =
            ear.parts.into_iter().map(|part| Part { range: part.range.start + shift..part.range.end + shift, ..part });
        front.into_iter().chain(rest).map(named).collect()
    }

    /// Every field that any version has, none of which needs to be there.
    fn all_fields(&self) -> Schema {
        let mut all: Vec<format::Field> = Vec::new();
        for version in 1..=self.change.last() {
            for field in self.of_version(version).schema().fields {
                if all.iter().all(|other| other.number != field.number) {
                    all.push(format::Field { optional: true, ..field });
                }
            }
        }
        Schema { name: "Person".into(), fields: all }
    }
}

/// Of all formats these three alone: a page that shows this figure fetches no other.
impl Format {
    fn write(self, record: &Value, schema: &Schema) -> Result<Vec<u8>, Misfit> {
        let write = match self {
            Format::ProtocolBuffers => protocol_buffers::write,
            Format::Json => json::write,
            Format::Avro => avro::write,
        };
        let mut out = Vec::new();
        write(record, schema, &mut out)?;
        Ok(out)
    }

    fn read<E: Ear>(self, stored: &[u8], schema: &Schema, ear: E) -> (Result<Value, BadBytes>, E) {
        let read = match self {
            Format::ProtocolBuffers => protocol_buffers::read,
            Format::Json => json::read,
            Format::Avro => avro::read,
        };
        let mut bytes = Bytes::new(stored, ear);
        (read(&mut bytes, schema), bytes.ear)
    }
}

fn encoded(code: Code, record: &Value) -> Vec<u8> {
    let schema = code.schema();
    let bytes = code.format.write(record, &schema).expect("the code writes what its schema asks for");
    if code.format == Format::Avro { [&[code.version], &bytes[..]].concat() } else { bytes }
}

/// Fields of Protocol Buffers whose numbers the reader doesn't know.
fn foreign_fields(stored: &[u8], parts: &[Part]) -> Foreign {
    let mut bytes = Vec::new();
    let mut fields = Vec::new();
    for part in parts.iter().filter(|part| part.field.is_none()) {
        bytes.extend(&stored[part.range.clone()]);
        if part.role == Role::Tag {
            let number = part.value.split(',').next().unwrap_or_default();
            fields.push(format!("field {number}"));
        }
    }
    Foreign { kept: if fields.is_empty() { Kept::Nothing } else { Kept::Bytes(bytes) }, fields }
}

/// Members of an object that the reader's schema doesn't name.
fn foreign_members(stored: &[u8], schema: &Schema) -> Foreign {
    let mut members: Map<String, Json> = serde_json::from_slice(stored).unwrap_or_default();
    members.retain(|name, _| schema.field(name).is_none());
    let fields: Vec<String> = members.keys().cloned().collect();
    Foreign { kept: if fields.is_empty() { Kept::Nothing } else { Kept::Members(members) }, fields }
}

/// Before the bracket that closes an object.
fn add_members(object: &mut Vec<u8>, members: &Map<String, Json>) {
    object.pop();
    for (name, value) in members {
        if object.len() > 1 {
            object.push(b',');
        }
        object.extend(format!("{}:{value}", Json::from(name.as_str())).bytes());
    }
    object.push(b'}');
}

/// A name in two parts: at its first blank.
fn divided(name: &str) -> (&str, &str) {
    name.split_once(' ').unwrap_or((name, ""))
}

fn joined(first: &str, last: &str) -> Rc<str> {
    if last.is_empty() { first.into() } else { format!("{first} {last}").into() }
}
