//! What can be seen of the tree from outside: for programs, and for whoever draws it.

use std::rc::Rc;

use serde_json::{Value, json};

use super::version::{LEVELS, OpenTable, Version};
use super::{Compaction, Flush, Immutable, Lsm, Snapshot, Totals};
use crate::contract::Counter;
use crate::key::Key;
use crate::sim::{Disk, Time};
use crate::storage::cursor::Cursor;
use crate::storage::{Entry, Memtable};

/// How much more is written, read and kept than the reader asked for, in hundredths: 250 is two and a half times.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Amplification {
    /// Bytes written to the disk for each byte of the reader's.
    pub write: u64,
    /// Blocks read for each get.
    pub read: u64,
    /// Bytes on the disk for each byte that can still be read.
    pub space: u64,
}

impl Lsm {
    pub fn now(&self) -> Time {
        self.clock.now
    }

    /// Until when the device is at work.
    pub fn busy_until(&self) -> Time {
        self.clock.busy_until
    }

    pub fn memtable(&self) -> &Memtable {
        &self.memory.memtable
    }

    pub fn immutables(&self) -> &[Rc<Immutable>] {
        &self.memory.immutables
    }

    pub fn version(&self) -> &Version {
        &self.memory.version
    }

    pub fn snapshots(&self) -> &[Snapshot] {
        &self.memory.snapshots
    }

    pub fn flush_in_progress(&self) -> Option<&Flush> {
        self.memory.flush.as_deref()
    }

    pub fn compaction_in_progress(&self) -> Option<&Compaction> {
        self.memory.compaction.as_deref()
    }

    /// What the read that is going on, or was the last command, has looked at.
    pub fn path(&self) -> &super::read::Path {
        &self.memory.path
    }

    /// How long writes have waited for the background.
    pub fn stalled(&self) -> Time {
        self.totals.stalled
    }

    /// What a table holds; no one counts this as a read.
    pub fn entries_of(&self, table: &OpenTable) -> Vec<Entry> {
        entries(table, &mut self.disk.clone())
    }

    pub fn is_damaged(&self) -> bool {
        self.memory.damage.is_some()
    }

    pub fn amplification(&self) -> Amplification {
        let Totals { user_bytes, gets, blocks_read, .. } = self.totals;
        let hundredths = |part: u64, whole: u64| (part * 100).checked_div(whole).unwrap_or(0);
        Amplification {
            write: hundredths(self.disk.tally.bytes_written, user_bytes),
            read: hundredths(blocks_read, gets),
            space: hundredths(self.disk.used, self.live_bytes()),
        }
    }

    /// Keys and values that a reader of the present can still find. It is looked up beside the disk, which counts no read
    /// of it: the tree itself does not know.
    pub fn live_bytes(&self) -> u64 {
        let mut newest: Vec<Entry> = self.memory.memtable.iter().cloned().collect();
        newest.extend(self.memory.immutables.iter().flat_map(|each| each.memtable.iter().cloned()));
        let mut disk = self.disk.clone();
        for (_, table) in self.memory.version.tables() {
            newest.extend(entries(table, &mut disk));
        }
        newest.sort_unstable();
        let mut last: Option<&Key> = None;
        let mut bytes = 0;
        for entry in &newest {
            if last.replace(&entry.key) != Some(&entry.key) && !entry.is_tombstone() {
                bytes += (entry.key.as_str().len() + entry.value_bytes().len()) as u64;
            }
        }
        bytes
    }
}

/// All entries of a table; as many as can be read.
pub(super) fn entries(table: &OpenTable, disk: &mut Disk) -> Vec<Entry> {
    let mut found = Vec::new();
    let Ok(mut cursor) = Cursor::first(&table.table, disk) else { return found };
    while let Some(entry) = cursor.entry() {
        found.push(entry.clone());
        if cursor.advance(&table.table, disk).is_err() {
            break;
        }
    }
    found
}

pub(super) fn counters(tree: &Lsm) -> Vec<Counter> {
    let (tally, totals, amplification) = (tree.disk.tally, tree.totals, tree.amplification());
    let counter = |name, value| Counter { name, value };
    vec![
        counter("write_amplification_percent", amplification.write),
        counter("read_amplification_percent", amplification.read),
        counter("space_amplification_percent", amplification.space),
        counter("tables", tree.memory.version.tables().count() as u64),
        counter("level0_tables", tree.memory.version.level(0).len() as u64),
        counter("memtable_bytes", tree.memory.memtable.bytes),
        counter("user_bytes", totals.user_bytes),
        counter("flushed_bytes", totals.flushed_bytes),
        counter("compacted_bytes", totals.compacted_bytes),
        counter("disk_bytes", tree.disk.used),
        counter("bytes_written", tally.bytes_written),
        counter("bytes_read", tally.bytes_read),
        counter("syncs", tally.syncs),
        counter("gets", totals.gets),
        counter("tables_searched", totals.tables_searched),
        counter("blocks_read", totals.blocks_read),
        counter("tables_passed_by_filter", totals.passed_by_filter),
        counter("false_positives", totals.false_positives),
        counter("writes_slowed", totals.slowed),
        counter("stalled_us", totals.stalled.as_micros()),
        counter("time_us", tree.clock.now.as_micros()),
    ]
}

pub(super) fn state(tree: &Lsm) -> Value {
    let entries = |memtable: &Memtable| memtable.iter().map(entry_state).collect::<Vec<_>>();
    let levels = (0..LEVELS)
        .map(|level| tree.memory.version.level(level).iter().map(|table| table_state(table)).collect::<Vec<_>>());
    json!({
        "time_us": tree.clock.now.as_micros(),
        "sequence": tree.memory.sequence,
        "memtable": entries(&tree.memory.memtable),
        "immutables": tree.memory.immutables.iter().map(|each| entries(&each.memtable)).collect::<Vec<_>>(),
        "levels": levels.collect::<Vec<_>>(),
        "snapshots": tree.memory.snapshots.iter().map(|snapshot| [snapshot.number, snapshot.sequence]).collect::<Vec<_>>(),
        "flushing": tree.memory.flush.as_ref().map(|flush| flush.output.number),
        "compacting": tree.memory.compaction.as_ref().map(|it| json!({ "inputs": it.task.inputs(), "taken": it.progress().0 })),
        "files": tree.disk.names().map(|(name, file)| json!([name, tree.disk.len(file)])).collect::<Vec<_>>(),
        "damage": tree.memory.damage.as_ref().map(|damage| damage.to_string()),
    })
}

fn entry_state(entry: &Entry) -> Value {
    json!({ "key": entry.key.as_str(), "sequence": entry.sequence, "value": entry.value.as_deref() })
}

fn table_state(table: &OpenTable) -> Value {
    let meta = &table.meta;
    json!({
        "table": meta.number,
        "smallest": meta.smallest.as_str(),
        "largest": meta.largest.as_str(),
        "bytes": meta.bytes,
        "entries": meta.entries,
    })
}
