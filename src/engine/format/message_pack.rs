//! MessagePack: JSON's values in bytes. Names are still written out; what is saved are quotes, commas and digits.
//!
//! The first byte of a value says its kind, and, where there is room in it, its length or the value itself: a small number
//! is one byte.

use super::read::{BadBytes, Bytes, Ear, Role, Slots};
use super::schema::{Kind, Misfit, Schema, misfit};
use super::value::{Double, Value};

/// So deep may lists and maps stand in each other: what is skipped could be deeper than any schema.
const DEEPEST: usize = 64;

pub fn write(record: &Value, schema: &Schema, out: &mut Vec<u8>) -> Result<(), Misfit> {
    let many = schema.pairs(record).filter(|(_, value)| value.is_some()).count();
    head(out, many, 0x80, 16, [None, Some(0xde), Some(0xdf)]);
    for (field, value) in schema.pairs(record) {
        if let Some(value) = value {
            string(&field.name, out);
            write_value(value, &field.kind, &field.name, out)?;
        }
    }
    Ok(())
}

fn write_value(value: &Value, kind: &Kind, field: &str, out: &mut Vec<u8>) -> Result<(), Misfit> {
    match (value, kind) {
        (Value::Null, _) => out.push(0xc0),
        (Value::Bool(truth), _) => out.push(if *truth { 0xc3 } else { 0xc2 }),
        (Value::Int(number), _) => whole(*number, out),
        (Value::Double(number), _) => {
            out.push(0xcb);
            out.extend(number.0.to_be_bytes());
        }
        (Value::Text(text), _) => string(text, out),
        (Value::Bytes(bytes), _) => {
            head(out, bytes.len(), 0, 0, [Some(0xc4), Some(0xc5), Some(0xc6)]);
            out.extend(&**bytes);
        }
        (Value::List(items), Kind::List(of)) => {
            head(out, items.len(), 0x90, 16, [None, Some(0xdc), Some(0xdd)]);
            items.iter().try_for_each(|item| write_value(item, of, field, out))?;
        }
        (Value::Record(_), Kind::Record(schema)) => write(value, schema, out)?,
        _ => return Err(misfit(field, value.what(), kind)),
    }
    Ok(())
}

/// A kind and a length: in one byte if it is below `fits`, else in one, two or four bytes behind the kind.
fn head(out: &mut Vec<u8>, long: usize, in_one: u8, fits: usize, codes: [Option<u8>; 3]) {
    match (long, codes) {
        (long, _) if long < fits => out.push(in_one | long as u8),
        (0..0x100, [Some(code), ..]) => out.extend([code, long as u8]),
        (0..0x1_0000, [_, Some(code), _]) => {
            out.push(code);
            out.extend((long as u16).to_be_bytes());
        }
        (_, [.., code]) => {
            out.extend(code);
            out.extend((long as u32).to_be_bytes());
        }
    }
}

fn string(text: &str, out: &mut Vec<u8>) {
    head(out, text.len(), 0xa0, 32, [Some(0xd9), Some(0xda), Some(0xdb)]);
    out.extend(text.as_bytes());
}

/// A whole number in the fewest bytes.
fn whole(number: i64, out: &mut Vec<u8>) {
    match number {
        0..0x80 => out.push(number as u8),
        -32..0 => out.push(number as u8),
        0x80..0x100 => out.extend([0xcc, number as u8]),
        0x100..0x1_0000 => {
            out.push(0xcd);
            out.extend((number as u16).to_be_bytes());
        }
        0x1_0000..0x1_0000_0000 => {
            out.push(0xce);
            out.extend((number as u32).to_be_bytes());
        }
        0x1_0000_0000.. => {
            out.push(0xcf);
            out.extend(number.to_be_bytes());
        }
        -0x80..-32 => out.extend([0xd0, number as u8]),
        -0x8000..-0x80 => {
            out.push(0xd1);
            out.extend((number as i16).to_be_bytes());
        }
        -0x8000_0000..-0x8000 => {
            out.push(0xd2);
            out.extend((number as i32).to_be_bytes());
        }
        ..-0x8000_0000 => {
            out.push(0xd3);
            out.extend(number.to_be_bytes());
        }
    }
}

pub fn read<E: Ear>(bytes: &mut Bytes<E>, schema: &Schema) -> Result<Value, BadBytes> {
    let record = map(bytes, schema, true)?;
    if bytes.is_at_end() { Ok(record) } else { Err(bytes.bad(bytes.at, bytes.seen(), "the end")) }
}

/// What stands before a value: what it is, and how long or how large.
enum Head {
    Nothing,
    Bool(bool),
    Int(i128),
    Double(f64),
    Text(u64),
    Bytes(u64),
    List(u64),
    Map(u64),
    /// Of a kind of the program's own.
    Other(u64),
}

fn read_head<E: Ear>(bytes: &mut Bytes<E>) -> Result<Head, BadBytes> {
    let start = bytes.at;
    let code = bytes.byte("a value")?;
    let head = match code {
        0x00..0x80 => Head::Int(code.into()),
        0x80..0x90 => Head::Map((code & 0xf).into()),
        0x90..0xa0 => Head::List((code & 0xf).into()),
        0xa0..0xc0 => Head::Text((code & 0x1f).into()),
        0xc0 => Head::Nothing,
        0xc1 => return Err(bytes.bad(start, "0xc1, which means nothing", "the kind of a value")),
        0xc2 | 0xc3 => Head::Bool(code == 0xc3),
        0xc4..=0xc6 => Head::Bytes(unsigned(bytes, 1 << (code - 0xc4))?),
        0xc7..=0xc9 => Head::Other(unsigned(bytes, 1 << (code - 0xc7))? + 1),
        0xca => Head::Double(f32::from_be_bytes(bytes.array("a number")?).into()),
        0xcb => Head::Double(f64::from_be_bytes(bytes.array("a number")?)),
        0xcc..=0xcf => Head::Int(unsigned(bytes, 1 << (code - 0xcc))?.into()),
        0xd0 => Head::Int(i8::from_be_bytes(bytes.array("a number")?).into()),
        0xd1 => Head::Int(i16::from_be_bytes(bytes.array("a number")?).into()),
        0xd2 => Head::Int(i32::from_be_bytes(bytes.array("a number")?).into()),
        0xd3 => Head::Int(i64::from_be_bytes(bytes.array("a number")?).into()),
        0xd4..=0xd8 => Head::Other((1 << (code - 0xd4)) + 1),
        0xd9..=0xdb => Head::Text(unsigned(bytes, 1 << (code - 0xd9))?),
        0xdc | 0xdd => Head::List(unsigned(bytes, 2 << (code - 0xdc))?),
        0xde | 0xdf => Head::Map(unsigned(bytes, 2 << (code - 0xde))?),
        0xe0.. => Head::Int((code as i8).into()),
    };
    tell(bytes, start, &head);
    match head {
        Head::Text(long) | Head::Bytes(long) | Head::Other(long) => {
            bytes.length(start, long, "something")?;
        }
        Head::List(many) => {
            bytes.length(start, many, "a list")?;
        }
        Head::Map(many) => {
            bytes.length(start, many.saturating_mul(2), "a map")?;
        }
        _ => {}
    }
    Ok(head)
}

/// The kind is a byte of its own where the value follows in others.
fn tell<E: Ear>(bytes: &mut Bytes<E>, start: usize, head: &Head) {
    let at = bytes.at;
    match head {
        Head::Nothing => bytes.tell(start, Role::Value, || ("nothing".to_owned(), "nil".to_owned())),
        Head::Bool(truth) => bytes.tell(start, Role::Value, || ("truth".to_owned(), truth.to_string())),
        Head::Int(number) if at == start + 1 => {
            bytes.tell(start, Role::Value, || ("small number, with its kind".to_owned(), number.to_string()));
        }
        Head::Int(number) => {
            let bits = (at - start - 1) * 8;
            bytes
                .ear
                .part(start..start + 1, Role::Tag, || ("kind".to_owned(), format!("a whole number of {bits} bits")));
            bytes.tell(start + 1, Role::Value, || ("number".to_owned(), number.to_string()));
        }
        Head::Double(number) => {
            bytes.ear.part(start..start + 1, Role::Tag, || ("kind".to_owned(), "a floating-point number".to_owned()));
            bytes.tell(start + 1, Role::Value, || ("number".to_owned(), Double(*number).to_string()));
        }
        Head::Text(long) => {
            bytes.tell(start, Role::Length, || ("kind and length".to_owned(), format!("a text of {long} bytes")))
        }
        Head::Bytes(long) => {
            bytes.tell(start, Role::Length, || ("kind and length".to_owned(), format!("{long} bytes")))
        }
        Head::List(many) => {
            bytes.tell(start, Role::Length, || ("kind and length".to_owned(), format!("a list of {many}")))
        }
        Head::Map(many) => {
            bytes.tell(start, Role::Length, || ("kind and length".to_owned(), format!("a map of {many} fields")))
        }
        Head::Other(long) => {
            bytes.tell(start, Role::Length, || ("kind and length".to_owned(), format!("an extension of {long} bytes")))
        }
    }
}

/// A length or a number of 1, 2, 4 or 8 bytes.
fn unsigned<E: Ear>(bytes: &mut Bytes<E>, many: usize) -> Result<u64, BadBytes> {
    let taken = bytes.take(many, "a number")?;
    Ok(taken.iter().fold(0, |number, byte| number << 8 | u64::from(*byte)))
}

fn map<E: Ear>(bytes: &mut Bytes<E>, schema: &Schema, is_outermost: bool) -> Result<Value, BadBytes> {
    let start = bytes.at;
    let Head::Map(many) = read_head(bytes)? else {
        return Err(bytes.bad(start, "no map", format!("a map with the fields of {}", schema.name)));
    };
    fields(bytes, schema, many, is_outermost)
}

fn fields<E: Ear>(bytes: &mut Bytes<E>, schema: &Schema, many: u64, is_outermost: bool) -> Result<Value, BadBytes> {
    let mut slots = Slots::new(schema);
    for _ in 0..many {
        let start = bytes.at;
        if is_outermost {
            let ahead = Bytes::new(bytes.all, ());
            let name = name(&mut Bytes { at: start, ..ahead }).ok();
            bytes.ear.field(name.and_then(|name| schema.place(name)));
        }
        let name = name(bytes)?;
        match slots.named(name, bytes, start)? {
            Some(place) => {
                let field = &schema.fields[place];
                *slots.at(place) = Some(read_value(bytes, &field.kind, field.optional)?);
            }
            None => skip(bytes, 0)?,
        }
        if is_outermost {
            bytes.ear.field(None);
        }
    }
    slots.finish(bytes)
}

/// The name of a field.
fn name<'a, E: Ear>(bytes: &mut Bytes<'a, E>) -> Result<&'a str, BadBytes> {
    let start = bytes.at;
    let Head::Text(long) = read_head(bytes)? else {
        return Err(bytes.bad(start, "no text", "the name of a field"));
    };
    let start = bytes.at;
    let name = bytes.text(long as usize, "a name")?;
    bytes.tell(start, Role::Name, || ("name".to_owned(), name.to_owned()));
    Ok(name)
}

fn read_value<E: Ear>(bytes: &mut Bytes<E>, kind: &Kind, optional: bool) -> Result<Value, BadBytes> {
    let start = bytes.at;
    let head = read_head(bytes)?;
    let at = bytes.at;
    Ok(match (head, kind) {
        (Head::Nothing, _) if optional => Value::Null,
        (Head::Bool(truth), Kind::Bool) => Value::Bool(truth),
        (Head::Int(number), Kind::Int | Kind::Long) => {
            let fits = if *kind == Kind::Int { i32::try_from(number).map(i64::from) } else { i64::try_from(number) };
            Value::Int(fits.map_err(|_| bytes.bad(start, number, format!("a number that fits {kind}")))?)
        }
        (Head::Double(number), Kind::Double) => Value::Double(Double(number)),
        (Head::Text(long), Kind::Text) => {
            let text = bytes.text(long as usize, "a text")?;
            bytes.tell(at, Role::Value, || ("text".to_owned(), text.to_owned()));
            Value::text(text)
        }
        (Head::Bytes(long), Kind::Bytes) => {
            let taken = bytes.take(long as usize, "bytes")?;
            bytes.tell(at, Role::Value, || ("bytes".to_owned(), Value::bytes(taken).to_string()));
            Value::bytes(taken)
        }
        (Head::List(many), Kind::List(of)) => {
            Value::List((0..many).map(|_| read_value(bytes, of, false)).collect::<Result<_, _>>()?)
        }
        (Head::Map(many), Kind::Record(schema)) => fields(bytes, schema, many, false)?,
        (head, kind) => {
            let found = match head {
                Head::Nothing => "nil",
                Head::Bool(_) => "a truth",
                Head::Int(_) => "a whole number",
                Head::Double(_) => "a floating-point number",
                Head::Text(_) => "a text",
                Head::Bytes(_) => "bytes",
                Head::List(_) => "a list",
                Head::Map(_) => "a map",
                Head::Other(_) => "an extension",
            };
            return Err(bytes.bad(start, found, kind));
        }
    })
}

/// Goes over a value of which the schema knows nothing.
fn skip<E: Ear>(bytes: &mut Bytes<E>, depth: usize) -> Result<(), BadBytes> {
    if depth == DEEPEST {
        return Err(bytes.bad(bytes.at, "too many lists in each other", DEEPEST));
    }
    let head = read_head(bytes)?;
    let start = bytes.at;
    let (long, inner) = match head {
        Head::Text(long) | Head::Bytes(long) | Head::Other(long) => (long, 0),
        Head::List(many) => (0, many),
        Head::Map(many) => (0, many * 2),
        _ => (0, 0),
    };
    bytes.take(long as usize, "something")?;
    bytes.tell(start, Role::Value, || ("skipped".to_owned(), "no field of the schema".to_owned()));
    (0..inner).try_for_each(|_| skip(bytes, depth + 1))
}
