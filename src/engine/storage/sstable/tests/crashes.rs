//! Sorted tables are held to the model of a store: the plug is pulled at any step and after any operation of the disk, in
//! every way, also during start-up, and bytes are damaged.

use super::*;
use crate::storage::model::{self, Store, Unsynced};

impl Store for SsTables {
    const PARAMETERS_TRIED: &'static [(&'static str, &'static [&'static str])] = &[
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

    fn disk(&mut self) -> &mut Disk {
        &mut self.disk
    }

    fn check_after_start_up(&self) {
        assert!(self.tables().iter().all(|table| table.is_open && table.is_complete));
        assert_eq!(self.logs().len(), 1);
    }
}

/// FAULTS S2.
#[test]
fn no_crash_and_no_damage_takes_what_the_model_keeps() {
    model::hold_to_the_model::<SsTables>();
}
