//! How the slowest of many is drawn: the calls of a page view as bars over time, the share of slow page views over the
//! number of calls, and the numbers.

use super::plot::{Axis, Series, plot};
use super::{About, Figure};
use crate::engine::Dump;
use crate::engine::service::spell::{rounded, share, time as spell};
use crate::engine::service::tail::settings::BILLION;
use crate::engine::service::tail::{Event, Point, Tail, View};
use crate::engine::sim::Time;
use crate::engine::wording::count;
use crate::scene::text::fit;
use crate::scene::{Anchor, Breadth, Scene, Shape};

pub struct TailFigure;

const BANNER: f32 = 50.0;
/// The calls of a view, and the chart.
const HIGH: f32 = 280.0;
/// More calls than this share rows: a row is as long as the slowest of its calls.
const ROWS: usize = 120;

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
        let (calls, chart) = if wide {
            ((16.0, BANNER, 450.0), (500.0, BANNER, 444.0))
        } else {
            ((8.0, BANNER, 384.0), (8.0, BANNER + HIGH + 8.0, 384.0))
        };
        let table = chart.1 + HIGH + 12.0;
        let mut scene = Scene::new(breadth.width(), table + if wide { 48.0 } else { 100.0 });
        scene.push(banner(tail, breadth));
        scene.push(draw_calls(tail, calls).changed(matches!(event, Some(Event::Hedged { .. }))));
        scene.push(draw_chart(tail, chart));
        scene.push(numbers(tail, table, wide));
        scene
    }

    fn dump(_: &Tail, _: &str) -> Option<Dump> {
        None
    }
}

fn banner(tail: &Tail, breadth: Breadth) -> Shape {
    let settings = &tail.settings;
    let room = breadth.width() - 32.0;
    let first =
        format!("{} a page, {} of them slow", count(settings.calls, "call"), share(settings.slow_share, 10_000));
    let theory = share(settings.theory_of_billion(), BILLION);
    let second = match tail.here() {
        Some(point) if point.views > 0 => {
            format!("slow pages: {} measured, {theory} by theory", share(point.slow, point.views))
        }
        _ => format!("slow pages: {theory} by theory"),
    };
    Shape::new("banner", 0.0, 0.0).text(16.0, 20.0, Anchor::Start, "strong", fit(&first, room, 13.0)).text(
        16.0,
        40.0,
        Anchor::Start,
        "small",
        fit(&second, room, 11.0),
    )
}

/// Each call as a bar from when it was sent to when it was answered, or to now; one sent again has a second bar.
fn draw_calls(tail: &Tail, (left, top, width): (f32, f32, f32)) -> Shape {
    let mut shape = Shape::new("calls", left, top);
    let Some(view) = &tail.view else {
        return shape.text(0.0, 11.0, Anchor::Start, "region-name", "no page was viewed yet");
    };
    shape = shape
        .text(0.0, 11.0, Anchor::Start, "region-name", format!("the calls of page view {}", view.number))
        .text(width, 11.0, Anchor::End, "region-name", format!("{} so far", spell(view.passed)))
        .label(in_words(view));
    let settings = &tail.settings;
    // The axis grows with the wait, so that the first milliseconds can be seen as well.
    let end = view.passed.max(settings.fast + settings.fast).as_nanos() as f32;
    let across = |time: Time| time.as_nanos() as f32 / end * (width - 4.0);
    let rows = view.calls.len().min(ROWS);
    let pitch = (HIGH - 24.0) / rows as f32;
    let high = (pitch * 0.8).min(18.0);
    for row in 0..rows {
        // The calls of the row, of which the slowest stands for all.
        let (from, to) = (row * view.calls.len() / rows, (row + 1) * view.calls.len() / rows);
        let until = |place: &usize| view.calls[*place].answered.unwrap_or(view.passed);
        let Some(slowest) = (from..to).max_by_key(until) else { continue };
        let call = view.calls[slowest];
        let (length, y) = (until(&slowest), 20.0 + row as f32 * pitch);
        let class = if call.first < settings.slow { "serving" } else { "waiting" };
        shape = shape.rect(0.0, y, across(length).max(1.0), high, 0.0, class);
        if let Some((sent, answers)) = call.again {
            let half = high / 2.0;
            let (x, end) = (across(sent), across(answers.min(view.passed)));
            shape = shape.rect(x, y + half, (end - x).max(1.0), half, 0.0, "good");
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
fn draw_chart(tail: &Tail, (left, top, width): (f32, f32, f32)) -> Shape {
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
    let x = Axis { end: most, spell: &|value| value.to_string(), title: "calls a page".to_owned() };
    let percent = |value| share(value, 1_000);
    let y = Axis { end: 1_000, spell: &percent, title: "slow page views: theory, and dots as measured".to_owned() };
    let measured = tail.points.iter().map(|point| {
        let hedged = if point.hedge.is_some() { ", hedged" } else { "" };
        format!("{}{hedged}: {} of {}", count(point.calls, "call"), point.slow, point.views)
    });
    let words: Vec<String> = measured.collect();
    plot(Shape::new("chart", left, top), (width, HIGH), x, y, &series)
        .label(format!("slow page views: {}", words.join("; ")))
}

fn numbers(tail: &Tail, top: f32, wide: bool) -> Shape {
    let (calls, pages) = (&tail.call_times, &tail.page_times);
    let (attempts, hedges) = (tail.attempts, tail.hedges);
    let cells = [
        ("pages viewed", pages.count().to_string()),
        ("call p99", spell(calls.percentile(990))),
        ("page median", spell(pages.percentile(500))),
        ("page p99", spell(pages.percentile(990))),
        ("calls sent again", format!("{hedges} (+{})", share(hedges, attempts - hedges))),
    ];
    let columns = if wide { 5 } else { 3 };
    let pitch = if wide { 186.0 } else { 130.0 };
    cells.into_iter().enumerate().fold(Shape::new("numbers", if wide { 16.0 } else { 8.0 }, top), |shape, cell| {
        let (place, (name, value)) = cell;
        let (x, y) = ((place % columns) as f32 * pitch, (place / columns) as f32 * 46.0);
        shape.text(x, y + 12.0, Anchor::Start, "region-name", name).text(
            x,
            y + 32.0,
            Anchor::Start,
            "strong",
            fit(&value, pitch - 4.0, 13.0),
        )
    })
}
