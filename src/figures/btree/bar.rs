//! A page of many slots: how full it is, and from where to where its keys go.

use super::item::Item;
use super::plan::HEAD;
use super::tree::EDGE;
use crate::engine::storage::btree::{BTree, Page};
use crate::scene::parts::gauge;
use crate::scene::rows::{CLOSE, put};
use crate::scene::{Anchor, Shape};

/// How high the bar is that it fills.
const BAR: f32 = EDGE + 2.0;

/// Draws it into the frame of its page.
pub(super) fn draw(shape: Shape, tree: &BTree, item: &Item, page: &Page) -> Shape {
    let mut inside = item.own().inset(EDGE);
    inside.cut_top(HEAD - EDGE);
    let share = page.count() as f32 / page.capacity() as f32;
    let range = [page.keys().next(), page.keys().last()].map(|key| key.map_or(String::new(), |key| key.text()));
    if page.is_leaf() {
        let shape = range.iter().fold(shape, |shape, key| put(shape, inside.cut_top(CLOSE), Anchor::Start, "key", key));
        let shape = gauge(shape, inside.cut_top(BAR), share, "gauge");
        let count = format!("{}/{}", page.count(), page.capacity());
        return put(shape, inside, Anchor::Start, "small", count);
    }
    let around = tree.path.visits().iter().find(|visit| visit.page == item.id).map(|visit| visit.slot);
    let text = match around {
        Some(slot) => {
            let key = |at: Option<usize>| at.map_or("…".to_owned(), |at| page.key(at).text());
            let (low, high) = (slot.checked_sub(1), (slot < page.count()).then_some(slot));
            format!("{} → {}", key(low), key(high))
        }
        None => format!("{} … {}", range[0], range[1]),
    };
    let fill = inside.cut_bottom(BAR);
    gauge(put(shape, inside, Anchor::Middle, "key", text), fill, share, "gauge")
}
