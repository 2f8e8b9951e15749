//! What happened, in a sentence or two.

use std::fmt::{self, Display};

use super::side::{Cost, Name, Throughput};
use crate::contract;
use crate::service::spell::{grouped, time};
use crate::wording::count;
use crate::workload::Operation;

#[derive(Clone)]
pub enum Event {
    /// One of the two has carried out an operation.
    Operated {
        name: Name,
        operation: Operation,
        cost: Cost,
    },
    /// Both have carried out a slice of a longer run.
    Advanced {
        done: u64,
        of: u64,
        throughputs: [Throughput; 2],
    },
    /// Both have finished what they had put off.
    Settled {
        costs: [Cost; 2],
    },
    /// Of a sweep, one share of reads.
    Swept {
        reads: u64,
        throughputs: [Throughput; 2],
    },
    /// The end of a sweep: between which shares of reads another one wins, and who wins with the smaller.
    Compared {
        first: Name,
        flip: Option<(u64, u64)>,
    },
    Forgotten,
    Refused {
        why: String,
    },
}

impl contract::Event for Event {
    fn name(&self) -> &'static str {
        match self {
            Event::Operated { .. } => "Operated",
            Event::Advanced { .. } => "Advanced",
            Event::Settled { .. } => "Settled",
            Event::Swept { .. } => "Swept",
            Event::Compared { .. } => "Compared",
            Event::Forgotten => "Forgotten",
            Event::Refused { .. } => "Refused",
        }
    }
}

/// `makes 4,398 a second, the LSM-tree 2,205.`
fn makes(out: &mut fmt::Formatter, throughputs: [Throughput; 2], what: &str) -> fmt::Result {
    const NOTHING: &str = "has asked nothing of its disk";
    match throughputs {
        [Some(btree), Some(lsm)] => {
            write!(out, "makes {}{what} a second, the LSM-tree {}.", grouped(btree), grouped(lsm))
        }
        [Some(btree), None] => write!(out, "makes {}{what} a second; the LSM-tree {NOTHING}.", grouped(btree)),
        [None, Some(lsm)] => write!(out, "{NOTHING}; the LSM-tree makes {}{what} a second.", grouped(lsm)),
        [None, None] => write!(out, "{NOTHING}, and neither has the LSM-tree."),
    }
}

impl Display for Event {
    fn fmt(&self, out: &mut fmt::Formatter) -> fmt::Result {
        match self {
            Event::Operated { name, operation, cost } => {
                write!(out, "{}: {} of key {}", name.text(), operation.kind.name(), operation.key)?;
                if operation.records > 1 {
                    write!(out, " and on, {}", count(operation.records, "record"))?;
                }
                write!(
                    out,
                    ". {} read, {} written, {}, {}: {} of the device's time.",
                    count(cost.bytes_read, "byte"),
                    count(cost.bytes_written, "byte"),
                    count(cost.seeks, "seek"),
                    count(cost.syncs, "sync"),
                    time(cost.time),
                )
            }
            Event::Advanced { done, of, throughputs } => {
                write!(out, "{} of {} operations are done. The B-tree ", grouped(*done), grouped(*of))?;
                makes(out, *throughputs, "")
            }
            Event::Settled { costs: [btree, lsm] } => write!(
                out,
                "What was put off is done: the B-tree's checkpoint took {}, the LSM-tree's flushes and compactions {}.",
                time(btree.time),
                time(lsm.time),
            ),
            Event::Swept { reads, throughputs } => {
                write!(out, "With {reads} % reads the B-tree ")?;
                makes(out, *throughputs, " operations")
            }
            Event::Compared { first, flip: None } => {
                write!(out, "The {} is the faster one whatever the share of reads.", first.text())
            }
            Event::Compared { first, flip: Some((below, above)) } => {
                let other = if *first == Name::BTree { Name::Lsm } else { Name::BTree };
                write!(
                    out,
                    "Up to {below} % reads the {} is faster; with {above} % the {} is.",
                    first.text(),
                    other.text(),
                )
            }
            Event::Forgotten => out.write_str("What was measured is forgotten; both keep their data."),
            Event::Refused { why } => write!(out, "Refused: {why}"),
        }
    }
}
