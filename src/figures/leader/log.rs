//! The log of a node.

use super::hue_of_term;
use crate::engine::cluster::{Cluster, NodeId};
use crate::engine::replication::leader::Leader;
use crate::engine::replication::replicated_log::Entry;
use crate::engine::wording::{count, shown};
use crate::scene::area::{Area, GAP};
use crate::scene::svg::number;
use crate::scene::text::{SMALL, fit, width};
use crate::scene::vocabulary::LINE;
use crate::scene::{Anchor, Scene, Shape};

/// What an entry says; the one that opens a term says only that.
fn word(entry: &Entry) -> String {
    let [key, value] = [entry.key(), entry.value()].map(|bytes| String::from_utf8_lossy(bytes));
    if key.is_empty() { format!("t{}", entry.term) } else { format!("{}={}", shown(&key), shown(&value)) }
}

/// The newest entries that fit, each with the colour of its term and a tick if the leader knows that it counts; before them
/// the snapshot that the node began with.
pub(super) fn draw(scene: &mut Scene, cluster: &Cluster<Leader>, id: NodeId, area: Area) {
    let node = &cluster.nodes[id.index()];
    let base = node.log.base();
    let keys = count(base.rows.len(), "key");
    let snapshot = (base.position > 0).then(|| (None, format!("≤{}: {keys}", base.position)));
    let entries = (base.position + 1..).zip(node.log.log());
    let entries = entries.map(|(position, entry)| (Some((position, entry.term)), word(entry)));
    let cells: Vec<_> = snapshot.into_iter().chain(entries).collect();
    let widths: Vec<f32> = cells.iter().map(|(_, word)| width(word, SMALL) + 2.0 * GAP).collect();
    let (hidden, places) = area.newest(&widths);
    if hidden > 0 {
        let more = Shape::new(format!("{id}/more"), area.x, area.y).text(0.0, SMALL + 2.0, Anchor::Start, "small", "…");
        scene.push(more.label(count(hidden, "older entry")));
    }
    for ((place, word), at) in cells[hidden..].iter().zip(places) {
        let of = |key: String, look| Shape::new(key, at.x, at.y).rect(0.0, 0.0, at.width, LINE, 2.0, look);
        let shape = match *place {
            None => of(format!("{id}/snapshot"), "disk")
                .label(format!("a snapshot as of position {}, with {keys}", base.position)),
            Some((position, term)) => {
                let counts = node.leads() && position <= node.log.committed();
                let tick = counts.then(|| format!("M4 {LINE}H{}", number(at.width - 1.0)));
                let shape = of(format!("{id}/entry {position}"), "cell").rect(
                    0.0,
                    0.0,
                    GAP / 2.0,
                    LINE,
                    2.0,
                    hue_of_term(term),
                );
                let shape = tick.into_iter().fold(shape, |shape, tick| shape.path(tick, "tick"));
                shape.label(format!("entry {position} of term {term}: {word}"))
            }
        };
        scene.push(shape.text(GAP, SMALL + 2.0, Anchor::Start, "small", fit(word, at.width - GAP, SMALL)).selects());
    }
}
