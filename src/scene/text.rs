//! How wide text is, where there is no browser to ask. Keys and values are set in the monospaced face, whose characters
//! are all 0.6 em wide, so that the estimate is exact but for what other faces have to help out with.

/// The sizes of the classes in `static/scene.css`, in units of the stage.
pub const SIZE: f32 = 13.0;
pub const SMALL: f32 = 11.0;
const ADVANCE: f32 = 0.6;

/// The width of `text` in the monospaced face at `size`.
pub fn width(text: &str, size: f32) -> f32 {
    columns(text) as f32 * size * ADVANCE
}

fn columns(text: &str) -> usize {
    text.chars().map(column).sum()
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

/// `text`, made fit to be drawn in `room` units: line breaks and other control characters shown as a symbol, and the
/// end cut with an ellipsis where there is too much.
pub fn fit(text: &str, room: f32, size: f32) -> String {
    let most = (room / (size * ADVANCE)).floor().max(1.0) as usize;
    let shown = text.chars().map(|each| if each.is_control() { '␣' } else { each });
    if columns(text) <= most && text.chars().count() <= most {
        return shown.collect();
    }
    let mut fitted = String::new();
    let mut used = 1;
    for each in shown {
        used += column(each).max(1);
        if used > most {
            break;
        }
        fitted.push(each);
    }
    fitted.push('…');
    fitted
}

/// `text` in lines of `room` units, broken between words; the last of `most` lines is cut where there is too much.
pub fn wrap(text: &str, room: f32, size: f32, most: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in text.split(' ') {
        let line = lines.last_mut().expect("there is always a line");
        let fits = width(line, size) + width(word, size) + size * ADVANCE <= room;
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
    lines.into_iter().map(|line| fit(&line, room, size)).collect()
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
}
