//! A table as bytes: a heap file of slots, as its schema lays them out.
//!
//! ```text
//! byte  0           1         5
//!       | version 1 | next 4  | slot | slot | …
//!
//! slot  | used 1 | number 4 | text: length 1, 12 | time 4 | …               in the order of the columns
//! ```
//!
//! Numbers are big-endian. `next` is the key that the auto-increment gives out next.

use std::ops::Range;
use std::rc::Rc;

use super::schema::Schema;
use super::value::{Kind, MAX_TEXT, Value};
use crate::contract::{Refused, Span};

/// The bytes before the first slot.
pub const HEADER: usize = 5;

/// The values of a row, in the order of its schema's columns.
pub type Row = Vec<Value>;

#[derive(Clone)]
pub struct Table {
    pub schema: &'static Schema,
    pub bytes: Rc<Vec<u8>>,
}

impl Table {
    pub fn new(schema: &'static Schema) -> Table {
        let mut bytes = vec![0; HEADER + schema.slots * schema.slot_size()];
        bytes[0] = schema.version;
        let mut table = Table { schema, bytes: Rc::new(bytes) };
        table.set_next_id(1);
        table
    }

    /// The table whose file has these bytes; `None` if they are not as many as that schema has, or of another version.
    pub fn of(schema: &'static Schema, bytes: Vec<u8>) -> Option<Table> {
        let fits = bytes.len() == HEADER + schema.slots * schema.slot_size() && bytes[0] == schema.version;
        fits.then(|| Table { schema, bytes: Rc::new(bytes) })
    }

    /// Writes bytes as they are, as a replay of the write-ahead log does. The error says that they lie outside.
    pub fn overwrite(&mut self, offset: usize, bytes: &[u8]) -> Result<(), Refused> {
        let file = Rc::make_mut(&mut self.bytes);
        let place = file.get_mut(offset..offset + bytes.len()).ok_or("the bytes lie outside the table's file")?;
        place.copy_from_slice(bytes);
        Ok(())
    }

    /// The key that is given out next.
    pub fn next_id(&self) -> i32 {
        i32::from_be_bytes([self.bytes[1], self.bytes[2], self.bytes[3], self.bytes[4]])
    }

    pub fn set_next_id(&mut self, next: i32) {
        Rc::make_mut(&mut self.bytes)[1..HEADER].copy_from_slice(&next.to_be_bytes());
    }

    /// Where a slot stands in the file.
    pub fn range(&self, slot: usize) -> Range<usize> {
        let size = self.schema.slot_size();
        HEADER + slot * size..HEADER + (slot + 1) * size
    }

    /// The row in a slot, if there is one.
    pub fn row(&self, slot: usize) -> Option<Row> {
        let bytes = &self.bytes[self.range(slot)];
        if bytes[0] == 0 {
            return None;
        }
        let mut at = 1;
        let mut row = Row::new();
        for column in self.schema.columns {
            let mut field = &bytes[at..at + column.kind.size()];
            at += field.len();
            if column.kind == Kind::Text {
                field = &field[1..=usize::from(field[0]).min(field.len() - 1)];
            }
            row.push(Value::from_bytes(column.kind, field).unwrap_or_else(|| column.kind.default()));
        }
        Some(row)
    }

    /// Puts a row into a slot, or empties it. An emptied slot is filled with zeros.
    pub fn set_row(&mut self, slot: usize, row: Option<&[Value]>) {
        let range = self.range(slot);
        let place = &mut Rc::make_mut(&mut self.bytes)[range];
        place.fill(0);
        let mut at = 0;
        let mut put = |bytes: &[u8], room: usize| {
            place[at..at + bytes.len()].copy_from_slice(bytes);
            at += room;
        };
        let Some(row) = row else { return };
        put(&[1], 1);
        for value in row {
            let bytes = value.bytes();
            if value.kind() == Kind::Text {
                put(&[bytes.len() as u8], 1);
                put(&bytes, MAX_TEXT);
            } else {
                put(&bytes, bytes.len());
            }
        }
    }

    /// All rows with their slots, in physical order.
    pub fn rows(&self) -> impl Iterator<Item = (usize, Row)> {
        (0..self.schema.slots).filter_map(|slot| Some((slot, self.row(slot)?)))
    }

    /// The slot and the row of that key.
    pub fn find(&self, id: &Value) -> Option<(usize, Row)> {
        self.rows().find(|(_, row)| row[0] == *id)
    }

    /// The bytes of a copy, beside what it shares with `before`.
    pub fn weight(&self, before: &Table) -> u64 {
        if Rc::ptr_eq(&self.bytes, &before.bytes) { 0 } else { self.bytes.len() as u64 }
    }

    /// What the bytes of a slot mean.
    pub fn explain(&self, slot: usize) -> Vec<Span> {
        let mut spans = Vec::new();
        let mut at = 0;
        let mut span = |len: usize, label: &str, value: String| {
            spans.push(Span { range: at..at + len, label: label.to_owned(), value });
            at += len;
        };
        let Some(row) = self.row(slot) else {
            span(1, "used", "no: the slot is free".to_owned());
            return spans;
        };
        span(1, "used", "yes".to_owned());
        for (column, value) in self.schema.columns.iter().zip(&row) {
            if let Value::Text(text) = value {
                span(1, "length", text.len().to_string());
                span(MAX_TEXT, column.name, value.literal());
            } else {
                span(4, column.name, value.to_string());
            }
        }
        spans
    }
}
