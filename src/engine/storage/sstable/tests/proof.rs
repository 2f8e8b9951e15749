//! Sorted tables keep what a store promises.

use super::*;
use crate::storage::proof::{self, Store, Tried, Unsynced};

impl Store for SsTables {
    const TRIED: Tried = &[
        ("memtable", &["16", "40", "200"]),
        ("block", &["16", "48"]),
        ("restart", &["1", "3"]),
        ("sync", &["always", "command"]),
        ("filter", &["on", "off"]),
    ];
    const UPKEEP: &'static [&'static str] = &["flush", "merge", "begin merge", "merge 1 2", "begin merge 2 4"];
    const MAKES_SAFE: &'static [&'static str] = &["sync", "flush"];
    const UNSYNCED: Unsynced = Unsynced::InPageCache;
    const ROTS: bool = true;

    fn check(&self) {
        let merges = self.memory.merge.is_some();
        assert!(merges || self.tables().iter().all(|table| table.is_open && table.is_complete));
        assert_eq!(self.logs().len(), 1);
    }
}

#[test]
fn it_is_a_map() {
    proof::like_a_map::<SsTables>(SsTables::TRIED);
}

#[test]
fn no_crash_takes_what_is_safe() {
    for sync in ["always", "command"] {
        let script = "put a 1; put b 1; sync; delete a; flush; put a 2; put c 3; begin merge; delete b; put c 4; flush; \
                      put 9 x; merge";
        proof::every_crash::<SsTables>(&[("memtable", "40"), ("block", "16"), ("sync", sync)], script);
    }
}

/// FAULTS S2.
#[test]
fn no_crash_and_no_damage_by_chance_takes_what_is_safe() {
    proof::held_by_chance::<SsTables>();
}
