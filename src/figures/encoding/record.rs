//! The record: its fields by number, name and kind, with their values; cards side by side, or rows on a phone.

use crate::engine::encoding::encoding::{Encoding, Event, edit, spelt};
use crate::engine::format::Field;
use crate::scene::area::{Area, GAP};
use crate::scene::rows::{CLOSE, boxed, put};
use crate::scene::text::{Face, SMALL};
use crate::scene::{Anchor, Breadth, Scene, Shape};

/// So many cards stand side by side, and in so many lines.
const SIDE_BY_SIDE: usize = 4;
const LINES: usize = 2;
/// So many rows stand below each other.
const MOST_ROWS: usize = 4;
/// How high a card is: two lines and what is around them.
const CARD: f32 = 2.0 * CLOSE + GAP;

/// So many fields have a place; if there are more, the last place says so.
fn places(breadth: Breadth) -> usize {
    if breadth == Breadth::Wide { SIDE_BY_SIDE * LINES } else { MOST_ROWS }
}

pub fn height(engine: &Encoding, breadth: Breadth) -> f32 {
    let many = engine.schema.fields.len().min(places(breadth));
    match breadth {
        Breadth::Wide => many.div_ceil(SIDE_BY_SIDE) as f32 * (CARD + GAP) - GAP,
        Breadth::Narrow => many as f32 * CLOSE,
    }
}

/// The fields that have a place, and how many have none.
fn seen(engine: &Encoding, breadth: Breadth) -> (&[Field], usize) {
    let (fields, places) = (&engine.schema.fields, places(breadth));
    let shown = if fields.len() > places { places - 1 } else { fields.len() };
    (&fields[..shown], fields.len() - shown)
}

/// Whether a step is about a field.
fn touched(engine: &Encoding, event: Option<&Event>, place: usize, field: &Field) -> bool {
    let reading = engine.shown.as_ref().and_then(|shown| shown.reading.as_ref()).and_then(|stretch| stretch.field);
    match event {
        Some(Event::ValuePut { name, .. } | Event::ValueRemoved { name, .. } | Event::FieldDeclared { name, .. }) => {
            *name == field.name
        }
        _ => reading == Some(place),
    }
}

/// How a field is written on the stage: its kind, its value, and all of it in words.
fn written(engine: &Encoding, field: &Field) -> (String, String, String) {
    let value = edit::shown(engine.record.field(&field.name));
    let kind = spelt(&field.kind, field.optional);
    let label = format!("{}, number {}, {kind}: {value}", field.name, field.number);
    (kind, value, label)
}

/// Name and kind above, and the value below them.
pub fn cards(scene: &mut Scene, engine: &Encoding, event: Option<&Event>, area: Area) {
    let (fields, hidden) = seen(engine, Breadth::Wide);
    let many = fields.len() + usize::from(hidden > 0);
    let (columns, rows) = (many.min(SIDE_BY_SIDE), many.div_ceil(SIDE_BY_SIDE));
    for (place, field) in fields.iter().enumerate() {
        let at = area.place(columns, rows, place);
        let (kind, value, label) = written(engine, field);
        let ground = if touched(engine, event, place, field) { "lens" } else { "cell" };
        let shape = boxed(format!("field {}", field.name), at, 2.0, ground);
        let mut own = at.own().inset(GAP / 2.0);
        let mut head = own.cut_top(CLOSE);
        let shape = put(shape, head.cut_right(Face::of("small").width(&kind)), Anchor::End, "small", &kind);
        let number = field.number.to_string();
        let shape = put(shape, head.cut_left(Face::of("small").width(&number)), Anchor::Start, "small", &number);
        head.cut_left(GAP / 2.0);
        let shape = put(shape, head, Anchor::Start, "strong", &field.name);
        scene.push(put(shape, own, Anchor::Start, "value", &value).label(label));
    }
    if hidden > 0 {
        let at = area.place(columns, rows, many - 1);
        scene.push(put(Shape::new("fields more", at.x, at.y), at.own(), Anchor::Start, "small", more(hidden)));
    }
}

/// A row for each, with its value at the end.
pub fn rows(scene: &mut Scene, engine: &Encoding, event: Option<&Event>, area: Area) {
    let (fields, hidden) = seen(engine, Breadth::Narrow);
    let small = Face::of("small");
    let widest = |of: fn(&Field) -> String| fields.iter().map(|it| small.width(&of(it))).fold(0.0, f32::max);
    let names = widest(|field| field.name.to_string()).min(area.width / 2.0);
    let kinds = widest(|field| spelt(&field.kind, field.optional)).min(area.width / 2.0 - names / 2.0);
    let mut rest = area;
    for (place, field) in fields.iter().enumerate() {
        let row = rest.cut_top(CLOSE);
        let (kind, value, label) = written(engine, field);
        let ground = if touched(engine, event, place, field) { "lens" } else { "says" };
        let mut own = row.own();
        let shape = boxed(format!("field {}", field.name), row, 2.0, ground);
        let shape = put(shape, own.cut_left(SMALL), Anchor::Start, "small", field.number.to_string());
        let shape = put(shape, own.cut_left(names), Anchor::Start, "small plain", &field.name);
        own.cut_left(GAP);
        let shape = put(shape, own.cut_left(kinds), Anchor::Start, "small", &kind);
        own.cut_left(GAP);
        scene.push(put(shape, own, Anchor::End, "small plain", &value).label(label));
    }
    if hidden > 0 {
        let row = rest.cut_top(CLOSE);
        scene.push(put(Shape::new("fields more", row.x, row.y), row.own(), Anchor::Start, "small", more(hidden)));
    }
}

fn more(hidden: usize) -> String {
    format!("… {hidden} more")
}
