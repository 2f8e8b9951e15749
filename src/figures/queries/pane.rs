//! One language: its text, its operators with what they hold, and its answer. Where a pane is low, the line that runs and the
//! operators at work are shown before the others.

use crate::engine::model::queries::panes::Line;
use crate::engine::model::queries::{Cell, Pane, Strip};
use crate::engine::order;
use crate::scene::area::{Area, GAP};
use crate::scene::parts::{Card, PAD};
use crate::scene::places::{Places, Tile};
use crate::scene::rows::{CLOSE, EASY, boxed, put};
use crate::scene::text::Face;
use crate::scene::vocabulary::colours;
use crate::scene::{Anchor, Scene, Shape};

const CODE: &str = "small data plain";
/// A line of text has at most so many on the stage.
const MOST_WRAPPED: usize = 2;
/// And what is said of a failure.
const MOST_SAID: usize = 4;
/// A strip with its name above what it holds.
const TALL: f32 = 2.0 * EASY;
/// More strips than these stand in two columns, where there is the breadth for it; half as many where there is much.
const MOST_STRIPS: usize = 5;
/// Of a strip that is one line, the name has this part.
const NAME: f32 = 0.5;

pub(super) fn draw(scene: &mut Scene, pane: &Pane, area: Area) {
    let card = Card::new(format!("pane {}", pane.language.name()), area, "card");
    let label = if pane.note.is_empty() { pane.name.to_owned() } else { format!("{}: {}", pane.name, pane.note) };
    let inside = card.line("strong", pane.name).note("small", &pane.note).push(scene, label);
    let mut rest = Area { y: inside.y - GAP / 2.0, height: inside.height + GAP / 2.0, ..inside };
    rest.cut_bottom(GAP / 2.0);
    // A low pane has room for what is at work, or for the answer.
    let is_low = rest.height < CLOSE + 2.0 * EASY;
    if let Some(failed) = &pane.failed {
        let lines = wrapped(&pane.lines, rest.width);
        let said = why(failed, rest.width);
        let shown = ((rest.height - said.len() as f32 * CLOSE - GAP) / CLOSE).max(1.0) as usize;
        let shown = shown.min(lines.len());
        draw_text(scene, pane, rest.cut_top(shown as f32 * CLOSE), &lines, shown);
        rest.cut_top(GAP / 2.0);
        return draw_failure(scene, pane, failed, rest);
    }
    if !is_low || pane.is_done || !pane.answer.is_empty() {
        let answer = rest.cut_bottom(EASY);
        rest.cut_bottom(GAP / 2.0);
        draw_answer(scene, pane, answer);
    }

    let lines = wrapped(&pane.lines, rest.width);
    let strips = pane.strips.len();
    let most = if rest.width > MOST_STRIPS as f32 * 2.0 * TALL { MOST_STRIPS / 2 } else { MOST_STRIPS };
    let columns = if strips > most && rest.width > 2.0 * TALL * 2.0 { 2 } else { 1 };
    let least = strips.div_ceil(columns).max(1) as f32 * EASY;
    let fit = |room: f32, pitch: f32| (room / pitch).max(0.0) as usize;
    let shown = fit(rest.height - least, CLOSE).clamp(1, lines.len().max(1)).min(lines.len());
    draw_text(scene, pane, rest.cut_top(shown as f32 * CLOSE), &lines, shown);
    rest.cut_top(GAP / 2.0);
    let rows = fit(rest.height + 1.0, EASY).min(strips.div_ceil(columns));
    draw_strips(scene, pane, rest, columns, rows);
}

/// A line of the text as it fits into the pane.
struct Wrapped {
    /// Of the text, and which piece of it.
    line: usize,
    piece: usize,
    indent: f32,
    text: String,
    is_current: bool,
}

fn wrapped(lines: &[Line], width: f32) -> Vec<Wrapped> {
    let mut all = Vec::new();
    for (place, line) in lines.iter().enumerate() {
        let indent = line.depth as f32 * 2.0 * GAP;
        let pieces = Face::of(CODE).wrap(&line.text, width - indent - GAP, MOST_WRAPPED);
        for (piece, text) in pieces.into_iter().enumerate() {
            let indent = if piece == 0 { indent } else { indent + 2.0 * GAP };
            all.push(Wrapped { line: place, piece, indent, text, is_current: line.is_current });
        }
    }
    all
}

fn draw_text(scene: &mut Scene, pane: &Pane, mut area: Area, lines: &[Wrapped], shown: usize) {
    let current = lines.iter().position(|line| line.is_current).unwrap_or(0);
    let first = current.saturating_sub(shown / 2).min(lines.len() - shown.min(lines.len()));
    for line in lines.iter().skip(first).take(shown) {
        let row = area.cut_top(CLOSE);
        let key = format!("{} line {}.{}", pane.language.name(), line.line, line.piece);
        let mut shape = Shape::new(key, row.x, row.y);
        if line.is_current {
            shape = shape.rect(-GAP / 2.0, 0.0, row.width + GAP, row.height, 2.0, "share");
        }
        let mut own = row.own();
        own.cut_left(line.indent);
        shape = put(shape, own, Anchor::Start, CODE, &line.text);
        scene.push(shape.label(if line.is_current {
            format!("{}, which has just run", line.text)
        } else {
            line.text.clone()
        }));
    }
    if lines.is_empty() {
        let shape = Shape::new(format!("{} line", pane.language.name()), area.x, area.y);
        scene.push(put(shape, Area { height: CLOSE, ..area.own() }, Anchor::Start, "small", "no text yet"));
    }
}

/// Why there is no answer, line by line.
fn why(failed: &str, width: f32) -> Vec<String> {
    Face::of("small bad").wrap(&format!("✗ {failed}"), width - GAP, MOST_SAID)
}

/// In place of the operators and the answer, in a box that is torn.
fn draw_failure(scene: &mut Scene, pane: &Pane, failed: &str, mut area: Area) {
    let area = area.cut_top(area.height.min(2.0 * TALL));
    let lines = why(failed, area.width);
    let shape = boxed(format!("{} answer", pane.language.name()), area, 2.0, "torn").label(failed);
    let mut own = area.own().low(lines.len() as f32 * CLOSE);
    own.cut_left(GAP / 2.0);
    let said = |shape, line: &String| put(shape, own.cut_top(CLOSE), Anchor::Start, "small bad", line);
    scene.push(lines.iter().fold(shape, said));
}

fn draw_answer(scene: &mut Scene, pane: &Pane, mut area: Area) {
    let key = format!("{} answer", pane.language.name());
    let word = match (pane.is_done, pane.answer.is_empty()) {
        (true, true) => "answer: no row",
        (true, false) => "answer ✓",
        (false, _) => "answer",
    };
    let name = area.cut_left(Face::of("small").width("answer ✓") + GAP);
    let class = if pane.is_done { "small good" } else { "small" };
    scene.push(put(
        Shape::new(key.clone(), name.x, name.y),
        Area { width: area.width, ..name.own() },
        Anchor::Start,
        class,
        word,
    ));
    draw_cells(scene, &key, area, &pane.answer);
}

fn draw_cells(scene: &mut Scene, key: &str, area: Area, cells: &[Cell]) {
    if cells.is_empty() {
        return;
    }
    let face = Face::of("key");
    let widest = cells.iter().map(|cell| face.width(&cell.text)).fold(face.width("mon 42"), f32::max);
    let least = (area.width / (widest + 2.0 * PAD)) as usize;
    let places = Places::new(area.width, widest, cells.len(), least);
    let tile = |place: usize| cells.get(place).map(tile);
    places.draw(scene, key, area, &|_| None, &tile);
}

fn tile(cell: &Cell) -> Tile {
    let (stripe, wash) = colours(&cell.hue);
    let label = if cell.is_dropped { format!("{}, dropped", cell.text) } else { cell.text.clone() };
    Tile {
        key: cell.key.clone(),
        word: cell.text.clone(),
        stripe,
        wash,
        label,
        selects: false,
        class: if cell.is_dropped { "dead" } else { "" },
        ..Tile::default()
    }
}

/// As many strips as there are rows for: those at work first, then those that hold something, in their order.
fn chosen(strips: &[Strip], most: usize) -> Vec<&Strip> {
    let mut places: Vec<usize> = (0..strips.len()).collect();
    order::sort_by_key(&mut places, |place| (!strips[*place].is_active, strips[*place].cells.is_empty()));
    places.truncate(most);
    order::sort(&mut places);
    places.into_iter().map(|place| &strips[place]).collect()
}

fn draw_strips(scene: &mut Scene, pane: &Pane, area: Area, columns: usize, rows: usize) {
    let strips = chosen(&pane.strips, columns * rows);
    // Column by column: workers stand below each other, and parts.
    for (place, strip) in strips.iter().enumerate() {
        let mut column = area.column(columns, place / rows.max(1));
        // The last column may have fewer, and they share its height.
        let here = rows.min(strips.len() - place / rows.max(1) * rows);
        let pitch = (column.height / here.max(1) as f32).min(2.0 * TALL);
        column.cut_top(pitch * (place % rows.max(1)) as f32);
        let mut at = column.cut_top(pitch);
        at.cut_bottom(2.0);
        draw_strip(scene, strip, at);
    }
}

fn draw_strip(scene: &mut Scene, strip: &Strip, area: Area) {
    let (class, words) = if strip.is_active { ("small strong", "small plain") } else { ("small", "small") };
    let class = if strip.is_dead { "small bad" } else { class };
    let ground = if strip.is_active { "share" } else { "slot" };
    let shape =
        Shape::new(&strip.key, area.x, area.y).rect(-GAP / 2.0, 0.0, area.width + GAP, area.height, 2.0, ground);
    let is_tall = area.height > EASY + CLOSE - GAP;
    let says = if is_tall { &strip.says } else { &strip.name };
    let label = format!("{} {}", strip.says, strip.note);
    let (head, cells) = if is_tall {
        let mut rest = area;
        let head = rest.cut_top(CLOSE);
        rest.cut_bottom(2.0);
        (head, rest.cut_top(rest.height.min(2.0 * CLOSE)))
    } else {
        let mut rest = area;
        let wanted = Face::of(class).width(says) + Face::of(words).width(&strip.note) + 2.0 * GAP;
        let head = rest.cut_left(wanted.min(area.width * NAME));
        rest.y += 1.0;
        rest.height -= 2.0;
        (head, rest)
    };
    let mut own = Area { y: head.y - area.y, ..head.own() };
    // The note has what the name leaves, and half at least.
    let most = (own.width - Face::of(class).width(says) - GAP).max(own.width / 2.0);
    let note = own.cut_right(Face::of(words).width(&strip.note).min(most) + GAP / 2.0);
    let mut shape = put(shape, own, Anchor::Start, class, says);
    if !strip.note.is_empty() {
        shape = put(shape, note, Anchor::Start, words, &strip.note);
    }
    scene.push(shape.label(label.trim_end()));
    draw_cells(scene, &strip.key, cells, &strip.cells);
}
