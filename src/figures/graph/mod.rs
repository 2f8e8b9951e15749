//! How a graph is drawn that is asked: the graph at the left, with where the walk has come to, beside a small one its edges as
//! rows of a table, and at the right the three texts,
//! with what each has answered.

mod edges;
pub(super) mod long;
mod net;
mod texts;

use super::{About, Figure};
use crate::engine::model::graph::{Event, GraphStore, Vertex};
use crate::engine::{Dump, Span};
use crate::scene::area::{Area, GAP, Size};
use crate::scene::parts::{NODE, PAD};
use crate::scene::{Breadth, Scene};

pub struct GraphFigure;

impl Figure for GraphFigure {
    type Engine = GraphStore;

    const ABOUT: About = About {
        kind: "graph",
        title: "One graph, asked in three languages",
        summary: "The same question in Cypher, in SPARQL and in recursive SQL, and how each walks the graph, hop by hop.",
        chapter: "models/graphs",
        example: "cypher; sparql; sql",
    };

    const LONG: Option<&'static str> = Some("questions");

    /// As high as the texts are, and the rows of a small graph; on a phone the graph stands above the text that is asked.
    fn height(engine: &GraphStore, breadth: Breadth) -> Option<f32> {
        let texts = texts::height(engine, halves(Area::window(breadth), breadth)[1].width, breadth);
        let rows = edges::height(engine).max(LEAST);
        let all = if breadth == Breadth::Wide { texts.max(rows) } else { texts + rows + GAP };
        Some((all + 2.0 * GAP).min(breadth.height()))
    }

    fn draw(engine: &GraphStore, event: Option<&Event>, breadth: Breadth) -> Scene {
        Self::draw_on(engine, event, breadth, Self::height(engine, breadth).unwrap_or(breadth.height()))
    }

    fn draw_on(engine: &GraphStore, event: Option<&Event>, breadth: Breadth, height: f32) -> Scene {
        let mut scene = Scene::new(breadth.width(), height);
        let [mut left, right] = halves(Area::stage(breadth, height), breadth);
        let is_wide = breadth == Breadth::Wide;
        net::head(&mut scene, engine, &mut left);
        if let Some(width) = edges::width(engine, left) {
            edges::draw(&mut scene, engine, left.cut_right(width));
            left.cut_right(GAP);
        }
        net::draw(&mut scene, engine, event, left, is_wide);
        texts::draw(&mut scene, engine, right, is_wide);
        scene
    }

    /// `vertex Asha` as the triples that have it as their subject, `edge e3` as one triple, and both as rows of the tables.
    fn dump(engine: &GraphStore, key: &str) -> Option<Dump> {
        let graph = &engine.graph;
        let (title, lines) = if let Some(name) = key.strip_prefix("vertex ") {
            let id = graph.named(name)?;
            let vertex = graph.vertex(id);
            let edges = vertex.leaving.iter().map(|edge| graph.edge(*edge));
            let edges =
                edges.map(|edge| ("an edge", triple(vertex, &edge.kind, &format!(":{}", graph.name(edge.head)))));
            let own = [
                ("a row of `vertices`: id, label, name", format!("{} | {} | {}", id.0 + 1, vertex.label, vertex.name)),
                ("its class", triple(vertex, "a", &format!(":{}", vertex.label))),
                ("its name", triple(vertex, ":name", &format!("\"{}\"", vertex.name))),
            ];
            (format!("{name}, as a row and as triples"), own.into_iter().chain(edges).collect::<Vec<_>>())
        } else {
            let name = key.strip_prefix("edge ")?;
            let (id, edge) = graph.edges().find(|(id, _)| id.to_string() == name)?;
            let (tail, head) = (graph.vertex(edge.tail), graph.vertex(edge.head));
            let row = format!("{} | {} | {} | {}", id.0 + 1, edge.tail.0 + 1, edge.kind, edge.head.0 + 1);
            let lines = vec![
                ("a row of `edges`: id, tail, kind, head", row),
                ("a triple", triple(tail, &edge.kind, &format!(":{}", head.name))),
            ];
            (format!("the edge {} {} {}", tail.name, edge.kind, head.name), lines)
        };
        let (mut bytes, mut spans) = (Vec::new(), Vec::new());
        for (label, line) in lines {
            let start = bytes.len();
            bytes.extend_from_slice(line.as_bytes());
            spans.push(Span { range: start..bytes.len(), label: label.to_owned(), value: line });
            bytes.push(b'\n');
        }
        Some(Dump { title, offset: 0, bytes, spans })
    }
}

/// A graph has so much room at least.
const LEAST: f32 = 2.0 * NODE + NODE;

/// The graph, and the texts.
fn halves(stage: Area, breadth: Breadth) -> [Area; 2] {
    let stage = stage.inset(GAP);
    match breadth {
        Breadth::Wide => stage.columns([Size::Share(1.0), Size::Share(1.0)]),
        Breadth::Narrow => {
            let mut texts = stage;
            let graph = texts.cut_top(LEAST.min(stage.height / 2.0 + 2.0 * PAD));
            texts.cut_top(GAP);
            [graph, texts]
        }
    }
}

fn triple(subject: &Vertex, predicate: &str, object: &str) -> String {
    let predicate =
        if predicate == "a" || predicate.starts_with(':') { predicate.to_owned() } else { format!(":{predicate}") };
    format!(":{} {predicate} {object} .", subject.name)
}
