//! How a service under load is drawn: queues and workers above, and below them what users see of it: the last requests as
//! bars of waiting and of service, all of them as a histogram, and its percentiles.

mod load;
pub(super) mod long;
mod server;
mod spread;

use super::plug::{Fault, fault};
use super::{About, Figure};
use crate::engine::Dump;
use crate::engine::service::latency::{Event, Latency};
use crate::engine::service::spell::time as spell;
use crate::scene::area::{Area, GAP, Size};
use crate::scene::parts::{BANNER, lines, lines_height};
use crate::scene::text::{Face, SMALL};
use crate::scene::{Anchor, Breadth, Scene, Shape};

pub struct LatencyFigure;

const HEADS: [&str; 5] = ["mean", "median", "p95", "p99", "p99.9"];

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

    const LONG: Option<&'static str> = Some("requests");

    fn draw(service: &Latency, event: Option<&Event>, breadth: Breadth) -> Scene {
        let merged = service.merged();
        let wide = breadth == Breadth::Wide;
        let (height, lane) = if wide { (450.0, 70.0) } else { (460.0, 116.0) };
        let mut scene = Scene::new(breadth.width(), height);
        let mut stage = Area::stage(breadth, height);
        let second = if wide { 0.0 } else { SMALL + 2.0 };
        draw_banner(&mut scene, service, stage.cut_top(BANNER + second), wide);
        let mut stage = Area { height: stage.height - GAP, ..stage };
        stage = Area { x: stage.x + GAP, width: stage.width - 2.0 * GAP, ..stage };
        // On a phone two servers stand side by side, elsewhere one below the other.
        let many = service.servers.len();
        let (columns, rows) = if wide { (1, many) } else { (many, 1) };
        let lanes = stage.cut_top(lane * rows as f32);
        let lanes = Area { width: lanes.width + GAP, ..lanes };
        for (place, server) in service.servers.iter().enumerate() {
            server::draw(&mut scene, service, server, place, lanes.tile(columns, rows, place), wide, event);
        }
        let (table, names) = (spread::table(service, &merged, wide), if wide { 0.25 } else { 0.2 });
        let height = lines_height(table.len());
        if wide {
            let [mut left, right] = stage.columns([Size::Share(1.0), Size::Share(1.0)]);
            scene.push(lines("table", left.cut_bottom(height), names, &HEADS, &table));
            spread::recent(&mut scene, service, left, event);
            scene.push(spread::histogram(&merged, right, wide).shape());
        } else {
            scene.push(lines("table", stage.cut_bottom(height), names, &HEADS, &table));
            // The numbers of two servers leave no room for single requests.
            if many == 1 {
                let [above, below] = stage.rows([Size::Share(1.0), Size::Share(2.0)]);
                spread::recent(&mut scene, service, above, event);
                stage = below;
            }
            scene.push(spread::histogram(&merged, stage, wide).shape());
        }
        scene
    }

    fn faults(service: &Latency) -> Vec<Fault> {
        let names = ["s1", "s2"].into_iter().zip(&service.servers).filter(|(_, server)| !server.slow);
        let busiest = names.max_by_key(|(_, server)| server.station.queue.len);
        let slow = |name| fault(format!("inject slow on {name}"), format!("Make {name} four times as slow"));
        busiest.map(|(name, _)| slow(name)).into_iter().collect()
    }

    fn dump(_: &Latency, _: &str) -> Option<Dump> {
        None
    }
}

fn draw_banner(scene: &mut Scene, service: &Latency, area: Area, wide: bool) {
    const LINES: [f32; 2] = [18.0, 36.0];
    let (fullness, load) = load::words(service, wide);
    let level = service.level();
    let class = match level.is_kept() {
        _ if !level.is_known() => "small",
        true => "small good",
        false => "small bad",
    };
    let [median, p99] = level.parts;
    let line = match level.is_known() {
        true => format!("{}: {median}, {p99}", if level.is_kept() { "kept" } else { "broken" }),
        false => format!("agreed: median under {}, p99 under {}", spell(median.agreed), spell(p99.agreed)),
    };
    let inside = Area { x: area.x + GAP, width: area.width - 2.0 * GAP, ..area };
    let now = format!("after {}", spell(service.now));
    let face = Face::of("strong");
    let load = face.fit(&load, inside.width - Face::of("small").width(&now) - GAP);
    let mut banner = Shape::new("banner", inside.x, inside.y)
        .text(0.0, LINES[0], Anchor::Start, if fullness == "bad" { "strong bad" } else { fullness }, load)
        .text(inside.width, LINES[0], Anchor::End, "small", now);
    for (row, text) in Face::of(class).wrap(&line, inside.width, 2).into_iter().enumerate() {
        banner = banner.text(0.0, LINES[1] + row as f32 * (SMALL + 2.0), Anchor::Start, class, text);
    }
    scene.push(banner.label(format!("the service level {line}")));
}
