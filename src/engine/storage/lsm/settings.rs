//! The parameters of the tree, small numbers of the shape that LevelDB's have.

use crate::contract::{Parameter, ParameterKind, Parameters};
use crate::sim::Time;
use crate::storage::SyncPolicy;
use crate::storage::table::TableShape;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Policy {
    Leveled,
    Tiered,
}

impl Policy {
    /// Whether the tables of a level stand in the order of their keys and never overlap.
    pub fn is_sorted(self, level: usize) -> bool {
        self == Policy::Leveled && level > 0
    }
}

/// The parameters, as they are used. `duel` and the benchmarks make their own.
#[derive(Clone, Debug)]
pub struct Settings {
    pub policy: Policy,
    /// The memtable becomes immutable once its entries have so many bytes ([`Entry::bytes`](crate::storage::Entry::bytes)).
    pub memtable_bytes: u64,
    /// So many immutable memtables may wait to be flushed; with one more, writes stop.
    pub immutables: usize,
    pub shape: TableShape,
    /// So many bytes of blocks are kept in memory once they were read.
    pub cache_bytes: usize,
    /// An output of a leveled compaction is closed once it is at least that long.
    pub table_bytes: u64,
    /// A level of overlapping tables is merged once it has so many.
    pub level0_tables: u64,
    /// Level 1 may hold so many bytes, each deeper level `fanout` times more.
    pub level1_bytes: u64,
    pub fanout: u64,
    pub sync: SyncPolicy,
    /// Records of the log wait in memory until it is synced (RocksDB: `manual_wal_flush`).
    pub collects_log: bool,
    /// Between two commands of the reader's, if the tree does not keep them longer.
    pub pace: Time,
    pub device: Device,
    pub disk_bytes: u64,
}

/// What the device takes for its work.
#[derive(Clone, Copy, Debug)]
pub struct Device {
    /// For each read or write, wherever it is.
    pub access: Time,
    /// For each that does not begin where the last one ended, more.
    pub seek: Time,
    pub sync: Time,
    pub nanos_per_byte: u64,
}

impl Settings {
    pub fn new(parameters: &Parameters) -> Settings {
        Settings {
            policy: if parameters.text("compaction") == "tiered" { Policy::Tiered } else { Policy::Leveled },
            memtable_bytes: parameters.integer("memtable"),
            immutables: 2,
            shape: TableShape {
                block_bytes: parameters.integer("block") as usize,
                restart_interval: 4,
                bloom_bits: parameters.integer("bloom") as usize,
            },
            cache_bytes: 0,
            table_bytes: parameters.integer("memtable") * 2,
            level0_tables: parameters.integer("level0"),
            level1_bytes: parameters.integer("level1"),
            fanout: parameters.integer("fanout"),
            sync: SyncPolicy::of(parameters),
            collects_log: false,
            pace: Time::from_micros(parameters.integer("pace")),
            device: Device {
                access: Time::from_micros(10),
                seek: Time::ZERO,
                sync: Time::from_micros(100),
                nanos_per_byte: 1_000_000 / parameters.integer("device"),
            },
            disk_bytes: parameters.integer("disk"),
        }
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

pub const PARAMETERS: &[Parameter] = &[
    Parameter {
        name: "compaction",
        label: "Compaction",
        about: "Which tables are merged, and when",
        kind: ParameterKind::Choice(&[("leveled", "leveled"), ("tiered", "size-tiered")]),
        default: "leveled",
    },
    Parameter {
        name: "memtable",
        label: "Memtable",
        about: "The memtable becomes immutable once its entries have that many bytes: each its key, its value, and 8 for its number",
        kind: ParameterKind::Integer { min: 16, max: 1 << 22, unit: "bytes" },
        default: "48",
    },
    Parameter {
        name: "fanout",
        label: "Fan-out",
        about: "Leveled: how many times larger each level is than the one above, from level 2 on",
        kind: ParameterKind::Integer { min: 2, max: 20, unit: "" },
        default: "4",
    },
    Parameter {
        name: "bloom",
        label: "Bloom filter",
        about: "How many bits each key has in the filter of its table, which has 64 at least",
        kind: ParameterKind::Integer { min: 1, max: 20, unit: "bits" },
        default: "10",
    },
    Parameter {
        name: "pace",
        label: "Pace",
        about: "How long it is from one command to the next, if the tree does not keep them waiting",
        kind: ParameterKind::Integer { min: 0, max: 1_000_000, unit: "µs" },
        default: "2000",
    },
    Parameter {
        name: "device",
        label: "Device",
        about: "How fast the device reads and writes",
        kind: ParameterKind::Integer { min: 1, max: 1_000_000, unit: "bytes/ms" },
        default: "1000",
    },
    Parameter {
        name: "level0",
        label: "Tables on level 0",
        about: "From so many tables on, level 0 is merged, and size-tiered every level; from twice as many on level 0 writes are slowed, from three times as many they stop",
        kind: ParameterKind::Integer { min: 1, max: 64, unit: "" },
        default: "2",
    },
    Parameter {
        name: "level1",
        label: "Level 1",
        about: "Leveled: how many bytes level 1 may hold",
        kind: ParameterKind::Integer { min: 64, max: 1 << 24, unit: "bytes" },
        default: "320",
    },
    Parameter {
        name: "block",
        label: "Blocks",
        about: "A block is closed once it has that many bytes",
        kind: ParameterKind::Integer { min: 16, max: 1 << 16, unit: "bytes" },
        default: "40",
    },
    Parameter {
        name: "sync",
        label: "Sync",
        about: "When a log record is synced: written from the page cache to the disk",
        kind: SyncPolicy::CHOICE,
        default: "always",
    },
    Parameter {
        name: "disk",
        label: "Disk size",
        about: "How many bytes there is room for",
        kind: ParameterKind::Integer { min: 256, max: 1 << 26, unit: "bytes" },
        default: "1048576",
    },
];
