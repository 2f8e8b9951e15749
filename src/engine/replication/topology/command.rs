//! What may be asked.

use stepwise_derive::Command;

use crate::cluster::{ClientId, Fate, NodeId};
use crate::key::Key;
use crate::language::{BadCommand, Words};

#[derive(Clone, Debug, PartialEq, Eq, Command)]
pub enum Command {
    /// Let a client insert a row with a number in it.
    #[button]
    #[begin("only ask for a row to be inserted")]
    Insert {
        begin: bool,
        #[example("stock")]
        #[read(read_row)]
        row: Key,
        #[example("10")]
        #[range(0..=1_000_000)]
        number: u64,
        #[word("as")]
        #[default(ClientId::FIRST)]
        client: ClientId,
        #[word("via")]
        node: Option<NodeId>,
    },
    /// Let a client update a row: add to the number in it.
    #[button]
    #[begin("only ask for a row to be updated")]
    Add {
        begin: bool,
        #[example("stock")]
        #[read(read_row)]
        row: Key,
        #[example("5")]
        #[range(0..=1_000_000)]
        number: u64,
        #[word("as")]
        #[default(ClientId::FIRST)]
        client: ClientId,
        #[word("via")]
        node: Option<NodeId>,
    },
    /// Let a client read a row.
    #[button]
    #[begin("only ask for a row")]
    Get {
        begin: bool,
        #[example("stock")]
        #[read(read_row)]
        row: Key,
        #[word("as")]
        #[default(ClientId::FIRST)]
        client: ClientId,
        #[word("via")]
        node: Option<NodeId>,
    },
    /// Let a leader send its changes to one more.
    #[button]
    Link {
        #[example("n1")]
        from: NodeId,
        #[example("n3")]
        to: NodeId,
    },
    /// Let a leader no longer send its changes to another.
    #[button]
    Unlink {
        #[example("n1")]
        from: NodeId,
        #[example("n2")]
        to: NodeId,
    },
    #[flatten]
    Fate(Fate),
}

/// Rows are drawn with their names, so these are short.
fn read_row(words: &mut Words, what: &str) -> Result<Key, BadCommand> {
    Key::read_short("stock", words, what)
}
