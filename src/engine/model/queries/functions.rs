//! The two functions of MapReduce: what a reader writes of it, all else is the framework's.
//!
//! ```text
//! map       if fish == 'cod' emit day, kilos      of one row: pairs of a key and a value, none or several
//! reduce    sum(values)                           of one key, and all values that came with it: one value
//! ```
//!
//! Neither sees anything but what it is given, and that is why it does not matter on which worker it runs, in which order,
//! or how often.

use std::rc::Rc;

use super::data::{Data, RowId};
use super::expression::{Expression, Scope};
use super::text::Reader;
use super::value::{Value, Why};
use crate::table::Mistake;

#[derive(Debug, PartialEq, Eq)]
pub struct Map {
    pub text: Rc<str>,
    emits: Vec<Emit>,
}

#[derive(Debug, PartialEq, Eq)]
struct Emit {
    condition: Option<Expression>,
    key: Expression,
    value: Expression,
}

#[derive(Debug, PartialEq, Eq)]
pub struct Reduce {
    pub text: Rc<str>,
    value: Expression,
}

impl Map {
    pub fn parse(text: &str) -> Result<Map, Mistake> {
        let mut reader = Reader::new(text)?;
        let mut emits = Vec::new();
        while emits.is_empty() || !reader.is_at_end() {
            let condition = if reader.take("if") {
                let condition = Expression::parse(&mut reader)?;
                reader.take(":");
                Some(condition)
            } else {
                None
            };
            reader.require("emit")?;
            let key = Expression::parse(&mut reader)?;
            reader.require(",")?;
            let value = Expression::parse(&mut reader)?;
            reader.take(";");
            emits.push(Emit { condition, key, value });
        }
        Ok(Map { text: reader.since(0), emits })
    }

    /// That its names are columns of this table.
    pub fn check(&self, data: &Data) -> Result<(), Mistake> {
        let mut check = |expression: &Expression| match expression {
            Expression::Name(name, at) | Expression::Column(_, name, at) if data.column(name).is_none() => {
                Err(Mistake { at: *at, problem: format!("there is no column `{name}`"), accepted: data.columns_told() })
            }
            _ => Ok(()),
        };
        self.emits.iter().try_for_each(|emit| {
            emit.condition.iter().chain([&emit.key, &emit.value]).try_for_each(|each| each.check(&mut check))
        })
    }

    /// The pairs of a row.
    pub fn of(&self, row: RowId, data: &Data) -> Result<Vec<(Value, Value)>, Why> {
        let scope = Columns { row, data };
        let mut pairs = Vec::new();
        for emit in &self.emits {
            let holds = emit.condition.as_ref().map_or(Ok(true), |condition| condition.value(&scope)?.is_true())?;
            if holds {
                pairs.push((emit.key.value(&scope)?, emit.value.value(&scope)?));
            }
        }
        Ok(pairs)
    }
}

impl Reduce {
    pub fn parse(text: &str) -> Result<Reduce, Mistake> {
        let mut reader = Reader::new(text)?;
        let value = Expression::parse(&mut reader)?;
        reader.end()?;
        value.check(&mut |expression| match expression {
            Expression::Name(name, at) | Expression::Column(name, _, at) if !["key", "values"].contains(&&**name) => {
                let at = *at;
                Err(Mistake { at, problem: format!("reduce knows no `{name}`"), accepted: "key, values".to_owned() })
            }
            _ => Ok(()),
        })?;
        Ok(Reduce { text: reader.since(0), value })
    }

    /// The one value of a key.
    pub fn of(&self, key: &Value, values: Vec<Value>) -> Result<Value, Why> {
        self.value.value(&Collected { key, values: Value::List(values.into()) })
    }
}

/// A row by its columns.
struct Columns<'a> {
    row: RowId,
    data: &'a Data,
}

impl Scope for Columns<'_> {
    fn name(&self, name: &str) -> Result<Value, Why> {
        self.data.value(self.row, name).cloned().ok_or_else(|| format!("there is no column {name}"))
    }

    /// `row.day` is the same as `day`.
    fn column(&self, _: &str, column: &str) -> Result<Value, Why> {
        self.name(column)
    }

    fn entry(&self, map: &str, _: &Value) -> Result<Value, Why> {
        Err(format!("{map} is no map: a map function remembers nothing from one row to the next"))
    }
}

/// A key with its values.
struct Collected<'a> {
    key: &'a Value,
    values: Value,
}

impl Scope for Collected<'_> {
    fn name(&self, name: &str) -> Result<Value, Why> {
        Ok(if name == "key" { self.key.clone() } else { self.values.clone() })
    }

    fn column(&self, name: &str, _: &str) -> Result<Value, Why> {
        Err(format!("{name} has no columns"))
    }

    fn entry(&self, name: &str, _: &Value) -> Result<Value, Why> {
        Err(format!("{name} is no map"))
    }
}
