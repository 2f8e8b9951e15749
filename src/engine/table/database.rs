//! A database: named tables of typed rows with their indexes and statistics, as bytes.
//!
//! A row is a record in SQLite's own [format](super::record), and is decoded whenever it is read: what is counted as bytes
//! has been bytes. Rows lie in the order of their row number, which is the `INTEGER PRIMARY KEY` where a table has one, and
//! is counted up otherwise. An index is a sorted list of keys, each with the number of its row. A clone of a database shares
//! everything that neither has changed since.

use std::rc::Rc;

use super::datum::{Datum, Type};
use super::plan::plan;
use super::query::{self, Statement};
use super::run::Run;
use super::token::Mistake;

/// The values of a row.
pub type Tuple = Rc<[Datum]>;

/// The rows that a query gave, in their order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Answer {
    pub columns: Vec<Rc<str>>,
    pub rows: Vec<Tuple>,
}

/// What came of a statement.
#[derive(Clone, Debug)]
pub enum Effect {
    /// The rows of a `SELECT`.
    Answered(Answer),
    /// The lines of an `EXPLAIN`.
    Explained(String),
    /// A table, an index, a column or the statistics are other than before; told as a sentence without its full stop.
    Defined(String),
    /// Rows were written.
    Wrote(Written),
}

/// What a statement wrote, counted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Written {
    pub table: Rc<str>,
    /// Rows read to find those that are meant.
    pub rows_read: u64,
    pub bytes_read: u64,
    pub rows_written: u64,
    pub bytes_written: u64,
    /// Entries of indexes put in and taken out.
    pub entries_written: u64,
}

#[derive(Clone, Debug, Default)]
pub struct Database {
    /// In the order in which they were made.
    pub(super) tables: Vec<Rc<Relation>>,
}

/// A table of the database.
#[derive(Clone, Debug)]
pub struct Relation {
    pub name: Rc<str>,
    pub columns: Vec<Field>,
    /// Row numbers, ascending, each with its record.
    pub(super) rows: Vec<(i64, Rc<[u8]>)>,
    pub indexes: Vec<Index>,
    /// As `ANALYZE` has last counted them: nobody keeps them up.
    pub statistics: Option<Statistics>,
}

/// A column.
#[derive(Clone, Debug)]
pub struct Field {
    pub name: Rc<str>,
    pub kind: Type,
    /// Whether it is the primary key; of whole numbers, it is the row's number.
    pub key: bool,
    pub not_null: bool,
    /// What a row has that nobody has given a value, and one that was written before the column was there.
    pub default: Datum,
    /// The table and the column that must have the value.
    pub references: Option<(Rc<str>, Rc<str>)>,
}

impl Field {
    /// Whether it is the row's own number, by which the rows lie.
    pub fn is_row_number(&self) -> bool {
        self.key && self.kind == Type::Integer
    }
}

#[derive(Clone, Debug)]
pub struct Index {
    pub name: Rc<str>,
    /// The places of its columns in a row.
    pub columns: Vec<usize>,
    pub unique: bool,
    /// Whether it keeps a `UNIQUE` or a `PRIMARY KEY` of its table, and can't be dropped alone.
    pub of_constraint: bool,
    /// Keys with the numbers of their rows, sorted.
    pub(super) entries: Vec<(Tuple, i64)>,
}

/// What the planner knows of a table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Statistics {
    pub rows: u64,
    /// How many different values each column has.
    pub distinct: Vec<u64>,
    /// How many different keys each index has: for each number of its columns, from the first.
    pub index_distinct: Vec<Vec<u64>>,
}

impl Database {
    pub fn new() -> Database {
        Database::default()
    }

    pub fn tables(&self) -> impl Iterator<Item = &Relation> {
        self.tables.iter().map(|table| &**table)
    }

    pub fn table(&self, name: &str) -> Option<&Relation> {
        self.tables().find(|table| &*table.name == name)
    }

    /// Reads one statement and carries it out. Where that can't be done, nothing is changed.
    pub fn execute(&mut self, text: &str) -> Result<Effect, Mistake> {
        match query::parse(text)? {
            Statement::Select(query) => {
                let mut run = Run::new(Rc::new(plan(&query, self)?), self);
                run.finish()?;
                Ok(Effect::Answered(run.answer()))
            }
            Statement::Explain(query) => Ok(Effect::Explained(plan(&query, self)?.explain())),
            statement => self.write(&statement),
        }
    }

    /// The answer of a query.
    pub fn query(&self, text: &str) -> Result<Answer, Mistake> {
        let plan = plan(&query::parse_query(text)?, self)?;
        let mut run = Run::new(Rc::new(plan), self);
        run.finish()?;
        Ok(run.answer())
    }
}

impl Relation {
    /// The place of a column in a row.
    pub fn column(&self, name: &str) -> Option<usize> {
        self.columns.iter().position(|column| &*column.name == name)
    }

    pub fn row_count(&self) -> usize {
        self.rows.len()
    }

    /// Each row's number with its record.
    pub fn records(&self) -> impl Iterator<Item = (i64, &[u8])> {
        self.rows.iter().map(|(number, record)| (*number, &**record))
    }
}

impl Index {
    /// Its keys, each with the number of its row, in their order.
    pub fn entries(&self) -> impl Iterator<Item = (&[Datum], i64)> {
        self.entries.iter().map(|(key, row)| (&**key, *row))
    }
}
