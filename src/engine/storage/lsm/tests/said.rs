//! What the tree says of itself is so, also in the corners.

use super::*;
use crate::storage::proof::{Model, every_crash_in};

/// All that is said of a script's last command.
fn said(pairs: &[(&str, &str)], script: &str) -> (Lsm, String) {
    let (mut tree, mut last) = (opened(pairs), String::new());
    for command in commands::<Lsm>(script) {
        let mut watch = Watch::default();
        tree.execute(&command, &mut watch);
        last = watch.said.join(" ");
    }
    (tree, last)
}

/// FAULTS S3: a table whose versions of the key are all newer than the snapshot was searched for good reason.
#[test]
fn a_read_at_a_snapshot_takes_no_newer_version_for_a_false_positive() {
    let (tree, told) = said(&[("level0", "4")], "put a 1; flush; snapshot; put a 2; flush; get a at 1");
    assert_eq!(counter(&tree, "false_positives"), 0, "{told}");
    assert!(
        told.contains("000005.sst has a only as it was written after the snapshot, says its index. Nothing was read.")
    );
    assert!(told.contains("a = 1, written as 1. 2 tables looked at, 1 block read."), "{told}");
    // The newer version may stand in the block that is read, or at the end of the one before it.
    for (block, is_read) in [("4096", true), ("16", false)] {
        let script = "put b 0; flush; snapshot; put a 1; put b 1; put c 1; flush; get b at 1";
        let (tree, told) = said(&[("level0", "4"), ("block", block), ("memtable", "1000")], script);
        assert_eq!(counter(&tree, "false_positives"), 0, "{told}");
        assert!(told.contains("It has b only as it was written after the snapshot.") || !is_read, "{told}");
    }
    // What has never been there is a false positive at a snapshot as well.
    let (tree, told) = said(
        &[("bloom", "1"), ("memtable", "4096")],
        "put 1..100 x; put 200 x; flush; snapshot; put 9 y; get 101 at 1",
    );
    assert_eq!(counter(&tree, "false_positives"), u64::from(told.contains("a false positive.")), "{told}");
    // Memory says no more than it knows, either.
    let (_, told) = said(&[], "snapshot; put a 1; get a at 1");
    assert!(told.contains("The memtable has a, but only as it was written after the snapshot."), "{told}");
    assert!(told.contains("Snapshot 1 sees a nowhere."), "{told}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    /// FAULTS S3: whatever is read at whatever moment, a false positive is a table that does not have the key.
    #[test]
    fn false_positives_are_tables_without_the_key(opening in settings(), script in prop::collection::vec(command(), 1..50)) {
        let mut tree = opening;
        for command in &script {
            tree.execute(&command.clone().into(), &mut ());
        }
        let moments: Vec<_> = tree.snapshots().iter().map(|snapshot| Some(snapshot.number)).chain([None]).collect();
        for (at, key) in moments.iter().flat_map(|at| ["a", "b", "c", "9", "10", "d", "bb"].map(|key| (*at, Key::new(key)))) {
            tree.execute(&Command::Get { key: key.clone(), at }.into(), &mut ());
            for (number, visit) in tree.path().visits.clone() {
                let (_, table) = tree.version().tables().find(|(_, table)| table.meta.number == number).unwrap();
                let has_it = tree.entries_of(table).iter().any(|entry| entry.key == key);
                let expected = matches!(visit, read::Visit::Found | read::Visit::TooNew);
                prop_assert_eq!(has_it, expected, "{} at {:?} in table {}: {:?}", key, at, number, visit);
            }
        }
    }
}

/// FAULTS S6: 9 bytes are the key, the value, and 8 of the entry's number; so they are not called keys and values.
#[test]
fn the_bytes_of_the_memtable_are_not_called_keys_and_values() {
    let (tree, told) = said(&[], "put \"\" x");
    assert_eq!(tree.memtable().bytes, 9);
    assert!(told.ends_with("\"\" is in the memtable, in the order of the keys: 1 entry, 9 of 48 bytes."), "{told}");
    assert!(said(&[("memtable", "16")], "put key value").1.ends_with("1 entry, 16 of 16 bytes. It is full."));
}

/// FAULTS S7: after a crash the tree is what was synced, and says no more.
#[test]
fn start_up_does_not_say_that_what_was_lost_is_there() {
    let (tree, told) = said(&[("sync", "command")], "put a 1; crash");
    assert!(contents(&tree).is_empty() && !told.contains("as it was"), "{told}");
    assert!(told.ends_with("0 entries in memory. No write was found."), "{told}");
    let (_, told) = said(&[("sync", "command")], "put a 1; sync; put b 1; crash");
    assert!(told.ends_with("1 entry in memory. The newest write that was found is 1."), "{told}");
}

/// FAULTS S7: a `sync` that has nothing to do does not make a write safe.
#[test]
fn a_sync_without_anything_to_sync_says_so() {
    for (sync, script) in [("command", "sync"), ("always", "put a 1; sync"), ("command", "put a 1; sync; sync")] {
        let (_, told) = said(&[("sync", sync)], script);
        assert_eq!(told, "All of 000001.log is synced already.", "{script}");
    }
    let (_, told) = said(&[("sync", "command")], "put a 1; put b 1; sync");
    assert_eq!(told, "The log was synced, as asked: its last 54 bytes are safe from a crash now.");
}

/// FAULTS S16: a read must not see what a crash can take back, where each write is synced.
#[test]
fn the_log_is_synced_before_the_memtable_has_the_write() {
    let mut watch = Watch { keeps: true, ..Watch::default() };
    opened(&[]).execute(&commands::<Lsm>("put a 1")[0], &mut watch);
    assert_eq!(watch.names, ["Logged", "LogSynced", "Inserted"]);
    for state in &watch.states {
        let seen = contents(state);
        let mut crashed = state.clone();
        crashed.execute(&Asked::Crash(Crash::Lost), &mut ());
        assert!(seen.is_empty() || contents(&crashed) == seen, "seen and lost");
    }
}

/// FAULTS S11.
#[test]
fn tables_are_named_by_age_and_one_by_one_where_they_are_few() {
    let (_, told) = said(&[("level0", "64")], "put a 1; flush; put b 1; flush; compact 0");
    assert!(told.contains("000003.sst and 000005.sst will be merged into level 1."), "{told}");
    let script = "put a 1; flush; put b 1; flush; put c 1; flush; put d 1; flush; put e 1; flush; compact 0";
    let (_, told) = said(&[("level0", "64")], script);
    assert!(told.contains("5 tables, the oldest 000003.sst, the newest 000011.sst, will be merged"), "{told}");
    assert!(told.contains("and 5 tables, the oldest 000003.sst, the newest 000011.sst, went out."), "{told}");
}

/// FAULTS S16: a manifest that is mostly about tables that are gone is written anew, and a crash anywhere on the way leaves
/// the old one or the new one.
#[test]
fn a_long_manifest_is_written_anew() {
    let mut tree = opened(&[("pace", "400"), ("memtable", "24"), ("level1", "90")]);
    let (mut renewed, mut longest) = (0, 0);
    for number in 0..400u64 {
        let mut watch = Watch::default();
        let put = Command::Put { key: Key::new(&(number * 7 % 13).to_string()), value: format!("v{number}") };
        let mut before = tree.clone();
        tree.execute(&put.clone().into(), &mut watch);
        if watch.names.contains(&"ManifestRenewed") {
            renewed += 1;
            assert_eq!(view::counters(&tree)[3].name, "tables");
            if renewed == 1 {
                let mut model = Model::new(contents(&before), true);
                every_crash_in(&mut before, &mut model, &put.to_string());
            }
        }
        let manifest = tree.disk.open(manifest::NAME).unwrap();
        longest = longest.max(tree.disk.len(manifest));
    }
    assert!(renewed > 1 && longest < manifest::LONG + 400, "{renewed} times, {longest} bytes");
}

/// A manifest may also grow long where no table is gone.
#[test]
fn a_long_manifest_says_nothing_of_tables_that_are_gone_where_there_are_none() {
    let puts: Vec<String> = (0..40).map(|number| format!("put {number:02}{} v; flush", "k".repeat(40))).collect();
    let mut tree = opened(&[("level0", "64"), ("pace", "100000")]);
    let mut watch = Watch::default();
    for command in commands::<Lsm>(&puts.join(";")) {
        tree.execute(&command, &mut watch);
    }
    assert_eq!(counter(&tree, "tables"), 40);
    let told = watch.said.join(" ");
    assert!(told.contains("The manifest had grown to") && !told.contains("are gone"), "{told}");
}

/// FAULTS S16: a full disk has no room for a second manifest, and the first one goes on.
#[test]
fn without_room_for_a_new_manifest_the_old_one_goes_on() {
    let mut tree = opened(&[("pace", "400"), ("memtable", "24"), ("disk", "7000")]);
    for number in 0..300u64 {
        let command = Command::Put { key: Key::new(&(number % 5).to_string()), value: format!("v{number}") };
        tree.execute(&command.into(), &mut Watch::default());
        assert!(tree.disk.open(manifest::UNFINISHED).is_none(), "after {number}");
    }
    let whole = contents(&tree);
    tree.execute(&Asked::Crash(Crash::Lost), &mut Watch::default());
    assert_eq!(contents(&tree), whole);
}
