//! A map that converges: each field is a register of its own, and in each the last write wins.

use super::latest::Latest;
use super::merge::Merge;
use super::op::{Op, Taken};
use super::value::Value;
use crate::key::Key;
use crate::versions::Dot;
use crate::wire::{Frame, Wire};

/// In the order of their names.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Fields {
    all: Vec<(Key, Latest)>,
}

impl Fields {
    pub fn iter(&self) -> impl Iterator<Item = &(Key, Latest)> {
        self.all.iter()
    }

    pub fn get(&self, name: &Key) -> Option<&Latest> {
        self.all.iter().find(|(own, _)| own == name).map(|(_, register)| register)
    }

    fn field(&mut self, name: &Key) -> &mut Latest {
        let place = self.all.binary_search_by(|(own, _)| own.cmp(name)).unwrap_or_else(|place| {
            self.all.insert(place, (name.clone(), Latest::default()));
            place
        });
        &mut self.all[place].1
    }
}

impl Merge for Fields {
    fn merge(&mut self, other: &Fields) {
        other.all.iter().for_each(|(name, register)| Merge::merge(self.field(name), register));
    }

    fn apply(&mut self, op: &Op, taken: Taken) -> bool {
        let Op::Set { key, field, value } = op else { unreachable!("a map knows no other changes") };
        self.field(field).apply(&Op::Write { key: key.clone(), value: value.clone() }, taken)
    }

    fn dots(&self) -> Vec<Dot> {
        self.all.iter().flat_map(|(_, register)| register.dots()).collect()
    }

    fn under(&self, op: &Op) -> Vec<Dot> {
        let Op::Set { field, .. } = op else { return Vec::new() };
        self.all.iter().filter(|(name, _)| name == field).flat_map(|(_, register)| register.dots()).collect()
    }

    fn values(&self) -> Vec<Value> {
        let text = |register: &Latest| match register.values().pop() {
            Some(Value::Text(text)) => Some(text),
            _ => None,
        };
        vec![Value::Fields(self.all.iter().filter_map(|(name, it)| Some((name.clone(), text(it)?))).collect())]
    }
}

impl Wire for Fields {
    fn write(&self, _: &str, frame: &mut Frame) {
        self.all.write("fields", frame);
    }

    fn read(bytes: &mut &[u8]) -> Option<Fields> {
        Vec::read(bytes).map(|all| Fields { all })
    }
}
