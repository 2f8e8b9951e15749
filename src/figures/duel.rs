//! How the duel is drawn: what both engines did for the last operation and in all, number beside number; below, their
//! throughput over the operations, and over the share of reads once a sweep has measured it.

pub(super) mod long;

use super::plot::{Axis, Chart, Series};
use super::{About, Figure};
use crate::engine::Dump;
use crate::engine::sim::Time;
use crate::engine::spell::{grouped, time};
use crate::engine::storage::duel::{Compaction, Duel, Event, Name, Throughput};
use crate::engine::wording::{count, plural};
use crate::scene::area::{Area, GAP, Size};
use crate::scene::rows::{Bar, CLOSE, EASY, boxed, compared, put, told as lines};
use crate::scene::svg::number;
use crate::scene::{Anchor, Breadth, Scene, Shape};

pub struct DuelFigure;

/// How many rows of numbers there are; on a page they stand in two halves.
const ROWS: usize = 14;

impl Figure for DuelFigure {
    type Engine = Duel;

    const ABOUT: About = About {
        kind: "duel",
        title: "B-tree against LSM-tree",
        summary: "Both engines are given the same seeded workload; what they ask of their disks becomes time.",
        chapter: "storage/duel",
        example: "load 60; forget; next; next; next; run 200; settle",
    };

    const LONG: Option<&'static str> = Some("operations");

    fn draw(duel: &Duel, event: Option<&Event>, breadth: Breadth) -> Scene {
        let wide = breadth == Breadth::Wide;
        let (halves, pitch) = if wide { (2, EASY) } else { (1, CLOSE) };
        let told = Size::Units(if wide { 2.0 } else { 3.0 } * CLOSE);
        let numbers = Size::Units((ROWS / halves + 1) as f32 * pitch);
        let [banner, numbers, charts] = Area::window(breadth).inset(GAP).rows([told, numbers, Size::Share(1.0)]);
        let mut scene = Scene::new(breadth.width(), breadth.height());
        draw_banner(&mut scene, duel, banner, wide);
        let rows = rows(duel);
        for half in 0..halves {
            let many = ROWS / halves;
            draw_numbers(&mut scene, event, numbers.column(halves, half), half, &rows[half * many..(half + 1) * many]);
        }
        scene.push(over_time(duel, charts.column(2, 0)));
        scene.push(over_reads(duel, charts.column(2, 1)));
        scene
    }

    fn dump(_: &Duel, _: &str) -> Option<Dump> {
        None
    }
}

fn draw_banner(scene: &mut Scene, duel: &Duel, area: Area, is_wide: bool) {
    let text = format!(
        "{} {}, {} {} measured",
        grouped(duel.records()),
        plural(duel.records(), "record"),
        grouped(duel.operations()),
        plural(duel.operations(), "operation")
    );
    let last = duel.last.map_or(String::new(), |last| format!("the last: {} of {}", last.kind.name(), last.key));
    let assumed = assumed(duel, !is_wide);
    let label = if last.is_empty() { format!("{text}. {assumed}") } else { format!("{text}; {last}. {assumed}") };
    let shape = if is_wide {
        let own = area.own();
        let shape = lines("banner", area, &[("strong", &text), ("small", &assumed)]);
        put(shape, own.row(2, 0), Anchor::End, "small", &last)
    } else {
        lines("banner", area, &[("strong", &text), ("small", &last), ("small", &assumed)])
    };
    scene.push(shape.label(label));
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

/// What both have done, for the last operation and in all: what it is, how each is written, and how much it is.
fn rows(duel: &Duel) -> [(&'static str, [(String, u64); 2]); ROWS] {
    let times = |of: &dyn Fn(Name) -> Time| sides(|name| (time(of(name)), of(name).as_nanos()));
    let counts = |of: &dyn Fn(Name) -> u64| sides(|name| (grouped(of(name)), of(name)));
    let shares = |of: &dyn Fn(Name) -> u64| sides(|name| (hundredths(of(name)), of(name)));
    let (side, amplification) = (|name| duel.side(name), |name| duel.amplification(name));
    let throughput = |name| side(name).throughput();
    [
        ("last operation", times(&|name| side(name).last.time)),
        ("bytes it read", counts(&|name| side(name).last.bytes_read)),
        ("bytes it wrote", counts(&|name| side(name).last.bytes_written)),
        ("operations a second", sides(|name| (told(throughput(name)), throughput(name).unwrap_or(0)))),
        ("latency, median", times(&|name| side(name).latencies.percentile(500))),
        ("latency, p99", times(&|name| side(name).latencies.percentile(990))),
        ("latency, longest", times(&|name| side(name).latencies.max())),
        ("write amplification", shares(&|name| amplification(name).write)),
        ("read amplification", shares(&|name| amplification(name).read)),
        ("space amplification", shares(&|name| amplification(name).space)),
        ("bytes written in all", counts(&|name| side(name).cost().bytes_written)),
        ("bytes read in all", counts(&|name| side(name).cost().bytes_read)),
        ("seeks", counts(&|name| side(name).cost().seeks)),
        ("syncs", counts(&|name| side(name).cost().syncs)),
    ]
}

/// Rows of numbers, under the names of both and the strokes that their lines have in the charts.
fn draw_numbers(
    scene: &mut Scene,
    event: Option<&Event>,
    mut area: Area,
    half: usize,
    rows: &[(&'static str, [(String, u64); 2])],
) {
    let names = area.width * 0.3 + GAP;
    let mut head = area.cut_top(area.height / (rows.len() + 1) as f32);
    head.cut_left(names);
    for name in [Name::BTree, Name::Lsm] {
        let at = head.column(2, name as usize);
        let changed = matches!(event, Some(Event::Operated { name: who, .. }) if *who == name);
        let key = if name == Name::BTree { "btree" } else { "lsm" };
        let mut own = at.own().inset(GAP / 2.0);
        let stroke = own.cut_right(3.0 * GAP);
        let d = format!("M{} {}h{}", number(stroke.x), number(stroke.middle().y), number(stroke.width));
        let shape = boxed(format!("{key} {half}"), Area { height: at.height - 2.0, ..at }, 2.0, "frame");
        let words: Vec<String> = rows.iter().map(|(what, both)| format!("{what}: {}", both[name as usize].0)).collect();
        let shape = put(shape, own, Anchor::Start, "small strong plain", name.text()).path(d, class(name));
        scene.push(shape.changed(changed).label(format!("{}. {}", name.text(), words.join("; "))));
    }
    let bars = rows.iter().map(|(what, both)| {
        let most = both[0].1.max(both[1].1).max(1) as f32;
        let bar = |(text, value): &(String, u64)| -> Bar { (text.clone(), *value as f32 / most) };
        ((*what).to_owned(), both.iter().map(bar).collect())
    });
    compared(scene, &format!("numbers {half}"), area, names, &bars.collect::<Vec<_>>());
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
    area: Area,
    points: &[Both],
    x: (u64, &str),
    y: (&str, fn(u64) -> String),
    turn: Option<Turn>,
) -> Chart {
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
    let told = if told.is_empty() { "nothing measured yet".to_owned() } else { format!("at {}", told.join("; ")) };
    let label = format!("{}, B-tree and LSM-tree, {told}", y.0);
    let x = Axis::new(x.0, short, x.1);
    let mut y = Axis::new(most + most / 10, y.1, y.0);
    let Some(Turn(turn)) = turn else { return Chart::new(key, area, (x, y), series).label(label) };
    series.extend(turn.map(|(at, name)| Series::Mark(at, name, "line-mark")));
    y.end = most;
    Chart::new(key, area, (x, y), series).by_tens(least).label(label)
}

/// A number of operations, that a chart has room for.
fn short(value: u64) -> String {
    if value >= 10_000 { format!("{}k", grouped(value / 1000)) } else { grouped(value) }
}

fn over_time(duel: &Duel, area: Area) -> Shape {
    let points: Vec<_> = duel.points.iter().map(|point| (point.operations, point.throughputs)).collect();
    let x = (duel.operations().max(1), "operations");
    chart("over-time", area, &points, x, ("operations a second", short), None).shape()
}

fn over_reads(duel: &Duel, area: Area) -> Shape {
    if duel.shares.is_empty() {
        let rest = boxed("over-reads", area, 0.0, "slot");
        let own = area.own().inset(GAP).low(2.0 * CLOSE);
        let shape = put(rest, own.row(2, 0), Anchor::Middle, "small", "by share of reads:");
        return put(shape, own.row(2, 1), Anchor::Middle, "small", "not measured yet: sweep 200");
    }
    let points: Vec<_> = duel.shares.iter().map(|share| (share.reads, share.throughputs)).collect();
    let winner = |above| duel.shares.iter().find(|share| share.reads == above).map(|share| share.winner().text());
    let turn =
        duel.flip().and_then(|(below, above)| Some((below.midpoint(above), format!("now the {}", winner(above)?))));
    let x = (100, "reads, in per cent");
    chart("over-reads", area, &points, x, ("operations a second", short), Some(Turn(turn))).shape()
}
