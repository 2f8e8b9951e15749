//! A field of the page that lies over letters that are drawn, and has the same letters at the same places.

use std::ops::Range;

use super::Point;
use super::area::Area;
use super::letters::{PITCH, ends_line, hangs};
use super::text::SIZE;

/// The lines into which a text is broken, as a field of the page needs to know them that is to have the same.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Lines {
    /// Where the first begins that is shown.
    pub at: Point,
    /// How wide they are: some columns of letters, and half a one, so that nobody has to be exact.
    pub width: f32,
    /// Whether a field certainly has the same: all letters are shown and as wide as each other, and lines are broken after
    /// spaces alone.
    pub are_plain: bool,
}

impl Lines {
    /// The size of letters, and from a line to the next.
    pub const SIZE: f32 = SIZE;
    pub const PITCH: f32 = PITCH;
}

/// Whether browsers break lines of these letters nowhere but after spaces, and set them one column wide. Where no line has to be
/// broken, more of them are certain.
pub(super) fn are_plain(letters: &[&str], is_broken: bool) -> bool {
    const GLUED: &str = " .,:;'\"()“”‘’«»";
    const OTHERS: &str = "|…–—";
    let is_plain = |(place, says): (usize, &&str)| {
        let mut chars = says.chars();
        let (Some(one), None) = (chars.next(), chars.next()) else { return ends_line(says) };
        let is_glued = one <= '\u{17f}' && one.is_alphanumeric() || GLUED.contains(one);
        let stays = || !is_broken || letters.get(place + 1).is_none_or(|next| hangs(next));
        is_glued || one == '\n' || (one.is_ascii_graphic() || OTHERS.contains(one)) && stays()
    };
    letters.iter().enumerate().all(is_plain)
}

/// Before which place of a text somebody points who points there. Each letter has an area, and the places before it and after it;
/// what ends a line is pointed at before it, for after it the next one begins.
pub fn place_at(letters: &[(Range<u32>, Area)], at: Point) -> u32 {
    let above = |area: &Area| (at.y - area.middle().y).abs();
    let Some(nearest) = letters.iter().map(|(_, area)| above(area)).min_by(f32::total_cmp) else { return 0 };
    let line = || letters.iter().filter(|(_, area)| above(area) <= nearest);
    match line().find(|(_, area)| at.x < area.middle().x) {
        Some((places, _)) => places.start,
        None => line().next_back().map_or(0, |(places, _)| places.end),
    }
}

#[cfg(test)]
mod tests {
    use super::super::letters::{height, lay_out, wide};
    use super::*;

    #[test]
    fn a_field_has_the_same_lines_where_nothing_but_spaces_breaks_them() {
        let plain = |text: &str, columns: usize| {
            let letters: Vec<String> = text.chars().map(String::from).collect();
            let letters: Vec<&str> = letters.iter().map(String::as_str).collect();
            let area = Area { x: 3.0, y: 0.0, width: wide("m") * (columns as f32 + 1.5), height: height(3) };
            let lines = lay_out(area, &letters, None).lines;
            assert!(!lines.are_plain || lines.at.x == area.x);
            lines.are_plain
        };
        assert!(plain("green tea, “milk”\nand é", 12));
        assert!(plain("one-two|3", 12) && !plain("one-two and three\n", 12) && plain("one two - three", 12));
        assert!(!plain("日本", 12) && !plain("e\u{301}", 12) && !plain("a\tb", 12));
        assert!(!plain("so many words have no room in there at all", 12));
    }

    #[test]
    fn who_points_beside_a_letter_points_before_it_or_after_it() {
        let area = |x: f32, y: f32| Area { x, y, width: 10.0, height: 10.0 };
        // A letter of two code units, and what ends a line.
        let letters =
            [(0..1, area(0.0, 0.0)), (1..3, area(10.0, 0.0)), (3..3, area(20.0, 0.0)), (4..5, area(0.0, 20.0))];
        let at = |x: f32, y: f32| place_at(&letters, Point::new(x, y));
        assert_eq!([at(2.0, 5.0), at(8.0, 5.0), at(14.0, 9.0), at(16.0, 5.0), at(90.0, 5.0)], [0, 1, 1, 3, 3]);
        assert_eq!([at(2.0, 90.0), at(90.0, 19.0), at(-5.0, -5.0)], [4, 5, 0]);
        assert_eq!(place_at(&[], Point::new(0.0, 0.0)), 0);
    }
}
