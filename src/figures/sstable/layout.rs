//! Where everything stands: the regions, the strips, a column for each table, and which of its entries have a row.

use super::spotlight::Spotlight;
use crate::engine::storage::Sequence;
use crate::engine::storage::sstable::{BlockView, EntryView, SsTables, TableId, TableView};
use crate::scene::{Breadth, Point};

const MARGIN: f32 = 8.0;
const GAP: f32 = 12.0;
/// The room of a region's name.
pub const HEAD: f32 = 22.0;
/// The height of a cell of the memtable or the log.
pub const CELL: f32 = 24.0;
/// The height of an entry's row in a block.
pub const ROW: f32 = 18.0;
/// Above the blocks of a card: its name, and what there is to say of it.
pub const CARD_HEAD: f32 = 34.0;
/// Below them: filter, index and footer.
pub const CARD_FOOT: f32 = 17.0;
/// Between two blocks.
pub const BLOCK_GAP: f32 = 5.0;

pub struct Layout {
    pub breadth: Breadth,
    pub height: f32,
    /// The memory's box: top, height. The disk's likewise.
    pub memory: (f32, f32),
    pub disk: (f32, f32),
    /// The top of the memtable's cells, and how many rows of them there are.
    pub memtable: (f32, usize),
    /// The top of the log's cells.
    pub log: f32,
    pub cards: Vec<Card>,
    /// How many tables, the oldest, have no card, and where that is said.
    pub folded: (usize, Point),
}

/// A table and its place.
pub struct Card {
    pub table: TableView,
    pub at: Point,
    pub width: f32,
    pub height: f32,
    /// Where its index is drawn, in memory.
    pub index: Point,
    pub index_width: f32,
    pub blocks: Vec<BlockPlace>,
    /// How many of its blocks are not drawn.
    pub hidden: usize,
}

/// A block's frame.
pub struct BlockPlace {
    /// Which block of the table, from 0.
    pub number: usize,
    pub top: f32,
    pub height: f32,
    /// Its entries have no row each: a single line tells what it holds.
    pub is_closed: bool,
}

impl Card {
    pub fn id(&self) -> TableId {
        self.table.id
    }

    /// The middle of the row of an entry, or of its block where it has none.
    pub fn row(&self, sequence: Sequence) -> Option<f32> {
        self.blocks.iter().find_map(|place| {
            let row =
                self.table.blocks[place.number].entries.iter().position(|each| each.entry.sequence == sequence)?;
            let within = if place.is_closed { place.height / 2.0 } else { ROW * (row as f32 + 0.5) + 1.0 };
            Some(place.top + within)
        })
    }
}

impl Layout {
    pub fn new(engine: &SsTables, spotlight: &Spotlight, breadth: Breadth) -> Layout {
        let is_wide = breadth == Breadth::Wide;
        let (height, memory_height) = if is_wide { (500.0, 136.0) } else { (700.0, 180.0) };
        let memory = (MARGIN, memory_height);
        let disk_top = MARGIN + memory_height + 12.0;
        let disk = (disk_top, height - disk_top - MARGIN);
        let memtable = (memory.0 + HEAD + 4.0, 2);
        let indexes = memtable.0 + memtable.1 as f32 * (CELL + 3.0) + 4.0;
        let log = disk.0 + HEAD + 16.0;

        let mut tables = engine.tables();
        let (columns, rows) = match (is_wide, tables.len()) {
            (true, 0..=3) => (3, 1),
            (true, 4) => (4, 1),
            (true, _) => (5, 1),
            (false, _) => (2, 2),
        };
        // What is folded takes no column: it is said in the region's corner.
        let folded = tables.len().saturating_sub(columns * rows);
        tables.drain(..folded);
        let top = log + CELL + 24.0;
        let left = 2.0 * MARGIN;
        let width = (breadth.width() - 2.0 * left - GAP * (columns - 1) as f32) / columns as f32;
        let room = (disk.0 + disk.1 - top - 8.0 - GAP * (rows - 1) as f32) / rows as f32;
        let mut cards = Vec::new();
        for (number, table) in tables.into_iter().enumerate() {
            let (column, row) = ((number % columns) as f32, (number / columns) as f32);
            let at = Point::new(left + column * (width + GAP), top + row * (room + GAP));
            let index = if is_wide {
                Point::new(at.x, indexes + 16.0)
            } else {
                Point::new(left + 58.0, indexes + 22.0 * number as f32)
            };
            let index_width = if is_wide { width } else { breadth.width() - 2.0 * left - 58.0 };
            let asked = asked(&table, spotlight, head_on(engine, table.id));
            cards.push(place(table, at, (width, room), asked, index, index_width));
        }
        let folded = (folded, Point::new(breadth.width() - left, top - 8.0));
        Layout { breadth, height, memory, disk, memtable, log, cards, folded }
    }

    pub fn card(&self, id: TableId) -> Option<&Card> {
        self.cards.iter().find(|card| card.id() == id)
    }

    /// The left edge of both regions, and their width.
    pub fn sides(&self) -> (f32, f32) {
        (MARGIN, self.breadth.width() - 2.0 * MARGIN)
    }
}

/// Gives the blocks of a table their places: all entries in rows of their own if there is room, else only those of the
/// block in question, else the blocks around that one.
fn place(table: TableView, at: Point, (width, room): (f32, f32), asked: usize, index: Point, index_width: f32) -> Card {
    let room_for_blocks = room - CARD_HEAD - CARD_FOOT - 8.0;
    let open = |block: &BlockView| block.entries.len() as f32 * ROW + 2.0;
    let closed = ROW + 2.0;
    let all: f32 = table.blocks.iter().map(|block| open(block) + BLOCK_GAP).sum();
    let opens_all = all <= room_for_blocks;
    // An open block may be larger than all the room there is.
    let opens_asked = table.blocks.get(asked).is_some_and(|block| open(block) <= room_for_blocks / 2.0);
    let is_open = |number: usize| opens_all || opens_asked && number == asked;
    let spare = room_for_blocks - if opens_asked { open(&table.blocks[asked]) + BLOCK_GAP } else { 0.0 };
    let most = if opens_all {
        table.blocks.len()
    } else {
        // One line is for the blocks that are hidden.
        usize::from(opens_asked) + ((spare - ROW) / (closed + BLOCK_GAP)) as usize
    };
    let first = asked.saturating_sub(most / 2).min(table.blocks.len().saturating_sub(most));
    let mut blocks = Vec::new();
    let mut top = at.y + CARD_HEAD;
    for (number, block) in table.blocks.iter().enumerate().skip(first).take(most) {
        let is_closed = !is_open(number);
        let height = if is_closed { closed } else { open(block) };
        blocks.push(BlockPlace { number, top, height, is_closed });
        top += height + BLOCK_GAP;
    }
    let hidden = table.blocks.len() - blocks.len();
    if hidden > 0 {
        top += ROW;
    }
    let height = if table.is_complete { top + 3.0 + CARD_FOOT + 6.0 } else { top + 6.0 } - at.y;
    Card { table, at, width, height, index, index_width, blocks, hidden }
}

/// The entry of a table that a read head stands on.
fn head_on(engine: &SsTables, table: TableId) -> Option<Sequence> {
    let merge = engine.memory.merge.as_ref().map(|merge| &merge.heads);
    let heads = engine.memory.scan.as_ref().map(|scan| &scan.heads).or(merge)?;
    heads.places().into_iter().find(|(id, _, _)| *id == Some(table)).map(|(_, entry, _)| entry.sequence)
}

/// The block that the step is about, or a read head is in; the last one where there is none, since that is where a
/// table grows.
fn asked(table: &TableView, spotlight: &Spotlight, head: Option<Sequence>) -> usize {
    let block = spotlight.block.filter(|(id, _)| *id == table.id).map(|(_, block)| block);
    let touched = |each: &EntryView| spotlight.is_on(table.id, &each.entry);
    let headed = |each: &EntryView| head == Some(each.entry.sequence);
    let last = table.blocks.len().saturating_sub(1);
    let found = |is: &dyn Fn(&EntryView) -> bool| table.blocks.iter().position(|block| block.entries.iter().any(is));
    block.or_else(|| found(&headed)).or_else(|| found(&touched)).unwrap_or(last).min(last)
}
