//! The table of costs: a line for each number, and in each line a bar for each way, so that they can be compared.

use super::columns::is_about;
use super::plan::Plan;
use crate::engine::service::fanout::{Event, Fanout, Way};
use crate::engine::service::grouped;
use crate::scene::text::{SIZE, SMALL, fit, width};
use crate::scene::{Anchor, Breadth, Scene, Shape};

/// A cost of each way in tenths of a row, as far as it is known.
type Line = [Option<u64>; 3];

pub fn draw(scene: &mut Scene, fanout: &Fanout, event: Option<&Event>, plan: &Plan) {
    let settings = &fanout.settings;
    let (posts, timelines) = (fanout.posts(), fanout.timelines);
    let tally = |of: &dyn Fn(Way) -> Option<u64>| Way::ALL.map(of);
    let whole = |number: u64| number.saturating_mul(10);
    let lines: [(String, Line); 6] = [
        ("rows, this command".to_owned(), tally(&|way| fanout.tally(way).last.map(whole))),
        ("rows a post, mean".to_owned(), tally(&|way| mean(fanout.tally(way).delivered + posts, posts))),
        ("rows a read, mean".to_owned(), tally(&|way| mean(fanout.tally(way).read, timelines))),
        (
            format!("copies/s at {} posts/s", short(settings.posts_per_second)),
            tally(&|way| fanout.writes_at_scale(way).map(whole)),
        ),
        (
            format!("rows/s at {} reads/s", short(settings.timelines_per_second)),
            tally(&|way| fanout.reads_at_scale(way).map(whole)),
        ),
        (
            "both, rows/s".to_owned(),
            tally(&|way| Some(whole(fanout.writes_at_scale(way)?.saturating_add(fanout.reads_at_scale(way)?)))),
        ),
    ];
    for (place, (name, line)) in lines.iter().enumerate() {
        let top = plan.costs + place as f32 * plan.cost_line;
        draw_line(scene, plan, (place, top), name, line);
        if place == 0 {
            mark_now(scene, event, plan, top);
        }
    }
}

/// Which way has just taken a step.
fn mark_now(scene: &mut Scene, event: Option<&Event>, plan: &Plan, top: f32) {
    for (way, frame) in Way::ALL.into_iter().zip(plan.columns) {
        if event.is_some_and(|event| is_about(event, way)) {
            let top = if plan.breadth == Breadth::Wide { top } else { top + 16.0 };
            let mark = Shape::new(format!("now {}", way as usize), frame.x, top);
            scene.push(mark.rect(0.0, 0.0, frame.width, 20.0, 3.0, "lens-glass"));
        }
    }
}

fn draw_line(scene: &mut Scene, plan: &Plan, (place, top): (usize, f32), name: &str, line: &Line) {
    let wide = plan.breadth == Breadth::Wide;
    let (label_room, label_y, top_of_bars) = if wide { (184.0, 14.0, 0.0) } else { (380.0, 12.0, 16.0) };
    let mut shape = Shape::new(format!("cost {place}"), 8.0, top).text(
        0.0,
        label_y,
        Anchor::Start,
        "small",
        fit(name, label_room, SMALL),
    );
    let most = line.iter().flatten().copied().max().unwrap_or(0).max(1);
    for (frame, value) in plan.columns.iter().zip(line) {
        let left = frame.x - 8.0;
        let bar = value.map_or(0.0, |value| value as f32 / most as f32 * (frame.width - 4.0));
        let shown = value.map_or("–".to_owned(), tenths);
        let class = if width(&shown, SIZE) > frame.width - 12.0 { "small" } else { "key" };
        shape = shape
            .rect(left, top_of_bars, frame.width, 20.0, 3.0, "slot")
            .rect(left + 2.0, top_of_bars + 2.0, bar, 16.0, 2.0, "share")
            .text(left + frame.width - 6.0, top_of_bars + 14.5, Anchor::End, class, shown);
    }
    scene.push(shape.label(name));
}

/// A mean in tenths; `None` of nothing.
fn mean(sum: u64, of: u64) -> Option<u64> {
    (of > 0).then(|| ((u128::from(sum) * 10 + u128::from(of / 2)) / u128::from(of.max(1))) as u64)
}

/// A number in tenths, the tenths only where there are some.
fn tenths(number: u64) -> String {
    match number % 10 {
        0 => short(number / 10),
        tenth if number < 10_000 => format!("{}.{tenth}", number / 10),
        _ => short(number / 10),
    }
}

/// A number, in millions or thousand millions where it is long.
fn short(number: u64) -> String {
    match number {
        0..10_000_000 => grouped(number),
        10_000_000..1_000_000_000 => format!("{}.{} million", number / 1_000_000, number / 100_000 % 10),
        _ => format!("{}.{} billion", grouped(number / 1_000_000_000), number / 100_000_000 % 10),
    }
}
