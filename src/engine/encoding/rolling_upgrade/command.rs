//! What may be asked.

use std::fmt::{self, Display};
use std::rc::Rc;

use stepwise_derive::{Choice, Command};

use crate::cluster::{ClientId, Fate, NodeId};
use crate::form::Choice as _;
use crate::language::{BadCommand, Words};
use crate::wire::{Frame, Wire};

#[derive(Clone, Debug, PartialEq, Eq, Command)]
pub enum Command {
    /// Let a client set a field of a row, by way of a node.
    #[button]
    #[begin("only send the request, and let it go its way")]
    Set {
        begin: bool,
        #[example("ada")]
        row: RowId,
        #[example("phone")]
        field: Field,
        #[example("0171")]
        #[read(plain)]
        value: Rc<str>,
        #[word("via")]
        #[default(FIRST)]
        node: NodeId,
        #[word("as")]
        #[default(ClientId::FIRST)]
        client: ClientId,
    },
    /// Let a client read a row, by way of a node.
    #[button]
    #[begin("only ask for the row")]
    Read {
        begin: bool,
        #[example("ada")]
        row: RowId,
        #[word("via")]
        #[default(FIRST)]
        node: NodeId,
        #[word("as")]
        #[default(ClientId::FIRST)]
        client: ClientId,
    },
    /// Restart a node with the next version of the code.
    #[button]
    Upgrade {
        #[example("n1")]
        node: NodeId,
    },
    /// Restart a node with the version before.
    #[button]
    Rollback {
        #[example("n1")]
        node: NodeId,
    },
    /// Rewrite all rows that are older than the newest code that runs.
    #[button]
    #[begin("only start the migration")]
    Migrate { begin: bool },
    /// Rewrite the rows that still have the old field as the last version has them, without it.
    #[button]
    #[begin("only start to take the old field out")]
    Contract { begin: bool },
    #[flatten]
    Fate(Fate),
}

/// The first node of the fleet.
pub const FIRST: NodeId = NodeId::new(1);

/// A row, by the name of its key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Choice)]
pub enum RowId {
    /// Ada Lovelace
    Ada,
    /// Alan Turing
    Alan,
    /// Grace Hopper
    Grace,
    /// Edsger Dijkstra
    Edsger,
}

/// A field as clients know it, however it is stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Choice)]
pub enum Field {
    /// the whole name
    Name,
    /// the city
    City,
    /// the phone, which version 1 of an added field doesn't know
    Phone,
}

macro_rules! named {
    ($($of:ty),*) => {$(
        impl Display for $of {
            fn fmt(&self, out: &mut fmt::Formatter) -> fmt::Result {
                out.write_str(self.name())
            }
        }

        impl Wire for $of {
            fn write(&self, label: &str, frame: &mut Frame) {
                frame.field(label, &[self.place() as u8], self.name().to_owned());
            }

            fn read(bytes: &mut &[u8]) -> Option<$of> {
                <$of>::ALL.get(usize::from(u8::read(bytes)?)).copied()
            }
        }
    )*};
}

named!(RowId, Field);

/// Longer values would not fit into the picture of a row.
const LONGEST: usize = 20;

fn plain(words: &mut Words, what: &str) -> Result<Rc<str>, BadCommand> {
    let word = words.required(what)?;
    let text = word.text.as_str();
    let is_plain = text.trim() == text && !text.chars().any(char::is_control);
    if is_plain && (1..=LONGEST).contains(&text.chars().count()) {
        return Ok(text.into());
    }
    let accepted = format!("1 to {LONGEST} characters, and a text with blanks in quotes, as in \"Ada King\"");
    Err(words.refuse(word, format!("`{}` is no VALUE", word.quote()), accepted))
}
