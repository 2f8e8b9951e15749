//! Caches: what was read from a disk and checked stays in memory for the next read of it, as long as there is room. Here
//! are the rule by which something leaves, for the blocks of an LSM-tree and the pages of a B-tree alike, and the cache of
//! blocks ([`super::btree::pool`] has that of pages).
//!
//! What goes when there is no room? What was not used for longest would be best, but then each read would have to move
//! what it reads to the end of a list. A *clock* comes close and only needs a mark: all stand in a ring, and the hand takes
//! the mark from each that has one and throws out the first that has none (Corbató 1968).
//!
//! Simpler than the real one because: one thread, so there are no locks and no shards; and a clone of the cache of blocks
//! copies all that is kept, so photographs of an engine should be taken where it keeps nothing.

use std::collections::{BTreeMap, VecDeque};
use std::mem;
use std::ops::Range;

use super::block::Block;
use super::cursor::Blocks;
use super::table::{Corrupt, Table};
use crate::sim::Disk;

/// The number of a table's file, and that of the block in it, from 0 on.
pub type Place = (u64, usize);

/// The ring and its hand. Who was used is known to the cache that has the clock: it keeps the marks.
#[derive(Clone, Debug)]
pub struct Clock<P> {
    /// The hand is before the first.
    ring: VecDeque<P>,
}

impl<P> Default for Clock<P> {
    fn default() -> Clock<P> {
        Clock { ring: VecDeque::new() }
    }
}

impl<P: Copy> Clock<P> {
    /// Something new, which the hand reaches last.
    pub fn admit(&mut self, place: P) {
        self.ring.push_back(place);
    }

    /// Turns the hand to what is to leave. `spares` takes the mark away from what has one, and says whether it may stay
    /// this time. `None` if all is spared twice: then nothing can leave.
    pub fn evict(&mut self, mut spares: impl FnMut(P) -> bool) -> Option<P> {
        for _ in 0..2 * self.ring.len() {
            let place = self.ring.pop_front()?;
            if !spares(place) {
                return Some(place);
            }
            self.ring.push_back(place);
        }
        None
    }

    /// What is gone for another reason than the hand.
    pub fn forget(&mut self, is_gone: impl Fn(P) -> bool) {
        self.ring.retain(|place| !is_gone(*place));
    }
}

#[derive(Clone, Debug, Default)]
pub struct BlockCache {
    /// Of each table its blocks up to the last that is kept.
    tables: BTreeMap<u64, Vec<Option<Kept>>>,
    clock: Clock<Place>,
    /// In bytes, all blocks together.
    held: usize,
}

#[derive(Clone, Debug)]
struct Kept {
    block: Block,
    /// Used since the hand came by.
    marked: bool,
}

impl BlockCache {
    pub fn get(&mut self, (table, block): Place) -> Option<&Block> {
        let kept = self.tables.get_mut(&table)?.get_mut(block)?.as_mut()?;
        kept.marked = true;
        Some(&kept.block)
    }

    /// Keeps a block that was not there, within `room` bytes for all.
    pub fn keep(&mut self, place: Place, block: Block, room: usize) {
        if block.size() > room {
            return;
        }
        self.held += block.size();
        let blocks = self.tables.entry(place.0).or_default();
        blocks.resize(blocks.len().max(place.1 + 1), None);
        blocks[place.1] = Some(Kept { block, marked: false });
        self.clock.admit(place);
        while self.held > room {
            let tables = &mut self.tables;
            let spares = |(table, block): Place| {
                let kept = tables.get_mut(&table).and_then(|blocks| blocks[block].as_mut());
                kept.is_some_and(|kept| mem::take(&mut kept.marked))
            };
            let Some(oldest) = self.clock.evict(spares) else { return };
            let left = self.tables.get_mut(&oldest.0).and_then(|blocks| blocks[oldest.1].take());
            self.held -= left.map_or(0, |kept| kept.block.size());
        }
    }

    /// No one will ask for blocks of that table again.
    pub fn forget(&mut self, table: u64) {
        let Some(blocks) = self.tables.remove(&table) else { return };
        self.clock.forget(|place| place.0 == table);
        self.held -= blocks.into_iter().flatten().map(|kept| kept.block.size()).sum::<usize>();
    }
}

/// Reads the blocks of a table through the cache.
pub struct Through<'a> {
    pub disk: &'a mut Disk,
    pub cache: &'a mut BlockCache,
    /// In bytes, for all blocks.
    pub room: usize,
    /// The number of the table that is read.
    pub table: u64,
}

impl Blocks for Through<'_> {
    fn block(&mut self, table: &Table, number: usize, handle: Range<u64>) -> Result<Block, Corrupt> {
        let place = (self.table, number);
        if let Some(block) = self.cache.get(place) {
            return Ok(block.clone());
        }
        let block = table.read_block(self.disk, handle)?;
        if self.room > 0 {
            self.cache.keep(place, block.clone(), self.room);
        }
        Ok(block)
    }
}

#[cfg(test)]
mod tests {
    use super::super::block::BlockBuilder;
    use super::*;

    fn block(value: &[u8]) -> Block {
        let mut builder = BlockBuilder::new(1);
        builder.add(b"k", value);
        Block::new(builder.finish()).unwrap()
    }

    #[test]
    fn what_is_used_stays() {
        let block = block(b"v");
        let room = 3 * block.size();
        let mut cache = BlockCache::default();
        for start in 0..3 {
            cache.keep((1, start), block.clone(), room);
        }
        assert!(cache.get((1, 0)).is_some());
        cache.keep((1, 3), block.clone(), room);
        assert!(cache.get((1, 1)).is_none(), "the first that wasn't used");
        for start in [0, 2, 3] {
            assert!(cache.get((1, start)).is_some(), "{start}");
        }
        assert_eq!(cache.held, room);
    }

    #[test]
    fn a_table_that_is_forgotten_makes_room() {
        let block = block(b"v");
        let room = 3 * block.size();
        let mut cache = BlockCache::default();
        for place in [(1, 0), (2, 5), (1, 1)] {
            cache.keep(place, block.clone(), room);
        }
        cache.forget(1);
        assert_eq!(cache.held, block.size());
        for place in [(3, 0), (3, 1)] {
            cache.keep(place, block.clone(), room);
        }
        assert!([(2, 5), (3, 0), (3, 1)].into_iter().all(|place| cache.get(place).is_some()));
        assert!(cache.get((1, 0)).is_none() && cache.get((2, 4)).is_none() && cache.get((2, 6)).is_none());
        cache.keep((4, 0), block.clone(), room);
        assert_eq!(cache.held, room);
    }

    #[test]
    fn a_clock_passes_over_what_is_spared() {
        let mut clock = Clock::default();
        (1..=3).for_each(|place| clock.admit(place));
        assert_eq!(clock.evict(|place| place != 3), Some(3));
        assert_eq!(clock.evict(|_| true), None, "nothing can leave, and the hand stops");
        clock.forget(|place| place == 1);
        assert_eq!([clock.evict(|_| false), clock.evict(|_| false)], [Some(2), None]);
    }

    #[test]
    fn what_has_no_room_is_not_kept() {
        let block = block(b"a long value");
        let mut cache = BlockCache::default();
        cache.keep((1, 0), block.clone(), block.size() - 1);
        assert!(cache.get((1, 0)).is_none());
        cache.keep((1, 0), block.clone(), block.size());
        assert!(cache.get((1, 0)).is_some());
    }
}
