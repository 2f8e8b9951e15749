//! Reading: the newest entry of a key stands in the newest place that has one, so those are asked in their order, and the
//! first that has it ends the search.

use std::rc::Rc;

use super::compact::damage;
use super::event::Standing;
use super::settings::Policy;
use super::version::{FileNumber, LEVELS, OpenTable, Version};
use super::{Cause, Event, Lsm, Refusal, Snapshot};
use crate::contract::{Outcome, Probe};
use crate::key::Key;
use crate::storage::block::Block;
use crate::storage::cache::Through;
use crate::storage::cursor::{self, Cursor};
use crate::storage::entry::is_before;
use crate::storage::merge::Merge;
use crate::storage::table::Corrupt;
use crate::storage::{Entry, Sequence};

/// What a read has looked at so far.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Path {
    pub key: Option<Key>,
    pub visits: Vec<(FileNumber, Visit)>,
    pub blocks: u64,
}

/// What a read did with a table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Visit {
    /// Its Bloom filter says that the key is not there.
    PassedByFilter,
    /// A block was read, and the key was not in it: a false positive of the filter.
    InVain,
    /// It has the key, but only as it was written after the snapshot that is read.
    TooNew,
    Found,
    /// A scan reads from it.
    Scanned,
}

impl Lsm {
    /// The newest value of a key.
    pub fn get(&mut self, key: &Key, probe: &mut impl Probe<Self>) -> Result<Option<Rc<str>>, Refusal> {
        self.get_at(key, None, probe)
    }

    pub(super) fn get_at(
        &mut self,
        key: &Key,
        at: Option<u64>,
        probe: &mut impl Probe<Self>,
    ) -> Result<Option<Rc<str>>, Refusal> {
        let snapshot = self.sequence_of(at)?;
        self.totals.gets += 1;
        // In the place of the last one, whose room it can use.
        let path = Rc::make_mut(&mut self.memory.path);
        path.visits.clear();
        (path.key, path.blocks) = (Some(key.clone()), 0);
        let found = self.search(key, snapshot, probe);
        self.charge(false);
        let found = found?;
        let (visits, blocks) = (self.memory.path.visits.len(), self.memory.path.blocks);
        probe.step(|| Event::Answered { key: key.clone(), at, found: found.clone(), tables: visits, blocks }, self);
        Ok(found.and_then(|entry| entry.value))
    }

    fn search(
        &mut self,
        key: &Key,
        snapshot: Sequence,
        probe: &mut impl Probe<Self>,
    ) -> Result<Option<Entry>, Refusal> {
        let memory = &self.memory;
        let memtables = std::iter::once(&memory.memtable).chain(memory.immutables.iter().rev().map(|it| &it.memtable));
        let found = memtables.clone().find_map(|memtable| memtable.get(key, snapshot)).cloned();
        let standing = match found {
            Some(_) => Standing::Found,
            None if snapshot < memory.sequence && memtables.clone().any(|it| it.get(key, Sequence::MAX).is_some()) => {
                Standing::TooNew
            }
            None => Standing::Absent,
        };
        let memtables = 1 + memory.immutables.len();
        probe.step(|| Event::MemorySearched { key: key.clone(), memtables, standing }, self);
        if found.is_some() {
            return Ok(found);
        }
        let version = self.memory.version.clone();
        for level in 0..LEVELS {
            let tables = version.level(level);
            let mut passed = 0;
            for table in tables.iter().rev() {
                if !table.meta.covers(key) {
                    passed += 1;
                } else if let Some(entry) = self.search_table(table, level, key, snapshot, probe)? {
                    return Ok(Some(entry));
                }
            }
            if passed > 0 && passed == tables.len() {
                probe.step(|| Event::LevelPassed { level, tables: passed }, self);
            }
        }
        Ok(None)
    }

    /// Asks the filter, then the index, then the one block that can hold the key.
    fn search_table(
        &mut self,
        table: &Rc<OpenTable>,
        level: usize,
        key: &Key,
        snapshot: Sequence,
        probe: &mut impl Probe<Self>,
    ) -> Result<Option<Entry>, Refusal> {
        let number = table.meta.number;
        if !table.table.may_contain(key) {
            self.totals.passed_by_filter += 1;
            self.visit(number, Visit::PassedByFilter);
            probe.step(|| Event::FilterSaidNo { table: number, level, key: key.clone() }, self);
            return Ok(None);
        }
        self.totals.tables_searched += 1;
        let blocks = self.memory.path.blocks;
        let (standing, found) = self.read_entry(table, key, snapshot).map_err(|corrupt| damage(table, corrupt))?;
        self.totals.false_positives += u64::from(standing == Standing::Absent);
        self.visit(
            number,
            match standing {
                Standing::Found => Visit::Found,
                Standing::TooNew => Visit::TooNew,
                Standing::Absent => Visit::InVain,
            },
        );
        let is_read = self.memory.path.blocks > blocks;
        probe.step(|| Event::TableSearched { table: number, level, key: key.clone(), standing, is_read }, self);
        Ok(found)
    }

    /// The key's newest entry that the snapshot can see. Where there is none, the filter was wrong, unless the table has
    /// the key in newer versions. Those stand just before the place that is searched: in the same block, or as the last of
    /// an earlier one, which the index knows.
    fn read_entry(
        &mut self,
        table: &OpenTable,
        key: &Key,
        snapshot: Sequence,
    ) -> Result<(Standing, Option<Entry>), Corrupt> {
        let number = table.table.find_block(key, snapshot);
        let is_past = snapshot < self.memory.sequence;
        let is_newer_before = is_past && table.table.find_block(key, Sequence::MAX) < number;
        let Some(handle) = table.table.handle(number) else {
            return Ok((if is_newer_before { Standing::TooNew } else { Standing::Absent }, None));
        };
        let start = handle.start;
        let search = |block: &Block| {
            let newest_as_of = |sequence| {
                let corrupt = Corrupt { offset: start, what: "bad block" };
                let mut entries = block.seek(|each| is_before(each, key, sequence)).map_err(|_| corrupt)?;
                cursor::entry_of(key, &mut entries, start)
            };
            let found = newest_as_of(snapshot)?;
            let standing = match found {
                Some(_) => Standing::Found,
                None if is_newer_before || is_past && newest_as_of(Sequence::MAX)?.is_some() => Standing::TooNew,
                None => Standing::Absent,
            };
            Ok((standing, found))
        };
        let place = (table.meta.number, number);
        if let Some(block) = self.memory.cache.get(place) {
            return search(block);
        }
        let block = table.table.read_block(&mut self.disk, handle)?;
        self.totals.blocks_read += 1;
        Rc::make_mut(&mut self.memory.path).blocks += 1;
        let found = search(&block);
        self.memory.cache.keep(place, block, self.settings.cache_bytes);
        found
    }

    fn visit(&mut self, table: FileNumber, visit: Visit) {
        Rc::make_mut(&mut self.memory.path).visits.push((table, visit));
    }

    pub(super) fn scan_at(
        &mut self,
        from: &Key,
        to: &Key,
        at: Option<u64>,
        probe: &mut impl Probe<Self>,
    ) -> Result<Vec<(String, String)>, Refusal> {
        let snapshot = self.sequence_of(at)?;
        let mut found = Vec::new();
        let tables = self.walk(from, snapshot, &mut |entry| {
            if entry.key > *to {
                return false;
            }
            found.push((entry.key.as_str().to_owned(), entry.value.as_deref().unwrap_or_default().to_owned()));
            true
        })?;
        for table in &tables {
            self.visit(*table, Visit::Scanned);
        }
        self.charge(false);
        let entries = found.len();
        probe.step(|| Event::Scanned { from: from.clone(), to: to.clone(), at, entries, tables: tables.len() }, self);
        Ok(found)
    }

    /// At most `most` keys from `from` on, counted: for `duel` and the benchmarks.
    pub fn scan(&mut self, from: &Key, most: usize) -> Result<usize, Refusal> {
        let mut count = 0;
        self.walk(from, self.memory.sequence, &mut |_| {
            count += 1;
            count < most
        })?;
        self.charge(false);
        Ok(count)
    }

    /// Merges memtables and tables from `from` on, and shows `visit` the newest entry of each key, unless it is deleted,
    /// until that returns false. Returns which tables were read.
    fn walk(
        &mut self,
        from: &Key,
        snapshot: Sequence,
        visit: &mut dyn FnMut(&Entry) -> bool,
    ) -> Result<Vec<FileNumber>, Refusal> {
        let (memtable, immutables) = (self.memory.memtable.clone(), self.memory.immutables.clone());
        let version = self.memory.version.clone();
        let memtables: Vec<_> = std::iter::once(&memtable).chain(immutables.iter().map(|it| &it.memtable)).collect();
        let mut in_memory: Vec<_> = memtables.iter().map(|memtable| memtable.from(from, Sequence::MAX)).collect();
        let mut runs = runs(&version, self.settings.policy, from);
        let mut merge = Merge::new(in_memory.len() + runs.len());
        for (place, entries) in in_memory.iter_mut().enumerate() {
            merge.set(place, entries.next().cloned());
        }
        let (mut cursors, mut read) = (Vec::new(), Vec::new());
        let (disk, cache) = (&mut self.disk, &mut self.memory.cache);
        let mut blocks = Through { disk, cache, room: self.settings.cache_bytes, table: 0 };
        for (place, run) in runs.iter().enumerate() {
            blocks.table = run[0].meta.number;
            let cursor = Cursor::seek(&run[0].table, &mut blocks, from, Sequence::MAX);
            let cursor = cursor.map_err(|corrupt| damage(&run[0], corrupt))?;
            merge.set(in_memory.len() + place, cursor.entry().cloned());
            cursors.push(cursor);
            read.push(run[0].meta.number);
        }
        let mut last: Option<Key> = None;
        while let Some(taken) = merge.take() {
            let entry = taken.entry;
            // The newest that the snapshot can see counts; what is newer is not there yet.
            if entry.sequence <= snapshot && last.as_ref() != Some(&entry.key) {
                last = Some(entry.key.clone());
                if !entry.is_tombstone() && !visit(&entry) {
                    break;
                }
            }
            let Some(place) = taken.source.checked_sub(in_memory.len()) else {
                merge.set(taken.source, in_memory[taken.source].next().cloned());
                continue;
            };
            let (run, cursor) = (&mut runs[place], &mut cursors[place]);
            blocks.table = run[0].meta.number;
            cursor.advance(&run[0].table, &mut blocks).map_err(|corrupt| damage(&run[0], corrupt))?;
            if cursor.entry().is_none() && run.len() > 1 {
                *run = &run[1..];
                blocks.table = run[0].meta.number;
                *cursor = Cursor::first(&run[0].table, &mut blocks).map_err(|corrupt| damage(&run[0], corrupt))?;
                read.push(run[0].meta.number);
            }
            merge.set(taken.source, cursor.entry().cloned());
        }
        Ok(read)
    }

    fn sequence_of(&self, at: Option<u64>) -> Result<Sequence, Refusal> {
        let Some(number) = at else { return Ok(self.memory.sequence) };
        let found = self.memory.snapshots.iter().find(|snapshot| snapshot.number == number);
        found.map(|snapshot| snapshot.sequence).ok_or_else(|| Cause::NoSnapshot(number).into())
    }

    pub(super) fn take_snapshot(&mut self, probe: &mut impl Probe<Self>) -> Result<Outcome, Refusal> {
        self.memory.snapshots_taken += 1;
        let snapshot = Snapshot { number: self.memory.snapshots_taken, sequence: self.memory.sequence };
        Rc::make_mut(&mut self.memory.snapshots).push(snapshot);
        probe.step(|| Event::SnapshotTaken { snapshot }, self);
        Ok(Outcome::Value(Some(snapshot.number.to_string())))
    }

    pub(super) fn release(&mut self, number: u64, probe: &mut impl Probe<Self>) -> Result<Outcome, Refusal> {
        self.sequence_of(Some(number))?;
        Rc::make_mut(&mut self.memory.snapshots).retain(|snapshot| snapshot.number != number);
        probe.step(|| Event::SnapshotReleased { number }, self);
        Ok(Outcome::Done)
    }
}

/// The tables that may hold keys from `from` on. Those of a run are read one after the other, each only when the one before
/// it has ended: on a level where tables never overlap, all are one run.
fn runs<'a>(version: &'a Version, policy: Policy, from: &Key) -> Vec<&'a [Rc<OpenTable>]> {
    let mut runs = Vec::new();
    for level in 0..LEVELS {
        let tables = version.level(level);
        if policy.is_sorted(level) {
            runs.push(&tables[tables.partition_point(|table| table.meta.largest < *from)..]);
        } else {
            runs.extend(tables.iter().filter(|table| table.meta.largest >= *from).map(std::slice::from_ref));
        }
    }
    runs.retain(|run| !run.is_empty());
    runs
}
