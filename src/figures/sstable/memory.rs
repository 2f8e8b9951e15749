//! The upper region: the memtable as a strip of sorted cells, and the sparse index of each table.

use super::layout::{CELL, Card, Layout};
use super::spotlight::Spotlight;
use crate::engine::storage::Entry;
use crate::engine::storage::sstable::SsTables;
use crate::engine::wording::shown_or;
use crate::scene::text::{SMALL, fit, width};
use crate::scene::vocabulary::{Held, cell, hue, memory};
use crate::scene::{Anchor, Breadth, Point, Scene, Shape, Whence, between};

/// The width of a cell of the memtable: at least, at most.
const CELL_WIDTH: (f32, f32) = (84.0, 150.0);
/// A key of an index needs that much.
const LEAST_CHIP: f32 = 40.0;
const CHIP: f32 = 18.0;
/// The width of the bar that fills with the memtable.
const GAUGE: f32 = 80.0;

pub fn draw_region(scene: &mut Scene, engine: &SsTables, layout: &Layout) {
    let (left, width) = layout.sides();
    let name = match (&engine.memory.damage, engine.memory.replayed) {
        (Some(_), _) => "Memory: nothing is served, since the disk is damaged".to_owned(),
        (None, Some(_)) => "Memory: start-up fills the memtable again".to_owned(),
        (None, None) => {
            let (bytes, limit) = (engine.memory.memtable.bytes, engine.settings.memtable_bytes);
            format!("Memory: the memtable has {bytes} of {limit} bytes")
        }
    };
    scene.push(memory("memory", left, layout.memory.0, width, layout.memory.1, &name));
    let full = (engine.memory.memtable.bytes as f32 / engine.settings.memtable_bytes as f32).min(1.0);
    let at = Point::new(left + width - GAUGE - 10.0, layout.memory.0 + 8.0);
    scene.push(
        Shape::new("fill", at.x, at.y)
            .rect(0.0, 0.0, GAUGE, 8.0, 4.0, "cell")
            .rect(0.0, 0.0, GAUGE * full, 8.0, 4.0, "gauge")
            .label("how full the memtable is"),
    );
}

/// The places of the memtable's cells.
pub struct Strip {
    left: f32,
    top: f32,
    columns: usize,
    rows: usize,
    pub cell: f32,
}

impl Strip {
    pub fn new(layout: &Layout, entries: usize) -> Strip {
        let (left, room) = layout.sides();
        let (left, room) = (left + 8.0, room - 16.0);
        let (top, rows) = layout.memtable;
        let cell = between(room / entries.div_ceil(rows).max(1) as f32, CELL_WIDTH.0, CELL_WIDTH.1);
        let columns = (room / cell) as usize;
        // A single row stands in the middle of the room of two.
        let top = if entries <= columns { top + 12.0 } else { top };
        Strip { left, top, columns, rows, cell }
    }

    pub fn place(&self, number: usize) -> Point {
        let (column, row) = ((number % self.columns) as f32, (number / self.columns) as f32);
        Point::new(self.left + column * self.cell, self.top + row * (CELL + 3.0))
    }

    fn room(&self) -> usize {
        self.columns * self.rows
    }
}

/// The entries that are shown, and how many come before and after them.
pub fn shown<'a>(engine: &'a SsTables, strip: &Strip, spotlight: &Spotlight) -> (usize, Vec<&'a Entry>, usize) {
    let memtable = &engine.memory.memtable;
    let room = strip.room();
    if memtable.len <= room {
        return (0, memtable.iter().collect(), 0);
    }
    // Around the key in question; a place at either end says how many there are beyond.
    let asked = spotlight.key.as_ref().map_or(0, |key| memtable.iter().take_while(|entry| entry.key < *key).count());
    let most = room - 2;
    let first = asked.saturating_sub(most / 2).min(memtable.len - most);
    (first, memtable.iter().skip(first).take(most).collect(), memtable.len - most - first)
}

pub fn draw_memtable(scene: &mut Scene, engine: &SsTables, layout: &Layout, spotlight: &Spotlight) {
    let strip = Strip::new(layout, engine.memory.memtable.len);
    let (before, entries, after) = shown(engine, &strip, spotlight);
    if engine.memory.memtable.is_empty() {
        let at = strip.place(0);
        let note = "the memtable is empty";
        scene.push(Shape::new("no memtable", at.x, at.y).rect(0.0, 0.0, 170.0, CELL, 2.0, "slot").text(
            10.0,
            16.0,
            Anchor::Start,
            "small",
            note,
        ));
    }
    let more = |key: &str, number: usize, at: Point| {
        Shape::new(key, at.x, at.y).text(6.0, 16.0, Anchor::Start, "small", format!("… {number} more"))
    };
    let mut place = 0;
    if before > 0 {
        scene.push(more("more before", before, strip.place(0)));
        place = 1;
    }
    for entry in entries {
        let at = strip.place(place);
        let key = entry.key.as_str();
        let is_asked = spotlight.in_memtable && spotlight.key.as_ref() == Some(&entry.key);
        let held = entry.value.as_deref().map_or(Held::Tombstone, Held::Value);
        let value = shown_or(entry.value.as_deref(), "a tombstone");
        let label = format!("{}: {value}, number {}", entry.key, entry.sequence);
        scene.push(
            cell(memtable_key(entry), at.x, at.y, strip.cell, CELL, key, held)
                .changed(is_asked)
                .label(label)
                .born(Whence::Shape(format!("record {}", entry.sequence))),
        );
        place += 1;
    }
    if after > 0 {
        scene.push(more("more after", after, strip.place(place)));
    }
}

/// A key has one entry in the memtable, and it stays where it is when it is replaced.
fn memtable_key(entry: &Entry) -> String {
    format!("mem {}", entry.key)
}

/// Where the cell of an entry is, if it has one.
pub fn cell_of(engine: &SsTables, layout: &Layout, entry: &Entry) -> Option<Point> {
    let strip = Strip::new(layout, engine.memory.memtable.len);
    let place = engine.memory.memtable.iter().position(|each| each.sequence == entry.sequence)?;
    (engine.memory.memtable.len <= strip.room()).then(|| strip.place(place))
}

/// Each open table's last key of each block, above its card.
pub fn draw_indexes(scene: &mut Scene, layout: &Layout, spotlight: &Spotlight) {
    for card in layout.cards.iter().filter(|card| card.table.is_open) {
        let at = card.index;
        let name = if layout.breadth == Breadth::Wide {
            format!("sparse index of {}", card.table.name)
        } else {
            fit(&card.table.name, 54.0, SMALL)
        };
        let name_at = if layout.breadth == Breadth::Wide { Point::new(0.0, -5.0) } else { Point::new(-54.0, 12.0) };
        let filter = spotlight.filter.filter(|(id, _)| *id == card.id());
        let name = match filter {
            Some((_, true)) => format!("filter of {}: maybe", card.table.name),
            Some((_, false)) => format!("filter of {}: no", card.table.name),
            None => name,
        };
        let is_asked = filter.is_some() || spotlight.index && spotlight.tables.contains(&card.id());
        let room = if layout.breadth == Breadth::Wide { card.index_width } else { 54.0 };
        scene.push(Shape::new(format!("index {}", card.id()), at.x, at.y).text(
            name_at.x,
            name_at.y,
            Anchor::Start,
            if is_asked { "head-name" } else { "small" },
            fit(&name, room, SMALL),
        ));
        draw_chips(scene, card, spotlight);
    }
}

/// From the key of the index to the block that it names. Under the cards, so that their names stay
/// legible; on a phone, where the index is far from the card, both are outlined and nothing more.
pub fn draw_pointer(scene: &mut Scene, layout: &Layout, spotlight: &Spotlight) {
    let is_near = layout.breadth == Breadth::Wide && spotlight.index;
    let Some((id, block)) = spotlight.block.filter(|_| is_near) else { return };
    let Some(card) = layout.card(id) else { return };
    let chips = Chips::new(card, spotlight);
    let Some(place) = card.blocks.iter().find(|place| place.number == block) else { return };
    let x = card.index.x + (block - chips.first) as f32 * chips.width + chips.width / 2.0;
    let to = Point::new(between(x, card.at.x + 30.0, card.at.x + card.width - 12.0), place.top);
    scene.push(Shape::arrow("index pointer", Point::new(x, card.index.y + CHIP), to).arrow_class("path"));
}

/// Which keys of an index are shown.
struct Chips {
    first: usize,
    most: usize,
    width: f32,
}

impl Chips {
    fn new(card: &Card, spotlight: &Spotlight) -> Chips {
        let blocks = card.table.blocks.len();
        let room = (card.index_width / LEAST_CHIP) as usize;
        // The last place may be needed to say how many more there are.
        let most = if blocks > room { room - 1 } else { room };
        let asked = spotlight.block.filter(|(id, _)| *id == card.id()).map_or(0, |(_, block)| block);
        let first = asked.saturating_sub(most / 2).min(blocks.saturating_sub(most));
        let width = (card.index_width / blocks.clamp(1, room) as f32).min(110.0);
        Chips { first, most, width }
    }
}

fn draw_chips(scene: &mut Scene, card: &Card, spotlight: &Spotlight) {
    let blocks = &card.table.blocks;
    let Chips { first, most, width: chip } = Chips::new(card, spotlight);
    let asked = spotlight.block.filter(|(id, _)| *id == card.id()).map(|(_, block)| block);
    let mut x = card.index.x;
    for (number, block) in blocks.iter().enumerate().skip(first).take(most) {
        let Some(last) = block.entries.last() else { continue };
        let is_asked = asked == Some(number);
        let key = last.entry.key.as_str();
        let shape = Shape::new(format!("index {}/{number}", card.id()), x, card.index.y)
            .rect(0.0, 0.0, chip - 3.0, CHIP, 2.0, "cell")
            .rect(0.0, 0.0, 3.0, CHIP, 2.0, hue(key))
            .text(7.0, 13.0, Anchor::Start, "small", fit(key, chip - 12.0, SMALL))
            .changed(is_asked)
            .label(format!("the last key of block {} is {}", number + 1, last.entry.key));
        scene.push(shape);
        x += chip;
    }
    if blocks.len() > most {
        let rest = format!("+{}", blocks.len() - most);
        let left = (x + 4.0).min(card.index.x + card.index_width - width(&rest, SMALL));
        scene.push(Shape::new(format!("index {}/more", card.id()), left, card.index.y).text(
            0.0,
            13.0,
            Anchor::Start,
            "small",
            rest,
        ));
    }
}
