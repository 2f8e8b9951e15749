//! The tree keeps what a store promises, where it is protected at all.

use super::*;
use crate::storage::proof::{self, Store, Tried, Unsynced};

impl Store for BTree {
    const TRIED: Tried = &[
        ("order", &["3", "4", "5", "9"]),
        ("survival", &["log", "copy"]),
        ("sync", &["always", "command"]),
        ("cache", &["1", "4", "64"]),
    ];
    const UPKEEP: &'static [&'static str] = &["checkpoint", "check", "evict"];
    const MAKES_SAFE: &'static [&'static str] = &["sync", "checkpoint"];
    const UNSYNCED: Unsynced = Unsynced::InMemory;
    const ROTS: bool = false;

    fn check(&self) {
        assert_whole(self);
    }
}

#[test]
fn it_is_a_map() {
    proof::like_a_map::<BTree>(BTree::TRIED);
    let tried: Tried = &[("survival", &["none"]), ("order", &["3", "4", "5", "9"]), ("sync", &["always", "command"])];
    proof::like_a_map::<BTree>(tried);
}

#[test]
fn no_crash_takes_what_is_safe() {
    for (survival, sync) in [("log", "always"), ("copy", "always"), ("log", "command"), ("copy", "command")] {
        let script = "put a 1; put b 1; put c 1; delete a; put 9 x; put 10 y; sync; put a 2; delete c; delete b; checkpoint; \
                      delete 9; put b 2";
        let script = if survival == "copy" { script.replace("checkpoint", "sync") } else { script.to_owned() };
        proof::every_crash::<BTree>(&[("order", "3"), ("survival", survival), ("sync", sync), ("cache", "1")], &script);
    }
}

#[test]
fn no_crash_by_chance_takes_what_is_safe() {
    proof::held_by_chance::<BTree>();
}
