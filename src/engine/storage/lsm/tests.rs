//! Snapshots against a sorted map, under both policies; what must hold of the levels after every step; every byte flipped,
//! every file cut off. [`proof`] pulls the plug.

mod proof;
mod said;
mod tiered;

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::*;
use crate::contract::{Engine, Event as _};
use crate::key::Key;
use crate::sim::Crash;
use crate::storage::{Asked, Entry};
use crate::testing::{self, commands, counter};

type Entries = BTreeMap<Key, String>;

/// A counterexample is told by its settings; the commands are beside it.
impl fmt::Debug for Lsm {
    fn fmt(&self, out: &mut fmt::Formatter) -> fmt::Result {
        self.settings.fmt(out)
    }
}

fn opened(parameters: &[(&str, &str)]) -> Lsm {
    testing::opened(parameters)
}

fn run(tree: &mut Lsm, script: &str) -> Vec<Outcome> {
    commands::<Lsm>(script).iter().map(|command| tree.execute(command, &mut Watch::default())).collect()
}

/// Looks at every step, and keeps what it was told.
#[derive(Default)]
struct Watch {
    names: Vec<&'static str>,
    said: Vec<String>,
    states: Vec<Lsm>,
    keeps: bool,
}

impl Probe<Lsm> for Watch {
    fn step(&mut self, event: impl FnOnce() -> Event, tree: &Lsm) {
        let event = event();
        self.said.push(event.to_string());
        self.names.push(event.name());
        check(tree, event.name());
        if self.keeps {
            self.states.push(tree.clone());
        }
    }
}

/// What must hold of the levels, whatever has just happened.
fn check(tree: &Lsm, after: &str) {
    let mut disk = tree.disk.clone();
    for level in 0..version::LEVELS {
        let tables = tree.version().level(level);
        for table in tables {
            assert!(disk.open(&table.meta.name()).is_some(), "{after}: {} is gone", table.meta.name());
            let entries = view::entries(table, &mut disk);
            assert!(
                entries.is_sorted() && entries.len() as u64 == table.meta.entries,
                "{after}: {}",
                table.meta.name()
            );
            assert_eq!((&entries[0].key, &entries[entries.len() - 1].key), (&table.meta.smallest, &table.meta.largest));
        }
        if tree.settings.policy.is_sorted(level) {
            let overlap = tables.windows(2).any(|pair| pair[0].meta.largest >= pair[1].meta.smallest);
            assert!(!overlap, "{after}: level {level} overlaps");
        }
    }
}

fn contents(tree: &Lsm) -> Entries {
    scanned(tree, None)
}

fn scanned(tree: &Lsm, at: Option<u64>) -> Entries {
    let mut tree = tree.clone();
    let (from, to) = (Key::new("0"), Key::new("~"));
    let found = tree.scan_at(&from, &to, at, &mut ()).unwrap();
    found.into_iter().map(|(key, value)| (Key::new(&key), value)).collect()
}

fn settings() -> impl Strategy<Value = Lsm> {
    let policy = prop_oneof![Just("leveled"), Just("tiered")];
    let sync = prop_oneof![3 => Just("always"), 1 => Just("command")];
    let pace = prop_oneof![Just("0"), Just("300"), Just("3000")];
    (policy, sync, pace, prop_oneof![Just("1"), Just("2")]).prop_map(|(policy, sync, pace, level0)| {
        let small = [("memtable", "24"), ("block", "24"), ("level1", "90"), ("fanout", "2"), ("bloom", "3")];
        opened(&[&small[..], &[("compaction", policy), ("sync", sync), ("pace", pace), ("level0", level0)]].concat())
    })
}

fn command() -> impl Strategy<Value = Command> {
    let key = || (0..6u8).prop_map(|number| Key::new(["a", "b", "c", "9", "10", "d"][usize::from(number)]));
    prop_oneof![
        12 => (key(), "[a-z]{1,6}").prop_map(|(key, value)| Command::Put { key, value }),
        5 => key().prop_map(|key| Command::Delete { key }),
        2 => key().prop_map(|key| Command::Get { key, at: None }),
        1 => Just(Command::Snapshot),
        1 => (1u64..4).prop_map(|number| Command::Release { number }),
        2 => Just(Command::Flush),
        2 => prop::option::of(0u64..3).prop_map(|level| Command::Compact { level }),
        1 => Just(Command::Sync),
        1 => Just(Command::Settle),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    #[test]
    fn a_snapshot_keeps_what_it_saw(opening in settings(), script in prop::collection::vec(command(), 1..70)) {
        let (mut tree, mut now, mut taken) = (opening, Entries::new(), 0);
        let mut snapshots: BTreeMap<u64, Entries> = BTreeMap::new();
        for command in &script {
            let outcome = tree.execute(&command.clone().into(), &mut Watch::default());
            match command {
                Command::Put { key, value } => _ = now.insert(key.clone(), value.clone()),
                Command::Delete { key } => _ = now.remove(key),
                Command::Snapshot => {
                    taken += 1;
                    snapshots.insert(taken, now.clone());
                }
                Command::Release { number } => prop_assert_eq!(outcome.is_ok(), snapshots.remove(number).is_some()),
                _ => {}
            }
            for (number, entries) in &snapshots {
                prop_assert_eq!(&scanned(&tree, Some(*number)), entries, "snapshot {} after {}", number, command);
                for key in ["a", "b", "c", "9", "10", "d"].map(Key::new) {
                    let got = tree.clone().get_at(&key, Some(*number), &mut ()).unwrap();
                    prop_assert_eq!(got.as_deref(), entries.get(&key).map(String::as_str));
                }
            }
        }
    }
}

#[test]
fn a_tombstone_stays_as_long_as_something_below_can_hold_its_key() {
    let mut tree = opened(&[("level0", "64")]);
    // The older entry goes two levels down, the tombstone one.
    run(&mut tree, "put k old; flush; compact 0; compact 1; delete k; put z 1; flush; compact 0");
    let tombstones = |tree: &Lsm| {
        let mut disk = tree.disk.clone();
        tree.version()
            .tables()
            .flat_map(|(_, table)| view::entries(table, &mut disk))
            .filter(Entry::is_tombstone)
            .count()
    };
    assert_eq!(tombstones(&tree), 1);
    run(&mut tree, "compact 1");
    assert_eq!((tombstones(&tree), tree.live_bytes()), (0, 2));
    // A snapshot that still sees the key keeps both.
    let mut tree = opened(&[("level0", "64")]);
    run(&mut tree, "put k old; snapshot; delete k; flush; compact 0");
    assert_eq!(tombstones(&tree), 1);
    assert_eq!(run(&mut tree, "get k at 1; get k")[..], [Outcome::Value(Some("old".into())), Outcome::Value(None)]);
    run(&mut tree, "release 1; compact 1");
    assert_eq!(run(&mut tree, "put y 1; flush; compact 0; compact 1; get k")[4], Outcome::Value(None));
}

#[test]
fn what_is_wholly_dropped_leaves_no_table() {
    let mut tree = opened(&[("level0", "64")]);
    run(&mut tree, "put k 1; delete k; flush; compact 0");
    assert_eq!(tree.version().tables().count(), 0);
    assert_eq!(tree.files().filter(|(_, is_table)| *is_table).count(), 0);
}

#[test]
fn writes_wait_for_a_compaction_that_falls_behind() {
    let script: Vec<String> = (0..120).map(|number| format!("put key{:03} {number:020}", number * 37 % 120)).collect();
    let mut slow = opened(&[("pace", "0"), ("device", "20"), ("memtable", "64")]);
    let mut watch = Watch::default();
    for command in commands::<Lsm>(&script.join(";")) {
        slow.execute(&command, &mut watch);
        assert!(slow.version().level(0).len() as u64 <= slow.settings.stop_from(), "level 0 has a bound");
        assert!(slow.immutables().len() <= slow.settings.immutables);
    }
    assert!(watch.names.contains(&"Slowed") && watch.names.contains(&"Stopped"), "{:?}", slow.stalled());
    let mut calm = opened(&[("pace", "100000"), ("memtable", "64")]);
    run(&mut calm, &script.join(";"));
    assert_eq!(calm.stalled(), Time::ZERO);
    assert_eq!(contents(&slow), contents(&calm));
}

#[test]
fn a_full_disk_is_refused_and_nothing_is_lost() {
    let mut tree = opened(&[("disk", "700"), ("memtable", "40")]);
    let mut model = Entries::new();
    let mut refused = 0;
    for number in 0..80 {
        let key = Key::new(&format!("k{:02}", number * 7 % 40));
        let outcome =
            tree.execute(&Command::Put { key: key.clone(), value: "x".repeat(8) }.into(), &mut Watch::default());
        match outcome {
            Outcome::Done => _ = model.insert(key, "x".repeat(8)),
            _ => refused += 1,
        }
        assert_eq!(contents(&tree), model);
    }
    assert!(refused > 0 && model.len() > 5, "{refused}");
    tree.execute(&Asked::Crash(Crash::Lost), &mut Watch::default());
    assert_eq!(contents(&tree), model);
}

/// Each byte of each file is flipped, and each file cut off everywhere: the tree says which file and where, or the end of
/// the newest log is gone, or nothing that is still read was hit.
#[test]
fn damage_is_found_and_said() {
    let mut tree = opened(&[("pace", "100000")]);
    run(&mut tree, "put 1..12 value; settle; put a 1; put b 2; settle");
    let whole = contents(&tree);
    let names: Vec<String> = tree.disk.names().map(|(name, _)| name.to_owned()).collect();
    let (mut said, mut torn) = (0, 0);
    for name in names {
        let file = tree.disk.open(&name).unwrap();
        for at in 0..tree.disk.len(file) {
            for cut in [false, true] {
                let mut damaged = tree.clone();
                match cut {
                    true => damaged.disk.truncate(file, at).unwrap(),
                    false => damaged.disk.rot(file, at),
                }
                let outcome = damaged.execute(&Asked::Crash(Crash::Kept), &mut ());
                let (from, to) = (Key::new("0"), Key::new("~"));
                let all = damaged.execute(&Command::Scan { from, to, at: None }.into(), &mut ());
                match (outcome, all) {
                    (Outcome::Refused(reason), _) | (Outcome::Done, Outcome::Refused(reason)) => {
                        said += 1;
                        // A manifest without its last edits names tables that are gone, and that is what is said.
                        let named = reason.contains(&name) || cut && name == manifest::NAME;
                        assert!(named && reason.contains("offset"), "{name} at {at}: {reason}");
                    }
                    (Outcome::Done, _) if contents(&damaged) == whole => {}
                    (Outcome::Done, _) => {
                        torn += 1;
                        assert!(name.ends_with(".log") || cut && name == manifest::NAME, "{name} at {at}");
                    }
                    (other, _) => panic!("{name} at {at}: {other}"),
                }
            }
        }
    }
    assert!(said > 500, "{said} said, {torn} torn");
}

#[test]
fn a_read_tells_every_table_it_passed() {
    let mut tree = opened(&[("level0", "64"), ("bloom", "10")]);
    run(&mut tree, "put a 1; put m 1; flush; put b 1; put z 1; flush");
    let mut watch = Watch::default();
    tree.execute(&Command::Get { key: Key::new("a"), at: None }.into(), &mut watch);
    assert_eq!(watch.names, ["MemorySearched", "TableSearched", "Answered"]);
    let mut watch = Watch::default();
    tree.execute(&Command::Get { key: Key::new("c"), at: None }.into(), &mut watch);
    assert_eq!(watch.names, ["MemorySearched", "FilterSaidNo", "FilterSaidNo", "Answered"]);
    let mut watch = Watch::default();
    tree.execute(&Command::Get { key: Key::new("zz"), at: None }.into(), &mut watch);
    assert_eq!(watch.names, ["MemorySearched", "LevelPassed", "Answered"]);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(100))]

    /// A cache of blocks changes what is read from the disk and how long that takes, and no answer.
    #[test]
    fn a_cache_changes_no_answer(plain in settings(), commands in prop::collection::vec(command(), 0..60), room in 1usize..200) {
        let mut plain = plain;
        let mut cached = plain.clone();
        Rc::make_mut(&mut cached.settings).cache_bytes = room;
        let gets = ["a", "b", "c", "9", "10", "d"].map(|key| Command::Get { key: Key::new(key), at: None });
        for command in commands.iter().chain(&gets).chain(&gets) {
            let command = &command.clone().into();
            prop_assert_eq!(cached.execute(command, &mut ()), plain.execute(command, &mut ()));
        }
    }
}

/// On a level whose tables never overlap a scan reads one after the other, and none that it does not come to.
#[test]
fn a_scan_reads_no_table_before_it_comes_to_it() {
    let mut tree = opened(&[("pace", "100000")]);
    run(&mut tree, "put 1..60 value; settle");
    let levels = (0..version::LEVELS).map(|level| tree.version().level(level).len());
    let (filled, tables) = (levels.clone().filter(|tables| *tables > 0).count(), levels.sum::<usize>());
    assert!(tree.version().level(0).is_empty(), "those overlap");
    let reads = |tree: &mut Lsm, most: usize| {
        let before = tree.disk.tally.reads;
        let found = tree.scan(&Key::new("1"), most).unwrap();
        (found, tree.disk.tally.reads - before)
    };
    let (found, few) = reads(&mut tree, 1);
    assert_eq!(found, 1);
    let (found, many) = reads(&mut tree, 100);
    assert_eq!(found, 60);
    assert!(tables > filled && few as usize <= filled && many as usize >= tables, "{few} and {many} of {tables}");
}

/// What was read once is not read again while there is room for it.
#[test]
fn a_block_that_is_kept_is_read_once() {
    let mut tree = opened(&[("pace", "100000")]);
    Rc::make_mut(&mut tree.settings).cache_bytes = 1 << 20;
    run(&mut tree, "put 1..12 value; settle; get 3");
    let read = tree.totals.blocks_read;
    assert!(read > 0);
    run(&mut tree, "get 3");
    assert_eq!(tree.totals.blocks_read, read);
}
