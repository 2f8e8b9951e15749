//! The bytes of a file: cheap to clone, because photographs of a disk share them, and cheap to change.

use std::ops::Range;
use std::rc::Rc;

/// A chunk is what a write copies if a photograph still shows it: the page size of common machines.
const CHUNK: u64 = 4096;

/// A string of bytes that is cheap to clone and to change: chunks, shared until one of the sharers writes.
#[derive(Clone, Debug, Default)]
pub(super) struct Bytes {
    /// All but the last have exactly [`CHUNK`] bytes.
    chunks: Rc<Vec<Rc<Vec<u8>>>>,
    pub(super) len: u64,
}

impl Bytes {
    pub(super) fn write(&mut self, offset: u64, bytes: &[u8]) {
        let mut at = offset;
        let mut rest = bytes;
        while !rest.is_empty() {
            let within = (at % CHUNK) as usize;
            let room = (CHUNK as usize - within).min(rest.len());
            let (now, later) = rest.split_at(room);
            let chunk = self.chunk_mut(at);
            chunk.resize(chunk.len().max(within), 0);
            let (over, behind) = now.split_at(room.min(chunk.len() - within));
            chunk[within..within + over.len()].copy_from_slice(over);
            chunk.extend_from_slice(behind);
            self.len = self.len.max(at + room as u64);
            at += room as u64;
            rest = later;
        }
    }

    /// The chunk that holds the byte at `at`; those before it are filled up to their size.
    fn chunk_mut(&mut self, at: u64) -> &mut Vec<u8> {
        let place = (at / CHUNK) as usize;
        let chunks = Rc::make_mut(&mut self.chunks);
        while chunks.len() <= place {
            if let Some(last) = chunks.last_mut()
                && last.len() < CHUNK as usize
            {
                Rc::make_mut(last).resize(CHUNK as usize, 0);
            }
            // A file that has filled its first chunk will fill the next one, too.
            chunks.push(Rc::new(Vec::with_capacity(if chunks.is_empty() { 0 } else { CHUNK as usize })));
        }
        Rc::make_mut(&mut chunks[place])
    }

    pub(super) fn truncate(&mut self, len: u64) {
        let chunks = Rc::make_mut(&mut self.chunks);
        chunks.truncate(len.div_ceil(CHUNK) as usize);
        if let Some(last) = chunks.last_mut()
            && !len.is_multiple_of(CHUNK)
        {
            Rc::make_mut(last).truncate((len % CHUNK) as usize);
        }
        self.len = len;
    }

    pub(super) fn read(&self, range: Range<u64>) -> Vec<u8> {
        let end = range.end.min(self.len);
        let mut at = range.start;
        let mut bytes = Vec::with_capacity(end.saturating_sub(at) as usize);
        while at < end {
            let within = (at % CHUNK) as usize;
            let room = ((CHUNK as usize - within) as u64).min(end - at) as usize;
            bytes.extend_from_slice(&self.chunks[(at / CHUNK) as usize][within..within + room]);
            at += room as u64;
        }
        bytes
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        /// Chunks are an economy that no one can see: the same writes on a plain vector give the same bytes.
        #[test]
        fn bytes_are_a_vector(writes in prop::collection::vec((0u64..12_000, 0usize..5_000, any::<bool>()), 1..12)) {
            let (mut bytes, mut model) = (Bytes::default(), Vec::new());
            for (place, (offset, len, cut)) in writes.into_iter().enumerate() {
                let photograph = (bytes.clone(), model.clone());
                if cut {
                    let len = offset.min(bytes.len);
                    bytes.truncate(len);
                    model.truncate(len as usize);
                } else {
                    let data = vec![place as u8 + 1; len];
                    bytes.write(offset, &data);
                    let end = offset as usize + len;
                    if len > 0 && model.len() < end {
                        model.resize(end, 0);
                    }
                    if len > 0 {
                        model[offset as usize..end].copy_from_slice(&data);
                    }
                }
                prop_assert_eq!(bytes.len as usize, model.len());
                prop_assert_eq!(bytes.read(0..u64::MAX), model.clone());
                prop_assert_eq!(photograph.0.read(0..u64::MAX), photograph.1);
            }
        }
    }
}
