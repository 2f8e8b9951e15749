//! Things by their keys, in the order of the keys. Whatever the things are, one kind of map finds them, from a key to a place in
//! a list: each kind of map is compiled anew, and pages fetch it.

use std::collections::BTreeMap;

use super::database::Tuple;
use super::datum::Datum;

#[derive(Clone, Debug)]
pub struct Keyed<T> {
    places: BTreeMap<Tuple, usize>,
    things: Vec<T>,
}

impl<T> Default for Keyed<T> {
    fn default() -> Keyed<T> {
        Keyed { places: BTreeMap::new(), things: Vec::new() }
    }
}

impl<T> Keyed<T> {
    pub fn len(&self) -> usize {
        self.things.len()
    }

    pub fn get(&self, key: &[Datum]) -> Option<&T> {
        self.places.get(key).map(|place| &self.things[*place])
    }

    /// What is at a key, made by `new` if there was nothing, and whether there was nothing.
    pub fn at(&mut self, key: Tuple, new: impl FnOnce() -> T) -> (&mut T, bool) {
        let place = *self.places.entry(key).or_insert(self.things.len());
        let is_new = place == self.things.len();
        if is_new {
            self.things.push(new());
        }
        (&mut self.things[place], is_new)
    }

    pub fn iter(&self) -> impl Iterator<Item = (&Tuple, &T)> {
        self.places.iter().map(|(key, place)| (key, &self.things[*place]))
    }
}

/// Keys that were there before.
pub type Before = Keyed<()>;

impl Before {
    /// Whether this one was not.
    pub fn insert(&mut self, key: Tuple) -> bool {
        self.at(key, || ()).1
    }
}
