//! Values, and the columns of the table `tickets` in each version of the software.

use std::fmt::{self, Display};
use std::rc::Rc;

use crate::contract::Refused;

/// The longest text of a column in bytes. A column has a fixed place for it.
pub const MAX_TEXT: usize = 12;

#[derive(Clone, PartialEq, Eq)]
pub enum Value {
    Integer(i32),
    Text(Rc<str>),
    /// Milliseconds after midnight, by the clock of whoever said `NOW()`.
    Time(u32),
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Integer,
    Text,
    Time,
}

impl Kind {
    /// How many bytes a value takes in a row: 4 for a number or a time, a length and 12 bytes for a text.
    pub fn size(self) -> usize {
        if self == Kind::Text { 1 + MAX_TEXT } else { 4 }
    }

    /// What a row has in a column that nobody has given a value.
    pub fn default(self) -> Value {
        match self {
            Kind::Integer => Value::Integer(0),
            Kind::Text => Value::Text("".into()),
            Kind::Time => Value::Time(0),
        }
    }
}

impl Display for Kind {
    fn fmt(&self, out: &mut fmt::Formatter) -> fmt::Result {
        out.write_str(match self {
            Kind::Integer => "whole number",
            Kind::Text => "text",
            Kind::Time => "time",
        })
    }
}

impl Value {
    pub fn kind(&self) -> Kind {
        match self {
            Value::Integer(_) => Kind::Integer,
            Value::Text(_) => Kind::Text,
            Value::Time(_) => Kind::Time,
        }
    }

    /// The value's bytes, big-endian, without any filling.
    pub fn bytes(&self) -> Vec<u8> {
        match self {
            Value::Integer(number) => number.to_be_bytes().to_vec(),
            Value::Time(time) => time.to_be_bytes().to_vec(),
            Value::Text(text) => text.as_bytes().to_vec(),
        }
    }

    /// The value that [`Value::bytes`] has written.
    pub fn from_bytes(kind: Kind, bytes: &[u8]) -> Option<Value> {
        Some(match kind {
            Kind::Integer => Value::Integer(i32::from_be_bytes(bytes.try_into().ok()?)),
            Kind::Time => Value::Time(u32::from_be_bytes(bytes.try_into().ok()?)),
            Kind::Text => Value::Text(std::str::from_utf8(bytes).ok()?.into()),
        })
    }

    /// As a statement spells it, so that it reads as the same value: `7`, `'ann'`, `TIME '09:00:00.040'`.
    pub fn literal(&self) -> String {
        match self {
            Value::Integer(number) => number.to_string(),
            Value::Text(text) => format!("'{}'", text.replace('\'', "''")),
            Value::Time(_) => format!("TIME '{self}'"),
        }
    }
}

/// As a table shows it.
impl Display for Value {
    fn fmt(&self, out: &mut fmt::Formatter) -> fmt::Result {
        match self {
            Value::Integer(number) => number.fmt(out),
            Value::Text(text) => out.write_str(text),
            Value::Time(time) => {
                let (seconds, millis) = (time / 1000, time % 1000);
                write!(out, "{:02}:{:02}:{:02}.{millis:03}", seconds / 3600, seconds / 60 % 60, seconds % 60)
            }
        }
    }
}

/// `09:00:00.040` as milliseconds after midnight.
pub fn parse_time(text: &str) -> Option<u32> {
    let mut parts = text.split([':', '.']);
    let mut next = |most: u32| parts.next()?.parse::<u32>().ok().filter(|part| *part <= most);
    let time = ((next(23)? * 60 + next(59)?) * 60 + next(59)?) * 1000 + next(999)?;
    parts.next().is_none().then_some(time)
}

/// A column. Its tag stays the same through all versions, and is never given to another column.
#[derive(PartialEq, Eq)]
pub struct Column {
    pub tag: u8,
    pub name: &'static str,
    pub kind: Kind,
}

const ID: Column = Column { tag: 1, name: "id", kind: Kind::Integer };
const HOLDER: Column = Column { tag: 2, name: "holder", kind: Kind::Text };
const LOT: Column = Column { tag: 3, name: "lot", kind: Kind::Integer };
const AT: Column = Column { tag: 4, name: "at", kind: Kind::Time };
const PAID: Column = Column { tag: 5, name: "paid", kind: Kind::Integer };

/// A version of the software. Each lays out rows in its own way.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Version(pub u8);

impl Version {
    /// The leader's, and a follower's unless it is older or newer.
    pub const LEADER: Version = Version(2);

    /// The columns of `tickets` in this version, the key first.
    pub fn columns(self) -> &'static [Column] {
        match self.0 {
            1 => &[ID, HOLDER, AT],
            2 => &[ID, HOLDER, LOT, AT],
            _ => &[ID, HOLDER, LOT, AT, PAID],
        }
    }

    pub fn column(self, name: &str) -> Result<usize, Refused> {
        let columns = self.columns();
        columns.iter().position(|column| column.name.eq_ignore_ascii_case(name)).ok_or_else(|| {
            let names: Vec<_> = columns.iter().map(|column| column.name).collect();
            Refused::new(format!(
                "there is no column {} in version {} of tickets; there are: {}",
                crate::language::shorten(name, 20),
                self.0,
                names.join(", ")
            ))
        })
    }
}
