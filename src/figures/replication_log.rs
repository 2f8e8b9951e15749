//! How a replication log is drawn: the leader's table, what is shipped, and the follower's table, side by side, each row
//! where it lies on its replica's disk. Where the two differ is marked on both.

mod diagram;

use super::diagram::Cluster;
use super::{About, Fault, Figure, plug};
use crate::engine::Dump;
use crate::engine::replication::replication_log::{Entry, Event, Method, ReplicationLog, TICKETS, Which, told};
use crate::engine::table::{Difference, Table, Value};
use crate::engine::wording::count;
use crate::scene::svg::number as n;
use crate::scene::text::{SMALL, fit};
use crate::scene::vocabulary::{envelope, hue};
use crate::scene::{Anchor, Breadth, Point, Scene, Shape, Whence};

pub struct ReplicationLogFigure;

impl Figure for ReplicationLogFigure {
    type Engine = ReplicationLog;

    const ABOUT: About = About {
        kind: "replication-log",
        title: "What is in a replication log",
        summary: "The same writes, shipped as statements, as bytes of the write-ahead log, as rows or by triggers.",
        chapter: "replication/logs",
        example: "INSERT INTO tickets (holder) VALUES ('ann'), ('bob'), ('eve')
UPDATE tickets SET lot = RAND() WHERE holder <> 'bob'
UPDATE tickets SET at = NOW() LIMIT 1",
    };

    const PLUG: Option<&'static str> = Some(plug::STOP);

    fn draw(engine: &ReplicationLog, event: Option<&Event>, breadth: Breadth) -> Scene {
        let plan = Plan::new(breadth);
        let mut scene = Scene::new(breadth.width(), plan.height);
        draw_banner(&mut scene, engine, breadth);
        let (leader_clock, follower_clock) = engine.clocks();
        let (on_leader, on_follower): (&[usize], &[usize]) = match event {
            Some(Event::Executed { slots, .. }) => (slots, &[]),
            Some(Event::Applied { slots, .. }) => (&[], slots),
            _ => (&[], &[]),
        };
        let leader = Side { name: "leader", at: plan.leader, clock: leader_clock.to_string(), changed: on_leader };
        let follower =
            Side { name: "follower", at: plan.follower, clock: follower_clock.to_string(), changed: on_follower };
        draw_table(&mut scene, engine, &plan, &leader);
        draw_table(&mut scene, engine, &plan, &follower);
        draw_link(&mut scene, engine, &plan);
        draw_log(&mut scene, engine, &plan);
        scene
    }

    fn cluster(engine: &ReplicationLog) -> Option<&dyn Cluster> {
        Some(engine)
    }

    fn faults(engine: &ReplicationLog) -> Vec<Fault> {
        plug::stop(engine, None, false)
    }

    fn dump(engine: &ReplicationLog, key: &str) -> Option<Dump> {
        engine.dump(key)
    }
}

/// The banner that tells how the replicas stand.
const BANNER: f32 = 44.0;
/// The top of a table, with its name and those of its columns.
const HEAD: f32 = 44.0;
/// A line of small text.
const LINE: f32 = 14.0;
/// How wide a column is drawn, by its tag.
const COLUMNS: [f32; 6] = [0.0, 34.0, 90.0, 44.0, 88.0, 34.0];

struct Plan {
    height: f32,
    table_width: f32,
    row: f32,
    leader: Point,
    follower: Point,
    /// The log between them: its corner, its width and its height.
    log: Point,
    log_width: f32,
    log_height: f32,
    /// The way of an entry, from the leader to the follower.
    way: (Point, Point),
}

impl Plan {
    fn new(breadth: Breadth) -> Plan {
        match breadth {
            Breadth::Wide => {
                let (row, table_width) = (27.0, 338.0);
                let height = BANNER + HEAD + TICKETS.slots as f32 * row + 16.0;
                let (left, right) = (8.0 + table_width, 952.0 - table_width);
                Plan {
                    height,
                    table_width,
                    row,
                    leader: Point::new(8.0, BANNER),
                    follower: Point::new(right, BANNER),
                    log: Point::new(left + 14.0, BANNER + HEAD),
                    log_width: right - left - 28.0,
                    log_height: height - BANNER - HEAD - 8.0,
                    way: (Point::new(left + 2.0, BANNER + 20.0), Point::new(right - 2.0, BANNER + 20.0)),
                }
            }
            Breadth::Narrow => {
                let (row, table) = (18.0, HEAD + TICKETS.slots as f32 * 18.0 + 6.0);
                let log = 178.0;
                let (top, bottom) = (BANNER + table, BANNER + table + log);
                Plan {
                    height: bottom + table + 8.0,
                    table_width: 384.0,
                    row,
                    leader: Point::new(8.0, BANNER),
                    follower: Point::new(8.0, bottom),
                    log: Point::new(8.0, top + 8.0),
                    log_width: 340.0,
                    log_height: log - 16.0,
                    way: (Point::new(374.0, top + 2.0), Point::new(374.0, bottom - 2.0)),
                }
            }
        }
    }
}

fn draw_banner(scene: &mut Scene, engine: &ReplicationLog, breadth: Breadth) {
    let width = breadth.width();
    let method = match engine.settings.method {
        Method::Statements => "log of statements",
        Method::WriteAheadLog => "write-ahead log",
        Method::Rows => "log of rows",
        Method::Triggers => "change table",
    };
    let (waiting, differences) = (engine.waiting(), engine.differences.len());
    let off = [Which::Leader, Which::Follower].into_iter().find(|which| !engine.is_up(*which));
    let (what, why) = if let Some(which) = off {
        (format!("The {} is off", which.name()), String::new())
    } else if let Some(reason) = engine.halted() {
        ("The follower has stopped".to_owned(), reason.to_owned())
    } else if differences > 0 {
        let plural = if differences == 1 { "" } else { "s" };
        (format!("Diverged: {differences} difference{plural}"), told(&engine.differences[0]))
    } else if waiting > 0 {
        (format!("The follower is {waiting} behind"), String::new())
    } else if engine.log.is_empty() {
        ("Nothing is written yet".to_owned(), String::new())
    } else {
        ("Both hold the same".to_owned(), String::new())
    };
    let wrong = engine.halted().is_some() || differences > 0;
    let room = width - 32.0 - 130.0;
    let mut banner = Shape::new("banner", 0.0, 0.0)
        .text(16.0, 18.0, Anchor::Start, "strong", fit(&what, room, 13.0))
        .text(width - 16.0, 18.0, Anchor::End, "small", method)
        .label(format!("{what}. {why}"));
    if wrong {
        banner = banner.text(16.0, 35.0, Anchor::Start, "small", fit(&why, width - 32.0, SMALL));
    }
    scene.push(banner);
}

/// One of the two tables.
struct Side<'a> {
    name: &'static str,
    at: Point,
    clock: String,
    /// The slots that have just been written.
    changed: &'a [usize],
}

fn draw_table(scene: &mut Scene, engine: &ReplicationLog, plan: &Plan, side: &Side) {
    let is_leader = side.name == "leader";
    let table = if is_leader { engine.leader() } else { engine.follower() };
    let is_off = !engine.is_up(if is_leader { Which::Leader } else { Which::Follower });
    let stopped = is_off || !is_leader && engine.halted().is_some();
    let clock = match () {
        () if is_off => "off: what its disk has",
        () if stopped => "stopped",
        () => &side.clock,
    };
    let (width, height) = (plan.table_width, HEAD + TICKETS.slots as f32 * plan.row + 6.0);
    let title = format!("{} · version {}", side.name, table.schema.version);
    let mut card = Shape::new(side.name, side.at.x, side.at.y)
        .rect(0.0, 0.0, width, height, 8.0, "card")
        .text(12.0, 18.0, Anchor::Start, "name", title)
        .text(width - 12.0, 18.0, Anchor::End, "small", clock)
        .class(if stopped { "stopped" } else { "" })
        .label(format!("the {}: {} in the order of its disk", side.name, count(table.rows().count(), "row")));
    let mut x = 14.0;
    for column in table.schema.columns {
        card = card.text(x, 36.0, Anchor::Start, "small", column.name);
        x += COLUMNS[usize::from(column.tag)];
    }
    for slot in 0..TICKETS.slots {
        card = card.rect(6.0, HEAD + slot as f32 * plan.row, width - 12.0, plan.row - 3.0, 2.0, "slot");
    }
    scene.push(card);
    for (slot, row) in table.rows() {
        let id = row[0].to_string();
        let y = side.at.y + HEAD + slot as f32 * plan.row;
        let shape = Shape::new(format!("{}/row {id}", side.name), side.at.x + 6.0, y);
        let owner = if is_leader { engine.owner(slot) } else { None };
        let mut shape = draw_row(shape, engine, plan, table, &row)
            .changed(side.changed.contains(&slot))
            .class(if stopped {
                "stopped"
            } else if owner.is_some() {
                "copy"
            } else {
                ""
            })
            .label(format!("row {id} of the {}, in slot {} of its disk", side.name, slot + 1))
            .selects();
        if let Some(owner) = owner {
            shape = shape.text(width - 18.0, plan.row / 2.0 + 2.5, Anchor::End, "small", owner.to_string());
        }
        scene.push(if is_leader { shape } else { shape.born(Whence::At(plan.way.1)) });
    }
}

/// A row's values, those marked that the other replica has otherwise.
fn draw_row(mut shape: Shape, engine: &ReplicationLog, plan: &Plan, table: &Table, row: &[Value]) -> Shape {
    let (width, height) = (plan.table_width - 12.0, plan.row - 3.0);
    let base = height / 2.0 + 4.0;
    let differs = |column: &str| engine.differences.iter().any(|difference| difference.is_at(&row[0], column));
    let alone = engine
        .differences
        .iter()
        .any(|difference| difference.id() == &row[0] && !matches!(difference, Difference::Column { .. }));
    shape = shape.rect(0.0, 0.0, width, height, 2.0, if alone { "torn" } else { "cell" }).rect(
        0.0,
        0.0,
        4.0,
        height,
        2.0,
        hue(&row[0].to_string()),
    );
    let mut x = 8.0;
    let mut any = alone;
    for (column, value) in table.schema.columns.iter().zip(row) {
        let room = COLUMNS[usize::from(column.tag)];
        if !alone && differs(column.name) {
            any = true;
            shape = shape.rect(x - 3.0, 1.5, room - 2.0, height - 3.0, 2.0, "torn");
        }
        let class = if column.tag == 1 { "key" } else { "small" };
        let text = fit(&value.to_string(), room - 4.0, if column.tag == 1 { 13.0 } else { SMALL });
        shape = shape.text(x, base, Anchor::Start, class, text);
        x += room;
    }
    if any {
        let mark = match alone {
            true if width - x >= 60.0 => "only here",
            true => "!",
            false => "≠",
        };
        shape = shape.text(width - 4.0, base, Anchor::End, if alone { "small" } else { "strong" }, mark);
    }
    shape
}

/// The way to the follower, and what is on it.
fn draw_link(scene: &mut Scene, engine: &ReplicationLog, plan: &Plan) {
    let (from, to) = plan.way;
    let (dx, dy) = (to.x - from.x, to.y - from.y);
    let cut = engine.is_cut();
    let mut link = Shape::new("link", from.x, from.y)
        .path(format!("M0 0L{} {}", n(dx), n(dy)), if cut { "link-cut" } else { "link" });
    if cut {
        link = link.path(format!("M{} {}l12 12m0 -12l-12 12", n(dx / 2.0 - 6.0), n(dy / 2.0 - 6.0)), "cross");
    }
    scene.push(link.label(if cut { "the link to the follower is cut" } else { "the link to the follower" }));
    if let Some(entry) = engine.on_the_way() {
        let at = from.towards(to, 0.5);
        let message = envelope(format!("message {}", entry.number), at.x, at.y, "envelope")
            .text(0.0, 21.0, Anchor::Middle, "small", entry.number.to_string())
            .changed(true)
            .born(Whence::At(from))
            .gone(Whence::At(to))
            .label(format!("entry {} on its way: {} bytes", entry.number, entry.bytes.len()));
        scene.push(message);
    }
}

/// The newest entries of the log, as many as there is room for.
fn draw_log(scene: &mut Scene, engine: &ReplicationLog, plan: &Plan) {
    let log = &engine.log;
    let mut shown = Vec::new();
    // A line for those that are not shown.
    let mut left = plan.log_height - LINE - 4.0;
    for entry in log.iter().rev() {
        let lines = lines_of(entry, plan.log_width - 16.0);
        let height = 22.0 + (lines.len() + 1) as f32 * LINE + 4.0;
        if height > left {
            break;
        }
        left -= height + 6.0;
        shown.push((entry, lines, height));
    }
    let hidden = log.len() - shown.len();
    let place = if engine.settings.method == Method::Triggers { "change table" } else { "log" };
    let title = match (log.len(), hidden) {
        (0, _) => format!("the {place} is empty"),
        (_, 0) => format!("the {place}"),
        (_, hidden) => format!("the {place}, + {hidden} earlier"),
    };
    let at = plan.log;
    scene.push(Shape::new("log", at.x, at.y).text(0.0, 8.0, Anchor::Start, "region-name", title));
    let mut y = at.y + LINE;
    for (entry, lines, height) in shown.into_iter().rev() {
        scene.push(draw_entry(engine, plan, entry, &lines, Point::new(at.x, y), height));
        y += height + 6.0;
    }
}

fn draw_entry(engine: &ReplicationLog, plan: &Plan, entry: &Entry, lines: &[String], at: Point, height: f32) -> Shape {
    let width = plan.log_width;
    let place = entry.number as usize - 1;
    let is_next = place == engine.applied;
    let status = match () {
        () if place < engine.applied => "carried out",
        () if is_next && engine.halted().is_some() => "not carried out",
        () if is_next && engine.on_the_way().is_some() => "on its way",
        () => "waits",
    };
    let head = format!("{} · {} bytes", entry.number, entry.bytes.len());
    let mut shape = Shape::new(format!("entry {}", entry.number), at.x, at.y)
        .rect(0.0, 0.0, width, height, 2.0, "cell")
        .text(8.0, 16.0, Anchor::Start, "strong", head)
        .text(width - 8.0, 16.0, Anchor::End, "small", status)
        .changed(is_next && (engine.on_the_way().is_some() || engine.halted().is_some()))
        .label(format!("entry {}, {} bytes: {}", entry.number, entry.bytes.len(), entry.lines.join("; ")))
        .selects()
        .born(Whence::At(plan.way.0));
    let mut y = 16.0 + LINE + 3.0;
    for line in lines {
        shape = shape.text(8.0, y, Anchor::Start, "small", line.clone());
        y += LINE;
    }
    let hex: Vec<_> = entry.bytes.iter().take(24).map(|byte| format!("{byte:02x}")).collect();
    shape.text(8.0, y, Anchor::Start, "offset", fit(&hex.join(" "), width - 16.0, 9.0))
}

/// What an entry says, broken into lines that fit; a long one is cut.
fn lines_of(entry: &Entry, room: f32) -> Vec<String> {
    const MOST: usize = 3;
    let columns = (room / (SMALL * 0.6)) as usize;
    let mut lines: Vec<String> = Vec::new();
    for text in &entry.lines {
        let mut line = String::new();
        for word in text.split(' ') {
            if !line.is_empty() && line.chars().count() + 1 + word.chars().count() > columns {
                lines.push(std::mem::take(&mut line));
            }
            line.push_str(if line.is_empty() { "" } else { " " });
            line.push_str(word);
        }
        lines.push(line);
    }
    let cut = lines.len() > MOST;
    lines.truncate(MOST);
    if cut && let Some(last) = lines.last_mut() {
        last.push_str(" …");
    }
    lines.iter().map(|line| fit(line, room, SMALL)).collect()
}
