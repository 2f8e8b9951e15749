//! What a reader may ask of the cluster.

use std::fmt::{self, Display};
use std::rc::Rc;

use stepwise_derive::Command;

use super::record::{MAX_KEY_BYTES, MAX_VALUE_BYTES};
use crate::cluster::links::Chosen;
use crate::form::{self, Argument, CommandForm, Value, form};
use crate::key::Key;
use crate::language::{BadCommand, Word, Words};
use crate::replication::{ClientId, Host, NodeId};
use crate::sim::Time;

/// No command lets more time pass, and no link is slower: a minute of a cluster is long.
const MAX_TIME: Time = Time::from_millis(60_000);

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
    /// Stop a node: it forgets what was only in memory.
    #[button]
    Stop {
        #[example("n3")]
        node: NodeId,
    },
    /// Start a stopped node from its disk.
    #[button]
    Start {
        #[example("n3")]
        node: NodeId,
    },
    /// Cut the link between two.
    Cut {
        #[example("n1")]
        a: Host,
        #[example("n2")]
        b: Host,
    },
    /// Cut all links of a node or a client.
    #[button]
    Isolate {
        #[example("n1")]
        host: Host,
    },
    /// Open all links again.
    #[button]
    Heal,
    #[flatten]
    Delay(Delay),
    /// Deliver a message now, by its name or as in c1>n2.
    #[button]
    Deliver {
        #[example("m1")]
        message: Chosen,
    },
    /// Drop a message, by its name or as in c1>n2.
    #[button]
    Drop {
        #[example("m1")]
        message: Chosen,
    },
    /// Let time pass.
    #[button]
    Run {
        #[example("50ms")]
        #[most(MAX_TIME)]
        time: Time,
    },
    /// Let time pass until nothing is in flight.
    #[button]
    Settle,
    /// Let a node, or all, hand off the hints they hold.
    #[button]
    #[name("handoff")]
    HandOff { node: Option<NodeId> },
    #[flatten]
    Repair(Repair),
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

/// `delay A B TIME` or `delay MESSAGE TIME`: what the first word is decides what follows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Delay {
    Link(Host, Host, Time),
    Message(Chosen, Time),
}

impl form::Command for Delay {
    const FORMS: &'static [CommandForm] = &[form(
        "delay",
        &[Argument::text("a", "n1"), Argument::text("b", "n2"), Argument::text("time", "50ms")],
        "set how long messages between two take from now on; with one MESSAGE instead, let it take longer",
        false,
    )];

    fn read(name: &Word, words: &mut Words) -> Result<Option<Delay>, BadCommand> {
        if name.text != "delay" {
            return Ok(None);
        }
        if let Some(message) = words.peek().and_then(|word| Chosen::named(&word.text)) {
            words.next();
            return Ok(Some(Delay::Message(message, words.time("time", MAX_TIME)?)));
        }
        let (a, b) = (Host::read(words, "a")?, Host::read(words, "b")?);
        Ok(Some(Delay::Link(a, b, words.time("time", MAX_TIME)?)))
    }
}

impl Display for Delay {
    fn fmt(&self, out: &mut fmt::Formatter) -> fmt::Result {
        match self {
            Delay::Link(a, b, time) => write!(out, "delay {a} {b} {}", Time::spell(*time)),
            Delay::Message(message, time) => write!(out, "delay {message} {}", Time::spell(*time)),
        }
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
