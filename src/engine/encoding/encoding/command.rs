//! What a reader may ask: to write and to read, to edit record and schema, and to damage bytes.

use std::rc::Rc;

use stepwise_derive::{Choice, Command};

use crate::form::{self, Choice as _};
use crate::format::{Format, Kind};
use crate::language::{BadCommand, Words};

/// A name may have so many characters, so that it stays readable on the stage.
const LONGEST_NAME: usize = 24;
/// A value may have so many.
const LONGEST_VALUE: usize = 400;

#[derive(Clone, Debug, Command)]
pub enum Command {
    /// Write the record in a format, or in all of them.
    #[button]
    Encode {
        #[example("all")]
        format: Chosen,
    },
    /// Read the bytes of a format field by field, or those of all formats.
    #[button]
    Decode {
        #[example("protobuf")]
        format: Chosen,
    },
    /// Give a field a value: a word, a number, [a,list], or bytes as 0xff00. A new name is a new field.
    #[button]
    Put {
        #[example("userName")]
        #[read(field_name)]
        name: Rc<str>,
        #[example("Ann")]
        #[read(field_value)]
        value: Rc<str>,
    },
    /// Leave a field out of the record.
    #[button]
    Remove {
        #[example("favoriteNumber")]
        #[read(field_name)]
        name: Rc<str>,
    },
    /// Give the schema a field by number, name and kind: bool, int, long, double, text or bytes; text[] is a list, and long?
    /// may be missing.
    #[button]
    Field {
        #[example("4")]
        #[range(1..=32_767)]
        number: u64,
        #[example("photo")]
        #[read(field_name)]
        name: Rc<str>,
        #[example("bytes?")]
        kind: Sort,
    },
    /// Take a field out of schema and record.
    Drop {
        #[example("interests")]
        #[read(field_name)]
        name: Rc<str>,
    },
    /// Cut a format's bytes off after this many.
    Cut {
        #[example("json")]
        format: One,
        #[example("20")]
        #[range(0..=100_000)]
        bytes: u64,
    },
    /// Change one byte of a format, counted from 0, to another value.
    Change {
        #[example("protobuf")]
        format: One,
        #[example("8")]
        #[range(0..=100_000)]
        byte: u64,
        #[example("18")]
        #[range(0..=255)]
        to: u64,
    },
}

/// A format.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Choice)]
pub enum One {
    Json,
    Xml,
    Csv,
    #[name("messagepack")]
    MessagePack,
    Bson,
    ThriftBinary,
    ThriftCompact,
    #[name("protobuf")]
    ProtocolBuffers,
    Avro,
}

impl One {
    pub fn format(self) -> Format {
        Format::ALL[self.place()]
    }
}

/// A format, or all.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Chosen {
    All,
    One(One),
}

impl Chosen {
    pub fn formats(self) -> &'static [Format] {
        match self {
            Chosen::All => &Format::ALL,
            Chosen::One(one) => std::slice::from_ref(&Format::ALL[one.place()]),
        }
    }
}

/// `all`, and then the formats.
const fn after_all<T: Copy>(all: T, formats: &[T]) -> [T; Format::ALL.len() + 1] {
    let mut choices = [all; Format::ALL.len() + 1];
    let mut at = 0;
    while at < formats.len() {
        choices[at + 1] = formats[at];
        at += 1;
    }
    choices
}

impl form::Choice for Chosen {
    const ALL: &'static [Chosen] = &{
        let mut choices = [Chosen::All; Format::ALL.len() + 1];
        let mut at = 0;
        while at < One::ALL.len() {
            choices[at + 1] = Chosen::One(One::ALL[at]);
            at += 1;
        }
        choices
    };
    const NAMES: &'static [&'static str] = &after_all("all", One::NAMES);
    const WORDS: &'static [(&'static str, &'static str)] = &after_all(("all", "all"), One::WORDS);

    fn place(self) -> usize {
        match self {
            Chosen::All => 0,
            Chosen::One(one) => one.place() + 1,
        }
    }
}

/// The name of a field: what every format takes for one.
fn field_name(words: &mut Words, what: &str) -> Result<Rc<str>, BadCommand> {
    let word = words.short(what, LONGEST_NAME)?;
    let is_part = |each: char| each.is_ascii_alphanumeric() || each == '_';
    if word.text.chars().all(is_part) && !word.text.starts_with(|each: char| each.is_ascii_digit()) {
        return Ok(word.text.as_str().into());
    }
    let accepted = "letters, digits and _, and no digit first: what every format takes for a name";
    Err(words.refuse(word, format!("`{}` is no name of a field", word.quote()), accepted.to_owned()))
}

fn field_value(words: &mut Words, what: &str) -> Result<Rc<str>, BadCommand> {
    let word = words.required(what)?;
    let long = word.text.chars().count();
    if long <= LONGEST_VALUE {
        return Ok(word.text.as_str().into());
    }
    Err(words.refuse(word, format!("the value has {long} characters"), format!("at most {LONGEST_VALUE}")))
}

/// A kind as a script writes it: `long?`, `text[]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sort {
    pub kind: Kind,
    pub optional: bool,
}

impl form::Value for Sort {
    const KIND: form::ArgumentKind = form::ArgumentKind::Text;

    fn read(words: &mut Words, what: &str) -> Result<Sort, BadCommand> {
        let word = words.required(what)?;
        let (text, optional) = word.text.strip_suffix('?').map_or((&*word.text, false), |text| (text, true));
        let (single, is_list) = text.strip_suffix("[]").map_or((text, false), |text| (text, true));
        let kind = match single {
            "bool" => Kind::Bool,
            "int" => Kind::Int,
            "long" => Kind::Long,
            "double" => Kind::Double,
            "text" => Kind::Text,
            "bytes" => Kind::Bytes,
            _ => {
                let accepted =
                    "bool, int, long, double, text or bytes, with [] after it for a list, and ? if it may be missing";
                return Err(words.refuse(word, format!("`{}` is no kind", word.quote()), accepted.to_owned()));
            }
        };
        Ok(Sort { kind: if is_list { Kind::List(kind.into()) } else { kind }, optional })
    }

    fn spell(&self, out: &mut std::fmt::Formatter) -> std::fmt::Result {
        out.write_str(&spelt(&self.kind, self.optional))
    }
}

/// `long?`, `text[]`.
pub fn spelt(kind: &Kind, optional: bool) -> String {
    let sign = if optional { "?" } else { "" };
    match kind {
        Kind::List(of) => format!("{of}[]{sign}"),
        kind => format!("{kind}{sign}"),
    }
}
