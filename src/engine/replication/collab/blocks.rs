//! A list that only grows, in blocks: a copy shares all blocks that haven't changed since.

use std::rc::Rc;

const SIZE: usize = 64;

#[derive(Clone, Debug)]
pub struct Blocks<T>(Vec<Rc<Vec<T>>>);

impl<T> Default for Blocks<T> {
    fn default() -> Blocks<T> {
        Blocks(Vec::new())
    }
}

impl<T: Clone> Blocks<T> {
    pub fn count(&self) -> usize {
        self.0.last().map_or(0, |last| (self.0.len() - 1) * SIZE + last.len())
    }

    pub fn push(&mut self, item: T) {
        match self.0.last_mut() {
            Some(last) if last.len() < SIZE => Rc::make_mut(last).push(item),
            _ => self.0.push(Rc::new(vec![item])),
        }
    }

    pub fn get(&self, at: usize) -> Option<&T> {
        self.0.get(at / SIZE)?.get(at % SIZE)
    }

    pub fn get_mut(&mut self, at: usize) -> Option<&mut T> {
        Rc::make_mut(self.0.get_mut(at / SIZE)?).get_mut(at % SIZE)
    }

    /// The bytes of all blocks that aren't those of the other.
    pub fn weight(&self, before: &Blocks<T>) -> u64 {
        let is_new =
            |(place, block): &(usize, &Rc<Vec<T>>)| before.0.get(*place).is_none_or(|other| !Rc::ptr_eq(block, other));
        let new: usize = self.0.iter().enumerate().filter(is_new).map(|(_, block)| block.len() * size_of::<T>()).sum();
        (new + self.0.len() * size_of::<Rc<Vec<T>>>()) as u64
    }
}
