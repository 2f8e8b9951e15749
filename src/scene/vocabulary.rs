//! The one visual vocabulary of the book: how memory, disk, a record, a page, a node or a message looks, in every
//! figure. Colours and lines are in `static/scene.css`, one class for each meaning.

use super::svg::number;
use super::text::{SIZE, SMALL, fit};
use super::{Anchor, Shape};

/// The height of a [`cell`] with a key alone, and of a line of text.
pub const LINE: f32 = 22.0;

/// Memory: a rounded box in the upper region, with its name.
pub fn memory(key: &str, x: f32, y: f32, width: f32, height: f32, name: &str) -> Shape {
    region(key, x, y, width, height, 12.0, "memory", name)
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
    let hue = hue(key);
    let middle = height / 2.0 + SIZE * 0.35;
    let mut cell = Shape::new(shape, x, y)
        .rect(0.0, 0.0, width, height, 2.0, "cell")
        .rect(0.0, 0.0, width, height, 2.0, tint(key))
        .rect(0.0, 0.0, 4.0, height, 2.0, hue);
    let room = width - 12.0;
    match held {
        Held::Nothing => cell.text(width / 2.0 + 2.0, middle, Anchor::Middle, "key", fit(key, room, SIZE)),
        Held::Value(value) => {
            let shown = fit(key, room * 0.6, SIZE);
            let left = room - super::text::width(&shown, SIZE) - 6.0;
            cell = cell.text(9.0, middle, Anchor::Start, "key", shown);
            if left < SIZE * 0.6 {
                return cell;
            }
            cell.text(width - 4.0, middle, Anchor::End, "value", fit(value, left, SIZE))
        }
        Held::Tombstone => {
            let cross = cross(width - 12.0, height / 2.0, 4.0);
            cell.text(9.0, middle, Anchor::Start, "key", fit(key, room - 16.0, SIZE)).path(cross, "tombstone")
        }
    }
}

/// A mark in a log: an empty cell, which says only that all before it was synced.
pub fn mark(shape: impl Into<String>, x: f32, y: f32, width: f32, height: f32) -> Shape {
    let cell = Shape::new(shape, x, y).rect(0.0, 0.0, width, height, 0.0, "slot");
    let word = fit("synced", width - 4.0, SMALL);
    cell.text(width / 2.0, height / 2.0 + SMALL * 0.35, Anchor::Middle, "small", word)
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
