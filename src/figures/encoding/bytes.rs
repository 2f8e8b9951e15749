//! The bytes of the format that is looked at, in the pieces in which its reader explains them.

use super::{colours, head, shown};
use crate::engine::encoding::encoding::Encoding;
use crate::engine::format::{Part, Role};
use crate::scene::Scene;
use crate::scene::area::Area;
use crate::scene::hex::{self, Piece};
use crate::scene::rows::CLOSE;

/// What stands below bytes: a tag is short, and its number says most.
fn below(part: &Part) -> String {
    match part.role {
        Role::Mark => String::new(),
        Role::Tag => part.value.split([',', ';', ':']).next().unwrap_or_default().to_owned(),
        _ => part.value.clone(),
    }
}

/// The bytes of the format that is looked at.
pub fn draw(scene: &mut Scene, engine: &Encoding, mut area: Area) {
    let Some(written) = shown(engine) else {
        head(scene, "bytes", &mut area, "Its bytes stand here once it is written.", "");
        return;
    };
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
    let more = if hidden == 0 { String::new() } else { format!("{hidden} more: a click shows all") };
    let name = if written.damaged { "changed since they were written" } else { "as they are written" };
    head(scene, "bytes", &mut line, &format!("{}: its bytes, {name}", written.format.name()), &more);
}
