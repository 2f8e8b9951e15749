//! The two tables.

use super::plan::Plan;
use super::{COLUMNS, HEAD, LANE, PAD, Seen};
use crate::engine::cluster::NodeId;
use crate::engine::replication::replication_log::{LEADER, ReplicationLog, follower, leader, replica};
use crate::engine::table::{Difference, Table, Value};
use crate::engine::wording::count;
use crate::figures::stage::Shown;
use crate::scene::area::{Area, GAP};
use crate::scene::text::{self, SMALL, fit};
use crate::scene::vocabulary::hue;
use crate::scene::{Anchor, Scene, Shape, Whence};

/// One of the two tables; the rows in those slots have just been written.
pub(super) fn draw_table(scene: &mut Scene, cluster: &Seen, plan: &Plan, node: NodeId, changed: &[usize]) {
    let (at, name, table) = (plan.area(node.into()), super::name(node), &replica(cluster, node).table);
    let is_leader = node == LEADER;
    let stopped = !cluster.is_up(node) || !is_leader && follower(cluster).halted.is_some();
    let class = if stopped { "stopped" } else { "" };
    let (title, status) = ReplicationLog::head(cluster, node);
    let width = at.width;
    let mut card = Shape::new(name, at.x, at.y)
        .rect(0.0, 0.0, width, at.height, GAP, "card")
        .text(GAP, LANE, Anchor::Start, "name", format!("{node} {title}"))
        .text(width - GAP, LANE, Anchor::End, "small", status)
        .class(class)
        .label(format!("the {name}: {} in the order of its disk", count(table.rows().count(), "row")));
    let mut x = PAD + GAP;
    for column in table.schema.columns {
        card = card.text(x, HEAD - GAP, Anchor::Start, "small", column.name);
        x += COLUMNS[usize::from(column.tag)];
    }
    let row_at = |slot: usize| HEAD + slot as f32 * plan.row;
    for slot in 0..table.schema.slots {
        card = card.rect(PAD, row_at(slot), width - 2.0 * PAD, plan.row - PAD, 2.0, "slot");
    }
    scene.push(card);
    for (slot, row) in table.rows() {
        let shape = Shape::new(format!("{name}/row {}", row[0]), at.x + PAD, at.y + row_at(slot));
        let owner = if is_leader { leader(cluster).owner(slot) } else { None };
        let room = Area { x: 0.0, y: 0.0, width: width - 2.0 * PAD, height: plan.row - PAD };
        let mut shape = draw_row(shape, &cluster.witness.differences, room, table, &row)
            .changed(changed.contains(&slot))
            .class(if owner.is_some() && !stopped { "copy" } else { class })
            .label(format!("row {} of the {name}, in slot {} of its disk", row[0], slot + 1))
            .selects();
        if let Some(owner) = owner {
            let mark = owner.to_string();
            shape = shape.text(room.width - GAP, room.height / 2.0 + PAD, Anchor::End, "small", mark);
        }
        scene.push(if is_leader { shape } else { shape.born(Whence::At(plan.way.1)) });
    }
}

/// A row's values, those marked that the other replica has otherwise.
fn draw_row(shape: Shape, differences: &[Difference], room: Area, table: &Table, row: &[Value]) -> Shape {
    let Area { width, height, .. } = room;
    let base = height / 2.0 + PAD;
    let is_whole = |it: &Difference| it.id() == &row[0] && !matches!(it, Difference::Column { .. });
    let alone = differences.iter().any(is_whole);
    let key = hue(&row[0].to_string());
    let look = if alone { "torn" } else { "cell" };
    let mut shape = shape.rect(0.0, 0.0, width, height, 2.0, look).rect(0.0, 0.0, PAD, height, 2.0, key);
    let mut x = GAP;
    let mut any = alone;
    for (column, value) in table.schema.columns.iter().zip(row) {
        let room = COLUMNS[usize::from(column.tag)];
        if !alone && differences.iter().any(|it| it.is_at(&row[0], column.name)) {
            any = true;
            shape = shape.rect(x - 2.0, 1.0, room - 2.0, height - 2.0, 2.0, "torn");
        }
        let class = if column.tag == 1 { "key" } else { "small" };
        shape = shape.text(x, base, Anchor::Start, class, fit(&value.to_string(), room - PAD, SMALL));
        x += room;
    }
    let mark = match (any, alone) {
        (false, _) => return shape,
        (_, false) => ("strong", "≠"),
        _ if width - x >= text::width("only here", SMALL) + PAD => ("small", "only here"),
        _ => ("small", "!"),
    };
    shape.text(width - PAD, base, Anchor::End, mark.0, mark.1)
}
