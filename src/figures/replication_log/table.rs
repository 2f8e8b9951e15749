//! The two tables.

use super::plan::Plan;
use super::{BETWEEN, COLUMNS, HEAD, LANE, MARK, PAD, Seen};
use crate::engine::cluster::NodeId;
use crate::engine::replication::replication_log::{LEADER, ReplicationLog, follower, leader, replica};
use crate::engine::table::{Column, Difference, Table, Value};
use crate::engine::wording::count;
use crate::figures::stage::Shown;
use crate::scene::area::{Area, GAP};
use crate::scene::text::Face;
use crate::scene::vocabulary::colours;
use crate::scene::{Anchor, Scene, Shape, Whence};

/// One of the two tables; the rows in those slots have just been written.
pub(super) fn draw_table(scene: &mut Scene, cluster: &Seen, plan: &Plan, node: NodeId, changed: &[usize]) {
    let (at, name, table) = (plan.area(node.into()), super::name(node), &replica(cluster, node).table);
    let is_leader = node == LEADER;
    let stopped = !cluster.is_up(node) || !is_leader && follower(cluster).halted.is_some();
    let class = if stopped { "stopped" } else { "" };
    let (title, status) = ReplicationLog::head(cluster, node);
    let (width, face) = (at.width, Face::of("name"));
    let (mut title, small) = (format!("{node} {title}"), Face::of("small"));
    let beside = small.width(&status) + 2.0 * GAP + GAP;
    if face.width(&title) + beside > width {
        // The version is the same on all clusters but those that are about it.
        title = title.split(" · ").next().unwrap_or_default().to_owned();
    }
    let status = if face.width(&title) + beside > width { tail(&status) } else { status };
    let mut card = Shape::new(name, at.x, at.y)
        .rect(0.0, 0.0, width, at.height, GAP, "card")
        .text(GAP, LANE, Anchor::Start, "name", title)
        .text(width - GAP, LANE, Anchor::End, "small", status)
        .class(class)
        .label(format!("the {name}: {} in the order of its disk", count(table.rows().count(), "row")));
    let stops = stops(table, width - 2.0 * PAD);
    for (column, (x, room)) in table.schema.columns.iter().zip(&stops) {
        card = card.text(x + PAD, HEAD - GAP, Anchor::Start, "small", small.fit_words(column.name, *room));
    }
    let row_at = |slot: usize| HEAD + slot as f32 * plan.row;
    scene.push(card);
    for slot in (0..table.schema.slots).filter(|slot| !table.rows().any(|(other, _)| other == *slot)) {
        let free = Shape::new(format!("{name}/slot {}", slot + 1), at.x + PAD, at.y + row_at(slot));
        scene.push(free.rect(0.0, 0.0, width - 2.0 * PAD, plan.row - BETWEEN, 2.0, "slot").class(class));
    }
    for (slot, row) in table.rows() {
        let shape = Shape::new(format!("{name}/row {}", row[0]), at.x + PAD, at.y + row_at(slot));
        let owner = if is_leader { leader(cluster).owner(slot) } else { None };
        let room = Area { x: 0.0, y: 0.0, width: width - 2.0 * PAD, height: plan.row - BETWEEN };
        let shape =
            draw_row(shape, &cluster.witness.differences, room, (table, &stops), &row, owner.map(|it| it.to_string()))
                .changed(changed.contains(&slot))
                .class(if owner.is_some() && !stopped { "copy" } else { class })
                .label(format!(
                    "row {} of the {name}, in slot {} of its disk: {}",
                    row[0],
                    slot + 1,
                    spelled(table, &row)
                ))
                .selects();
        scene.push(if is_leader { shape } else { shape.born(Whence::At(plan.way.middle())) });
    }
}

/// A row's values, each with the name of its column.
fn spelled(table: &Table, row: &[Value]) -> String {
    let values = table.schema.columns.iter().zip(row).skip(1);
    values.map(|(column, value)| format!("{} {value}", column.name)).collect::<Vec<_>>().join(", ")
}

/// Where each column begins, and how much room it has; at the right some is left for a mark.
fn stops(table: &Table, width: f32) -> Vec<(f32, f32)> {
    let of = |tag: u8| COLUMNS[usize::from(tag)];
    let all: f32 = table.schema.columns.iter().map(|column| of(column.tag)).sum();
    let scale = (width - GAP - MARK) / all;
    let mut x = GAP;
    let stop = |column: &Column| {
        x += of(column.tag) * scale;
        (x - of(column.tag) * scale, of(column.tag) * scale - PAD)
    };
    table.schema.columns.iter().map(stop).collect()
}

/// Of a time of day what comes last, from the seconds on.
fn tail(time: &str) -> String {
    time.rfind(':').map_or(time, |at| &time[at..]).to_owned()
}

/// A row's values, those marked that the other replica has otherwise; and at its right, whose it is as long as that is not
/// committed.
fn draw_row(
    shape: Shape,
    differences: &[Difference],
    room: Area,
    (table, stops): (&Table, &[(f32, f32)]),
    row: &[Value],
    owner: Option<String>,
) -> Shape {
    let Area { width, height, .. } = room;
    let base = height / 2.0 + PAD;
    let is_whole = |it: &Difference| it.id() == &row[0] && !matches!(it, Difference::Column { .. });
    let alone = differences.iter().any(is_whole);
    let (key, wash) = colours(&row[0].to_string());
    let look = if alone { "torn" } else { "cell" };
    let mut shape = shape
        .rect(0.0, 0.0, width, height, 2.0, look)
        .rect(0.0, 0.0, width, height, 2.0, wash)
        .rect(0.0, 0.0, PAD, height, 2.0, key);
    let mut any = alone;
    for ((column, value), (x, room)) in table.schema.columns.iter().zip(row).zip(stops) {
        if !alone && differences.iter().any(|it| it.is_at(&row[0], column.name)) {
            any = true;
            shape = shape.rect(x - 2.0, 1.0, *room, height - 2.0, 2.0, "torn");
        }
        let face = Face::of("small");
        let mut said = value.to_string();
        if face.width(&said) > *room && matches!(value, Value::Time(_)) {
            said = tail(&said);
        }
        let class = if column.tag == 1 { "small strong" } else { "small plain" };
        shape = shape.text(*x, base, Anchor::Start, class, Face::of(class).fit(&said, *room));
    }
    let mark = owner.or_else(|| any.then(|| if alone { "!" } else { "≠" }.to_owned()));
    shape.text(width - PAD, base, Anchor::End, "small strong", mark.unwrap_or_default())
}
