//! What may be asked.

use stepwise_derive::Command;

use crate::cluster::{ClientId, Fate, NodeId};
use crate::key::Key;
use crate::language::{BadCommand, Words};

#[derive(Clone, Debug, PartialEq, Eq, Command)]
pub enum Command {
    /// Add an item to the cart as the device knows it, and send the cart to a replica.
    #[button]
    #[begin("only send the cart with one item more")]
    Add {
        begin: bool,
        #[example("milk")]
        #[read(read_item)]
        item: Key,
        #[word("as")]
        #[default(ClientId::FIRST)]
        client: ClientId,
        #[word("via")]
        node: Option<NodeId>,
    },
    /// Remove an item from the cart as the device knows it, and send the cart to a replica.
    #[button]
    #[begin("only send the cart with one item less")]
    Remove {
        begin: bool,
        #[example("milk")]
        #[read(read_item)]
        item: Key,
        #[word("as")]
        #[default(ClientId::FIRST)]
        client: ClientId,
        #[word("via")]
        node: Option<NodeId>,
    },
    /// Get the cart from a replica: all its siblings, which the device merges.
    #[button]
    #[begin("only ask for the cart")]
    Get {
        begin: bool,
        #[word("as")]
        #[default(ClientId::FIRST)]
        client: ClientId,
        #[word("via")]
        node: Option<NodeId>,
    },
    /// Let two replicas send each other all that they hold.
    #[button]
    Sync {
        #[example("n1")]
        a: NodeId,
        #[example("n2")]
        b: NodeId,
    },
    #[flatten]
    Fate(Fate),
}

/// A cart is drawn with all its items, so their names are short.
fn read_item(words: &mut Words, what: &str) -> Result<Key, BadCommand> {
    Key::read_short("milk", words, what)
}
