//! One copy of the table, and all that is its own: its clock, its chance, and where it puts a new row.

use std::ops::Range;
use std::rc::Rc;

use crate::contract::Refused;
use crate::sim::{Rng, Time};
use crate::table::{Change, Draft, Lock, Row, Schema, Scope, Statement, Table, Value};

/// The clocks begin at nine in the morning, in milliseconds after midnight.
const START: u64 = 9 * 60 * 60 * 1000;
const DAY: u64 = 24 * 60 * 60 * 1000;

#[derive(Clone)]
pub struct Replica {
    pub table: Table,
    rng: Rng,
    /// In which order it fills its slots: its free-space map, which no other replica knows.
    places: Rc<[usize]>,
}

/// What a statement did.
pub struct Executed {
    pub changes: Vec<Change>,
    /// What `NOW()` and `RAND()` answered, each with where the call stands in the text.
    pub answers: Vec<(Range<usize>, Value)>,
}

impl Replica {
    /// An empty replica that fills its slots from the first on.
    pub fn new(schema: &'static Schema, seed: u64) -> Replica {
        Replica { table: Table::new(schema), rng: Rng::new(seed), places: (0..schema.slots).collect() }
    }

    /// Lets its free-space map be in an order of its own.
    pub fn shuffle_places(&mut self) {
        let mut places = self.places.to_vec();
        for last in (1..places.len()).rev() {
            places.swap(last, self.rng.below(last as u64 + 1) as usize);
        }
        self.places = places.into();
    }

    /// The time of day at which its clock shows `now`.
    pub fn clock(&self, now: Time) -> u32 {
        ((START + now.as_micros() / 1000) % DAY) as u32
    }

    /// Carries out a statement, wholly or not at all. A row in `locks` may not even be looked at,
    /// and no other row may have its id.
    pub fn execute(&mut self, statement: &Statement, now: Time, locks: &[Lock]) -> Result<Executed, Refused> {
        let mut rng = self.rng.clone();
        let mut scope = Scope { schema: self.table.schema, now: self.clock(now), rng: &mut rng, answers: Vec::new() };
        let mut draft = self.draft(locks);
        draft.carry_out(&statement.action, &mut scope)?;
        let (table, changes, answers) = (draft.table, draft.changes, scope.answers);
        self.table = table;
        self.rng = rng;
        Ok(Executed { changes, answers })
    }

    fn draft<'a>(&'a self, locks: &'a [Lock]) -> Draft<'a> {
        Draft { table: self.table.clone(), places: &self.places, locks, changes: Vec::new() }
    }

    /// Puts a row that another replica has made into a place of its own.
    pub fn insert_row(&mut self, row: Row) -> Result<(), Refused> {
        let mut draft = self.draft(&[]);
        draft.place(row)?;
        self.table = draft.table;
        Ok(())
    }

    /// Takes back what a transaction did, the last change first. Numbers that were given out stay given out.
    pub fn undo(&mut self, changes: &[Change]) {
        for change in changes.iter().rev() {
            self.table.set_row(change.slot, change.before.as_deref());
        }
    }
}
