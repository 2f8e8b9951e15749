//! Flushing: the oldest immutable memtable becomes a table on level 0, and its logs are not needed any more.

use std::rc::Rc;

use super::version::{FileNumber, OpenTable, TableMeta, log_name, table_name};
use super::{Damage, Event, Lsm, Refusal};
use crate::contract::{Decided, Outcome, Probe};
use crate::key::Key;
use crate::sim::{DiskError, FileId};
use crate::storage::table::{Table, TableBuilder};
use crate::storage::{Entry, Sequence};

/// A table that is being written.
#[derive(Clone, Debug)]
pub struct Output {
    pub number: FileNumber,
    pub file: FileId,
    /// None once its last block is written.
    pub builder: Option<TableBuilder>,
    /// The smallest and the largest key so far.
    pub range: Option<(Key, Key)>,
    pub entries: u64,
}

impl Output {
    /// Takes one more entry; whether that filled a block, which was written then.
    pub fn add(&mut self, disk: &mut crate::sim::Disk, entry: &Entry) -> Result<bool, DiskError> {
        let builder = self.builder.as_mut().expect("a table that is finished takes no entries");
        let wrote = builder.add(disk, entry)?.is_some();
        self.entries += 1;
        match &mut self.range {
            Some((_, largest)) => *largest = entry.key.clone(),
            none => *none = Some((entry.key.clone(), entry.key.clone())),
        }
        Ok(wrote)
    }
}

/// A flush that is going on.
#[derive(Clone, Debug)]
pub struct Flush {
    pub output: Output,
    /// How many entries of the memtable are written.
    pub done: usize,
    stage: Stage,
}

/// What comes next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stage {
    Blocks,
    Sync,
    Commit,
    Delete,
}

impl Lsm {
    pub(super) fn flush_all(&mut self, probe: &mut impl Probe<Self>) -> Result<Outcome, Refusal> {
        if self.memory.memtable.is_empty() && self.memory.immutables.is_empty() {
            probe.step(|| Event::NothingToFlush, self);
            return Ok(Outcome::Done);
        }
        if !self.memory.memtable.is_empty() {
            self.rotate(probe)?;
        }
        while !self.memory.immutables.is_empty() || self.memory.flush.is_some() {
            self.advance_flush(probe)?;
            self.clock.now = self.clock.busy_until;
        }
        probe.step(|| Event::TimePassed { now: self.clock.now, idle: !self.has_work() }, self);
        Ok(Outcome::Done)
    }

    pub(super) fn new_output(&mut self) -> Result<Output, DiskError> {
        let number = self.file_number();
        let file = self.disk.create(&table_name(number))?;
        let builder = Some(TableBuilder::new(file, self.settings.shape()));
        Ok(Output { number, file, builder, range: None, entries: 0 })
    }

    /// One piece of a flush: a block, or a step of its end.
    pub(super) fn advance_flush(&mut self, probe: &mut impl Probe<Self>) -> Result<(), Refusal> {
        let Some(flush) = self.memory.flush.take() else {
            let output = self.new_output()?;
            let table = output.number;
            self.memory.flush = Some(Rc::new(Flush { output, done: 0, stage: Stage::Blocks }));
            let entries = self.memory.immutables[0].memtable.len;
            probe.step(|| Event::FlushBegun { table, entries }, self);
            return Ok(());
        };
        let mut flush = Rc::unwrap_or_clone(flush);
        let piece = match self.flush_piece(&mut flush) {
            Ok(piece) => piece,
            Err(refusal) => {
                // It begins anew another time; its table never counted.
                let _ = self.disk.delete(&table_name(flush.output.number));
                return Err(refusal);
            }
        };
        let stage = flush.stage;
        if stage != Stage::Delete {
            self.memory.flush = Some(Rc::new(flush));
        }
        self.charge(true);
        probe.step_at(piece.source, || piece.event, self);
        if stage == Stage::Delete {
            self.delete_old_logs(probe)?;
            self.renew_manifest(probe)?;
        }
        Ok(())
    }

    /// Does what comes next; `flush.stage` is what comes after it.
    fn flush_piece(&mut self, flush: &mut Flush) -> Result<Decided<Event>, Refusal> {
        let table = flush.output.number;
        match flush.stage {
            Stage::Blocks => {
                let memtable = self.memory.immutables[0].memtable.clone();
                let before = flush.done;
                let mut wrote = false;
                for entry in memtable.iter().skip(before) {
                    flush.done += 1;
                    wrote = flush.output.add(&mut self.disk, entry)?;
                    if wrote {
                        break;
                    }
                }
                if !wrote {
                    let builder = flush.output.builder.take().expect("it is not finished yet");
                    builder.finish(&mut self.disk)?;
                    flush.stage = Stage::Sync;
                    return Ok(Decided::new(Event::TableFinished { table }));
                }
                let entries = (flush.done - before) as u64;
                Ok(Decided::new(Event::BlockWritten { table, entries, dropped: 0, tombstones: 0 }))
            }
            Stage::Sync => {
                self.make_durable(&flush.output)?;
                flush.stage = Stage::Commit;
                Ok(Decided::new(Event::TableSynced { table }))
            }
            _ => {
                let opened = Rc::new(self.open_output(&flush.output)?);
                self.totals.flushed_bytes += opened.meta.bytes;
                let done = Rc::make_mut(&mut self.memory.immutables).remove(0);
                if let Err(refusal) = self.commit(vec![(0, opened.meta.clone())], Vec::new()) {
                    Rc::make_mut(&mut self.memory.immutables).insert(0, done);
                    return Err(refusal);
                }
                self.memory.version.add(0, opened, self.settings.policy);
                flush.stage = Stage::Delete;
                Ok(Decided::new(Event::Flushed { table, level_tables: self.memory.version.level(0).len() }))
            }
        }
    }

    /// Syncs a table, and then its name.
    pub(super) fn make_durable(&mut self, output: &Output) -> Result<(), DiskError> {
        self.disk.sync(output.file)?;
        self.disk.sync_directory()
    }

    /// Reads back what was written.
    pub(super) fn open_output(&mut self, output: &Output) -> Result<OpenTable, Damage> {
        let (smallest, largest) = output.range.clone().expect("no table is empty");
        let bytes = self.disk.len(output.file);
        let meta = TableMeta { number: output.number, smallest, largest, bytes, entries: output.entries };
        self.open_table(meta)
    }

    /// Opens a table that there must be.
    pub(super) fn open_table(&mut self, meta: TableMeta) -> Result<OpenTable, Damage> {
        let name = meta.name();
        let damage = |corrupt| Damage { file: name.clone(), corrupt };
        let missing = crate::storage::table::Corrupt { offset: 0, what: "the manifest names it, and it isn't there" };
        let file = self.disk.open(&name).ok_or_else(|| damage(missing))?;
        let table = Table::open(&mut self.disk, file).map_err(damage)?;
        Ok(OpenTable { meta, file, table })
    }

    /// Deletes the logs that no memtable needs any more.
    fn delete_old_logs(&mut self, probe: &mut impl Probe<Self>) -> Result<(), Refusal> {
        let oldest = self.oldest_log();
        let old: Vec<FileNumber> =
            self.files().filter_map(|(number, table)| (!table && number < oldest).then_some(number)).collect();
        for number in old {
            self.delete_file(log_name(number), probe)?;
        }
        Ok(())
    }

    pub(super) fn delete_file(&mut self, name: String, probe: &mut impl Probe<Self>) -> Result<(), Refusal> {
        self.disk.delete(&name)?;
        self.disk.sync_directory()?;
        self.charge(true);
        probe.step(|| Event::FileDeleted { name }, self);
        Ok(())
    }

    /// The numbers of all tables and logs on the disk, and whether each is a table.
    pub(super) fn files(&self) -> impl Iterator<Item = (FileNumber, bool)> {
        self.disk.names().filter_map(|(name, _)| super::version::parse_name(name))
    }
}

/// The oldest sequence number that a snapshot still reads, or the newest there is.
pub(super) fn oldest_read(tree: &Lsm) -> Sequence {
    tree.memory.snapshots.first().map_or(tree.memory.sequence, |snapshot| snapshot.sequence)
}
