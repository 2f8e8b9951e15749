//! Operational transformation with a server that orders (as in Jupiter, 1995, and Google Wave).
//!
//! The server gives each operation a number, in the order in which they come, and transforms it against those that its device
//! didn't know. A device has at most one operation under way: what is typed meanwhile is kept and put together in a buffer. What
//! comes from others it transforms against both, and both against that. So every operation is transformed along one line, the
//! server's order, and TP1 is enough.

use std::rc::Rc;

use super::op::Op;
use super::text::Text;
use crate::cluster::NodeId;
use crate::cluster::calls::push;

/// A device's copy.
#[derive(Clone, Debug)]
pub struct Copy {
    /// How many operations of the server's order its text contains.
    pub revision: u64,
    pub text: Text,
    /// The operation under way, as it is after those that have come since.
    pub outstanding: Option<Op>,
    /// What was typed after it.
    pub buffer: Option<Op>,
}

impl Copy {
    pub fn new(start: &Text) -> Copy {
        Copy { revision: 0, text: start.clone(), outstanding: None, buffer: None }
    }

    /// A person edits. Returns what is to be sent, if nothing is under way.
    pub fn edit(&mut self, op: Op) -> Option<(u64, Op)> {
        op.apply(&mut self.text);
        if self.outstanding.is_none() {
            self.outstanding = Some(op.clone());
            return Some((self.revision, op));
        }
        self.buffer = Some(match self.buffer.take() {
            Some(before) => before.then(&op),
            None => op,
        });
        None
    }

    /// The server has put the operation under way into its order. Returns what is to be sent next.
    pub fn accepted(&mut self) -> Option<(u64, Op)> {
        self.revision += 1;
        self.outstanding = self.buffer.take();
        self.outstanding.clone().map(|op| (self.revision, op))
    }

    /// An operation of someone else comes, the next in the server's order: what it is here.
    pub fn come(&mut self, op: &Op) -> Op {
        self.revision += 1;
        let mut op = op.clone();
        for own in [&mut self.outstanding, &mut self.buffer].into_iter().flatten() {
            // It comes earlier in the order than what is still under way, and so goes first.
            (op, *own) = op.past_each_other(own);
        }
        op.apply(&mut self.text);
        op
    }

    pub fn weight(&self, before: &Copy) -> u64 {
        self.text.weight(&before.text)
    }
}

/// What the server keeps: its text, and the order of all operations.
#[derive(Clone, Debug)]
pub struct Order {
    pub text: Text,
    pub log: Rc<Vec<Ordered>>,
}

/// An operation in its place.
#[derive(Clone, Debug)]
pub struct Ordered {
    pub by: NodeId,
    pub op: Op,
}

impl Order {
    pub fn new(start: &Text) -> Order {
        Order { text: start.clone(), log: Rc::default() }
    }

    pub fn revision(&self) -> u64 {
        self.log.len() as u64
    }

    /// An operation that was made after so many others gets the next place: what it is there.
    pub fn take(&mut self, by: NodeId, revision: u64, op: &Op) -> Op {
        let since = &self.log[revision as usize..];
        let op = since.iter().fold(op.clone(), |op, other| op.after(&other.op, false));
        op.apply(&mut self.text);
        let ordered = Ordered { by, op: op.clone() };
        match Rc::get_mut(&mut self.log) {
            // Nobody has a photograph of it: in a long run it grows as lists do.
            Some(log) => log.push(ordered),
            None => push(&mut self.log, ordered),
        }
        op
    }

    pub fn weight(&self, before: &Order) -> u64 {
        if Rc::ptr_eq(&self.log, &before.log) {
            return 0;
        }
        self.text.weight(&before.text) + (self.log.len() * size_of::<Ordered>()) as u64
    }
}
