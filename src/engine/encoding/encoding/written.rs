//! A record in one format: its bytes, and what a reader makes of them.

use std::ops::Range;
use std::rc::Rc;

use super::edit::{Difference, differences};
use super::settings::Numbers;
use crate::format::{BadBytes, Format, Part, Parts, Role, Schema, Value, json};

/// The bytes, explained by whoever reads them.
#[derive(Clone, Debug)]
pub struct Written {
    pub format: Format,
    pub bytes: Vec<u8>,
    /// What the reader said of each byte, up to where it failed.
    pub parts: Vec<Part>,
    pub read: Result<Value, BadBytes>,
    /// Whether someone has cut or changed them since they were written.
    pub damaged: bool,
}

/// A piece of the bytes that a reader goes over in one step: what belongs to one field, and the marks behind it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stretch {
    pub field: Option<usize>,
    /// Whether it is a field of which the schema knows nothing.
    pub is_unknown: bool,
    /// Places in the parts.
    pub parts: Range<usize>,
    pub bytes: Range<usize>,
}

/// How many bytes went for what, in the order of [`Role`].
pub type Spent = [usize; 5];

pub const ROLES: [Role; 5] = [Role::Value, Role::Name, Role::Tag, Role::Length, Role::Mark];

impl Written {
    pub fn new(format: Format, bytes: Vec<u8>, schema: &Schema, numbers: Numbers, damaged: bool) -> Rc<Written> {
        let (read, Parts { parts, .. }) = format.read(&bytes, schema, Parts::default());
        let through_doubles = format == Format::Json && numbers == Numbers::Doubles;
        let read = if through_doubles { read.map(|value| json::through_doubles(&value)) } else { read };
        Rc::new(Written { format, bytes, parts, read, damaged })
    }

    pub fn spent(&self) -> Spent {
        let mut spent = [0; 5];
        for part in &self.parts {
            spent[part.role as usize] += part.range.len();
        }
        spent
    }

    /// What differs from the record that was written.
    pub fn differences(&self, record: &Value, schema: &Schema) -> Vec<Difference> {
        self.read.as_ref().map(|read| differences(record, read, schema)).unwrap_or_default()
    }

    /// The stretches in which it is read: field by field, with what opens the record before the first, and the marks between
    /// two fields behind the one before. What is no field of the schema is a stretch of its own.
    pub fn stretches(&self) -> Vec<Stretch> {
        let mut stretches: Vec<Stretch> = Vec::new();
        for (place, part) in self.parts.iter().enumerate() {
            let is_name = part.role == Role::Name && self.format != Format::Xml;
            let is_unknown = part.field.is_none() && (matches!(part.role, Role::Tag | Role::Value) || is_name);
            let is_mark = part.field.is_none() && !is_unknown;
            match stretches.last_mut() {
                Some(last) if is_mark || part.field == last.field && (part.field.is_some() || last.is_unknown) => {
                    (last.parts.end, last.bytes.end) = (place + 1, part.range.end);
                }
                Some(last) if last.field.is_none() && !last.is_unknown => {
                    *last = Stretch { field: part.field, is_unknown, parts: 0..place + 1, bytes: 0..part.range.end };
                }
                _ => stretches.push(Stretch {
                    field: part.field,
                    is_unknown,
                    parts: place..place + 1,
                    bytes: part.range.clone(),
                }),
            }
        }
        stretches
    }
}
