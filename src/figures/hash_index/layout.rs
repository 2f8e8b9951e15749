//! Where everything stands: how many columns of strips, which segments have one, and which byte is at which place.

use crate::engine::storage::hash_index::{Content, FileView, HashIndex, SegmentId};
use crate::scene::text::SMALL;
use crate::scene::{Breadth, Point};

const MARGIN: f32 = 8.0;
/// The room of a region's name.
pub const HEAD: f32 = 22.0;
/// The height of a record's cell.
pub const CELL: f32 = 24.0;
/// From the top of a strip's place to its cells: the name stands there.
pub const NAME: f32 = 22.0;
/// Two rows of entries.
const MEMORY: f32 = HEAD + 58.0;
/// From the top of a strip's place to the next.
const PITCH: f32 = NAME + CELL + 18.0;
/// More records than this are not drawn one by one.
const MOST_CELLS: usize = 220;

pub struct Layout {
    pub breadth: Breadth,
    pub height: f32,
    /// The memory's box: top, height. The disk's likewise.
    pub memory: (f32, f32),
    pub disk: (f32, f32),
    pub strips: Vec<Strip>,
    /// The oldest segments, where there are too many for a strip each.
    pub folded: Option<Folded>,
    /// Whether there is room for offsets under the cells.
    pub shows_offsets: bool,
    /// Whether records are drawn one by one.
    pub shows_records: bool,
}

/// A segment with its files, and its place.
pub struct Strip {
    pub segment: SegmentId,
    pub data: Option<FileView>,
    /// What the data file holds.
    pub content: Option<Content>,
    pub hint: Option<FileView>,
    pub at: Point,
    pub width: f32,
    /// Units for each byte.
    scale: f32,
}

/// What stands for the segments that have no strip.
pub struct Folded {
    pub segments: usize,
    pub bytes: u64,
    pub at: Point,
    pub width: f32,
}

impl Strip {
    /// Where the byte at `offset` is drawn, from the left of the stage.
    pub fn x(&self, offset: u64) -> f32 {
        self.at.x + (offset as f32 * self.scale).min(self.width)
    }

    /// The top of the cells.
    pub fn top(&self) -> f32 {
        self.at.y + NAME
    }
}

/// How many columns and rows of strips there are room for: few of them are wide.
fn grid(strips: usize, breadth: Breadth) -> (usize, usize) {
    let (few, most) = if breadth == Breadth::Wide { ((2, 3), (3, 5)) } else { ((1, 5), (2, 5)) };
    if strips <= few.0 * few.1 { few } else { most }
}

/// How high a stage the strips need.
pub fn height(engine: &HashIndex, breadth: Breadth) -> f32 {
    let strips = strips(engine).len();
    let (columns, most) = grid(strips, breadth);
    3.0 * MARGIN + MEMORY + HEAD + strips.div_ceil(columns).clamp(1, most) as f32 * PITCH
}

impl Layout {
    /// Where everything stands on a stage of that height.
    pub fn new(engine: &HashIndex, breadth: Breadth, height: f32) -> Layout {
        let memory = (MARGIN, MEMORY);
        let disk_top = 2.0 * MARGIN + MEMORY;
        let disk = (disk_top, height - disk_top - MARGIN);

        let mut strips = strips(engine);
        let (columns, rows) = grid(strips.len(), breadth);
        let used = strips.len().div_ceil(columns).clamp(1, rows);
        let surplus = strips.len().saturating_sub(columns * rows);
        // The fold takes a place itself.
        let folded: Vec<Strip> = strips.drain(..if surplus > 0 { surplus + 1 } else { 0 }).collect();
        for strip in &mut strips {
            strip.content = strip.data.as_ref().map(|file| engine.content(file));
        }

        let gap = 14.0;
        let left = 2.0 * MARGIN;
        let width = (breadth.width() - 2.0 * left - gap * (columns - 1) as f32) / columns as f32;
        let pitch = ((disk.1 - HEAD) / used as f32).min(PITCH);
        let place = |number: usize| {
            let (column, row) = ((number % columns) as f32, (number / columns) as f32);
            Point::new(left + column * (width + gap), disk.0 + HEAD + row * pitch)
        };
        let first = usize::from(!folded.is_empty());
        for (number, strip) in strips.iter_mut().enumerate() {
            let len = strip.data.as_ref().map_or(0, |file| file.len);
            strip.at = place(number + first);
            strip.width = width;
            strip.scale = width / len.max(engine.settings.segment_bytes) as f32;
        }
        let records: usize = strips.iter().flat_map(|strip| &strip.content).map(|each| each.records.len()).sum();
        let folded = (!folded.is_empty()).then(|| Folded {
            segments: folded.len(),
            bytes: folded.iter().flat_map(|strip| &strip.data).map(|file| file.len).sum(),
            at: place(0),
            width,
        });
        Layout {
            breadth,
            height,
            memory,
            disk,
            strips,
            folded,
            shows_offsets: pitch >= NAME + CELL + SMALL,
            shows_records: records <= MOST_CELLS,
        }
    }

    pub fn strip(&self, segment: SegmentId) -> Option<&Strip> {
        self.strips.iter().find(|strip| strip.segment == segment)
    }

    /// The left edge of both regions, and their width.
    pub fn sides(&self) -> (f32, f32) {
        (MARGIN, self.breadth.width() - 2.0 * MARGIN)
    }
}

/// The segments in the order of the log, not placed yet.
fn strips(engine: &HashIndex) -> Vec<Strip> {
    let mut strips: Vec<Strip> = Vec::new();
    for file in engine.files() {
        let segment = file.is.segment;
        if strips.last().is_none_or(|strip| strip.segment != segment) {
            strips.push(Strip {
                segment,
                data: None,
                content: None,
                hint: None,
                at: Point::default(),
                width: 0.0,
                scale: 0.0,
            });
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
