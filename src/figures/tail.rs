//! How the slowest of many is drawn: the page as a wall of tiles, one for each of its calls, the share of slow page views over the
//! number of calls, and the numbers.

use super::plot::{Axis, Chart, Series};
use super::{About, Figure};
use crate::engine::Dump;
use crate::engine::service::spell::{rounded, share, time as spell};
use crate::engine::service::tail::settings::BILLION;
use crate::engine::service::tail::{Call, Event, Point, Tail, View};
use crate::engine::sim::Time;
use crate::engine::wording::count;
use crate::scene::area::{Area, GAP, Size};
use crate::scene::parts::{BANNER, NUMBERS, banner, heading, numbers};
use crate::scene::text::{Face, SMALL};
use crate::scene::{Anchor, Breadth, Scene, Shape};

pub struct TailFigure;

/// Of more calls than this none has room for its time, and of more than that none is seen alone.
const MOST_TIMED: usize = 100;
const MOST_CALLS: usize = 900;
/// How wide a tile is for its height.
const TILE: f32 = 1.7;
/// The line at the foot of a tile that says how long it took.
const BAR: f32 = 4.0;

impl Figure for TailFigure {
    type Engine = Tail;

    const ABOUT: About = About {
        kind: "tail",
        title: "The slowest of many",
        summary: "A page view calls many backends and waits for all of them: one slow call makes it slow.",
        chapter: "foundations/scalability",
        example: "view 2; view 300; set calls 100; view 300; set hedge on; view 3; view 300",
    };

    fn draw(tail: &Tail, event: Option<&Event>, breadth: Breadth) -> Scene {
        let wide = breadth == Breadth::Wide;
        let (height, rows) = if wide { (400.0, 1.0) } else { (460.0, 2.0) };
        let mut scene = Scene::new(breadth.width(), height);
        let mut stage = Area::stage(breadth, height);
        draw_banner(&mut scene, tail, stage.cut_top(BANNER));
        let mut stage = stage.inset(GAP);
        let below = stage.cut_bottom(rows * NUMBERS);
        stage.cut_bottom(GAP);
        let [calls, chart] = if wide {
            stage.columns([Size::Share(1.0), Size::Share(1.0)])
        } else {
            stage.rows([Size::Share(1.0), Size::Share(1.0)])
        };
        draw_calls(&mut scene, tail, calls, matches!(event, Some(Event::Hedged { .. })));
        scene.push(draw_chart(tail, chart));
        draw_numbers(&mut scene, tail, below, if wide { 5 } else { 3 });
        scene
    }

    fn dump(_: &Tail, _: &str) -> Option<Dump> {
        None
    }
}

fn draw_banner(scene: &mut Scene, tail: &Tail, area: Area) {
    let settings = &tail.settings;
    let first =
        format!("{} a page, {} of them slow", count(settings.calls, "call"), share(settings.slow_share, 10_000));
    let theory = share(settings.theory_of_billion(), BILLION);
    let second = match tail.here() {
        Some(point) if point.views > 0 => {
            format!("slow pages: {} measured, {theory} by theory", share(point.slow, point.views))
        }
        _ => format!("slow pages: {theory} by theory"),
    };
    banner(scene, area, ("strong", &first), "", &second);
}

/// The page: a tile for each of its calls, with the time of its answer. One that is late stands out, and so does all that
/// keeps the page waiting.
fn draw_calls(scene: &mut Scene, tail: &Tail, mut area: Area, hedged: bool) {
    let Some(view) = &tail.view else {
        let calls = count(tail.settings.calls, "call");
        heading(scene, "page", &mut area, &format!("a page of {calls}; none was viewed yet"), "");
        let open = Call { first: Time::ZERO, again: None, answered: None };
        scene.push(draw_tiles(tail, area, &vec![open; tail.settings.calls], Time::ZERO));
        return;
    };
    let late = view.calls.iter().filter(|call| is_late(tail, call, view.passed)).count();
    let told = if late == 0 { String::new() } else { format!(", {late} slow") };
    let told = format!("the calls of page view {}{told}", view.number);
    heading(scene, "page", &mut area, &told, &format!("{} so far", spell(view.passed)));
    scene.push(draw_tiles(tail, area, &view.calls, view.passed).label(in_words(view)).changed(hedged));
}

/// Whether a call has taken longer than most do, or has no answer when most have one.
fn is_late(tail: &Tail, call: &Call, passed: Time) -> bool {
    let fast = tail.settings.fast;
    call.answered.map_or(passed >= fast, |answered| answered > fast)
}

fn draw_tiles(tail: &Tail, area: Area, calls: &[Call], passed: Time) -> Shape {
    let shown = calls.len().min(MOST_CALLS);
    let columns = area.columns_for(shown, TILE);
    let rows = shown.div_ceil(columns);
    let longest = calls.iter().map(|call| call.answered.unwrap_or(passed)).max().unwrap_or(passed);
    // Most calls answer long before the last: where it ends, the line of a tile is full.
    let end = longest.max(tail.settings.fast).as_nanos().max(1) as f32;
    let mut shape = Shape::new("calls", area.x, area.y);
    for (place, call) in calls.iter().take(shown).enumerate() {
        let tile = area.tile(columns, rows, place);
        let (x, y) = (tile.x - area.x, tile.y - area.y);
        let class = match call.answered {
            _ if call.again.is_some() && call.answered.is_some() => "loud hue-2",
            _ if is_late(tail, call, passed) => "loud hue-1",
            None => "slot",
            Some(_) => "tint hue-0",
        };
        shape = shape.rect(x, y, tile.width, tile.height, 2.0, class);
        if calls.len() > MOST_TIMED || passed == Time::ZERO {
            continue;
        }
        let waited = call.answered.unwrap_or(passed);
        let bar = (tile.width * waited.as_nanos() as f32 / end).min(tile.width);
        let hue = if call.again.is_some() {
            "hue-2"
        } else if is_late(tail, call, passed) {
            "hue-1"
        } else {
            "hue-0"
        };
        shape = shape.rect(x, y + tile.height - BAR, bar, BAR, 1.0, hue);
        let time = call.answered.map_or("…".to_owned(), spell);
        if Face::of("small").width(&time) + BAR < tile.width && tile.height > SMALL + 2.0 * BAR {
            let line = y + (tile.height - BAR + SMALL) / 2.0 - 1.0;
            shape = shape.text(x + tile.width / 2.0, line, Anchor::Middle, "small plain", time);
        }
    }
    shape
}

fn in_words(view: &View) -> String {
    let answered = view.calls.iter().filter(|call| call.answered.is_some()).count();
    let again = view.calls.iter().filter(|call| call.again.is_some()).count();
    format!(
        "{answered} of {} answered after {}; {again} sent again",
        count(view.calls.len(), "call"),
        spell(view.passed)
    )
}

/// The share of slow page views over the number of calls: as theory has it, and as it was measured.
fn draw_chart(tail: &Tail, area: Area) -> Shape {
    let settings = &tail.settings;
    let most = tail.points.iter().map(|point| point.calls).max().unwrap_or(0).max(settings.calls).max(100) as u64;
    let curve = |hedged: bool| -> Vec<(u64, u64)> {
        let mut settings = *settings;
        if !hedged {
            settings.hedge = false;
        }
        (0..=60).map(|place| (most * place / 60, settings.theory((most * place / 60) as usize))).collect()
    };
    let mut series = vec![Series::Line("theory", curve(false), "line-bad")];
    if settings.hedge {
        series.push(Series::Line("theory, hedged", curve(true), "line-good"));
    }
    // Those with another delay belong to neither curve.
    let fits = |point: &&Point| point.views > 0 && (point.hedge.is_none() || point.hedge == settings.hedged());
    for point in tail.points.iter().filter(fits) {
        let (name, class) = if point.hedge.is_some() { ("measured, hedged", "good") } else { ("measured", "waiting") };
        series.push(Series::Dots(name, vec![(point.calls as u64, rounded(point.slow * 1_000, point.views))], class));
    }
    let x = Axis::new(most, |value| value.to_string(), "calls a page");
    let percent = |value: u64| share(value, 1_000);
    let y = Axis::new(1_000, percent, "slow page views: theory, and dots as measured");
    let measured = tail.points.iter().map(|point| {
        let hedged = if point.hedge.is_some() { ", hedged" } else { "" };
        format!("{}{hedged}: {} of {}", count(point.calls, "call"), point.slow, point.views)
    });
    let words: Vec<String> = measured.collect();
    let label = match &words[..] {
        [] => "slow page views: none measured yet".to_owned(),
        words => format!("slow page views: {}", words.join("; ")),
    };
    Chart::new("chart", area, (x, y), series).label(label).shape()
}

fn draw_numbers(scene: &mut Scene, tail: &Tail, area: Area, columns: usize) {
    let (calls, pages) = (&tail.call_times, &tail.page_times);
    let (attempts, hedges) = (tail.attempts, tail.hedges);
    let cells = [
        ("pages viewed", pages.count.to_string()),
        ("call p99", spell(calls.percentile(990))),
        ("page median", spell(pages.percentile(500))),
        ("page p99", spell(pages.percentile(990))),
        ("calls sent again", format!("{hedges} (+{})", share(hedges, attempts - hedges))),
    ];
    numbers(scene, "numbers", area, columns, &cells);
}
