//! The workload that every measurement of speed runs: random keys into the B-tree, and out again, with recording off.
//!
//! As a library for native programs, and as a Wasm module that exports the same three calls, which Node.js times. The
//! LSM-tree has a workload of its own, in `lsm`.

use std::cell::RefCell;
use std::collections::BTreeMap;

use stepwise_engine::Engine;
use stepwise_engine::contract::Probe;
use stepwise_engine::key::Key;
use stepwise_engine::storage::Asked;
use stepwise_engine::storage::btree::command::Command;
use stepwise_engine::storage::btree::{BTree, Survival, SyncPolicy};

pub mod lsm;

/// The children of an inner page; its pages have some 16 KB, a usual size.
const ORDER: usize = 256;
const DISK_BYTES: u64 = 1 << 32;

/// Different keys in random order, each with a value of eight bytes.
pub struct Workload {
    puts: Vec<Asked<Command>>,
    /// The same keys in another random order.
    gets: Vec<Asked<Command>>,
}

impl Workload {
    pub fn new(count: u32) -> Workload {
        let mut random = oorandom::Rand64::new(42);
        // An odd factor makes a permutation of the numbers of 64 bits: no key comes twice.
        let key = |number: u64| Key::new(&format!("k{:016x}", number.wrapping_mul(0x9e37_79b9_7f4a_7c15)));
        let puts =
            (0..u64::from(count)).map(|number| Command::Put { key: key(number), value: format!("{number:08x}") });
        let mut order: Vec<u64> = (0..u64::from(count)).collect();
        for last in (1..order.len()).rev() {
            order.swap(last, random.rand_range(0..last as u64 + 1) as usize);
        }
        Workload {
            puts: puts.map(Asked::from).collect(),
            gets: order.into_iter().map(|number| Command::Get { key: key(number) }.into()).collect(),
        }
    }

    /// Fills a new tree that is forced to its disk at no time: what is measured is the tree.
    pub fn insert(&self, probe: &mut impl Probe<BTree>) -> BTree {
        let mut tree = BTree::with_order(ORDER, Survival::None, SyncPolicy::OnCommand, DISK_BYTES);
        for put in &self.puts {
            tree.execute(put, probe);
        }
        tree
    }

    /// Reads every key; returns how many were found.
    pub fn get(&self, tree: &mut BTree, probe: &mut impl Probe<BTree>) -> usize {
        self.gets.iter().filter(|get| is_found(&tree.execute(get, probe))).count()
    }

    /// The same keys and values into the standard library's tree, as texts: our own keys compare faster than those do.
    pub fn insert_into_map(&self) -> BTreeMap<String, String> {
        let mut map = BTreeMap::new();
        for put in &self.puts {
            if let Asked::Served(Command::Put { key, value }) = put {
                map.insert(key.as_str().to_owned(), value.clone());
            }
        }
        map
    }

    /// The same reads; each value is cloned, since the engine hands out its own, too.
    pub fn get_from_map(&self, map: &BTreeMap<String, String>) -> usize {
        let value = |get: &Asked<Command>| match get {
            Asked::Served(Command::Get { key }) => map.get(key.as_str()).cloned(),
            _ => None,
        };
        self.gets.iter().filter_map(value).filter(|value| !value.is_empty()).count()
    }
}

fn is_found(outcome: &stepwise_engine::Outcome) -> bool {
    matches!(outcome, stepwise_engine::Outcome::Value(Some(_)))
}

thread_local! {
    static STATE: RefCell<Option<(Workload, Option<BTree>)>> = const { RefCell::new(None) };
}

/// Makes the keys.
#[unsafe(no_mangle)]
pub extern "C" fn prepare(count: u32) {
    STATE.set(Some((Workload::new(count), None)));
}

/// Inserts all of them.
#[unsafe(no_mangle)]
pub extern "C" fn insert_all() {
    STATE.with_borrow_mut(|state| {
        if let Some((workload, tree)) = state {
            *tree = Some(workload.insert(&mut ()));
        }
    });
}

/// Reads all of them; returns how many were found.
#[unsafe(no_mangle)]
pub extern "C" fn get_all() -> u32 {
    STATE.with_borrow_mut(|state| match state {
        Some((workload, Some(tree))) => workload.get(tree, &mut ()) as u32,
        _ => 0,
    })
}
