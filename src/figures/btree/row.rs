//! Pages of a level side by side.

use super::Area;
use super::plan::{LEAF_GAP, Plan};
use crate::engine::storage::btree::{BTree, PageId};

/// The middles of `many` pages side by side, in the middle of the area.
pub(super) fn evenly(area: Area, many: usize, step: f32) -> Vec<f32> {
    let start = area.x + area.width / 2.0 - step * (many - 1) as f32 / 2.0;
    (0..many).map(|at| start + at as f32 * step).collect()
}

/// Moves middles apart until no two are nearer than `step`, all within the area; `None` if there is no room.
pub(super) fn spread(middles: &mut [f32], step: f32, area: Area) -> Option<()> {
    let half = step / 2.0 - LEAF_GAP / 2.0;
    if (middles.len() as f32 - 1.0) * step + 2.0 * half > area.width + 1.0 {
        return None;
    }
    let mut least = area.x + half;
    for middle in middles.iter_mut() {
        *middle = middle.max(least);
        least = *middle + step;
    }
    let mut most = area.right() - half;
    for middle in middles.iter_mut().rev() {
        *middle = middle.min(most);
        most = *middle - step;
    }
    Some(())
}

impl Plan {
    /// Above its children, which stand in the row below.
    pub(super) fn middle_of_children(&self, tree: &BTree, id: PageId, below: &[(PageId, usize)]) -> f32 {
        let Some((page, _)) = tree.of_tree(id) else { return 0.0 };
        let children: Vec<PageId> = page.children().collect();
        let items = below.iter().filter(|(child, _)| children.contains(child)).map(|(_, at)| &self.items[*at]);
        let middles: Vec<f32> = items.map(|item| item.x + item.width / 2.0).collect();
        match (middles.first(), middles.last()) {
            (Some(first), Some(last)) => (first + last) / 2.0,
            _ => 0.0,
        }
    }
}
