//! What may be asked.

use stepwise_derive::Command;

use super::op::Op;
use crate::cluster::{ClientId, Fate, NodeId};
use crate::key::Key;
use crate::language::{BadCommand, Words};

#[derive(Clone, Debug, PartialEq, Eq, Command)]
pub enum Command {
    /// Write a text.
    #[button]
    #[begin("only send the write")]
    Write {
        begin: bool,
        #[example("title")]
        #[read(read_short)]
        key: Key,
        #[example("B")]
        #[read(read_short)]
        value: Key,
        #[word("as")]
        #[default(ClientId::FIRST)]
        client: ClientId,
        #[word("via")]
        node: Option<NodeId>,
    },
    /// Count one more.
    #[button]
    #[begin("only send the request to count one more")]
    Increment {
        begin: bool,
        #[example("likes")]
        #[read(read_short)]
        key: Key,
        #[word("as")]
        #[default(ClientId::FIRST)]
        client: ClientId,
        #[word("via")]
        node: Option<NodeId>,
    },
    /// Add an item to a set.
    #[begin("only send the item to add")]
    Add {
        begin: bool,
        #[example("cart")]
        #[read(read_short)]
        key: Key,
        #[example("milk")]
        #[read(read_short)]
        item: Key,
        #[word("as")]
        #[default(ClientId::FIRST)]
        client: ClientId,
        #[word("via")]
        node: Option<NodeId>,
    },
    /// Remove an item from a set.
    #[begin("only send the item to remove")]
    Remove {
        begin: bool,
        #[example("cart")]
        #[read(read_short)]
        key: Key,
        #[example("milk")]
        #[read(read_short)]
        item: Key,
        #[word("as")]
        #[default(ClientId::FIRST)]
        client: ClientId,
        #[word("via")]
        node: Option<NodeId>,
    },
    /// Set a field of a map.
    #[begin("only send the field")]
    Set {
        begin: bool,
        #[example("car")]
        #[read(read_short)]
        key: Key,
        #[example("color")]
        #[read(read_short)]
        field: Key,
        #[example("red")]
        #[read(read_short)]
        value: Key,
        #[word("as")]
        #[default(ClientId::FIRST)]
        client: ClientId,
        #[word("via")]
        node: Option<NodeId>,
    },
    /// Book a room for some hours of a day.
    #[button]
    #[begin("only ask for the room")]
    Book {
        begin: bool,
        #[example("room1")]
        #[read(read_short)]
        room: Key,
        #[example("9")]
        #[range(0..=23)]
        from: u64,
        #[example("10")]
        #[range(1..=24)]
        until: u64,
        #[word("as")]
        #[default(ClientId::FIRST)]
        client: ClientId,
        #[word("via")]
        node: Option<NodeId>,
    },
    /// Take a name that no one else may have.
    #[begin("only ask for the name")]
    Take {
        begin: bool,
        #[example("ada")]
        #[read(read_short)]
        name: Key,
        #[word("as")]
        #[default(ClientId::FIRST)]
        client: ClientId,
        #[word("via")]
        node: Option<NodeId>,
    },
    /// Read the record of a name.
    #[button]
    #[begin("only ask for it")]
    Read {
        begin: bool,
        #[example("title")]
        #[read(read_short)]
        key: Key,
        #[word("as")]
        #[default(ClientId::FIRST)]
        client: ClientId,
        #[word("via")]
        node: Option<NodeId>,
    },
    #[flatten]
    Fate(Fate),
}

/// What a client is to do.
pub enum Asked {
    Change(Op),
    Read(Key),
}

/// A call of a client.
pub struct Call {
    pub begin: bool,
    pub client: ClientId,
    pub via: Option<NodeId>,
    pub asked: Asked,
}

impl Command {
    /// `None` for fate.
    pub fn call(&self) -> Option<Call> {
        let (begin, client, via, asked) = match self {
            Command::Write { begin, key, value, client, node } => {
                (begin, client, node, Asked::Change(Op::Write { key: key.clone(), value: value.clone() }))
            }
            Command::Increment { begin, key, client, node } => {
                (begin, client, node, Asked::Change(Op::Increment { key: key.clone() }))
            }
            Command::Add { begin, key, item, client, node } => {
                (begin, client, node, Asked::Change(Op::Add { key: key.clone(), item: item.clone() }))
            }
            Command::Remove { begin, key, item, client, node } => {
                (begin, client, node, Asked::Change(Op::Remove { key: key.clone(), item: item.clone() }))
            }
            Command::Set { begin, key, field, value, client, node } => {
                let op = Op::Set { key: key.clone(), field: field.clone(), value: value.clone() };
                (begin, client, node, Asked::Change(op))
            }
            Command::Book { begin, room, from, until, client, node } => {
                let op = Op::Book { room: room.clone(), from: *from, until: *until };
                (begin, client, node, Asked::Change(op))
            }
            Command::Take { begin, name, client, node } => {
                (begin, client, node, Asked::Change(Op::Take { name: name.clone() }))
            }
            Command::Read { begin, key, client, node } => (begin, client, node, Asked::Read(key.clone())),
            Command::Fate(_) => return None,
        };
        Some(Call { begin: *begin, client: *client, via: *via, asked })
    }
}

/// Records are drawn with all that is in them, so their names and values are short.
fn read_short(words: &mut Words, what: &str) -> Result<Key, BadCommand> {
    Key::read_short("title", words, what)
}
