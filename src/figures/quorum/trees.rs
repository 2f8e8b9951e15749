//! The Merkle trees of two replicas that compare them, each beside its records: the digests that differ stand out.

use crate::engine::cluster::{Cluster, NodeId};
use crate::engine::replication::quorum::Quorum;
use crate::engine::replication::quorum::merkle::{LEAVES, Tree, TreePlace};
use crate::scene::area::{Area, GAP};
use crate::scene::svg::number as n;
use crate::scene::{Point, Scene, Shape};

/// Of the room of a card so much is for the tree, and no more than that for a leaf.
const SHARE: f32 = 0.36;
const MOST_ACROSS: f32 = 11.0;
/// Of the way from leaf to leaf, how large a digest is that differs, and one that agrees.
const DIFFERS: f32 = 0.45;
const AGREES: f32 = 0.3;

/// Draws the tree of a node that compares what it has, and cuts its room off the area.
pub(super) fn draw(scene: &mut Scene, cluster: &Cluster<Quorum>, node: NodeId, area: &mut Area) {
    let Some((one, other)) = cluster.witness.compared.filter(|(a, b)| [*a, *b].contains(&node)) else { return };
    if !cluster.is_up(one) || !cluster.is_up(other) {
        return;
    }
    let [mine, theirs] = [node, if node == one { other } else { one }]
        .map(|node| Tree::of(&cluster.nodes[node.index()].replica.records));
    let across = (area.width * SHARE / LEAVES as f32).min(MOST_ACROSS);
    let room = area.cut_right(LEAVES as f32 * across);
    area.width -= GAP;
    let differs = |place: TreePlace| mine.digest(place) != theirs.digest(place);
    let spot = |place: TreePlace| spot(place, across);
    let (places, mut lines) = (TreePlace::all(), String::new());
    for place in &places {
        for child in place.children().into_iter().flatten() {
            let (from, to) = (spot(*place), spot(child));
            lines.push_str(&format!("M{} {}L{} {}", n(from.x), n(from.y), n(to.x), n(to.y)));
        }
    }
    let mut shape = Shape::new(format!("{node}/tree"), room.x, room.y + across).path(lines, "link");
    for place in &places {
        let at = spot(*place);
        let (size, class) = if differs(*place) { (DIFFERS, "bad") } else { (AGREES, "good") };
        shape = shape.circle(at.x, at.y, size * across, class);
    }
    let leaves = places.iter().filter(|place| place.is_leaf() && differs(**place)).count();
    scene.push(shape.label(format!(
        "the Merkle tree of {node}: root {}, {leaves} of {LEAVES} ranges differ",
        mine.digest(TreePlace::ROOT)
    )));
}

/// Where a place of the tree stands in the picture of it.
fn spot(place: TreePlace, across: f32) -> Point {
    let number = u32::from(place.number());
    let level = number.ilog2();
    let pitch = (LEAVES as u32 >> level) as f32 * across;
    Point::new(((number - (1 << level)) as f32 + 0.5) * pitch, level as f32 * 1.2 * across)
}
