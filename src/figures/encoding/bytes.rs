//! The bytes of the format that is looked at, in the pieces in which its reader explains them, and below them what each says.

use super::{colours, head};
use crate::engine::encoding::encoding::{Encoding, Stretch, Written};
use crate::engine::format::{Part, Role};
use crate::scene::area::{Area, GAP};
use crate::scene::hex::{self, Piece};
use crate::scene::rows::{CLOSE, boxed, put};
use crate::scene::text::Face;
use crate::scene::{Anchor, Breadth, Scene};

/// What stands below bytes: of a tag and a length the number says most.
fn below(part: &Part) -> String {
    match part.role {
        Role::Mark => String::new(),
        Role::Tag | Role::Length => part.value.split([',', ';', ':']).next().unwrap_or_default().to_owned(),
        _ => part.value.clone(),
    }
}

/// What is said of a piece: its bytes, and what they are. Marks say what the digits show.
fn said(written: &Written) -> Vec<(usize, String, String)> {
    let parts = written.parts.iter().enumerate().filter(|(_, part)| part.role != Role::Mark);
    let said = parts.map(|(place, part)| {
        let bytes = written.bytes[part.range.clone()].iter().take(DIGITS).map(|byte| format!("{byte:02x}"));
        let more = if part.range.len() > DIGITS { " …" } else { "" };
        (place, bytes.collect::<Vec<_>>().join(" ") + more, format!("{}: {}", part.label, part.value))
    });
    said.collect()
}

/// So many bytes stand before what they say.
const DIGITS: usize = 2;

fn digits() -> f32 {
    Face::of("small data").width("00 00 …") + 2.0 * GAP
}

/// In how many columns all of it fits.
fn columns(said: &[(usize, String, String)], width: f32) -> usize {
    let widest = said.iter().map(|(.., text)| Face::of("small").width(text)).fold(0.0, f32::max);
    ((width / (digits() + widest + GAP)) as usize).max(1)
}

/// How high the bytes and what they say are: a head, their lines, and on a wide stage a line for each of them.
pub fn height(written: &Written, area: Area, breadth: Breadth) -> f32 {
    let bytes = CLOSE + hex::height(area, written.bytes.len().max(1));
    let said = said(written);
    let lines = said.len().div_ceil(columns(&said, area.width)) as f32 * CLOSE;
    if breadth == Breadth::Wide { bytes + lines } else { bytes }
}

/// The bytes of the format that is looked at.
pub fn draw(scene: &mut Scene, engine: &Encoding, written: &Written, mut area: Area) {
    let reading = engine.shown.as_ref().and_then(|shown| shown.reading.as_ref());
    let mut line = area.cut_top(CLOSE);
    let part = |(place, part): (usize, &Part)| Piece {
        key: format!("part {place}"),
        range: part.range.clone(),
        colours: colours(part.role),
        says: below(part),
        label: format!("{}: {}", part.label, part.value),
        changed: false,
        class: if reading.is_some_and(|stretch| !stretch.parts.contains(&place)) { "unread" } else { "" },
    };
    let mut pieces: Vec<Piece> = written.parts.iter().enumerate().map(part).collect();
    let read = written.parts.last().map_or(0, |last| last.range.end);
    if read < written.bytes.len() {
        pieces.push(Piece {
            key: "rest".to_owned(),
            range: read..written.bytes.len(),
            colours: ("slot", "slot"),
            says: "not understood".to_owned(),
            label: "what the reader could not make sense of".to_owned(),
            changed: false,
            class: "",
        });
    }
    let hidden = hex::draw(scene, area, &written.bytes, &pieces);
    area.cut_top(hex::height(area, written.bytes.len()).min(area.height));
    tell(scene, written, reading, area);
    let more = if hidden == 0 { String::new() } else { format!("{hidden} more: a click shows all") };
    let name = if written.damaged { "changed since they were written" } else { "as they are written" };
    head(scene, "bytes", &mut line, &format!("{}: its bytes, {name}", written.format.name()), &more);
}

/// A line for each piece, as many as there is room for; those that are just read stand out.
fn tell(scene: &mut Scene, written: &Written, reading: Option<&Stretch>, area: Area) {
    let said = said(written);
    let lines = (area.height / CLOSE) as usize;
    let columns = columns(&said, area.width);
    // The columns are equally long.
    let lines = lines.min(said.len().div_ceil(columns));
    // Where there are more, those that are read now are the first.
    let read = reading.and_then(|stretch| said.iter().position(|(part, ..)| stretch.parts.contains(part)));
    let first = read.unwrap_or(0).min(said.len().saturating_sub(lines * columns));
    for (place, (part, digits, text)) in said.iter().skip(first).take(lines * columns).enumerate() {
        let mut row = area.column(columns, place / lines);
        row.cut_top((place % lines) as f32 * CLOSE);
        let row = row.cut_top(CLOSE);
        let ground = if reading.is_some_and(|stretch| stretch.parts.contains(part)) { "lens" } else { "touch" };
        let mut own = row.own();
        own.cut_left(GAP / 2.0);
        let shape = boxed(format!("meaning {part}"), row, 2.0, ground).label(text.as_str());
        let shape = put(shape, own.cut_left(self::digits()), Anchor::Start, "small data", digits);
        let text = Face::of("small").fit_words(text, own.width);
        scene.push(put(shape, own, Anchor::Start, "small", text));
    }
}
