//! A set that converges: each addition has a name, and a removal is a tombstone for the additions that it has seen. One that it has
//! not seen stays: the item is in the set as long as any addition is left.

use super::merge::Merge;
use super::op::{Op, Taken};
use super::value::Value;
use crate::key::Key;
use crate::versions::Dot;
use crate::wire::{Frame, Wire};

/// Both only grow, in the order of their names.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ItemSet {
    added: Vec<(Key, Dot)>,
    /// The addition that is gone, and the write that removed it.
    tombstones: Vec<(Dot, Dot)>,
}

/// An item of which a removal has come: the additions that it has seen, those that it has not, and those that came with it.
#[derive(Clone, Debug)]
pub struct Removal {
    pub item: Key,
    pub gone: Vec<Dot>,
    pub stays: Vec<Dot>,
    pub anew: Vec<Dot>,
}

impl ItemSet {
    fn is_gone(&self, dot: Dot) -> bool {
        self.tombstones.iter().any(|(gone, _)| *gone == dot)
    }

    pub fn tombstones(&self) -> usize {
        self.tombstones.len()
    }

    /// What has been removed since it was as `before`, item by item.
    pub fn removals(&self, before: &ItemSet) -> Vec<Removal> {
        let was_in = |dot: Dot| before.added.iter().any(|(_, own)| *own == dot) && !before.is_gone(dot);
        let mut removals: Vec<Removal> = Vec::new();
        for (item, dot) in self.added.iter().filter(|(_, dot)| was_in(*dot) && self.is_gone(*dot)) {
            match removals.last_mut().filter(|last| last.item == *item) {
                Some(last) => last.gone.push(*dot),
                None => {
                    let left = self.added.iter().filter(|(other, dot)| other == item && !self.is_gone(*dot));
                    let (stays, anew) = left.map(|(_, dot)| *dot).partition(|dot| was_in(*dot));
                    removals.push(Removal { item: item.clone(), gone: vec![*dot], stays, anew });
                }
            }
        }
        removals
    }

    fn insert<T: Ord>(all: &mut Vec<T>, one: T) {
        if let Err(place) = all.binary_search(&one) {
            all.insert(place, one);
        }
    }
}

impl Merge for ItemSet {
    fn merge(&mut self, other: &ItemSet) {
        other.added.iter().for_each(|one| ItemSet::insert(&mut self.added, one.clone()));
        other.tombstones.iter().for_each(|one| ItemSet::insert(&mut self.tombstones, *one));
    }

    fn apply(&mut self, op: &Op, taken: Taken) -> bool {
        match op {
            Op::Add { item, .. } => ItemSet::insert(&mut self.added, (item.clone(), taken.dot)),
            Op::Remove { item, .. } => {
                let seen = self.added.iter().filter(|(other, dot)| other == item && !self.is_gone(*dot));
                let seen: Vec<Dot> = seen.map(|(_, dot)| *dot).collect();
                seen.into_iter().for_each(|gone| ItemSet::insert(&mut self.tombstones, (gone, taken.dot)));
            }
            _ => unreachable!("a set knows no other changes"),
        }
        true
    }

    fn dots(&self) -> Vec<Dot> {
        self.added.iter().map(|(_, dot)| *dot).chain(self.tombstones.iter().map(|(_, by)| *by)).collect()
    }

    fn under(&self, op: &Op) -> Vec<Dot> {
        let (Op::Add { item, .. } | Op::Remove { item, .. }) = op else { return Vec::new() };
        self.added.iter().filter(|(other, dot)| other == item && !self.is_gone(*dot)).map(|(_, dot)| *dot).collect()
    }

    fn values(&self) -> Vec<Value> {
        let mut items: Vec<Key> =
            self.added.iter().filter(|(_, dot)| !self.is_gone(*dot)).map(|(item, _)| item.clone()).collect();
        items.dedup();
        vec![Value::Items(items)]
    }
}

impl Wire for ItemSet {
    fn write(&self, _: &str, frame: &mut Frame) {
        self.added.write("items added", frame);
        self.tombstones.write("tombstones", frame);
    }

    fn read(bytes: &mut &[u8]) -> Option<ItemSet> {
        Some(ItemSet { added: Vec::read(bytes)?, tombstones: Vec::read(bytes)? })
    }
}
