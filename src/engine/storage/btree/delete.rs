//! Deleting a key: out of its leaf, and where that falls under half, by borrowing or merging that may travel up.

use super::descend::Purpose;
use super::page::{Kind, PageId};
use super::slot::KeySlot;
use super::{BTree, Event};
use crate::contract::{Probe, Refused};
use crate::key::Key;

/// Two neighbouring children of one parent, and which separator stands between them.
#[derive(Clone, Copy)]
pub(super) struct Neighbours {
    parent: PageId,
    /// The place of the separator in the parent.
    between: usize,
    pub left: PageId,
    pub right: PageId,
}

/// How a page that is less than half full is helped.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Remedy {
    /// The left neighbour gives its last.
    FromLeft,
    /// The right neighbour gives its first.
    FromRight,
    Merge,
    /// Only a reader leaves it as it is.
    Nothing,
}

/// By which neighbour a page is helped, if by one, and how.
pub(super) type Help = (Option<Neighbours>, Remedy);

impl BTree {
    /// Deletes a key; returns whether it was there.
    pub fn delete(&mut self, key: &Key, probe: &mut impl Probe<BTree>) -> Result<bool, Refused> {
        self.refuse_writes()?;
        let key = KeySlot::new(key)?;
        let Ok(at) = self.descend(&key, Purpose::Write, probe)? else {
            probe.step(|| Event::NotFound { key, page: self.path.leaf() }, self);
            return Ok(false);
        };
        self.make_path_writable(probe);
        let leaf = self.path.leaf();
        self.page_mut(leaf).remove_entry(at);
        self.keys -= 1;
        probe.step(|| self.deleted(key, leaf), self);
        self.restore_balance(probe)?;
        self.end_write(probe)?;
        Ok(true)
    }

    fn deleted(&self, key: KeySlot, page: PageId) -> Event {
        let least = if page == self.root { 0 } else { self.least(0) };
        Event::Deleted { key, page, entries: self.page(page).count(), least }
    }

    /// From the leaf up: as long as a page is less than half full, it borrows or is merged, and a merge takes a
    /// separator from the parent.
    fn restore_balance(&mut self, probe: &mut impl Probe<BTree>) -> Result<(), Refused> {
        for level in (1..self.path.visits().len()).rev() {
            let page = self.path.visits()[level].page;
            if self.page(page).count() >= self.least(self.page(page).level()) {
                return Ok(());
            }
            let (Some(neighbours), remedy) = self.pick_remedy(level, probe)? else {
                let (entries, least) = (self.page(page).count(), self.least(self.page(page).level()));
                probe.step(|| Event::LeftAsItIs { page, entries, least }, self);
                return Ok(());
            };
            let neighbours = self.make_writable(neighbours, probe);
            match remedy {
                Remedy::FromLeft => self.borrow_from_left(neighbours, probe),
                Remedy::FromRight => self.borrow_from_right(neighbours, probe),
                Remedy::Merge | Remedy::Nothing => self.merge(neighbours, probe),
            }
        }
        if self.page(self.root).kind() == Kind::Inner && self.page(self.root).count() == 0 {
            let old = self.root;
            self.set_root(self.page(old).child(0));
            self.release(old);
            self.height -= 1;
            probe.step(|| Event::RootShrunk { old, root: self.root, height: self.height }, self);
        }
        Ok(())
    }

    /// How the page at a level of the path is helped, and by which neighbours.
    fn pick_remedy(&mut self, level: usize, probe: &mut impl Probe<BTree>) -> Result<Help, Refused> {
        let page = self.path.visits()[level].page;
        let (looked_at, own) = self.own_remedy(level, probe)?;
        if !probe.hears_decisions() {
            return Ok(own);
        }
        let ways = self.remedies(page, looked_at);
        let is_own =
            |(pair, remedy): &Help| *remedy == own.1 && pair.map(|it| it.between) == own.0.map(|it| it.between);
        let own = ways.iter().position(is_own);
        let own = own.expect("what it does is one of the ways");
        if ways.len() == 1 {
            return Ok(ways[own]);
        }
        Ok(ways[probe.decide(own, || self.remedy(page, &ways, own))])
    }

    /// Whether a neighbour can spare something, and which; the left one is asked first. Who is asked is brought into memory.
    fn own_remedy(
        &mut self,
        level: usize,
        probe: &mut impl Probe<BTree>,
    ) -> Result<([Option<Neighbours>; 2], Help), Refused> {
        let above = self.path.visits()[level - 1];
        let parent = self.page(above.page);
        let least = self.least(parent.level() - 1);
        let pair = |between: usize| Neighbours {
            parent: above.page,
            between,
            left: parent.child(between),
            right: parent.child(between + 1),
        };
        let left = above.slot.checked_sub(1).map(pair);
        let right = (above.slot < parent.count()).then(|| pair(above.slot));
        if let Some(pair) = left {
            self.bring(pair.left, probe)?;
            if self.page(pair.left).count() > least {
                return Ok(([left, None], (left, Remedy::FromLeft)));
            }
        }
        if let Some(pair) = right {
            self.bring(pair.right, probe)?;
            if self.page(pair.right).count() > least {
                return Ok(([left, right], (right, Remedy::FromRight)));
            }
        }
        assert!(left.or(right).is_some(), "a page that isn't the root has a neighbour");
        Ok(([left, right], (left.or(right), Remedy::Merge)))
    }

    /// Copy-on-write copies the neighbour before it is changed.
    fn make_writable(&mut self, pair: Neighbours, probe: &mut impl Probe<BTree>) -> Neighbours {
        let left = self.writable(pair.left, Some((pair.parent, pair.between)), probe);
        let right = self.writable(pair.right, Some((pair.parent, pair.between + 1)), probe);
        Neighbours { left, right, ..pair }
    }

    fn borrow_from_left(&mut self, pair: Neighbours, probe: &mut impl Probe<BTree>) {
        let Neighbours { parent, between, left, right } = pair;
        let last = self.page(left).count() - 1;
        let separator = self.page(left).key(last);
        if self.page(left).is_leaf() {
            let value = self.page(left).value(last).to_vec();
            self.page_mut(left).remove_entry(last);
            self.page_mut(right).insert_entry(0, &separator, &value);
        } else {
            // Children turn through the parent: its separator comes down, the neighbour's last goes up.
            let (down, child) = (self.page(parent).key(between), self.page(left).child(last + 1));
            self.page_mut(left).remove_child(last);
            let mut rest: Vec<_> = self.page(right).separators().collect();
            rest.insert(0, (down, self.page(right).child(0)));
            self.page_mut(right).fill(child, &rest);
        }
        self.page_mut(parent).set_key(between, &separator);
        self.totals.borrows += 1;
        probe.step(|| Event::Borrowed { from: left, to: right, parent, separator }, self);
    }

    fn borrow_from_right(&mut self, pair: Neighbours, probe: &mut impl Probe<BTree>) {
        let Neighbours { parent, between, left, right } = pair;
        let end = self.page(left).count();
        let separator = if self.page(left).is_leaf() {
            let (key, value) = (self.page(right).key(0), self.page(right).value(0).to_vec());
            self.page_mut(left).insert_entry(end, &key, &value);
            self.page_mut(right).remove_entry(0);
            self.page(right).key(0)
        } else {
            let (down, child) = (self.page(parent).key(between), self.page(right).child(0));
            self.page_mut(left).insert_child(end, &down, child);
            let rest: Vec<_> = self.page(right).separators().collect();
            let (risen, first) = rest[0];
            self.page_mut(right).fill(first, &rest[1..]);
            risen
        };
        self.page_mut(parent).set_key(between, &separator);
        self.totals.borrows += 1;
        probe.step(|| Event::Borrowed { from: right, to: left, parent, separator }, self);
    }

    /// Moves all of the right page into the left one. Between inner pages the parent's separator comes down.
    fn merge(&mut self, pair: Neighbours, probe: &mut impl Probe<BTree>) {
        let Neighbours { parent, between, left, right } = pair;
        let separator = self.page(parent).key(between);
        let mut gone = self.page(right).clone();
        let end = self.page(left).count();
        let kept = self.page_mut(left);
        if gone.is_leaf() {
            kept.set_next(gone.next());
            gone.move_entries(0, kept);
        } else {
            kept.insert_child(end, &separator, gone.child(0));
            for (at, (separator, child)) in gone.separators().enumerate() {
                kept.insert_child(end + 1 + at, &separator, child);
            }
        }
        self.page_mut(parent).remove_child(between);
        self.release(right);
        self.totals.merges += 1;
        probe.step(|| Event::Merged { left, right, parent, separator }, self);
    }
}
