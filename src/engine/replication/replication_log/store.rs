//! What a replica has on its disk: the file of its table, with the number of the last entry that is in it, and the log.
//!
//! ```text
//! tickets   entries in it: u32 LE | crc32 of the number and the table: u32 LE | the table's file
//! log       a record for each entry (see `crate::log`)
//! ```
//!
//! The number stands in one file with the rows, and the file takes the place of the old one by a renaming. So a replica that
//! is stopped at any moment knows which entries it has carried out. Were the number kept apart, it could be older than the
//! rows after a crash, and an entry would be carried out twice.

use crate::checksum::crc32;
use crate::cluster::Power;
use crate::log::{self, LogWriter, Tail};
use crate::sim::disk::Crash;
use crate::sim::{Disk, DiskError};
use crate::table::{Schema, Table};

const TABLE: &str = "tickets";
const UNFINISHED: &str = "tickets.new";
const LOG: &str = "log";
/// Bytes before the table's own.
const HEAD: usize = 8;
/// More than any run writes.
const CAPACITY: u64 = 1 << 40;

#[derive(Clone)]
pub struct Store {
    disk: Disk,
    log: LogWriter,
}

impl Store {
    /// A new disk with an empty table, and an empty log.
    ///
    /// # Errors
    /// If the disk cannot take the files.
    pub fn new(schema: &'static Schema) -> Result<Store, DiskError> {
        let mut disk = Disk::new(CAPACITY);
        let log = LogWriter::new(disk.create(LOG)?, 0);
        let mut store = Store { disk, log };
        store.save(&Table::new(schema), 0)?;
        Ok(store)
    }

    /// Makes an entry of the log durable.
    ///
    /// # Errors
    /// If the disk cannot take it.
    pub fn append(&mut self, entry: &[u8]) -> Result<(), DiskError> {
        self.log.append(&mut self.disk, entry)?;
        self.log.sync(&mut self.disk)
    }

    /// Makes a table durable in which so many entries are: after a crash it is there with its number, or the old one is.
    ///
    /// # Errors
    /// If the disk cannot take it.
    pub fn save(&mut self, table: &Table, entries: u32) -> Result<(), DiskError> {
        let mut bytes = entries.to_le_bytes().to_vec();
        let sum = crc32(&[&bytes[..], &table.bytes].concat());
        bytes.extend(sum.to_le_bytes());
        bytes.extend(&*table.bytes);
        let file = self.disk.create(UNFINISHED)?;
        self.disk.append(file, &bytes)?;
        self.disk.sync(file)?;
        self.disk.rename(UNFINISHED, TABLE)?;
        self.disk.sync_directory()
    }

    /// What it was written by stops; if the power goes, what was not synced is gone.
    pub fn stop(&mut self, power: Power) {
        self.disk.crash(if power == Power::Lost { Crash::Lost } else { Crash::Kept });
    }

    /// The table, and how many entries are in it; nothing where the bytes are not what was written.
    pub fn table(&mut self, schema: &'static Schema) -> Option<(Table, u32)> {
        let file = self.disk.open(TABLE)?;
        let bytes = self.disk.read(file, 0..u64::MAX);
        let (head, table) = bytes.split_first_chunk::<HEAD>()?;
        let (entries, sum) = head.split_at(4);
        let fits = crc32(&[entries, table].concat()).to_le_bytes() == sum;
        let table = Table::of(schema, table.to_vec())?;
        fits.then_some((table, u32::from_le_bytes(entries.try_into().ok()?)))
    }

    /// The log as far as the table has it: an entry behind that was on its way to the disk when the power went, and neither
    /// its client nor the follower has heard of it. It is cut off. Nothing where the bytes are not what was written.
    pub fn entries(&mut self, known: u32) -> Option<Vec<Vec<u8>>> {
        let file = self.disk.open(LOG)?;
        let found = log::recover(&mut self.disk, file, Tail::OneRecord).ok()?;
        let end = found.records.get(known as usize).map_or(found.end, |(offset, _)| *offset);
        self.disk.truncate(file, end).ok()?;
        self.disk.sync(file).ok()?;
        self.log = LogWriter::new(file, end);
        Some(found.records.into_iter().take(known as usize).map(|(_, payload)| payload).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::super::tickets::TICKETS;
    use super::*;
    use crate::table::Value;

    /// The plug is pulled after every operation of the disk: table and number go together, and the log goes with them.
    #[test]
    fn a_crash_leaves_the_old_table_or_the_new_one_with_its_number() {
        let mut seen = Vec::new();
        for operations in 0..20 {
            let mut store = Store::new(&TICKETS).unwrap();
            store.append(b"first").unwrap();
            let mut table = Table::new(&TICKETS);
            table.set_next_id(2);
            store.save(&table, 1).unwrap();
            store.disk.cut_power_after(operations);
            table.set_row(0, Some(&[Value::Integer(7), Value::Text("ann".into()), Value::Integer(1), Value::Time(0)]));
            let done = store.append(b"second").and_then(|()| store.save(&table, 2));
            store.stop(Power::Lost);
            let (found, entries) = store.table(&TICKETS).expect("one of the two");
            assert_eq!(found.rows().count() as u32 + 1, entries, "after {operations} operations");
            let log = store.entries(entries).expect("a sound log");
            assert_eq!(log, [&b"first"[..], b"second"][..entries as usize], "after {operations} operations");
            store.append(b"third").unwrap();
            assert_eq!(store.entries(9).unwrap().len(), log.len() + 1);
            seen.push((done.is_ok(), entries));
        }
        assert!(seen.contains(&(false, 1)) && seen.contains(&(true, 2)), "{seen:?}");
    }

    #[test]
    fn every_byte_that_is_changed_is_noticed() {
        let store = Store::new(&TICKETS).unwrap();
        let file = store.disk.open(TABLE).unwrap();
        for at in 0..store.disk.len(file) {
            let mut store = store.clone();
            let byte = store.disk.peek(file, at..at + 1)[0];
            store.disk.write(file, at, &[byte ^ 1]).unwrap();
            assert!(store.table(&TICKETS).is_none(), "byte {at}");
        }
    }
}
