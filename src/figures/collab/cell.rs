//! A text as one node has it by one way: its letters, each with the colour of who has typed it, and below them what it owes and
//! what waits.

use std::collections::BTreeSet;

use super::super::Written;
use super::{Texts, from, ink, key, notes, rewrite, tree};
use crate::engine::cluster::NodeId;
use crate::engine::replication::collab::{Atom, Origin, Text, Way};
use crate::engine::wording::shown;
use crate::scene::area::{Area, GAP};
use crate::scene::letters::{self, Laid, Letter, lay_out};
use crate::scene::parts::ROW;
use crate::scene::text::Face;
use crate::scene::{Anchor, Breadth, Scene, Shape, Whence};

/// Of a text that is longer, no more is laid out before the letter that a step speaks of and after it.
const MOST: usize = 2_000;

/// How high a cell is with so many lines of letters.
pub(super) fn height(lines: usize, has_foot: bool) -> f32 {
    letters::height(lines) + GAP + if has_foot { ROW } else { 0.0 }
}

/// How many lines the text of a node takes in a cell so wide, at most so many.
pub(super) fn lines(cluster: &Texts, (node, way): (NodeId, Way), width: f32, most: usize) -> usize {
    let Some(text) = cluster.nodes[node.index()].text(way) else { return 1 };
    let said: Vec<String> = text.iter().take(MOST).map(|atom| atom.letter.to_string()).collect();
    let said: Vec<&str> = said.iter().map(String::as_str).collect();
    letters::lines(&said, width - GAP).min(most)
}

/// Whether what is said of a text stands below it, where there is room; of a way that is alone it stands beside it.
pub(super) fn has_foot(cluster: &Texts, breadth: Breadth) -> bool {
    breadth == Breadth::Wide && cluster.settings.ways().len() > 1
}

/// A text as it is laid out in its cell.
struct Inside {
    text: Text,
    /// Of a long text, only a part is laid out: its place, and its letters.
    first: usize,
    said: Vec<String>,
    laid: Laid,
    /// What the letters have of the cell, and where something is said below them.
    area: Area,
    foot: Option<Area>,
}

impl Inside {
    /// None where a node has no text in that way. `told` are the letters that the step speaks of.
    fn new(
        cluster: &Texts,
        (node, way): (NodeId, Way),
        (area, breadth): (Area, Breadth),
        told: &[Told],
    ) -> Option<Inside> {
        let text = cluster.nodes[node.index()].text(way)?;
        let place = text.iter().position(|atom| told.iter().any(|told| told.is(node, way, atom.origin)));
        // Of a long text, the part around what is told.
        let first = place.map_or(text.len().saturating_sub(MOST), |place| place.saturating_sub(MOST / 2));
        let said: Vec<String> = text.iter().skip(first).take(MOST).map(|atom| atom.letter.to_string()).collect();
        let mut inside = area.inset(GAP / 2.0);
        let has_foot = has_foot(cluster, breadth) && inside.height >= letters::height(1) + ROW;
        let foot = has_foot.then(|| inside.cut_bottom(ROW));
        if inside.height < letters::height(2) {
            // A line alone stands in the middle.
            let low = area.low(letters::height(1));
            (inside.y, inside.height) = (low.y + 0.5, low.height);
        }
        let letters: Vec<&str> = said.iter().map(String::as_str).collect();
        let mut laid = lay_out(inside, &letters, place.map(|place| place - first));
        laid.before += first;
        laid.after += text.len() - first - said.len();
        Some(Inside { text, first, said, laid, area: inside, foot })
    }
}

/// The text of a cell for a reader who writes into it.
pub(super) fn written(
    cluster: &Texts,
    (node, way): (NodeId, Way),
    (area, breadth): (Area, Breadth),
    told: &[Told],
    label: String,
) -> Option<Written> {
    let Inside { text, first, laid, .. } = Inside::new(cluster, (node, way), (area, breadth), told)?;
    let spelt: Vec<String> = text.iter().map(rewrite::spelt).collect();
    let mut ends = vec![0];
    for letter in &spelt {
        ends.push(ends[ends.len() - 1] + letter.encode_utf16().count() as u32);
    }
    let mut lines = laid.lines;
    // Where a line has ended, a field begins another, and moves the others if that has no room.
    let has_ended = spelt.last().is_some_and(|last| last == "\n");
    lines.are_plain &= !has_ended || laid.shown.last().is_none_or(|(_, at)| at.y + letters::height(2) <= area.bottom());
    let letters = laid.shown.into_iter().map(|(place, at)| {
        let after = if spelt[first + place] == "\n" { place } else { place + 1 };
        (ends[first + place]..ends[first + after], at)
    });
    let letters = letters.collect();
    Some(Written { key: key(node, way), text: spelt.concat(), label, area, lines, letters })
}

pub(super) fn draw(
    scene: &mut Scene,
    cluster: &Texts,
    (node, way): (NodeId, Way),
    (area, breadth): (Area, Breadth),
    told: &[Told],
) {
    let Some(Inside { text, first, said, laid, area: inside, foot }) =
        Inside::new(cluster, (node, way), (area, breadth), told)
    else {
        let none = Shape::new(key(node, way), area.x, area.y).rect(0.0, 0.0, area.width, area.height, 2.0, "slot");
        let (x, y) = (area.width / 2.0, area.height / 2.0 + GAP / 2.0);
        let none = none.text(x, y, Anchor::Middle, "small", "needs no server");
        scene.push(none.label(format!("{node} has no text here: a {} needs no server", way.label())));
        return;
    };
    let atoms: Vec<&Atom> = text.iter().skip(first).take(MOST).collect();
    let status = notes::of_text(cluster, node, way).join(" · ");
    let is_changed = told.iter().any(|told| told.node == node && told.way == way);
    let label = format!(
        "{node}, {}: {}{}{status}",
        way.label(),
        shown(&text.to_string()),
        if status.is_empty() { "" } else { "; " }
    );
    let mut frame = Shape::new(key(node, way), area.x, area.y).rect(0.0, 0.0, area.width, area.height, 2.0, "frame");
    if let Some(foot) = foot {
        let small = Face::of("small");
        let at = (foot.x - area.x, foot.bottom() - area.y - GAP / 2.0);
        frame = frame.text(at.0, at.1, Anchor::Start, "small", small.fit_words(&status, foot.width));
    }
    scene.push(frame.changed(is_changed).label(label));

    // Below its text stands its tree, where that has room.
    let levels = tree::levels(cluster, node, inside.width);
    if levels > 0 {
        let mut below = inside;
        let letters: Vec<&str> = said.iter().map(String::as_str).collect();
        below.cut_top(letters::height(letters::lines(&letters, inside.width)) + GAP / 2.0);
        tree::draw(scene, cluster, node, below, told);
    }
    laid.draw_signs(scene, &key(node, way));
    let mut used = BTreeSet::new();
    let mut disputed = disputed(&atoms);
    let from = from(cluster, node);
    for (place, at) in laid.shown {
        let atom = atoms[place];
        let mut name = format!("{}/{}", key(node, way), atom.origin);
        // Both sides of a conflict may have the same letters.
        while !used.insert(name.clone()) {
            name.push('\'');
        }
        let (_, wash, loud) = ink(atom.origin.author());
        let is_marked = told.iter().any(|told| told.is(node, way, atom.origin));
        let born = from.filter(|_| is_marked).map(|from| Whence::Shape(format!("{}/{}", key(from, way), atom.origin)));
        let letter = Letter {
            key: name,
            says: &said[place],
            wash: if is_marked { loud } else { wash },
            is_disputed: std::mem::take(&mut disputed[place]),
            born,
        };
        scene.push(letters::letter(letter, at));
    }
}

/// Which letters belong to conflicts: those between two marks that a merge has put there.
fn disputed(atoms: &[&Atom]) -> Vec<bool> {
    use crate::engine::replication::collab::MARKS;
    let mut is_open = false;
    let is_disputed = |atom: &&Atom| {
        let is_mark = matches!(atom.origin, Origin::Mark { .. });
        let said = atom.letter.to_string();
        is_open |= is_mark && said.starts_with(MARKS[0]);
        let is_within = is_open;
        is_open &= !(is_mark && said.starts_with(MARKS[2]));
        is_within
    };
    atoms.iter().map(is_disputed).collect()
}

/// A letter that the step speaks of, where it is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Told {
    pub node: NodeId,
    pub way: Way,
    /// None for a text as a whole: letters have gone from it.
    pub origin: Option<Origin>,
}

impl Told {
    pub(super) fn is(&self, node: NodeId, way: Way, origin: Origin) -> bool {
        (self.node, self.way, self.origin) == (node, way, Some(origin))
    }
}
