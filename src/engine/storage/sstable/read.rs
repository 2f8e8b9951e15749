//! Reading: the memtable first, then table by table, newest first. The first entry that is found is the right one.

use super::SsTables;
use super::event::Event;
use super::heads::Heads;
use crate::contract::{Outcome, Probe, Refused};
use crate::key::Key;
use crate::storage::cursor;
use crate::storage::entry::is_before;
use crate::storage::table::Corrupt;
use crate::storage::{Entry, Sequence};

/// A scan that is under way.
#[derive(Clone)]
pub struct Scan {
    pub heads: Heads,
    pub to: Key,
    found: Vec<(String, String)>,
}

impl SsTables {
    pub(super) fn get(&mut self, key: &Key, probe: &mut impl Probe<Self>) -> Result<Outcome, Refused> {
        let entries = self.memory.memtable.len;
        let found = self.memory.memtable.get(key, Sequence::MAX).cloned();
        let is_found = found.is_some();
        probe.step(|| Event::MemtableSearched { key: key.clone(), found: found.clone(), entries }, self);
        let found = if is_found { found } else { self.search_tables(key, probe)? };
        let Some(entry) = found else {
            let tables = self.memory.tables.len();
            probe.step(|| Event::KeyNowhere { key: key.clone(), tables }, self);
            return Ok(Outcome::Value(None));
        };
        Ok(Outcome::Value(entry.value.map(|value| value.to_string())))
    }

    fn search_tables(&mut self, key: &Key, probe: &mut impl Probe<Self>) -> Result<Option<Entry>, Refused> {
        let tables = self.memory.tables.clone();
        for open in tables.iter().rev() {
            let (id, key) = (open.id, key.clone());
            if self.settings.filter {
                let passes = open.table.may_contain(&key);
                probe.step(|| Event::FilterAsked { key: key.clone(), table: id, passes }, self);
                if !passes {
                    continue;
                }
            }
            let damaged = |corrupt| open.damaged(corrupt);
            let block = open.table.find_block(&key, Sequence::MAX);
            let handle = open.table.handle(block);
            let (found, blocks) = (handle.is_some().then_some(block), open.table.blocks().len());
            probe.step(|| Event::IndexSearched { key: key.clone(), table: id, block: found, blocks }, self);
            let Some(handle) = handle else { continue };
            let (offset, bytes) = (handle.start, handle.end - handle.start);
            let read = open.table.read_block(&mut self.disk, handle).map_err(damaged)?;
            let mut rest = read
                .seek(|each| is_before(each, &key, Sequence::MAX))
                .map_err(|bad| damaged(Corrupt { offset: offset + bad.offset as u64, what: "bad entry" }))?;
            let found = cursor::entry_of(&key, &mut rest, offset).map_err(damaged)?;
            probe.step(|| Event::BlockRead { key: key.clone(), table: id, block, bytes, found: found.clone() }, self);
            if found.is_some() {
                return Ok(found);
            }
        }
        Ok(None)
    }

    /// Walks memtable and tables together, from one key to another.
    pub(super) fn scan(&mut self, from: &Key, to: &Key, probe: &mut impl Probe<Self>) -> Result<Outcome, Refused> {
        let memtable = self.memory.memtable.clone();
        let tables = self.memory.tables.clone();
        let heads = Heads::new(&mut self.disk, &tables, memtable, Some(from))?;
        self.memory.scan = Some(Scan { heads, to: to.clone(), found: Vec::new() });
        probe.step(|| Event::ScanBegun { from: from.clone(), to: to.clone(), tables: self.memory.tables.len() }, self);
        let walked = self.walk(probe);
        let scan = self.memory.scan.take().expect("a scan ends where it began");
        walked?;
        let entries = scan.found.len();
        probe.step(|| Event::ScanFinished { entries }, self);
        Ok(Outcome::Entries(scan.found))
    }

    fn walk(&mut self, probe: &mut impl Probe<Self>) -> Result<(), Refused> {
        loop {
            let Some(scan) = &mut self.memory.scan else { return Ok(()) };
            if scan.heads.next().is_none_or(|entry| entry.key > scan.to) {
                return Ok(());
            }
            let Some(taken) = scan.heads.take(&mut self.disk)? else { return Ok(()) };
            let from = scan.heads.table(taken.source);
            if let Some(value) = &taken.entry.value
                && taken.is_newest
            {
                scan.found.push((taken.entry.key.as_str().to_owned(), value.to_string()));
            }
            probe.step(|| Event::EntryScanned { entry: taken.entry, from, is_newest: taken.is_newest }, self);
        }
    }
}
