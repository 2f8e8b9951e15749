//! The upper region: the memtable in the order of its keys, the immutable ones behind it, snapshots, and how writes fare.

use super::Area;
use crate::engine::storage::lsm::{Event, Lsm};
use crate::engine::storage::{Entry, Memtable};
use crate::engine::wording::shown_or;
use crate::scene::text::{SMALL, fit};
use crate::scene::vocabulary::{Held, cell, memory};
use crate::scene::{Anchor, Scene, Shape, Whence};

const CELL: f32 = 58.0;
const HEIGHT: f32 = 24.0;

pub(super) fn draw(scene: &mut Scene, tree: &Lsm, event: Option<&Event>, area: Area) {
    scene.push(memory("memory", area.x, area.y, area.width, area.height, "memory"));
    let status = Shape::new("status", area.x + area.width - 10.0, area.y + 15.0);
    scene.push(status.text(0.0, 0.0, Anchor::End, "small", status_of(tree, event)));
    let row = Area { x: area.x + 10.0, y: area.y + 30.0, width: area.width - 20.0, height: HEIGHT };
    let touched = match event {
        Some(Event::Inserted { key, .. }) => Some(key.as_str()),
        _ => None,
    };
    draw_memtable(scene, tree.memtable(), "memtable", row, touched);
    draw_bar(scene, tree, row);
    let below = Area { y: row.y + 58.0, ..row };
    let many = tree.immutables().len().max(1) as f32;
    let width = (below.width - 8.0 * (many - 1.0)) / many;
    for (place, immutable) in tree.immutables().iter().enumerate() {
        let at = Area { x: below.x + place as f32 * (width + 8.0), width, ..below };
        draw_memtable(scene, &immutable.memtable, "waits to be flushed", at, None);
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

/// The newest entries of a memtable as far as there is room, in the order of their keys.
fn draw_memtable(scene: &mut Scene, memtable: &Memtable, name: &str, at: Area, touched: Option<&str>) {
    let room = (at.width / CELL) as usize;
    let fits = if memtable.len > room { room - 1 } else { memtable.len };
    if memtable.is_empty() {
        let empty = Shape::new(format!("{name} {} empty", at.x as u32), at.x, at.y).rect(
            0.0,
            0.0,
            CELL - 4.0,
            HEIGHT,
            2.0,
            "slot",
        );
        scene.push(empty.text(CELL + 4.0, 16.0, Anchor::Start, "small", format!("{name}: empty")));
    }
    for (place, entry) in memtable.iter().take(fits).enumerate() {
        let changed = touched == Some(entry.key.as_str());
        scene.push(draw_entry(entry, at.x + place as f32 * CELL, at.y).changed(changed));
    }
    if memtable.len > fits {
        let more = format!("+{}", memtable.len - fits);
        let shape = Shape::new(format!("{name} {} more", at.x as u32), at.x + fits as f32 * CELL + 4.0, at.y);
        scene.push(shape.text(0.0, 16.0, Anchor::Start, "small", more));
    }
    let label = Shape::new(format!("{name} {}", at.x as u32), at.x, at.y - 3.0);
    if !memtable.is_empty() && name != "memtable" {
        scene.push(label.text(0.0, 0.0, Anchor::Start, "small", fit(name, at.width, SMALL)));
    }
}

fn draw_entry(entry: &Entry, x: f32, y: f32) -> Shape {
    let held = match &entry.value {
        Some(value) => Held::Value(value),
        None => Held::Tombstone,
    };
    let words = shown_or(entry.value.as_deref(), "deleted");
    cell(format!("entry {}", entry.sequence), x, y, CELL - 4.0, HEIGHT, entry.key.as_str(), held)
        .label(format!("{} {words}, write {}", entry.key, entry.sequence))
        .born(Whence::Shape("log".to_owned()))
}

/// How full the memtable is.
fn draw_bar(scene: &mut Scene, tree: &Lsm, row: Area) {
    let (have, limit) = (tree.memtable().bytes, tree.settings.memtable_bytes);
    let share = (have as f32 / limit as f32).min(1.0);
    let width = row.width.min(240.0);
    let bar = Shape::new("fill", row.x, row.y + HEIGHT + 5.0)
        .rect(0.0, 0.0, width, 5.0, 2.0, "slot")
        .rect(0.0, 0.0, width * share, 5.0, 2.0, "gauge")
        .text(width + 8.0, 6.0, Anchor::Start, "small", format!("{have} of {limit} bytes"));
    scene.push(bar);
}
