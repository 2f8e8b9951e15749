//! The hash index is held to the model of a store: the plug is pulled at any step and after any operation of the disk, in
//! every way, also during start-up, and bytes are damaged.

use super::*;
use crate::storage::model::{self, Store, Unsynced};

impl Store for HashIndex {
    const PARAMETERS_TRIED: &'static [(&'static str, &'static [&'static str])] =
        &[("segment", &["32", "48", "64", "200"]), ("sync", &["always", "command"]), ("hints", &["on", "off"])];
    const UPKEEP: &'static [&'static str] = &["merge", "begin merge", "merge 1 2", "begin merge 2 3"];
    const MAKES_SAFE: &'static [&'static str] = &["sync"];
    const UNSYNCED: Unsynced = Unsynced::InPageCache;
    const ROTS: bool = true;

    fn disk(&mut self) -> &mut Disk {
        &mut self.disk
    }

    fn check_after_start_up(&self) {
        for file in self.files() {
            let is_whole = file.is.is_hint || self.content(&file).bad.is_none();
            assert!(!file.is.is_unfinished && is_whole, "{}", file.name);
        }
    }
}

/// FAULTS S1.
#[test]
fn no_crash_and_no_damage_takes_what_the_model_keeps() {
    model::hold_to_the_model::<HashIndex>();
}
