//! The upper region: the keydir's entries, and the pointers from them down to the disk.

use super::layout::{LINE, Layout};
use super::spotlight::Spotlight;
use crate::engine::key::Key;
use crate::engine::storage::hash_index::{HashIndex, Position};
use crate::engine::wording::count;
use crate::scene::area::{Area, GAP};
use crate::scene::rows::{boxed, put};
use crate::scene::text::Face;
use crate::scene::vocabulary::{Held, ROUND, cell, hue, tint};
use crate::scene::{Anchor, Point, Scene, Shape, Whence};

/// The least width of an entry.
const LEAST_WIDTH: f32 = 80.0;
/// With more keys than this only the pointer of the key in question is drawn: a hundred arrows show nothing.
const MOST_POINTERS: usize = 14;

pub fn draw_region(scene: &mut Scene, engine: &HashIndex, layout: &Layout) {
    let keydir = &engine.memory.keydir;
    let keys = count(keydir.len, "key");
    let mut room = layout.memory.own().inset(GAP);
    let lines = ["Memory".to_owned(), format!("keydir: {keys}"), format!("{} bytes", keydir.memory())];
    let region = lines.iter().fold(boxed("memory", layout.memory, ROUND, "memory"), |region, line| {
        put(region, room.cut_top(LINE), Anchor::Start, "region-name", line)
    });
    scene.push(region.label(format!("Memory: the keydir, {keys} in {} bytes", keydir.memory())));
    let note = if let Some(damage) = &engine.memory.damage {
        format!("closed: {} is damaged at offset {}", damage.file, damage.offset)
    } else if engine.memory.recovery.is_some() && keydir.len == 0 {
        "empty: the crash took all of it".to_owned()
    } else if keydir.len == 0 {
        "no keys yet".to_owned()
    } else {
        return;
    };
    let (_, entries) = layout.keydir();
    scene.push(put(boxed("no keys", entries, 2.0, "slot"), entries.own(), Anchor::Middle, "small", note));
}

/// The places of the entries: few have a row of tall ones, many two rows.
struct Grid {
    room: Area,
    columns: usize,
    rows: usize,
}

impl Grid {
    fn new(engine: &HashIndex, layout: &Layout) -> Grid {
        let room = layout.keydir().1;
        let most = ((room.width + GAP) / (LEAST_WIDTH + GAP)) as usize;
        let keys = engine.memory.keydir.len;
        // In thirds of the row, so that not every new key makes all others narrower.
        let third = (most / 3).max(1);
        let columns = (keys.div_ceil(third) * third).clamp(1, most);
        Grid { room, columns, rows: if keys <= most { 1 } else { 2 } }
    }

    fn place(&self, number: usize) -> Area {
        self.room.place(self.columns, self.rows, number)
    }
}

/// The entries that are shown, each with its place, and how many there was no room for.
fn placed<'a>(engine: &'a HashIndex, grid: &Grid, spotlight: &Spotlight) -> (Vec<(&'a Key, Position, Area)>, usize) {
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
    let grid = Grid::new(engine, layout);
    let (entries, hidden) = placed(engine, &grid, spotlight);
    for (key, to, at) in &entries {
        let changed = spotlight.entry && spotlight.key.as_ref() == Some(key);
        let shape = entry(key, *to, *at)
            .changed(changed)
            .label(format!("{key}: {} bytes in {to}", to.len))
            .born(Whence::Shape(format!("segment {}@{}", to.segment, to.offset)));
        scene.push(shape);
    }
    if hidden > 0 {
        let at = grid.place(entries.len());
        let more = Shape::new("more keys", at.x, at.y);
        scene.push(put(more, at.own(), Anchor::Start, "small", format!("and {hidden} more")));
    }
}

/// A tall entry has its key and below it what the keydir knows of it; a low one has both in one line.
fn entry(key: &Key, to: Position, at: Area) -> Shape {
    let (name, place) = (key.as_str(), format!("{}@{}", to.segment, to.offset));
    let (shape, own) = (entry_key(key), at.own());
    if at.height < 2.0 * LINE {
        return cell(shape, at.x, at.y, at.width, at.height, name, Held::Value(&place));
    }
    let mut text = own.inset(GAP / 2.0);
    text.cut_left(GAP);
    let first = text.cut_top(text.height / 2.0);
    let words = format!("{place}, {} bytes", to.len);
    let face = Face::of("small data");
    let shown = if face.width(&words) <= text.width { words } else { place };
    let entry = boxed(shape, at, 2.0, "cell").rect(0.0, 0.0, own.width, own.height, 2.0, tint(name)).rect(
        0.0,
        0.0,
        GAP / 2.0,
        own.height,
        2.0,
        hue(name),
    );
    put(put(entry, first, Anchor::Start, "key", name), text, Anchor::Start, "small data", shown)
}

pub fn draw_pointers(scene: &mut Scene, engine: &HashIndex, layout: &Layout, spotlight: &Spotlight) {
    let grid = Grid::new(engine, layout);
    let (entries, _) = placed(engine, &grid, spotlight);
    let few = engine.memory.keydir.len <= MOST_POINTERS;
    for (key, to, at) in entries {
        let is_followed = spotlight.follows && spotlight.key.as_ref() == Some(key);
        let is_in_question = spotlight.key.as_ref() == Some(key);
        let Some(strip) = layout.strip(to.segment).filter(|_| few || is_in_question) else { continue };
        let record = strip.bytes(to.offset, to.offset + to.len);
        let (from, target) = (Point::new(at.middle().x, at.bottom()), Point::new(record.middle().x, record.y - 1.0));
        let class = if is_followed { "path" } else { "pointer" };
        scene.push(Shape::arrow(format!("pointer {}", key.as_str()), from, target).arrow_class(class));
    }
}

fn entry_key(key: &Key) -> String {
    format!("entry {}", key.as_str())
}
