//! What stands in rows: names with their values, bars beside each other to be compared, and crowds of little squares.

use super::area::{Area, GAP};
use super::text::{Face, SMALL, fit};
use super::{Anchor, Scene, Shape};

/// The step from one row to the next, where rows are close and where there is room.
pub const CLOSE: f32 = 17.0;
pub const EASY: f32 = 22.0;
/// From one line of small data to the next, where a text is broken into lines: as close as can be read.
pub const TIGHT: f32 = 14.0;
/// What is between two squares of a crowd.
pub const APART: f32 = 3.0;
/// The side of a square that only waits.
const WAITING: f32 = 7.0;
/// What a stacked bar keeps free for its length.
const LENGTH: f32 = 48.0;
/// An area that is lower has one row of workers.
const LARGEST: f32 = 34.0;

/// A shape that fills an area with a box.
pub fn boxed(key: impl Into<String>, area: Area, round: f32, class: &'static str) -> Shape {
    Shape::new(key, area.x, area.y).rect(0.0, 0.0, area.width, area.height, round, class)
}

/// Text in an area of its shape's own, half way down, cut to the room there is.
pub fn put(shape: Shape, area: Area, anchor: Anchor, class: &'static str, text: impl AsRef<str>) -> Shape {
    let face = Face::of(class);
    let x = match anchor {
        Anchor::Start => area.x,
        Anchor::Middle => area.middle().x,
        Anchor::End => area.right(),
    };
    shape.text(x, area.middle().y + face.size * 0.35, anchor, class, face.fit(text.as_ref(), area.width))
}

/// Lines of text from the top of an area down, close below each other, as many as it has room for.
pub fn told(key: impl Into<String>, area: Area, lines: &[(&'static str, &str)]) -> Shape {
    let mut rest = area.own();
    let most = (area.height / CLOSE) as usize;
    lines.iter().take(most).fold(Shape::new(key, area.x, area.y), |shape, (class, line)| {
        put(shape, rest.cut_top(CLOSE), Anchor::Start, class, line)
    })
}

/// As many of some words as there is room for, the first ones first.
pub fn fitting(words: &[String], class: &str, room: f32) -> String {
    let mut text = String::new();
    for word in words.iter().filter(|word| !word.is_empty()) {
        let longer = if text.is_empty() { word.clone() } else { format!("{text} · {word}") };
        if Face::of(class).width(&longer) <= room {
            text = longer;
        }
    }
    text
}

/// Names at the left and their values at the right, in so many columns; column by column.
pub fn pairs(scene: &mut Scene, key: &str, area: Area, columns: usize, pairs: &[(&str, String)]) {
    let rows = pairs.len().div_ceil(columns);
    let pitch = (area.height / rows.max(1) as f32).min(EASY);
    let mut shape = Shape::new(key, area.x, area.y);
    for (place, (name, value)) in pairs.iter().enumerate() {
        let mut row = area.own().column(columns, place / rows);
        row.cut_top(pitch * (place % rows) as f32);
        let row = row.cut_top(pitch);
        shape = put(shape, row, Anchor::Start, "small", name);
        shape = put(shape, row, Anchor::End, "strong", value);
    }
    scene.push(shape);
}

/// A value of one of several that are compared: how it is written, and how long its bar is.
pub type Bar = (String, f32);

/// Bars to be compared: a row for each name, a column for each of those that are compared. `names` is what the names take.
pub fn compared(scene: &mut Scene, key: &str, area: Area, names: f32, rows: &[(String, Vec<Bar>)]) {
    let pitch = (area.height / rows.len().max(1) as f32).min(EASY);
    let mut rest = area;
    for (place, (name, bars)) in rows.iter().enumerate() {
        let mut row = rest.cut_top(pitch);
        row.cut_bottom(APART);
        let mut columns = row.own();
        let shape = Shape::new(format!("{key} {place}"), row.x, row.y).label(name.as_str());
        let mut shape = put(shape, columns.cut_left(names), Anchor::Start, "small", name);
        for (column, (text, share)) in bars.iter().enumerate() {
            let whole = columns.column(bars.len(), column);
            let room = whole.inset(GAP / 2.0);
            let class = if Face::of("key").width(text) > room.width { "small" } else { "key" };
            shape = shape.rect(whole.x, whole.y, whole.width, whole.height, 3.0, "slot").rect(
                whole.x,
                whole.y,
                whole.width * share.clamp(0.0, 1.0),
                whole.height,
                3.0,
                "share",
            );
            shape = put(shape, room, Anchor::End, class, text);
        }
        scene.push(shape);
    }
}

/// A bar made of pieces of the room there is, each a share and its colour, with its name before it, and behind it its length and
/// what that is made of, if there is room.
pub fn stacked(
    key: impl Into<String>,
    area: Area,
    names: f32,
    class: &'static str,
    (name, length, made_of): (&str, &str, &str),
    pieces: &[(f32, &'static str)],
) -> Shape {
    let mut row = area.own();
    let shape = Shape::new(key, area.x, area.y);
    let mut shape = put(shape, row.cut_left(names), Anchor::Start, class, name);
    row.cut_left(GAP);
    let face = Face::of(class);
    let room = row.width - LENGTH;
    let mut bar = Area { height: row.height - APART, ..row };
    for (share, colour) in pieces {
        let piece = bar.cut_left(share * room);
        shape = shape.rect(piece.x, piece.y, piece.width, piece.height, 0.0, colour);
    }
    bar.cut_left(GAP / 2.0);
    let longer = format!("{length} {made_of}");
    let length = if face.width(&longer) <= bar.width { longer.trim_end() } else { length };
    put(shape, Area { width: face.width(length) + GAP, ..bar }, Anchor::Start, class, length)
}

/// Workers, those that work and those that don't, as tiles that fill an area, about as wide as high.
pub fn workers(scene: &mut Scene, key: String, area: Area, busy: &[bool]) {
    let rows = if area.height < LARGEST { 1 } else { busy.len().div_ceil(area.columns_for(busy.len(), 1.0)).max(1) };
    let columns = busy.len().div_ceil(rows).max(1);
    let own = area.own();
    let (wide, high) = ((own.width + APART) / columns as f32, (own.height + APART) / rows as f32);
    let mut shape = Shape::new(key, area.x, area.y);
    for (place, is_busy) in busy.iter().enumerate() {
        let (x, y) = ((place % columns) as f32 * wide, (place / columns) as f32 * high);
        let class = if *is_busy { "serving" } else { "slot" };
        shape = shape.rect(x, y, wide - APART, high - APART, 2.0, class);
    }
    scene.push(shape);
}

/// What waits, as small squares, as many as there is room for; of more, how many there are in all stands in the last row.
pub fn waiting(scene: &mut Scene, key: String, area: Area, many: usize) {
    let pitch = WAITING + APART;
    let columns = ((area.width / pitch) as usize).max(1);
    let rows = ((area.height / pitch) as usize).max(1);
    let most = columns * rows;
    let words = format!("{many} wait");
    let says = many > most && area.height >= 2.0 * CLOSE && Face::of("small").width(&words) <= area.width;
    let drawn = if says { most.saturating_sub(columns * 2) } else { many.min(most) };
    let mut shape = Shape::new(key, area.x, area.y);
    for place in 0..drawn {
        let (x, y) = ((place % columns) as f32 * pitch, (place / columns) as f32 * pitch);
        shape = shape.rect(x, y, WAITING, WAITING, 1.0, "waiting");
    }
    if says {
        shape = put(shape, area.own().cut_bottom(CLOSE), Anchor::Start, "small", words);
    }
    scene.push(shape);
}

/// Names with the colours that they stand for, in a row from the left; a name that has no room is left out.
pub fn key_of_colours(scene: &mut Scene, key: &str, area: Area, colours: &[(&str, &'static str)]) {
    const SWATCH: f32 = 10.0;
    let mut rest = area.own();
    let mut shape = Shape::new(key, area.x, area.y);
    for (name, class) in colours {
        let wide = Face::of("small").width(name) + SWATCH + GAP / 2.0;
        if wide > rest.width {
            break;
        }
        let mut here = rest.cut_left(wide);
        let swatch = here.cut_left(SWATCH);
        shape = shape.rect(swatch.x, swatch.middle().y - SWATCH / 2.0, SWATCH, SWATCH, 2.0, class);
        here.cut_left(GAP / 2.0);
        shape = shape.text(here.x, here.middle().y + SMALL * 0.35, Anchor::Start, "small", fit(name, wide, SMALL));
        rest.cut_left(GAP);
    }
    scene.push(shape);
}
