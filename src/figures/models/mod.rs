//! How a résumé is drawn that is kept in three ways: a pane for each, with what was read and written just now, and its cost.

mod cards;
mod net;
mod tables;

use super::{About, Figure};
use crate::engine::model::models::work::Touch;
use crate::engine::model::models::{Event, Kept, Models, Pane};
use crate::engine::table::record;
use crate::engine::{Dump, Span};
use crate::scene::area::{Area, GAP, Size};
use crate::scene::parts::{Card, PAD, banner, banner_height};
use crate::scene::rows::{CLOSE, put};
use crate::scene::text::Face;
use crate::scene::{Anchor, Breadth, Scene, Shape};

pub struct ModelsFigure;

impl Figure for ModelsFigure {
    type Engine = Models;

    const ABOUT: About = About {
        kind: "models",
        title: "One résumé in three models",
        summary: "The same people as tables, as documents and as a graph: what each question and each change reads and writes, \
                  and which copies disagree afterwards.",
        chapter: "models/rows-documents-edges",
        example: "profile 1; recommend 1 by 2; rename-person 2 \"Grace Kalns\"; profile 1",
    };

    fn draw(engine: &Models, _event: Option<&Event>, breadth: Breadth) -> Scene {
        let mut scene = Scene::new(breadth.width(), breadth.height());
        let mut stage = Area::window(breadth);
        let (title, more) = heading(engine);
        banner(&mut scene, stage.cut_top(banner_height(breadth)), title, "", more);
        stage.cut_left(GAP);
        stage.cut_right(GAP);
        stage.cut_bottom(GAP);
        let areas = match breadth {
            Breadth::Wide => stage.columns(engine.panes.each_ref().map(breadth_of)),
            Breadth::Narrow => stage.rows([Size::Share(1.0), Size::Share(1.0), Size::Share(1.0)]),
        };
        for (pane, area) in engine.panes.iter().zip(areas) {
            draw_pane(&mut scene, pane, area, breadth);
        }
        scene
    }

    /// Keys begin with the model's name: `Tables people 1`, `Documents document 2`, `Graph vertex 3`.
    fn dump(engine: &Models, key: &str) -> Option<Dump> {
        let pane = engine.panes.iter().find(|pane| key.starts_with(pane.model.name()))?;
        let (what, number) = key[pane.model.name().len()..].trim().rsplit_once(' ')?;
        let number: usize = number.parse().ok()?;
        let title = format!("{} {number}", what);
        match &pane.kept {
            Kept::Rows(rows) => {
                let table = rows.database.table(what)?;
                let (id, bytes) = table.records().find(|(id, _)| *id == number as i64)?;
                let spans = record::explain(bytes, id, &table.columns, 0);
                Some(Dump { title, offset: 0, bytes: bytes.to_vec(), spans })
            }
            Kept::Documents(documents) => {
                let (_, text) = documents.texts().into_iter().find(|(person, _)| *person == number)?;
                let bytes = text.as_bytes().to_vec();
                let spans =
                    vec![Span { range: 0..bytes.len(), label: "the document".to_owned(), value: text.to_string() }];
                Some(Dump { title, offset: 0, bytes, spans })
            }
            Kept::Edges(graph) => {
                let vertex = graph.vertices.get(number).filter(|_| what == "vertex")?;
                let bytes = vertex.bytes();
                let spans = vec![Span {
                    range: 0..bytes.len(),
                    label: "the vertex with its edges".to_owned(),
                    value: vertex.whole_name(),
                }];
                Some(Dump { title, offset: 0, bytes, spans })
            }
        }
    }
}

/// What was asked, and whether all have answered alike.
fn heading(engine: &Models) -> ((&'static str, &'static str), &str) {
    let panes = || engine.panes.iter();
    let answers: Vec<_> = panes().filter_map(|pane| pane.answer.as_ref()).collect();
    let done = panes().filter(|pane| pane.last.is_some() || pane.answer.is_some()).count();
    let failed = answers.iter().filter(|answer| answer.is_err()).count();
    // A change that was refused has cost nothing, a question without an answer has.
    let is_refused = panes().any(|pane| pane.last.is_none() && pane.answer.is_some());
    let title = match done {
        _ if engine.command.is_empty() => ("strong", "The same people, three times"),
        0 => ("strong", "Refused"),
        _ if done < engine.panes.len() => ("strong", "Under way"),
        _ if answers.is_empty() => ("strong", "Done in all three"),
        _ if is_refused && failed == done => ("bad", "Refused ✗"),
        _ if is_refused => ("bad", "Changed in some, refused in others ✗"),
        _ if failed == done => ("bad", "No answer ✗"),
        _ if failed > 0 => ("bad", "Not all have an answer ✗"),
        _ if answers.iter().all(|answer| *answer == answers[0]) => ("good", "The same answer ✓"),
        _ => ("bad", "Not the same answer ✗"),
    };
    (title, &engine.command)
}

/// The last line of a pane: what the last command has cost it.
fn cost(pane: &Pane) -> String {
    let Some(work) = &pane.last else { return String::new() };
    let cost = &work.cost;
    let part = |many: u64, bytes: u64, did: &str| (many > 0).then(|| format!("{did} {many} ({bytes} B)"));
    let parts = [part(cost.read, cost.bytes_read, "read"), part(cost.written, cost.bytes_written, "wrote")];
    parts.into_iter().flatten().collect::<Vec<_>>().join(", ")
}

fn draw_pane(scene: &mut Scene, pane: &Pane, area: Area, breadth: Breadth) {
    let name = pane.model.name();
    let failed = pane.answer.as_ref().and_then(|answer| answer.as_ref().err());
    let (class, note) = match failed {
        // What comes after a colon says more of the same, if there is room for it.
        Some(why) if breadth == Breadth::Narrow => {
            let room = area.width - Face::of("strong").width(name) - 2.0 * GAP - 2.0 * PAD;
            let fits = Face::of("small bad").width(&format!("✗ {why}")) <= room;
            let why = if fits { why } else { why.split(':').next().unwrap_or(why) };
            ("small bad", format!("✗ {why}"))
        }
        Some(why) => ("small bad", format!("✗ {why}")),
        None => ("small plain", cost(pane)),
    };
    let card = Card::new(format!("pane {name}"), area, "card");
    let label = if note.is_empty() { name.to_owned() } else { format!("{name}: {note}") };
    let mut inside = match breadth {
        Breadth::Narrow => card.line("strong", name).note(class, &note).push(scene, label),
        Breadth::Wide => card.line("strong", name).push(scene, label),
    };
    inside.cut_bottom(GAP / 2.0);
    if breadth == Breadth::Wide {
        // A refusal may need several lines.
        let lines = Face::of(class).wrap(&note, inside.width, 3);
        let mut foot = inside.cut_bottom(CLOSE * lines.len().max(1) as f32);
        let (x, y) = (foot.x, foot.y);
        foot = foot.own();
        let shape = Shape::new(format!("cost {name}"), x, y);
        scene.push(lines.iter().fold(shape, |shape, line| put(shape, foot.cut_top(CLOSE), Anchor::Start, class, line)));
    }
    let is_wide = breadth == Breadth::Wide;
    match &pane.kept {
        Kept::Rows(rows) => tables::draw(scene, pane, rows, inside, is_wide),
        Kept::Documents(documents) => cards::draw(scene, pane, documents, inside, is_wide),
        Kept::Edges(graph) => net::draw(scene, pane, graph, inside, is_wide),
    }
}

/// Rows and names stand in columns and are not cut; a document can be broken anywhere.
fn breadth_of(pane: &Pane) -> Size {
    match &pane.kept {
        Kept::Rows(_) => Size::Units(tables::width()),
        Kept::Documents(_) => Size::Share(1.0),
        Kept::Edges(_) => Size::Units(net::width()),
    }
}

/// How the last command has touched something: nothing, read or written.
fn touched(pane: &Pane, what: &str) -> Option<Touch> {
    pane.last.as_ref().and_then(|work| work.touched.get(what).copied())
}

/// The wash of a box, and what is said of it.
fn wash(touch: Option<Touch>) -> (&'static str, &'static str) {
    match touch {
        None => ("", ""),
        Some(Touch::Read) => ("tint hue-0", ", read"),
        Some(Touch::Written) => ("loud hue-1", ", written"),
    }
}

/// A box that is lit where it was touched, with a text in it.
fn lit(key: String, area: Area, touch: Option<Touch>, text: &str, label: &str) -> Shape {
    let (look, said) = wash(touch);
    let mut shape = Shape::new(key, area.x, area.y).rect(0.0, 0.0, area.width, area.height, 2.0, "cell");
    if !look.is_empty() {
        shape = shape.rect(0.0, 0.0, area.width, area.height, 2.0, look);
    }
    let mut own = area.own();
    own.cut_left(GAP / 2.0);
    own.cut_right(GAP / 2.0);
    let shape = if text.is_empty() { shape } else { put(shape, own, Anchor::Start, "small plain", text) };
    shape.changed(touch == Some(Touch::Written)).label(format!("{label}{said}")).selects()
}

/// What the names at the left of a narrow pane need.
fn names_width() -> f32 {
    Face::of("small").width("recommendations") + GAP
}
