//! A node's card: its memory above, with the newest record of each key, and its disk below, with the log that the
//! memory is read from when the node starts.

use super::super::cluster::{Column, Ground};
use crate::engine::key::Key;
use crate::engine::replication::quorum::disk::Logged;
use crate::engine::replication::quorum::{Quorum, node::Node, record::Record};
use crate::engine::replication::{NodeId, NodeSet};
use crate::engine::sim::Fate;
use crate::engine::wording::{count, shown};
use crate::scene::text::{SMALL, fit};
use crate::scene::vocabulary::{Held, cell};
use crate::scene::{Anchor, Breadth, Point, Scene, Shape, Whence};

/// A row of the memory: one record.
const ROW: f32 = 23.0;
/// The top of a card, with its name.
const HEAD: f32 = 22.0;
/// The strip of the disk, at the foot of a card that has room for it.
const DISK: f32 = 26.0;
/// One record in the log.
const LOGGED: f32 = 62.0;
/// A cell wider than this shows a record's version beside its value.
const VERSION_FROM: f32 = 140.0;

pub(super) fn draw(scene: &mut Scene, quorum: &Quorum, ground: &Ground, node: &Node, breadth: Breadth) {
    let id = node.id();
    let (at, Column { width, height, .. }) = (ground.corner(id.into()), ground.node);
    let has_disk = height >= HEAD + ROW + DISK;
    let status = status(quorum, id);
    scene.push(card(quorum, node, status, at, (width, height)));

    let columns = if breadth == Breadth::Wide { 2 } else { 1 };
    let rows = ((height - HEAD - if has_disk { DISK } else { 0.0 }) / ROW).floor().max(1.0) as usize;
    let room = rows * columns;
    let held = node.replica().records().len() + node.hints().len();
    let fits = if held > room { room - 1 } else { held };
    let place_of = |place: usize| {
        let pitch = (width - 12.0) / columns as f32;
        let (row, column) = (place / columns, place % columns);
        (Point::new(at.x + 8.0 + column as f32 * pitch, at.y + HEAD + row as f32 * ROW), pitch - 4.0)
    };
    let records = node.replica().records().iter().map(|(key, record)| (key, record, None));
    let hints = node.hints().iter().map(|(owner, key, record)| (key, record, Some(owner)));
    for (place, (key, record, owner)) in records.chain(hints).take(fits).enumerate() {
        let (at, width) = place_of(place);
        scene.push(entry(id, key, record, owner, at, width));
    }
    if held > fits {
        let (at, _) = place_of(fits);
        let more = format!("+ {} more", held - fits);
        scene.push(Shape::new(format!("{id}/more"), at.x + 4.0, at.y).text(0.0, 14.0, Anchor::Start, "small", more));
    }
    if has_disk {
        let below = Point::new(at.x + 4.0, at.y + height - DISK - 4.0);
        draw_disk(scene, node, below, width - 8.0);
    }
}

fn status(quorum: &Quorum, id: NodeId) -> &'static str {
    let spares: NodeSet = quorum.settings.spare_nodes();
    match (quorum.is_up(id), quorum.network().is_isolated(id.into()), spares.contains(id)) {
        (false, ..) => "stopped",
        (_, true, _) => "isolated",
        (.., true) => "spare",
        _ => "",
    }
}

fn card(quorum: &Quorum, node: &Node, status: &'static str, at: Point, (width, height): (f32, f32)) -> Shape {
    let id = node.id();
    let answered = quorum.focus().and_then(|(_, coordination)| coordination);
    let answered = answered.is_some_and(|it| it.answers.iter().any(|answer| answer.from == id));
    let (records, hints) = (node.replica().records().len(), node.hints().len());
    let words = if status == "stopped" {
        "memory gone, disk kept".to_owned()
    } else {
        format!("{}, {}", count(records, "record"), count(hints, "hint"))
    };
    let mut card = Shape::new(id.to_string(), at.x, at.y)
        .rect(0.0, 0.0, width, height, 8.0, "card")
        .text(12.0, 17.0, Anchor::Start, "name", id.to_string())
        .text(width - 12.0, 17.0, Anchor::End, "small", status)
        .class(if matches!(status, "stopped" | "isolated") { status } else { "" })
        .changed(quorum.passed().is_some_and(|(envelope, fate)| fate == Fate::Arrived && envelope.to == id.into()))
        .label(format!("node {id} {status}: {words}"));
    if answered {
        card = card.circle(44.0, 12.0, 5.0, "good").path("M41.5 12l2 2 3.5-4", "check-mark");
    }
    if records + hints == 0 {
        // A stop takes the memory; the records are still on the node's disk.
        let what = if status == "stopped" { "memory: gone" } else { "memory: empty" };
        card = card.text(12.0, HEAD + 14.0, Anchor::Start, "small", fit(what, width - 20.0, SMALL));
    }
    card
}

fn entry(node: NodeId, key: &Key, record: &Record, owner: Option<NodeId>, at: Point, width: f32) -> Shape {
    let what = match owner {
        None => format!("{node}/record {}", key.as_str()),
        Some(owner) => format!("{node}/hint {owner} {}", key.as_str()),
    };
    let mut value = match owner {
        None => record.value.to_string(),
        Some(owner) => format!("{} → {owner}", record.value),
    };
    // Where there is room, the version as well: it decides who wins.
    if width > VERSION_FROM {
        value = format!("{value} · {}", record.version);
    }
    let label = format!("{key} = {}, version {}", shown(&record.value), record.version);
    cell(what, at.x, at.y, width, ROW - 3.0, key.as_str(), Held::Value(&value)).label(label).selects()
}

/// The log as a strip, its end to the right: what an older record of a key was is dead, but still there.
fn draw_disk(scene: &mut Scene, node: &Node, at: Point, width: f32) {
    let (id, disk) = (node.id(), node.replica().disk());
    let (log, hints) = (disk.log(), disk.hints());
    let bytes: u64 = log.iter().chain(&hints).map(|each| each.range.end - each.range.start).sum();
    let name = if width > 250.0 { format!("disk {bytes} B") } else { "disk".to_owned() };
    let left = if width > 250.0 { 80.0 } else { 38.0 };
    let region = Shape::new(format!("{id}/disk"), at.x, at.y).rect(0.0, 0.0, width, DISK, 0.0, "disk");
    let label = format!(
        "the disk of {id}: {} in the log, {}, {bytes} bytes",
        count(log.len(), "record"),
        count(hints.len(), "hint")
    );
    scene.push(region.text(6.0, 17.0, Anchor::Start, "small", name).label(label));
    let room = ((width - left - 2.0) / LOGGED) as usize;
    let all: Vec<&Logged> = log.iter().chain(&hints).collect();
    let first = all.len().saturating_sub(room);
    for (place, logged) in all[first..].iter().enumerate() {
        scene.push(cell_of(id, logged, Point::new(at.x + left + place as f32 * LOGGED, at.y + 4.0)));
    }
}

fn cell_of(node: NodeId, logged: &Logged, at: Point) -> Shape {
    let (key, value) = (logged.key.as_str(), &logged.record.value);
    let (name, held, born) = match logged.owner {
        None => (format!("{node}/log {}", logged.range.start), value.to_string(), format!("{node}/record {key}")),
        Some(owner) => {
            let name = logged.name();
            (format!("{node}/held {name}"), format!("→{owner}"), format!("{node}/hint {name}"))
        }
    };
    cell(name, at.x, at.y, LOGGED - 3.0, DISK - 8.0, key, Held::Value(&held))
        .class(if logged.is_newest { "" } else { "dead" })
        .label(format!("{} = {}, version {}", logged.key, shown(value), logged.record.version))
        .born(Whence::Shape(born))
        .selects()
}
