//! A cart, and how a device merges several: that is a matter of the application, and no store can know it.

use std::fmt::{self, Display};

use super::settings::Remove;
use crate::cluster::CallId;
use crate::key::Key;
use crate::wire::{Frame, Wire};
use crate::wording::shown;

/// Items in the order of their names, each with whether it is in the cart: one that is not is a tombstone.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Items {
    all: Vec<(Key, bool)>,
}

impl Items {
    pub fn has(&self, item: &Key) -> bool {
        self.all.iter().any(|(other, is_in)| other == item && *is_in)
    }

    /// All that were ever mentioned.
    pub fn iter(&self) -> impl Iterator<Item = &(Key, bool)> {
        self.all.iter()
    }

    pub fn add(&mut self, item: &Key) {
        self.set(item, true);
    }

    pub fn remove(&mut self, item: &Key, how: Remove) {
        match how {
            Remove::Delete => self.all.retain(|(other, _)| other != item),
            Remove::Tombstone => self.set(item, false),
        }
    }

    fn set(&mut self, item: &Key, is_in: bool) {
        match self.all.binary_search_by(|(other, _)| other.cmp(item)) {
            Ok(place) => self.all[place].1 = is_in,
            Err(place) => self.all.insert(place, (item.clone(), is_in)),
        }
    }

    /// All that is in either, but for what has a tombstone in one of them.
    pub fn merge(&mut self, other: &Items) {
        for (item, is_in) in &other.all {
            let has_tombstone = self.all.iter().any(|(own, is_in)| own == item && !is_in);
            self.set(item, *is_in && !has_tombstone);
        }
    }
}

/// `eggs, milk`; what has a tombstone stands last.
impl Display for Items {
    fn fmt(&self, out: &mut fmt::Formatter) -> fmt::Result {
        let within = self.all.iter().filter(|(_, is_in)| *is_in).map(|(item, _)| shown(item.as_str()).to_string());
        let within: Vec<_> = within.collect();
        out.write_str(&if within.is_empty() { "no items".to_owned() } else { within.join(", ") })?;
        let gone: Vec<_> =
            self.all.iter().filter(|(_, is_in)| !is_in).map(|(item, _)| shown(item.as_str()).to_string()).collect();
        if gone.is_empty() { Ok(()) } else { write!(out, " (without {})", gone.join(", ")) }
    }
}

/// What a device sends, and a replica keeps. By the call that wrote it a replica knows a message that comes twice; which of two
/// carts replaces the other, no one decides by it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cart {
    pub call: CallId,
    pub items: Items,
}

impl Wire for Items {
    fn write(&self, label: &str, frame: &mut Frame) {
        self.all.len().write(&format!("{label} in the cart"), frame);
        for (item, is_in) in &self.all {
            item.write("item", frame);
            is_in.write("still in the cart", frame);
        }
    }

    fn read(bytes: &mut &[u8]) -> Option<Items> {
        Vec::read(bytes).map(|all| Items { all })
    }
}

impl Wire for Cart {
    fn write(&self, _: &str, frame: &mut Frame) {
        self.call.write("written by", frame);
        self.items.write("items", frame);
    }

    fn read(bytes: &mut &[u8]) -> Option<Cart> {
        Some(Cart { call: CallId::read(bytes)?, items: Items::read(bytes)? })
    }
}
