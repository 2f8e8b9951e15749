//! Start-up: the manifest says which tables count, the logs bring back what was only in memory, and whatever else lies
//! about is the work of a flush or a compaction that never counted.

use std::rc::Rc;

use super::manifest::{self, NAME, UNFINISHED};
use super::version::{Edit, FileNumber, TableMeta, Version, log_name, table_name};
use super::{Damage, Event, Lsm, Refusal};
use crate::contract::Probe;
use crate::log::{self, LogWriter, Tail};
use crate::sim::DiskError;
use crate::storage::Entry;
use crate::storage::table::Corrupt;

impl Lsm {
    pub(super) fn start_up(&mut self, probe: &mut impl Probe<Self>) -> Result<(), Refusal> {
        let live = self.read_manifest(probe)?;
        self.open_tables(live)?;
        let tables = self.memory.version.tables().count();
        self.charge(false);
        probe.step(|| Event::TablesOpened { tables }, self);
        self.replay_logs(probe)?;
        self.replace_manifest()?;
        self.charge(false);
        let entries = self.memory.memtable.len;
        probe.step(|| Event::Recovered { tables, entries, sequence: self.memory.sequence }, self);
        self.remove_orphans(probe)
    }

    /// Reads all edits; what is left are the tables that count, each with its level.
    fn read_manifest(&mut self, probe: &mut impl Probe<Self>) -> Result<Vec<(usize, TableMeta)>, Damage> {
        let damage = |offset, what| Damage { file: NAME.to_owned(), corrupt: Corrupt { offset, what } };
        let file = self.disk.open(NAME).ok_or_else(|| damage(0, "there is no manifest"))?;
        let read = log::recover(&mut self.disk, file, Tail::OneRecord)
            .map_err(|bad| damage(bad.offset, "bad checksum of an edit"))?;
        let (mut live, mut last) = (Vec::<(usize, TableMeta)>::new(), Edit::default());
        for (offset, payload) in &read.records {
            let edit = Edit::decode(payload).ok_or_else(|| damage(*offset, "bad edit"))?;
            live.retain(|(_, table)| !edit.removed.contains(&table.number));
            live.extend(edit.added.iter().cloned());
            last = edit;
        }
        // The first edit is synced before the manifest gets its name: without one, it is not what was written.
        if read.records.is_empty() {
            return Err(damage(0, "no whole edit"));
        }
        // A torn edit at the end never counted, and nothing was done that follows from it. If its log is gone all the
        // same, it did count, and is not torn but damaged.
        if self.disk.open(&log_name(last.oldest_log)).is_none() {
            return Err(damage(read.end, "bad last edit: what it replaced is gone already,"));
        }
        self.memory.sequence = last.sequence;
        let files = self.files().map(|(number, _)| number + 1).max();
        self.memory.next_file = last.next_file.max(files.unwrap_or(1));
        // Which logs are still needed is told by the last edit; the numbers are kept until they are read.
        self.memory.logs = vec![last.oldest_log];
        if read.end < read.len {
            let _ = self.disk.truncate(file, read.end).and_then(|()| self.disk.sync(file));
        }
        self.memory.manifest = Some(LogWriter::new(file, read.end));
        self.memory.manifest_begun = read.end;
        let edits = read.records.len();
        probe.step(|| Event::ManifestRead { edits, tables: live.len() }, self);
        Ok(live)
    }

    fn open_tables(&mut self, live: Vec<(usize, TableMeta)>) -> Result<(), Damage> {
        let mut version = Version::default();
        for (level, meta) in live {
            version.add(level, Rc::new(self.open_table(meta)?), self.settings.policy);
        }
        self.memory.version = version;
        Ok(())
    }

    /// Puts what the logs hold into the memtable. Only the end of the last one may be torn: the others were synced before
    /// the next was begun.
    fn replay_logs(&mut self, probe: &mut impl Probe<Self>) -> Result<(), Refusal> {
        let oldest = self.memory.logs[0];
        let mut logs: Vec<FileNumber> = Vec::new();
        for (number, is_table) in self.files() {
            if !is_table && number >= oldest {
                logs.insert(logs.partition_point(|other| *other < number), number);
            }
        }
        self.memory.logs = logs.clone();
        for number in &logs {
            let name = log_name(*number);
            let damage = |offset, what| Damage { file: name.clone(), corrupt: Corrupt { offset, what } };
            let file = self.disk.open(&name).expect("it was listed");
            let is_last = Some(number) == logs.last();
            let tail = if is_last { self.settings.sync.tail() } else { Tail::Closed };
            let read = log::recover(&mut self.disk, file, tail)
                .map_err(|bad| damage(bad.offset, "bad checksum of a record"))?;
            for (offset, payload) in &read.records {
                let entry = Entry::from_payload(payload).ok_or_else(|| damage(*offset, "bad record"))?;
                self.memory.sequence = self.memory.sequence.max(entry.sequence);
                self.memory.memtable.insert(entry);
            }
            let torn = read.len - read.end;
            if torn > 0 {
                self.disk.truncate(file, read.end)?;
            }
            self.disk.sync(file)?;
            self.go_on_with_log(file, read.end);
            // What start-up has found counts from now on: damage to it must not pass for a torn write.
            if tail == Tail::Unsynced && !read.is_marked {
                self.mark_log()?;
            }
            self.charge(false);
            probe.step(|| Event::LogReplayed { log: *number, records: read.records.len(), torn }, self);
        }
        Ok(())
    }

    /// Writes a manifest with one edit that says all, and puts it in the place of the old one.
    pub(super) fn begin_manifest(&mut self) -> Result<(), DiskError> {
        let tables = self.memory.version.tables();
        let edit = Edit {
            added: tables.map(|(level, table)| (level, table.meta.clone())).collect(),
            removed: Vec::new(),
            oldest_log: self.oldest_log(),
            next_file: self.memory.next_file,
            sequence: self.memory.sequence,
        };
        let file = self.disk.create(UNFINISHED)?;
        let mut writer = LogWriter::new(file, 0);
        writer.append(&mut self.disk, &edit.encode())?;
        writer.sync(&mut self.disk)?;
        self.disk.rename(manifest::UNFINISHED, NAME)?;
        self.disk.sync_directory()?;
        self.memory.manifest_begun = self.disk.len(file);
        self.memory.manifest = Some(writer);
        Ok(())
    }

    /// Begins a new manifest, or goes on with the old one where there is no room for both; whether it is new.
    fn replace_manifest(&mut self) -> Result<bool, DiskError> {
        match self.begin_manifest() {
            Err(DiskError::Full { .. }) => {
                if self.disk.open(UNFINISHED).is_some() {
                    self.disk.delete(UNFINISHED)?;
                }
                Ok(false)
            }
            begun => begun.map(|()| true),
        }
    }

    /// After a flush or a compaction: a manifest that has grown long is written anew. Its edits also name tables that
    /// later ones have removed.
    pub(super) fn renew_manifest(&mut self, probe: &mut impl Probe<Self>) -> Result<(), Refusal> {
        let file = self.memory.manifest.as_ref().expect("there is a manifest while commands are served").file;
        let before = self.disk.len(file);
        if before <= manifest::LONG.max(manifest::GROWTH * self.memory.manifest_begun) || !self.replace_manifest()? {
            return Ok(());
        }
        self.charge(true);
        let after = self.memory.manifest_begun;
        probe.step(|| Event::ManifestRenewed { before, after }, self);
        Ok(())
    }

    /// Removes tables that no edit names and logs that are not needed.
    fn remove_orphans(&mut self, probe: &mut impl Probe<Self>) -> Result<(), Refusal> {
        let mut orphans: Vec<String> = Vec::new();
        for (number, is_table) in self.files() {
            let counts = match is_table {
                true => self.memory.version.tables().any(|(_, table)| table.meta.number == number),
                false => self.memory.logs.contains(&number),
            };
            if !counts {
                orphans.push(if is_table { table_name(number) } else { log_name(number) });
            }
        }
        for name in orphans {
            self.disk.delete(&name)?;
            self.disk.sync_directory()?;
            self.charge(false);
            probe.step(|| Event::OrphanRemoved { name }, self);
        }
        Ok(())
    }
}
