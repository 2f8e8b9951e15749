//! What must hold after every operation; [`proof`] pulls the plug.

mod proof;

use proptest::prelude::*;

use super::*;
use crate::key::Key;
use crate::language::Words;
use crate::sim::Crash;
use crate::storage::Asked;

/// A probe that keeps every photograph.
#[derive(Default)]
struct Photographs(Vec<BTree>);

impl Probe<BTree> for Photographs {
    fn step(&mut self, event: impl FnOnce() -> Event, state: &BTree) {
        let told = event().to_string();
        assert!(told.ends_with('.') && !told.is_empty(), "{told}");
        self.0.push(state.clone());
    }
}

/// Numbers and words by turns, so that both kinds of keys meet.
fn key(number: u16) -> Key {
    if number.is_multiple_of(2) { Key::new(&number.to_string()) } else { Key::new(&format!("key {number:05}")) }
}

fn crash(tree: &mut BTree, crash: Crash) {
    assert_eq!(tree.execute(&Asked::Crash(crash), &mut ()), Outcome::Done);
}

fn assert_whole(tree: &BTree) {
    let found = tree.clone().survey();
    assert_eq!(found.problems, []);
    assert!(tree.problems.is_empty());
    // No page is lost: each is a meta page, in the tree, or free.
    let used = (0..tree.places()).map(PageId).filter(|id| tree.place(*id) == Place::Used);
    assert_eq!(used.collect::<Vec<_>>(), found.pages.into_iter().collect::<Vec<_>>());
    assert!((0..tree.places()).all(|id| !matches!(tree.place(PageId(id)), Place::Unknown)));
    assert_cache(tree);
}

/// What leaves memory is on the disk, for what is clean or logged there has the disk's bytes; and more pages than there is
/// room for are in memory only while a change needs them.
fn assert_cache(tree: &BTree) {
    let size = tree.page_size();
    for (id, frame) in tree.pool.iter() {
        let bytes = match (frame.standing, tree.log.newest(id)) {
            (Standing::Dirty, _) => continue,
            (Standing::Logged, start) => tree.bytes_in_log(start.expect("the log has it"), size),
            (Standing::Clean, _) => tree.bytes_on_disk(id),
        };
        assert_eq!(*frame.page.bytes, bytes, "{id}, {:?}", frame.standing);
    }
    let dirty = tree.pool.iter().filter(|(_, frame)| frame.standing == Standing::Dirty).count();
    let mut next = tree.clone();
    next.begin();
    assert!(next.pool.held <= next.pool.room.max(dirty), "{} of {}", next.pool.held, next.pool.room);
    assert_eq!(next.pool.iter().count(), next.pool.held);
}

fn tree_with(order: usize, survival: Survival, sync: SyncPolicy, cache_pages: usize) -> BTree {
    let (layout, checkpoint_images) = (Layout::of_order(order, slot::MAX_VALUE_BYTES), settings::CHECKPOINT_AFTER);
    BTree::new(Settings { layout, survival, sync, cache_pages, checkpoint_images, disk_bytes: 1 << 24 })
}

/// How many changes the disk was asked for, as far as a step must follow each.
fn changes(tree: &BTree) -> u64 {
    let tally = tree.disk.tally;
    tally.writes + tally.syncs
}

#[test]
fn every_operation_of_the_disk_is_a_step() {
    for survival in [Survival::None, Survival::Log, Survival::Copy] {
        let mut tree = BTree::with_order(3, survival, SyncPolicy::Always, 1 << 24);
        let mut before = changes(&tree);
        let puts = (0..30).map(|number| Command::Put { key: key(number), value: "v".into() });
        let deletes = (0..30).map(|number| Command::Delete { key: key(number) });
        for command in puts.chain(deletes).map(Asked::from).chain([Asked::Crash(Crash::Kept)]) {
            let mut photographs = Photographs::default();
            tree.execute(&command, &mut photographs);
            photographs.0.push(tree.clone());
            for photograph in &photographs.0 {
                assert!(changes(photograph) - before <= 1, "two operations of the disk within one step");
                before = changes(photograph);
            }
        }
    }
}

/// Ten keys in order fill a tree of order 4 so that the next one splits a leaf.
fn before_a_split(survival: Survival) -> BTree {
    let mut tree = BTree::with_order(4, survival, SyncPolicy::Always, 1 << 24);
    for number in 1..=3 {
        tree.put(&Key::new(&number.to_string()), "v", &mut ()).unwrap();
    }
    tree
}

/// Every way in which the power can go while a key is put that splits a leaf, with what recovery found.
fn crashes_in_a_split(survival: Survival) -> Vec<BTree> {
    let mut photographs = Photographs::default();
    before_a_split(survival).put(&Key::new("4"), "v", &mut photographs).unwrap();
    let crashed = photographs.0.into_iter().map(|mut tree| {
        crash(&mut tree, Crash::Lost);
        tree
    });
    crashed.collect()
}

#[test]
fn without_protection_a_crash_in_a_split_loses_keys() {
    let crashed = crashes_in_a_split(Survival::None);
    let damaged: Vec<_> = crashed.iter().filter(|tree| !tree.problems.is_empty()).collect();
    assert!(!damaged.is_empty());
    for tree in damaged {
        let mut tree = tree.clone();
        match tree.get(&Key::new("4"), &mut ()) {
            Ok(found) => assert_eq!(found, None),
            Err(refused) => assert!(refused.reason.contains("can't be read"), "{refused}"),
        }
        let put = tree.put(&Key::new("9"), "v", &mut ()).unwrap_err().reason;
        assert!(put.starts_with("the tree is damaged ("), "{put}");
        let scan = tree.scan(&Key::new("1"), &Key::new("9"), &mut ()).unwrap_err().reason;
        assert!(scan.contains("can't be read") || scan.contains("no inner page knows"), "{scan}");
    }
    for survival in [Survival::Log, Survival::Copy] {
        assert!(crashes_in_a_split(survival).iter().all(|tree| tree.problems.is_empty()));
    }
}

#[test]
fn copies_that_never_counted_are_found_as_orphans() {
    let orphans = |tree: &BTree| (0..tree.places()).filter(|id| tree.place(PageId(*id)) == Place::Orphan).count();
    let most = crashes_in_a_split(Survival::Copy).iter().map(orphans).max();
    assert_eq!(most, Some(3), "two halves and a root");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    /// Damaged or not, a tree answers, and never panics.
    #[test]
    fn a_damaged_tree_still_answers(
        asks in prop::collection::vec((0..24u16, prop::bool::weighted(0.4)), 1..30),
        order in 3usize..6,
        cache in prop_oneof![Just(1), 2usize..8, Just(usize::MAX)],
        seed in any::<u64>(),
    ) {
        let mut tree = tree_with(order, Survival::None, SyncPolicy::Always, cache);
        for (number, is_delete) in asks {
            let key = key(number);
            let ask = if is_delete { Command::Delete { key } } else { Command::Put { key, value: "v".into() } };
            let mut photographs = Photographs::default();
            tree.execute(&ask.into(), &mut photographs);
            for mut photograph in photographs.0 {
                crash(&mut photograph, Crash::Torn { seed });
                for command in ["get 4", "scan 0 \"~\"", "put 9 v", "delete 4", "check", "evict", "get 4", "crash kept"] {
                    let statement = &crate::language::statements(command).unwrap()[0];
                    let command = BTree::parse(&mut Words::new(statement)).unwrap();
                    photograph.execute(&command, &mut Photographs::default());
                }
            }
        }
    }
}

#[test]
fn a_disk_that_fails_stops_the_tree_until_a_crash() {
    for survival in [Survival::None, Survival::Log, Survival::Copy] {
        for operations in 0..4 {
            let mut tree = before_a_split(survival);
            tree.disk.cut_power_after(operations);
            let put = Command::Put { key: Key::new("4"), value: "v".into() }.into();
            if tree.execute(&put, &mut ()).is_ok() {
                continue;
            }
            assert!(matches!(tree.execute(&put, &mut ()), Outcome::Refused(why) if why.contains("power is off")));
            crash(&mut tree, Crash::Lost);
            assert!(survival == Survival::None || tree.execute(&put, &mut ()).is_ok());
        }
    }
}

#[test]
fn a_log_empties_itself() {
    let mut tree = BTree::with_order(4, Survival::Log, SyncPolicy::Always, 1 << 24);
    for number in 0..settings::CHECKPOINT_AFTER {
        tree.put(&Key::new(&number.to_string()), "v", &mut ()).unwrap();
    }
    assert!(tree.totals.checkpoints > 0 && tree.log.images < settings::CHECKPOINT_AFTER);
}

#[test]
fn few_levels_reach_far() {
    let mut tree = BTree::with_order(64, Survival::None, SyncPolicy::OnCommand, 1 << 30);
    for number in 0..20_000u64 {
        tree.put(&Key::new(&(number * 7919 % 20_011).to_string()), "v", &mut ()).unwrap();
    }
    assert_eq!((tree.height, tree.check().len()), (3, 0));
}

/// Each byte of each page is flipped, and the file cut off everywhere: a value is the right one, or it is refused.
#[test]
fn no_damaged_page_gives_a_wrong_value() {
    let mut refused = 0;
    for survival in [Survival::None, Survival::Log, Survival::Copy] {
        let mut tree = BTree::with_order(4, survival, SyncPolicy::Always, 1 << 20);
        for number in 0..12 {
            tree.execute(&Command::Put { key: key(number), value: format!("v{number}") }.into(), &mut ());
        }
        let file = tree.disk.open("tree").unwrap();
        for at in 0..tree.disk.len(file) {
            for cut in [false, true] {
                let mut damaged = tree.clone();
                match cut {
                    true => damaged.disk.truncate(file, at).unwrap(),
                    false => damaged.disk.rot(file, at),
                }
                damaged.execute(&Asked::Crash(Crash::Kept), &mut ());
                for number in 0..12 {
                    match damaged.execute(&Command::Get { key: key(number) }.into(), &mut ()) {
                        Outcome::Refused(_) => refused += 1,
                        Outcome::Value(Some(value)) => assert_eq!(value, format!("v{number}"), "byte {at}"),
                        // Of two meta pages the older one counts where the newer one is damaged: the last write is gone.
                        Outcome::Value(None) if survival == Survival::Copy && number == 11 => {}
                        other => panic!("{survival:?}, byte {at}, cut {cut}: key {number}: {other:?}"),
                    }
                }
            }
        }
    }
    // Where the log still holds a page, it is mended.
    assert!(refused > 0);
}

/// Sixty keys on three levels at least, all of them safe.
fn three_levels(survival: Survival, cache_pages: usize) -> BTree {
    let mut tree = tree_with(4, survival, SyncPolicy::Always, cache_pages);
    for number in 0..60 {
        tree.execute(&Command::Put { key: key(number), value: format!("v{number}") }.into(), &mut ());
    }
    assert!(tree.height >= 3);
    tree
}

fn get(tree: &mut BTree, number: u16) -> Outcome {
    tree.execute(&Command::Get { key: key(number) }.into(), &mut ())
}

/// FAULTS P5: a `get` reads from the disk. With room for one page, every page of a descent is read and decoded from the
/// disk's bytes, wherever its newest state is: where one byte of them is changed, the page is refused.
#[test]
fn p5_with_room_for_one_page_every_page_of_a_descent_is_read_from_the_disk() {
    for survival in [Survival::None, Survival::Log, Survival::Copy] {
        let mut tree = three_levels(survival, 1);
        for number in 0..60 {
            let before = tree.disk.tally;
            assert_eq!(get(&mut tree, number), Outcome::Value(Some(format!("v{number}"))));
            assert_eq!(tree.cost().pages_read, u64::from(tree.height), "{survival:?}, key {number}");
            assert_eq!(tree.disk.tally.bytes_read - before.bytes_read, tree.page_size() * u64::from(tree.height));
            assert_eq!(tree.cached(), (1, 1));
        }
        for visit in tree.path.visits().to_vec() {
            let mut damaged = tree.clone();
            let place = match tree.log.newest(visit.page) {
                Some(start) => (tree.log.file.unwrap(), start),
                None => (tree.file, tree.offset(visit.page)),
            };
            damaged.disk.rot(place.0, place.1 + 30);
            assert!(matches!(get(&mut damaged, 59), Outcome::Refused(why) if why.contains(&visit.page.to_string())));
            let put = Command::Put { key: key(59), value: "w".into() }.into();
            assert!(matches!(damaged.execute(&put, &mut ()), Outcome::Refused(why) if why.contains("damaged")));
        }
    }
}

/// FAULTS P5: with room for all, only what is cold is read: after a crash, and after `evict`.
#[test]
fn p5_a_cache_is_cold_after_a_crash_and_when_it_is_emptied() {
    for survival in [Survival::None, Survival::Log, Survival::Copy] {
        let mut tree = three_levels(survival, usize::MAX);
        let height = u64::from(tree.height);
        for cold in [Asked::Crash(Crash::Lost), Command::Evict.into()] {
            get(&mut tree, 30);
            assert_eq!(tree.cost().pages_read, 0, "all are in memory");
            tree.execute(&cold, &mut ());
            assert_eq!(tree.cached().0, 0, "{survival:?}, {cold}");
            for expected in [height, 0] {
                get(&mut tree, 30);
                assert_eq!(tree.cost().pages_read, expected, "{survival:?}, {cold}");
            }
        }
    }
}

/// FAULTS P5: the room is kept to, and what is used again is found in it: keys one after the other cost less than half of
/// what they cost without.
#[test]
fn p5_a_small_cache_keeps_its_room_and_saves_reads() {
    let mut tree = three_levels(Survival::Log, 6);
    tree.execute(&Command::Evict.into(), &mut ());
    let numbers = (0..60).step_by(2);
    let reads: Vec<u64> = numbers
        .map(|number| {
            get(&mut tree, number);
            assert!(tree.cached().0 <= 6);
            tree.cost().pages_read
        })
        .collect();
    assert_eq!(reads[0], u64::from(tree.height));
    assert!(2 * reads.iter().sum::<u64>() < 30 * u64::from(tree.height), "{reads:?}");
}

/// FAULTS P5: what only memory has cannot be emptied out of it.
#[test]
fn p5_a_changed_page_stays_until_it_is_written() {
    for survival in [Survival::None, Survival::Log, Survival::Copy] {
        let mut tree = tree_with(4, survival, SyncPolicy::OnCommand, 1);
        for number in 0..20 {
            tree.execute(&Command::Put { key: key(number), value: format!("v{number}") }.into(), &mut ());
        }
        tree.execute(&Command::Evict.into(), &mut ());
        assert!(tree.cached().0 > 1);
        assert!((0..20).all(|number| get(&mut tree, number) == Outcome::Value(Some(format!("v{number}")))));
        tree.execute(&Command::Sync.into(), &mut ());
        assert!((0..20).all(|number| get(&mut tree, number) == Outcome::Value(Some(format!("v{number}")))));
        assert_eq!(tree.cached(), (1, 1));
    }
}

/// FAULTS S9: images count once the log is on the disk, and no sooner: who pulls the plug at the commit record has lost them.
#[test]
fn s9_images_count_when_the_log_is_on_the_disk() {
    let mut tree = tree_with(4, Survival::Log, SyncPolicy::Always, 4);
    let mut told = Told::default();
    tree.execute(&Command::Put { key: Key::new("1"), value: "a".into() }.into(), &mut told);
    for (event, photograph) in told.0 {
        let mut crashed = photograph;
        crash(&mut crashed, Crash::Lost);
        let survives = crashed.get(&Key::new("1"), &mut ()).unwrap().is_some();
        assert_eq!(survives, event.contains("is safe"), "{event}");
        assert!(
            survives || !event.contains("images of transaction 1 count") || event.contains("From the moment"),
            "{event}"
        );
    }
}

/// A probe that keeps what was told, with the photograph.
#[derive(Default)]
struct Told(Vec<(String, BTree)>);

impl Probe<BTree> for Told {
    fn step(&mut self, event: impl FnOnce() -> Event, state: &BTree) {
        self.0.push((event().to_string(), state.clone()));
    }
}
