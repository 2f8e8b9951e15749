//! How a service in which things break is drawn: its components with their workers and queues, what users get, second by
//! second, and above all one line: all is well, a fault, or a failure.

use super::plot::{Axis, Chart, Series};
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
use crate::scene::area::{Area, GAP, Size};
use crate::scene::parts::{BANNER, Card, NODE};
use crate::scene::rows::{CLOSE, EASY, fitting, pairs, put, waiting, workers};
use crate::scene::svg::number as n;
use crate::scene::text::Face;
use crate::scene::{Anchor, Breadth, Point, Scene, Shape};

pub struct FaultsFigure;

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
        let mut scene = Scene::new(breadth.width(), breadth.height());
        draw_ways(&mut scene, &plan);
        for (component, place) in service.others().iter().zip(plan.others).chain(service.apps().iter().zip(plan.apps)) {
            card(&mut scene, service, component, place, event);
        }
        banner(&mut scene, service, event, plan.banner, plan.wide);
        scene.push(chart(service, plan.chart));
        numbers(&mut scene, service, plan.numbers, plan.wide);
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

/// Where everything stands.
struct Plan {
    wide: bool,
    banner: Area,
    users: Area,
    /// DNS, the balancer, the cache, the database.
    others: [Area; 4],
    apps: Vec<Area>,
    chart: Area,
    numbers: Area,
}

/// The room for the lines from one column to the next.
const WAY: Size = Size::Units(3.0 * GAP);

impl Plan {
    fn new(service: &Faults, breadth: Breadth) -> Plan {
        let wide = breadth == Breadth::Wide;
        let mut stage = Area::window(breadth).inset(GAP);
        let banner = stage.cut_top(if wide { EASY } else { BANNER });
        let many = service.apps().len();
        let [service, measured] =
            stage.rows([Size::Share(1.0), if wide { Size::Units(2.0 * NODE + EASY) } else { Size::Share(1.0) }]);
        if wide {
            let one = Size::Share(1.0);
            let two = Size::Share(2.0);
            let [users, _, entry, _, apps, _, stores] =
                service.columns([Size::Units(64.0), WAY, one, WAY, two, WAY, two]);
            let [chart, numbers] = measured.columns([two, one]);
            return Plan {
                wide,
                banner,
                users: users.low(BANNER + GAP),
                others: [entry.row(2, 0), entry.row(2, 1), stores.row(2, 0), stores.row(2, 1)],
                apps: (0..many).map(|place| apps.row(many, place)).collect(),
                chart,
                numbers,
            };
        }
        let columns = if many > 4 { 3 } else { 2 };
        let rows = many.div_ceil(columns);
        let [entry, apps, stores] = service.rows([Size::Share(1.0), Size::Share(rows as f32), Size::Share(1.0)]);
        let [users, dns, balancer] = entry.columns([Size::Units(BANNER), Size::Share(2.0), Size::Share(1.0)]);
        let [chart, numbers] = measured.rows([Size::Share(1.0), Size::Units(4.0 * CLOSE)]);
        Plan {
            wide,
            banner,
            users,
            others: [dns, balancer, stores.column(2, 0), stores.column(2, 1)],
            apps: (0..many).map(|place| apps.place(columns.min(many), rows, place)).collect(),
            chart,
            numbers,
        }
    }
}

/// Who asks whom. On a phone, where one stands below another, the places say it.
fn draw_ways(scene: &mut Scene, plan: &Plan) {
    let [dns, balancer, cache, database] = plan.others;
    let mut way = |key: String, from: Area, to: Area| {
        let start = Point::new(from.right(), from.middle().y);
        let d = format!("M0 0L{} {}", n(to.x - start.x), n(to.middle().y - start.y));
        scene.push(Shape::new(key, start.x, start.y).path(d, "link"));
    };
    way("way users dns".to_owned(), plan.users, dns);
    if plan.wide {
        way("way users lb".to_owned(), plan.users, balancer);
        for (place, app) in plan.apps.iter().enumerate() {
            way(format!("way lb {place}"), balancer, *app);
            way(format!("way cache {place}"), *app, cache);
            way(format!("way db {place}"), *app, database);
        }
    }
    let users = Card::new("users", plan.users, "client").with(|shape| {
        let head = plan.users.own().middle().x;
        let shape = shape.circle(head, 2.0 * GAP, GAP / 2.0 + 1.0, "client-head");
        put(shape, plan.users.own().row(2, 1), Anchor::Middle, "small", "users")
    });
    users.push(scene, "the users");
}

/// Whether a step struck, healed or changed that component.
fn is_struck(component: &Component, event: Option<&Event>) -> bool {
    match event {
        Some(Event::Injected { on: Struck::One(on), .. }) => *on == component.name,
        Some(Event::Injected { .. }) => matches!(component.name, Name::App(_)),
        Some(Event::Repaired { repaired, .. }) => repaired.contains(&component.name),
        Some(Event::AnswerExpired { .. }) => component.name == Name::Dns,
        Some(Event::OutOfMemory { on, .. } | Event::Restarted { on }) => *on == component.name,
        Some(Event::BreakerOpened { app, .. } | Event::BreakerTries { app } | Event::BreakerClosed { app }) => {
            *app == component.name
        }
        _ => false,
    }
}

/// What is to be said of a component beside its name, the most important first.
fn words(service: &Faults, component: &Component) -> (&'static str, Vec<String>) {
    let trouble = match component.leaked {
        Some(leaked) => format!("{} {leaked} %", component.trouble()),
        None => component.trouble().to_owned(),
    };
    let mut class = if trouble.is_empty() { "small" } else { "small bad" };
    let mut words = vec![trouble];
    if component.name == Name::Dns {
        let know = service.resolvers();
        words.push(format!("kept by {} of {}", know.iter().filter(|knows| **knows).count(), know.len()));
    }
    if service.settings.breaker && matches!(component.name, Name::App(_)) {
        let state = match component.breaker.state {
            State::Closed { .. } => "breaker closed",
            State::Open { .. } => "breaker open",
            State::HalfOpen => "breaker tries",
        };
        if state != "breaker closed" {
            class = "small bad";
        }
        words.push(state.to_owned());
    }
    if component.station.queue.len > 0 {
        words.push(format!("{} wait", component.station.queue.len));
    }
    (class, words)
}

/// A component: its name and what is to be said of it; below, or in a low card beside it, its workers and who waits for them.
fn card(scene: &mut Scene, service: &Faults, component: &Component, place: Area, event: Option<&Event>) {
    let (name, trouble) = (component.name.to_string(), component.trouble());
    let (busy, queue) = (component.station.busy(), component.station.queue.len);
    let is_low = place.height < BANNER && place.width > 5.0 * place.height && !component.station.workers.is_empty();
    let (class, words) = words(service, component);
    let mut inside = place.own().inset(GAP);
    let mut line = if is_low { inside.cut_left(inside.width * 0.5) } else { inside.cut_top(CLOSE) };
    let dead = if component.is_up() { "" } else { "stopped" };
    let shape = Card::new(name.as_str(), place, "card").with(|mut shape| {
        // How much of its memory has leaked.
        if let Some(leaked) = component.leaked {
            let Area { width, height, .. } = place;
            shape = shape.rect(0.0, 0.0, width * leaked as f32 / 100.0, height, GAP, "share");
        }
        shape = put(shape, line, Anchor::Start, "name", &name).class(dead).changed(is_struck(component, event));
        line.cut_left(Face::of("name").width(&name) + GAP);
        put(shape, line, Anchor::Start, class, fitting(&words, class, line.width))
    });
    shape.push(scene, format!("{name} {trouble}: {} busy, {} waiting", count(busy, "worker"), count(queue, "request")));
    let known = service.resolvers();
    let inside = Area { x: place.x + inside.x, y: place.y + inside.y, ..inside };
    let busy: Vec<bool> = match component.name {
        Name::Dns => known.to_vec(),
        _ => component.station.workers.iter().map(Option::is_some).collect(),
    };
    if busy.is_empty() || inside.height < GAP {
        return;
    }
    if component.name == Name::Dns {
        workers(scene, format!("{name} resolvers"), inside, &busy);
        return;
    }
    let [at_work, line] = inside.columns([Size::Share(2.0), Size::Share(1.0)]);
    workers(scene, format!("{name} workers"), at_work, &busy);
    if queue > 0 {
        waiting(scene, format!("{name} queue"), line, queue);
    }
}

fn banner(scene: &mut Scene, service: &Faults, event: Option<&Event>, area: Area, is_wide: bool) {
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
    let agreed = format!("{} % agreed", verdict.agreed);
    let load = format!("{} come", service.settings.load);
    // On a phone the time over which it is judged has no room but in the second line.
    let (line, over) = match verdict.time {
        Time::ZERO => (format!("{word}: nothing is judged yet, {agreed}"), String::new()),
        time if is_wide => (format!("{word}: {answered} in {}, {agreed}", spell(time)), String::new()),
        time => (format!("{word}: {answered}, {agreed}"), format!(" · judged over {}", spell(time))),
    };
    let after = format!("after {}", spell(service.now));
    let card = Card::new("banner", area, "").line(class, &line);
    let card = if is_wide {
        card.note("small", format!("{load} · {after}"))
    } else {
        card.line("small", format!("{load}{over}")).note("small", after)
    };
    card.with(|shape| shape.changed(matches!(event, Some(Event::StatusChanged { .. })))).push(scene, line);
}

/// What users got, second by second.
fn chart(service: &Faults, area: Area) -> Shape {
    let windows = &service.level.seconds;
    let first = (service.now.as_micros() / 1_000_000) as usize - windows.len();
    let line = |measure: &dyn Fn(usize) -> u64| (0..windows.len()).map(|at| (at as u64 + 1, measure(at))).collect();
    let most = windows.iter().map(|window| window.ok.max(window.errors())).max().unwrap_or(0);
    let most = most.max(service.settings.load.0).max(10);
    let series = [
        Series::Line("answered", line(&|at| windows[at].ok), "line-good"),
        Series::Line("with an error", line(&|at| windows[at].errors()), "line-bad"),
    ];
    let seconds = move |value: u64| format!("{} s", value as usize + first);
    let x = Axis::new(SECONDS as u64, seconds, "");
    let title = "users a second: answered, and (dashed) with an error".to_owned();
    let y = Axis::new(most + most / 5, |value| value.to_string(), title);
    let recent = windows.iter().rev().take(10).rev().map(|window| format!("{} and {}", window.ok, window.errors()));
    let recent = recent.reduce(|all, one| format!("{all}, {one}")).unwrap_or("none yet".to_owned());
    let label = format!("answered and errors in the last seconds: {recent}");
    Chart::new("chart", area, (x, y), series.into()).label(label).shape()
}

fn numbers(scene: &mut Scene, service: &Faults, area: Area, is_wide: bool) {
    let (totals, seen) = (service.totals, service.level.seen);
    let refused = if is_wide { "requests refused (queue full)" } else { "refused, queue full" };
    let lines = [
        ("users answered", seen.ok.to_string()),
        ("users with an error", seen.errors().to_string()),
        (refused, totals.shed.to_string()),
        ("calls timed out", totals.timeouts.to_string()),
        ("calls tried again", totals.retries.to_string()),
        ("work done for no one", totals.wasted.to_string()),
        ("response, median", spell(service.responses.percentile(500))),
        ("response, p99", spell(service.responses.percentile(990))),
    ];
    pairs(scene, "numbers", area, if is_wide { 1 } else { 2 }, &lines);
}
