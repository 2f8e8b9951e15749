//! What is kept of one key: a record, or several that are concurrent, beside each other. Where the last write wins, there is
//! never more than one, for no two are concurrent.

use std::fmt::{self, Display};
use std::rc::Rc;

use super::record::{Context, Record, Version};
use crate::key::Key;
use crate::replication::CallId;
use crate::versions::{Relation, Siblings, Version as _};
use crate::wire::{Frame, Wire};
use crate::wording::list;

/// In the order of their versions, whatever the order in which they came.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Kept(Siblings<Record, ()>);

/// What became of a record that was added.
pub enum Added {
    /// It is kept, and these are gone, which were before it.
    Kept(Kept),
    /// That one is here, which is the same or after it.
    Known(Version),
}

impl Kept {
    pub fn add(&mut self, record: &Record) -> Added {
        let before = self.clone();
        if !self.0.add(record.clone(), ()).kept {
            let is_known = |other: &&Record| matches!(other.compare(record), Relation::Same | Relation::After);
            let known = before.iter().find(is_known).map_or(record.version, |other| other.version);
            return Added::Known(known);
        }
        let mut all: Vec<_> = self.0.iter().cloned().collect();
        all.sort_by_key(|(record, ())| record.version);
        self.0 = Siblings::of(all);
        Added::Kept(before.iter().filter(|record| !self.has(record.version)).collect())
    }

    pub fn merge(&mut self, other: &Kept) {
        other.iter().for_each(|record| {
            self.add(record);
        });
    }

    /// Whether it has that one, or what is after it.
    pub fn knows(&self, record: &Record) -> bool {
        self.iter().any(|own| matches!(own.compare(record), Relation::Same | Relation::After))
    }

    /// What of it the other doesn't know.
    pub fn beyond(&self, other: &Kept) -> Kept {
        self.iter().filter(|record| !other.knows(record)).collect()
    }

    /// What is left without those.
    pub fn retain(&mut self, kept: impl Fn(&Record) -> bool) {
        *self = self.iter().filter(|record| kept(record)).collect();
    }

    pub fn iter(&self) -> impl ExactSizeIterator<Item = &Record> + DoubleEndedIterator {
        self.0.iter().map(|(record, ())| record)
    }

    pub fn len(&self) -> usize {
        self.iter().len()
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The one with the largest version.
    pub fn newest(&self) -> Option<&Record> {
        self.iter().next_back()
    }

    pub fn has(&self, version: Version) -> bool {
        self.iter().any(|record| record.version == version)
    }

    /// Whether several stand beside each other.
    pub fn is_several(&self) -> bool {
        self.len() > 1
    }

    /// Nothing of it is a value.
    pub fn is_deleted(&self) -> bool {
        !self.is_empty() && self.iter().all(Record::is_tombstone)
    }

    /// The values, without tombstones.
    pub fn values(&self) -> impl Iterator<Item = &Rc<str>> {
        self.iter().filter_map(|record| record.value.as_ref())
    }

    /// What a client is given: one value, or all that are concurrent.
    pub fn text(&self) -> Option<String> {
        let values: Vec<&str> = self.values().map(|value| &**value).collect();
        (!values.is_empty()).then(|| values.join(", "))
    }

    pub fn calls(&self) -> Vec<CallId> {
        self.iter().map(|record| record.version.call).collect()
    }

    /// All that a reader of it has seen; nothing, where the last write wins.
    pub fn context(&self) -> Context {
        let mut all = Context::default();
        self.iter().filter_map(|record| record.dotted.as_ref()).for_each(|dotted| all.merge(&dotted.history()));
        all
    }

    /// With its key and each version, as a sentence has it: `k = a (10 ms c1.1) and k = b (12 ms c2.1)`.
    pub fn of(&self, key: &Key) -> String {
        list(self.iter().map(|record| format!("{} ({})", record.of(key), record.version)))
    }
}

impl<'a> FromIterator<&'a Record> for Kept {
    fn from_iter<I: IntoIterator<Item = &'a Record>>(records: I) -> Kept {
        let mut kept = Kept::default();
        records.into_iter().for_each(|record| {
            kept.add(record);
        });
        kept
    }
}

impl From<Record> for Kept {
    fn from(record: Record) -> Kept {
        Kept::from_iter([&record])
    }
}

/// The values: `a`, `a and b`, `a and a tombstone`.
impl Display for Kept {
    fn fmt(&self, out: &mut fmt::Formatter) -> fmt::Result {
        list(self.iter()).fmt(out)
    }
}

/// A byte says how many there are.
impl Wire for Kept {
    fn write(&self, label: &str, frame: &mut Frame) {
        match self.len() {
            0 | 1 => self.newest().cloned().write(label, frame),
            many => {
                (many as u8).write(&format!("siblings {label}"), frame);
                self.iter().for_each(|record| record.write(label, frame));
            }
        }
    }

    fn read(bytes: &mut &[u8]) -> Option<Kept> {
        let many = u8::read(bytes)?;
        let records: Option<Vec<Record>> = (0..many).map(|_| Record::read(bytes)).collect();
        records.map(|records| records.iter().collect())
    }
}
