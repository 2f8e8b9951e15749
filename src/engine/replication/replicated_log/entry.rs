//! What the log is made of, and its bytes on the disk.
//!
//! An entry: CRC-32 of all that follows (4 bytes), term (4), length of the key (1), length of the value (1), key, value;
//! numbers are little-endian.

use std::rc::Rc;

use crate::checksum::crc32;
use crate::wire::{Frame, Wire};

/// A time with at most one leader, counted from 1; 0 is before the first.
pub type Term = u32;

const HEAD: usize = 10;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    pub term: Term,
    key: Rc<[u8]>,
    value: Rc<[u8]>,
}

impl Entry {
    /// An entry; `None` if the key or the value is longer than 255 bytes.
    pub fn new(term: Term, key: &[u8], value: &[u8]) -> Option<Entry> {
        let fits = key.len() <= 255 && value.len() <= 255;
        fits.then(|| Entry { term, key: key.into(), value: value.into() })
    }

    pub fn key(&self) -> &[u8] {
        &self.key
    }

    pub fn value(&self) -> &[u8] {
        &self.value
    }

    pub fn encode(&self) -> Vec<u8> {
        let mut bytes = vec![0; 4];
        bytes.extend(self.term.to_le_bytes());
        bytes.extend([self.key.len() as u8, self.value.len() as u8]);
        bytes.extend(&*self.key);
        bytes.extend(&*self.value);
        let sum = crc32(&bytes[4..]);
        bytes[..4].copy_from_slice(&sum.to_le_bytes());
        bytes
    }

    /// The entry at the front of `bytes` and its length; `None` if there is no whole one whose checksum is right.
    pub fn decode(bytes: &[u8]) -> Option<(Entry, usize)> {
        let head = bytes.get(..HEAD)?;
        let number = |at: usize| u32::from_le_bytes([head[at], head[at + 1], head[at + 2], head[at + 3]]);
        let (key_end, end) = (HEAD + head[8] as usize, HEAD + head[8] as usize + head[9] as usize);
        let whole = bytes.get(..end)?;
        let entry = Entry { term: number(4), key: whole[HEAD..key_end].into(), value: whole[key_end..].into() };
        (crc32(&whole[4..]) == number(0)).then_some((entry, end))
    }
}

/// The very bytes that the disk has of it.
impl Wire for Entry {
    fn write(&self, _: &str, frame: &mut Frame) {
        let bytes = self.encode();
        frame.field("CRC-32 of the rest", &bytes[..4], "checked".to_owned());
        self.term.write("term", frame);
        (self.key.len() as u8).write("length of the key", frame);
        (self.value.len() as u8).write("length of the value", frame);
        frame.key_and_value(&self.key, &self.value);
    }

    fn read(bytes: &mut &[u8]) -> Option<Entry> {
        let (entry, len) = Entry::decode(bytes)?;
        *bytes = &bytes[len..];
        Some(entry)
    }
}
