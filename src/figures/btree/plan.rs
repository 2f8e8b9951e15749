//! Where the pages of the tree go. The whole tree is shown as long as there is room; then only the way of the last
//! descent, with its neighbours, and all else as triangles with a count.

use super::Area;
use super::item::{Item, Link, Look, Note};
use super::row::{evenly, spread};
use super::walk::{focus, keys_below, neighbours, rows, slot_of};
use crate::engine::storage::btree::{BTree, PageId};
use crate::scene::between;
use crate::scene::parts::CELL;
use crate::scene::text::{SIZE, width};

/// The line above the keys of a page, with its number.
pub(super) const HEAD: f32 = 15.0;
/// A slot of a leaf, and the slots of an inner page.
pub(super) const SLOT: f32 = 19.0;
/// More slots than this are not shown one by one, but as a bar that fills up.
const MOST_SLOTS: usize = 7;
/// More shapes than this are slow to move, and nobody can follow them.
const MOST_SHAPES: usize = 280;
/// The breadth of a leaf with few slots: at least, if there is room, and at most.
const LEAF: (f32, f32) = (84.0, 220.0);
const BAR_HEIGHT: f32 = 74.0;
pub(super) const INNER_HEIGHT: f32 = HEAD + SLOT + 4.0;
/// Room for an arrow between two leaves.
pub(super) const LEAF_GAP: f32 = 14.0;
const INNER_GAP: f32 = 10.0;
/// From the top of a level to the next, at least.
const LEAST_PITCH: f32 = INNER_HEIGHT + 18.0;
pub(super) const BEST_PITCH: f32 = 80.0;
/// More levels than this make no stage higher.
pub(super) const MOST_LEVELS: usize = 4;

#[derive(Debug, Default)]
pub(super) struct Plan {
    pub items: Vec<Item>,
    pub links: Vec<Link>,
    pub notes: Vec<Note>,
}

/// How wide the pages of a plan are.
#[derive(Clone, Copy)]
struct Sizes {
    leaf: f32,
    leaf_height: f32,
    inner: f32,
    look: Look,
}

impl Plan {
    pub(super) fn new(tree: &BTree, area: Area) -> Plan {
        Plan::whole(tree, area).unwrap_or_else(|| Plan::window(tree, area))
    }

    /// All pages, if they fit.
    pub(super) fn whole(tree: &BTree, area: Area) -> Option<Plan> {
        let rows = rows(tree, MOST_SHAPES)?;
        let sizes = sizes(tree, area, rows.last()?.len(), rows.iter().flatten().copied())?;
        let widest = rows.iter().rev().skip(1).map(Vec::len).max().unwrap_or(1);
        let room = (area.width + INNER_GAP) / widest as f32 - INNER_GAP;
        let sizes = Sizes { inner: sizes.inner.max(room.min((tree.order() - 1) as f32 * CELL)), ..sizes };
        let pages: usize = rows.iter().map(Vec::len).sum();
        let cells = if sizes.look == Look::Cells { tree.key_count() as usize } else { 0 };
        let pitch = pitch(area, rows.len(), sizes)?;
        if 3 * pages + cells > MOST_SHAPES {
            return None;
        }
        let mut plan = Plan::default();
        let mut below: Vec<(PageId, usize)> = Vec::new();
        for (floor, row) in rows.iter().rev().enumerate() {
            let is_leaf = floor == 0;
            let (own, height) = if is_leaf { (sizes.leaf, sizes.leaf_height) } else { (sizes.inner, INNER_HEIGHT) };
            let gap = if is_leaf { LEAF_GAP } else { INNER_GAP };
            let mut middles = if is_leaf {
                evenly(area, row.len(), own + gap)
            } else {
                row.iter().map(|id| plan.middle_of_children(tree, *id, &below)).collect()
            };
            spread(&mut middles, own + gap, area)?;
            let y = area.bottom() - sizes.leaf_height - floor as f32 * pitch;
            let first = plan.items.len();
            for (id, middle) in row.iter().zip(&middles) {
                let look = if tree.of_tree(*id).is_some() { sizes.look } else { Look::Missing };
                plan.items.push(Item { id: *id, look, x: middle - own / 2.0, y, width: own, height });
            }
            for at in first..plan.items.len() {
                plan.link(tree, at, &below);
            }
            below = row.iter().enumerate().map(|(at, id)| (*id, first + at)).collect();
        }
        Some(plan)
    }

    /// The way to one leaf, with as many neighbours as there is room for.
    fn window(tree: &BTree, area: Area) -> Plan {
        let mut plan = Plan::default();
        let way = focus(tree);
        let all =
            way.iter().copied().chain(way.last().and_then(|last| neighbours(tree, &way, *last)).into_iter().flatten());
        let sizes = sizes(tree, area, 1, all).unwrap_or(Sizes {
            leaf: 60.0,
            leaf_height: BAR_HEIGHT,
            inner: 120.0,
            look: Look::Bar,
        });
        let most = (((area.height - sizes.leaf_height) / LEAST_PITCH) as usize + 1).max(2);
        let hidden = way.len().saturating_sub(most);
        let shown: Vec<usize> = (0..way.len()).filter(|at| *at == 0 || *at > hidden).collect();
        let pitch = pitch(area, shown.len(), sizes).unwrap_or(LEAST_PITCH);
        let mut above: Option<usize> = None;
        for (row, at) in shown.iter().enumerate() {
            let y = area.bottom() - sizes.leaf_height - (shown.len() - 1 - row) as f32 * pitch;
            let jumped = *at > 0 && row > 0 && shown[row - 1] + 1 != *at;
            let first = plan.items.len();
            let focus = plan.window_row(tree, area, &way, *at, y, sizes);
            if let Some(parent) = above {
                if jumped {
                    let text = format!("{hidden} more levels");
                    plan.notes.push(Note { x: plan.items[focus].x, y: y - 14.0, text });
                    let slot = slot_of(tree, plan.items[parent].id, way[1]);
                    plan.links.push(Link { from: parent, slot, to: focus });
                } else {
                    let row: Vec<_> = (first..plan.items.len()).map(|at| (plan.items[at].id, at)).collect();
                    plan.link(tree, parent, &row);
                }
            }
            above = Some(focus);
        }
        plan
    }

    /// One level of a window: the page on the way, and its neighbours under the same parent. Returns the item on the way.
    fn window_row(&mut self, tree: &BTree, area: Area, way: &[PageId], at: usize, y: f32, sizes: Sizes) -> usize {
        let id = way[at];
        let family = neighbours(tree, way, id).unwrap_or_else(|| vec![id]);
        let is_leaf = at + 1 == way.len();
        let (own, height) = if is_leaf { (sizes.leaf, sizes.leaf_height) } else { (sizes.inner, INNER_HEIGHT) };
        let other = if is_leaf { own } else { 78.0 };
        let gap = LEAF_GAP;
        // Notes on both sides say how many there are beyond.
        let room = ((area.width - own - 90.0) / (other + gap)).max(0.0) as usize;
        let place = family.iter().position(|each| *each == id).unwrap_or(0);
        let start = place.saturating_sub(room / 2).min(family.len().saturating_sub(room + 1));
        let end = (start + room + 1).min(family.len());
        let total = own + (end - start - 1) as f32 * (other + gap);
        let mut x = area.x + (area.width - total) / 2.0;
        if start > 0 {
            self.notes.push(Note { x: x - 24.0, y: y + 30.0, text: format!("+{start}") });
        }
        let mut focus = self.items.len();
        for each in &family[start..end] {
            let on_the_way = *each == id;
            let look = match tree.of_tree(*each) {
                None => Look::Missing,
                Some(_) if is_leaf || on_the_way => sizes.look,
                Some(_) => Look::Subtree { keys: keys_below(tree, *each) },
            };
            let (width, height) = if on_the_way || is_leaf { (own, height) } else { (other, INNER_HEIGHT) };
            if on_the_way {
                focus = self.items.len();
            }
            self.items.push(Item { id: *each, look, x, y, width, height });
            x += width + gap;
        }
        if end < family.len() {
            self.notes.push(Note { x: x + 10.0, y: y + 30.0, text: format!("+{}", family.len() - end) });
        }
        focus
    }

    /// The pointers from an item to those of the row below that are its children.
    fn link(&mut self, tree: &BTree, from: usize, below: &[(PageId, usize)]) {
        let Some((page, _)) = tree.of_tree(self.items[from].id) else { return };
        for (slot, child) in page.children().enumerate() {
            if let Some((_, to)) = below.iter().find(|(id, _)| *id == child) {
                self.links.push(Link { from, slot, to: *to });
            }
        }
    }
}

pub(super) fn leaf_height(slots: usize) -> f32 {
    if slots > MOST_SLOTS { BAR_HEIGHT } else { HEAD + slots as f32 * SLOT + 3.0 }
}

/// How wide leaves and inner pages are, so that `leaves` of them stand side by side; `None` if they cannot.
fn sizes(tree: &BTree, area: Area, leaves: usize, pages: impl Iterator<Item = PageId>) -> Option<Sizes> {
    let slots = tree.order() - 1;
    let each = (area.width + LEAF_GAP) / leaves as f32 - LEAF_GAP;
    if slots > MOST_SLOTS {
        let leaf = each.min(86.0);
        return (leaf >= 30.0).then_some(Sizes {
            leaf,
            leaf_height: leaf_height(slots),
            inner: 120.0,
            look: Look::Bar,
        });
    }
    let (mut entry, mut separator) = (0.0_f32, 0.0_f32);
    for (page, _) in pages.filter_map(|id| tree.of_tree(id)) {
        for at in 0..page.count() {
            let key = width(&page.key(at).text(), SIZE);
            if page.is_leaf() {
                entry = entry.max(key + width(&String::from_utf8_lossy(page.value(at)), SIZE) + 24.0);
            } else {
                separator = separator.max(key + 24.0);
            }
        }
    }
    // Beside a leaf of a window stand its neighbours.
    let is_alone = leaves == 1 && tree.height > 1;
    let wished = if is_alone { LEAF.0 } else { between(each, LEAF.0, LEAF.1) };
    let leaf = between(entry, wished, LEAF.1).min(each);
    let inner = between(separator, 2.0 * SLOT, (area.width / slots as f32).min(100.0)) * slots as f32 + 4.0;
    let leaf_height = leaf_height(slots);
    (leaf >= 36.0).then_some(Sizes { leaf, leaf_height, inner, look: Look::Cells })
}

/// From the top of one level to the next; `None` if there are too many levels.
fn pitch(area: Area, levels: usize, sizes: Sizes) -> Option<f32> {
    if levels == 1 {
        return Some(BEST_PITCH);
    }
    // Above the root there is room for what is compared.
    let pitch = ((area.height - sizes.leaf_height - SLOT) / (levels - 1) as f32).min(BEST_PITCH);
    (pitch >= LEAST_PITCH).then_some(pitch)
}
