//! All that a node holds, on its disk.

use std::rc::Rc;

use stepwise_derive::Wire;

use super::claims::{Claim, Claims};
use super::merge::Merge;
use super::op::RecordId;
use super::record::Record;
use super::settings::Resolution;
use crate::cluster::CallId;
use crate::key::Key;
use crate::versions::Dot;

#[derive(Clone, Debug, Default, PartialEq)]
pub struct Store {
    /// In the order of their names.
    records: Vec<(RecordId, Rc<Record>)>,
    pub claims: Claims,
}

/// A piece of it, by its name.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Piece {
    Record(RecordId),
    Claim(CallId),
}

/// A piece of it, as it goes to another.
#[derive(Clone, Debug, PartialEq, Wire)]
pub enum Change {
    Record { id: RecordId, record: Record },
    Claim(Claim),
}

impl Change {
    pub fn piece(&self) -> Piece {
        match self {
            Change::Record { id, .. } => Piece::Record(id.clone()),
            Change::Claim(claim) => Piece::Claim(claim.call),
        }
    }
}

impl Store {
    pub fn records(&self) -> impl Iterator<Item = &(RecordId, Rc<Record>)> {
        self.records.iter()
    }

    pub fn get(&self, id: &RecordId) -> Option<&Record> {
        self.records.iter().find(|(own, _)| own == id).map(|(_, record)| &**record)
    }

    /// Those of a name, of all types.
    pub fn named(&self, key: &Key) -> impl Iterator<Item = &(RecordId, Rc<Record>)> {
        self.records.iter().filter(move |(id, _)| id.key == *key)
    }

    pub fn record_mut(&mut self, id: &RecordId, resolution: Resolution) -> &mut Record {
        let place = self.records.binary_search_by(|(own, _)| own.cmp(id)).unwrap_or_else(|place| {
            self.records.insert(place, (id.clone(), Rc::new(Record::new(resolution, id.kind))));
            place
        });
        Rc::make_mut(&mut self.records[place].1)
    }

    /// A piece as it is now.
    pub fn change(&self, piece: &Piece) -> Option<Change> {
        match piece {
            Piece::Record(id) => Some(Change::Record { id: id.clone(), record: self.get(id)?.clone() }),
            Piece::Claim(call) => self.claims.get(*call).cloned().map(Change::Claim),
        }
    }

    /// All writes that are in it.
    pub fn dots(&self) -> impl Iterator<Item = Dot> {
        self.records.iter().flat_map(|(_, record)| record.dots())
    }

    pub fn is_empty(&self) -> bool {
        self.records.is_empty() && self.claims.iter().next().is_none()
    }

    /// Records and claims.
    pub fn len(&self) -> usize {
        self.records.len() + self.claims.iter().count()
    }
}
