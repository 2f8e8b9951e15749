//! The LSM-tree keeps what a store promises.

use super::*;
use crate::storage::proof::{self, Store, Tried, Unsynced};

impl Store for Lsm {
    const TRIED: Tried = &[
        ("memtable", &["24"]),
        ("block", &["24"]),
        ("level1", &["90"]),
        ("fanout", &["2"]),
        ("level0", &["1", "2"]),
        ("bloom", &["3", "10"]),
        ("compaction", &["leveled", "tiered"]),
        ("pace", &["0", "300", "3000"]),
        ("sync", &["always", "command"]),
    ];
    const UPKEEP: &'static [&'static str] =
        &["flush", "compact", "compact 0", "settle", "run 2ms", "snapshot", "release 1"];
    const MAKES_SAFE: &'static [&'static str] = &["sync", "flush"];
    const UNSYNCED: Unsynced = Unsynced::InPageCache;
    const ROTS: bool = false;

    fn check(&self) {
        check(self, "a command");
    }
}

#[test]
fn it_is_a_map() {
    proof::like_a_map::<Lsm>(Lsm::TRIED);
}

#[test]
fn no_crash_takes_what_is_safe() {
    let small =
        [("memtable", "24"), ("block", "24"), ("level1", "90"), ("fanout", "2"), ("level0", "1"), ("pace", "300")];
    for (policy, sync) in [("leveled", "always"), ("tiered", "always"), ("leveled", "command")] {
        let script =
            "put a 1; put b 1; delete a; sync; put c 3; put a 2; put 9 x; compact; delete b; put a 3; flush; settle";
        proof::every_crash::<Lsm>(&[&small[..], &[("compaction", policy), ("sync", sync)]].concat(), script);
    }
}

#[test]
fn no_crash_by_chance_takes_what_is_safe() {
    proof::held_by_chance::<Lsm>();
}
