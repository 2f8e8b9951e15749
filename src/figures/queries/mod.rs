//! How four ways to ask are drawn: the table at the left, and a pane for each language, with its text, its operators and what
//! they hold, and its answer.

mod pane;
mod table;

use super::{About, Figure};
use crate::engine::Dump;
use crate::engine::model::queries::{Event, Queries};
use crate::engine::wording::count;
use crate::scene::area::{Area, GAP};
use crate::scene::parts::{banner, banner_height};
use crate::scene::{Breadth, Scene};

pub struct QueriesFigure;

impl Figure for QueriesFigure {
    type Engine = Queries;

    const ABOUT: About = About {
        kind: "queries",
        title: "Four ways to ask",
        summary: "The same question of the same table in SQL, by a loop, by MapReduce and by a pipeline, side by \
                  side. An index changes the plan of SQL, but not its text.",
        chapter: "models/four-ways",
        example: "ask; index fish; ask",
    };

    fn height(engine: &Queries, breadth: Breadth) -> Option<f32> {
        Some(height(engine, breadth))
    }

    fn draw(engine: &Queries, event: Option<&Event>, breadth: Breadth) -> Scene {
        Self::draw_on(engine, event, breadth, height(engine, breadth))
    }

    fn draw_on(engine: &Queries, event: Option<&Event>, breadth: Breadth, height: f32) -> Scene {
        let stage = Area::stage(breadth, height);
        let mut scene = Scene::new(stage.width, stage.height);
        let mut rest = stage;
        let (title, more) = heading(engine);
        banner(&mut scene, rest.cut_top(banner_height(breadth)), title, &indexes(engine), &more);
        rest.cut_bottom(GAP);
        let panes = engine.panes();
        rest.cut_left(GAP);
        rest.cut_right(GAP);
        let table = match breadth {
            Breadth::Wide => rest.cut_left(table::width(engine)),
            Breadth::Narrow => rest.cut_top(table::height(engine)),
        };
        table::draw(&mut scene, engine, table, event.is_some());
        if breadth == Breadth::Wide {
            rest.cut_left(GAP);
        }
        let columns = if breadth == Breadth::Wide { panes.len().min(2) } else { 1 };
        let rows = panes.len().div_ceil(columns);
        for (place, pane) in panes.iter().enumerate() {
            pane::draw(&mut scene, pane, rest.place(columns, rows, place));
        }
        scene
    }

    fn dump(_: &Queries, _: &str) -> Option<Dump> {
        None
    }
}

/// All there is room for; where the panes stand side by side, no more than the table needs.
fn height(engine: &Queries, breadth: Breadth) -> f32 {
    let most = breadth.height();
    match breadth {
        Breadth::Wide if engine.languages().len() <= 2 => (banner_height(breadth) + table::tall(engine)).min(most),
        _ => most,
    }
}

/// Whether the answers are the same, and the table that is asked.
fn heading(engine: &Queries) -> ((&'static str, &'static str), String) {
    let many = engine.data.rows.len();
    let table = format!("{}: {}", engine.data.name, count(many, "row"));
    let Some(verdict) = &engine.verdict else { return (("strong", "One question"), table) };
    let title = match (verdict.classes.len(), verdict.classes.first().map_or(0, |class| class.languages.len())) {
        (0, _) => ("strong", "No answer"),
        (1, 1) => ("strong", "One answer"),
        (1, _) if verdict.same_order => ("good", "The same answers ✓"),
        (1, _) => ("good", "The same rows, another order ✓"),
        _ => ("bad", "The answers differ ✗"),
    };
    (title, table)
}

fn indexes(engine: &Queries) -> String {
    let names: Vec<String> =
        engine.data.indexes.iter().map(|place| format!("by_{}", engine.data.columns[*place])).collect();
    if names.is_empty() { "no index".to_owned() } else { format!("index {}", names.join(", ")) }
}
