//! A Merkle tree over the records of a replica: two replicas that compare trees find the ranges in which they differ
//! without sending each other what they agree on (Merkle, *A Digital Signature Based on a Conventional Encryption
//! Function*, 1987; for replicas: Dynamo, section 4.7).
//!
//! The hash of a key says which of [`LEAVES`] ranges it falls into. The digest of a leaf covers all records of its
//! range, that of an inner node covers its two children, and so the root covers all: where two roots agree, all agrees.
//!
//! Simpler than the real one because:
//! - the tree is built when it is needed, rather than kept up to date with every write;
//! - eight ranges are enough for a figure; a store has a thousand for each stretch of its ring;
//! - the digest has 64 bits and isn't a cryptographic one: replicas make mistakes, but they don't forge.

use std::fmt::{self, Display};

use litemap::LiteMap;

use super::kept::Kept;
use crate::key::Key;
use crate::wire::{Frame, Wire};

/// How many ranges the hashes of keys are divided into; a power of two.
pub const LEAVES: usize = 8;

/// A place in the tree, the same in all trees: 1 is the root, `2 i` and `2 i + 1` are the children of `i`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct TreePlace(u8);

impl TreePlace {
    pub const ROOT: TreePlace = TreePlace(1);

    pub fn children(self) -> Option<[TreePlace; 2]> {
        (!self.is_leaf()).then_some([TreePlace(self.0 * 2), TreePlace(self.0 * 2 + 1)])
    }

    pub fn is_leaf(self) -> bool {
        usize::from(self.0) >= LEAVES
    }

    /// The leaf whose range the key falls into.
    pub fn of(key: &Key) -> TreePlace {
        let range = Digest::EMPTY.with(key.as_str().as_bytes()).mixed().0 as usize % LEAVES;
        TreePlace((LEAVES + range) as u8)
    }

    pub fn number(self) -> u8 {
        self.0
    }

    /// All places, from the root down, each level from left to right.
    pub fn all() -> Vec<TreePlace> {
        (1..2 * LEAVES as u8).map(TreePlace).collect()
    }
}

/// `1` for the root, else the numbers as the tree counts them.
impl Display for TreePlace {
    fn fmt(&self, out: &mut fmt::Formatter) -> fmt::Result {
        write!(out, "{}", self.0)
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Digest(u64);

impl Digest {
    /// Of nothing: the offset of FNV-1a.
    const EMPTY: Digest = Digest(0xcbf2_9ce4_8422_2325);

    /// FNV-1a over more bytes.
    fn with(self, bytes: &[u8]) -> Digest {
        Digest(bytes.iter().fold(self.0, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3)))
    }

    /// Lets each bit depend on all others, as the last step of MurmurHash3 does.
    fn mixed(self) -> Digest {
        let mut hash = self.0;
        hash = (hash ^ (hash >> 33)).wrapping_mul(0xff51_afd7_ed55_8ccd);
        hash = (hash ^ (hash >> 33)).wrapping_mul(0xc4ce_b9fe_1a85_ec53);
        Digest(hash ^ (hash >> 33))
    }

    fn to_bytes(self) -> [u8; 8] {
        self.0.to_be_bytes()
    }
}

impl Wire for TreePlace {
    fn write(&self, _: &str, frame: &mut Frame) {
        self.0.write("place in the tree", frame);
    }

    fn read(bytes: &mut &[u8]) -> Option<TreePlace> {
        u8::read(bytes).filter(|number| (1..2 * LEAVES).contains(&usize::from(*number))).map(TreePlace)
    }
}

impl Wire for Digest {
    fn write(&self, _: &str, frame: &mut Frame) {
        frame.field("digest", &self.0.to_le_bytes(), format!("{self}…"));
    }

    fn read(bytes: &mut &[u8]) -> Option<Digest> {
        u64::read(bytes).map(Digest)
    }
}

/// Its first four hexadecimal digits, which is enough to see that two differ.
impl Display for Digest {
    fn fmt(&self, out: &mut fmt::Formatter) -> fmt::Result {
        write!(out, "{:04x}", self.0 >> 48)
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tree([Digest; 2 * LEAVES]);

impl Tree {
    pub fn of(records: &LiteMap<Key, Kept>) -> Tree {
        let mut digests = [Digest::EMPTY; 2 * LEAVES];
        for (key, record) in records.iter().flat_map(|(key, kept)| kept.iter().map(move |record| (key, record))) {
            let leaf = &mut digests[usize::from(TreePlace::of(key).0)];
            *leaf = leaf.with(&super::record::encode(key, record));
        }
        for leaf in &mut digests[LEAVES..] {
            *leaf = leaf.mixed();
        }
        for inner in (1..LEAVES).rev() {
            let [left, right] = [digests[2 * inner], digests[2 * inner + 1]];
            digests[inner] = Digest::EMPTY.with(&left.to_bytes()).with(&right.to_bytes()).mixed();
        }
        Tree(digests)
    }

    pub fn digest(&self, place: TreePlace) -> Digest {
        self.0[usize::from(place.0)]
    }

    /// The place with its digest, as it is sent to another replica.
    pub fn entry(&self, place: TreePlace) -> (TreePlace, Digest) {
        (place, self.digest(place))
    }
}

#[cfg(test)]
mod tests {
    use super::super::record::{Record, Version};
    use super::*;
    use crate::replication::{CallId, ClientId};
    use crate::sim::Time;
    use proptest::prelude::*;

    fn records(entries: &std::collections::BTreeMap<u8, u8>) -> LiteMap<Key, Kept> {
        let call = CallId { client: ClientId::new(1), number: 1 };
        let version = |at: u8| Version { at: Time::from_millis(at.into()), call };
        let record = |at: &u8| Record::new(Some("v".into()), version(*at), None);
        entries.iter().map(|(key, at)| (Key::new(&key.to_string()), record(at).into())).collect()
    }

    #[test]
    fn keys_spread_over_all_ranges() {
        let mut leaves: Vec<_> = (0..100).map(|key: u8| TreePlace::of(&Key::new(&key.to_string())).0).collect();
        leaves.sort_unstable();
        leaves.dedup();
        assert_eq!(leaves.len(), LEAVES);
    }

    proptest! {
        /// Walking down where digests differ finds exactly the ranges in which something differs.
        #[test]
        fn the_walk_finds_the_ranges_that_differ(
            mine in prop::collection::btree_map(0u8..30, 0u8..3, 0..20),
            changes in prop::collection::btree_map(0u8..30, 0u8..3, 0..6),
        ) {
            let mut theirs = mine.clone();
            theirs.extend(changes);
            let (mine, theirs) = (records(&mine), records(&theirs));
            let (a, b) = (Tree::of(&mine), Tree::of(&theirs));
            let mut found = Vec::new();
            let mut walk = vec![TreePlace::ROOT];
            while let Some(place) = walk.pop() {
                if a.digest(place) == b.digest(place) {
                    continue;
                }
                match place.children() {
                    Some(children) => walk.extend(children),
                    None => found.push(place),
                }
            }
            found.sort();
            let mut differing: Vec<_> =
                theirs.iter().filter(|(key, record)| mine.get(key) != Some(record)).map(|(key, _)| TreePlace::of(key)).collect();
            differing.sort();
            differing.dedup();
            prop_assert_eq!(found, differing);
            prop_assert_eq!(a == b, mine == theirs);
        }
    }
}
