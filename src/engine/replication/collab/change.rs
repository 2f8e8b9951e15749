//! What devices tell each other of their trees: the names of letters, and changes.

use std::fmt::{self, Display};

use super::text::{Atom, read_letters, write_letters, write_number};
use crate::cluster::NodeId;
use crate::varint;
use crate::wire::{Frame, Wire};

/// The name of a letter: the node on which it was typed, and its number there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Id {
    /// Nobody, for what all begin with.
    pub by: Option<NodeId>,
    pub count: u32,
}

/// So many letters of one author, from that one on.
pub type Run = (Id, u32);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    Left,
    Right,
}

/// What one device tells the others.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// Letters that were typed at once: the first hangs on a parent, or is on the right of the root; each other one is on the
    /// right of the one before.
    Insert { first: Id, parent: Option<Id>, side: Side, atoms: Vec<Atom> },
    /// Letters become tombstones.
    Delete { runs: Vec<Run> },
}

/// Nobody, and then the nodes: a number for each.
pub fn author(by: Option<NodeId>) -> usize {
    by.map_or(0, |node| usize::from(node.number()))
}

impl Id {
    /// The one after so many of the same author.
    pub fn plus(self, many: u32) -> Id {
        Id { count: self.count + many, ..self }
    }

    fn write(self, label: &str, frame: &mut Frame) {
        frame.field(label, &[author(self.by) as u8], self.by.map_or("start".to_owned(), |by| by.to_string()));
        write_number(self.count.into(), "number", frame);
    }

    fn read(bytes: &mut &[u8]) -> Option<Id> {
        let (by, rest) = bytes.split_first()?;
        *bytes = rest;
        let by = match by {
            0 => None,
            1..=NodeId::MOST => Some(NodeId::new(*by)),
            _ => return None,
        };
        Some(Id { by, count: varint::take(bytes)?.try_into().ok()? })
    }
}

/// `n2:5`, or `start:3`.
impl Display for Id {
    fn fmt(&self, out: &mut fmt::Formatter) -> fmt::Result {
        match self.by {
            Some(by) => write!(out, "{by}:{}", self.count),
            None => write!(out, "start:{}", self.count),
        }
    }
}

impl Wire for Change {
    fn write(&self, _: &str, frame: &mut Frame) {
        match self {
            Change::Delete { runs } => {
                write_number(runs.len() as u64 * 4, "runs to delete, times four", frame);
                for (first, many) in runs {
                    first.write("first", frame);
                    write_number((*many).into(), "how many", frame);
                }
            }
            Change::Insert { first, parent, side, atoms } => {
                let kind = match (parent, side) {
                    (None, _) => 1,
                    (_, Side::Left) => 2,
                    (_, Side::Right) => 3,
                };
                write_number(kind, "insert: 1 under the root, 2 on the left, 3 on the right", frame);
                first.write("name", frame);
                if let Some(parent) = parent {
                    parent.write("parent", frame);
                }
                write_letters(atoms, frame);
            }
        }
    }

    fn read(bytes: &mut &[u8]) -> Option<Change> {
        match varint::take(bytes)? {
            kind @ 1..=3 => {
                let first = Id::read(bytes)?;
                let parent = if kind == 1 { None } else { Some(Id::read(bytes)?) };
                let side = if kind == 2 { Side::Left } else { Side::Right };
                Some(Change::Insert { first, parent, side, atoms: read_letters(bytes)? })
            }
            runs if runs % 4 == 0 => {
                let run = |_| Some((Id::read(bytes)?, varint::take(bytes)?.try_into().ok()?));
                Some(Change::Delete { runs: (0..runs / 4).map(run).collect::<Option<_>>()? })
            }
            _ => None,
        }
    }
}
