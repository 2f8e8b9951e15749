//! How a service in which things break is drawn: its components with their workers and queues, what users get, second by
//! second, and above all one line: all is well, a fault, or a failure.

use super::plot::{Axis, Series, plot};
use super::plug::{Fault, fault};
use super::{About, Figure};
use crate::engine::Dump;
use crate::engine::service::breaker::State;
use crate::engine::service::faults::component::{Component, Name};
use crate::engine::service::faults::event::Struck;
use crate::engine::service::faults::level::SECONDS;
use crate::engine::service::faults::{Event, Faults, Status};
use crate::engine::service::spell::time as spell;
use crate::engine::sim::Time;
use crate::engine::wording::count;
use crate::scene::svg::number as n;
use crate::scene::text::{SMALL, fit};
use crate::scene::{Anchor, Breadth, Point, Scene, Shape};

pub struct FaultsFigure;

const BANNER: f32 = 52.0;
const CHART: f32 = 200.0;
/// A worker is a square of this size, a request that waits a smaller one.
const WORKER: f32 = 12.0;
const WAITING: f32 = 7.0;

impl Figure for FaultsFigure {
    type Engine = Faults;

    const ABOUT: About = About {
        kind: "faults",
        title: "Faults and failures",
        summary: "Break the parts of a small service, and see which faults stay faults and which become failures.",
        chapter: "foundations/reliability",
        example: "run 10s; inject kill; run 10s; repair; run 5s; inject leap-second; run 5s; repair; run 10s",
    };

    const PLUG: Option<&'static str> = Some("kill the part that all others need");

    fn draw(service: &Faults, event: Option<&Event>, breadth: Breadth) -> Scene {
        let plan = Plan::new(service, breadth);
        let mut scene = Scene::new(breadth.width(), plan.height);
        draw_ways(&mut scene, service, &plan);
        for (place, component) in service.others().iter().enumerate() {
            scene.push(card(service, component, plan.others[place], event));
        }
        for (place, component) in service.apps().iter().enumerate() {
            scene.push(card(service, component, plan.app(place), event));
        }
        scene.push(banner(service, event, breadth));
        scene.push(chart(service, &plan));
        scene.push(numbers(service, &plan));
        scene
    }

    fn faults(service: &Faults) -> Vec<Fault> {
        // Of the database, the balancer and DNS there is one each; then the cache, and the app servers.
        let order = [Name::Database, Name::Balancer, Name::Dns, Name::Cache];
        let others = order.iter().filter_map(|name| service.others().iter().find(|each| each.name == *name));
        let up = others.chain(service.apps()).filter(|each| each.is_up()).map(|each| each.name);
        up.take(3).map(|name| fault(format!("inject kill on {name}"), format!("Kill {name}"))).collect()
    }

    fn dump(_: &Faults, _: &str) -> Option<Dump> {
        None
    }
}

#[derive(Clone, Copy)]
struct Place {
    x: f32,
    y: f32,
    width: f32,
    height: f32,
}

struct Plan {
    height: f32,
    wide: bool,
    /// DNS, the balancer, the cache, the database.
    others: [Place; 4],
    first_app: Place,
    pitch: f32,
    chart: Place,
    numbers: Point,
}

impl Plan {
    fn new(service: &Faults, breadth: Breadth) -> Plan {
        let apps = service.apps().len() as f32;
        let place = |x, y, width, height| Place { x, y, width, height };
        if breadth == Breadth::Wide {
            let pitch = 264.0 / apps;
            let chart = BANNER + 264.0 + 14.0;
            return Plan {
                height: chart + CHART + 8.0,
                wide: true,
                others: [
                    place(110.0, BANNER + 20.0, 130.0, 60.0),
                    place(110.0, BANNER + 140.0, 130.0, 60.0),
                    place(690.0, BANNER + 20.0, 254.0, 90.0),
                    place(690.0, BANNER + 140.0, 254.0, 90.0),
                ],
                first_app: place(310.0, BANNER + 2.0, 300.0, (pitch - 8.0).min(90.0)),
                pitch,
                chart: place(16.0, chart, 660.0, CHART),
                numbers: Point::new(710.0, chart),
            };
        }
        let apps_top = BANNER + 60.0;
        let stores = apps_top + apps * 52.0 + 8.0;
        let chart = stores + 96.0;
        Plan {
            height: chart + CHART + 150.0,
            wide: false,
            others: [
                place(70.0, BANNER, 140.0, 48.0),
                place(250.0, BANNER, 142.0, 48.0),
                place(8.0, stores, 186.0, 84.0),
                place(206.0, stores, 186.0, 84.0),
            ],
            first_app: place(8.0, apps_top, 384.0, 44.0),
            pitch: 52.0,
            chart: place(8.0, chart, 384.0, CHART),
            numbers: Point::new(8.0, chart + CHART + 10.0),
        }
    }

    fn app(&self, place: usize) -> Place {
        let first = self.first_app;
        let slack = if self.wide { (self.pitch - 8.0 - first.height) / 2.0 } else { 0.0 };
        Place { y: first.y + slack + place as f32 * self.pitch, ..first }
    }
}

/// Who asks whom.
fn draw_ways(scene: &mut Scene, service: &Faults, plan: &Plan) {
    let [dns, balancer, cache, database] = plan.others;
    let users = if plan.wide {
        Place { x: 16.0, y: balancer.y, width: 60.0, height: 60.0 }
    } else {
        Place { x: 8.0, y: BANNER, width: 46.0, height: 48.0 }
    };
    let mut way = |key: String, from: Place, to: Place| {
        let (start, end) = if plan.wide || from.y == to.y {
            ((from.x + from.width, from.y + from.height / 2.0), (to.x, to.y + to.height / 2.0))
        } else {
            ((from.x + from.width / 2.0, from.y + from.height), (to.x + to.width / 2.0, to.y))
        };
        let d = format!("M0 0L{} {}", n(end.0 - start.0), n(end.1 - start.1));
        scene.push(Shape::new(key, start.0, start.1).path(d, "link"));
    };
    way("way users dns".to_owned(), users, dns);
    if plan.wide {
        way("way users lb".to_owned(), users, balancer);
    } else {
        way("way dns lb".to_owned(), dns, balancer);
    }
    for place in 0..service.apps().len() {
        if plan.wide || place == 0 {
            way(format!("way lb {place}"), balancer, plan.app(place));
        }
        if plan.wide || place + 1 == service.apps().len() {
            way(format!("way cache {place}"), plan.app(place), cache);
            way(format!("way db {place}"), plan.app(place), database);
        }
    }
    scene.push(
        Shape::new("users", users.x, users.y)
            .rect(0.0, 0.0, users.width, users.height, 14.0, "client")
            .circle(users.width / 2.0, 16.0, 5.0, "client-head")
            .text(users.width / 2.0, 40.0, Anchor::Middle, "small", "users"),
    );
}

fn card(service: &Faults, component: &Component, place: Place, event: Option<&Event>) -> Shape {
    let Place { x, y, width, height } = place;
    let (name, trouble) = (component.name.to_string(), component.trouble());
    let (busy, waiting) = (component.station.busy(), component.station.queue.len);
    let struck = match event {
        Some(Event::Injected { on: Struck::One(on), .. }) => *on == component.name,
        Some(Event::Injected { .. }) => matches!(component.name, Name::App(_)),
        Some(Event::Repaired { repaired, .. }) => repaired.contains(&component.name),
        Some(Event::AnswerExpired { .. }) => component.name == Name::Dns,
        Some(Event::OutOfMemory { on, .. } | Event::Restarted { on }) => *on == component.name,
        Some(Event::BreakerOpened { app, .. } | Event::BreakerTries { app } | Event::BreakerClosed { app }) => {
            *app == component.name
        }
        _ => false,
    };
    let mut shape = Shape::new(name.clone(), x, y)
        .rect(0.0, 0.0, width, height, 8.0, "card")
        .text(10.0, 16.0, Anchor::Start, "name", name.clone())
        .class(if component.is_up() { "" } else { "stopped" })
        .changed(struck)
        .label(format!("{name} {trouble}: {} busy, {} waiting", count(busy, "worker"), count(waiting, "request")));
    let mut words = trouble.to_owned();
    if let Some(leaked) = component.leaked {
        words = format!("{trouble} {leaked} %");
        shape = shape.rect(10.0, height - 6.0, (width - 20.0) * leaked as f32 / 100.0, 3.0, 1.0, "bad");
    }
    if !words.is_empty() {
        shape = shape.text(44.0 + name.len() as f32 * 4.0, 16.0, Anchor::Start, "bad", words);
    }
    if component.name == Name::Dns {
        shape = resolvers(service, shape, width, height);
    }
    if service.settings.breaker && place.width > 290.0 {
        let (text, class) = match component.breaker.state {
            State::Closed { .. } => ("breaker closed", "small"),
            State::Open { .. } => ("breaker open", "bad"),
            State::HalfOpen => ("breaker tries", "bad"),
        };
        shape = shape.text(width - 10.0, 16.0, Anchor::End, class, text);
    }
    // Workers, and behind them who waits.
    let row = 22.0;
    for worker in 0..component.station.workers.len() {
        let class = if component.station.workers[worker].is_some() { "serving" } else { "slot" };
        shape = shape.rect(10.0 + worker as f32 * (WORKER + 3.0), row, WORKER, WORKER, 2.0, class);
    }
    let left = 18.0 + component.station.workers.len() as f32 * (WORKER + 3.0);
    let room = ((width - left - 50.0) / (WAITING + 2.0)).max(0.0) as usize;
    for request in 0..waiting.min(room) {
        shape = shape.rect(left + request as f32 * (WAITING + 2.0), row + 3.0, WAITING, WAITING, 1.0, "waiting");
    }
    if waiting > room {
        shape = shape.text(width - 8.0, row + 11.0, Anchor::End, "small", format!("+{}", waiting - room));
    }
    if height > 60.0 && !component.station.workers.is_empty() {
        let text = format!("{busy} busy, {waiting} wait");
        shape = shape.text(10.0, 52.0, Anchor::Start, "small", fit(&text, width - 20.0, SMALL));
    }
    shape
}

/// What the users' resolvers know without asking: filled, where their answer is still good.
fn resolvers(service: &Faults, mut shape: Shape, width: f32, height: f32) -> Shape {
    let know = service.resolvers();
    for (place, knows) in know.iter().enumerate() {
        let class = if *knows { "serving" } else { "slot" };
        shape = shape.rect(10.0 + place as f32 * 11.5, height - 18.0, 9.0, 9.0, 2.0, class);
    }
    let knowing = know.iter().filter(|knows| **knows).count();
    if height > 60.0 {
        return shape.text(10.0, height - 23.0, Anchor::Start, "small", format!("kept by {knowing} of {}", know.len()));
    }
    // A low card has no line for it but that of its name.
    shape.text(width - 8.0, 16.0, Anchor::End, "small", format!("{knowing} of {}", know.len()))
}

fn banner(service: &Faults, event: Option<&Event>, breadth: Breadth) -> Shape {
    let width = breadth.width();
    let verdict = service.verdict();
    let (class, word) = match verdict.status {
        Status::Fine => ("good", "All is well"),
        Status::Fault => ("strong", "A fault, no failure"),
        Status::Failure => ("bad", "FAILURE"),
    };
    let answered = match verdict.judged.all() {
        0 => "no answer".to_owned(),
        _ => format!("{} answered", verdict.answered()),
    };
    let line = match verdict.time {
        Time::ZERO => format!("{word}: nothing is judged yet, {} % agreed", verdict.agreed),
        time => format!("{word}: {answered} in {}, {} % agreed", spell(time), verdict.agreed),
    };
    Shape::new("banner", 0.0, 0.0)
        .text(16.0, 20.0, Anchor::Start, class, fit(&line, width - 32.0, 13.0))
        .text(16.0, 39.0, Anchor::Start, "small", format!("{} come", service.settings.load))
        .text(width - 16.0, 39.0, Anchor::End, "small", format!("after {}", spell(service.now)))
        .changed(matches!(event, Some(Event::StatusChanged { .. })))
}

/// What users got, second by second.
fn chart(service: &Faults, plan: &Plan) -> Shape {
    let windows = &service.level.seconds;
    let first = (service.now.as_micros() / 1_000_000) as usize - windows.len();
    let line = |measure: &dyn Fn(usize) -> u64| (0..windows.len()).map(|at| (at as u64 + 1, measure(at))).collect();
    let most = windows.iter().map(|window| window.ok.max(window.errors())).max().unwrap_or(0);
    let most = most.max(service.settings.load.0).max(10);
    let series = [
        Series::Line("answered", line(&|at| windows[at].ok), "line-good"),
        Series::Line("with an error", line(&|at| windows[at].errors()), "line-bad"),
    ];
    let seconds = |value| format!("{} s", value as usize + first);
    let x = Axis { end: SECONDS as u64, spell: &seconds, title: String::new() };
    let title = "users a second: answered, and (dashed) with an error".to_owned();
    let y = Axis { end: most + most / 5, spell: &|value| value.to_string(), title };
    let Place { x: left, y: top, width, height } = plan.chart;
    let recent = windows.iter().rev().take(10).rev();
    let words: Vec<String> = recent.map(|window| format!("{} and {}", window.ok, window.errors())).collect();
    plot(Shape::new("chart", left, top), (width, height), x, y, &series)
        .label(format!("answered and errors in the last seconds: {}", words.join(", ")))
}

fn numbers(service: &Faults, plan: &Plan) -> Shape {
    let (totals, seen) = (service.totals, service.level.seen);
    let lines = [
        ("users answered", seen.ok.to_string()),
        ("users with an error", seen.errors().to_string()),
        ("requests refused (queue full)", totals.shed.to_string()),
        ("calls timed out", totals.timeouts.to_string()),
        ("calls tried again", totals.retries.to_string()),
        ("work done for nobody", totals.wasted.to_string()),
        ("response, median", spell(service.responses.percentile(500))),
        ("response, p99", spell(service.responses.percentile(990))),
    ];
    let width = if plan.wide { 234.0 } else { 384.0 };
    let pitch = if plan.wide { 22.0 } else { 16.0 };
    let start = Shape::new("numbers", plan.numbers.x, plan.numbers.y);
    lines.into_iter().enumerate().fold(start, |shape, (row, (name, value))| {
        let y = 13.0 + row as f32 * pitch;
        shape.text(0.0, y, Anchor::Start, "region-name", name).text(width, y, Anchor::End, "strong", value)
    })
}
