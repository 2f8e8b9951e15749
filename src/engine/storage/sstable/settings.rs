//! What sorted tables are opened with.

use stepwise_derive::Parameters;

use crate::storage::SyncPolicy;
use crate::storage::table::TableShape;

#[derive(Clone, Copy, Parameters)]
pub struct Settings {
    /// When the memtable would grow beyond this, it is written out as a table first
    #[name("memtable")]
    #[label("Memtable size")]
    #[parameter(80, 16..=1 << 22, "bytes")]
    pub memtable_bytes: u64,
    /// A block is closed once it has this many bytes; the index has one key for each block
    #[name("block")]
    #[label("Block size")]
    #[parameter(48, 16..=1 << 16, "bytes")]
    pub block_bytes: u32,
    /// One entry in this many has its key written whole, and a search can begin there
    #[label("Restart interval")]
    #[parameter(4, 1..=64, "entries")]
    pub restart: u32,
    /// When a log record is synced: written from the page cache to the disk
    #[parameter(SyncPolicy::Always)]
    pub sync: SyncPolicy,
    /// Whether a read asks a table's Bloom filter before its index
    #[label("Bloom filters")]
    #[parameter(false)]
    pub filter: bool,
    /// How many bytes there is room for
    #[name("disk")]
    #[label("Disk size")]
    #[parameter(1_048_576, 64..=1 << 24, "bytes")]
    pub disk_bytes: u64,
}

/// What LevelDB's users set most often; about one key in a hundred passes that isn't there.
const BLOOM_BITS: usize = 10;

impl Settings {
    pub fn shape(&self) -> TableShape {
        TableShape {
            block_bytes: self.block_bytes as usize,
            restart_interval: self.restart as usize,
            bloom_bits: BLOOM_BITS,
        }
    }
}
