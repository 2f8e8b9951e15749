//! Compaction carried out: read heads on all inputs, the smallest entry taken every time, what no one can read any more
//! dropped, the rest written to new tables, a block at a time.

use std::rc::Rc;

use super::compaction::{self, Task, Why};
use super::flush::{Output, oldest_read};
use super::version::{FileNumber, OpenTable, TableMeta, table_name};
use super::{Cause, Damage, Event, Lsm, Policy, Refusal};
use crate::contract::{Decided, Outcome, Probe};
use crate::key::Key;
use crate::sim::DiskError;
use crate::storage::Sequence;
use crate::storage::cursor::Cursor;
use crate::storage::merge::{Merge, Taken};

/// A compaction that is going on.
#[derive(Clone, Debug)]
pub struct Compaction {
    pub task: Task,
    pub inputs: Rc<Vec<Rc<OpenTable>>>,
    pub merge: Merge,
    pub cursors: Vec<Cursor>,
    /// The table that is being written.
    pub output: Option<Output>,
    /// Those that are complete.
    pub finished: Vec<Output>,
    taken: u64,
    /// The entry that was taken last, kept or not.
    last: Option<(Key, Sequence)>,
    stage: Stage,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stage {
    Merge,
    Sync,
    Commit,
    Delete,
}

/// What became of the entries of one piece.
#[derive(Clone, Copy, Debug, Default)]
struct Fate {
    written: u64,
    dropped: u64,
    tombstones: u64,
}

impl Compaction {
    /// How many entries of its inputs it has taken, and how many there are.
    pub fn progress(&self) -> (u64, u64) {
        (self.taken, self.inputs.iter().map(|table| table.meta.entries).sum())
    }
}

impl Lsm {
    /// Compacts a level on request, or whatever is most urgent, and all the way to its end.
    pub(super) fn compact(&mut self, level: Option<u64>, probe: &mut impl Probe<Self>) -> Result<Outcome, Refusal> {
        self.memory.full = false;
        while self.memory.compaction.is_some() {
            self.advance_compaction(probe)?;
        }
        let level = level.unwrap_or_else(|| self.memory.version.tables().next().map_or(0, |(level, _)| level as u64));
        let task = compaction::task(&self.memory.version, &self.settings, level as usize, Why::Asked);
        let task = task.ok_or(Cause::NothingToCompact(level))?;
        self.begin(task, probe)?;
        while self.memory.compaction.is_some() {
            self.advance_compaction(probe)?;
            self.clock.now = self.clock.busy_until;
        }
        probe.step(|| Event::TimePassed { now: self.clock.now, idle: !self.has_work() }, self);
        Ok(Outcome::Done)
    }

    /// One piece of a compaction: its choice, a block of its merge, or a step of its end.
    pub(super) fn advance_compaction(&mut self, probe: &mut impl Probe<Self>) -> Result<(), Refusal> {
        let Some(mut compaction) = self.memory.compaction.take().map(Rc::unwrap_or_clone) else {
            return match compaction::pick(&self.memory.version, &self.settings) {
                Some(own) => {
                    let task = self.choose(own, probe);
                    self.begin(task, probe)
                }
                None => Ok(()),
            };
        };
        let done = match compaction.stage {
            Stage::Merge => self.merge_piece(&mut compaction),
            Stage::Sync => self.sync_outputs(&mut compaction),
            Stage::Commit => self.install(&mut compaction),
            Stage::Delete => return self.delete_inputs(compaction, probe),
        };
        match done {
            Ok(piece) => self.go_on(compaction, piece, probe),
            Err(refusal) => {
                // It begins anew another time; its tables never counted.
                for output in compaction.finished.iter().chain(&compaction.output) {
                    let _ = self.disk.delete(&table_name(output.number));
                }
                return Err(refusal);
            }
        }
        Ok(())
    }

    /// Its own task, or the one that a reader has decided for, where there are others.
    fn choose(&self, own: Task, probe: &mut impl Probe<Self>) -> Task {
        if !probe.hears_decisions() {
            return own;
        }
        let version = &self.memory.version;
        let mut ways = compaction::alternatives(version, &self.settings, &own);
        let own = ways.iter().position(|way| way.upper == own.upper).expect("it is the first of them");
        if ways.len() < 2 {
            return ways.swap_remove(own);
        }
        let way = probe.decide(own, || compaction::decision(version, &ways, own));
        ways.swap_remove(way)
    }

    /// Keeps a compaction for its next piece, and tells what has just been done.
    fn go_on(&mut self, compaction: Compaction, piece: Decided<Event>, probe: &mut impl Probe<Self>) {
        self.memory.compaction = Some(Rc::new(compaction));
        self.charge(true);
        probe.step_at(piece.source, || piece.event, self);
    }

    fn begin(&mut self, task: Task, probe: &mut impl Probe<Self>) -> Result<(), Refusal> {
        let wanted = task.inputs();
        let inputs: Vec<Rc<OpenTable>> = wanted
            .iter()
            .filter_map(|number| self.memory.version.tables().find(|(_, table)| table.meta.number == *number))
            .map(|(_, table)| table.clone())
            .collect();
        if task.is_move() {
            return self.move_down(&inputs[0], task, probe);
        }
        let mut merge = Merge::new(inputs.len());
        let mut cursors = Vec::new();
        for (place, table) in inputs.iter().enumerate() {
            let cursor = Cursor::first(&table.table, &mut self.disk).map_err(|corrupt| damage(table, corrupt))?;
            merge.set(place, cursor.entry().cloned());
            cursors.push(cursor);
        }
        let picked = task.clone();
        let compaction = Compaction {
            task,
            inputs: Rc::new(inputs),
            merge,
            cursors,
            output: None,
            finished: Vec::new(),
            taken: 0,
            last: None,
            stage: Stage::Merge,
        };
        self.go_on(compaction, Decided::new(Event::CompactionBegun { task: picked }), probe);
        Ok(())
    }

    /// Nothing has to be merged with it: only the manifest changes.
    fn move_down(&mut self, table: &Rc<OpenTable>, task: Task, probe: &mut impl Probe<Self>) -> Result<(), Refusal> {
        let number = table.meta.number;
        self.commit(vec![(task.output_level(), table.meta.clone())], vec![number])?;
        self.memory.version.remove(&[number]);
        self.memory.version.add(task.output_level(), table.clone(), self.settings.policy);
        self.charge(true);
        let is_sorted = self.settings.policy.is_sorted(task.output_level());
        probe.step(|| Event::Moved { table: number, level: task.output_level(), is_sorted }, self);
        self.renew_manifest(probe)
    }

    /// Takes entries until a block is full, or there are no more.
    fn merge_piece(&mut self, compaction: &mut Compaction) -> Result<Decided<Event>, Refusal> {
        let mut fate = Fate::default();
        let mut number = compaction.output.as_ref().map(|output| output.number);
        loop {
            let Some(taken) = compaction.merge.take() else {
                self.close(compaction)?;
                compaction.stage = Stage::Sync;
                break;
            };
            compaction.taken += 1;
            self.move_head(compaction, taken.source)?;
            let keeps = self.keeps(compaction, &taken, &mut fate);
            compaction.last = Some((taken.entry.key.clone(), taken.entry.sequence));
            if !keeps {
                continue;
            }
            // Versions of one key stay in one table, or two tables of a level would overlap.
            let full = self.settings.policy == Policy::Leveled
                && taken.is_newest
                && compaction.output.as_ref().is_some_and(|it| self.disk.len(it.file) >= self.settings.table_bytes());
            if full {
                self.close(compaction)?;
            }
            if compaction.output.is_none() {
                compaction.output = Some(self.new_output()?);
            }
            let output = compaction.output.as_mut().expect("there is one now");
            number = Some(output.number);
            fate.written += 1;
            if output.add(&mut self.disk, &taken.entry)? {
                break;
            }
        }
        let Fate { written, dropped, tombstones } = fate;
        Ok(match number {
            Some(table) if written + dropped + tombstones == 0 => Decided::new(Event::TableFinished { table }),
            Some(table) => Decided::new(Event::BlockWritten { table, entries: written, dropped, tombstones }),
            None => Decided::new(Event::AllDropped { dropped, tombstones }),
        })
    }

    fn move_head(&mut self, compaction: &mut Compaction, source: usize) -> Result<(), Damage> {
        let table = &compaction.inputs[source];
        let cursor = &mut compaction.cursors[source];
        cursor.advance(&table.table, &mut self.disk).map_err(|corrupt| damage(table, corrupt))?;
        compaction.merge.set(source, cursor.entry().cloned());
        Ok(())
    }

    /// Whether anybody can still read the entry: those who read the present, or a snapshot. A tombstone is needed for as
    /// long as an older entry of its key may stand in some table that is not merged, or a snapshot still reads what it
    /// hides.
    ///
    /// All older entries are in the inputs, or on the level that the output goes to, or below. That holds for both
    /// policies: a size-tiered task takes a whole level, or the newest tables of the last one. So it is enough to ask those
    /// tables whether their range covers the key. The rule of thumb for size-tiered compaction, that tombstones stay unless
    /// the oldest table is merged, is stricter: it also keeps a tombstone whose key no older table can hold.
    fn keeps(&self, compaction: &Compaction, taken: &Taken, fate: &mut Fate) -> bool {
        let (entry, task) = (&taken.entry, &compaction.task);
        let replaced_at = compaction.last.as_ref().filter(|(key, _)| *key == entry.key).map(|(_, newer)| *newer);
        let is_read = replaced_at.is_none_or(|newer| {
            self.memory.snapshots.iter().any(|snapshot| (entry.sequence..newer).contains(&snapshot.sequence))
        });
        if !is_read {
            fate.dropped += 1;
            return false;
        }
        let hides_nothing = entry.is_tombstone()
            && entry.sequence <= oldest_read(self)
            && !self.memory.version.may_hold(&entry.key, task.output_level(), &task.inputs());
        fate.tombstones += u64::from(hides_nothing);
        !hides_nothing
    }

    /// Writes the end of the table that is being written, if there is one.
    fn close(&mut self, compaction: &mut Compaction) -> Result<(), DiskError> {
        if let Some(output) = &mut compaction.output {
            if let Some(builder) = output.builder.take() {
                builder.finish(&mut self.disk)?;
            }
            compaction.finished.extend(compaction.output.take());
        }
        Ok(())
    }

    fn sync_outputs(&mut self, compaction: &mut Compaction) -> Result<Decided<Event>, Refusal> {
        for output in &compaction.finished {
            self.make_durable(output)?;
        }
        compaction.stage = Stage::Commit;
        let tables = compaction.finished.iter().map(|output| output.number).collect();
        Ok(Decided::new(Event::OutputsSynced { tables }))
    }

    /// The next version: without the inputs, and only those, and with the outputs.
    fn install(&mut self, compaction: &mut Compaction) -> Result<Decided<Event>, Refusal> {
        let level = compaction.task.output_level();
        let mut outputs = Vec::new();
        for output in &compaction.finished {
            outputs.push(Rc::new(self.open_output(output)?));
        }
        let inputs = compaction.task.inputs();
        let added: Vec<(usize, TableMeta)> = outputs.iter().map(|table| (level, table.meta.clone())).collect();
        self.commit(added, inputs.clone())?;
        self.memory.version.remove(&inputs);
        inputs.iter().for_each(|number| self.memory.cache.forget(*number));
        for table in &outputs {
            self.totals.compacted_bytes += table.meta.bytes;
            self.memory.version.add(level, table.clone(), self.settings.policy);
        }
        compaction.stage = Stage::Delete;
        let tables = outputs.iter().map(|table| table.meta.number).collect();
        Ok(Decided::new(Event::Installed { level, tables, removed: inputs }))
    }

    fn delete_inputs(&mut self, compaction: Compaction, probe: &mut impl Probe<Self>) -> Result<(), Refusal> {
        let inputs: Vec<FileNumber> = compaction.task.inputs();
        for number in inputs {
            if self.disk.open(&table_name(number)).is_some() {
                self.delete_file(table_name(number), probe)?;
            }
        }
        self.renew_manifest(probe)
    }
}

pub(super) fn damage(table: &OpenTable, corrupt: crate::storage::table::Corrupt) -> Damage {
    Damage { file: table.meta.name(), corrupt }
}
