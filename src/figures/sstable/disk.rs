//! The lower region: the log as a strip of records, each table as a card of blocks, and the read heads of a merge.

use super::layout::{BlockPlace, CARD_FOOT, CARD_HEAD, CELL, Card, Layout, ROW};
use super::memory::cell_of;
use super::spotlight::Spotlight;
use crate::engine::storage::Sequence;
use crate::engine::storage::sstable::{EntryView, LogRecord, SsTables, TableId};
use crate::engine::wording::shown_or;
use crate::scene::text::{SIZE, SMALL, fit, width};
use crate::scene::vocabulary::{Held, cell, cross, disk, hatch, hue, mark};
use crate::scene::{Anchor, Breadth, Point, Scene, Shape, Whence};

/// A narrower cell shows nothing but its colour.
const LEAST_WITH_TEXT: f32 = 24.0;
/// More records of a log than this are not drawn one by one: nobody could tell them apart.
const MOST_RECORDS: usize = 100;

pub fn draw_region(scene: &mut Scene, engine: &SsTables, layout: &Layout) {
    let (left, width) = layout.sides();
    let bytes = engine.table_bytes();
    let logged: u64 = engine.logs().iter().map(|(_, len, _)| len).sum();
    let name = format!("Disk: {logged} bytes of log, {bytes} bytes of tables");
    scene.push(disk("disk", left, layout.disk.0, width, layout.disk.1, &name));
    if let (folded @ 1.., at) = layout.folded {
        let text = format!("older, not shown: {folded}");
        scene.push(Shape::new("folded", at.x, at.y).text(0.0, 0.0, Anchor::End, "note", text));
    }
}

/// Each log with its records, as wide as their bytes. Two stand side by side for a moment during a flush.
pub fn draw_logs(scene: &mut Scene, engine: &SsTables, layout: &Layout, spotlight: &Spotlight) {
    let logs = engine.logs();
    let (left, room) = layout.sides();
    let (left, room) = (left + 8.0, room - 16.0);
    let share = room / logs.len().max(1) as f32;
    for (place, (number, len, is_named)) in logs.iter().enumerate() {
        let (x, share) = (left + place as f32 * share, share - if place + 1 < logs.len() { 10.0 } else { 0.0 });
        let is_last = place + 1 == logs.len();
        let note = if *is_named { "" } else { " · name not synced" };
        let note = format!("{len} B{note}{}", if is_last { "" } else { " · will be deleted" });
        let name = format!("{number}.log");
        let after = width(&name, SMALL) + 8.0;
        scene.push(
            Shape::new(format!("log {number}"), x, layout.log)
                .rect(0.0, 0.0, share, CELL, 0.0, "strip")
                .text(0.0, -5.0, Anchor::Start, "file-name", name)
                .text(after, -5.0, Anchor::Start, "note", fit(&note, share - after, SMALL))
                .class(if *is_named { "" } else { "unnamed" })
                .changed(spotlight.log && is_last)
                .selects()
                .label(format!("{number}.log, {len} bytes")),
        );
        draw_records(scene, engine, (*number, *len), Point::new(x, layout.log), share, spotlight);
    }
}

fn draw_records(
    scene: &mut Scene,
    engine: &SsTables,
    (log, len): (u32, u64),
    at: Point,
    room: f32,
    spotlight: &Spotlight,
) {
    let records = engine.log_records(log);
    // A record costs more than its entry: its header and lengths.
    let scale = room / (len.max(3 * engine.settings.memtable_bytes)) as f32;
    let memory = Point::new(at.x + 20.0, 40.0);
    let end = records.last().map_or(0, |last| last.offset + last.bytes);
    let drawn = if records.len() > MOST_RECORDS { 0 } else { records.len() };
    if drawn < records.len() {
        let width = end as f32 * scale;
        let safe = records.iter().filter(|record| record.is_synced).count();
        let text = fit(&format!("{} records, {safe} of them synced", records.len()), width - 10.0, SMALL);
        scene.push(Shape::new(format!("records {log}"), at.x, at.y).rect(0.0, 0.0, width, CELL, 2.0, "cell").text(
            8.0,
            16.0,
            Anchor::Start,
            "small",
            text,
        ));
    }
    for record in &records[..drawn] {
        let LogRecord { offset, bytes, entry, is_synced } = record;
        let (x, width) = (at.x + *offset as f32 * scale, (*bytes as f32 * scale).max(2.0));
        let key = format!("log {log}@{offset}");
        let mut shape = match entry {
            Some(entry) => record_cell(key, x, at.y, width, entry.key.as_str(), entry.value.as_deref()),
            None => mark(key, crate::scene::area::Area { x, y: at.y, width, height: CELL }),
        };
        if !is_synced {
            shape = shape.path(hatch(0.0, 0.0, width, CELL), "hatch");
        }
        let is_unread = engine.memory.replayed.is_some_and(|read| *offset >= read);
        let safe = if *is_synced { "synced" } else { "not synced" };
        let what = match entry {
            Some(entry) => format!("{}, number {}", entry.key, entry.sequence),
            None => "a mark: all before it was synced".to_owned(),
        };
        let label = format!("{what}, {bytes} bytes at offset {offset}, {safe}");
        let is_asked = entry.as_ref().is_some_and(|entry| spotlight.record == Some(entry.sequence));
        let class = if is_unread { "unread" } else { "" };
        scene.push(shape.class(class).changed(is_asked).selects().label(label).born(Whence::At(memory)));
    }
    if end < len {
        let (x, width) = (at.x + end as f32 * scale, (len - end) as f32 * scale);
        scene.push(
            Shape::new(format!("torn {log}"), x, at.y)
                .rect(0.0, 0.0, width, CELL, 0.0, "torn")
                .text(4.0, 16.0, Anchor::Start, "small", fit("no whole record", width - 6.0, SMALL))
                .label(format!("{} bytes that are no whole record", len - end)),
        );
    }
}

/// A record's cell, with as much of it as there is room for.
fn record_cell(shape: String, x: f32, y: f32, room: f32, key: &str, value: Option<&str>) -> Shape {
    if room < LEAST_WITH_TEXT {
        return Shape::new(shape, x, y).rect(0.0, 0.0, room, CELL, 2.0, "cell").rect(
            0.0,
            0.0,
            room.min(4.0),
            CELL,
            2.0,
            hue(key),
        );
    }
    let held = match value {
        None => Held::Tombstone,
        Some(value) if room >= width(key, SIZE) + width(value, SIZE) + 22.0 => Held::Value(value),
        Some(_) => Held::Nothing,
    };
    cell(shape, x, y, room, CELL, key, held)
}

pub fn draw_tables(scene: &mut Scene, engine: &SsTables, layout: &Layout, spotlight: &Spotlight) {
    if layout.cards.is_empty() {
        let (left, _) = layout.sides();
        scene.push(
            Shape::new("no table", left + 8.0, layout.log + CELL + 24.0).rect(0.0, 0.0, 150.0, CELL, 0.0, "slot").text(
                10.0,
                16.0,
                Anchor::Start,
                "small",
                "no table yet",
            ),
        );
    }
    for card in &layout.cards {
        draw_card(scene, engine, card, spotlight);
        for place in &card.blocks {
            draw_block(scene, engine, layout, card, place, spotlight);
        }
        let bottom = card.blocks.last().map_or(card.at.y + CARD_HEAD, |place| place.top + place.height + 5.0);
        if card.hidden > 0 {
            let text = format!("and {} more blocks", card.hidden);
            let text = fit(&text, card.width - 16.0, SMALL);
            scene.push(Shape::new(format!("more of {}", card.id()), card.at.x + 8.0, bottom).text(
                0.0,
                11.0,
                Anchor::Start,
                "small",
                text,
            ));
        }
        if card.table.is_complete {
            draw_foot(scene, card);
        }
    }
}

fn draw_card(scene: &mut Scene, engine: &SsTables, card: &Card, spotlight: &Spotlight) {
    let table = &card.table;
    let merge = engine.memory.merge.as_ref();
    let is_input = merge.is_some_and(|merge| merge.reads(card.id()));
    let is_switched = merge.is_some_and(|merge| merge.is_switched());
    let note = if let Some(corrupt) = &table.corrupt {
        corrupt.to_string()
    } else if is_input && is_switched {
        "will be deleted".to_owned()
    } else if is_input {
        "being merged".to_owned()
    } else if !table.is_complete {
        "being written".to_owned()
    } else if table.is_unsynced {
        "not synced".to_owned()
    } else if !table.is_named {
        "name not synced".to_owned()
    } else if table.is_unfinished {
        "synced, not named".to_owned()
    } else {
        let entries: usize = table.blocks.iter().map(|block| block.entries.len()).sum();
        format!("entries: {entries}, blocks: {}", table.blocks.len())
    };
    let size = format!("{} B", table.len);
    let room = card.width - 16.0 - width(&size, SMALL) - 6.0;
    let mut shape = Shape::new(format!("table {}", card.id()), card.at.x, card.at.y)
        .rect(0.0, 0.0, card.width, card.height, 0.0, "strip")
        .text(8.0, 14.0, Anchor::Start, "file-name", fit(&table.name, room, SMALL))
        .text(card.width - 8.0, 14.0, Anchor::End, "note", size)
        .text(8.0, 28.0, Anchor::Start, "note", fit(&note, card.width - 16.0, SMALL));
    if table.is_unsynced {
        shape = shape.path(hatch(0.0, 0.0, card.width, CARD_HEAD - 2.0), "hatch");
    }
    let class = if table.is_unfinished || !table.is_named { "unnamed" } else { "" };
    let label = format!("{}, {} bytes, {note}", table.name, table.len);
    scene.push(shape.class(class).changed(spotlight.tables.contains(&card.id())).selects().label(label));
}

fn draw_block(
    scene: &mut Scene,
    engine: &SsTables,
    layout: &Layout,
    card: &Card,
    place: &BlockPlace,
    spotlight: &Spotlight,
) {
    let block = &card.table.blocks[place.number];
    let (left, room) = (card.at.x + 16.0, card.width - 22.0);
    let is_asked = spotlight.block == Some((card.id(), place.number));
    let (key, class) = match &block.at {
        Some(at) => (format!("table {}@{}", card.id(), at.start), "frame"),
        None => (format!("table {} next", card.id()), "slot"),
    };
    let mut frame = Shape::new(key, left, place.top).rect(0.0, 0.0, room, place.height, 2.0, class).changed(is_asked);
    let (Some(first), Some(last)) = (block.entries.first(), block.entries.last()) else { return };
    let keys = format!("{} … {}", first.entry.key, last.entry.key);
    frame = match &block.at {
        Some(at) => {
            let bytes = at.end - at.start;
            frame.selects().label(format!("block {}: {keys}, {bytes} bytes at offset {}", place.number + 1, at.start))
        }
        None => frame.label("what is collected for the next block, in memory"),
    };
    if place.is_closed {
        scene.push(frame.text(8.0, 14.0, Anchor::Start, "small", fit(&keys, room - 12.0, SMALL)));
        return;
    }
    scene.push(frame);
    for (row, each) in block.entries.iter().enumerate() {
        let at = Point::new(left + 1.0, place.top + 1.0 + row as f32 * ROW);
        let entry = &each.entry;
        let source = match spotlight.copied_from {
            Some(from) if spotlight.entry == Some((card.id(), entry.sequence)) => entry_key(from, entry.sequence),
            _ => format!("mem {}", entry.key),
        };
        scene.push(
            row_of(entry_key(card.id(), entry.sequence), at, room - 2.0, each, layout.breadth)
                .class(standing(engine, layout, card, each))
                .changed(spotlight.is_on(card.id(), entry))
                .born(Whence::Shape(source)),
        );
    }
}

/// An entry: what it shares with the key before it in grey, the rest of its key, its value, its number.
fn row_of(key: String, at: Point, room: f32, each: &EntryView, breadth: Breadth) -> Shape {
    const BASE: f32 = 13.0;
    let name = each.entry.key.as_str();
    let mut split = each.shared.min(name.len());
    while !name.is_char_boundary(split) {
        split -= 1;
    }
    let sequence = format!("#{}", each.entry.sequence);
    let aside = if breadth == Breadth::Wide { width(&sequence, 9.0) + 6.0 } else { 0.0 };
    let value = each.entry.value.as_deref();
    let room_for_key = (room - 14.0 - aside) * if value.is_some() { 0.66 } else { 0.85 };
    let shared = fit(&name[..split], room_for_key, SIZE);
    let rest = fit(&name[split..], room_for_key - width(&shared, SIZE), SIZE);
    let after = 9.0 + width(&shared, SIZE);
    let end = after + width(&rest, SIZE);
    let right = room - 5.0 - aside;
    let mut shape = Shape::new(key, at.x, at.y).rect(0.0, 0.0, room, ROW - 1.0, 1.0, "cell").rect(
        0.0,
        0.0,
        4.0,
        ROW - 1.0,
        1.0,
        hue(name),
    );
    if !shared.is_empty() {
        shape = shape.text(9.0, BASE, Anchor::Start, "value", shared);
    }
    if !rest.is_empty() {
        shape = shape.text(after, BASE, Anchor::Start, "key", rest);
    }
    shape = match value {
        Some(value) => shape.text(right, BASE, Anchor::End, "value", fit(value, right - end - 8.0, SIZE)),
        None => shape.path(cross(right - 5.0, (ROW - 1.0) / 2.0, 4.0), "tombstone"),
    };
    if aside > 0.0 {
        shape = shape.text(room - 4.0, BASE, Anchor::End, "offset", sequence);
    }
    let value = shown_or(value, "a tombstone");
    let shares = if split > 0 { format!(", {split} bytes of the key shared") } else { String::new() };
    shape.label(format!("{}: {value}, number {}{shares}", each.entry.key, each.entry.sequence))
}

/// Behind a read head; or hidden by a newer entry; or what is read.
fn standing(engine: &SsTables, layout: &Layout, card: &Card, each: &EntryView) -> &'static str {
    let (key, sequence) = (&each.entry.key, each.entry.sequence);
    if let Some(merge) = engine.memory.merge.as_ref().filter(|merge| merge.reads(card.id())) {
        let places = merge.heads.places();
        let head = places.iter().find(|(table, _, _)| *table == Some(card.id()));
        if head.is_none_or(|(_, entry, _)| each.entry < **entry) {
            return "arrived";
        }
    }
    let is_newer = |other: &EntryView| other.entry.key == *key && other.entry.sequence > sequence;
    let holds_newer = |other: &Card| other.table.blocks.iter().any(|block| block.entries.iter().any(is_newer));
    let in_memtable = engine.memory.memtable.get(key, Sequence::MAX).is_some_and(|newest| newest.sequence > sequence);
    if in_memtable || layout.cards.iter().any(holds_newer) { "dead" } else { "" }
}

/// Filter, index and footer, at the end of the file.
fn draw_foot(scene: &mut Scene, card: &Card) {
    let parts = ["filter", "index", "footer"];
    let share = (card.width - 16.0) / parts.len() as f32;
    let mut shape =
        Shape::new(format!("foot {}", card.id()), card.at.x + 8.0, card.at.y + card.height - CARD_FOOT - 5.0);
    for (place, part) in parts.iter().enumerate() {
        let x = place as f32 * share;
        shape = shape.rect(x, 0.0, share - 3.0, CARD_FOOT, 0.0, "cell").text(
            x + (share - 3.0) / 2.0,
            12.5,
            Anchor::Middle,
            "small",
            fit(part, share - 5.0, SMALL),
        );
    }
    scene.push(shape.label("behind the blocks: the Bloom filter, the sparse index, and where both are"));
}

/// The read heads of a merge or a scan; the one that moves next stands out.
pub fn draw_heads(scene: &mut Scene, engine: &SsTables, layout: &Layout) {
    let merge = engine.memory.merge.as_ref().filter(|merge| !merge.is_switched()).map(|merge| &merge.heads);
    let scan = engine.memory.scan.as_ref().map(|scan| &scan.heads);
    for (what, heads) in [("merge", merge), ("scan", scan)] {
        for (table, entry, is_next) in heads.map(|heads| heads.places()).unwrap_or_default() {
            let class = if is_next { "head" } else { "gauge" };
            let label = format!("the read head of the {what} is on {}", entry.key);
            let shape = match table {
                Some(id) => {
                    let Some(card) = layout.card(id) else { continue };
                    let Some(y) = card.row(entry.sequence) else { continue };
                    Shape::new(format!("{what} head {id}"), card.at.x + 3.0, y).path("M0 -6L11 0L0 6Z", class)
                }
                None => {
                    let Some(at) = cell_of(engine, layout, entry) else { continue };
                    Shape::new(format!("{what} head"), at.x + 16.0, at.y - 1.0).path("M-6 -9L0 2L6 -9Z", class)
                }
            };
            scene.push(shape.label(label));
        }
    }
}

fn entry_key(table: TableId, sequence: Sequence) -> String {
    format!("entry {table}#{sequence}")
}
