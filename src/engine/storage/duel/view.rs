//! What can be seen of the duel from outside: for programs, and for whoever draws it.

use serde_json::{Value, json};

use super::Duel;
use super::side::{Name, Side};
use crate::contract::Counter;

/// In hundredths: 250 is two and a half times.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Amplification {
    pub write: u64,
    pub read: u64,
    pub space: u64,
}

impl Duel {
    pub fn side(&self, name: Name) -> &Side {
        &self.sides[name as usize]
    }

    /// How many records both hold.
    pub fn records(&self) -> u64 {
        self.workload.records
    }

    /// How many operations are measured.
    pub fn operations(&self) -> u64 {
        self.sides[0].latencies.count
    }

    pub fn amplification(&self, name: Name) -> Amplification {
        let (cost, used) = (self.side(name).cost(), self.side(name).disk().used);
        let hundredths = |part: u64, whole: u64| (part * 100).checked_div(whole).unwrap_or(0);
        Amplification {
            write: hundredths(cost.bytes_written, self.bytes_written),
            read: hundredths(cost.bytes_read, self.bytes_read),
            space: hundredths(used, self.live_bytes),
        }
    }
}

pub(super) fn counters(duel: &Duel) -> Vec<Counter> {
    let [btree, lsm] = [duel.sides[0].cost(), duel.sides[1].cost()];
    [
        ("operations", duel.operations()),
        ("btree_time_us", btree.time.as_micros()),
        ("btree_bytes_read", btree.bytes_read),
        ("btree_bytes_written", btree.bytes_written),
        ("btree_seeks", btree.seeks),
        ("btree_syncs", btree.syncs),
        ("lsm_time_us", lsm.time.as_micros()),
        ("lsm_bytes_read", lsm.bytes_read),
        ("lsm_bytes_written", lsm.bytes_written),
        ("lsm_seeks", lsm.seeks),
        ("lsm_syncs", lsm.syncs),
    ]
    .map(|(name, value)| Counter { name, value })
    .to_vec()
}

pub(super) fn state(duel: &Duel) -> Value {
    let side = |name: Name| {
        let (side, amplification) = (duel.side(name), duel.amplification(name));
        json!({
            "name": name.text(),
            "operations_per_second": side.throughput(),
            "p50_us": side.latencies.percentile(500).as_micros(),
            "p99_us": side.latencies.percentile(990).as_micros(),
            "max_us": side.latencies.max().as_micros(),
            "write_amplification_percent": amplification.write,
            "read_amplification_percent": amplification.read,
            "space_amplification_percent": amplification.space,
        })
    };
    json!({
        "records": duel.workload.records,
        "operations": duel.operations(),
        "sides": [side(Name::BTree), side(Name::Lsm)],
        "shares": duel.shares.iter().map(|share| json!([share.reads, share.throughputs])).collect::<Vec<_>>(),
    })
}
