//! Protocol Buffers (proto3): fields with their numbers, and of their kinds just how to find the end.
//!
//! Before each value stands a tag: the field's number and one of a few *wire types*, in as few bytes as they need. Names are
//! not written, and neither is the end of a record: whoever holds it knows how long it is. A field that is not `optional` is
//! left out when it is zero or empty, and a list is a field that comes several times; one of numbers is packed into one.
//!
//! Simpler than the real one because groups are refused by name, and a record that comes twice is not merged: the last one
//! counts.

use super::read::{BadBytes, Bytes, Ear, Role, Slots};
use super::schema::{Field, Kind, Misfit, Schema, misfit};
use super::value::{Double, Value};
use crate::varint;

const VARINT: u8 = 0;
const EIGHT: u8 = 1;
const LENGTH: u8 = 2;
const FOUR: u8 = 5;

/// How the end of a value of that kind is found.
fn wire(kind: &Kind) -> u8 {
    match kind {
        Kind::Bool | Kind::Int | Kind::Long => VARINT,
        Kind::Double => EIGHT,
        Kind::Text | Kind::Bytes | Kind::List(_) | Kind::Record(_) => LENGTH,
    }
}

fn is_packed(of: &Kind) -> bool {
    wire(of) != LENGTH
}

pub fn write(record: &Value, schema: &Schema, out: &mut Vec<u8>) -> Result<(), Misfit> {
    // Every writer puts them in the order of their numbers, though a reader takes any.
    let mut fields: Vec<_> = schema.pairs(record).collect();
    fields.sort_by_key(|(field, _)| field.number);
    for (field, value) in fields {
        match (value, &field.kind) {
            (None | Some(Value::Null), _) => {}
            (Some(Value::List(items)), Kind::List(of)) if is_packed(of) => {
                if !items.is_empty() {
                    tag(field, LENGTH, out);
                    delimited(out, |out| items.iter().try_for_each(|item| write_value(item, of, &field.name, out)))?;
                }
            }
            (Some(Value::List(items)), Kind::List(of)) => {
                for item in items {
                    tag(field, LENGTH, out);
                    write_value(item, of, &field.name, out)?;
                }
            }
            (Some(value), kind) => {
                let is_implied = !field.optional && !matches!(kind, Kind::Record(_)) && *value == kind.zero();
                if !is_implied {
                    tag(field, wire(kind), out);
                    write_value(value, kind, &field.name, out)?;
                }
            }
        }
    }
    Ok(())
}

fn tag(field: &Field, wire: u8, out: &mut Vec<u8>) {
    varint::put(out, u64::from(field.number) << 3 | u64::from(wire));
}

/// A length, and then what it is the length of.
fn delimited(out: &mut Vec<u8>, inside: impl FnOnce(&mut Vec<u8>) -> Result<(), Misfit>) -> Result<(), Misfit> {
    let start = out.len();
    inside(out)?;
    let mut length = Vec::new();
    varint::put(&mut length, (out.len() - start) as u64);
    out.splice(start..start, length);
    Ok(())
}

fn write_value(value: &Value, kind: &Kind, field: &str, out: &mut Vec<u8>) -> Result<(), Misfit> {
    match (value, kind) {
        (Value::Bool(truth), _) => out.push(u8::from(*truth)),
        // Also what has 32 bits is written as one of 64: below zero that makes ten bytes.
        (Value::Int(number), _) => varint::put(out, *number as u64),
        (Value::Double(number), _) => out.extend(number.0.to_le_bytes()),
        (Value::Text(text), _) => {
            varint::put(out, text.len() as u64);
            out.extend(text.as_bytes());
        }
        (Value::Bytes(bytes), _) => {
            varint::put(out, bytes.len() as u64);
            out.extend(&**bytes);
        }
        (Value::Record(_), Kind::Record(schema)) => delimited(out, |out| write(value, schema, out))?,
        _ => return Err(misfit(field, value.what(), kind)),
    }
    Ok(())
}

pub fn read<E: Ear>(bytes: &mut Bytes<E>, schema: &Schema) -> Result<Value, BadBytes> {
    record(bytes, schema, true)
}

/// All bytes that there are, as fields.
fn record<E: Ear>(bytes: &mut Bytes<E>, schema: &Schema, is_outermost: bool) -> Result<Value, BadBytes> {
    let mut slots = Slots::new(schema);
    while !bytes.is_at_end() {
        let start = bytes.at;
        let tag = bytes.varint("a tag")?;
        let (number, found) = (tag >> 3, (tag & 7) as u8);
        if number == 0 || number >= 1 << 29 {
            return Err(bytes.bad(start, format!("the field number {number}"), "1 to 536870911"));
        }
        let place = schema.fields.iter().position(|field| u64::from(field.number) == number);
        if is_outermost {
            bytes.ear.field(place);
        }
        tell_tag(bytes, start, number, found, place.map(|place| &*schema.fields[place].name));
        match place.map(|place| (place, &schema.fields[place].kind)) {
            Some((place, Kind::List(of))) if found == LENGTH && is_packed(of) => {
                let items = packed(bytes, of)?;
                list(slots.at(place)).extend(items);
            }
            Some((place, Kind::List(of))) if found == wire(of) => list(slots.at(place)).push(value(bytes, of)?),
            Some((place, kind)) if found == wire(kind) => *slots.at(place) = Some(value(bytes, kind)?),
            // Also a number that is known, with a wire type that its kind does not have.
            _ => skip(bytes, start, found)?,
        }
        if is_outermost {
            bytes.ear.field(None);
        }
    }
    // What was not written is what it is when no one says.
    for (place, field) in schema.fields.iter().enumerate() {
        let is_list = matches!(field.kind, Kind::List(_));
        if slots.at(place).is_none() && field.default.is_none() && (is_list || !field.optional) {
            *slots.at(place) = Some(field.kind.zero());
        }
    }
    slots.finish(bytes)
}

/// The items that have been read before.
fn list(slot: &mut Option<Value>) -> &mut Vec<Value> {
    if !matches!(slot, Some(Value::List(_))) {
        *slot = Some(Value::List(Vec::new()));
    }
    let Some(Value::List(items)) = slot else { unreachable!("it has just been made a list") };
    items
}

fn tell_tag<E: Ear>(bytes: &mut Bytes<E>, start: usize, number: u64, wire: u8, name: Option<&str>) {
    bytes.tell(start, Role::Tag, || {
        let how = match wire {
            VARINT => "a number follows",
            EIGHT => "eight bytes follow",
            LENGTH => "a length follows",
            FOUR => "four bytes follow",
            _ => "a group",
        };
        (
            "number and wire type".to_owned(),
            format!("{number}, {}; {wire}, {how}", name.unwrap_or("no field of the schema")),
        )
    });
}

fn value<E: Ear>(bytes: &mut Bytes<E>, kind: &Kind) -> Result<Value, BadBytes> {
    let start = bytes.at;
    let value = match kind {
        Kind::Bool => Value::Bool(bytes.varint("a truth")? != 0),
        // What has more bits is cut, and nothing is said.
        Kind::Int => Value::Int((bytes.varint("a number")? as i32).into()),
        Kind::Long => Value::Int(bytes.varint("a number")? as i64),
        Kind::Double => Value::Double(Double(f64::from_le_bytes(bytes.array("a number")?))),
        Kind::Text => {
            let long = length(bytes)?;
            let start = bytes.at;
            let text = bytes.text(long, "a text")?;
            bytes.tell(start, Role::Value, || ("text".to_owned(), text.to_owned()));
            return Ok(Value::text(text));
        }
        Kind::Bytes => {
            let long = length(bytes)?;
            let start = bytes.at;
            let taken = bytes.take(long, "bytes")?;
            bytes.tell(start, Role::Value, || ("bytes".to_owned(), Value::bytes(taken).to_string()));
            return Ok(Value::bytes(taken));
        }
        Kind::Record(schema) => return within(bytes, |bytes| record(bytes, schema, false)),
        Kind::List(_) => return Err(bytes.bad(start, "a list of lists", "a list of anything else")),
    };
    bytes.tell(start, Role::Value, || ("value".to_owned(), value.to_string()));
    Ok(value)
}

fn packed<E: Ear>(bytes: &mut Bytes<E>, of: &Kind) -> Result<Vec<Value>, BadBytes> {
    within(bytes, |bytes| {
        let mut items = Vec::new();
        while !bytes.is_at_end() {
            items.push(value(bytes, of)?);
        }
        Ok(items)
    })
}

/// Reads within the bytes of a length.
fn within<T, E: Ear>(
    bytes: &mut Bytes<E>,
    read: impl FnOnce(&mut Bytes<E>) -> Result<T, BadBytes>,
) -> Result<T, BadBytes> {
    let long = length(bytes)?;
    let all = bytes.all;
    bytes.all = &all[..bytes.at + long];
    let read = read(bytes)?;
    bytes.all = all;
    Ok(read)
}

fn length<E: Ear>(bytes: &mut Bytes<E>) -> Result<usize, BadBytes> {
    let start = bytes.at;
    let long = bytes.varint("a length")?;
    let long = bytes.length(start, long, "something")?;
    bytes.tell(start, Role::Length, || ("length".to_owned(), long.to_string()));
    Ok(long)
}

/// Goes over a value of which the schema knows nothing.
fn skip<E: Ear>(bytes: &mut Bytes<E>, tag: usize, wire: u8) -> Result<(), BadBytes> {
    let mut start = bytes.at;
    match wire {
        VARINT => drop(bytes.varint("a number")?),
        EIGHT => drop(bytes.take(8, "a number")?),
        FOUR => drop(bytes.take(4, "a number")?),
        LENGTH => {
            let long = length(bytes)?;
            start = bytes.at;
            bytes.take(long, "something")?;
        }
        3 | 4 => {
            return Err(bytes.bad(tag, format!("wire type {wire}, a group"), "0, 1, 2 or 5: groups aren't read here"));
        }
        _ => return Err(bytes.bad(tag, format!("wire type {wire}"), "0, 1, 2 or 5")),
    }
    bytes.tell(start, Role::Value, || ("skipped".to_owned(), "no field of the schema".to_owned()));
    Ok(())
}
