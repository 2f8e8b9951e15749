//! How wide text is, where there is no browser to ask: words in the sans, whose advances are in [`advances`], and data (keys,
//! values, bytes, offsets) in the mono, whose characters are all 0.6 em wide. So it is exact but for what other faces have to
//! help out with.

use super::advances::{self, Block};

/// The size of keys and values, of words beside them, and of what is small, in units of the stage; `static/scene.css` says
/// the same.
pub const SIZE: f32 = 13.0;
pub const WORDS: f32 = 14.0;
pub const SMALL: f32 = 12.0;
/// Of a character of the mono, in ems.
const ADVANCE: f32 = 0.6;

/// How a class is set.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Face {
    pub size: f32,
    weight: Weight,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Weight {
    Mono,
    Regular,
    Bold,
}

impl Face {
    /// The face of the classes of a text, as `static/scene.css` has them.
    pub fn of(class: &str) -> Face {
        let is = |words: &[&str]| class.split(' ').any(|word| words.contains(&word));
        let weight = match () {
            () if is(&["key", "value", "offset", "data"]) => Weight::Mono,
            () if is(&["strong", "name", "file-name", "head-name"]) => Weight::Bold,
            () => Weight::Regular,
        };
        let size = match weight {
            _ if is(&["small", "region-name", "file-name", "note", "head-name", "offset"]) => SMALL,
            Weight::Mono => SIZE,
            _ => WORDS,
        };
        Face { size, weight }
    }

    /// The face of text of that size, where its class is not known: small text is words, and larger text is data, which is
    /// wider than words of its kind.
    fn sized(size: f32) -> Face {
        if size < SIZE { Face { size: SMALL, weight: Weight::Regular } } else { Face { size, weight: Weight::Mono } }
    }

    pub fn width(self, text: &str) -> f32 {
        text.chars().map(|each| self.advance(each)).sum::<f32>() * self.size
    }

    /// Of one character, in ems.
    fn advance(self, each: char) -> f32 {
        let known = match self.weight {
            Weight::Mono => None,
            Weight::Regular => known(each, |block| block.regular),
            Weight::Bold => known(each, |block| block.bold),
        };
        known.map_or_else(|| column(each) as f32 * ADVANCE, |thousandths| f32::from(thousandths) / 1000.0)
    }

    /// `text`, made fit to be drawn in `room` units: line breaks and other control characters shown as a symbol, and the end
    /// cut with an ellipsis where there is too much.
    pub fn fit(self, text: &str, room: f32) -> String {
        const ELLIPSIS: char = '…';
        // What joins the character before it costs nothing on the stage, but a text of a thousand of them is still too much.
        let least = self.advance(' ');
        let cost = |each: char| self.advance(each).max(least);
        let shown = || text.chars().map(|each| if each.is_control() { '␣' } else { each });
        let room = room / self.size + 0.001;
        if shown().map(cost).sum::<f32>() <= room {
            return shown().collect();
        }
        let mut fitted = String::new();
        let mut used = self.advance(ELLIPSIS);
        for each in shown() {
            used += cost(each);
            if used > room {
                break;
            }
            fitted.push(each);
        }
        fitted.push(ELLIPSIS);
        fitted
    }

    /// As many words of `text` as there is room for: what comes last is left out.
    pub fn words(self, text: &str, room: f32) -> &str {
        let mut words = text;
        while self.width(words) > room {
            let Some((before, _)) = words.rsplit_once(' ') else { return "" };
            words = before.trim_end_matches([',', ':', ';', '·', ' ']);
        }
        words
    }

    /// [`Face::fit`], cut between words where that is possible.
    pub fn fit_words(self, text: &str, room: f32) -> String {
        let fits = |text: &str| self.width(text) <= room + 0.001 * self.size;
        let mut kept = text;
        if fits(text) {
            return self.fit(text, room);
        }
        while let Some((before, _)) = kept.rsplit_once(' ') {
            kept = before;
            let shortened = format!("{kept} …");
            if fits(&shortened) {
                return self.fit(&shortened, room);
            }
        }
        self.fit(text, room)
    }

    /// `text` in lines of `room` units, broken between words; the last of `most` lines is cut where there is too much.
    pub fn wrap(self, text: &str, room: f32, most: usize) -> Vec<String> {
        let mut lines = vec![String::new()];
        for word in text.split(' ') {
            let line = lines.last_mut().expect("there is always a line");
            let fits = self.width(line) + self.width(word) + self.width(" ") <= room;
            if line.is_empty() {
                line.push_str(word);
            } else if fits || lines.len() == most {
                let line = lines.last_mut().expect("there is always a line");
                line.push(' ');
                line.push_str(word);
            } else {
                lines.push(word.to_owned());
            }
        }
        lines.into_iter().map(|line| self.fit_words(&line, room)).collect()
    }
}

/// What the font has of a character.
fn known(each: char, advances: fn(&Block) -> &'static [u16]) -> Option<u16> {
    let of =
        |block: &Block| advances(block).get(u32::from(each).checked_sub(u32::from(block.first))? as usize).copied();
    advances::BLOCKS.iter().find_map(of).filter(|advance| *advance > 0)
}

/// The width of `text` in the face of that size, where its class is not known.
pub fn width(text: &str, size: f32) -> f32 {
    Face::sized(size).width(text)
}

/// [`Face::fit`], where the class is not known.
pub fn fit(text: &str, room: f32, size: f32) -> String {
    Face::sized(size).fit(text, room)
}

/// [`Face::wrap`], where the class is not known.
pub fn wrap(text: &str, room: f32, size: f32, most: usize) -> Vec<String> {
    Face::sized(size).wrap(text, room, most)
}

/// How many columns a character takes: none if it joins the one before it, two if it is as wide as it is high. In whole
/// blocks of Unicode, for the exact tables would weigh more on the page than all the rest of the layout.
fn column(each: char) -> usize {
    match u32::from(each) {
        0x300..=0x36f | 0x200b..=0x200f | 0x20d0..=0x20ff | 0xfe00..=0xfe0f | 0xfe20..=0xfe2f => 0,
        0x1100..=0x115f | 0x2e80..=0xa4cf | 0xac00..=0xd7a3 | 0xf900..=0xfaff | 0xfe30..=0xfe6f => 2,
        0xff00..=0xff60 | 0xffe0..=0xffe6 | 0x17000..=0x1b2ff | 0x1f000..=0x1faff | 0x20000..=0x3fffd => 2,
        _ => 1,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The blocks against the tables of Unicode: few characters are wider than they are thought to be.
    #[test]
    fn hardly_any_character_is_wider_than_its_block() {
        use unicode_width::UnicodeWidthChar;
        let wider = (' '..=char::MAX).filter(|each| each.width().is_some_and(|width| width > column(*each)));
        assert!(wider.count() < 256);
        for each in "aé·→≤✓漢字カ한🙂🐘👩".chars() {
            assert_eq!(Some(column(each)), each.width(), "{each}");
        }
    }

    #[test]
    fn text_is_cut_to_its_room() {
        let room = 5.0 * SIZE * ADVANCE;
        assert_eq!(fit("abcde", room, SIZE), "abcde");
        assert_eq!(fit("abcdef", room, SIZE), "abcd…");
        assert_eq!(fit("a\nb", room, SIZE), "a␣b");
        assert_eq!(wrap("ab cd ef", room, SIZE, 3), ["ab cd", "ef"]);
        assert_eq!(wrap("ab cd ef gh", room, SIZE, 2), ["ab cd", "ef gh"]);
        assert_eq!(wrap("ab cd efg hi", room, SIZE, 2), ["ab cd", "efg …"]);
        assert_eq!(wrap("", room, SIZE, 2), [""]);
        assert_eq!(fit("🙂🙂🙂", room, SIZE), "🙂🙂…");
        assert!(width(&fit(&"e\u{301}".repeat(1000), room, SIZE), SIZE) <= room);
    }

    /// That it is what a browser measures, `tests/browser/widths.spec.mjs` holds.
    #[test]
    fn words_are_as_wide_as_the_font_says() {
        let (small, name) = (Face::of("small"), Face::of("name"));
        assert!((small.width("disk") - SMALL * (0.555 + 0.246 + 0.419 + 0.495)).abs() < 0.001);
        assert!(name.width("n1 leader") > Face::of("").width("n1 leader"));
        assert_eq!(Face::of("small data").width("abc"), 3.0 * SMALL * ADVANCE);
        assert_eq!(small.width("→ ✓ €"), SMALL * (0.619 + 0.2 + 0.612 + 0.2 + 0.497));
        assert_eq!(small.width("漢"), SMALL * 2.0 * ADVANCE);
    }
}
