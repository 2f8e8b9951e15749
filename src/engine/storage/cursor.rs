//! A read head over a table: it holds one block at a time, and stands on one of its entries.

use std::ops::Range;
use std::rc::Rc;

use super::block::{Block, Entries};
use super::entry::split;
use super::table::{Corrupt, Table};
use super::{Entry, Sequence};
use crate::key::Key;
use crate::sim::Disk;

/// From where a read head has its blocks.
pub trait Blocks {
    /// The block `number` of a table, which stands at `handle` in its file.
    fn block(&mut self, table: &Table, number: usize, handle: Range<u64>) -> Result<Block, Corrupt>;
}

/// Each block is read from the disk.
impl Blocks for Disk {
    fn block(&mut self, table: &Table, _: usize, handle: Range<u64>) -> Result<Block, Corrupt> {
        table.read_block(self, handle)
    }
}

/// Where a read head stands. It owns what it has read, so that an engine can keep it as part of its state, and a clone
/// of it is cheap.
#[derive(Clone, Debug)]
pub struct Cursor {
    /// The block that it stands in, or the one after the last.
    block: usize,
    handle: Option<Range<u64>>,
    /// The entries of that block, once it is read.
    entries: Rc<Vec<Entry>>,
    /// The entry that it stands on.
    at: usize,
}

impl Cursor {
    /// Stands on the first entry of a table. Reads its first block.
    pub fn first(table: &Table, blocks: &mut impl Blocks) -> Result<Cursor, Corrupt> {
        Cursor::read(table, blocks, 0)
    }

    /// Stands on the first entry of a table that is not before `key`, nor a newer version than `snapshot`.
    /// Reads one block.
    pub fn seek(table: &Table, blocks: &mut impl Blocks, key: &Key, snapshot: Sequence) -> Result<Cursor, Corrupt> {
        let mut cursor = Cursor::read(table, blocks, table.find_block(key, snapshot))?;
        let sought = Entry::new(key, snapshot, None);
        cursor.at = cursor.entries.partition_point(|each| *each < sought);
        Ok(cursor)
    }

    /// Stands on the first entry of a block, and reads it, if there is one.
    fn read(table: &Table, blocks: &mut impl Blocks, block: usize) -> Result<Cursor, Corrupt> {
        let handle = table.handle(block);
        let entries = match handle.clone() {
            Some(handle) => entries(&blocks.block(table, block, handle.clone())?, handle.start)?,
            None => Vec::new(),
        };
        Ok(Cursor { block, handle, entries: Rc::new(entries), at: 0 })
    }

    /// The entry that it stands on; none behind the last.
    pub fn entry(&self) -> Option<&Entry> {
        self.entries.get(self.at)
    }

    /// The block that it stands in, where that is in the file, and how many of its entries are behind it.
    pub fn place(&self) -> Option<(usize, Range<u64>, usize)> {
        Some((self.block, self.handle.clone()?, self.at))
    }

    /// Moves on to the next entry; whether that took the reading of a block.
    pub fn advance(&mut self, table: &Table, blocks: &mut impl Blocks) -> Result<bool, Corrupt> {
        self.at += 1;
        if self.at < self.entries.len() || self.handle.is_none() {
            return Ok(false);
        }
        *self = Cursor::read(table, blocks, self.block + 1)?;
        Ok(self.handle.is_some())
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
