//! How a Bitcask is drawn: the keydir in memory above, and on the disk below a strip for each file with its records in
//! their order and of their size.

use super::{About, Figure};
use crate::engine::Dump;
use crate::engine::storage::hash_index::{Content, Event, FileView, HashIndex, PlacedRecord, Position, Standing};
use crate::scene::text::{SMALL, fit};
use crate::scene::vocabulary::{Held, cell, disk, hue, memory};
use crate::scene::{Anchor, Breadth, Point, Scene, Shape, Whence};

pub struct HashIndexFigure;

/// More arrows than this from the keydir would be a thicket.
const MAX_ARROWS: usize = 14;
/// A file with more records than this shows only so many, and says how many follow.
const MAX_RECORDS: usize = 48;
/// A narrower record has no room for its key, only for its colour.
const TEXT_FROM: f32 = 24.0;
/// The height of a record on its strip.
const RECORD: f32 = 22.0;

impl Figure for HashIndexFigure {
    type Engine = HashIndex;

    const ABOUT: About = About {
        kind: "hash-index",
        title: "A log and a hash index",
        summary: "Writes are appended to a log; a hash table in memory knows where each key's newest record stands.",
        chapter: "storage/hash-indexes",
        example: "put cat 1; put dog 2; put cat 3; put emu 4; delete dog; put cat 5; get cat; merge; crash",
    };

    fn draw(engine: &HashIndex, event: Option<&Event>, breadth: Breadth) -> Scene {
        let plan = Plan::new(engine, breadth);
        let mut scene = Scene::new(breadth.width(), plan.height);
        scene.push(memory("memory", 8.0, 8.0, plan.width - 16.0, plan.memory, &memory_name(engine)));
        let disk_name = match engine.damage() {
            Some(damage) => format!("disk: {damage}"),
            None => "disk".to_owned(),
        };
        scene.push(disk("disk", 8.0, plan.ground, plan.width - 16.0, plan.height - plan.ground - 8.0, &disk_name));
        let touched = touched(event);
        for row in &plan.rows {
            draw_file(&mut scene, &plan, row, &touched);
        }
        if plan.hidden > 0 {
            let text = format!("{} older files are not shown", plan.hidden);
            let (x, y) = (plan.width - 18.0, plan.ground + 16.0);
            scene.push(Shape::new("hidden files", x, y).text(0.0, 0.0, Anchor::End, "small", text));
        }
        draw_keydir(&mut scene, &plan, engine, event);
        scene
    }

    fn dump(engine: &HashIndex, key: &str) -> Option<Dump> {
        engine.dump(key)
    }
}

fn memory_name(engine: &HashIndex) -> String {
    let keydir = engine.keydir();
    if engine.recovery().is_some() {
        return format!("memory: the keydir, being made again ({} keys so far)", keydir.len());
    }
    format!("memory: the keydir ({} keys, about {} bytes)", keydir.len(), keydir.memory())
}

/// Where everything is.
struct Plan {
    width: f32,
    height: f32,
    memory: f32,
    /// The top of the disk.
    ground: f32,
    /// Where the strips begin, and how long they are at most.
    left: f32,
    room: f32,
    rows: Vec<Row>,
    /// How many files are not shown.
    hidden: usize,
    narrow: bool,
}

/// A data file on its strip, with the hint beside it.
struct Row {
    file: FileView,
    content: Content,
    hint: Option<FileView>,
    top: f32,
    /// Units of the stage for each byte.
    scale: f32,
}

impl Plan {
    fn new(engine: &HashIndex, breadth: Breadth) -> Plan {
        let (height, left, pitch) = match breadth {
            Breadth::Wide => (440.0, 128.0, 33.0),
            Breadth::Narrow => (560.0, 18.0, 46.0),
        };
        let narrow = breadth == Breadth::Narrow;
        let (width, memory) = (breadth.width(), 132.0);
        let ground = memory + 22.0;
        let room = width - left - if narrow { 18.0 } else { 110.0 };
        let first = ground + if narrow { 40.0 } else { 28.0 };
        let fits = ((height - first - 12.0) / pitch) as usize;

        let files = engine.files();
        let data: Vec<&FileView> = files.iter().filter(|file| !file.is.is_hint).collect();
        let hidden = data.len().saturating_sub(fits);
        let longest = data[hidden..].iter().map(|file| file.len).max().unwrap_or(0);
        // A segment that is full ends near the right edge, whatever its size.
        let bytes = longest.max(engine.segment_bytes()).max(1);
        let rows = data[hidden..].iter().enumerate().map(|(place, file)| Row {
            file: (*file).clone(),
            content: engine.content(file),
            hint: files.iter().find(|each| each.is.is_hint && each.is.segment == file.is.segment).cloned(),
            top: first + place as f32 * pitch,
            scale: room / bytes as f32,
        });
        Plan { width, height, memory, ground, left, room, rows: rows.collect(), hidden, narrow }
    }

    /// The middle of a record's upper edge.
    fn place_of(&self, at: Position) -> Option<Point> {
        let row = self.rows.iter().find(|row| row.file.is.segment == at.segment && !row.file.is.is_unfinished)?;
        let middle = at.offset as f32 + at.len as f32 / 2.0;
        Some(Point::new(self.left + middle * row.scale, row.top))
    }
}

fn draw_file(scene: &mut Scene, plan: &Plan, row: &Row, touched: &[Position]) {
    let file = &row.file;
    let used = file.len as f32 * row.scale;
    let state = match (file.is.is_unfinished, file.is_active, file.is_named) {
        (true, ..) => "being merged",
        (_, true, _) => "active",
        (.., false) => "name not synced",
        _ => "closed",
    };
    let (x, y) = if plan.narrow { (0.0, -5.0) } else { (-12.0, 9.0) };
    let mut strip = Shape::new(file.name.clone(), plan.left, row.top)
        .rect(-2.0, -2.0, used.max(4.0) + 4.0, RECORD + 4.0, 0.0, "strip")
        .label(format!("{}: {} bytes, {state}", file.name, file.len))
        .selects();
    if plan.narrow {
        strip = strip.text(x, y, Anchor::Start, "small", format!("{} · {} bytes · {state}", file.name, file.len));
    } else {
        strip = strip.text(x, y, Anchor::End, "file", file.name.clone());
        strip = strip.text(x, y + 13.0, Anchor::End, "small", state);
        strip = strip.text(used + 10.0, 15.0, Anchor::Start, "small", format!("{} B", file.len));
    }
    if let Some(hint) = &row.hint {
        let text = format!("hint {} B", hint.len);
        let x = if plan.narrow { plan.room } else { plan.room + 98.0 };
        let y = if plan.narrow { -5.0 } else { 15.0 };
        strip = strip.text(x, y, Anchor::End, "small", text);
    }
    scene.push(strip.class(if file.is_named { "" } else { "unnamed" }));
    for placed in row.content.records.iter().take(MAX_RECORDS) {
        scene.push(draw_record(plan, row, placed, touched));
    }
    let more = row.content.records.len().saturating_sub(MAX_RECORDS);
    if more > 0 {
        let (x, y) = (plan.left + used / 2.0, row.top + 15.0);
        let text = format!("and {more} more records");
        scene.push(Shape::new(format!("{} more", file.name), x, y).text(0.0, 0.0, Anchor::Middle, "small", text));
    }
    if let Some((offset, _)) = row.content.bad {
        let (from, to) = (offset as f32 * row.scale, used);
        let label = format!("from offset {offset} on these bytes are no record");
        scene.push(
            Shape::new(format!("{}@{offset}", file.name), plan.left + from, row.top)
                .rect(0.0, 0.0, (to - from).max(4.0), RECORD, 0.0, "torn")
                .path(format!("M0 0L{:.1} {RECORD}", (to - from).max(4.0)), "cross")
                .label(label)
                .selects(),
        );
    }
    draw_unsynced(scene, plan, row);
}

fn draw_record(plan: &Plan, row: &Row, placed: &PlacedRecord, touched: &[Position]) -> Shape {
    let PlacedRecord { record, at, standing } = placed;
    let (x, width) = (plan.left + at.offset as f32 * row.scale, at.len as f32 * row.scale);
    let key = format!("{}@{}", row.file.name, at.offset);
    let name = record.key.as_str();
    let held = record.value.as_deref().map_or(Held::Tombstone, Held::Value);
    let shape = if width < TEXT_FROM {
        Shape::new(key, x, row.top).rect(0.0, 0.0, width.max(1.0), RECORD, 0.0, "cell").rect(
            0.0,
            0.0,
            width.clamp(1.0, 4.0),
            RECORD,
            0.0,
            hue(name),
        )
    } else {
        cell(key, x, row.top, width - 1.0, RECORD, name, held)
    };
    let (class, word) = match standing {
        Standing::Live => ("", "live"),
        Standing::Dead => ("dead", "dead: a newer record has replaced it"),
        Standing::Tombstone => ("", "a tombstone"),
        Standing::Copy => ("copy", "a copy that the keydir does not point to yet"),
        Standing::Unread => ("unread", "not read yet"),
    };
    let is_here = |touch: &&Position| touch.segment == at.segment && touch.offset == at.offset;
    let value = record.value.as_deref().unwrap_or("deleted");
    shape
        .class(class)
        .changed(touched.iter().any(|touch| is_here(&touch)))
        .label(format!("{name} = {value}, {} bytes at offset {}, {word}", at.len, at.offset))
        .born(Whence::At(Point::new(x, plan.memory)))
        .selects()
}

/// Hatching over what a crash could take.
fn draw_unsynced(scene: &mut Scene, plan: &Plan, row: &Row) {
    let Some(first) = row.file.unsynced.iter().map(|range| range.start).min() else { return };
    let last = row.file.unsynced.iter().map(|range| range.end).max().unwrap_or(first);
    let (from, to) = (first as f32 * row.scale, (last.min(row.file.len)) as f32 * row.scale);
    if to <= from {
        return;
    }
    let mut hatch = String::new();
    let mut x = 0.0;
    while x < to - from {
        let end = (x + RECORD).min(to - from);
        hatch.push_str(&format!("M{x:.0} {RECORD}L{end:.0} {:.0}", RECORD - (end - x)));
        x += 8.0;
    }
    scene.push(
        Shape::new(format!("{} unsynced", row.file.name), plan.left + from, row.top)
            .path(hatch, "hatch")
            .label("written, and not synced: a crash may take it"),
    );
}

fn draw_keydir(scene: &mut Scene, plan: &Plan, engine: &HashIndex, event: Option<&Event>) {
    let entries: Vec<_> = engine.keydir().iter().collect();
    let cell_width = if plan.narrow { 86.0 } else { 112.0 };
    let columns = ((plan.width - 32.0) / cell_width) as usize;
    let rows = ((plan.memory - 28.0) / 30.0) as usize;
    let room = columns * rows;
    let shown = if entries.len() > room { room - 1 } else { entries.len() };
    let with_arrows = entries.len() <= MAX_ARROWS;
    let place_of = |place: usize| {
        let (row, column) = (place / columns, place % columns);
        Point::new(18.0 + column as f32 * cell_width, 32.0 + row as f32 * 30.0)
    };
    for (place, (key, at)) in entries.iter().take(shown).enumerate() {
        let at = *at;
        let corner = place_of(place);
        let name = format!("key {key}");
        let target = format!("{}@{}", at.segment.data(), at.offset);
        let pointer = format!("{}@{}", at.segment.data().trim_end_matches(".data"), at.offset);
        let is_new = matches!(event, Some(Event::KeyIndexed { key: indexed, .. } | Event::KeyFound { key: indexed, .. }) if indexed == *key);
        let entry = cell(name.clone(), corner.x, corner.y, cell_width - 8.0, 22.0, key.as_str(), Held::Value(&pointer))
            .changed(is_new)
            .label(format!("{key} is in {} at offset {}, {} bytes", at.segment.data(), at.offset, at.len))
            .born(Whence::Shape(target.clone()))
            .gone(Whence::Shape(target));
        scene.push(entry);
        if let Some(to) = plan.place_of(at).filter(|_| with_arrows) {
            let from = Point::new(corner.x + (cell_width - 8.0) / 2.0, corner.y + 22.0);
            let arrow = Shape::arrow(format!("pointer {key}"), from, to).bend(if to.x > from.x { -10.0 } else { 10.0 });
            scene.push(if is_new { arrow.arrow_class("path") } else { arrow });
        }
    }
    if entries.len() > shown {
        let corner = place_of(shown);
        let text = fit(&format!("+ {} more keys", entries.len() - shown), cell_width, SMALL);
        scene.push(Shape::new("more keys", corner.x, corner.y + 15.0).text(0.0, 0.0, Anchor::Start, "small", text));
    }
}

/// The records that an event is about.
fn touched(event: Option<&Event>) -> Vec<Position> {
    match event {
        Some(
            Event::RecordAppended { at, .. }
            | Event::KeyIndexed { at, .. }
            | Event::KeyFound { at, .. }
            | Event::RecordRead { at, .. }
            | Event::RecordReplayed { at, .. },
        ) => vec![*at],
        Some(Event::RecordCopied { from, to, .. }) => vec![*from, *to],
        Some(Event::RecordDropped { from, .. } | Event::TombstoneDropped { from, .. }) => vec![*from],
        _ => Vec::new(),
    }
}
