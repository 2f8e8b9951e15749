//! The buffer pool: the pages that are in memory, and how each stands to the disk.

use std::rc::Rc;

use super::page::{Page, PageId};

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

#[derive(Clone, Debug, Default)]
pub struct Pool {
    groups: Rc<Vec<Rc<Group>>>,
}

impl Pool {
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

    pub fn insert(&mut self, id: PageId, frame: Frame) {
        let groups = Rc::make_mut(&mut self.groups);
        while groups.len() <= id.0 as usize / GROUP {
            groups.push(Rc::default());
        }
        Rc::make_mut(&mut groups[id.0 as usize / GROUP])[id.0 as usize % GROUP] = Some(frame);
    }

    pub fn remove(&mut self, id: PageId) {
        let groups = Rc::make_mut(&mut self.groups);
        if let Some(group) = groups.get_mut(id.0 as usize / GROUP) {
            Rc::make_mut(group)[id.0 as usize % GROUP] = None;
        }
    }

    /// All pages in memory, in the order of the file.
    pub fn iter(&self) -> impl Iterator<Item = (PageId, &Frame)> {
        let frames = self.groups.iter().flat_map(|group| group.iter()).enumerate();
        frames.filter_map(|(at, frame)| Some((PageId(at as u32), frame.as_ref()?)))
    }
}
