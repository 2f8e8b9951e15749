//! A graph: vertices in columns by what they are, so that every edge leads from a column to one beside it.

use super::{lit, names_width, touched};
use crate::engine::model::models::Pane;
use crate::engine::model::models::edges::{Edges, Label};
use crate::engine::model::models::work::Touch;
use crate::engine::wording::shown;
use crate::scene::area::{Area, GAP, Size};
use crate::scene::parts::PAD;
use crate::scene::rows::{CLOSE, put};
use crate::scene::svg::number;
use crate::scene::text::Face;
use crate::scene::{Anchor, Scene, Shape};

/// Between two columns, for the edges.
const LANE: f32 = 2.0 * GAP;
const GROUPS: [(&str, &[Label]); 4] = [
    ("regions", &[Label::Region]),
    ("people", &[Label::Person]),
    ("jobs, schools", &[Label::Position, Label::School]),
    ("employers", &[Label::Organisation]),
];

/// The longest text of each group that is there without a reader's doing.
const LONGEST: [&str; 4] = ["Basel Region", "Margaret Keller", "jobs, schools", "employers"];

/// What a wide pane needs for names that are not cut.
pub(super) fn width() -> f32 {
    columns().iter().sum::<f32>() + LANE * GROUPS.len() as f32 - GAP + 2.0 * PAD
}

fn columns() -> [f32; GROUPS.len()] {
    LONGEST.map(|text| Face::of("small plain").width(text) + GAP + 1.0)
}

pub(super) fn draw(scene: &mut Scene, pane: &Pane, graph: &Edges, area: Area, is_wide: bool) {
    let group = |labels: &[Label]| -> Vec<usize> {
        (0..graph.vertices.len()).filter(|place| labels.contains(&graph.vertices[*place].label)).collect()
    };
    let mut boxes = vec![None; graph.vertices.len()];
    // A gap is left out between two columns, and the rest of the lane is cut off below.
    let columns = area.columns(columns().map(|width| Size::Share(width + LANE - GAP)));
    for (column, (name, labels)) in columns.into_iter().zip(GROUPS) {
        let places = group(labels);
        let mut rest = if is_wide { column } else { area.row(GROUPS.len(), columns_before(name)) };
        let head = if is_wide { rest.cut_top(CLOSE) } else { rest.cut_left(names_width()) };
        let head = Area { height: head.height.min(CLOSE), ..head };
        let shape = Shape::new(format!("group {name}"), head.x, head.y);
        scene.push(put(shape, head.own(), Anchor::Start, "small", name));
        let many = places.len().max(1) as f32;
        for (order, place) in places.into_iter().enumerate() {
            let middle = order as f32 + 0.5;
            let at = if is_wide {
                let pitch = rest.height / many;
                let height = (pitch - 2.0).min(CLOSE + GAP / 2.0);
                Area { y: rest.y + pitch * middle - height / 2.0, width: rest.width - LANE + GAP, height, ..rest }
            } else {
                let pitch = rest.width / many;
                let width = (pitch - 2.0).min(CLOSE + GAP);
                Area { x: rest.x + pitch * middle - width / 2.0, width, height: rest.height.min(CLOSE), ..rest }
            };
            boxes[place] = Some(at);
        }
    }
    draw_edges(scene, pane, graph, &boxes, is_wide);
    for (place, vertex) in graph.vertices.iter().enumerate() {
        let Some(at) = boxes[place] else { continue };
        let what = format!("vertex {place}");
        let name = vertex.whole_name();
        let key = format!("{} {what}", pane.model.name());
        let label = format!("{:?} {}", vertex.label, shown(&name));
        let touch = touched(pane, &what);
        if is_wide {
            let text = if name.is_empty() { "no name" } else { &name };
            scene.push(lit(key, at, touch, text, &label));
        } else {
            // There is room for one letter.
            let initial = name.chars().next().unwrap_or('?').to_string();
            scene.push(put(lit(key, at, touch, "", &label), at.own(), Anchor::Middle, "small plain", initial));
        }
    }
}

fn columns_before(name: &str) -> usize {
    GROUPS.iter().position(|(other, _)| *other == name).unwrap_or_default()
}

fn draw_edges(scene: &mut Scene, pane: &Pane, graph: &Edges, boxes: &[Option<Area>], is_wide: bool) {
    for (place, vertex) in graph.vertices.iter().enumerate() {
        for end in vertex.ends.iter().filter(|end| end.away) {
            let (Some(from), Some(to)) = (boxes[place], boxes[end.other]) else { continue };
            let touch = touched(pane, &format!("edge {}", end.number));
            let class = if touch.is_some() { "path" } else { "pointer" };
            let ((x, y), d) = if is_wide { across(from, to) } else { down(from, to) };
            let said = match touch {
                None => "",
                Some(Touch::Read) => ", followed",
                Some(Touch::Written) => ", written",
            };
            let (name, other) = (vertex.whole_name(), graph.vertices[end.other].whole_name());
            let label = format!("{} {:?} {}{said}", shown(&name), end.edge, shown(&other));
            let key = format!("{} edge {}", pane.model.name(), end.number);
            scene.push(Shape::new(key, x, y).path(d, class).changed(touch.is_some()).label(label));
        }
    }
}

/// An edge between two columns; between two people, a bow in the lane at their right.
fn across(from: Area, to: Area) -> ((f32, f32), String) {
    let (y, rise) = (from.middle().y, (to.middle().y - from.middle().y) as i32);
    if to.x == from.x {
        return ((from.right(), y), format!("M0 0c{LANE} 0 {LANE} {rise} 0 {rise}", LANE = number(LANE)));
    }
    let (start, end) = if to.x > from.x { (from.right(), to.x) } else { (from.x, to.right()) };
    ((start, y), format!("M0 0L{} {rise}", (end - start) as i32))
}

/// An edge between two rows; between two people, a bow in the lane below them.
fn down(from: Area, to: Area) -> ((f32, f32), String) {
    let (x, run) = (from.middle().x, (to.middle().x - from.middle().x) as i32);
    if to.y == from.y {
        return ((x, from.bottom()), format!("M0 0c0 {GAP} {run} {GAP} {run} 0", GAP = number(GAP)));
    }
    let (start, end) = if to.y > from.y { (from.bottom(), to.y) } else { (from.y, to.bottom()) };
    ((x, start), format!("M0 0L{run} {}", (end - start) as i32))
}
