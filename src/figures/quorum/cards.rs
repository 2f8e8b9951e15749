//! What a node has: in memory the newest record of each key, or several beside each other; and on its disk the log.

use std::collections::BTreeSet;

use super::Quorum;
use crate::engine::cluster::{Cluster, NodeId};
use crate::engine::key::Key;
use crate::engine::replication::quorum::disk::Logged;
use crate::engine::replication::quorum::kept::Kept;
use crate::engine::replication::quorum::node::Node;
use crate::engine::replication::quorum::record::Record;
use crate::engine::wording::{count, list};
use crate::scene::area::{Area, GAP};
use crate::scene::parts::newest_on_disk;
use crate::scene::places::{Places, TALLEST, Tile, named};
use crate::scene::rows::put;
use crate::scene::text::Face;
use crate::scene::vocabulary::{Held, LINE, cell, colours};
use crate::scene::{Anchor, Scene, Shape, Whence};

/// A record in the log.
const LOGGED: f32 = 62.0;
const FEW: usize = 2;

/// In memory, a place for each key that any node has, the same on all of them, and then the hints.
pub(super) fn draw_memory(scene: &mut Scene, cluster: &Cluster<Quorum>, id: NodeId, area: Area) {
    let keys: BTreeSet<&Key> = cluster.nodes.iter().flat_map(|it| it.replica.records.iter().map(|it| it.0)).collect();
    let keys: Vec<&Key> = keys.into_iter().collect();
    let (node, face) = (&cluster.nodes[id.index()], Face::of("small strong"));
    let hints: Vec<_> = node.hints.iter().collect();
    let records = cluster.nodes.iter().flat_map(|node| node.replica.records.iter());
    let of_records = records.map(|(key, kept)| face.width(&format!("{key} = {}", marks(kept))));
    let of_hints = hints.iter().map(|(owner, key, _)| face.width(&format!("{key} for {owner}")));
    let widest = of_records.chain(of_hints).fold(0.0, f32::max);
    let places = Places::new(area.width, widest, keys.len() + hints.len(), 1);
    let free = |place: usize| match (cluster.is_up(id), keys.get(place)) {
        (false, _) => Some("memory: gone".to_owned()),
        (true, Some(key)) => Some(format!("no {key}")),
        (true, None) => keys.is_empty().then(|| "memory: empty".to_owned()),
    };
    let tile = |place: usize| match keys.get(place) {
        Some(key) => node.replica.records.iter().find(|it| it.0 == *key).map(|(key, kept)| entry_of(id, key, kept)),
        None => hints.get(place - keys.len()).map(|(owner, key, record)| entry(id, key, record, Some(*owner))),
    };
    places.draw(scene, &format!("{id}/memory"), Area { height: area.height.min(TALLEST), ..area }, &free, &tile);
}

/// A key in memory: a record, or several beside each other.
fn entry_of(node: NodeId, key: &Key, kept: &Kept) -> Tile {
    let Some(newest) = kept.newest() else { return Tile::default() };
    let tile = entry(node, key, newest, None);
    if !kept.is_several() {
        return tile;
    }
    Tile {
        word: format!("{key} = {}", marks(kept)),
        note: format!("by {}", list(kept.calls())),
        crossed: kept.is_deleted(),
        label: format!("{}: siblings", kept.of(key)),
        ..tile
    }
}

fn entry(node: NodeId, key: &Key, record: &Record, owner: Option<NodeId>) -> Tile {
    let (what, word) = match owner {
        None if record.value.is_none() => (format!("{node}/record {}", key.as_str()), key.to_string()),
        None => (format!("{node}/record {}", key.as_str()), format!("{key} = {}", mark(record))),
        Some(owner) => (format!("{node}/hint {owner} {}", key.as_str()), format!("{key} for {owner}")),
    };
    let (stripe, wash) = colours(key.as_str());
    Tile {
        key: what,
        word,
        // It decides who wins.
        note: record.version.to_string(),
        stripe,
        wash,
        crossed: record.value.is_none(),
        class: if owner.is_some() { "copy" } else { "" },
        label: format!("{}, version {}", record.of(key), record.version),
        ..Tile::default()
    }
}

/// What stands in the place of a value: of a tombstone, a cross.
fn mark(record: &Record) -> &str {
    record.value.as_deref().unwrap_or("✗")
}

/// `a`, `a, b`: siblings beside each other.
fn marks(kept: &Kept) -> String {
    kept.iter().map(mark).collect::<Vec<_>>().join(", ")
}

/// What the disk is called, and how long its log is, where there is room for that; it cuts both off.
pub(super) fn name_disk(scene: &mut Scene, node: &Node, area: &mut Area) {
    let bytes = node.replica.disk.log().last().map_or(0, |last| last.range.end);
    let length = format!("{} logged", count(bytes, "byte"));
    let room = Face::of("small").width("1,000 bytes logged") + GAP;
    if room <= area.width / 2.0 - room {
        let at = area.cut_right(room);
        scene.push(put(Shape::new(format!("{}/logged", node.id), at.x, at.y), at.own(), Anchor::End, "small", length));
    }
    named(scene, &format!("{}/name", node.id), area, "disk", "disk");
}

/// The log, its end to the right: what an older record of a key was is dead, but still there.
pub(super) fn draw_disk(scene: &mut Scene, node: &Node, area: Area) {
    let (id, disk) = (node.id, &node.replica.disk);
    let all: Vec<Logged> = disk.log().into_iter().chain(disk.hints()).collect();
    // One has half of the room.
    let wide = (area.width / all.len().max(FEW) as f32 - GAP).max(LOGGED);
    let (hidden, places) = newest_on_disk(scene, &format!("{id}/disk"), area, wide, all.len());
    if all.is_empty() {
        let none = Area { height: LINE, ..area };
        let shape = Shape::new(format!("{id}/disk empty"), none.x, none.y);
        scene.push(put(shape, none.own(), Anchor::Middle, "small", "empty"));
    }
    for (logged, at) in all[hidden..].iter().zip(places) {
        let (key, name) = (logged.key.as_str(), logged.name());
        let (what, held, born) = match logged.owner {
            None => (format!("log {}", logged.range.start), mark(&logged.record).to_owned(), format!("record {key}")),
            Some(owner) => (format!("held {name}"), format!("→{owner}"), format!("hint {name}")),
        };
        let shape = cell(format!("{id}/{what}"), at.x, at.y, at.width, at.height, key, Held::Value(&held))
            .class(if logged.is_newest { "" } else { "dead" })
            .label(format!("{}, version {}", logged.record.of(&logged.key), logged.record.version));
        scene.push(shape.born(Whence::Shape(format!("{id}/{born}"))).selects());
    }
}
