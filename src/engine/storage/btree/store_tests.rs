//! The tree is held to the model of a store, where it is protected at all.

use super::*;
use crate::storage::model::{self, Store, Unsynced};

impl Store for BTree {
    const PARAMETERS_TRIED: &'static [(&'static str, &'static [&'static str])] = &[
        ("order", &["3", "4", "5"]),
        ("survival", &["log", "copy"]),
        ("sync", &["always", "command"]),
        ("cache", &["1", "4", "64"]),
    ];
    const UPKEEP: &'static [&'static str] = &["checkpoint", "check", "evict"];
    const MAKES_SAFE: &'static [&'static str] = &["sync", "checkpoint"];
    const UNSYNCED: Unsynced = Unsynced::InMemory;
    const ROTS: bool = false;

    fn disk(&mut self) -> &mut Disk {
        &mut self.disk
    }

    fn check_after_start_up(&self) {
        assert_eq!(self.clone().check(), []);
    }
}

#[test]
fn no_crash_takes_what_the_model_keeps() {
    model::hold_to_the_model::<BTree>();
}
