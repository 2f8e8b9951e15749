//! What a step has touched, and so is outlined.

use crate::engine::key::Key;
use crate::engine::storage::sstable::{EntryView, Event, SsTables, TableId, TableView};
use crate::engine::storage::{Entry, Sequence};

#[derive(Default)]
pub struct Spotlight {
    /// The key that the step is about.
    pub key: Option<Key>,
    /// Its entry in the memtable was written, or looked at.
    pub in_memtable: bool,
    /// The record of the log with that sequence number.
    pub record: Option<Sequence>,
    /// An entry of a table that was read or written.
    pub entry: Option<(TableId, Sequence)>,
    /// Where that one was copied from.
    pub copied_from: Option<TableId>,
    pub tables: Vec<TableId>,
    /// The block that the index names, or that was read or written, counted from 0.
    pub block: Option<(TableId, usize)>,
    /// It was the index that was asked.
    pub index: bool,
    pub log: bool,
    /// What a Bloom filter has said.
    pub filter: Option<(TableId, bool)>,
}

impl Spotlight {
    pub fn new(event: Option<&Event>) -> Spotlight {
        let mut light = Spotlight::default();
        let Some(event) = event else { return light };
        match event {
            Event::RecordLogged { entry, .. } => light.on(entry).record = Some(entry.sequence),
            Event::RecordReplayed { entry, .. } => {
                light.on(entry).record = Some(entry.sequence);
                light.in_memtable = true;
            }
            Event::MemtableUpdated { entry, .. } => light.on(entry).in_memtable = true,
            Event::LogSynced { .. }
            | Event::LogMarked { .. }
            | Event::LogCreated { .. }
            | Event::LogRead { .. }
            | Event::TailCut { .. } => light.log = true,
            Event::MemtableSearched { key, found, .. } => {
                light.key = Some(key.clone());
                light.in_memtable = found.is_some();
            }
            Event::FilterAsked { key, table, passes } => {
                light.key = Some(key.clone());
                light.filter = Some((*table, *passes));
            }
            Event::IndexSearched { key, table, block, .. } => {
                light.key = Some(key.clone());
                light.block = block.map(|block| (*table, block));
                light.index = true;
                light.tables.push(*table);
            }
            Event::BlockRead { key, table, block, found, .. } => {
                light.key = Some(key.clone());
                light.block = Some((*table, *block));
                light.entry = found.as_ref().map(|entry| (*table, entry.sequence));
            }
            Event::BlockWritten { table, block, .. } => light.block = Some((*table, block - 1)),
            Event::EntryScanned { entry, from: Some(table), .. }
            | Event::EntryDropped { entry, from: table }
            | Event::TombstoneDropped { entry, from: table } => {
                light.on(entry).entry = Some((*table, entry.sequence));
            }
            Event::EntryScanned { entry, from: None, .. } => light.on(entry).in_memtable = true,
            Event::EntryMerged { entry, from, to, .. } => {
                light.on(entry).entry = Some((*to, entry.sequence));
                light.copied_from = Some(*from);
            }
            Event::FlushBegun { table, .. }
            | Event::TableFinished { table, .. }
            | Event::TableSynced { table, .. }
            | Event::TableNamed { table }
            | Event::DirectorySynced { table }
            | Event::MemtableEmptied { table }
            | Event::TableOpened { table, .. }
            | Event::SequenceFound { table, .. } => light.tables.push(*table),
            Event::MergeBegun { inputs, .. } => light.tables.extend(inputs),
            Event::TablesSwitched { output, .. } => light.tables.extend(output),
            _ => {}
        }
        light
    }

    fn on(&mut self, entry: &Entry) -> &mut Spotlight {
        self.key = Some(entry.key.clone());
        self
    }

    pub fn is_on(&self, table: TableId, entry: &Entry) -> bool {
        let is_source = self.copied_from == Some(table) && self.entry.is_some_and(|(_, other)| other == entry.sequence);
        self.entry == Some((table, entry.sequence)) || is_source
    }
}

/// The entry of a table that a read head stands on.
pub fn head_on(engine: &SsTables, table: TableId) -> Option<Sequence> {
    let merge = engine.memory.merge.as_ref().map(|merge| &merge.heads);
    let heads = engine.memory.scan.as_ref().map(|scan| &scan.heads).or(merge)?;
    heads.places().into_iter().find(|(id, _, _)| *id == Some(table)).map(|(_, entry, _)| entry.sequence)
}

/// The block that the step is about, or a read head is in; the last one where there is none, since that is where a
/// table grows.
pub fn asked(table: &TableView, spotlight: &Spotlight, head: Option<Sequence>) -> usize {
    let block = spotlight.block.filter(|(id, _)| *id == table.id).map(|(_, block)| block);
    let touched = |each: &EntryView| spotlight.is_on(table.id, &each.entry);
    let headed = |each: &EntryView| head == Some(each.entry.sequence);
    let last = table.blocks.len().saturating_sub(1);
    let found = |is: &dyn Fn(&EntryView) -> bool| table.blocks.iter().position(|block| block.entries.iter().any(is));
    block.or_else(|| found(&headed)).or_else(|| found(&touched)).unwrap_or(last).min(last)
}
