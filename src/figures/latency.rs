//! How a service under load is drawn: queues and workers above, and below them what users see of it: the last requests as
//! bars of waiting and of service, all of them as a histogram, and its percentiles.

mod load;
mod long;

use super::long::Long;
use super::plot::{Axis, Series, plot};
use super::plug::{Fault, fault};
use super::{About, Figure};
use crate::engine::service::latency::{Event, Latency, Server};
use crate::engine::service::spell::time as spell;
use crate::engine::service::{Job, Running, grouped};
use crate::engine::sim::Time;
use crate::engine::{Dump, histogram::Histogram};
use crate::scene::text::{SMALL, fit};
use crate::scene::vocabulary::memory;
use crate::scene::{Anchor, Breadth, Scene, Shape, Whence, between};

pub struct LatencyFigure;

const BANNER: f32 = 50.0;
/// The height of a server: four workers one below the other.
const LANE: f32 = 122.0;
const CHART: f32 = 240.0;
const ROW: f32 = 18.0;
/// A request in a queue: a block, and the way to the next.
const BLOCK: (f32, f32, f32) = (34.0, 26.0, 38.0);
const PERCENTILES: [(u64, &str); 4] = [(500, "median"), (950, "p95"), (990, "p99"), (999, "p99.9")];

impl Figure for LatencyFigure {
    type Engine = Latency;

    const ABOUT: About = About {
        kind: "latency",
        title: "What users wait for",
        summary: "Requests queue for workers. Response times are a distribution, and a mean hides what users see of it.",
        chapter: "foundations/scalability",
        example: "run 2s; load 8/s; run 60s; set workers 2; forget; run 60s",
    };

    const PLUG: Option<&'static str> = Some("make the busiest server four times as slow");

    const LONG: Option<Long> = Some(Long { unit: "requests", start: long::start });

    fn draw(service: &Latency, event: Option<&Event>, breadth: Breadth) -> Scene {
        let merged = service.merged();
        let plan = Plan::new(service, breadth);
        let mut scene = Scene::new(breadth.width(), plan.height);
        scene.push(banner(service, breadth));
        for (place, server) in service.servers.iter().enumerate() {
            draw_server(&mut scene, service, server, place, &plan, event);
        }
        draw_recent(&mut scene, service, &plan, event);
        scene.push(histogram(&merged, plan.chart));
        scene.push(table(service, &merged, &plan));
        scene
    }

    fn faults(service: &Latency) -> Vec<Fault> {
        let names = ["s1", "s2"].into_iter().zip(&service.servers).filter(|(_, server)| !server.slow);
        let busiest = names.max_by_key(|(_, server)| server.station.queue().len());
        let slow = |name| fault(format!("inject slow on {name}"), format!("Make {name} four times as slow"));
        busiest.map(|(name, _)| slow(name)).into_iter().collect()
    }

    fn dump(_: &Latency, _: &str) -> Option<Dump> {
        None
    }
}

struct Plan {
    width: f32,
    height: f32,
    lane: f32,
    recent: (f32, f32, f32),
    chart: (f32, f32, f32),
    table: f32,
}

impl Plan {
    fn new(service: &Latency, breadth: Breadth) -> Plan {
        let servers = service.servers.len() as f32;
        let wide = breadth == Breadth::Wide;
        let lane = if wide { LANE } else { LANE + 66.0 };
        let below = BANNER + servers * (lane + 8.0) + 4.0;
        let (recent, chart, table) = if wide {
            ((16.0, below, 440.0), (490.0, below, 454.0), below + CHART + 10.0)
        } else {
            let chart = below + CHART;
            ((8.0, below, 384.0), (8.0, chart, 384.0), chart + CHART + 10.0)
        };
        let rows = if servers > 1.0 { 6.0 } else { 3.0 };
        Plan { width: breadth.width(), height: table + rows * ROW + 8.0, lane, recent, chart, table }
    }

    fn is_wide(&self) -> bool {
        self.width > Breadth::Narrow.width()
    }
}

fn banner(service: &Latency, breadth: Breadth) -> Shape {
    let width = breadth.width();
    let (fullness, load) = load::words(service, breadth == Breadth::Wide);
    let level = service.level();
    let class = match level.is_kept() {
        _ if !level.is_known() => "small",
        true => "good",
        false => "bad",
    };
    let [median, p99] = level.parts;
    let line = match level.is_known() {
        true => format!("{}: {median}, {p99}", if level.is_kept() { "kept" } else { "broken" }),
        false => format!("agreed: median under {}, p99 under {}", spell(median.agreed), spell(p99.agreed)),
    };
    Shape::new("banner", 0.0, 0.0)
        .text(16.0, 20.0, Anchor::Start, fullness, load)
        .text(width - 16.0, 20.0, Anchor::End, "small", format!("after {}", spell(service.now)))
        .text(16.0, 40.0, Anchor::Start, class, fit(&line, width - 32.0, 13.0))
        .label(format!("the service level {line}"))
}

fn draw_server(
    scene: &mut Scene,
    service: &Latency,
    server: &Server,
    place: usize,
    plan: &Plan,
    event: Option<&Event>,
) {
    let name = format!("s{}", place + 1);
    let top = BANNER + place as f32 * (plan.lane + 8.0);
    let station = &server.station;
    let waiting = station.queue().len();
    let slow = if server.slow { ", 4 times as slow" } else { "" };
    let (queue_width, queue_height, workers_left, workers_top) = if plan.is_wide() {
        (plan.width - 360.0, LANE, plan.width - 332.0, top)
    } else {
        (plan.width - 16.0, 60.0, 8.0, top + 66.0)
    };
    let left = if plan.is_wide() { 16.0 } else { 8.0 };
    let titled = format!("queue of {name}: {waiting} wait");
    scene.push(memory(&format!("{name}/queue"), left, top, queue_width, queue_height, &titled));
    let workers_width = plan.width - workers_left - left;
    let titled = format!("workers of {name}{slow}");
    scene.push(memory(&format!("{name}/workers"), workers_left, workers_top, workers_width, LANE, &titled));

    // The head of the line stands at the right, where the workers are.
    let room = ((queue_width - 60.0) / BLOCK.2) as usize;
    let y = top + 18.0 + (queue_height - 18.0 - BLOCK.1) / 2.0;
    for (ahead, job) in station.queue().iter().take(room).enumerate() {
        let x = left + queue_width - 8.0 - BLOCK.0 - ahead as f32 * BLOCK.2;
        scene.push(block(job, service, x, y, (left, y), event));
    }
    if waiting > room {
        scene.push(Shape::new(format!("{name}/more"), left + 6.0, y + BLOCK.1 / 2.0 + 4.0).text(
            0.0,
            0.0,
            Anchor::Start,
            "small",
            format!("+ {}", waiting - room),
        ));
    }

    let many = station.workers().len();
    let columns = if many > 4 { 3 } else { 1 };
    let pitch = (workers_width - 12.0) / columns as f32;
    for (worker, running) in station.workers().iter().enumerate().take(12) {
        let x = workers_left + 8.0 + (worker % columns) as f32 * pitch;
        let y = workers_top + 22.0 + (worker / columns) as f32 * 24.0;
        scene.push(Shape::new(format!("{name}/worker {worker}"), x, y).rect(0.0, 0.0, pitch - 4.0, 20.0, 4.0, "slot"));
        if let Some(running) = running {
            scene.push(in_work(running, service, x, y, pitch - 4.0, columns == 1, event));
        }
    }
}

/// A request in the queue; how full its block is says how much work it will be, up to five means.
fn block(job: &Job, service: &Latency, x: f32, y: f32, born: (f32, f32), event: Option<&Event>) -> Shape {
    let share = weight(job.work, service);
    let waited = service.now - job.arrived;
    Shape::new(format!("request {}", job.id), x, y)
        .rect(0.0, 0.0, BLOCK.0, BLOCK.1, 4.0, "cell")
        .rect(1.0, BLOCK.1 - 7.0, (BLOCK.0 - 2.0) * share, 6.0, 1.0, "serving")
        .text(BLOCK.0 / 2.0, 14.0, Anchor::Middle, "small", fit(&job.id.to_string(), BLOCK.0 - 2.0, SMALL))
        .changed(matches!(event, Some(Event::Queued { request, .. }) if *request == job.id))
        .label(format!("request {} has waited {} and needs {} of work", job.id, spell(waited), spell(job.work)))
        .born(Whence::At(crate::scene::Point::new(born.0, born.1)))
}

fn weight(work: Time, service: &Latency) -> f32 {
    let five = 5 * service.settings.distribution().mean().as_nanos().max(1);
    between(work.as_nanos() as f32 / five as f32, 0.06, 1.0)
}

/// A request with a worker: its block, filled as far as the work is done.
fn in_work(
    running: &Running,
    service: &Latency,
    x: f32,
    y: f32,
    width: f32,
    roomy: bool,
    event: Option<&Event>,
) -> Shape {
    let (work, done) = (running.job.work, service.now - running.started);
    let share = done.as_nanos() as f32 / work.as_nanos().max(1) as f32;
    let id = running.job.id;
    let started = match event {
        Some(Event::Started { request, .. }) => *request == id,
        Some(Event::Finished { next, .. }) => *next == Some(id),
        _ => false,
    };
    let mut shape = Shape::new(format!("request {id}"), x, y)
        .rect(0.0, 0.0, width, 20.0, 4.0, "cell")
        .rect(1.0, 14.0, (width - 2.0) * share.min(1.0), 5.0, 1.0, "serving")
        .text(6.0, 12.0, Anchor::Start, "small", id.to_string())
        .changed(started)
        .label(format!("request {id}: {} of {} of work done", spell(done), spell(work)));
    if roomy {
        let left = format!("{} to go", spell(running.ends() - service.now));
        shape = shape.text(width - 6.0, 12.0, Anchor::End, "small", left);
    }
    shape
}

/// The last requests that were done, the newest below: waiting, then service.
fn draw_recent(scene: &mut Scene, service: &Latency, plan: &Plan, event: Option<&Event>) {
    let (left, top, width) = plan.recent;
    let legend = Shape::new("recent", left, top)
        .text(0.0, 11.0, Anchor::Start, "region-name", "the last requests done")
        .rect(width - 176.0, 2.0, 10.0, 10.0, 1.0, "waiting")
        .text(width - 162.0, 11.0, Anchor::Start, "small", "waiting")
        .rect(width - 88.0, 2.0, 10.0, 10.0, 1.0, "serving")
        .text(width - 74.0, 11.0, Anchor::Start, "small", "service");
    scene.push(legend);
    let longest = service.recent.iter().map(Running::response).max().unwrap_or_default().as_nanos().max(1);
    let (from, room) = (52.0, width - 52.0 - 62.0);
    for (row, done) in service.recent.iter().enumerate() {
        let part = |time: Time| time.as_nanos() as f32 / longest as f32 * room;
        let (waited, worked) = (part(done.waited()), part(done.job.work));
        let id = done.job.id;
        let just = matches!(event, Some(Event::Finished { request, .. }) if *request == id);
        let bar = Shape::new(format!("request {id}"), left, top + 20.0 + row as f32 * 16.0)
            .text(from - 8.0, 10.0, Anchor::End, if just { "strong" } else { "small" }, id.to_string())
            .rect(from, 0.0, waited, 12.0, 0.0, "waiting")
            .rect(from + waited, 0.0, worked.max(1.0), 12.0, 0.0, "serving")
            .text(from + waited + worked + 6.0, 10.0, Anchor::Start, "small", spell(done.response()))
            .label(format!("request {id} waited {} for {} of work", spell(done.waited()), spell(done.job.work)));
        scene.push(bar);
    }
}

fn histogram(measured: &Histogram, (left, top, width): (f32, f32, f32)) -> Shape {
    let [p50, p95, p99, p999] = PERCENTILES.map(|(per_mille, _)| measured.percentile(per_mille).as_micros());
    // A long tail would leave no room for the rest: then the axis ends before it.
    let end = (p999 + p999 / 10).min(p95 * 6).max(1_000);
    const BARS: u64 = 48;
    let breadth = end.div_ceil(BARS);
    let mut bars: Vec<(u64, u64, u64)> = (0..BARS).map(|bar| (bar * breadth, (bar + 1) * breadth, 0)).collect();
    for (from, to, count) in measured.buckets() {
        let middle = (from.as_micros() + to.as_micros()) / 2;
        // What lies beyond the axis is in its last bar.
        bars[(middle / breadth).min(BARS - 1) as usize].2 += count;
    }
    let highest = bars.iter().map(|bar| bar.2).max().unwrap_or(0).max(1);
    let mut series = vec![Series::Bars(bars, "serving")];
    if measured.count() > 0 {
        let mut marks = vec![(p50, "median"), (p95, "p95"), (p99, "p99"), (p999, "p99.9")];
        // A few that are slow can pull the mean up above most percentiles.
        let mean = measured.mean().as_micros();
        marks.insert(marks.partition_point(|mark| mark.0 < mean), (mean, "mean"));
        for (at, name) in marks {
            let class = if name == "mean" { "line-bad" } else { "line-mark" };
            series.push(Series::Mark(at, format!("{name} {}", spell(Time::from_micros(at))), class));
        }
    }
    let micros = |value| spell(Time::from_micros(value));
    let x = Axis { end: breadth * BARS, spell: &micros, title: "response time".to_owned() };
    let y = Axis { end: highest + highest / 10, spell: &grouped, title: "requests".to_owned() };
    let words = PERCENTILES.map(|(at, name)| format!("{name} {}", spell(measured.percentile(at)))).join(", ");
    plot(Shape::new("histogram", left, top), (width, CHART), x, y, &series).label(format!(
        "response times of {} requests: mean {}, {words}",
        measured.count(),
        spell(measured.mean())
    ))
}

/// The numbers of the histogram; of two servers, those of each, and the wrong and the right way to put them together.
fn table(service: &Latency, merged: &Histogram, plan: &Plan) -> Shape {
    let (left, first, pitch) = if plan.is_wide() { (16.0, 190.0, 150.0) } else { (8.0, 78.0, 64.0) };
    let mut shape = Shape::new("table", left, plan.table);
    let mut row = 0.0;
    let mut line = |shape: Shape, name: &str, class: &'static str, cells: [String; 5]| {
        let y = 13.0 + row * ROW;
        row += 1.0;
        let shape = shape.text(0.0, y, Anchor::Start, class, fit(name, first - 4.0, 13.0));
        cells.into_iter().enumerate().fold(shape, |shape, (column, cell)| {
            shape.text(first + (column as f32 + 1.0) * pitch - 14.0, y, Anchor::End, class, cell)
        })
    };
    let heads = ["mean", "median", "p95", "p99", "p99.9"].map(str::to_owned);
    shape = line(shape, "", "small", heads);
    let measured = |of: &Histogram| {
        let [p50, p95, p99, p999] = PERCENTILES.map(|(per_mille, _)| spell(of.percentile(per_mille)));
        [spell(of.mean()), p50, p95, p99, p999]
    };
    let wide = plan.is_wide();
    if service.servers.len() > 1 {
        for (place, server) in service.servers.iter().enumerate() {
            shape = line(shape, &format!("s{}", place + 1), "small", measured(&server.responses));
        }
        let [p50, p95, p99, p999] = PERCENTILES.map(|(per_mille, _)| spell(service.averaged(per_mille)));
        let name = if wide { "averaged (wrong)" } else { "averaged" };
        shape = line(shape, name, "bad", [String::new(), p50, p95, p99, p999]);
    }
    let name = if wide { "all requests" } else { "all" };
    shape = line(shape, name, "strong", measured(merged));
    if let Some(theory) = service.theory() {
        let percentile = |at| theory.percentile(at).map(spell).unwrap_or_default();
        let [p50, p95, p99, p999] = PERCENTILES.map(|(per_mille, _)| percentile(per_mille));
        let name = if wide { format!("theory ({})", theory.name) } else { "theory".to_owned() };
        shape = line(shape, &name, "small", [spell(theory.mean), p50, p95, p99, p999]);
    }
    shape
}
