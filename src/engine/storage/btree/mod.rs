//! A B+tree: sorted keys in pages of fixed size, changed in place, and what it takes to survive a crash.
//!
//! # The idea
//!
//! The file is a row of pages, all of one size, each addressed by its number. A *leaf* holds entries in the order of
//! their keys. An *inner* page holds separators, and between them the numbers of the pages below: everything left of a
//! separator is smaller than it. A lookup begins at the root and reads one page a level; since a page has many children,
//! few levels reach far (with 500 children and pages of 4 KB, four levels reach 256 TB).
//!
//! A leaf that is full is *split* in two, and the parent gets one more separator. That may fill the parent, so a split
//! may travel up; if it reaches the root, a new root is put above, and this is the only way the tree grows: all leaves
//! stay at one depth. A page that falls under half *borrows* from a neighbour, or is *merged* with it, and so the tree
//! shrinks again (Bayer and McCreight, 1972; Comer, *The Ubiquitous B-Tree*, 1979).
//!
//! # The danger
//!
//! A page is overwritten where it stands. A split changes three pages at least: both halves and the parent. If the
//! power goes between these writes, the file holds half of a change. `survival` says what is done about it:
//!
//! - `none`: nothing. Each page is written in place and synced, in the order in which it was changed.
//! - `log`: a write-ahead log. The new images of all changed pages go to the end of a log, then a commit record, and the
//!   log is synced; only a later *checkpoint* writes the pages in place. Recovery does again whatever the
//!   log has a commit record for. Everything is written twice.
//! - `copy`: copy-on-write. A page is never overwritten: its changed copy goes to a free place, and so its parent must
//!   be copied too, up to the root. One small write of a checksummed *meta page* then makes the new root count. There are
//!   two meta pages, written in turns, and the newest sound one is the truth (as in LMDB).
//!
//! # Memory
//!
//! A page is found in the *page cache* (the buffer pool), or it is read from the disk, checked, and kept there until the
//! room is needed for another one; the clock of [`super::cache`] decides which. A crash leaves the cache cold. A read needs
//! one page at a time: in a cache of a single page every level is a read from the disk. A write holds all pages that it
//! works on, and what it has changed stays until it is written ([`pool`] says how). With a log, the newest state of a page
//! may be in the log and not in the page file yet: then it is read from there, as SQLite does it.
//!
//! # The format
//!
//! `tree` is the page file: one meta page (two with `copy`), then the tree's pages; [`page`] has the bytes. `tree.log`
//! is the log; [`log`] has its records. Both carry checksums, so that a torn write is found out. The page size follows
//! from `order`, the most children an inner page may have; a leaf has room for one entry fewer.
//!
//! # In what order to read
//!
//! [`page`], [`pool`], [`descend`], [`insert`], [`delete`]; then [`commit`], [`log`], [`recovery`] and [`check`].
//!
//! # Simpler than the real one because
//!
//! - keys and values have slots of a fixed size; real pages pack them tightly, cut separators short, and let large values
//!   overflow into pages of their own;
//! - a changed page stays in memory until its commit, whatever the room, and a clean one leaves without work; real buffer
//!   pools also write back changed pages to make room, in the background and before a commit;
//! - the log holds whole page images, as SQLite's does. Most logs describe the change within a page, and hold the image
//!   only for its first change after a checkpoint;
//! - recovery reads the whole tree, page by page and keeping none, counts its keys, and finds free pages as those that
//!   nothing leads to; LMDB keeps the free pages in a second tree, and opens at once;
//! - the log ends at the first record that isn't whole, as SQLite's does. Damage to what was synced would be taken for a
//!   torn write, and what was committed after it lost without a word; the logs of the other engines here tell the two apart
//!   ([`crate::log`]). No reader can damage a byte of this one;
//! - one command is one transaction, and there is one client: no latches, no snapshots, no rollback.

pub mod bytes;
pub mod check;
pub mod command;
pub mod commit;
mod decide;
pub mod delete;
pub mod descend;
pub mod event;
pub mod insert;
pub mod log;
pub mod page;
pub mod pool;
pub mod recovery;
pub mod settings;
pub mod slot;
mod view;

#[cfg(test)]
mod tests;

use std::collections::BTreeSet;
use std::rc::Rc;

pub use super::SyncPolicy;
pub use check::Problem;
pub use command::Command;
pub use descend::{Path, Visit};
pub use event::{Event, Source};
pub use page::{Kind, Layout, Page, PageId, Transaction};
pub use pool::Standing;
pub use settings::{Settings, Survival};
pub use slot::KeySlot;
pub use view::{Cost, Place, Totals};

use crate::contract::{Counter, Engine, Outcome, Probe, Refused};
use crate::sim::{Disk, DiskError, FileId};
use crate::storage::{self, outage::Outage};
use log::Log;
use pool::{Frame, Pool};

/// A tree of a smaller order has nothing to split.
pub const MIN_ORDER: usize = 3;
/// A page counts its keys in two bytes, and a page of this order has 268 KB: far beyond any in use.
pub const MAX_ORDER: usize = 4096;
/// Where the meta page stands; with copy-on-write the second of the pair follows.
const META: PageId = PageId(0);

#[derive(Clone)]
pub struct BTree {
    layout: Layout,
    pub survival: Survival,
    sync: SyncPolicy,
    pub disk: Disk,
    /// The file of pages.
    file: FileId,
    pool: Pool,
    /// The pages that were changed since the last commit, in the order of their first change.
    dirty: Rc<Vec<PageId>>,
    log: Log,
    checkpoint_images: usize,
    /// The transaction that is running, or will be next.
    transaction: Transaction,
    root: PageId,
    /// How many levels there are: 1 is a root that is a leaf, and 0 is a memory that a crash has emptied.
    pub height: u32,
    keys: u64,
    /// How many pages the file has, those included that are not written yet.
    page_count: u32,
    free: Rc<BTreeSet<PageId>>,
    /// Copy-on-write: pages that the running transaction has replaced, and that the durable tree still needs.
    superseded: Rc<Vec<PageId>>,
    /// Free pages that hold what a crash left behind.
    orphans: Rc<BTreeSet<PageId>>,
    /// The pages of the last descent.
    pub path: Path,
    /// A page that was split off, and that no parent knows yet.
    pub adrift: Option<Adrift>,
    /// What was wrong with the tree when it was last opened.
    pub problems: Rc<[Problem]>,
    /// A write failed; nothing is done until the next crash.
    stopped: Option<DiskError>,
    pub totals: Totals,
}

/// The right half of a split, until its parent has it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Adrift {
    pub left: PageId,
    pub right: PageId,
    pub separator: KeySlot,
}

impl BTree {
    /// As the figure's tree, with room in memory for all pages. Panics if the order is not in
    /// [`MIN_ORDER`]`..=`[`MAX_ORDER`].
    pub fn with_order(order: usize, survival: Survival, sync: SyncPolicy, disk_bytes: u64) -> BTree {
        assert!((MIN_ORDER..=MAX_ORDER).contains(&order), "an order of {order}");
        BTree::new(Settings {
            layout: Layout::of_order(order, slot::MAX_VALUE_BYTES),
            survival,
            sync,
            cache_pages: usize::MAX,
            checkpoint_images: settings::CHECKPOINT_AFTER,
            disk_bytes,
        })
    }

    /// Writes the first pages: the meta page, and an empty leaf.
    fn format(&mut self) -> Result<(), DiskError> {
        let mut pages = vec![Page::new(self.layout, Kind::Leaf, 0, self.root)];
        for slot in 0..self.survival.meta_pages() {
            let mut meta = Page::new(self.layout, Kind::Meta, 0, PageId(slot));
            meta.set_root(self.root);
            pages.push(meta);
        }
        for mut page in pages {
            let id = page.id();
            self.disk.write(self.file, self.offset(id), page.seal())?;
            if id == self.root {
                self.pool.insert(id, Frame { page, standing: Standing::Clean });
            }
        }
        self.disk.sync(self.file)?;
        if self.survival == Survival::Log {
            self.log.create(&mut self.disk)?;
        }
        self.disk.sync_directory()
    }

    fn page_size(&self) -> u64 {
        u64::from(self.layout.page_bytes)
    }

    /// Where a page begins in its file.
    fn offset(&self, id: PageId) -> u64 {
        u64::from(id.0) * self.page_size()
    }

    /// A page that is in memory: a descent has brought it there, and nothing has let it go since.
    fn page(&self, id: PageId) -> &Page {
        self.pool.page(id).expect("the pages that are worked on are in memory")
    }

    /// A page that is about to change: from here on it is dirty.
    fn page_mut(&mut self, id: PageId) -> &mut Page {
        let transaction = self.transaction;
        let frame = self.pool.frame_mut(id).expect("the pages that are worked on are in memory");
        if frame.standing != Standing::Dirty {
            frame.standing = Standing::Dirty;
            frame.page.set_transaction(transaction);
            Rc::make_mut(&mut self.dirty).push(id);
        }
        &mut frame.page
    }

    /// A new page, in a free place if there is one and at the end of the file otherwise.
    fn allocate(&mut self, kind: Kind, level: u8) -> PageId {
        let reused = if self.free.is_empty() { None } else { Rc::make_mut(&mut self.free).pop_first() };
        let id = reused.unwrap_or_else(|| {
            self.page_count += 1;
            PageId(self.page_count - 1)
        });
        if self.orphans.contains(&id) {
            Rc::make_mut(&mut self.orphans).remove(&id);
        }
        // A page that was freed and is used again within one transaction is in the list of the dirty ones already.
        let listed = self.pool.frame(id).is_some_and(|frame| frame.standing == Standing::Dirty);
        let mut page = Page::new(self.layout, kind, level, id);
        page.set_transaction(self.transaction);
        self.pool.insert(id, Frame { page, standing: Standing::Dirty });
        if !listed {
            Rc::make_mut(&mut self.dirty).push(id);
        }
        id
    }

    /// Gives a page up. In place it is overwritten by a free page; copy-on-write leaves it for the durable tree until
    /// the commit, unless it is younger than that.
    fn release(&mut self, id: PageId) {
        if self.survival == Survival::Copy {
            let is_new = self.page(id).transaction() == self.transaction;
            self.pool.remove(id);
            if is_new {
                Rc::make_mut(&mut self.free).insert(id);
            } else {
                Rc::make_mut(&mut self.superseded).push(id);
            }
        } else {
            let mut freed = Page::new(self.layout, Kind::Free, 0, id);
            freed.set_transaction(self.transaction);
            *self.page_mut(id) = freed;
            Rc::make_mut(&mut self.free).insert(id);
        }
    }

    /// Makes another page the root; where the tree is changed in place, the meta page must say so.
    fn set_root(&mut self, root: PageId) {
        self.root = root;
        if self.survival != Survival::Copy {
            // All that it says is which page is the root, so no one needs to read the old one.
            if self.pool.page(META).is_none() {
                let page = Page::new(self.layout, Kind::Meta, 0, META);
                self.pool.insert(META, Frame { page, standing: Standing::Clean });
            }
            self.page_mut(META).set_root(root);
        }
    }

    /// Fewest keys of a page that is not the root: half of its places, of entries in a leaf and of children in an inner
    /// page.
    fn least(&self, level: u8) -> usize {
        let Layout { entries, separators, .. } = self.layout;
        usize::from(if level == 0 { entries.div_ceil(2) } else { separators / 2 })
    }

    /// Whether a write may be tried at all.
    fn refuse_writes(&self) -> Result<(), Refused> {
        if let Some(error) = self.stopped {
            return Err(stopped(error));
        }
        match self.problems.first() {
            Some(problem) => Err(Refused::new(format!(
                "the tree is damaged ({problem}), and a write could only make it worse; a database would now be restored \
                 from a backup"
            ))),
            None => Ok(()),
        }
    }

    /// A write to the disk failed.
    #[track_caller]
    fn stop(&mut self, error: DiskError) -> Refused {
        self.stopped = Some(error);
        stopped(error)
    }
}

/// That a write to the disk failed, and nothing is done any more.
#[track_caller]
fn stopped(error: DiskError) -> Refused {
    Refused::new(format!(
        "{error}, and memory and disk no longer agree; only a crash helps, because recovery goes by the disk"
    ))
}

impl storage::Durable for BTree {
    type Settings = Settings;
    type Served = Command;
    type Event = Event;

    /// An empty tree on a disk of its own: one leaf, which is the root. Panics if the disk cannot hold the first pages.
    fn new(settings: Settings) -> BTree {
        let Settings { layout, survival, sync, cache_pages, checkpoint_images, disk_bytes } = settings;
        let mut disk = Disk::new(disk_bytes);
        let file = disk.create("tree").expect("the power is on");
        let mut tree = BTree {
            layout,
            survival,
            sync,
            file,
            pool: Pool::new(cache_pages),
            checkpoint_images,
            dirty: Rc::default(),
            log: Log::default(),
            transaction: Transaction(1),
            root: PageId(survival.meta_pages()),
            height: 1,
            keys: 0,
            page_count: survival.meta_pages() + 1,
            free: Rc::default(),
            superseded: Rc::default(),
            orphans: Rc::default(),
            path: Path::default(),
            adrift: None,
            problems: [].into(),
            stopped: None,
            totals: Totals::default(),
            disk,
        };
        tree.format().expect("a new disk has room for the first pages");
        tree.totals = Totals { base: tree.disk.tally, ..Totals::default() };
        tree
    }

    fn disk(&self) -> &Disk {
        &self.disk
    }

    fn disk_mut(&mut self) -> &mut Disk {
        &mut self.disk
    }

    fn forget(&mut self, outage: Outage, probe: &mut impl Probe<Self>) {
        self.begin();
        self.pool = Pool::new(self.pool.room);
        self.dirty = Rc::default();
        self.log.forget();
        self.free = Rc::default();
        self.superseded = Rc::default();
        self.orphans = Rc::default();
        self.adrift = None;
        self.problems = [].into();
        self.stopped = None;
        self.keys = 0;
        self.height = 0;
        self.page_count = self.disk.len(self.file).div_ceil(self.page_size()) as u32;
        probe.step(|| Event::PowerLost { outage }, self);
    }

    fn recover(&mut self, probe: &mut impl Probe<Self>) -> Result<(), Refused> {
        self.start_up(probe)
    }

    fn serve(&mut self, command: &Command, probe: &mut impl Probe<Self>) -> Result<Outcome, Refused> {
        self.begin();
        match command {
            Command::Put { key, value } => self.put(key, value, probe).map(|()| Outcome::Done),
            Command::Get { key } => self.get(key, probe).map(|value| Outcome::Value(value.map(str::to_owned))),
            Command::Delete { key } => self.delete(key, probe).map(|_| Outcome::Done),
            Command::Scan { from, to } => self.scan(from, to, probe).map(Outcome::Entries),
            Command::Sync => self.sync(probe).map(|()| Outcome::Done),
            Command::Checkpoint => self.checkpoint(probe).map(|()| Outcome::Done),
            Command::Check => Ok(self.tell_check(probe)),
            Command::Evict => {
                self.evict(probe);
                Ok(Outcome::Done)
            }
        }
    }

    fn counters(&self) -> Vec<Counter> {
        view::counters(self)
    }

    fn state(&self) -> serde_json::Value {
        view::state(self)
    }
}
