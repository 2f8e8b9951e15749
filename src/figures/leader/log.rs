//! The log of a node.

use super::hue_of_term;
use crate::engine::cluster::{Cluster, NodeId};
use crate::engine::replication::leader::Leader;
use crate::engine::replication::leader::message::word;
use crate::engine::replication::replicated_log::Entry;
use crate::engine::wording::count;
use crate::scene::Scene;
use crate::scene::area::Area;
use crate::scene::places::{Places, TALLEST, Tile, least};
use crate::scene::text::Face;
use crate::scene::vocabulary::tint;

/// The colour of its key.
pub(super) fn wash(entry: &Entry) -> &'static str {
    if entry.key().is_empty() { "" } else { tint(&String::from_utf8_lossy(entry.key())) }
}

/// The newest entries that fit, each with the colour of its term and a tick if the leader knows that it counts; before them
/// the snapshot that the node began with. An entry has the same place in all logs.
pub(super) fn draw(scene: &mut Scene, cluster: &Cluster<Leader>, id: NodeId, area: Area) {
    let face = Face::of("small strong");
    let entries = cluster.nodes.iter().flat_map(|node| node.log.log());
    let widest = entries.map(|entry| face.width(&word(entry))).fold(0.0, f32::max);
    let all = cluster.nodes.iter().map(|node| node.log.end()).max().unwrap_or_default();
    let places = Places::new(area.width, widest, all, least(area.width, 6, 3));
    let row = Area { height: area.height.min(TALLEST), ..area };
    let free = |place: usize| Some((place + 1).to_string());
    places.draw(scene, &id.to_string(), row, &free, &|place| tile(cluster, id, place + 1));
}

fn tile(cluster: &Cluster<Leader>, id: NodeId, position: usize) -> Option<Tile> {
    let node = &cluster.nodes[id.index()];
    let base = node.log.base();
    if position <= base.position {
        // What the snapshot stands for; its last place says so.
        let keys = count(base.rows.len(), "key");
        let is_last = position == base.position;
        return Some(Tile {
            key: if is_last { format!("{id}/snapshot") } else { format!("{id}/in snapshot {position}") },
            word: format!("≤{}", base.position),
            note: keys.clone(),
            class: "copy",
            label: format!("a snapshot as of position {}, with {keys}", base.position),
            ..Tile::default()
        });
    }
    let entry = node.log.log().get(position - base.position - 1)?;
    let word = word(entry);
    Some(Tile {
        key: format!("{id}/entry {position}"),
        note: format!("{position} · term {}", entry.term),
        wash: wash(entry),
        stripe: hue_of_term(entry.term),
        ticked: node.leads() && position <= node.log.committed(),
        label: format!("entry {position} of term {}: {word}", entry.term),
        word,
        ..Tile::default()
    })
}
