//! What a statement does to a table, row by row.

use std::rc::Rc;

use super::evaluate::Scope;
use super::statement::{Action, Expression, Which};
use super::value::{Kind, MAX_TEXT, Value};
use super::{Row, Schema, Table};
use crate::contract::Refused;

/// The next one must still be a number.
const MAX_ID: i32 = i32::MAX - 1;

/// What a statement did to one row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    pub slot: usize,
    /// `None` where the row is new.
    pub before: Option<Row>,
    /// `None` where the row is deleted.
    pub after: Option<Row>,
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
    /// As a refusal names it.
    pub owner: String,
}

/// A copy of a table that statements work on; it takes the old one's place if all went well, and is forgotten otherwise.
pub struct Draft<'a> {
    pub table: Table,
    /// In which order new rows fill the slots: the free-space map.
    pub places: &'a [usize],
    /// Rows that may not even be looked at, and ids that no other row may have.
    pub locks: &'a [Lock],
    /// What was done, in order.
    pub changes: Vec<Change>,
}

impl Draft<'_> {
    pub fn carry_out(&mut self, action: &Action, scope: &mut Scope) -> Result<(), Refused> {
        match action {
            Action::Insert { columns, rows } => rows.iter().try_for_each(|row| self.insert(columns, row, scope)),
            Action::Update { set, which } => {
                // A column that is not there is refused even where no row is meant.
                set.iter().try_for_each(|(name, _)| self.table.schema.column(name).map(|_| ()))?;
                let chosen = self.choose(which, scope)?;
                chosen.into_iter().try_for_each(|(slot, row)| self.update(slot, row, set, scope))
            }
            Action::Delete { which } => {
                for (slot, row) in self.choose(which, scope)? {
                    self.change(slot, Some(row), None);
                }
                Ok(())
            }
        }
    }

    fn insert(&mut self, columns: &[String], values: &[Expression], scope: &mut Scope) -> Result<(), Refused> {
        let schema = self.table.schema;
        let mut row = schema.default_row();
        row[0] = Value::Integer(self.table.next_id());
        for (name, expression) in columns.iter().zip(values) {
            let place = schema.column(name)?;
            row[place] = check(schema, place, scope.evaluate(expression, None)?)?;
        }
        self.place(row)
    }

    /// Puts a new row into the first free slot of the free-space map.
    pub fn place(&mut self, row: Row) -> Result<(), Refused> {
        let Value::Integer(id @ 1..=MAX_ID) = row[0] else {
            return Err(Refused::new(format!("the id {} is out of range; accepted: 1 to {MAX_ID}", row[0])));
        };
        if let Some(lock) = self.locks.iter().find(|lock| lock.id.as_ref() == Some(&row[0])) {
            let owner = &lock.owner;
            return Err(Refused::new(format!(
                "the id {id} is locked by the open transaction of {owner}, until it commits or rolls back"
            )));
        }
        if self.table.find(&row[0]).is_some() {
            return Err(Refused::new(format!("duplicate key: there is a row with the id {id} already")));
        }
        let is_free = |slot: usize| self.table.row(slot).is_none() && !self.locks.iter().any(|lock| lock.slot == slot);
        let slot = self.places.iter().copied().find(|slot| is_free(*slot));
        let slot =
            slot.ok_or_else(|| format!("the table is full: it has room for {} rows", self.table.schema.slots))?;
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
            let place = self.table.schema.column(name)?;
            if place == 0 {
                return Err(Refused::new("the id of a row never changes"));
            }
            after[place] = check(self.table.schema, place, scope.evaluate(expression, Some(&row))?)?;
        }
        self.change(slot, Some(row), Some(after));
        Ok(())
    }

    /// The rows that are meant, in the order asked for, or else as they lie on the disk.
    fn choose(&self, which: &Which, scope: &mut Scope) -> Result<Vec<(usize, Row)>, Refused> {
        let limit = which.limit.unwrap_or(usize::MAX);
        let mut chosen: Vec<(usize, Row)> = Vec::new();
        let order = match &which.order {
            Some((name, descending)) => Some((self.table.schema.column(name)?, *descending)),
            None => None,
        };
        for slot in 0..self.table.schema.slots {
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
fn check(schema: &Schema, place: usize, value: Value) -> Result<Value, Refused> {
    let column = &schema.columns[place];
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
