//! Beside a text of a way that is alone: what its copy has on its disk, a row each. Versions, operations, and of a sequence the
//! names of its letters; each in the colour of who has made it.

use super::{Texts, ink, notes, writer};
use crate::engine::cluster::NodeId;
use crate::engine::replication::collab::text::quoted;
use crate::engine::replication::collab::{Seen, Way};
use crate::engine::wording::{count, shown};
use crate::scene::area::{Area, GAP};
use crate::scene::rows::{APART, TIGHT, boxed, put};
use crate::scene::text::Face;
use crate::scene::vocabulary::disk;
use crate::scene::{Anchor, Breadth, Scene};

/// So many lines there is always room for, wide and narrow.
const LEAST: [usize; 2] = [4, 2];
/// From a row to the next, at least.
const PITCH: f32 = TIGHT + 2.0;

struct Row {
    says: String,
    wash: &'static str,
}

impl Row {
    fn plain(says: String) -> Row {
        Row { says, wash: "" }
    }

    fn by(node: Option<NodeId>, says: String) -> Row {
        Row { says, wash: ink(node.and_then(writer)).1 }
    }
}

/// How wide it is at least, and how high.
pub(super) fn least() -> f32 {
    Face::of("small").width("insert “word” at 10") + 2.0 * GAP
}

pub(super) fn height(breadth: Breadth) -> f32 {
    LEAST[usize::from(breadth == Breadth::Narrow)] as f32 * PITCH + GAP
}

/// What matters most comes first.
fn rows(cluster: &Texts, node: NodeId, way: Way) -> Vec<Row> {
    let member = &cluster.nodes[node.index()];
    let status = notes::of_text(cluster, node, way);
    // Where all are listed, it need not be said how many they are.
    let counted = match way {
        Way::Merge | Way::Transform if writer(node).is_some() => 0,
        Way::Merge | Way::Transform => 2,
        Way::Peers => 1,
        Way::Sequence => 0,
    };
    let status = status.into_iter().skip(counted).filter(|said| said != notes::NONE_WAITS);
    let mut rows: Vec<Row> = status.map(|said| Row::plain(said.replace("version ", "v"))).collect();
    match way {
        Way::Merge => {
            rows.extend(
                member.merge.as_ref().map(|copy| Row::plain(format!("base: {}", shown(&copy.base_text.to_string())))),
            );
            let versions = member.versions.iter().flat_map(|versions| versions.all.iter().enumerate().rev());
            rows.extend(versions.map(|(number, version)| match (version.by, version.conflicts) {
                (None, _) => Row::plain(format!("v{number}: the beginning")),
                (by @ Some(name), 0) => Row::by(by, format!("v{number} by {name}")),
                (by @ Some(name), many) => Row::by(by, format!("v{number} by {name}, {}", count(many, "conflict"))),
            }));
        }
        Way::Transform => {
            let log = member.order.iter().flat_map(|order| order.log.iter().enumerate().rev());
            rows.extend(log.map(|(place, it)| Row::by(Some(it.by), format!("{}: {}", place + 1, it.op))));
        }
        Way::Peers => {
            let log = member.peers.iter().flat_map(|copy| copy.log.iter().rev());
            rows.extend(log.map(|it| Row::by(Some(it.name.replica), format!("{}: {}", it.name, it.op))));
        }
        Way::Sequence => {
            let nodes = member.sequence.iter().flat_map(|copy| copy.tree.nodes());
            let (typed, began): (Vec<_>, Vec<_>) = runs(nodes).into_iter().partition(|run| run[0].id.by.is_some());
            rows.extend(typed.iter().chain(&began).filter_map(|run| named(run)));
        }
    }
    rows
}

/// Letters beside each other whose names follow each other.
fn runs<'a>(nodes: impl Iterator<Item = Seen<'a>>) -> Vec<Vec<Seen<'a>>> {
    let mut runs: Vec<Vec<Seen>> = Vec::new();
    for seen in nodes {
        let goes_on = |last: &Seen| last.id.plus(1) == seen.id && last.is_gone == seen.is_gone;
        match runs.last_mut() {
            Some(run) if run.last().is_some_and(goes_on) => run.push(seen),
            _ => runs.push(vec![seen]),
        }
    }
    runs
}

/// `n2:0–3: “big ”`
fn named(run: &[Seen]) -> Option<Row> {
    let (first, last) = (run.first()?, run.last()?);
    let to = if run.len() > 1 { format!("–{}", last.id.count) } else { String::new() };
    let gone = if first.is_gone { ", gone" } else { "" };
    let letters = quoted(run.iter().map(|seen| seen.atom));
    Some(Row::by(first.id.by, format!("{}{to}: {letters}{gone}", first.id)))
}

/// As many rows as there is room for.
pub(super) fn draw(scene: &mut Scene, cluster: &Texts, (node, way): (NodeId, Way), area: Area) {
    let key = format!("{node}/ledger");
    scene.push(disk(&key, area.x, area.y, area.width, area.height, "").label(format!("the disk of {node}")));
    let mut rows = rows(cluster, node, way);
    let inside = area.inset(GAP / 2.0);
    let most = ((inside.height / PITCH) as usize).max(1);
    if rows.len() > most {
        let more = rows.split_off(most - 1).len();
        rows.push(Row::plain(format!("and {more} more")));
    }
    let face = Face::of("small");
    for (place, row) in rows.iter().enumerate() {
        let mut at = inside;
        at.cut_top(place as f32 * inside.height / rows.len() as f32);
        let at = at.cut_top(inside.height / rows.len() as f32 - APART);
        let mut shape = boxed(format!("{key} {place}"), at, 2.0, "says");
        if !row.wash.is_empty() {
            shape = shape.rect(0.0, 0.0, at.width, at.height, 2.0, row.wash);
        }
        let lines = face.wrap(&row.says, at.width - GAP, ((at.height / TIGHT) as usize).max(1));
        let mut text = at.own().low(lines.len() as f32 * TIGHT);
        text.cut_left(GAP / 2.0);
        scene.push(
            lines.iter().fold(shape, |shape, line| put(shape, text.cut_top(TIGHT), Anchor::Start, "small plain", line)),
        );
    }
}
