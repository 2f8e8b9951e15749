//! How wide text is, where there is no browser to ask. Keys and values are set in the monospaced face, whose characters
//! are all 0.6 em wide, so that the estimate is exact but for what other faces have to help out with.

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// The sizes of the classes in `static/scene.css`, in units of the stage.
pub const SIZE: f32 = 13.0;
pub const SMALL: f32 = 11.0;
const ADVANCE: f32 = 0.6;

/// The width of `text` in the monospaced face at `size`.
pub fn width(text: &str, size: f32) -> f32 {
    text.width() as f32 * size * ADVANCE
}

/// `text`, made fit to be drawn in `room` units: line breaks and other control characters shown as a symbol, and the
/// end cut with an ellipsis where there is too much.
pub fn fit(text: &str, room: f32, size: f32) -> String {
    let columns = (room / (size * ADVANCE)).floor().max(1.0) as usize;
    let shown = text.chars().map(|each| if each.is_control() { '␣' } else { each });
    if text.width() <= columns && text.chars().count() <= columns {
        return shown.collect();
    }
    let mut fitted = String::new();
    let mut used = 1;
    for each in shown {
        used += each.width().unwrap_or(0).max(1);
        if used > columns {
            break;
        }
        fitted.push(each);
    }
    fitted.push('…');
    fitted
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_cut_to_its_room() {
        let room = 5.0 * SIZE * ADVANCE;
        assert_eq!(fit("abcde", room, SIZE), "abcde");
        assert_eq!(fit("abcdef", room, SIZE), "abcd…");
        assert_eq!(fit("a\nb", room, SIZE), "a␣b");
        assert_eq!(fit("🙂🙂🙂", room, SIZE), "🙂🙂…");
        assert!(width(&fit(&"e\u{301}".repeat(1000), room, SIZE), SIZE) <= room);
    }
}
