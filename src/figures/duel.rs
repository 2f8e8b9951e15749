//! How the duel is drawn: two halves side by side, what each engine did for the last operation and in all; below, their
//! throughput over the operations, and over the share of reads once a sweep has measured it.

mod long;

use super::long::Long;
use super::plot::{Axis, Series, plot, plot_by_tens};
use super::{About, Figure};
use crate::engine::Dump;
use crate::engine::spell::{grouped, time};
use crate::engine::storage::duel::{Compaction, Duel, Event, Name, Throughput};
use crate::engine::wording::{count, plural};
use crate::scene::svg::number;
use crate::scene::text::fit;
use crate::scene::{Anchor, Breadth, Scene, Shape};

pub struct DuelFigure;

const BANNER: f32 = 50.0;
const HALF: f32 = 172.0;
const CHART: f32 = 210.0;

impl Figure for DuelFigure {
    type Engine = Duel;

    const ABOUT: About = About {
        kind: "duel",
        title: "B-tree against LSM-tree",
        summary: "Both engines are given the same seeded workload; what they ask of their disks becomes time.",
        chapter: "storage/duel",
        example: "load 60; forget; next; next; next; run 200; settle",
    };

    const LONG: Option<Long> = Some(Long { unit: "operations", start: long::start });

    fn draw(duel: &Duel, event: Option<&Event>, breadth: Breadth) -> Scene {
        let wide = breadth == Breadth::Wide;
        let margin = if wide { 16.0 } else { 8.0 };
        let width = breadth.width() - 2.0 * margin;
        let (half, across, down) =
            if wide { ((width - 16.0) / 2.0, width / 2.0 + 8.0, 0.0) } else { (width, 0.0, 1.0) };
        let charts = BANNER + HALF + down * HALF + 16.0;
        let mut scene = Scene::new(breadth.width(), charts + CHART + down * (CHART + 12.0) + 8.0);
        scene.push(banner(duel, margin, width));
        let second = (margin + across, BANNER + down * HALF);
        scene.push(side(duel, Name::BTree, event, (margin, BANNER), half));
        scene.push(side(duel, Name::Lsm, event, second, half));
        scene.push(over_time(duel, (margin, charts), half));
        scene.push(over_reads(duel, (margin + across, charts + down * (CHART + 12.0)), half));
        scene
    }

    fn dump(_: &Duel, _: &str) -> Option<Dump> {
        None
    }
}

fn banner(duel: &Duel, margin: f32, width: f32) -> Shape {
    let mut text = format!(
        "{} {}, {} {} measured",
        grouped(duel.records()),
        plural(duel.records(), "record"),
        grouped(duel.operations()),
        plural(duel.operations(), "operation")
    );
    let last = duel.last.map(|last| format!("the last: {} of {}", last.kind.name(), last.key));
    let shape = Shape::new("banner", margin, 0.0);
    let shape = match last {
        Some(last) if width < 500.0 => {
            let first = shape.text(0.0, 11.0, Anchor::Start, "strong", fit(&text, width, 13.0));
            first.text(0.0, 26.0, Anchor::Start, "small", fit(&last, width, 11.0))
        }
        last => {
            text.extend(last.map(|last| format!("; {last}")));
            shape.text(0.0, 20.0, Anchor::Start, "strong", fit(&text, width, 13.0))
        }
    };
    let assumed = assumed(duel, width < 500.0);
    shape.text(0.0, 41.0, Anchor::Start, "small", fit(&assumed, width, 11.0)).label(format!("{text}. {assumed}"))
}

/// The numbers on which it depends who wins.
fn assumed(duel: &Duel, is_short: bool) -> String {
    let settings = &duel.settings;
    let (record, cache, checkpoint) =
        (settings.record, settings.cache_bytes() / 1024, grouped(settings.checkpoint_images()));
    if is_short {
        return format!("values of {record} B · {cache} KB of cache each · checkpoint at {checkpoint}");
    }
    let compaction = if settings.compaction == Compaction::Now { "at once" } else { "when writes must wait" };
    format!(
        "values of {record} bytes · {cache} KB of cache for each · checkpoint after {checkpoint} page images · compaction {compaction} · {} a sync",
        count(settings.group, "write"),
    )
}

fn class(name: Name) -> &'static str {
    if name == Name::BTree { "line-good" } else { "line-bad" }
}

fn hundredths(value: u64) -> String {
    format!("{}.{}", value / 100, value % 100 / 10)
}

/// What one of the two has done: for the last operation, and in all.
fn side(duel: &Duel, name: Name, event: Option<&Event>, (left, top): (f32, f32), width: f32) -> Shape {
    let (side, amplification) = (duel.side(name), duel.amplification(name));
    let (last, all, times) = (side.last, side.cost(), &side.latencies);
    let rows = [
        (
            "last operation",
            format!("{}, {} B read, {} B written", time(last.time), last.bytes_read, last.bytes_written),
        ),
        ("operations a second", told(side.throughput())),
        (
            "latency p50 · p99 · max",
            format!("{} · {} · {}", time(times.percentile(500)), time(times.percentile(990)), time(times.max())),
        ),
        (
            "amplification write · read · space",
            [amplification.write, amplification.read, amplification.space].map(hundredths).join(" · "),
        ),
        ("bytes written · read", format!("{} · {}", grouped(all.bytes_written), grouped(all.bytes_read))),
        ("seeks · syncs", format!("{} · {}", grouped(all.seeks), grouped(all.syncs))),
    ];
    let changed = matches!(event, Some(Event::Operated { name: who, .. }) if *who == name);
    let key = if name == Name::BTree { "btree" } else { "lsm" };
    let words: Vec<String> = rows.iter().map(|(what, value)| format!("{what}: {value}")).collect();
    let shape = Shape::new(key, left, top)
        .rect(0.0, 0.0, width, HALF - 12.0, 6.0, "card")
        .text(12.0, 20.0, Anchor::Start, "strong", name.text())
        .label(format!("{}. {}", name.text(), words.join("; ")))
        .changed(changed);
    rows.into_iter().enumerate().fold(shape, |shape, (place, (what, value))| {
        let y = 44.0 + place as f32 * 21.0;
        // A letter of this size is 6.8 units wide at most.
        let room = width - 32.0 - 6.8 * what.chars().count() as f32;
        shape.text(12.0, y, Anchor::Start, "small", what).text(
            width - 12.0,
            y,
            Anchor::End,
            "small",
            fit(&value, room, 11.0),
        )
    })
}

/// A dash stands where no disk was asked for anything.
fn told(throughput: Throughput) -> String {
    throughput.map_or_else(|| "—".to_owned(), grouped)
}

/// Something of each of the two.
fn sides<T>(of: impl Fn(Name) -> T) -> [T; 2] {
    [of(Name::BTree), of(Name::Lsm)]
}

/// Where the winner changes, if it does, and what stands there.
struct Turn(Option<(u64, String)>);

/// What both have come to, somewhere on a horizontal axis.
type Both = (u64, [Option<u64>; 2]);

/// One line for each of the two, over anything; `x` has its end and its title, `y` its title and how to spell a value. With
/// a `turn`, the winner changes there, and the axis goes by powers of ten, so that neither line lies on the ground.
fn chart(
    key: &'static str,
    at: (f32, f32),
    width: f32,
    points: &[Both],
    x: (u64, &str),
    y: (&str, &dyn Fn(u64) -> String),
    turn: Option<Turn>,
) -> Shape {
    let values = || points.iter().flat_map(|(_, both)| both).flatten().copied();
    let (least, most) = (values().min().unwrap_or(1), values().max().unwrap_or(1));
    let lines = sides(|name| {
        let line = points.iter().filter_map(|(across, both)| Some((*across, both[name as usize]?))).collect();
        Series::Line(name.text(), line, class(name))
    });
    let mut series = Vec::from(lines);
    let spell = |value: Option<u64>| value.map_or_else(|| "—".to_owned(), y.1);
    let told: Vec<String> =
        points.iter().map(|(across, both)| format!("{across}: {} and {}", spell(both[0]), spell(both[1]))).collect();
    let label = format!("{}, B-tree and LSM-tree, at {}", y.0, told.join("; "));
    let x = Axis { end: x.0, spell: &short, title: x.1.to_owned() };
    let mut y = Axis { end: most + most / 10, spell: y.1, title: y.0.to_owned() };
    let (shape, size) = (Shape::new(key, at.0, at.1), (width, CHART - 22.0));
    let shape = match turn {
        None => plot(shape, size, x, y, &series),
        Some(Turn(turn)) => {
            series.extend(turn.map(|(at, name)| Series::Mark(at, name, "line-mark")));
            y.end = most;
            plot_by_tens(shape, size, x, (least, y), &series)
        }
    };
    let shape = shape.label(label);
    [Name::BTree, Name::Lsm].into_iter().enumerate().fold(shape, |shape, (place, name)| {
        let x = 44.0 + place as f32 * 120.0;
        shape.path(format!("M{} {}h20", number(x), number(CHART - 10.0)), class(name)).text(
            x + 26.0,
            CHART - 6.0,
            Anchor::Start,
            "small",
            name.text(),
        )
    })
}

/// A number of operations, that a chart has room for.
fn short(value: u64) -> String {
    if value >= 10_000 { format!("{}k", grouped(value / 1000)) } else { grouped(value) }
}

fn over_time(duel: &Duel, at: (f32, f32), width: f32) -> Shape {
    let points: Vec<_> = duel.points.iter().map(|point| (point.operations, point.throughputs)).collect();
    let x = (duel.operations().max(1), "operations");
    chart("over-time", at, width, &points, x, ("operations a second", &short), None)
}

fn over_reads(duel: &Duel, at: (f32, f32), width: f32) -> Shape {
    if duel.shares.is_empty() {
        return Shape::new("over-reads", at.0, at.1)
            .text(0.0, 11.0, Anchor::Start, "region-name", "operations a second, by share of reads")
            .text(0.0, 34.0, Anchor::Start, "small", "nothing measured yet: try `sweep 200`");
    }
    let points: Vec<_> = duel.shares.iter().map(|share| (share.reads, share.throughputs)).collect();
    let winner = |above| duel.shares.iter().find(|share| share.reads == above).map(|share| share.winner().text());
    let turn =
        duel.flip().and_then(|(below, above)| Some((below.midpoint(above), format!("now the {}", winner(above)?))));
    let x = (100, "reads, in per cent");
    chart("over-reads", at, width, &points, x, ("operations a second", &short), Some(Turn(turn)))
}
