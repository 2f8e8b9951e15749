//! What a reader may ask of the cluster.

use std::fmt::{self, Display};
use std::rc::Rc;

use stepwise_derive::Command;

use super::record::{MAX_KEY_BYTES, MAX_VALUE_BYTES};
use crate::cluster::{ClientId, Fate, NodeId};
use crate::form::{self, Argument, CommandForm, Value, form};
use crate::key::Key;
use crate::language::{BadCommand, Word, Words};
use crate::replication::history::Request;

#[derive(Clone, Debug, PartialEq, Eq, Command)]
pub enum Command {
    /// Write a value, and wait until it is acknowledged or refused.
    #[button]
    #[begin("only issue a write, and leave it in flight", button)]
    Write {
        begin: bool,
        #[example("k")]
        #[read(key)]
        key: Key,
        #[example("a")]
        #[read(value)]
        value: Rc<str>,
        #[word("as")]
        #[default(ClientId::FIRST)]
        client: ClientId,
        #[word("via")]
        #[name("node")]
        via: Option<NodeId>,
    },
    /// Delete a key, and wait until that is acknowledged or refused: a tombstone takes the place of its value.
    #[button]
    #[begin("only issue a deletion, and leave it in flight")]
    Delete {
        begin: bool,
        #[example("k")]
        #[read(key)]
        key: Key,
        #[word("as")]
        #[default(ClientId::FIRST)]
        client: ClientId,
        #[word("via")]
        #[name("node")]
        via: Option<NodeId>,
    },
    /// Read a key, and wait until it is answered or refused.
    #[button]
    #[begin("only issue a read, and leave it in flight", button)]
    Read {
        begin: bool,
        #[example("k")]
        #[read(key)]
        key: Key,
        #[word("as")]
        #[default(ClientId::FIRST)]
        client: ClientId,
        #[word("via")]
        #[name("node")]
        via: Option<NodeId>,
    },
    /// Let a node, or all, hand off the hints they hold.
    #[button]
    #[name("handoff")]
    HandOff { node: Option<NodeId> },
    #[flatten]
    Repair(Repair),
    /// Let a node, or all, compact their logs: dead records are dropped, and tombstones older than `gc-grace` forgotten.
    #[button]
    Compact { node: Option<NodeId> },
    /// Copy a node's disk.
    Backup {
        #[example("n1")]
        node: NodeId,
    },
    /// Replace a node's disk by its backup.
    Restore {
        #[example("n1")]
        node: NodeId,
    },
    #[flatten]
    Fate(Fate),
}

impl Command {
    /// What a client is asked for, and by way of which node, if that is said.
    pub fn request(&self) -> Option<(Request, Option<NodeId>)> {
        match self.clone() {
            Command::Write { key, value, via, .. } => Some((Request::Write { key, value }, via)),
            Command::Delete { key, via, .. } => Some((Request::Delete { key }, via)),
            Command::Read { key, via, .. } => Some((Request::Read { key }, via)),
            _ => None,
        }
    }
}

fn key(words: &mut Words, what: &str) -> Result<Key, BadCommand> {
    Ok(Key::new(&sized(words, what, MAX_KEY_BYTES)?.text))
}

fn value(words: &mut Words, what: &str) -> Result<Rc<str>, BadCommand> {
    Ok(sized(words, what, MAX_VALUE_BYTES)?.text.as_str().into())
}

/// A word of limited length.
fn sized<'a>(words: &mut Words<'a>, what: &str, most: usize) -> Result<&'a Word, BadCommand> {
    let word = words.required(what)?;
    match word.text.len() {
        0 => Err(words.refuse(word, format!("the {what} is empty"), format!("1 to {most} bytes"))),
        len if len <= most => Ok(word),
        len => Err(words.refuse(word, format!("the {what} has {len} bytes"), format!("1 to {most} bytes"))),
    }
}

/// Anti-entropy: `repair A B`, or `repair` for all. One node alone is a mistake.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Repair(pub Option<(NodeId, NodeId)>);

impl form::Command for Repair {
    const FORMS: &'static [CommandForm] = &[form(
        "repair",
        &[Argument::optional("a"), Argument::optional("b")],
        "compare two nodes, or all, by their Merkle trees",
        true,
    )];

    fn read(name: &Word, words: &mut Words) -> Result<Option<Repair>, BadCommand> {
        match name.text.as_str() {
            "repair" if words.is_empty() => Ok(Some(Repair(None))),
            "repair" => Ok(Some(Repair(Some((NodeId::read(words, "a")?, NodeId::read(words, "b")?))))),
            _ => Ok(None),
        }
    }
}

impl Display for Repair {
    fn fmt(&self, out: &mut fmt::Formatter) -> fmt::Result {
        match self.0 {
            None => out.write_str("repair"),
            Some((a, b)) => write!(out, "repair {a} {b}"),
        }
    }
}
