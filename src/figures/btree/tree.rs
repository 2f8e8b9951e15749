//! The tree in memory: pages as frames that fill up, separators, child pointers, the chain of leaves, and the way of the
//! last descent with what was compared.

use std::collections::BTreeSet;

use super::item::{Item, Look};
use super::plan::{HEAD, INNER_HEIGHT, Plan, SLOT};
use super::{Area, bar, touched};
use crate::engine::storage::btree::{BTree, Event, Page, PageId, Source, Standing};
use crate::engine::wording::{count, shown};
use crate::scene::area::GAP;
use crate::scene::parts::{CELL, PAD};
use crate::scene::rows::{APART, CLOSE, put};
use crate::scene::svg::number;
use crate::scene::text::Face;
use crate::scene::vocabulary::{Held, cell, cross, lens};
use crate::scene::{Anchor, Point, Scene, Shape, Whence, between};

/// A leaf wider than this shows values beside its keys.
const VALUES_FROM: f32 = 3.0 * SLOT;
/// From the edge of a page to what is in it.
pub(super) const EDGE: f32 = GAP / 2.0;

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
        let shape = Shape::new(format!("note {at}"), between(note.x, area.x + PAD, area.right() - PAD), note.y);
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
            let tail = Point::new(from.x + child_x(&page, from, link.slot), from.y + INNER_HEIGHT - APART);
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
            let y = item.y + item.height - GAP;
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
                let mut own = item.own();
                let shape =
                    Shape::new(name.clone(), item.x, item.y).rect(0.0, 0.0, own.width, own.height, EDGE, "slot");
                let shape = put(shape, own.cut_top(CLOSE), Anchor::Middle, "small", &name);
                let shape = shape
                    .path(cross(own.middle().x, own.middle().y, EDGE + 1.0), "cross")
                    .label(format!("{name} can't be read"));
                self.push(shape);
            }
        }
    }

    fn subtree(&mut self, item: &Item, name: &str, keys: usize) {
        let text = count(keys, "key");
        let mut own = item.own();
        let triangle = format!("M{0} 0l{0} {1}h-{2}Z", number(own.middle().x), number(own.height), number(own.width));
        let shape = Shape::new(name, item.x, item.y).path(triangle, "subtree");
        let shape = put(shape, own.cut_bottom(CLOSE), Anchor::Middle, "small", &text)
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
        let mut head = item.own().cut_top(HEAD);
        head.cut_left(EDGE);
        head.cut_right(EDGE);
        let fits = Face::of("small").width(name) + Face::of("small strong").width("●") <= head.width;
        let title = if fits { name.to_owned() } else { item.id.0.to_string() };
        let what = if page.is_leaf() { "leaf" } else { "inner page" };
        let shape = Shape::new(name, item.x, item.y).rect(0.0, 0.0, item.width, item.height, EDGE, "frame");
        let shape = put(shape, head, Anchor::Start, "small", title);
        let mut shape = put(shape, head, Anchor::End, "small strong", mark)
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
            _ => bar::draw(shape, self.tree, item, page),
        };
        self.push(shape);
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
        let wide = between(Face::of("key").width(&text) + 2.0 * GAP, SLOT, CELL);
        let x = (left.x + left.width + right.x - wide) / 2.0;
        let shape = cell(format!("separator {text}"), x, left.y - SLOT - APART, wide, SLOT - 2.0, &text, Held::Nothing);
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
        let shown = Face::of("small strong").fit(&text, area.width / 2.0);
        let (shape, room) = lens("comparison", &shown);
        let x = (item.x + item.width / 2.0 + GAP).min(area.right() - room);
        let y = (item.y - SLOT + 1.0).max(area.y - GAP);
        self.push(Shape { at: Point::new(x, y), ..shape });
    }
}

/// Where a slot of a page stands, relative to the page.
fn slot(page: &Page, item: &Item, at: usize) -> Area {
    if page.is_leaf() {
        return Area { x: APART, y: HEAD + at as f32 * SLOT, width: item.width - 2.0 * APART, height: SLOT - 2.0 };
    }
    let each = (item.width - EDGE) / page.capacity() as f32;
    let place = Area { x: EDGE / 2.0 + at as f32 * each, y: HEAD, width: each, height: SLOT - 2.0 };
    Area { x: place.x + APART, width: place.width - 2.0 * APART, ..place }
}

/// Where the pointer to a child leaves an inner page: between the separators around it.
fn child_x(page: &Page, item: &Item, slot: usize) -> f32 {
    let each = (item.width - 2.0 * EDGE) / page.capacity() as f32;
    EDGE + slot as f32 * each
}
