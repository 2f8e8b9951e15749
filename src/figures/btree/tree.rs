//! The tree in memory: pages as frames that fill up, separators, child pointers, the chain of leaves, and the way of the
//! last descent with what was compared.

use std::collections::BTreeSet;

use super::plan::{HEAD, INNER_HEIGHT, Item, Look, Plan, SLOT};
use super::{Area, touched};
use crate::engine::storage::btree::{BTree, Event, Page, PageId, Source, Standing};
use crate::engine::wording::{count, shown};
use crate::scene::svg::number;
use crate::scene::text::{SMALL, fit, width};
use crate::scene::vocabulary::{Held, cell, cross};
use crate::scene::{Anchor, Point, Scene, Shape, Whence, between};

/// A leaf wider than this shows values beside its keys.
const VALUES_FROM: f32 = 56.0;

/// Why there is no tree to be drawn, where there is none.
pub(super) fn nothing(tree: &BTree) -> Option<&'static str> {
    let none = tree.of_tree(tree.root_id()).is_none() || tree.height == 0;
    none.then(|| if tree.problems.is_empty() { "nothing is in memory" } else { "there is no root to begin at" })
}

pub(super) fn draw(scene: &mut Scene, tree: &BTree, event: Option<&Event>, area: Area) {
    let plan = Plan::new(tree, area);
    let mut painter = Painter { scene, tree, event, touched: touched(event), names: BTreeSet::new() };
    painter.pointers(&plan);
    painter.chain(&plan);
    for item in &plan.items {
        painter.page(item);
    }
    for (at, note) in plan.notes.iter().enumerate() {
        let shape = Shape::new(format!("note {at}"), between(note.x, area.x + 12.0, area.right() - 12.0), note.y);
        painter.push(shape.text(0.0, 0.0, Anchor::Middle, "small", note.text.clone()));
    }
    painter.risen(&plan);
    painter.comparison(&plan, area);
}

struct Painter<'a> {
    scene: &'a mut Scene,
    tree: &'a BTree,
    event: Option<&'a Event>,
    touched: Vec<PageId>,
    /// The names given so far: a damaged tree may hold a key twice.
    names: BTreeSet<String>,
}

impl Painter<'_> {
    fn push(&mut self, mut shape: Shape) {
        if !self.names.insert(shape.key.clone()) {
            shape.key = format!("{} again {}", shape.key, self.names.len());
            shape.selects = false;
        }
        self.scene.push(shape);
    }

    fn pointers(&mut self, plan: &Plan) {
        let way: Vec<PageId> = self.tree.path.visits().iter().map(|visit| visit.page).collect();
        let followed = |from: PageId, to: PageId| way.windows(2).any(|pair| pair == [from, to]);
        for link in &plan.links {
            let (from, to) = (&plan.items[link.from], &plan.items[link.to]);
            let Some((page, _)) = self.tree.of_tree(from.id) else { continue };
            let tail = Point::new(from.x + child_x(&page, from, link.slot), from.y + INNER_HEIGHT - 3.0);
            let head = Point::new(to.x + to.width / 2.0, to.y - 1.0);
            let class = if followed(from.id, to.id) { "path" } else { "pointer" };
            self.push(Shape::arrow(format!("pointer to {}", to.id), tail, head).arrow_class(class));
        }
    }

    /// Each leaf knows the next, where that is shown as well.
    fn chain(&mut self, plan: &Plan) {
        for item in &plan.items {
            let next = self.tree.of_tree(item.id).filter(|(page, _)| page.is_leaf()).and_then(|(page, _)| page.next());
            let Some(to) = next.and_then(|next| plan.items.iter().find(|item| item.id == next)) else { continue };
            if to.x < item.x {
                continue;
            }
            let y = item.y + item.height - 8.0;
            let ends = (Point::new(item.x + item.width, y), Point::new(to.x - 1.0, y));
            self.push(Shape::arrow(format!("chain from {}", item.id), ends.0, ends.1));
        }
    }

    fn page(&mut self, item: &Item) {
        let name = format!("{}", item.id);
        match (item.look, self.tree.of_tree(item.id)) {
            (Look::Subtree { keys }, Some(_)) => self.subtree(item, &name, keys),
            (Look::Cells, Some((page, standing))) => {
                self.frame(item, &name, &page, standing);
                self.cells(item, &page);
            }
            (Look::Bar, Some((page, standing))) => {
                self.frame(item, &name, &page, standing);
            }
            _ => {
                let shape = Shape::new(name.clone(), item.x, item.y)
                    .rect(0.0, 0.0, item.width, item.height, 4.0, "slot")
                    .path(cross(item.width / 2.0, item.height / 2.0 + 6.0, 5.0), "cross")
                    .text(item.width / 2.0, 12.0, Anchor::Middle, "small", fit(&name, item.width, SMALL))
                    .label(format!("{name} can't be read"));
                self.push(shape);
            }
        }
    }

    fn subtree(&mut self, item: &Item, name: &str, keys: usize) {
        let (w, h) = (item.width, item.height);
        let text = count(keys, "key");
        let shape = Shape::new(name, item.x, item.y)
            .path(format!("M{0} 0l{0} {1}h-{2}Z", number(w / 2.0), number(h), number(w)), "subtree")
            .text(w / 2.0, h - 5.0, Anchor::Middle, "small", fit(&text, w, SMALL))
            .label(format!("{name} and all below it: {text}"))
            .selects();
        self.push(shape);
    }

    /// The frame of a page with its number, how it stands to the disk, and its free slots.
    fn frame(&mut self, item: &Item, name: &str, page: &Page, standing: Standing) {
        let (mark, about) = match standing {
            Standing::Clean => ("", "the file has the same"),
            Standing::Dirty => ("●", "changed since it was last written"),
            Standing::Logged => ("○", "safe in the log, not in the file yet"),
        };
        let is_cached = self.tree.in_memory(item.id).is_some();
        let place = if is_cached { "in memory" } else { "not in memory" };
        let title = if width(name, SMALL) + 17.0 < item.width { name.to_owned() } else { item.id.0.to_string() };
        let what = if page.is_leaf() { "leaf" } else { "inner page" };
        let mut shape = Shape::new(name, item.x, item.y)
            .rect(0.0, 0.0, item.width, item.height, 4.0, "frame")
            .text(4.0, 11.0, Anchor::Start, "small", title)
            .text(item.width - 4.0, 11.0, Anchor::End, "small strong", mark)
            .label(format!("{name}, a {what}: {} of {} keys; {place}; {about}", page.count(), page.capacity()))
            .changed(self.touched.contains(&item.id))
            .selects();
        if !is_cached {
            shape = shape.class("cold");
        }
        if let Some(Event::PageRead { page, source, .. }) = self.event
            && *page == item.id
        {
            let record = self.tree.newest_record(*page).filter(|_| *source == Source::Log);
            shape = shape.born(Whence::Shape(record.map_or(format!("place {}", page.0), |at| format!("log {at}"))));
        }
        if let Some(Event::PageCopied { from, to }) = self.event
            && *to == item.id
        {
            shape = shape.born(Whence::Shape(format!("place {}", from.0)));
        }
        if let Some(Event::LeafSplit { left, right, .. } | Event::InnerSplit { left, right, .. }) = self.event
            && *right == item.id
        {
            shape = shape.born(Whence::Shape(format!("{left}")));
        }
        shape = match item.look {
            Look::Cells => (page.count()..page.capacity()).fold(shape, |shape, at| {
                let slot = slot(page, item, at);
                shape.rect(slot.x, slot.y, slot.width, slot.height, 2.0, "slot")
            }),
            _ => self.bar(shape, item, page),
        };
        self.push(shape);
    }

    /// A page of many slots: how full it is, and from where to where its keys go.
    fn bar(&self, shape: Shape, item: &Item, page: &Page) -> Shape {
        let room = item.width - 8.0;
        let share = page.count() as f32 / page.capacity() as f32;
        let count = format!("{}/{}", page.count(), page.capacity());
        let range = [page.keys().next(), page.keys().last()].map(|key| key.map_or(String::new(), |key| key.text()));
        if page.is_leaf() {
            let shape = shape
                .text(4.0, 28.0, Anchor::Start, "key", fit(&range[0], room, 13.0))
                .text(4.0, 44.0, Anchor::Start, "key", fit(&range[1], room, 13.0))
                .rect(4.0, 52.0, room, 6.0, 2.0, "slot")
                .rect(4.0, 52.0, room * share, 6.0, 2.0, "gauge");
            return shape.text(4.0, 69.0, Anchor::Start, "small", fit(&count, room, SMALL));
        }
        let around = self.tree.path.visits().iter().find(|visit| visit.page == item.id).map(|visit| visit.slot);
        let text = match around {
            Some(slot) => {
                let key = |at: Option<usize>| at.map_or("…".to_owned(), |at| page.key(at).text());
                let (low, high) = (slot.checked_sub(1), (slot < page.count()).then_some(slot));
                format!("{} → {}", key(low), key(high))
            }
            None => format!("{} … {}", range[0], range[1]),
        };
        shape
            .text(item.width / 2.0, 27.0, Anchor::Middle, "key", fit(&text, room, 13.0))
            .rect(4.0, 31.0, room, 5.0, 2.0, "slot")
            .rect(4.0, 31.0, room * share, 5.0, 2.0, "gauge")
    }

    fn cells(&mut self, item: &Item, page: &Page) {
        let written = match self.event {
            Some(Event::Inserted { key, .. } | Event::Replaced { key, .. } | Event::Found { key, .. }) => Some(*key),
            Some(Event::LeafSplit { key, .. }) => Some(*key),
            Some(Event::Borrowed { separator, .. }) => Some(*separator),
            _ => None,
        };
        let risen = match self.event {
            Some(
                Event::SeparatorAdded { separator, .. }
                | Event::RootGrown { separator, .. }
                | Event::Borrowed { separator, .. },
            ) => Some(*separator),
            _ => None,
        };
        for at in 0..page.count() {
            let (key, place) = (page.key(at), slot(page, item, at));
            let text = key.text();
            let value =
                if page.is_leaf() { String::from_utf8_lossy(page.value(at)).into_owned() } else { String::new() };
            let held = if page.is_leaf() && item.width >= VALUES_FROM { Held::Value(&value) } else { Held::Nothing };
            let name = if page.is_leaf() { format!("key {text}") } else { format!("separator {text}") };
            let (x, y) = (item.x + place.x, item.y + place.y);
            let is_cached = self.tree.in_memory(item.id).is_some();
            let mut shape = cell(name, x, y, place.width, place.height, &text, held);
            shape = if page.is_leaf() {
                shape.label(format!("{key} = {}", shown(&value))).changed(written == Some(key)).selects()
            } else {
                let label = format!("separator {key}: smaller keys to its left, others to its right");
                shape.label(label).changed(risen == Some(key)).born(Whence::Shape(format!("key {text}")))
            };
            self.push(if is_cached { shape } else { shape.class("cold") });
        }
    }

    /// The separator between the halves of a split, on its way to the parent.
    fn risen(&mut self, plan: &Plan) {
        let Some(adrift) = self.tree.adrift else { return };
        let find = |id: PageId| plan.items.iter().find(|item| item.id == id);
        let (Some(left), Some(right)) = (find(adrift.left), find(adrift.right)) else { return };
        let text = adrift.separator.text();
        let wide = between(width(&text, 13.0) + 18.0, 28.0, 90.0);
        let x = (left.x + left.width + right.x - wide) / 2.0;
        let shape = cell(format!("separator {text}"), x, left.y - SLOT - 3.0, wide, SLOT - 2.0, &text, Held::Nothing);
        let from = Whence::Shape(format!("key {text}"));
        self.push(shape.changed(true).born(from).label(format!("separator {}, for the parent", adrift.separator)));
    }

    /// A magnifier above the page that is looked at, with what is compared there.
    fn comparison(&mut self, plan: &Plan, area: Area) {
        let (page, text) = match self.event {
            Some(Event::Descended { page, key, above, below, .. }) => {
                let sides = [above.map(|above| format!("≥ {above}")), below.map(|below| format!("< {below}"))];
                (page, format!("{key} {}", sides.into_iter().flatten().collect::<Vec<_>>().join(", ")))
            }
            Some(Event::LeafReached { page, key }) => (page, format!("{key}?")),
            Some(Event::Found { page, key, .. }) => (page, format!("{key} is here")),
            Some(Event::NotFound { page, key }) => (page, format!("{key} isn't here")),
            _ => return,
        };
        let Some(item) = plan.items.iter().find(|item| item.id == *page) else { return };
        let shown = fit(&text, area.width * 0.6, SMALL);
        let room = width(&shown, SMALL) + 24.0;
        let x = (item.x + item.width / 2.0 + 10.0).min(area.right() - room);
        let y = (item.y - 18.0).max(area.y - 6.0);
        let shape = Shape::new("comparison", x, y)
            .rect(0.0, 0.0, room, 16.0, 8.0, "lens")
            .circle(9.0, 7.0, 4.0, "lens-glass")
            .path("M12 10L15 13", "lens-glass")
            .text(19.0, 11.5, Anchor::Start, "small strong", shown);
        self.push(shape);
    }
}

/// Where a slot of a page stands, relative to the page.
fn slot(page: &Page, item: &Item, at: usize) -> Area {
    if page.is_leaf() {
        return Area { x: 3.0, y: HEAD + at as f32 * SLOT, width: item.width - 6.0, height: SLOT - 2.0 };
    }
    let each = (item.width - 4.0) / page.capacity() as f32;
    Area { x: 2.0 + at as f32 * each + 3.0, y: HEAD, width: each - 6.0, height: SLOT - 2.0 }
}

/// Where the pointer to a child leaves an inner page: between the separators around it.
fn child_x(page: &Page, item: &Item, slot: usize) -> f32 {
    let each = (item.width - 8.0) / page.capacity() as f32;
    4.0 + slot as f32 * each
}
