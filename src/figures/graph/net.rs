//! The graph: a box for each vertex, an arrow for each edge, and who has been reached by which hop.

use super::edges::FEW;
use crate::engine::model::graph::{Edge, EdgeId, Event, GraphStore, Language, Standing, Vertex, question};
use crate::engine::order;
use crate::engine::wording::count;
use crate::scene::area::{Area, GAP};
use crate::scene::graph::{edge_paths, layered, loop_paths};
use crate::scene::parts::{PAD, ROW, heading};
use crate::scene::rows::{CLOSE, put};
use crate::scene::text::Face;
use crate::scene::vocabulary::LINE;
use crate::scene::{Anchor, Point, Scene, Shape};

/// The look of each kind of edge and of its head, in the order in which they came.
const LOOKS: [(&str, &str); 4] =
    [("pointer", "pointer head"), ("plot-1", "hue-1"), ("plot-2", "hue-2"), ("plot-0", "hue-0")];
const FOLLOWED: (&str, &str) = ("path", "path head");

/// What is asked, and how much has been read for it. It cuts its line off the area.
pub fn head(scene: &mut Scene, engine: &GraphStore, area: &mut Area) {
    let walk = &engine.look;
    let counted = match engine.asked {
        None => String::new(),
        Some(Language::Sql) => format!("{}, {} read", count(walk.hops, "round"), count(walk.edges_read, "row")),
        Some(_) => format!("{}, {} read", count(walk.hops, "hop"), count(walk.edges_read, "edge")),
    };
    heading(scene, "question", area, question(engine.settings.graph), &counted);
}

pub fn draw(scene: &mut Scene, engine: &GraphStore, event: Option<&Event>, area: Area, is_wide: bool) {
    let mut rest = area;
    let walk = &engine.look;
    let graph = &engine.graph;
    let vertices: Vec<_> = graph.vertices().collect();
    let edges: Vec<(EdgeId, &Edge)> = graph.edges().collect();
    let mut kinds: Vec<&str> = Vec::new();
    for (_, edge) in &edges {
        if !kinds.contains(&&*edge.kind) {
            kinds.push(&edge.kind);
        }
    }
    // What lies within what looks the same in every graph.
    order::sort_by_key(&mut kinds, |kind| *kind != "within");
    legend(scene, rest.cut_bottom(ROW), &kinds);
    if vertices.is_empty() {
        let empty = Shape::new("no vertex", rest.x, rest.y);
        scene.push(put(empty, rest.own(), Anchor::Middle, "small", "no vertex yet"));
        return;
    }
    let class = if is_wide { "name" } else { "small plain" };
    let face = Face::of(class);
    let beside = if is_wide { 2.0 * PAD + 2.0 * GAP } else { GAP + 2.0 * GAP };
    let small = Face::of("small");
    let wide = |vertex: &Vertex| face.width(&vertex.name).max(small.width(&vertex.label)) + beside;
    let wide: Vec<f32> = vertices.iter().map(|(_, vertex)| wide(vertex)).collect();
    let place = |id| vertices.iter().position(|(other, _)| *other == id).unwrap_or_default();
    let ends: Vec<_> = edges.iter().map(|(_, edge)| (place(edge.tail), place(edge.head))).collect();
    // On a phone the edges of many vertices need the room.
    let tall = if is_wide || vertices.len() <= FEW { 2.0 * CLOSE + GAP } else { LINE };
    let layout = layered(rest, &wide, tall, &ends);

    for ((id, edge), (way, (tail, _))) in edges.iter().zip(layout.ways.iter().zip(&ends)) {
        let is_followed = walk.followed.contains(id);
        let kind = kinds.iter().position(|kind| **kind == *edge.kind).unwrap_or_default();
        let (line, head) = if is_followed { FOLLOWED } else { LOOKS[kind.min(LOOKS.len() - 1)] };
        let own = layout.boxes[*tail];
        let at = way.first().copied().unwrap_or(Point::new(own.x, own.y));
        let (body, tip) = edge_paths(way, at).unwrap_or_else(|| loop_paths(own));
        let label = format!("{} {} {}", graph.name(edge.tail), edge.kind, graph.name(edge.head));
        let shape = Shape::new(format!("edge {id}"), at.x, at.y).path(body, line).path(tip, head);
        scene.push(shape.changed(is_followed).label(label).selects());
    }
    for ((id, vertex), at) in vertices.iter().zip(&layout.boxes) {
        let standing = engine.standing(*id);
        let round = if *vertex.label == *"person" { PAD } else { 2.0 };
        let (wash, mark, said) = match standing {
            Standing::Elsewhere => ("", String::new(), String::new()),
            Standing::Reached(hop) => ("tint hue-0", hop.to_string(), format!(", reached by hop {hop}")),
            Standing::Frontier(hop) => ("loud hue-0", hop.to_string(), format!(", where hop {hop} has come to")),
            Standing::Found => ("committed", "✓".to_owned(), ", in the answer".to_owned()),
        };
        let is_new = matches!(event, Some(Event::VertexAdded { .. })) && walk.frontier.contains(id);
        let mut shape = Shape::new(format!("vertex {}", vertex.name), at.x, at.y)
            .rect(0.0, 0.0, at.width, at.height, round, "cell")
            .changed(is_new || matches!(standing, Standing::Frontier(_)));
        if !wash.is_empty() && !is_new {
            shape = shape.rect(0.0, 0.0, at.width, at.height, round, wash);
        }
        let mut room = Area { x: GAP / 2.0, width: at.width - GAP, ..at.own() };
        let mark = if is_new { String::new() } else { mark };
        if !mark.is_empty() {
            let class = if standing == Standing::Found { "small good" } else { "small plain" };
            let wide = Face::of(class).width(&mark);
            let side = room.cut_right(wide);
            shape = put(shape, side, Anchor::End, class, &mark);
            room.cut_right(GAP / 2.0);
        }
        // Its label stands below its name, where the boxes are high enough.
        if room.height >= 2.0 * CLOSE - GAP {
            let below = room.cut_bottom(room.height / 2.0);
            room.y += GAP / 2.0 / 2.0;
            // What is loud is too dark for pale words.
            let class = if matches!(standing, Standing::Frontier(_)) { "small plain" } else { "small" };
            shape = put(shape, Area { y: below.y - GAP / 2.0 / 2.0, ..below }, Anchor::Middle, class, &*vertex.label);
        }
        shape = put(shape, room, Anchor::Middle, class, &*vertex.name);
        let said = if is_new { String::new() } else { said };
        scene.push(shape.label(format!("{}, a {}{said}", vertex.name, vertex.label)).selects());
    }
}

/// What each look of an edge stands for.
fn legend(scene: &mut Scene, area: Area, kinds: &[&str]) {
    const SAMPLE: f32 = 2.0 * PAD;
    let mut shape = Shape::new("kinds", area.x, area.y);
    let face = Face::of("small");
    let mut rest = area.own();
    for (kind, (line, _)) in kinds.iter().zip(LOOKS) {
        let wide = face.width(kind);
        if SAMPLE + wide + GAP > rest.width {
            break;
        }
        let sample = rest.cut_left(SAMPLE);
        let middle = sample.middle().y as u32;
        shape = shape.path(format!("M{} {middle}h{}", sample.x as u32, (SAMPLE - GAP / 2.0) as u32), line);
        shape = put(shape, rest.cut_left(wide + 1.0), Anchor::Start, "small", kind);
        rest.cut_left(2.0 * GAP);
    }
    scene.push(shape.label(format!("edges: {}", kinds.join(", "))));
}
