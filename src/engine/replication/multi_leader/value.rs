//! Plain values, which know nothing of their history: a change makes a new one of the old. And the function that makes one of two.

use std::collections::BTreeSet;
use std::fmt::{self, Display};

use stepwise_derive::Wire;

use super::op::Op;
use crate::key::Key;
use crate::versions::Dot;
use crate::wire::{Frame, Wire};
use crate::wording::shown;

#[derive(Clone, Debug, PartialEq, Eq, Wire)]
pub enum Value {
    Text(Key),
    Number(u64),
    /// In the order of their names.
    Items(Vec<Key>),
    /// Each with its value, in the order of their names.
    Fields(Vec<(Key, Key)>),
}

/// A value, and which write it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Written {
    pub dot: Dot,
    pub value: Value,
}

impl Value {
    /// What a change makes of it: somebody reads it, and writes another.
    pub fn after(was: Option<Value>, op: &Op) -> Value {
        match (was, op) {
            (_, Op::Write { value, .. }) => Value::Text(value.clone()),
            (Some(Value::Number(number)), _) => Value::Number(number + 1),
            (Some(Value::Items(mut items)), Op::Add { item, .. }) => {
                insert(&mut items, item.clone());
                Value::Items(items)
            }
            (Some(Value::Items(mut items)), Op::Remove { item, .. }) => {
                items.retain(|other| other != item);
                Value::Items(items)
            }
            (Some(Value::Fields(mut fields)), Op::Set { field, value, .. }) => {
                fields.retain(|(other, _)| other != field);
                insert(&mut fields, (field.clone(), value.clone()));
                Value::Fields(fields)
            }
            (_, Op::Add { item, .. }) => Value::Items(vec![item.clone()]),
            (_, Op::Set { field, value, .. }) => Value::Fields(vec![(field.clone(), value.clone())]),
            (_, Op::Remove { .. }) => Value::Items(Vec::new()),
            (_, Op::Increment { .. } | Op::Book { .. } | Op::Take { .. }) => Value::Number(1),
        }
    }

    /// The function: one of two that conflict. In which order, and how often, makes no difference, or replicas would drift apart.
    pub fn combine(&self, other: &Value) -> Value {
        match (self, other) {
            (Value::Text(one), Value::Text(other)) => Value::Text(both(one, other)),
            (Value::Number(one), Value::Number(other)) => Value::Number(*one.max(other)),
            (Value::Items(one), Value::Items(other)) => {
                let mut items = one.clone();
                other.iter().for_each(|item| insert(&mut items, item.clone()));
                Value::Items(items)
            }
            (Value::Fields(one), Value::Fields(other)) => {
                let mut fields = one.clone();
                for (field, value) in other {
                    match fields.iter_mut().find(|(own, _)| own == field) {
                        Some((_, own)) => *own = both(own, value),
                        None => insert(&mut fields, (field.clone(), value.clone())),
                    }
                }
                Value::Fields(fields)
            }
            _ => unreachable!("values of one record are of one type"),
        }
    }
}

/// `B`; of siblings, `B or C`.
pub fn words(values: &[Value]) -> String {
    values.iter().map(Value::to_string).collect::<Vec<_>>().join(" or ")
}

/// In its place, once.
fn insert<T: Ord>(sorted: &mut Vec<T>, one: T) {
    if let Err(place) = sorted.binary_search(&one) {
        sorted.insert(place, one);
    }
}

/// `B/C` of B and C: the parts of both, in the order of their letters.
fn both(one: &Key, other: &Key) -> Key {
    let parts: BTreeSet<&str> = one.as_str().split('/').chain(other.as_str().split('/')).collect();
    Key::new(&parts.into_iter().collect::<Vec<_>>().join("/"))
}

/// Sets and maps have braces, so that two of them beside each other are told apart: `{eggs, milk}`, `{color red, size m}`.
impl Display for Value {
    fn fmt(&self, out: &mut fmt::Formatter) -> fmt::Result {
        match self {
            Value::Text(text) => shown(text.as_str()).fmt(out),
            Value::Number(number) => number.fmt(out),
            Value::Items(items) if items.is_empty() => out.write_str("{}"),
            Value::Items(items) => {
                let items: Vec<_> = items.iter().map(|item| shown(item.as_str()).to_string()).collect();
                write!(out, "{{{}}}", items.join(", "))
            }
            Value::Fields(fields) => {
                let field =
                    |(field, value): &(Key, Key)| format!("{} {}", shown(field.as_str()), shown(value.as_str()));
                write!(out, "{{{}}}", fields.iter().map(field).collect::<Vec<_>>().join(", "))
            }
        }
    }
}

impl Wire for Written {
    fn write(&self, label: &str, frame: &mut Frame) {
        self.dot.write("", frame);
        self.value.write(label, frame);
    }

    fn read(bytes: &mut &[u8]) -> Option<Written> {
        Some(Written { dot: Dot::read(bytes)?, value: Value::read(bytes)? })
    }
}
