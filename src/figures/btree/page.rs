//! The page that a step is about, part by part as its bytes have it, from the header to the room that is free; and the pool of
//! pages while nothing is in it.

use super::walk::rows;
use super::{Area, touched};
use crate::engine::Span;
use crate::engine::storage::btree::{BTree, Event, Page, PageId};
use crate::engine::wording::{count, shown};
use crate::scene::area::GAP;
use crate::scene::parts::{CELL, NODE};
use crate::scene::rows::{CLOSE, boxed, put};
use crate::scene::text::Face;
use crate::scene::vocabulary::tint;
use crate::scene::{Anchor, Breadth, Scene, Shape};

/// Its least breadth beside a tree, and how high it is below one.
const BESIDE: f32 = 2.0 * (CELL + 2.0 * GAP);
/// A tree of so few leaves leaves it half of the breadth.
const FEW: usize = 4;
const BELOW_ROWS: usize = 5;
pub(super) const BELOW: f32 = BELOW_ROWS as f32 * CLOSE + GAP;
/// So many frames of the pool are drawn.
const MOST_FRAMES: usize = 8;

/// How wide it is beside a tree.
pub(super) fn beside(tree: &BTree, width: f32) -> f32 {
    let few = rows(tree, FEW).is_some_and(|rows| rows.last().is_some_and(|leaves| leaves.len() <= FEW));
    if few && tree.height <= 2 { width / 2.0 } else { BESIDE }
}

/// The page: what a step has touched, or where the last descent has ended, or the root.
fn focus(tree: &BTree, event: Option<&Event>) -> Option<PageId> {
    let is_there = |id: &PageId| tree.of_tree(*id).is_some();
    let visited = tree.path.visits().iter().rev().map(|visit| visit.page);
    touched(event).into_iter().chain(visited).chain([tree.root_id()]).find(is_there)
}

/// A part of a page: what it is, what it holds, and the wash of its key.
struct Part {
    name: String,
    holds: String,
    /// The same in words, where keys and values may read as some.
    said: String,
    wash: &'static str,
}

/// Header fields, keys with their values, children, and how much is free.
fn parts(page: &Page, spans: &[Span]) -> Vec<Part> {
    let plain = |name: &str, holds: String| Part { name: name.to_owned(), said: holds.clone(), holds, wash: "" };
    let header = spans.iter().filter(|span| !["key", "value", "child", "kind", "page"].contains(&&*span.label));
    let mut parts: Vec<Part> = header.map(|span| plain(&span.label, span.value.clone())).collect();
    let of = |label: &'static str| spans.iter().filter(move |span| span.label == label);
    for (place, key) in of("key").enumerate() {
        let value = of("value").nth(place).map(|span| span.value.as_str());
        let name = format!("byte {}", key.range.start);
        let holds = value.map_or(key.value.clone(), |value| format!("{} = {value}", key.value));
        let in_words = page.key(place);
        let said = match value {
            Some(value) => format!("{in_words} = {}", shown(value)),
            None => in_words.to_string(),
        };
        parts.push(Part { name, holds, said, wash: tint(&key.value) });
    }
    for child in of("child") {
        parts.push(plain(&format!("byte {}", child.range.start), format!("→ {}", child.value)));
    }
    let free = page.capacity() - page.count();
    parts.push(plain("free", count(free, "slot")));
    parts
}

/// Draws it from the top of an area down, in columns, as much as there is room for.
pub(super) fn draw(scene: &mut Scene, tree: &BTree, event: Option<&Event>, mut area: Area) {
    let Some(id) = focus(tree, event) else { return };
    let (Some((page, _)), Some(spans)) = (tree.of_tree(id), tree.page_spans(id)) else { return };
    let what = if page.is_leaf() { "a leaf" } else { "an inner page" };
    let head = area.cut_top(CLOSE);
    let title = format!("{id}, {what}, byte by byte");
    let shape = Shape::new("page head", head.x, head.y);
    scene.push(put(shape, head.own(), Anchor::Start, "small strong", title));
    let parts = parts(&page, &spans);
    let columns = if area.width > 2.0 * (BESIDE - GAP) { 3 } else { 2 };
    let rows = ((area.height / CLOSE) as usize).max(1).min(parts.len().div_ceil(columns));
    let pitch = (area.height / rows as f32).min(NODE);
    // Keys and what is free matter more than the head of the page.
    let hidden = parts.len().saturating_sub(columns * rows);
    for (place, part) in parts[hidden..].iter().enumerate() {
        let mut at = area.column(columns, place / rows);
        at.cut_top((place % rows) as f32 * pitch);
        let at = at.cut_top(pitch);
        let ground = Area { height: pitch - 1.0, ..at };
        let shape = boxed(format!("part {place}"), ground, 2.0, if part.wash.is_empty() { "says" } else { part.wash });
        let mut own = at.own();
        own.cut_left(GAP / 2.0);
        own.cut_right(GAP / 2.0);
        let shape =
            put(shape, own.cut_left(Face::of("small").width(&part.name) + GAP), Anchor::Start, "small", &part.name);
        let class = if Face::of("small data plain").width(&part.holds) > own.width {
            "small plain"
        } else {
            "small data plain"
        };
        scene.push(put(shape, own, Anchor::End, class, &part.holds).label(format!("{}: {}", part.name, part.said)));
    }
}

/// The frames of the pool, all of them empty.
pub(super) fn draw_empty(scene: &mut Scene, tree: &BTree, area: Area, breadth: Breadth, text: &str) {
    let (_, room) = tree.cached();
    let shown = room.min(if breadth == Breadth::Wide { MOST_FRAMES } else { MOST_FRAMES / 2 });
    for place in 0..shown {
        let at = area.column(shown, place);
        let says = match place {
            0 => text,
            _ if place + 1 == shown && room > shown => "and more",
            _ => "room for a page",
        };
        let shape = boxed(format!("frame {place}"), at, 2.0, "slot");
        let face = Face::of("small");
        let lines = face.wrap(says, at.width - GAP, 4);
        let mut rest = at.own().low(lines.len() as f32 * CLOSE);
        let shape =
            lines.iter().fold(shape, |shape, line| put(shape, rest.cut_top(CLOSE), Anchor::Middle, "small", line));
        scene.push(shape.label("a frame of the pool: empty"));
    }
}
