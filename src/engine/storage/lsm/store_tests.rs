//! The tree is held to the model of a store.

use super::*;
use crate::storage::model::{self, Store, Unsynced};

impl Store for Lsm {
    const PARAMETERS_TRIED: &'static [(&'static str, &'static [&'static str])] = &[
        ("memtable", &["24"]),
        ("block", &["24"]),
        ("level1", &["90"]),
        ("fanout", &["2"]),
        ("level0", &["1", "2"]),
        ("compaction", &["leveled", "tiered"]),
        ("pace", &["0", "300", "3000"]),
        ("sync", &["always", "command"]),
    ];
    const UPKEEP: &'static [&'static str] =
        &["flush", "compact", "compact 0", "settle", "run 2ms", "snapshot", "release 1"];
    const MAKES_SAFE: &'static [&'static str] = &["sync", "flush"];
    const UNSYNCED: Unsynced = Unsynced::InPageCache;
    const ROTS: bool = false;

    fn disk(&mut self) -> &mut Disk {
        &mut self.disk
    }
}

#[test]
fn no_crash_takes_what_the_model_keeps() {
    model::hold_to_the_model::<Lsm>();
}
