//! How many rows the shelves of the levels have, and which keys their tables begin and end at.

use super::output_level;
use crate::engine::key::Key;
use crate::engine::storage::lsm::Lsm;
use crate::engine::storage::lsm::version::LEVELS;

/// The last level that is shown.
pub(super) fn last(tree: &Lsm) -> usize {
    tree.version().deepest().unwrap_or(0).clamp(2, LEVELS - 1)
}

/// How many rows of tables there are, and how many levels without one.
pub(super) fn rows(tree: &Lsm) -> (usize, usize) {
    let levels = || 0..=last(tree);
    let rows = levels().filter(|level| !is_empty(tree, *level)).map(|level| rows_of(tree, level));
    (rows.sum(), levels().filter(|level| is_empty(tree, *level)).count())
}

/// Nothing is there, and nothing is being written for it.
pub(super) fn is_empty(tree: &Lsm, level: usize) -> bool {
    tree.version().level(level).is_empty() && output_level(tree) != Some(level)
}

/// A row for each table where tables overlap, one for all where they do not.
pub(super) fn rows_of(tree: &Lsm, level: usize) -> usize {
    let tables = tree.version().level(level).len();
    let pending = usize::from(output_level(tree) == Some(level));
    if tree.settings.policy.is_sorted(level) { usize::from(tables > 0) + pending } else { tables + pending }
}

/// All of them, in order.
pub(super) fn bounds(tree: &Lsm) -> Vec<Key> {
    let mut bounds: Vec<Key> = Vec::new();
    for (_, table) in tree.version().tables() {
        for key in [&table.meta.smallest, &table.meta.largest] {
            if let Err(place) = bounds.binary_search(key) {
                bounds.insert(place, key.clone());
            }
        }
    }
    bounds
}
