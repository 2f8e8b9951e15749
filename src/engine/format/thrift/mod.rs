//! Thrift: a record is fields with their numbers and kinds, and a byte that ends it. Names are not written.
//!
//! Its two protocols say the same in other bytes. [`Binary`] writes kinds, numbers and lengths as plain numbers;
//! [`Compact`] puts kind and number into one byte, and whole numbers into as few as they need.
//!
//! A field of an unknown number is skipped, and so is one whose kind is another than the schema's, as Thrift's generated
//! code does. There is no word for nothing: a field is there or not.

mod binary;
mod compact;

pub use binary::Binary;
pub use compact::Compact;

use super::read::{BadBytes, Bytes, Ear, Role, Slots};
use super::schema::{Kind, Misfit, Schema, misfit};
use super::value::{Double, Value};

/// So deep may things stand in each other: what is skipped could be deeper than any schema.
const DEEPEST: usize = 64;

/// What can stand in a record, in the order of their codes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sort {
    Bool,
    Byte,
    Double,
    Short,
    Int,
    Long,
    Text,
    Struct,
    Map,
    Set,
    List,
}

impl Sort {
    pub const ALL: [Sort; 11] = [
        Sort::Bool,
        Sort::Byte,
        Sort::Double,
        Sort::Short,
        Sort::Int,
        Sort::Long,
        Sort::Text,
        Sort::Struct,
        Sort::Map,
        Sort::Set,
        Sort::List,
    ];

    pub fn of(kind: &Kind) -> Sort {
        match kind {
            Kind::Bool => Sort::Bool,
            Kind::Int => Sort::Int,
            Kind::Long => Sort::Long,
            Kind::Double => Sort::Double,
            // Of a text Thrift says no more than of bytes.
            Kind::Text | Kind::Bytes => Sort::Text,
            Kind::List(_) => Sort::List,
            Kind::Record(_) => Sort::Struct,
        }
    }

    pub fn name(self) -> &'static str {
        match self {
            Sort::Bool => "a truth",
            Sort::Byte => "a whole number of 8 bits",
            Sort::Double => "a floating-point number",
            Sort::Short => "a whole number of 16 bits",
            Sort::Int => "a whole number of 32 bits",
            Sort::Long => "a whole number of 64 bits",
            Sort::Text => "a text or bytes",
            Sort::Struct => "a record",
            Sort::Map => "a map",
            Sort::Set => "a set",
            Sort::List => "a list",
        }
    }
}

/// What stands before a field's value.
pub struct Head {
    pub sort: Sort,
    pub number: i16,
    /// A truth may be said by the kind itself.
    pub truth: Option<bool>,
}

/// How kinds, numbers and lengths become bytes.
pub trait Protocol {
    /// What comes before a field's value; `before` is the number of the field before it. A truth may be said here.
    fn write_head(head: &Head, before: i16, out: &mut Vec<u8>);
    fn write_list(of: Sort, many: usize, out: &mut Vec<u8>);
    fn write_length(long: usize, out: &mut Vec<u8>);
    fn write_whole(number: i64, sort: Sort, out: &mut Vec<u8>);
    fn write_double(number: Double, out: &mut Vec<u8>);
    /// A truth, where it has not been said before.
    fn write_truth(truth: bool, is_field: bool, out: &mut Vec<u8>);

    /// Nothing at the end of a record. What it heard of is told by whoever asked, who knows the field's name.
    fn read_head<E: Ear>(bytes: &mut Bytes<E>, before: i16) -> Result<Option<Head>, BadBytes>;
    fn tell_head<E: Ear>(bytes: &mut Bytes<E>, start: usize, head: &Head, name: &str);
    fn read_list<E: Ear>(bytes: &mut Bytes<E>) -> Result<(Sort, u64), BadBytes>;
    fn read_length<E: Ear>(bytes: &mut Bytes<E>) -> Result<u64, BadBytes>;
    fn read_whole<E: Ear>(bytes: &mut Bytes<E>, sort: Sort) -> Result<i64, BadBytes>;
    fn read_double<E: Ear>(bytes: &mut Bytes<E>) -> Result<Double, BadBytes>;
    fn read_truth<E: Ear>(bytes: &mut Bytes<E>) -> Result<bool, BadBytes>;
    /// How many entries a map has, and of which sorts.
    fn read_map<E: Ear>(bytes: &mut Bytes<E>) -> Result<(Option<(Sort, Sort)>, u64), BadBytes>;
}

pub fn write<P: Protocol>(record: &Value, schema: &Schema, out: &mut Vec<u8>) -> Result<(), Misfit> {
    let mut before = 0;
    for (field, value) in schema.pairs(record) {
        let value = match value {
            None | Some(Value::Null) => continue,
            Some(value) => value,
        };
        let number = i16::try_from(field.number)
            .map_err(|_| misfit(&field.name, format!("the number {}", field.number), "1 to 32767"))?;
        let truth = if let Value::Bool(truth) = value { Some(*truth) } else { None };
        P::write_head(&Head { sort: Sort::of(&field.kind), number, truth }, before, out);
        before = number;
        match truth {
            Some(truth) => P::write_truth(truth, true, out),
            None => write_value::<P>(value, &field.kind, &field.name, out)?,
        }
    }
    out.push(0);
    Ok(())
}

fn write_value<P: Protocol>(value: &Value, kind: &Kind, field: &str, out: &mut Vec<u8>) -> Result<(), Misfit> {
    match (value, kind) {
        (Value::Bool(truth), _) => P::write_truth(*truth, false, out),
        (Value::Int(number), _) => P::write_whole(*number, Sort::of(kind), out),
        (Value::Double(number), _) => P::write_double(*number, out),
        (Value::Text(text), _) => {
            P::write_length(text.len(), out);
            out.extend(text.as_bytes());
        }
        (Value::Bytes(bytes), _) => {
            P::write_length(bytes.len(), out);
            out.extend(&**bytes);
        }
        (Value::List(items), Kind::List(of)) => {
            P::write_list(Sort::of(of), items.len(), out);
            items.iter().try_for_each(|item| write_value::<P>(item, of, field, out))?;
        }
        (Value::Record(_), Kind::Record(schema)) => write::<P>(value, schema, out)?,
        _ => return Err(misfit(field, value.what(), kind)),
    }
    Ok(())
}

pub fn read<P: Protocol, E: Ear>(bytes: &mut Bytes<E>, schema: &Schema) -> Result<Value, BadBytes> {
    let record = record::<P, E>(bytes, schema, true)?;
    if bytes.is_at_end() { Ok(record) } else { Err(bytes.bad(bytes.at, bytes.seen(), "the end")) }
}

fn record<P: Protocol, E: Ear>(bytes: &mut Bytes<E>, schema: &Schema, is_outermost: bool) -> Result<Value, BadBytes> {
    let mut slots = Slots::new(schema);
    let mut before = 0;
    loop {
        let start = bytes.at;
        let Some(head) = P::read_head(bytes, before)? else {
            bytes.tell(start, Role::Mark, || ("stop".to_owned(), format!("{} ends", schema.name)));
            return slots.finish(bytes);
        };
        before = head.number;
        let place = schema.fields.iter().position(|field| i64::from(field.number) == i64::from(head.number));
        if is_outermost {
            bytes.ear.field(place);
        }
        let field = place.map(|place| &schema.fields[place]);
        P::tell_head(bytes, start, &head, field.map_or("no field of the schema", |field| &field.name));
        match (place, field) {
            (Some(place), Some(field)) if Sort::of(&field.kind) == head.sort => {
                // The last one counts, as in Thrift's generated code.
                *slots.at(place) = Some(match head.truth {
                    Some(truth) => Value::Bool(truth),
                    None => value::<P, E>(bytes, &field.kind)?,
                });
            }
            _ if head.truth.is_some() => {}
            _ => skip::<P, E>(bytes, head.sort, 0)?,
        }
        if is_outermost {
            bytes.ear.field(None);
        }
    }
}

fn value<P: Protocol, E: Ear>(bytes: &mut Bytes<E>, kind: &Kind) -> Result<Value, BadBytes> {
    let start = bytes.at;
    let value = match kind {
        Kind::Bool => Value::Bool(P::read_truth(bytes)?),
        Kind::Int | Kind::Long => Value::Int(P::read_whole(bytes, Sort::of(kind))?),
        Kind::Double => Value::Double(P::read_double(bytes)?),
        Kind::Text => {
            let long = length::<P, E>(bytes)?;
            let start = bytes.at;
            let text = bytes.text(long, "a text")?;
            bytes.tell(start, Role::Value, || ("text".to_owned(), text.to_owned()));
            return Ok(Value::text(text));
        }
        Kind::Bytes => {
            let long = length::<P, E>(bytes)?;
            let start = bytes.at;
            let taken = bytes.take(long, "bytes")?;
            bytes.tell(start, Role::Value, || ("bytes".to_owned(), Value::bytes(taken).to_string()));
            return Ok(Value::bytes(taken));
        }
        Kind::List(of) => {
            let (sort, many) = list::<P, E>(bytes)?;
            if sort != Sort::of(of) && many > 0 {
                return Err(bytes.bad(start, format!("a list of which each is {}", sort.name()), kind));
            }
            // There are at least as many bytes as items.
            let mut items = Vec::with_capacity(many as usize);
            for _ in 0..many {
                items.push(value::<P, E>(bytes, of)?);
            }
            return Ok(Value::List(items));
        }
        Kind::Record(schema) => return record::<P, E>(bytes, schema, false),
    };
    bytes.tell(start, Role::Value, || ("value".to_owned(), value.to_string()));
    Ok(value)
}

fn length<P: Protocol, E: Ear>(bytes: &mut Bytes<E>) -> Result<usize, BadBytes> {
    let start = bytes.at;
    let long = P::read_length(bytes)?;
    let long = bytes.length(start, long, "something")?;
    bytes.tell(start, Role::Length, || ("length".to_owned(), long.to_string()));
    Ok(long)
}

fn list<P: Protocol, E: Ear>(bytes: &mut Bytes<E>) -> Result<(Sort, u64), BadBytes> {
    let start = bytes.at;
    let (sort, many) = P::read_list(bytes)?;
    bytes.length(start, many, "a list")?;
    bytes
        .tell(start, Role::Length, || ("kind and number of items".to_owned(), format!("{many}, each {}", sort.name())));
    Ok((sort, many))
}

/// Goes over a value of which the schema knows nothing.
fn skip<P: Protocol, E: Ear>(bytes: &mut Bytes<E>, sort: Sort, depth: usize) -> Result<(), BadBytes> {
    if depth == DEEPEST {
        return Err(bytes.bad(bytes.at, "too many things in each other", DEEPEST));
    }
    let start = bytes.at;
    match sort {
        Sort::Bool => drop(P::read_truth(bytes)?),
        Sort::Byte | Sort::Short | Sort::Int | Sort::Long => drop(P::read_whole(bytes, sort)?),
        Sort::Double => drop(P::read_double(bytes)?),
        Sort::Text => {
            let long = P::read_length(bytes)?;
            let long = bytes.length(start, long, "something")?;
            bytes.take(long, "something")?;
        }
        Sort::Struct => {
            let mut before = 0;
            while let Some(head) = P::read_head(bytes, before)? {
                before = head.number;
                if head.truth.is_none() {
                    skip::<P, E>(bytes, head.sort, depth + 1)?;
                }
            }
        }
        Sort::List | Sort::Set => {
            let (sort, many) = P::read_list(bytes)?;
            bytes.length(start, many, "a list")?;
            (0..many).try_for_each(|_| skip::<P, E>(bytes, sort, depth + 1))?;
        }
        Sort::Map => {
            if let (Some((key, value)), many) = P::read_map(bytes)? {
                bytes.length(start, many, "a map")?;
                for _ in 0..many {
                    skip::<P, E>(bytes, key, depth + 1)?;
                    skip::<P, E>(bytes, value, depth + 1)?;
                }
            }
        }
    }
    if depth == 0 {
        bytes.tell(start, Role::Value, || ("skipped".to_owned(), sort.name().to_owned()));
    }
    Ok(())
}
