//! The lower region: the log as a strip of records, each table as a card of blocks, and the read heads of a merge.

use super::layout::{BlockPlace, Card, FOOT, LINE, Layout, head};
use super::memory::cell_of;
use super::spotlight::Spotlight;
use crate::engine::storage::Sequence;
use crate::engine::storage::sstable::{EntryView, LogRecord, SsTables, TableId};
use crate::engine::wording::{count, shown_or};
use crate::scene::area::{Area, GAP};
use crate::scene::rows::{APART, boxed, fitting, put};
use crate::scene::text::Face;
use crate::scene::vocabulary::{cross, disk, hatch, mark, record, tint};
use crate::scene::{Anchor, Point, Scene, Shape, Whence};

/// More records of a log than this are not drawn one by one: nobody could tell them apart.
const MOST_RECORDS: usize = 100;

pub fn draw_region(scene: &mut Scene, engine: &SsTables, layout: &Layout) {
    let bytes = engine.table_bytes();
    let logged: u64 = engine.logs().iter().map(|(_, len, _)| len).sum();
    let name = format!("Disk: {logged} bytes of log, {bytes} bytes of tables");
    let Area { x, y, width, height } = layout.disk;
    scene.push(disk("disk", x, y, width, height, &name));
    if layout.folded > 0 {
        let mut at = layout.disk;
        let at = at.cut_top(layout.logs.y - layout.disk.y);
        let mut own = at.own();
        own.cut_right(GAP);
        let note = Shape::new("folded", at.x, at.y);
        scene.push(put(note, own, Anchor::End, "note", format!("{} older not shown", layout.folded)));
    }
}

/// Each log with its records, as wide as their bytes. Two stand below each other for a moment during a flush.
pub fn draw_logs(scene: &mut Scene, engine: &SsTables, layout: &Layout, spotlight: &Spotlight) {
    let logs = engine.logs();
    let longest = logs.iter().map(|(_, len, _)| *len).max().unwrap_or_default();
    for (place, (number, len, is_named)) in logs.iter().enumerate() {
        let (name_at, at) = layout.log(logs.len(), place);
        let is_last = place + 1 == logs.len();
        let name = format!("{number}.log");
        // A record costs more than its entry: its header and lengths.
        let scale = at.width / longest.max(2 * engine.settings.memtable_bytes) as f32;
        let log = Log { number: *number, len: *len, at, scale };
        let mut notes = vec![format!("{len} B")];
        notes.extend((!is_named).then(|| "name not synced".to_owned()));
        notes.extend((!is_last).then(|| "will be deleted".to_owned()));
        let shape = Shape::new(format!("log {number}"), name_at.x, name_at.y);
        let shape = shape.rect(at.x - name_at.x, at.y - name_at.y, at.width, at.height, 0.0, "strip");
        let mut lines = name_at.own();
        let mut first = if lines.height < 2.0 * LINE { lines } else { lines.cut_top(LINE) };
        let mut shape = put(shape, first, Anchor::Start, "file-name", &name);
        // What there is to say of it stands below its name or beside it, and then its state where the strip is free.
        if lines.height >= 2.0 * LINE - 1.0 && lines.y > 0.0 {
            shape =
                notes.iter().fold(shape, |shape, note| put(shape, lines.cut_top(LINE), Anchor::Start, "note", note));
        } else if at.y > name_at.y {
            first.cut_left(Face::of("file-name").width(&name) + GAP);
            shape = put(shape, first, Anchor::Start, "note", fitting(&notes, "note", first.width));
        } else {
            first.cut_left(Face::of("file-name").width(&name) + GAP);
            shape = put(shape, first, Anchor::Start, "note", &notes[0]);
            let mut free = Area { x: at.x - name_at.x, ..at.own() };
            free.cut_left(log.bytes(0, *len).width + GAP);
            free.cut_right(GAP.min(free.width));
            shape = put(shape, free, Anchor::End, "note", fitting(&notes[1..], "note", free.width));
        }
        scene.push(
            shape
                .class(if *is_named { "" } else { "unnamed" })
                .changed(spotlight.log && is_last)
                .selects()
                .label(format!("{name}, {}", notes.join(", "))),
        );
        draw_records(scene, engine, &log, Point::new(at.x, layout.memory.bottom()), spotlight);
    }
}

/// A log, where its records stand, and how wide a byte is.
struct Log {
    number: u32,
    len: u64,
    at: Area,
    scale: f32,
}

impl Log {
    /// The room of the bytes from one offset to another.
    fn bytes(&self, from: u64, to: u64) -> Area {
        let (x, width) = (self.at.x + from as f32 * self.scale, (to - from) as f32 * self.scale);
        Area { x, width: width.max(2.0), ..self.at }
    }
}

fn draw_records(scene: &mut Scene, engine: &SsTables, log: &Log, memory: Point, spotlight: &Spotlight) {
    let records = engine.log_records(log.number);
    let end = records.last().map_or(0, |last| last.offset + last.bytes);
    let drawn = if records.len() > MOST_RECORDS { 0 } else { records.len() };
    if drawn < records.len() {
        let safe = records.iter().filter(|record| record.is_synced).count();
        let words = [count(records.len(), "record"), format!("{safe} of them synced")];
        let at = log.bytes(0, end);
        let shape = boxed(format!("records {}", log.number), at, 2.0, "cell");
        scene.push(put(shape, at.own(), Anchor::Middle, "small", fitting(&words, "small", at.width - GAP)));
    }
    for it in &records[..drawn] {
        let LogRecord { offset, bytes, entry, is_synced } = it;
        let at = log.bytes(*offset, offset + bytes);
        let key = format!("log {}@{offset}", log.number);
        let mut shape = match entry {
            Some(entry) => record(key, at, entry.key.as_str(), entry.value.as_deref()),
            None => mark(key, at),
        };
        if !is_synced {
            shape = shape.path(hatch(0.0, 0.0, at.width, at.height), "hatch");
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
    if end < log.len {
        let at = log.bytes(end, log.len);
        let words = ["no whole record".to_owned()];
        let torn = boxed(format!("torn {}", log.number), at, 0.0, "torn");
        let torn = put(torn, at.own(), Anchor::Middle, "small", fitting(&words, "small", at.width));
        scene.push(torn.label(format!("{} bytes that are no whole record", log.len - end)));
    }
}

pub fn draw_tables(scene: &mut Scene, engine: &SsTables, layout: &Layout, spotlight: &Spotlight) {
    if layout.cards.is_empty() {
        let none = boxed("no table", layout.tables, 0.0, "slot");
        scene.push(put(none, layout.tables.own(), Anchor::Middle, "small", "no table yet"));
    }
    for card in &layout.cards {
        draw_card(scene, engine, card, spotlight);
        for place in &card.blocks {
            draw_block(scene, engine, layout, card, place, spotlight);
        }
        let mut rest = card.at;
        let foot = card.table.is_complete.then(|| rest.cut_bottom(FOOT + GAP / 2.0));
        if card.hidden > 0 {
            let at = rest.cut_bottom(card.row);
            let more = Shape::new(format!("more of {}", card.id()), at.x, at.y);
            let words = [format!("and {} more blocks", card.hidden)];
            scene.push(put(more, at.own(), Anchor::Middle, "small", fitting(&words, "small", at.width)));
        }
        if let Some(foot) = foot {
            draw_foot(scene, card.id(), foot);
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
        String::new()
    };
    let entries: usize = table.blocks.iter().map(|block| block.entries.len()).sum();
    let holds = [count(entries, "entry"), count(table.blocks.len(), "block")];
    let size = format!("{} B", table.len);
    let at = card.at;
    let mut lines = at.own();
    lines.cut_left(GAP);
    lines.cut_right(GAP);
    let mut first = lines.cut_top(LINE + 2.0);
    let shape = boxed(format!("table {}", card.id()), at, 0.0, "strip");
    let shape = put(shape, first, Anchor::Start, "file-name", &table.name);
    let shape = put(shape, first, Anchor::End, "note", &size);
    // What there is to say of it stands beside its name, or below it.
    first.cut_left(Face::of("file-name").width(&table.name) + GAP);
    first.cut_right(Face::of("note").width(&size) + GAP);
    let beside = head(at.width) < 2.0 * LINE;
    let line = if beside { first } else { lines.cut_top(LINE) };
    let mut words = if note.is_empty() { holds.to_vec() } else { vec![note.clone()] };
    if fitting(&words, "note", line.width).is_empty() {
        words = Face::of("note").wrap(&words[0], line.width, 1);
    }
    let mut shape = put(shape, line, Anchor::Start, "note", fitting(&words, "note", line.width));
    if table.is_unsynced {
        shape = shape.path(hatch(0.0, 0.0, at.width, head(at.width)), "hatch");
    }
    let class = if table.is_unfinished || !table.is_named { "unnamed" } else { "" };
    let note = if note.is_empty() { holds.join(", ") } else { note };
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
    let is_asked = spotlight.block == Some((card.id(), place.number));
    let (key, class) = match &block.at {
        Some(at) => (format!("table {}@{}", card.id(), at.start), "frame"),
        None => (format!("table {} next", card.id()), "slot"),
    };
    let mut frame = boxed(key, place.at, 2.0, class).changed(is_asked);
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
        let mut own = place.at.own();
        own.cut_left(GAP);
        scene.push(put(frame, own, Anchor::Start, "small", keys));
        return;
    }
    scene.push(frame);
    let mut rows = place.at.inset(1.0);
    for each in &block.entries {
        let mut at = rows.cut_top(card.row);
        at.cut_bottom(1.0);
        let entry = &each.entry;
        let source = match spotlight.copied_from {
            Some(from) if spotlight.entry == Some((card.id(), entry.sequence)) => entry_key(from, entry.sequence),
            _ => format!("mem {}", entry.key),
        };
        scene.push(
            row_of(entry_key(card.id(), entry.sequence), at, each)
                .class(standing(engine, layout, card, each))
                .changed(spotlight.is_on(card.id(), entry))
                .born(Whence::Shape(source)),
        );
    }
}

/// An entry: what it shares with the key before it in grey, the rest of its key, its value, and its number where there is
/// room for it as well.
fn row_of(key: String, at: Area, each: &EntryView) -> Shape {
    let name = each.entry.key.as_str();
    let mut split = each.shared.min(name.len());
    while !name.is_char_boundary(split) {
        split -= 1;
    }
    let (shared, rest) = name.split_at(split);
    let (of_key, of_value) = (Face::of("key"), Face::of("value"));
    let value = each.entry.value.as_deref();
    let sequence = format!("#{}", each.entry.sequence);
    let aside = Face::of("offset").width(&sequence) + GAP;
    let mut room = at.own();
    room.cut_left(GAP);
    room.cut_right(GAP / 2.0);
    let needs = of_key.width(name) + value.map_or(GAP, |value| of_value.width(value)) + GAP;
    let number = (needs + aside <= room.width).then(|| room.cut_right(aside));
    let mut shape = boxed(key, at, 1.0, "cell").rect(0.0, 0.0, at.width, at.height, 1.0, tint(name));
    let mut text = room;
    let mut taken = 0.0;
    for (class, face, part) in [("value", of_value, shared), ("key", of_key, rest)] {
        let part = face.fit(part, text.width - if value.is_some() { 2.0 * GAP } else { GAP });
        let at = text.cut_left(face.width(&part));
        taken += at.width;
        shape = if part.is_empty() { shape } else { put(shape, at, Anchor::Start, class, part) };
    }
    room.cut_left(taken + GAP);
    shape = match value {
        Some(value) => put(shape, room, Anchor::End, "value", value),
        None => shape.path(cross(room.right() - GAP, at.height / 2.0, GAP / 2.0), "tombstone"),
    };
    if let Some(number) = number {
        shape = put(shape, number, Anchor::End, "offset", sequence);
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
fn draw_foot(scene: &mut Scene, table: TableId, mut at: Area) {
    at.cut_left(GAP);
    at.cut_right(GAP / 2.0);
    at.cut_bottom(GAP / 2.0);
    let parts = ["filter", "index", "footer"];
    let mut shape = Shape::new(format!("foot {table}"), at.x, at.y);
    for (place, part) in parts.iter().enumerate() {
        let mut own = at.own().cell(parts.len(), 1, place);
        (own.width, own.height) = (own.width + GAP - APART, at.height);
        shape = shape.rect(own.x, own.y, own.width, own.height, 0.0, "cell");
        shape = put(shape, own, Anchor::Middle, "small", fitting(&[(*part).to_owned()], "small", own.width));
    }
    scene.push(shape.label("after the blocks: the Bloom filter, the sparse index, and where both are"));
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
                    let Some(at) = card.head(entry.sequence) else { continue };
                    Shape::new(format!("{what} head {id}"), at.x, at.y).path("M0 -6L11 0L0 6Z", class)
                }
                None => {
                    let Some(at) = cell_of(engine, layout, entry) else { continue };
                    Shape::new(format!("{what} head"), at.x + 2.0 * GAP, at.y).path("M-6 -9L0 2L6 -9Z", class)
                }
            };
            scene.push(shape.label(label));
        }
    }
}

fn entry_key(table: TableId, sequence: Sequence) -> String {
    format!("entry {table}#{sequence}")
}
