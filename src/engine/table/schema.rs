//! What a table is called, and which columns its rows have.

use super::Row;
use super::value::Kind;
use crate::contract::Refused;

/// A table as one version of the software has it. Each version lays out rows in its own way.
#[derive(Debug, PartialEq, Eq)]
pub struct Schema {
    pub table: &'static str,
    pub version: u8,
    /// The first one is the key: a whole number, given out by counting up where nobody names one, and never changed.
    pub columns: &'static [Column],
    /// How many rows there is room for.
    pub slots: usize,
}

/// A column. Its tag stays the same through all versions, and is never given to another column.
#[derive(Debug, PartialEq, Eq)]
pub struct Column {
    pub tag: u8,
    pub name: &'static str,
    pub kind: Kind,
}

impl Schema {
    /// A row of which nobody has given a value.
    pub fn default_row(&self) -> Row {
        self.columns.iter().map(|column| column.kind.default()).collect()
    }

    /// The place of a column in a row.
    pub fn column(&self, name: &str) -> Result<usize, Refused> {
        self.columns.iter().position(|column| column.name.eq_ignore_ascii_case(name)).ok_or_else(|| {
            let names: Vec<_> = self.columns.iter().map(|column| column.name).collect();
            Refused::new(format!(
                "there is no column {} in version {} of {}; there are: {}",
                crate::language::shorten(name, 20),
                self.version,
                self.table,
                names.join(", ")
            ))
        })
    }

    /// How many bytes a row takes: one that says whether it is there, and its columns.
    pub fn slot_size(&self) -> usize {
        1 + self.columns.iter().map(|column| column.kind.size()).sum::<usize>()
    }
}
