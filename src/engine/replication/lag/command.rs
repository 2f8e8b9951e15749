//! What a reader may ask of those who post and read, and of fate.

use std::rc::Rc;

use stepwise_derive::Command;

use super::device::{Machine, User};
use crate::cluster::{Fate, NodeId};
use crate::language::{BadCommand, Words};

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
    /// Read a page from the node that the rules name, or else from the one that is named here.
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
    #[flatten]
    Fate(Fate),
}

fn page(words: &mut Words, what: &str) -> Result<Rc<str>, BadCommand> {
    Ok(words.short(what, 8)?.text.as_str().into())
}

fn text(words: &mut Words, what: &str) -> Result<Rc<str>, BadCommand> {
    Ok(words.short(what, 40)?.text.as_str().into())
}
