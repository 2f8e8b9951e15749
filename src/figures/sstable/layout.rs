//! Where everything stands: the memtable and the log with their names at the left, a card for each table, and above each
//! card its index; and which entries have a row.

use super::spotlight::{Spotlight, asked, head_on};
use crate::engine::storage::Sequence;
use crate::engine::storage::sstable::{BlockView, SsTables, TableId, TableView};
use crate::scene::area::{Area, GAP};
use crate::scene::rows::EASY;
use crate::scene::{Breadth, Point};

/// The column of names, on a page and on a phone.
const NAMES: (f32, f32) = (118.0, 104.0);
/// A line of small text.
pub const LINE: f32 = 14.0;
/// The name of the disk.
const HEAD: f32 = 18.0;
/// The memtable and the log: a tall row, or two low ones.
const BAND: f32 = 44.0;
/// A key of an index.
const CHIP: f32 = 20.0;
/// The height of an entry's row in a block, where there is no room for [`EASY`] ones.
const LOW: f32 = 18.0;
/// Left of a block, for a read head.
const GUTTER: f32 = 14.0;
/// Between two blocks.
const BETWEEN: f32 = 5.0;
/// Blocks stand side by side where each has that much.
const LEAST_BLOCK: f32 = 130.0;
/// A card has one line for its name and what there is to say of it, if it has that much.
const ONE_LINE: f32 = 220.0;
/// The most tables that are shown, on a page and on a phone.
const MOST: (usize, usize) = (5, 3);

pub struct Layout {
    pub stage: Area,
    pub memory: Area,
    pub disk: Area,
    pub logs: Area,
    pub cards: Vec<Card>,
    /// Of all tables.
    pub index: Area,
    /// Where cards stand.
    pub tables: Area,
    /// How many tables, the oldest, have no card.
    pub folded: usize,
    names: f32,
    is_wide: bool,
}

/// A table and its place.
pub struct Card {
    pub table: TableView,
    pub at: Area,
    /// Where its index is drawn, in memory: its name, and its keys.
    pub index: (Area, Area),
    /// How tall the row of an entry is.
    pub row: f32,
    pub blocks: Vec<BlockPlace>,
    /// How many of its blocks are not drawn.
    pub hidden: usize,
    /// How many blocks stand side by side.
    pub columns: usize,
}

/// A block's frame.
pub struct BlockPlace {
    /// Which block of the table, from 0.
    pub number: usize,
    pub at: Area,
    /// Its entries have no row each: a single line tells what it holds.
    pub is_closed: bool,
}

impl Card {
    pub fn id(&self) -> TableId {
        self.table.id
    }

    /// Where a read head stands that is on an entry, or on its block where it has no row.
    pub fn head(&self, sequence: Sequence) -> Option<Point> {
        self.blocks.iter().find_map(|place| {
            let row =
                self.table.blocks[place.number].entries.iter().position(|each| each.entry.sequence == sequence)?;
            let within = if place.is_closed { place.at.height / 2.0 } else { self.row * (row as f32 + 0.5) + 1.0 };
            Some(Point::new(place.at.x - GUTTER + 1.0, place.at.y + within))
        })
    }
}

/// Filter, index and footer.
pub const FOOT: f32 = 18.0;

/// The name of a card, and what there is to say of it.
pub fn head(width: f32) -> f32 {
    if width >= ONE_LINE { LINE + GAP / 2.0 } else { 2.0 * LINE + GAP / 2.0 }
}

/// How high memory is.
fn memory_height() -> f32 {
    BAND + LINE + CHIP + 2.0 * GAP + GAP / 2.0
}

/// What a stage has above its cards, and below them.
fn around() -> f32 {
    memory_height() + HEAD + BAND + 5.0 * GAP
}

/// How many tables have a card, and how wide one is.
fn cards(tables: usize, breadth: Breadth) -> (usize, f32) {
    let most = if breadth == Breadth::Wide { MOST.0 } else { MOST.1 };
    let many = tables.clamp(1, most);
    let room = Area::window(breadth).inset(2.0 * GAP);
    (many, room.column(many, 0).width)
}

/// How many of so many blocks stand side by side on a card.
fn columns(width: f32, blocks: usize) -> usize {
    ((width / LEAST_BLOCK) as usize).clamp(1, blocks.max(1))
}

/// How high a block is with rows of that height.
fn open(block: &BlockView, row: f32) -> f32 {
    block.entries.len() as f32 * row + 2.0
}

/// How high a card is on which all entries have rows of that height.
fn card_height(table: &TableView, width: f32, row: f32) -> f32 {
    let lines = table.blocks.chunks(columns(width, table.blocks.len()));
    let tall = |line: &[BlockView]| line.iter().map(|block| open(block, row)).fold(0.0, f32::max) + BETWEEN;
    head(width) + lines.map(tall).sum::<f32>() + if table.is_complete { FOOT + GAP } else { GAP / 2.0 }
}

/// How high a stage all tables need with a row for each entry.
pub fn height(engine: &SsTables, breadth: Breadth) -> f32 {
    let tables = engine.tables();
    let (_, width) = cards(tables.len(), breadth);
    let tallest = tables.iter().map(|table| card_height(table, width, EASY)).fold(BAND, f32::max);
    (around() + tallest).min(breadth.height())
}

impl Layout {
    pub fn new(engine: &SsTables, spotlight: &Spotlight, breadth: Breadth, height: f32) -> Layout {
        let stage = Area::stage(breadth, height);
        let mut rest = stage.inset(GAP);
        let memory = rest.cut_top(memory_height());
        rest.cut_top(GAP);
        let disk = rest;
        let mut tables_at = Area { x: disk.x + GAP, width: disk.width - 2.0 * GAP, ..disk };
        tables_at.cut_top(HEAD);
        let logs = tables_at.cut_top(BAND);
        tables_at.cut_top(GAP);
        tables_at.cut_bottom(GAP);

        let mut tables = engine.tables();
        let (many, width) = cards(tables.len(), breadth);
        let folded = tables.len().saturating_sub(many);
        tables.drain(..folded);
        // All rows are of the same height, so that no table seems to hold more than another.
        let fits = |table: &TableView| card_height(table, width, EASY) <= tables_at.height;
        let row = if tables.iter().all(fits) { EASY } else { LOW };
        let mut index = memory.inset(GAP);
        index.cut_top(BAND + GAP / 2.0);
        let placed = tables.into_iter().enumerate().map(|(number, table)| {
            let mut keys = index.column(many, number);
            let index = (keys.cut_top(LINE), keys);
            let asked = asked(&table, spotlight, head_on(engine, table.id));
            place(table, tables_at.column(many, number), row, asked, index)
        });
        let cards = placed.collect();
        let is_wide = breadth == Breadth::Wide;
        let names = if is_wide { NAMES.0 } else { NAMES.1 };
        Layout { stage, memory, disk, logs, cards, index, tables: tables_at, folded, names, is_wide }
    }

    pub fn card(&self, id: TableId) -> Option<&Card> {
        self.cards.iter().find(|card| card.id() == id)
    }

    /// The room of the memtable's cells.
    pub fn memtable(&self) -> Area {
        let mut room = self.memory.inset(GAP);
        room.cut_left(self.names);
        room.cut_top(BAND)
    }

    /// The name of a log, and the room of its records: on a page beside it, where two share the height of one, and on a
    /// phone below it, where two share its breadth.
    pub fn log(&self, many: usize, place: usize) -> (Area, Area) {
        let mut row = if self.is_wide { self.logs } else { self.logs.column(many, place) };
        if !self.is_wide {
            return (row.cut_top(LINE + 2.0), row);
        }
        row.height /= many as f32;
        row.y += row.height * place as f32;
        row.cut_bottom(2.0);
        (row.cut_left(self.names), row)
    }
}

/// Gives the blocks of a table their places: all entries in rows of their own if there is room, else only those of the
/// block in question, else the blocks around that one.
fn place(table: TableView, room: Area, row: f32, asked: usize, index: (Area, Area)) -> Card {
    let columns = columns(room.width, table.blocks.len());
    let (above, below) = (head(room.width), if table.is_complete { FOOT + GAP } else { GAP / 2.0 });
    let for_blocks = room.height - above - below;
    let opens_all = card_height(&table, room.width, row) <= room.height;
    // An open block may be larger than all the room there is.
    let opens_asked = table.blocks.get(asked).is_some_and(|block| open(block, row) <= for_blocks / 2.0);
    let is_open = |number: usize| opens_all || opens_asked && number == asked;
    let tall = |number: usize| if is_open(number) { open(&table.blocks[number], row) } else { row + 2.0 };
    let numbers: Vec<usize> = (0..table.blocks.len()).collect();
    let lines: Vec<&[usize]> = numbers.chunks(columns).collect();
    let line_height = |line: &[usize]| line.iter().map(|number| tall(*number)).fold(0.0, f32::max) + BETWEEN;
    let line_asked = asked / columns;
    let most = if opens_all {
        lines.len()
    } else {
        // One line is for the blocks that are hidden.
        let spare = for_blocks - row - lines.get(line_asked).map_or(0.0, |line| line_height(line));
        1 + (spare / (row + 2.0 + BETWEEN)) as usize
    };
    let first = line_asked.saturating_sub(most / 2).min(lines.len().saturating_sub(most));
    let mut blocks = Vec::new();
    let mut rest = Area { width: room.width - GAP / 2.0, ..room };
    rest.cut_top(above);
    for line in lines.iter().skip(first).take(most) {
        let at = rest.cut_top(line_height(line));
        for (column, number) in line.iter().enumerate() {
            let mut at = at.cell(columns, 1, column);
            at.width += GAP;
            at.cut_left(GUTTER);
            blocks.push(BlockPlace {
                number: *number,
                at: Area { height: tall(*number), ..at },
                is_closed: !is_open(*number),
            });
        }
    }
    let hidden = table.blocks.len() - blocks.len();
    if hidden > 0 {
        rest.cut_top(row);
    }
    let at = Area { height: rest.y + below - room.y, ..room };
    Card { table, at, index, row, blocks, hidden, columns }
}
