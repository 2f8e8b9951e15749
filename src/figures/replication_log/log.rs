//! The log between the tables.

use super::plan::Plan;
use super::{LANE, LINE, Seen};
use crate::engine::replication::replication_log::{Entry, Method, follower, leader};
use crate::scene::area::{Area, GAP};
use crate::scene::text::Face;
use crate::scene::{Anchor, Scene, Shape, Whence};

/// The newest entries of the log, as many as there is room for.
pub(super) fn draw_log(scene: &mut Scene, cluster: &Seen, plan: &Plan) {
    let (log, mut room) = (&leader(cluster).log, plan.log);
    let title_at = room.cut_top(LINE);
    let mut shown = Vec::new();
    let mut left = room.height;
    for entry in log.iter().rev() {
        let lines = lines_of(entry, room.width - 2.0 * GAP, if plan.sums.is_some() { 3 } else { 2 });
        let height = (lines.len() + 2) as f32 * LINE + GAP + GAP / 2.0;
        left -= height;
        if left < 0.0 {
            break;
        }
        shown.push((entry, lines, height));
    }
    let hidden = log.len() - shown.len();
    let place = if cluster.settings.method == Method::Triggers { "change table" } else { "log" };
    let title = match (log.len(), hidden) {
        (0, _) => format!("the {place} is empty"),
        (_, 0) => format!("the {place}"),
        (_, hidden) => format!("the {place}, + {hidden} earlier"),
    };
    let mut head = Shape::new("log", title_at.x, title_at.y).text(0.0, GAP, Anchor::Start, "region-name", title);
    if plan.sums.is_none() {
        head = head.text(room.width, GAP, Anchor::End, "region-name", super::logged(cluster));
    }
    scene.push(head);
    for (entry, lines, height) in shown.into_iter().rev() {
        let mut at = room.cut_top(height);
        at.cut_bottom(GAP / 2.0);
        scene.push(draw_entry(cluster, entry, &lines, at).born(Whence::At(plan.way.middle())));
    }
}

fn draw_entry(cluster: &Seen, entry: &Entry, lines: &[String], at: Area) -> Shape {
    let (number, applied) = (entry.number, follower(cluster).applied);
    let is_next = number == applied + 1;
    let halted = is_next && follower(cluster).halted.is_some();
    let travels = cluster.network().in_flight().any(|message| message.payload.entry() == Some(number));
    let status = match () {
        () if number <= applied => "executed",
        () if halted => "not executed",
        () if travels => "on its way",
        () => "waits",
    };
    let (width, size) = (at.width, entry.bytes.len());
    let mut shape = Shape::new(format!("entry {number}"), at.x, at.y)
        .rect(0.0, 0.0, width, at.height, 2.0, "cell")
        .text(GAP, LANE, Anchor::Start, "strong", format!("{number} · {size} bytes"))
        .text(width - GAP, LANE, Anchor::End, "small", status)
        .changed(halted || is_next && travels)
        .label(format!("entry {number}, {size} bytes, {status}: {}", entry.lines.join("; ")))
        .selects();
    // Whole bytes, as many as there is room for.
    let hex: Vec<_> = entry.bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    let hex = Face::of("offset").fit_words(&hex.join(" "), width - 2.0 * GAP);
    let texts = lines.iter().map(|line| ("small", line.clone())).chain([("offset", hex)]);
    for (place, (class, text)) in texts.enumerate() {
        shape = shape.text(GAP, LANE + 2.0 + (place + 1) as f32 * LINE, Anchor::Start, class, text);
    }
    shape
}

/// What an entry says, broken into lines that fit; a long one is cut between words.
fn lines_of(entry: &Entry, room: f32, most: usize) -> Vec<String> {
    Face::of("small").wrap(&entry.lines.join("; "), room, most)
}
