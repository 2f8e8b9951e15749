//! The write-ahead log, byte by byte.
//!
//! ```text
//!  0  checksum of all that follows   CRC-32
//!  4  kind                           1 a page's image, 2 a commit; three bytes of zeros after it
//!  8  transaction                    8 bytes
//! 16  the image                      as many bytes as a page has; it says itself which page it is. A commit has none
//! ```
//!
//! The images of a transaction count from the moment in which its commit record is on the disk. Reading stops at the
//! first record that is cut short or whose checksum does not fit: that is where the power went.
//!
//! Until a checkpoint the page file has an older state of these pages, or none: who misses one in memory reads its newest
//! image here. Where that stands is kept in memory (SQLite calls it the *wal-index*).

use std::collections::BTreeMap;
use std::rc::Rc;

use super::page::{Layout, Page, PageId, Transaction};
use crate::sim::{Disk, DiskError, FileId};

pub(super) const HEADER: usize = 16;
const IMAGE: u8 = 1;
const COMMIT: u8 = 2;

/// A record of the log, and where it stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Record {
    pub offset: u64,
    pub transaction: Transaction,
    /// The page whose image it is; `None` for a commit.
    pub page: Option<PageId>,
}

#[derive(Clone, Debug, Default)]
pub struct Log {
    /// The file, where this tree has a log.
    pub file: Option<FileId>,
    pub records: Rc<Vec<Record>>,
    /// Where the newest image of each page begins.
    newest: Rc<BTreeMap<PageId, u64>>,
    /// How many page images there are.
    pub images: usize,
}

/// What a log was found to hold after a crash.
pub(super) struct Scanned {
    pub records: Vec<Record>,
    /// How many bytes these records have.
    pub sound: u64,
    /// How many bytes stand after them, cut short or torn.
    pub torn: u64,
}

impl Scanned {
    /// How many of the records, from the first, belong to transactions that were committed.
    pub fn committed(&self) -> usize {
        self.records.iter().rposition(|record| record.page.is_none()).map_or(0, |last| last + 1)
    }
}

impl Log {
    pub(super) fn create(&mut self, disk: &mut Disk) -> Result<(), DiskError> {
        self.file = Some(disk.create("tree.log")?);
        Ok(())
    }

    pub fn is_empty(&self) -> bool {
        self.records.is_empty()
    }

    /// Where the newest image of a page begins, if it has one.
    pub fn newest(&self, page: PageId) -> Option<u64> {
        self.newest.get(&page).copied()
    }

    /// The pages that have an image, in the order of the file.
    pub fn pages(&self) -> impl Iterator<Item = PageId> {
        self.newest.keys().copied()
    }

    pub(super) fn append_image(
        &mut self,
        disk: &mut Disk,
        page: PageId,
        transaction: Transaction,
        image: &[u8],
    ) -> Result<(), DiskError> {
        let record = self.append(disk, Some(page), transaction, image)?;
        Rc::make_mut(&mut self.newest).insert(page, record + HEADER as u64);
        self.images += 1;
        Ok(())
    }

    pub(super) fn append_commit(&mut self, disk: &mut Disk, transaction: Transaction) -> Result<(), DiskError> {
        self.append(disk, None, transaction, &[]).map(|_| ())
    }

    fn append(
        &mut self,
        disk: &mut Disk,
        page: Option<PageId>,
        transaction: Transaction,
        image: &[u8],
    ) -> Result<u64, DiskError> {
        let mut bytes = Vec::with_capacity(HEADER + image.len());
        bytes.extend([0, 0, 0, 0, if page.is_some() { IMAGE } else { COMMIT }, 0, 0, 0]);
        bytes.extend(transaction.0.to_le_bytes());
        bytes.extend(image);
        let sum = crate::checksum::crc32(&bytes[4..]);
        bytes[..4].copy_from_slice(&sum.to_le_bytes());
        let offset = disk.append(self.open(), &bytes)?;
        Rc::make_mut(&mut self.records).push(Record { offset, transaction, page });
        Ok(offset)
    }

    pub(super) fn sync(&mut self, disk: &mut Disk) -> Result<(), DiskError> {
        disk.sync(self.open())
    }

    /// Empties the log; returns how many bytes it had. Not durable before the next sync.
    pub(super) fn truncate(&mut self, disk: &mut Disk) -> Result<u64, DiskError> {
        let bytes = disk.len(self.open());
        disk.truncate(self.open(), 0)?;
        self.forget();
        Ok(bytes)
    }

    /// Reads the log from the disk, as far as it is sound.
    pub(super) fn scan(&mut self, disk: &mut Disk, layout: Layout) -> Scanned {
        let bytes = disk.read(self.open(), 0..u64::MAX);
        let mut records: Vec<Record> = Vec::new();
        let mut at = 0;
        while let Some((record, len)) = decode(&bytes[at..], at as u64, layout) {
            records.push(record);
            at += len;
        }
        self.records = Rc::new(records.clone());
        Scanned { records, sound: at as u64, torn: (bytes.len() - at) as u64 }
    }

    pub(super) fn forget(&mut self) {
        self.records = Rc::default();
        self.newest = Rc::default();
        self.images = 0;
    }

    fn open(&self) -> FileId {
        self.file.expect("only a tree with a log comes here")
    }
}

/// The record at the beginning of `bytes`, and its length.
pub fn decode(bytes: &[u8], offset: u64, layout: Layout) -> Option<(Record, usize)> {
    let is_image = match *bytes.get(4)? {
        IMAGE => true,
        COMMIT => false,
        _ => return None,
    };
    let len = HEADER + if is_image { layout.size() } else { 0 };
    let bytes = bytes.get(..len)?;
    if crate::checksum::crc32(&bytes[4..]).to_le_bytes() != bytes[..4] {
        return None;
    }
    let transaction = Transaction(u64::from_le_bytes(bytes[8..16].try_into().expect("eight bytes")));
    let number = is_image.then(|| u32::from_le_bytes(bytes[HEADER + 8..][..4].try_into().expect("four bytes")));
    let page = number.map(PageId);
    if let Some(id) = page {
        Page::decode(&bytes[HEADER..], layout, id).ok()?;
    }
    Some((Record { offset, transaction, page }, len))
}
