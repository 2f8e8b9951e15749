//! A record at one leader, in each way to keep it.

use std::rc::Rc;

use stepwise_derive::Wire;

use super::counter::Counter;
use super::fields::Fields;
use super::kept::{self, Kept};
use super::latest::{self, Latest};
use super::merge::Merge;
use super::op::{Kind, Op, Taken};
use super::set::ItemSet;
use super::settings::Resolution;
use super::value::{Value, words};
use crate::sim::Time;
use crate::versions::{Dot, Vector};

#[derive(Clone, Debug, PartialEq, Wire)]
pub enum Record {
    Latest(Latest),
    Kept(Kept),
    Counter(Counter),
    Set(ItemSet),
    Map(Fields),
    /// As those that are kept, and shown to readers one by one, equal ones too.
    Siblings(Kept),
}

/// A value that a write didn't replace, as its time is no earlier.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stood {
    pub of: Rc<str>,
    pub value: Rc<str>,
    pub time: Time,
    pub is_tie: bool,
}

/// Siblings, and what the function makes of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Merged {
    pub of: Rc<str>,
    pub into: Rc<str>,
}

impl Record {
    /// As it is before its first write.
    pub fn new(resolution: Resolution, kind: Kind) -> Record {
        match (resolution, kind) {
            (Resolution::Lww, _) | (Resolution::Types, Kind::Text) => Record::Latest(Latest::default()),
            (Resolution::Types, Kind::Number) => Record::Counter(Counter::default()),
            (Resolution::Types, Kind::Items) => Record::Set(ItemSet::default()),
            (Resolution::Types, Kind::Fields) => Record::Map(Fields::default()),
            (Resolution::Siblings, _) => Record::Siblings(Kept::default()),
            (Resolution::Home | Resolution::OnWrite | Resolution::OnRead, _) => Record::Kept(Kept::default()),
        }
    }

    /// What who reads it has seen, where that is asked for.
    pub fn seen(&self) -> Vector {
        if let Record::Kept(kept) | Record::Siblings(kept) = self { kept.history() } else { Vector::default() }
    }

    /// What stands in the register that such a write is for.
    pub fn stood(&self, op: &Op, now: Time) -> Option<Stood> {
        let (register, field) = match (self, op) {
            (Record::Latest(register), _) => (register, None),
            (Record::Map(fields), Op::Set { field, .. }) => (fields.get(field)?, Some(field)),
            _ => return None,
        };
        let (stamp, written) = register.iter().next()?;
        Some(Stood {
            of: latest::name(op.name(), field),
            value: written.value.to_string().into(),
            time: stamp.time,
            is_tie: stamp.time == now,
        })
    }

    /// The siblings that a write builds upon, where the function has to make one value of them first.
    pub fn merged(&self, op: &Op) -> Option<Merged> {
        let (Record::Kept(kept) | Record::Siblings(kept)) = self else { return None };
        let values = self.values();
        if values.len() < 2 || matches!(op, Op::Write { .. }) {
            return None;
        }
        Some(Merged { of: words(&values).into(), into: kept::combined(kept)?.to_string().into() })
    }

    pub fn has(&self, item: &crate::key::Key) -> bool {
        self.values().iter().any(|value| matches!(value, Value::Items(items) if items.contains(item)))
    }
}

/// The same of each kind.
macro_rules! each {
    ($record:expr, $it:ident => $do:expr) => {
        match $record {
            Record::Latest($it) => $do,
            Record::Kept($it) => $do,
            Record::Counter($it) => $do,
            Record::Set($it) => $do,
            Record::Map($it) => $do,
            Record::Siblings($it) => $do,
        }
    };
}

impl Merge for Record {
    fn merge(&mut self, other: &Record) {
        match (self, other) {
            (Record::Latest(own), Record::Latest(other)) => Merge::merge(own, other),
            (Record::Kept(own), Record::Kept(other)) | (Record::Siblings(own), Record::Siblings(other)) => {
                Merge::merge(own, other);
            }
            (Record::Counter(own), Record::Counter(other)) => own.merge(other),
            (Record::Set(own), Record::Set(other)) => own.merge(other),
            (Record::Map(own), Record::Map(other)) => own.merge(other),
            _ => unreachable!("a run keeps records in one way"),
        }
    }

    fn apply(&mut self, op: &Op, taken: Taken) -> bool {
        each!(self, it => it.apply(op, taken))
    }

    fn dots(&self) -> Vec<Dot> {
        each!(self, it => it.dots())
    }

    fn under(&self, op: &Op) -> Vec<Dot> {
        each!(self, it => it.under(op))
    }

    fn values(&self) -> Vec<Value> {
        if let Record::Siblings(kept) = self {
            return kept.iter().map(|(_, written)| written.value.clone()).collect();
        }
        each!(self, it => it.values())
    }
}
