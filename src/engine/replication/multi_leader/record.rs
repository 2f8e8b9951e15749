//! A record at one leader, in each way to keep it.

use stepwise_derive::Wire;

use super::counter::Counter;
use super::fields::Fields;
use super::kept::Kept;
use super::latest::Latest;
use super::merge::Merge;
use super::op::{Kind, Op, Taken};
use super::set::ItemSet;
use super::settings::Resolution;
use super::value::Value;
use crate::sim::Time;
use crate::versions::{Dot, Vector};

#[derive(Clone, Debug, PartialEq, Wire)]
pub enum Record {
    Latest(Latest),
    Kept(Kept),
    Counter(Counter),
    Set(ItemSet),
    Map(Fields),
}

impl Record {
    /// As it is before its first write.
    pub fn new(resolution: Resolution, kind: Kind) -> Record {
        match (resolution, kind) {
            (Resolution::Lww, _) | (Resolution::Types, Kind::Text) => Record::Latest(Latest::default()),
            (Resolution::Types, Kind::Number) => Record::Counter(Counter::default()),
            (Resolution::Types, Kind::Items) => Record::Set(ItemSet::default()),
            (Resolution::Types, Kind::Fields) => Record::Map(Fields::default()),
            (Resolution::Home | Resolution::Siblings | Resolution::OnWrite | Resolution::OnRead, _) => {
                Record::Kept(Kept::default())
            }
        }
    }

    /// What who reads it has seen, where that is asked for.
    pub fn seen(&self) -> Vector {
        if let Record::Kept(kept) = self { kept.history() } else { Vector::default() }
    }

    /// The time by which the last write wins, where it does.
    pub fn time(&self) -> Option<Time> {
        if let Record::Latest(latest) = self { latest.iter().map(|(stamp, _)| stamp.time).next() } else { None }
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
        }
    };
}

impl Merge for Record {
    fn merge(&mut self, other: &Record) {
        match (self, other) {
            (Record::Latest(own), Record::Latest(other)) => Merge::merge(own, other),
            (Record::Kept(own), Record::Kept(other)) => Merge::merge(own, other),
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
        each!(self, it => it.values())
    }
}
