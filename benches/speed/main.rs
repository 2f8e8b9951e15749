//! Measures natively and prints one figure a line: name, value. Times are in nanoseconds for one key, the best of
//! several rounds, since whatever else runs on a machine only ever makes things slower. The first argument is the number
//! of keys; with `tree` as the second, only the B-tree with an unused probe is measured, and with `trials` only those.

use std::time::Instant;

use stepwise_engine::contract::Probe;
use stepwise_engine::form::{Declared, Parameters};
use stepwise_engine::replication::staleness::{Long, Settings};
use stepwise_engine::storage::btree::{BTree, Event};
use stepwise_speed::Workload;

const ROUNDS: usize = 3;
const TRIALS: u64 = 1_000_000;

/// A probe that does the least that a probe can do.
struct Counting(u64);

impl Probe<BTree> for Counting {
    fn step(&mut self, _: impl FnOnce() -> Event, _: &BTree) {
        self.0 += 1;
    }
}

fn main() {
    let count = std::env::args().nth(1).and_then(|count| count.parse().ok()).unwrap_or(1_000_000);
    let workload = Workload::new(count);
    let per_key = |seconds: f64| seconds * 1e9 / f64::from(count);
    let only = std::env::args().nth(2);
    if only.as_deref() == Some("trials") {
        return trials();
    }
    let beside_others = only.is_none();

    let (mut insert, mut get) = (Best::default(), Best::default());
    let (mut counted_insert, mut counted_get) = (Best::default(), Best::default());
    let (mut map_insert, mut map_get) = (Best::default(), Best::default());
    for _ in 0..ROUNDS {
        let mut tree = insert.time(|| workload.insert(&mut ()));
        let found = get.time(|| workload.get(&mut tree, &mut ()));
        assert_eq!(found, count as usize, "every key is found");
        drop(tree);
        if !beside_others {
            continue;
        }
        let mut probe = Counting(0);
        let mut tree = counted_insert.time(|| workload.insert(&mut probe));
        counted_get.time(|| workload.get(&mut tree, &mut probe));
        drop(tree);
        let map = map_insert.time(|| workload.insert_into_map());
        let found = map_get.time(|| workload.get_from_map(&map));
        assert_eq!(found, count as usize, "every key is found");
    }
    println!("btree_insert_ns {:.1}", per_key(insert.seconds));
    println!("btree_get_ns {:.1}", per_key(get.seconds));
    if !beside_others {
        return;
    }
    println!("btree_insert_counting_probe_ns {:.1}", per_key(counted_insert.seconds));
    println!("btree_get_counting_probe_ns {:.1}", per_key(counted_get.seconds));
    println!("std_btreemap_insert_ns {:.1}", per_key(map_insert.seconds));
    println!("std_btreemap_get_ns {:.1}", per_key(map_get.seconds));
    trials();
}

/// A million trials of how stale reads are, as a long run counts them.
fn trials() {
    let parameters = Parameters::new(Settings::PARAMETERS, []).expect("without any, all is as declared");
    let settings = Settings::new(&parameters).expect("what is declared fits");
    let mut counted = Best::default();
    for _ in 0..ROUNDS {
        let mut long = Long::new(settings, TRIALS);
        counted.time(|| while long.advance(TRIALS / 100) {});
        assert_eq!(long.sample.trials, TRIALS);
    }
    println!("staleness_million_s {:.3}", counted.seconds);
}

/// The shortest of several times.
struct Best {
    seconds: f64,
}

impl Default for Best {
    fn default() -> Best {
        Best { seconds: f64::INFINITY }
    }
}

impl Best {
    fn time<T>(&mut self, work: impl FnOnce() -> T) -> T {
        let start = Instant::now();
        let result = work();
        self.seconds = self.seconds.min(start.elapsed().as_secs_f64());
        result
    }
}
