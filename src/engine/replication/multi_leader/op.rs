//! What a user wants written, and of which record.

use std::fmt::{self, Display};

use stepwise_derive::Wire;

use crate::cluster::NodeId;
use crate::key::Key;
use crate::versions::Dot;
use crate::wire::{Frame, Wire};
use crate::wording::shown;

/// What is kept under a name. A counter and a list of the same name are two records.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Wire)]
pub enum Kind {
    Text,
    Number,
    Items,
    Fields,
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct RecordId {
    pub key: Key,
    pub kind: Kind,
}

/// A change of one record, or a claim, which is a record of its own.
#[derive(Clone, Debug, PartialEq, Eq, Wire)]
pub enum Op {
    Write { key: Key, value: Key },
    Add { key: Key, item: Key },
    Remove { key: Key, item: Key },
    Increment { key: Key },
    Set { key: Key, field: Key, value: Key },
    Book { room: Key, from: u64, until: u64 },
    Take { name: Key },
}

/// Which one it is of all writes, and when its leader took it, by its clock.
#[derive(Clone, Copy, Debug)]
pub struct Taken {
    pub dot: Dot,
    pub stamp: crate::versions::Stamp,
}

impl Taken {
    pub fn by(&self) -> NodeId {
        self.dot.replica
    }
}

impl Op {
    pub fn name(&self) -> &Key {
        match self {
            Op::Write { key, .. }
            | Op::Add { key, .. }
            | Op::Remove { key, .. }
            | Op::Increment { key }
            | Op::Set { key, .. } => key,
            Op::Book { room: name, .. } | Op::Take { name } => name,
        }
    }

    /// The record that it changes; a claim changes none that is there.
    pub fn record(&self) -> Option<RecordId> {
        let kind = match self {
            Op::Write { .. } => Kind::Text,
            Op::Add { .. } | Op::Remove { .. } => Kind::Items,
            Op::Increment { .. } => Kind::Number,
            Op::Set { .. } => Kind::Fields,
            Op::Book { .. } | Op::Take { .. } => return None,
        };
        Some(RecordId { key: self.name().clone(), kind })
    }
}

/// As what somebody is asked: `write title = B`.
impl Display for Op {
    fn fmt(&self, out: &mut fmt::Formatter) -> fmt::Result {
        let name = shown(self.name().as_str());
        match self {
            Op::Write { value, .. } => write!(out, "write {name} = {}", shown(value.as_str())),
            Op::Add { item, .. } => write!(out, "add {} to {name}", shown(item.as_str())),
            Op::Remove { item, .. } => write!(out, "remove {} from {name}", shown(item.as_str())),
            Op::Increment { .. } => write!(out, "add 1 to {name}"),
            Op::Set { field, value, .. } => {
                write!(out, "set {} of {name} to {}", shown(field.as_str()), shown(value.as_str()))
            }
            Op::Book { from, until, .. } => write!(out, "book {name} from {from} to {until}"),
            Op::Take { .. } => write!(out, "take the name {name}"),
        }
    }
}

impl Wire for RecordId {
    fn write(&self, _: &str, frame: &mut Frame) {
        self.key.write("key", frame);
        self.kind.write("type", frame);
    }

    fn read(bytes: &mut &[u8]) -> Option<RecordId> {
        Some(RecordId { key: Key::read(bytes)?, kind: Kind::read(bytes)? })
    }
}
