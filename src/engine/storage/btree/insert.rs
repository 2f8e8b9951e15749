//! Writing a key: into its leaf, and where that is full, by splits that may travel up to the root.

use super::decide::halves;
use super::descend::Purpose;
use super::page::{Kind, PageId};
use super::slot::KeySlot;
use super::{Adrift, BTree, Event};
use crate::contract::{Probe, Refused};
use crate::key::Key;

impl BTree {
    /// Puts a key with its value, or another value to a key that is there.
    pub fn put(&mut self, key: &Key, value: &str, probe: &mut impl Probe<BTree>) -> Result<(), Refused> {
        self.refuse_writes()?;
        let (key, value) = (KeySlot::new(key)?, value.as_bytes());
        let room = self.value_bytes();
        if value.len() > room {
            return Err(Refused::new(format!("the value has {} bytes; a slot has room for {room}", value.len())));
        }
        let found = self.descend(&key, Purpose::Write, probe)?;
        self.make_path_writable(probe);
        let leaf = self.path.leaf();
        match found {
            Ok(at) => {
                self.page_mut(leaf).set_value(at, value);
                probe.step(|| Event::Replaced { key, page: leaf }, self);
            }
            Err(at) if !self.page(leaf).is_full() => {
                self.page_mut(leaf).insert_entry(at, &key, value);
                self.keys += 1;
                let entries = self.page(leaf).count();
                probe.step(|| Event::Inserted { key, page: leaf, entries, capacity: self.page(leaf).capacity() }, self);
            }
            Err(at) => self.split_leaf(at, &key, value, probe),
        }
        self.end_write(probe)
    }

    /// Splits the full leaf at the end of the path, puts the entry into the half where it belongs, and tells the parent.
    fn split_leaf(&mut self, at: usize, key: &KeySlot, value: &[u8], probe: &mut impl Probe<BTree>) {
        let left = self.path.leaf();
        self.page_mut(left);
        let right = self.allocate(Kind::Leaf, 0);
        // With the new entry there is one more than a leaf has room for: the left half gets the odd one.
        let all = usize::from(self.layout.entries) + 1;
        let mut stay = all.div_ceil(2);
        if probe.hears_decisions() {
            let (stays, own) = halves(all, stay);
            stay = stays[probe.decide(own, || self.leaf_halves(left, at, key, &stays, own))];
        }
        let goes_left = at < stay;
        let moved_from = if goes_left { stay - 1 } else { stay };
        let mut new = self.page(right).clone();
        let old = self.page_mut(left);
        new.set_next(old.next());
        old.move_entries(moved_from, &mut new);
        if goes_left {
            old.insert_entry(at, key, value);
        } else {
            new.insert_entry(at - stay, key, value);
        }
        let separator = new.key(0);
        if self.is_chained() {
            self.page_mut(left).set_next(Some(right));
        }
        *self.page_mut(right) = new;
        self.keys += 1;
        self.totals.splits += 1;
        self.adrift = Some(Adrift { left, right, separator });
        probe.step(|| Event::LeafSplit { key: *key, left, right, separator }, self);
        self.tell_parents(probe);
    }

    /// Gives the page that is adrift to its parent. A parent that is full is split in its turn, and so on up to the root.
    fn tell_parents(&mut self, probe: &mut impl Probe<BTree>) {
        let mut level = self.path.visits().len() - 1;
        while let Some(Adrift { left, right, separator }) = self.adrift {
            if level == 0 {
                self.grow_root(left, right, separator, probe);
                return;
            }
            level -= 1;
            let parent = self.path.visits()[level];
            if self.page(parent.page).is_full() {
                self.split_inner(parent.page, parent.slot, separator, right, probe);
            } else {
                self.page_mut(parent.page).insert_child(parent.slot, &separator, right);
                self.adrift = None;
                probe.step(|| Event::SeparatorAdded { parent: parent.page, separator, child: right }, self);
            }
        }
    }

    /// Splits a full inner page, which is to get one more separator. The middle one moves up: it is not kept in either
    /// half, since it only says where one ends and the other begins.
    fn split_inner(
        &mut self,
        left: PageId,
        at: usize,
        separator: KeySlot,
        child: PageId,
        probe: &mut impl Probe<BTree>,
    ) {
        let page = self.page_mut(left);
        let (level, first) = (page.level(), page.child(0));
        let mut all: Vec<_> = page.separators().collect();
        all.insert(at, (separator, child));
        let mut middle = (all.len() + 1).div_ceil(2) - 1;
        // Of three separators only the middle one can move up.
        if probe.hears_decisions() && all.len() > 3 {
            let (stays, own) = halves(all.len() - 1, middle);
            let keys: Vec<_> = all.iter().map(|(separator, _)| *separator).collect();
            middle = stays[probe.decide(own, || self.inner_halves(left, &keys, &stays, own))];
        }
        let (risen, right_first) = all[middle];
        let right = self.allocate(Kind::Inner, level);
        self.page_mut(left).fill(first, &all[..middle]);
        self.page_mut(right).fill(right_first, &all[middle + 1..]);
        self.totals.splits += 1;
        self.adrift = Some(Adrift { left, right, separator: risen });
        probe.step(|| Event::InnerSplit { left, right, separator: risen, child }, self);
    }

    /// Puts a new root above the two halves of the old one.
    fn grow_root(&mut self, left: PageId, right: PageId, separator: KeySlot, probe: &mut impl Probe<BTree>) {
        let level = self.page(left).level() + 1;
        let root = self.allocate(Kind::Inner, level);
        self.page_mut(root).fill(left, &[(separator, right)]);
        self.set_root(root);
        self.height += 1;
        self.adrift = None;
        probe.step(|| Event::RootGrown { root, left, right, separator, height: self.height }, self);
    }
}
