//! What the tree is opened with: in the figure small numbers, of the shape that LevelDB's have.

use stepwise_derive::{Choice, Parameters};

use crate::form::{ParameterKind, ParameterValue, integers};
use crate::sim::Time;
use crate::storage::SyncPolicy;
use crate::storage::table::TableShape;

/// `duel` and the benchmarks make their own.
#[derive(Clone, Debug, Parameters)]
pub struct Settings {
    /// Which tables are merged, and when
    #[name("compaction")]
    #[parameter(Policy::Leveled)]
    pub policy: Policy,
    /// The memtable becomes immutable once its entries have this many bytes: each its key, its value, and 8 for its number
    ///
    /// As [`Entry::bytes`](crate::storage::Entry::bytes) counts them.
    #[name("memtable")]
    #[parameter(48, 16..=1 << 22, "bytes")]
    pub memtable_bytes: u64,
    /// Leveled: how many times larger each level is than the one above, starting at level 2
    #[label("Fan-out")]
    #[parameter(4, 2..=20)]
    pub fanout: u64,
    /// How many bits each key has in the filter of its table, which has 64 at least
    #[name("bloom")]
    #[label("Bloom filter")]
    #[parameter(10, 1..=20, "bits")]
    pub bloom_bits: usize,
    /// How long it is from one command to the next, if the tree doesn't keep them waiting
    #[parameter(2000, 0..=1_000_000, "µs")]
    pub pace: Time,
    /// How fast the device reads and writes
    #[parameter(1000)]
    pub device: Device,
    /// With this many tables level 0 is merged, and with size-tiered compaction every level; with twice as many on level 0
    /// writes are slowed, with three times as many they stop
    #[name("level0")]
    #[label("Tables on level 0")]
    #[parameter(2, 1..=64)]
    pub level0_tables: u64,
    /// Leveled: how many bytes level 1 may hold
    #[name("level1")]
    #[label("Level 1")]
    #[parameter(320, 64..=1 << 24, "bytes")]
    pub level1_bytes: u64,
    /// A block is closed once it has this many bytes
    #[name("block")]
    #[label("Blocks")]
    #[parameter(40, 16..=1 << 16, "bytes")]
    pub block_bytes: usize,
    /// When a log record is synced: written from the page cache to the disk
    #[parameter(SyncPolicy::Always)]
    pub sync: SyncPolicy,
    /// How many bytes there is room for
    #[name("disk")]
    #[label("Disk size")]
    #[parameter(1_048_576, 256..=1 << 26, "bytes")]
    pub disk_bytes: u64,
    /// So many immutable memtables may wait to be flushed; with one more, writes stop.
    #[fixed(2)]
    pub immutables: usize,
    #[fixed(4)]
    pub restart_interval: usize,
    /// So many bytes of blocks are kept in memory once they were read.
    #[fixed(0)]
    pub cache_bytes: usize,
    /// An output of a leveled compaction is closed once it is at least that long; if none is said, as two memtables.
    #[fixed(None)]
    pub table_bytes: Option<u64>,
    /// Records of the log wait in memory until it is synced (RocksDB: `manual_wal_flush`).
    #[fixed(false)]
    pub collects_log: bool,
}

impl Settings {
    pub fn shape(&self) -> TableShape {
        let Settings { block_bytes, restart_interval, bloom_bits, .. } = *self;
        TableShape { block_bytes, restart_interval, bloom_bits }
    }

    pub fn table_bytes(&self) -> u64 {
        self.table_bytes.unwrap_or(2 * self.memtable_bytes)
    }

    /// How many bytes a sorted level may hold.
    pub fn level_bytes(&self, level: usize) -> u64 {
        self.level1_bytes.saturating_mul(self.fanout.saturating_pow(level as u32 - 1))
    }

    /// From so many tables on level 0 on, each write is held up a little. LevelDB: 8, with a compaction from 4 on.
    pub fn slow_from(&self) -> u64 {
        self.level0_tables * 2
    }

    /// From so many on, writes wait until there are fewer. LevelDB: 12.
    pub fn stop_from(&self) -> u64 {
        self.level0_tables * 3
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Choice)]
pub enum Policy {
    Leveled,
    /// size-tiered
    Tiered,
}

impl Policy {
    /// Whether the tables of a level stand in the order of their keys and never overlap.
    pub fn is_sorted(self, level: usize) -> bool {
        self == Policy::Leveled && level > 0
    }
}

/// What the device takes for its work.
#[derive(Clone, Copy, Debug)]
pub struct Device {
    /// For each read or write, wherever it is.
    pub access: Time,
    /// For each that doesn't begin where the last one ended, more.
    pub seek: Time,
    pub sync: Time,
    pub nanos_per_byte: u64,
}

/// As a parameter, one that moves so many bytes in a millisecond.
impl ParameterValue for Device {
    const KIND: ParameterKind = integers(1..=1_000_000, "bytes/ms");

    fn of(text: &str, unit: &str) -> Device {
        Device {
            access: Time::from_micros(10),
            seek: Time::ZERO,
            sync: Time::from_micros(100),
            nanos_per_byte: 1_000_000 / u64::of(text, unit),
        }
    }
}
