//! The parameters of a duel: the workload, the device, and the size of the two engines.

use stepwise_derive::{Choice, Parameters};

use crate::contract::Engine;
use crate::sim::Time;
use crate::storage::SyncPolicy;
use crate::storage::btree::{self, BTree, Layout};
use crate::storage::lsm::{self, Device, Lsm, Policy};
use crate::workload::{Law, Mix, Preset};

/// Room for the longest run.
const DISK_BYTES: u64 = 1 << 32;

#[derive(Clone, Copy, Debug, Parameters)]
pub struct Settings {
    /// A core workload of YCSB, or a mix of your own
    #[parameter(Preset::A)]
    pub workload: Preset,
    /// In your own mix, how many of a hundred operations are reads; the rest are updates
    #[parameter(50, 0..=100, "%")]
    pub reads: u64,
    /// Which records are asked for
    #[parameter(Keys::Usual)]
    pub keys: Keys,
    /// What a seek, a byte and a sync cost
    #[name("device")]
    #[parameter(Medium::Ssd)]
    pub medium: Medium,
    /// On a device of your own, microseconds to another place
    #[parameter(100, 1..=1_000_000)]
    pub seek: u64,
    /// On a device of your own, microseconds of a sync
    #[parameter(500, 1..=1_000_000)]
    pub sync: u64,
    /// On a device of your own, bytes in a millisecond
    #[parameter(200_000, 1..=1_000_000)]
    pub rate: u64,
    /// How many writes wait for one sync (group commit)
    #[label("Writes a sync")]
    #[parameter(1, 1..=1_000)]
    pub group: u64,
    /// How large pages, blocks and memtable are
    #[parameter(Size::Small)]
    pub size: Size,
    /// Bytes of a value; a record is that and its key. YCSB has 1,000
    ///
    /// A value says which write it is of, and that takes up to eight digits.
    #[parameter(100, 8..=1_000, "bytes")]
    pub record: u64,
    /// Kilobytes of pages for the B-tree, and of blocks for the LSM-tree, beside its memtables; 0 means 2 or 256, depending on the size
    #[parameter(0, 0..=16_384, "KB")]
    pub cache: u64,
    /// Page images in the B-tree's log until a checkpoint; 0 means 64, or SQLite's 1,000, depending on the size
    #[parameter(0, 0..=16_384, "images")]
    pub checkpoint: u64,
    /// When the LSM-tree flushes and compacts; its time counts either way
    #[parameter(Compaction::Now)]
    pub compaction: Compaction,
    /// The seed of all that happens by chance: the same seed gives the same operations
    #[parameter(1, 1..=1_000_000)]
    pub seed: u64,
}

/// By which law records are chosen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Choice)]
pub enum Keys {
    /// as the workload has it
    Usual,
    Uniform,
    Zipfian,
    Latest,
    Sequential,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Choice)]
pub enum Medium {
    Disk,
    /// SSD
    Ssd,
    /// your own numbers
    Own,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Choice)]
pub enum Size {
    /// a few entries
    Small,
    /// 4 KB pages and blocks
    Real,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Choice)]
pub enum Compaction {
    /// as soon as there is work
    Now,
    /// when a write must wait for it
    Late,
}

/// Pages and blocks of real size.
pub const PAGE_BYTES: usize = 4096;

impl Settings {
    /// The shares of operations, and the law by which their records are chosen.
    pub fn mix(&self) -> (Mix, Law) {
        let (mix, usual) = Mix::of(self.workload, self.reads);
        let law = match self.keys {
            Keys::Usual => usual,
            Keys::Uniform => Law::Uniform,
            Keys::Zipfian => Law::Zipfian,
            Keys::Latest => Law::Latest,
            Keys::Sequential => Law::Sequential,
        };
        (mix, law)
    }

    pub fn device(&self) -> Device {
        let (seek, sync, nanos_per_byte) = match self.medium {
            Medium::Disk => (8_000, 4_000, 7),
            Medium::Ssd => (80, 200, 2),
            Medium::Own => (self.seek, self.sync, 1_000_000 / self.rate),
        };
        let [seek, sync] = [seek, sync].map(Time::from_micros);
        Device { access: Time::ZERO, seek, sync, nanos_per_byte }
    }

    /// Bytes of the page cache, and as many of the block cache.
    pub fn cache_bytes(&self) -> u64 {
        1024 * self.given_or(self.cache, 2, 256)
    }

    /// After so many page images the B-tree's log is emptied by a checkpoint: SQLite's, or one that a reader sees happen.
    pub fn checkpoint_images(&self) -> u64 {
        self.given_or(self.checkpoint, 64, 1_000)
    }

    /// A number that was given, or the usual one for the size.
    fn given_or(&self, given: u64, small: u64, real: u64) -> u64 {
        match (given, self.size) {
            (0, Size::Small) => small,
            (0, Size::Real) => real,
            _ => given,
        }
    }

    /// Pages of 4 KB, or of four entries.
    pub fn btree(&self) -> BTree {
        let record = self.record as usize;
        let layout =
            if self.size == Size::Small { Layout::of_order(5, record) } else { Layout::of_page(PAGE_BYTES, record) };
        BTree::new(btree::Settings {
            layout,
            survival: btree::Survival::Log,
            sync: SyncPolicy::OnCommand,
            cache_pages: (self.cache_bytes() as usize / layout.size()).max(1),
            checkpoint_images: self.checkpoint_images() as usize,
            disk_bytes: DISK_BYTES,
        })
    }

    /// Blocks of 4 KB and a memtable of an eighth of the cache, or blocks as small as the pages and a memtable of eight
    /// records.
    pub fn lsm(&self) -> Lsm {
        let record = self.record + 8;
        let (memtable, block) = if self.size == Size::Small {
            (8 * record, 4 * record)
        } else {
            ((self.cache_bytes() / 8).max(4096), PAGE_BYTES as u64)
        };
        Lsm::new(lsm::Settings {
            policy: Policy::Leveled,
            memtable_bytes: memtable,
            immutables: 2,
            block_bytes: block as usize,
            restart_interval: 16,
            bloom_bits: 10,
            cache_bytes: self.cache_bytes() as usize,
            table_bytes: None,
            level0_tables: 4,
            level1_bytes: memtable * 8,
            fanout: 10,
            sync: SyncPolicy::OnCommand,
            collects_log: true,
            pace: Time::ZERO,
            device: self.device(),
            disk_bytes: DISK_BYTES,
        })
    }
}
