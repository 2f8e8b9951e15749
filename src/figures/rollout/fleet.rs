//! The fleet: a card for each node, with its version and how many of its users have been hit.

use super::Frame;
use crate::engine::service::grouped;
use crate::engine::service::rollout::{Event, Rollout, Stage, Strategy};
use crate::engine::wording::{count, plural};
use crate::scene::text::{SMALL, fit};
use crate::scene::vocabulary::{hue, memory};
use crate::scene::{Anchor, Scene, Shape};

/// More nodes than this are counted, and not drawn.
const MOST: usize = 20;
const ROW: f32 = 40.0;

pub fn draw(scene: &mut Scene, rollout: &Rollout, event: Option<&Event>, frame: Frame) {
    let settings = rollout.settings;
    let (nodes, users) = (u64::from(settings.nodes), u64::from(settings.users));
    let name = format!("the fleet: {}, {} {}", count(nodes, "node"), grouped(users), plural(users, "user"));
    scene.push(memory("fleet", frame.x, frame.y, frame.width, frame.height, &name));
    draw_sandbox(scene, rollout, event, frame);
    let columns = if frame.width > 400.0 { 5 } else { 4 };
    let most = MOST.min(columns * 4);
    let all = &rollout.fleet.nodes;
    let shown = if all.len() > most { most - 1 } else { all.len() };
    let left = frame.x + 98.0;
    let pitch = (frame.width - 104.0) / columns as f32;
    let users_of = users.div_ceil(nodes).max(1) as f32;
    let stage = matches!(event, Some(Event::StageBegun { .. } | Event::RolledBack { .. }));
    for (place, node) in all.iter().take(shown).enumerate() {
        let (x, y) = (left + (place % columns) as f32 * pitch, frame.y + 24.0 + (place / columns) as f32 * ROW);
        let width = pitch - 6.0;
        let is_new = rollout.last_release().is_some_and(|release| release.version == node.version);
        let version = format!("v{}", node.version);
        let hit = (node.users_hit as f32 / users_of).min(1.0) * (width - 12.0);
        let hit_text = if node.users_hit > 0 { grouped(u64::from(node.users_hit)) } else { String::new() };
        let card = Shape::new(format!("n{}", place + 1), x, y)
            .rect(0.0, 0.0, width, ROW - 5.0, 5.0, "card")
            .rect(0.0, 0.0, 5.0, ROW - 5.0, 2.0, hue(&version))
            .text(11.0, 14.0, Anchor::Start, "small", format!("n{}", place + 1))
            .text(width - 6.0, 14.0, Anchor::End, if is_new { "key" } else { "small" }, version.as_str())
            .rect(8.0, 20.0, width - 12.0, 10.0, 1.0, "slot")
            .rect(8.0, 20.0, hit, 10.0, 1.0, "bad")
            .text(width / 2.0 + 2.0, 29.0, Anchor::Middle, "offset", hit_text)
            .changed(stage && is_new)
            .label(format!("node {}: version {}, {} hit", place + 1, node.version, count(node.users_hit, "user")));
        scene.push(card);
    }
    if all.len() > shown {
        let (x, y) = (left + (shown % columns) as f32 * pitch, frame.y + 24.0 + (shown / columns) as f32 * ROW);
        let more = Shape::new("more nodes", x + 4.0, y + 14.0)
            .text(0.0, 0.0, Anchor::Start, "small", format!("+ {} more", grouped((all.len() - shown) as u64)))
            .text(
                0.0,
                15.0,
                Anchor::Start,
                "small",
                match rollout.last_release() {
                    Some(release) => {
                        format!("{} in all", grouped(u64::from(rollout.fleet.with_version(release.version))))
                    }
                    None => String::new(),
                },
            );
        scene.push(more.label("nodes that are not drawn, and how many in all have the new version"));
    }
}

/// The machine that has tests and no users.
fn draw_sandbox(scene: &mut Scene, rollout: &Rollout, event: Option<&Event>, frame: Frame) {
    let release = rollout.last_release().filter(|release| release.strategy == Strategy::Sandbox);
    let (state, says) = match release {
        None => ("", "unused".to_owned()),
        Some(release) => match (release.stage, release.noticed) {
            (Stage::Sandbox, _) => ("", format!("v{} tests", release.version)),
            (Stage::Stopped, _) => ("tombstone", format!("v{} fails", release.version)),
            _ => ("tick", format!("v{} passed", release.version)),
        },
    };
    let mut card = Shape::new("sandbox", frame.x + 8.0, frame.y + 24.0)
        .rect(0.0, 0.0, 82.0, 4.0 * ROW - 5.0, 5.0, "strip")
        .text(8.0, 16.0, Anchor::Start, "small", "sandbox")
        .text(8.0, 34.0, Anchor::Start, "small", fit(&says, 72.0, SMALL))
        .text(8.0, 4.0 * ROW - 14.0, Anchor::Start, "small", "no users")
        .class(if release.is_none() { "unread" } else { "" })
        .changed(matches!(event, Some(Event::TestsPassed { .. } | Event::TestsFailed { .. })))
        .label("a machine with tests and without users");
    card = match state {
        "tick" => card.path("M30 70l8 9 16-20", state),
        "tombstone" => card.path("M32 56l20 22M52 56l-20 22", state),
        _ => card,
    };
    scene.push(card);
}
