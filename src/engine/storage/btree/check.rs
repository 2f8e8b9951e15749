//! Whether the tree is one: what must hold after every command, looked at page by page. Pages that are not in memory are
//! read from the disk, and not kept.

use std::collections::BTreeSet;
use std::fmt::{self, Display};

use super::page::{BadPage, Kind, Page, PageId, Transaction};
use super::slot::KeySlot;
use super::{BTree, Event};
use crate::contract::{Outcome, Probe};
use crate::wording::count;

/// Something that must hold and does not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Problem {
    /// No meta page is sound, so no one knows where the tree begins.
    NoRoot,
    Unreadable {
        page: PageId,
        parent: Option<PageId>,
        why: BadPage,
    },
    /// Its keys are not sorted.
    Unsorted {
        page: PageId,
    },
    /// It holds a key that the separators above it send elsewhere: a search for it would not come here.
    Astray {
        page: PageId,
        key: KeySlot,
    },
    /// It is less than half full.
    Underfull {
        page: PageId,
        keys: usize,
        least: usize,
    },
    /// The chain of leaves goes elsewhere than the order of the tree.
    BrokenChain {
        page: PageId,
        next: Option<PageId>,
        expected: Option<PageId>,
    },
}

/// What a page must keep to, by its place.
#[derive(Clone, Copy)]
struct Bounds {
    parent: Option<PageId>,
    /// The root has the level that it has.
    level: Option<u8>,
    /// No key is smaller.
    low: Option<KeySlot>,
    /// All keys are smaller.
    high: Option<KeySlot>,
}

/// What a walk through the whole tree has found.
#[derive(Debug, Default)]
pub(super) struct Survey {
    pub problems: Vec<Problem>,
    /// The pages of the tree.
    pub pages: BTreeSet<PageId>,
    pub keys: u64,
    /// How many levels there are; 0 if the root cannot be read.
    pub height: u32,
    /// The youngest transaction that wrote any of them.
    pub newest: Transaction,
    /// The last leaf so far, and which leaf it says comes next.
    pub last_leaf: Option<(PageId, Option<PageId>)>,
}

impl BTree {
    /// All that is wrong with the tree as it is: nothing, unless a crash broke it.
    pub fn check(&mut self) -> Vec<Problem> {
        self.survey().problems
    }

    /// Walks through the tree from the root.
    pub(super) fn survey(&mut self) -> Survey {
        let mut found = Survey::default();
        self.check_page(self.root, Bounds { parent: None, level: None, low: None, high: None }, &mut found);
        if let Some((page, Some(next))) = found.last_leaf.filter(|_| self.is_chained()) {
            found.problems.push(Problem::BrokenChain { page, next: Some(next), expected: None });
        }
        // Where a page is missing, so are its keys, its children and its place in the chain: nothing else need be said.
        let is_missing = |problem: &Problem| matches!(problem, Problem::Unreadable { .. });
        if found.problems.iter().any(is_missing) {
            found.problems.retain(is_missing);
        }
        found
    }

    fn check_page(&mut self, id: PageId, bounds: Bounds, found: &mut Survey) {
        let Bounds { parent, level, low, high } = bounds;
        let read = match self.pool.page(id) {
            Some(page) => Ok(page.clone()),
            None => self.read_page(id).map(|(page, _)| page),
        };
        let kind = |level| if level == 0 { Kind::Leaf } else { Kind::Inner };
        let fits = |page: &Page| page.kind() == kind(page.level()) && level.is_none_or(|level| page.level() == level);
        let page = match read.and_then(|page| if fits(&page) { Ok(page) } else { Err(BadPage::OutOfPlace) }) {
            Ok(page) => page,
            Err(why) => return found.problems.push(Problem::Unreadable { page: id, parent, why }),
        };
        let level = page.level();
        found.height = found.height.max(u32::from(level) + 1);
        // A damaged inner page may lead to a page that was met before: what is below it is looked at once.
        let is_new = found.pages.insert(id);
        found.newest = found.newest.max(page.transaction());
        self.check_keys(&page, bounds, found);
        if !is_new {
            return;
        }
        if level == 0 {
            found.keys += page.count() as u64;
            self.check_chain(&page, found);
            return;
        }
        for (slot, child) in page.children().enumerate() {
            let low = if slot == 0 { low } else { Some(page.key(slot - 1)) };
            let high = if slot < page.count() { Some(page.key(slot)) } else { high };
            self.check_page(child, Bounds { parent: Some(id), level: Some(level - 1), low, high }, found);
        }
    }

    /// The keys of a page: sorted, within the bounds, and enough of them.
    fn check_keys(&self, page: &Page, bounds: Bounds, found: &mut Survey) {
        let Bounds { parent, low, high, .. } = bounds;
        let (id, level) = (page.id(), page.level());
        let keys: Vec<KeySlot> = page.keys().collect();
        if !keys.is_sorted_by(|a, b| a < b) {
            found.problems.push(Problem::Unsorted { page: id });
        }
        let astray = |key: &&KeySlot| low.is_some_and(|low| **key < low) || high.is_some_and(|high| **key >= high);
        if let Some(key) = keys.iter().find(astray) {
            found.problems.push(Problem::Astray { page: id, key: *key });
        }
        let least = match parent {
            Some(_) => self.least(level),
            // A root is what there is; but an inner one with a single child would be a level for nothing.
            None => usize::from(level > 0),
        };
        if keys.len() < least {
            found.problems.push(Problem::Underfull { page: id, keys: keys.len(), least });
        }
    }

    /// The leaf before this one must lead here.
    fn check_chain(&self, leaf: &Page, found: &mut Survey) {
        let before = found.last_leaf.replace((leaf.id(), leaf.next()));
        if let Some((page, next)) = before.filter(|(_, next)| self.is_chained() && *next != Some(leaf.id())) {
            found.problems.push(Problem::BrokenChain { page, next, expected: Some(leaf.id()) });
        }
    }

    /// The command `check`.
    pub(super) fn tell_check(&mut self, probe: &mut impl Probe<BTree>) -> Outcome {
        let problems = if self.problems.is_empty() { self.check() } else { self.problems.to_vec() };
        probe.step(
            || Event::Checked {
                problem: problems.first().cloned(),
                problems: problems.len(),
                keys: self.keys,
                height: self.height,
            },
            self,
        );
        match problems.is_empty() {
            true => Outcome::Done,
            false => Outcome::Refused(problems.iter().map(Problem::to_string).collect::<Vec<_>>().join("; ")),
        }
    }
}

impl Display for Problem {
    fn fmt(&self, out: &mut fmt::Formatter) -> fmt::Result {
        match self {
            Problem::NoRoot => out.write_str("no meta page is sound, so no one knows where the root is"),
            Problem::Unreadable { page, parent: Some(parent), why } => {
                write!(out, "{parent} leads to {page}, which {why}")
            }
            Problem::Unreadable { page, parent: None, why } => write!(out, "the root should be {page}, which {why}"),
            Problem::Unsorted { page } => write!(out, "the keys of {page} aren't in order"),
            Problem::Astray { page, key } => {
                write!(out, "{page} holds the key {key}, but the separators above send a search for it elsewhere")
            }
            Problem::Underfull { page, keys, least } => {
                write!(out, "{page} has {}, and must have {least} at least", count(*keys, "key"))
            }
            Problem::BrokenChain { page, next: Some(next), expected: None } => {
                write!(
                    out,
                    "{page} is the last leaf that can be reached, but says that {next} comes after it: keys are lost"
                )
            }
            Problem::BrokenChain { page, next: Some(next), expected: Some(expected) } => write!(
                out,
                "{page} says that {next} comes after it, but by the pages above, {expected} does: keys are lost or \
                 doubled"
            ),
            Problem::BrokenChain { page, next: None, .. } => {
                write!(out, "{page} says that it is the last leaf, but there are more after it")
            }
        }
    }
}
