//! What a tree did, step by step. How it is told is in `narration.rs`.

use super::check::Problem;
use super::page::{PageId, Transaction};
use super::refusal::Refusal;
use super::slot::KeySlot;
use crate::contract;
use crate::storage::outage::Outage;

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// In an inner page, the key was compared with the separators around it: not smaller than `above`, smaller than
    /// `below`.
    Descended {
        key: KeySlot,
        page: PageId,
        child: PageId,
        above: Option<KeySlot>,
        below: Option<KeySlot>,
    },
    /// A page that was not in memory was read from the disk; others left to make room.
    PageRead {
        page: PageId,
        source: Source,
        evicted: Vec<PageId>,
    },
    LeafReached {
        key: KeySlot,
        page: PageId,
    },
    Found {
        key: KeySlot,
        page: PageId,
        value: String,
    },
    NotFound {
        key: KeySlot,
        page: PageId,
    },
    LeafScanned {
        page: PageId,
        taken: usize,
    },
    ScanEnded {
        entries: usize,
    },
    Inserted {
        key: KeySlot,
        page: PageId,
        entries: usize,
        capacity: usize,
    },
    Replaced {
        key: KeySlot,
        page: PageId,
    },
    LeafSplit {
        key: KeySlot,
        left: PageId,
        right: PageId,
        separator: KeySlot,
    },
    InnerSplit {
        left: PageId,
        right: PageId,
        separator: KeySlot,
        child: PageId,
    },
    SeparatorAdded {
        parent: PageId,
        separator: KeySlot,
        child: PageId,
    },
    RootGrown {
        root: PageId,
        left: PageId,
        right: PageId,
        separator: KeySlot,
        height: u32,
    },
    Deleted {
        key: KeySlot,
        page: PageId,
        entries: usize,
        least: usize,
    },
    Borrowed {
        from: PageId,
        to: PageId,
        parent: PageId,
        separator: KeySlot,
    },
    Merged {
        left: PageId,
        right: PageId,
        parent: PageId,
        separator: KeySlot,
    },
    RootShrunk {
        old: PageId,
        root: PageId,
        height: u32,
    },
    PageCopied {
        from: PageId,
        to: PageId,
    },
    PageWritten {
        page: PageId,
        reason: Reason,
    },
    /// `left`: how many changed pages are not even written.
    PagesForced {
        pages: usize,
        left: usize,
        reason: Reason,
    },
    ImageLogged {
        page: PageId,
        transaction: Transaction,
    },
    CommitLogged {
        transaction: Transaction,
    },
    LogForced {
        transaction: Transaction,
        pages: usize,
    },
    LogEmptied {
        bytes: u64,
    },
    EmptyLogForced,
    MetaWritten {
        slot: PageId,
        transaction: Transaction,
        root: PageId,
    },
    RootSwitched {
        slot: PageId,
        transaction: Transaction,
        root: PageId,
        freed: usize,
    },
    NothingToWrite,
    /// `kept`: how many pages the disk does not have.
    CacheEmptied {
        evicted: usize,
        kept: usize,
    },
    Checked {
        problem: Option<Problem>,
        problems: usize,
        keys: u64,
        height: u32,
    },
    PowerLost {
        outage: Outage,
    },
    LogScanned {
        sound: u64,
        torn: u64,
        transactions: usize,
        unfinished: usize,
    },
    MetaRead {
        root: Option<PageId>,
    },
    /// `torn`: how many of the two meta pages were not sound.
    RootChosen {
        found: Option<(PageId, PageId, Transaction)>,
        torn: usize,
    },
    /// Recovery has read the tree and looked it through.
    Opened {
        root: PageId,
        height: u32,
        keys: u64,
        orphans: usize,
        problem: Option<Problem>,
        problems: usize,
    },
    Refused(Refusal),
}

/// From where a page is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    /// Its place in the page file.
    File,
    /// Its newest image in the log, which the page file does not have yet.
    Log,
}

/// Why a page is written to the page file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    /// It was changed, and nothing protects it.
    InPlace,
    /// As before, but the file has never had this page.
    New,
    Checkpoint,
    /// Recovery found its image in the log.
    Replay,
    Copy,
}

impl contract::Event for Event {
    fn name(&self) -> &'static str {
        match self {
            Event::Descended { .. } => "Descended",
            Event::PageRead { .. } => "PageRead",
            Event::LeafReached { .. } => "LeafReached",
            Event::Found { .. } => "Found",
            Event::NotFound { .. } => "NotFound",
            Event::LeafScanned { .. } => "LeafScanned",
            Event::ScanEnded { .. } => "ScanEnded",
            Event::Inserted { .. } => "Inserted",
            Event::Replaced { .. } => "Replaced",
            Event::LeafSplit { .. } => "LeafSplit",
            Event::InnerSplit { .. } => "InnerSplit",
            Event::SeparatorAdded { .. } => "SeparatorAdded",
            Event::RootGrown { .. } => "RootGrown",
            Event::Deleted { .. } => "Deleted",
            Event::Borrowed { .. } => "Borrowed",
            Event::Merged { .. } => "Merged",
            Event::RootShrunk { .. } => "RootShrunk",
            Event::PageCopied { .. } => "PageCopied",
            Event::PageWritten { .. } => "PageWritten",
            Event::PagesForced { .. } => "PagesForced",
            Event::ImageLogged { .. } => "ImageLogged",
            Event::CommitLogged { .. } => "CommitLogged",
            Event::LogForced { .. } => "LogForced",
            Event::LogEmptied { .. } => "LogEmptied",
            Event::EmptyLogForced => "EmptyLogForced",
            Event::MetaWritten { .. } => "MetaWritten",
            Event::RootSwitched { .. } => "RootSwitched",
            Event::NothingToWrite => "NothingToWrite",
            Event::CacheEmptied { .. } => "CacheEmptied",
            Event::Checked { .. } => "Checked",
            Event::PowerLost { .. } => "PowerLost",
            Event::LogScanned { .. } => "LogScanned",
            Event::MetaRead { .. } => "MetaRead",
            Event::RootChosen { .. } => "RootChosen",
            Event::Opened { .. } => "Opened",
            Event::Refused(_) => "Refused",
        }
    }
}
