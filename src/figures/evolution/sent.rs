//! Records on their way to a reader that has to learn the writer's schema: what travels, and what each way has cost.

use std::rc::Rc;

use super::line;
use super::work::{BYTE_LINES, draw_bytes};
use crate::engine::encoding::evolution::{Evolution, Piece, Shipment};
use crate::engine::spell::grouped;
use crate::engine::wording::count;
use crate::scene::area::{Area, GAP, Size};
use crate::scene::parts::{Column, Row, table};
use crate::scene::rows::{APART, EASY, put};
use crate::scene::{Anchor, Breadth, Scene, Shape};

/// A line for the head and for each piece.
fn pieces_height(sent: &Shipment, breadth: Breadth) -> f32 {
    (sent.pieces.len() + 1) as f32 * line(breadth)
}

/// A line for the head and for each way.
fn ways_height(evolution: &Evolution) -> f32 {
    (evolution.shipments.len() + 1) as f32 * EASY
}

/// How much room it takes: what travels, the first of its bytes, and what each way has cost.
pub(super) fn height(evolution: &Evolution, sent: &Shipment, breadth: Breadth) -> f32 {
    let (pieces, ways) = (pieces_height(sent, breadth), ways_height(evolution));
    let pieces = pieces + GAP + BYTE_LINES as f32 * line(breadth);
    if breadth == Breadth::Wide { pieces.max(ways) } else { pieces + GAP + ways }
}

pub(super) fn draw(
    scene: &mut Scene,
    evolution: &Evolution,
    (sent, arrived): (&Rc<Shipment>, usize),
    (area, breadth): (Area, Breadth),
) {
    let (mut pieces, mut costs) = if breadth == Breadth::Wide {
        let [left, right] = area.columns([Size::Share(1.0); 2]);
        (left, right)
    } else {
        let mut pieces = area;
        let costs = pieces.cut_bottom(ways_height(evolution));
        pieces.cut_bottom(GAP);
        (pieces, costs)
    };
    let costs = costs.cut_top(ways_height(evolution));
    let line = line(breadth);
    let title = format!("v{} to v{}, {}", sent.writer, sent.reader, count(sent.records, "record"));
    let head = pieces.cut_top(line);
    scene.push(put(Shape::new("sent", head.x, head.y), head.own(), Anchor::Start, "strong", title));
    let most = sent.pieces.iter().map(|piece| piece.encoded.bytes.len()).max().unwrap_or(1).max(1);
    for (place, piece) in (1..).zip(&sent.pieces) {
        let row = pieces.cut_top(line);
        draw_piece(scene, place, piece, place <= arrived, most, row);
    }
    if let Some(piece) = arrived.checked_sub(1).and_then(|last| sent.pieces.get(last)) {
        let writer = &evolution.versions[sent.writer as usize - 1];
        pieces.cut_top(GAP);
        let label = format!("the first bytes of {}", piece.name);
        let shape = Shape::new("sent bytes", pieces.x, pieces.y).label(label.as_str());
        scene.push(draw_bytes(shape, &piece.encoded, writer, (pieces, line), Some(&label)));
    }
    let dearest = evolution.shipments.iter().map(|sent| sent.bytes()).max().unwrap_or(1).max(1);
    let rows = evolution.shipments.iter().map(|sent| Row {
        key: format!("way {}", sent.way.name()),
        cells: vec![sent.way.name().to_owned(), grouped(sent.records), grouped(sent.about()), grouped(sent.bytes())],
        bar: Some((3, sent.bytes() as f32 / dearest as f32)),
    });
    let rows: Vec<Row> = rows.collect();
    if !rows.is_empty() {
        let columns = [Column("by", 2.0), Column("records", 1.0), Column("schema", 1.0), Column("bytes", 2.0)];
        table(scene, "ways", costs, &columns, &rows);
    }
}

/// What travels, as long as it is against the longest: the part about the schema, and the records.
fn draw_piece(scene: &mut Scene, place: usize, piece: &Piece, arrived: bool, most: usize, row: Area) {
    let at = Area { height: row.height - APART, ..row };
    let mut own = at.own();
    let bytes = piece.encoded.bytes.len();
    let way = if piece.from_writer { "→" } else { "←" };
    let text = format!("{way} {}", piece.name);
    let key = format!("piece {place}");
    let label = format!("{}, {}, {} about the schema", piece.name, count(bytes, "byte"), piece.about);
    let mut shape = Shape::new(key, at.x, at.y).label(label);
    shape = put(shape, own.cut_left(own.width * 0.5 - GAP), Anchor::Start, "small plain", text);
    let size = own.cut_right(own.width * 0.5 - GAP);
    own.cut_right(GAP);
    if !arrived {
        let empty = shape.rect(own.x, own.y, own.width, own.height, 2.0, "slot");
        scene.push(put(empty, size, Anchor::End, "small", "…"));
        return;
    }
    let share = |part: usize| own.width * part as f32 / most as f32;
    let about = piece.about as usize;
    shape = shape.rect(own.x, own.y, share(about), own.height, 2.0, "serving");
    shape = shape.rect(own.x + share(about), own.y, share(bytes - about), own.height, 2.0, "waiting");
    scene.push(put(shape, size, Anchor::End, "value", count(bytes, "byte")).selects());
}
