//! How the three systems are drawn: a card for each with its machines, how busy they are, what they cost and how fast
//! they were; below, response time over load, and capacity over machines.

mod charts;

use super::plug::{Fault, fault};
use super::{About, Figure};
use crate::engine::Dump;
use crate::engine::service::scaling::{Event, Scaling, Way, dollars};
use crate::engine::service::{grouped, spell};
use crate::engine::wording::count;
use crate::scene::svg::number;
use crate::scene::text::{SMALL, fit};
use crate::scene::vocabulary::{cross, memory};
use crate::scene::{Anchor, Breadth, Scene, Shape};

pub struct ScalingFigure;

/// A place on the stage.
#[derive(Clone, Copy)]
struct Frame {
    x: f32,
    y: f32,
    width: f32,
    height: f32,
}

impl Figure for ScalingFigure {
    type Engine = Scaling;

    const ABOUT: About = About {
        kind: "scaling",
        title: "Scale up, or scale out",
        summary: "The same load on one large machine, on many that share nothing, and on many that share a disk.",
        chapter: "foundations/scalability",
        example: "load 160/s; double; keep; fail; capacity",
    };

    const PLUG: Option<&'static str> = Some("take one machine of each system away");

    fn draw(scaling: &Scaling, event: Option<&Event>, breadth: Breadth) -> Scene {
        let frame = |x, y, width, height| Frame { x, y, width, height };
        let (height, cards, charts) = match breadth {
            Breadth::Wide => {
                let card = |place: usize| frame(8.0 + place as f32 * 317.0, 8.0, 310.0, 186.0);
                let chart = |place: usize| frame(12.0 + place as f32 * 480.0, 206.0, 460.0, 210.0);
                (424.0, [card(0), card(1), card(2)], [chart(0), chart(1)])
            }
            Breadth::Narrow => {
                let card = |place: usize| frame(6.0, 6.0 + place as f32 * 142.0, 388.0, 136.0);
                let chart = |place: usize| frame(12.0, 440.0 + place as f32 * 196.0, 382.0, 186.0);
                (830.0, [card(0), card(1), card(2)], [chart(0), chart(1)])
            }
        };
        let mut scene = Scene::new(breadth.width(), height);
        for (way, card) in Way::ALL.into_iter().zip(cards) {
            draw_card(&mut scene, scaling, event, way, card, breadth);
        }
        charts::draw_loads(&mut scene, scaling, charts[0]);
        charts::draw_capacities(&mut scene, scaling, charts[1]);
        scene
    }

    fn faults(_: &Scaling) -> Vec<Fault> {
        vec![fault("fail", "Measure while one machine of each system is down")]
    }

    /// A machine here serves requests that carry nothing; it has no bytes.
    fn dump(_: &Scaling, _: &str) -> Option<Dump> {
        None
    }
}

/// Whether a step was about that system.
fn is_about(event: &Event, of: Way) -> bool {
    match event {
        Event::Loaded { way, .. }
        | Event::Slower { way, .. }
        | Event::Tried { way, .. }
        | Event::Kept { way, .. }
        | Event::NotKept { way, .. }
        | Event::Failed { way, .. } => *way == of,
        _ => false,
    }
}

fn draw_card(scene: &mut Scene, scaling: &Scaling, event: Option<&Event>, way: Way, frame: Frame, breadth: Breadth) {
    let Frame { x, y, width, height } = frame;
    let name = way.name();
    scene.push(memory(name, x, y, width, height, name));
    // The machines at the left, the numbers at the right of a phone; below them on a page.
    let wide = breadth == Breadth::Wide;
    let (box_width, box_height) = if wide { (width - 20.0, 84.0) } else { (150.0, height - 30.0) };
    draw_machines(scene, scaling, way, Frame { x: x + 10.0, y: y + 22.0, width: box_width, height: box_height });
    let (left, top) = if wide { (x + 12.0, y + 122.0) } else { (x + 172.0, y + 36.0) };
    let room = x + width - left - 8.0;
    let size = scaling.size(way);
    let what = match way {
        Way::Up => format!("power {size}, {}/h", dollars(scaling.price(way))),
        _ => format!("{size} × power 1, {}/h", dollars(scaling.price(way))),
    };
    let mut lines = vec![what];
    match scaling.measured(way) {
        None => lines.push("not measured at this load".to_owned()),
        Some(measured) => {
            lines.push(format!(
                "{}/s come, {}/s served",
                grouped(measured.offered),
                grouped(measured.served_per_second())
            ));
            if measured.failed > 0 {
                let all = measured.failed + measured.served;
                lines.push(format!("{} of {} fail", grouped(measured.failed), grouped(all)));
            } else if measured.overloaded {
                lines.push("ever slower: overloaded".to_owned());
            } else {
                let [median, p99, error] = [measured.median, measured.p99, measured.p99_error].map(spell::time);
                lines.push(format!("p50 {median}, p99 {p99} ± {error}"));
            }
            let goal = spell::time(scaling.settings.goal);
            let verdict = if scaling.is_met(way) { "within" } else { "not within" };
            lines.push(format!("p99 {verdict} {goal}"));
        }
    }
    let mut shape = Shape::new(format!("{name} numbers"), left, top);
    let met = scaling.is_met(way);
    for (place, line) in lines.iter().enumerate() {
        let is_verdict = place == 3;
        let indent = if is_verdict { 16.0 } else { 0.0 };
        let class = if place == 0 { "name" } else { "small" };
        shape = shape.text(indent, place as f32 * 18.0, Anchor::Start, class, fit(line, room - indent, SMALL));
        if is_verdict {
            let y = place as f32 * 18.0 - 4.0;
            shape = if met {
                shape.path(format!("M1 {}l4 5 7-10", number(y)), "tick")
            } else {
                shape.path(cross(6.5, y, 4.5), "tombstone")
            };
        }
    }
    scene.push(shape.label(lines.join("; ")));
    if event.is_some_and(|event| is_about(event, way)) {
        let mark = Shape::new(format!("{name} now"), x, y);
        scene.push(mark.rect(0.0, 0.0, width, height, 12.0, "lens-glass"));
    }
}

/// The machines: one whose area is its power, or as many as there are; filled as far as they are busy.
fn draw_machines(scene: &mut Scene, scaling: &Scaling, way: Way, frame: Frame) {
    let Frame { x, y, width, height } = frame;
    let size = scaling.size(way);
    let busy = scaling.measured(way).map_or(0.0, |measured| measured.busy as f32 / 100.0);
    let disk = if way == Way::Disk { 18.0 } else { 0.0 };
    let room = height - disk;
    let many = if way == Way::Up { 1 } else { size };
    let side = if way == Way::Up { (UNIT * (size as f32).sqrt()).min(room) } else { fitting_side(many, width, room) };
    let gap = if way == Way::Up { 0.0 } else { 3.0 };
    let columns = (((width + gap) / (side + gap)) as u32).max(1);
    let mut shape = Shape::new(format!("{} machines", way.name()), x, y);
    for machine in 0..many {
        let (left, top) = ((machine % columns) as f32 * (side + gap), (machine / columns) as f32 * (side + gap));
        let down = scaling.failed && machine == 0;
        shape = shape.rect(left, top, side, side, 2.0, if down { "slot" } else { "frame" });
        if down {
            shape = shape.path(cross(left + side / 2.0, top + side / 2.0, side * 0.3), "cross");
        } else if busy > 0.0 {
            let fill = (side - 2.0) * busy;
            shape = shape.rect(left + 1.0, top + side - 1.0 - fill, side - 2.0, fill, 1.0, "gauge");
        }
    }
    if way == Way::Disk {
        shape = shape.rect(0.0, height - 15.0, width, 15.0, 0.0, "disk").text(
            width / 2.0,
            height - 4.0,
            Anchor::Middle,
            "note",
            "one disk, one lock",
        );
    }
    let percent = (busy * 100.0).round() as u32;
    scene.push(shape.label(format!("{}, {percent} % busy; {size} of power 1 in all", count(many, "machine"))));
}

/// The side of a machine of power 1, where there is room: the area is the power.
const UNIT: f32 = 20.0;

/// The side of `many` squares that have room together, of the side of power 1 at most.
fn fitting_side(many: u32, width: f32, height: f32) -> f32 {
    const GAP: f32 = 3.0;
    let mut side = UNIT;
    loop {
        let (columns, rows) = (((width + GAP) / (side + GAP)) as u32, ((height + GAP) / (side + GAP)) as u32);
        if columns * rows >= many || side <= 6.0 {
            return side;
        }
        side -= 1.0;
    }
}
