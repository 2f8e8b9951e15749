//! The keydir: the hash table in memory that knows, for every key there is, where its newest record stands.
//!
//! A plain hash table with chaining, and our own for two reasons. The standard library's `HashMap` seeds its hash with
//! chance, and even with a fixed hash its order differs between machines; this one is the same everywhere. And its
//! buckets are shared between photographs of the engine, so that a clone costs next to nothing.
//!
//! The keys stand in the order of their hashes, which is no order that a reader could use. That is why a hash index
//! finds one key at once and a range of keys only by asking them all.

use std::rc::Rc;

use super::segment::Position;
use crate::key::Key;

/// A bucket holds this many keys on average before the table doubles: few enough to look through at once.
const KEYS_PER_BUCKET: usize = 4;
const FIRST_BUCKETS: usize = 8;
/// What an entry takes in memory besides the key: segment 8 bytes, offset 8, length 8, timestamp 4.
const ENTRY_BYTES: u64 = 28;

type Bucket = Rc<Vec<(Key, Position)>>;

#[derive(Clone, Debug)]
pub struct Keydir {
    /// As many as a power of two.
    buckets: Rc<Vec<Bucket>>,
    pub len: usize,
    key_bytes: u64,
    /// The bytes on disk that the keydir points to: those of the live records.
    pub record_bytes: u64,
}

impl Default for Keydir {
    fn default() -> Keydir {
        Keydir { buckets: Rc::new(vec![Bucket::default(); FIRST_BUCKETS]), len: 0, key_bytes: 0, record_bytes: 0 }
    }
}

impl Keydir {
    pub fn get(&self, key: &Key) -> Option<Position> {
        let bucket = &self.buckets[self.place(key)];
        bucket.iter().find(|(each, _)| each == key).map(|(_, position)| *position)
    }

    /// Points `key` to `position`; returns where it pointed before.
    pub fn insert(&mut self, key: &Key, position: Position) -> Option<Position> {
        let before = self.remove(key);
        if self.len == self.buckets.len() * KEYS_PER_BUCKET {
            self.double();
        }
        let place = self.place(key);
        Rc::make_mut(&mut Rc::make_mut(&mut self.buckets)[place]).push((key.clone(), position));
        self.len += 1;
        self.key_bytes += key.as_str().len() as u64;
        self.record_bytes += position.len;
        before
    }

    /// Forgets `key`; returns where it pointed.
    pub fn remove(&mut self, key: &Key) -> Option<Position> {
        let place = self.place(key);
        let at = self.buckets[place].iter().position(|(each, _)| each == key)?;
        let (_, position) = Rc::make_mut(&mut Rc::make_mut(&mut self.buckets)[place]).swap_remove(at);
        self.len -= 1;
        self.key_bytes -= key.as_str().len() as u64;
        self.record_bytes -= position.len;
        Some(position)
    }

    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// All keys and where they point, in the order of the table.
    pub fn iter(&self) -> impl Iterator<Item = (&Key, Position)> {
        self.buckets.iter().flat_map(|bucket| bucket.iter()).map(|(key, position)| (key, *position))
    }

    /// The memory that the entries take, in bytes. It grows with the number of keys, never with their values.
    pub fn memory(&self) -> u64 {
        self.key_bytes + self.len as u64 * ENTRY_BYTES
    }

    fn place(&self, key: &Key) -> usize {
        hash(key) as usize & (self.buckets.len() - 1)
    }

    fn double(&mut self) {
        let mut wider = Keydir { buckets: Rc::new(vec![Bucket::default(); self.buckets.len() * 2]), ..self.clone() };
        for (key, position) in self.iter() {
            let place = wider.place(key);
            Rc::make_mut(&mut Rc::make_mut(&mut wider.buckets)[place]).push((key.clone(), position));
        }
        *self = wider;
    }
}

/// FNV-1a, its upper half folded into the lower, from which the place is taken.
fn hash(key: &Key) -> u64 {
    let bytes = key.as_str().bytes();
    let hash = bytes
        .fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3));
    hash ^ (hash >> 32)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::storage::hash_index::record::Timestamp;
    use crate::storage::hash_index::segment::SegmentId;
    use proptest::prelude::*;
    use std::collections::BTreeMap;

    fn position(offset: u64) -> Position {
        Position { segment: SegmentId::FIRST, offset, len: 16, timestamp: Timestamp(1) }
    }

    proptest! {
        #[test]
        fn it_is_a_map(actions in prop::collection::vec((0u32..60, any::<bool>()), 0..300)) {
            let (mut keydir, mut model) = (Keydir::default(), BTreeMap::new());
            for (offset, (key, insert)) in actions.into_iter().enumerate() {
                let key = Key::new(&key.to_string());
                if insert {
                    let position = position(offset as u64);
                    prop_assert_eq!(keydir.insert(&key, position), model.insert(key, position));
                } else {
                    prop_assert_eq!(keydir.remove(&key), model.remove(&key));
                }
            }
            prop_assert_eq!(keydir.len, model.len());
            prop_assert_eq!(keydir.record_bytes, model.len() as u64 * 16);
            let key_bytes: u64 = model.keys().map(|key| key.as_str().len() as u64).sum();
            prop_assert_eq!(keydir.memory(), key_bytes + model.len() as u64 * ENTRY_BYTES);
            let entries: BTreeMap<Key, Position> = keydir.iter().map(|(key, at)| (key.clone(), at)).collect();
            for (key, position) in &model {
                prop_assert_eq!(keydir.get(key), Some(*position));
            }
            prop_assert_eq!(entries, model);
        }
    }
}
