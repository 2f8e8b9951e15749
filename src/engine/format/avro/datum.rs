//! A value of a schema, as Avro sees it, and the default values that schemas spell in JSON.

use std::fmt::Write;

use super::json::{Json, Kind};
use super::schema::{Form, Schema, Type};
use crate::language::BadCommand;

#[derive(Clone, Debug, PartialEq)]
pub enum Datum {
    Null,
    Boolean(bool),
    Int(i32),
    Long(i64),
    Float(f32),
    Double(f64),
    Bytes(Vec<u8>),
    String(String),
    Array(Vec<Datum>),
    Map(Vec<(String, Datum)>),
    /// Which branch, and what.
    Union(usize, Box<Datum>),
    /// One for each field, in the schema's order.
    Record(Vec<Datum>),
    /// The place of a symbol.
    Enum(usize),
    Fixed(Vec<u8>),
}

/// The value that JSON spells for a type. Bytes are written as characters up to U+00FF, one for each byte; a value of a
/// union is one of its first branch that fits, written as it is. Fields that a record's default leaves out have theirs.
pub fn from_json(schema: &Schema, of: &Type, json: &Json) -> Result<Datum, BadCommand> {
    let misfit = || json.refuse(format!("{} is no value of {}", json.what(), of.said()), example(schema, of));
    Ok(match (of, &json.kind) {
        (Type::Null, Kind::Null) => Datum::Null,
        (Type::Boolean, Kind::Boolean(value)) => Datum::Boolean(*value),
        (Type::Int, Kind::Number(text)) => Datum::Int(text.parse().map_err(|_| misfit())?),
        (Type::Long, Kind::Number(text)) => Datum::Long(text.parse().map_err(|_| misfit())?),
        (Type::Float, Kind::Number(text)) => {
            Datum::Float(text.parse().ok().filter(|it: &f32| it.is_finite()).ok_or_else(misfit)?)
        }
        (Type::Double, Kind::Number(text)) => {
            Datum::Double(text.parse().ok().filter(|it: &f64| it.is_finite()).ok_or_else(misfit)?)
        }
        (Type::Bytes, Kind::String(text)) => Datum::Bytes(latin(text).ok_or_else(misfit)?),
        (Type::String, Kind::String(text)) => Datum::String(text.clone()),
        (Type::Array(items), Kind::Array(all)) => {
            Datum::Array(all.iter().map(|each| from_json(schema, items, each)).collect::<Result<_, _>>()?)
        }
        (Type::Map(values), Kind::Object(all)) => {
            let entry = |(key, value): &(String, Json)| Ok((key.clone(), from_json(schema, values, value)?));
            Datum::Map(all.iter().map(entry).collect::<Result<_, BadCommand>>()?)
        }
        (Type::Union(branches), _) => {
            let fits = |(place, branch): (usize, &Type)| Some((place, from_json(schema, branch, json).ok()?));
            let (place, inner) = branches.iter().enumerate().find_map(fits).ok_or_else(misfit)?;
            Datum::Union(place, Box::new(inner))
        }
        (Type::Named(name), kind) => match (&schema.definition(name).form, kind) {
            (Form::Fixed(size), Kind::String(text)) => {
                Datum::Fixed(latin(text).filter(|bytes| bytes.len() == *size).ok_or_else(misfit)?)
            }
            (Form::Enum { symbols, .. }, Kind::String(text)) => {
                Datum::Enum(symbols.iter().position(|each| **each == **text).ok_or_else(misfit)?)
            }
            (Form::Record(fields), Kind::Object(_)) => {
                let mut all = Vec::new();
                for field in fields {
                    all.push(match (json.get(&field.name), &field.default) {
                        (Some(value), _) => from_json(schema, &field.of, value)?,
                        (None, Some(default)) => default.clone(),
                        (None, None) => {
                            let problem = format!("the default lacks the field \"{}\"", field.name);
                            return Err(json.refuse(problem, "a value for each field without a default"));
                        }
                    });
                }
                Datum::Record(all)
            }
            _ => return Err(misfit()),
        },
        _ => return Err(misfit()),
    })
}

/// Characters up to U+00FF as bytes.
fn latin(text: &str) -> Option<Vec<u8>> {
    text.chars().map(|each| u8::try_from(u32::from(each)).ok()).collect()
}

/// What a default of that type may be, for a message.
fn example(schema: &Schema, of: &Type) -> String {
    match of {
        Type::Null => "null".to_owned(),
        Type::Boolean => "true or false".to_owned(),
        Type::Int => "a whole number of 32 bits".to_owned(),
        Type::Long => "a whole number of 64 bits".to_owned(),
        Type::Float | Type::Double => "a number".to_owned(),
        Type::Bytes => "a string of characters up to \\u00FF, one for each byte".to_owned(),
        Type::String => "a string".to_owned(),
        Type::Array(_) => "an array, as in []".to_owned(),
        Type::Map(_) => "an object, as in {}".to_owned(),
        Type::Union(branches) => branches.iter().map(|each| example(schema, each)).collect::<Vec<_>>().join(", or "),
        Type::Named(name) => match &schema.definition(name).form {
            Form::Fixed(size) => format!("a string of {size} characters up to \\u00FF"),
            Form::Enum { symbols, .. } => {
                symbols.iter().map(|each| format!("\"{each}\"")).collect::<Vec<_>>().join(", ")
            }
            Form::Record(_) => "an object with the record's fields".to_owned(),
        },
    }
}

/// The value as JSON, as a schema spells a default.
pub fn to_json(schema: &Schema, of: &Type, datum: &Datum) -> String {
    let mut out = String::new();
    write_json(&mut out, schema, of, datum);
    out
}

fn write_json(out: &mut String, schema: &Schema, of: &Type, datum: &Datum) {
    match (datum, of) {
        (Datum::Null, _) => out.push_str("null"),
        (Datum::Boolean(value), _) => out.push_str(if *value { "true" } else { "false" }),
        (Datum::Int(value), _) => _ = write!(out, "{value}"),
        (Datum::Long(value), _) => _ = write!(out, "{value}"),
        (Datum::Float(value), _) => _ = write!(out, "{value}"),
        (Datum::Double(value), _) => _ = write!(out, "{value}"),
        (Datum::Bytes(bytes) | Datum::Fixed(bytes), _) => {
            let text: String = bytes.iter().map(|each| char::from(*each)).collect();
            quote(out, &text);
        }
        (Datum::String(text), _) => quote(out, text),
        (Datum::Array(items), Type::Array(each)) => {
            listed(out, ['[', ']'], items, |out, item| write_json(out, schema, each, item));
        }
        (Datum::Map(entries), Type::Map(each)) => listed(out, ['{', '}'], entries, |out, (key, value)| {
            quote(out, key);
            out.push_str(": ");
            write_json(out, schema, each, value);
        }),
        (Datum::Union(place, inner), Type::Union(branches)) => write_json(out, schema, &branches[*place], inner),
        (Datum::Record(values), Type::Named(name)) => {
            let Form::Record(fields) = &schema.definition(name).form else { return };
            let pairs: Vec<_> = fields.iter().zip(values).collect();
            listed(out, ['{', '}'], &pairs, |out, (field, value)| {
                quote(out, &field.name);
                out.push_str(": ");
                write_json(out, schema, &field.of, value);
            });
        }
        (Datum::Enum(place), Type::Named(name)) => {
            let Form::Enum { symbols, .. } = &schema.definition(name).form else { return };
            quote(out, &symbols[*place]);
        }
        _ => {}
    }
}

fn listed<T>(out: &mut String, [open, close]: [char; 2], all: &[T], mut one: impl FnMut(&mut String, &T)) {
    out.push(open);
    for (place, each) in all.iter().enumerate() {
        if place > 0 {
            out.push_str(", ");
        }
        one(out, each);
    }
    out.push(close);
}

/// A string of JSON.
pub(super) fn quote(out: &mut String, text: &str) {
    out.push('"');
    for each in text.chars() {
        match each {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            ' '..='~' => out.push(each),
            _ if u32::from(each) < 0x100 => _ = write!(out, "\\u{:04X}", u32::from(each)),
            _ => out.push(each),
        }
    }
    out.push('"');
}
