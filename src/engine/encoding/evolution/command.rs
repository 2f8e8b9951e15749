//! What may be done to the schema, and with its versions.

use std::fmt;
use std::rc::Rc;

use stepwise_derive::{Choice, Command};

use super::typed::Typed;
use crate::form::{self, ArgumentKind};
use crate::format::avro;
use crate::language::{BadCommand, Place, Words, quoted};

/// A value or a default that is longer than this has no place in the picture.
const MOST_CHARS: usize = 200;
/// And a schema that is longer is one of more than a few fields.
const MOST_TEXT: usize = 4_000;
/// More records than these only make the same numbers larger.
pub const MOST_SENT: u64 = 100;

#[derive(Clone, Command)]
pub enum Command {
    /// Make a version with one field more.
    #[button]
    Add {
        #[example("photo")]
        #[read(field_name)]
        field: Rc<str>,
        #[name("type")]
        #[example("bytes?")]
        typed: Typed,
        #[word("default")]
        #[read(value)]
        default: Option<String>,
        #[word("number")]
        number: Option<u32>,
    },
    /// Make a version without a field.
    #[button]
    Remove {
        #[example("favoriteNumber")]
        field: Rc<str>,
    },
    /// Make a version in which a field has another name.
    #[button]
    Rename {
        #[example("userName")]
        field: Rc<str>,
        #[example("name")]
        #[read(field_name)]
        new: Rc<str>,
        #[word("keeping")]
        keeping: Option<Keeping>,
    },
    /// Make a version in which a field has another type.
    #[button]
    Retype {
        #[example("favoriteNumber")]
        field: Rc<str>,
        #[name("type")]
        #[example("int")]
        typed: Typed,
        #[word("default")]
        #[read(value)]
        default: Option<String>,
    },
    /// Make a version in which a field may come any number of times.
    #[button]
    Repeat {
        #[example("userName")]
        field: Rc<str>,
    },
    /// Make a version from a text of Avro; single quotes may stand for double ones.
    Schema {
        #[example("{'type':'record','name':'Person','fields':[]}")]
        text: Text,
    },
    /// Give a field another value in the record that all versions write.
    #[button]
    Set {
        #[example("favoriteNumber")]
        field: Rc<str>,
        #[example("5000000000")]
        #[read(value)]
        value: String,
    },
    /// Have code of one version read what code of another has written.
    #[button]
    Read {
        #[example("v1")]
        writer: VersionNumber,
        #[word("as")]
        reader: Option<VersionNumber>,
    },
    /// Have code of each version read what code of each version writes.
    #[button]
    Matrix,
    /// Send records to code of another version, which learns the writer's schema on the way.
    #[button]
    Send {
        #[example("v1")]
        writer: VersionNumber,
        #[name("to")]
        #[example("v1")]
        reader: VersionNumber,
        #[word("by")]
        #[default(Way::File)]
        way: Way,
        #[word("times")]
        #[default(1)]
        #[range(1..=MOST_SENT)]
        times: u64,
    },
}

/// What is kept of an old name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Choice)]
pub enum Keeping {
    /// the old name as an alias
    Alias,
}

/// How a reader learns the schema of the writer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Choice)]
pub enum Way {
    /// the head of a file
    File,
    /// a version number before each record
    Number,
    /// a fingerprint before each record
    Fingerprint,
    /// a handshake on a connection
    Handshake,
}

/// `v2`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct VersionNumber(pub u32);

impl fmt::Display for VersionNumber {
    fn fmt(&self, out: &mut fmt::Formatter) -> fmt::Result {
        write!(out, "v{}", self.0)
    }
}

impl form::Value for VersionNumber {
    const KIND: ArgumentKind = ArgumentKind::Text;

    fn read(words: &mut Words, what: &str) -> Result<VersionNumber, BadCommand> {
        let word = words.required(what)?;
        let number = word.text.strip_prefix('v').and_then(|text| text.parse().ok());
        let problem = || format!("`{}` is no version", word.quote());
        number.map(VersionNumber).ok_or_else(|| words.refuse(word, problem(), "v1, v2, …".to_owned()))
    }

    fn spell(&self, out: &mut fmt::Formatter) -> fmt::Result {
        fmt::Display::fmt(self, out)
    }
}

/// The name of a field, as all three families take it.
fn field_name(words: &mut Words, what: &str) -> Result<Rc<str>, BadCommand> {
    let word = words.short(what, 30)?;
    let is_name = avro::parse::is_name(&word.text);
    let problem = || format!("`{}` is no name of a field", word.quote());
    let accepted = || "letters, digits and _, no digit first".to_owned();
    if is_name { Ok(word.text.as_str().into()) } else { Err(words.refuse(word, problem(), accepted())) }
}

/// A value as text, which may be empty.
fn value(words: &mut Words, what: &str) -> Result<String, BadCommand> {
    let word = words.required(what)?;
    let chars = word.text.chars().count();
    if chars <= MOST_CHARS {
        return Ok(word.text.clone());
    }
    Err(words.refuse(word, format!("the {what} has {chars} characters"), format!("at most {MOST_CHARS}")))
}

/// The byte of a text that stands in a line and column.
fn offset(text: &str, place: Place) -> usize {
    let line = text.split_inclusive('\n').take(place.line - 1).map(str::len).sum::<usize>();
    let here = text[line..].char_indices().nth(place.column - 1);
    here.map_or(text.len(), |(at, _)| line + at)
}

/// A schema of Avro as it was written.
#[derive(Clone, Debug)]
pub struct Text {
    pub text: Rc<str>,
    pub schema: Rc<avro::Schema>,
}

impl form::Value for Text {
    const KIND: ArgumentKind = ArgumentKind::Text;

    /// A mistake in the text is shown at its place in the script.
    fn read(words: &mut Words, what: &str) -> Result<Text, BadCommand> {
        let word = words.required(what)?;
        if word.text.chars().count() > MOST_TEXT {
            let problem = format!("the schema has {} characters", word.text.chars().count());
            return Err(words.refuse(word, problem, format!("at most {MOST_TEXT}")));
        }
        let json = if word.text.contains('"') { word.text.clone() } else { word.text.replace('\'', "\"") };
        let refuse = |mistake: BadCommand| BadCommand { place: word.place_of(offset(&json, mistake.place)), ..mistake };
        let schema = avro::parse(&json).map_err(refuse)?;
        if schema.fields().is_none() {
            let problem = format!("the schema is {}", schema.root.said());
            return Err(words.refuse(word, problem, "a record, whose fields can change".to_owned()));
        }
        Ok(Text { text: word.text.as_str().into(), schema: schema.into() })
    }

    fn spell(&self, out: &mut fmt::Formatter) -> fmt::Result {
        out.write_str(&quoted(&self.text))
    }
}
