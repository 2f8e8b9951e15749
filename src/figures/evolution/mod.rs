//! How versions of a schema are drawn: above, the versions and the matrix of who reads what of whom; below, what is under
//! work: the writer's fields, the bytes, and what the reader makes of them; or records on their way.

mod matrix;
mod sent;
mod work;

use super::{About, Figure};
use crate::engine::Dump;
use crate::engine::encoding::evolution::{Event, Evolution, FieldId, Origin, Verdict, Work, dump};
use crate::engine::spell::grouped;
use crate::engine::wording::count;
use crate::scene::area::{Area, GAP};
use crate::scene::parts::{banner, banner_height};
use crate::scene::rows::{CLOSE, EASY};
use crate::scene::vocabulary::tint;
use crate::scene::{Breadth, Scene};

pub struct EvolutionFigure;

impl Figure for EvolutionFigure {
    type Engine = Evolution;

    const ABOUT: About = About {
        kind: "evolution",
        title: "Schemas that change",
        summary: "Versions of a schema, and what code of each makes of the data of each other: really written, really read.",
        chapter: "encoding/evolution",
        example: "add photo bytes? default null; read v1 as v2; read v2 as v1; retype favoriteNumber text; matrix",
    };

    fn height(evolution: &Evolution, breadth: Breadth) -> Option<f32> {
        Some(banner_height(breadth) + table(evolution) + GAP + below(evolution, breadth) + GAP)
    }

    fn draw(evolution: &Evolution, event: Option<&Event>, breadth: Breadth) -> Scene {
        let height = EvolutionFigure::height(evolution, breadth).unwrap_or_default();
        EvolutionFigure::draw_on(evolution, event, breadth, height)
    }

    fn draw_on(evolution: &Evolution, event: Option<&Event>, breadth: Breadth, height: f32) -> Scene {
        let mut scene = Scene::new(breadth.width(), height);
        let mut stage = Area::stage(breadth, height);
        let (class, title, more) = summary(evolution);
        banner(&mut scene, stage.cut_top(banner_height(breadth)), (class, &title), "", &more);
        stage.cut_bottom(GAP);
        stage.cut_left(GAP);
        stage.cut_right(GAP);
        matrix::draw(&mut scene, evolution, stage.cut_top(table(evolution)), breadth);
        stage.cut_top(GAP);
        match &evolution.work {
            Work::Nothing => work::draw_newest(&mut scene, evolution, stage, breadth),
            Work::Cell(cell, read) => work::draw(&mut scene, evolution, (cell, *read), event, (stage, breadth)),
            Work::Shipment(sent, arrived) => sent::draw(&mut scene, evolution, (sent, *arrived), (stage, breadth)),
        }
        scene
    }

    /// `record`, `cell v1 v2`, `piece 1`.
    fn dump(evolution: &Evolution, key: &str) -> Option<Dump> {
        dump(evolution, key)
    }
}

/// A row for each version, below one for the heads.
fn table(evolution: &Evolution) -> f32 {
    (evolution.versions.len() + 1) as f32 * EASY
}

/// How high a line below the matrix is.
fn line(breadth: Breadth) -> f32 {
    if breadth == Breadth::Wide { EASY } else { CLOSE }
}

/// The most fields of any version.
fn most_fields(evolution: &Evolution) -> usize {
    evolution.versions.iter().map(|version| version.columns.len()).max().unwrap_or(0).max(3)
}

/// How high a field is. On a phone its value stands below its name, if there are not too many of them.
fn field(evolution: &Evolution, breadth: Breadth) -> f32 {
    const MOST_IN_TWO_LINES: usize = 5;
    let in_two = breadth == Breadth::Narrow && most_fields(evolution) <= MOST_IN_TWO_LINES;
    if in_two { 2.0 * CLOSE } else { line(breadth) }
}

/// The place below the matrix: a head, the most fields of any version, and a line for what is said of an error. On a phone
/// the bytes stand below the fields, and an error takes two lines.
fn below(evolution: &Evolution, breadth: Breadth) -> f32 {
    if let Work::Shipment(sent, _) = &evolution.work {
        return sent::height(evolution, sent, breadth);
    }
    let lines = if breadth == Breadth::Wide { 2 } else { 3 + work::BYTE_LINES };
    most_fields(evolution) as f32 * field(evolution, breadth) + lines as f32 * line(breadth)
}

/// The colour of a field, which stays when it is renamed.
fn wash(id: FieldId) -> &'static str {
    tint(&id.0.to_string())
}

fn summary(evolution: &Evolution) -> (&'static str, String, String) {
    let origin = if evolution.settings.origin == Origin::Table { ", made from a table" } else { "" };
    let family = format!("{}{origin}", evolution.settings.family.label());
    if let Work::Shipment(sent, _) = &evolution.work {
        let title = format!(
            "v{} to v{}: {} bytes, {} of them for the schema",
            sent.writer,
            sent.reader,
            grouped(sent.bytes()),
            grouped(sent.about())
        );
        return ("strong", title, family);
    }
    let cells = |verdict| evolution.cells.iter().filter(|cell| cell.verdict() == verdict).count();
    let (wrong, broken) = (cells(Verdict::Wrong), cells(Verdict::Error));
    let versions = count(evolution.versions.len(), "version");
    let (class, title) = match (evolution.cells.len(), broken, wrong) {
        (0, ..) => ("strong", format!("{versions}, nothing read yet")),
        (_, 0, 0) => ("good", format!("{versions}: all that was read is right ✓")),
        (_, 0, wrong) => ("bad", format!("{versions}: {} ≠", count(wrong, "wrong reading"))),
        (_, broken, 0) => ("bad", format!("{versions}: {} ✗", count(broken, "error"))),
        (_, broken, wrong) => ("bad", format!("{versions}: {} ✗, {wrong} wrong ≠", count(broken, "error"))),
    };
    (class, title, family)
}
