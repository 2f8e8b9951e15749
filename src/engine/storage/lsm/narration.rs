//! How each step is told.

use std::fmt::{self, Display, Formatter};

use super::Event;
use super::compaction::{Task, Why};
use super::event::{Standing, SyncReason};
use super::version::{FileNumber, log_name, table_name};
use crate::wording::{count, list, shown, were};

/// More tables are not named one by one.
const MOST_NAMES: usize = 4;

impl Display for Event {
    fn fmt(&self, out: &mut Formatter) -> fmt::Result {
        match self {
            Event::Logged { .. } | Event::LogSynced { .. } | Event::NothingToSync { .. } => self.tell_write(out),
            Event::Inserted { .. } | Event::Rotated { .. } => self.tell_write(out),
            Event::Slowed { .. } | Event::Stopped { .. } | Event::WentOn { .. } => self.tell_write(out),
            Event::MemorySearched { .. } | Event::LevelPassed { .. } | Event::FilterSaidNo { .. } => {
                self.tell_read(out)
            }
            Event::TableSearched { .. } | Event::Answered { .. } | Event::Scanned { .. } => self.tell_read(out),
            Event::SnapshotTaken { .. } | Event::SnapshotReleased { .. } => self.tell_read(out),
            Event::Crashed { .. } | Event::ManifestRead { .. } | Event::TablesOpened { .. } => self.tell_start(out),
            Event::LogReplayed { .. } | Event::Recovered { .. } | Event::OrphanRemoved { .. } => self.tell_start(out),
            Event::Refused { refusal } => write!(out, "Refused: {refusal}."),
            _ => self.tell_background(out),
        }
    }
}

impl Event {
    fn tell_write(&self, out: &mut Formatter) -> fmt::Result {
        match self {
            Event::Logged { key, is_put, sequence, offset } => {
                let what = if *is_put { "was logged" } else { "was logged as deleted" };
                write!(out, "{key} {what}, as write {sequence}, at offset {offset}.")
            }
            Event::LogSynced { reason: SyncReason::EveryWrite, .. } => {
                out.write_str("The log was synced: a crash cannot take the write any more.")
            }
            Event::LogSynced { bytes, reason: SyncReason::Asked } => {
                write!(out, "The log was synced, as asked: its last {bytes} bytes are safe from a crash now.")
            }
            Event::NothingToSync { log } => write!(out, "All of {} is synced already.", log_name(*log)),
            Event::Inserted { key, entries, bytes, limit } => {
                write!(
                    out,
                    "{key} is in the memtable, in the order of the keys: {}, {bytes} of {limit} bytes.",
                    count(*entries, "entry")
                )?;
                if bytes >= limit { out.write_str(" It is full.") } else { Ok(()) }
            }
            Event::Rotated { log } => write!(
                out,
                "The memtable became immutable and waits to be flushed; a new one begins, with the log {}.",
                log_name(*log)
            ),
            Event::Slowed { tables, by } => write!(
                out,
                "Level 0 has {}: compaction falls behind. Each write is held up by {by}, so that it gets its turn.",
                count(*tables, "table")
            ),
            Event::Stopped { tables, immutables } => write!(
                out,
                "Writes stop: level 0 has {}, and {} to be flushed. The writer waits until the background has caught up.",
                count(*tables, "table"),
                match immutables {
                    1 => "1 memtable waits".to_owned(),
                    many => format!("{} wait", count(*many, "memtable")),
                }
            ),
            Event::WentOn { waited } => write!(out, "Writes go on, after {waited}."),
            _ => Ok(()),
        }
    }

    fn tell_background(&self, out: &mut Formatter) -> fmt::Result {
        match self {
            Event::NothingToFlush => out.write_str("There is nothing in memory that could be flushed."),
            Event::FlushBegun { table, entries } => write!(
                out,
                "The oldest immutable memtable is flushed to {1}, in the order of its keys: {0}.",
                count(*entries, "entry"),
                table_name(*table)
            ),
            Event::BlockWritten { table, entries, dropped, tombstones } => {
                write!(out, "A block of {} was written to {}", count(*entries, "entry"), table_name(*table))?;
                tell_dropped(out, *dropped, *tombstones)?;
                out.write_str(".")
            }
            Event::AllDropped { dropped, tombstones } => {
                out.write_str("Nothing is left of what was merged, and no table is written")?;
                tell_dropped(out, *dropped, *tombstones)?;
                out.write_str(".")
            }
            Event::TableFinished { table } => write!(
                out,
                "The last block of {} was written, and behind it the Bloom filter, the index and the footer.",
                table_name(*table)
            ),
            Event::TableSynced { table } => write!(
                out,
                "{} and its name were synced. A crash cannot take it any more; but it does not count yet.",
                table_name(*table)
            ),
            Event::Flushed { table, level_tables } => write!(
                out,
                "The manifest was synced with {} on level 0, which has {} now: from here on it counts, and the memtable is not \
                 needed any more.",
                table_name(*table),
                count(*level_tables, "table")
            ),
            Event::CompactionBegun { task } => tell_task(out, task),
            Event::Moved { table, level, is_sorted: true } => write!(
                out,
                "Nothing on level {level} overlaps {}: it moves there as it is. Only the manifest was written.",
                table_name(*table)
            ),
            Event::Moved { table, level, is_sorted: false } => write!(
                out,
                "{} is the only table of its level, so there is nothing to merge it with: it moves to level {level} as it \
                 is. Only the manifest was written.",
                table_name(*table)
            ),
            Event::OutputsSynced { tables } => write!(
                out,
                "{} synced, with the names in the directory. The inputs still count.",
                match &tables[..] {
                    [] => "Nothing had to be".to_owned(),
                    [one] => format!("{} was", table_name(*one)),
                    many => were(many.len(), "table"),
                }
            ),
            Event::Installed { level, tables, removed } => write!(
                out,
                "One edit of the manifest was synced: {} came in on level {level}, and {} went out. From here on that counts.",
                names(tables),
                names(removed)
            ),
            Event::FileDeleted { name } => write!(out, "{name} was deleted: nothing refers to it any more."),
            Event::ManifestRenewed { before, after } => write!(
                out,
                "The manifest had grown to {before} bytes, an edit for each flush and each compaction. A new one, of {after} \
                 bytes with one edit that says it all, was synced and renamed over it."
            ),
            Event::BackgroundStopped => out
                .write_str("The disk has no room for what a flush or a compaction has to write. The background stops."),
            Event::TimePassed { now, idle: true } => write!(out, "It is {now}, and the background has nothing to do."),
            Event::TimePassed { now, idle: false } => write!(out, "It is {now}, and the background has more to do."),
            _ => Ok(()),
        }
    }

    fn tell_read(&self, out: &mut Formatter) -> fmt::Result {
        match self {
            Event::MemorySearched { key, memtables, standing } => {
                let many = match memtables {
                    1 => "The memtable".to_owned(),
                    many => format!("One of {many} memtables"),
                };
                match (standing, memtables) {
                    (Standing::Found, _) => {
                        return write!(out, "{many} has {key}: what is in memory is newer than any table.");
                    }
                    (Standing::TooNew, _) => {
                        write!(out, "{many} has {key}, but only as it was written after the snapshot.")?
                    }
                    (Standing::Absent, 1) => write!(out, "The memtable does not have {key}.")?,
                    (Standing::Absent, many) => write!(out, "None of {many} memtables has {key}.")?,
                }
                out.write_str(" On to the tables, the newest first.")
            }
            Event::LevelPassed { level, tables: 1 } => {
                write!(
                    out,
                    "Level {level}: its one table is passed over, for its smallest and largest key rule the key out."
                )
            }
            Event::LevelPassed { level, tables } => {
                write!(
                    out,
                    "Level {level}: all {tables} tables are passed over, by their smallest and largest keys alone."
                )
            }
            Event::FilterSaidNo { table, level, key } => write!(
                out,
                "Level {level}: the range of {} covers {key}, but its Bloom filter says that it is not there. Nothing was read.",
                table_name(*table)
            ),
            Event::TableSearched { table, level, key, standing, is_read } => {
                let table = table_name(*table);
                match (standing, is_read) {
                    (Standing::Found, _) => {
                        write!(out, "Level {level}: one block of {table} was read, and {key} is in it.")
                    }
                    (Standing::TooNew, true) => write!(
                        out,
                        "Level {level}: one block of {table} was read. It has {key} only as it was written after the snapshot."
                    ),
                    (Standing::TooNew, false) => write!(
                        out,
                        "Level {level}: {table} has {key} only as it was written after the snapshot, says its index. Nothing \
                         was read."
                    ),
                    (Standing::Absent, _) => write!(
                        out,
                        "Level {level}: the filter of {table} let {key} pass, a block was read, and the key is not in it: a \
                         false positive."
                    ),
                }
            }
            Event::Answered { key, at, found, tables, blocks } => {
                match (found, at) {
                    (Some(entry), None) if entry.is_tombstone() => {
                        write!(out, "{key} was deleted: its newest entry is a tombstone")?
                    }
                    (Some(entry), Some(at)) if entry.is_tombstone() => {
                        write!(out, "{key} had been deleted: the newest entry that snapshot {at} sees is a tombstone")?
                    }
                    (Some(entry), _) => write!(
                        out,
                        "{key} = {}, written as {}",
                        shown(entry.value.as_deref().unwrap_or_default()),
                        entry.sequence
                    )?,
                    (None, None) => write!(out, "{key} is nowhere")?,
                    (None, Some(at)) => write!(out, "Snapshot {at} sees {key} nowhere")?,
                }
                write!(out, ". {} looked at, {} read.", count(*tables, "table"), count(*blocks, "block"))
            }
            Event::Scanned { from, to, at, entries, tables } => {
                write!(out, "Memory and {} were merged from {from} to {to}", count(*tables, "table"))?;
                if let Some(at) = at {
                    write!(out, ", as snapshot {at} sees them")?;
                }
                write!(out, ": {}, the deleted ones left out.", count(*entries, "key"))
            }
            Event::SnapshotTaken { snapshot } => write!(
                out,
                "Snapshot {} sees everything up to write {}, and nothing later. What it sees must not be dropped.",
                snapshot.number, snapshot.sequence
            ),
            Event::SnapshotReleased { number } => {
                write!(out, "Snapshot {number} was given up. The next compaction may drop what only it could see.")
            }
            _ => Ok(()),
        }
    }

    fn tell_start(&self, out: &mut Formatter) -> fmt::Result {
        match self {
            Event::Crashed { outage } => {
                write!(out, "The plug was pulled. All that was in memory is gone. {outage}")
            }
            Event::ManifestRead { edits, tables } => write!(
                out,
                "Start-up read {} from the manifest. What counts after them: {}.",
                count(*edits, "edit"),
                count(*tables, "table")
            ),
            Event::TablesOpened { tables } => {
                write!(out, "{} opened: footer, index and Bloom filter of each were read.", were(*tables, "table"))
            }
            Event::LogReplayed { log, records, torn: 0 } => {
                write!(out, "In the memtable again: {} from {}.", count(*records, "write"), log_name(*log))
            }
            Event::LogReplayed { log, records, torn } => write!(
                out,
                "In the memtable again: {} from {}. A torn end of {} was cut off: nobody was told that it was safe.",
                count(*records, "write"),
                log_name(*log),
                count(*torn, "byte")
            ),
            Event::Recovered { tables, entries, sequence: 0 } => write!(
                out,
                "Start-up is done: {}, and {} in memory. No write was found.",
                count(*tables, "table"),
                count(*entries, "entry")
            ),
            Event::Recovered { tables, entries, sequence } => write!(
                out,
                "Start-up is done: {}, and {} in memory. The newest write that was found is {sequence}.",
                count(*tables, "table"),
                count(*entries, "entry")
            ),
            Event::OrphanRemoved { name } => {
                write!(
                    out,
                    "{name} was removed: no edit of the manifest names it, so it never counted or does not any more."
                )
            }
            _ => Ok(()),
        }
    }
}

fn tell_task(out: &mut Formatter, task: &Task) -> fmt::Result {
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
        Why::Bytes { have, limit } => write!(out, "Level {} has {have} bytes, and may have {limit}.", task.level)?,
        Why::Asked => write!(out, "A compaction of level {} was asked for.", task.level)?,
    }
    write!(out, " {}", names(&task.upper))?;
    match &task.lower[..] {
        [] if task.output_level() == task.level => out.write_str(" will be merged into one."),
        [] => write!(out, " will be merged into level {}.", task.output_level()),
        lower => write!(out, " will be merged with {} of level {}, which overlap.", names(lower), task.output_level()),
    }
}

fn tell_dropped(out: &mut Formatter, dropped: u64, tombstones: u64) -> fmt::Result {
    if dropped > 0 {
        write!(out, "; {} that newer ones replace dropped", count(dropped, "older entry"))?;
    }
    if tombstones > 0 {
        write!(out, "; {} dropped, as no older table can hold what is deleted", count(tombstones, "tombstone"))?;
    }
    Ok(())
}

/// `000003.sst and 000005.sst`; of many, the oldest and the newest.
fn names(tables: &[FileNumber]) -> String {
    let mut sorted = tables.to_vec();
    sorted.sort_unstable();
    match &sorted[..] {
        [] => "no table".to_owned(),
        few if few.len() <= MOST_NAMES => list(few.iter().map(|table| table_name(*table))),
        [oldest, .., newest] => {
            format!(
                "{}, the oldest {}, the newest {},",
                count(sorted.len(), "table"),
                table_name(*oldest),
                table_name(*newest)
            )
        }
        [one] => table_name(*one),
    }
}
