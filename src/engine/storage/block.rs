//! A block: sorted entries, packed. Neighbours in a sorted file mostly begin alike, so an entry says only how much of
//! the key before it it shares, and what follows. Every so many entries one is written whole, a *restart point*: a
//! search goes to the right restart point by bisection, and reads on from there.
//!
//! ```text
//! entry      shared: varint | unshared: varint | value length: varint | unshared key bytes | value bytes
//! block      entry … | offset of each restart point: u32 LE … | number of restart points: u32 LE
//! ```
//!
//! The layout is LevelDB's (table_format.md). The checksum of a block stands beside it, in the table.

use std::ops::Range;

use crate::varint;

/// Collects entries, which must come in ascending order, into the bytes of one block.
#[derive(Clone, Debug)]
pub struct BlockBuilder {
    bytes: Vec<u8>,
    restarts: Vec<u32>,
    restart_interval: usize,
    since_restart: usize,
    /// The key added last.
    pub last_key: Vec<u8>,
}

impl BlockBuilder {
    /// Every `restart_interval`th entry is written whole; LevelDB's default is 16.
    pub fn new(restart_interval: usize) -> BlockBuilder {
        assert!(restart_interval > 0, "the first entry is always whole");
        BlockBuilder { bytes: Vec::new(), restarts: vec![0], restart_interval, since_restart: 0, last_key: Vec::new() }
    }

    pub fn add(&mut self, key: &[u8], value: &[u8]) {
        let mut shared = 0;
        if self.since_restart < self.restart_interval {
            shared = key.iter().zip(&self.last_key).take_while(|(new, old)| new == old).count();
        } else {
            self.restarts.push(self.bytes.len() as u32);
            self.since_restart = 0;
        }
        varint::put(&mut self.bytes, shared as u64);
        varint::put(&mut self.bytes, (key.len() - shared) as u64);
        varint::put(&mut self.bytes, value.len() as u64);
        self.bytes.extend_from_slice(&key[shared..]);
        self.bytes.extend_from_slice(value);
        self.last_key.truncate(shared);
        self.last_key.extend_from_slice(&key[shared..]);
        self.since_restart += 1;
    }

    /// The length that the block would have now.
    pub fn len(&self) -> usize {
        self.bytes.len() + 4 * (self.restarts.len() + 1)
    }

    pub fn is_empty(&self) -> bool {
        self.bytes.is_empty()
    }

    pub fn finish(mut self) -> Vec<u8> {
        for restart in &self.restarts {
            self.bytes.extend_from_slice(&restart.to_le_bytes());
        }
        self.bytes.extend_from_slice(&(self.restarts.len() as u32).to_le_bytes());
        self.bytes
    }
}

/// A block's bytes, ready to be searched. They were checked against their checksum by whoever read them; all the same,
/// nothing here trusts a length before it has compared it with what is there.
#[derive(Clone, Debug)]
pub struct Block {
    bytes: Vec<u8>,
    restarts: Range<usize>,
}

/// Bytes that are no block: which byte cannot be right.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BadBlock {
    pub offset: usize,
}

impl Block {
    pub fn new(bytes: Vec<u8>) -> Result<Block, BadBlock> {
        let bad = BadBlock { offset: bytes.len().saturating_sub(4) };
        let count = bytes.last_chunk().map(|last| u32::from_le_bytes(*last)).ok_or(bad)? as usize;
        let end = bytes.len() - 4;
        let start = count.checked_mul(4).and_then(|len| end.checked_sub(len)).ok_or(bad)?;
        if count == 0 {
            return Err(bad);
        }
        let block = Block { restarts: start..end, bytes };
        match (0..count).map(|place| block.restart(place)).find(|restart| *restart > start) {
            Some(_) => Err(BadBlock { offset: start }),
            None => Ok(block),
        }
    }

    /// In bytes.
    pub fn size(&self) -> usize {
        self.bytes.len()
    }

    /// All entries from the first.
    pub fn iter(&self) -> Entries<'_> {
        Entries { block: self, at: 0, key: Vec::new(), ahead: None }
    }

    /// The entries from the first one on whose key is not before the one sought; `is_before` tells of a key whether it is.
    pub fn seek(&self, is_before: impl Fn(&[u8]) -> bool) -> Result<Entries<'_>, BadBlock> {
        // The last restart point whose key is before the one sought: what is sought comes after it.
        let (mut low, mut high) = (0, self.restarts.len() / 4);
        while high - low > 1 {
            let middle = low.midpoint(high);
            let offset = self.restart(middle);
            let head = Head::decode(&self.bytes[offset..self.restarts.start]);
            // There an entry has its whole key.
            match head.filter(|head| head.shared == 0).ok_or(BadBlock { offset })? {
                head if is_before(head.tail) => low = middle,
                _ => high = middle,
            }
        }
        let mut entries = Entries { at: self.restart(low), ..self.iter() };
        loop {
            match entries.read().transpose()? {
                Some(_) if is_before(&entries.key) => {}
                found => {
                    entries.ahead = found;
                    return Ok(entries);
                }
            }
        }
    }

    /// Where the restart points begin, behind the entries.
    pub fn restarts(&self) -> Range<usize> {
        self.restarts.clone()
    }

    fn restart(&self, place: usize) -> usize {
        let at = self.restarts.start + 4 * place;
        let bytes = self.bytes[at..at + 4].try_into().expect("four bytes");
        u32::from_le_bytes(bytes) as usize
    }
}

/// Walks the entries of a block: keys and values.
#[derive(Clone, Debug)]
pub struct Entries<'a> {
    block: &'a Block,
    /// Behind what has been read.
    at: usize,
    /// Of the entry that was read last.
    key: Vec<u8>,
    /// That entry, where a search has read it and no one has taken it.
    ahead: Option<Read<'a>>,
}

/// An entry without its key.
#[derive(Clone, Debug)]
struct Read<'a> {
    at: Range<usize>,
    shared: usize,
    value: &'a [u8],
}

impl<'a> Entries<'a> {
    /// Where the next entry begins, in the block.
    pub fn offset(&self) -> usize {
        self.ahead.as_ref().map_or(self.at, |read| read.at.start)
    }

    /// The next entry with all there is to know of it.
    pub fn placed(&mut self) -> Option<Result<Placed<'_>, BadBlock>> {
        let read = self.ahead.take().map(Ok).or_else(|| self.read())?;
        Some(read.map(|Read { at, shared, value }| Placed { at, shared, key: &self.key, value }))
    }

    /// Reads the next entry, whose key is then in `key`.
    fn read(&mut self) -> Option<Result<Read<'a>, BadBlock>> {
        let end = self.block.restarts.start;
        if self.at >= end {
            return None;
        }
        // Nothing after a broken entry can be told apart from it: the walk ends there.
        let offset = std::mem::replace(&mut self.at, end);
        let bytes = &self.block.bytes[offset..end];
        let Some(head) = Head::decode(bytes).filter(|head| head.shared <= self.key.len()) else {
            return Some(Err(BadBlock { offset }));
        };
        self.key.truncate(head.shared);
        self.key.extend_from_slice(head.tail);
        self.at = end - head.after.len();
        Some(Ok(Read { at: offset..self.at, shared: head.shared, value: head.value }))
    }
}

/// An entry as its bytes have it.
struct Head<'a> {
    /// How many bytes of its key stand in the entry before it.
    shared: usize,
    /// The others.
    tail: &'a [u8],
    value: &'a [u8],
    /// What comes behind it.
    after: &'a [u8],
}

impl<'a> Head<'a> {
    fn decode(bytes: &'a [u8]) -> Option<Head<'a>> {
        let (shared, unshared, value_len, after) = match bytes {
            // Mostly each length is a byte.
            [shared @ 0..0x80, unshared @ 0..0x80, value_len @ 0..0x80, after @ ..] => {
                ((*shared).into(), (*unshared).into(), (*value_len).into(), after)
            }
            mut after => {
                let mut length = || usize::try_from(varint::take(&mut after)?).ok();
                (length()?, length()?, length()?, after)
            }
        };
        let (tail, after) = after.split_at_checked(unshared)?;
        let (value, after) = after.split_at_checked(value_len)?;
        Some(Head { shared, tail, value, after })
    }
}

/// An entry, and where it stands.
pub struct Placed<'a> {
    /// In the block, its three lengths included.
    pub at: Range<usize>,
    /// How many bytes of the key stand in the entry before it.
    pub shared: usize,
    /// Whole; lent until the next entry is read into its place.
    pub key: &'a [u8],
    pub value: &'a [u8],
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use proptest::prelude::*;

    /// What is left of a block, keys and values.
    fn read(mut rest: Entries) -> Result<BTreeMap<Vec<u8>, Vec<u8>>, BadBlock> {
        let mut all = BTreeMap::new();
        while let Some(entry) = rest.placed().transpose()? {
            all.insert(entry.key.to_vec(), entry.value.to_vec());
        }
        Ok(all)
    }

    fn build(entries: &BTreeMap<Vec<u8>, Vec<u8>>, restart_interval: usize) -> Vec<u8> {
        let mut builder = BlockBuilder::new(restart_interval);
        for (key, value) in entries {
            builder.add(key, value);
        }
        let len = builder.len();
        let bytes = builder.finish();
        assert_eq!(bytes.len(), len);
        bytes
    }

    #[test]
    fn neighbours_share_their_beginning() {
        let entries = BTreeMap::from([(b"apple".to_vec(), b"1".to_vec()), (b"apply".to_vec(), b"2".to_vec())]);
        let shared = [0, 5, 1, b'a', b'p', b'p', b'l', b'e', b'1', 4, 1, 1, b'y', b'2', 0, 0, 0, 0, 1, 0, 0, 0];
        assert_eq!(build(&entries, 16), shared);
        assert_eq!(build(&entries, 1).len(), shared.len() + 4 + 4);
    }

    proptest! {
        #[test]
        fn a_block_is_a_sorted_map(
            entries in prop::collection::btree_map(prop::collection::vec(0u8..4, 0..6), prop::collection::vec(any::<u8>(), 0..4), 1..40),
            restart_interval in 1usize..6,
            sought in prop::collection::vec(0u8..4, 0..6),
        ) {
            let block = Block::new(build(&entries, restart_interval)).unwrap();
            prop_assert_eq!(&read(block.iter()).unwrap(), &entries);
            let mut first = block.seek(|key| key < &sought[..]).unwrap();
            let found = first.placed().map(|entry| entry.unwrap().key.to_vec());
            prop_assert_eq!(found.as_ref(), entries.range(sought..).next().map(|(key, _)| key));
        }

        /// No bytes make it panic or go round for ever.
        #[test]
        fn any_bytes_end(bytes: Vec<u8>, sought: Vec<u8>) {
            if let Ok(block) = Block::new(bytes) {
                let _ = read(block.iter());
                let _ = block.seek(|key| key < &sought[..]).map(read);
            }
        }
    }
}
