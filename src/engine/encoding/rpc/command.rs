//! What may be asked.

use std::rc::Rc;

use stepwise_derive::Command;

use crate::cluster::{ClientId, Fate};
use crate::language::{BadCommand, Words};

#[derive(Clone, Debug, PartialEq, Eq, Command)]
pub enum Command {
    /// Charge the customer this many euros, by a call over the network; with a KEY of your own, or that of an earlier call.
    #[button]
    #[begin("only send the call, and let it go its way")]
    Charge {
        begin: bool,
        #[example("10")]
        #[range(1..=1_000)]
        amount: u64,
        #[word("key")]
        #[read(read_key)]
        key: Option<Rc<str>>,
        #[word("as")]
        #[default(ClientId::FIRST)]
        client: ClientId,
    },
    /// Ask the last node for all charges in one call: they come as a stream, a message for each.
    #[button]
    #[begin("only ask for the charges")]
    List {
        begin: bool,
        #[word("as")]
        #[default(ClientId::FIRST)]
        client: ClientId,
    },
    /// Charge the customer by a local call.
    #[button]
    Local {
        #[example("10")]
        #[range(1..=1_000)]
        amount: u64,
    },
    #[flatten]
    Fate(Fate),
}

/// A random identifier, as most clients make one, has 36 characters.
const MOST_KEY: usize = 36;

fn read_key(words: &mut Words, what: &str) -> Result<Rc<str>, BadCommand> {
    let word = words.required(what)?;
    let is_plain = |each: u8| each.is_ascii_alphanumeric() || b".-_".contains(&each);
    if (1..=MOST_KEY).contains(&word.text.len()) && word.text.bytes().all(is_plain) {
        return Ok(word.text.as_str().into());
    }
    let accepted = format!("1 to {MOST_KEY} letters, digits, dots and dashes, as in c1.1");
    Err(words.refuse(word, format!("`{}` is no KEY", word.quote()), accepted))
}
