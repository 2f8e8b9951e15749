use std::collections::BTreeMap;

use super::*;
use crate::form::Parameters;
use crate::key::Key;

fn duel(given: &[(&str, &str)]) -> Duel {
    let parameters = Parameters::new(Duel::PARAMETERS, given.iter().copied()).expect("parameters that are accepted");
    Duel::open(&parameters).expect("parameters that fit")
}

fn execute(duel: &mut Duel, command: Command) {
    assert_eq!(duel.execute(&command, &mut ()), Outcome::Done);
}

#[test]
fn both_hold_what_a_map_holds() {
    for (workload, size) in [("a", "small"), ("d", "small"), ("f", "real"), ("e", "small")] {
        let mut duel = duel(&[("workload", workload), ("size", size)]);
        let mut model = BTreeMap::new();
        for turn in 0..600 {
            let operation = duel.draw(turn < 200).expect("there are records");
            let found = [0, 1].map(|place| {
                duel.sides[place].operate(&operation, &duel.settings, &mut ()).expect("the disks have room")
            });
            if operation.kind == Kind::Read {
                let expected = model.get(&operation.key).map(u64::to_string);
                assert_eq!(found, [expected.clone(), expected]);
            }
            if operation.kind.writes() {
                model.insert(operation.key, operation.version);
            }
        }
        execute(&mut duel, Command::Settle);
        let Tree::BTree(btree) = &mut duel.sides[0].tree else { unreachable!("the first is the B-tree") };
        assert!(model.iter().all(|(key, version)| {
            btree.get(&Key::new(&key.to_string()), &mut ()) == Ok(Some(side::value(*version, 100).as_str()))
        }));
        assert_eq!(btree.key_count(), model.len() as u64);
        let Tree::Lsm(lsm) = &mut duel.sides[1].tree else { unreachable!("the second is the LSM-tree") };
        assert!(model.iter().all(|(key, version)| {
            lsm.get(&Key::new(&key.to_string()), &mut ()) == Ok(Some(side::value(*version, 100).as_str().into()))
        }));
    }
}

#[test]
fn scans_of_both_find_as_much() {
    let mut duel = duel(&[]);
    execute(&mut duel, Command::Load { many: 150 });
    for from in [0_u64, 700_000, 1_999_999] {
        let key = Key::new(&from.to_string());
        let Tree::BTree(btree) = &mut duel.sides[0].tree else { unreachable!("the first is the B-tree") };
        let found = btree.scan_some(&key, 90).expect("a sound tree");
        let Tree::Lsm(lsm) = &mut duel.sides[1].tree else { unreachable!("the second is the LSM-tree") };
        assert_eq!(lsm.scan(&key, 90), Ok(found));
    }
}

#[test]
fn the_same_seed_gives_the_same_run() {
    let mut runs = ["7", "7", "8"].map(|seed| duel(&[("seed", seed), ("workload", "e")]));
    for duel in &mut runs {
        execute(duel, Command::Load { many: 100 });
        execute(duel, Command::Run { many: 100 });
    }
    assert_eq!(runs[0].state(), runs[1].state());
    assert_eq!(runs[0].counters(), runs[1].counters());
    assert_ne!(runs[0].counters(), runs[2].counters());
}

#[test]
fn numbers_are_those_of_the_disks() {
    let mut duel = duel(&[("group", "4")]);
    let before = [0, 1].map(|place| duel.sides[place].disk().tally);
    execute(&mut duel, Command::Load { many: 100 });
    execute(&mut duel, Command::Run { many: 300 });
    for (place, name) in [Name::BTree, Name::Lsm].into_iter().enumerate() {
        let (after, cost) = (duel.sides[place].disk().tally, duel.side(name).cost());
        assert_eq!(cost.bytes_written, after.bytes_written - before[place].bytes_written);
        assert_eq!(cost.bytes_read, after.bytes_read - before[place].bytes_read);
        assert_eq!(cost.syncs, after.syncs - before[place].syncs);
        assert!(cost.time >= duel.settings.device().time(&before[place], &after), "no work of the device is free");
        assert_eq!(duel.amplification(name).write, cost.bytes_written * 100 / duel.bytes_written);
        assert_eq!(duel.points.last().expect("a point").throughputs[place], duel.side(name).throughput());
    }
    assert_eq!(duel.operations(), 400);
}

/// A sweep on pages of 4 KB, once both have settled.
fn swept(load: u64, given: &[(&str, &str)]) -> Duel {
    let mut duel = duel(&[&[("size", "real"), ("group", "50")], given].concat());
    execute(&mut duel, Command::Load { many: load });
    execute(&mut duel, Command::Settle);
    execute(&mut duel, Command::Sweep { many: 1_000 });
    duel
}

fn lead(share: &Share) -> u64 {
    let [btree, lsm] = share.throughputs.map(|throughput| throughput.expect("it asks the disk"));
    lsm * 100 / btree
}

/// FAULTS S14: what the chapter says of scans. Leaves that splits have scattered cost a seek each, so the LSM-tree leads
/// throughout, on either device; where leaves lie in the order of their keys, the B-tree does up to scans alone.
#[test]
fn s14_scattered_leaves_decide_scans() {
    for device in ["ssd", "disk"] {
        let duel = swept(16_000, &[("workload", "e"), ("keys", "uniform"), ("device", device)]);
        assert_eq!((duel.flip(), duel.shares[0].winner()), (None, Name::Lsm), "{device}");
        assert!(lead(&duel.shares[0]) > lead(&duel.shares[10]) && lead(&duel.shares[10]) > 150);
    }
    let in_order = swept(16_000, &[("workload", "e"), ("keys", "sequential")]);
    assert!(in_order.shares[..5].iter().all(|share| share.winner() == Name::BTree));
    let mut scans = duel(&[("size", "real"), ("workload", "e"), ("keys", "uniform")]);
    execute(&mut scans, Command::Load { many: 16_000 });
    execute(&mut scans, Command::Forget);
    execute(&mut scans, Command::Run { many: 1_000 });
    let [btree, lsm] = [Name::BTree, Name::Lsm].map(|name| scans.side(name).cost().seeks);
    assert!(btree * 2 > lsm * 3, "{btree} {lsm}");
}

/// FAULTS S14: what the chapter says of values ten times as long. The winner of updates is the other one.
#[test]
fn s14_long_values_favour_the_b_tree() {
    let duel = swept(4_000, &[("workload", "own"), ("record", "1000")]);
    assert!(lead(&duel.shares[0]) < 60, "{:?}", duel.shares[0]);
    assert!((95..=105).contains(&lead(&duel.shares[10])), "{:?}", duel.shares[10]);
}

/// With its filters in memory, the LSM-tree reads a single key with about as much work as the B-tree.
#[test]
fn single_reads_cost_both_about_as_much() {
    let reads = swept(16_000, &[("workload", "own")]).shares[10];
    let [btree, lsm] = reads.throughputs.map(|throughput| throughput.expect("reads ask the disk"));
    assert!(btree.abs_diff(lsm) * 4 < btree, "{reads:?}");
}

/// What is not synced is in memory, on either side: it asks nothing of the disk, and the sync pays for all of it.
#[test]
fn writes_cost_both_nothing_before_their_sync() {
    let mut duel = duel(&[("size", "real"), ("group", "10"), ("workload", "own"), ("reads", "0"), ("keys", "uniform")]);
    execute(&mut duel, Command::Load { many: 40 });
    execute(&mut duel, Command::Forget);
    for turn in 1..=10 {
        let operation = duel.draw(false).expect("there are records");
        for (place, name) in [Name::BTree, Name::Lsm].into_iter().enumerate() {
            duel.sides[place].operate(&operation, &duel.settings, &mut ()).expect("the disks have room");
            let cost = duel.side(name).cost();
            if turn < 10 {
                assert_eq!((cost, duel.side(name).throughput()), (Cost::default(), None), "{}", name.text());
            } else {
                assert!(cost.bytes_written > 10 * duel.settings.record || name == Name::BTree);
                assert_eq!((cost.seeks, cost.syncs), (0, 1), "{}: one write in a row", name.text());
                assert!(duel.side(name).throughput().is_some());
            }
        }
    }
}

fn btree(duel: &Duel) -> &crate::storage::btree::BTree {
    let Tree::BTree(btree) = &duel.sides[0].tree else { unreachable!("the first is the B-tree") };
    btree
}

/// FAULTS S13 (a): how long the B-tree's log may get is a parameter, and at real size it is SQLite's unless another is given.
#[test]
fn s13_the_checkpoint_is_a_parameter() {
    let checkpoints = |given: &[(&str, &str)]| {
        let mut duel = duel(&[given, &[("workload", "own"), ("reads", "0")]].concat());
        execute(&mut duel, Command::Load { many: 2_000 });
        btree(&duel).totals.checkpoints
    };
    let at = |images: &str| checkpoints(&[("size", "real"), ("checkpoint", images)]);
    assert_eq!(at("0"), at("1000"));
    assert!(at("64") > 10 * at("1000") && at("1000") > 0 && at("16384") == 0);
    assert_eq!(checkpoints(&[]), checkpoints(&[("checkpoint", "64")]));
}

/// FAULTS S13 (b): what a write leaves for later is done at once, and its time counts; or late, and then it is left.
#[test]
fn s13_the_time_of_compactions_counts() {
    let costs = ["now", "late"].map(|compaction| {
        let mut duel = duel(&[("size", "real"), ("group", "50"), ("workload", "e"), ("compaction", compaction)]);
        execute(&mut duel, Command::Load { many: 4_000 });
        execute(&mut duel, Command::Forget);
        execute(&mut duel, Command::Run { many: 1_000 });
        let before = duel.side(Name::Lsm).cost();
        execute(&mut duel, Command::Settle);
        (before, duel.side(Name::Lsm).cost())
    });
    let [(now, now_settled), (late, late_settled)] = costs;
    let rest = |before: Cost, after: Cost| (after.time - before.time, after.bytes_written - before.bytes_written);
    let (now, late) = (rest(now, now_settled), rest(late, late_settled));
    assert!(now.1 < 1 << 16, "no more than the memtable is left: {now:?}");
    assert!(late.0 > now.0 && late.1 > now.1, "{late:?} {now:?}");
}

/// FAULTS S13 (c): both have as many bytes of cache. What fits is read once, on either side; what does not, again.
#[test]
fn s13_both_have_the_same_cache() {
    for (cache, fits) in [("4096", true), ("16", false)] {
        let mut duel = duel(&[("size", "real"), ("workload", "c"), ("keys", "uniform"), ("cache", cache)]);
        execute(&mut duel, Command::Load { many: 2_000 });
        execute(&mut duel, Command::Settle);
        execute(&mut duel, Command::Run { many: 10_000 });
        execute(&mut duel, Command::Forget);
        execute(&mut duel, Command::Run { many: 1_000 });
        for name in [Name::BTree, Name::Lsm] {
            assert_eq!(duel.side(name).cost().bytes_read == 0, fits, "{}, {cache}", name.text());
        }
        let (room, page) = (btree(&duel).cached().1 as u64, btree(&duel).page_bytes());
        let bytes = cache.parse::<u64>().expect("a number") * 1024;
        assert!(room * page <= bytes && bytes < (room + 1) * page);
    }
}

/// FAULTS S13 (d): records are as long as they are said to be, up to YCSB's.
#[test]
fn s13_a_record_is_a_parameter() {
    for record in [8, 100, 255, 256, 1_000] {
        for size in ["small", "real"] {
            let mut duel = duel(&[("size", size), ("record", &record.to_string())]);
            execute(&mut duel, Command::Load { many: 50 });
            execute(&mut duel, Command::Run { many: 50 });
            execute(&mut duel, Command::Settle);
            assert_eq!(btree(&duel).value_bytes(), record);
            assert_eq!(btree(&duel).clone().check(), []);
            let keys: u64 = (0..50).map(|at| ((at + 1) * 1_236_070 % 2_000_003_u64).to_string().len() as u64).sum();
            assert_eq!(duel.live_bytes, keys + 50 * record as u64);
        }
    }
}

#[test]
fn without_records_nothing_runs() {
    for command in [Command::Next, Command::Run { many: 5 }, Command::Sweep { many: 5 }] {
        assert!(!duel(&[]).execute(&command, &mut ()).is_ok());
    }
}

/// FAULTS V12: sweeps run on copies, which no recording bounds; they come to an end of their own.
#[test]
fn v12_sweeps_come_to_an_end() {
    let mut duel = duel(&[]);
    execute(&mut duel, Command::Load { many: 10 });
    duel.swept = super::sweep::MOST_SWEPT;
    let refused = duel.execute(&Command::Sweep { many: 1 }, &mut ());
    assert!(
        matches!(&refused, Outcome::Refused(reason) if reason.contains("60,000 operations of sweeps")),
        "{refused:?}"
    );
    duel.swept -= 1;
    execute(&mut duel, Command::Sweep { many: 1 });
    assert_eq!(duel.swept, super::sweep::MOST_SWEPT + 10);
}
