//! Pairs for a store: keys of 16 bytes and values of 100, put into the LSM-tree one after the other, and then read in
//! another order. Exported to JavaScript, which puts the same pairs into other stores.

use std::cell::RefCell;

use stepwise_engine::Engine;
use stepwise_engine::key::Key;
use stepwise_engine::sim::Time;
use stepwise_engine::storage::SyncPolicy;
use stepwise_engine::storage::lsm::{Command, Device, Lsm, Policy, Settings};

/// A prime greater than any count that is asked for.
const STRIDE: u64 = 1_000_000_007;

/// LevelDB's sizes and 32 MB for blocks, on a device that takes no time; the log is synced only where a memtable is full.
pub fn settings() -> Settings {
    Settings {
        policy: Policy::Leveled,
        memtable_bytes: 4 << 20,
        immutables: 2,
        block_bytes: 4096,
        restart_interval: 16,
        bloom_bits: 10,
        cache_bytes: 32 << 20,
        table_bytes: Some(2 << 20),
        level0_tables: 4,
        level1_bytes: 10 << 20,
        fanout: 10,
        sync: SyncPolicy::OnCommand,
        collects_log: false,
        pace: Time::ZERO,
        device: Device { access: Time::ZERO, seek: Time::ZERO, sync: Time::ZERO, nanos_per_byte: 1 },
        disk_bytes: 1 << 32,
    }
}

/// Lets the background end what waits for it after the last put: memtables to flush, tables to compact. Nobody counts
/// that time. The other stores have threads for it beside the one that puts.
pub fn settle(tree: &mut Lsm) {
    tree.execute(&Command::Settle.into(), &mut ());
}

struct Run {
    /// Keys and values, in the order in which they are put.
    pairs: Vec<(Key, String)>,
    /// The same keys in another order.
    gets: Vec<Key>,
    tree: Lsm,
}

thread_local! {
    static RUN: RefCell<Option<Run>> = const { RefCell::new(None) };
}

/// Makes `count` pairs: number `n` has the key `n × 0x9e3779b97f4a7c15` mod 2^64 in 16 hexadecimal digits, and its own
/// digits, filled up with zeros, as its value. The reads go round in steps of a prime, and so come by every key once.
#[unsafe(no_mangle)]
pub extern "C" fn lsm_prepare(count: u32) {
    let key = |number: u64| Key::new(&format!("{:016x}", number.wrapping_mul(0x9e37_79b9_7f4a_7c15)));
    let count = u64::from(count);
    let pairs = (0..count).map(|number| (key(number), format!("{number:0100}"))).collect();
    let gets = (0..count).map(|place| key(place * STRIDE % count)).collect();
    RUN.set(Some(Run { pairs, gets, tree: Lsm::new(settings()) }));
}

/// Puts all pairs into a new tree; returns how many were taken.
#[unsafe(no_mangle)]
pub extern "C" fn lsm_insert_all() -> u32 {
    RUN.with_borrow_mut(|run| {
        let Some(run) = run else { return 0 };
        run.tree = Lsm::new(settings());
        run.pairs.iter().filter(|(key, value)| run.tree.put(key, value, &mut ()).is_ok()).count() as u32
    })
}

/// Lets the tree settle; returns how many tables it has then.
#[unsafe(no_mangle)]
pub extern "C" fn lsm_settle() -> u32 {
    RUN.with_borrow_mut(|run| {
        let Some(run) = run else { return 0 };
        settle(&mut run.tree);
        run.tree.version().tables().count() as u32
    })
}

/// Reads all of them; returns how many were found.
#[unsafe(no_mangle)]
pub extern "C" fn lsm_get_all() -> u32 {
    RUN.with_borrow_mut(|run| {
        let Some(run) = run else { return 0 };
        run.gets.iter().filter(|key| matches!(run.tree.get(key, &mut ()), Ok(Some(_)))).count() as u32
    })
}
