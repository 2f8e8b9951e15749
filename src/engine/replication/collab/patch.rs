//! What makes one version of a text into another: in the middle, between a beginning and an end that stay.

use super::text::{Atom, Text, quoted, read_letters, write_letters, write_number};
use crate::varint;
use crate::wire::{Frame, Wire};

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Patch {
    /// So many letters stay, so many after them go, and these come.
    pub place: usize,
    pub removes: usize,
    pub inserts: Vec<Atom>,
}

impl Patch {
    pub fn between<'a>(old: &Text, new: impl DoubleEndedIterator<Item = &'a Atom> + Clone, new_len: usize) -> Patch {
        let most = old.len().min(new_len);
        let place = old.iter().zip(new.clone()).take_while(|(old, new)| old == new).count();
        let same_from_end = old.iter().rev().zip(new.clone().rev()).take_while(|(old, new)| old == new).count();
        let back = same_from_end.min(most - place);
        let inserts = new.skip(place).take(new_len - back - place).cloned().collect();
        Patch { place, removes: old.len() - back - place, inserts }
    }

    /// The other version, which shares with this one what is the same.
    pub fn applied(&self, old: &Text) -> Text {
        let mut new = old.clone();
        new.remove(self.place..self.place + self.removes);
        new.insert(self.place, self.inserts.iter().cloned());
        new
    }

    /// In a word or two: `+“big ”`, `-3`.
    pub fn brief(&self) -> String {
        match (self.inserts.is_empty(), self.removes) {
            (true, 0) => "no change".to_owned(),
            (true, removes) => format!("-{removes}"),
            (false, 0) => format!("+{}", quoted(&self.inserts)),
            (false, removes) => format!("-{removes} +{}", quoted(&self.inserts)),
        }
    }
}

impl Wire for Patch {
    fn write(&self, _: &str, frame: &mut Frame) {
        write_number(self.place as u64, "letters that stay", frame);
        write_number(self.removes as u64, "letters that go", frame);
        write_letters(&self.inserts, frame);
    }

    fn read(bytes: &mut &[u8]) -> Option<Patch> {
        let place = varint::take(bytes)? as usize;
        let removes = varint::take(bytes)? as usize;
        Some(Patch { place, removes, inserts: read_letters(bytes)? })
    }
}
