//! A write on its way into the logs: where it is, how a sentence names it, what it waits for, and that it is lost.

use std::fmt::{self, Display};
use std::rc::Rc;

use crate::key::Key;
use crate::replication::replicated_log::{Entry, Node};
use crate::replication::{CallId, NodeSet};
use crate::wording::{shown, shown_or};

/// A write as it was put into a log.
#[derive(Clone)]
pub(super) struct Write {
    pub call: CallId,
    pub position: usize,
    pub entry: Entry,
    pub told: bool,
}

impl Write {
    pub fn named(&self) -> Named {
        let [key, value] = [self.entry.key(), self.entry.value()].map(text);
        Named { call: self.call, key: Key::new(key), value: value.into() }
    }

    /// Whether a node has it, even if the snapshot that it began with has a later one of the key.
    pub fn is_on(&self, node: &Node) -> bool {
        node.has(self.position, self.entry.term)
    }
}

/// What a reader has put in is text.
pub(super) fn text(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).unwrap_or_default()
}

/// A write as a sentence names it: `k = b (c1.2)`.
#[derive(Clone)]
pub struct Named {
    pub call: CallId,
    pub key: Key,
    pub value: Rc<str>,
}

impl Display for Named {
    fn fmt(&self, out: &mut fmt::Formatter) -> fmt::Result {
        write!(out, "{} = {} ({})", self.key, shown(&self.value), self.call)
    }
}

/// What a write still waits for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Missing {
    /// All of these.
    pub all: NodeSet,
    /// And one of these, if there are any.
    pub one: NodeSet,
}

impl Missing {
    pub fn is_nothing(self) -> bool {
        self.all.is_empty() && self.one.is_empty()
    }
}

impl Display for Missing {
    fn fmt(&self, out: &mut fmt::Formatter) -> fmt::Result {
        match (self.all.is_empty(), self.one.is_empty()) {
            (_, true) => self.all.fmt(out),
            (true, _) => write!(out, "one of {}", self.one),
            _ => write!(out, "{} and one of {}", self.all, self.one),
        }
    }
}

/// A write of which its client has been told, and which the leader does not have.
#[derive(Clone)]
pub struct Lost {
    pub call: CallId,
    pub key: Key,
    pub value: Rc<str>,
    /// What the leader has of the key.
    pub instead: Option<Rc<str>>,
}

impl Display for Lost {
    fn fmt(&self, out: &mut fmt::Formatter) -> fmt::Result {
        let instead = shown_or(self.instead.as_deref(), "nothing");
        write!(out, "{} = {} ({}; now {instead})", self.key, shown(&self.value), self.call)
    }
}
