//! The upper region: the keydir's entries, and the pointers from them down to the disk.

use super::layout::{HEAD, Layout};
use super::spotlight::Spotlight;
use crate::engine::key::Key;
use crate::engine::storage::hash_index::{HashIndex, Position};
use crate::scene::text::{SMALL, fit};
use crate::scene::vocabulary::{Held, cell, memory};
use crate::scene::{Anchor, Point, Scene, Shape, Whence};

/// The least width of an entry, and the pitch of their rows.
const LEAST_WIDTH: f32 = 92.0;
const PITCH: f32 = 26.0;
const GAP: f32 = 6.0;
/// With more keys than this only the pointer of the key in question is drawn: a hundred arrows show nothing.
const MOST_POINTERS: usize = 14;

pub fn draw_region(scene: &mut Scene, engine: &HashIndex, layout: &Layout) {
    let (left, width) = layout.sides();
    let keydir = &engine.memory.keydir;
    let keys = keydir.len;
    let plural = if keys == 1 { "" } else { "s" };
    let name = format!("Memory: the keydir, {keys} key{plural} in {} bytes", keydir.memory());
    let mut region = memory("memory", left, layout.memory.0, width, layout.memory.1, &name);
    let note = if let Some(damage) = &engine.memory.damage {
        format!("closed: {} is damaged at offset {}", damage.file, damage.offset)
    } else if engine.memory.recovery.is_some() && keys == 0 {
        "empty: the crash took all of it".to_owned()
    } else if keys == 0 {
        "no keys yet".to_owned()
    } else {
        String::new()
    };
    if !note.is_empty() {
        let middle = layout.memory.1 / 2.0 + 10.0;
        region = region.text(width / 2.0, middle, Anchor::Middle, "small", fit(&note, width - 16.0, SMALL));
    }
    scene.push(region);
}

/// The places of the entries.
struct Grid {
    left: f32,
    top: f32,
    columns: usize,
    rows: usize,
    entry: f32,
}

impl Grid {
    fn new(layout: &Layout) -> Grid {
        let (left, width) = layout.sides();
        let columns = ((width - GAP) / (LEAST_WIDTH + GAP)) as usize;
        let rows = ((layout.memory.1 - HEAD) / PITCH) as usize;
        let entry = (width - GAP) / columns as f32 - GAP;
        Grid { left: left + GAP, top: layout.memory.0 + HEAD, columns, rows, entry }
    }

    fn place(&self, number: usize) -> Point {
        let (column, row) = ((number % self.columns) as f32, (number / self.columns) as f32);
        Point::new(self.left + column * (self.entry + GAP), self.top + row * PITCH)
    }
}

/// The entries that are shown, each with its place, and how many there was no room for.
fn placed<'a>(engine: &'a HashIndex, grid: &Grid, spotlight: &Spotlight) -> (Vec<(&'a Key, Position, Point)>, usize) {
    let mut entries: Vec<_> = engine.memory.keydir.iter().collect();
    let room = grid.columns * grid.rows;
    let hidden = if entries.len() > room { entries.len() - (room - 1) } else { 0 };
    if hidden > 0 {
        // The key in question is always among those that are shown.
        let last = room - 2;
        if let Some(place) = entries.iter().position(|(key, _)| Some(*key) == spotlight.key.as_ref())
            && place > last
        {
            entries.swap(last, place);
        }
        entries.truncate(room - 1);
    }
    let placed = entries.into_iter().enumerate().map(|(number, (key, to))| (key, to, grid.place(number))).collect();
    (placed, hidden)
}

pub fn draw_entries(scene: &mut Scene, engine: &HashIndex, layout: &Layout, spotlight: &Spotlight) {
    let grid = Grid::new(layout);
    let (entries, hidden) = placed(engine, &grid, spotlight);
    for (key, to, at) in &entries {
        let to_text = format!("{}@{}", to.segment, to.offset);
        let changed = spotlight.entry && spotlight.key.as_ref() == Some(key);
        let shape = cell(entry_key(key), at.x, at.y, grid.entry, PITCH - 4.0, key.as_str(), Held::Value(&to_text))
            .changed(changed)
            .label(format!("{key}: {} bytes in {to}", to.len))
            .born(Whence::Shape(format!("segment {}@{}", to.segment, to.offset)));
        scene.push(shape);
    }
    if hidden > 0 {
        let at = grid.place(entries.len());
        let text = format!("and {hidden} more");
        scene.push(Shape::new("more keys", at.x, at.y).text(6.0, 15.0, Anchor::Start, "small", text));
    }
}

pub fn draw_pointers(scene: &mut Scene, engine: &HashIndex, layout: &Layout, spotlight: &Spotlight) {
    let grid = Grid::new(layout);
    let (entries, _) = placed(engine, &grid, spotlight);
    let few = engine.memory.keydir.len <= MOST_POINTERS;
    for (key, to, at) in entries {
        let is_followed = spotlight.follows && spotlight.key.as_ref() == Some(key);
        let is_in_question = spotlight.key.as_ref() == Some(key);
        let Some(strip) = layout.strip(to.segment).filter(|_| few || is_in_question) else { continue };
        let from = Point::new(at.x + grid.entry / 2.0, at.y + PITCH - 2.0);
        let middle = (strip.x(to.offset) + strip.x(to.offset + to.len)) / 2.0;
        let target = Point::new(middle, strip.top() - 1.0);
        let class = if is_followed { "path" } else { "pointer" };
        scene.push(Shape::arrow(format!("pointer {}", key.as_str()), from, target).arrow_class(class));
    }
}

fn entry_key(key: &Key) -> String {
    format!("entry {}", key.as_str())
}
