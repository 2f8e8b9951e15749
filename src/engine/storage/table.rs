//! A sorted table: blocks of sorted entries in a file, an index that tells where each block is, and a Bloom filter that
//! tells which keys are certainly in none of them. Written once, from front to back, and never changed.
//!
//! ```text
//! table      data block … | filter block | index block | footer
//! block      content | crc32 of the content: u32 LE
//! index      a block (see `block`) with an entry for each data block: its last key → offset: varint | length: varint
//! footer     filter offset: u64 LE | length: u32 LE | index offset: u64 LE | length: u32 LE | entries: u64 LE
//!            | magic: u64 LE | crc32 of the footer before it: u32 LE
//! ```
//!
//! The index is *sparse*: it knows the last key of each block, not every key. To find a key, search the index for the
//! first block whose last key is not before it, read that one block, and search there.
//!
//! A table is read back from its bytes and from nothing else; [`Table::open`] reads the footer, the index and the filter,
//! and keeps those.
//!
//! Simpler than the real one because: blocks are not compressed, and one footer and one index block suffice, where RocksDB
//! partitions the index of a very large table; the whole last key of a block is in the index, where LevelDB writes the
//! shortest one that parts it from the next block.

use std::fmt::{self, Display};
use std::ops::Range;

use super::block::{Block, BlockBuilder};
use super::bloom::{self, Bloom};
use super::sorted::Sorted;
use super::{Entry, Sequence, entry};
use crate::key::Key;
use crate::sim::{Disk, DiskError, FileId};
use crate::varint;

/// Says that a file is a table of this version: "STEPTBL1" in ASCII, little-endian.
const MAGIC: u64 = u64::from_le_bytes(*b"STEPTBL1");
/// Bytes of the footer, at the end of the file.
pub const FOOTER: u64 = 8 + 4 + 8 + 4 + 8 + 8 + 4;
/// Bytes of the checksum behind each block.
pub const CHECKSUM: usize = 4;

/// How a table is laid out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TableShape {
    /// A block is closed once it is at least that long. LevelDB: 4096 bytes.
    pub block_bytes: usize,
    /// LevelDB: 16 entries.
    pub restart_interval: usize,
    /// 10 bits a key let about one in a hundred keys pass that are not there.
    pub bloom_bits: usize,
}

/// Bytes of a table that cannot be what was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Corrupt {
    /// Where in the file, in bytes.
    pub offset: u64,
    pub what: &'static str,
}

impl Display for Corrupt {
    fn fmt(&self, out: &mut fmt::Formatter) -> fmt::Result {
        write!(out, "{} at offset {}", self.what, self.offset)
    }
}

impl std::error::Error for Corrupt {}

/// Writes a table, entry by entry in ascending order, a block at a time.
#[derive(Clone, Debug)]
pub struct TableBuilder {
    file: FileId,
    shape: TableShape,
    block: BlockBuilder,
    index: BlockBuilder,
    /// The hash of every key: all that the filter needs of it.
    hashes: Vec<u64>,
    pub entries: u64,
}

/// Where a finished block stands, its checksum not counted.
pub type Handle = Range<u64>;

impl TableBuilder {
    /// Begins a table in an empty file.
    pub fn new(file: FileId, shape: TableShape) -> TableBuilder {
        TableBuilder {
            file,
            shape,
            block: BlockBuilder::new(shape.restart_interval),
            index: BlockBuilder::new(1),
            hashes: Vec::new(),
            entries: 0,
        }
    }

    /// Adds an entry. Returns where the block stands that was full by that and has been written.
    pub fn add(&mut self, disk: &mut Disk, entry: &Entry) -> Result<Option<Handle>, DiskError> {
        self.block.add(&entry.internal_key(), entry.value_bytes());
        self.entries += 1;
        let hash = bloom::hash(entry.key.as_str().as_bytes());
        if self.hashes.last() != Some(&hash) {
            self.hashes.push(hash);
        }
        if self.block.len() < self.shape.block_bytes { Ok(None) } else { self.close_block(disk).map(Some) }
    }

    /// The entries that are collected for the next block, as it would be now.
    pub fn open_block(&self) -> Option<Block> {
        if self.block.is_empty() { None } else { Block::new(self.block.clone().finish()).ok() }
    }

    /// Writes what is left, the filter, the index and the footer. The file is not synced: that is the caller's.
    pub fn finish(mut self, disk: &mut Disk) -> Result<(), DiskError> {
        if !self.block.is_empty() {
            self.close_block(disk)?;
        }
        let filter = Bloom::of(&self.hashes, self.shape.bloom_bits);
        let filter = append(disk, self.file, filter.encode())?;
        let index = append(disk, self.file, self.index.finish())?;
        let mut footer = Vec::with_capacity(FOOTER as usize);
        for handle in [filter, index] {
            footer.extend_from_slice(&handle.start.to_le_bytes());
            footer.extend_from_slice(&((handle.end - handle.start) as u32).to_le_bytes());
        }
        footer.extend_from_slice(&self.entries.to_le_bytes());
        footer.extend_from_slice(&MAGIC.to_le_bytes());
        append(disk, self.file, footer)?;
        Ok(())
    }

    fn close_block(&mut self, disk: &mut Disk) -> Result<Handle, DiskError> {
        let block = std::mem::replace(&mut self.block, BlockBuilder::new(self.shape.restart_interval));
        let last_key = block.last_key.to_vec();
        let handle = append(disk, self.file, block.finish())?;
        let mut place = Vec::new();
        varint::put(&mut place, handle.start);
        varint::put(&mut place, handle.end - handle.start);
        self.index.add(&last_key, &place);
        Ok(handle)
    }
}

/// Appends content and its checksum.
fn append(disk: &mut Disk, file: FileId, mut content: Vec<u8>) -> Result<Handle, DiskError> {
    let len = content.len() as u64;
    let checksum = crate::checksum::crc32(&content);
    content.extend_from_slice(&checksum.to_le_bytes());
    let start = disk.append(file, &content)?;
    Ok(start..start + len)
}

/// A table, open for reading: its index and its filter are in memory, its blocks on the disk.
#[derive(Clone, Debug)]
pub struct Table {
    file: FileId,
    /// By the last keys of the blocks.
    index: Sorted<IndexEntry>,
    filter: Bloom,
    pub entries: u64,
}

/// A block, and the last of its entries.
#[derive(Clone, Debug)]
struct IndexEntry {
    key: Key,
    sequence: Sequence,
    handle: Handle,
}

impl Table {
    /// Reads the footer, the index and the filter.
    pub fn open(disk: &mut Disk, file: FileId) -> Result<Table, Corrupt> {
        let len = disk.len(file);
        let start = len.checked_sub(FOOTER).ok_or(Corrupt { offset: 0, what: "no room for a footer" })?;
        let footer = disk.read(file, start..len);
        let content = checked(&footer).ok_or(Corrupt { offset: start, what: "bad checksum of the footer" })?;
        let number = |at: usize| u64::from_le_bytes(content[at..at + 8].try_into().expect("eight bytes"));
        let handle = |at: usize| {
            let len = u32::from_le_bytes(content[at + 8..at + 12].try_into().expect("four bytes"));
            number(at)..number(at).saturating_add(len.into())
        };
        if number(32) != MAGIC {
            return Err(Corrupt { offset: start + 32, what: "not a table: bad magic number" });
        }
        let filter = read_checked(disk, file, handle(0))?;
        let filter = Bloom::decode(&filter).ok_or(Corrupt { offset: handle(0).start, what: "bad filter" })?;
        let index = read_index(&read_block(disk, file, handle(12))?, handle(12).start)?;
        Ok(Table { file, index, filter, entries: number(24) })
    }

    /// False: no entry of that key was added.
    pub fn may_contain(&self, key: &Key) -> bool {
        self.filter.may_contain(key.as_str().as_bytes())
    }

    /// Where the blocks stand, in order.
    pub fn blocks(&self) -> impl ExactSizeIterator<Item = Handle> {
        self.index.things.iter().map(|entry| entry.handle.clone())
    }

    /// Where a block stands; `None` behind the last.
    pub fn handle(&self, block: usize) -> Option<Handle> {
        self.index.things.get(block).map(|entry| entry.handle.clone())
    }

    /// The block in which the newest entry of `key` is that is not newer than `snapshot`, if this table has one: the first
    /// whose last entry is not before it. Their number where none is.
    pub fn find_block(&self, key: &Key, snapshot: Sequence) -> usize {
        self.index.before(key.head(), |last| last.key.cmp(key).then(snapshot.cmp(&last.sequence)).is_lt())
    }

    /// Reads a block, and checks it.
    pub fn read_block(&self, disk: &mut Disk, handle: Handle) -> Result<Block, Corrupt> {
        read_block(disk, self.file, handle)
    }
}

/// What an index says that stands at `start` of its file.
fn read_index(index: &Block, start: u64) -> Result<Sorted<IndexEntry>, Corrupt> {
    let mut rest = index.iter();
    let mut entries = Sorted::default();
    loop {
        let bad = Corrupt { offset: start + rest.offset() as u64, what: "bad index" };
        let Some(found) = rest.placed().transpose().map_err(|_| bad.clone())? else { return Ok(entries) };
        let last = entry::split(found.key).and_then(|(key, trailer)| Some((str::from_utf8(key).ok()?, trailer >> 8)));
        let (Some((key, sequence)), Some(handle)) = (last, decode_handle(found.value)) else { return Err(bad) };
        let key = Key::new(key);
        entries.push(key.head(), IndexEntry { key, sequence, handle });
    }
}

fn decode_handle(mut place: &[u8]) -> Option<Handle> {
    let start = varint::take(&mut place)?;
    let len = varint::take(&mut place)?;
    Some(start..start.checked_add(len)?)
}

fn read_block(disk: &mut Disk, file: FileId, handle: Handle) -> Result<Block, Corrupt> {
    let start = handle.start;
    let content = read_checked(disk, file, handle)?;
    Block::new(content).map_err(|bad| Corrupt { offset: start + bad.offset as u64, what: "bad block" })
}

fn read_checked(disk: &mut Disk, file: FileId, handle: Handle) -> Result<Vec<u8>, Corrupt> {
    let corrupt = Corrupt { offset: handle.start, what: "bad checksum of a block" };
    let end = handle.end.checked_add(CHECKSUM as u64).filter(|end| *end <= disk.len(file)).ok_or(corrupt.clone())?;
    let mut bytes = disk.read(file, handle.start..end);
    let len = checked(&bytes).ok_or(corrupt)?.len();
    bytes.truncate(len);
    Ok(bytes)
}

/// The content before a checksum that fits it.
fn checked(bytes: &[u8]) -> Option<&[u8]> {
    let (content, checksum) = bytes.split_last_chunk::<CHECKSUM>()?;
    (crate::checksum::crc32(content) == u32::from_le_bytes(*checksum)).then_some(content)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::super::cursor::{self, Cursor};
    use super::*;
    use proptest::prelude::*;

    const SHAPE: TableShape = TableShape { block_bytes: 64, restart_interval: 4, bloom_bits: 10 };

    type Entries = BTreeSet<Entry>;

    fn written(entries: &Entries) -> (Disk, FileId) {
        let mut disk = Disk::new(1 << 20);
        let file = disk.create("table").unwrap();
        let mut builder = TableBuilder::new(file, SHAPE);
        for entry in entries {
            builder.add(&mut disk, entry).unwrap();
        }
        builder.finish(&mut disk).unwrap();
        (disk, file)
    }

    fn read_all(disk: &mut Disk, file: FileId) -> Result<Entries, Corrupt> {
        let table = Table::open(disk, file)?;
        let mut entries = Entries::new();
        for handle in table.blocks() {
            let block = table.read_block(disk, handle.clone())?;
            entries.extend(cursor::entries(&block, handle.start)?);
        }
        Ok(entries)
    }

    fn entries() -> impl Strategy<Value = Entries> {
        let (write, value) = (("[a-c]{0,3}|[0-9]{1,3}", 0u64..9), prop::option::of("[a-z]{0,30}"));
        let entry = |((key, sequence), value): ((String, u64), Option<String>)| {
            Entry::new(&Key::new(&key), sequence, value.as_deref())
        };
        prop::collection::btree_map(write, value, 0..60).prop_map(move |writes| writes.into_iter().map(entry).collect())
    }

    proptest! {
        #[test]
        fn a_table_is_a_sorted_set(entries in entries(), sought in "[a-d]{0,3}|[0-9]{1,3}", snapshot in 0u64..9) {
            let (mut disk, file) = written(&entries);
            let table = Table::open(&mut disk, file).unwrap();
            prop_assert_eq!(read_all(&mut disk, file).unwrap(), entries.clone());
            prop_assert_eq!(table.entries, entries.len() as u64);
            prop_assert!(entries.iter().all(|entry| table.may_contain(&entry.key)));
            for key in entries.iter().map(|entry| entry.key.clone()).chain([Key::new(&sought)]) {
                let newest = Entry::new(&key, snapshot, None);
                let cursor = Cursor::seek(&table, &mut disk, &key, snapshot).unwrap();
                prop_assert_eq!(cursor.entry(), entries.range(newest..).next());
            }
        }

        /// A flipped bit is a corruption that is found, wherever it is; so is a missing end.
        #[test]
        fn every_damage_is_found(entries in entries(), place: prop::sample::Index, bit in 0u8..8, cut: bool) {
            let (mut disk, file) = written(&entries);
            let place = place.index(disk.len(file) as usize) as u64;
            if cut {
                disk.truncate(file, place).unwrap();
            } else {
                let byte = disk.peek(file, place..place + 1)[0];
                disk.write(file, place, &[byte ^ (1 << bit)]).unwrap();
            }
            prop_assert!(read_all(&mut disk, file).is_err());
        }
    }
}
