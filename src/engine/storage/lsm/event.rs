//! What happened, as facts. How each is told stands in [`narration`](super::narration).

use super::compaction::Task;
use super::version::FileNumber;
use super::{Refusal, Snapshot};
use crate::contract;
use crate::sim::Time;
use crate::storage::outage::Outage;
use crate::storage::{Entry, Key, Sequence};

#[derive(Clone, Debug)]
pub enum Event {
    // Writes.
    Logged { key: Key, is_put: bool, sequence: Sequence, offset: u64 },
    LogSynced { bytes: u64, reason: SyncReason },
    NothingToSync { log: FileNumber },
    Inserted { key: Key, entries: usize, bytes: u64, limit: u64 },
    Rotated { log: FileNumber },
    Slowed { tables: u64, by: Time },
    Stopped { tables: u64, immutables: usize },
    WentOn { waited: Time },
    // Flushes and compactions.
    NothingToFlush,
    FlushBegun { table: FileNumber, entries: usize },
    BlockWritten { table: FileNumber, entries: u64, dropped: u64, tombstones: u64 },
    TableFinished { table: FileNumber },
    TableSynced { table: FileNumber },
    Flushed { table: FileNumber, level_tables: usize },
    CompactionBegun { task: Task },
    Moved { table: FileNumber, level: usize, is_sorted: bool },
    AllDropped { dropped: u64, tombstones: u64 },
    OutputsSynced { tables: Vec<FileNumber> },
    Installed { level: usize, tables: Vec<FileNumber>, removed: Vec<FileNumber> },
    FileDeleted { name: String },
    ManifestRenewed { before: u64, after: u64 },
    BackgroundStopped,
    TimePassed { now: Time, idle: bool },
    // Reads.
    MemorySearched { key: Key, memtables: usize, standing: Standing },
    LevelPassed { level: usize, tables: usize },
    FilterSaidNo { table: FileNumber, level: usize, key: Key },
    TableSearched { table: FileNumber, level: usize, key: Key, standing: Standing, is_read: bool },
    Answered { key: Key, at: Option<u64>, found: Option<Entry>, tables: usize, blocks: u64 },
    Scanned { from: Key, to: Key, at: Option<u64>, entries: usize, tables: usize },
    SnapshotTaken { snapshot: Snapshot },
    SnapshotReleased { number: u64 },
    // Crashes.
    Crashed { outage: Outage },
    ManifestRead { edits: usize, tables: usize },
    TablesOpened { tables: usize },
    LogReplayed { log: FileNumber, records: usize, torn: u64 },
    Recovered { tables: usize, entries: usize, sequence: Sequence },
    OrphanRemoved { name: String },
    Refused { refusal: Refusal },
}

/// Why the log was synced.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SyncReason {
    EveryWrite,
    /// By the command `sync`.
    Asked,
}

/// What a memtable or a table holds of a key, for a reader of some moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    Found,
    /// Only versions that were written after that moment.
    TooNew,
    Absent,
}

impl contract::Event for Event {
    fn name(&self) -> &'static str {
        match self {
            Event::Logged { .. } => "Logged",
            Event::LogSynced { .. } => "LogSynced",
            Event::NothingToSync { .. } => "NothingToSync",
            Event::Inserted { .. } => "Inserted",
            Event::Rotated { .. } => "Rotated",
            Event::Slowed { .. } => "Slowed",
            Event::Stopped { .. } => "Stopped",
            Event::WentOn { .. } => "WentOn",
            Event::NothingToFlush => "NothingToFlush",
            Event::FlushBegun { .. } => "FlushBegun",
            Event::BlockWritten { .. } => "BlockWritten",
            Event::TableFinished { .. } => "TableFinished",
            Event::TableSynced { .. } => "TableSynced",
            Event::Flushed { .. } => "Flushed",
            Event::CompactionBegun { .. } => "CompactionBegun",
            Event::Moved { .. } => "Moved",
            Event::AllDropped { .. } => "AllDropped",
            Event::OutputsSynced { .. } => "OutputsSynced",
            Event::Installed { .. } => "Installed",
            Event::FileDeleted { .. } => "FileDeleted",
            Event::ManifestRenewed { .. } => "ManifestRenewed",
            Event::BackgroundStopped => "BackgroundStopped",
            Event::TimePassed { .. } => "TimePassed",
            Event::MemorySearched { .. } => "MemorySearched",
            Event::LevelPassed { .. } => "LevelPassed",
            Event::FilterSaidNo { .. } => "FilterSaidNo",
            Event::TableSearched { .. } => "TableSearched",
            Event::Answered { .. } => "Answered",
            Event::Scanned { .. } => "Scanned",
            Event::SnapshotTaken { .. } => "SnapshotTaken",
            Event::SnapshotReleased { .. } => "SnapshotReleased",
            Event::Crashed { .. } => "Crashed",
            Event::ManifestRead { .. } => "ManifestRead",
            Event::TablesOpened { .. } => "TablesOpened",
            Event::LogReplayed { .. } => "LogReplayed",
            Event::Recovered { .. } => "Recovered",
            Event::OrphanRemoved { .. } => "OrphanRemoved",
            Event::Refused { .. } => "Refused",
        }
    }
}
