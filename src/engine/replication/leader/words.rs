//! How sentences name a write, what it waits for, and that it is lost.

use std::fmt::{self, Display};
use std::rc::Rc;

use crate::cluster::{CallId, NodeSet};
use crate::key::Key;
use crate::wording::{shown, shown_or};

/// What a reader has put in is text.
pub fn text(bytes: &[u8]) -> &str {
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
    pub write: Named,
    /// What the leader has of the key.
    pub instead: Option<Rc<str>>,
}

impl Display for Lost {
    fn fmt(&self, out: &mut fmt::Formatter) -> fmt::Result {
        let Named { call, key, value } = &self.write;
        let instead = shown_or(self.instead.as_deref(), "nothing");
        write!(out, "{key} = {} ({call}; now {instead})", shown(value))
    }
}
