//! The lower region: a strip for each segment, its records as cells as wide as their bytes.

use super::layout::{CELL, Folded, Layout, NAME, Strip};
use super::spotlight::Spotlight;
use crate::engine::storage::hash_index::{
    BadRecord, Content, FileView, HashIndex, PlacedRecord, Position, Record, SegmentId, Standing,
};
use crate::engine::wording;
use crate::engine::wording::shown_or;
use crate::scene::text::{Face, SIZE, SMALL, fit, width};
use crate::scene::vocabulary::{Held, cell, cross, disk, hatch, hue, mark, torn_edge};
use crate::scene::{Anchor, Point, Scene, Shape, Whence};

/// A narrower cell shows nothing but its colour.
const LEAST_WITH_TEXT: f32 = 22.0;

pub fn draw_region(scene: &mut Scene, engine: &HashIndex, layout: &Layout) {
    let (left, width) = layout.sides();
    let files = engine.files();
    let bytes: u64 = files.iter().map(|file| file.len).sum();
    let name = format!("Disk: {}, {bytes} bytes", wording::count(files.len(), "file"));
    scene.push(disk("disk", left, layout.disk.0, width, layout.disk.1, &name));
}

pub fn draw_strips(scene: &mut Scene, engine: &HashIndex, layout: &Layout, spotlight: &Spotlight) {
    if let Some(folded) = &layout.folded {
        scene.push(fold(folded));
    }
    let heads = heads(engine, layout);
    for strip in &layout.strips {
        scene.push(frame(strip, engine, spotlight));
        if let Some(hint) = &strip.hint {
            scene.push(hint_tag(strip, hint, spotlight));
        }
        let (Some(file), Some(content)) = (&strip.data, &strip.content) else { continue };
        if layout.shows_records {
            for placed in &content.records {
                // The name of a head stands where the offsets beside it would.
                let left = strip.x(placed.at.offset);
                let near = |head: &Head| {
                    let (x, needs, _) = head.place(strip);
                    head.segment == placed.at.segment && (x - needs..x + needs).contains(&left)
                };
                let has_head = heads.iter().any(near);
                let shows_offset = layout.shows_offsets && !has_head;
                let from = Point::new(strip.x(placed.at.offset), layout.memory.0 + layout.memory.1);
                scene.push(record(strip, placed, shows_offset, spotlight).born(born(placed, spotlight, from)));
            }
            for at in &content.marks {
                scene.push(mark_cell(strip, at, spotlight));
            }
        } else {
            scene.push(summary(strip, content));
        }
        if let Some((from, reason)) = content.bad {
            scene.push(bad_bytes(strip, from, file.len, reason));
        }
        if let Some(unsynced) = unsynced(strip, file) {
            scene.push(unsynced);
        }
        if let Some((_, offset)) = spotlight.cut.filter(|(segment, _)| *segment == strip.segment) {
            let edge = torn_edge(0.0, CELL);
            scene.push(Shape::new("cut", strip.x(offset), strip.top()).path(edge, "cross"));
        }
    }
}

/// The strip itself, as long as a segment may grow, with the file's name.
fn frame(strip: &Strip, engine: &HashIndex, spotlight: &Spotlight) -> Shape {
    let key = format!("segment {}", strip.segment);
    let shape = Shape::new(key, strip.at.x, strip.at.y).changed(spotlight.segments.contains(&strip.segment));
    let Some(file) = &strip.data else {
        return shape.rect(0.0, NAME, strip.width, CELL, 0.0, "slot");
    };
    let class = if file.is.is_unfinished { "slot" } else { "strip" };
    let is_read = engine.memory.merge.as_ref().is_some_and(|merge| merge.inputs.contains(&strip.segment));
    let mut notes = vec![format!("{} B", file.len)];
    let states = [(file.is_active, "active"), (is_read, "being merged"), (!file.is_named, "name not synced")];
    notes.extend(states.iter().filter(|(holds, _)| *holds).map(|(_, note)| (*note).to_owned()));
    let name = fit(&file.name, strip.width, SMALL);
    let after = width(&name, SMALL) + 8.0;
    let hint = strip.hint.as_ref().map_or(0.0, |hint| tag_width(hint) + 6.0);
    let room = strip.width - after - hint;
    shape
        .rect(0.0, NAME, strip.width, CELL, 0.0, class)
        .text(0.0, 13.0, Anchor::Start, "file-name", name)
        .text(after, 13.0, Anchor::Start, "note", fit(&notes.join(" · "), room, SMALL))
        .class(if file.is_named { "" } else { "unnamed" })
        .selects()
        .label(format!("{}, {}", file.name, notes.join(", ")))
}

fn record(strip: &Strip, placed: &PlacedRecord, shows_offset: bool, spotlight: &Spotlight) -> Shape {
    let PlacedRecord { record, at, standing } = placed;
    let left = strip.x(at.offset);
    let width = (strip.x(at.offset + at.len) - left).max(2.0);
    let key = format!("segment {}@{}", at.segment, at.offset);
    let mut shape = record_cell(key, left, strip.top(), width, record);
    if shows_offset && width >= LEAST_WITH_TEXT {
        shape = shape.text(1.0, CELL + 11.0, Anchor::Start, "offset", at.offset.to_string());
    }
    let (class, word) = match standing {
        Standing::Live => ("", "alive"),
        Standing::Dead => ("dead", "dead"),
        Standing::Tombstone => ("", "a tombstone"),
        Standing::Copy => ("copy", "a copy that nothing points to yet"),
        Standing::Unread => ("unread", "not read yet"),
    };
    let value = shown_or(record.value.as_deref(), "deleted");
    let label = format!("{} = {value}, {} bytes at offset {}, {word}", record.key, at.len, at.offset);
    shape.class(class).changed(spotlight.is_on_record(at.segment, at.offset)).selects().label(label)
}

/// A mark, which says only that all before it was synced.
fn mark_cell(strip: &Strip, at: &Position, spotlight: &Spotlight) -> Shape {
    let left = strip.x(at.offset);
    let key = format!("segment {}@{}", at.segment, at.offset);
    let width = (strip.x(at.offset + at.len) - left).max(2.0);
    let label = format!("a mark, {} bytes at offset {}: all before it was synced", at.len, at.offset);
    let shape = mark(key, left, strip.top(), width, CELL).changed(spotlight.is_on_record(at.segment, at.offset));
    shape.selects().label(label)
}

/// A copy comes from its original, any other record from memory.
fn born(placed: &PlacedRecord, spotlight: &Spotlight, memory: Point) -> Whence {
    match spotlight.copied_from.filter(|_| spotlight.record == Some(placed.at)) {
        Some(from) => Whence::Shape(format!("segment {}@{}", from.segment, from.offset)),
        None => Whence::At(memory),
    }
}

/// A record's cell, with as much of it as there is room for: at least its colour, then its key, then its value.
fn record_cell(key: String, left: f32, top: f32, room: f32, record: &Record) -> Shape {
    let name = record.key.as_str();
    // What a cell needs beside its texts: the colour, and some air.
    let needed = width(name, SIZE) + 13.0;
    let held = match record.value.as_deref() {
        None if room < needed + 14.0 => {
            return bare(key, left, top, room, name).path(cross(room / 2.0 + 2.0, CELL / 2.0, 4.0), "tombstone");
        }
        None => Held::Tombstone,
        Some(_) if room < LEAST_WITH_TEXT => return bare(key, left, top, room, name),
        Some(value) if room >= needed + width(value, SIZE) + 6.0 || room > 80.0 => Held::Value(value),
        Some(_) => Held::Nothing,
    };
    cell(key, left, top, room, CELL, name, held)
}

/// A cell without text.
fn bare(key: String, left: f32, top: f32, width: f32, name: &str) -> Shape {
    Shape::new(key, left, top).rect(0.0, 0.0, width, CELL, 0.0, "cell").rect(
        0.0,
        0.0,
        width.min(4.0),
        CELL,
        0.0,
        hue(name),
    )
}

/// Where there are too many records to draw: how many, and how many of them are alive.
fn summary(strip: &Strip, content: &Content) -> Shape {
    let live = content.records.iter().filter(|placed| placed.standing == Standing::Live);
    let (count, bytes) = live.fold((0, 0), |(count, bytes), placed| (count + 1, bytes + placed.at.len));
    let filled = strip.x(bytes) - strip.at.x;
    let text = format!("{}, {count} alive", wording::count(content.records.len(), "record"));
    Shape::new(format!("summary {}", strip.segment), strip.at.x, strip.top())
        .rect(0.0, 0.0, filled, CELL, 0.0, "share")
        .text(6.0, 16.0, Anchor::Start, "small", fit(&text, strip.width - 12.0, SMALL))
}

/// The oldest segments, where there are too many: one place for all.
fn fold(folded: &Folded) -> Shape {
    let text = format!("{} older segments, {} bytes", folded.segments, folded.bytes);
    Shape::new("folded", folded.at.x, folded.at.y + NAME)
        .rect(4.0, -4.0, folded.width - 4.0, CELL, 0.0, "strip")
        .rect(0.0, 0.0, folded.width - 4.0, CELL, 0.0, "frame")
        .text(8.0, 16.0, Anchor::Start, "small", fit(&text, folded.width - 20.0, SMALL))
}

fn tag_width(hint: &FileView) -> f32 {
    width(&tag_text(hint), SMALL) + 10.0
}

fn tag_text(hint: &FileView) -> String {
    let unfinished = if hint.is.is_unfinished { ".tmp" } else { "" };
    format!("hint{unfinished} {} B", hint.len)
}

/// The hint file, at the end of the line with its segment's name.
fn hint_tag(strip: &Strip, hint: &FileView, spotlight: &Spotlight) -> Shape {
    let width = tag_width(hint);
    let shape = Shape::new(format!("hint {}", strip.segment), strip.at.x + strip.width - width, strip.at.y)
        .rect(0.0, 1.0, width, 15.0, 0.0, "frame")
        .text(width / 2.0, 12.0, Anchor::Middle, "small", tag_text(hint))
        .changed(spotlight.hint == Some(strip.segment))
        .selects()
        .label(format!("{}, {} bytes", hint.name, hint.len));
    if hint.unsynced.is_empty() { shape } else { shape.path(hatch(0.0, 1.0, width, 15.0), "hatch") }
}

/// Bytes that are no record: torn by a crash, or changed by the disk itself.
fn bad_bytes(strip: &Strip, from: u64, to: u64, reason: BadRecord) -> Shape {
    let left = strip.x(from);
    let width = (strip.x(to) - left).max(6.0);
    let mut shape = Shape::new(format!("segment {}@{from}", strip.segment), left, strip.top())
        .rect(0.0, 0.0, width, CELL, 0.0, "torn")
        .selects()
        .label(format!("no record from offset {from}: {reason}"));
    let word = match reason {
        BadRecord::Short { .. } => {
            shape = shape.path(torn_edge(width, CELL), "cross");
            "torn"
        }
        BadRecord::Checksum { .. } | BadRecord::Mark => "bad checksum",
    };
    if width > 40.0 {
        shape = shape.text(6.0, 16.0, Anchor::Start, "small", fit(word, width - 10.0, SMALL));
    }
    shape
}

/// What is written and not synced, hatched.
fn unsynced(strip: &Strip, file: &FileView) -> Option<Shape> {
    let from = file.unsynced.iter().map(|range| range.start).min()?;
    let to = file.unsynced.iter().map(|range| range.end).max()?.min(file.len);
    let (left, right) = (strip.x(from), strip.x(to));
    let shape = Shape::new(format!("unsynced {}", strip.segment), left, strip.top());
    Some(shape.path(hatch(0.0, 0.0, right - left, CELL), "hatch"))
}

/// Where somebody reads or writes just now.
struct Head {
    name: &'static str,
    segment: SegmentId,
    offset: u64,
}

impl Head {
    /// Where it stands on its strip, how much room its name needs, and whether that is at its right.
    fn place(&self, strip: &Strip) -> (f32, f32, bool) {
        let x = strip.x(self.offset).max(strip.at.x + 5.0);
        let needs = Face::of("head-name").width(self.name) + 14.0;
        (x, needs, x + needs < strip.at.x + strip.width)
    }
}

/// The heads of a merge that reads and writes, or of a start-up that reads.
fn heads(engine: &HashIndex, layout: &Layout) -> Vec<Head> {
    let mut heads = Vec::new();
    if let Some((segment, offset)) = engine.memory.recovery.as_ref().and_then(|recovery| recovery.reading()) {
        heads.push(Head { name: "start-up reads", segment, offset });
    }
    let Some(merge) = engine.memory.merge.as_ref() else { return heads };
    let (input, offset) = merge.reading;
    if let Some(segment) = merge.inputs.get(input) {
        heads.push(Head { name: "merge reads", segment: *segment, offset });
    }
    let last = merge.outputs.last().and_then(|output| layout.strip(output.id));
    if let Some(file) = last.and_then(|strip| strip.data.as_ref()).filter(|file| file.is.is_unfinished) {
        heads.push(Head { name: "merge writes", segment: file.is.segment, offset: file.len });
    }
    heads
}

pub fn draw_heads(scene: &mut Scene, engine: &HashIndex, layout: &Layout) {
    for head in heads(engine, layout) {
        let Some(strip) = layout.strip(head.segment) else { continue };
        let (name, (x, _, fits_right)) = (head.name, head.place(strip));
        let (side, anchor) = if fits_right { (8.0, Anchor::Start) } else { (-8.0, Anchor::End) };
        let shape = Shape::new(format!("head {name}"), x, strip.top() + CELL + 2.0).path("M0 0L5 8H-5Z", "head").text(
            side,
            9.0,
            anchor,
            "head-name",
            name,
        );
        scene.push(shape);
    }
}
