//! What the engine did, one event a step. How each is told is in [`narration`](super::narration).

use super::refusal::Refusal;
use super::{FileName, TableId};
use crate::contract;
use crate::storage::outage::Outage;
use crate::storage::{Entry, Key, Sequence};

#[derive(Clone)]
pub enum Event {
    RecordLogged {
        log: String,
        entry: Entry,
        offset: u64,
        bytes: u64,
    },
    LogSynced {
        log: String,
        bytes: u64,
        reason: SyncReason,
    },
    /// All of the log before `offset` was synced, and now it says so.
    LogMarked {
        log: String,
        offset: u64,
    },
    MemtableUpdated {
        entry: Entry,
        older: Option<Entry>,
    },
    MemtableFull {
        used: u64,
        wanted: u64,
        limit: u64,
    },
    NothingToSync {
        log: String,
    },
    BitFlipped {
        file: String,
        offset: u64,
    },

    NothingToFlush,
    FlushBegun {
        table: TableId,
        entries: usize,
        bytes: u64,
    },
    BlockWritten {
        table: TableId,
        block: usize,
        last: Key,
    },
    TableFinished {
        table: TableId,
        entries: usize,
        bytes: u64,
    },
    TableSynced {
        table: TableId,
        bytes: u64,
    },
    TableNamed {
        table: TableId,
    },
    LogCreated {
        log: String,
    },
    DirectorySynced {
        table: TableId,
    },
    MemtableEmptied {
        table: TableId,
    },
    LogDeleted {
        log: String,
        table: TableId,
    },

    MemtableSearched {
        key: Key,
        found: Option<Entry>,
        entries: usize,
    },
    FilterAsked {
        key: Key,
        table: TableId,
        passes: bool,
    },
    IndexSearched {
        key: Key,
        table: TableId,
        block: Option<usize>,
        blocks: usize,
    },
    BlockRead {
        key: Key,
        table: TableId,
        block: usize,
        bytes: u64,
        found: Option<Entry>,
    },
    KeyNowhere {
        key: Key,
        tables: usize,
    },
    ScanBegun {
        from: Key,
        to: Key,
        tables: usize,
    },
    EntryScanned {
        entry: Entry,
        from: Option<TableId>,
        is_newest: bool,
    },
    ScanFinished {
        entries: usize,
    },

    MergeBegun {
        inputs: Vec<TableId>,
        has_oldest: bool,
    },
    EntryMerged {
        entry: Entry,
        from: TableId,
        to: TableId,
        block: Option<usize>,
    },
    EntryDropped {
        entry: Entry,
        from: TableId,
    },
    TombstoneDropped {
        entry: Entry,
        from: TableId,
    },
    TablesSwitched {
        inputs: Vec<TableId>,
        output: Option<TableId>,
    },
    /// `left` inputs are left to delete.
    InputDeleted {
        name: String,
        output: Option<TableId>,
        left: usize,
    },
    MergeFinished {
        inputs: usize,
        read: u64,
        kept: u64,
    },
    MergeGivenUp {
        reason: Refusal,
    },

    Crashed {
        outage: Outage,
        entries: usize,
    },
    LeftoverRemoved {
        file: FileName,
    },
    TableOpened {
        table: TableId,
        entries: u64,
    },
    SequenceFound {
        table: TableId,
        sequence: Sequence,
    },
    LogRead {
        log: String,
        records: usize,
        bytes: u64,
    },
    RecordReplayed {
        log: String,
        entry: Entry,
        offset: u64,
    },
    TailCut {
        log: String,
        offset: u64,
        bytes: u64,
    },
    Recovered {
        tables: usize,
        entries: usize,
        sequence: Sequence,
    },

    Refused {
        refusal: Refusal,
    },
}

/// Why the log was synced.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum SyncReason {
    EveryWrite,
    Asked,
}

impl contract::Event for Event {
    fn name(&self) -> &'static str {
        match self {
            Event::RecordLogged { .. } => "RecordLogged",
            Event::LogSynced { .. } => "LogSynced",
            Event::LogMarked { .. } => "LogMarked",
            Event::MemtableUpdated { .. } => "MemtableUpdated",
            Event::MemtableFull { .. } => "MemtableFull",
            Event::NothingToSync { .. } => "NothingToSync",
            Event::BitFlipped { .. } => "BitFlipped",
            Event::NothingToFlush => "NothingToFlush",
            Event::FlushBegun { .. } => "FlushBegun",
            Event::BlockWritten { .. } => "BlockWritten",
            Event::TableFinished { .. } => "TableFinished",
            Event::TableSynced { .. } => "TableSynced",
            Event::TableNamed { .. } => "TableNamed",
            Event::LogCreated { .. } => "LogCreated",
            Event::DirectorySynced { .. } => "DirectorySynced",
            Event::MemtableEmptied { .. } => "MemtableEmptied",
            Event::LogDeleted { .. } => "LogDeleted",
            Event::MemtableSearched { .. } => "MemtableSearched",
            Event::FilterAsked { .. } => "FilterAsked",
            Event::IndexSearched { .. } => "IndexSearched",
            Event::BlockRead { .. } => "BlockRead",
            Event::KeyNowhere { .. } => "KeyNowhere",
            Event::ScanBegun { .. } => "ScanBegun",
            Event::EntryScanned { .. } => "EntryScanned",
            Event::ScanFinished { .. } => "ScanFinished",
            Event::MergeBegun { .. } => "MergeBegun",
            Event::EntryMerged { .. } => "EntryMerged",
            Event::EntryDropped { .. } => "EntryDropped",
            Event::TombstoneDropped { .. } => "TombstoneDropped",
            Event::TablesSwitched { .. } => "TablesSwitched",
            Event::InputDeleted { .. } => "InputDeleted",
            Event::MergeFinished { .. } => "MergeFinished",
            Event::MergeGivenUp { .. } => "MergeGivenUp",
            Event::Crashed { .. } => "Crashed",
            Event::LeftoverRemoved { .. } => "LeftoverRemoved",
            Event::TableOpened { .. } => "TableOpened",
            Event::SequenceFound { .. } => "SequenceFound",
            Event::LogRead { .. } => "LogRead",
            Event::RecordReplayed { .. } => "RecordReplayed",
            Event::TailCut { .. } => "TailCut",
            Event::Recovered { .. } => "Recovered",
            Event::Refused { .. } => "Refused",
        }
    }
}
