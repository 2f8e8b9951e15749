//! Which pages of the tree there are to be drawn: all of them level by level, or the way to one leaf with its neighbours.

use std::collections::BTreeSet;

use super::Area;
use super::plan::{BEST_PITCH, MOST_LEVELS, Plan, SLOT, leaf_height};
use crate::engine::storage::btree::{BTree, PageId};
use crate::scene::area::GAP;

/// How high an area that wide must be, for the levels of the tree to stand well apart; a tree that is not shown whole takes
/// what there is.
pub(super) fn height(tree: &BTree, width: f32) -> f32 {
    let area = Area { x: 0.0, y: 0.0, width, height: f32::MAX };
    let is_whole = tree.of_tree(tree.root_id()).is_none() || Plan::whole(tree, area).is_some();
    let levels = if is_whole { (tree.height as usize).max(1) } else { MOST_LEVELS };
    SLOT + GAP + (levels - 1) as f32 * BEST_PITCH + leaf_height(tree.order() - 1)
}

/// The tree level by level, from the root, a page that is adrift beside its left half. `None` where there is no tree, or
/// a level of more than `most` pages.
pub(super) fn rows(tree: &BTree, most: usize) -> Option<Vec<Vec<PageId>>> {
    let (root, _) = tree.of_tree(tree.root_id())?;
    let mut rows = vec![with_adrift(tree, &[tree.root_id()])];
    let mut met = BTreeSet::new();
    met.extend(rows[0].iter().copied());
    for _ in 0..root.level() {
        let above = rows.last()?;
        let children: Vec<PageId> = above
            .iter()
            .filter_map(|id| tree.of_tree(*id))
            .flat_map(|(page, _)| page.children().collect::<Vec<_>>())
            .filter(|child| met.insert(*child))
            .collect();
        if children.len() > most {
            return None;
        }
        rows.push(with_adrift(tree, &children));
    }
    Some(rows)
}

/// The pages of a level, and beside the left half of a split its right half.
pub(super) fn with_adrift(tree: &BTree, row: &[PageId]) -> Vec<PageId> {
    let mut all = row.to_vec();
    if let Some(adrift) = tree.adrift
        && let Some(at) = row.iter().position(|id| *id == adrift.left)
        && !row.contains(&adrift.right)
    {
        all.insert(at + 1, adrift.right);
    }
    all
}

/// The way from the root to the leaf of the last descent, or to the first leaf. After a split the descent may have begun
/// below what is the root now: then the way goes to where its leaf is.
pub(super) fn focus(tree: &BTree) -> Vec<PageId> {
    let visits = tree.path.visits();
    let last = visits.last().and_then(|visit| tree.of_tree(visit.page));
    let key = last.and_then(|(page, _)| page.keys().next());
    let mut way = vec![tree.root_id()];
    while let Some((page, _)) = way.last().and_then(|id| tree.of_tree(*id))
        && !page.is_leaf()
    {
        let visited = visits.iter().find(|visit| visit.page == page.id()).map(|visit| visit.slot);
        let slot = visited.or(key.map(|key| page.child_for(&key))).unwrap_or(0);
        way.push(page.child(slot.min(page.count())));
    }
    way
}

/// The children of the parent of a page that is on the way.
pub(super) fn neighbours(tree: &BTree, way: &[PageId], id: PageId) -> Option<Vec<PageId>> {
    let at = way.iter().position(|each| *each == id)?;
    if at == 0 {
        return Some(with_adrift(tree, &[id]));
    }
    let (parent, _) = tree.of_tree(way[at - 1])?;
    Some(with_adrift(tree, &parent.children().collect::<Vec<_>>()))
}

pub(super) fn slot_of(tree: &BTree, parent: PageId, child: PageId) -> usize {
    let page = tree.of_tree(parent).map(|(page, _)| page);
    page.and_then(|page| page.children().position(|each| each == child)).unwrap_or(0)
}

/// How many keys are in the leaves below a page.
pub(super) fn keys_below(tree: &BTree, id: PageId) -> usize {
    match tree.of_tree(id) {
        None => 0,
        Some((page, _)) if page.is_leaf() => page.count(),
        Some((page, _)) => page.children().map(|child| keys_below(tree, child)).sum(),
    }
}
