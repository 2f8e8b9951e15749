//! Start-up after a crash: names tell which tables count, the tables are opened, and the log is read into a new
//! memtable.

use std::rc::Rc;

use super::event::Event;
use super::heads::Damage;
use super::heads::OpenTable;
use super::{FileName, Memory, SsTables, TableId};
use crate::contract::{Probe, Refused};
use crate::log::{self, LogWriter, Tail};
use crate::storage::Entry;
use crate::storage::cursor::Cursor;
use crate::storage::table::Corrupt;

impl SsTables {
    /// Opens what the crash has left.
    pub(super) fn start_up(&mut self, probe: &mut impl Probe<Self>) -> Result<(), Refused> {
        let (tables, logs) = self.clear_up(probe)?;
        for id in &tables {
            let open = OpenTable::open(&mut self.disk, *id).map_err(|damage| self.close(damage))?;
            let entries = open.table.entries;
            Rc::make_mut(&mut self.memory.tables).push(Rc::new(open));
            probe.step(|| Event::TableOpened { table: *id, entries }, self);
        }
        if let Some(newest) = self.memory.tables.last().cloned() {
            let sequence = self.newest_in(&newest).map_err(|damage| self.close(damage))?;
            self.memory.sequence = sequence;
            probe.step(|| Event::SequenceFound { table: newest.id, sequence }, self);
        }
        let next = tables.last().map_or(0, |id| id.last) + 1;
        match logs.last() {
            Some(number) => self.replay(*number, probe)?,
            None => {
                // The crash came between the table's name and the new log.
                self.begin_log(next)?;
                probe.step(|| Event::LogCreated { log: self.log_name() }, self);
                self.disk.sync_directory()?;
            }
        }
        self.memory.replayed = None;
        let (entries, sequence) = (self.memory.memtable.len, self.memory.sequence);
        probe.step(|| Event::Recovered { tables: tables.len(), entries, sequence }, self);
        Ok(())
    }

    /// Nothing is served any more.
    #[track_caller]
    fn close(&mut self, damage: Damage) -> Refused {
        self.memory = Memory { damage: Some(damage.clone()), ..Memory::default() };
        Refused::new(damage)
    }

    /// Removes what does not count: tables that were not finished, tables that another one spans, logs that have become
    /// a table. Returns the tables and logs that are left, oldest first.
    fn clear_up(&mut self, probe: &mut impl Probe<Self>) -> Result<(Vec<TableId>, Vec<u32>), Refused> {
        let names: Vec<_> = self.disk.names().filter_map(|(name, _)| FileName::parse(name)).collect();
        let mut tables: Vec<TableId> = Vec::new();
        let mut logs: Vec<u32> = Vec::new();
        for name in &names {
            if let FileName::Table(id) = *name {
                tables.insert(tables.partition_point(|other| *other < id), id);
            }
        }
        let all = tables.clone();
        tables.retain(|id| !all.iter().any(|other| other.spans(*id)));
        for name in names {
            let goes = match name {
                FileName::Unfinished(_) => true,
                FileName::Table(id) => !tables.contains(&id),
                FileName::Log(number) => tables.iter().any(|id| (id.first..=id.last).contains(&number)),
            };
            if goes {
                self.disk.delete(&name.to_string())?;
                probe.step(|| Event::LeftoverRemoved { file: name }, self);
            } else if let FileName::Log(number) = name {
                logs.insert(logs.partition_point(|other| *other < number), number);
            }
        }
        Ok((tables, logs))
    }

    /// The newest sequence number in the newest table: no other table has a greater one.
    fn newest_in(&mut self, open: &OpenTable) -> Result<u64, Damage> {
        let damaged = |corrupt| open.damaged(corrupt);
        let mut cursor = Cursor::first(&open.table, &mut self.disk).map_err(damaged)?;
        let mut newest = 0;
        while let Some(entry) = cursor.entry() {
            newest = newest.max(entry.sequence);
            cursor.advance(&open.table, &mut self.disk).map_err(damaged)?;
        }
        Ok(newest)
    }

    fn replay(&mut self, number: u32, probe: &mut impl Probe<Self>) -> Result<(), Refused> {
        let name = FileName::Log(number).to_string();
        let file = self.disk.open(&name).expect("the directory has just named it");
        let damaged = |offset, what| Damage { file: name.clone(), corrupt: Corrupt { offset, what } };
        let tail = self.settings.sync.tail();
        let found = log::recover(&mut self.disk, file, tail);
        let found = found.map_err(|bad| self.close(damaged(bad.offset, "bad record")))?;
        self.memory.number = number;
        let records = found.records.len();
        probe.step(|| Event::LogRead { log: name.clone(), records, bytes: found.len }, self);
        for (offset, payload) in found.records {
            let entry = Entry::from_payload(&payload).ok_or_else(|| self.close(damaged(offset, "bad entry")))?;
            self.memory.sequence = self.memory.sequence.max(entry.sequence);
            self.memory.memtable.replace(entry.clone());
            self.memory.replayed = Some(offset + (log::HEADER + payload.len()) as u64);
            probe.step(|| Event::RecordReplayed { log: name.clone(), entry, offset }, self);
        }
        if found.end < found.len {
            self.disk.truncate(file, found.end)?;
            self.disk.sync(file)?;
            let bytes = found.len - found.end;
            probe.step(|| Event::TailCut { log: name.clone(), offset: found.end, bytes }, self);
        }
        self.memory.log = Some(LogWriter::new(file, found.end));
        // What start-up has found counts from now on: damage to it must not pass for a torn write.
        if tail == Tail::Unsynced && !found.is_marked { self.mark_log(probe) } else { Ok(()) }
    }
}
