//! The record in memory, before it becomes bytes: values as any language has them.

use std::fmt::{self, Display};
use std::rc::Rc;

use crate::wording::shown;

/// What a field holds. A format may not be able to tell all of these apart; which it can't is what a reader is to see.
///
/// Which of them it is takes a whole word, so that values are copied word by word. Where it took a byte, copies began at odd places, and
/// a processor has to wait when it loads at once what was stored in other pieces: reading Thrift took up to five times as long.
#[derive(Clone, Debug, PartialEq, Eq)]
#[repr(u64)]
pub enum Value {
    /// Said to be nothing, which is not the same as not being said.
    Null,
    Bool(bool),
    /// A whole number. Whether it has 32 or 64 bits is a matter of the schema.
    Int(i64),
    Double(Double),
    /// Also the name of an enum's symbol.
    Text(Rc<str>),
    /// Also of a fixed length.
    Bytes(Rc<[u8]>),
    List(Vec<Value>),
    /// The fields that are there, in the order in which they were written; also the entries of a map.
    Record(Vec<(Rc<str>, Value)>),
}

/// A number of 64 bits with a floating point. Two are equal if their bits are, so that what was read can be compared with
/// what was written: `NaN` is itself, and `-0.0` is not `0.0`.
#[derive(Clone, Copy, Debug)]
pub struct Double(pub f64);

impl PartialEq for Double {
    fn eq(&self, other: &Double) -> bool {
        self.0.to_bits() == other.0.to_bits()
    }
}

impl Eq for Double {}

/// The fewest digits that read back as the same number, and always a point or an exponent.
impl Display for Double {
    fn fmt(&self, out: &mut fmt::Formatter) -> fmt::Result {
        write!(out, "{:?}", self.0)
    }
}

impl Value {
    /// A field of a record; nothing where it is not there, or this is none.
    pub fn field(&self, name: &str) -> Option<&Value> {
        let Value::Record(fields) = self else { return None };
        fields.iter().find(|(each, _)| &**each == name).map(|(_, value)| value)
    }

    pub fn text(text: &str) -> Value {
        Value::Text(text.into())
    }

    pub fn bytes(bytes: &[u8]) -> Value {
        Value::Bytes(bytes.into())
    }

    /// What it is, as a sentence says it: `a text`.
    pub fn what(&self) -> &'static str {
        match self {
            Value::Null => "null",
            Value::Bool(_) => "true or false",
            Value::Int(_) => "a whole number",
            Value::Double(_) => "a number with a point",
            Value::Text(_) => "a text",
            Value::Bytes(_) => "bytes",
            Value::List(_) => "a list",
            Value::Record(_) => "a record",
        }
    }
}

/// As narration shows it: `1337`, `Martin`, `[daydreaming, hacking]`, `{a: 1}`, `0xdeadbeef`.
impl Display for Value {
    fn fmt(&self, out: &mut fmt::Formatter) -> fmt::Result {
        match self {
            Value::Null => out.write_str("null"),
            Value::Bool(truth) => write!(out, "{truth}"),
            Value::Int(number) => write!(out, "{number}"),
            Value::Double(number) => write!(out, "{number}"),
            Value::Text(text) => shown(text).fmt(out),
            Value::Bytes(bytes) => {
                out.write_str("0x")?;
                bytes.iter().try_for_each(|byte| write!(out, "{byte:02x}"))
            }
            Value::List(items) => {
                out.write_str("[")?;
                for (place, item) in items.iter().enumerate() {
                    write!(out, "{}{item}", if place == 0 { "" } else { ", " })?;
                }
                out.write_str("]")
            }
            Value::Record(fields) => {
                out.write_str("{")?;
                for (place, (name, value)) in fields.iter().enumerate() {
                    write!(out, "{}{}: {value}", if place == 0 { "" } else { ", " }, shown(name))?;
                }
                out.write_str("}")
            }
        }
    }
}
