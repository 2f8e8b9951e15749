//! A cache of blocks: what was read from a table and checked stays in memory for the next read of it, up to so many
//! bytes.
//!
//! Which block goes when there is no room? The one that was not used for longest would be best, but then each read would
//! have to move its block to the end of a list. A *clock* comes close and only marks it: blocks stand in a ring, and the
//! hand takes the mark from each that has one and throws out the first that has none (Corbató 1968).
//!
//! Simpler than the real one because: one thread, so there are no locks and no shards; and a clone of the cache copies all
//! that is kept, so whoever takes photographs of an engine should let it keep nothing.

use std::collections::{BTreeMap, VecDeque};

use super::block::Block;

/// The number of a table's file, and that of the block in it, from 0 on.
pub type Place = (u64, usize);

#[derive(Clone, Debug, Default)]
pub struct BlockCache {
    /// Of each table its blocks up to the last that is kept.
    tables: BTreeMap<u64, Vec<Option<Kept>>>,
    /// The ring: the hand is before the first.
    ring: VecDeque<Place>,
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
        self.ring.push_back(place);
        while self.held > room {
            let oldest = self.ring.pop_front().expect("what is held is in the ring");
            let blocks = self.tables.get_mut(&oldest.0).expect("what is in the ring is held");
            match blocks[oldest.1].take() {
                Some(kept) if kept.marked => {
                    blocks[oldest.1] = Some(Kept { marked: false, ..kept });
                    self.ring.push_back(oldest);
                }
                kept => self.held -= kept.map_or(0, |kept| kept.block.size()),
            }
        }
    }

    /// Nobody will ask for blocks of that table again.
    pub fn forget(&mut self, table: u64) {
        let Some(blocks) = self.tables.remove(&table) else { return };
        self.ring.retain(|place| place.0 != table);
        self.held -= blocks.into_iter().flatten().map(|kept| kept.block.size()).sum::<usize>();
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
        assert!(cache.get((1, 1)).is_none(), "the first that was not used");
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
    fn what_has_no_room_is_not_kept() {
        let block = block(b"a long value");
        let mut cache = BlockCache::default();
        cache.keep((1, 0), block.clone(), block.size() - 1);
        assert!(cache.get((1, 0)).is_none());
        cache.keep((1, 0), block.clone(), block.size());
        assert!(cache.get((1, 0)).is_some());
    }
}
