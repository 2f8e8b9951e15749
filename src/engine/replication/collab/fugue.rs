//! The sequence CRDT: Fugue (Weidner and Kleppmann, 2023). A text is a tree, and each letter a node of it, on the left or on the
//! right side of its parent.
//!
//! The text is read in order: what is on the left of a letter, then the letter, then what is on its right; and of several on one
//! side of the same parent, first the one with the smaller name. Where a letter stands follows from the tree alone, and the tree
//! is the same in whatever order its letters come: so all who have the same letters read the same text.
//!
//! Why runs don't interleave: who types on after a letter of their own hangs each letter on the right of the one before, and who
//! types from right to left, each on the left of the one before. So a run is one branch, and of two branches at the same place one
//! comes before the other as a whole.
//!
//! What is deleted stays in the tree as a tombstone: others may have hung a letter on it.

use super::blocks::Blocks;
use super::change::author;
pub use super::change::{Change, Id, Run, Side};
use super::order::{Order, Spot};
use super::text::{Atom, Text};
use crate::cluster::NodeId;

/// A letter that hangs on the same side of the same parent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rival {
    pub id: Id,
    pub comes_first: bool,
}

/// One more letter at the end of some runs.
fn push_to(runs: &mut Vec<Run>, id: Id) {
    match runs.last_mut() {
        Some((first, many)) if first.plus(*many) == id => *many += 1,
        _ => runs.push((id, 1)),
    }
}

/// No node of the tree.
const NONE: u32 = u32::MAX;

#[derive(Clone, Debug)]
struct Node {
    id: Id,
    atom: Atom,
    parent: u32,
    side: Side,
    /// The first child on each side.
    left: u32,
    right: u32,
    /// The next child on the same side of the same parent.
    next: u32,
    /// The piece of the order in which it stands.
    piece: u32,
}

#[derive(Clone, Debug)]
pub struct Tree {
    nodes: Blocks<Node>,
    /// The first child of the root.
    root: u32,
    /// The letters of each author, the first for nobody: their numbers in the tree.
    by: Vec<Blocks<u32>>,
    order: Order,
}

/// A letter as a reader of the figure sees it.
#[derive(Clone, Copy, Debug)]
pub struct Seen<'a> {
    pub id: Id,
    pub atom: &'a Atom,
    pub parent: Option<Id>,
    pub side: Side,
    pub is_gone: bool,
}

impl Default for Tree {
    fn default() -> Tree {
        Tree { nodes: Blocks::default(), root: NONE, by: Vec::new(), order: Order::default() }
    }
}

impl Tree {
    /// The tree that all begin with.
    pub fn start(text: &Text) -> Tree {
        let mut tree = Tree::default();
        let atoms: Vec<Atom> = text.iter().cloned().collect();
        if !atoms.is_empty() {
            let first = Id { by: None, count: 0 };
            tree.apply(&Change::Insert { first, parent: None, side: Side::Right, atoms });
        }
        tree
    }

    /// How many letters can be seen.
    pub fn len(&self) -> usize {
        self.order.seen()
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    pub fn tombstones(&self) -> usize {
        self.order.all() - self.order.seen()
    }

    /// How many letters of an author it knows: these are the first so many.
    pub fn known(&self, by: Option<NodeId>) -> u32 {
        self.by.get(author(by)).map_or(0, |list| list.count() as u32)
    }

    /// All letters in the order of the text, tombstones included.
    pub fn nodes(&self) -> impl Iterator<Item = Seen<'_>> {
        self.order.iter().map(|(number, is_gone)| {
            let node = self.node(number);
            let parent = (node.parent != NONE).then(|| self.node(node.parent).id);
            Seen { id: node.id, atom: &node.atom, parent, side: node.side, is_gone }
        })
    }

    pub fn text(&self) -> Text {
        self.order.iter().filter(|(_, is_gone)| !is_gone).map(|(number, _)| self.node(number).atom.clone()).collect()
    }

    fn node(&self, number: u32) -> &Node {
        self.nodes.get(number as usize).expect("numbers are those of nodes")
    }

    fn node_mut(&mut self, number: u32) -> &mut Node {
        self.nodes.get_mut(number as usize).expect("numbers are those of nodes")
    }

    fn number(&self, id: Id) -> Option<u32> {
        self.by.get(author(id.by))?.get(id.count as usize).copied()
    }

    fn spot_of(&self, number: u32) -> Spot {
        self.order.spot_of(number, self.node(number).piece)
    }

    /// The letter that people see at a place.
    pub fn id_at(&self, place: usize) -> Option<Id> {
        let (number, _) = self.order.at(self.order.spot(place)?)?;
        Some(self.node(number).id)
    }

    /// How many letters people see up to that one, itself included.
    pub fn place_after(&self, id: Id) -> usize {
        self.number(id).map_or(0, |number| self.order.seen_up_to(self.spot_of(number)))
    }

    /// What it means to put letters in at a place, and carries it out. The first hangs on the letter to the left, if nothing is on
    /// the right of that yet; or else on the left of the letter that comes next, tombstones included.
    pub fn insert(&mut self, by: NodeId, place: usize, atoms: Vec<Atom>) -> Change {
        let first = Id { by: Some(by), count: self.known(Some(by)) };
        let before = place.checked_sub(1).and_then(|left| self.order.spot(left));
        let (left, children) = match before.and_then(|spot| self.order.at(spot)) {
            Some((left, _)) => (Some(left), self.node(left).right),
            None => (None, self.root),
        };
        let (parent, side) = match children {
            NONE => (left, Side::Right),
            _ => {
                let next = before.map_or_else(|| self.order.first(), |spot| self.order.next(spot));
                let next = next.and_then(|spot| self.order.at(spot));
                (next.map(|(next, _)| next), Side::Left)
            }
        };
        let parent = parent.map(|parent| self.node(parent).id);
        let change = Change::Insert { first, parent, side, atoms };
        self.apply(&change);
        change
    }

    /// The letters from a place on become tombstones, as many as are asked for and there.
    pub fn delete(&mut self, place: usize, many: usize) -> Change {
        let mut runs: Vec<Run> = Vec::new();
        let mut left = many;
        let mut spot = self.order.spot(place);
        while let Some(here) = spot.filter(|_| left > 0) {
            if let Some((number, false)) = self.order.at(here) {
                let id = self.node(number).id;
                push_to(&mut runs, id);
                self.order.bury(here);
                left -= 1;
            }
            spot = self.order.next(here);
        }
        Change::Delete { runs }
    }

    /// What a change needs that isn't here yet: the letter on which it hangs, or the one typed before it.
    pub fn lacks(&self, change: &Change) -> Option<Id> {
        match change {
            Change::Insert { first, .. } if first.count > self.known(first.by) => {
                Some(Id { count: first.count - 1, ..*first })
            }
            Change::Insert { parent, .. } => parent.filter(|parent| self.number(*parent).is_none()),
            Change::Delete { runs } => {
                let last = |(first, many): &(Id, u32)| Id { count: first.count + many - 1, ..*first };
                runs.iter().map(last).find(|last| self.number(*last).is_none())
            }
        }
    }

    /// Carries out a change that lacks nothing. Of a deletion, returns what has become a tombstone, and what was one already.
    pub fn apply(&mut self, change: &Change) -> [Vec<Run>; 2] {
        let [mut new, mut gone] = [Vec::new(), Vec::new()];
        match change {
            Change::Insert { first, .. } if first.count < self.known(first.by) => {}
            Change::Insert { first, parent, side, atoms } => {
                let parent = parent.map_or(NONE, |parent| self.number(parent).expect("it lacks nothing"));
                self.grow(*first, parent, *side, atoms);
            }
            Change::Delete { runs } => {
                for id in runs.iter().flat_map(|(first, many)| (0..*many).map(|nth| first.plus(nth))) {
                    let number = self.number(id).expect("it lacks nothing");
                    let spot = self.spot_of(number);
                    push_to(if self.order.bury(spot) { &mut new } else { &mut gone }, id);
                }
            }
        }
        [new, gone]
    }

    fn grow(&mut self, first: Id, parent: u32, side: Side, atoms: &[Atom]) {
        let number = self.nodes.count() as u32;
        let (before, after) = self.siblings(first, parent, side);
        // Where it stands in the order follows from its neighbours in the tree.
        let (spot, is_after) = match (side, before, after) {
            (Side::Right, NONE, _) if parent == NONE => (self.order.first(), false),
            (Side::Right, NONE, _) => (Some(self.spot_of(parent)), true),
            (Side::Right, before, _) => (Some(self.spot_of(self.rightmost(before))), true),
            (Side::Left, _, NONE) => (Some(self.spot_of(parent)), false),
            (Side::Left, _, after) => (Some(self.spot_of(self.leftmost(after))), false),
        };
        self.push_nodes(first, parent, side, after, atoms);
        match (before, side) {
            (NONE, Side::Right) if parent == NONE => self.root = number,
            (NONE, Side::Right) => self.node_mut(parent).right = number,
            (NONE, Side::Left) => self.node_mut(parent).left = number,
            (before, _) => self.node_mut(before).next = number,
        }
        for (moved, piece) in self.order.insert(spot, is_after, number..number + atoms.len() as u32) {
            self.node_mut(moved).piece = piece;
        }
    }

    /// The children between which a new one comes, on one side of a parent: they are in the order of their names.
    fn siblings(&self, id: Id, parent: u32, side: Side) -> (u32, u32) {
        let mut after = match side {
            Side::Right if parent == NONE => self.root,
            Side::Right => self.node(parent).right,
            Side::Left => self.node(parent).left,
        };
        let mut before = NONE;
        while after != NONE && self.node(after).id < id {
            (before, after) = (after, self.node(after).next);
        }
        (before, after)
    }

    /// The one next to which a change puts its first letter, on the same side of the same parent, if another hangs there.
    pub fn rival(&self, change: &Change) -> Option<Rival> {
        let Change::Insert { first, parent, side, .. } = change else { return None };
        let parent = parent.map_or(Some(NONE), |parent| self.number(parent))?;
        match self.siblings(*first, parent, *side) {
            (NONE, NONE) => None,
            (NONE, after) => Some(Rival { id: self.node(after).id, comes_first: false }),
            (before, _) => Some(Rival { id: self.node(before).id, comes_first: true }),
        }
    }

    fn push_nodes(&mut self, first: Id, parent: u32, side: Side, next: u32, atoms: &[Atom]) {
        let number = self.nodes.count() as u32;
        let last = number + atoms.len() as u32 - 1;
        let author = author(first.by);
        self.by.resize(self.by.len().max(author + 1), Blocks::default());
        for (nth, atom) in (0..).zip(atoms) {
            let own = number + nth;
            let right = if own == last { NONE } else { own + 1 };
            let (parent, side, next) = if nth == 0 { (parent, side, next) } else { (own - 1, Side::Right, NONE) };
            let id = Id { count: first.count + nth, ..first };
            self.nodes.push(Node { id, atom: atom.clone(), parent, side, left: NONE, right, next, piece: 0 });
            self.by[author].push(own);
        }
    }

    /// The last letter of a branch.
    fn rightmost(&self, mut number: u32) -> u32 {
        loop {
            let mut child = self.node(number).right;
            if child == NONE {
                return number;
            }
            while self.node(child).next != NONE {
                child = self.node(child).next;
            }
            number = child;
        }
    }

    /// The first letter of a branch.
    fn leftmost(&self, mut number: u32) -> u32 {
        while self.node(number).left != NONE {
            number = self.node(number).left;
        }
        number
    }

    pub fn weight(&self, before: &Tree) -> u64 {
        let by = self.by.iter().zip(&before.by).map(|(own, before)| own.weight(before));
        self.nodes.weight(&before.nodes) + self.order.weight(&before.order) + by.sum::<u64>()
    }
}
