//! An expression whose names have been found: columns are places in the row that flows. Its values are SQLite's.

use std::cmp::Ordering;
use std::rc::Rc;

use super::datum::Datum;
use super::json;
use super::query::{At, Operator};
use super::token::Mistake;

#[derive(Clone, Debug)]
pub struct Scalar {
    /// Where it stands in the text.
    pub at: At,
    pub kind: ScalarKind,
}

#[derive(Clone, Debug, PartialEq)]
pub enum ScalarKind {
    Literal(Datum),
    /// The value at this place of the row.
    Place(usize),
    Not(Rc<Scalar>),
    Negative(Rc<Scalar>),
    Binary(Operator, Rc<Scalar>, Rc<Scalar>),
    IsNull {
        of: Rc<Scalar>,
        not: bool,
    },
    In {
        of: Rc<Scalar>,
        list: Vec<Scalar>,
        not: bool,
    },
    Like {
        of: Rc<Scalar>,
        pattern: Rc<Scalar>,
        not: bool,
    },
    Case {
        whens: Vec<(Scalar, Scalar)>,
        otherwise: Option<Rc<Scalar>>,
    },
    Call {
        function: &'static str,
        arguments: Vec<Scalar>,
    },
}

/// The same expression, wherever it stands.
impl PartialEq for Scalar {
    fn eq(&self, other: &Scalar) -> bool {
        self.kind == other.kind
    }
}

use ScalarKind::*;

impl Scalar {
    pub fn new(at: At, kind: ScalarKind) -> Scalar {
        Scalar { at, kind }
    }

    pub fn place(at: At, place: usize) -> Scalar {
        Scalar { at, kind: Place(place) }
    }

    /// Its value for one row.
    pub fn value(&self, row: &[Datum]) -> Result<Datum, Mistake> {
        Ok(match &self.kind {
            Literal(value) => value.clone(),
            Place(place) => row[*place].clone(),
            Not(inner) => truth(inner.truth(row)?.map(|holds| !holds)),
            Negative(inner) => match inner.value(row)? {
                Datum::Integer(number) => Datum::Integer(number.checked_neg().ok_or_else(|| self.too_large())?),
                // Nothing less it: 0.0 has no other side.
                Datum::Real(number) => Datum::Real(0.0 - number),
                other => other,
            },
            Binary(Operator::And, left, right) => truth(match (left.truth(row)?, right.truth(row)?) {
                (Some(false), _) | (_, Some(false)) => Some(false),
                (Some(true), Some(true)) => Some(true),
                _ => None,
            }),
            Binary(Operator::Or, left, right) => truth(match (left.truth(row)?, right.truth(row)?) {
                (Some(true), _) | (_, Some(true)) => Some(true),
                (Some(false), Some(false)) => Some(false),
                _ => None,
            }),
            Binary(operator, left, right) => self.binary(*operator, &left.value(row)?, &right.value(row)?)?,
            IsNull { of, not } => truth(Some(of.value(row)?.is_null() != *not)),
            In { of, list, not } => truth(self.is_in(&of.value(row)?, list, row)?.map(|found| found != *not)),
            Like { of, pattern, not } => {
                let (text, pattern) = (of.value(row)?, pattern.value(row)?);
                truth(self.like(&text, &pattern)?.map(|fits| fits != *not))
            }
            Case { whens, otherwise } => {
                for (condition, then) in whens {
                    if condition.truth(row)? == Some(true) {
                        return then.value(row);
                    }
                }
                otherwise.as_ref().map_or(Ok(Datum::Null), |otherwise| otherwise.value(row))?
            }
            Call { function: "coalesce", arguments } => {
                for argument in arguments {
                    let value = argument.value(row)?;
                    if !value.is_null() {
                        return Ok(value);
                    }
                }
                Datum::Null
            }
            Call { function, arguments } => {
                let values: Vec<Datum> =
                    arguments.iter().map(|argument| argument.value(row)).collect::<Result<_, _>>()?;
                if values.iter().any(Datum::is_null) { Datum::Null } else { self.call(function, &values)? }
            }
        })
    }

    /// Whether it holds for a row; `None` where that is not known.
    pub fn truth(&self, row: &[Datum]) -> Result<Option<bool>, Mistake> {
        Ok(match self.value(row)? {
            Datum::Null => None,
            Datum::Integer(number) => Some(number != 0),
            other => return Err(self.refused(format!("{} is {}, not a condition", other.literal(), other.kind()))),
        })
    }

    fn is_in(&self, value: &Datum, list: &[Scalar], row: &[Datum]) -> Result<Option<bool>, Mistake> {
        let mut unknown = value.is_null();
        for each in list {
            match self.compared(value, &each.value(row)?)? {
                Some(Ordering::Equal) => return Ok(Some(true)),
                Some(_) => {}
                None => unknown = true,
            }
        }
        Ok(if unknown { None } else { Some(false) })
    }

    fn like(&self, text: &Datum, pattern: &Datum) -> Result<Option<bool>, Mistake> {
        match (text, pattern) {
            (Datum::Null, _) | (_, Datum::Null) => Ok(None),
            (Datum::Text(text), Datum::Text(pattern)) => Ok(Some(is_like(text, pattern))),
            (Datum::Text(_), other) | (other, _) => {
                Err(self.refused(format!("{} is {}, and LIKE looks at texts", other.literal(), other.kind())))
            }
        }
    }

    /// How two values compare; `None` where one is `NULL`. The planner has seen that columns are of one kind: only what
    /// comes out of a document can still be of another.
    fn compared(&self, left: &Datum, right: &Datum) -> Result<Option<Ordering>, Mistake> {
        if left.is_null() || right.is_null() {
            return Ok(None);
        }
        if matches!(left, Datum::Text(_)) != matches!(right, Datum::Text(_)) {
            let (one, other) = (left.kind(), right.kind());
            return Err(self.refused(format!("{} is {one} and {} {other}", left.literal(), right.literal())));
        }
        Ok(Some(left.cmp(right)))
    }

    fn binary(&self, operator: Operator, left: &Datum, right: &Datum) -> Result<Datum, Mistake> {
        if left.is_null() || right.is_null() {
            return Ok(Datum::Null);
        }
        let compared = |fits: fn(Ordering) -> bool| Ok(truth(self.compared(left, right)?.map(fits)));
        match operator {
            Operator::Equal => compared(Ordering::is_eq),
            Operator::Unequal => compared(Ordering::is_ne),
            Operator::Less => compared(Ordering::is_lt),
            Operator::AtMost => compared(Ordering::is_le),
            Operator::Greater => compared(Ordering::is_gt),
            Operator::AtLeast => compared(Ordering::is_ge),
            Operator::Join => Ok(Datum::Text(format!("{left}{right}").into())),
            Operator::Field => match left {
                Datum::Text(document) => json::field(document, right).map_err(|problem| self.refused(problem)),
                other => Err(self.refused(format!("{} is {}, not a document", other.literal(), other.kind()))),
            },
            _ => self.calculate(operator, left, right),
        }
    }

    fn calculate(&self, operator: Operator, left: &Datum, right: &Datum) -> Result<Datum, Mistake> {
        let (Datum::Integer(one), Datum::Integer(other)) = (left, right) else {
            return self.calculate_fractions(operator, left, right);
        };
        let (one, other) = (*one, *other);
        let result = match operator {
            Operator::Add => one.checked_add(other),
            Operator::Subtract => one.checked_sub(other),
            Operator::Multiply => one.checked_mul(other),
            _ if other == 0 => return Ok(Datum::Null),
            Operator::Divide => one.checked_div(other),
            _ => Some(one.checked_rem(other).unwrap_or(0)),
        };
        result.map(Datum::Integer).ok_or_else(|| self.too_large())
    }

    fn calculate_fractions(&self, operator: Operator, left: &Datum, right: &Datum) -> Result<Datum, Mistake> {
        let (Some(one), Some(other)) = (fraction(left), fraction(right)) else {
            let text = if matches!(left, Datum::Text(_)) { left } else { right };
            return Err(self.refused(format!("{} is a text, and can't be calculated with", text.literal())));
        };
        let result = match operator {
            Operator::Add => one + other,
            Operator::Subtract => one - other,
            Operator::Multiply => one * other,
            _ if other == 0.0 => return Ok(Datum::Null),
            _ => one / other,
        };
        // What is no number, as one infinity less another, is not known.
        Ok(if result.is_nan() { Datum::Null } else { Datum::Real(result) })
    }

    fn call(&self, function: &str, values: &[Datum]) -> Result<Datum, Mistake> {
        Ok(match (function, values) {
            ("abs", [Datum::Integer(number)]) => Datum::Integer(number.checked_abs().ok_or_else(|| self.too_large())?),
            ("abs", [Datum::Real(number)]) => Datum::Real(number.abs()),
            ("length", [Datum::Text(text)]) => Datum::Integer(text.chars().count() as i64),
            ("lower", [Datum::Text(text)]) => Datum::Text(text.to_ascii_lowercase().into()),
            ("upper", [Datum::Text(text)]) => Datum::Text(text.to_ascii_uppercase().into()),
            ("instr", [Datum::Text(text), Datum::Text(part)]) => {
                let place = text.find(&**part).map_or(0, |at| text[..at].chars().count() + 1);
                Datum::Integer(place as i64)
            }
            ("substr", [Datum::Text(text), Datum::Integer(from), rest @ ..]) => {
                let len = match rest {
                    [Datum::Integer(len)] => *len,
                    _ => i64::MAX,
                };
                Datum::Text(substring(text, *from, len).into())
            }
            _ => return Err(self.refused(format!("{} doesn't take this", function.to_ascii_uppercase()))),
        })
    }

    fn too_large(&self) -> Mistake {
        self.refused("the number has more than 64 bits".to_owned())
    }

    fn refused(&self, problem: String) -> Mistake {
        Mistake { at: self.at, problem, accepted: String::new() }
    }

    /// All places that it reads, told to `see`, which may change them.
    pub fn places(&mut self, see: &mut dyn FnMut(&mut usize)) {
        let each = |scalar: &mut Rc<Scalar>, see: &mut dyn FnMut(&mut usize)| Rc::make_mut(scalar).places(see);
        match &mut self.kind {
            Literal(_) => {}
            Place(place) => see(place),
            Not(of) | Negative(of) | IsNull { of, .. } => each(of, see),
            Binary(_, left, right) | Like { of: left, pattern: right, .. } => {
                each(left, see);
                each(right, see);
            }
            In { of, list, .. } => {
                each(of, see);
                list.iter_mut().for_each(|scalar| scalar.places(see));
            }
            Case { whens, otherwise } => {
                for (condition, then) in whens {
                    condition.places(see);
                    then.places(see);
                }
                if let Some(otherwise) = otherwise {
                    each(otherwise, see);
                }
            }
            Call { arguments, .. } => arguments.iter_mut().for_each(|scalar| scalar.places(see)),
        }
    }
}

fn truth(holds: Option<bool>) -> Datum {
    holds.map_or(Datum::Null, |holds| Datum::Integer(i64::from(holds)))
}

fn fraction(value: &Datum) -> Option<f64> {
    match value {
        Datum::Integer(number) => Some(*number as f64),
        Datum::Real(number) => Some(*number),
        _ => None,
    }
}

/// Characters from the one at `from`, counted from 1, or from the end where it is negative; as many as `len`, or so many
/// before it where that is negative.
fn substring(text: &str, from: i64, len: i64) -> String {
    let all = text.chars().count() as i128;
    let from = i128::from(from);
    let mut start = if from > 0 {
        from - 1
    } else if from < 0 {
        all + from
    } else {
        0
    };
    let mut len = i128::from(len);
    if from == 0 && len > 0 && len < i128::from(i64::MAX) {
        // The place before the first counts as one.
        len -= 1;
    }
    if len < 0 {
        (start, len) = (start + len, -len);
        if from == 0 {
            len = 0;
        }
    }
    let end = (start + len).max(0).min(all);
    let start = start.max(0).min(end);
    text.chars().skip(start as usize).take((end - start) as usize).collect()
}

/// Whether a text fits a pattern, in which `%` is any characters and `_` is one. Letters of ASCII may be large or small.
fn is_like(text: &str, pattern: &str) -> bool {
    let (text, pattern): (Vec<char>, Vec<char>) = (text.chars().collect(), pattern.chars().collect());
    let (mut at, mut place) = (0, 0);
    // Where to go on when what follows the last % does not fit: one character later.
    let mut again: Option<(usize, usize)> = None;
    while at < text.len() {
        match pattern.get(place) {
            Some('%') => {
                place += 1;
                again = Some((place, at));
            }
            Some(each) if *each == '_' || each.eq_ignore_ascii_case(&text[at]) => {
                place += 1;
                at += 1;
            }
            _ => match &mut again {
                Some((after, from)) => {
                    *from += 1;
                    (place, at) = (*after, *from);
                }
                None => return false,
            },
        }
    }
    pattern[place..].iter().all(|each| *each == '%')
}
