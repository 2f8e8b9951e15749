//! A long list in pieces: something is put in or taken out anywhere without moving all the rest, and a copy shares every piece
//! that hasn't changed since.

use std::cell::Cell;
use std::ops::Range;
use std::rc::Rc;

/// A piece that would be longer is cut in two.
const MOST: usize = 128;

#[derive(Clone, Debug)]
pub struct Chunks<T> {
    /// How long each piece is, side by side: a place is found by adding them up.
    lens: Vec<u32>,
    pieces: Vec<Rc<Vec<T>>>,
    many: usize,
    /// The piece that was found last, and how many items are before it: the next place is mostly near.
    last: Cell<(usize, usize)>,
}

impl<T> Default for Chunks<T> {
    fn default() -> Chunks<T> {
        Chunks { lens: Vec::new(), pieces: Vec::new(), many: 0, last: Cell::default() }
    }
}

impl<T: Clone> Chunks<T> {
    pub fn len(&self) -> usize {
        self.many
    }

    pub fn is_empty(&self) -> bool {
        self.many == 0
    }

    pub fn iter(&self) -> impl DoubleEndedIterator<Item = &T> + Clone {
        self.pieces.iter().flat_map(|piece| piece.iter())
    }

    pub fn get(&self, at: usize) -> Option<&T> {
        if at >= self.many {
            return None;
        }
        let (piece, within) = self.find(at);
        self.pieces[piece].get(within)
    }

    pub fn last(&self) -> Option<&T> {
        self.pieces.last()?.last()
    }

    /// The piece with that place, and where in it; the end of the list is the end of its last piece.
    fn find(&self, at: usize) -> (usize, usize) {
        let (mut piece, mut before) = self.last.get();
        if piece >= self.lens.len() {
            (piece, before) = (0, 0);
        }
        while at < before {
            piece -= 1;
            before -= self.lens[piece] as usize;
        }
        while let Some(len) = self.lens.get(piece) {
            let end = before + *len as usize;
            if at < end || (at == end && piece + 1 == self.lens.len()) {
                self.last.set((piece, before));
                return (piece, at - before);
            }
            (piece, before) = (piece + 1, end);
        }
        (0, 0)
    }

    /// Puts these in before what is at a place, which must not be past the end.
    pub fn insert(&mut self, at: usize, items: impl IntoIterator<Item = T>) {
        let items: Vec<T> = items.into_iter().collect();
        if items.is_empty() {
            return;
        }
        debug_assert!(at <= self.many, "{at} of {}", self.many);
        self.many += items.len();
        if self.pieces.is_empty() {
            self.pieces.push(Rc::default());
            self.lens.push(0);
        }
        let (piece, within) = self.find(at);
        let list = Rc::make_mut(&mut self.pieces[piece]);
        list.splice(within..within, items);
        self.cut_up(piece);
    }

    /// A piece that is too long becomes several, of half the length that is allowed.
    fn cut_up(&mut self, piece: usize) {
        if self.pieces[piece].len() <= MOST {
            self.lens[piece] = self.pieces[piece].len() as u32;
            return;
        }
        let parts: Vec<Rc<Vec<T>>> = self.pieces[piece].chunks(MOST / 2).map(|part| Rc::new(part.to_vec())).collect();
        self.lens.splice(piece..=piece, parts.iter().map(|part| part.len() as u32));
        self.pieces.splice(piece..=piece, parts);
    }

    /// Takes out what is in that range, which must be within the list, and hands it over.
    pub fn remove(&mut self, range: Range<usize>) -> Vec<T> {
        debug_assert!(range.end <= self.many, "{range:?} of {}", self.many);
        let mut taken = Vec::with_capacity(range.len());
        if range.is_empty() {
            return taken;
        }
        let (mut piece, mut within) = self.find(range.start);
        while taken.len() < range.len() {
            let here = (self.lens[piece] as usize - within).min(range.len() - taken.len());
            if here == self.lens[piece] as usize {
                taken.extend(self.pieces[piece].iter().cloned());
                self.pieces.remove(piece);
                self.lens.remove(piece);
            } else {
                let list = Rc::make_mut(&mut self.pieces[piece]);
                taken.extend(list.drain(within..within + here));
                self.lens[piece] -= here as u32;
                piece += 1;
            }
            within = 0;
        }
        self.many -= taken.len();
        taken
    }

    /// A place that is there, to be changed.
    pub fn get_mut(&mut self, at: usize) -> Option<&mut T> {
        if at >= self.many {
            return None;
        }
        let (piece, within) = self.find(at);
        Rc::make_mut(&mut self.pieces[piece]).get_mut(within)
    }

    pub fn push(&mut self, item: T) {
        self.insert(self.many, [item]);
    }

    /// The bytes of all pieces that aren't those of the other.
    pub fn weight(&self, before: &Chunks<T>) -> u64 {
        let mut others = before.pieces.iter().peekable();
        let mut bytes = self.pieces.len() * (size_of::<Rc<Vec<T>>>() + size_of::<u32>());
        for piece in &self.pieces {
            // Both have what they share in the same order.
            let place = others.clone().position(|other| Rc::ptr_eq(piece, other));
            match place {
                Some(place) => drop(others.nth(place)),
                None => bytes += piece.len() * size_of::<T>() + size_of::<Vec<T>>(),
            }
        }
        bytes as u64
    }
}

impl<T: Clone> FromIterator<T> for Chunks<T> {
    fn from_iter<I: IntoIterator<Item = T>>(items: I) -> Chunks<T> {
        let mut list = Chunks::default();
        list.insert(0, items);
        list
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn it_is_as_a_plain_list(steps in proptest::collection::vec((0..1_000_usize, 0..300_usize, any::<bool>()), 0..40)) {
            let (mut list, mut plain) = (Chunks::default(), Vec::new());
            for (at, many, puts) in steps {
                let at = at % (plain.len() + 1);
                if puts {
                    list.insert(at, (0..many).map(|each| each + at));
                    plain.splice(at..at, (0..many).map(|each| each + at));
                } else {
                    let end = (at + many).min(plain.len());
                    prop_assert_eq!(list.remove(at..end), plain.drain(at..end).collect::<Vec<_>>());
                }
                prop_assert_eq!(list.iter().copied().collect::<Vec<_>>(), plain.clone());
                prop_assert_eq!(list.get(at), plain.get(at));
                prop_assert_eq!((list.len(), list.last()), (plain.len(), plain.last()));
            }
        }
    }
}
