//! What happened, in a sentence or two.

use stepwise_derive::Event;

use super::side::{Cost, Name, Throughput};
use crate::contract::Refused;
use crate::spell::{grouped, time};
use crate::wording::count;
use crate::workload::Operation;

#[derive(Clone, Event)]
pub enum Event {
    /// One of the two has carried out an operation.
    #[told(
        "{}: {} of key {}{}. {} read, {} written, {}, {}: {} of the device's time.",
        name.text(), operation.kind.name(), operation.key, and_on(operation.records),
        count(cost.bytes_read, "byte"), count(cost.bytes_written, "byte"), count(cost.seeks, "seek"),
        count(cost.syncs, "sync"), time(cost.time)
    )]
    Operated { name: Name, operation: Operation, cost: Cost },
    /// Both have carried out a slice of a longer run.
    #[told(
        "{} of {} operations are done. The B-tree {}.",
        grouped(*done), grouped(*of), makes(*throughputs, "")
    )]
    Advanced { done: u64, of: u64, throughputs: [Throughput; 2] },
    /// Both have finished what they had put off.
    #[told(
        "The work that was put off is done: the B-tree's checkpoint took {}, the LSM-tree's flushes and compactions {}.",
        time(costs[0].time), time(costs[1].time)
    )]
    Settled { costs: [Cost; 2] },
    /// Of a sweep, one share of reads.
    #[told("With {reads} % reads the B-tree {}.", makes(*throughputs, " operations"))]
    Swept { reads: u64, throughputs: [Throughput; 2] },
    /// The end of a sweep: between which shares of reads another one wins, and who wins with the smaller.
    #[told(
        "Up to {below} % reads the {} is faster; with {above} % the {} is.",
        first.text(), first.other().text(),
        when = let Some((below, above)) = flip
    )]
    #[told("The {} is the faster one whatever the share of reads.", first.text())]
    Compared { first: Name, flip: Option<(u64, u64)> },
    #[told("All measurements are forgotten; both keep their data.")]
    Forgotten,
    #[flatten]
    Refused(Refused),
}

fn and_on(records: u64) -> String {
    if records > 1 { format!(" and on, {}", count(records, "record")) } else { String::new() }
}

/// What the B-tree does, and then the LSM-tree: `makes 4,398 a second, the LSM-tree 2,205`.
fn makes(throughputs: [Throughput; 2], what: &str) -> String {
    const NOTHING: &str = "has asked nothing of its disk";
    match throughputs.map(|throughput| throughput.map(grouped)) {
        [Some(btree), Some(lsm)] => format!("makes {btree}{what} a second, the LSM-tree {lsm}"),
        [Some(btree), None] => format!("makes {btree}{what} a second; the LSM-tree {NOTHING}"),
        [None, Some(lsm)] => format!("{NOTHING}; the LSM-tree makes {lsm}{what} a second"),
        [None, None] => format!("{NOTHING}, and neither has the LSM-tree"),
    }
}
