//! How the three systems are drawn: a card for each with its machines, how busy they are, what they cost and how fast
//! they were; below, response time over load, and capacity over machines.

mod charts;

use super::plug::{Fault, fault};
use super::{About, Figure};
use crate::engine::Dump;
use crate::engine::service::scaling::{Event, Scaling, Way, dollars};
use crate::engine::service::{grouped, spell};
use crate::engine::wording::count;
use crate::scene::area::{Area, GAP};
use crate::scene::parts::NODE;
use crate::scene::rows::{APART, CLOSE, boxed, put};
use crate::scene::vocabulary::{cross, memory, tick};
use crate::scene::{Anchor, Breadth, Scene, Shape};

pub struct ScalingFigure;

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

    /// The charts are lower on a wide stage, where they stand side by side.
    fn height(_: &Scaling, breadth: Breadth) -> Option<f32> {
        Some(if breadth == Breadth::Wide { WIDE } else { breadth.height() })
    }

    fn draw(scaling: &Scaling, event: Option<&Event>, breadth: Breadth) -> Scene {
        let wide = breadth == Breadth::Wide;
        let height = Self::height(scaling, breadth).unwrap_or(breadth.height());
        let mut stage = Area::stage(breadth, height).inset(GAP);
        let cards = stage.cut_top(if wide { CARD } else { stage.height * 0.5 });
        stage.cut_top(GAP);
        let card = |place: usize| if wide { cards.column(3, place) } else { cards.row(3, place) };
        let boxes = Way::ALL.map(|way| Insides::new(card(way as usize)));
        // Machines of the same power are as large in all three, so that they can be compared.
        let sides = Way::ALL.map(|way| largest(scaling, way, boxes[way as usize].machines));
        let side = sides.into_iter().fold(NODE, f32::min);
        let mut scene = Scene::new(breadth.width(), height);
        for (way, inside) in Way::ALL.into_iter().zip(boxes) {
            draw_card(&mut scene, scaling, event, way, (inside, side));
        }
        charts::draw(&mut scene, scaling, stage);
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

/// How high a card is, and all of a wide stage.
const CARD: f32 = NODE + NODE / 2.0;
const WIDE: f32 = CARD + 2.0 * NODE + NODE / 2.0;

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

/// The parts of a card: its machines, the one disk if it has one, and its numbers.
#[derive(Clone, Copy)]
struct Insides {
    card: Area,
    machines: Area,
    disk: Area,
    numbers: Area,
}

impl Insides {
    fn new(card: Area) -> Insides {
        let mut inside = card.inset(GAP);
        let numbers = inside.cut_right(inside.width * 0.5 + CLOSE);
        inside.cut_right(GAP);
        inside.cut_top(CLOSE - GAP / 2.0);
        let mut machines = inside;
        let disk = machines.cut_bottom(CLOSE);
        machines.cut_bottom(GAP / 2.0);
        Insides { card, machines, disk, numbers }
    }
}

fn draw_card(scene: &mut Scene, scaling: &Scaling, event: Option<&Event>, way: Way, (insides, side): (Insides, f32)) {
    let Area { x, y, width, height } = insides.card;
    let name = way.name();
    scene.push(memory(name, x, y, width, height, name));
    draw_machines(scene, scaling, way, insides, side);
    let size = scaling.size(way);
    let what = match way {
        Way::Up => format!("power {size}, {}/h", dollars(scaling.price(way))),
        _ => format!("{size} × power 1, {}/h", dollars(scaling.price(way))),
    };
    let mut lines = vec![what];
    match scaling.measured(way) {
        None => lines.push("not measured at this load".to_owned()),
        Some(measured) => {
            let [come, served] = [measured.offered, measured.served_per_second()].map(grouped);
            lines.push(format!("{come}/s come, {served}/s served"));
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
    let numbers = insides.numbers;
    let mut shape = Shape::new(format!("{name} numbers"), numbers.x, numbers.y);
    let mut rest = numbers.own();
    for (place, line) in lines.iter().enumerate() {
        let mut row = rest.cut_top(numbers.height / 4.0);
        if place == 3 {
            let sign = row.cut_left(2.0 * GAP).middle();
            let (path, class) = if scaling.is_met(way) {
                (tick(sign.x, sign.y), "tick")
            } else {
                (cross(sign.x, sign.y, GAP / 2.0), "tombstone")
            };
            shape = shape.path(path, class);
        }
        shape = put(shape, row, Anchor::Start, if place == 0 { "name" } else { "small" }, line);
    }
    scene.push(shape.label(lines.join("; ")));
    if event.is_some_and(|event| is_about(event, way)) {
        scene.push(boxed(format!("{name} now"), insides.card, 12.0, "lens-glass"));
    }
}

/// How many machines there are, and the power of each.
fn machines(scaling: &Scaling, way: Way) -> (u32, u32) {
    if way == Way::Up { (1, scaling.size(way)) } else { (scaling.size(way), 1) }
}

/// The machines: one whose area is its power, or as many as there are; filled as far as they are busy.
fn draw_machines(scene: &mut Scene, scaling: &Scaling, way: Way, insides: Insides, unit: f32) {
    let Area { x, y, width, .. } = insides.machines;
    let (many, power) = machines(scaling, way);
    let side = unit * (power as f32).sqrt();
    let columns = (((width + APART) / (side + APART)) as u32).max(1);
    let busy = scaling.measured(way).map_or(0.0, |measured| measured.busy as f32 / 100.0);
    let mut shape = Shape::new(format!("{} machines", way.name()), x, y);
    for machine in 0..many {
        let at = |place: u32| place as f32 * (side + APART);
        let (left, top) = (at(machine % columns), at(machine / columns));
        let down = scaling.failed && machine == 0;
        shape = shape.rect(left, top, side, side, 2.0, if down { "slot" } else { "frame" });
        if down {
            shape = shape.path(cross(left + side / 2.0, top + side / 2.0, side / 4.0), "cross");
        } else if busy > 0.0 {
            let fill = (side - 2.0) * busy;
            shape = shape.rect(left + 1.0, top + side - 1.0 - fill, side - 2.0, fill, 1.0, "serving");
        }
    }
    let percent = (busy * 100.0).round() as u32;
    let size = scaling.size(way);
    scene.push(shape.label(format!("{}, {percent} % busy; {size} of power 1 in all", count(many, "machine"))));
    if way == Way::Disk {
        let disk = boxed(format!("{} disk", way.name()), insides.disk, 0.0, "cell");
        scene.push(put(disk, insides.disk.own(), Anchor::Middle, "small", "one disk, one lock"));
    }
}

/// The side of a machine of power 1 at which all of a system just have room.
fn largest(scaling: &Scaling, way: Way, area: Area) -> f32 {
    let (many, power) = machines(scaling, way);
    let fits = |columns: u32| {
        let rows = many.div_ceil(columns);
        let each = |room: f32, of: u32| (room + APART) / of as f32 - APART;
        each(area.width, columns).min(each(area.height, rows))
    };
    (1..=many).map(fits).fold(1.0, f32::max) / (power as f32).sqrt()
}
