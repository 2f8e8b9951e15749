//! The value of an expression, for one row.

use std::ops::Range;

use super::statement::{Expression, Operator};
use super::value::Value;
use super::{Row, Schema};
use crate::contract::Refused;
use crate::sim::Rng;

/// `RAND()` is a whole number below this.
const RANDOM_BELOW: u64 = 1000;

/// What an expression can see: columns, a clock and chance.
pub struct Scope<'a> {
    pub schema: &'static Schema,
    /// When the statement began, in milliseconds after midnight by the clock of whoever carries it out. It is the same for
    /// all rows.
    pub now: u32,
    pub rng: &'a mut Rng,
    /// Each answer of `NOW()` and `RAND()`, with where the call stands in the text.
    pub answers: Vec<(Range<usize>, Value)>,
}

impl Scope<'_> {
    /// The value of `expression`, where `row` is what columns stand for; a row that is only to be made has none.
    pub fn evaluate(&mut self, expression: &Expression, row: Option<&Row>) -> Result<Value, Refused> {
        match expression {
            Expression::Literal(value) => Ok(value.clone()),
            Expression::Column(name) => {
                let place = self.schema.column(name)?;
                row.map(|row| row[place].clone())
                    .ok_or_else(|| Refused::new(format!("a new row has no {name} to be read yet")))
            }
            Expression::Now(call) => {
                let now = Value::Time(self.now);
                self.answers.push((call.clone(), now.clone()));
                Ok(now)
            }
            Expression::Random(call) => {
                let drawn = Value::Integer(self.rng.below(RANDOM_BELOW) as i32);
                self.answers.push((call.clone(), drawn.clone()));
                Ok(drawn)
            }
            Expression::Not(inner) => Ok(truth(!self.is_true(inner, row)?)),
            Expression::Negative(inner) => match self.evaluate(inner, row)? {
                Value::Integer(number) => Ok(Value::Integer(number.checked_neg().ok_or(TOO_LARGE)?)),
                other => Err(Refused::new(format!("{} is a {} and can't be negated", other.literal(), other.kind()))),
            },
            // The right side is looked at only if the left has not decided.
            Expression::Binary(Operator::And, left, right) => {
                Ok(truth(self.is_true(left, row)? && self.is_true(right, row)?))
            }
            Expression::Binary(Operator::Or, left, right) => {
                Ok(truth(self.is_true(left, row)? || self.is_true(right, row)?))
            }
            Expression::Binary(operator, left, right) => {
                let (left, right) = (self.evaluate(left, row)?, self.evaluate(right, row)?);
                combine(*operator, &left, &right)
            }
        }
    }

    /// Whether a condition holds: it is a number, and not 0.
    pub fn is_true(&mut self, condition: &Expression, row: Option<&Row>) -> Result<bool, Refused> {
        match self.evaluate(condition, row)? {
            Value::Integer(number) => Ok(number != 0),
            other => Err(Refused::new(format!("{} is a {}, not a condition", other.literal(), other.kind()))),
        }
    }
}

fn truth(holds: bool) -> Value {
    Value::Integer(i32::from(holds))
}

const TOO_LARGE: &str = "the number is too large for a column";

fn combine(operator: Operator, left: &Value, right: &Value) -> Result<Value, Refused> {
    use std::cmp::Ordering::{Equal, Greater, Less};
    let order = match (left, right) {
        (Value::Integer(left), Value::Integer(right)) => left.cmp(right),
        (Value::Text(left), Value::Text(right)) => left.cmp(right),
        (Value::Time(left), Value::Time(right)) => left.cmp(right),
        // A time and a number can be added, and nothing else.
        (Value::Time(_), Value::Integer(_)) if matches!(operator, Operator::Add | Operator::Subtract) => Equal,
        _ => {
            let (one, other) = (left.kind(), right.kind());
            return Err(Refused::new(format!("{} is a {one} and {} a {other}", left.literal(), right.literal())));
        }
    };
    Ok(match operator {
        Operator::Equal => truth(order == Equal),
        Operator::Unequal => truth(order != Equal),
        Operator::Less => truth(order == Less),
        Operator::AtMost => truth(order != Greater),
        Operator::Greater => truth(order == Greater),
        Operator::AtLeast => truth(order != Less),
        _ => return calculate(operator, left, right),
    })
}

fn calculate(operator: Operator, left: &Value, right: &Value) -> Result<Value, Refused> {
    /// A day has no more milliseconds.
    const DAY: i64 = 24 * 60 * 60 * 1000;
    let number = |value: &Value| match value {
        Value::Integer(number) => Some(i64::from(*number)),
        Value::Time(time) => Some(i64::from(*time)),
        Value::Text(_) => None,
    };
    if let (Operator::Join, Value::Text(left), Value::Text(right)) = (operator, left, right) {
        return Ok(Value::Text(format!("{left}{right}").into()));
    }
    let is_time = matches!(left, Value::Time(_));
    let (Some(one), Some(other)) = (number(left), number(right)) else {
        return Err(Refused::new(format!("{} and {} are texts; only || joins them", left.literal(), right.literal())));
    };
    let result = match operator {
        Operator::Add if !matches!(right, Value::Time(_)) => one + other,
        Operator::Subtract => one - other,
        Operator::Multiply if !is_time => one * other,
        Operator::Divide | Operator::Remainder if other == 0 => return Err(Refused::new("a division by 0")),
        Operator::Divide if !is_time => one / other,
        Operator::Remainder if !is_time => one % other,
        _ => return Err(Refused::new(format!("{} and {} can't be put together so", left.literal(), right.literal()))),
    };
    if is_time && !matches!(right, Value::Time(_)) {
        return if (0..DAY).contains(&result) {
            Ok(Value::Time(result as u32))
        } else {
            Err(Refused::new("the time lies outside the day"))
        };
    }
    Ok(Value::Integer(i32::try_from(result).map_err(|_| TOO_LARGE)?))
}
