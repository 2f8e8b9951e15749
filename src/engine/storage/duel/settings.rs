//! The parameters of a duel: the workload, the device, and the size of the two engines.

use crate::contract::{BadParameter, Parameter, ParameterKind, Parameters};
use crate::sim::Time;
use crate::storage::SyncPolicy;
use crate::storage::btree::{self, BTree, Layout};
use crate::storage::lsm::{self, Device, Lsm, Policy};
use crate::storage::table::TableShape;
use crate::workload::{Law, Mix, Workload};

/// Room for the longest run.
const DISK_BYTES: u64 = 1 << 32;

#[derive(Clone, Debug)]
pub struct Settings {
    pub mix: Mix,
    pub law: Law,
    pub seed: u64,
    pub device: Device,
    /// So many writes share one sync.
    pub group: u64,
    pub is_small: bool,
    /// Bytes of a value. A record is that, and its key.
    pub record: u64,
    /// Bytes of the page cache, and as many of the block cache.
    pub cache: u64,
    /// After so many page images the B-tree's log is emptied by a checkpoint.
    pub checkpoint: u64,
    /// Flushes and compactions are done as soon as there is work, and not only when a write cannot go on without.
    pub compacts_at_once: bool,
}

/// Pages and blocks of real size.
pub const PAGE_BYTES: usize = 4096;
/// What is usual for a size: kilobytes of cache, and SQLite's checkpoint or one that a reader sees happen.
const SMALL: (u64, u64) = (2, 64);
const REAL: (u64, u64) = (256, 1_000);

impl Settings {
    pub fn new(parameters: &Parameters) -> Result<Settings, BadParameter> {
        let own = (Mix::reads(parameters.integer("reads")), Law::Uniform);
        let (mix, usual) = Mix::core(parameters.text("workload")).unwrap_or(own);
        let law = Law::of(parameters.text("keys")).unwrap_or(usual);
        let (seek, sync, nanos_per_byte) = match parameters.text("device") {
            "disk" => (8_000, 4_000, 7),
            "ssd" => (80, 200, 2),
            _ => (parameters.integer("seek"), parameters.integer("sync"), 1_000_000 / parameters.integer("rate")),
        };
        let is_small = parameters.text("size") == "small";
        let (cache, checkpoint) = if is_small { SMALL } else { REAL };
        let given = |name, usual| Some(parameters.integer(name)).filter(|given| *given > 0).unwrap_or(usual);
        Ok(Settings {
            mix,
            law,
            seed: parameters.integer("seed"),
            device: Device {
                access: Time::ZERO,
                seek: Time::from_micros(seek),
                sync: Time::from_micros(sync),
                nanos_per_byte,
            },
            group: parameters.integer("group"),
            is_small,
            record: parameters.integer("record"),
            cache: given("cache", cache) * 1024,
            checkpoint: given("checkpoint", checkpoint),
            compacts_at_once: parameters.text("compaction") == "now",
        })
    }

    pub fn workload(&self, mix: Mix) -> Workload {
        Workload::new(mix, self.law, self.seed)
    }

    /// Pages of 4 KB, or of four entries.
    pub fn btree(&self) -> BTree {
        let record = self.record as usize;
        let layout = if self.is_small { Layout::of_order(5, record) } else { Layout::of_page(PAGE_BYTES, record) };
        BTree::new(btree::Settings {
            layout,
            survival: btree::Survival::Log,
            sync: SyncPolicy::OnCommand,
            cache_pages: (self.cache as usize / layout.size()).max(1),
            checkpoint_images: self.checkpoint as usize,
            disk_bytes: DISK_BYTES,
        })
    }

    /// Blocks of 4 KB and a memtable of an eighth of the cache, or blocks as small as the pages and a memtable of eight
    /// records.
    pub fn lsm(&self) -> Lsm {
        let record = self.record + 8;
        let (memtable, block) =
            if self.is_small { (8 * record, 4 * record) } else { ((self.cache / 8).max(4096), PAGE_BYTES as u64) };
        Lsm::new(lsm::Settings {
            policy: Policy::Leveled,
            memtable_bytes: memtable,
            immutables: 2,
            shape: TableShape { block_bytes: block as usize, restart_interval: 16, bloom_bits: 10 },
            cache_bytes: self.cache as usize,
            table_bytes: memtable * 2,
            level0_tables: 4,
            level1_bytes: memtable * 8,
            fanout: 10,
            sync: SyncPolicy::OnCommand,
            collects_log: true,
            pace: Time::ZERO,
            device: self.device,
            disk_bytes: DISK_BYTES,
        })
    }
}

const fn own(
    name: &'static str,
    label: &'static str,
    about: &'static str,
    most: u64,
    default: &'static str,
) -> Parameter {
    Parameter { name, label, about, kind: ParameterKind::Integer { min: 1, max: most, unit: "" }, default }
}

const fn usual(name: &'static str, label: &'static str, about: &'static str, unit: &'static str) -> Parameter {
    Parameter { name, label, about, kind: ParameterKind::Integer { min: 0, max: 65_536, unit }, default: "0" }
}

pub const PARAMETERS: &[Parameter] = &[
    Parameter {
        name: "workload",
        label: "Workload",
        about: "A core workload of YCSB, or a mix of your own",
        kind: ParameterKind::Choice(&[
            ("a", "A: half reads, half updates"),
            ("b", "B: 95 % reads"),
            ("c", "C: reads only"),
            ("d", "D: reads of the latest"),
            ("e", "E: short scans"),
            ("f", "F: read-modify-write"),
            ("own", "your own mix"),
        ]),
        default: "a",
    },
    Parameter {
        name: "reads",
        label: "Reads",
        about: "In your own mix, how many of a hundred operations are reads; the rest are updates",
        kind: ParameterKind::Integer { min: 0, max: 100, unit: "%" },
        default: "50",
    },
    Parameter {
        name: "keys",
        label: "Keys",
        about: "Which records are asked for",
        kind: ParameterKind::Choice(&[
            ("usual", "as the workload has it"),
            ("uniform", "uniform"),
            ("zipfian", "zipfian"),
            ("latest", "latest"),
            ("sequential", "sequential"),
        ]),
        default: "usual",
    },
    Parameter {
        name: "device",
        label: "Device",
        about: "What a seek, a byte and a sync cost",
        kind: ParameterKind::Choice(&[("disk", "disk"), ("ssd", "SSD"), ("own", "your own numbers")]),
        default: "ssd",
    },
    own("seek", "Seek", "On a device of your own, microseconds to another place", 1_000_000, "100"),
    own("sync", "Sync", "On a device of your own, microseconds of a sync", 1_000_000, "500"),
    own("rate", "Rate", "On a device of your own, bytes in a millisecond", 1_000_000, "200000"),
    own("group", "Writes a sync", "So many writes wait for one sync (group commit)", 1_000, "1"),
    Parameter {
        name: "size",
        label: "Size",
        about: "How large pages, blocks and memtable are",
        kind: ParameterKind::Choice(&[("small", "a few entries"), ("real", "4 KB pages and blocks")]),
        default: "small",
    },
    Parameter {
        name: "record",
        label: "Record",
        about: "Bytes of a value; a record is that and its key. YCSB has 1,000",
        // A value says which write it is of, and that takes up to eight digits.
        kind: ParameterKind::Integer { min: 8, max: 1_000, unit: "bytes" },
        default: "100",
    },
    usual(
        "cache",
        "Cache",
        "Kilobytes of pages for the B-tree, and of blocks for the LSM-tree, beside its memtables; 0: 2 or 256, as the size",
        "KB",
    ),
    usual(
        "checkpoint",
        "Checkpoint",
        "Page images in the B-tree's log until a checkpoint; 0: 64, or SQLite's 1,000, as the size",
        "images",
    ),
    Parameter {
        name: "compaction",
        label: "Compaction",
        about: "When the LSM-tree flushes and compacts; its time counts either way",
        kind: ParameterKind::Choice(&[("now", "as soon as there is work"), ("late", "when a write must wait for it")]),
        default: "now",
    },
    own("seed", "Seed", "The same seed gives the same operations", 1_000_000, "1"),
];
