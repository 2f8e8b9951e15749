//! Values, and of which kinds they are.

use std::fmt::{self, Display};
use std::rc::Rc;

/// The longest text of a column in bytes: a row has a fixed place for it.
pub const MAX_TEXT: usize = 12;

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value {
    Integer(i32),
    Text(Rc<str>),
    /// Milliseconds after midnight, by the clock of whoever said `NOW()`.
    Time(u32),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Integer,
    Text,
    Time,
}

impl Kind {
    /// How many bytes a value takes in a row: 4 for a number or a time, a length and 12 bytes for a text.
    pub fn size(self) -> usize {
        if self == Kind::Text { 1 + MAX_TEXT } else { 4 }
    }

    /// What a row has in a column that nobody has given a value.
    pub fn default(self) -> Value {
        match self {
            Kind::Integer => Value::Integer(0),
            Kind::Text => Value::Text("".into()),
            Kind::Time => Value::Time(0),
        }
    }
}

impl Display for Kind {
    fn fmt(&self, out: &mut fmt::Formatter) -> fmt::Result {
        out.write_str(match self {
            Kind::Integer => "whole number",
            Kind::Text => "text",
            Kind::Time => "time",
        })
    }
}

impl Value {
    pub fn kind(&self) -> Kind {
        match self {
            Value::Integer(_) => Kind::Integer,
            Value::Text(_) => Kind::Text,
            Value::Time(_) => Kind::Time,
        }
    }

    /// The value's bytes, big-endian, without any filling.
    pub fn bytes(&self) -> Vec<u8> {
        match self {
            Value::Integer(number) => number.to_be_bytes().to_vec(),
            Value::Time(time) => time.to_be_bytes().to_vec(),
            Value::Text(text) => text.as_bytes().to_vec(),
        }
    }

    /// The value that [`Value::bytes`] has written.
    pub fn from_bytes(kind: Kind, bytes: &[u8]) -> Option<Value> {
        Some(match kind {
            Kind::Integer => Value::Integer(i32::from_be_bytes(bytes.try_into().ok()?)),
            Kind::Time => Value::Time(u32::from_be_bytes(bytes.try_into().ok()?)),
            Kind::Text => Value::Text(std::str::from_utf8(bytes).ok()?.into()),
        })
    }

    /// As a statement spells it, so that it reads as the same value: `7`, `'ann'`, `TIME '09:00:00.040'`.
    pub fn literal(&self) -> String {
        match self {
            Value::Integer(number) => number.to_string(),
            Value::Text(text) => format!("'{}'", text.replace('\'', "''")),
            Value::Time(_) => format!("TIME '{self}'"),
        }
    }
}

/// As a table shows it.
impl Display for Value {
    fn fmt(&self, out: &mut fmt::Formatter) -> fmt::Result {
        match self {
            Value::Integer(number) => number.fmt(out),
            Value::Text(text) => out.write_str(text),
            Value::Time(time) => {
                let (seconds, millis) = (time / 1000, time % 1000);
                write!(out, "{:02}:{:02}:{:02}.{millis:03}", seconds / 3600, seconds / 60 % 60, seconds % 60)
            }
        }
    }
}

/// `09:00:00.040` as milliseconds after midnight.
pub fn parse_time(text: &str) -> Option<u32> {
    let mut parts = text.split([':', '.']);
    let mut next = |most: u32| parts.next()?.parse::<u32>().ok().filter(|part| *part <= most);
    let time = ((next(23)? * 60 + next(59)?) * 60 + next(59)?) * 1000 + next(999)?;
    parts.next().is_none().then_some(time)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_what_its_bytes_say_and_a_time_what_its_text_says() {
        let values =
            [Value::Integer(-7), Value::Integer(i32::MIN), Value::Text("it's".into()), Value::Time(32_400_040)];
        for value in values {
            assert_eq!(Value::from_bytes(value.kind(), &value.bytes()), Some(value.clone()));
            assert!(value.bytes().len() <= value.kind().size());
        }
        assert_eq!(Value::from_bytes(Kind::Integer, &[1, 2, 3]), None);
        assert_eq!(Value::from_bytes(Kind::Text, &[0xff]), None);
        assert_eq!(parse_time(&Value::Time(32_400_040).to_string()), Some(32_400_040));
        for wrong in ["24:00:00.000", "09:60:00.000", "09:00:00", "09:00:00.000.0", "nine", ""] {
            assert_eq!(parse_time(wrong), None, "{wrong}");
        }
    }
}
