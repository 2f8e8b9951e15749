//! The one visual vocabulary of the book: how memory, disk, a record, a page, a node or a message looks, in every
//! figure. Colours and lines are in `static/scene.css`, one class for each meaning.

use super::area::Area;
use super::svg::number;
use super::text::{Face, SIZE, SMALL, fit};
use super::{Anchor, Shape};

/// The height of a [`cell`] with a key alone, and of a line of text.
pub const LINE: f32 = 22.0;

/// How round the box of memory is.
pub const ROUND: f32 = 12.0;

/// Memory: a rounded box in the upper region, with its name.
pub fn memory(key: &str, x: f32, y: f32, width: f32, height: f32, name: &str) -> Shape {
    region(key, x, y, width, height, ROUND, "memory", name)
}

/// Disk: a square box on a ruled ground in the lower region, with its name.
pub fn disk(key: &str, x: f32, y: f32, width: f32, height: f32, name: &str) -> Shape {
    let mut ruled = String::new();
    let mut line = LINE;
    while line < height {
        ruled.push_str(&format!("M0 {}H{}", number(line), number(width)));
        line += LINE;
    }
    region(key, x, y, width, height, 0.0, "disk", name).path(ruled, "ruling")
}

#[allow(clippy::too_many_arguments, reason = "private to the two above")]
fn region(key: &str, x: f32, y: f32, width: f32, height: f32, round: f32, class: &'static str, name: &str) -> Shape {
    Shape::new(key, x, y).rect(0.0, 0.0, width, height, round, class).text(
        10.0,
        15.0,
        Anchor::Start,
        "region-name",
        fit(name, width - 20.0, SMALL),
    )
}

/// A magnifier with what is compared beside it, and how wide it is.
pub fn lens(key: &str, says: &str) -> (Shape, f32) {
    let room = Face::of("small strong").width(says) + 24.0;
    let shape = Shape::new(key, 0.0, 0.0)
        .rect(0.0, 0.0, room, 16.0, 8.0, "lens")
        .circle(9.0, 7.0, 4.0, "lens-glass")
        .path("M12 10L15 13", "lens-glass")
        .text(19.0, 11.5, Anchor::Start, "small strong", says);
    (shape, room)
}

/// Path data of a cross around a point, so far to each side.
pub fn cross(x: f32, y: f32, reach: f32) -> String {
    let [left, right, top, bottom] = [x - reach, x + reach, y - reach, y + reach].map(number);
    format!("M{left} {top}L{right} {bottom}M{right} {top}L{left} {bottom}")
}

/// Path data of a tick around a point.
pub fn tick(x: f32, y: f32) -> String {
    format!("M{} {}l4 5 7-10", number(x - 5.5), number(y))
}

/// What a cell holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Held<'a> {
    /// A key alone, as in an inner page.
    Nothing,
    Value(&'a str),
    /// Deleted: a cross stands where the value was.
    Tombstone,
}

/// A record or an entry: a small cell, its key in bold and in the colour of the key, its value after it.
pub fn cell(shape: impl Into<String>, x: f32, y: f32, width: f32, height: f32, key: &str, held: Held) -> Shape {
    let middle = height / 2.0 + SIZE * 0.35;
    let mut cell = colour(Shape::new(shape, x, y), width, height, key);
    let room = width - 12.0;
    match held {
        Held::Nothing => cell.text(width / 2.0 + 2.0, middle, Anchor::Middle, "key", fit(key, room, SIZE)),
        Held::Value(value) => {
            let wanted = super::text::width(value, SIZE) + 6.0;
            let shown = fit(key, (room - wanted).max(room * 0.6), SIZE);
            let left = room - super::text::width(&shown, SIZE) - 6.0;
            cell = cell.text(9.0, middle, Anchor::Start, "key", shown);
            let shown = fit(value, left, SIZE);
            // A letter of a longer value says nothing; the label says all of it.
            if shown.chars().count() < 4 && shown != value {
                return cell;
            }
            cell.text(width - 4.0, middle, Anchor::End, "value", shown)
        }
        Held::Tombstone => {
            let cross = cross(width - 12.0, height / 2.0, 4.0);
            cell.text(9.0, middle, Anchor::Start, "key", fit(key, room - 16.0, SIZE)).path(cross, "tombstone")
        }
    }
}

/// A record of a file with as much of it as there is room for: at least the hue of its key, then the key, then its value
/// beside it or, in a tall cell, below it. Nothing is shown by half, for what a narrow cell holds, its label says.
pub fn record(shape: impl Into<String>, at: Area, key: &str, value: Option<&str>) -> Shape {
    const BESIDE: f32 = 13.0;
    const TALL: f32 = 32.0;
    let Area { x, y, width, height } = at;
    let (shape, room) = (shape.into(), width - BESIDE);
    let small = Face::of("small data");
    let (key_wide, small_wide) = (Face::of("key").width(key), value.map_or(0.0, |value| small.width(value)));
    let beside = value.map_or(BESIDE, |value| Face::of("value").width(value) + SIZE / 2.0);
    if room >= key_wide + beside {
        return cell(shape, x, y, width, height, key, value.map_or(Held::Tombstone, Held::Value));
    }
    if room >= key_wide.max(small_wide) && height >= TALL && value.is_some() {
        let (line, left) = (height / 2.0, 9.0);
        let cell = colour(Shape::new(shape, x, y), width, height, key);
        let cell = cell.text(left, line - 3.0, Anchor::Start, "key", key);
        return cell.text(left, line + SMALL, Anchor::Start, "small data", value.unwrap_or_default());
    }
    if room >= key_wide && value.is_some() {
        return cell(shape, x, y, width, height, key, Held::Nothing);
    }
    let speck = colour(Shape::new(shape, x, y), width, height, key);
    let crossed = value.is_none() && room > 0.0;
    if crossed { speck.path(cross(width / 2.0 + 2.0, height / 2.0, 4.0), "tombstone") } else { speck }
}

/// The box of a cell, its wash and its bar.
fn colour(shape: Shape, width: f32, height: f32, key: &str) -> Shape {
    shape.rect(0.0, 0.0, width, height, 2.0, "cell").rect(0.0, 0.0, width, height, 2.0, tint(key)).rect(
        0.0,
        0.0,
        width.min(4.0),
        height,
        2.0,
        hue(key),
    )
}

/// A mark in a log: an empty cell, which says only that all before it was synced.
pub fn mark(shape: impl Into<String>, at: Area) -> Shape {
    let cell = Shape::new(shape, at.x, at.y).rect(0.0, 0.0, at.width, at.height, 0.0, "slot");
    let word = "synced";
    if super::text::width(word, SMALL) > at.width - 2.0 {
        return cell;
    }
    cell.text(at.width / 2.0, at.height / 2.0 + SMALL * 0.35, Anchor::Middle, "small", word)
}

/// Path data of slanted lines over a rectangle: what is written there is not synced.
pub fn hatch(x: f32, y: f32, width: f32, height: f32) -> String {
    const GAP: f32 = 7.0;
    let n = super::svg::number;
    let mut lines = String::new();
    let mut start = GAP - height;
    while start < width {
        // From the lower end at `start` up to the right, cut off at both sides.
        let (from, to) = (start.max(0.0), (start + height).min(width));
        let (low, high) = (y + height - (from - start), y + height - (to - start));
        lines.push_str(&format!("M{} {}L{} {}", n(x + from), n(low), n(x + to), n(high)));
        start += GAP;
    }
    lines
}

/// A torn edge: down, with teeth.
pub fn torn_edge(x: f32, height: f32) -> String {
    let teeth = 4;
    let step = height / teeth as f32;
    let points = (0..=teeth).map(|tooth| {
        let out = if tooth % 2 == 0 { x } else { x - 4.0 };
        format!("{}{} {}", if tooth == 0 { "M" } else { "L" }, number(out), number(tooth as f32 * step))
    });
    points.collect()
}

/// The colour class of a key: the same key has the same colour in all figures of a page.
pub fn hue(key: &str) -> &'static str {
    const HUES: [&str; 8] = ["hue-0", "hue-1", "hue-2", "hue-3", "hue-4", "hue-5", "hue-6", "hue-7"];
    HUES[place(key) % HUES.len()]
}

/// The colour of a key as a wash over the whole of its cell, so that the eye follows it.
pub fn tint(key: &str) -> &'static str {
    const TINTS: [&str; 8] = [
        "tint hue-0",
        "tint hue-1",
        "tint hue-2",
        "tint hue-3",
        "tint hue-4",
        "tint hue-5",
        "tint hue-6",
        "tint hue-7",
    ];
    TINTS[place(key) % TINTS.len()]
}

/// Both: of a seal or a stripe, and of what it stands on.
pub fn colours(key: &str) -> (&'static str, &'static str) {
    (hue(key), tint(key))
}

fn place(key: &str) -> usize {
    // FNV-1a: short, and the same everywhere.
    let hash = key
        .bytes()
        .fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3));
    (hash ^ (hash >> 32)) as usize
}
