//! What a reader may ask of the cluster.

use std::rc::Rc;

use stepwise_derive::Command;

use super::settings::Mode;
use crate::cluster::{ClientId, Fate, NodeId};
use crate::key::Key;
use crate::language::{BadCommand, Words};

const MAX_BYTES: usize = 12;

#[derive(Clone, Command)]
pub enum Command {
    /// Write a value, and wait until it is acknowledged or the client gives up.
    #[button]
    #[begin("only send a write, and let it go its way", button)]
    Put {
        begin: bool,
        #[example("k")]
        #[read(short_key)]
        key: Key,
        #[example("a")]
        #[read(short)]
        value: Rc<str>,
        #[word("as")]
        #[default(ClientId::FIRST)]
        client: ClientId,
        /// The node that is asked; the leader where none is named.
        #[word("via")]
        #[name("node")]
        via: Option<NodeId>,
    },
    /// Read a key from the leader, or from the node that is named here.
    #[button]
    #[begin("only send a read")]
    Get {
        begin: bool,
        #[example("k")]
        #[read(short_key)]
        key: Key,
        #[word("as")]
        #[default(ClientId::FIRST)]
        client: ClientId,
        #[word("via")]
        #[name("node")]
        via: Option<NodeId>,
    },
    /// Name a node the new leader, by hand.
    #[button]
    Promote {
        #[example("n2")]
        node: NodeId,
    },
    /// Add a follower: it gets a snapshot, and then the log from there on.
    #[button]
    Add,
    /// Make a follower sync, semi or async.
    #[button]
    Mode {
        #[example("n2")]
        node: NodeId,
        #[example("sync")]
        mode: Mode,
    },
    #[flatten]
    Fate(Fate),
}

fn short(words: &mut Words, what: &str) -> Result<Rc<str>, BadCommand> {
    let word = words.required(what)?;
    match word.text.len() {
        1..=MAX_BYTES => Ok(word.text.as_str().into()),
        len => Err(words.refuse(word, format!("the {what} has {len} bytes"), format!("1 to {MAX_BYTES} bytes"))),
    }
}

fn short_key(words: &mut Words, what: &str) -> Result<Key, BadCommand> {
    Ok(Key::new(&short(words, what)?))
}
