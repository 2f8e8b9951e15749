//! The lower region: a strip for each segment, its records as cells as wide as their bytes.

use super::layout::{Folded, LINE, Layout, Strip};
use super::spotlight::Spotlight;
use crate::engine::storage::hash_index::{
    BadRecord, Content, FileView, HashIndex, PlacedRecord, Position, SegmentId, Standing,
};
use crate::engine::wording::{count, shown_or};
use crate::scene::area::{Area, GAP};
use crate::scene::rows::{boxed, fitting, put};
use crate::scene::text::Face;
use crate::scene::vocabulary::{disk, hatch, mark, record, torn_edge};
use crate::scene::{Anchor, Point, Scene, Shape, Whence};

/// From the records down to the line of offsets.
const TO_OFFSET: f32 = 11.0;

pub fn draw_region(scene: &mut Scene, engine: &HashIndex, layout: &Layout) {
    let files = engine.files();
    let bytes: u64 = files.iter().map(|file| file.len).sum();
    let name = format!("Disk: {}, {bytes} bytes", count(files.len(), "file"));
    let Area { x, y, width, height } = layout.disk;
    scene.push(disk("disk", x, y, width, height, &name));
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
                let from = Point::new(strip.x(placed.at.offset), layout.memory.bottom());
                scene.push(draw_record(strip, placed, !has_head, spotlight).born(born(placed, spotlight, from)));
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
        let most = engine.settings.segment_bytes;
        if file.is_active && file.len < most && engine.memory.damage.is_none() {
            scene.push(free(strip, file.len, most));
        }
        if let Some(unsynced) = unsynced(strip, file) {
            scene.push(unsynced);
        }
        if let Some((_, offset)) = spotlight.cut.filter(|(segment, _)| *segment == strip.segment) {
            let edge = torn_edge(0.0, strip.at.height);
            scene.push(Shape::new("cut", strip.x(offset), strip.at.y).path(edge, "cross"));
        }
    }
}

/// The strip itself, as long as a segment may grow, and at its left what the file is called and what becomes of it.
fn frame(strip: &Strip, engine: &HashIndex, spotlight: &Spotlight) -> Shape {
    let key = format!("segment {}", strip.segment);
    let shape = Shape::new(key, strip.name.x, strip.name.y).changed(spotlight.segments.contains(&strip.segment));
    let at = Area { x: strip.at.x - strip.name.x, y: 0.0, ..strip.at };
    let framed = |shape: Shape, class| shape.rect(at.x, at.y, at.width, at.height, 0.0, class);
    let Some(file) = &strip.data else { return framed(shape, "slot") };
    let is_read = engine.memory.merge.as_ref().is_some_and(|merge| merge.inputs.contains(&strip.segment));
    let mut notes = vec![format!("{} B", file.len)];
    let states = [(file.is_active, "active"), (is_read, "being merged"), (!file.is_named, "name not synced")];
    notes.extend(states.iter().filter(|(holds, _)| *holds).map(|(_, note)| (*note).to_owned()));
    let label = format!("{}, {}", file.name, notes.join(", "));
    let mut lines = strip.name.own();
    let shape = framed(shape, if file.is.is_unfinished { "slot" } else { "strip" });
    let mut shape = put(shape, lines.cut_top(LINE), Anchor::Start, "file-name", &file.name);
    // What has no room beside the size stands below it, as long as the hint has a line left.
    while !notes.is_empty() && lines.height >= 2.0 * LINE {
        let line = fitting(&notes, "note", lines.width - GAP / 2.0);
        notes.retain(|note| !line.split(" · ").any(|shown| shown == note));
        shape = put(shape, lines.cut_top(LINE), Anchor::Start, "note", line);
    }
    shape.class(if file.is_named { "" } else { "unnamed" }).selects().label(label)
}

/// What an active segment still has room for.
fn free(strip: &Strip, from: u64, to: u64) -> Shape {
    let at = strip.bytes(from, to);
    let words = format!("room for {} B more", to - from);
    let slot = boxed(format!("free {}", strip.segment), at, 0.0, "slot").label(&*words);
    if Face::of("small").width(&words) + GAP > at.width {
        return slot;
    }
    put(slot, at.own(), Anchor::Middle, "small", words)
}

fn draw_record(strip: &Strip, placed: &PlacedRecord, shows_offset: bool, spotlight: &Spotlight) -> Shape {
    let PlacedRecord { record: it, at, standing } = placed;
    let key = format!("segment {}@{}", at.segment, at.offset);
    let area = strip.bytes(at.offset, at.offset + at.len);
    let mut shape = record(key, area, it.key.as_str(), it.value.as_deref());
    let offset = at.offset.to_string();
    if shows_offset && area.width > Face::of("offset").width(&offset) {
        shape = shape.text(1.0, area.height + TO_OFFSET, Anchor::Start, "offset", offset);
    }
    let (class, word) = match standing {
        Standing::Live => ("", "alive"),
        Standing::New => ("", "not in the keydir yet"),
        Standing::Dead => ("dead", "dead"),
        Standing::Tombstone => ("", "a tombstone"),
        Standing::Copy => ("copy", "a copy that nothing points to yet"),
        Standing::Unread => ("unread", "not read yet"),
    };
    let value = shown_or(it.value.as_deref(), "deleted");
    let label = format!("{} = {value}, {} bytes at offset {}, {word}", it.key, at.len, at.offset);
    shape.class(class).changed(spotlight.is_on_record(at.segment, at.offset)).selects().label(label)
}

/// A mark, which says only that all before it was synced.
fn mark_cell(strip: &Strip, at: &Position, spotlight: &Spotlight) -> Shape {
    let key = format!("segment {}@{}", at.segment, at.offset);
    let label = format!("a mark, {} bytes at offset {}: all before it was synced", at.len, at.offset);
    let shape = mark(key, strip.bytes(at.offset, at.offset + at.len));
    shape.changed(spotlight.is_on_record(at.segment, at.offset)).selects().label(label)
}

/// A copy comes from its original, any other record from memory.
fn born(placed: &PlacedRecord, spotlight: &Spotlight, memory: Point) -> Whence {
    match spotlight.copied_from.filter(|_| spotlight.record == Some(placed.at)) {
        Some(from) => Whence::Shape(format!("segment {}@{}", from.segment, from.offset)),
        None => Whence::At(memory),
    }
}

/// Where there are too many records to draw: how many, and how many of them are alive.
fn summary(strip: &Strip, content: &Content) -> Shape {
    let live = content.records.iter().filter(|placed| placed.standing == Standing::Live);
    let (alive, bytes) = live.fold((0, 0), |(alive, bytes), placed| (alive + 1, bytes + placed.at.len));
    let words = [count(content.records.len(), "record"), format!("{alive} alive")];
    let mut room = strip.at.own();
    room.cut_left(GAP);
    let shape = boxed(format!("summary {}", strip.segment), strip.bytes(0, bytes), 0.0, "share");
    put(shape, room, Anchor::Start, "small", fitting(&words, "small", room.width))
}

/// The oldest segments, where there are too many: one place for all.
fn fold(folded: &Folded) -> Shape {
    let words = [format!("{} older segments", folded.segments), format!("{} bytes", folded.bytes)];
    let own = folded.at.own();
    let shape = boxed("folded", folded.at, 0.0, "frame");
    put(shape, own, Anchor::Middle, "small", fitting(&words, "small", own.width - GAP))
}

/// The hint file, below the name of its segment.
fn hint_tag(strip: &Strip, hint: &FileView, spotlight: &Spotlight) -> Shape {
    let unfinished = if hint.is.is_unfinished { ".tmp" } else { "" };
    let words = format!("hint{unfinished} {} B", hint.len);
    let mut at = strip.name;
    let mut at = at.cut_bottom(LINE + 2.0);
    at.width = Face::of("small").width(&words) + GAP;
    let shape =
        put(boxed(format!("hint {}", strip.segment), at, 0.0, "frame"), at.own(), Anchor::Middle, "small", words)
            .changed(spotlight.hint == Some(strip.segment))
            .selects()
            .label(format!("{}, {} bytes", hint.name, hint.len));
    if hint.unsynced.is_empty() { shape } else { shape.path(hatch(0.0, 0.0, at.width, at.height), "hatch") }
}

/// Bytes that are no record: torn by a crash, or changed by the disk itself.
fn bad_bytes(strip: &Strip, from: u64, to: u64, reason: BadRecord) -> Shape {
    let at = strip.bytes(from, to);
    let mut shape = boxed(format!("segment {}@{from}", strip.segment), at, 0.0, "torn")
        .selects()
        .label(format!("no record from offset {from}: {reason}"));
    let word = match reason {
        BadRecord::Short { .. } => {
            shape = shape.path(torn_edge(at.width, at.height), "cross");
            "torn"
        }
        BadRecord::Checksum { .. } | BadRecord::Mark => "bad checksum",
    };
    let face = Face::of("small");
    let word = if face.width(word) + GAP < at.width { word } else { "" };
    if word.is_empty() { shape } else { put(shape, at.own(), Anchor::Middle, "small", word) }
}

/// What is written and not synced, hatched.
fn unsynced(strip: &Strip, file: &FileView) -> Option<Shape> {
    let from = file.unsynced.iter().map(|range| range.start).min()?;
    let to = file.unsynced.iter().map(|range| range.end).max()?.min(file.len);
    let at = strip.bytes(from, to);
    let shape = Shape::new(format!("unsynced {}", strip.segment), at.x, at.y);
    let label = format!("the last {} of {}: not synced", count(to - from, "byte"), file.name);
    Some(shape.path(hatch(0.0, 0.0, at.width, at.height), "hatch").label(label))
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
        let x = strip.x(self.offset).max(strip.at.x + GAP / 2.0);
        let needs = Face::of("head-name").width(self.name) + 2.0 * GAP;
        (x, needs, x + needs < strip.at.right())
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
        let (side, anchor) = if fits_right { (GAP, Anchor::Start) } else { (-GAP, Anchor::End) };
        let shape = Shape::new(format!("head {name}"), x, strip.at.bottom() + 2.0).path("M0 0L5 8H-5Z", "head");
        scene.push(shape.text(side, TO_OFFSET - 2.0, anchor, "head-name", name));
    }
}
