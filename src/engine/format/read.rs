//! Going over bytes from the front: what is there, what it is for, and where it is not what it should be.

use std::fmt::{self, Display};
use std::ops::{Deref, Range};
use std::rc::Rc;

use super::schema::Schema;
use super::value::Value;
use crate::contract::Span;
use crate::varint;
use crate::wording::count;

/// What a byte of a record is spent on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Role {
    /// The value itself.
    Value,
    /// The name of a field.
    Name,
    /// The number of a field, its kind, or both in one.
    Tag,
    /// How long something is, or how many there are.
    Length,
    /// Where something begins, ends, or is divided: brackets, quotes, commas, a byte of zeros.
    Mark,
}

/// Bytes that belong together, and what they mean.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    pub range: Range<usize>,
    pub role: Role,
    /// The place, in the schema's outermost record, of the field to which they belong.
    pub field: Option<usize>,
    pub label: String,
    /// The value that the bytes spell.
    pub value: String,
}

impl Part {
    pub fn span(&self) -> Span {
        Span { range: self.range.clone(), label: self.label.clone(), value: self.value.clone() }
    }
}

/// A record's bytes, each of them explained.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Encoded {
    pub bytes: Vec<u8>,
    /// In order, without gaps.
    pub spans: Vec<Part>,
}

/// Whoever listens while bytes are read. `()` does not, and costs nothing.
pub trait Ear {
    /// What the bytes of `range` are for: a label and what they spell, put into words only if someone listens.
    fn part(&mut self, range: Range<usize>, role: Role, told: impl FnOnce() -> (String, String));
    /// What comes now belongs to the field in this place of the outermost schema, or to none.
    fn field(&mut self, place: Option<usize>);
}

impl Ear for () {
    fn part(&mut self, _: Range<usize>, _: Role, _: impl FnOnce() -> (String, String)) {}
    fn field(&mut self, _: Option<usize>) {}
}

/// Keeps all that is told.
#[derive(Clone, Debug, Default)]
pub struct Parts {
    pub parts: Vec<Part>,
    field: Option<usize>,
}

impl Ear for Parts {
    fn part(&mut self, range: Range<usize>, role: Role, told: impl FnOnce() -> (String, String)) {
        if !range.is_empty() {
            let (label, value) = told();
            self.parts.push(Part { range, role, field: self.field, label, value });
        }
    }

    fn field(&mut self, place: Option<usize>) {
        self.field = place;
    }
}

/// Bytes that do not say what they should. In a box, so that whatever is read well, by far the most, is returned in registers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BadBytes(Box<Mistake>);

/// Where bytes are wrong, and how.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mistake {
    /// Counted from the first byte of the record, from 0.
    pub offset: usize,
    /// What stands there.
    pub found: String,
    pub accepted: String,
}

impl Deref for BadBytes {
    type Target = Mistake;

    fn deref(&self) -> &Mistake {
        &self.0
    }
}

impl Display for BadBytes {
    fn fmt(&self, out: &mut fmt::Formatter) -> fmt::Result {
        write!(out, "byte {}: {}; accepted: {}", self.offset, self.found, self.accepted)
    }
}

impl std::error::Error for BadBytes {}

/// Bytes, and how far they have been read.
pub struct Bytes<'a, E> {
    pub all: &'a [u8],
    pub at: usize,
    pub ear: E,
}

impl<'a, E: Ear> Bytes<'a, E> {
    pub fn new(all: &'a [u8], ear: E) -> Bytes<'a, E> {
        Bytes { all, at: 0, ear }
    }

    pub fn is_at_end(&self) -> bool {
        self.at == self.all.len()
    }

    pub fn rest(&self) -> &'a [u8] {
        &self.all[self.at..]
    }

    /// The next byte, which stays.
    pub fn peek(&self) -> Option<u8> {
        self.all.get(self.at).copied()
    }

    /// The next `many` bytes, which must be there: `what` is what they would be.
    pub fn take(&mut self, many: usize, what: &str) -> Result<&'a [u8], BadBytes> {
        let Some(taken) = self.rest().get(..many) else { return Err(self.ends(many, what)) };
        self.at += many;
        Ok(taken)
    }

    /// That there are fewer bytes than a value needs. Far from the way that good bytes take, which is short.
    #[cold]
    fn ends(&self, many: usize, what: &str) -> BadBytes {
        let found = match self.all.len() - self.at {
            0 => "the bytes end here".to_owned(),
            1 => "the last byte".to_owned(),
            left => format!("the last {left} bytes"),
        };
        self.bad(self.at, found, format!("{what} of {}", count(many, "byte")))
    }

    /// [`take`](Bytes::take), for a number of bytes that is known beforehand.
    pub fn array<const N: usize>(&mut self, what: &str) -> Result<[u8; N], BadBytes> {
        let Some(taken) = self.rest().first_chunk() else { return Err(self.ends(N, what)) };
        self.at += N;
        Ok(*taken)
    }

    /// What stands here, for a message: `"k"`, `0x9f`, `the end`.
    pub fn seen(&self) -> String {
        match self.peek() {
            None => "the bytes end here".to_owned(),
            Some(byte @ 0x21..0x7f) => format!("`{}`", char::from(byte)),
            Some(byte) => format!("{byte:#04x}"),
        }
    }

    /// The next byte, which must be there.
    pub fn byte(&mut self, what: &str) -> Result<u8, BadBytes> {
        self.array::<1>(what).map(|[byte]| byte)
    }

    /// So many bytes as a text, which must be UTF-8.
    pub fn text(&mut self, many: usize, what: &str) -> Result<&'a str, BadBytes> {
        let start = self.at;
        let bytes = self.take(many, what)?;
        str::from_utf8(bytes).map_err(|mistake| {
            let at = mistake.valid_up_to();
            self.bad(start + at, format!("{:#04x} is no UTF-8", bytes[at]), "text in UTF-8")
        })
    }

    /// A number of variable length, seven bits a byte, the low ones first.
    pub fn varint(&mut self, what: &str) -> Result<u64, BadBytes> {
        let mut rest = self.rest();
        if let Some(number) = varint::take(&mut rest) {
            self.at = self.all.len() - rest.len();
            return Ok(number);
        }
        let ends = self.rest().iter().all(|byte| byte & 0x80 != 0) && self.rest().len() < 10;
        let found = if ends { "the bytes end within it" } else { "more than 64 bits" };
        Err(self.bad(self.at, found, format!("{what}, at most ten bytes: the last below 0x80, and a tenth 0 or 1")))
    }

    /// How long something is that follows here; there must be as many bytes.
    pub fn length(&self, start: usize, long: u64, what: &str) -> Result<usize, BadBytes> {
        let left = self.all.len() - self.at;
        match usize::try_from(long) {
            Ok(long) if long <= left => Ok(long),
            _ => {
                Err(self.bad(start, format!("{what} of {long} bytes, and {left} are left"), format!("at most {left}")))
            }
        }
    }

    /// Tells what the bytes from `start` to here are for.
    pub fn tell(&mut self, start: usize, role: Role, told: impl FnOnce() -> (String, String)) {
        self.ear.part(start..self.at, role, told);
    }

    pub fn bad(&self, offset: usize, found: impl Display, accepted: impl Display) -> BadBytes {
        BadBytes(Box::new(Mistake { offset, found: found.to_string(), accepted: accepted.to_string() }))
    }
}

/// The fields of a record as they are read, in any order.
pub struct Slots<'s> {
    pub schema: &'s Schema,
    fields: Vec<(Rc<str>, Option<Value>)>,
}

impl<'s> Slots<'s> {
    pub fn new(schema: &'s Schema) -> Slots<'s> {
        Slots { schema, fields: schema.fields.iter().map(|field| (field.name.clone(), None)).collect() }
    }

    /// Where a field's value goes.
    pub fn at(&mut self, place: usize) -> &mut Option<Value> {
        &mut self.fields[place].1
    }

    /// Which field a name at `start` is, or none that the schema knows. Each comes once.
    pub fn named<E: Ear>(&self, name: &str, bytes: &Bytes<E>, start: usize) -> Result<Option<usize>, BadBytes> {
        let place = self.schema.place(name);
        match place.filter(|place| self.fields[*place].1.is_some()) {
            Some(_) => Err(bytes.bad(start, format!("{name} for a second time"), "each name once")),
            None => Ok(place),
        }
    }

    /// The record in the order of its schema. What was not there has its default, or is left out if it may be.
    pub fn finish<E: Ear>(mut self, bytes: &Bytes<E>) -> Result<Value, BadBytes> {
        for (field, (name, value)) in self.schema.fields.iter().zip(&mut self.fields) {
            if value.is_none() {
                value.clone_from(&field.default);
                if value.is_none() && !field.optional {
                    let found = format!("{} ends without {name}", self.schema.name);
                    return Err(bytes.bad(bytes.at, found, format!("{name}, {}", field.kind)));
                }
            }
        }
        Ok(Value::Record(
            self.fields.into_iter().filter_map(|(name, value)| value.map(|value| (name, value))).collect(),
        ))
    }
}
