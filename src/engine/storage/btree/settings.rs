//! What the tree is opened with.

use stepwise_derive::{Choice, Parameters};

use super::page::Layout;
use super::slot::MAX_VALUE_BYTES;
use super::{MAX_ORDER, MIN_ORDER};
use crate::form::{ParameterKind, ParameterValue, integers};
use crate::storage::SyncPolicy;

/// After so many page images the log of the figure is emptied by a checkpoint without being asked. SQLite waits for 1,000;
/// a reader wants to see it happen.
pub const CHECKPOINT_AFTER: usize = 64;
/// More than any run that a page can hold will write.
const DISK_BYTES: u64 = 1 << 30;

#[derive(Clone, Copy, Debug, Parameters)]
pub struct Settings {
    /// How many children an inner page can have; the page size follows from it
    #[name("order")]
    #[parameter(4, 3..=64, "children")]
    pub layout: Layout,
    /// How a change of several pages is kept whole when the power goes
    #[label("Against a crash")]
    #[parameter(Survival::Log)]
    pub survival: Survival,
    /// When writes are made safe
    #[parameter(SyncPolicy::Always)]
    pub sync: SyncPolicy,
    /// How many pages there is room for in memory; others are read from the disk when they are needed
    #[name("cache")]
    #[parameter(4, 1..=1024, "pages")]
    pub cache_pages: usize,
    /// After so many page images the log is emptied by a checkpoint without being asked.
    #[fixed(CHECKPOINT_AFTER)]
    pub checkpoint_images: usize,
    #[fixed(DISK_BYTES)]
    pub disk_bytes: u64,
}

/// What is done so that a crash finds a whole tree.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Choice)]
pub enum Survival {
    /// nothing
    None,
    /// write-ahead log
    ///
    /// Of page images.
    Log,
    /// copy-on-write
    ///
    /// With one switch of the root.
    Copy,
}

impl Survival {
    /// How many pages at the beginning of the file are meta pages.
    pub fn meta_pages(self) -> u32 {
        if self == Survival::Copy { 2 } else { 1 }
    }
}

/// As a parameter, pages with room for so many children.
impl ParameterValue for Layout {
    const KIND: ParameterKind = integers(MIN_ORDER as u64..=MAX_ORDER as u64, "children");

    fn of(text: &str, unit: &str) -> Layout {
        Layout::of_order(usize::of(text, unit), MAX_VALUE_BYTES)
    }
}
