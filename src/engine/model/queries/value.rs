//! A value, as all four languages have it: what stands in a column, a list, a document; and how two of them are put
//! together.

use std::fmt::{self, Display};
use std::rc::Rc;

/// Values are ordered as here, and as a document store does: nothing before numbers, numbers before texts, then documents and
/// lists.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Value {
    Nothing,
    Number(i64),
    Text(Rc<str>),
    Document(Document),
    /// Of several columns as one key, or of what `$push` or `$lookup` has collected.
    List(Rc<[Value]>),
}

/// Named values in their order.
pub type Document = Rc<[(Rc<str>, Value)]>;

/// A row of an answer.
pub type Tuple = Rc<[Value]>;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operator {
    Or,
    And,
    Equal,
    Unequal,
    Less,
    AtMost,
    Greater,
    AtLeast,
    Add,
    Subtract,
    Multiply,
    Divide,
    Remainder,
}

use Operator::*;

/// Why there is no value: a sentence without its full stop.
pub type Why = String;

impl Value {
    pub fn text(text: &str) -> Value {
        Value::Text(text.into())
    }

    pub fn truth(holds: bool) -> Value {
        Value::Number(holds.into())
    }

    /// Whether a condition holds: it is a number, and not 0.
    pub fn is_true(&self) -> Result<bool, Why> {
        match self {
            Value::Number(number) => Ok(*number != 0),
            other => Err(format!("{} is {}, not a condition", other.literal(), other.kind())),
        }
    }

    pub fn number(&self) -> Result<i64, Why> {
        match self {
            Value::Number(number) => Ok(*number),
            other => Err(format!("{} is {}, not a number", other.literal(), other.kind())),
        }
    }

    pub fn kind(&self) -> &'static str {
        match self {
            Value::Nothing => "nothing",
            Value::Number(_) => "a number",
            Value::Text(_) => "a text",
            Value::List(_) => "a list",
            Value::Document(_) => "a document",
        }
    }

    /// As a text of the three languages spells it.
    pub fn literal(&self) -> String {
        match self {
            Value::Text(text) => format!("'{text}'"),
            other => other.to_string(),
        }
    }

    /// What is under a name within it.
    pub fn field(&self, name: &str) -> Option<&Value> {
        match self {
            Value::Document(fields) => field(fields, name),
            _ => None,
        }
    }
}

/// What a document has under a name.
pub fn field<'a>(document: &'a Document, name: &str) -> Option<&'a Value> {
    document.iter().find(|(each, _)| **each == *name).map(|(_, value)| value)
}

/// `mon`, `42`, `[mon, Ada]`, `{day: mon}`.
impl Display for Value {
    fn fmt(&self, out: &mut fmt::Formatter) -> fmt::Result {
        match self {
            Value::Nothing => out.write_str("null"),
            Value::Number(number) => number.fmt(out),
            Value::Text(text) => out.write_str(text),
            Value::List(values) => {
                let values: Vec<String> = values.iter().map(Value::to_string).collect();
                write!(out, "[{}]", values.join(", "))
            }
            Value::Document(fields) => {
                let fields: Vec<String> = fields.iter().map(|(name, value)| format!("{name}: {value}")).collect();
                write!(out, "{{{}}}", fields.join(", "))
            }
        }
    }
}

/// A row with its lists and documents laid open: so it has the same form whichever language it comes from.
pub fn flat(values: impl IntoIterator<Item = Value>) -> Tuple {
    fn lay(value: Value, row: &mut Vec<Value>) {
        match value {
            Value::List(values) => values.iter().for_each(|value| lay(value.clone(), row)),
            Value::Document(fields) => fields.iter().for_each(|(_, value)| lay(value.clone(), row)),
            plain => row.push(plain),
        }
    }
    let mut row = Vec::new();
    values.into_iter().for_each(|value| lay(value, &mut row));
    row.into()
}

/// `mon 42`.
pub fn spelled(row: &[Value]) -> String {
    row.iter().map(Value::to_string).collect::<Vec<_>>().join(" ")
}

/// The value of `left operator right`; `and` and `or` are decided by who looks at the left side first.
pub fn combine(operator: Operator, left: &Value, right: &Value) -> Result<Value, Why> {
    match operator {
        // Values of two kinds are only unequal.
        Equal => return Ok(Value::truth(left == right)),
        Unequal => return Ok(Value::truth(left != right)),
        Less | AtMost | Greater | AtLeast => {
            if std::mem::discriminant(left) != std::mem::discriminant(right) {
                let (one, other) = (left.kind(), right.kind());
                return Err(format!("{} is {one} and {} {other}", left.literal(), right.literal()));
            }
            return Ok(Value::truth(match operator {
                Less => left < right,
                AtMost => left <= right,
                Greater => left > right,
                _ => left >= right,
            }));
        }
        _ => {}
    }
    let (one, other) = (left.number()?, right.number()?);
    let result = match operator {
        Add => one.checked_add(other),
        Subtract => one.checked_sub(other),
        Multiply => one.checked_mul(other),
        Divide | Remainder if other == 0 => return Err("a division by 0".to_owned()),
        Divide => one.checked_div(other),
        _ => one.checked_rem(other),
    };
    result.map(Value::Number).ok_or_else(|| "the number is too large".to_owned())
}
