//! The edges as rows of the table that SQL asks, beside a graph that leaves room for them; those just followed stand out.

use crate::engine::model::graph::{Edge, EdgeId, GraphStore};
use crate::scene::area::{Area, GAP};
use crate::scene::rows::{APART, CLOSE, boxed, put};
use crate::scene::text::Face;
use crate::scene::{Anchor, Scene, Shape};

/// A graph of more vertices has all the room.
pub const FEW: usize = 8;
const HEADS: [&str; 3] = ["tail", "kind", "head"];

fn cells(engine: &GraphStore, edge: &Edge) -> [String; 3] {
    let name = |vertex| engine.graph.name(vertex).to_string();
    [name(edge.tail), edge.kind.to_string(), name(edge.head)]
}

/// How wide each column is.
fn widths(engine: &GraphStore) -> [f32; 3] {
    let mut widths = HEADS.map(|head| Face::of("small").width(head));
    for (_, edge) in engine.graph.edges() {
        for (width, cell) in widths.iter_mut().zip(cells(engine, edge)) {
            *width = width.max(Face::of("small plain").width(&cell));
        }
    }
    widths.map(|width| width + GAP)
}

fn many(engine: &GraphStore) -> usize {
    engine.graph.edges().count()
}

fn is_small(engine: &GraphStore) -> bool {
    engine.graph.vertices().count() <= FEW && many(engine) > 0
}

/// How high the rows of a small graph are, with their head.
pub fn height(engine: &GraphStore) -> f32 {
    if is_small(engine) { (many(engine) + 1) as f32 * CLOSE } else { 0.0 }
}

/// How wide they are, if an area has room for them and for the graph.
pub fn width(engine: &GraphStore, area: Area) -> Option<f32> {
    let wide = widths(engine).iter().sum::<f32>() + GAP;
    let most = area.width / 2.0 - GAP;
    let fits = is_small(engine) && height(engine) <= area.height && wide <= most + GAP;
    fits.then_some(wide.max(most - GAP))
}

pub fn draw(scene: &mut Scene, engine: &GraphStore, mut area: Area) {
    let widths = widths(engine);
    // What is left goes to all columns alike.
    let more = (area.width - GAP - widths.iter().sum::<f32>()).max(0.0) / HEADS.len() as f32;
    let widths = widths.map(|width| width + more);
    let pitch = (area.height / (many(engine) + 1) as f32).min(2.0 * CLOSE);
    let row = |shape: Shape, mut own: Area, class: &'static str, cells: &[String; 3]| {
        own.cut_left(GAP / 2.0);
        cells
            .iter()
            .zip(widths)
            .fold(shape, |shape, (cell, width)| put(shape, own.cut_left(width), Anchor::Start, class, cell))
    };
    let head = area.cut_top(pitch);
    let heads = row(Shape::new("edges", head.x, head.y), head.own(), "small", &HEADS.map(str::to_owned));
    scene.push(heads.label("the table of edges: tail, kind, head"));
    for (id, edge) in engine.graph.edges() {
        let id: EdgeId = id;
        let mut at = area.cut_top(pitch);
        at.cut_bottom(APART);
        let is_followed = engine.look.followed.contains(&id);
        let shape = boxed(format!("row {id}"), at, 2.0, if is_followed { "lens" } else { "cell" });
        let cells = cells(engine, edge);
        let label = format!("row {id}: {}", cells.join(" "));
        scene.push(row(shape, at.own(), "small plain", &cells).label(label));
    }
}
