//! The hash index keeps what a store promises.

use super::*;
use crate::storage::proof::{self, Store, Tried, Unsynced};

impl Store for HashIndex {
    const TRIED: Tried =
        &[("segment", &["32", "48", "64", "200"]), ("sync", &["always", "command"]), ("hints", &["on", "off"])];
    const UPKEEP: &'static [&'static str] = &["merge", "begin merge", "merge 1 2", "begin merge 2 3"];
    const MAKES_SAFE: &'static [&'static str] = &["sync"];
    const UNSYNCED: Unsynced = Unsynced::InPageCache;
    const ROTS: bool = true;

    fn check(&self) {
        let merges = self.memory.merge.is_some();
        for file in self.files() {
            let is_whole = file.is.is_hint || self.content(&file).bad.is_none();
            assert!((merges || !file.is.is_unfinished) && is_whole, "{}", file.name);
        }
    }
}

#[test]
fn it_is_a_map() {
    proof::like_a_map::<HashIndex>(HashIndex::TRIED);
}

#[test]
fn no_crash_takes_what_is_safe() {
    for sync in ["always", "command"] {
        let script = "put a 1; put b 1; delete a; sync; put a 2; put c 3; merge; put b 2; begin merge; delete c; put a 3; \
                      sync; put 9 x; merge 2 9";
        proof::every_crash::<HashIndex>(&[("segment", "32"), ("sync", sync)], script);
    }
}

/// FAULTS S1.
#[test]
fn no_crash_and_no_damage_by_chance_takes_what_is_safe() {
    proof::held_by_chance::<HashIndex>();
}
