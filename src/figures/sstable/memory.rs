//! The upper region: the memtable as a strip of sorted cells, and the sparse index of each table above its card.

use super::layout::{Card, LINE, Layout};
use super::spotlight::Spotlight;
use crate::engine::storage::Entry;
use crate::engine::storage::sstable::SsTables;
use crate::engine::wording::shown_or;
use crate::scene::Whence;
use crate::scene::area::{Area, GAP};
use crate::scene::parts::gauge;
use crate::scene::rows::{APART, boxed, put};
use crate::scene::text::Face;
use crate::scene::vocabulary::{ROUND, record, tint};
use crate::scene::{Anchor, Point, Scene, Shape, between};

/// The width of a cell of the memtable: at least, at most.
const CELL_WIDTH: (f32, f32) = (62.0, 160.0);
/// What a cell needs beside its key and its value.
const BESIDE: f32 = 26.0;
/// A key of an index needs that much.
const LEAST_CHIP: f32 = 34.0;
/// So many entries are looked at to know how wide a cell must be; of more, not all have one.
const MEASURED: usize = 24;

pub fn draw_region(scene: &mut Scene, engine: &SsTables, layout: &Layout) {
    let (bytes, limit) = (engine.memory.memtable.bytes, engine.settings.memtable_bytes);
    let lines = match (&engine.memory.damage, engine.memory.replayed) {
        (Some(_), _) => ["Memory: the disk is".to_owned(), "damaged, and".to_owned(), "nothing is served".to_owned()],
        (None, Some(_)) => ["Memory: start-up".to_owned(), "fills the memtable".to_owned(), "again".to_owned()],
        (None, None) => ["Memory: memtable".to_owned(), format!("{bytes} of {limit} bytes"), String::new()],
    };
    let mut room = layout.memory.own().inset(GAP);
    room.width = layout.memtable().x - layout.memory.x - GAP;
    let region = lines
        .iter()
        .filter(|line| !line.is_empty())
        .fold(boxed("memory", layout.memory, ROUND, "memory"), |region, line| {
            put(region, room.cut_top(LINE), Anchor::Start, "region-name", line)
        });
    scene.push(region.label(lines.join(" ").trim_end()));
    if lines[2].is_empty() {
        let at = Area {
            x: layout.memory.x + GAP,
            y: layout.memory.y + room.y + GAP / 2.0,
            height: GAP,
            width: room.width - GAP,
        };
        let fill = Shape::new("fill", at.x, at.y);
        let fill = gauge(fill, at.own(), bytes as f32 / limit as f32, "gauge");
        scene.push(fill.label("how full the memtable is"));
    }
}

/// The places of the memtable's cells: few have a row of tall ones, many two rows.
pub struct Strip {
    room: Area,
    columns: usize,
    rows: usize,
}

impl Strip {
    pub fn new(engine: &SsTables, layout: &Layout) -> Strip {
        let memtable = &engine.memory.memtable;
        let room = layout.memtable();
        let wants = |entry: &Entry| {
            let value = entry.value.as_deref().map_or(0.0, |value| Face::of("value").width(value));
            Face::of("key").width(entry.key.as_str()) + value + BESIDE
        };
        let widest = memtable.iter().take(MEASURED).map(wants).fold(0.0, f32::max);
        let cell = between(widest, CELL_WIDTH.0, CELL_WIDTH.1);
        let most = ((room.width + GAP) / (cell + GAP)).max(1.0) as usize;
        let rows = if memtable.len <= most { 1 } else { 2 };
        // Few share the room of three.
        let columns = if rows == 1 { memtable.len.max(most.min(3)) } else { most };
        Strip { room, columns, rows }
    }

    pub fn place(&self, number: usize) -> Area {
        let place = self.room.tile(self.columns, self.rows, number);
        Area { height: place.height + if self.rows == 1 { GAP - APART } else { APART }, ..place }
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
    let strip = Strip::new(engine, layout);
    let (before, entries, after) = shown(engine, &strip, spotlight);
    if engine.memory.memtable.is_empty() {
        let empty = boxed("no memtable", layout.memtable(), 2.0, "slot");
        scene.push(put(empty, layout.memtable().own(), Anchor::Middle, "small", "the memtable is empty"));
    }
    let more = |key: &str, number: usize, at: Area| {
        put(Shape::new(key, at.x, at.y), at.own(), Anchor::Middle, "small", format!("… {number} more"))
    };
    let mut place = 0;
    if before > 0 {
        scene.push(more("more before", before, strip.place(0)));
        place = 1;
    }
    for entry in entries {
        let key = entry.key.as_str();
        let is_asked = spotlight.in_memtable && spotlight.key.as_ref() == Some(&entry.key);
        let value = shown_or(entry.value.as_deref(), "a tombstone");
        let label = format!("{}: {value}, number {}", entry.key, entry.sequence);
        scene.push(
            record(memtable_key(entry), strip.place(place), key, entry.value.as_deref())
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
pub fn cell_of(engine: &SsTables, layout: &Layout, entry: &Entry) -> Option<Area> {
    let strip = Strip::new(engine, layout);
    let place = engine.memory.memtable.iter().position(|each| each.sequence == entry.sequence)?;
    (engine.memory.memtable.len <= strip.room()).then(|| strip.place(place))
}

/// Each open table's last key of each block, above its card.
pub fn draw_indexes(scene: &mut Scene, layout: &Layout, spotlight: &Spotlight) {
    let open = || layout.cards.iter().filter(|card| card.table.is_open);
    if open().next().is_none() {
        let none = boxed("no index", layout.index, 2.0, "slot");
        scene.push(put(none, layout.index.own(), Anchor::Middle, "small", "no table is open: no sparse index yet"));
    }
    for card in open() {
        let (name, id) = (&card.table.name, card.id());
        let filter = spotlight.filter.filter(|(asked, _)| *asked == id);
        let words = match filter {
            Some((_, passes)) => {
                let says = if passes { "maybe" } else { "no" };
                [format!("filter of {name}: {says}"), format!("{name}: {says}"), says.to_owned()]
            }
            None => [format!("sparse index of {name}"), format!("index of {name}"), name.clone()],
        };
        let is_asked = filter.is_some() || spotlight.index && spotlight.tables.contains(&id);
        let class = if is_asked { "head-name" } else { "small" };
        let at = card.index.0;
        let fits = |words: &&String| Face::of(class).width(words) <= at.width;
        let words = words.iter().find(fits).unwrap_or(&words[2]);
        let title = Shape::new(format!("index {id}"), at.x, at.y);
        scene.push(put(title, at.own(), Anchor::Start, class, words));
        draw_chips(scene, card, spotlight);
    }
}

/// From the key of the index down to the block that it names. Under the cards, so that their names stay legible.
pub fn draw_pointer(scene: &mut Scene, layout: &Layout, spotlight: &Spotlight) {
    let Some((id, block)) = spotlight.block.filter(|_| spotlight.index) else { return };
    let Some(card) = layout.card(id) else { return };
    let Some(place) = card.blocks.iter().find(|place| place.number == block) else { return };
    let chip = Chips::new(card, spotlight).place(card, block);
    let to = Point::new(between(chip.middle().x, place.at.x + GAP, place.at.right() - GAP), place.at.y);
    scene.push(Shape::arrow("index pointer", Point::new(chip.middle().x, chip.bottom()), to).arrow_class("path"));
}

/// Which keys of an index are shown.
struct Chips {
    first: usize,
    most: usize,
    columns: usize,
}

impl Chips {
    fn new(card: &Card, spotlight: &Spotlight) -> Chips {
        let blocks = card.table.blocks.len();
        let last = card.table.blocks.iter().take(MEASURED).filter_map(|block| block.entries.last());
        let widest = last.map(|last| Face::of("small").width(last.entry.key.as_str())).fold(0.0, f32::max);
        let least = between(widest + 2.0 * GAP, LEAST_CHIP, 2.0 * LEAST_CHIP);
        let room = ((card.at.width / least) as usize).max(2);
        // The last place may be needed to say how many more there are.
        let most = if blocks > room { room - 1 } else { room };
        let asked = spotlight.block.filter(|(id, _)| *id == card.id()).map_or(0, |(_, block)| block);
        let first = asked.saturating_sub(most / 2).min(blocks.saturating_sub(most));
        Chips { first, most, columns: blocks.clamp(1, room) }
    }

    /// Above its block, where all blocks stand side by side.
    fn place(&self, card: &Card, block: usize) -> Area {
        let place = card.index.1.cell(self.columns, 1, block - self.first);
        let place = Area { width: place.width + GAP - APART, height: place.height + GAP, ..place };
        match card.blocks.iter().find(|it| it.number == block) {
            Some(it) if card.columns == card.table.blocks.len() => Area { x: it.at.x, width: it.at.width, ..place },
            _ => place,
        }
    }
}

fn draw_chips(scene: &mut Scene, card: &Card, spotlight: &Spotlight) {
    let blocks = &card.table.blocks;
    let chips = Chips::new(card, spotlight);
    let asked = spotlight.block.filter(|(id, _)| *id == card.id()).map(|(_, block)| block);
    for (number, block) in blocks.iter().enumerate().skip(chips.first).take(chips.most) {
        let Some(last) = block.entries.last() else { continue };
        let (key, at) = (last.entry.key.as_str(), chips.place(card, number));
        let mut text = at.own();
        text.cut_left(GAP / 2.0);
        let shape = boxed(format!("index {}/{number}", card.id()), at, 2.0, "cell");
        let shape = shape.rect(0.0, 0.0, at.width, at.height, 2.0, tint(key));
        let shape = put(shape, text, Anchor::Start, "small plain", key).changed(asked == Some(number));
        scene.push(shape.label(format!("the last key of block {} is {}", number + 1, last.entry.key)));
    }
    if blocks.len() > chips.most {
        let at = chips.place(card, chips.first + chips.most);
        let more = Shape::new(format!("index {}/more", card.id()), at.x, at.y);
        scene.push(put(more, at.own(), Anchor::Middle, "small", format!("+{}", blocks.len() - chips.most)));
    }
}
