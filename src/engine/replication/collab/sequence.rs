//! The sequence CRDT on a device: its tree, and what has come too early for it.

use std::rc::Rc;

use super::fugue::{Change, Id, Rival, Run, Tree};
use super::text::{Atom, Text};
use crate::cluster::NodeId;
use crate::cluster::calls::push;

#[derive(Clone, Debug)]
pub struct Copy {
    id: NodeId,
    pub tree: Tree,
    /// Changes that hang on a letter that hasn't come yet, and from whom they came.
    pub waiting: Rc<Vec<(NodeId, Change)>>,
}

/// What a change has come to in a tree.
#[derive(Clone, Debug)]
pub struct Grown {
    /// Nothing, if nothing was new.
    pub new: Option<Change>,
    /// What was to be deleted, and was a tombstone already.
    pub gone: Vec<Run>,
    /// Beside which other it stands, if there is one at the same place.
    pub rival: Option<Rival>,
}

impl Copy {
    pub fn new(id: NodeId, start: &Text) -> Copy {
        Copy { id, tree: Tree::start(start), waiting: Rc::default() }
    }

    /// A person deletes so many letters at a place, and puts others in: what the other devices are told.
    pub fn edit(&mut self, place: usize, removes: usize, inserts: Vec<Atom>) -> Vec<Change> {
        let mut changes = Vec::new();
        if removes > 0 {
            changes.push(self.tree.delete(place, removes));
        }
        if !inserts.is_empty() {
            changes.push(self.tree.insert(self.id, place, inserts));
        }
        changes
    }

    /// A change comes. The error is what it lacks; then it waits.
    pub fn come(&mut self, from: NodeId, change: &Change) -> Result<Grown, Id> {
        if let Some(lacks) = self.tree.lacks(change) {
            push(&mut self.waiting, (from, change.clone()));
            return Err(lacks);
        }
        Ok(self.grow(change))
    }

    fn grow(&mut self, change: &Change) -> Grown {
        let rival = self.tree.rival(change);
        let [new, gone] = self.tree.apply(change);
        let new = match change {
            Change::Insert { .. } => Some(change.clone()),
            Change::Delete { .. } => (!new.is_empty()).then_some(Change::Delete { runs: new }),
        };
        Grown { new, gone, rival }
    }

    /// The first of those that wait which lacks nothing any more.
    pub fn release(&mut self) -> Option<(NodeId, Grown)> {
        let place = self.waiting.iter().position(|(_, change)| self.tree.lacks(change).is_none())?;
        let (from, change) = Rc::make_mut(&mut self.waiting).remove(place);
        Some((from, self.grow(&change)))
    }

    pub fn can_release(&self) -> bool {
        self.waiting.iter().any(|(_, change)| self.tree.lacks(change).is_none())
    }

    pub fn weight(&self, before: &Copy) -> u64 {
        self.tree.weight(&before.tree) + (self.waiting.len() * size_of::<Change>()) as u64
    }
}
