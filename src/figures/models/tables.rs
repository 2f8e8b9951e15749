//! Tables: a box for each row, under the name of its table.

use super::{lit, names_width, touched};
use crate::engine::model::models::Pane;
use crate::engine::model::models::rows::Rows;
use crate::engine::table::database::Relation;
use crate::engine::table::datum::Datum;
use crate::engine::table::record;
use crate::scene::area::{Area, GAP, Size};
use crate::scene::parts::PAD;
use crate::scene::rows::{CLOSE, EASY, put};
use crate::scene::text::Face;
use crate::scene::{Anchor, Scene, Shape};

/// The tables of each column of a wide pane, by their places in the schema: about as many rows at the left as at the right.
const COLUMNS: [&[usize]; 2] = [&[0, 1, 4], &[2, 3]];
/// The longest row of each that is there without a reader's doing.
const LONGEST: [&str; 2] = ["6 Margaret Keller →3", "6 →4 Professor Institute"];

/// On a phone, a row of a table that has fewer is as wide as if it had so many.
const FEWEST: usize = 3;

/// What a wide pane needs for rows that are not cut.
pub(super) fn width() -> f32 {
    columns().iter().sum::<f32>() + GAP + 2.0 * PAD
}

fn columns() -> [f32; 2] {
    LONGEST.map(|row| Face::of("small plain").width(row) + GAP + 1.0)
}

pub(super) fn draw(scene: &mut Scene, pane: &Pane, rows: &Rows, area: Area, is_wide: bool) {
    let tables: Vec<&Relation> = rows.database.tables().collect();
    if !is_wide {
        return draw_close(scene, pane, &tables, area);
    }
    let widths = columns().map(Size::Share);
    for (places, mut column) in COLUMNS.into_iter().zip(area.columns(widths)) {
        let part: Vec<&Relation> = places.iter().filter_map(|place| tables.get(*place).copied()).collect();
        let lines: usize = part.iter().map(|table| table.row_count().max(1) + 1).sum();
        let pitch = ((column.height - GAP * part.len() as f32) / lines.max(1) as f32).min(EASY + 2.0);
        for table in part {
            let head = column.cut_top(pitch);
            let shape = Shape::new(format!("table {}", table.name), head.x, head.y);
            scene.push(put(shape, head.own(), Anchor::Start, "small", &table.name));
            for (number, record) in table.records() {
                let mut at = column.cut_top(pitch);
                at.height -= 1.0;
                let what = format!("{} {number}", table.name);
                let text = said(table, number, record, false);
                let label = format!("{}: {}", table.name, said(table, number, record, true));
                let key = format!("{} {what}", pane.model.name());
                scene.push(lit(key, at, touched(pane, &what), &text, &label));
            }
            if table.row_count() == 0 {
                column.cut_top(pitch);
            }
            column.cut_top(GAP);
        }
    }
}

/// Its number, and its other values; texts as they are, or quoted where a sentence has them.
fn said(table: &Relation, number: i64, record: &[u8], is_quoted: bool) -> String {
    let all: Vec<usize> = (0..table.columns.len()).collect();
    let values = record::columns(record, number, &table.columns, &all);
    let value = |(place, value): (usize, &Datum)| match table.columns[place].references {
        Some(_) => format!("→{value}"),
        None if is_quoted => value.literal(),
        None => value.to_string(),
    };
    let kept = values.iter().enumerate().filter(|(_, value)| !value.is_null());
    kept.map(value).collect::<Vec<_>>().join(" ")
}

/// On a phone, a table is a line: a row is its number, and the rest of it where there is room.
fn draw_close(scene: &mut Scene, pane: &Pane, tables: &[&Relation], area: Area) {
    for (place, table) in tables.iter().enumerate() {
        let mut line = area.row(tables.len(), place);
        line.height = line.height.min(CLOSE);
        let name = line.cut_left(names_width());
        let shape = Shape::new(format!("table {}", table.name), name.x, name.y);
        scene.push(put(shape, name.own(), Anchor::Start, "small", &table.name));
        let room = line.width / table.row_count().max(FEWEST) as f32 - 2.0;
        let face = Face::of("small plain");
        let fits =
            table.records().all(|(number, record)| face.width(&said(table, number, record, false)) + GAP <= room);
        for (place, (number, record)) in table.records().enumerate() {
            let at = Area { x: line.x + (room + 2.0) * place as f32, width: room, ..line };
            let what = format!("{} {number}", table.name);
            let key = format!("{} {what}", pane.model.name());
            let label = format!("{}: {}", table.name, said(table, number, record, true));
            let text = if fits { said(table, number, record, false) } else { number.to_string() };
            scene.push(lit(key, at, touched(pane, &what), &text, &label));
        }
    }
}
