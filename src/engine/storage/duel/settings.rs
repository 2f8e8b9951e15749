//! The parameters of a duel: the workload, the device, and the size of the two engines.

use crate::contract::{BadParameter, Parameter, ParameterKind, Parameters};
use crate::sim::Time;
use crate::storage::SyncPolicy;
use crate::storage::btree::{self, BTree};
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
}

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
            is_small: parameters.text("size") == "small",
        })
    }

    pub fn workload(&self, mix: Mix) -> Workload {
        Workload::new(mix, self.law, self.seed)
    }

    /// Pages of 4 KB, or of four entries.
    pub fn btree(&self) -> BTree {
        let order = if self.is_small { 5 } else { 60 };
        BTree::with_order(order, btree::Survival::Log, SyncPolicy::OnCommand, DISK_BYTES)
    }

    /// Blocks of 4 KB and a memtable of 32 KB, or as small as the pages.
    pub fn lsm(&self) -> Lsm {
        let (memtable, block) = if self.is_small { (320, 192) } else { (1 << 15, 4096) };
        Lsm::new(lsm::Settings {
            policy: Policy::Leveled,
            memtable_bytes: memtable,
            immutables: 2,
            shape: TableShape { block_bytes: block, restart_interval: 16, bloom_bits: 10 },
            cache_bytes: 0,
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
    own("seed", "Seed", "The same seed gives the same operations", 1_000_000, "1"),
];
