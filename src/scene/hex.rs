//! Bytes as they stand, in hexadecimal, line below line, cut into pieces that belong together; below each what it means.

use std::ops::Range;

use super::area::Area;
use super::text::{Face, SMALL};
use super::{Anchor, Scene, Shape};

/// From one line of bytes to the next: the digits, a bar in the colour of the piece, and what it means.
pub const LINE: f32 = 34.0;
const BASELINE: f32 = 13.0;
const BAR: (f32, f32) = (17.0, 3.0);
const MEANING: f32 = 31.0;
/// Two digits and a blank.
const BYTE: f32 = 3.0 * 0.6 * SMALL;
/// What a piece leaves free at its right.
const BETWEEN: f32 = 3.0;

/// Bytes that belong together.
pub struct Piece {
    pub key: String,
    pub range: Range<usize>,
    /// The class of its ground, and of the bar below it.
    pub colours: (&'static str, &'static str),
    /// What stands below it, if there is room for all of it.
    pub says: String,
    pub label: String,
    pub changed: bool,
    pub class: &'static str,
}

/// How many bytes stand side by side.
pub fn per_line(area: Area) -> usize {
    ((area.width / BYTE) as usize).max(1)
}

/// So tall are that many bytes.
pub fn height(area: Area, bytes: usize) -> f32 {
    bytes.div_ceil(per_line(area)) as f32 * LINE
}

/// Draws the pieces from the top of an area down, as far as it has room. Returns how many bytes there is no room for.
pub fn draw(scene: &mut Scene, area: Area, bytes: &[u8], pieces: &[Piece]) -> usize {
    let side = per_line(area);
    let most = (area.height / LINE) as usize * side;
    let shown = bytes.len().min(most);
    for piece in pieces.iter().filter(|piece| piece.range.start < shown) {
        let range = piece.range.start..piece.range.end.min(shown);
        scene.push(shape(piece, range, area, side, bytes));
    }
    bytes.len() - shown
}

fn shape(piece: &Piece, range: Range<usize>, area: Area, side: usize, bytes: &[u8]) -> Shape {
    let place = |byte: usize| ((byte % side) as f32 * BYTE, (byte / side) as f32 * LINE);
    let (left, top) = place(range.start);
    let mut shape = Shape::new(piece.key.as_str(), area.x + left, area.y + top);
    // The part of it on each line that it reaches.
    let lines = range.start / side..=(range.end - 1) / side;
    let segments = lines.map(|line| range.start.max(line * side)..range.end.min((line + 1) * side));
    let segments: Vec<Range<usize>> = segments.collect();
    let widest = segments.iter().max_by_key(|segment| segment.len()).cloned();
    for segment in segments {
        let (x, y) = place(segment.start);
        let (x, y) = (x - left, y - top);
        let wide = segment.len() as f32 * BYTE - BETWEEN;
        let digits: Vec<String> = bytes[segment.clone()].iter().map(|byte| format!("{byte:02x}")).collect();
        shape = shape
            .rect(x, y, wide, BAR.0, 2.0, piece.colours.0)
            .rect(x, y + BAR.0, wide, BAR.1, 0.0, piece.colours.1)
            .text(x + BETWEEN / 2.0, y + BASELINE, Anchor::Start, "small data", digits.join(" "));
        if Some(segment) == widest && Face::of("small").width(&piece.says) <= wide {
            shape = shape.text(x, y + MEANING, Anchor::Start, "small", piece.says.as_str());
        }
    }
    shape.label(piece.label.as_str()).changed(piece.changed).class(piece.class).selects()
}
