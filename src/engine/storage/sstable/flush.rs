//! The flush: the memtable becomes a table. Its entries are in order already, so they are written from front to back.

use std::ops::Range;
use std::rc::Rc;

use super::event::Event;
use super::heads::OpenTable;
use super::{SsTables, TableId};
use crate::contract::{Outcome, Probe, Refused};
use crate::sim::{Disk, DiskError, FileId};
use crate::storage::table::{TableBuilder, TableShape};
use crate::storage::{Entry, Memtable};

/// A table that is being written, by a flush or a merge.
#[derive(Clone)]
pub struct Output {
    pub id: TableId,
    pub file: FileId,
    /// What is collected; none when all is written.
    pub builder: Option<TableBuilder>,
    /// Where the finished blocks of entries stand.
    pub blocks: Vec<Range<u64>>,
}

impl Output {
    /// Begins a table, under a name that does not count yet.
    pub fn create(disk: &mut Disk, id: TableId, shape: TableShape) -> Result<Rc<Output>, DiskError> {
        let file = disk.create(&id.unfinished())?;
        Ok(Rc::new(Output { id, file, builder: Some(TableBuilder::new(file, shape)), blocks: Vec::new() }))
    }

    /// Adds the next entry; whether a block was full by that, and is written.
    pub fn add(&mut self, disk: &mut Disk, entry: &Entry) -> Result<bool, DiskError> {
        let builder = self.builder.as_mut().expect("entries come before the end");
        let block = builder.add(disk, entry)?;
        let is_written = block.is_some();
        self.blocks.extend(block);
        Ok(is_written)
    }

    /// Writes the last block, the filter, the index and the footer.
    pub fn finish(&mut self, disk: &mut Disk) -> Result<(), DiskError> {
        let builder = self.builder.take().expect("a table is finished once");
        builder.finish(disk)
    }

    pub fn is_finished(&self) -> bool {
        self.builder.is_none()
    }
}

impl SsTables {
    /// Writes the memtable out, and begins a new one with a new log. What cannot be finished is taken back: memtable and
    /// log are as they were.
    pub(super) fn flush(&mut self, probe: &mut impl Probe<Self>) -> Result<Outcome, Refused> {
        if self.memory.memtable.is_empty() {
            probe.step(|| Event::NothingToFlush, self);
            return Ok(Outcome::Done);
        }
        let number = self.memory.number;
        let id = TableId { first: number, last: number };
        if let Err(error) = self.write_memtable(id, probe) {
            if let DiskError::Full { .. } = error {
                self.disk.delete(&id.unfinished())?;
            }
            self.memory.flush = None;
            return Err(error.into());
        }
        self.disk.rename(&id.unfinished(), &id.file())?;
        probe.step(|| Event::TableNamed { table: id }, self);

        let old_log = self.log_name();
        self.begin_log(number + 1)?;
        probe.step(|| Event::LogCreated { log: self.log_name() }, self);
        self.disk.sync_directory()?;
        probe.step(|| Event::DirectorySynced { table: id }, self);

        let table = OpenTable::open(&mut self.disk, id)?;
        Rc::make_mut(&mut self.memory.tables).push(Rc::new(table));
        self.memory.flush = None;
        self.memory.memtable = Memtable::default();
        probe.step(|| Event::MemtableEmptied { table: id }, self);
        self.disk.delete(&old_log)?;
        probe.step(|| Event::LogDeleted { log: old_log, table: id }, self);
        Ok(Outcome::Done)
    }

    /// Writes all entries of the memtable, and makes them safe.
    fn write_memtable(&mut self, id: TableId, probe: &mut impl Probe<Self>) -> Result<(), DiskError> {
        let memtable = self.memory.memtable.clone();
        self.memory.flush = Some(Output::create(&mut self.disk, id, self.settings.shape())?);
        let (entries, bytes) = (memtable.len, memtable.bytes);
        probe.step(|| Event::FlushBegun { table: id, entries, bytes }, self);
        for entry in memtable.iter() {
            if writing(&mut self.memory.flush).add(&mut self.disk, entry)? {
                let block = writing(&mut self.memory.flush).blocks.len();
                probe.step(|| Event::BlockWritten { table: id, block, last: entry.key.clone() }, self);
            }
        }
        let output = writing(&mut self.memory.flush);
        output.finish(&mut self.disk)?;
        let file = output.file;
        let bytes = self.disk.len(file);
        probe.step(|| Event::TableFinished { table: id, entries, bytes }, self);
        self.disk.sync(file)?;
        probe.step(|| Event::TableSynced { table: id, bytes }, self);
        Ok(())
    }
}

/// The table that is being written.
fn writing(output: &mut Option<Rc<Output>>) -> &mut Output {
    Rc::make_mut(output.as_mut().expect("a table is being written"))
}
