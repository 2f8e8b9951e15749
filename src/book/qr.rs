//! An address as a QR code, small enough to stand in every page: one path, one stroke for each run of dark modules.

use std::fmt::Write;

use qrcode::{Color, EcLevel, QrCode};

/// White modules around the code, as the standard asks for.
const QUIET: usize = 4;

/// The code as an SVG element, or nothing for an address too long for any code.
pub fn svg(text: &str) -> String {
    let Ok(code) = QrCode::with_error_correction_level(text, EcLevel::L) else { return String::new() };
    let (width, colors) = (code.width(), code.to_colors());
    let mut path = String::new();
    for (y, row) in colors.chunks(width).enumerate() {
        let mut x = 0;
        for run in row.chunk_by(|left, right| left == right) {
            if run[0] == Color::Dark {
                write!(path, "M{} {}h{}", x + QUIET, y + QUIET, run.len()).expect("writing to a string does not fail");
            }
            x += run.len();
        }
    }
    let side = width + 2 * QUIET;
    format!(
        "<svg class=\"code\" viewBox=\"0 -.5 {side} {side}\" role=\"img\" aria-label=\"The address as a QR code\"><path \
         d=\"{path}\" stroke=\"#000\"/></svg>"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_dark_module_is_drawn_once() {
        let text = "https://example.org/storage/b-trees.html#figure-storage-b-trees-1";
        let code = QrCode::with_error_correction_level(text, EcLevel::L).unwrap();
        let dark = code.to_colors().iter().filter(|color| **color == Color::Dark).count();
        let drawn: usize =
            svg(text).split('h').skip(1).filter_map(|run| run.split(['M', '"']).next()?.parse::<usize>().ok()).sum();
        assert_eq!(drawn, dark);
        assert_eq!(svg(&"x".repeat(5000)), "");
    }
}
