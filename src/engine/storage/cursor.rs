//! A read head over a table: it holds one block at a time, and stands on one of its entries.

use std::ops::Range;
use std::rc::Rc;

use super::block::{Block, Entries};
use super::entry::{is_before, split};
use super::table::{Corrupt, Table};
use super::{Entry, Key, Sequence};
use crate::sim::Disk;

/// Where a read head stands. It owns what it has read, so that an engine can keep it as part of its state, and a clone
/// of it is cheap.
#[derive(Clone, Debug)]
pub struct Cursor {
    blocks: Rc<Vec<Range<u64>>>,
    /// The block that it stands in, or the one after the last.
    block: usize,
    /// The entries of that block, once it is read.
    entries: Rc<Vec<Entry>>,
    /// The entry that it stands on.
    at: usize,
}

impl Cursor {
    /// Stands on the first entry of a table. Reads its first block.
    pub fn first(table: &Table, disk: &mut Disk) -> Result<Cursor, Corrupt> {
        let blocks = Rc::new(table.blocks()?);
        let mut cursor = Cursor { blocks, block: 0, entries: Rc::default(), at: 0 };
        cursor.read(table, disk)?;
        Ok(cursor)
    }

    /// Stands on the first entry of a table that is not before `key`, nor a newer version than `snapshot`.
    /// Reads one block.
    pub fn seek(table: &Table, disk: &mut Disk, key: &Key, snapshot: Sequence) -> Result<Cursor, Corrupt> {
        let blocks = table.blocks()?;
        let found = table.find_block(|each| is_before(each, key, snapshot))?;
        let block = found.map_or(blocks.len(), |found| blocks.partition_point(|each| each.start < found.start));
        let mut cursor = Cursor { blocks: Rc::new(blocks), block, entries: Rc::default(), at: 0 };
        cursor.read(table, disk)?;
        let sought = Entry { key: key.clone(), sequence: snapshot, value: None };
        cursor.at = cursor.entries.partition_point(|each| *each < sought);
        Ok(cursor)
    }

    /// The entry that it stands on; none behind the last.
    pub fn entry(&self) -> Option<&Entry> {
        self.entries.get(self.at)
    }

    /// The block that it stands in, where that is in the file, and how many of its entries are behind it.
    pub fn place(&self) -> Option<(usize, Range<u64>, usize)> {
        Some((self.block, self.blocks.get(self.block)?.clone(), self.at))
    }

    /// Moves on to the next entry; whether that took the reading of a block.
    pub fn advance(&mut self, table: &Table, disk: &mut Disk) -> Result<bool, Corrupt> {
        self.at += 1;
        if self.at < self.entries.len() || self.block >= self.blocks.len() {
            return Ok(false);
        }
        self.block += 1;
        self.read(table, disk)
    }

    /// Reads the block that it has come to, if there is one.
    fn read(&mut self, table: &Table, disk: &mut Disk) -> Result<bool, Corrupt> {
        self.at = 0;
        self.entries = Rc::default();
        let Some(handle) = self.blocks.get(self.block) else { return Ok(false) };
        let block = table.read_block(disk, handle.clone())?;
        self.entries = Rc::new(entries(&block, handle.start)?);
        Ok(true)
    }
}

/// All entries of a block that stands at `start` of its file.
pub fn entries(block: &Block, start: u64) -> Result<Vec<Entry>, Corrupt> {
    let mut entries = Vec::new();
    let mut rest = block.iter();
    while let Some(entry) = entry(&mut rest, start)? {
        entries.push(entry);
    }
    Ok(entries)
}

/// The next entry of a block that stands at `start` of its file.
pub fn entry(rest: &mut Entries, start: u64) -> Result<Option<Entry>, Corrupt> {
    let corrupt = Corrupt { offset: start + rest.offset() as u64, what: "bad entry" };
    let Some(found) = rest.placed() else { return Ok(None) };
    let entry = found.ok().and_then(|found| Entry::decode(found.key, found.value));
    entry.map(Some).ok_or(corrupt)
}

/// The next entry of a block that stands at `start` of its file, if it is one of `key`.
pub fn entry_of(key: &Key, rest: &mut Entries, start: u64) -> Result<Option<Entry>, Corrupt> {
    let corrupt = Corrupt { offset: start + rest.offset() as u64, what: "bad entry" };
    let Some(found) = rest.placed().transpose().map_err(|_| corrupt.clone())? else { return Ok(None) };
    match split(found.key) {
        Some((bytes, trailer)) if bytes == key.as_str().as_bytes() => {
            Entry::of(key, trailer, found.value).map(Some).ok_or(corrupt)
        }
        Some(_) => Ok(None),
        None => Err(corrupt),
    }
}
