//! What a reader may ask of the tree.

use stepwise_derive::Command;

use super::version::LEVELS;
use crate::key::Key;
use crate::sim::Time;

/// No one watches a device for longer.
const LONGEST: Time = Time::from_millis(1_000_000);
/// No one takes as many snapshots.
const MOST: u64 = u32::MAX as u64;

#[derive(Clone, Debug, PartialEq, Eq, Command)]
pub enum Command {
    /// Log the entry, and put it into the memtable.
    #[button]
    Put {
        #[example("d")]
        key: Key,
        #[example("1")]
        value: String,
    },
    /// Look for the key in memory, then level by level; now, or as a snapshot saw it.
    #[button]
    Get {
        #[example("d")]
        key: Key,
        #[word("at")]
        #[name("snapshot")]
        #[range(1..=MOST)]
        at: Option<u64>,
    },
    /// Log a tombstone, and put it into the memtable.
    #[button]
    Delete {
        #[example("d")]
        key: Key,
    },
    /// Merge memory and all tables from FROM to TO.
    #[button]
    Scan {
        #[example("a")]
        from: Key,
        #[example("m")]
        to: Key,
        #[word("at")]
        #[name("snapshot")]
        #[range(1..=MOST)]
        at: Option<u64>,
    },
    /// Wait until flushes and compactions have caught up.
    #[button]
    Settle,
    /// Write the memtable out as a table.
    #[button]
    Flush,
    /// Bring something of LEVEL, or of the newest level that has a table, down to the next.
    #[button]
    Compact {
        #[range(0..=LEVELS as u64 - 1)]
        level: Option<u64>,
    },
    /// Keep this moment readable, whatever is written after it.
    #[button]
    Snapshot,
    /// Give a snapshot up; entries that only it could read may be dropped from then on.
    Release {
        #[name("snapshot")]
        #[example("1")]
        #[range(1..=MOST)]
        number: u64,
    },
    /// Let time pass, and the background work.
    Run {
        #[example("5ms")]
        #[most(LONGEST)]
        time: Time,
    },
    /// Make every logged write safe from a crash.
    Sync,
}
