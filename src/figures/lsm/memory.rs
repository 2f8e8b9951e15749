//! The upper region: the memtable in the order of its keys, the immutable ones behind it, snapshots, and how writes fare.

use crate::engine::storage::lsm::{Event, Lsm};
use crate::engine::storage::{Entry, Memtable};
use crate::engine::wording::shown_or;
use crate::scene::area::{Area, GAP};
use crate::scene::parts::gauge;
use crate::scene::rows::{APART, CLOSE, boxed, put};
use crate::scene::vocabulary::{ROUND, record};
use crate::scene::{Anchor, Scene, Shape, Whence};

/// How wide an entry is at least.
const LEAST: f32 = 58.0;
/// Few entries share the room of so many.
const FEW: usize = 4;
/// The memtable, and those that wait to be flushed.
const TALL: f32 = 40.0;
const LOW: f32 = 24.0;
/// What they are called, at their left: a part of the breadth.
const NAMES: f32 = 0.25;
const WIDEST_NAMES: f32 = 118.0;

/// How high memory is.
pub(super) fn height() -> f32 {
    CLOSE + TALL + LOW + 2.0 * GAP
}

pub(super) fn draw(scene: &mut Scene, tree: &Lsm, event: Option<&Event>, area: Area) {
    let mut head = area.own();
    head.cut_left(GAP);
    head.cut_right(GAP);
    let head = head.cut_top(CLOSE);
    let region = put(boxed("memory", area, ROUND, "memory"), head, Anchor::Start, "region-name", "memory");
    scene.push(region);
    let status = Shape::new("status", area.x, area.y);
    scene.push(put(status, head, Anchor::End, "small", status_of(tree, event)));
    let mut rest = Area { x: area.x + GAP, width: area.width - 2.0 * GAP, ..area };
    rest.cut_top(CLOSE);
    let (mut row, mut below) = (rest.cut_top(TALL), rest);
    below.cut_top(GAP);
    let mut below = below.cut_top(LOW);
    let names = (area.width * NAMES).min(WIDEST_NAMES);
    draw_fill(scene, tree, row.cut_left(names));
    let touched = match event {
        Some(Event::Inserted { key, .. }) => Some(key.as_str()),
        _ => None,
    };
    draw_memtable(scene, tree.memtable(), "memtable", row, touched);
    let name = below.cut_left(names);
    let waiting = Shape::new("waiting", name.x, name.y);
    scene.push(put(waiting, name.own(), Anchor::Start, "small", "to be flushed"));
    let many = tree.immutables().len();
    for (place, immutable) in tree.immutables().iter().enumerate() {
        draw_memtable(scene, &immutable.memtable, "waits to be flushed", below.column(many, place), None);
    }
    if many == 0 {
        let none = boxed("nothing waits", below, 2.0, "slot");
        scene.push(put(none, below.own(), Anchor::Middle, "small", "no full memtable waits"));
    }
}

/// What writes have to put up with, and what can still be read.
fn status_of(tree: &Lsm, event: Option<&Event>) -> String {
    let writes = match event {
        Some(Event::Slowed { .. }) => "writes are slowed",
        Some(Event::Stopped { .. }) => "writes stop",
        _ if tree.is_damaged() => "damaged: nothing is served",
        _ => "",
    };
    let snapshots: Vec<String> = tree.snapshots().iter().map(|it| format!("s{}", it.number)).collect();
    let snapshots = if snapshots.is_empty() { String::new() } else { format!("snapshots {}", snapshots.join(" ")) };
    let stalled = if tree.stalled().as_nanos() > 0 { format!("stalled {}", tree.stalled()) } else { String::new() };
    let parts = [writes.to_owned(), snapshots, stalled, tree.now().to_string()];
    parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" · ")
}

/// The entries of a memtable as far as there is room, in the order of their keys.
fn draw_memtable(scene: &mut Scene, memtable: &Memtable, name: &str, at: Area, touched: Option<&str>) {
    let most = ((at.width / LEAST) as usize).max(1);
    let fits = if memtable.len > most { most - 1 } else { memtable.len };
    let columns = if memtable.len > most { most } else { memtable.len.max(most.min(FEW)) };
    if memtable.is_empty() {
        let empty = boxed(format!("{name} {} empty", at.x as u32), at, 2.0, "slot");
        scene.push(put(empty, at.own(), Anchor::Middle, "small", format!("the {name} is empty")));
    }
    let place = |place: usize| {
        let tile = at.cell(columns, 1, place);
        Area { width: tile.width + GAP - APART, height: at.height, ..tile }
    };
    for (number, entry) in memtable.iter().take(fits).enumerate() {
        let changed = touched == Some(entry.key.as_str());
        scene.push(draw_entry(entry, place(number)).changed(changed));
    }
    if memtable.len > fits {
        let at = place(fits);
        let more = Shape::new(format!("{name} {} more", at.x as u32), at.x, at.y);
        scene.push(put(more, at.own(), Anchor::Middle, "small", format!("+{}", memtable.len - fits)));
    }
}

fn draw_entry(entry: &Entry, at: Area) -> Shape {
    let words = shown_or(entry.value.as_deref(), "deleted");
    record(format!("entry {}", entry.sequence), at, entry.key.as_str(), entry.value.as_deref())
        .label(format!("{} {words}, write {}", entry.key, entry.sequence))
        .born(Whence::Shape("log".to_owned()))
}

/// How full the memtable is.
fn draw_fill(scene: &mut Scene, tree: &Lsm, area: Area) {
    let (have, limit) = (tree.memtable().bytes, tree.settings.memtable_bytes);
    let mut own = area.own();
    own.cut_right(GAP);
    let bar = Shape::new("fill", area.x, area.y);
    let bar = put(bar, own.cut_top(CLOSE), Anchor::Start, "small", "memtable");
    let bar = put(bar, own.cut_top(CLOSE - APART), Anchor::Start, "small", format!("{have} of {limit} B"));
    scene.push(gauge(bar, own.cut_top(GAP / 2.0), have as f32 / limit as f32, "gauge"));
}
