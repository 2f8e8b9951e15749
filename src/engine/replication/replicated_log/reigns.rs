//! Who has led, and what that makes of the writes that clients were told of.
//!
//! A client was told that its write is done. Has the cluster lost it since? No client and no node can know that; someone
//! who sees every disk can, by one rule for all clusters that stand on this log:
//!
//! **A write is lost if its client was told that it is done, and the log of the newest reign does not have it.**
//!
//! - A *reign* begins when a node leads a term that no one has led. The newest is that of the highest term.
//! - Its log is what the node that began it has on its disk, whether that node runs, can be reached, or leads still: all
//!   others are made to follow that log, until there is a newer reign. An older leader that has not heard of it and goes on
//!   decides nothing, even if it is the only one that runs.
//! - A write is in a log if its entry is, at its position and of its term, or if the snapshot before the log stands for it.
//!   So what was lost is not found again merely because someone began with a snapshot.
//!
//! The answer is given anew at each moment, and it can change. As long as some disk has the write, its node may be made the
//! leader after all: then the write is there again, and what others took meanwhile is lost. Once no disk has it, it is lost
//! for good.

use std::rc::Rc;

use super::{Node, Term};
use crate::replication::NodeId;

/// The reigns, in the order in which they began. There is always one.
#[derive(Clone)]
pub struct Reigns(Rc<Vec<(Term, NodeId)>>);

impl Reigns {
    pub fn new(term: Term, node: NodeId) -> Reigns {
        Reigns(Rc::new(vec![(term, node)]))
    }

    pub fn begin(&mut self, term: Term, node: NodeId) {
        Rc::make_mut(&mut self.0).push((term, node));
    }

    pub fn all(&self) -> &[(Term, NodeId)] {
        &self.0
    }

    /// The newest is not always the one that began last, for votes of an earlier term may come late.
    pub fn newest(&self) -> (Term, NodeId) {
        self.0.iter().copied().max().expect("there is always one")
    }

    /// Of the writes that clients were told of, those that are lost. `of` finds a node, and `has` says whether the log of one
    /// has a write.
    pub fn lost<'a, 'n, W: 'a>(
        &self,
        told: impl Iterator<Item = &'a W>,
        of: impl Fn(NodeId) -> &'n Node,
        has: impl Fn(&Node, &W) -> bool,
    ) -> impl Iterator<Item = &'a W> {
        let log = of(self.newest().1);
        told.filter(move |write| !has(log, write))
    }
}
