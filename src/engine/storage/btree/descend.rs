//! Finding a key: from the root down to the one leaf that can hold it, and along the leaves for a range.

use super::page::PageId;
use super::pool::Standing;
use super::slot::KeySlot;
use super::{BTree, Event, Refusal, Survival};
use crate::contract::Probe;
use crate::storage::Key;

/// A tree of order 3 whose pages are all half full has two children a page: 32 levels are more than four thousand
/// million pages, which is all that a page number can tell apart.
const MAX_HEIGHT: usize = 32;

/// One page on the way down, and where the key led from there: which child, or which entry of a leaf.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Visit {
    pub page: PageId,
    pub slot: usize,
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
    pub fn get(&mut self, key: &Key, probe: &mut impl Probe<BTree>) -> Result<Option<&str>, Refusal> {
        let key = KeySlot::new(key)?;
        let found = self.descend(&key, probe)?;
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
    ) -> Result<Vec<(String, String)>, Refusal> {
        let (from, to) = (KeySlot::new(from)?, KeySlot::new(to)?);
        let mut entries = Vec::new();
        let mut at = match self.descend(&from, probe)? {
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
            if end.is_some() || !self.next_leaf()? {
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
        probe: &mut impl Probe<BTree>,
    ) -> Result<Result<usize, usize>, Refusal> {
        self.path.clear();
        let mut id = self.root;
        loop {
            let page = self.pool.page(id).ok_or(Refusal::Unreadable(id))?;
            self.totals.pages_visited += 1;
            if page.is_leaf() {
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
        }
    }

    /// Reads the leaf of a key from the page file, unless memory has changes of it that the file lacks. So works an
    /// engine whose memory holds the inner pages and little more; for `duel`.
    pub fn fetch_leaf(&mut self, key: &Key) -> Result<(), Refusal> {
        let _ = self.descend(&KeySlot::new(key)?, &mut ())?;
        self.fetch();
        Ok(())
    }

    fn fetch(&mut self) {
        let leaf = self.path.leaf();
        if self.pool.frame(leaf).is_some_and(|frame| frame.standing == Standing::Clean) {
            let start = self.offset(leaf);
            self.disk.read(self.file, start..start + self.page_size());
        }
    }

    /// Reads at most `most` entries from a key on, leaf by leaf as [`BTree::fetch_leaf`] does; returns how many there were.
    pub fn fetch_range(&mut self, from: &Key, most: usize) -> Result<usize, Refusal> {
        let (Ok(at) | Err(at)) = self.descend(&KeySlot::new(from)?, &mut ())?;
        self.fetch();
        let mut count = self.page(self.path.leaf()).count() - at;
        while count < most && self.next_leaf()? {
            self.fetch();
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
    fn next_leaf(&mut self) -> Result<bool, Refusal> {
        self.totals.pages_visited += 1;
        if self.survival != Survival::Copy {
            let from = self.path.leaf();
            let Some(to) = self.page(from).next() else { return Ok(false) };
            // In a damaged tree the chain may lead anywhere, also back: only a leaf with greater keys is the next one.
            let last = self.page(from).keys().last();
            let follows =
                self.pool.page(to).is_some_and(|page| page.is_leaf() && last < page.keys().next() && page.count() > 0);
            if !follows {
                return Err(Refusal::BrokenChain { from, to });
            }
            self.path.clear();
            self.path.push(to, 0);
            return Ok(true);
        }
        self.path.len -= 1;
        while let Some(&Visit { page, slot }) = self.path.visits().last() {
            let slot = slot + 1;
            if slot > self.page(page).count() {
                self.path.len -= 1;
                continue;
            }
            self.path.len -= 1;
            self.path.push(page, slot);
            let mut id = self.page(page).child(slot);
            loop {
                let page = self.pool.page(id).ok_or(Refusal::Unreadable(id))?;
                let child = (!page.is_leaf()).then(|| page.child(0));
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
