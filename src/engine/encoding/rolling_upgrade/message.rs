//! What clients, nodes and the database send each other.

use std::rc::Rc;

use stepwise_derive::Wire;

use super::command::{Field, RowId};
use crate::cluster::{self, CallId};
use crate::wire::{Frame, Wire};
use crate::wording::{count, shown};

/// `call` is for those who follow a run, as the id of a trace is, and the name under which an answer is expected.
#[derive(Clone, Debug, PartialEq, Eq, Wire)]
pub enum Message {
    /// A client's wish, whatever the rows look like.
    Set {
        call: CallId,
        row: RowId,
        field: Field,
        value: Rc<str>,
    },
    Read {
        call: CallId,
        row: RowId,
    },
    Saved {
        call: CallId,
    },
    Person {
        call: CallId,
        name: Rc<str>,
        city: Rc<str>,
        phone: Option<Rc<str>>,
    },
    Failed {
        call: CallId,
        why: Rc<str>,
    },
    /// A node's wish: a row as it is stored.
    Load {
        call: CallId,
        row: RowId,
    },
    Row {
        call: CallId,
        row: RowId,
        revision: u32,
        writer: u8,
        bytes: Stored,
    },
    /// Stores the row if it still has that revision.
    Store {
        call: CallId,
        row: RowId,
        revision: u32,
        writer: u8,
        bytes: Stored,
    },
    Stored {
        call: CallId,
    },
    /// The row has another revision by now.
    Changed {
        call: CallId,
    },
}

/// A row as it is stored: the database doesn't look inside.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stored(pub Rc<[u8]>);

impl Wire for Stored {
    fn write(&self, label: &str, frame: &mut Frame) {
        self.0.len().write("length", frame);
        frame.field(label, &self.0, format!("{} of the row, encoded", count(self.0.len(), "byte")));
    }

    fn read(bytes: &mut &[u8]) -> Option<Stored> {
        let long = usize::read(bytes)?;
        let (own, rest) = bytes.split_at_checked(long)?;
        *bytes = rest;
        Some(Stored(own.into()))
    }
}

impl Message {
    /// The call that it is about.
    pub fn call(&self) -> CallId {
        match *self {
            Message::Set { call, .. }
            | Message::Read { call, .. }
            | Message::Saved { call }
            | Message::Person { call, .. }
            | Message::Failed { call, .. }
            | Message::Load { call, .. }
            | Message::Row { call, .. }
            | Message::Store { call, .. }
            | Message::Stored { call }
            | Message::Changed { call } => call,
        }
    }

    /// The version of the code that has written the row inside.
    pub fn writer(&self) -> Option<u8> {
        match *self {
            Message::Row { writer, .. } | Message::Store { writer, .. } => Some(writer),
            _ => None,
        }
    }
}

impl cluster::Message for Message {
    fn kind(&self) -> &'static str {
        Message::kind(self)
    }

    fn about(&self) -> String {
        match self {
            Message::Set { row, field, value, .. } => format!("set {field} of {row} to {}", shown(value)),
            Message::Read { row, .. } => format!("read {row}"),
            Message::Saved { .. } => "saved".to_owned(),
            Message::Person { name, city, phone, .. } => says(name, city, phone.as_deref()),
            Message::Failed { why, .. } => format!("failed: {why}"),
            Message::Load { row, .. } => format!("load {row}"),
            Message::Row { row, writer, bytes, .. } => {
                format!("{row}, {}, written by version {writer}", count(bytes.0.len(), "byte"))
            }
            Message::Store { row, writer, bytes, revision, .. } => {
                let long = count(bytes.0.len(), "byte");
                format!("store {row}, {long}, written by version {writer}, over revision {revision}")
            }
            Message::Stored { .. } => "stored".to_owned(),
            Message::Changed { .. } => "not stored: the row has changed".to_owned(),
        }
    }

    fn brief(&self) -> String {
        match self {
            Message::Set { field, value, .. } => format!("{field}={}", shown(value)),
            Message::Read { row, .. } => format!("{row}?"),
            Message::Saved { .. } => "ok".to_owned(),
            Message::Person { name, .. } if name.is_empty() => "no name".to_owned(),
            Message::Person { name, .. } => shown(name).to_string(),
            Message::Failed { .. } => "✗".to_owned(),
            Message::Load { row, .. } => format!("{row}?"),
            Message::Row { row, bytes, .. } | Message::Store { row, bytes, .. } => format!("{row} {} B", bytes.0.len()),
            Message::Stored { .. } => "ok".to_owned(),
            Message::Changed { .. } => "changed ✗".to_owned(),
        }
    }
}

/// A person in one line.
pub fn says(name: &str, city: &str, phone: Option<&str>) -> String {
    let named = |text: &str| if text.is_empty() { "(empty)".to_owned() } else { shown(text).to_string() };
    let phone = phone.map(|phone| format!(", phone {}", shown(phone))).unwrap_or_default();
    format!("{}, {}{phone}", named(name), named(city))
}
