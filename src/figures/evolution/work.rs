//! The cell under work: the writer's fields with their values, the bytes, and the reader's fields with what became of them.

use std::rc::Rc;

use super::{field, line, wash};
use crate::engine::encoding::evolution::{Cell, Column, Event, Evolution, Fault, How, Verdict, Version, spelt};
use crate::engine::format::Encoded;
use crate::engine::wording::count;
use crate::scene::area::{Area, GAP, Size};
use crate::scene::rows::{APART, EASY, boxed, put};
use crate::scene::text::Face;
use crate::scene::{Anchor, Breadth, Scene, Shape};

/// Below the fields, on a phone.
pub(super) const BYTE_LINES: usize = 3;

/// Before anything is read: the newest version's fields, and how the family's own language spells them; beside each other,
/// or the one below the other.
pub(super) fn draw_newest(scene: &mut Scene, evolution: &Evolution, area: Area, breadth: Breadth) {
    let version = evolution.newest();
    let (line, tall) = (line(breadth), field(evolution, breadth));
    let [mut fields, mut texts] = area.columns([Size::Share(1.0); 2]);
    let family = evolution.settings.family.said();
    let (left, right) = (fields.cut_top(line), texts.cut_top(line));
    if breadth == Breadth::Wide {
        heading(scene, "schema", left, &format!("the schema of v{}", version.number));
        heading(scene, "language", right, &format!("as {family} spells it"));
    } else {
        fields.width = area.width;
        heading(
            scene,
            "schema",
            Area { width: area.width, ..left },
            &format!("v{}, and how {family} spells it", version.number),
        );
    }
    for column in version.columns.iter() {
        let mut said = column.said.clone();
        if let Some(default) = &column.default {
            said = format!("{said} = {default}");
        }
        let mut row = fields.cut_top(tall);
        let mut at = texts.cut_top(tall);
        if tall > EASY {
            at = Area { height: row.height / 2.0 - APART, ..row.cut_bottom(row.height / 2.0) };
            row.height += APART;
        }
        let field =
            Row { column: Some(column), key: format!("field {}", column.name), right: said, class: "small", mark: "" };
        draw_row(scene, evolution, row, &field);
        let spelt = spelt(evolution.settings.family, version, column);
        let shape = Shape::new(format!("spelt {}", column.name), at.x, at.y).label(spelt.as_str());
        scene.push(put(shape, at.own(), Anchor::Start, "small data", spelt));
    }
}

pub(super) fn draw(
    scene: &mut Scene,
    evolution: &Evolution,
    (cell, read): (&Rc<Cell>, usize),
    event: Option<&Event>,
    (mut area, breadth): (Area, Breadth),
) {
    let line = line(breadth);
    let [writer, reader] = [cell.writer, cell.reader].map(|number| &evolution.versions[number as usize - 1]);
    let ended = matches!(event, Some(Event::ReadFailed { .. } | Event::CellFilled { .. } | Event::MatrixRead { .. }));
    let foot = area.cut_bottom(if breadth == Breadth::Wide { line } else { 2.0 * line });
    let (left, bytes, right) = if breadth == Breadth::Wide {
        let [left, bytes, right] = area.columns([Size::Share(1.0); 3]);
        (left, bytes, right)
    } else {
        let bytes = area.cut_bottom(BYTE_LINES as f32 * line);
        let [left, right] = area.columns([Size::Share(1.0); 2]);
        (left, bytes, right)
    };
    let tall = field(evolution, breadth);
    draw_writer(scene, evolution, (cell, read), (writer, left, line), tall);
    if !cell.encoded.bytes.is_empty() {
        let label = format!("{} as v{} writes them", count(cell.encoded.bytes.len(), "byte"), cell.writer);
        let shape = Shape::new("record", bytes.x, bytes.y).selects().label(label);
        let heads = breadth == Breadth::Wide;
        scene.push(draw_bytes(shape, &cell.encoded, writer, (bytes, line), heads.then_some("the bytes")));
    }
    draw_reader(scene, evolution, (cell, read), (reader, right, line), tall);
    if let (Some(fault), true) = (&cell.error, ended) {
        let text = match fault {
            Fault::Unwritable(reason) => reason.clone(),
            Fault::Unreadable { field, reason } if field.is_empty() => reason.clone(),
            Fault::Unreadable { field, reason } => format!("{field}: {reason}"),
        };
        let shape = Shape::new("error", foot.x, foot.y).label(text.clone());
        let lines = Face::of("bad").wrap(&format!("✗ {text}"), foot.width, (foot.height / line) as usize);
        let shape = lines.iter().enumerate().fold(shape, |shape, (place, said)| {
            put(shape, foot.own().row(lines.len(), place), Anchor::Start, "bad", said)
        });
        scene.push(shape);
    }
}

/// A field of one side.
struct Row<'a> {
    /// Nothing for a field that this side does not have.
    column: Option<&'a Column>,
    key: String,
    right: String,
    class: &'static str,
    mark: &'static str,
}

fn heading(scene: &mut Scene, key: &str, at: Area, text: &str) {
    scene.push(put(Shape::new(key, at.x, at.y), at.own(), Anchor::Start, "strong", text));
}

fn draw_row(scene: &mut Scene, evolution: &Evolution, at: Area, row: &Row) {
    let Some(column) = row.column else { return };
    let at = Area { height: at.height - APART, ..at };
    let mut own = at.own();
    let in_two = at.height > EASY;
    let shape = boxed(row.key.as_str(), at, 2.0, if row.mark == "…" { "slot" } else { "cell" });
    let mut shape = shape.rect(0.0, 0.0, at.width, at.height, 2.0, wash(column.id));
    if !row.mark.is_empty() {
        let class = match row.mark {
            "✓" => "good strong",
            "≠" | "✗" => "bad strong",
            _ => "strong",
        };
        let mark = own.cut_right(2.0 * GAP);
        let mark = if in_two { Area { height: own.height / 2.0, ..mark } } else { mark };
        shape = put(shape, mark, Anchor::Middle, class, row.mark);
    }
    own.cut_left(GAP / 2.0);
    own.cut_right(GAP / 2.0);
    let number = if evolution.settings.family.is_numbered() { format!("{} ", column.number) } else { String::new() };
    let name = format!("{number}{}", column.name);
    if in_two {
        // The mark stands in the upper line.
        let lower = Area { width: at.width - GAP, ..own.cut_bottom(own.height / 2.0) };
        let upper = own;
        let label = format!("{name}: {}", row.right);
        shape = put(shape, upper, Anchor::Start, "key", name);
        scene.push(put(shape, lower, Anchor::Start, row.class, &row.right).label(label));
        return;
    }
    let face = Face::of("key");
    let room = (own.width * 0.5).max(own.width - Face::of(row.class).width(&row.right) - GAP);
    let name = face.fit(&name, room);
    let label = format!("{name}: {}", row.right);
    let left = own.cut_left(face.width(&name) + GAP);
    shape = put(shape, left, Anchor::Start, "key", name);
    scene.push(put(shape, own, Anchor::End, row.class, &row.right).label(label));
}

fn draw_writer(
    scene: &mut Scene,
    evolution: &Evolution,
    (cell, read): (&Cell, usize),
    (writer, mut area, line): (&Version, Area, f32),
    tall: f32,
) {
    let size =
        if cell.encoded.bytes.is_empty() { "nothing".to_owned() } else { count(cell.encoded.bytes.len(), "byte") };
    heading(scene, "writer", area.cut_top(line), &format!("v{} writes {size}", writer.number));
    for column in writer.columns.iter() {
        let written = cell.written.iter().find(|(id, ..)| *id == column.id);
        let right = written.map_or_else(|| column.said.clone(), |(.., value)| value.clone());
        let passed = cell.skipped.iter().position(|(name, _)| *name == column.name);
        let mark = if passed.is_some_and(|place| cell.got.len() + place < read) { "−" } else { "" };
        let row = Row { column: Some(column), key: format!("writer/{}", column.name), right, class: "value", mark };
        draw_row(scene, evolution, area.cut_top(tall), &row);
    }
}

fn draw_reader(
    scene: &mut Scene,
    evolution: &Evolution,
    (cell, read): (&Cell, usize),
    (reader, mut area, line): (&Version, Area, f32),
    tall: f32,
) {
    heading(scene, "reader", area.cut_top(line), &format!("v{} reads", reader.number));
    for (place, column) in reader.columns.iter().enumerate() {
        let got = cell.got.get(place).filter(|_| place < read);
        let failed = matches!(&cell.error, Some(Fault::Unreadable { field, .. }) if field.split('.').next() == Some(&*column.name));
        let (right, mark) = match got {
            Some(got) => (got.value.clone(), mark(&got.how)),
            None if failed && read >= cell.got.len() => (column.said.clone(), "✗"),
            None => (column.said.clone(), "…"),
        };
        let class = if got.is_some() { "value" } else { "small" };
        let row = Row { column: Some(column), key: format!("reader/{}", column.name), right, class, mark };
        draw_row(scene, evolution, area.cut_top(tall), &row);
    }
}

fn mark(how: &How) -> &'static str {
    match how {
        How::Same | How::Converted { .. } | How::Renamed { .. } => Verdict::Fine.mark(),
        How::Filled | How::UnknownSymbol { .. } => Verdict::Filled.mark(),
        How::Changed { .. } | How::Misread { .. } => Verdict::Wrong.mark(),
        How::Lost { .. } | How::PassedOver { .. } | How::Unsaid { .. } => Verdict::Wrong.mark(),
    }
}

/// Bytes in the colours of the fields that they belong to, below a head, as many as there is room for.
pub(super) fn draw_bytes(
    mut shape: Shape,
    encoded: &Encoded,
    writer: &Version,
    (area, line): (Area, f32),
    heads: Option<&str>,
) -> Shape {
    let bytes = &encoded.bytes;
    let mut area = area.own();
    if let Some(text) = heads {
        shape = put(shape, area.cut_top(line), Anchor::Start, "strong", text);
    }
    let face = Face::of("offset");
    let each = face.width("00") + GAP / 2.0;
    let columns = (area.width / each) as usize;
    let rows = (area.height / line) as usize;
    let room = columns * rows;
    let shown = if bytes.len() > room { room.saturating_sub(1) } else { bytes.len() };
    let place = |at: usize| Area {
        x: (at % columns) as f32 * each,
        y: area.y + (at / columns) as f32 * line,
        width: each,
        height: line - APART,
    };
    let mut spans = encoded.spans.iter().peekable();
    for (at, byte) in bytes.iter().enumerate().take(shown) {
        let here = place(at);
        while spans.next_if(|part| part.range.end <= at).is_some() {}
        let of = spans.peek().filter(|part| part.range.contains(&at));
        let of = of.and_then(|part| writer.columns.get(part.field?));
        shape = match of {
            Some(column) => shape.rect(here.x, here.y, here.width, here.height, 0.0, wash(column.id)),
            None => shape,
        };
        shape = put(shape, here, Anchor::Middle, "offset", format!("{byte:02x}"));
    }
    if shown < bytes.len() && room > 0 {
        shape = put(shape, place(shown), Anchor::Middle, "offset", "…");
    }
    shape
}
