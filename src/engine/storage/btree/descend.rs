//! Finding a key: from the root down to the one leaf that can hold it, and along the leaves for a range. A page on the way
//! that is not in memory is read from the disk.

use super::event::Source;
use super::page::{BadPage, Kind, Page, PageId};
use super::pool::{Frame, Standing};
use super::slot::KeySlot;
use super::{BTree, Event, Problem, Survival};
use crate::contract::{Probe, Refused};
use crate::key::Key;

/// A tree of order 3 whose pages are all half full has two children a page: 32 levels are more than four thousand
/// million pages, which is all that a page number can tell apart.
const MAX_HEIGHT: usize = 32;

/// One page on the way down, and where the key led from there: which child, or which entry of a leaf.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Visit {
    pub page: PageId,
    pub slot: usize,
}

/// What a descent is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Purpose {
    /// One page is needed at a time.
    Read,
    /// All pages of the way stay in memory until the change is over.
    Write,
}

/// The pages of the last descent, root first. It has a fixed size, so that a descent allocates nothing.
#[derive(Clone, Copy, Debug)]
pub struct Path {
    visits: [Visit; MAX_HEIGHT],
    len: usize,
}

impl Default for Path {
    fn default() -> Path {
        Path { visits: [Visit { page: PageId(0), slot: 0 }; MAX_HEIGHT], len: 0 }
    }
}

impl Path {
    pub fn visits(&self) -> &[Visit] {
        &self.visits[..self.len]
    }

    pub(super) fn visits_mut(&mut self) -> &mut [Visit] {
        &mut self.visits[..self.len]
    }

    pub(super) fn leaf(&self) -> PageId {
        self.visits[self.len - 1].page
    }

    pub(super) fn clear(&mut self) {
        self.len = 0;
    }

    fn push(&mut self, page: PageId, slot: usize) {
        self.visits[self.len] = Visit { page, slot };
        self.len += 1;
    }
}

impl BTree {
    /// The value of a key.
    pub fn get(&mut self, key: &Key, probe: &mut impl Probe<BTree>) -> Result<Option<&str>, Refused> {
        let key = KeySlot::new(key)?;
        let found = self.descend(&key, Purpose::Read, probe)?;
        let leaf = self.path.leaf();
        let Ok(at) = found else {
            probe.step(|| Event::NotFound { key, page: leaf }, self);
            return Ok(None);
        };
        probe.step(|| Event::Found { key, page: leaf, value: self.text_at(leaf, at).to_owned() }, self);
        Ok(Some(self.text_at(leaf, at)))
    }

    /// All entries from one key to another, both included, in the order of their keys.
    pub fn scan(
        &mut self,
        from: &Key,
        to: &Key,
        probe: &mut impl Probe<BTree>,
    ) -> Result<Vec<(String, String)>, Refused> {
        let (from, to) = (KeySlot::new(from)?, KeySlot::new(to)?);
        let mut entries = Vec::new();
        let mut at = match self.descend(&from, Purpose::Read, probe)? {
            Ok(at) | Err(at) => at,
        };
        loop {
            let leaf = self.path.leaf();
            let page = self.page(leaf);
            let end = (at..page.count()).find(|at| page.key(*at) > to);
            for at in at..end.unwrap_or(page.count()) {
                entries.push((page.key(at).text(), self.text_at(leaf, at).to_owned()));
            }
            let taken = end.unwrap_or(page.count()) - at.min(page.count());
            probe.step(|| Event::LeafScanned { page: leaf, taken }, self);
            if end.is_some() || !self.next_leaf(probe)? {
                break;
            }
            at = 0;
        }
        probe.step(|| Event::ScanEnded { entries: entries.len() }, self);
        Ok(entries)
    }

    /// Goes from the root to the leaf that can hold the key; returns where it stands there, or where it would.
    pub(super) fn descend(
        &mut self,
        key: &KeySlot,
        purpose: Purpose,
        probe: &mut impl Probe<BTree>,
    ) -> Result<Result<usize, usize>, Refused> {
        self.path.clear();
        self.pool.fixed = purpose == Purpose::Write;
        let mut id = self.root;
        let mut level = self.height.checked_sub(1).ok_or_else(|| unreadable(id))?;
        loop {
            self.bring(id, probe)?;
            self.totals.pages_visited += 1;
            let page = self.page(id);
            // In a damaged tree a page may lead anywhere, also up again.
            if u32::from(page.level()) != level || page.is_leaf() != (level == 0) {
                return Err(unreadable(id));
            }
            if level == 0 {
                let found = page.search(key);
                let (Ok(at) | Err(at)) = found;
                self.path.push(id, at);
                probe.step(|| Event::LeafReached { key: *key, page: id }, self);
                return Ok(found);
            }
            let slot = page.child_for(key);
            let child = page.child(slot);
            self.path.push(id, slot);
            probe.step(|| self.descended(key, id, slot), self);
            id = child;
            level -= 1;
        }
    }

    /// Sees to it that a page is in memory.
    #[inline]
    pub(super) fn bring(&mut self, id: PageId, probe: &mut impl Probe<BTree>) -> Result<(), Refused> {
        if self.pool.touch(id) { Ok(()) } else { self.read_in(id, probe) }
    }

    /// Reads a page into memory: its newest image in the log, or where there is none from its place in the page file.
    /// Others leave to make room.
    #[cold]
    fn read_in(&mut self, id: PageId, probe: &mut impl Probe<BTree>) -> Result<(), Refused> {
        let evicted = self.pool.shrink(self.pool.room - 1);
        let (page, source) = self.read_page(id).map_err(|why| self.note_damage(id, why))?;
        let standing = if source == Source::Log { Standing::Logged } else { Standing::Clean };
        self.pool.insert(id, Frame { page, standing });
        probe.step(|| Event::PageRead { page: id, source, evicted }, self);
        Ok(())
    }

    /// The newest state of a page that is not in memory, from the bytes that the disk has.
    pub(super) fn read_page(&mut self, id: PageId) -> Result<(Page, Source), BadPage> {
        let (size, logged) = (self.page_size(), self.log.newest(id));
        let (file, start, source) = match (logged, self.log.file) {
            (Some(start), Some(log)) => (log, start, Source::Log),
            _ => (self.file, self.offset(id), Source::File),
        };
        let bytes = self.disk.read(file, start..start + size);
        self.totals.pages_read += 1;
        Ok((Page::decode(&bytes, self.layout, id)?, source))
    }

    /// A page that cannot be read: from here on nothing is written, as after a recovery that finds one.
    #[track_caller]
    fn note_damage(&mut self, id: PageId, why: BadPage) -> Refused {
        if self.problems.is_empty() {
            let way = self.path.visits().iter().map(|visit| visit.page);
            let leads_here = |above: &PageId| self.look(*above).is_some_and(|page| page.children().any(|to| to == id));
            let parent = way.rev().find(leads_here);
            self.problems = [Problem::Unreadable { page: id, parent, why }].into();
        }
        unreadable(id)
    }

    /// The command `evict`: all pages that the disk has leave memory.
    pub(super) fn evict(&mut self, probe: &mut impl Probe<BTree>) {
        let evicted = self.pool.shrink(0).len();
        probe.step(|| Event::CacheEmptied { evicted, kept: self.pool.held }, self);
    }

    /// Reads at most `most` entries from a key on; returns how many there were. For `duel`.
    pub fn scan_some(&mut self, from: &Key, most: usize) -> Result<usize, Refused> {
        let (Ok(at) | Err(at)) = self.descend(&KeySlot::new(from)?, Purpose::Read, &mut ())?;
        let mut count = self.page(self.path.leaf()).count() - at;
        while count < most && self.next_leaf(&mut ())? {
            count += self.page(self.path.leaf()).count();
        }
        Ok(count.min(most))
    }

    fn descended(&self, key: &KeySlot, id: PageId, slot: usize) -> Event {
        let page = self.page(id);
        Event::Descended {
            key: *key,
            page: id,
            child: page.child(slot),
            above: (slot > 0).then(|| page.key(slot - 1)),
            below: (slot < page.count()).then(|| page.key(slot)),
        }
    }

    /// Moves the path to the next leaf; false at the last. Where pages are changed in place the leaves are chained. With
    /// copy-on-write they are not, for a new copy of a leaf would need a new copy of the one before it, and so on to the
    /// first: the way leads over the parents.
    fn next_leaf(&mut self, probe: &mut impl Probe<BTree>) -> Result<bool, Refused> {
        self.totals.pages_visited += 1;
        if self.survival == Survival::Copy {
            return self.next_leaf_by_parents(probe);
        }
        let from = self.path.leaf();
        let page = self.page(from);
        let (last, Some(to)) = (page.keys().last(), page.next()) else { return Ok(false) };
        // In a damaged tree the chain may lead anywhere, also back: only a leaf of the tree with greater keys is the next.
        let is_known = !self.free.contains(&to) && self.bring(to, probe).is_ok();
        let follows = |page: &Page| page.is_leaf() && last < page.keys().next() && page.count() > 0;
        if !is_known || !follows(self.page(to)) {
            return Err(Refused::new(format!("{from} says that {to} is the next leaf, but no inner page knows {to}")));
        }
        self.path.clear();
        self.path.push(to, 0);
        Ok(true)
    }

    /// Up as far as needed, one child to the right, and down along the left edge.
    fn next_leaf_by_parents(&mut self, probe: &mut impl Probe<BTree>) -> Result<bool, Refused> {
        self.path.len -= 1;
        while let Some(&Visit { page, slot }) = self.path.visits().last() {
            self.bring(page, probe)?;
            self.path.len -= 1;
            if slot == self.page(page).count() {
                continue;
            }
            self.path.push(page, slot + 1);
            let mut id = self.page(page).child(slot + 1);
            loop {
                self.bring(id, probe)?;
                let page = self.page(id);
                let child = (page.kind() == Kind::Inner).then(|| page.child(0));
                self.path.push(id, 0);
                match child {
                    Some(child) => id = child,
                    None => return Ok(true),
                }
            }
        }
        Ok(false)
    }

    /// The value of an entry. Values are written from text; only a damaged page could hold anything else.
    fn text_at(&self, leaf: PageId, at: usize) -> &str {
        std::str::from_utf8(self.page(leaf).value(at)).unwrap_or("\u{fffd}")
    }
}

/// That the way to a key leads over a page that is not there.
#[track_caller]
pub(super) fn unreadable(page: PageId) -> Refused {
    Refused::new(format!("the way leads to {page}, which can't be read"))
}
