//! Where everything stands. What a region or a file is called has a column of its own at the left, so that what it holds has
//! all the rest: a row for the keydir, and one for each segment, in two columns where there are many.

use crate::engine::storage::hash_index::{Content, FileView, HashIndex, SegmentId};
use crate::scene::area::{Area, GAP};
use crate::scene::{Breadth, between};

/// The column of names, on a page and on a phone.
const NAMES: (f32, f32) = (136.0, 96.0);
/// A line of a name.
pub const LINE: f32 = 14.0;
/// The name of the disk.
const HEAD: f32 = 20.0;
/// The keydir: a tall row of entries, or two low ones.
const ENTRIES: f32 = 46.0;
/// Below the records: offsets, and where somebody reads or writes.
const BELOW: f32 = 2.0 * GAP;
/// From one segment to the next: as much as a name of three lines needs, on a phone one of four, and with many segments less.
const PITCH: (f32, f32) = (50.0, 58.0);
const CLOSE: f32 = 42.0;
/// So many segments have all the breadth of a page; more of them stand in two columns.
const FEW: usize = 5;
/// More records than this are not drawn one by one.
const MOST_CELLS: usize = 220;

pub struct Layout {
    pub stage: Area,
    pub memory: Area,
    pub disk: Area,
    pub strips: Vec<Strip>,
    /// The oldest segments, where there are too many for a strip each.
    pub folded: Option<Folded>,
    /// Whether records are drawn one by one.
    pub shows_records: bool,
    names: f32,
}

/// A segment with its files, and its place.
pub struct Strip {
    pub segment: SegmentId,
    pub data: Option<FileView>,
    /// What the data file holds.
    pub content: Option<Content>,
    pub hint: Option<FileView>,
    /// What its files are called.
    pub name: Area,
    /// Its records.
    pub at: Area,
    /// Units for each byte.
    scale: f32,
}

/// What stands for the segments that have no strip.
pub struct Folded {
    pub segments: usize,
    pub bytes: u64,
    pub at: Area,
}

impl Strip {
    /// Where the byte at `offset` is drawn, from the left of the stage.
    pub fn x(&self, offset: u64) -> f32 {
        self.at.x + (offset as f32 * self.scale).min(self.at.width)
    }

    /// The room of the bytes from one offset to another, which is never nothing.
    pub fn bytes(&self, from: u64, to: u64) -> Area {
        let x = self.x(from);
        Area { x, width: (self.x(to) - x).max(2.0), ..self.at }
    }
}

/// How many segments stand side by side, how many rows have room, and how high a row is.
fn grid(strips: usize, breadth: Breadth) -> (usize, usize, f32) {
    let is_wide = breadth == Breadth::Wide;
    let columns = if is_wide && strips > FEW { 2 } else { 1 };
    let room = breadth.height() - around();
    let rows = strips.div_ceil(columns).clamp(1, (room / CLOSE) as usize);
    (columns, rows, between(room / rows as f32, CLOSE, if is_wide { PITCH.0 } else { PITCH.1 }))
}

/// What a stage has beside its segments.
fn around() -> f32 {
    2.0 * (2.0 * GAP) + GAP + ENTRIES + HEAD
}

/// How high a stage the segments need.
pub fn height(engine: &HashIndex, breadth: Breadth) -> f32 {
    let (_, rows, pitch) = grid(strips(engine).len(), breadth);
    around() + rows as f32 * pitch
}

impl Layout {
    /// Where everything stands on a stage of that height.
    pub fn new(engine: &HashIndex, breadth: Breadth, height: f32) -> Layout {
        let stage = Area::stage(breadth, height);
        let names = if breadth == Breadth::Wide { NAMES.0 } else { NAMES.1 };
        let mut disk = stage.inset(GAP);
        let memory = disk.cut_top(ENTRIES + 2.0 * GAP);
        disk.cut_top(GAP);

        let mut strips = strips(engine);
        let (columns, rows, least) = grid(strips.len(), breadth);
        // While there are fewer than the stage has room for, they are taller.
        let pitch = between((height - around()) / rows as f32, least, 2.0 * ENTRIES);
        let surplus = strips.len().saturating_sub(columns * rows);
        // The fold takes a place itself.
        let folded: Vec<Strip> = strips.drain(..if surplus > 0 { surplus + 1 } else { 0 }).collect();
        for strip in &mut strips {
            strip.content = strip.data.as_ref().map(|file| engine.content(file));
        }

        let mut shelves = Area { x: disk.x + GAP, width: disk.width - 2.0 * GAP, ..disk };
        shelves.cut_top(HEAD);
        let place = |number: usize| {
            let mut row = shelves.column(columns, number % columns);
            row.cut_top(pitch * (number / columns) as f32);
            let mut row = row.cut_top(pitch);
            let name = row.cut_left(names);
            row.cut_bottom(BELOW);
            (name, row)
        };
        let first = usize::from(!folded.is_empty());
        for (number, strip) in strips.iter_mut().enumerate() {
            let len = strip.data.as_ref().map_or(0, |file| file.len);
            (strip.name, strip.at) = place(number + first);
            strip.scale = strip.at.width / len.max(engine.settings.segment_bytes) as f32;
        }
        let records: usize = strips.iter().flat_map(|strip| &strip.content).map(|each| each.records.len()).sum();
        let folded = (!folded.is_empty()).then(|| Folded {
            segments: folded.len(),
            bytes: folded.iter().flat_map(|strip| &strip.data).map(|file| file.len).sum(),
            at: place(0).1,
        });
        Layout { stage, memory, disk, strips, folded, shows_records: records <= MOST_CELLS, names }
    }

    pub fn strip(&self, segment: SegmentId) -> Option<&Strip> {
        self.strips.iter().find(|strip| strip.segment == segment)
    }

    /// What memory is called, and the room of its entries.
    pub fn keydir(&self) -> (Area, Area) {
        let mut entries = self.memory.inset(GAP);
        (entries.cut_left(self.names), entries)
    }
}

/// The segments in the order of the log, not placed yet.
fn strips(engine: &HashIndex) -> Vec<Strip> {
    const NOWHERE: Area = Area { x: 0.0, y: 0.0, width: 0.0, height: 0.0 };
    let mut strips: Vec<Strip> = Vec::new();
    for file in engine.files() {
        let segment = file.is.segment;
        if strips.last().is_none_or(|strip| strip.segment != segment) {
            let (name, at) = (NOWHERE, NOWHERE);
            strips.push(Strip { segment, data: None, content: None, hint: None, name, at, scale: 0.0 });
        }
        let strip = strips.last_mut().expect("one was just added if there was none");
        if file.is.is_hint {
            strip.hint = Some(file);
        } else {
            strip.data = Some(file);
        }
    }
    strips
}
