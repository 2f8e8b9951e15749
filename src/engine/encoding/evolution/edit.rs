//! Edits: each makes a new version of the newest one.

use std::rc::Rc;

use super::command::{Keeping, Text};
use super::settings::Origin;
use super::typed::Typed;
use super::version::{Column, FieldId, Version};
use super::{Evolution, MOST_VERSIONS};
use crate::contract::Refused;
use crate::format::{Kind, Value};
use crate::wording::{list, shown};

/// More have no place beside each other.
const MOST_FIELDS: usize = 7;
/// Above, Protocol Buffers has numbers of its own.
const MOST_NUMBER: u32 = 1_000;

/// What is told of an edit, as a sentence without its full stop, and the version.
type Made = Result<(Version, String), Refused>;

impl Evolution {
    fn by_table(&self) -> bool {
        self.settings.origin == Origin::Table
    }

    /// The newest version's columns, to be edited; and that there is room for one version more.
    fn begin_edit(&self) -> Result<Vec<Column>, Refused> {
        if self.versions.len() == MOST_VERSIONS {
            return Err(Refused::new(format!("there are {MOST_VERSIONS} versions, and no room for more")));
        }
        let newest = self.newest();
        if newest.is_text {
            return Err(Refused::new(format!("v{} is a text of its own; the next has to be one, too", newest.number)));
        }
        Ok((*newest.columns).clone())
    }

    fn made(&self, mut columns: Vec<Column>, change: String, told: String) -> (Version, String) {
        if self.by_table() {
            for (number, column) in (1..).zip(&mut columns) {
                column.number = number;
            }
        }
        (Version::of(self.versions.len() as u32 + 1, change.into(), columns, self.settings.origin), told)
    }

    pub(super) fn add(&mut self, name: &Rc<str>, typed: &Typed, default: Option<&str>, number: Option<u32>) -> Made {
        let mut columns = self.begin_edit()?;
        unused(&columns, name)?;
        if columns.len() == MOST_FIELDS {
            return Err(Refused::new(format!("the schema has {MOST_FIELDS} fields, and there is no room for more")));
        }
        let typed = self.as_column(typed)?;
        let default = match default {
            Some(text) => Some(default_of(name, &typed, text)?),
            None => self.by_table().then_some(Value::Null),
        };
        let number = self.number_for(&columns, number)?;
        self.fields += 1;
        let said = typed.to_string();
        let with = match (&default, self.by_table()) {
            (Some(value), false) => format!(" = {value}"),
            _ => String::new(),
        };
        let numbered = if self.settings.family.is_numbered() { format!(", number {number}") } else { String::new() };
        let told = match self.by_table() {
            true => format!(
                "ALTER TABLE people ADD COLUMN {name} {}. The schema is made anew from the columns",
                typed.sql()
            ),
            false => {
                let default = default
                    .as_ref()
                    .map_or(", without a default".to_owned(), |value| format!(", with the default {value}"));
                format!("The schema gets a field {name}, {typed}{default}{numbered}")
            }
        };
        let change = format!("+ {name} {said}{with}");
        let (name, aliases) = (name.clone(), Vec::new());
        columns.push(Column { id: FieldId(self.fields), number, name, typed, said, default, aliases });
        Ok(self.made(columns, change, told))
    }

    /// A table's columns may all be null, and none is a list.
    fn as_column(&self, typed: &Typed) -> Result<Typed, Refused> {
        match typed {
            typed if !self.by_table() => Ok(typed.clone()),
            Typed { kind: Kind::List(_), .. } => Err(Refused::new("a column of the table holds one value")),
            typed => Ok(Typed { kind: typed.kind.clone(), optional: true }),
        }
    }

    /// The number for a new field: the one that is asked for, or the first that was never given.
    fn number_for(&self, columns: &[Column], asked: Option<u32>) -> Result<u32, Refused> {
        let given = || self.versions.iter().flat_map(|version| version.columns.iter());
        let next = given().map(|column| column.number).max().unwrap_or(0) + 1;
        let Some(number) = asked else { return Ok(next) };
        if !self.settings.family.is_numbered() {
            return Err(Refused::new("Avro finds fields by name; they have no numbers"));
        }
        if self.by_table() {
            return Err(Refused::new("a column has the number of its place in the table"));
        }
        if number == 0 || number > MOST_NUMBER {
            return Err(Refused::new(format!("{number} is no number of a field here; accepted: 1 to {MOST_NUMBER}")));
        }
        if let Some(column) = columns.iter().find(|column| column.number == number) {
            return Err(Refused::new(format!("number {number} is {}", column.name)));
        }
        match given().find(|column| column.number == number) {
            Some(column) if self.settings.reserve => Err(Refused::new(format!(
                "number {number} was {}, and is reserved: old data still has it; the next free one is {next}",
                column.name
            ))),
            _ => Ok(number),
        }
    }

    pub(super) fn remove(&mut self, name: &str) -> Made {
        let mut columns = self.begin_edit()?;
        let place = place(&columns, name)?;
        if columns.len() == 1 {
            return Err(Refused::new(format!("{name} is the only field")));
        }
        let gone = columns.remove(place);
        let told = match (self.by_table(), self.settings.family.is_numbered(), self.settings.reserve) {
            (true, ..) => {
                format!("ALTER TABLE people DROP COLUMN {name}. The schema is made anew from the columns that are left")
            }
            (_, true, true) => format!("The schema loses {name}; its number {} is reserved", gone.number),
            (_, true, false) => format!("The schema loses {name}, and its number {} is free again", gone.number),
            _ => format!("The schema loses {name}"),
        };
        Ok(self.made(columns, format!("− {name}"), told))
    }

    pub(super) fn rename(&mut self, name: &str, new: &Rc<str>, keeping: Option<Keeping>) -> Made {
        let mut columns = self.begin_edit()?;
        let place = place(&columns, name)?;
        unused(&columns, new)?;
        if keeping.is_some() && (self.settings.family.is_numbered() || self.by_table()) {
            return Err(Refused::new("an alias is for a schema of Avro that is written by hand"));
        }
        let column = &mut columns[place];
        let old = std::mem::replace(&mut column.name, new.clone());
        // Without the old name, those that it had before are of no use to a reader either.
        if keeping.is_some() {
            column.aliases.push(old);
        } else {
            column.aliases.clear();
        }
        let alias = if keeping.is_some() { ", and keeps the old name as an alias" } else { "" };
        let told = match self.by_table() {
            true => {
                format!("ALTER TABLE people RENAME COLUMN {name} TO {new}. The schema is made anew from the columns")
            }
            false => format!("The field {name} is called {new} now{alias}"),
        };
        let change = if keeping.is_some() { format!("{name} → {new}, alias") } else { format!("{name} → {new}") };
        Ok(self.made(columns, change, told))
    }

    pub(super) fn retype(&mut self, name: &str, typed: &Typed, default: Option<&str>) -> Made {
        let mut columns = self.begin_edit()?;
        let place = place(&columns, name)?;
        let typed = self.as_column(typed)?;
        let old = &columns[place];
        if old.typed == typed && default.is_none() {
            return Err(Refused::new(format!("{name} is {typed} already")));
        }
        // A default stays if it is one of the new type.
        let kept = || old.default.as_ref().and_then(|value| typed.value(&spelled(value)).ok());
        let default = match default {
            Some(text) => Some(default_of(name, &typed, text)?),
            None => kept(),
        };
        let was = old.said.clone();
        let told = match self.by_table() {
            true => format!(
                "ALTER TABLE people ALTER COLUMN {name} TYPE {}. The schema is made anew from the columns",
                typed.sql()
            ),
            false => format!("The field {name} was {was} and is {typed} now"),
        };
        let change = format!("{name}: {was} → {typed}");
        let column = &mut columns[place];
        (column.said, column.typed, column.default) = (typed.to_string(), typed, default);
        Ok(self.made(columns, change, told))
    }

    pub(super) fn repeat(&mut self, name: &str) -> Made {
        let columns = self.begin_edit()?;
        let old = &columns[place(&columns, name)?];
        if matches!(old.typed.kind, Kind::List(_)) {
            return Err(Refused::new(format!("{name} may come any number of times already")));
        }
        let typed = Typed { kind: Kind::List(Rc::new(old.typed.kind.clone())), optional: false };
        self.retype(name, &typed, None)
    }

    pub(super) fn take_text(&mut self, text: &Text) -> Made {
        if self.settings.family.is_numbered() || self.by_table() {
            return Err(Refused::new("a text of a schema is for Avro, written by hand"));
        }
        if self.versions.len() == MOST_VERSIONS {
            return Err(Refused::new(format!("there are {MOST_VERSIONS} versions, and no room for more")));
        }
        let fields = text.schema.fields().map_or(0, <[_]>::len);
        if fields > MOST_FIELDS {
            return Err(Refused::new(format!("the schema has {fields} fields; there is room for {MOST_FIELDS}")));
        }
        let number = self.versions.len() as u32 + 1;
        let newest = self.newest().clone();
        let version = Version::of_text(number, (*text.schema).clone(), &newest, &mut self.fields);
        let version = version.ok_or_else(|| Refused::new("the schema is no record"))?;
        let names: Vec<_> = version.columns.iter().map(|column| column.name.clone()).collect();
        let what = if names.is_empty() { "no fields".to_owned() } else { list(names) };
        Ok((version, format!("A schema is given as a text, with {what}")))
    }
}

/// A default as a reader writes it, so that it can be read as one of another type.
fn spelled(value: &Value) -> String {
    match value {
        Value::Text(text) => text.to_string(),
        Value::List(items) => items.iter().map(spelled).collect::<Vec<_>>().join(","),
        value => value.to_string(),
    }
}

fn default_of(name: &str, typed: &Typed, text: &str) -> Result<Value, Refused> {
    typed.value(text).map_err(|accepted| {
        Refused::new(format!("{} is no default for {name}, {typed}; accepted: {accepted}", shown(text)))
    })
}

fn place(columns: &[Column], name: &str) -> Result<usize, Refused> {
    columns.iter().position(|column| *column.name == *name).ok_or_else(|| {
        let names = columns.iter().map(|column| &*column.name);
        Refused::new(format!("the newest version has no field {}; it has {}", shown(name), list(names)))
    })
}

fn unused(columns: &[Column], name: &str) -> Result<(), Refused> {
    match columns.iter().any(|column| *column.name == *name) {
        true => Err(Refused::new(format!("the newest version has a field {name} already"))),
        false => Ok(()),
    }
}
