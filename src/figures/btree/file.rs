//! The disk: the page file as squares in the order of the file, and beside it the log, or the two meta pages.

use std::collections::BTreeSet;

use super::Area;
use super::place::{square, told};
use crate::engine::storage::btree::event::Reason;
use crate::engine::storage::btree::{BTree, Cost, Event, PageId, Place, Source, Standing, Survival};
use crate::engine::wording::count;
use crate::scene::area::GAP;
use crate::scene::parts::CELL;
use crate::scene::rows::{CLOSE, boxed, put};
use crate::scene::text::Face;
use crate::scene::vocabulary::{LINE, disk, hatch};
use crate::scene::{Anchor, Breadth, Point, Scene, Shape, Whence, between};

/// The side of a square, and the step from one to the next, beside it and below it.
pub(super) const SIDE: f32 = 28.0;
const BETWEEN: f32 = GAP / 2.0;
const STEP: f32 = SIDE + BETWEEN;
/// From the edge of the disk to what is on it.
const EDGE: f32 = GAP + 2.0;
/// So many squares stand in a row on a phone.
const MOST_IN_A_ROW: usize = 11;
/// How wide the record of a commit is.
const COMMIT: f32 = SIDE - GAP;

/// How tall the disk is: one row of the places of the file, on a phone two if there are many, and what it takes to survive a
/// crash.
pub(super) fn height(tree: &BTree, breadth: Breadth) -> f32 {
    let rows = match (tree.survival, breadth) {
        (_, Breadth::Narrow) if tree.places() as usize > MOST_IN_A_ROW => 2.0,
        // Without a log, places have its room.
        (Survival::None, Breadth::Wide) => 2.0,
        _ => 1.0,
    };
    LINE + CLOSE + rows * STEP + apart(tree.survival) + beside(tree.survival, breadth) + GAP
}

/// Between the places and what is below them: of copies, an arrow.
fn apart(survival: Survival) -> f32 {
    if survival == Survival::Copy { 2.0 * GAP } else { BETWEEN }
}

/// The part below the places. That there is neither log nor copy is said behind the name of the file, if there is room.
fn beside(survival: Survival, breadth: Breadth) -> f32 {
    match (survival, breadth) {
        (Survival::None, Breadth::Wide) => 0.0,
        (Survival::None, Breadth::Narrow) => CLOSE,
        (Survival::Log, _) => CLOSE + STEP,
        (Survival::Copy, _) => 2.0 * CLOSE + GAP,
    }
}

pub(super) fn draw(scene: &mut Scene, tree: &BTree, event: Option<&Event>, area: Area, breadth: Breadth) {
    scene.push(disk("disk", area.x, area.y, area.width, area.height, "disk"));
    let mut inside = Area { x: area.x + EDGE, width: area.width - 2.0 * EDGE, ..area };
    let Cost { pages_read, writes, bytes_written, syncs } = tree.cost();
    let whose = if breadth == Breadth::Wide { "this command: " } else { "" };
    let cost = format!(
        "{whose}{} read · {} · {} · {}",
        count(pages_read, "page"),
        count(writes, "write"),
        count(bytes_written, "byte"),
        count(syncs, "sync")
    );
    let mut head = inside.cut_top(LINE);
    head.cut_left(Face::of("region-name").width("disk") + GAP);
    scene.push(put(Shape::new("cost", head.x, head.y), head.own(), Anchor::End, "small", cost));
    let name = inside.cut_top(CLOSE);
    inside.cut_bottom(GAP);
    let below = inside.cut_bottom(beside(tree.survival, breadth));
    inside.cut_bottom(apart(tree.survival));
    let file = format!("tree · pages of {} bytes, {}", tree.page_bytes(), told(tree));
    scene.push(put(Shape::new("file name", name.x, name.y), name.own(), Anchor::Start, "small", file));
    pages(scene, tree, event, inside);
    match tree.survival {
        Survival::None => {
            const ALONE: &str = "No log, no copies: pages are overwritten in place.";
            let (at, anchor) = if below.height > 0.0 { (below, Anchor::Start) } else { (name, Anchor::End) };
            scene.push(put(Shape::new("no log", at.x, at.y), at.own(), anchor, "small", ALONE));
        }
        Survival::Log => log(scene, tree, event, below),
        Survival::Copy => metas(scene, tree, event, below),
    }
}

/// The places of the page file.
fn pages(scene: &mut Scene, tree: &BTree, event: Option<&Event>, area: Area) {
    // Few places are as wide as there is room for, and show the keys that the file has.
    let step = between((area.width + BETWEEN) / tree.places().max(1) as f32, STEP, 2.0 * CELL);
    let columns = ((area.width + BETWEEN) / step) as usize;
    let lines = (((area.height + BETWEEN) / STEP) as usize).max(1);
    let high = if tree.places() as usize <= columns { between(area.height, SIDE, 2.0 * SIDE) } else { SIDE };
    let place = |at: usize| Area {
        x: area.x + (at % columns) as f32 * step,
        y: area.y + (at / columns) as f32 * STEP,
        width: step - BETWEEN,
        height: high,
    };
    let (shown, hidden) = shown(tree, columns * lines);
    let unforced = tree.unforced();
    let touched = match event {
        Some(Event::PageWritten { page, .. } | Event::PageRead { page, source: Source::File, .. }) => Some(*page),
        Some(Event::MetaWritten { slot, .. } | Event::RootSwitched { slot, .. }) => Some(*slot),
        _ => None,
    };
    for (at, id) in shown.iter().enumerate() {
        let mut shape = square(tree, *id, place(at), unforced.contains(id)).changed(touched == Some(*id));
        // What is written to a new place comes from memory.
        if let Some(Event::PageWritten {
            page,
            reason: Reason::InPlace | Reason::New | Reason::Copy | Reason::Checkpoint,
        }) = event
            && page == id
        {
            shape = shape.born(Whence::Shape(format!("{id}")));
        }
        scene.push(shape);
    }
    if hidden > 0 {
        let rest = place(shown.len());
        let rest = Area { width: area.right() - rest.x, ..rest };
        let text = format!("… {hidden} more");
        scene.push(put(Shape::new("more pages", rest.x, rest.y), rest.own(), Anchor::Start, "small", text));
    }
}

/// Which places are shown where there is not room for all: those that something happens to, and the first ones.
fn shown(tree: &BTree, room: usize) -> (Vec<PageId>, usize) {
    let places = tree.places() as usize;
    if places <= room {
        return ((0..tree.places()).map(PageId).collect(), 0);
    }
    let room = room.saturating_sub(4);
    let mut chosen = BTreeSet::new();
    chosen.extend((0..tree.survival.meta_pages()).map(PageId));
    let busy = |id: &PageId| {
        tree.place(*id) == Place::Orphan || tree.of_tree(*id).is_some_and(|(_, standing)| standing != Standing::Clean)
    };
    let visited = tree.path.visits().iter().map(|visit| visit.page);
    let all = || (0..tree.places()).map(PageId);
    for id in visited.chain(tree.unforced()).chain(all().filter(busy)).chain(all()) {
        if chosen.len() >= room {
            break;
        }
        chosen.insert(id);
    }
    let hidden = places - chosen.len();
    (chosen.into_iter().collect(), hidden)
}

/// The log, its newest records last.
fn log(scene: &mut Scene, tree: &BTree, event: Option<&Event>, mut area: Area) {
    let (bytes, forced) = tree.log_bytes();
    let records = tree.log_records();
    let name = area.cut_top(CLOSE);
    let title = format!("tree.log · {bytes} bytes");
    scene.push(put(Shape::new("log name", name.x, name.y), name.own(), Anchor::Start, "small", title));
    scene.push(boxed("log", area, 0.0, "strip"));
    let mut row = area.inset(BETWEEN / 2.0);
    let room = (row.width / STEP) as usize - 1;
    let skipped = records.len().saturating_sub(room);
    let commits = records.iter().skip(skipped).filter(|record| record.page.is_none()).count();
    let images = records.len() - skipped - commits;
    if records.is_empty() {
        row.cut_left(GAP);
        let none = Shape::new("log empty", row.x, row.y);
        scene.push(put(none, row.own(), Anchor::Start, "small", "nothing is in the log"));
    }
    if skipped > 0 {
        let text = format!("{skipped} …");
        let at = row.cut_left(Face::of("small").width(&text) + GAP);
        scene.push(put(Shape::new("earlier records", at.x, at.y), at.own(), Anchor::Start, "small", text));
    }
    // Few images are as wide as there is room for.
    let left = row.width - commits as f32 * (COMMIT + BETWEEN);
    let image = between(left / images.max(1) as f32, STEP, 2.0 * CELL) - BETWEEN;
    for (at, record) in records.iter().enumerate().skip(skipped) {
        let is_last = at + 1 == records.len();
        let is_read =
            |page| matches!(event, Some(Event::PageRead { page: read, source: Source::Log, .. }) if page == *read);
        let is_newest = |page| tree.newest_record(page) == Some(record.offset);
        let changed = match event {
            Some(Event::ImageLogged { .. } | Event::CommitLogged { .. }) => is_last,
            _ => record.page.is_some_and(|page| is_read(page) && is_newest(page)),
        };
        let place = row.cut_left(if record.page.is_some() { image } else { COMMIT });
        row.cut_left(BETWEEN);
        let shape = boxed(format!("log {}", record.offset), place, 0.0, "cell").changed(changed).selects();
        let mut shape = match record.page {
            Some(page) => put(shape, place.own(), Anchor::Middle, "key", image_of(page, place.width))
                .label(format!("the image of {page}, for transaction {}", record.transaction.0))
                .born(Whence::Shape(format!("{page}"))),
            None => shape
                .path("M4.5 13.5L8 17L14 8.5", "committed")
                .label(format!("the commit of transaction {}", record.transaction.0)),
        };
        if record.offset >= forced {
            shape = shape.path(hatch(0.0, 0.0, place.width, place.height), "hatch");
        }
        scene.push(shape);
    }
}

/// What is written on the image of a page.
fn image_of(page: PageId, wide: f32) -> String {
    let long = page.to_string();
    if Face::of("key").width(&long) + GAP <= wide { long } else { page.0.to_string() }
}

/// The two meta pages of copy-on-write, and which of them counts.
fn metas(scene: &mut Scene, tree: &BTree, event: Option<&Event>, area: Area) {
    let metas = [PageId(0), PageId(1)].map(|slot| (slot, tree.on_disk(slot)));
    let newest = metas.iter().filter_map(|(slot, page)| Some((page.as_ref()?.transaction(), *slot))).max();
    let unforced = tree.unforced();
    for (at, (slot, page)) in metas.into_iter().enumerate() {
        let place = area.column(2, at);
        let mut rest = place.own().inset(GAP / 2.0);
        let is_newest = newest.is_some_and(|(_, newest)| newest == slot);
        let (text, class) = match &page {
            Some(page) => {
                let says = |root: String| format!("M{}: transaction {} → {root}", slot.0, page.transaction().0);
                let long = says(page.root().to_string());
                let fits = Face::of("small strong").width(&long) <= rest.width;
                (if fits { long } else { says(page.root().0.to_string()) }, "small")
            }
            None => (format!("M{}: not sound", slot.0), "small bad"),
        };
        let class = if is_newest { "small strong" } else { class };
        let note = if is_newest { "newest: its root counts" } else { "the one before" };
        let changed = matches!(event, Some(Event::MetaWritten { slot: written, .. } | Event::RootSwitched { slot: written, .. }) if *written == slot);
        let mut shape = boxed(format!("meta {}", slot.0), place, 0.0, "cell").changed(changed);
        for (class, line) in [(class, text.as_str()), ("small", note)] {
            shape = put(shape, rest.cut_top(CLOSE), Anchor::Start, class, line);
        }
        if unforced.contains(&slot) {
            shape = shape.path(hatch(0.0, 0.0, place.width, place.height), "hatch");
        }
        scene.push(shape);
        let root = page.as_ref().map(|page| format!("place {}", page.root().0));
        let target = root.and_then(|root| scene.shape(&root).map(|shape| shape.at));
        if let Some(target) = target.filter(|_| is_newest) {
            let to = Point::new(target.x + SIDE / 2.0, target.y + SIDE + 1.0);
            let from = Point::new(between(to.x, place.x + GAP, place.right() - GAP), place.y);
            scene.push(Shape::arrow("root pointer", from, to));
        }
    }
}
