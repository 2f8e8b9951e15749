use std::collections::BTreeMap;

use super::*;
use crate::storage::Key;

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
            let found = [0, 1].map(|place| duel.operate(place, &operation).expect("the disks have room"));
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
            btree.get(&Key::new(&key.to_string()), &mut ()) == Ok(Some(side::value(*version).as_str()))
        }));
        assert_eq!(btree.key_count(), model.len() as u64);
        let Tree::Lsm(lsm) = &mut duel.sides[1].tree else { unreachable!("the second is the LSM-tree") };
        assert!(model.iter().all(|(key, version)| {
            lsm.get(&Key::new(&key.to_string()), &mut ()) == Ok(Some(side::value(*version).as_str().into()))
        }));
    }
}

#[test]
fn scans_of_both_find_as_much() {
    let mut duel = duel(&[]);
    execute(&mut duel, Command::Load(150));
    for from in [0_u64, 700_000, 1_999_999] {
        let key = Key::new(&from.to_string());
        let Tree::BTree(btree) = &mut duel.sides[0].tree else { unreachable!("the first is the B-tree") };
        let found = btree.fetch_range(&key, 90).expect("a sound tree");
        let Tree::Lsm(lsm) = &mut duel.sides[1].tree else { unreachable!("the second is the LSM-tree") };
        assert_eq!(lsm.scan(&key, 90), Ok(found));
    }
}

#[test]
fn the_same_seed_gives_the_same_run() {
    let mut runs = ["7", "7", "8"].map(|seed| duel(&[("seed", seed), ("workload", "e")]));
    for duel in &mut runs {
        execute(duel, Command::Load(100));
        execute(duel, Command::Run(100));
    }
    assert_eq!(runs[0].state(), runs[1].state());
    assert_eq!(runs[0].counters(), runs[1].counters());
    assert_ne!(runs[0].counters(), runs[2].counters());
}

#[test]
fn numbers_are_those_of_the_disks() {
    let mut duel = duel(&[("group", "4")]);
    let before = [0, 1].map(|place| duel.sides[place].disk().tally());
    execute(&mut duel, Command::Load(100));
    execute(&mut duel, Command::Run(300));
    for (place, name) in [Name::BTree, Name::Lsm].into_iter().enumerate() {
        let (after, cost) = (duel.sides[place].disk().tally(), duel.side(name).cost());
        assert_eq!(cost.bytes_written, after.bytes_written - before[place].bytes_written);
        assert_eq!(cost.bytes_read, after.bytes_read - before[place].bytes_read);
        assert_eq!(cost.syncs, after.syncs - before[place].syncs);
        assert!(cost.time >= duel.settings.device.time(&before[place], &after), "no work of the device is free");
        assert_eq!(duel.amplification(name).write, cost.bytes_written * 100 / duel.bytes_written);
        assert_eq!(duel.points().last().expect("a point").throughputs[place], duel.side(name).throughput());
    }
    assert_eq!(duel.operations(), 400);
}

/// Writes only, and reads only, once both have settled: the LSM-tree on two levels.
fn ends(workload: &str, device: &str) -> (Share, Share) {
    let mut duel =
        duel(&[("size", "real"), ("group", "50"), ("workload", workload), ("keys", "uniform"), ("device", device)]);
    execute(&mut duel, Command::Load(16_000));
    execute(&mut duel, Command::Settle);
    execute(&mut duel, Command::Sweep(1_000));
    (duel.shares()[0], duel.shares()[10])
}

#[test]
fn writes_favour_one_and_scans_the_other() {
    for device in ["ssd", "disk"] {
        let (writes, scans) = ends("e", device);
        assert_eq!(writes.winner(), Name::Lsm, "{device}: {writes:?}");
        assert_eq!(scans.winner(), Name::BTree, "{device}: {scans:?}");
    }
}

/// With its filters in memory, the LSM-tree reads a single key with about as much work as the B-tree.
#[test]
fn single_reads_cost_both_about_as_much() {
    let (_, reads) = ends("own", "ssd");
    let [btree, lsm] = reads.throughputs.map(|throughput| throughput.expect("reads ask the disk"));
    assert!(btree.abs_diff(lsm) * 4 < btree, "{reads:?}");
}

/// What is not synced is in memory, on either side: it asks nothing of the disk, and the sync pays for all of it.
#[test]
fn writes_cost_both_nothing_before_their_sync() {
    let mut duel = duel(&[("size", "real"), ("group", "10"), ("workload", "own"), ("reads", "0"), ("keys", "uniform")]);
    execute(&mut duel, Command::Load(40));
    execute(&mut duel, Command::Forget);
    for turn in 1..=10 {
        let operation = duel.draw(false).expect("there are records");
        for (place, name) in [Name::BTree, Name::Lsm].into_iter().enumerate() {
            duel.operate(place, &operation).expect("the disks have room");
            let cost = duel.side(name).cost();
            if turn < 10 {
                assert_eq!((cost, duel.side(name).throughput()), (Cost::default(), None), "{}", name.text());
            } else {
                assert!(cost.bytes_written > 10 * side::VALUE_BYTES || name == Name::BTree);
                assert_eq!((cost.seeks, cost.syncs), (0, 1), "{}: one write in a row", name.text());
                assert!(duel.side(name).throughput().is_some());
            }
        }
    }
}

#[test]
fn without_records_nothing_runs() {
    for command in [Command::Next, Command::Run(5), Command::Sweep(5)] {
        assert!(!duel(&[]).execute(&command, &mut ()).is_ok());
    }
}
