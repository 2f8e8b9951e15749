//! A list that photographs share. It is kept in pieces, and only the piece that changes is copied: a photograph of ten
//! thousand requests that wait costs what came and went since the last one.

use std::collections::VecDeque;
use std::rc::Rc;

/// Small enough to be copied for one change, and large enough that a list of pieces is short.
const PIECE: usize = 64;

#[derive(Clone, Debug)]
pub struct Shared<T> {
    /// None of them is empty.
    pieces: VecDeque<Rc<Vec<T>>>,
    pub len: usize,
}

/// Where an item stands: its piece, and its place in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct At(usize, usize);

impl<T: Clone> Shared<T> {
    pub fn new() -> Shared<T> {
        Shared { pieces: VecDeque::new(), len: 0 }
    }

    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// From the first to the last.
    pub fn iter(&self) -> impl Iterator<Item = &T> {
        self.pieces.iter().flat_map(|piece| piece.iter())
    }

    pub fn push(&mut self, item: T) {
        match self.pieces.back_mut() {
            Some(piece) if piece.len() < PIECE => Rc::make_mut(piece).push(item),
            _ => self.pieces.push_back(Rc::new(vec![item])),
        }
        self.len += 1;
    }

    pub fn pop_first(&mut self) -> Option<T> {
        (!self.is_empty()).then(|| self.remove(At(0, 0)))
    }

    pub fn remove(&mut self, At(piece, place): At) -> T {
        let removed = Rc::make_mut(&mut self.pieces[piece]).remove(place);
        if self.pieces[piece].is_empty() {
            self.pieces.remove(piece);
        }
        self.len -= 1;
        removed
    }

    pub fn get_mut(&mut self, At(piece, place): At) -> &mut T {
        &mut Rc::make_mut(&mut self.pieces[piece])[place]
    }

    /// The item with this key, in a list that is in the order of its keys.
    pub fn find(&self, key: u64, of: impl Fn(&T) -> u64) -> Option<At> {
        let piece = self.pieces.partition_point(|piece| of(&piece[0]) <= key).checked_sub(1)?;
        let place = self.pieces[piece].binary_search_by_key(&key, of).ok()?;
        Some(At(piece, place))
    }

    /// Gives back all items, and keeps none.
    pub fn take(&mut self) -> Vec<T> {
        let taken = self.iter().cloned().collect();
        *self = Shared::new();
        taken
    }

    /// The bytes of the pieces that `before` does not have.
    pub fn weight(&self, before: &Shared<T>) -> u64 {
        let mut old: Vec<*const Vec<T>> = before.pieces.iter().map(Rc::as_ptr).collect();
        old.sort_unstable();
        let new = self.pieces.iter().filter(|piece| old.binary_search(&Rc::as_ptr(piece)).is_err());
        new.map(|piece| (piece.len() * size_of::<T>()) as u64).sum()
    }
}

impl<T: Clone> Default for Shared<T> {
    fn default() -> Shared<T> {
        Shared::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn it_does_as_a_plain_list(steps in prop::collection::vec((0_u8..8, any::<usize>()), 0..600)) {
            let (mut shared, mut plain, mut next) = (Shared::new(), Vec::new(), 0_u64);
            for (what, which) in steps {
                match what {
                    0 if !plain.is_empty() => prop_assert_eq!(shared.pop_first(), Some(plain.remove(0))),
                    1 if !plain.is_empty() => {
                        let key = plain.remove(which % plain.len());
                        let at = shared.find(key, |item| *item).unwrap();
                        prop_assert_eq!(shared.remove(at), key);
                        prop_assert_eq!(shared.find(key, |item| *item), None);
                    }
                    _ => {
                        next += 2;
                        shared.push(next);
                        plain.push(next);
                        prop_assert_eq!(shared.find(next + 1, |item| *item), None);
                    }
                }
                prop_assert_eq!(shared.len, plain.len());
            }
            prop_assert!(shared.iter().eq(&plain));
            prop_assert_eq!(shared.take(), plain);
        }
    }

    #[test]
    fn a_photograph_weighs_what_has_changed() {
        let mut shared = Shared::new();
        (0..10_000_u64).for_each(|item| shared.push(item));
        let before = shared.clone();
        assert_eq!(shared.weight(&before), 0);
        shared.pop_first();
        shared.push(10_000);
        assert!(shared.weight(&before) <= 2 * 8 * PIECE as u64 && shared.weight(&before) > 0);
        assert_eq!(shared.weight(&Shared::new()), 8 * 10_000);
    }
}
