//! Whether the tree is one: what must hold after every command, looked at page by page.

use std::fmt::{self, Display};

use super::page::{BadPage, Kind, PageId};
use super::slot::KeySlot;
use super::{BTree, Event};
use crate::contract::{Outcome, Probe};
use crate::wording::count;

/// Something that must hold and does not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Problem {
    /// No meta page is sound, so nobody knows where the tree begins.
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
    level: u8,
    /// No key is smaller.
    low: Option<KeySlot>,
    /// All keys are smaller.
    high: Option<KeySlot>,
}

impl BTree {
    /// All that is wrong with the tree as it is in memory: nothing, unless a crash broke it.
    pub fn check(&self) -> Vec<Problem> {
        let (mut problems, mut leaves) = (Vec::new(), Vec::new());
        let level = self.height.saturating_sub(1) as u8;
        let bounds = Bounds { parent: None, level, low: None, high: None };
        self.check_page(self.root, bounds, &mut problems, &mut leaves);
        if self.is_chained() {
            for (place, leaf) in leaves.iter().enumerate() {
                let (next, expected) = (self.page(*leaf).next(), leaves.get(place + 1).copied());
                if next != expected {
                    problems.push(Problem::BrokenChain { page: *leaf, next, expected });
                }
            }
        }
        problems
    }

    fn check_page(&self, id: PageId, bounds: Bounds, problems: &mut Vec<Problem>, leaves: &mut Vec<PageId>) {
        let Bounds { parent, level, low, high } = bounds;
        let kind = if level == 0 { Kind::Leaf } else { Kind::Inner };
        let Some(page) = self.pool.page(id).filter(|page| page.kind() == kind && page.level() == level) else {
            problems.push(Problem::Unreadable { page: id, parent, why: BadPage::OutOfPlace });
            return;
        };
        let keys: Vec<KeySlot> = page.keys().collect();
        if !keys.is_sorted_by(|a, b| a < b) {
            problems.push(Problem::Unsorted { page: id });
        }
        let astray = |key: &&KeySlot| low.is_some_and(|low| **key < low) || high.is_some_and(|high| **key >= high);
        if let Some(key) = keys.iter().find(astray) {
            problems.push(Problem::Astray { page: id, key: *key });
        }
        let least = match parent {
            Some(_) => self.least(level),
            // A root is what there is; but an inner one with a single child would be a level for nothing.
            None => usize::from(level > 0),
        };
        if keys.len() < least {
            problems.push(Problem::Underfull { page: id, keys: keys.len(), least });
        }
        if level == 0 {
            leaves.push(id);
            return;
        }
        for (slot, child) in page.children().enumerate() {
            let low = if slot == 0 { low } else { Some(keys[slot - 1]) };
            let high = keys.get(slot).copied().or(high);
            self.check_page(child, Bounds { parent: Some(id), level: level - 1, low, high }, problems, leaves);
        }
    }

    /// The command `check`.
    pub(super) fn tell_check(&self, probe: &mut impl Probe<BTree>) -> Outcome {
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
            Problem::NoRoot => out.write_str("no meta page is sound, so nobody knows where the root is"),
            Problem::Unreadable { page, parent: Some(parent), why } => {
                write!(out, "{parent} leads to {page}, which {why}")
            }
            Problem::Unreadable { page, parent: None, why } => write!(out, "the root should be {page}, which {why}"),
            Problem::Unsorted { page } => write!(out, "the keys of {page} are not in order"),
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
                "{page} says that {next} comes after it, but by the pages above it is {expected}: keys are lost or doubled"
            ),
            Problem::BrokenChain { page, next: None, .. } => {
                write!(out, "{page} says that it is the last leaf, but there are more after it")
            }
        }
    }
}
