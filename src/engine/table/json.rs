//! A value within a JSON document that is a text: what `->>` finds. The document has been checked when it was written.

use super::datum::Datum;
use super::{decimal, document};

/// The value at a key of an object, at a place of an array, or at a path as `$.education[0].school`; `NULL` if there is
/// none. An object or an array is given as its text, without blanks.
pub fn field(document: &str, path: &Datum) -> Result<Datum, String> {
    let mut at = Some(document.trim());
    match path {
        Datum::Integer(place) => at = at.and_then(|array| element(array, usize::try_from(*place).ok()?)),
        Datum::Text(path) if path.starts_with('$') => {
            for part in parts(path)? {
                at = at.and_then(|inner| match part {
                    Part::Key(key) => member(inner, key),
                    Part::Place(place) => element(inner, place),
                });
            }
        }
        Datum::Text(key) => at = at.and_then(|object| member(object, key)),
        _ => return Err(format!("{} is no key, no place and no path", path.literal())),
    }
    at.map_or(Ok(Datum::Null), value)
}

enum Part<'a> {
    Key(&'a str),
    Place(usize),
}

/// `$.education[0].school` as its parts.
fn parts(path: &str) -> Result<Vec<Part<'_>>, String> {
    let wrong = || format!("'{path}' is no path; accepted: one as in '$.education[0].school'");
    let mut rest = &path[1..];
    let mut parts = Vec::new();
    while !rest.is_empty() {
        if let Some(after) = rest.strip_prefix('.') {
            let len = after.find(['.', '[']).unwrap_or(after.len());
            if len == 0 || after.starts_with('"') {
                return Err(wrong());
            }
            parts.push(Part::Key(&after[..len]));
            rest = &after[len..];
        } else {
            let after = rest.strip_prefix('[').ok_or_else(wrong)?;
            let (place, after) = after.split_once(']').ok_or_else(wrong)?;
            parts.push(Part::Place(place.parse().map_err(|_| wrong())?));
            rest = after;
        }
    }
    Ok(parts)
}

/// What the text of one JSON value means here.
fn value(text: &str) -> Result<Datum, String> {
    Ok(match text.as_bytes().first() {
        Some(b'"') => Datum::Text(unquoted(text).into()),
        Some(b'{' | b'[') => Datum::Text(without_blanks(text).into()),
        Some(b't') => Datum::Integer(1),
        Some(b'f') => Datum::Integer(0),
        Some(b'n') | None => Datum::Null,
        _ => match text.parse() {
            Ok(number) => Datum::Integer(number),
            Err(_) => Datum::Real(decimal::fraction(text).ok_or_else(|| format!("{text} is no number"))?),
        },
    })
}

/// The text of the member of that name, the first of them.
fn member<'a>(object: &'a str, key: &str) -> Option<&'a str> {
    let mut rest = object.strip_prefix('{')?.trim_start();
    while !rest.starts_with('}') {
        let (name, after) = split_value(rest)?;
        let after = after.trim_start().strip_prefix(':')?.trim_start();
        let (value, after) = split_value(after)?;
        if unquoted(name) == key {
            return Some(value);
        }
        rest = after.trim_start().trim_start_matches(',').trim_start();
    }
    None
}

fn element(array: &str, place: usize) -> Option<&str> {
    let mut rest = array.strip_prefix('[')?.trim_start();
    let mut at = 0;
    while !rest.starts_with(']') {
        let (value, after) = split_value(rest)?;
        if at == place {
            return Some(value);
        }
        at += 1;
        rest = after.trim_start().trim_start_matches(',').trim_start();
    }
    None
}

/// The text of the first value, and what follows it.
fn split_value(text: &str) -> Option<(&str, &str)> {
    let (mut depth, mut in_text, mut escaped) = (0, false, false);
    for (at, byte) in text.bytes().enumerate() {
        if in_text {
            in_text = escaped || byte != b'"';
            escaped = !escaped && byte == b'\\';
            if !in_text && depth == 0 {
                return Some(text.split_at(at + 1));
            }
            continue;
        }
        match byte {
            b'"' => in_text = true,
            b'{' | b'[' => depth += 1,
            b'}' | b']' | b',' | b':' | b' ' | b'\n' | b'\t' | b'\r' if depth == 0 => {
                return (at > 0).then(|| text.split_at(at));
            }
            b'}' | b']' => {
                depth -= 1;
                if depth == 0 {
                    return Some(text.split_at(at + 1));
                }
            }
            _ => {}
        }
    }
    (!text.is_empty() && depth == 0 && !in_text).then_some((text, ""))
}

fn unquoted(text: &str) -> String {
    if text.contains('\\') {
        return document::string(text).unwrap_or_default();
    }
    text.trim_matches('"').to_owned()
}

fn without_blanks(text: &str) -> String {
    let (mut in_text, mut escaped) = (false, false);
    let keep = |each: &char| {
        let kept = in_text || !each.is_ascii_whitespace();
        if in_text {
            in_text = escaped || *each != '"';
            escaped = !escaped && *each == '\\';
        } else {
            in_text = *each == '"';
        }
        kept
    };
    text.chars().filter(keep).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_finds_what_is_there_and_null_otherwise() {
        let document =
            r#" {"name": "Ada \"A\" Lovelace", "a":{"b": [10, {"c": true} , "x,y"]}, "n":null, "e":{}, "f":1.5} "#;
        super::document::check(document).unwrap();
        for (path, found) in [
            ("name", "Ada \"A\" Lovelace"),
            ("$.a.b[0]", "10"),
            ("$.a.b[1].c", "1"),
            ("$.a.b[2]", "x,y"),
            ("$.a.b", r#"[10,{"c":true},"x,y"]"#),
            ("$.e", "{}"),
            ("f", "1.5"),
            ("n", "NULL"),
            ("missing", "NULL"),
            ("$.a.b[9]", "NULL"),
            ("$.name.first", "NULL"),
        ] {
            assert_eq!(field(document, &Datum::from(path)).unwrap().to_string(), found, "{path}");
        }
        assert_eq!(field("[1, 2]", &Datum::Integer(1)).unwrap(), Datum::Integer(2));
        assert!(field(document, &Datum::from("$name")).unwrap_err().contains("accepted"));
    }
}
