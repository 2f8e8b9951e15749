//! The fleet: a card for each node, with its version and how many of its users have been hit.

use crate::engine::service::grouped;
use crate::engine::service::rollout::fleet::Node;
use crate::engine::service::rollout::{Event, Rollout, Stage, Strategy};
use crate::engine::wording::{count, plural};
use crate::scene::area::{Area, GAP};
use crate::scene::parts::memory;
use crate::scene::rows::{CLOSE, boxed, put, told};
use crate::scene::vocabulary::{cross, tick, tint};
use crate::scene::{Anchor, Scene};

/// More nodes than this are counted, and not drawn.
const MOST: usize = 20;
/// How tall a node is, with the gap to the next row, and how wide the machine without users.
const ROW: f32 = 2.0 * CLOSE + GAP / 2.0;
const SANDBOX: f32 = 4.0 * CLOSE;

/// How many nodes stand side by side, and in how many rows.
fn grid(rollout: &Rollout, width: f32) -> (usize, usize) {
    let columns = ((width - SANDBOX) / (SANDBOX - CLOSE)) as usize;
    (columns, rollout.fleet.nodes.len().min(MOST).div_ceil(columns))
}

pub fn height(rollout: &Rollout, width: f32) -> f32 {
    grid(rollout, width).1.max(2) as f32 * ROW + CLOSE + GAP
}

pub fn draw(scene: &mut Scene, rollout: &Rollout, event: Option<&Event>, area: Area) {
    let settings = rollout.settings;
    let (nodes, users) = (u64::from(settings.nodes), u64::from(settings.users));
    let name = format!("the fleet: {}, {} {}", count(nodes, "node"), grouped(users), plural(users, "user"));
    let mut inside = memory(scene, "fleet", area, &name);
    let alone = inside.cut_left(SANDBOX);
    inside.cut_left(GAP);
    draw_sandbox(scene, rollout, event, alone);
    let (columns, rows) = grid(rollout, area.width);
    let all = &rollout.fleet.nodes;
    let shown = if all.len() > MOST.min(columns * rows) { MOST.min(columns * rows) - 1 } else { all.len() };
    let users_of = users.div_ceil(nodes).max(1) as f32;
    let place = |place: usize| inside.place(columns, rows, place);
    for (number, node) in all.iter().take(shown).enumerate() {
        draw_node(scene, rollout, event, (number + 1, node), place(number), users_of);
    }
    if all.len() > shown {
        let more = format!("+ {} more", grouped((all.len() - shown) as u64));
        let new = rollout.last_release().map(|release| u64::from(rollout.fleet.with_version(release.version)));
        let new = new.map_or(String::new(), |many| format!("{} new", grouped(many)));
        let more = told("more nodes", place(shown), &[("small", &more), ("small", &new)]);
        scene.push(more.label("nodes that aren't drawn, and how many in all have the new version"));
    }
}

/// A node, in the colour of its version, and a bar for those of its users that were hit.
fn draw_node(
    scene: &mut Scene,
    rollout: &Rollout,
    event: Option<&Event>,
    (number, node): (usize, &Node),
    area: Area,
    users: f32,
) {
    let stage = matches!(event, Some(Event::StageBegun { .. } | Event::RolledBack { .. }));
    let is_new = rollout.last_release().is_some_and(|release| release.version == node.version);
    let version = format!("v{}", node.version);
    let mut inside = area.own().inset(GAP / 2.0);
    let line = inside.cut_top(CLOSE - GAP / 2.0);
    inside.cut_top(GAP / 2.0);
    let hit = (node.users_hit as f32 / users).min(1.0) * inside.width;
    let says = if node.users_hit > 0 { grouped(u64::from(node.users_hit)) } else { String::new() };
    let mut shape = boxed(format!("n{number}"), area, GAP / 2.0, "cell")
        .rect(0.0, 0.0, area.width, area.height, GAP / 2.0, tint(&version))
        .rect(inside.x, inside.y, inside.width, inside.height, 1.0, "slot")
        .rect(inside.x, inside.y, hit, inside.height, 1.0, "share");
    shape = put(shape, line, Anchor::Start, "small", format!("n{number}"));
    shape = put(shape, line, Anchor::End, if is_new { "small strong plain" } else { "small" }, &version);
    shape = put(shape, inside, Anchor::Middle, "small bad", says);
    let label = format!("node {number}: version {}, {} hit", node.version, count(node.users_hit, "user"));
    scene.push(shape.changed(stage && is_new).label(label));
}

/// The machine that has tests and no users.
fn draw_sandbox(scene: &mut Scene, rollout: &Rollout, event: Option<&Event>, area: Area) {
    let release = rollout.last_release().filter(|release| release.strategy == Strategy::Sandbox);
    let (state, says) = match release {
        None => ("", "unused".to_owned()),
        Some(release) => match (release.stage, release.noticed) {
            (Stage::Sandbox, _) => ("", format!("v{} tests", release.version)),
            (Stage::Stopped, _) => ("tombstone", format!("v{} fails", release.version)),
            _ => ("tick", format!("v{} passed", release.version)),
        },
    };
    let mut card = boxed("sandbox", area, GAP / 2.0, "cell");
    let mut inside = area.own().inset(GAP / 2.0);
    for line in ["sandbox", "no users", &says] {
        card = put(card, inside.cut_top(CLOSE), Anchor::Start, "small", line);
    }
    let sign = inside.middle();
    card = match state {
        "tick" => card.path(tick(sign.x, sign.y), state),
        "tombstone" => card.path(cross(sign.x, sign.y, GAP / 2.0), state),
        _ => card,
    };
    let card = card
        .class(if release.is_none() { "unread" } else { "" })
        .changed(matches!(event, Some(Event::TestsPassed { .. } | Event::TestsFailed { .. })));
    scene.push(card.label("a machine with tests and without users"));
}
