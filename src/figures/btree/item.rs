//! What a plan is made of: pages with their places and looks, pointers between them, and notes on pages that are not shown.

use crate::engine::storage::btree::PageId;
use crate::scene::area::Area;

/// How a page is shown.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Look {
    /// Every entry in a cell, or every separator.
    Cells,
    /// A bar that fills up.
    Bar,
    /// All that is below it as well, as a triangle.
    Subtree { keys: usize },
    /// It cannot be read.
    Missing,
}

#[derive(Clone, Copy, Debug)]
pub(super) struct Item {
    pub id: PageId,
    pub look: Look,
    /// The left upper corner.
    pub x: f32,
    pub y: f32,
    pub width: f32,
    pub height: f32,
}

impl Item {
    /// The same seen from its own corner.
    pub fn own(&self) -> Area {
        Area { x: self.x, y: self.y, width: self.width, height: self.height }.own()
    }
}

/// A child pointer between two items; `slot` counts the children of `from`.
#[derive(Clone, Copy, Debug)]
pub(super) struct Link {
    pub from: usize,
    pub slot: usize,
    pub to: usize,
}

/// Pages that are not shown, told in a word: where, and the text.
#[derive(Clone, Debug)]
pub(super) struct Note {
    pub x: f32,
    pub y: f32,
    pub text: String,
}
