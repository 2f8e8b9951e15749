//! The rows of a leader, and what a change does to them.

use std::fmt::{self, Display};

use stepwise_derive::Wire;

use crate::key::Key;
use crate::wording::shown;

#[derive(Clone, Debug, PartialEq, Eq, Wire)]
pub enum Op {
    Insert { row: Key, number: u64 },
    Add { row: Key, number: u64 },
}

/// What came of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effect {
    /// The number that is in the row now.
    Is(u64),
    /// There is no such row to add to. SQL says that 0 rows are updated, and that is no error.
    NoRow,
}

/// Rows in the order of their names.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Rows {
    all: Vec<Row>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Row {
    name: Key,
    inserted: u64,
    added: u64,
}

impl Rows {
    pub fn get(&self, name: &Key) -> Option<u64> {
        self.iter().find(|(other, _)| *other == name).map(|(_, number)| number)
    }

    pub fn iter(&self) -> impl Iterator<Item = (&Key, u64)> {
        self.all.iter().map(|row| (&row.name, row.inserted + row.added))
    }

    /// Additions come to the same in any order, and of two inserts of one row the larger number stays: so leaders that have
    /// applied the same changes hold the same rows, unless one has added to a row before it was there.
    pub fn apply(&mut self, op: &Op) -> Effect {
        let place = self.all.binary_search_by(|row| row.name.cmp(op.row()));
        let row = match (op, place) {
            (Op::Insert { row, number }, Err(place)) => {
                self.all.insert(place, Row { name: row.clone(), inserted: *number, added: 0 });
                &self.all[place]
            }
            (Op::Insert { number, .. }, Ok(place)) => {
                let row = &mut self.all[place];
                row.inserted = row.inserted.max(*number);
                row
            }
            (Op::Add { number, .. }, Ok(place)) => {
                let row = &mut self.all[place];
                row.added += number;
                row
            }
            (Op::Add { .. }, Err(_)) => return Effect::NoRow,
        };
        Effect::Is(row.inserted + row.added)
    }
}

impl Op {
    pub fn row(&self) -> &Key {
        let (Op::Insert { row, .. } | Op::Add { row, .. }) = self;
        row
    }

    /// On an envelope.
    pub fn brief(&self) -> String {
        match self {
            Op::Insert { number, .. } => format!("={number}"),
            Op::Add { number, .. } => format!("+{number}"),
        }
    }
}

/// `insert stock = 10`, `add 5 to stock`.
impl Display for Op {
    fn fmt(&self, out: &mut fmt::Formatter) -> fmt::Result {
        match self {
            Op::Insert { row, number } => write!(out, "insert {} = {number}", shown(row.as_str())),
            Op::Add { row, number } => write!(out, "add {number} to {}", shown(row.as_str())),
        }
    }
}
