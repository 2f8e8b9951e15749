//! What is shipped: the entries of the log, really encoded, in each of the four forms.
//!
//! Every entry is one transaction. Numbers are big-endian. It begins
//!
//! ```text
//! | number 4 | how many 2 | … |
//! ```
//!
//! and then come so many
//! - *statements*: `| length 2 | text |`;
//! - *records of the write-ahead log*: `| version 1 | offset 2 | length 1 | bytes | crc 4 |`, bytes of the table's file;
//! - *rows*: `| I, U or D 1 | old row | new row |`, and a row is `| fields 1 |`, then for each of its columns
//!   `| tag 1 | length 1 | value |`; an insertion has no old row, a deletion no new one;
//! - *changes* out of the change table: `| length 2 | text |`, as in `U id=1, holder='' > id=1, holder='ann'`.

use std::rc::Rc;

use stepwise_derive::Choice;

use super::replica::Replica;
use super::tickets::TICKETS;
use crate::checksum::crc32;
use crate::contract::{Refused, Span};
use crate::sim::Time;
use crate::table::heap::HEADER;
use crate::table::token::{Token, tokens};
use crate::table::value::parse_time;
use crate::table::{self, Change, Kind, Row, Schema, Table, Value};

/// In which form the leader's writes are shipped.
#[derive(Clone, Copy, PartialEq, Eq, Choice)]
pub enum Method {
    /// statements
    #[name("statement")]
    Statements,
    /// write-ahead log bytes
    #[name("wal")]
    WriteAheadLog,
    /// rows
    #[name("row")]
    Rows,
    /// changes kept by triggers
    #[name("trigger")]
    Triggers,
}

/// One transaction as it is shipped.
pub struct Entry {
    pub number: u32,
    /// What it says, for people: a line each.
    pub lines: Vec<String>,
    pub bytes: Vec<u8>,
}

/// The most rows that one transaction may change: their number has two bytes, and someone has to read them.
pub const MAX_CHANGES: usize = 1000;

/// The bytes before the first part: its number, and how many parts there are.
pub const FRAME: usize = 6;

/// Begins an entry of so many parts.
fn frame(number: u32, parts: usize) -> Vec<u8> {
    let mut bytes = number.to_be_bytes().to_vec();
    bytes.extend((parts as u16).to_be_bytes());
    bytes
}

impl Entry {
    /// Reads an entry. The error says why it cannot be read.
    pub fn read(bytes: Vec<u8>, method: Method) -> Result<Entry, Refused> {
        let mut reader = Reader { bytes: &bytes, at: 0 };
        let number = reader.number(4)? as u32;
        let parts = reader.number(2)?;
        let line = |_| match method {
            Method::Statements | Method::Triggers => Ok(reader.text()?.to_owned()),
            Method::WriteAheadLog => {
                reader.take(1)?;
                let (offset, len) = (reader.number(2)?, reader.number(1)?);
                reader.take(len + 4)?;
                Ok(format!("at {offset}: {len} bytes"))
            }
            Method::Rows => {
                let [before, after] = reader
                    .rows(&TICKETS)?
                    .map(|fields| fields.map(|fields| fields.into_iter().map(|(_, value)| value).collect::<Row>()));
                Ok(spell(&Change { slot: 0, before, after }, &TICKETS).to_string())
            }
        };
        let lines = (0..parts).map(line).collect::<Result<_, Refused>>()?;
        Ok(Entry { number, lines, bytes })
    }
}

/// An entry of texts, as they are.
pub fn of_texts(number: u32, texts: &[Rc<str>]) -> Vec<u8> {
    let mut bytes = frame(number, texts.len());
    for text in texts {
        bytes.extend((text.len() as u16).to_be_bytes());
        bytes.extend(text.bytes());
    }
    bytes
}

/// The bytes of the table's file that a transaction has changed: the header, which knows the next id, and each slot.
pub fn of_pages(number: u32, changes: &[Change], table: &Table) -> Vec<u8> {
    let header = 0..HEADER;
    let mut ranges = vec![header];
    for change in changes {
        let range = table.range(change.slot);
        if !ranges.contains(&range) {
            ranges.push(range);
        }
    }
    let mut bytes = frame(number, ranges.len());
    for range in ranges {
        let record = bytes.len();
        bytes.push(table.schema.version);
        bytes.extend((range.start as u16).to_be_bytes());
        bytes.push(range.len() as u8);
        bytes.extend(&table.bytes[range.clone()]);
        let sum = crc32(&bytes[record..]);
        bytes.extend(sum.to_be_bytes());
    }
    bytes
}

/// The rows that a transaction has changed, before and after.
pub fn of_rows(number: u32, changes: &[Change], schema: &Schema) -> Vec<u8> {
    let mut bytes = frame(number, changes.len());
    for change in changes {
        bytes.push(letter(change));
        for row in [&change.before, &change.after].into_iter().flatten() {
            bytes.push(row.len() as u8);
            for (column, value) in schema.columns.iter().zip(row) {
                let value = value.bytes();
                bytes.extend([column.tag, value.len() as u8]);
                bytes.extend(value);
            }
        }
    }
    bytes
}

/// Rows as if all had been inserted at once: a copy that any version can read.
pub fn of_inserted(rows: Vec<Row>, schema: &Schema) -> Vec<u8> {
    let changes: Vec<_> = rows.into_iter().map(|row| Change { slot: 0, before: None, after: Some(row) }).collect();
    of_rows(0, &changes, schema)
}

fn letter(change: &Change) -> u8 {
    match (&change.before, &change.after) {
        (None, _) => b'I',
        (_, None) => b'D',
        _ => b'U',
    }
}

/// A change as a row of the change table: `U id=1, holder='' > id=1, holder='ann'`.
pub fn spell(change: &Change, schema: &Schema) -> Rc<str> {
    let mut text = String::from(char::from(letter(change)));
    for (place, row) in [&change.before, &change.after].into_iter().flatten().enumerate() {
        text.push_str(if place == 0 { " " } else { " > " });
        for (place, (column, value)) in schema.columns.iter().zip(row).enumerate() {
            text.push_str(if place == 0 { "" } else { ", " });
            text.push_str(&format!("{}={}", column.name, value.literal()));
        }
    }
    text.into()
}

/// Carries out an entry on a follower, wholly or not at all. The error says why it cannot go on.
pub fn apply(bytes: &[u8], method: Method, follower: &mut Replica, now: Time) -> Result<(), Refused> {
    let mut copy = follower.clone();
    let mut reader = Reader { bytes, at: 4 };
    for _ in 0..reader.number(2)? {
        match method {
            Method::Statements => {
                let text = reader.text()?;
                let parsed = table::parse(text, &[TICKETS.table]).map_err(|mistake| mistake.problem)?;
                copy.execute(&parsed, now, &[])?;
            }
            Method::WriteAheadLog => apply_page(&mut reader, &mut copy.table)?,
            Method::Rows => apply_row(&mut reader, &mut copy)?,
            Method::Triggers => apply_change(reader.text()?, &mut copy)?,
        }
    }
    *follower = copy;
    Ok(())
}

fn apply_page(reader: &mut Reader, table: &mut Table) -> Result<(), Refused> {
    let start = reader.at;
    let (version, own) = (reader.take(1)?[0], table.schema.version);
    if version != own {
        return Err(Refused::new(format!(
            "the record has format version {version}, and this software reads version {own}: its rows are laid out \
             differently, so the same bytes would mean something else"
        )));
    }
    let offset = reader.number(2)?;
    let len = reader.number(1)?;
    let bytes = reader.take(len)?;
    let sum = crc32(&reader.bytes[start..reader.at]);
    if reader.take(4)? != sum.to_be_bytes() {
        return Err(Refused::new("the record's checksum doesn't fit"));
    }
    table.overwrite(offset, bytes)
}

fn apply_row(reader: &mut Reader, follower: &mut Replica) -> Result<(), Refused> {
    let [before, after] = reader.rows(follower.table.schema)?;
    change(follower, before, after)
}

/// Columns of this replica, by their places, with the values that they are given.
type Fields = Vec<(usize, Value)>;

fn apply_change(text: &str, follower: &mut Replica) -> Result<(), Refused> {
    const WRONG: &str = "a change that can't be read";
    let (letter, rows) = text.split_at_checked(1).ok_or(WRONG)?;
    let mut fields = [Fields::new(), Fields::new()];
    let mut row = 0;
    let mut column = "";
    let mut kind = Kind::Integer;
    let mut is_negative = false;
    for (token, range) in tokens(rows).map_err(|mistake| mistake.problem)? {
        let value = match token {
            Token::Sign(">") => {
                row = 1;
                continue;
            }
            Token::Sign("-") => {
                is_negative = true;
                continue;
            }
            Token::Word(_) if rows[range.clone()].eq_ignore_ascii_case("time") => {
                kind = Kind::Time;
                continue;
            }
            Token::Word(_) => {
                column = &rows[range];
                continue;
            }
            Token::Number(number) if is_negative => Value::Integer(0i32.wrapping_sub_unsigned(number as u32)),
            Token::Number(number) => Value::Integer(i32::try_from(number).map_err(|_| WRONG)?),
            Token::Text(text) if kind == Kind::Time => Value::Time(parse_time(&text).ok_or(WRONG)?),
            Token::Text(text) => Value::Text(text),
            Token::Sign(_) => continue,
        };
        (kind, is_negative) = (Kind::Integer, false);
        // What this version has no column for is skipped by its name.
        if let Ok(place) = follower.table.schema.column(column) {
            fields[row].push((place, value));
        }
    }
    let [first, second] = fields;
    match letter {
        "I" => change(follower, None, Some(first)),
        "D" => change(follower, Some(first), None),
        _ => change(follower, Some(first), Some(second)),
    }
}

/// Makes a change to a row. It is found by its id; a column that is not given keeps what it had, or has its default.
fn change(follower: &mut Replica, before: Option<Fields>, after: Option<Fields>) -> Result<(), Refused> {
    let old = match &before {
        None => None,
        Some(fields) => {
            let id = &fields.iter().find(|(place, _)| *place == 0).ok_or("a row without an id")?.1;
            Some(follower.table.find(id).ok_or_else(|| format!("there is no row with the id {id} to be changed"))?)
        }
    };
    let (slot, mut row) = match old {
        Some((slot, row)) => (Some(slot), row),
        None => (None, follower.table.schema.default_row()),
    };
    for (place, value) in after.iter().flatten() {
        row[*place] = value.clone();
    }
    match slot {
        None => follower.insert_row(row)?,
        Some(slot) => follower.table.set_row(slot, after.is_some().then_some(&row)),
    }
    Ok(())
}

/// Takes an entry's bytes apart, one piece after another.
struct Reader<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Reader<'a> {
    fn take(&mut self, len: usize) -> Result<&'a [u8], Refused> {
        let taken = self.bytes.get(self.at..self.at + len).ok_or("the entry ends too early")?;
        self.at += len;
        Ok(taken)
    }

    fn number(&mut self, len: usize) -> Result<usize, Refused> {
        Ok(self.take(len)?.iter().fold(0, |number, byte| number << 8 | usize::from(*byte)))
    }

    /// A changed row as it was and as it is, to a reader of that schema.
    fn rows(&mut self, schema: &Schema) -> Result<[Option<Fields>; 2], Refused> {
        let letter = self.take(1)?[0];
        let before = if letter == b'I' { None } else { Some(self.row(schema)?) };
        Ok([before, if letter == b'D' { None } else { Some(self.row(schema)?) }])
    }

    fn row(&mut self, schema: &Schema) -> Result<Fields, Refused> {
        let mut fields = Fields::new();
        for _ in 0..self.number(1)? {
            let tag = self.take(1)?[0];
            let len = self.number(1)?;
            let bytes = self.take(len)?;
            // A column that this version has never heard of is skipped: its length says how far.
            if let Some(place) = schema.columns.iter().position(|column| column.tag == tag) {
                let kind = schema.columns[place].kind;
                fields.push((place, Value::from_bytes(kind, bytes).ok_or("a value that is none")?));
            }
        }
        Ok(fields)
    }

    fn text(&mut self) -> Result<&'a str, Refused> {
        let len = self.number(2)?;
        std::str::from_utf8(self.take(len)?).map_err(|_| Refused::new("a text that is none"))
    }
}

/// What the bytes of an entry mean, one by one.
pub fn explain(bytes: &[u8], method: Method) -> Vec<Span> {
    let mut reader = Explainer { reader: Reader { bytes, at: 0 }, spans: Vec::new() };
    // The entry was made by this very file: where it ended early, the explanation would end there as well.
    let _ = reader.entry(method);
    reader.spans
}

struct Explainer<'a> {
    reader: Reader<'a>,
    spans: Vec<Span>,
}

impl Explainer<'_> {
    fn entry(&mut self, method: Method) -> Result<(), Refused> {
        self.number("entry number", 4)?;
        let what = match method {
            Method::Statements => "statements",
            Method::WriteAheadLog => "records",
            Method::Rows => "rows",
            Method::Triggers => "changes",
        };
        for _ in 0..self.number(what, 2)? {
            match method {
                Method::Statements | Method::Triggers => {
                    let len = self.number("length", 2)?;
                    let text = String::from_utf8_lossy(self.bytes(len)?).into_owned();
                    self.span(len, if method == Method::Statements { "statement" } else { "change" }, text);
                }
                Method::WriteAheadLog => {
                    self.number("format version", 1)?;
                    self.number("offset in the table's file", 2)?;
                    let len = self.number("length", 1)?;
                    self.bytes(len)?;
                    self.span(len, "bytes to write there", format!("{len} bytes"));
                    let sum = self.bytes(4)?.iter().map(|byte| format!("{byte:02x}")).collect();
                    self.span(4, "checksum", sum);
                }
                Method::Rows => self.row()?,
            }
        }
        Ok(())
    }

    fn row(&mut self) -> Result<(), Refused> {
        let letter = self.bytes(1)?[0];
        let (what, rows): (_, &[&str]) = match letter {
            b'I' => ("I: inserted", &["new"]),
            b'D' => ("D: deleted", &["old"]),
            _ => ("U: updated", &["old", "new"]),
        };
        self.span(1, "what was done", what.to_owned());
        for row in rows {
            for _ in 0..self.number("fields", 1)? {
                let tag = self.bytes(1)?[0];
                let known = TICKETS.columns.iter().find(|column| column.tag == tag);
                let Some(column) = known else { return Ok(()) };
                self.span(1, "tag", format!("{tag}: {}", column.name));
                let len = self.number("length", 1)?;
                let value = Value::from_bytes(column.kind, self.bytes(len)?);
                self.span(len, row, value.map_or_else(String::new, |value| value.to_string()));
            }
        }
        Ok(())
    }

    fn bytes(&mut self, len: usize) -> Result<&[u8], Refused> {
        self.reader.take(len)
    }

    /// Explains the `len` bytes that were taken last.
    fn span(&mut self, len: usize, label: &str, value: String) {
        if len > 0 {
            self.spans.push(Span { range: self.reader.at - len..self.reader.at, label: label.to_owned(), value });
        }
    }

    fn number(&mut self, label: &str, len: usize) -> Result<usize, Refused> {
        let number = self.reader.number(len)?;
        self.span(len, label, number.to_string());
        Ok(number)
    }
}
