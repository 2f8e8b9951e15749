//! What may be asked.

use std::rc::Rc;

use stepwise_derive::Command;

use super::settings::Group;
use crate::cluster::{ClientId, Fate};
use crate::language::{BadCommand, Words};

#[derive(Clone, Debug, PartialEq, Eq, Command)]
pub enum Command {
    /// Let the producer send a message; no consumer can work on the value `poison`. The word after `with` is a field that
    /// consumers don't know.
    #[button]
    #[begin("only send the message, and let it go its way")]
    Send {
        begin: bool,
        #[example("k")]
        #[read(short)]
        key: Rc<str>,
        #[example("10")]
        #[read(short)]
        value: Rc<str>,
        #[word("with")]
        #[read(short)]
        field: Option<Rc<str>>,
    },
    /// Let a consumer start, and take messages for its group.
    #[button]
    Join {
        #[example("c2")]
        consumer: ClientId,
        #[word("in")]
        #[default(Group::G1)]
        group: Group,
    },
    /// Let a consumer say goodbye.
    Leave {
        #[example("c2")]
        consumer: ClientId,
    },
    /// Let a consumer die, without a word.
    #[button]
    Kill {
        #[example("c2")]
        consumer: ClientId,
    },
    /// Let a group read a log again, from that offset.
    Replay {
        #[example("0")]
        #[range(0..=1_000)]
        offset: u64,
        #[word("in")]
        #[default(Group::G1)]
        group: Group,
    },
    /// Keep only the newest message of each key in a log.
    Compact,
    #[flatten]
    Fate(Fate),
}

/// A text that fits into a message.
fn short(words: &mut Words, what: &str) -> Result<Rc<str>, BadCommand> {
    const MOST_BYTES: usize = 32;
    let word = words.required(what)?;
    if word.text.len() > MOST_BYTES {
        let (bytes, accepted) = (word.text.len(), format!("a {what} of at most {MOST_BYTES} bytes"));
        return Err(words.refuse(word, format!("`{}` has {bytes} bytes", word.quote()), accepted));
    }
    Ok(word.text.as_str().into())
}
