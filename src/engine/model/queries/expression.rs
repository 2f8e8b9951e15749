//! Expressions of the loop and of the two functions of MapReduce.
//!
//! ```text
//! 30  'cod'  [day, boat]  total[day]  row.kilos  kilos  sum(values)
//! - not  * / %  + -  == != < <= > >=  and  or  ( )
//! ```
//!
//! What a name means depends on where it stands: [`Scope`] says.

use std::rc::Rc;

use super::text::{Is, Reader};
use super::value::{Operator, Value, Why, combine};
use crate::table::Mistake;

#[derive(Debug, PartialEq, Eq)]
pub enum Expression {
    Literal(Value),
    /// A name, and where it stands.
    Name(Rc<str>, usize),
    /// `row.kilos`: the name, the column, and where that stands.
    Column(Rc<str>, Rc<str>, usize),
    /// `total[day]`.
    Entry(Rc<str>, Box<Expression>),
    /// `sum(values)`.
    Call(Function, Box<Expression>),
    List(Vec<Expression>),
    Not(Box<Expression>),
    Negative(Box<Expression>),
    Binary(Operator, Box<Expression>, Box<Expression>),
}

/// A function of a list of numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Function {
    Sum,
    Count,
    Least,
    Greatest,
}

const FUNCTIONS: [(&str, Function); 4] =
    [("sum", Function::Sum), ("count", Function::Count), ("min", Function::Least), ("max", Function::Greatest)];

/// Each operator as it is written, with how tightly it binds.
const OPERATORS: &[(&str, Operator, u8)] = &[
    ("or", Operator::Or, 1),
    ("and", Operator::And, 2),
    ("==", Operator::Equal, 3),
    ("!=", Operator::Unequal, 3),
    ("<", Operator::Less, 3),
    ("<=", Operator::AtMost, 3),
    (">", Operator::Greater, 3),
    (">=", Operator::AtLeast, 3),
    ("+", Operator::Add, 4),
    ("-", Operator::Subtract, 4),
    ("*", Operator::Multiply, 5),
    ("/", Operator::Divide, 5),
    ("%", Operator::Remainder, 5),
];

/// What an expression can see.
pub trait Scope {
    fn name(&self, name: &str) -> Result<Value, Why>;
    fn column(&self, row: &str, column: &str) -> Result<Value, Why>;
    fn entry(&self, map: &str, key: &Value) -> Result<Value, Why>;
}

impl Expression {
    pub fn parse(reader: &mut Reader) -> Result<Expression, Mistake> {
        Expression::binary(reader, 1)
    }

    fn binary(reader: &mut Reader, least: u8) -> Result<Expression, Mistake> {
        let mut left = reader.nested(Expression::unary)?;
        while let Some((_, operator, binds)) =
            OPERATORS.iter().find(|(sign, _, binds)| *binds >= least && reader.is(sign))
        {
            reader.advance();
            let right = reader.nested(|reader| Expression::binary(reader, binds + 1))?;
            left = Expression::Binary(*operator, Box::new(left), Box::new(right));
        }
        reader.wants("an operator");
        Ok(left)
    }

    fn unary(reader: &mut Reader) -> Result<Expression, Mistake> {
        if reader.take("not") {
            let inner = reader.nested(|reader| Expression::binary(reader, 3))?;
            return Ok(Expression::Not(Box::new(inner)));
        }
        if reader.take("-") {
            return Ok(Expression::Negative(Box::new(reader.nested(Expression::unary)?)));
        }
        if reader.take("(") {
            let inner = reader.nested(Expression::parse)?;
            reader.require(")")?;
            return Ok(inner);
        }
        if reader.take("[") {
            let list = Expression::several(reader)?;
            reader.require("]")?;
            return Ok(Expression::List(list));
        }
        match reader.peek().map(|token| token.is.clone()) {
            Some(Is::Number(number)) => {
                reader.advance();
                Ok(Expression::Literal(Value::Number(number)))
            }
            Some(Is::Text(text)) => {
                reader.advance();
                Ok(Expression::Literal(Value::Text(text)))
            }
            Some(Is::Name(name)) if !WORDS.contains(&&*name) => {
                let at = reader.at();
                reader.advance();
                Expression::named(reader, name, at)
            }
            _ => Err(reader.want("a number, a 'text', a name")),
        }
    }

    /// What follows a name: a column, a key, the list of a function.
    fn named(reader: &mut Reader, name: Rc<str>, at: usize) -> Result<Expression, Mistake> {
        if reader.take(".") {
            let (column, at) = reader.name("a column")?;
            return Ok(Expression::Column(name, column, at));
        }
        if reader.take("[") {
            let key = Expression::key(reader)?;
            return Ok(Expression::Entry(name, Box::new(key)));
        }
        if reader.take("(") {
            let Some((_, function)) = FUNCTIONS.iter().find(|(each, _)| **each == *name) else {
                let accepted = FUNCTIONS.map(|(each, _)| each).join(", ");
                return Err(Mistake { at, problem: format!("there is no function `{name}`"), accepted });
            };
            let list = reader.nested(Expression::parse)?;
            reader.require(")")?;
            return Ok(Expression::Call(*function, Box::new(list)));
        }
        Ok(Expression::Name(name, at))
    }

    /// Of a map, behind its `[`: one expression, or several that are one key.
    pub fn key(reader: &mut Reader) -> Result<Expression, Mistake> {
        let mut several = Expression::several(reader)?;
        reader.require("]")?;
        Ok(if several.len() == 1 { several.remove(0) } else { Expression::List(several) })
    }

    /// Expressions with commas between them.
    pub fn several(reader: &mut Reader) -> Result<Vec<Expression>, Mistake> {
        let mut all = vec![reader.nested(Expression::parse)?];
        while reader.take(",") {
            all.push(reader.nested(Expression::parse)?);
        }
        Ok(all)
    }

    pub fn value(&self, scope: &dyn Scope) -> Result<Value, Why> {
        match self {
            Expression::Literal(value) => Ok(value.clone()),
            Expression::Name(name, _) => scope.name(name),
            Expression::Column(row, column, _) => scope.column(row, column),
            Expression::Entry(map, key) => scope.entry(map, &key.value(scope)?),
            Expression::Call(function, list) => function.of(&list.value(scope)?),
            Expression::List(all) => {
                let values = all.iter().map(|each| each.value(scope)).collect::<Result<Vec<_>, _>>()?;
                Ok(Value::List(values.into()))
            }
            Expression::Not(inner) => Ok(Value::truth(!inner.value(scope)?.is_true()?)),
            Expression::Negative(inner) => combine(Operator::Subtract, &Value::Number(0), &inner.value(scope)?),
            // The right side is looked at only if the left has not decided.
            Expression::Binary(Operator::And, left, right) => {
                Ok(Value::truth(left.value(scope)?.is_true()? && right.value(scope)?.is_true()?))
            }
            Expression::Binary(Operator::Or, left, right) => {
                Ok(Value::truth(left.value(scope)?.is_true()? || right.value(scope)?.is_true()?))
            }
            Expression::Binary(operator, left, right) => combine(*operator, &left.value(scope)?, &right.value(scope)?),
        }
    }

    /// Asks `check` of each expression within it, itself first.
    pub fn check(&self, check: &mut dyn FnMut(&Expression) -> Result<(), Mistake>) -> Result<(), Mistake> {
        check(self)?;
        match self {
            Expression::Literal(_) | Expression::Name(..) | Expression::Column(..) => Ok(()),
            Expression::Entry(_, inner)
            | Expression::Call(_, inner)
            | Expression::Not(inner)
            | Expression::Negative(inner) => inner.check(check),
            Expression::List(all) => all.iter().try_for_each(|each| each.check(check)),
            Expression::Binary(_, left, right) => {
                left.check(check)?;
                right.check(check)
            }
        }
    }
}

/// Words of the languages that no name may be.
const WORDS: [&str; 9] = ["and", "or", "not", "if", "else", "for", "in", "emit", "break"];

impl Function {
    fn of(self, list: &Value) -> Result<Value, Why> {
        let Value::List(values) = list else {
            return Err(format!("{} is {}, not a list", list.literal(), list.kind()));
        };
        let extreme = match self {
            Function::Count => return Ok(Value::Number(values.len() as i64)),
            Function::Sum => {
                let add = |sum: Value, each: &Value| combine(Operator::Add, &sum, each);
                return values.iter().try_fold(Value::Number(0), add);
            }
            Function::Least => values.iter().min(),
            Function::Greatest => values.iter().max(),
        };
        extreme.cloned().ok_or_else(|| "an empty list has neither a least nor a greatest".to_owned())
    }
}
