//! The disk: the page file as squares in the order of the file, and beside it the log, or the two meta pages.

use std::collections::BTreeSet;

use super::Area;
use super::place::{square, told};
use crate::engine::storage::btree::event::Reason;
use crate::engine::storage::btree::{BTree, Cost, Event, PageId, Place, Source, Standing, Survival};
use crate::engine::wording::count;
use crate::scene::area::GAP;
use crate::scene::parts::CELL;
use crate::scene::rows::put;
use crate::scene::text::{Face, SMALL, fit, width};
use crate::scene::vocabulary::{LINE, disk, hatch};
use crate::scene::{Anchor, Point, Scene, Shape, Whence, between};

/// The side of a square, and the step from one to the next.
pub(super) const SIDE: f32 = 28.0;
const STEP: f32 = 32.0;
const BETWEEN: f32 = STEP - SIDE;
/// The step from one row of squares to the next.
pub(super) const ROW: f32 = 33.0;
/// So many squares stand in a row on a phone.
pub(super) const MOST_IN_A_ROW: usize = 11;
/// How tall the disk is with one row.
pub(super) const LEAST: f32 = 3.0 * LINE + ROW + SIDE;

pub(super) fn draw(scene: &mut Scene, tree: &BTree, event: Option<&Event>, area: Area) {
    scene.push(disk("disk", area.x, area.y, area.width, area.height, "disk"));
    let Cost { pages_read, writes, bytes_written, syncs } = tree.cost();
    let whose = if area.width > 500.0 { "this command: " } else { "" };
    let cost = format!(
        "{whose}{} read · {} · {} · {}",
        count(pages_read, "page"),
        count(writes, "write"),
        count(bytes_written, "byte"),
        count(syncs, "sync")
    );
    let room = area.width - 60.0;
    scene.push(Shape::new("cost", area.right() - 10.0, area.y + 15.0).text(
        0.0,
        0.0,
        Anchor::End,
        "small",
        fit(&cost, room, SMALL),
    ));
    let inside =
        Area { x: area.x + 10.0, y: area.y + LINE + 2.0, width: area.width - 20.0, height: area.height - 30.0 };
    let room = if tree.survival == Survival::None { 16.0 } else { 46.0 };
    let beside = Area { y: inside.bottom() - room, height: room, ..inside };
    pages(scene, tree, event, Area { height: beside.y - inside.y - 4.0, ..inside });
    match tree.survival {
        Survival::None => scene.push(Shape::new("no log", beside.x, beside.y + 12.0).text(
            0.0,
            0.0,
            Anchor::Start,
            "small",
            fit("No log, no copies: pages are overwritten in place.", beside.width, SMALL),
        )),
        Survival::Log => log(scene, tree, event, beside),
        Survival::Copy => metas(scene, tree, event, beside),
    }
}

/// The places of the page file.
fn pages(scene: &mut Scene, tree: &BTree, event: Option<&Event>, area: Area) {
    let title = format!("tree · pages of {} bytes, {}", tree.page_bytes(), told(tree));
    scene.push(Shape::new("file name", area.x, area.y + 10.0).text(
        0.0,
        0.0,
        Anchor::Start,
        "small",
        fit(&title, area.width, SMALL),
    ));
    let top = SMALL + GAP / 2.0;
    // Few places are as wide as there is room for, and show the keys that the file has.
    let step = between((area.width + BETWEEN) / tree.places().max(1) as f32, STEP, 2.0 * CELL);
    let columns = ((area.width + BETWEEN) / step) as usize;
    let lines = (((area.height - top) / ROW) as usize).max(1);
    let high = if tree.places() as usize <= columns { between(area.height - top, SIDE, 2.0 * SIDE) } else { SIDE };
    let (shown, hidden) = shown(tree, columns * lines);
    let unforced = tree.unforced();
    let touched = match event {
        Some(Event::PageWritten { page, .. } | Event::PageRead { page, source: Source::File, .. }) => Some(*page),
        Some(Event::MetaWritten { slot, .. } | Event::RootSwitched { slot, .. }) => Some(*slot),
        _ => None,
    };
    for (at, id) in shown.iter().enumerate() {
        let (x, y) = (area.x + (at % columns) as f32 * step, area.y + top + (at / columns) as f32 * ROW);
        let place = Area { x, y, width: step - BETWEEN, height: high };
        let mut shape = square(tree, *id, place, unforced.contains(id)).changed(touched == Some(*id));
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
        let at = shown.len();
        let (x, y) = (area.x + (at % columns) as f32 * step, area.y + ROW + (at / columns) as f32 * ROW);
        let text = format!("… {hidden} more");
        scene.push(Shape::new("more pages", x, y).text(0.0, 0.0, Anchor::Start, "small", text));
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
fn log(scene: &mut Scene, tree: &BTree, event: Option<&Event>, area: Area) {
    let (bytes, forced) = tree.log_bytes();
    let records = tree.log_records();
    let title = format!("tree.log · {bytes} bytes");
    scene.push(Shape::new("log name", area.x, area.y + 10.0).text(0.0, 0.0, Anchor::Start, "small", title));
    let y = area.y + 16.0;
    scene.push(Shape::new("log", area.x, y - 2.0).rect(0.0, 0.0, area.width, SIDE + 4.0, 0.0, "strip"));
    let room = ((area.width - STEP - GAP) / STEP) as usize;
    let skipped = records.len().saturating_sub(room);
    let commits = records.iter().skip(skipped).filter(|record| record.page.is_none()).count();
    let images = records.len() - skipped - commits;
    // Few images are as wide as there is room for.
    let left = area.width - STEP - GAP - commits as f32 * (SIDE - GAP + BETWEEN);
    let image = between(left / images.max(1) as f32, STEP, 2.0 * CELL) - BETWEEN;
    if records.is_empty() {
        let empty = Area { x: area.x + GAP, y, width: area.width, height: SIDE };
        scene.push(put(
            Shape::new("log empty", empty.x, empty.y),
            empty.own(),
            Anchor::Start,
            "small",
            "nothing is in the log",
        ));
    }
    let mut x = area.x + 3.0;
    if skipped > 0 {
        let text = format!("{skipped} …");
        x += width(&text, SMALL) + 8.0;
        scene.push(Shape::new("earlier records", area.x + 5.0, y + 17.0).text(0.0, 0.0, Anchor::Start, "small", text));
    }
    for (at, record) in records.iter().enumerate().skip(skipped) {
        let is_last = at + 1 == records.len();
        let is_read =
            |page| matches!(event, Some(Event::PageRead { page: read, source: Source::Log, .. }) if page == *read);
        let is_newest = |page| tree.newest_record(page) == Some(record.offset);
        let changed = match event {
            Some(Event::ImageLogged { .. } | Event::CommitLogged { .. }) => is_last,
            _ => record.page.is_some_and(|page| is_read(page) && is_newest(page)),
        };
        let shape = Shape::new(format!("log {}", record.offset), x, y).changed(changed).selects();
        let mut shape = match record.page {
            Some(page) => shape
                .rect(0.0, 0.0, image, SIDE, 0.0, "cell")
                .text(image / 2.0, SIDE / 2.0 + 4.0, Anchor::Middle, "key", image_of(page, image))
                .label(format!("the image of {page}, for transaction {}", record.transaction.0))
                .born(Whence::Shape(format!("{page}"))),
            None => shape
                .rect(0.0, 0.0, SIDE - 8.0, SIDE, 0.0, "cell")
                .path("M4.5 13.5L8 17L14 8.5", "committed")
                .label(format!("the commit of transaction {}", record.transaction.0)),
        };
        let wide = if record.page.is_some() { image } else { SIDE - GAP };
        if record.offset >= forced {
            shape = shape.path(hatch(0.0, 0.0, wide, SIDE), "hatch");
        }
        scene.push(shape);
        x += wide + 4.0;
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
    let wide = ((area.width - 12.0) / 2.0).min(300.0);
    for (at, (slot, page)) in metas.into_iter().enumerate() {
        let is_newest = newest.is_some_and(|(_, newest)| newest == slot);
        let (text, class) = match &page {
            Some(page) => {
                let root = if wide < 250.0 { page.root().0.to_string() } else { page.root().to_string() };
                (format!("M{}: transaction {} → {root}", slot.0, page.transaction().0), "small")
            }
            None => (format!("M{}: not sound", slot.0), "small bad"),
        };
        let note = if is_newest { "newest: its root counts" } else { "the one before" };
        let changed = matches!(event, Some(Event::MetaWritten { slot: written, .. } | Event::RootSwitched { slot: written, .. }) if *written == slot);
        let x = area.x + at as f32 * (wide + 12.0);
        let mut shape = Shape::new(format!("meta {}", slot.0), x, area.y)
            .rect(0.0, 0.0, wide, 42.0, 0.0, "cell")
            .text(
                8.0,
                17.0,
                Anchor::Start,
                if is_newest { "small strong" } else { class },
                fit(&text, wide - 16.0, SMALL),
            )
            .text(8.0, 33.0, Anchor::Start, "small", fit(note, wide - 16.0, SMALL))
            .changed(changed);
        if unforced.contains(&slot) {
            shape = shape.path(hatch(0.0, 0.0, wide, 42.0), "hatch");
        }
        scene.push(shape);
        let root = page.as_ref().map(|page| format!("place {}", page.root().0));
        let target = root.and_then(|root| scene.shape(&root).map(|shape| shape.at));
        if let Some(target) = target.filter(|_| is_newest) {
            let from = Point::new(x + wide / 2.0, area.y);
            let to = Point::new(target.x + SIDE / 2.0, target.y + SIDE + 1.0);
            scene.push(Shape::arrow("root pointer", from, to));
        }
    }
}
