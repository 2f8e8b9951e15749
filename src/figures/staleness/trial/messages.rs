//! The four ways of each node, as arrows from one line of the diagram to another.

use super::{Ground, WRITER, has_read, line};
use crate::engine::replication::NodeId;
use crate::engine::replication::staleness::{Shown, What};
use crate::engine::sim::Time;
use crate::engine::spell::time as spell;
use crate::scene::area::GAP;
use crate::scene::{Point, Scene, Shape};

pub(super) fn draw(scene: &mut Scene, ground: &Ground, shown: &Shown, now: Time) {
    let trial = &shown.trial;
    let reader = ground.hosts - 1;
    let mut arrow = |key: String, class, (from, sent): (usize, Time), (to, comes): (usize, Time)| {
        if sent > now {
            return;
        }
        let (start, end) = (Point::new(ground.x(sent), ground.y(from)), ground.y(to));
        // One under way is as far as it has come.
        let share = if comes <= now {
            1.0
        } else {
            (now.as_nanos() - sent.as_nanos()) as f32 / (comes.as_nanos() - sent.as_nanos()) as f32
        };
        let tip = Point::new(ground.x(comes.min(now)), start.y + (end - start.y) * share);
        // One that has hardly left has no length yet, and no head.
        if (tip.x - start.x).abs() + (tip.y - start.y).abs() < GAP {
            return;
        }
        let label = format!("{key}: from {} to {}", spell(sent), spell(comes));
        scene.push(Shape::arrow(key, start, tip).arrow_class(class).label(label));
    };
    let passed = &shown.moments[..shown.passed];
    for (version, write) in (1..).zip(trial.writes()) {
        // At the same moment as others, a write may not have been sent yet.
        if !passed.iter().any(|moment| (moment.version, moment.what) == (version, What::WriteSent)) {
            continue;
        }
        for node in 0..trial.nodes {
            let name = NodeId::new(node as u8 + 1);
            let (arrives, back) = (write.arrives[node], write.acknowledged[node]);
            arrow(format!("write {version} to {name}"), "pointer", (WRITER, write.sent), (line(node), arrives));
            let class = if back <= write.committed { "pointer" } else { "link" };
            arrow(format!("acknowledgement {version} of {name}"), class, (line(node), arrives), (WRITER, back));
        }
    }
    if !has_read(shown) {
        return;
    }
    for node in 0..trial.nodes {
        let name = NodeId::new(node as u8 + 1);
        let (arrives, back) = (trial.read.arrives[node], trial.read.answered[node]);
        let counts = trial.answering().any(|each| each == node);
        let class = if counts { "path" } else { "link" };
        arrow(format!("read to {name}"), class, (reader, trial.read.sent), (line(node), arrives));
        arrow(format!("answer of {name}"), class, (line(node), arrives), (reader, back));
    }
}
