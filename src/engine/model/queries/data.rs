//! The table that is asked: its rows as they lie, and its indexes. Each language looks at the same one.

use std::rc::Rc;

use super::value::{Tuple, Value};

/// A table has at most so many rows: each has to be seen.
pub const MAX_ROWS: usize = 24;
pub const MAX_COLUMNS: usize = 5;

#[derive(Clone, Debug)]
pub struct Data {
    pub name: Rc<str>,
    pub columns: Vec<Rc<str>>,
    /// Whether a column has numbers, and not texts.
    pub numbers: Vec<bool>,
    pub rows: Vec<Tuple>,
    /// The places of the columns that have one, in the order in which they were made.
    pub indexes: Vec<usize>,
}

/// The number of a row, from 1: a shape on the stage has it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct RowId(pub usize);

impl std::fmt::Display for RowId {
    fn fmt(&self, out: &mut std::fmt::Formatter) -> std::fmt::Result {
        write!(out, "row {}", self.0)
    }
}

impl Data {
    /// What was landed in a harbour within four days.
    pub fn catches() -> Data {
        const ROWS: [(&str, &str, &str, i64); 12] = [
            ("mon", "Ada", "cod", 30),
            ("mon", "Bee", "eel", 5),
            ("mon", "Ada", "eel", 8),
            ("mon", "Cat", "cod", 12),
            ("tue", "Bee", "eel", 25),
            ("tue", "Ada", "eel", 6),
            ("tue", "Cat", "cod", 9),
            ("wed", "Ada", "sole", 18),
            ("wed", "Bee", "ray", 7),
            ("wed", "Cat", "eel", 4),
            ("thu", "Bee", "crab", 11),
            ("thu", "Ada", "cod", 40),
        ];
        let row = |(day, boat, fish, kilos): (&str, &str, &str, i64)| -> Tuple {
            [Value::text(day), Value::text(boat), Value::text(fish), Value::Number(kilos)].into()
        };
        Data {
            name: "catches".into(),
            columns: ["day", "boat", "fish", "kilos"].map(Rc::from).into(),
            numbers: vec![false, false, false, true],
            rows: ROWS.map(row).into(),
            indexes: Vec::new(),
        }
    }

    pub fn column(&self, name: &str) -> Option<usize> {
        self.columns.iter().position(|column| **column == *name)
    }

    pub fn value(&self, row: RowId, column: &str) -> Option<&Value> {
        self.row(row).get(self.column(column)?)
    }

    pub fn row(&self, row: RowId) -> &Tuple {
        &self.rows[row.0 - 1]
    }

    /// Every row as it lies.
    pub fn scan(&self) -> Rc<[RowId]> {
        (1..=self.rows.len()).map(RowId).collect()
    }

    /// The column whose index has that name: `by_fish`.
    pub fn index(&self, name: &str) -> Option<usize> {
        let column = self.column(name.strip_prefix(INDEX)?)?;
        self.indexes.contains(&column).then_some(column)
    }

    /// The rows that an index on a column has for a value.
    pub fn look_up(&self, column: usize, value: &Value) -> Rc<[RowId]> {
        let fits = |row: &RowId| self.row(*row)[column] == *value;
        self.scan().iter().copied().filter(fits).collect()
    }

    /// As a mistake lists them.
    pub fn columns_told(&self) -> String {
        self.columns.join(", ")
    }
}

/// What the name of an index begins with.
pub const INDEX: &str = "by_";
