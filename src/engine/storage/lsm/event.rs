//! What happened, one event a step, and how it is told.

use std::fmt::{self, Formatter};

use stepwise_derive::Event;

use super::Snapshot;
use super::compaction::{Task, Why};
use super::version::{FileNumber, log_name, table_name};
use crate::contract::Refused;
use crate::key::Key;
use crate::sim::Time;
use crate::storage::outage::Outage;
use crate::storage::{Entry, Sequence};
use crate::wording::{count, list, shown, were};

/// More tables are not named one by one.
const MOST_NAMES: usize = 4;

#[derive(Clone, Debug, Event)]
pub enum Event {
    // Writes.
    #[told("{key} was logged, as write {sequence}, at offset {offset}.", when = *is_put)]
    #[told("{key} was logged as deleted, as write {sequence}, at offset {offset}.")]
    Logged { key: Key, is_put: bool, sequence: Sequence, offset: u64 },
    #[told("The log was synced: a crash can't take the write any more.", when = *reason == SyncReason::EveryWrite)]
    #[told("The log was synced, as asked: its last {bytes} bytes are safe from a crash now.")]
    LogSynced { bytes: u64, reason: SyncReason },
    #[told("All of {} is synced already.", log_name(*log))]
    NothingToSync { log: FileNumber },
    #[told(
        "{key} is in the memtable, in the order of the keys: {}, {bytes} of {limit} bytes.{}",
        count(*entries, "entry"), if bytes >= limit { " It is full." } else { "" }
    )]
    Inserted { key: Key, entries: usize, bytes: u64, limit: u64 },
    #[told(
        "The memtable became immutable and waits to be flushed; a new one begins, with the log {}.",
        log_name(*log)
    )]
    Rotated { log: FileNumber },
    #[told(
        "Level 0 has {}: compaction falls behind. Each write is held up by {by}, so that it gets its turn.",
        count(*tables, "table")
    )]
    Slowed { tables: u64, by: Time },
    #[told(
        "Writes stop: level 0 has {}, and {} {} to be flushed. The writer waits until the background has caught up.",
        count(*tables, "table"), count(*immutables, "memtable"), if *immutables == 1 { "waits" } else { "wait" }
    )]
    Stopped { tables: u64, immutables: usize },
    #[told("Writes go on, after {waited}.")]
    WentOn { waited: Time },

    // Flushes and compactions.
    #[told("There is nothing in memory that could be flushed.")]
    NothingToFlush,
    #[told(
        "The oldest immutable memtable is flushed to {}, in the order of its keys: {}.",
        table_name(*table), count(*entries, "entry")
    )]
    FlushBegun { table: FileNumber, entries: usize },
    #[told(
        "A block of {} was written to {}{}.",
        count(*entries, "entry"), table_name(*table), without(*dropped, *tombstones)
    )]
    BlockWritten { table: FileNumber, entries: u64, dropped: u64, tombstones: u64 },
    #[told(
        "The last block of {} was written, and after it the Bloom filter, the index and the footer.",
        table_name(*table)
    )]
    TableFinished { table: FileNumber },
    #[told(
        "{} and its name were synced. A crash can't take it any more; but it doesn't count yet.",
        table_name(*table)
    )]
    TableSynced { table: FileNumber },
    #[told(
        "The manifest was synced with {} on level 0, which has {} now: from here on it counts, and the memtable isn't \
         needed any more.",
        table_name(*table), count(*level_tables, "table")
    )]
    Flushed { table: FileNumber, level_tables: usize },
    #[told(tell_task)]
    CompactionBegun { task: Task },
    #[told(
        "Nothing on level {level} overlaps {}: it moves there as it is. Only the manifest was written.",
        table_name(*table), when = *is_sorted
    )]
    #[told(
        "{} is the only table of its level, so there is nothing to merge it with: it moves to level {level} as it is. \
         Only the manifest was written.",
        table_name(*table)
    )]
    Moved { table: FileNumber, level: usize, is_sorted: bool },
    #[told(
        "Nothing is left of the merged tables, so no table is written{}.",
        without(*dropped, *tombstones)
    )]
    AllDropped { dropped: u64, tombstones: u64 },
    #[told(
        "{} synced, with the names in the directory. The inputs still count.",
        match &tables[..] {
            [] => "Nothing had to be".to_owned(),
            [one] => format!("{} was", table_name(*one)),
            many => were(many.len(), "table"),
        }
    )]
    OutputsSynced { tables: Vec<FileNumber> },
    #[told(
        "One edit of the manifest was synced: {} came in on level {level}, and {} went out. From here on that counts.",
        names(tables),
        names(removed)
    )]
    Installed { level: usize, tables: Vec<FileNumber>, removed: Vec<FileNumber> },
    #[told("{name} was deleted: nothing refers to it any more.")]
    FileDeleted { name: String },
    #[told(
        "The manifest had grown to {before} bytes, an edit for each flush and each compaction. A new one, of {after} \
         bytes with one edit that says it all, was synced and renamed over it."
    )]
    ManifestRenewed { before: u64, after: u64 },
    #[told("The disk has no room for what a flush or a compaction has to write. The background stops.")]
    BackgroundStopped,
    #[told("It is {now}, and the background has {} to do.", if *idle { "nothing" } else { "more" })]
    TimePassed { now: Time, idle: bool },

    // Reads.
    #[told(tell_memory)]
    MemorySearched { key: Key, memtables: usize, standing: Standing },
    #[told(
        "Level {level}: its one table is passed over, because its smallest and largest key rule the key out.",
        when = *tables == 1
    )]
    #[told("Level {level}: all {tables} tables are passed over, by their smallest and largest keys alone.")]
    LevelPassed { level: usize, tables: usize },
    #[told(
        "Level {level}: the range of {} covers {key}, but its Bloom filter says that it isn't there. Nothing was \
         read.",
        table_name(*table)
    )]
    FilterSaidNo { table: FileNumber, level: usize, key: Key },
    #[told(
        "Level {level}: one block of {} was read, and {key} is in it.",
        table_name(*table), when = *standing == Standing::Found
    )]
    #[told(
        "Level {level}: the filter of {} let {key} pass, a block was read, and the key isn't in it: a false positive.",
        table_name(*table), when = *standing == Standing::Absent
    )]
    #[told(
        "Level {level}: one block of {} was read. It has {key} only as it was written after the snapshot.",
        table_name(*table), when = *is_read
    )]
    #[told(
        "Level {level}: {} has {key} only as it was written after the snapshot, says its index. Nothing was read.",
        table_name(*table)
    )]
    TableSearched { table: FileNumber, level: usize, key: Key, standing: Standing, is_read: bool },
    #[told(tell_answer)]
    Answered { key: Key, at: Option<u64>, found: Option<Entry>, tables: usize, blocks: u64 },
    #[told(
        "Memory and {} were merged from {from} to {to}{}: {}, the deleted ones left out.",
        count(*tables, "table"), at.map_or(String::new(), |at| format!(", as snapshot {at} sees them")),
        count(*entries, "key")
    )]
    Scanned { from: Key, to: Key, at: Option<u64>, entries: usize, tables: usize },
    #[told(
        "Snapshot {} sees everything up to write {}, but nothing later. Entries that it sees must not be dropped.",
        snapshot.number, snapshot.sequence
    )]
    SnapshotTaken { snapshot: Snapshot },
    #[told("Snapshot {number} was given up. The next compaction may drop entries that only it could see.")]
    SnapshotReleased { number: u64 },

    // Crashes.
    #[told("The plug was pulled. All that was in memory is gone. {outage}")]
    Crashed { outage: Outage },
    #[told(
        "Start-up read {} from the manifest. After them the tree has {}.",
        count(*edits, "edit"), count(*tables, "table")
    )]
    ManifestRead { edits: usize, tables: usize },
    #[told("{} opened: footer, index and Bloom filter of each were read.", were(*tables, "table"))]
    TablesOpened { tables: usize },
    #[told("{} holds no write to replay.{}", log_name(*log), torn_end(*torn), when = *records == 0)]
    #[told("In the memtable again: {} from {}.{}", count(*records, "write"), log_name(*log), torn_end(*torn))]
    LogReplayed { log: FileNumber, records: usize, torn: u64 },
    #[told(
        "Start-up is done: {}, and {} in memory. {}.", count(*tables, "table"), count(*entries, "entry"),
        match sequence {
            0 => "No write was found".to_owned(),
            _ => format!("The newest write that was found is {sequence}"),
        }
    )]
    Recovered { tables: usize, entries: usize, sequence: Sequence },
    #[told("{name} was removed: no edit of the manifest names it, so it never counted or doesn't any more.")]
    OrphanRemoved { name: String },
    #[flatten]
    Refused(Refused),
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

fn tell_task(task: &Task, out: &mut Formatter) -> fmt::Result {
    match task.why {
        Why::Tables { have, limit } => {
            write!(out, "Level {} has {}, and {limit} is the limit.", task.level, count(have, "table"))?
        }
        Why::Sizes { have, limit } => write!(
            out,
            "Level {}, the last one, has {}, and {limit} is the limit. No table is merged that is larger than all newer ones \
             together.",
            task.level,
            count(have, "table")
        )?,
        Why::Bytes { have, limit } => write!(out, "Level {} has {have} bytes, and its limit is {limit}.", task.level)?,
        Why::Asked => write!(out, "A compaction of level {} was asked for.", task.level)?,
    }
    write!(out, " {}", names(&task.upper))?;
    match &task.lower[..] {
        [] if task.output_level() == task.level => out.write_str(" will be merged into one."),
        [] => write!(out, " will be merged into level {}.", task.output_level()),
        lower => write!(out, " will be merged with {} of level {}, which overlap.", names(lower), task.output_level()),
    }
}

fn tell_memory(key: &Key, memtables: &usize, standing: &Standing, out: &mut Formatter) -> fmt::Result {
    let one = match memtables {
        1 => "The memtable".to_owned(),
        many => format!("One of {many} memtables"),
    };
    match (standing, memtables) {
        (Standing::Found, _) => return write!(out, "{one} has {key}: what is in memory is newer than any table."),
        (Standing::TooNew, _) => write!(out, "{one} has {key}, but only as it was written after the snapshot.")?,
        (Standing::Absent, 1) => write!(out, "The memtable doesn't have {key}.")?,
        (Standing::Absent, many) => write!(out, "None of {many} memtables has {key}.")?,
    }
    out.write_str(" On to the tables, the newest first.")
}

fn tell_answer(
    key: &Key,
    at: &Option<u64>,
    found: &Option<Entry>,
    tables: &usize,
    blocks: &u64,
    out: &mut Formatter,
) -> fmt::Result {
    match (found, at) {
        (Some(entry), None) if entry.is_tombstone() => {
            write!(out, "{key} was deleted: its newest entry is a tombstone")?
        }
        (Some(entry), Some(at)) if entry.is_tombstone() => {
            write!(out, "{key} had been deleted: the newest entry that snapshot {at} sees is a tombstone")?
        }
        (Some(entry), _) => {
            let value = shown(entry.value.as_deref().unwrap_or_default());
            write!(out, "{key} = {value}, written as {}", entry.sequence)?
        }
        (None, None) => write!(out, "{key} is nowhere")?,
        (None, Some(at)) => write!(out, "Snapshot {at} sees {key} nowhere")?,
    }
    write!(out, ". {} looked at, {} read.", count(*tables, "table"), count(*blocks, "block"))
}

/// A sentence after a blank, or nothing.
fn torn_end(bytes: u64) -> String {
    if bytes == 0 {
        return String::new();
    }
    format!(" A torn end of {} was cut off: it was never acknowledged as safe.", count(bytes, "byte"))
}

/// What did not go into a table with the rest.
fn without(dropped: u64, tombstones: u64) -> String {
    let mut text = String::new();
    if dropped > 0 {
        text += &format!("; {} that newer ones replace dropped", count(dropped, "older entry"));
    }
    if tombstones > 0 {
        let (gone, keys) = (count(tombstones, "tombstone"), if tombstones == 1 { "its key" } else { "their keys" });
        text += &format!("; {gone} dropped, as no older table can hold {keys}");
    }
    text
}

/// `000003.sst and 000005.sst`; of many, the oldest and the newest.
fn names(tables: &[FileNumber]) -> String {
    let mut sorted = tables.to_vec();
    sorted.sort_unstable();
    match &sorted[..] {
        [] => "no table".to_owned(),
        [oldest, .., newest] if sorted.len() > MOST_NAMES => {
            let (many, oldest, newest) = (count(sorted.len(), "table"), table_name(*oldest), table_name(*newest));
            format!("{many}, the oldest {oldest}, the newest {newest},")
        }
        few => list(few.iter().map(|table| table_name(*table))),
    }
}
