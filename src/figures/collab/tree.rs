//! The tree of a sequence CRDT, as one device has it: letters from left to right as in the text, tombstones among them. What was
//! typed on from left to right is a line; a line that hangs on a letter of another stands below it.

use std::collections::BTreeMap;

use super::cell::Told;
use super::{Texts, ink, key};
use crate::engine::cluster::NodeId;
use crate::engine::replication::collab::{Id, Seen, Side, Way};
use crate::scene::area::{Area, GAP};
use crate::scene::letters::{self, Letter};
use crate::scene::svg::number;
use crate::scene::{Scene, Shape};

/// No more lines below each other.
const DEEPEST: usize = 7;

/// A letter of the tree, and how deep its line stands.
struct Placed<'a> {
    seen: Seen<'a>,
    level: usize,
    /// The place of the letter on which its line hangs, if the line begins here.
    hangs_on: Option<usize>,
}

/// The letters of a tree, if they have room beside each other in that width, and their lines below each other.
fn placed<'a>(cluster: &'a Texts, node: NodeId, width: f32) -> Option<Vec<Placed<'a>>> {
    let [Way::Sequence] = cluster.settings.ways() else { return None };
    let tree = &cluster.nodes[node.index()].sequence.as_ref()?.tree;
    let room = (width / letters::advance()) as usize;
    if tree.len() + tree.tombstones() > room {
        return None;
    }
    let all: Vec<Seen> = tree.nodes().collect();
    let places: BTreeMap<Id, usize> = all.iter().enumerate().map(|(place, seen)| (seen.id, place)).collect();
    // Each hangs on one that is there, and no two on each other: so the levels are found from the root down.
    let mut levels: Vec<Option<usize>> = vec![None; all.len()];
    fn level(place: usize, all: &[Seen], places: &BTreeMap<Id, usize>, levels: &mut [Option<usize>]) -> usize {
        let mut way = Vec::new();
        let mut here = Some(place);
        while let Some(at) = here.filter(|at| levels[*at].is_none()) {
            way.push(at);
            here = all[at].parent.and_then(|parent| places.get(&parent).copied());
        }
        for at in way.into_iter().rev() {
            let parent = all[at].parent.and_then(|parent| places.get(&parent).copied());
            let above = parent.and_then(|parent| levels[parent]).unwrap_or(0);
            levels[at] = Some(if goes_on(all, at, parent) || parent.is_none() { above } else { above + 1 });
        }
        levels[place].unwrap_or(0)
    }
    let found: Vec<usize> = (0..all.len()).map(|place| level(place, &all, &places, &mut levels)).collect();
    if found.iter().any(|level| *level >= DEEPEST) {
        return None;
    }
    let parents: Vec<Option<usize>> =
        all.iter().map(|seen| seen.parent.and_then(|parent| places.get(&parent).copied())).collect();
    let begins: Vec<bool> = (0..all.len()).map(|place| !goes_on(&all, place, parents[place])).collect();
    let placed = all.into_iter().zip(found).zip(parents.into_iter().zip(begins));
    let placed =
        placed.map(|((seen, level), (parent, begins))| Placed { seen, level, hangs_on: parent.filter(|_| begins) });
    Some(placed.collect())
}

/// Whether a letter was typed on from its parent: by the same person, to its right.
fn goes_on(all: &[Seen], place: usize, parent: Option<usize>) -> bool {
    let seen = &all[place];
    parent.is_some_and(|parent| seen.side == Side::Right && all[parent].id.by == seen.id.by)
}

/// How many lines of a tree stand below each other; none where it isn't drawn.
pub(super) fn levels(cluster: &Texts, node: NodeId, width: f32) -> usize {
    let placed = placed(cluster, node, width).unwrap_or_default();
    placed.iter().map(|each| each.level + 1).max().unwrap_or(0)
}

/// How high a tree of so many lines is.
pub(super) fn height(levels: usize) -> f32 {
    levels as f32 * letters::close().0
}

/// Draws it into an area, if all of it has room there.
pub(super) fn draw(scene: &mut Scene, cluster: &Texts, node: NodeId, area: Area, told: &[Told]) {
    let Some(placed) = placed(cluster, node, area.width) else { return };
    let levels = placed.iter().map(|each| each.level + 1).max().unwrap_or(0);
    if height(levels) > area.height {
        return;
    }
    let (pitch, tall) = letters::close();
    let at = |place: usize, level: usize| Area {
        x: area.x + place as f32 * letters::advance(),
        y: area.y + level as f32 * pitch,
        width: letters::advance(),
        height: tall,
    };
    for (place, each) in placed.iter().enumerate() {
        let Some(parent) = each.hangs_on else { continue };
        let (from, to) = (at(parent, placed[parent].level), at(place, each.level));
        let (dx, dy) = (to.middle().x - from.middle().x, to.y - from.bottom());
        let name = format!("{}/branch {}", key(node, Way::Sequence), each.seen.id);
        let down = number(dy + GAP / 2.0);
        // Down beside the letters between, and across just above the line.
        let path = format!("M0 0V{}H{}V{down}", number(dy), number(dx));
        scene.push(Shape::new(name, from.middle().x, from.bottom() - GAP / 2.0).path(path, "pointer"));
    }
    for (place, each) in placed.iter().enumerate() {
        let origin = each.seen.atom.origin;
        let says = each.seen.atom.letter.to_string();
        let (_, wash, loud) = ink(origin.author());
        let is_told = told.iter().any(|told| told.is(node, Way::Sequence, origin));
        let letter = Letter {
            key: format!("{}/tree {}", key(node, Way::Sequence), each.seen.id),
            says: if says == " " { "␣" } else { &says },
            wash: if is_told { loud } else { wash },
            is_disputed: false,
            born: None,
        };
        let shape = letters::letter(letter, at(place, each.level));
        scene.push(if each.seen.is_gone { shape.class("letter dead") } else { shape });
    }
}
