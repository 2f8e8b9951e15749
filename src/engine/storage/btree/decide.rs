//! Where a tree could do one thing or another, put so that a reader can decide it: where a page is split, and how one that
//! is less than half full is helped. A tree goes each of these ways and stays a search tree; what it can lose is its balance.

use super::BTree;
use super::delete::{Help, Neighbours, Remedy};
use super::page::PageId;
use super::slot::KeySlot;
use crate::contract::{Decision, Way};
use crate::wording::count;

/// Of a page with more places than this, a reader is offered some ways to split it, and not all.
const FEW: usize = 7;

/// How many entries of a leaf, or separators of an inner page, may stay in the left half of a split in which `all` take
/// part, without an empty page on either side; and the place of `own` among them.
pub fn halves(all: usize, own: usize) -> (Vec<usize>, usize) {
    let most = all - 1;
    let mut stays: Vec<usize> = if most <= FEW { (1..=most).collect() } else { vec![1, most / 4, most * 3 / 4, most] };
    if !stays.contains(&own) {
        stays.push(own);
        stays.sort();
    }
    let place = stays.iter().position(|stay| *stay == own).expect("it was put there");
    (stays, place)
}

impl BTree {
    /// Where a full leaf is split that is to take `key` at the place `at`: so many entries stay.
    pub(super) fn leaf_halves(&self, leaf: PageId, at: usize, key: &KeySlot, stays: &[usize], own: usize) -> Decision {
        let page = self.page(leaf);
        let (all, least) = (page.count() + 1, self.least(0));
        let first_of_right = |stay: usize| match stay {
            stay if stay < at => page.key(stay),
            stay if stay == at => *key,
            stay => page.key(stay - 1),
        };
        let way = |stay: usize| {
            let (first, right) = (first_of_right(stay), all - stay);
            let because = why_halves((stay, right), (least, page.capacity()), stay == stays[own], "key");
            Way::new(format!("{stay} and {right}: the new page begins with {first}"), because)
                .about(format!("key {}", first.text()))
        };
        let asks = format!(
            "{leaf:#} is full with {}, and {key} belongs in it. It is split: which key begins the new page to its \
             right?",
            count(page.count(), "key")
        );
        Decision { asks, ways: stays.iter().map(|stay| way(*stay)).collect(), own }
    }

    /// Where a full inner page is split, whose separators with the new one are `all`: so many stay, and the next one rises.
    pub(super) fn inner_halves(&self, page: PageId, all: &[KeySlot], stays: &[usize], own: usize) -> Decision {
        let (least, capacity) = (self.least(self.page(page).level()), self.page(page).capacity());
        let way = |stay: usize| {
            let (risen, right) = (all[stay], all.len() - stay - 1);
            let because = why_halves((stay, right), (least, capacity), stay == stays[own], "separator");
            Way::new(format!("{risen} moves up; {stay} stay and {right} move"), because)
                .about(format!("separator {}", risen.text()))
        };
        let asks = format!(
            "{page:#} is full with {}, and must take one more. It is split: which separator moves up to its parent?",
            count(all.len() - 1, "separator")
        );
        Decision { asks, ways: stays.iter().map(|stay| way(*stay)).collect(), own }
    }

    /// The ways to help a page that is less than half full. Neighbours that the tree has not looked at are none.
    pub(super) fn remedies(&self, page: PageId, looked_at: [Option<Neighbours>; 2]) -> Vec<Help> {
        let [left, right] = looked_at;
        let inner = usize::from(!self.page(page).is_leaf());
        let fits = |pair: &Neighbours| {
            let (left, right) = (self.page(pair.left), self.page(pair.right));
            left.count() + right.count() + inner <= left.capacity()
        };
        let mut ways = Vec::new();
        if let Some(pair) = left {
            ways.extend((self.page(pair.left).count() > 1).then_some((Some(pair), Remedy::FromLeft)));
        }
        if let Some(pair) = right {
            ways.extend((self.page(pair.right).count() > 1).then_some((Some(pair), Remedy::FromRight)));
        }
        ways.extend([left, right].into_iter().flatten().filter(fits).map(|pair| (Some(pair), Remedy::Merge)));
        // A page with nothing in it would have no place in the tree.
        ways.extend((self.page(page).count() > 0).then_some((None, Remedy::Nothing)));
        ways
    }

    pub(super) fn remedy(&self, page: PageId, ways: &[Help], own: usize) -> Decision {
        let (entries, least) = (self.page(page).count(), self.least(self.page(page).level()));
        let neighbour = |pair: &Option<Neighbours>| {
            let Neighbours { left, right, .. } = pair.expect("who is helped by a neighbour has one");
            if left == page { right } else { left }
        };
        let way = |place: usize, (pair, remedy): &Help| {
            let is_own = place == own;
            match remedy {
                Remedy::FromLeft | Remedy::FromRight => {
                    let from = neighbour(pair);
                    let spare = self.page(from).count();
                    let because = match (spare > least, is_own) {
                        (true, true) => format!(
                            "{from:#} has {spare}, and {least} are enough: it can spare one, so no page has to go."
                        ),
                        (true, false) => {
                            format!("{from:#} could spare one as well; the left neighbour is asked first.")
                        }
                        (false, _) => format!(
                            "{from:#} has just {spare} itself: then it would be the one that is less than half full."
                        ),
                    };
                    Way::new(format!("It borrows from {from}"), because).about(from)
                }
                Remedy::Merge => {
                    let with = neighbour(pair);
                    let because = match is_own {
                        true => "No neighbour can spare one, and together they fit into one page.".to_owned(),
                        false => "The two would fit into one page, but it would be all but full, and soon be split \
                                  again: as long as a neighbour can spare one, none has to go."
                            .to_owned(),
                    };
                    Way::new(format!("It is merged with {with}"), because).about(with)
                }
                Remedy::Nothing => Way::new(
                    "It is left as it is",
                    "Some databases do so, because deletions are rare and new keys come. This one keeps every page \
                     half full, so that the tree is never taller than it has to be.",
                )
                .about(page),
            }
        };
        let asks = format!(
            "{page:#} has {} left, and every page but the root must have at least {least}. What is done?",
            count(entries, if self.page(page).is_leaf() { "key" } else { "separator" })
        );
        Decision { asks, ways: ways.iter().enumerate().map(|(place, it)| way(place, it)).collect(), own }
    }
}

/// Why a page of which so many go to either side is split there, or why not; of pages that have from `least` to `capacity`.
fn why_halves((left, right): (usize, usize), (least, capacity): (usize, usize), is_own: bool, what: &str) -> String {
    let fewer = left.min(right);
    match (fewer < least, is_own) {
        (_, true) => format!(
            "In the middle both pages get at least {}, the least that a page may have, and both have room for more.",
            count(least, what)
        ),
        (true, _) => format!(
            "One page would have {}, and every page but the root must have at least {least}: less than half full, it \
             wastes its room and makes the tree taller.",
            count(fewer, what)
        ),
        (false, _) => format!(
            "Both pages would be half full at least, as they must be, but one has only {} to spare and is full again \
             sooner, if keys arrive in no order. In ascending order this would be the better way.",
            count(capacity.saturating_sub(left.max(right)), "place")
        ),
    }
}
