//! The buffer pool: the pages that are in memory, how each stands to the disk, and which leaves when there is no room.
//!
//! A page that is clean, or safe in the log, can leave at once, for the disk has its bytes. A dirty page cannot: it stays
//! until it is written, whatever the room (*no-steal*). Nor does any page leave while a change works on it (a page is then
//! *fixed*, or pinned), so that a split finds the pages above it where it left them. For both the pool may hold more pages
//! than there is room for, until the change is over.

use std::rc::Rc;

use super::page::{Page, PageId};
use crate::storage::cache::Clock;

/// How a page in memory stands to the disk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// The page file has the same bytes.
    Clean,
    /// Changed since it was last written anywhere.
    Dirty,
    /// The log has its bytes; the page file does not, until the next checkpoint.
    Logged,
}

#[derive(Clone, Debug)]
pub struct Frame {
    pub page: Page,
    pub standing: Standing,
}

/// Frames are shared with photographs of the pool in groups of this many: a change copies one group of pointers, not
/// all of them.
const GROUP: usize = 32;

type Group = [Option<Frame>; GROUP];

#[derive(Clone, Debug)]
pub struct Pool {
    groups: Rc<Vec<Rc<Group>>>,
    /// How many pages there is room for.
    pub room: usize,
    /// How many there are.
    pub held: usize,
    clock: Rc<Clock<PageId>>,
    /// A bit for each page that is here and was used again since the hand came by; 64 of them in a word.
    marks: Rc<Vec<u64>>,
    /// A change is at work: no page leaves.
    pub fixed: bool,
}

impl Pool {
    pub fn new(room: usize) -> Pool {
        Pool { groups: Rc::default(), room, held: 0, clock: Rc::default(), marks: Rc::default(), fixed: false }
    }

    pub fn page(&self, id: PageId) -> Option<&Page> {
        self.frame(id).map(|frame| &frame.page)
    }

    pub fn frame(&self, id: PageId) -> Option<&Frame> {
        self.groups.get(id.0 as usize / GROUP)?[id.0 as usize % GROUP].as_ref()
    }

    pub fn frame_mut(&mut self, id: PageId) -> Option<&mut Frame> {
        let group = Rc::make_mut(&mut self.groups).get_mut(id.0 as usize / GROUP)?;
        Rc::make_mut(group)[id.0 as usize % GROUP].as_mut()
    }

    /// Marks a page as used; false if it is not here. What is used over and over has its mark already, and costs one look.
    #[inline]
    pub fn touch(&mut self, id: PageId) -> bool {
        let (word, bit) = (id.0 as usize / 64, 1 << (id.0 % 64));
        if self.marks.get(word).is_some_and(|marks| marks & bit != 0) {
            return true;
        }
        let is_here = self.frame(id).is_some();
        if is_here {
            Rc::make_mut(&mut self.marks)[word] |= bit;
        }
        is_here
    }

    pub fn insert(&mut self, id: PageId, frame: Frame) {
        let groups = Rc::make_mut(&mut self.groups);
        while groups.len() <= id.0 as usize / GROUP {
            groups.push(Rc::default());
        }
        let place = &mut Rc::make_mut(&mut groups[id.0 as usize / GROUP])[id.0 as usize % GROUP];
        if place.replace(frame).is_some() {
            return;
        }
        self.held += 1;
        Rc::make_mut(&mut self.clock).admit(id);
        let words = groups.len() * GROUP / 64 + 1;
        if self.marks.len() < words {
            Rc::make_mut(&mut self.marks).resize(words, 0);
        }
    }

    /// A page that is not part of the tree any more.
    pub fn remove(&mut self, id: PageId) {
        if self.take(id) {
            Rc::make_mut(&mut self.clock).forget(|each| each == id);
        }
    }

    /// Lets pages go until at most `room` of them are left, as far as that may be; returns which.
    pub fn shrink(&mut self, room: usize) -> Vec<PageId> {
        let mut gone = Vec::new();
        while self.held > room && !self.fixed {
            let mut clock = std::mem::take(&mut self.clock);
            let oldest = Rc::make_mut(&mut clock).evict(|id| self.spares(id));
            self.clock = clock;
            let Some(id) = oldest else { break };
            self.take(id);
            gone.push(id);
        }
        gone
    }

    /// Whether the hand passes over a page: it is dirty, or was marked, and is not any more.
    fn spares(&mut self, id: PageId) -> bool {
        let (word, bit) = (id.0 as usize / 64, 1 << (id.0 % 64));
        let was_used = self.marks[word] & bit != 0;
        if was_used {
            Rc::make_mut(&mut self.marks)[word] &= !bit;
        }
        was_used || self.frame(id).is_some_and(|frame| frame.standing == Standing::Dirty)
    }

    /// Takes a page out, and its mark; false if it was not here.
    fn take(&mut self, id: PageId) -> bool {
        let was_here = self.frame(id).is_some();
        if was_here {
            let group = &mut Rc::make_mut(&mut self.groups)[id.0 as usize / GROUP];
            Rc::make_mut(group)[id.0 as usize % GROUP] = None;
            Rc::make_mut(&mut self.marks)[id.0 as usize / 64] &= !(1 << (id.0 % 64));
            self.held -= 1;
        }
        was_here
    }

    /// All pages in memory, in the order of the file.
    pub fn iter(&self) -> impl Iterator<Item = (PageId, &Frame)> {
        let frames = self.groups.iter().flat_map(|group| group.iter()).enumerate();
        frames.filter_map(|(at, frame)| Some((PageId(at as u32), frame.as_ref()?)))
    }
}
