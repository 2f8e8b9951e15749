//! Rows that are cheap to photograph: kept in pages, and a page is copied only when one of its rows changes.

use std::rc::Rc;

/// Rows in a page: few enough that changing one row copies little, many enough that a million rows are not all
/// pointers.
const PAGE: usize = 256;

/// A long list whose clones share all pages that have not changed since.
#[derive(Clone)]
pub struct Paged<T> {
    pages: Rc<Vec<Rc<Vec<T>>>>,
    len: usize,
}

impl<T: Clone> Paged<T> {
    pub fn empty() -> Paged<T> {
        Paged { pages: Rc::new(Vec::new()), len: 0 }
    }

    /// `len` rows, all `value`, in pages that share one memory until they are written to.
    pub fn filled(value: T, len: usize) -> Paged<T> {
        let page = Rc::new(vec![value; PAGE]);
        let mut pages = vec![page; len.div_ceil(PAGE)];
        if let Some(last) = pages.last_mut().filter(|_| !len.is_multiple_of(PAGE)) {
            Rc::make_mut(last).truncate(len % PAGE);
        }
        Paged { pages: Rc::new(pages), len }
    }

    /// The bytes that `before` does not share: the pages that have changed since, and the list of all pages.
    pub fn weight(&self, before: &Paged<T>) -> u64 {
        if Rc::ptr_eq(&self.pages, &before.pages) {
            return 0;
        }
        let same = self.pages.iter().zip(before.pages.iter()).filter(|(now, then)| Rc::ptr_eq(now, then)).count();
        // A pointer counts eight bytes everywhere, so that runs end at the same step on every machine.
        (self.pages.len() * 8 + (self.pages.len() - same) * PAGE * size_of::<T>()) as u64
    }

    /// How many rows there are.
    pub fn count(&self) -> usize {
        self.len
    }

    /// The row at that place, which must exist.
    pub fn get(&self, place: usize) -> &T {
        &self.pages[place / PAGE][place % PAGE]
    }

    pub fn set(&mut self, place: usize, value: T) {
        Rc::make_mut(&mut Rc::make_mut(&mut self.pages)[place / PAGE])[place % PAGE] = value;
    }

    pub fn push(&mut self, value: T) {
        let pages = Rc::make_mut(&mut self.pages);
        if self.len == pages.len() * PAGE {
            pages.push(Rc::new(Vec::with_capacity(PAGE)));
        }
        Rc::make_mut(pages.last_mut().expect("there is a page with room")).push(value);
        self.len += 1;
    }
}
