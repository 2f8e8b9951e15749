//! The Merkle trees of two replicas that compare them, each beside its node: the digests that differ stand out.

use super::super::cluster::Ground;
use crate::engine::replication::NodeId;
use crate::engine::replication::quorum::event::Fact;
use crate::engine::replication::quorum::merkle::{LEAVES, Tree, TreePlace};
use crate::engine::replication::quorum::{Event, Quorum};
use crate::scene::svg::number as n;
use crate::scene::{Point, Scene, Shape};

/// Between two leaves, and between two levels.
const ACROSS: f32 = 11.0;
const DOWN: f32 = 13.0;

pub(super) fn draw(scene: &mut Scene, quorum: &Quorum, event: Option<&Event>, ground: &Ground) {
    let Some((node, with)) = event.and_then(|event| compared(&event.fact)) else { return };
    if !quorum.is_up(node) || !quorum.is_up(with) {
        return;
    }
    let trees = [node, with].map(|node| (node, quorum.tree(node)));
    let [(_, mine), (_, theirs)] = &trees;
    for (node, tree) in &trees {
        scene.push(picture(*node, tree, [mine, theirs], ground));
    }
}

/// The two nodes that compare what they have, if the last step was about that.
fn compared(fact: &Fact) -> Option<(NodeId, NodeId)> {
    match fact {
        Fact::ComparisonBegun { node, with }
        | Fact::TreesCompared { node, with, .. }
        | Fact::TreesAgreed { node, with, .. }
        | Fact::EntriesMerged { node, from: with, .. } => Some((*node, *with)),
        _ => None,
    }
}

fn picture(node: NodeId, tree: &Tree, both: [&Tree; 2], ground: &Ground) -> Shape {
    let width = LEAVES as f32 * ACROSS;
    let middle = ground.middle(node.into()).y;
    // Clear of the lane in which nodes send each other messages, where there is room.
    let left = (ground.node.left - width - 84.0).max(ground.client.left + ground.client.width + 10.0);
    let top = middle - 1.5 * DOWN;
    let places = TreePlace::all();
    let differs = |place: TreePlace| both[0].digest(place) != both[1].digest(place);
    let mut lines = String::new();
    for place in &places {
        for child in place.children().into_iter().flatten() {
            let (from, to) = (spot(*place), spot(child));
            lines.push_str(&format!("M{} {}L{} {}", n(from.x), n(from.y), n(to.x), n(to.y)));
        }
    }
    let mut shape = Shape::new(format!("{node}/tree"), left, top).path(lines, "link");
    for place in &places {
        let at = spot(*place);
        let (radius, class) = if differs(*place) { (4.5, "bad") } else { (3.0, "good") };
        shape = shape.circle(at.x, at.y, radius, class);
    }
    let leaves = places.iter().filter(|place| place.is_leaf() && differs(**place)).count();
    shape.label(format!(
        "the Merkle tree of {node}: root {}, {leaves} of {LEAVES} ranges differ",
        tree.digest(TreePlace::ROOT)
    ))
}

/// Where a place of the tree stands in the picture of it.
fn spot(place: TreePlace) -> Point {
    let number = u32::from(place.number());
    let level = number.ilog2();
    let pitch = (LEAVES as u32 >> level) as f32 * ACROSS;
    Point::new(((number - (1 << level)) as f32 + 0.5) * pitch, level as f32 * DOWN)
}
