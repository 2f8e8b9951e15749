//! CSV (RFC 4180): a line of names, and a line of cells.
//!
//! A cell is text, whatever it means: the schema has to say that `1337` is a number, and an empty cell is an empty text, or
//! nothing, or was never there. It has no lists and no records in records: here such a cell holds JSON, as many programs do.

use super::json;
use super::read::{BadBytes, Bytes, Ear, Role, Slots};
use super::schema::{Kind, Misfit, Schema};
use super::text;
use super::value::Value;

pub fn write(record: &Value, schema: &Schema, out: &mut Vec<u8>) -> Result<(), Misfit> {
    for (place, field) in schema.fields.iter().enumerate() {
        if place > 0 {
            out.push(b',');
        }
        cell(field.name.as_bytes(), false, out);
    }
    out.extend(b"\r\n");
    for (place, (field, value)) in schema.pairs(record).enumerate() {
        if place > 0 {
            out.push(b',');
        }
        let mut written = Vec::new();
        match value {
            None | Some(Value::Null) => {}
            Some(value @ (Value::List(_) | Value::Record(_))) => {
                json::write_value(value, &field.kind, &field.name, &mut written)?;
            }
            Some(value) => text::write(value, &field.name, &mut written)?,
        }
        // A line that is one empty cell would be an empty line, which readers skip.
        cell(&written, schema.fields.len() == 1 && written.is_empty(), out);
    }
    out.extend(b"\r\n");
    Ok(())
}

/// A cell, in quotes where it has to be; a quote inside is doubled.
fn cell(written: &[u8], quoted: bool, out: &mut Vec<u8>) {
    if !quoted && !written.iter().any(|byte| matches!(byte, b',' | b'"' | b'\r' | b'\n')) {
        return out.extend(written);
    }
    out.push(b'"');
    for byte in written {
        out.extend(std::iter::repeat_n(byte, if *byte == b'"' { 2 } else { 1 }));
    }
    out.push(b'"');
}

pub fn read<E: Ear>(bytes: &mut Bytes<E>, schema: &Schema) -> Result<Value, BadBytes> {
    let mut columns = Vec::new();
    line(bytes, |bytes| {
        let start = bytes.at;
        let end = bytes.rest().iter().position(|byte| matches!(byte, b',' | b'\r' | b'\n')).unwrap_or(0);
        let name = str::from_utf8(&bytes.rest()[..end]).unwrap_or_default();
        let place = schema.place(name);
        bytes.ear.field(place);
        let name = read_cell(bytes, Role::Name)?;
        let place = schema.place(&name);
        if place.is_some() && columns.contains(&place) {
            return Err(bytes.bad(start, format!("a second column {name}"), "each name once"));
        }
        columns.push(place);
        Ok(())
    })?;
    let mut slots = Slots::new(schema);
    let mut at = 0;
    line(bytes, |bytes| {
        let start = bytes.at;
        let Some(place) = columns.get(at).copied() else {
            return Err(bytes.bad(start, "a cell more than there are columns", format!("{} cells", columns.len())));
        };
        at += 1;
        bytes.ear.field(place);
        let written = read_cell(bytes, Role::Value)?;
        let Some(place) = place else { return Ok(()) };
        let field = &schema.fields[place];
        // Nothing, an empty text and what is missing look alike.
        if written.is_empty() && field.optional {
            return Ok(());
        }
        *slots.at(place) = Some(match &field.kind {
            kind @ (Kind::List(_) | Kind::Record(_)) => {
                let mut inner = Bytes::new(written.as_bytes(), ());
                let value =
                    json::read_value(&mut inner, kind).map_err(|bad| bytes.bad(start, &bad.found, &bad.accepted))?;
                if !inner.is_at_end() {
                    return Err(bytes.bad(start, "more than a value in one cell", "one value as JSON"));
                }
                value
            }
            kind => text::read(&written, kind).map_err(|bad| {
                let shown = if written.is_empty() { "an empty cell" } else { &written };
                bytes.bad(start, shown, bad.accepted)
            })?,
        });
        Ok(())
    })?;
    bytes.ear.field(None);
    if !bytes.is_at_end() {
        return Err(bytes.bad(bytes.at, "a second record", "one record"));
    }
    slots.finish(bytes)
}

/// The cells of a line, and its end, which the last line may lack.
fn line<E: Ear>(
    bytes: &mut Bytes<E>,
    mut cell: impl FnMut(&mut Bytes<E>) -> Result<(), BadBytes>,
) -> Result<(), BadBytes> {
    if bytes.is_at_end() {
        return Err(bytes.bad(bytes.at, "the bytes end here", "a line of names, and a line of cells"));
    }
    loop {
        cell(bytes)?;
        bytes.ear.field(None);
        let start = bytes.at;
        match bytes.rest() {
            [b',', ..] => {
                bytes.at += 1;
                bytes.tell(start, Role::Mark, || (",".to_owned(), "another cell follows".to_owned()));
                continue;
            }
            [b'\r', b'\n', ..] => bytes.at += 2,
            [b'\r' | b'\n', ..] => bytes.at += 1,
            [] => return Ok(()),
            _ => {
                return Err(bytes.bad(
                    start,
                    bytes.seen(),
                    "a comma or the end of the line; a quote in quotes is doubled",
                ));
            }
        }
        bytes.tell(start, Role::Mark, || ("end of line".to_owned(), "the line ends".to_owned()));
        return Ok(());
    }
}

fn read_cell<E: Ear>(bytes: &mut Bytes<E>, role: Role) -> Result<String, BadBytes> {
    let label = if role == Role::Name { "name" } else { "cell" };
    let start = bytes.at;
    if bytes.peek() != Some(b'"') {
        let long = bytes.rest().iter().take_while(|byte| !matches!(byte, b',' | b'\r' | b'\n' | b'"')).count();
        let text = bytes.text(long, "a cell")?;
        bytes.tell(start, role, || (label.to_owned(), text.to_owned()));
        return Ok(text.to_owned());
    }
    bytes.at += 1;
    bytes.tell(start, Role::Mark, || ("\"".to_owned(), "a cell in quotes begins".to_owned()));
    let start = bytes.at;
    let mut text = String::new();
    loop {
        let plain = bytes.rest().iter().take_while(|byte| **byte != b'"').count();
        text.push_str(bytes.text(plain, "a cell")?);
        match bytes.rest() {
            [b'"', b'"', ..] => {
                bytes.at += 2;
                text.push('"');
            }
            [b'"', ..] => break,
            _ => return Err(bytes.bad(bytes.at, "the bytes end here", "a closing quote")),
        }
    }
    bytes.tell(start, role, || (label.to_owned(), text.clone()));
    let start = bytes.at;
    bytes.at += 1;
    bytes.tell(start, Role::Mark, || ("\"".to_owned(), "the cell ends".to_owned()));
    Ok(text)
}
