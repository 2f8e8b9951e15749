//! What stands in a card, the newest last: rows, and changes that were applied or are held back.

use super::area::{Area, GAP};
use super::parts::ROW;
use super::text::Face;
use super::vocabulary::{colours, hatch};
use super::{Anchor, Scene, Shape};

/// What stands in a card.
pub struct Piece {
    pub key: String,
    pub text: String,
    pub label: String,
    /// Whose colour it has.
    pub call: Option<String>,
    pub class: &'static str,
}

/// A card with so much room has two lines of changes.
pub const TALL: f32 = 70.0;
/// How tall a card with so much room is as a whole.
pub const CARD: f32 = 114.0;
/// How wide a piece is at least, and between pieces.
const PIECE: f32 = 62.0;
const BETWEEN: f32 = 4.0;

/// The newest of them fill an area from the left, and places that are still free are seen.
pub fn pieces(scene: &mut Scene, key: &str, area: Area, all: &[Piece], none: &str) {
    let small = Face::of("small");
    let widest = all.iter().map(|piece| small.width(&piece.text) + GAP + BETWEEN).fold(PIECE, f32::max);
    let columns = (((area.width + BETWEEN) / (widest + BETWEEN)) as usize).max(1);
    // Rows are few, and have all of the width.
    let columns = if all.iter().all(|piece| piece.call.is_none()) { columns.min(all.len().max(1)) } else { columns };
    let rows = (((area.height + BETWEEN) / (ROW + BETWEEN)) as usize).max(1);
    let hidden = all.len().saturating_sub(columns * rows);
    let (width, height) = ((area.width + BETWEEN) / columns as f32, (area.height + BETWEEN) / rows as f32);
    let places = if all.is_empty() { 1 } else { columns * rows };
    for place in 0..places {
        let (x, y) = (area.x + (place % columns) as f32 * width, area.y + (place / columns) as f32 * height);
        let (width, height) =
            if all.is_empty() { (area.width, area.height) } else { (width - BETWEEN, height - BETWEEN) };
        let baseline = height / 2.0 + GAP / 2.0;
        // What there is no place for is older, and counted in the first place.
        let found = all.get(if hidden > 0 { hidden + place } else { place });
        match found {
            Some(_) if hidden > 0 && place == 0 && places > 1 => {
                let more = Shape::new(format!("{key}/more"), x, y).rect(0.0, 0.0, width, height, 3.0, "slot");
                let text = small.fit_words(&format!("{} older", hidden + 1), width - GAP);
                scene.push(more.text(GAP / 2.0 + 1.0, baseline, Anchor::Start, "small", text));
            }
            Some(piece) => {
                let mut shape = Shape::new(&*piece.key, x, y).rect(0.0, 0.0, width, height, 3.0, "cell");
                if let Some(call) = &piece.call {
                    let (stripe, wash) = colours(call);
                    shape = shape.rect(0.0, 0.0, width, height, 3.0, wash).rect(0.0, 0.0, 3.0, height, 1.0, stripe);
                }
                if !piece.class.is_empty() {
                    shape = shape.path(hatch(0.0, 0.0, width, height), "hatch");
                }
                let text = small.fit_words(&piece.text, width - GAP);
                let class = if piece.call.is_some() { "small plain" } else { "small strong" };
                scene.push(shape.text(GAP / 2.0 + 2.0, baseline, Anchor::Start, class, text).label(&*piece.label));
            }
            None => {
                let slot = Shape::new(format!("{key}/free {}", place + 1), x, y);
                let slot = slot.rect(0.0, 0.0, width, height, 3.0, "slot");
                let is_named = all.is_empty();
                let text = small.fit_words(none, width - GAP);
                scene.push(if is_named {
                    slot.text(GAP / 2.0 + 2.0, baseline, Anchor::Start, "small", text)
                } else {
                    slot
                });
            }
        }
    }
}
