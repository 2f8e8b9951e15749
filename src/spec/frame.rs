//! The HTML that puts a figure into a frame on another page, as high as the figure needs at whatever width it is given.
//!
//! A page cannot ask a frame of another origin for its height, but it can reckon: the picture has a known shape, and the
//! rows above and below it have known heights. So the height is said as a formula of the width of a container around the
//! frame. What is opened later (a drawer, a question) needs more; `frame-stepwise.js` passes that on.

use super::{Controls, FRAME_MAY, FigureSpec, Fit, Manner, Text};
use crate::scene::svg::{escape, number};

/// Heights of the rows, in CSS pixels, as in `static/figure.css`.
const TITLE: f32 = 44.0;
const PARAMETERS: f32 = 48.0;
const NARRATION: f32 = 88.0;
const CONTROLS: f32 = 52.0;
const COMMANDS: f32 = 52.0;
const DRAWERS: f32 = 48.0;
/// So much higher narration and controls are on a phone.
const NARROW_MORE: f32 = 44.0 + 52.0;
/// The lines around the player, above and below or left and right.
const BORDERS: f32 = 2.0;
/// Around the figure in `embed.html`, and how wide it is at most with that; see `static/embed.css`.
const PADDING: f32 = 16.0;
const WIDEST: f32 = 1080.0;
/// A figure narrower than this is laid out for a phone, and with large text that much sooner.
const NARROW_BELOW: f32 = 640.0;
const LARGER: f32 = 4.0 / 3.0;
/// As wide as a frame is taken to be where no one reckons.
pub const USUAL_WIDTH: f32 = 960.0;
/// More than any length on a page: a difference times this decides.
const VERY: u32 = 9999;

/// The shapes of a figure's stage, as height by width.
#[derive(Clone, Copy, Debug)]
pub struct Shapes {
    pub wide: f32,
    pub narrow: f32,
}

/// What a figure needs beside its stage.
struct Room {
    /// Left and right of the stage.
    beside: f32,
    wide: f32,
    narrow: f32,
}

fn room(manner: &Manner) -> Room {
    if manner.controls == Controls::None {
        return Room { beside: PADDING, wide: PADDING, narrow: PADDING };
    }
    let full = manner.controls == Controls::Full;
    let optional =
        [(PARAMETERS, manner.hide.parameters), (COMMANDS, manner.hide.commands), (DRAWERS, manner.hide.drawers)];
    let optional = optional.into_iter().filter(|(_, hidden)| full && !hidden).map(|(height, _)| height).sum::<f32>();
    let rows = TITLE + NARRATION + CONTROLS + optional;
    let larger = larger(manner);
    let around = PADDING + BORDERS;
    Room { beside: around, wide: around + rows * larger, narrow: around + (rows + NARROW_MORE) * larger }
}

fn larger(manner: &Manner) -> f32 {
    if manner.text == Text::Large { LARGER } else { 1.0 }
}

/// How high a frame must be that is as wide as usual.
pub fn usual_height(manner: &Manner, shapes: Shapes) -> u32 {
    let Room { beside, wide, .. } = room(manner);
    ((USUAL_WIDTH - beside) * shapes.wide + wide).ceil() as u32
}

/// The height for any width, as CSS says it: a hundredth of the width of the container is a `cqw`.
fn height(manner: &Manner, shapes: Shapes) -> String {
    let Room { beside, wide, narrow } = room(manner);
    let turn = NARROW_BELOW * larger(manner) + PADDING - 0.5;
    let [beside, wide, narrow, turn] = [beside, wide, narrow, turn].map(number);
    let (wide_shape, narrow_shape) = (factor(shapes.wide), factor(shapes.narrow));
    format!(
        "max(min((100cqw - {beside}px)*{narrow_shape} + {narrow}px,({turn}px - 100cqw)*{VERY}),\
         min((min(100cqw,{WIDEST}px) - {beside}px)*{wide_shape} + {wide}px,(100cqw - {turn}px)*{VERY}))"
    )
}

/// Upwards, so that no row is cut by a hair.
fn factor(value: f32) -> String {
    let all = (value * 10_000.0).ceil() as u32;
    format!("{}.{:04}", all / 10_000, all % 10_000)
}

/// The frame that shows the figure, whose page `embed.html` is at `embed`.
pub fn html(spec: &FigureSpec, title: &str, embed: &str, shapes: Shapes) -> String {
    let (address, title) = (format!("{embed}#{}", spec.to_fragment()), escape(title));
    let usual = usual_height(&spec.manner, shapes);
    let start = format!("<iframe src=\"{}\" title=\"{title}\" width=\"100%\" height=\"{usual}\"", escape(&address));
    if spec.manner.fit == Fit::Height {
        return format!("{start} allow=\"{FRAME_MAY}\" style=\"border:0;height:100%\"></iframe>");
    }
    let script = embed.replace("embed.html", "frame-stepwise.js");
    format!(
        "<div style=\"container-type:inline-size;width:100%;min-width:280px\">{start} allow=\"{FRAME_MAY}\" \
         style=\"border:0;height:{}\"></iframe></div>\n<script type=\"module\" src=\"{}\"></script>",
        height(&spec.manner, shapes),
        escape(&script)
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    const SHAPES: Shapes = Shapes { wide: 0.5, narrow: 1.25 };

    #[test]
    fn a_frame_is_as_high_as_its_rows_and_its_stage() {
        let plain = Manner::default();
        assert_eq!(usual_height(&plain, SHAPES), (942 / 2) + 350);
        let minimal = Manner { controls: Controls::Minimal, ..Manner::default() };
        assert_eq!(usual_height(&minimal, SHAPES), (942 / 2) + 202);
        let bare = Manner { controls: Controls::None, ..Manner::default() };
        assert_eq!(usual_height(&bare, SHAPES), (944 / 2) + 16);
        let mut hiding = Manner::default();
        hiding.take("hide", "commands").unwrap();
        assert_eq!(usual_height(&hiding, SHAPES), (942 / 2) + 298);
    }

    #[test]
    fn a_frame_that_fits_a_height_needs_no_reckoning() {
        let mut spec = FigureSpec { kind: "btree".into(), ..FigureSpec::default() };
        let embed = "https://example.org/embed.html";
        assert!(html(&spec, "A & B", embed, SHAPES).contains("title=\"A &amp; B\" width=\"100%\" height=\"821\""));
        assert!(html(&spec, "", embed, SHAPES).ends_with("src=\"https://example.org/frame-stepwise.js\"></script>"));
        spec.manner.take("fit", "height").unwrap();
        let html = html(&spec, "A & B", embed, SHAPES);
        assert!(html.contains("height:100%") && !html.contains("cqw") && !html.contains("script"), "{html}");
    }
}
