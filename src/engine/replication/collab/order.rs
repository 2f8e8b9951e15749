//! In which order letters stand, tombstones included, so that a place is found quickly, and the place of a letter as well.

use std::cell::Cell;
use std::rc::Rc;

/// A piece that would be longer is cut in two.
const MOST: usize = 128;

/// A letter by its number in the tree, doubled; and one more if it is a tombstone.
type Entry = u32;

#[derive(Clone, Debug, Default)]
pub struct Order {
    pieces: Vec<Rc<Vec<Entry>>>,
    /// How many letters of each piece can be seen, side by side: a place is found by adding them up.
    seen: Vec<u32>,
    /// The name of each piece, and the place of each name: names stay where pieces move.
    names: Vec<u32>,
    places: Vec<u32>,
    len: usize,
    all_seen: usize,
    /// The piece in which a place was found last, and how many letters can be seen before it: the next place is mostly near.
    last: Cell<(usize, usize)>,
}

/// Where a letter stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Spot {
    piece: usize,
    within: usize,
}

impl Order {
    /// How many there are, tombstones included, and how many can be seen.
    pub fn all(&self) -> usize {
        self.len
    }

    pub fn seen(&self) -> usize {
        self.all_seen
    }

    /// All, each with whether it is a tombstone.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = (u32, bool)> {
        self.pieces.iter().flat_map(|piece| piece.iter().map(|entry| (entry >> 1, entry & 1 == 1)))
    }

    pub fn at(&self, spot: Spot) -> Option<(u32, bool)> {
        let entry = self.pieces.get(spot.piece)?.get(spot.within)?;
        Some((entry >> 1, entry & 1 == 1))
    }

    /// Where the letter stands that people see at a place.
    pub fn spot(&self, place: usize) -> Option<Spot> {
        if place >= self.all_seen {
            return None;
        }
        let (mut piece, mut before) = self.last.get();
        while place < before {
            piece -= 1;
            before -= self.seen[piece] as usize;
        }
        while place >= before + self.seen[piece] as usize {
            before += self.seen[piece] as usize;
            piece += 1;
        }
        self.last.set((piece, before));
        let mut rest = place - before;
        for (within, entry) in self.pieces[piece].iter().enumerate() {
            if entry & 1 == 0 {
                if rest == 0 {
                    return Some(Spot { piece, within });
                }
                rest -= 1;
            }
        }
        None
    }

    /// Where a letter stands, by its number and the name of its piece.
    pub fn spot_of(&self, number: u32, name: u32) -> Spot {
        let piece = self.places[name as usize] as usize;
        let within = self.pieces[piece].iter().position(|entry| entry >> 1 == number);
        Spot { piece, within: within.expect("each letter is in the piece that it names") }
    }

    /// How many can be seen up to a spot, that one included.
    pub fn seen_up_to(&self, spot: Spot) -> usize {
        let before: u32 = self.seen[..spot.piece].iter().sum();
        let here = self.pieces[spot.piece][..=spot.within].iter().filter(|entry| *entry & 1 == 0).count();
        before as usize + here
    }

    /// The next one, tombstones included.
    pub fn next(&self, spot: Spot) -> Option<Spot> {
        if spot.within + 1 < self.pieces[spot.piece].len() {
            return Some(Spot { within: spot.within + 1, ..spot });
        }
        (spot.piece + 1 < self.pieces.len()).then_some(Spot { piece: spot.piece + 1, within: 0 })
    }

    pub fn first(&self) -> Option<Spot> {
        (self.len > 0).then_some(Spot { piece: 0, within: 0 })
    }

    /// Puts letters of these numbers before a spot, or after it; or, where there is none yet, at the beginning. Says which
    /// letters are in a piece of another name from now on.
    pub fn insert(&mut self, spot: Option<Spot>, is_after: bool, numbers: std::ops::Range<u32>) -> Vec<(u32, u32)> {
        let Spot { piece, within } = spot.unwrap_or(Spot { piece: 0, within: 0 });
        if self.pieces.is_empty() {
            self.pieces.push(Rc::default());
            self.seen.push(0);
            self.names.push(0);
            self.places.push(0);
        }
        let at = within + usize::from(is_after);
        let many = numbers.len();
        let mut moved: Vec<(u32, u32)> = numbers.clone().map(|number| (number, self.names[piece])).collect();
        Rc::make_mut(&mut self.pieces[piece]).splice(at..at, numbers.map(|number| number << 1));
        (self.len, self.all_seen) = (self.len + many, self.all_seen + many);
        self.seen[piece] += many as u32;
        let (last, before) = self.last.get();
        let pieces = self.pieces.len();
        if self.pieces[piece].len() > MOST {
            self.cut_up(piece, &mut moved);
        }
        if piece < last {
            self.last.set((last + self.pieces.len() - pieces, before + many));
        }
        moved
    }

    fn cut_up(&mut self, piece: usize, moved: &mut Vec<(u32, u32)>) {
        let parts: Vec<Rc<Vec<Entry>>> =
            self.pieces[piece].chunks(MOST / 2).map(|part| Rc::new(part.to_vec())).collect();
        let first = self.places.len() as u32;
        let mut names = vec![self.names[piece]];
        names.extend((first..).take(parts.len() - 1));
        for (part, name) in parts.iter().zip(&names).skip(1) {
            moved.extend(part.iter().map(|entry| (entry >> 1, *name)));
        }
        let seen = parts.iter().map(|part| part.iter().filter(|entry| *entry & 1 == 0).count() as u32);
        self.seen.splice(piece..=piece, seen.collect::<Vec<_>>());
        self.names.splice(piece..=piece, names);
        self.pieces.splice(piece..=piece, parts);
        self.places.resize(self.names.len(), 0);
        for (place, name) in self.names.iter().enumerate().skip(piece) {
            self.places[*name as usize] = place as u32;
        }
    }

    /// It becomes a tombstone; whether it was none.
    pub fn bury(&mut self, spot: Spot) -> bool {
        let piece = &mut self.pieces[spot.piece];
        if piece[spot.within] & 1 == 1 {
            return false;
        }
        Rc::make_mut(piece)[spot.within] |= 1;
        self.seen[spot.piece] -= 1;
        let (last, before) = self.last.get();
        if spot.piece < last {
            self.last.set((last, before - 1));
        }
        self.all_seen -= 1;
        true
    }

    /// The bytes of all pieces that aren't those of the other.
    pub fn weight(&self, before: &Order) -> u64 {
        let mut others = before.pieces.iter();
        let mut bytes = self.pieces.len() * (size_of::<Rc<Vec<Entry>>>() + 3 * size_of::<u32>());
        for piece in &self.pieces {
            match others.clone().position(|other| Rc::ptr_eq(piece, other)) {
                Some(place) => drop(others.nth(place)),
                None => bytes += piece.len() * size_of::<Entry>(),
            }
        }
        bytes as u64
    }
}
