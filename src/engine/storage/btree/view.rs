//! What can be seen of a tree from outside: by those who draw it, count it, or grade it. Nothing here changes anything.

use serde_json::{Value, json};

use super::commit::meta_slot;
use super::log::Record;
use super::page::{Kind, Page, PageId, Transaction};
use super::{BTree, Problem, Standing, Survival};
use crate::contract::Counter;
use crate::sim::disk::Tally;

/// What was done since the tree was opened first.
#[derive(Clone, Copy, Debug, Default)]
pub struct Totals {
    /// What the disk was asked for before the reader's first command.
    pub(super) base: Tally,
    /// What it was asked for, and how many pages were read, before the current command.
    pub(super) before: Tally,
    pub(super) read_before: u64,
    pub pages_visited: u64,
    pub pages_read: u64,
    pub pages_written: u64,
    pub pages_copied: u64,
    pub splits: u64,
    pub borrows: u64,
    pub merges: u64,
    pub checkpoints: u64,
}

/// What one command has asked of the disk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cost {
    pub pages_read: u64,
    pub writes: u64,
    pub bytes_written: u64,
    pub syncs: u64,
}

/// What a place of the page file holds, as far as the tree knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    Meta,
    /// A page of the tree.
    Used,
    Free,
    /// Copy-on-write: replaced by a copy, and kept until the commit.
    Superseded,
    /// Left behind by a crash: nothing leads to it.
    Orphan,
    /// Memory is gone, and no one has looked yet.
    Unknown,
}

impl BTree {
    pub fn order(&self) -> usize {
        usize::from(self.layout.separators) + 1
    }

    /// The longest value that has room in its slot.
    pub fn value_bytes(&self) -> usize {
        self.layout.value_bytes()
    }

    pub fn root_id(&self) -> PageId {
        self.root
    }

    /// How many keys there are.
    pub fn key_count(&self) -> u64 {
        self.keys
    }

    /// Bytes of a page.
    pub fn page_bytes(&self) -> u64 {
        self.page_size()
    }

    /// How many places the page file has, those included that are not written yet.
    pub fn places(&self) -> u32 {
        self.page_count
    }

    /// How many pages are in memory, and how many there is room for.
    pub fn cached(&self) -> (usize, usize) {
        (self.pool.held, self.pool.room)
    }

    /// A page as the tree has it now, in memory or on the disk, without counting: for whoever looks from outside.
    pub fn look(&self, id: PageId) -> Option<Page> {
        let size = self.page_size();
        let logged = || self.log.newest(id).map(|start| self.bytes_in_log(start, size));
        let read = || Page::decode(&logged().unwrap_or_else(|| self.bytes_on_disk(id)), self.layout, id).ok();
        self.pool.page(id).cloned().or_else(read)
    }

    /// A page of the tree as [`BTree::look`] finds it, and how it stands to the disk. `None` while memory is empty.
    pub fn of_tree(&self, id: PageId) -> Option<(Page, Standing)> {
        let page = self.look(id).filter(|_| self.place(id) == Place::Used)?;
        let standing = match self.pool.frame(id) {
            Some(frame) => frame.standing,
            None if self.log.newest(id).is_some() => Standing::Logged,
            None => Standing::Clean,
        };
        Some((page, standing))
    }

    /// A page that is in memory, and how it stands to the disk.
    pub fn in_memory(&self, id: PageId) -> Option<(&Page, Standing)> {
        self.pool.frame(id).map(|frame| (&frame.page, frame.standing))
    }

    /// What a place of the page file is to the tree.
    pub fn place(&self, id: PageId) -> Place {
        if id.0 < self.survival.meta_pages() {
            Place::Meta
        } else if self.orphans.contains(&id) {
            Place::Orphan
        } else if self.free.contains(&id) {
            Place::Free
        } else if self.superseded.contains(&id) {
            Place::Superseded
        } else if self.height > 0 {
            Place::Used
        } else {
            Place::Unknown
        }
    }

    /// The page as it stands in the file, if it can be read.
    pub fn on_disk(&self, id: PageId) -> Option<Page> {
        Page::decode(&self.bytes_on_disk(id), self.layout, id).ok()
    }

    /// The bytes at a page's place in the file; fewer than a page where the file ends.
    pub fn bytes_on_disk(&self, id: PageId) -> Vec<u8> {
        self.disk.peek(self.file, self.offset(id)..self.offset(id) + self.page_size())
    }

    /// Which places of the page file hold something that was written and not synced.
    pub fn unforced(&self) -> Vec<PageId> {
        let size = self.page_size();
        self.disk.unsynced(self.file).map(|range| PageId((range.start / size) as u32)).collect()
    }

    pub fn log_records(&self) -> &[Record] {
        &self.log.records
    }

    /// Where the log's newest record of a page begins.
    pub fn newest_record(&self, page: PageId) -> Option<u64> {
        self.log.newest(page).map(|image| image - super::log::HEADER as u64)
    }

    /// The length of the log in bytes, and how many of them a crash cannot take.
    pub fn log_bytes(&self) -> (u64, u64) {
        let Some(file) = self.log.file else { return (0, 0) };
        let len = self.disk.len(file);
        (len, self.disk.unsynced(file).map(|range| range.start).min().unwrap_or(len).min(len))
    }

    pub(super) fn bytes_in_log(&self, offset: u64, len: u64) -> Vec<u8> {
        self.log.file.map_or(Vec::new(), |file| self.disk.peek(file, offset..offset + len))
    }

    /// The meta page that counts: which, its transaction, and the root that it names.
    pub fn current_meta(&self) -> (PageId, Transaction) {
        let committed = Transaction(self.transaction.0 - 1);
        let slot = if self.survival == Survival::Copy { meta_slot(committed) } else { super::META };
        (slot, committed)
    }

    /// What the current or last command has asked of the disk.
    pub fn cost(&self) -> Cost {
        let (now, before) = (self.disk.tally, self.totals.before);
        Cost {
            pages_read: self.totals.pages_read - self.totals.read_before,
            writes: now.writes - before.writes,
            bytes_written: now.bytes_written - before.bytes_written,
            syncs: now.syncs - before.syncs,
        }
    }

    /// A command begins.
    pub(super) fn begin(&mut self) {
        self.totals.before = self.disk.tally;
        self.totals.read_before = self.totals.pages_read;
        self.path.clear();
        self.pool.fixed = false;
        self.pool.shrink(self.pool.room);
    }
}

pub(super) fn counters(tree: &BTree) -> Vec<Counter> {
    let (now, base, totals) = (tree.disk.tally, tree.totals.base, tree.totals);
    let counter = |name, value| Counter { name, value };
    vec![
        counter("keys", tree.keys),
        counter("height", u64::from(tree.height)),
        counter("pages", u64::from(tree.page_count)),
        counter("pages_free", tree.free.len() as u64),
        counter("pages_visited", totals.pages_visited),
        counter("pages_read", totals.pages_read),
        counter("pages_written", totals.pages_written),
        counter("pages_copied", totals.pages_copied),
        counter("bytes_read", now.bytes_read - base.bytes_read),
        counter("bytes_written", now.bytes_written - base.bytes_written),
        counter("log_bytes", tree.log_bytes().0),
        counter("syncs", now.syncs - base.syncs),
        counter("splits", totals.splits),
        counter("borrows", totals.borrows),
        counter("merges", totals.merges),
        counter("checkpoints", totals.checkpoints),
    ]
}

pub(super) fn state(tree: &BTree) -> Value {
    let all = (0..tree.page_count).map(PageId).filter_map(|id| Some((id, tree.of_tree(id)?)));
    let pages: Vec<Value> = all
        .filter_map(|(id, (page, standing))| {
            let mut state = page_state(id, &page, standing)?;
            state["cached"] = tree.pool.page(id).is_some().into();
            Some(state)
        })
        .collect();
    let numbers = |ids: &mut dyn Iterator<Item = &PageId>| ids.map(|id| id.0).collect::<Vec<_>>();
    json!({
        "order": tree.order(),
        "survival": tree.survival.name(),
        "page_size_bytes": tree.page_size(),
        "root": tree.root.0,
        "height": tree.height,
        "keys": tree.keys,
        "cache_pages": tree.pool.room,
        "transaction": tree.transaction.0,
        "pages": pages,
        "free": numbers(&mut tree.free.iter()),
        "superseded": numbers(&mut tree.superseded.iter()),
        "orphans": numbers(&mut tree.orphans.iter()),
        "unforced": numbers(&mut tree.unforced().iter()),
        "log_records": tree.log.records.len(),
        "problems": tree.problems.iter().map(Problem::to_string).collect::<Vec<_>>(),
    })
}

fn page_state(id: PageId, page: &Page, standing: Standing) -> Option<Value> {
    let keys: Vec<String> = page.keys().map(|key| key.text()).collect();
    let standing = format!("{standing:?}").to_ascii_lowercase();
    match page.kind() {
        Kind::Leaf => {
            let values: Vec<_> =
                (0..page.count()).map(|at| String::from_utf8_lossy(page.value(at)).into_owned()).collect();
            let next = page.next().map(|next| next.0);
            Some(
                json!({ "page": id.0, "level": 0, "keys": keys, "values": values, "next": next, "standing": standing }),
            )
        }
        Kind::Inner => {
            let children: Vec<_> = page.children().map(|child| child.0).collect();
            Some(
                json!({ "page": id.0, "level": page.level(), "keys": keys, "children": children, "standing": standing }),
            )
        }
        Kind::Free | Kind::Meta => None,
    }
}
