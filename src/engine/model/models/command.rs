//! What a reader may ask of the three models.

use stepwise_derive::Command;

use super::resume::Record;
use crate::language::{BadCommand, Words};

/// People are numbered from 1; how many there are is a parameter.
pub(super) const MOST_PEOPLE: u64 = 8;
/// A longer text would not be seen whole.
const MAX_TEXT: usize = 24;

#[derive(Clone, Debug, PartialEq, Eq, Command)]
pub enum Command {
    /// Ask for the whole résumé of one person.
    #[button]
    Profile {
        #[example("1")]
        #[range(1..=MOST_PEOPLE)]
        person: u32,
    },
    /// Ask for everyone who lives in a region.
    #[button]
    PeopleIn {
        #[example("Greater Oslo")]
        #[read(short)]
        region: String,
    },
    /// Give a region another name.
    #[button]
    RenameRegion {
        #[example("Greater Oslo")]
        #[read(short)]
        from: String,
        #[example("Oslo Region")]
        #[read(short)]
        to: String,
    },
    /// Give a person another name.
    #[button]
    RenamePerson {
        #[example("2")]
        #[range(1..=MOST_PEOPLE)]
        person: u32,
        #[example("Grace H")]
        #[read(short)]
        name: String,
    },
    /// Add a position to a résumé.
    #[button]
    AddPosition {
        #[example("1")]
        #[range(1..=MOST_PEOPLE)]
        person: u32,
        #[example("Countess")]
        #[read(short)]
        title: String,
        #[example("Court")]
        #[read(short)]
        organisation: String,
    },
    /// Take in the record of one more person.
    #[button]
    AddPerson {
        #[default(Record::Whole)]
        record: Record,
    },
    /// Split each name in two from now on: the first name and the last name.
    #[button]
    SplitNames,
    /// Let one person recommend another.
    #[button]
    Recommend {
        #[example("1")]
        #[range(1..=MOST_PEOPLE)]
        person: u32,
        #[word("by")]
        #[default(2)]
        #[range(1..=MOST_PEOPLE)]
        by: u32,
    },
}

fn short(words: &mut Words, what: &str) -> Result<String, BadCommand> {
    let word = words.required(what)?;
    if (1..=MAX_TEXT).contains(&word.text.len()) {
        return Ok(word.text.clone());
    }
    let problem = format!("the text has {}", crate::wording::count(word.text.len(), "byte"));
    Err(words.refuse(word, problem, format!("1 to {MAX_TEXT} bytes")))
}
