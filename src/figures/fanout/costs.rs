//! The table of costs: a line for each number, and in each line a bar for each way, so that they can be compared.

use super::columns::is_about;
use super::plan::{COSTS, Plan};
use crate::engine::service::fanout::{Event, Fanout, Way};
use crate::engine::service::grouped;
use crate::scene::Scene;
use crate::scene::rows::{APART, Bar, boxed, compared};

/// A cost of each way in tenths of a row, as far as it is known.
type Line = Vec<Option<u64>>;

pub fn draw(scene: &mut Scene, fanout: &Fanout, event: Option<&Event>, plan: &Plan) {
    let settings = &fanout.settings;
    let (posts, timelines) = (fanout.posts(), fanout.timelines);
    let ways = settings.ways.ways();
    let tally = |of: &dyn Fn(Way) -> Option<u64>| ways.iter().copied().map(of).collect();
    let whole = |number: u64| number.saturating_mul(10);
    let lines: [(String, Line); COSTS] = [
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
    let rows = lines.map(|(name, line)| {
        let most = line.iter().flatten().copied().max().unwrap_or(0).max(1) as f32;
        let bar = |value: Option<u64>| -> Bar {
            (value.map_or("–".to_owned(), tenths), value.map_or(0.0, |value| value as f32 / most))
        };
        (name, line.into_iter().map(bar).collect())
    });
    compared(scene, "cost", plan.costs, plan.names, &rows);
    mark_now(scene, ways, event, plan);
}

/// Which way has just taken a step.
fn mark_now(scene: &mut Scene, ways: &[Way], event: Option<&Event>, plan: &Plan) {
    let mut row = plan.costs.row(COSTS, 0);
    row.height = plan.costs.height / COSTS as f32 - APART;
    row.cut_left(plan.names);
    for (place, way) in ways.iter().enumerate() {
        if event.is_some_and(|event| is_about(event, *way)) {
            scene.push(boxed(format!("now {place}"), row.column(ways.len(), place), APART, "lens-glass"));
        }
    }
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
