//! Size-tiered compaction: bounded, true in what it says, and free with tombstones only where nothing is hidden by them.

use super::*;
use crate::storage::lsm::version::LEVELS;

/// FAULTS S4: the same few keys, written again and again, do not make ever more tables.
#[test]
fn the_tables_of_the_last_level_are_bounded() {
    let mut tree = opened(&[("compaction", "tiered"), ("level0", "1"), ("pace", "20000")]);
    for _ in 0..60 {
        run(&mut tree, "put a 1; put b 1; flush; settle");
        assert!(tree.version().tables().count() <= LEVELS, "{}", tree.version().tables().count());
    }
    let mut tree = opened(&[("compaction", "tiered")]);
    for number in 0..6_000u64 {
        let put = Command::Put { key: Key::new(&(number % 5).to_string()), value: number.to_string() };
        tree.execute(&put.into(), &mut ());
    }
    run(&mut tree, "settle");
    assert!(tree.version().tables().count() <= LEVELS, "{}", tree.version().tables().count());
}

/// FAULTS S4: each table that is left on the last level is larger than all newer ones together, and so there are few,
/// whatever their sizes; and no more is written for that than a few times what came.
#[test]
fn the_last_level_grows_with_the_logarithm_of_what_it_holds() {
    let mut tree = opened(&[("compaction", "tiered"), ("level0", "2"), ("memtable", "64"), ("disk", "67108864")]);
    for number in 0..8_000u64 {
        // Most are new keys, so that most of it stays; some rounds write the same ones, so that sizes vary.
        let key = if number / 256 % 3 == 0 { number % 40 } else { number };
        tree.execute(&Command::Put { key: Key::new(&key.to_string()), value: "x".repeat(12) }.into(), &mut ());
    }
    run(&mut tree, "settle");
    let last: Vec<u64> = tree.version().level(LEVELS - 1).iter().rev().map(|table| table.meta.bytes).collect();
    assert!(last.len() > 1, "nothing was tried: {last:?}");
    let mut newer = 0;
    for bytes in &last {
        assert!(*bytes > newer, "{last:?}");
        newer += bytes;
    }
    let (compacted, flushed) = (tree.totals.compacted_bytes, tree.totals.flushed_bytes);
    assert!(compacted < 12 * flushed, "{compacted} of {flushed}");
}

/// FAULTS S5: a table that moves in size-tiered compaction is alone on its level; it may well overlap what is below.
#[test]
fn a_table_that_moves_is_not_said_to_overlap_nothing() {
    let mut tree = opened(&[("compaction", "tiered"), ("level0", "64")]);
    run(&mut tree, "put a 1; flush; compact 0; compact 1; put a 2; flush; compact 0");
    let mut watch = Watch::default();
    tree.execute(&Command::Compact { level: Some(1) }.into(), &mut watch);
    assert_eq!(watch.names[0], "Moved");
    let expected = "000007.sst is the only table of its level, so there is nothing to merge it with: it moves to level 2 as it is.";
    assert!(watch.said[0].starts_with(expected), "{}", watch.said[0]);
    assert_eq!(tree.version().level(2).len(), 2);
}

/// A reader may ask for the last level, where tables overlap.
#[test]
fn the_last_level_can_be_merged_on_request() {
    let mut tree = opened(&[("compaction", "tiered"), ("level0", "64")]);
    let down = "compact 0; compact 1; compact 2; compact 3; compact 4; compact 5";
    run(&mut tree, &format!("put a 1; put b 1; flush; {down}; delete a; flush; {down}"));
    assert_eq!(tree.version().level(6).len(), 2);
    assert_eq!(run(&mut tree, "compact 6; compact 6")[0], Outcome::Done);
    assert_eq!((tree.version().level(6).len(), tree.version().level(6)[0].meta.entries), (1, 1));
    let mut leveled = opened(&[]);
    assert!(!run(&mut leveled, "put a 1; flush; compact 6")[2].is_ok());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    /// FAULTS S16: a tombstone goes only when no table that is not merged has an older entry of its key, at every depth:
    /// all levels fill up, since each takes but one or two tables.
    #[test]
    fn no_tombstone_goes_before_what_it_hides(
        level0 in prop_oneof![Just("1"), Just("2")],
        script in prop::collection::vec((0..5u8, prop::bool::weighted(0.4), prop::bool::weighted(0.3)), 60..200),
    ) {
        let mut tree = opened(&[("compaction", "tiered"), ("level0", level0), ("memtable", "24"), ("pace", "3000")]);
        let mut model = Entries::new();
        for (number, (key, is_delete, settles)) in script.into_iter().enumerate() {
            let key = Key::new(["a", "b", "c", "9", "10"][usize::from(key)]);
            let command = match is_delete {
                true => Command::Delete { key: key.clone() },
                false => Command::Put { key: key.clone(), value: number.to_string() },
            };
            tree.execute(&command.into(), &mut Watch::default());
            if is_delete { model.remove(&key) } else { model.insert(key, number.to_string()) };
            if settles {
                tree.execute(&Command::Settle.into(), &mut Watch::default());
            }
            prop_assert_eq!(&contents(&tree), &model);
            for (key, value) in &model {
                let got = tree.clone().get(key, &mut ()).unwrap();
                prop_assert_eq!(got.as_deref(), Some(value.as_str()));
            }
        }
    }
}
