//! The database: rows, each in the colour of the version that has written it, with its bytes field by field; and beside them
//! what is lost.

use std::rc::Rc;

use super::Seen;
use super::plan::{self, HEAD, LINE};
use crate::engine::encoding::rolling_upgrade::{DATABASE, Event, Format, Row, RowId, database_of};
use crate::engine::format::{Part, Role};
use crate::engine::wording::{count, shown};
use crate::scene::area::{Area, GAP};
use crate::scene::parts::MARK;
use crate::scene::rows::{APART, boxed, put};
use crate::scene::text::Face;
use crate::scene::{Anchor, Breadth, Scene, Shape};

/// How much of a wide row its name takes; between two fields, and beside the text of one.
const NAME: f32 = MARK + 2.0 * GAP;
const BETWEEN: f32 = APART;
const DATA: &str = "small plain data";

/// The colour of a version, and its wash.
pub(super) fn hue(version: u8) -> (&'static str, &'static str) {
    match version {
        1 => ("hue-0", "tint hue-0"),
        2 => ("hue-1", "tint hue-1"),
        3 => ("hue-2", "tint hue-2"),
        _ => ("hue-3", "tint hue-3"),
    }
}

/// The ground of a field: what versions change stands out.
fn ground(field: Option<&str>) -> &'static str {
    match field {
        Some("phone" | "first" | "last") => NEW,
        Some("name") => "tint hue-6",
        Some(_) => "tint hue-7",
        None => "",
    }
}

/// Of a field that version 1 doesn't have: it has a bar at its foot as well.
const NEW: &str = "tint hue-4";

/// A piece of a row: bytes of one field, or what stands between fields.
struct Piece {
    field: Option<Rc<str>>,
    text: String,
}

pub(super) fn draw_database(scene: &mut Scene, cluster: &Seen, event: Option<&Event>, area: Area, breadth: Breadth) {
    let database = database_of(&cluster.nodes);
    let up = cluster.is_up(DATABASE);
    let bytes: usize = database.rows.iter().map(|row| row.bytes.len()).sum();
    let status = match (up, database.is_closed, database.waiting.len()) {
        (false, ..) => "off: what its disk has".to_owned(),
        (true, true, 0) => "closed".to_owned(),
        (true, true, waiting) => format!("closed, {} waiting", count(waiting, "request")),
        _ if cluster.network().is_isolated(DATABASE.into()) => "isolated".to_owned(),
        _ => count(bytes, "byte"),
    };
    let reached = cluster.passed.as_ref().is_some_and(|(message, lost)| !lost && message.to == DATABASE.into());
    let mut own = area.own();
    let mut head = own.cut_top(HEAD).inset(1.0);
    head = Area { x: GAP, width: head.width - 2.0 * GAP, ..head };
    let name = format!("{DATABASE}, the database");
    let class = if up { "" } else { "stopped" };
    let shape = boxed(DATABASE.to_string(), area, 0.0, "disk").changed(reached).class(class);
    let shape = put(shape, head, Anchor::Start, "name", &name);
    let face = if database.is_closed { "small bad" } else { "small" };
    scene.push(put(shape, head, Anchor::End, face, &status).label(format!("{name}: {status}")));
    let written = match event {
        Some(Event::RowStored { row, .. } | Event::RowRewritten { row, .. }) => Some(*row),
        _ => None,
    };
    let mut rest = Area { x: area.x + GAP / 2.0, width: area.width - GAP, ..area };
    rest.cut_top(HEAD);
    // Wide, the longest row fills its room, and all others are as much wider than their bytes.
    let widest = database.rows.iter().map(|row| length(cluster, row)).fold(1.0, f32::max);
    let stretch = match breadth {
        Breadth::Wide => ((area.width - GAP - GAP - NAME - BETWEEN) / widest).max(1.0),
        Breadth::Narrow => 1.0,
    };
    for row in database.rows.iter() {
        let mut at = rest.cut_top(plan::row(breadth, &cluster.settings));
        at.cut_bottom(BETWEEN);
        draw_row(scene, cluster, row, at, (breadth, stretch, written == Some(row.id)));
    }
}

fn draw_row(
    scene: &mut Scene,
    cluster: &Seen,
    row: &Row,
    area: Area,
    (breadth, stretch, changed): (Breadth, f32, bool),
) {
    let (stripe, wash) = hue(row.writer);
    let (name, version) = (row.id.to_string(), format!("version {}", row.writer));
    let shape = boxed(format!("row {name}"), area, 2.0, "cell")
        .rect(0.0, 0.0, area.width, area.height, 2.0, wash)
        .rect(0.0, 0.0, GAP / 2.0, area.height, 2.0, stripe)
        .changed(changed)
        .selects();
    let mut own = area.own();
    own.cut_left(GAP);
    let lost = lost(cluster, row.id);
    let pieces = pieces(cluster, row);
    let label = format!("{name}, {}, by {version}", count(row.bytes.len(), "byte"));
    let label = lost.iter().fold(label, |label, (field, value)| format!("{label}; lost: {field} {}", shown(value)));
    match breadth {
        Breadth::Wide => {
            let mut names = own.cut_left(NAME);
            let shape = put(shape, names.cut_top(LINE), Anchor::Start, "key", &name);
            scene.push(put(shape, names.cut_top(LINE), Anchor::Start, "small", &version).label(label));
        }
        Breadth::Narrow => {
            let line = own.cut_top(LINE - 1.0);
            let shape = put(shape, line, Anchor::Start, "key", &name);
            let right = Area { width: line.width - GAP, ..line };
            scene.push(put(shape, right, Anchor::End, "small", &version).label(label));
        }
    }
    own.cut_right(BETWEEN);
    let at = Area { x: area.x + own.x, y: area.y + own.y + 1.0, ..own };
    draw_pieces(scene, &name, &pieces, &lost, (at, plan::lines(breadth, &cluster.settings), stretch));
}

/// How much room a piece needs.
fn wide(text: &str) -> f32 {
    Face::of(DATA).width(text) + 2.0 * BETWEEN
}

/// How much room a row needs, with what is lost of it.
fn length(cluster: &Seen, row: &Row) -> f32 {
    let lost = lost(cluster, row.id).into_iter().map(|(field, value)| format!("{field} {value}"));
    let texts = pieces(cluster, row).into_iter().map(|piece| piece.text).chain(lost);
    texts.map(|text| wide(&text) + BETWEEN).sum()
}

/// What is lost of a row and has not been set again: fields with their values.
fn lost(cluster: &Seen, row: RowId) -> Vec<(String, String)> {
    let losses = cluster.witness.losses.iter().filter(|loss| loss.row == row && cluster.witness.is_open(loss));
    losses.map(|loss| (loss.field.to_string(), loss.value.to_string())).collect()
}

/// The bytes of a row, field by field: text as text, and all else in hexadecimal.
fn pieces(cluster: &Seen, row: &Row) -> Vec<Piece> {
    let is_text = cluster.settings.format == Format::Json;
    let mut pieces: Vec<Piece> = Vec::new();
    for (part, field) in cluster.settings.code(1).explained(&row.bytes) {
        let text = spelt(&part, &row.bytes, is_text);
        match pieces.last_mut().filter(|last| last.field == field) {
            Some(last) => {
                let between = if is_text { "" } else { " " };
                last.text += between;
                last.text += &text;
            }
            None => pieces.push(Piece { field, text }),
        }
    }
    pieces
}

fn spelt(part: &Part, bytes: &[u8], is_text: bool) -> String {
    let own = &bytes[part.range.clone()];
    if is_text || part.role == Role::Value {
        return String::from_utf8_lossy(own).into_owned();
    }
    let digits: Vec<String> = own.iter().map(|byte| format!("{byte:02x}")).collect();
    digits.join(" ")
}

/// Pieces side by side, in so many lines; after them what is lost. What there is no room for is cut.
fn draw_pieces(
    scene: &mut Scene,
    row: &str,
    pieces: &[Piece],
    lost: &[(String, String)],
    (area, lines, stretch): (Area, usize, f32),
) {
    let face = Face::of(DATA);
    let wide = |text: &str| wide(text) * stretch;
    let (mut x, mut line) = (0.0, 0);
    let gone = lost.iter().map(|(field, value)| (Some("lost".to_owned()), format!("{field} {value}"), "torn"));
    let there = pieces.iter().map(|piece| {
        let field = piece.field.as_deref();
        (field.map(str::to_owned), piece.text.clone(), ground(field))
    });
    let all: Vec<_> = there.chain(gone).collect();
    for (place, (name, text, class)) in all.iter().enumerate() {
        if x > 0.0 && x + wide(text) > area.width && line + 1 < lines {
            (x, line) = (0.0, line + 1);
        }
        let room = area.width - x;
        let rest: f32 = all[place..].iter().map(|(_, text, _)| wide(text) + BETWEEN).sum();
        let is_cut = line + 1 == lines && rest - BETWEEN > room && wide(text) + BETWEEN + wide("…") > room;
        let text = if is_cut { face.fit(&format!("{text}…"), room - 2.0 * BETWEEN) } else { text.clone() };
        let width = wide(&text);
        let key = if *class == "torn" { format!("{row} lost {text}") } else { format!("{row} piece {place}") };
        let mut shape = Shape::new(key, area.x + x, area.y + line as f32 * LINE);
        if !class.is_empty() {
            // With its name below, where there is one line.
            let height = if lines == 1 { area.height } else { LINE - 2.0 };
            shape = shape.rect(0.0, 0.0, width, height, 2.0, class);
        }
        if *class == NEW {
            shape = shape.rect(0.0, LINE - 2.0 - 2.0, width, 2.0, 0.0, "hue-4");
        }
        let at = Area { x: BETWEEN, y: 0.0, width, height: LINE - 2.0 };
        shape = put(shape, at, Anchor::Start, DATA, &text);
        if lines == 1 {
            let below = Area { y: LINE - 2.0, height: LINE, width: width - BETWEEN, ..at };
            let name = name.clone().unwrap_or_default();
            let says = Face::of("small").fit(&name, below.width);
            if says == name {
                shape =
                    put(shape, below, Anchor::Start, if *class == "torn" { "small bad" } else { "small plain" }, says);
            }
        }
        scene.push(shape);
        if is_cut {
            break;
        }
        x += width + BETWEEN;
    }
}
