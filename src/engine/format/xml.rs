//! XML: elements with names at both ends.
//!
//! All between two tags is text. Whether `1337` is a number, the schema has to say; a list is an element that comes several
//! times, so that a list of one looks like no list, and an empty one like a field that is not there.
//!
//! Simpler than the real one because there are elements and text alone: attributes, namespaces, comments, CDATA, entities of
//! one's own and processing instructions are refused by name when they are read.

use super::read::{BadBytes, Bytes, Ear, Role, Slots};
use super::schema::{Field, Kind, Misfit, Schema, misfit};
use super::text;
use super::value::Value;

/// So deep may elements stand in each other: what is skipped could be deeper than any schema.
const DEEPEST: usize = 64;

pub fn write(record: &Value, schema: &Schema, out: &mut Vec<u8>) -> Result<(), Misfit> {
    element(&schema.name, out, |out| fields(record, schema, out))
}

fn element(
    name: &str,
    out: &mut Vec<u8>,
    inside: impl FnOnce(&mut Vec<u8>) -> Result<(), Misfit>,
) -> Result<(), Misfit> {
    out.push(b'<');
    out.extend(name.as_bytes());
    out.push(b'>');
    inside(out)?;
    out.extend(b"</");
    out.extend(name.as_bytes());
    out.push(b'>');
    Ok(())
}

fn fields(record: &Value, schema: &Schema, out: &mut Vec<u8>) -> Result<(), Misfit> {
    for (field, value) in schema.pairs(record) {
        match (value, &field.kind) {
            // XML without namespaces has no word for nothing.
            (None | Some(Value::Null), _) => {}
            (Some(Value::List(items)), Kind::List(of)) => {
                items.iter().try_for_each(|item| one(item, of, &field.name, out))?;
            }
            (Some(value), kind) => one(value, kind, &field.name, out)?,
        }
    }
    Ok(())
}

fn one(value: &Value, kind: &Kind, name: &str, out: &mut Vec<u8>) -> Result<(), Misfit> {
    element(name, out, |out| match (value, kind) {
        (Value::Record(_), Kind::Record(schema)) => fields(value, schema, out),
        (Value::Text(text), _) => escape(text, name, out),
        _ => text::write(value, name, out),
    })
}

/// Whether XML knows it: most control characters it can't hold, not even by their numbers.
fn is_character(each: char) -> bool {
    !matches!(each, '\0'..' ' | '\u{fffe}' | '\u{ffff}') || matches!(each, '\t' | '\n' | '\r')
}

/// A text in which nothing looks like a tag.
fn escape(text: &str, field: &str, out: &mut Vec<u8>) -> Result<(), Misfit> {
    for each in text.chars() {
        match each {
            '&' => out.extend(b"&amp;"),
            '<' => out.extend(b"&lt;"),
            '>' => out.extend(b"&gt;"),
            // A parser would make an LF of it.
            '\r' => out.extend(b"&#13;"),
            '\n' | '\t' => out.push(each as u8),
            _ if !is_character(each) => {
                let found = format!("the character U+{:04X}", u32::from(each));
                return Err(misfit(field, found, "a text without control characters, which XML can't hold"));
            }
            _ => out.extend(each.encode_utf8(&mut [0; 4]).as_bytes()),
        }
    }
    Ok(())
}

pub fn read<E: Ear>(bytes: &mut Bytes<E>, schema: &Schema) -> Result<Value, BadBytes> {
    let start = bytes.at;
    let name = opening(bytes)?;
    if name != &*schema.name {
        return Err(bytes.bad(start, format!("<{name}>"), format!("<{}>", schema.name)));
    }
    let record = inside(bytes, schema, true)?;
    bytes.ear.field(None);
    closing(bytes, name)?;
    blanks(bytes);
    if bytes.is_at_end() { Ok(record) } else { Err(bytes.bad(bytes.at, bytes.seen(), "the end")) }
}

/// The fields of a record, up to the tag that closes it.
fn inside<E: Ear>(bytes: &mut Bytes<E>, schema: &Schema, is_outermost: bool) -> Result<Value, BadBytes> {
    let mut slots = Slots::new(schema);
    // A list that may be missing is one that may be empty: nothing tells them apart.
    for (place, field) in schema.fields.iter().enumerate() {
        if matches!(field.kind, Kind::List(_)) && !field.optional {
            *slots.at(place) = Some(Value::List(Vec::new()));
        }
    }
    loop {
        blanks(bytes);
        if bytes.rest().starts_with(b"</") {
            return slots.finish(bytes);
        }
        let start = bytes.at;
        if is_outermost {
            let end = bytes.rest().iter().position(|byte| *byte == b'>').unwrap_or(0);
            let name = bytes.rest().get(1..end).and_then(|name| str::from_utf8(name).ok());
            let place = name.and_then(|name| schema.place(name));
            bytes.ear.field(place);
        }
        let name = opening(bytes)?;
        match schema.place(name) {
            Some(place) => {
                let Field { kind, .. } = &schema.fields[place];
                match (kind, slots.at(place)) {
                    (Kind::List(of), Some(Value::List(items))) => items.push(content(bytes, of)?),
                    (Kind::List(of), slot) => *slot = Some(Value::List(vec![content(bytes, of)?])),
                    (_, Some(_)) => {
                        return Err(bytes.bad(start, format!("<{name}> for a second time"), "a list in the schema"));
                    }
                    (kind, slot) => *slot = Some(content(bytes, kind)?),
                }
            }
            None => skip(bytes, 0)?,
        }
        closing(bytes, name)?;
        if is_outermost {
            bytes.ear.field(None);
        }
    }
}

fn content<E: Ear>(bytes: &mut Bytes<E>, kind: &Kind) -> Result<Value, BadBytes> {
    if let Kind::Record(schema) = kind {
        return inside(bytes, schema, false);
    }
    let start = bytes.at;
    let text = characters(bytes)?;
    let read = text::read(&text, kind);
    read.map_err(|bad| {
        let shown = if text.is_empty() { "nothing".to_owned() } else { text };
        bytes.bad(start + bad.at, shown, bad.accepted)
    })
}

/// Text up to the next tag.
fn characters<E: Ear>(bytes: &mut Bytes<E>) -> Result<String, BadBytes> {
    let start = bytes.at;
    let mut text = String::new();
    loop {
        let plain = bytes.rest().iter().take_while(|byte| !matches!(byte, b'<' | b'&' | b'\r')).count();
        let at = bytes.at;
        let part = bytes.text(plain, "text")?;
        if let Some((place, each)) = part.char_indices().find(|(_, each)| !is_character(*each)) {
            let found = format!("the character U+{:04X}", u32::from(each));
            return Err(bytes.bad(at + place, found, "text without control characters, which XML can't hold"));
        }
        text.push_str(part);
        match bytes.peek() {
            Some(b'&') => text.push(entity(bytes)?),
            // As every parser does with the ends of lines.
            Some(b'\r') => {
                bytes.at += 1;
                if bytes.peek() != Some(b'\n') {
                    text.push('\n');
                }
            }
            Some(_) => break,
            None => return Err(bytes.bad(bytes.at, "the bytes end here", "a tag that closes the element")),
        }
    }
    bytes.tell(start, Role::Value, || ("text".to_owned(), text.clone()));
    Ok(text)
}

/// A character by its name or number: `&lt;`, `&#13;`.
fn entity<E: Ear>(bytes: &mut Bytes<E>) -> Result<char, BadBytes> {
    let start = bytes.at;
    let long = bytes.rest().iter().take(12).position(|byte| *byte == b';');
    let name = long.and_then(|long| str::from_utf8(&bytes.rest()[1..long]).ok()).unwrap_or_default();
    let known = match name {
        "lt" => Some('<'),
        "gt" => Some('>'),
        "amp" => Some('&'),
        "quot" => Some('"'),
        "apos" => Some('\''),
        _ => {
            let (digits, radix) = match name.strip_prefix("#x") {
                Some(digits) => (digits, 16),
                None => (name.strip_prefix('#').unwrap_or_default(), 10),
            };
            // A sign is no digit, though Rust would take one.
            let code = digits.chars().all(|each| each.is_digit(radix)).then(|| u32::from_str_radix(digits, radix).ok());
            code.flatten().and_then(char::from_u32).filter(|each| is_character(*each))
        }
    };
    let accepted = "&lt; &gt; &amp; &quot; &apos; or &# and the number of a character";
    let known = known.ok_or_else(|| bytes.bad(start, "an ampersand that begins none of these", accepted))?;
    bytes.at += name.len() + 2;
    Ok(known)
}

/// A tag that opens an element; its name.
fn opening<'a, E: Ear>(bytes: &mut Bytes<'a, E>) -> Result<&'a str, BadBytes> {
    let start = bytes.at;
    if !bytes.rest().starts_with(b"<") {
        return Err(bytes.bad(start, bytes.seen(), "a tag that opens an element, <…>"));
    }
    let refused = match bytes.rest().get(1) {
        Some(b'!') => Some("a comment, CDATA or DOCTYPE"),
        Some(b'?') => Some("a processing instruction"),
        _ => None,
    };
    if let Some(what) = refused {
        return Err(bytes.bad(start, what, "elements and text: no other is read here"));
    }
    bytes.at += 1;
    bytes.tell(start, Role::Mark, || ("<".to_owned(), "an element begins".to_owned()));
    let name = tag_name(bytes)?;
    end_of_tag(bytes)?;
    Ok(name)
}

fn closing<E: Ear>(bytes: &mut Bytes<E>, name: &str) -> Result<(), BadBytes> {
    let start = bytes.at;
    if !bytes.rest().starts_with(b"</") {
        return Err(bytes.bad(start, bytes.seen(), format!("</{name}>")));
    }
    bytes.at += 2;
    bytes.tell(start, Role::Mark, || ("</".to_owned(), "an element ends".to_owned()));
    let at = bytes.at;
    let found = tag_name(bytes)?;
    if found != name {
        return Err(bytes.bad(at, format!("</{found}>"), format!("</{name}>")));
    }
    end_of_tag(bytes)
}

fn tag_name<'a, E: Ear>(bytes: &mut Bytes<'a, E>) -> Result<&'a str, BadBytes> {
    let start = bytes.at;
    let is_part = |byte: &&u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.') || **byte >= 0x80;
    let long = bytes.rest().iter().take_while(is_part).count();
    if long == 0 || bytes.rest()[0].is_ascii_digit() {
        return Err(bytes.bad(start, bytes.seen(), "the name of an element"));
    }
    let name = bytes.text(long, "a name")?;
    bytes.tell(start, Role::Name, || ("name".to_owned(), name.to_owned()));
    Ok(name)
}

fn end_of_tag<E: Ear>(bytes: &mut Bytes<E>) -> Result<(), BadBytes> {
    let start = bytes.at;
    match bytes.peek() {
        Some(b'>') => {}
        Some(b' ' | b'\t' | b'\n' | b'\r') => {
            return Err(bytes.bad(start, "an attribute or a blank in a tag", "`>`: attributes aren't read here"));
        }
        _ => return Err(bytes.bad(start, bytes.seen(), "`>`")),
    }
    bytes.at += 1;
    bytes.tell(start, Role::Mark, || (">".to_owned(), "the tag ends".to_owned()));
    Ok(())
}

fn blanks<E: Ear>(bytes: &mut Bytes<E>) {
    let start = bytes.at;
    while matches!(bytes.peek(), Some(b' ' | b'\t' | b'\n' | b'\r')) {
        bytes.at += 1;
    }
    bytes.tell(start, Role::Mark, || ("blank".to_owned(), "means nothing".to_owned()));
}

/// Goes over what is inside an element of which the schema knows nothing.
fn skip<E: Ear>(bytes: &mut Bytes<E>, depth: usize) -> Result<(), BadBytes> {
    if depth == DEEPEST {
        return Err(bytes.bad(bytes.at, "too many elements in each other", DEEPEST));
    }
    loop {
        characters(bytes)?;
        if bytes.rest().starts_with(b"</") {
            return Ok(());
        }
        let name = opening(bytes)?;
        skip(bytes, depth + 1)?;
        closing(bytes, name)?;
    }
}
