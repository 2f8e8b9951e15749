//! The text of a program or a query: lines of the mono, close below each other, some of them marked.

use super::area::{Area, GAP};
use super::text::Face;
use super::{Anchor, Shape};

/// From one line to the next.
pub const PITCH: f32 = 14.0;
/// What is below the last line.
pub const FOOT: f32 = 4.0;

const BLANK: &str = "\u{a0}";

/// A line as it is shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// The line of the text that it is of, from 0.
    pub of: usize,
    pub text: String,
}

/// The lines of a text, those that are too long broken between words. What is broken off stands two blanks further in.
pub fn lines(text: &str, room: f32) -> Vec<Line> {
    const MOST: usize = 40;
    let face = Face::of("small data");
    let mut all = Vec::new();
    for (of, line) in text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
        // A plain blank at the beginning of a line is not drawn.
        let indent = BLANK.repeat(line.chars().take_while(|each| each.is_whitespace()).count());
        let mut left = face.width(&indent);
        for (place, piece) in face.wrap(line.trim(), room - left, MOST).into_iter().enumerate() {
            let deeper = BLANK.repeat(if place == 0 { 0 } else { 2 });
            left = face.width(&indent) + face.width(&deeper);
            all.push(Line { of, text: face.fit(&format!("{indent}{deeper}{piece}"), room + left) });
        }
    }
    all
}

/// How tall so many lines are.
pub fn height(lines: usize) -> f32 {
    lines as f32 * PITCH + FOOT
}

/// Draws as many lines as an area has room for; the last says how many are left out. `marked` lines have a ground.
pub fn draw(
    mut shape: Shape,
    area: Area,
    lines: &[Line],
    class: &'static str,
    marked: impl Fn(&Line) -> bool,
) -> Shape {
    let most = ((area.height - FOOT) / PITCH + 0.01).max(0.0) as usize;
    let shown = if lines.len() > most { most.saturating_sub(1) } else { lines.len() };
    let face = Face::of(class);
    for (place, line) in lines[..shown].iter().enumerate() {
        let top = area.y + place as f32 * PITCH;
        if marked(line) {
            shape = shape.rect(area.x - GAP / 2.0, top, area.width + GAP, PITCH, 2.0, "share");
        }
        shape = shape.text(area.x, top + PITCH - FOOT + 0.5, Anchor::Start, class, face.fit(&line.text, area.width));
    }
    if shown < lines.len() && most > 0 {
        let more = format!("… {} more", crate::engine::wording::count(lines.len() - shown, "line"));
        let top = area.y + shown as f32 * PITCH;
        shape = shape.text(area.x, top + PITCH - FOOT + 0.5, Anchor::Start, "small", more);
    }
    shape
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_lines_are_broken_between_words_and_keep_their_place() {
        let room = 12.0 * 7.2;
        let broken = lines("MATCH (a)\n\n  RETURN a.name, b", room);
        let texts: Vec<(usize, &str)> = broken.iter().map(|line| (line.of, line.text.as_str())).collect();
        assert_eq!(texts, [(0, "MATCH (a)"), (2, "\u{a0}\u{a0}RETURN"), (2, "\u{a0}\u{a0}\u{a0}\u{a0}a.name, b")]);
    }
}
