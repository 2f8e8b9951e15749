//! How a B-tree is drawn: above the tree as pages, dashed where they are not in memory; below, on the disk, the file of pages as a row of squares
//! in the order of the file, and beside it what it takes to survive a crash.

mod bar;
mod file;
mod item;
mod page;
mod place;
mod plan;
mod row;
mod tree;
mod walk;

use super::{About, Fault, Figure, plug};
use crate::engine::Dump;
use crate::engine::key::Key;
use crate::engine::storage::btree::{BTree, Event, KeySlot, PageId, Survival};
use crate::engine::wording::count;
use crate::scene::area::{Area, GAP};
use crate::scene::parts::ROW;
use crate::scene::text::{SMALL, fit};
use crate::scene::vocabulary::{LINE, memory};
use crate::scene::{Anchor, Breadth, Scene, Shape};

pub struct BTreeFigure;

/// The room of the name of memory.
const HEAD: f32 = LINE;

fn most_height(breadth: Breadth) -> f32 {
    if breadth == Breadth::Wide { 450.0 } else { 460.0 }
}

/// Where the tree stands, and where one of its pages is shown part by part.
fn parts(tree: &BTree, mut inside: Area, breadth: Breadth) -> [Area; 2] {
    let part = match breadth {
        Breadth::Wide => inside.cut_right(page::beside(tree, inside.width)),
        Breadth::Narrow => inside.cut_bottom(page::BELOW),
    };
    match breadth {
        Breadth::Wide => inside.cut_right(GAP),
        Breadth::Narrow => inside.cut_bottom(GAP),
    };
    [inside, part]
}

impl Figure for BTreeFigure {
    type Engine = BTree;

    const ABOUT: About = About {
        kind: "btree",
        title: "B-tree",
        summary: "Sorted keys in pages of fixed size, which split and merge in place, and what a crash makes of that.",
        chapter: "storage/b-trees",
        example: "put 10 a; put 20 b; put 30 c; put 15 d; put 25 e; put 5 f; get 15; delete 20; put 12 g @4; crash; scan 5 30",
    };

    const PLUG: Option<&'static str> = Some(plug::CRASH);

    fn height(tree: &BTree, breadth: Breadth) -> Option<f32> {
        let [above, below] = parts(tree, Area::stage(breadth, 0.0).inset(2.0 * GAP), breadth);
        let least = walk::height(tree, above.width) + if breadth == Breadth::Wide { 0.0 } else { below.height + GAP };
        let damaged = if tree.problems.is_empty() { 0.0 } else { ROW };
        Some((least + damaged + HEAD + file::height(tree, breadth) + 4.0 * GAP).min(most_height(breadth)))
    }

    fn draw(tree: &BTree, event: Option<&Event>, breadth: Breadth) -> Scene {
        Self::draw_on(tree, event, breadth, most_height(breadth))
    }

    /// The disk stands at the foot of the stage, and the tree on it.
    fn draw_on(tree: &BTree, event: Option<&Event>, breadth: Breadth, height: f32) -> Scene {
        let mut above = Area::stage(breadth, height).inset(GAP);
        let below = above.cut_bottom(file::height(tree, breadth));
        above.cut_bottom(GAP);
        let mut scene = Scene::new(breadth.width(), height);
        scene.push(memory("memory", above.x, above.y, above.width, above.height, &memory_name(tree, breadth)));
        let mut inside = above.inset(GAP);
        inside.cut_top(HEAD - GAP);
        if let Some(problem) = tree.problems.first() {
            let line = inside.cut_top(ROW);
            let text = fit(&format!("damaged: {problem}"), inside.width, SMALL);
            let shape = Shape::new("damage", line.x, line.y).label(problem.to_string());
            scene.push(shape.text(0.0, SMALL, Anchor::Start, "small bad", text));
        }
        if let Some(why) = tree::nothing(tree) {
            page::draw_empty(&mut scene, tree, inside, breadth, why);
        } else {
            let [inside, beside] = parts(tree, inside, breadth);
            tree::draw(&mut scene, tree, event, inside);
            page::draw(&mut scene, tree, event, beside);
        }
        file::draw(&mut scene, tree, event, below, breadth);
        scene
    }

    fn faults(_: &BTree) -> Vec<Fault> {
        plug::crash()
    }

    fn dump(tree: &BTree, key: &str) -> Option<Dump> {
        if let Some(offset) = key.strip_prefix("log ") {
            return tree.dump_record(offset.parse().ok()?);
        }
        if let Some(key) = key.strip_prefix("key ") {
            return tree.dump_page(leaf_of(tree, &KeySlot::new(&Key::new(key)).ok()?)?);
        }
        let number = key.strip_prefix("page ").or_else(|| key.strip_prefix("place "))?;
        tree.dump_page(PageId(number.parse().ok()?))
    }
}

fn memory_name(tree: &BTree, breadth: Breadth) -> String {
    let keys = count(tree.key_count(), "key");
    let levels = match tree.height {
        0 => return "memory: empty".to_owned(),
        many => count(many, "level"),
    };
    let (held, room) = tree.cached();
    let pages = count(held, "page");
    match (breadth, tree.survival) {
        (Breadth::Wide, Survival::Log) => format!(
            "memory: {keys}, {levels} · {pages}, room for {room}; dashed: on the disk only · ● changed · ○ safe in the log"
        ),
        (Breadth::Wide, _) => {
            format!("memory: {keys}, {levels} · {pages}, room for {room}; dashed: on the disk only · ● changed")
        }
        (Breadth::Narrow, Survival::Log) => format!("{keys}, {levels} · {held}/{room} pages · ● changed ○ logged"),
        (Breadth::Narrow, _) => format!("{keys}, {levels} · {held}/{room} pages in memory · ● changed"),
    }
}

/// The leaf that a search for the key ends in.
fn leaf_of(tree: &BTree, key: &KeySlot) -> Option<PageId> {
    let mut id = tree.root_id();
    loop {
        let (page, _) = tree.of_tree(id)?;
        if page.is_leaf() {
            return Some(id);
        }
        id = page.child(page.child_for(key));
    }
}

/// The pages in memory that a step has changed or looked at.
fn touched(event: Option<&Event>) -> Vec<PageId> {
    match event {
        Some(
            Event::PageRead { page, .. }
            | Event::Descended { page, .. }
            | Event::LeafReached { page, .. }
            | Event::Found { page, .. }
            | Event::NotFound { page, .. }
            | Event::LeafScanned { page, .. }
            | Event::Inserted { page, .. }
            | Event::Replaced { page, .. }
            | Event::Deleted { page, .. },
        ) => vec![*page],
        Some(Event::LeafSplit { left, right, .. } | Event::InnerSplit { left, right, .. }) => vec![*left, *right],
        Some(Event::SeparatorAdded { parent, .. }) => vec![*parent],
        Some(Event::RootGrown { root, .. } | Event::RootShrunk { root, .. }) => vec![*root],
        Some(Event::Borrowed { from, to, parent, .. }) => vec![*from, *to, *parent],
        Some(Event::Merged { left, parent, .. }) => vec![*left, *parent],
        Some(Event::PageCopied { to, .. }) => vec![*to],
        _ => Vec::new(),
    }
}
