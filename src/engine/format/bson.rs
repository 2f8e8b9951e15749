//! BSON, MongoDB's format: documents whose every part says its kind, and how long it is, so that a program can skip to a
//! field without reading what stands before it.
//!
//! A list is a document whose names are `0`, `1`, `2`. Numbers have 4 or 8 bytes, whatever they are; all are little-endian.

use super::read::{BadBytes, Bytes, Ear, Role, Slots};
use super::schema::{Kind, Misfit, Schema, misfit};
use super::value::{Double, Value};

const DOUBLE: u8 = 0x01;
const TEXT: u8 = 0x02;
const DOCUMENT: u8 = 0x03;
const LIST: u8 = 0x04;
const BINARY: u8 = 0x05;
const BOOL: u8 = 0x08;
const NULL: u8 = 0x0a;
const INT: u8 = 0x10;
const LONG: u8 = 0x12;

pub fn write(record: &Value, schema: &Schema, out: &mut Vec<u8>) -> Result<(), Misfit> {
    document(out, |out| {
        for (field, value) in schema.pairs(record) {
            if let Some(value) = value {
                element(value, &field.kind, &field.name, out)?;
            }
        }
        Ok(())
    })
}

/// Its length, what is in it, and a byte of zeros.
fn document(out: &mut Vec<u8>, inside: impl FnOnce(&mut Vec<u8>) -> Result<(), Misfit>) -> Result<(), Misfit> {
    let start = out.len();
    out.extend([0; 4]);
    inside(out)?;
    out.push(0);
    let long = (out.len() - start) as u32;
    out[start..start + 4].copy_from_slice(&long.to_le_bytes());
    Ok(())
}

fn element(value: &Value, kind: &Kind, name: &str, out: &mut Vec<u8>) -> Result<(), Misfit> {
    let code = match (value, kind) {
        (Value::Null, _) => NULL,
        (Value::Bool(_), _) => BOOL,
        (Value::Int(_), Kind::Int) => INT,
        (Value::Int(_), _) => LONG,
        (Value::Double(_), _) => DOUBLE,
        (Value::Text(_), _) => TEXT,
        (Value::Bytes(_), _) => BINARY,
        (Value::List(_), Kind::List(_)) => LIST,
        (Value::Record(_), Kind::Record(_)) => DOCUMENT,
        _ => return Err(misfit(name, value.what(), kind)),
    };
    out.push(code);
    out.extend(name.as_bytes());
    out.push(0);
    match (value, kind) {
        // Its kind says all, whatever the field might have held.
        (Value::Null, _) => {}
        (Value::Bool(truth), _) => out.push(u8::from(*truth)),
        (Value::Int(number), Kind::Int) => out.extend((*number as i32).to_le_bytes()),
        (Value::Int(number), _) => out.extend(number.to_le_bytes()),
        (Value::Double(number), _) => out.extend(number.0.to_le_bytes()),
        (Value::Text(text), _) => {
            out.extend((text.len() as u32 + 1).to_le_bytes());
            out.extend(text.as_bytes());
            out.push(0);
        }
        (Value::Bytes(bytes), _) => {
            out.extend((bytes.len() as u32).to_le_bytes());
            out.push(0);
            out.extend(&**bytes);
        }
        (Value::List(items), Kind::List(of)) => document(out, |out| {
            let mut named = (0..).zip(items);
            named.try_for_each(|(place, item): (usize, _)| element(item, of, &place.to_string(), out))
        })?,
        (_, Kind::Record(schema)) => write(value, schema, out)?,
        _ => {}
    }
    Ok(())
}

pub fn read<E: Ear>(bytes: &mut Bytes<E>, schema: &Schema) -> Result<Value, BadBytes> {
    let record = record(bytes, schema, true)?;
    if bytes.is_at_end() { Ok(record) } else { Err(bytes.bad(bytes.at, bytes.seen(), "the end")) }
}

fn record<E: Ear>(bytes: &mut Bytes<E>, schema: &Schema, is_outermost: bool) -> Result<Value, BadBytes> {
    let mut slots = Slots::new(schema);
    read_document(bytes, |bytes| {
        let start = bytes.at;
        // Of which field this is shows only after its name has been read.
        if is_outermost {
            let place = peeked_name(bytes).and_then(|name| schema.place(name));
            bytes.ear.field(place);
        }
        let (code, name) = read_head(bytes)?;
        match slots.named(name, bytes, start)? {
            Some(place) => {
                let field = &schema.fields[place];
                let value = match code {
                    NULL if field.optional => Value::Null,
                    code => read_value(bytes, start, code, &field.kind)?,
                };
                *slots.at(place) = Some(value);
            }
            None => skip(bytes, start, code)?,
        }
        if is_outermost {
            bytes.ear.field(None);
        }
        Ok(())
    })?;
    slots.finish(bytes)
}

fn peeked_name<'a, E: Ear>(bytes: &Bytes<'a, E>) -> Option<&'a str> {
    let name = bytes.rest().get(1..)?;
    let end = name.iter().position(|byte| *byte == 0)?;
    str::from_utf8(&name[..end]).ok()
}

/// The parts of a document, between its length and the zero that ends it.
fn read_document<E: Ear>(
    bytes: &mut Bytes<E>,
    mut part: impl FnMut(&mut Bytes<E>) -> Result<(), BadBytes>,
) -> Result<(), BadBytes> {
    let start = bytes.at;
    let long = u32::from_le_bytes(bytes.array("the length of a document")?);
    let left = bytes.all.len() - start;
    if (long as usize) < 5 || long as usize > left {
        let found = format!("a document of {long} bytes, and {left} are left");
        return Err(bytes.bad(start, found, format!("5 to {left}, its length and its end included")));
    }
    bytes.tell(start, Role::Length, || ("length of the document".to_owned(), long.to_string()));
    let all = bytes.all;
    bytes.all = &all[..start + long as usize];
    while bytes.rest().len() > 1 {
        part(bytes)?;
    }
    let start = bytes.at;
    match bytes.byte("the end of the document")? {
        0 => bytes.tell(start, Role::Mark, || ("zero".to_owned(), "the document ends".to_owned())),
        byte => return Err(bytes.bad(start, format!("{byte:#04x}"), "a byte of zeros, where the document ends")),
    }
    bytes.all = all;
    Ok(())
}

/// A kind and a name.
fn read_head<'a, E: Ear>(bytes: &mut Bytes<'a, E>) -> Result<(u8, &'a str), BadBytes> {
    let start = bytes.at;
    let code = bytes.byte("a kind")?;
    let kind = match code {
        DOUBLE => "a floating-point number",
        TEXT => "a text",
        DOCUMENT => "a document",
        LIST => "a list",
        BINARY => "bytes",
        BOOL => "a truth",
        NULL => "nothing",
        INT => "a whole number of 32 bits",
        LONG => "a whole number of 64 bits",
        _ => {
            let accepted = "01, 02, 03, 04, 05, 08, 0a, 10 or 12: other kinds aren't read here";
            return Err(bytes.bad(start, format!("the kind {code:#04x}"), accepted));
        }
    };
    bytes.tell(start, Role::Tag, || ("kind".to_owned(), kind.to_owned()));
    let start = bytes.at;
    let Some(long) = bytes.rest().iter().position(|byte| *byte == 0) else {
        return Err(bytes.bad(start, "a name that doesn't end", "a name, and a byte of zeros"));
    };
    let name = bytes.text(long, "a name")?;
    bytes.tell(start, Role::Name, || ("name".to_owned(), name.to_owned()));
    zero(bytes, "the name ends")?;
    Ok((code, name))
}

fn zero<E: Ear>(bytes: &mut Bytes<E>, means: &str) -> Result<(), BadBytes> {
    let start = bytes.at;
    match bytes.byte("a byte of zeros")? {
        0 => bytes.tell(start, Role::Mark, || ("zero".to_owned(), means.to_owned())),
        byte => return Err(bytes.bad(start, format!("{byte:#04x}"), format!("a byte of zeros: {means}"))),
    }
    Ok(())
}

/// A value of which the kind has been read, at `head`.
fn read_value<E: Ear>(bytes: &mut Bytes<E>, head: usize, code: u8, kind: &Kind) -> Result<Value, BadBytes> {
    let start = bytes.at;
    let value = match (code, kind) {
        (BOOL, Kind::Bool) => match bytes.byte("a truth")? {
            byte @ (0 | 1) => Value::Bool(byte == 1),
            byte => return Err(bytes.bad(start, format!("{byte:#04x}"), "00 for false, 01 for true")),
        },
        (INT, Kind::Int | Kind::Long) => Value::Int(i32::from_le_bytes(bytes.array("a number")?).into()),
        (LONG, Kind::Int | Kind::Long) => {
            let number = i64::from_le_bytes(bytes.array("a number")?);
            if *kind == Kind::Int && i32::try_from(number).is_err() {
                return Err(bytes.bad(start, number, "a number that fits 32 bits"));
            }
            Value::Int(number)
        }
        (DOUBLE, Kind::Double) => Value::Double(Double(f64::from_le_bytes(bytes.array("a number")?))),
        (TEXT, Kind::Text) => return read_text(bytes).map(Value::text),
        (BINARY, Kind::Bytes) => return read_bytes(bytes).map(Value::bytes),
        (LIST, Kind::List(of)) => {
            let mut items = Vec::new();
            read_document(bytes, |bytes| {
                let start = bytes.at;
                let (code, name) = read_head(bytes)?;
                if name.parse() != Ok(items.len()) {
                    return Err(bytes.bad(start + 1, format!("the name {name}"), items.len()));
                }
                items.push(read_value(bytes, start, code, of)?);
                Ok(())
            })?;
            return Ok(Value::List(items));
        }
        (DOCUMENT, Kind::Record(schema)) => return record(bytes, schema, false),
        _ => return Err(bytes.bad(head, format!("the kind {code:#04x}"), kind)),
    };
    bytes.tell(start, Role::Value, || ("value".to_owned(), value.to_string()));
    Ok(value)
}

fn read_text<'a, E: Ear>(bytes: &mut Bytes<'a, E>) -> Result<&'a str, BadBytes> {
    let start = bytes.at;
    let long = u32::from_le_bytes(bytes.array("the length of a text")?);
    if long == 0 {
        return Err(bytes.bad(start, "a text of no bytes", "1 or more: the zero at its end is counted"));
    }
    let long = bytes.length(start, long.into(), "a text")?;
    bytes.tell(start, Role::Length, || ("length, with the zero".to_owned(), long.to_string()));
    let start = bytes.at;
    let text = bytes.text(long - 1, "a text")?;
    bytes.tell(start, Role::Value, || ("text".to_owned(), text.to_owned()));
    zero(bytes, "the text ends")?;
    Ok(text)
}

fn read_bytes<'a, E: Ear>(bytes: &mut Bytes<'a, E>) -> Result<&'a [u8], BadBytes> {
    let start = bytes.at;
    let long = u32::from_le_bytes(bytes.array("the length of bytes")?);
    let after = bytes.length(start, u64::from(long) + 1, "bytes")?;
    bytes.tell(start, Role::Length, || ("length".to_owned(), long.to_string()));
    let start = bytes.at;
    match bytes.byte("what the bytes are")? {
        0 => bytes.tell(start, Role::Tag, || ("subtype".to_owned(), "any bytes".to_owned())),
        byte => {
            return Err(bytes.bad(start, format!("{byte:#04x}"), "00, any bytes: other subtypes aren't read here"));
        }
    }
    let start = bytes.at;
    let taken = bytes.take(after - 1, "bytes")?;
    bytes.tell(start, Role::Value, || ("bytes".to_owned(), Value::bytes(taken).to_string()));
    Ok(taken)
}

/// Goes over a value of which the schema knows nothing: its length says how far.
fn skip<E: Ear>(bytes: &mut Bytes<E>, head: usize, code: u8) -> Result<(), BadBytes> {
    let start = bytes.at;
    let length = |bytes: &mut Bytes<E>| bytes.array("a length").map(|length| u64::from(u32::from_le_bytes(length)));
    let long = match code {
        NULL => 0,
        BOOL => 1,
        INT => 4,
        LONG | DOUBLE => 8,
        TEXT => length(bytes)?,
        BINARY => length(bytes)? + 1,
        // Its length counts itself.
        DOCUMENT | LIST => length(bytes)?.saturating_sub(4),
        _ => return Err(bytes.bad(head, format!("the kind {code:#04x}"), "a kind that is known")),
    };
    let long = bytes.length(start, long, "something")?;
    bytes.take(long, "something")?;
    bytes.tell(start, Role::Value, || ("skipped".to_owned(), "no field of the schema".to_owned()));
    Ok(())
}
