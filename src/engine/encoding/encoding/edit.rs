//! The record and the schema as a reader edits them.

use std::rc::Rc;

use super::{MOST_FIELDS, MOST_ITEMS};
use crate::format::text;
use crate::format::{Double, Field, Kind, Schema, Value};

/// The record with a field changed, or without it, in the order of its schema.
pub fn with(record: &Value, schema: &Schema, name: &str, value: Option<Value>) -> Value {
    let fields = schema.fields.iter().filter_map(|field| {
        let value = if *field.name == *name { value.clone() } else { record.field(&field.name).cloned() };
        Some((field.name.clone(), value?))
    });
    Value::Record(fields.collect())
}

/// The schema with a field that is new or another than before.
pub fn with_field(schema: &Schema, field: Field) -> Result<Schema, String> {
    let mut fields = schema.fields.clone();
    if let Some(other) = fields.iter().find(|other| other.number == field.number && other.name != field.name) {
        return Err(format!(
            "number {} is that of {}; accepted: a number that no other field has",
            field.number, other.name
        ));
    }
    if (19_000..20_000).contains(&field.number) {
        return Err(format!(
            "number {} is one that Protocol Buffers keeps for itself; accepted: not 19000 to 19999",
            field.number
        ));
    }
    match fields.iter().position(|other| other.name == field.name) {
        Some(known) => fields[known] = field,
        None if fields.len() == MOST_FIELDS => {
            return Err(format!("the schema has {MOST_FIELDS} fields; accepted: no more"));
        }
        None => fields.push(field),
    }
    Ok(Schema { name: schema.name.clone(), fields })
}

/// The field that a value with a new name becomes: of the kind that the value looks like, with the next number.
pub fn guessed(schema: &Schema, name: Rc<str>, written: &str) -> Field {
    let looks_like = |kind: &Kind| text::read(written, kind).is_ok();
    let single = |written: &str| {
        let number = [Kind::Bool, Kind::Long, Kind::Double].into_iter().find(|kind| text::read(written, kind).is_ok());
        number.unwrap_or(Kind::Text)
    };
    let kind = match items(written) {
        Some(items) => {
            let mut kinds = items.iter().map(|item| single(item));
            let first = kinds.next().unwrap_or(Kind::Text);
            Kind::List(if kinds.all(|kind| kind == first) { first } else { Kind::Text }.into())
        }
        None if hexadecimal(written).is_some() => Kind::Bytes,
        None if looks_like(&Kind::Bool) => Kind::Bool,
        None => single(written),
    };
    // Those that Protocol Buffers keeps for itself are left out.
    let next = schema.fields.iter().map(|field| field.number).max().unwrap_or(0) + 1;
    let number = if (19_000..20_000).contains(&next) { 20_000 } else { next };
    Field { number, name, kind, optional: false, default: None }
}

/// The value that a script writes for a field, or what is wrong with it.
pub fn value(written: &str, field: &Field) -> Result<Value, String> {
    if field.optional && written == "null" {
        return Ok(Value::Null);
    }
    let Kind::List(of) = &field.kind else { return single(written, &field.kind, &field.name) };
    let items = items(written).ok_or_else(|| {
        format!("{}: `{}` is no list; accepted: [a,b] or []", field.name, crate::language::shorten(written, 40))
    })?;
    if items.len() > MOST_ITEMS {
        return Err(format!("{}: the list has {} items; accepted: at most {MOST_ITEMS}", field.name, items.len()));
    }
    items.iter().map(|item| single(item, of, &field.name)).collect::<Result<_, _>>().map(Value::List)
}

fn single(written: &str, kind: &Kind, name: &str) -> Result<Value, String> {
    let shown = crate::language::shorten(written, 40);
    if *kind == Kind::Bytes {
        let bytes = hexadecimal(written).map(|bytes| Value::bytes(&bytes));
        return bytes
            .ok_or_else(|| format!("{name}: `{shown}` is no bytes; accepted: 0x and pairs of hexadecimal digits"));
    }
    text::read(written, kind).map_err(|bad| format!("{name}: `{shown}` doesn't fit {kind}; accepted: {}", bad.accepted))
}

/// `0xff00`.
fn hexadecimal(written: &str) -> Option<Vec<u8>> {
    let digits = written.strip_prefix("0x")?.as_bytes();
    let pair = |pair: &[u8]| u8::from_str_radix(str::from_utf8(pair).ok()?, 16).ok();
    let is_hex = digits.len().is_multiple_of(2) && digits.iter().all(u8::is_ascii_hexdigit);
    if is_hex { digits.chunks(2).map(pair).collect() } else { None }
}

/// The items of `[a,b]`, or of a list as JSON has it; nothing for what is no list.
fn items(written: &str) -> Option<Vec<String>> {
    let mut rest = written.strip_prefix('[')?.strip_suffix(']')?.trim();
    let mut items = Vec::new();
    while !rest.is_empty() {
        let end = match rest.strip_prefix('"') {
            None => rest.find(',').unwrap_or(rest.len()),
            Some(inside) => {
                let mut escaped = false;
                let closing = inside.find(|each| {
                    let ends = each == '"' && !escaped;
                    escaped = each == '\\' && !escaped;
                    ends
                })?;
                closing + 2
            }
        };
        let (item, after) = rest.split_at(end);
        items.push(match item.strip_prefix('"') {
            None => item.trim().to_owned(),
            Some(_) => quoted(item)?,
        });
        let after = after.trim_start();
        rest = match after.strip_prefix(',') {
            Some(more) if !more.trim().is_empty() => more.trim_start(),
            Some(_) => return None,
            None if after.is_empty() => after,
            None => return None,
        };
    }
    Some(items)
}

/// A text in JSON's quotes.
fn quoted(item: &str) -> Option<String> {
    let mut bytes = crate::format::Bytes::new(item.as_bytes(), ());
    match crate::format::json::read_value(&mut bytes, &Kind::Text) {
        Ok(Value::Text(text)) => Some(text.to_string()),
        _ => None,
    }
}

/// What a reader would get in place of what was written, field by field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    pub field: Rc<str>,
    pub was: Option<Value>,
    pub is: Option<Value>,
}

pub fn differences(record: &Value, read: &Value, schema: &Schema) -> Vec<Difference> {
    let fields = schema.fields.iter().map(|field| Difference {
        field: field.name.clone(),
        was: record.field(&field.name).cloned(),
        is: read.field(&field.name).cloned(),
    });
    fields.filter(|each| each.was != each.is).collect()
}

/// How many bytes the record has in fields that are bytes, which text has to write as Base64.
pub fn raw_bytes(value: &Value) -> usize {
    match value {
        Value::Bytes(bytes) => bytes.len(),
        Value::List(items) => items.iter().map(raw_bytes).sum(),
        Value::Record(fields) => fields.iter().map(|(_, value)| raw_bytes(value)).sum(),
        _ => 0,
    }
}

/// A double is told apart from a whole number by its point.
pub fn shown(value: Option<&Value>) -> String {
    match value {
        None => "missing".to_owned(),
        Some(Value::Text(text)) if text.is_empty() => "an empty text".to_owned(),
        Some(Value::List(items)) if items.is_empty() => "an empty list".to_owned(),
        Some(Value::Double(Double(number))) => Double(*number).to_string(),
        Some(value) => crate::language::shorten(&value.to_string(), 40),
    }
}
