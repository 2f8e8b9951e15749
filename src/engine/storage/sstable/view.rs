//! A look from outside: what is on the disk and in memory just now, for whoever draws, grades or explains. It reads
//! without counting, and changes nothing.

use std::ops::Range;

use serde_json::{Value, json};

use super::{FileName, Output, SsTables, TableId};
use crate::contract::Counter;
use crate::log;
use crate::sim::{Disk, FileId};
use crate::storage::Entry;
use crate::storage::block::{Block, Placed};
use crate::storage::table::{Corrupt, Table};

/// A table's file, finished or not.
pub struct TableView {
    pub name: String,
    pub id: TableId,
    pub len: u64,
    /// Not all of it is synced.
    pub is_unsynced: bool,
    /// The name would survive a crash.
    pub is_named: bool,
    pub is_unfinished: bool,
    /// Its index is in memory, and reads look at it.
    pub is_open: bool,
    pub blocks: Vec<BlockView>,
    /// Filter, index and footer are there.
    pub is_complete: bool,
    /// What is wrong with it, when it is looked at closely.
    pub corrupt: Option<Corrupt>,
}

/// A block of entries.
pub struct BlockView {
    /// Where it stands, its checksum not counted. One that is not written yet has no place.
    pub at: Option<Range<u64>>,
    pub entries: Vec<EntryView>,
}

pub struct EntryView {
    pub entry: Entry,
    /// How many bytes of the key stand in the entry before it.
    pub shared: usize,
}

/// A record of the log.
pub struct LogRecord {
    pub offset: u64,
    pub bytes: u64,
    /// None in a mark, which only says that what stands before it was synced.
    pub entry: Option<Entry>,
    pub is_synced: bool,
}

impl SsTables {
    /// The logs, by their numbers, each with its length and whether its name would survive a crash.
    pub fn logs(&self) -> Vec<(u32, u64, bool)> {
        let mut logs: Vec<(u32, u64, bool)> = Vec::new();
        for (name, file) in self.disk.names() {
            if let Some(FileName::Log(number)) = FileName::parse(name) {
                let log = (number, self.disk.len(file), self.disk.is_durable_name(name));
                logs.insert(logs.partition_point(|other| other.0 < number), log);
            }
        }
        logs
    }

    /// The records of a log, up to the first that is not whole.
    pub fn log_records(&self, number: u32) -> Vec<LogRecord> {
        let Some(file) = self.disk.open(&FileName::Log(number).to_string()) else { return Vec::new() };
        let bytes = self.disk.peek(file, 0..u64::MAX);
        let unsynced: Vec<_> = self.disk.unsynced(file).collect();
        let mut records = Vec::new();
        let mut at = 0;
        while let Some(payload) = log::decode(&bytes[at..]) {
            let entry = Entry::from_payload(payload);
            if entry.is_none() && !payload.is_empty() {
                break;
            }
            let (offset, len) = (at as u64, log::HEADER + payload.len());
            let is_synced = unsynced.iter().all(|range| range.end <= offset || offset + len as u64 <= range.start);
            records.push(LogRecord { offset, bytes: len as u64, entry, is_synced });
            at += len;
        }
        records
    }

    /// The bytes of all files that are tables, finished or not.
    pub fn table_bytes(&self) -> u64 {
        let logged: u64 = self.logs().iter().map(|(_, len, _)| len).sum();
        self.disk.used - logged
    }

    /// All tables on the disk, oldest first; one that is being written comes after those that it is made of.
    pub fn tables(&self) -> Vec<TableView> {
        let mut tables: Vec<TableView> = Vec::new();
        for (name, file) in self.disk.names() {
            let (id, is_unfinished) = match FileName::parse(name) {
                Some(FileName::Table(id)) => (id, false),
                Some(FileName::Unfinished(id)) => (id, true),
                _ => continue,
            };
            let view = self.table(name, file, id, is_unfinished);
            let rank = (id.last, u32::MAX - id.first);
            tables.insert(tables.partition_point(|other| (other.id.last, u32::MAX - other.id.first) < rank), view);
        }
        tables
    }

    fn table(&self, name: &str, file: FileId, id: TableId, is_unfinished: bool) -> TableView {
        let mut view = TableView {
            name: name.to_owned(),
            id,
            len: self.disk.len(file),
            is_unsynced: self.disk.unsynced(file).next().is_some(),
            is_named: self.disk.is_durable_name(name),
            is_unfinished,
            is_open: self.memory.tables.iter().any(|open| open.id == id),
            blocks: Vec::new(),
            is_complete: true,
            corrupt: None,
        };
        let mut disk = self.disk.clone();
        let outputs = [self.memory.flush.as_ref(), self.memory.merge.as_ref().and_then(|merge| merge.output.as_ref())];
        let output = outputs.into_iter().flatten().find(|output| output.file == file);
        let result = match output.filter(|output| !output.is_finished()) {
            Some(output) => {
                view.is_complete = false;
                written(output, &mut disk, &mut view.blocks)
            }
            None => finished(file, &mut disk, &mut view.blocks),
        };
        if let Err(corrupt) = result {
            view.is_complete = false;
            view.corrupt = Some(corrupt);
        }
        view
    }

    pub(super) fn disk(&self) -> &Disk {
        &self.disk
    }
}

/// The blocks of a table that is still being written, and what is collected for the next.
fn written(output: &Output, disk: &mut Disk, blocks: &mut Vec<BlockView>) -> Result<(), Corrupt> {
    for at in &output.blocks {
        let content = disk.peek(output.file, at.clone());
        blocks.push(view(Block::new(content).ok(), Some(at.clone()))?);
    }
    if let Some(open) = output.builder.as_ref().and_then(|builder| builder.open_block()) {
        blocks.push(view(Some(open), None)?);
    }
    Ok(())
}

fn finished(file: FileId, disk: &mut Disk, blocks: &mut Vec<BlockView>) -> Result<(), Corrupt> {
    let table = Table::open(disk, file)?;
    for at in table.blocks() {
        let block = table.read_block(disk, at.clone())?;
        blocks.push(view(Some(block), Some(at))?);
    }
    Ok(())
}

fn view(block: Option<Block>, at: Option<Range<u64>>) -> Result<BlockView, Corrupt> {
    let offset = at.as_ref().map_or(0, |at| at.start);
    let corrupt = Corrupt { offset, what: "bad block" };
    let mut entries = Vec::new();
    let block = block.ok_or(corrupt.clone())?;
    let mut rest = block.iter();
    while let Some(found) = rest.placed() {
        let Placed { shared, key, value, .. } = found.map_err(|_| corrupt.clone())?;
        let entry = Entry::decode(key, value).ok_or(corrupt.clone())?;
        entries.push(EntryView { entry, shared });
    }
    Ok(BlockView { at, entries })
}

/// What is counted.
pub(super) fn counters(engine: &SsTables) -> Vec<Counter> {
    let tally = engine.disk.tally;
    let tables = engine.memory.tables.iter();
    let counter = |name, value| Counter { name, value };
    vec![
        counter("memtable_entries", engine.memory.memtable.len as u64),
        counter("memtable_bytes", engine.memory.memtable.bytes),
        counter("tables", engine.memory.tables.len() as u64),
        counter("table_entries", tables.map(|table| table.table.entries).sum()),
        counter("disk_bytes", engine.disk.used),
        counter("disk_writes", tally.writes),
        counter("bytes_written", tally.bytes_written),
        counter("disk_reads", tally.reads),
        counter("bytes_read", tally.bytes_read),
        counter("syncs", tally.syncs),
    ]
}

/// The whole state, as JSON: memtable, logs, tables, and what is under way.
pub(super) fn state(engine: &SsTables) -> Value {
    let logs = engine.logs().into_iter().map(|(number, bytes, is_named)| {
        let records = engine.log_records(number).into_iter().map(|record| {
            json!({ "offset": record.offset, "bytes": record.bytes, "synced": record.is_synced, "entry": record.entry.as_ref().map(entry) })
        });
        json!({ "log": number, "bytes": bytes, "named": is_named, "records": records.collect::<Vec<_>>() })
    });
    let tables = engine.tables().into_iter().map(|table| {
        let blocks =
            table.blocks.iter().map(|block| block.entries.iter().map(|each| entry(&each.entry)).collect::<Vec<_>>());
        json!({
            "file": table.name,
            "bytes": table.len,
            "named": table.is_named,
            "synced": !table.is_unsynced,
            "open": table.is_open,
            "blocks": blocks.collect::<Vec<_>>(),
            "corrupt": table.corrupt.as_ref().map(|corrupt| corrupt.to_string()),
        })
    });
    json!({
        "memtable": engine.memory.memtable.iter().map(entry).collect::<Vec<_>>(),
        "logs": logs.collect::<Vec<_>>(),
        "tables": tables.collect::<Vec<_>>(),
        "sequence": engine.memory.sequence,
        "merging": engine.memory.merge.as_ref().map(|merge| merge.id().to_string()),
        "recovering": engine.memory.replayed.is_some(),
        "damage": engine.memory.damage.as_ref().map(|damage| damage.to_string()),
    })
}

fn entry(entry: &Entry) -> Value {
    json!({ "key": entry.key.as_str(), "sequence": entry.sequence, "value": entry.value.as_deref() })
}
