//! The disk: the page file as squares in the order of the file, and beside it the log, or the two meta pages.

use std::collections::BTreeSet;

use super::Area;
use crate::engine::storage::btree::event::Reason;
use crate::engine::storage::btree::{BTree, Cost, Event, PageId, Place, Source, Standing, Survival};
use crate::engine::wording::count;
use crate::scene::text::{SMALL, fit, width};
use crate::scene::vocabulary::{LINE, disk, hatch};
use crate::scene::{Anchor, Point, Scene, Shape, Whence};

/// The side of a square, and the step from one to the next.
const SIDE: f32 = 28.0;
const STEP: f32 = 32.0;
/// The step from one row of squares to the next.
pub(super) const ROW: f32 = 33.0;
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
    let columns = (area.width / STEP) as usize;
    let lines = (((area.height - 16.0) / ROW) as usize).max(1);
    let (shown, hidden) = shown(tree, columns * lines);
    let unforced = tree.unforced();
    let touched = match event {
        Some(Event::PageWritten { page, .. } | Event::PageRead { page, source: Source::File, .. }) => Some(*page),
        Some(Event::MetaWritten { slot, .. } | Event::RootSwitched { slot, .. }) => Some(*slot),
        _ => None,
    };
    for (at, id) in shown.iter().enumerate() {
        let (x, y) = (area.x + (at % columns) as f32 * STEP, area.y + 16.0 + (at / columns) as f32 * ROW);
        let mut shape = square(tree, *id, x, y, unforced.contains(id)).changed(touched == Some(*id));
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
        let (x, y) = (area.x + (at % columns) as f32 * STEP, area.y + 33.0 + (at / columns) as f32 * ROW);
        let text = format!("… {hidden} more");
        scene.push(Shape::new("more pages", x, y).text(0.0, 0.0, Anchor::Start, "small", text));
    }
}

/// How many pages there are, of which kind.
fn told(tree: &BTree) -> String {
    if tree.height == 0 {
        return "not looked at since the crash".to_owned();
    }
    let mut counts = [(0, "in the tree"), (0, "free"), (0, "replaced"), (0, "orphaned")];
    for id in (0..tree.places()).map(PageId) {
        let kind = match tree.place(id) {
            Place::Used => 0,
            Place::Free => 1,
            Place::Superseded => 2,
            Place::Orphan => 3,
            Place::Meta | Place::Unknown => continue,
        };
        counts[kind].0 += 1;
    }
    let parts = counts.iter().filter(|(many, _)| *many > 0).map(|(many, name)| format!("{many} {name}"));
    parts.collect::<Vec<_>>().join(", ")
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

/// One place of the page file.
fn square(tree: &BTree, id: PageId, x: f32, y: f32, unforced: bool) -> Shape {
    let (middle, line) = (SIDE / 2.0, SIDE / 2.0 + 4.0);
    let bytes = tree.bytes_on_disk(id);
    let on_file = bytes.iter().any(|byte| *byte != 0);
    let is_whole = on_file && bytes.len() as u64 == tree.page_bytes();
    let place = tree.place(id);
    let stale = tree.of_tree(id).is_some_and(|(_, standing)| standing != Standing::Clean);
    let shape = Shape::new(format!("place {}", id.0), x, y);
    let number = id.0.to_string();
    let number = fit(&number, SIDE, SMALL);
    let mut shape = match place {
        _ if !on_file => {
            shape.rect(0.0, 0.0, SIDE, SIDE, 0.0, "slot").text(middle, line, Anchor::Middle, "small", number)
        }
        Place::Orphan => {
            shape.class("dead").rect(0.0, 0.0, SIDE, SIDE, 0.0, "cell").text(middle, line, Anchor::Middle, "", number)
        }
        Place::Superseded => {
            shape.rect(0.0, 0.0, SIDE, SIDE, 0.0, "cell").text(middle, line, Anchor::Middle, "small", number)
        }
        Place::Free => {
            shape.rect(0.0, 0.0, SIDE, SIDE, 0.0, "slot").text(middle, line, Anchor::Middle, "small", number)
        }
        Place::Meta => shape.rect(0.0, 0.0, SIDE, SIDE, 0.0, "cell").text(
            middle,
            line,
            Anchor::Middle,
            "small",
            format!("M{number}"),
        ),
        Place::Used | Place::Unknown => {
            let class = if stale { "small" } else { "small strong" };
            shape.rect(0.0, 0.0, SIDE, SIDE, 0.0, "cell").text(middle, line, Anchor::Middle, class, number)
        }
    };
    if unforced {
        shape = shape.path(hatch(0.0, 0.0, SIDE, SIDE), "hatch");
    }
    let about = match place {
        _ if !on_file => "not written yet",
        Place::Meta => "a meta page: it names the root",
        Place::Used if stale => "a page of the tree; the file has an older state of it",
        Place::Used => "a page of the tree",
        Place::Free => "free",
        Place::Superseded => {
            "replaced by a copy in memory, but still a page of the tree that a crash would lead back to"
        }
        Place::Orphan => "left behind by a crash: nothing leads to it",
        Place::Unknown => "not looked at since the crash",
    };
    let forced = if unforced { "; written but not synced" } else { "" };
    shape = shape.label(format!("{id}: {about}{forced}"));
    if is_whole || tree.of_tree(id).is_some() { shape.selects() } else { shape }
}

/// The log, its newest records last.
fn log(scene: &mut Scene, tree: &BTree, event: Option<&Event>, area: Area) {
    let (bytes, forced) = tree.log_bytes();
    let records = tree.log_records();
    let title = format!("tree.log · {bytes} bytes");
    scene.push(Shape::new("log name", area.x, area.y + 10.0).text(0.0, 0.0, Anchor::Start, "small", title));
    let y = area.y + 16.0;
    scene.push(Shape::new("log", area.x, y - 2.0).rect(0.0, 0.0, area.width, SIDE + 4.0, 0.0, "strip"));
    let room = ((area.width - 40.0) / STEP) as usize;
    let skipped = records.len().saturating_sub(room);
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
                .rect(0.0, 0.0, SIDE, SIDE, 0.0, "cell")
                .text(SIDE / 2.0, SIDE / 2.0 + 4.0, Anchor::Middle, "key", page.0.to_string())
                .label(format!("the image of {page}, for transaction {}", record.transaction.0))
                .born(Whence::Shape(format!("{page}"))),
            None => shape
                .rect(0.0, 0.0, SIDE - 8.0, SIDE, 0.0, "cell")
                .path("M4.5 13.5L8 17L14 8.5", "committed")
                .label(format!("the commit of transaction {}", record.transaction.0)),
        };
        let wide = if record.page.is_some() { SIDE } else { SIDE - 8.0 };
        if record.offset >= forced {
            shape = shape.path(hatch(0.0, 0.0, wide, SIDE), "hatch");
        }
        scene.push(shape);
        x += wide + 4.0;
    }
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
