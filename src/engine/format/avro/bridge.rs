//! Between the records that all formats share and those of Avro: what may be missing is a union with null.

use std::collections::BTreeMap;
use std::rc::Rc;

use super::datum::Datum;
use super::schema::{Definition, Field, Form, Schema, Type};
use super::{decode, encode};
use crate::format::{BadBytes, Bytes, Double, Ear, Kind, Misfit, Value};
use crate::format::{Field as Shared, Schema as SharedSchema};

/// Writes a record that fits its schema.
pub fn write(record: &Value, schema: &SharedSchema, out: &mut Vec<u8>) -> Result<(), Misfit> {
    schema.check(record)?;
    let datum = datum_of(record, schema).expect("a record that fits its schema fits Avro's");
    encode(&datum, out);
    Ok(())
}

/// Reads a record of that schema, with nothing after it.
pub fn read<E: Ear>(bytes: &mut Bytes<E>, schema: &SharedSchema) -> Result<Value, BadBytes> {
    let schema = schema_of(schema);
    let datum = decode(&schema, bytes)?;
    if bytes.is_at_end() {
        Ok(value_of(&schema, &schema.root, &datum))
    } else {
        Err(bytes.bad(bytes.at, bytes.seen(), "the end"))
    }
}

/// The schema as Avro has it. A field that may be missing is a union with null, which stands first unless the default is
/// something else, since older readers take a default for one of the first branch.
pub fn schema_of(schema: &SharedSchema) -> Schema {
    let mut definitions = BTreeMap::new();
    define(schema, &mut definitions);
    Schema { root: Type::Named(schema.name.clone()), definitions: Rc::new(definitions) }
}

fn define(schema: &SharedSchema, definitions: &mut BTreeMap<Rc<str>, Definition>) {
    let fields = schema.fields.iter().map(|field| Field {
        name: field.name.clone(),
        aliases: Vec::new(),
        of: field_type(field, definitions),
        default: field.default.as_ref().and_then(|default| field_datum(default, field)),
    });
    let form = Form::Record(fields.collect());
    let definition = Definition { name: schema.name.clone(), aliases: Vec::new(), form };
    definitions.insert(schema.name.clone(), definition);
}

fn field_type(field: &Shared, definitions: &mut BTreeMap<Rc<str>, Definition>) -> Type {
    let of = kind_type(&field.kind, definitions);
    match null_branch(field) {
        None => of,
        Some(0) => Type::Union([Type::Null, of].into()),
        Some(_) => Type::Union([of, Type::Null].into()),
    }
}

/// Which branch is null, where there is one.
fn null_branch(field: &Shared) -> Option<usize> {
    let is_first = matches!(field.default, None | Some(Value::Null));
    field.optional.then_some(if is_first { 0 } else { 1 })
}

fn kind_type(kind: &Kind, definitions: &mut BTreeMap<Rc<str>, Definition>) -> Type {
    match kind {
        Kind::Bool => Type::Boolean,
        Kind::Int => Type::Int,
        Kind::Long => Type::Long,
        Kind::Double => Type::Double,
        Kind::Text => Type::String,
        Kind::Bytes => Type::Bytes,
        Kind::List(of) => Type::Array(Rc::new(kind_type(of, definitions))),
        Kind::Record(schema) => {
            define(schema, definitions);
            Type::Named(schema.name.clone())
        }
    }
}

/// A record of that schema as Avro has it; nothing where it is none.
pub fn datum_of(record: &Value, schema: &SharedSchema) -> Option<Datum> {
    let one = |field: &Shared| field_datum(record.field(&field.name).unwrap_or(&Value::Null), field);
    schema.fields.iter().map(one).collect::<Option<_>>().map(Datum::Record)
}

fn field_datum(value: &Value, field: &Shared) -> Option<Datum> {
    let Some(null) = null_branch(field) else { return kind_datum(value, &field.kind) };
    let (place, inner) = match value {
        Value::Null => (null, Datum::Null),
        value => (1 - null, kind_datum(value, &field.kind)?),
    };
    Some(Datum::Union(place, Box::new(inner)))
}

fn kind_datum(value: &Value, kind: &Kind) -> Option<Datum> {
    Some(match (value, kind) {
        (Value::Bool(truth), Kind::Bool) => Datum::Boolean(*truth),
        (Value::Int(number), Kind::Int) => Datum::Int(i32::try_from(*number).ok()?),
        (Value::Int(number), Kind::Long) => Datum::Long(*number),
        (Value::Double(number), Kind::Double) => Datum::Double(number.0),
        (Value::Text(text), Kind::Text) => Datum::String(text.to_string()),
        (Value::Bytes(bytes), Kind::Bytes) => Datum::Bytes(bytes.to_vec()),
        (Value::List(items), Kind::List(of)) => {
            Datum::Array(items.iter().map(|item| kind_datum(item, of)).collect::<Option<_>>()?)
        }
        (Value::Record(_), Kind::Record(schema)) => datum_of(value, schema)?,
        _ => return None,
    })
}

/// A value of Avro as all formats have it: of a union what was written, of an enum its symbol.
pub fn value_of(schema: &Schema, of: &Type, datum: &Datum) -> Value {
    match (datum, of) {
        (Datum::Boolean(truth), _) => Value::Bool(*truth),
        (Datum::Int(number), _) => Value::Int((*number).into()),
        (Datum::Long(number), _) => Value::Int(*number),
        (Datum::Float(number), _) => Value::Double(Double((*number).into())),
        (Datum::Double(number), _) => Value::Double(Double(*number)),
        (Datum::Bytes(bytes) | Datum::Fixed(bytes), _) => Value::bytes(bytes),
        (Datum::String(text), _) => Value::text(text),
        (Datum::Array(items), Type::Array(each)) => {
            Value::List(items.iter().map(|item| value_of(schema, each, item)).collect())
        }
        (Datum::Map(entries), Type::Map(each)) => {
            let entry = |(key, value): &(String, Datum)| (key.as_str().into(), value_of(schema, each, value));
            Value::Record(entries.iter().map(entry).collect())
        }
        (Datum::Union(place, inner), Type::Union(branches)) => value_of(schema, &branches[*place], inner),
        (Datum::Enum(place), Type::Named(name)) => match &schema.definition(name).form {
            Form::Enum { symbols, .. } => Value::Text(symbols[*place].clone()),
            _ => Value::Null,
        },
        (Datum::Record(values), Type::Named(name)) => match &schema.definition(name).form {
            Form::Record(fields) => {
                let pairs = fields.iter().zip(values);
                Value::Record(
                    pairs.map(|(field, value)| (field.name.clone(), value_of(schema, &field.of, value))).collect(),
                )
            }
            _ => Value::Null,
        },
        _ => Value::Null,
    }
}
