//! What may be asked.

use std::rc::Rc;

use stepwise_derive::Command;

use super::text::letters;
use crate::cluster::{ClientId, Fate};
use crate::language::{BadCommand, Words};
use crate::spell::grouped;

/// No command puts more letters into a text.
pub const MOST_LETTERS: usize = 10_000;
/// And no text becomes longer.
pub const MOST_PLACES: u64 = 100_000;

#[derive(Clone, Debug, PartialEq, Eq, Command)]
pub enum Command {
    /// Let a person put a text into their copy, at a place counted in characters from 0.
    #[button]
    Insert {
        #[example("4")]
        #[range(0..=MOST_PLACES)]
        place: u64,
        #[example("\"big \"")]
        #[read(read_text)]
        text: Rc<str>,
        #[word("as")]
        #[default(ClientId::FIRST)]
        client: ClientId,
    },
    /// Let a person delete this many characters, starting at a place.
    #[button]
    Delete {
        #[example("4")]
        #[range(0..=MOST_PLACES)]
        place: u64,
        #[example("4")]
        #[range(1..=MOST_PLACES)]
        count: u64,
        #[word("as")]
        #[default(ClientId::FIRST)]
        client: ClientId,
    },
    /// Let a person write a text over this many characters.
    #[button]
    Replace {
        #[example("4")]
        #[range(0..=MOST_PLACES)]
        place: u64,
        #[example("3")]
        #[range(1..=MOST_PLACES)]
        count: u64,
        #[example("dog")]
        #[read(read_text)]
        text: Rc<str>,
        #[word("as")]
        #[default(ClientId::FIRST)]
        client: ClientId,
    },
    #[flatten]
    Fate(Fate),
}

fn read_text(words: &mut Words, what: &str) -> Result<Rc<str>, BadCommand> {
    let word = words.required(what)?;
    // A character of many code points has to end somewhere, too.
    let (many, bytes) = (letters(&word.text).take(MOST_LETTERS + 1).count(), word.text.len());
    if (1..=MOST_LETTERS).contains(&many) && bytes <= 30 * MOST_LETTERS {
        return Ok(word.text.as_str().into());
    }
    let accepted = "1 to 10,000 characters, in quotes where there are spaces, as in \"big \"".to_owned();
    let problem = match many {
        0 => "an empty text".to_owned(),
        1..=MOST_LETTERS => format!("a text of {bytes} bytes, of which 300,000 are the most"),
        _ => format!("a text of {} characters", grouped(letters(&word.text).count() as u64)),
    };
    Err(words.refuse(word, problem, accepted))
}
