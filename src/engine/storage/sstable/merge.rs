//! Merging: a read head on each table, the smallest key taken every time, the newest entry of each key kept. Readers
//! and writers go on meanwhile: until the very end the old tables are read.
//!
//! A merge is part of the engine's state, and [`SsTables::advance`] does a little of it at a time: it looks what comes
//! next, and does that.

use std::ops::RangeInclusive;
use std::rc::Rc;

use super::event::Event;
use super::flush::Output;
use super::heads::{Heads, OpenTable};
use super::{SsTables, TableId};
use crate::contract::{Outcome, Probe, Refused};
use crate::language::shorten;
use crate::storage::Entry;

/// A merge that is under way.
#[derive(Clone)]
pub struct Compaction {
    /// Oldest first, which is the order in which they are deleted. Neighbours: no table between them is left out.
    pub inputs: Vec<TableId>,
    pub heads: Heads,
    /// Tombstones may go: no older table is left that could hold what they hide.
    pub has_oldest: bool,
    /// None until an entry is kept.
    pub output: Option<Rc<Output>>,
    /// The entry that was kept last.
    pub last: Option<Entry>,
    stage: Stage,
    /// How many inputs are deleted.
    deleted: usize,
    read: u64,
    kept: u64,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Stage {
    Merging,
    Finished,
    Synced,
    Named,
    Durable,
    /// The output is read in place of the inputs.
    Switched,
}

impl Compaction {
    pub fn id(&self) -> TableId {
        TableId { first: self.inputs[0].first, last: self.inputs[self.inputs.len() - 1].last }
    }

    /// Whether the output is read in place of the inputs.
    pub fn is_switched(&self) -> bool {
        self.stage == Stage::Switched
    }

    /// Whether an input is still there.
    pub fn reads(&self, table: TableId) -> bool {
        self.inputs[self.deleted..].contains(&table)
    }
}

impl SsTables {
    /// Merges from beginning to end, or drives the merge that is running to its end. Without `numbers` all tables.
    pub(super) fn merge(
        &mut self,
        numbers: Option<RangeInclusive<u32>>,
        probe: &mut impl Probe<Self>,
    ) -> Result<Outcome, Refused> {
        if self.memory.merge.is_none() || numbers.is_some() {
            self.begin_merge(numbers, probe)?;
        }
        while self.memory.merge.is_some() {
            self.advance(probe)?;
        }
        Ok(Outcome::Done)
    }

    pub(super) fn begin_merge(
        &mut self,
        numbers: Option<RangeInclusive<u32>>,
        probe: &mut impl Probe<Self>,
    ) -> Result<Outcome, Refused> {
        let inputs = self.pick_inputs(numbers)?;
        let heads = self.heads_on(&inputs)?;
        let has_oldest = self.memory.tables.first().is_some_and(|oldest| oldest.id == inputs[0]);
        let merge = Compaction {
            inputs: inputs.clone(),
            heads,
            has_oldest,
            output: None,
            last: None,
            stage: Stage::Merging,
            deleted: 0,
            read: 0,
            kept: 0,
        };
        self.memory.merge = Some(merge);
        probe.step(|| Event::MergeBegun { inputs, has_oldest }, self);
        Ok(Outcome::Pending)
    }

    fn pick_inputs(&self, numbers: Option<RangeInclusive<u32>>) -> Result<Vec<TableId>, Refused> {
        if self.memory.merge.is_some() {
            return Err(Refused::new("a merge is running; `merge` without numbers drives it to its end"));
        }
        let tables: Vec<TableId> = self.memory.tables.iter().map(|open| open.id).collect();
        let Some(numbers) = numbers else {
            if tables.len() < 2 {
                let there = if tables.len() == 1 { "is 1".to_owned() } else { format!("are {}", tables.len()) };
                return Err(Refused::new(format!(
                    "a merge takes two tables or more, and there {there}; `flush` makes one of the memtable"
                )));
            }
            return Ok(tables);
        };
        let (first, last) = (*numbers.start(), *numbers.end());
        let inputs: Vec<_> = tables.iter().copied().filter(|id| first <= id.first && id.last <= last).collect();
        if inputs.len() < 2 {
            let names: Vec<_> = tables.iter().map(TableId::to_string).collect();
            let there = if names.is_empty() { "none".to_owned() } else { shorten(&names.join(", "), 60) };
            return Err(Refused::new(format!(
                "a merge takes two tables or more, not those from {first} to {last}; there are: {there}"
            )));
        }
        Ok(inputs)
    }

    /// Does a little of the running merge: one entry, or one thing that a crash could come before or after. A merge
    /// that cannot go on is given up, which leaves everything as it was.
    pub fn advance(&mut self, probe: &mut impl Probe<Self>) -> Result<(), Refused> {
        let result = self.work(probe);
        if let Err(refused) = &result
            && !self.disk.is_off()
        {
            // Were the output left under its final name, start-up would delete the inputs that it spans.
            let id = self.running().id();
            for name in [id.unfinished(), id.file()] {
                if self.disk.open(&name).is_some() {
                    self.disk.delete(&name)?;
                    self.disk.sync_directory()?;
                }
            }
            self.memory.merge = None;
            probe.step(|| Event::MergeGivenUp { reason: refused.reason.clone() }, self);
        }
        result
    }

    fn work(&mut self, probe: &mut impl Probe<Self>) -> Result<(), Refused> {
        let merge = self.running();
        let id = merge.id();
        let output = merge.output.as_ref().map(|output| output.file);
        match (merge.stage, output) {
            (Stage::Merging, _) if merge.heads.next().is_some() => self.merge_entry(probe),
            (Stage::Merging, Some(file)) => {
                let merge = running(&mut self.memory.merge);
                writing(merge).finish(&mut self.disk)?;
                merge.stage = Stage::Finished;
                let (entries, bytes) = (merge.kept as usize, self.disk.len(file));
                probe.step(|| Event::TableFinished { table: id, entries, bytes }, self);
                Ok(())
            }
            (Stage::Finished, Some(file)) => {
                self.disk.sync(file)?;
                running(&mut self.memory.merge).stage = Stage::Synced;
                let bytes = self.disk.len(file);
                probe.step(|| Event::TableSynced { table: id, bytes }, self);
                Ok(())
            }
            (Stage::Synced, _) => {
                self.disk.rename(&id.unfinished(), &id.file())?;
                running(&mut self.memory.merge).stage = Stage::Named;
                probe.step(|| Event::TableNamed { table: id }, self);
                Ok(())
            }
            (Stage::Named, _) => {
                self.disk.sync_directory()?;
                running(&mut self.memory.merge).stage = Stage::Durable;
                probe.step(|| Event::DirectorySynced { table: id }, self);
                Ok(())
            }
            (Stage::Switched, _) if self.running().deleted < self.running().inputs.len() => self.delete_input(probe),
            (Stage::Switched, _) => self.finish_merge(probe),
            // Either the output is safe, or there is none, since nothing was worth keeping.
            _ => self.switch_tables(probe),
        }
    }

    fn merge_entry(&mut self, probe: &mut impl Probe<Self>) -> Result<(), Refused> {
        let merge = running(&mut self.memory.merge);
        let Some(taken) = merge.heads.take(&mut self.disk)? else { return Ok(()) };
        let from = merge.heads.table(taken.source).expect("only tables are merged");
        merge.read += 1;
        let entry = taken.entry;
        if !taken.is_newest {
            probe.step(|| Event::EntryDropped { entry, from }, self);
            return Ok(());
        }
        if entry.is_tombstone() && merge.has_oldest {
            probe.step(|| Event::TombstoneDropped { entry, from }, self);
            return Ok(());
        }
        if merge.output.is_none() {
            merge.output = Some(Output::create(&mut self.disk, merge.id(), self.settings.shape())?);
        }
        let closes = writing(merge).add(&mut self.disk, &entry)?;
        let block = closes.then(|| writing(merge).blocks.len());
        merge.kept += 1;
        merge.last = Some(entry.clone());
        let to = merge.id();
        probe.step(|| Event::EntryMerged { entry, from, to, block }, self);
        Ok(())
    }

    /// From here on reads go to the output. It stands where its oldest input stood.
    fn switch_tables(&mut self, probe: &mut impl Probe<Self>) -> Result<(), Refused> {
        let merge = running(&mut self.memory.merge);
        let output = match &merge.output {
            Some(output) => Some(OpenTable::open(&mut self.disk, output.id)?),
            None => None,
        };
        let tables = Rc::make_mut(&mut self.memory.tables);
        let place = tables.partition_point(|open| open.id.last < merge.inputs[0].first);
        tables.retain(|open| !merge.inputs.contains(&open.id));
        let id = output.as_ref().map(|open| open.id);
        if let Some(open) = output {
            tables.insert(place, Rc::new(open));
        }
        merge.stage = Stage::Switched;
        let inputs = merge.inputs.clone();
        probe.step(|| Event::TablesSwitched { inputs, output: id }, self);
        Ok(())
    }

    /// Deletes the oldest input that is left. If there is an output, the order is all the same: start-up sees by the names
    /// what it stands for, and deletes the others. If there is none, what a crash leaves is read; and a newer one may hold
    /// the tombstone of what an older one holds.
    fn delete_input(&mut self, probe: &mut impl Probe<Self>) -> Result<(), Refused> {
        let id = self.running().inputs[self.running().deleted];
        self.disk.delete(&id.file())?;
        let merge = running(&mut self.memory.merge);
        merge.deleted += 1;
        let output = merge.output.as_ref().map(|output| output.id);
        let left = merge.inputs.len() - merge.deleted;
        probe.step(|| Event::InputDeleted { name: id.file(), output, left }, self);
        Ok(())
    }

    fn finish_merge(&mut self, probe: &mut impl Probe<Self>) -> Result<(), Refused> {
        self.disk.sync_directory()?;
        let merge = self.memory.merge.take().expect("a merge that finishes was running");
        let (inputs, read, kept) = (merge.inputs.len(), merge.read, merge.kept);
        probe.step(|| Event::MergeFinished { inputs, read, kept }, self);
        Ok(())
    }

    fn running(&self) -> &Compaction {
        self.memory.merge.as_ref().expect("a merge is running")
    }
}

fn running(merge: &mut Option<Compaction>) -> &mut Compaction {
    merge.as_mut().expect("a merge is running")
}

/// The table that a merge writes.
fn writing(merge: &mut Compaction) -> &mut Output {
    Rc::make_mut(merge.output.as_mut().expect("an entry was kept"))
}
