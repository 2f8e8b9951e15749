//! A value of the query language, and how two of them are ordered: as SQLite does it.

use std::cmp::Ordering;
use std::fmt::{self, Display};
use std::rc::Rc;

use super::decimal;

/// A value. Truth is a number, 1 or 0, as it is in SQLite; a fraction comes from `AVG` and is in no table.
#[derive(Clone, Debug)]
pub enum Datum {
    Null,
    Integer(i64),
    Real(f64),
    Text(Rc<str>),
}

/// What a column takes, beside `NULL` where it may.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Type {
    /// A whole number of 64 bits.
    Integer,
    Text,
    /// 0 or 1, which may be written `FALSE` and `TRUE`.
    Boolean,
    /// A text that is a JSON document: checked when it is written, and asked by `->>`.
    Json,
}

impl Type {
    pub const ALL: [Type; 4] = [Type::Integer, Type::Text, Type::Boolean, Type::Json];

    /// As a `CREATE TABLE` spells it.
    pub fn name(self) -> &'static str {
        match self {
            Type::Integer => "INTEGER",
            Type::Text => "TEXT",
            Type::Boolean => "BOOLEAN",
            Type::Json => "JSON",
        }
    }
}

impl Datum {
    pub fn text(text: impl AsRef<str>) -> Datum {
        Datum::Text(text.as_ref().into())
    }

    pub fn is_null(&self) -> bool {
        matches!(self, Datum::Null)
    }

    /// As a statement spells it, so that it reads as the same value: `7`, `'ann'`, `NULL`.
    pub fn literal(&self) -> String {
        match self {
            Datum::Text(text) => format!("'{}'", text.replace('\'', "''")),
            other => other.to_string(),
        }
    }

    /// What kind of value it is, in words.
    pub fn kind(&self) -> &'static str {
        match self {
            Datum::Null => "NULL",
            Datum::Integer(_) => "a whole number",
            Datum::Real(_) => "a fraction",
            Datum::Text(_) => "a text",
        }
    }
}

/// As a table shows it.
impl Display for Datum {
    fn fmt(&self, out: &mut fmt::Formatter) -> fmt::Result {
        match self {
            Datum::Null => out.write_str("NULL"),
            Datum::Integer(number) => number.fmt(out),
            Datum::Text(text) => out.write_str(text),
            Datum::Real(number) => out.write_str(&fraction(unsigned_zero(*number))),
        }
    }
}

/// A fraction by the 15 digits that count, without the zeros at its end: `0.333333333333333`, `1.0`, `1.5e-07`. So SQLite
/// shows it.
fn fraction(number: f64) -> String {
    const DIGITS: usize = 15;
    let minus = if number < 0.0 { "-" } else { "" };
    if !number.is_finite() {
        return if number.is_nan() { "NaN".to_owned() } else { format!("{minus}inf") };
    }
    let (digits, power) = decimal::digits(number.abs(), DIGITS);
    let is_long = !(-4..DIGITS as i32).contains(&power);
    // How many digits stand before the point, and how many zeros behind it before the first of them.
    let (before, zeros) = match power {
        _ if is_long => (1, 0),
        0.. => (power as usize + 1, 0),
        _ => (0, power.unsigned_abs() as usize - 1),
    };
    let (whole, part) = digits.split_at(before);
    let whole = if whole.is_empty() { "0" } else { whole };
    let part = match part.trim_end_matches('0') {
        "" => "0".to_owned(),
        part => "0".repeat(zeros) + part,
    };
    let sign = if power < 0 { '-' } else { '+' };
    let power = if is_long { format!("e{sign}{:02}", power.abs()) } else { String::new() };
    format!("{minus}{whole}.{part}{power}")
}

/// In the order in which `ORDER BY` puts them: `NULL` first, then numbers, then texts by their bytes. `NULL` equals
/// `NULL` here, as it does for `GROUP BY` and `DISTINCT`; a condition looks for `NULL` before it compares.
impl Ord for Datum {
    fn cmp(&self, other: &Datum) -> Ordering {
        match (self, other) {
            (Datum::Integer(one), Datum::Integer(other)) => one.cmp(other),
            (Datum::Text(one), Datum::Text(other)) => one.cmp(other),
            (Datum::Real(one), Datum::Real(other)) => unsigned_zero(*one).total_cmp(&unsigned_zero(*other)),
            (Datum::Integer(one), Datum::Real(other)) => whole_and_fraction(*one, *other),
            (Datum::Real(one), Datum::Integer(other)) => whole_and_fraction(*other, *one).reverse(),
            _ => self.rank().cmp(&other.rank()),
        }
    }
}

impl Datum {
    fn rank(&self) -> u8 {
        match self {
            Datum::Null => 0,
            Datum::Integer(_) | Datum::Real(_) => 1,
            Datum::Text(_) => 2,
        }
    }
}

/// Zero is one number, whatever sign its bits have.
fn unsigned_zero(number: f64) -> f64 {
    number + 0.0
}

/// A whole number of 64 bits is not always a fraction of 64 bits: where both look the same, the whole parts decide.
fn whole_and_fraction(whole: i64, fraction: f64) -> Ordering {
    match (whole as f64).total_cmp(&unsigned_zero(fraction)) {
        Ordering::Equal => i128::from(whole).cmp(&(fraction as i128)),
        order => order,
    }
}

impl PartialOrd for Datum {
    fn partial_cmp(&self, other: &Datum) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Datum {
    fn eq(&self, other: &Datum) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Datum {}

impl From<i64> for Datum {
    fn from(number: i64) -> Datum {
        Datum::Integer(number)
    }
}

impl From<&str> for Datum {
    fn from(text: &str) -> Datum {
        Datum::Text(text.into())
    }
}
