//! What a reader may ask.

use std::rc::Rc;

use stepwise_derive::Command;

use super::message::RowId;
use crate::cluster::fate::MOST;
use crate::cluster::{ClientId, Fate, NodeId};
use crate::language::{BadCommand, Words};
use crate::sim::Time;

/// Names are short, because they are drawn.
const MAX_NAME: usize = 8;
/// A queue is no longer than this.
const MAX_QUERIES: u64 = 1_000;

#[derive(Clone, Command)]
pub enum Command {
    /// Insert a row, and wait until it is acknowledged or given up.
    #[button]
    #[begin("only send an insert, and leave it on its way")]
    Insert {
        begin: bool,
        #[example("ann")]
        #[read(short)]
        name: Rc<str>,
        #[word("as")]
        #[default(ClientId::FIRST)]
        client: ClientId,
    },
    /// Read a row: from the cache, or else from the leader.
    #[button]
    Read {
        #[example("1")]
        #[range(1..=u64::from(RowId::MAX))]
        row: RowId,
        #[word("as")]
        #[default(ClientId::FIRST)]
        client: ClientId,
    },
    /// Send many reads at once to the leader, to keep it busy.
    #[button]
    Load {
        #[example("40")]
        #[range(1..=MAX_QUERIES)]
        queries: u32,
        #[word("as")]
        #[default(ClientId::FIRST)]
        client: ClientId,
    },
    /// Let this node ask for votes, or have the controller name it the next leader.
    #[button]
    Promote {
        #[example("n1")]
        node: NodeId,
    },
    /// Let a node do nothing for a while, without noticing.
    Pause {
        #[example("n1")]
        node: NodeId,
        #[example("500ms")]
        #[most(MOST)]
        time: Time,
    },
    #[flatten]
    Fate(Fate),
}

fn short(words: &mut Words, what: &str) -> Result<Rc<str>, BadCommand> {
    Ok(words.short(what, MAX_NAME)?.text.as_str().into())
}
