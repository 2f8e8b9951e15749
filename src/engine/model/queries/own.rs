//! A reader's own table: its columns and its rows, as commands have them.

use std::fmt;
use std::rc::Rc;

use super::data::MAX_COLUMNS;
use crate::form::{ArgumentKind, Value};
use crate::language::{BadCommand, Word, Words, spell};

/// `shop TEXT, sum INTEGER`: each name with whether it has numbers.
#[derive(Clone, Debug)]
pub struct Columns(pub Rc<[(Rc<str>, bool)]>);

/// The words of a row.
#[derive(Clone, Debug)]
pub struct Values(pub Rc<[Rc<str>]>);

/// A longer value is refused: it has to be seen in its column.
const MAX_CHARS: usize = 12;

impl Value for Columns {
    const KIND: ArgumentKind = ArgumentKind::Text;

    fn read(words: &mut Words, what: &str) -> Result<Columns, BadCommand> {
        let passage = words.passage(what)?;
        let mut columns: Vec<(Rc<str>, bool)> = Vec::new();
        let mut at = 0;
        for part in passage.text.split(',') {
            let bad = |problem: String, accepted: &str| {
                let spaces = part.len() - part.trim_start().len();
                BadCommand { place: passage.place(at + spaces), problem, accepted: accepted.to_owned() }
            };
            let mut words = part.split_whitespace();
            let name = words.next().unwrap_or_default();
            if !is_name(name) {
                return Err(bad(
                    format!("`{name}` is no name of a column"),
                    "small letters, digits and _, as in kilos",
                ));
            }
            let numbers = match words.next() {
                None => false,
                Some(kind) if kind.eq_ignore_ascii_case("TEXT") => false,
                Some(kind) if kind.eq_ignore_ascii_case("INTEGER") => true,
                Some(kind) => return Err(bad(format!("there is no type `{kind}`"), "TEXT, INTEGER")),
            };
            if let Some(more) = words.next() {
                return Err(bad(format!("`{more}` isn't expected here"), "a comma, the end of the command"));
            }
            if columns.iter().any(|(other, _)| **other == *name) {
                return Err(bad(format!("there are two columns `{name}`"), "another name"));
            }
            if columns.len() == MAX_COLUMNS {
                return Err(bad("these are too many columns".to_owned(), &format!("at most {MAX_COLUMNS}")));
            }
            columns.push((name.into(), numbers));
            at += part.len() + 1;
        }
        Ok(Columns(columns.into()))
    }

    fn spell(&self, out: &mut fmt::Formatter) -> fmt::Result {
        let columns =
            self.0.iter().map(|(name, numbers)| format!("{name} {}", if *numbers { "INTEGER" } else { "TEXT" }));
        out.write_str(&columns.collect::<Vec<_>>().join(", "))
    }
}

/// Whether it can be the name of a column or a table in all four languages.
pub fn is_name(name: &str) -> bool {
    let starts = name.starts_with(|first: char| first.is_ascii_lowercase());
    let inside = |each: char| each.is_ascii_lowercase() || each.is_ascii_digit() || each == '_';
    starts && name.chars().all(inside) && name.len() <= MAX_CHARS
}

impl Value for Values {
    const KIND: ArgumentKind = ArgumentKind::Text;

    /// One word for each value; or all of them in one pair of quotes.
    fn read(words: &mut Words, what: &str) -> Result<Values, BadCommand> {
        let first = words.required(what)?;
        let mut values: Vec<Rc<str>> = Vec::new();
        let mut add = |word: &Word, text: &str, words: &Words| {
            let chars = text.chars().count();
            if chars > MAX_CHARS || text.contains(['\'', '"', '\n']) {
                let problem = format!("`{}` doesn't fit into a column", word.quote());
                return Err(words.refuse(word, problem, format!("at most {MAX_CHARS} characters, without quotes")));
            }
            values.push(text.into());
            Ok(())
        };
        if words.is_empty() && first.text.contains(' ') {
            first.text.split_whitespace().try_for_each(|text| add(first, text, words))?;
        } else {
            add(first, &first.text, words)?;
            while let Some(word) = words.next() {
                add(word, &word.text, words)?;
            }
        }
        Ok(Values(values.into()))
    }

    fn spell(&self, out: &mut fmt::Formatter) -> fmt::Result {
        let words: Vec<String> = self.0.iter().map(|value| spell(value)).collect();
        out.write_str(&words.join(" "))
    }
}
