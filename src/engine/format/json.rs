//! JSON (RFC 8259): text with names, brackets and quotes.
//!
//! It knows texts, numbers, truths, nothing, lists and objects. A number is digits, and how many bits they may need it
//! doesn't say; bytes it has no place for, so they travel as Base64.

use super::read::{BadBytes, Bytes, Ear, Role, Slots};
use super::schema::{Kind, Misfit, Schema, misfit};
use super::text;
use super::value::{Double, Value};

/// So deep may brackets stand in each other: what is skipped could be deeper than any schema.
const DEEPEST: usize = 64;

pub fn write(record: &Value, schema: &Schema, out: &mut Vec<u8>) -> Result<(), Misfit> {
    out.push(b'{');
    let mut is_first = true;
    for (field, value) in schema.pairs(record) {
        let Some(value) = value else { continue };
        if !is_first {
            out.push(b',');
        }
        is_first = false;
        string(&field.name, out);
        out.push(b':');
        write_value(value, &field.kind, &field.name, out)?;
    }
    out.push(b'}');
    Ok(())
}

pub fn write_value(value: &Value, kind: &Kind, field: &str, out: &mut Vec<u8>) -> Result<(), Misfit> {
    match (value, kind) {
        (Value::Null, _) => out.extend(b"null"),
        (Value::Text(text), _) => string(text, out),
        (Value::Bytes(bytes), _) => {
            out.push(b'"');
            text::base64(bytes, out);
            out.push(b'"');
        }
        (Value::List(items), Kind::List(of)) => {
            out.push(b'[');
            for (place, item) in items.iter().enumerate() {
                if place > 0 {
                    out.push(b',');
                }
                write_value(item, of, field, out)?;
            }
            out.push(b']');
        }
        (Value::Record(_), Kind::Record(schema)) => write(value, schema, out)?,
        (Value::List(_) | Value::Record(_), kind) => return Err(misfit(field, value.what(), kind)),
        _ => text::write(value, field, out)?,
    }
    Ok(())
}

/// A text in quotes: what would end it, and what can't be seen, after a backslash.
fn string(text: &str, out: &mut Vec<u8>) {
    out.push(b'"');
    let mut plain = 0;
    for (at, byte) in text.bytes().enumerate() {
        let escape = match byte {
            b'"' => b'"',
            b'\\' => b'\\',
            b'\n' => b'n',
            b'\r' => b'r',
            b'\t' => b't',
            0x08 => b'b',
            0x0c => b'f',
            0..0x20 => b'u',
            _ => continue,
        };
        out.extend(&text.as_bytes()[plain..at]);
        out.extend([b'\\', escape]);
        if escape == b'u' {
            let digit = |half: u8| b"0123456789abcdef"[usize::from(half)];
            out.extend([b'0', b'0', digit(byte >> 4), digit(byte & 0xf)]);
        }
        plain = at + 1;
    }
    out.extend(&text.as_bytes()[plain..]);
    out.push(b'"');
}

pub fn read<E: Ear>(bytes: &mut Bytes<E>, schema: &Schema) -> Result<Value, BadBytes> {
    let record = object(bytes, schema, true)?;
    bytes.ear.field(None);
    blanks(bytes);
    if bytes.is_at_end() { Ok(record) } else { Err(stands(bytes, "the end")) }
}

/// A value of a kind.
pub fn read_value<E: Ear>(bytes: &mut Bytes<E>, kind: &Kind) -> Result<Value, BadBytes> {
    match kind {
        Kind::Record(schema) => object(bytes, schema, false),
        Kind::List(of) => {
            let mut items = Vec::new();
            members(bytes, b'[', b']', |bytes| {
                items.push(read_value(bytes, of)?);
                Ok(())
            })?;
            Ok(Value::List(items))
        }
        Kind::Bool if word(bytes, "true") => Ok(Value::Bool(true)),
        Kind::Bool if word(bytes, "false") => Ok(Value::Bool(false)),
        Kind::Text => read_string(bytes, "a text in quotes", Role::Value).map(|text| Value::Text(text.into())),
        Kind::Bytes => {
            let start = bytes.at;
            let text = read_string(bytes, "bytes as Base64 in quotes", Role::Value)?;
            let read = text::read(&text, kind);
            read.map_err(|bad| bytes.bad(start + 1 + bad.at, "this is no Base64", bad.accepted))
        }
        Kind::Int | Kind::Long | Kind::Double => {
            let start = bytes.at;
            let digits = number(bytes)?;
            let read = text::read(digits, kind);
            let value = read.map_err(|bad| bytes.bad(start, digits, bad.accepted))?;
            bytes.tell(start, Role::Value, || ("number, in digits".to_owned(), digits.to_owned()));
            Ok(value)
        }
        Kind::Bool => Err(stands(bytes, "true or false")),
    }
}

fn object<E: Ear>(bytes: &mut Bytes<E>, schema: &Schema, is_outermost: bool) -> Result<Value, BadBytes> {
    let mut slots = Slots::new(schema);
    members(bytes, b'{', b'}', |bytes| {
        let start = bytes.at;
        // Of which field this is shows only after its name has been read.
        if is_outermost {
            let place = peeked_name(bytes).and_then(|name| schema.place(name));
            bytes.ear.field(place);
        }
        let name = read_string(bytes, "the name of a field in quotes", Role::Name)?;
        blanks(bytes);
        sign(bytes, b':', "the name ends, its value follows")?;
        blanks(bytes);
        match slots.named(&name, bytes, start)? {
            Some(place) if schema.fields[place].optional && word(bytes, "null") => *slots.at(place) = Some(Value::Null),
            Some(place) => *slots.at(place) = Some(read_value(bytes, &schema.fields[place].kind)?),
            None => skip(bytes, 0)?,
        }
        if is_outermost {
            bytes.ear.field(None);
        }
        Ok(())
    })?;
    slots.finish(bytes)
}

/// The name that stands here, if it is a plain one.
fn peeked_name<'a, E: Ear>(bytes: &Bytes<'a, E>) -> Option<&'a str> {
    let inside = bytes.rest().strip_prefix(b"\"")?;
    let end = inside.iter().position(|byte| *byte == b'"')?;
    str::from_utf8(&inside[..end]).ok()
}

/// What stands between two brackets, divided by commas.
fn members<E: Ear>(
    bytes: &mut Bytes<E>,
    opening: u8,
    closing: u8,
    mut member: impl FnMut(&mut Bytes<E>) -> Result<(), BadBytes>,
) -> Result<(), BadBytes> {
    blanks(bytes);
    let what = if opening == b'{' { "an object" } else { "a list" };
    let begins = |bytes: &Bytes<E>| bytes.peek() == Some(closing);
    sign(bytes, opening, what)?;
    blanks(bytes);
    while !begins(bytes) {
        member(bytes)?;
        blanks(bytes);
        if begins(bytes) {
            break;
        }
        sign(bytes, b',', "another follows")?;
        blanks(bytes);
        if begins(bytes) {
            return Err(stands(bytes, "another, since there was a comma"));
        }
    }
    sign(bytes, closing, "the end of it")
}

/// Takes one sign, which must stand here.
fn sign<E: Ear>(bytes: &mut Bytes<E>, sign: u8, means: &str) -> Result<(), BadBytes> {
    let start = bytes.at;
    if bytes.peek() != Some(sign) {
        return Err(stands(bytes, &format!("`{}`", char::from(sign))));
    }
    bytes.at += 1;
    bytes.tell(start, Role::Mark, || (char::from(sign).to_string(), means.to_owned()));
    Ok(())
}

/// Takes a word, if it stands here.
fn word<E: Ear>(bytes: &mut Bytes<E>, word: &'static str) -> bool {
    let start = bytes.at;
    let is_here = bytes.rest().starts_with(word.as_bytes());
    if is_here {
        bytes.at += word.len();
        bytes.tell(start, Role::Value, || ("word".to_owned(), word.to_owned()));
    }
    is_here
}

fn blanks<E: Ear>(bytes: &mut Bytes<E>) {
    let start = bytes.at;
    while matches!(bytes.peek(), Some(b' ' | b'\t' | b'\n' | b'\r')) {
        bytes.at += 1;
    }
    bytes.tell(start, Role::Mark, || ("blank".to_owned(), "means nothing".to_owned()));
}

/// The digits of a number, with what else may stand in one.
fn number<'a, E: Ear>(bytes: &mut Bytes<'a, E>) -> Result<&'a str, BadBytes> {
    let long =
        bytes.rest().iter().take_while(|byte| matches!(byte, b'0'..=b'9' | b'+' | b'-' | b'.' | b'e' | b'E')).count();
    let text = str::from_utf8(&bytes.rest()[..long]).unwrap_or_default();
    let digits = text.strip_prefix('-').unwrap_or(text).as_bytes();
    // `01`, `.5`, `5.` and `+1` are numbers elsewhere, and none in JSON.
    let whole = digits.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let after_point = digits.get(whole + 1).is_some_and(u8::is_ascii_digit);
    let is_whole = whole > 0 && (digits[0] != b'0' || whole == 1);
    let is_number = is_whole && (digits.get(whole) != Some(&b'.') || after_point) && text.parse::<f64>().is_ok();
    if !is_number {
        return Err(stands(bytes, "a number"));
    }
    bytes.at += long;
    Ok(text)
}

/// A text in quotes.
fn read_string<E: Ear>(bytes: &mut Bytes<E>, what: &str, role: Role) -> Result<String, BadBytes> {
    if bytes.peek() != Some(b'"') {
        return Err(stands(bytes, what));
    }
    sign(bytes, b'"', "a text begins")?;
    let start = bytes.at;
    let mut text = String::new();
    loop {
        let rest = bytes.rest();
        let plain = rest.iter().take_while(|byte| !matches!(byte, b'"' | b'\\' | 0..0x20)).count();
        text.push_str(bytes.text(plain, "a text")?);
        match bytes.peek() {
            Some(b'"') => break,
            Some(b'\\') => text.push(escaped(bytes)?),
            Some(_) => return Err(stands(bytes, "no control characters in a text")),
            None => return Err(stands(bytes, "a closing quote")),
        }
    }
    let label = if role == Role::Name { "name" } else { "text" };
    bytes.tell(start, role, || (label.to_owned(), text.clone()));
    sign(bytes, b'"', "the text ends")?;
    Ok(text)
}

/// The character that stands behind a backslash.
fn escaped<E: Ear>(bytes: &mut Bytes<E>) -> Result<char, BadBytes> {
    let start = bytes.at;
    bytes.at += 1;
    let known = match bytes.byte("a character that may follow a backslash")? {
        b'n' => '\n',
        b't' => '\t',
        b'r' => '\r',
        b'b' => '\u{8}',
        b'f' => '\u{c}',
        itself @ (b'"' | b'\\' | b'/') => char::from(itself),
        b'u' => {
            let mut unit = || -> Result<u32, BadBytes> {
                let at = bytes.at;
                let digits = bytes.take(4, "four hexadecimal digits")?;
                let text = str::from_utf8(digits).ok().filter(|_| digits.iter().all(u8::is_ascii_hexdigit));
                text.and_then(|text| u32::from_str_radix(text, 16).ok())
                    .ok_or_else(|| bytes.bad(at, "no hexadecimal digits", "four of them"))
            };
            let first = unit()?;
            let code = match first {
                // Two stand for one character beyond U+FFFF.
                0xd800..0xdc00 if bytes.rest().starts_with(b"\\u") => {
                    bytes.at += 2;
                    let at = bytes.at;
                    let digits = bytes.text(4, "four hexadecimal digits")?;
                    let second = u32::from_str_radix(digits, 16).ok().filter(|it| (0xdc00..0xe000).contains(it));
                    let second = second.ok_or_else(|| bytes.bad(at, "no second half", "dc00 to dfff"))?;
                    0x10000 + ((first - 0xd800) << 10) + (second - 0xdc00)
                }
                code => code,
            };
            return char::from_u32(code).ok_or_else(|| bytes.bad(start, "half a character", "both of its halves"));
        }
        _ => {
            return Err(bytes.bad(
                start,
                "a backslash before a character that may not follow it",
                "\\\" \\\\ \\/ \\b \\f \\n \\r \\t \\u",
            ));
        }
    };
    Ok(known)
}

/// Goes over a value of which the schema knows nothing.
fn skip<E: Ear>(bytes: &mut Bytes<E>, depth: usize) -> Result<(), BadBytes> {
    match bytes.peek() {
        Some(b'{' | b'[') if depth == DEEPEST => Err(bytes.bad(bytes.at, "too many brackets in each other", DEEPEST)),
        Some(b'[') => members(bytes, b'[', b']', |bytes| skip(bytes, depth + 1)),
        Some(b'{') => members(bytes, b'{', b'}', |bytes| {
            read_string(bytes, "a name in quotes", Role::Name)?;
            blanks(bytes);
            sign(bytes, b':', "the name ends, its value follows")?;
            blanks(bytes);
            skip(bytes, depth + 1)
        }),
        Some(b'"') => read_string(bytes, "a text", Role::Value).map(drop),
        _ if word(bytes, "true") || word(bytes, "false") || word(bytes, "null") => Ok(()),
        _ => {
            let start = bytes.at;
            let digits = number(bytes)?;
            bytes.tell(start, Role::Value, || ("number, in digits".to_owned(), digits.to_owned()));
            Ok(())
        }
    }
}

/// What stands here is not what is accepted.
fn stands<E: Ear>(bytes: &Bytes<E>, accepted: &str) -> BadBytes {
    bytes.bad(bytes.at, bytes.seen(), accepted)
}

/// Every whole number as a reader has it that knows no numbers but those with a floating point, as JavaScript: beyond 2^53
/// it gets the nearest one of them.
pub fn through_doubles(value: &Value) -> Value {
    match value {
        Value::Int(number) => {
            let double = *number as f64;
            i64::try_from(double as i128).map_or(Value::Double(Double(double)), Value::Int)
        }
        Value::List(items) => Value::List(items.iter().map(through_doubles).collect()),
        Value::Record(fields) => {
            Value::Record(fields.iter().map(|(name, value)| (name.clone(), through_doubles(value))).collect())
        }
        other => other.clone(),
    }
}
