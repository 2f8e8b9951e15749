//! What the hash index is opened with.

use stepwise_derive::{Choice, Parameters};

use crate::storage::SyncPolicy;

#[derive(Clone, Copy, Debug, Parameters)]
pub struct Settings {
    /// When the active segment would grow beyond this, it is closed and the next one begun
    #[name("segment")]
    #[label("Segment size")]
    #[parameter(96, 16..=1 << 20, "bytes")]
    pub segment_bytes: u64,
    /// When a record is synced: written from the page cache to the disk
    #[parameter(SyncPolicy::Always)]
    pub sync: SyncPolicy,
    /// Whether a merge writes the keys and positions beside each merged segment, for a quick start-up
    #[label("Hint files")]
    #[parameter(true)]
    pub hints: bool,
    /// Whether `scan` is refused, or paid for by looking at every key
    #[label("Range queries")]
    #[parameter(RangeQueries::Pay)]
    pub scan: RangeQueries,
    /// How many bytes there is room for
    #[name("disk")]
    #[label("Disk size")]
    #[parameter(1_048_576, 64..=1 << 24, "bytes")]
    pub disk_bytes: u64,
}

/// What becomes of a `scan`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Choice)]
pub enum RangeQueries {
    /// look at every key
    Pay,
    Refuse,
}
