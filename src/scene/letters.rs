//! A text, letter by letter: each has a place of its own, so that it can travel. Lines are broken between words, and of a text
//! that is too long the lines around one of its letters are shown.

use super::area::Area;
use super::field::{Lines, are_plain};
use super::text::Face;
use super::{Anchor, Point, Scene, Shape, Whence};
use crate::engine::wording::count;

/// Letters are set in this class.
const CLASS: &str = "data";
/// From a line to the next, and how much of that a letter has.
pub(super) const PITCH: f32 = 19.0;
const TALL: f32 = 17.0;
const BASELINE: f32 = 13.0;
/// The same of letters in lines that are as close to each other as can be.
const CLOSE: f32 = 15.5;
/// What stands for more.
const SIGN: &str = "…";

/// One of a text. What it says is what its reader takes for one letter, of however many code points.
pub struct Letter<'a> {
    pub key: String,
    pub says: &'a str,
    /// The wash that it stands on.
    pub wash: &'static str,
    /// It belongs to a side of a conflict.
    pub is_disputed: bool,
    /// Where it comes from, if it is new.
    pub born: Option<Whence>,
}

/// Where the letters of a text stand.
pub struct Laid {
    /// The place in the text of each letter that is shown, and its area.
    pub shown: Vec<(usize, Area)>,
    /// How many there is no room for, before them and after them.
    pub before: usize,
    pub after: usize,
    pub lines: Lines,
    left: Point,
    right: Point,
}

/// How high so many lines are.
pub fn height(lines: usize) -> f32 {
    lines as f32 * PITCH
}

/// How wide most letters are.
pub fn advance() -> f32 {
    wide("m")
}

/// From a line to the next, where they are as close as can be, and how high a letter is there.
pub fn close() -> (f32, f32) {
    (CLOSE, CLOSE - 1.0)
}

/// How wide a letter is. What joins several signs to one is not wider than two of them.
pub(super) fn wide(says: &str) -> f32 {
    let face = Face::of(CLASS);
    let one = face.width("m");
    super::between(face.width(says), one, 2.0 * one)
}

/// A letter as it is drawn: of what can't be seen, a sign.
fn drawn(says: &str) -> &str {
    if says.chars().all(char::is_control) { "␣" } else { says }
}

/// Whether it may stand in the margin at the end of a line.
pub(super) fn hangs(says: &str) -> bool {
    says == " " || ends_line(says)
}

pub(super) fn ends_line(says: &str) -> bool {
    matches!(says, "\n" | "\r\n")
}

/// Where lines begin, the first at 0. After the last line's end nothing begins.
fn breaks<'a>(letters: impl Iterator<Item = &'a str>, room: f32) -> Vec<usize> {
    let (mut lines, mut used) = (vec![0], 0.0);
    // What follows the last space of this line.
    let (mut word, mut of_word) = (0, 0.0);
    let mut many = 0;
    for (place, says) in letters.enumerate() {
        many += 1;
        let width = wide(says);
        if used + width > room && !hangs(says) {
            let whole = word > *lines.last().unwrap_or(&0);
            (lines, used) = if whole { (with(lines, word), of_word) } else { (with(lines, place), 0.0) };
            if !whole {
                of_word = 0.0;
            }
        }
        (used, of_word) = (used + width, of_word + width);
        match says {
            " " => (word, of_word) = (place + 1, 0.0),
            _ if ends_line(says) => {
                lines.push(place + 1);
                (used, word, of_word) = (0.0, place + 1, 0.0);
            }
            _ => {}
        }
    }
    if lines.len() > 1 && lines.last() == Some(&many) {
        lines.pop();
    }
    lines
}

fn with(mut lines: Vec<usize>, line: usize) -> Vec<usize> {
    lines.push(line);
    lines
}

/// How many lines the letters take in so much room.
pub fn lines(letters: &[&str], room: f32) -> usize {
    breaks(letters.iter().copied(), room - wide("m")).len()
}

/// Lays out a text of so many letters in an area, around the letter at a place, or its end.
pub fn lay_out(area: Area, letters: &[&str], about: Option<usize>) -> Laid {
    let margin = wide("m");
    let room = area.width - margin;
    let most = (area.height / PITCH).max(1.0) as usize;
    let mut lines = breaks(letters.iter().copied(), room);
    let is_long = lines.len() > most;
    if is_long {
        lines = breaks(letters.iter().copied(), room - margin);
    }
    let x = if is_long { area.x + margin } else { area.x };
    let last = lines.len().saturating_sub(most);
    let line_of = |place: usize| lines.partition_point(|start| *start <= place).saturating_sub(1);
    let first = about.map_or(last, |place| line_of(place).saturating_sub(most / 2).min(last));
    let from = lines[first];
    let until = lines.get(first + most).copied().unwrap_or(letters.len());
    let mut shown = Vec::new();
    let mut at = Point::new(x, area.y);
    for (place, says) in letters.iter().enumerate().take(until).skip(from) {
        if place > from && lines.binary_search(&place).is_ok() {
            at = Point::new(x, at.y + PITCH);
        }
        // A space at the end of a line may stand in the margin.
        shown.push((place, Area { x: at.x, y: at.y, width: wide(says), height: TALL }));
        at.x += wide(says);
    }
    let right = Point::new(area.right() - margin, at.y);
    let columns = ((if is_long { room - margin } else { room }) / margin).floor();
    let is_broken = lines.iter().skip(1).any(|start| !ends_line(letters[start - 1]));
    let lines = Lines {
        at: Point::new(x, area.y),
        width: (columns + 0.5) * margin,
        are_plain: !is_long && are_plain(letters, is_broken),
    };
    Laid { shown, before: from, after: letters.len() - until, lines, left: Point::new(area.x, area.y), right }
}

impl Laid {
    /// Signs that there is more than is shown.
    pub fn draw_signs(&self, scene: &mut Scene, key: &str) {
        for (many, at, side) in [(self.before, self.left, "before"), (self.after, self.right, "after")] {
            if many > 0 {
                let sign = Shape::new(format!("{key}/{side}"), at.x, at.y);
                let sign = sign.text(0.0, BASELINE, Anchor::Start, "small data", SIGN);
                scene.push(sign.label(format!("{} {side}", count(many, "more letter"))));
            }
        }
    }
}

/// A letter at its place.
pub fn letter(letter: Letter, at: Area) -> Shape {
    let Area { x, y, width, height } = at;
    let mut shape = Shape::new(letter.key, x, y).class("letter");
    if !letter.wash.is_empty() {
        shape = shape.rect(0.0, 0.0, width, height, 0.0, letter.wash);
    }
    shape = shape.text(width / 2.0, height - (TALL - BASELINE), Anchor::Middle, CLASS, drawn(letter.says));
    if letter.is_disputed {
        shape = shape.rect(0.0, height - 2.0, width, 2.0, 0.0, "bad");
    }
    shape.born = letter.born;
    shape
}

#[cfg(test)]
mod tests {
    use super::*;

    fn laid(text: &str, columns: usize, lines: usize, about: Option<usize>) -> (Vec<String>, usize, usize) {
        let letters: Vec<String> = text.chars().map(String::from).collect();
        let letters: Vec<&str> = letters.iter().map(String::as_str).collect();
        let area = Area { x: 0.0, y: 0.0, width: wide("m") * (columns as f32 + 1.5), height: height(lines) };
        let laid = lay_out(area, &letters, about);
        let mut rows: Vec<(f32, String)> = Vec::new();
        for (place, at) in &laid.shown {
            match rows.last_mut() {
                Some((y, row)) if *y == at.y => row.push_str(letters[*place]),
                _ => rows.push((at.y, letters[*place].to_owned())),
            }
        }
        (rows.into_iter().map(|(_, row)| row).collect(), laid.before, laid.after)
    }

    #[test]
    fn lines_are_broken_between_words() {
        assert_eq!(laid("green tea and milk", 10, 3, None).0, ["green tea ", "and milk"]);
        assert_eq!(laid("abcdefghijklmnop q", 10, 3, None).0, ["abcdefghij", "klmnop q"]);
        assert_eq!(laid("a\nb", 10, 3, None).0, ["a\n", "b"]);
        assert_eq!(laid("abcdefghij\nk", 10, 3, None).0, ["abcdefghij\n", "k"]);
        assert_eq!(laid("", 10, 3, None).0, [""; 0]);
    }

    #[test]
    fn of_a_long_text_the_lines_around_a_letter_are_shown() {
        let text = "aaaa bbbb cccc dddd eeee ffff ";
        let (rows, before, after) = laid(text, 6, 2, Some(0));
        assert_eq!((rows.len(), before, after), (2, 0, 20));
        let (rows, before, after) = laid(text, 6, 2, None);
        assert_eq!((rows.len(), before, after), (2, 20, 0));
        let (rows, ..) = laid(text, 6, 2, Some(11));
        assert!(rows.concat().contains('c'), "{rows:?}");
    }

    /// After the last line's end no line begins, for which others would have to go.
    #[test]
    fn a_line_that_is_empty_at_the_end_takes_no_room() {
        assert_eq!(laid("milk\neggs\n", 10, 2, None), (vec!["milk\n".to_owned(), "eggs\n".to_owned()], 0, 0));
        assert_eq!(laid("milk\neggs\n", 10, 1, None), (vec!["eggs\n".to_owned()], 5, 0));
        assert_eq!((lines(&["\n"], 100.0), lines(&["\n", "\n"], 100.0), lines(&[], 100.0)), (1, 2, 1));
    }

    /// Whatever is laid out, no letter is lost and none stands on another.
    #[test]
    fn no_letter_stands_on_another() {
        for text in ["a  b   c", "wwwwwwwwwwwwwwwwwwwwwwwwwwwwwww", " x y z ", "日本語のテキスト", "é👩‍👩‍👧"]
        {
            let letters: Vec<String> = text.chars().map(String::from).collect();
            let letters: Vec<&str> = letters.iter().map(String::as_str).collect();
            let area = Area { x: 0.0, y: 0.0, width: 80.0, height: 400.0 };
            let laid = lay_out(area, &letters, None);
            assert_eq!(laid.shown.len(), letters.len());
            for pair in laid.shown.windows(2) {
                assert!(pair[0].1.y < pair[1].1.y || pair[0].1.right() <= pair[1].1.x + 0.01);
            }
        }
    }
}
