//! Types as a reader writes them, and values of them as text.

use std::fmt::{self, Display};
use std::rc::Rc;

use crate::form;
use crate::form::ArgumentKind;
use crate::format::avro::datum::from_json;
use crate::format::avro::{Datum, Form, Schema, Type, json};
use crate::format::{Double, Kind, Value};
use crate::language::{BadCommand, Words};

/// What a field may hold: `text`, `long?` where it may be missing, `text[]` where it comes any number of times.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Typed {
    pub kind: Kind,
    pub optional: bool,
}

const KINDS: [(&str, Kind); 7] = [
    ("bool", Kind::Bool),
    ("int", Kind::Int),
    ("long", Kind::Long),
    ("double", Kind::Double),
    ("text", Kind::Text),
    ("string", Kind::Text),
    ("bytes", Kind::Bytes),
];

impl form::Value for Typed {
    const KIND: ArgumentKind = ArgumentKind::Text;

    fn read(words: &mut Words, what: &str) -> Result<Typed, BadCommand> {
        let word = words.required(what)?;
        let (bare, optional) = word.text.strip_suffix('?').map_or((&*word.text, false), |bare| (bare, true));
        let (bare, is_list) = bare.strip_suffix("[]").map_or((bare, false), |bare| (bare, true));
        let found = KINDS.iter().find(|(name, _)| *name == bare).map(|(_, kind)| kind.clone());
        let kind = found.ok_or_else(|| {
            let accepted = "bool, int, long, double, text, bytes; with ? if it may be missing, with [] for any number";
            words.refuse(word, format!("`{}` is no TYPE", word.quote()), accepted.to_owned())
        })?;
        Ok(Typed { kind: if is_list { Kind::List(Rc::new(kind)) } else { kind }, optional })
    }

    fn spell(&self, out: &mut fmt::Formatter) -> fmt::Result {
        self.fmt(out)
    }
}

impl Display for Typed {
    fn fmt(&self, out: &mut fmt::Formatter) -> fmt::Result {
        match &self.kind {
            Kind::List(of) => write!(out, "{of}[]")?,
            kind => kind.fmt(out)?,
        }
        out.write_str(if self.optional { "?" } else { "" })
    }
}

impl Typed {
    /// The value that a text stands for, or what would be accepted. Items of a list stand between commas.
    pub fn value(&self, text: &str) -> Result<Value, &'static str> {
        if self.optional && text == "null" { Ok(Value::Null) } else { value(&self.kind, text) }
    }

    /// A value for a field of which no one has said any.
    pub fn sample(&self) -> &'static str {
        match &self.kind {
            Kind::Bool => "true",
            Kind::Int | Kind::Long => "7",
            Kind::Double => "2.5",
            Kind::Bytes => "0xffd8",
            Kind::List(of) if matches!(**of, Kind::Text) => "a,b",
            Kind::List(_) => "1,2",
            Kind::Text | Kind::Record(_) => "new",
        }
    }

    /// As a column of a table has it.
    pub fn sql(&self) -> &'static str {
        match &self.kind {
            Kind::Bool => "BOOLEAN",
            Kind::Int => "INTEGER",
            Kind::Long => "BIGINT",
            Kind::Double => "DOUBLE PRECISION",
            Kind::Bytes => "BYTEA",
            Kind::Text | Kind::List(_) | Kind::Record(_) => "TEXT",
        }
    }
}

fn value(kind: &Kind, text: &str) -> Result<Value, &'static str> {
    Ok(match kind {
        Kind::Bool => Value::Bool(text.parse().map_err(|_| "true or false")?),
        Kind::Int => {
            let number = text.parse::<i32>().map_err(|_| "a whole number of 32 bits")?;
            Value::Int(number.into())
        }
        Kind::Long => Value::Int(text.parse().map_err(|_| "a whole number of 64 bits")?),
        Kind::Double => match text.parse::<f64>() {
            Ok(number) if number.is_finite() => Value::Double(Double(number)),
            _ => return Err("a number"),
        },
        Kind::Text => Value::text(text),
        Kind::Bytes => Value::bytes(&raw(text).ok_or("a text, or hexadecimal digits as in 0xffd8")?),
        Kind::List(_) if text.is_empty() => Value::List(Vec::new()),
        Kind::List(of) => Value::List(text.split(',').map(|item| value(of, item)).collect::<Result<_, _>>()?),
        Kind::Record(_) => return Err("a single value"),
    })
}

/// Bytes as hexadecimal digits, or as those of a text.
fn raw(text: &str) -> Option<Vec<u8>> {
    let Some(digits) = text.strip_prefix("0x") else { return Some(text.as_bytes().to_vec()) };
    if !digits.len().is_multiple_of(2) || !digits.is_ascii() {
        return None;
    }
    (0..digits.len()).step_by(2).map(|at| u8::from_str_radix(&digits[at..at + 2], 16).ok()).collect()
}

/// The value that a text stands for in a schema of Avro: JSON, or a bare text, bytes in hexadecimal digits, and items between
/// commas.
pub fn datum(schema: &Schema, of: &Type, text: &str) -> Option<Datum> {
    let spelled = json::parse(text).ok().and_then(|json| from_json(schema, of, &json).ok());
    spelled.or_else(|| match of {
        Type::String => Some(Datum::String(text.to_owned())),
        Type::Bytes => raw(text).map(Datum::Bytes),
        Type::Array(_) if text.is_empty() => Some(Datum::Array(Vec::new())),
        Type::Array(items) => {
            text.split(',').map(|item| datum(schema, items, item)).collect::<Option<_>>().map(Datum::Array)
        }
        Type::Union(branches) => branches
            .iter()
            .enumerate()
            .find_map(|(place, branch)| Some(Datum::Union(place, Box::new(datum(schema, branch, text)?)))),
        Type::Named(name) => match &schema.definition(name).form {
            Form::Enum { symbols, .. } => symbols.iter().position(|each| **each == *text).map(Datum::Enum),
            _ => None,
        },
        _ => None,
    })
}

/// A schema that contains itself has a sample that ends somewhere.
const MOST_DEPTH: usize = 8;

/// A value of a type of which no one has said any: of a union the first branch that is not null.
pub fn sample(schema: &Schema, of: &Type, depth: usize) -> Option<Datum> {
    if depth > MOST_DEPTH {
        return None;
    }
    Some(match of {
        Type::Null => Datum::Null,
        Type::Boolean => Datum::Boolean(true),
        Type::Int => Datum::Int(7),
        Type::Long => Datum::Long(7),
        Type::Float => Datum::Float(2.5),
        Type::Double => Datum::Double(2.5),
        Type::Bytes => Datum::Bytes(vec![0xff, 0xd8]),
        Type::String => Datum::String("new".to_owned()),
        Type::Array(items) => Datum::Array(sample(schema, items, depth + 1).into_iter().collect()),
        Type::Map(values) => {
            Datum::Map(sample(schema, values, depth + 1).into_iter().map(|value| ("k".to_owned(), value)).collect())
        }
        Type::Union(branches) => {
            let mut all: Vec<usize> = (0..branches.len()).collect();
            all.sort_by_key(|place| branches[*place] == Type::Null);
            let (place, inner) =
                all.into_iter().find_map(|place| Some((place, sample(schema, &branches[place], depth + 1)?)))?;
            Datum::Union(place, Box::new(inner))
        }
        Type::Named(name) => match &schema.definition(name).form {
            Form::Fixed(size) => Datum::Fixed(vec![7; *size]),
            Form::Enum { symbols, .. } => Datum::Enum(symbols.len().checked_sub(1)?),
            Form::Record(fields) => {
                Datum::Record(fields.iter().map(|field| sample(schema, &field.of, depth + 1)).collect::<Option<_>>()?)
            }
        },
    })
}
