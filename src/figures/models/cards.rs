//! Documents: a card for each, with its text.

use super::{lit, touched};
use crate::engine::model::models::Pane;
use crate::engine::model::models::documents::{Documents, Place};
use crate::scene::area::{Area, GAP};
use crate::scene::rows::{CLOSE, TIGHT, put};
use crate::scene::text::Face;
use crate::scene::{Anchor, Scene, Shape};

const DATA: &str = "small data plain";

pub(super) fn draw(scene: &mut Scene, pane: &Pane, documents: &Documents, area: Area, is_wide: bool) {
    let texts = documents.texts();
    let stale = documents.disagreeing();
    let columns = if is_wide { 1 } else { 2 };
    let rows = texts.len().div_ceil(columns).max(1);
    for (place, (person, text)) in texts.iter().enumerate() {
        let at = area.place(columns, rows, place);
        let what = match &documents.place {
            Place::Collection(_) => format!("document {person}"),
            Place::Column { .. } => format!("resumes {person}"),
        };
        let key = format!("{} {what}", pane.model.name());
        let mut shape = lit(key, at, touched(pane, &what), "", text);
        let mut own = at.own();
        own.cut_left(GAP / 2.0);
        own.cut_right(GAP / 2.0);
        let copies: Vec<&str> =
            stale.iter().filter(|(in_, ..)| in_ == person).map(|(.., copy)| copy.as_str()).collect();
        let most = (own.height / TIGHT) as usize;
        let kept = usize::from(!copies.is_empty() && most > 1);
        let (lines, is_whole) = broken(text, own.width, most - kept.min(most));
        own.height = own.height.max(TIGHT);
        for (place, line) in lines.iter().enumerate() {
            let at = own.cut_top(TIGHT);
            shape = put(shape, at, Anchor::Start, DATA, line);
            if !is_whole && place + 1 == lines.len() {
                shape = put(shape, at, Anchor::End, DATA, "…");
            }
        }
        if kept > 0 {
            let says = format!("✗ a copy disagrees: {}", copies.join(", "));
            shape = put(shape, own.cut_top(TIGHT), Anchor::Start, "small bad", says);
        }
        scene.push(shape);
    }
    if texts.is_empty() {
        let none = Shape::new(format!("{} none", pane.model.name()), area.x, area.y);
        scene.push(put(none, Area { height: CLOSE, ..area.own() }, Anchor::Start, "small", "no document"));
    }
}

/// A text in lines, broken anywhere, and whether they are all of it; if they are not, the last has room for a sign at its end.
fn broken(text: &str, room: f32, most: usize) -> (Vec<String>, bool) {
    let face = Face::of(DATA);
    let each = ((room / face.width("m")) as usize).max(2);
    let letters: Vec<char> = text.chars().collect();
    let mut lines: Vec<String> = letters.chunks(each).take(most).map(|line| line.iter().collect()).collect();
    let is_whole = letters.len() <= each * most;
    if let Some(last) = lines.last_mut().filter(|_| !is_whole) {
        *last = last.chars().take(each - 2).collect();
    }
    (lines, is_whole)
}
