//! What a reader may ask of the clients and of the cluster.

use std::rc::Rc;

use stepwise_derive::Command;

use super::device::{Machine, User};
use crate::language::{BadCommand, Words};
use crate::replication::NodeId;
use crate::sim::Time;

/// No command lets more time pass, and no link is slower.
const MAX_TIME: Time = Time::from_millis(120_000);

#[derive(Clone, Command)]
pub enum Command {
    /// Post on a page, and wait until the leader has acknowledged it.
    #[button]
    #[begin("only issue a post, and leave it on its way")]
    Post {
        begin: bool,
        #[example("talk")]
        #[read(page)]
        page: Rc<str>,
        #[example("hello")]
        #[read(text)]
        text: Rc<str>,
        #[word("as")]
        #[default(User::Ann)]
        user: User,
        #[word("on")]
        #[default(Machine::Laptop)]
        device: Machine,
    },
    /// Read a page, from where the rules say, or else by the node that is named.
    #[button]
    #[begin("only issue a read, and leave it on its way")]
    Reload {
        begin: bool,
        #[example("talk")]
        #[read(page)]
        page: Rc<str>,
        #[word("as")]
        #[default(User::Ann)]
        user: User,
        #[word("on")]
        #[default(Machine::Laptop)]
        device: Machine,
        #[word("via")]
        #[name("node")]
        via: Option<NodeId>,
    },
    /// Set how long messages between two nodes take from now on.
    #[button]
    Delay {
        #[example("n1")]
        a: NodeId,
        #[example("n3")]
        b: NodeId,
        #[example("5s")]
        #[most(MAX_TIME)]
        time: Time,
    },
    /// Pull the plug of a node: what is only in its memory is gone.
    #[button]
    Stop {
        #[example("n3")]
        node: NodeId,
    },
    /// Let a node come back, with what is on its disks.
    #[button]
    Start {
        #[example("n3")]
        node: NodeId,
    },
    /// Let time pass.
    #[button]
    Run {
        #[example("500ms")]
        #[most(MAX_TIME)]
        time: Time,
    },
    /// Let time pass until nothing is on its way.
    #[button]
    Settle,
}

fn page(words: &mut Words, what: &str) -> Result<Rc<str>, BadCommand> {
    Ok(words.short(what, 8)?.text.as_str().into())
}

fn text(words: &mut Words, what: &str) -> Result<Rc<str>, BadCommand> {
    Ok(words.short(what, 40)?.text.as_str().into())
}
