//! The table that is asked: a line for each row, and at its end the initials of the languages that have it in hand.

use crate::engine::model::queries::{Language, Queries, RowId};
use crate::engine::order;
use crate::scene::area::{Area, GAP};
use crate::scene::parts::PAD;
use crate::scene::rows::{CLOSE, put};
use crate::scene::text::Face;
use crate::scene::vocabulary::{LINE, tint};
use crate::scene::{Anchor, Breadth, Scene, Shape};

const DATA: &str = "small data plain";
/// Side by side on a narrow stage.
const COLUMNS: usize = 3;
/// The table has at most this part of the stage.
const MOST: usize = 3;
/// As wide as the initials of all languages.
const INITIALS: &str = "SLMP";

fn initial(language: Language) -> char {
    match language {
        Language::Sql => 'S',
        Language::Loop => 'L',
        Language::MapReduce => 'M',
        Language::Pipeline => 'P',
    }
}

/// How wide each column is: its name, and the longest of its values.
fn widths(engine: &Queries) -> Vec<f32> {
    let face = Face::of(DATA);
    let width = |(place, name): (usize, &std::rc::Rc<str>)| {
        let values = engine.data.rows.iter().map(|row| face.width(&row[place].to_string()));
        values.fold(Face::of("small").width(name), f32::max) + GAP
    };
    engine.data.columns.iter().enumerate().map(width).collect()
}

/// Of the table with the numbers of its rows and the initials, at most a third of the stage.
pub(super) fn width(engine: &Queries) -> f32 {
    let face = Face::of(DATA);
    let own = widths(engine).iter().sum::<f32>() + face.width("24") + face.width(INITIALS);
    (own + 2.0 * PAD).min(Breadth::Wide.width() / MOST as f32)
}

/// From one row to the next, where there is room.
const PITCH: f32 = LINE;
/// A table with fewer rows is as tall as one with these: the panes beside it need the room.
const FEWEST: usize = 11;

/// How tall it is on a wide stage, where each row has a line.
pub(super) fn tall(engine: &Queries) -> f32 {
    LINE + GAP + engine.data.rows.len().max(FEWEST) as f32 * PITCH
}

/// Of the table on a narrow stage: a few rows side by side.
pub(super) fn height(engine: &Queries) -> f32 {
    engine.data.rows.len().div_ceil(COLUMNS).max(1) as f32 * CLOSE + GAP
}

pub(super) fn draw(scene: &mut Scene, engine: &Queries, area: Area, running: bool) {
    let reading = if running { engine.reading() } else { Vec::new() };
    let who = |row: RowId| -> String {
        let here = reading.iter().filter(|(_, other)| *other == row);
        let mut letters: Vec<char> = here.map(|(language, _)| initial(*language)).collect();
        order::sort_by_key(&mut letters, |letter| INITIALS.find(*letter));
        letters.dedup();
        letters.into_iter().collect()
    };
    if area.width > area.height {
        return draw_close(scene, engine, area, &who);
    }
    let widths = widths(engine);
    let mut rest = area;
    let head = rest.cut_top(LINE);
    let number = Face::of(DATA).width("24") + GAP;
    let mut names = Shape::new("columns", head.x, head.y).label("the columns");
    let mut own = head.own();
    own.cut_left(number + GAP / 2.0);
    for (name, width) in engine.data.columns.iter().zip(&widths) {
        names = put(names, own.cut_left(*width), Anchor::Start, "small", name);
    }
    scene.push(names);
    let pitch = (rest.height / engine.data.rows.len().max(1) as f32).min(2.0 * CLOSE);
    for (place, row) in engine.data.rows.iter().enumerate() {
        let id = RowId(place + 1);
        let mut line = rest.cut_top(pitch);
        line.cut_bottom(2.0);
        let who = who(id);
        let mut own = line.own();
        own.cut_left(GAP / 2.0);
        let mut shape = cell(id, line, &engine.hue(id), &who);
        shape = put(shape, own.cut_left(number), Anchor::Start, "small", id.0.to_string());
        for (value, width) in row.iter().zip(&widths) {
            shape = put(shape, own.cut_left(*width), Anchor::Start, DATA, value.to_string());
        }
        own.cut_right(GAP / 2.0);
        shape = put(shape, own, Anchor::End, "small strong", &who);
        scene.push(shape.label(label(engine, id, &who)));
    }
}

/// Each row as one text, some side by side.
fn draw_close(scene: &mut Scene, engine: &Queries, area: Area, who: &dyn Fn(RowId) -> String) {
    let rows = engine.data.rows.len().div_ceil(COLUMNS).max(1);
    for (place, row) in engine.data.rows.iter().enumerate() {
        let id = RowId(place + 1);
        // Column by column, so that rows that lie beside each other stand below each other.
        let (column, line) = (place / rows, place % rows);
        let mut at = area.column(COLUMNS, column);
        at.cut_top(line as f32 * CLOSE);
        let mut at = at.cut_top(CLOSE);
        at.cut_bottom(2.0);
        let who = who(id);
        let mut own = at.own();
        own.cut_left(GAP / 2.0);
        let mut shape = cell(id, at, &engine.hue(id), &who);
        if !who.is_empty() {
            shape = put(
                shape,
                own.cut_right(Face::of("small strong").width(&who) + GAP / 2.0),
                Anchor::Start,
                "small strong",
                &who,
            );
        }
        let values: Vec<String> = row.iter().map(ToString::to_string).collect();
        let text = values.join(" ");
        // In the sans, which is narrower, where the mono has no room.
        let class = if Face::of(DATA).width(&text) <= own.width { DATA } else { "small plain" };
        shape = put(shape, own, Anchor::Start, class, text);
        scene.push(shape.label(label(engine, id, &who)));
    }
}

fn cell(id: RowId, area: Area, hue: &str, who: &str) -> Shape {
    Shape::new(format!("table {id}"), area.x, area.y)
        .rect(0.0, 0.0, area.width, area.height, 2.0, "cell")
        .rect(0.0, 0.0, area.width, area.height, 2.0, tint(hue))
        .changed(!who.is_empty())
}

fn label(engine: &Queries, id: RowId, who: &str) -> String {
    let columns = engine.data.columns.iter().zip(engine.data.row(id).iter());
    let values: Vec<String> = columns.map(|(name, value)| format!("{name} {value}")).collect();
    let read = if who.is_empty() { "" } else { ", just read" };
    format!("{id}: {}{read}", values.join(", "))
}
