//! What a record may hold: its fields by name, number and kind.

use std::fmt::{self, Display};
use std::rc::Rc;

use super::value::{Double, Value};

/// A record's fields, in the order in which Avro writes them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Schema {
    /// The name of the record: `Person`.
    pub name: Rc<str>,
    pub fields: Vec<Field>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Field {
    /// What Thrift and Protocol Buffers write in place of the name; from 1 on.
    pub number: u32,
    pub name: Rc<str>,
    pub kind: Kind,
    /// Whether a record may do without it.
    pub optional: bool,
    /// What a reader takes where a record of another schema has no such field.
    pub default: Option<Value>,
}

/// What a field's value has to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Kind {
    Bool,
    /// A whole number of 32 bits.
    Int,
    /// A whole number of 64 bits.
    Long,
    Double,
    Text,
    Bytes,
    /// Of items of one kind; of lists it may not be, since Protocol Buffers knows no list of lists.
    List(Rc<Kind>),
    Record(Rc<Schema>),
}

/// That a value is not of its kind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Misfit {
    /// The field, from the outermost on: `address.street`, `interests[1]`.
    pub field: String,
    pub found: String,
    pub accepted: String,
}

impl Display for Misfit {
    fn fmt(&self, out: &mut fmt::Formatter) -> fmt::Result {
        write!(out, "{}: {}; accepted: {}", self.field, self.found, self.accepted)
    }
}

impl Display for Kind {
    fn fmt(&self, out: &mut fmt::Formatter) -> fmt::Result {
        match self {
            Kind::Bool => out.write_str("bool"),
            Kind::Int => out.write_str("int"),
            Kind::Long => out.write_str("long"),
            Kind::Double => out.write_str("double"),
            Kind::Text => out.write_str("text"),
            Kind::Bytes => out.write_str("bytes"),
            Kind::List(of) => write!(out, "list of {of}"),
            Kind::Record(schema) => out.write_str(&schema.name),
        }
    }
}

impl Schema {
    pub fn field(&self, name: &str) -> Option<&Field> {
        self.fields.iter().find(|field| &*field.name == name)
    }

    pub fn numbered(&self, number: u32) -> Option<&Field> {
        self.fields.iter().find(|field| field.number == number)
    }

    /// The place of a field.
    pub fn place(&self, name: &str) -> Option<usize> {
        self.fields.iter().position(|field| &*field.name == name)
    }

    /// Each field with what a record has in it.
    pub fn pairs<'a>(&'a self, record: &'a Value) -> impl Iterator<Item = (&'a Field, Option<&'a Value>)> {
        let fields: &[_] = if let Value::Record(fields) = record { fields } else { &[] };
        self.fields.iter().enumerate().map(move |(place, field)| {
            // Most records have their fields in the schema's order.
            let here = fields.get(place).filter(|(name, _)| *name == field.name);
            let found = here.or_else(|| fields.iter().find(|(name, _)| *name == field.name));
            (field, found.map(|(_, value)| value))
        })
    }

    /// Whether a record is one of this schema: each field of its kind, none missing that has to be there, none unknown.
    pub fn check(&self, record: &Value) -> Result<(), Misfit> {
        Kind::check_record(self, record, "")
    }
}

impl Kind {
    /// What Protocol Buffers takes where a field has not been written: zero, nothing, no items.
    pub fn zero(&self) -> Value {
        match self {
            Kind::Bool => Value::Bool(false),
            Kind::Int | Kind::Long => Value::Int(0),
            Kind::Double => Value::Double(Double(0.0)),
            Kind::Text => Value::text(""),
            Kind::Bytes => Value::bytes(&[]),
            Kind::List(_) => Value::List(Vec::new()),
            Kind::Record(schema) => {
                let needed =
                    schema.fields.iter().filter(|field| !field.optional || matches!(field.kind, Kind::List(_)));
                Value::Record(needed.map(|field| (field.name.clone(), field.kind.zero())).collect())
            }
        }
    }

    fn check_record(schema: &Schema, record: &Value, path: &str) -> Result<(), Misfit> {
        let Value::Record(fields) = record else {
            return Err(misfit(path, record.what(), format!("a record {}", schema.name)));
        };
        for (name, _) in fields {
            if schema.field(name).is_none() {
                let known: Vec<&str> = schema.fields.iter().map(|field| &*field.name).collect();
                return Err(misfit(&within(path, name), "no field of the schema", known.join(", ")));
            }
        }
        for field in &schema.fields {
            let path = within(path, &field.name);
            match record.field(&field.name) {
                None | Some(Value::Null) if field.optional => {}
                None => {
                    return Err(misfit(&path, "it is missing", format!("{}, or `optional` in the schema", field.kind)));
                }
                Some(value) => field.kind.check(value, &path)?,
            }
        }
        Ok(())
    }

    fn check(&self, value: &Value, path: &str) -> Result<(), Misfit> {
        match (self, value) {
            (Kind::Bool, Value::Bool(_))
            | (Kind::Long, Value::Int(_))
            | (Kind::Double, Value::Double(_))
            | (Kind::Text, Value::Text(_))
            | (Kind::Bytes, Value::Bytes(_)) => Ok(()),
            (Kind::Int, Value::Int(number)) if i32::try_from(*number).is_ok() => Ok(()),
            (Kind::Int, Value::Int(number)) => {
                Err(misfit(path, format!("{number} needs more than 32 bits"), "-2147483648 to 2147483647, or a long"))
            }
            (Kind::List(of), Value::List(items)) => {
                (0..).zip(items).try_for_each(|(place, item)| of.check(item, &format!("{path}[{place}]")))
            }
            (Kind::Record(schema), value) => Kind::check_record(schema, value, path),
            (kind, value) => Err(misfit(path, format!("{value} is {}", value.what()), kind)),
        }
    }
}

fn within(path: &str, name: &str) -> String {
    if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") }
}

/// That a field's value can't be written.
pub fn misfit(field: &str, found: impl Display, accepted: impl Display) -> Misfit {
    let field = if field.is_empty() { "the record" } else { field };
    Misfit { field: field.to_owned(), found: found.to_string(), accepted: accepted.to_string() }
}
