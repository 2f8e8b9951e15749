//! One copy of the table, and all that is its own: its clock, its chance, and where it puts a new row.

use std::ops::Range;
use std::rc::Rc;

use super::evaluate::Scope;
use super::statement::{Action, Expression, Statement, Which};
use super::table::{Row, SLOTS, Table};
use super::value::{Kind, MAX_TEXT, Value, Version};
use crate::contract::Refused;
use crate::replication::ClientId;
use crate::sim::{Rng, Time};

/// The clocks begin at nine in the morning, in milliseconds after midnight.
const START: u64 = 9 * 60 * 60 * 1000;
const DAY: u64 = 24 * 60 * 60 * 1000;
/// The next one must still be a number.
const MAX_ID: i32 = i32::MAX - 1;

#[derive(Clone)]
pub struct Replica {
    pub table: Table,
    /// How much its clock is ahead.
    skew: Time,
    rng: Rng,
    /// In which order it fills its slots: its free-space map, which no other replica knows.
    places: Rc<[usize]>,
}

/// What a statement did to one row.
#[derive(Clone)]
pub struct Change {
    pub slot: usize,
    /// `None` where the row is new.
    pub before: Option<Row>,
    /// `None` where the row is deleted.
    pub after: Option<Row>,
}

/// What a statement did.
pub struct Executed {
    pub changes: Vec<Change>,
    /// What `NOW()` and `RAND()` answered, each with where the call stands in the text.
    pub answers: Vec<(Range<usize>, Value)>,
}

impl Change {
    /// The id of the row, which no statement changes.
    pub fn id(&self) -> Option<&Value> {
        self.before.as_ref().or(self.after.as_ref()).and_then(|row| row.first())
    }
}

/// What somebody else's open transaction has changed. Nobody knows yet whether the row will be as it was or as it is: so
/// its place is not free, and its id is neither taken nor free.
pub struct Lock {
    pub slot: usize,
    pub id: Option<Value>,
    pub owner: ClientId,
}

impl Replica {
    /// An empty replica that fills its slots from the first on.
    pub fn new(version: Version, skew: Time, seed: u64) -> Replica {
        Replica { table: Table::new(version), skew, rng: Rng::new(seed), places: (0..SLOTS).collect() }
    }

    /// Lets its free-space map be in an order of its own.
    pub fn shuffle_places(&mut self) {
        let mut places: Vec<usize> = (0..SLOTS).collect();
        for last in (1..SLOTS).rev() {
            places.swap(last, self.rng.below(last as u64 + 1) as usize);
        }
        self.places = places.into();
    }

    /// What its clock shows when the true time is `now`.
    pub fn clock(&self, now: Time) -> u32 {
        ((START + (self.skew + now).as_micros() / 1000) % DAY) as u32
    }

    /// Carries out a statement, wholly or not at all. A row in `locks` may not even be looked at,
    /// and no other row may have its id.
    pub fn execute(&mut self, statement: &Statement, now: Time, locks: &[Lock]) -> Result<Executed, Refused> {
        let mut rng = self.rng.clone();
        let version = self.table.version;
        let mut scope = Scope { version, now: self.clock(now), rng: &mut rng, answers: Vec::new() };
        let mut draft = Draft { table: self.table.clone(), places: &self.places, locks, changes: Vec::new() };
        match &*statement.action {
            Action::Insert { columns, rows } => {
                for row in rows {
                    draft.insert(columns, row, &mut scope)?;
                }
            }
            Action::Update { set, which } => {
                // A column that is not there is refused even where no row is meant.
                set.iter().try_for_each(|(name, _)| version.column(name).map(|_| ()))?;
                for (slot, row) in draft.choose(which, &mut scope)? {
                    draft.update(slot, row, set, &mut scope)?;
                }
            }
            Action::Delete { which } => {
                for (slot, row) in draft.choose(which, &mut scope)? {
                    draft.change(slot, Some(row), None);
                }
            }
        }
        let (changes, answers) = (draft.changes, scope.answers);
        self.table = draft.table;
        self.rng = rng;
        Ok(Executed { changes, answers })
    }

    /// Puts a row that another replica has made into a place of its own.
    pub fn insert_row(&mut self, row: Row) -> Result<(), Refused> {
        let mut draft = Draft { table: self.table.clone(), places: &self.places, locks: &[], changes: Vec::new() };
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

/// The table that a statement works on, and takes the old one's place if all went well.
struct Draft<'a> {
    table: Table,
    places: &'a [usize],
    locks: &'a [Lock],
    changes: Vec<Change>,
}

impl Draft<'_> {
    fn insert(&mut self, columns: &[String], values: &[Expression], scope: &mut Scope) -> Result<(), Refused> {
        let version = self.table.version;
        let mut row: Row = version.columns().iter().map(|column| column.kind.default()).collect();
        row[0] = Value::Integer(self.table.next_id());
        for (name, expression) in columns.iter().zip(values) {
            let place = version.column(name)?;
            row[place] = check(version, place, scope.evaluate(expression, None)?)?;
        }
        self.place(row)
    }

    /// Puts a new row into the first free slot of the free-space map.
    fn place(&mut self, row: Row) -> Result<(), Refused> {
        let Value::Integer(id @ 1..=MAX_ID) = row[0] else {
            return Err(Refused::new(format!("the id {} is out of range; accepted: 1 to {MAX_ID}", row[0])));
        };
        if let Some(lock) = self.locks.iter().find(|lock| lock.id.as_ref() == Some(&row[0])) {
            let owner = lock.owner;
            return Err(Refused::new(format!(
                "the id {id} is locked by the open transaction of {owner}, until it commits or rolls back"
            )));
        }
        if self.table.find(&row[0]).is_some() {
            return Err(Refused::new(format!("duplicate key: there is a row with the id {id} already")));
        }
        let is_free = |slot: usize| self.table.row(slot).is_none() && !self.locks.iter().any(|lock| lock.slot == slot);
        let slot = self.places.iter().copied().find(|slot| is_free(*slot));
        let slot = slot.ok_or_else(|| format!("the table is full: it has room for {SLOTS} rows"))?;
        self.table.set_next_id(self.table.next_id().max(id + 1));
        self.change(slot, None, Some(row));
        Ok(())
    }

    fn update(
        &mut self,
        slot: usize,
        row: Row,
        set: &[(String, Expression)],
        scope: &mut Scope,
    ) -> Result<(), Refused> {
        let mut after = row.clone();
        for (name, expression) in set {
            let place = self.table.version.column(name)?;
            if place == 0 {
                return Err(Refused::new("the id of a row never changes"));
            }
            after[place] = check(self.table.version, place, scope.evaluate(expression, Some(&row))?)?;
        }
        self.change(slot, Some(row), Some(after));
        Ok(())
    }

    /// The rows that are meant, in the order asked for, or else as they lie on the disk.
    fn choose(&self, which: &Which, scope: &mut Scope) -> Result<Vec<(usize, Row)>, Refused> {
        let limit = which.limit.unwrap_or(SLOTS);
        let mut chosen: Vec<(usize, Row)> = Vec::new();
        let order = match &which.order {
            Some((name, descending)) => Some((self.table.version.column(name)?, *descending)),
            None => None,
        };
        for slot in 0..SLOTS {
            // Without an order, the first rows that fit are as good as any others: nobody looks further.
            if order.is_none() && chosen.len() >= limit {
                break;
            }
            if let Some(Lock { owner, .. }) = self.locks.iter().find(|lock| lock.slot == slot) {
                return Err(Refused::new(format!(
                    "a row is locked by the open transaction of {owner}, until it commits or rolls back"
                )));
            }
            let Some(row) = self.table.row(slot) else { continue };
            if let Some(condition) = &which.condition
                && !scope.is_true(condition, Some(&row))?
            {
                continue;
            }
            let place = order.map_or(chosen.len(), |(column, descending)| {
                chosen.partition_point(|(_, other)| comes_first(other, &row, column, descending))
            });
            chosen.insert(place, (slot, row));
        }
        chosen.truncate(limit);
        Ok(chosen)
    }

    fn change(&mut self, slot: usize, before: Option<Row>, after: Option<Row>) {
        self.table.set_row(slot, after.as_deref());
        self.changes.push(Change { slot, before, after });
    }
}

/// Whether `other` comes before `row` in an order by that column; of equals, the one with the smaller id.
fn comes_first(other: &Row, row: &Row, column: usize, descending: bool) -> bool {
    let key = |row: &Row, place: usize| match &row[place] {
        Value::Integer(number) => (i64::from(*number), Rc::from("")),
        Value::Time(time) => (i64::from(*time), Rc::from("")),
        Value::Text(text) => (0, text.clone()),
    };
    let (one, two) = (key(other, column), key(row, column));
    if one == two {
        return key(other, 0) < key(row, 0);
    }
    (one < two) != descending
}

/// That a value fits its column.
fn check(version: Version, place: usize, value: Value) -> Result<Value, Refused> {
    let column = &version.columns()[place];
    if value.kind() != column.kind {
        return Err(Refused::new(format!(
            "{} is a {}, and the column {} a {}",
            value.literal(),
            value.kind(),
            column.name,
            column.kind
        )));
    }
    let bytes = value.bytes().len();
    if column.kind == Kind::Text && bytes > MAX_TEXT {
        return Err(Refused::new(format!(
            "the text has {bytes} bytes, and the column {} has room for {MAX_TEXT}",
            column.name
        )));
    }
    Ok(value)
}
