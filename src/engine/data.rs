//! A reader's own data: a text or CSV file whose first column is the key and whose other columns are the value, or JSON
//! ([`json`]).
//!
//! The rules are those of RFC 4180, and what files out there do besides: fields are divided by commas, or by tabs or
//! semicolons where the first line has more of those, or by what a line `sep=;` at the beginning says, as Excel writes it; a
//! field in quotes may hold dividers, line ends and doubled quotes; lines end with LF, CRLF, or all of them with CR; a
//! byte-order mark is skipped, and so are empty lines. A line without a divider is a key whose value is its line number.
//!
//! Nothing in a file says whether its first line is a header. It is taken for one if its first field is `key`, `id` or
//! `name`, or if a column has numbers in every line but the first; and since that is a guess, [`Data::told`] says it, and
//! [`Data::turned`] reads the other way.
//!
//! Simpler than the real one because: a file is text in UTF-8, and is read whole.

use std::fmt::{self, Display};

use crate::language::spell;
use crate::wording::shown;

mod json;

/// The most bytes that a file may have: 1 MB.
pub const MAX_BYTES: usize = 1 << 20;

/// One row of the file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    pub key: String,
    pub value: String,
    /// The line that it begins on, counted from 1.
    pub line: usize,
}

/// What the first line of a table is taken for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Header {
    #[default]
    Guess,
    Yes,
    No,
}

/// The rows of a file, and how it was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Data {
    pub rows: Vec<Row>,
    /// The file itself, to be read in another way.
    bytes: Vec<u8>,
    shape: String,
    /// JSON has none.
    first_line: Option<FirstLine>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct FirstLine {
    line: usize,
    text: String,
    is_header: bool,
}

impl Data {
    /// How the file was read: `Read as CSV, divided by commas. Line 1 (city, population) was taken as a header.`
    pub fn told(&self) -> String {
        let told = format!("Read as {}.", self.shape);
        match &self.first_line {
            Some(FirstLine { line, text, is_header }) => {
                let what = if *is_header { "a header" } else { "a row" };
                format!("{told} Line {line} ({text}) was taken as {what}.")
            }
            None => told,
        }
    }

    /// Whether the first line was taken as a header; nothing where there is no such line.
    pub fn has_header(&self) -> Option<bool> {
        self.first_line.as_ref().map(|line| line.is_header)
    }

    /// The same file, its first line taken for the other thing.
    pub fn turned(&self) -> Result<Data, BadData> {
        read(&self.bytes, if self.has_header() == Some(true) { Header::No } else { Header::Yes })
    }
}

/// What is wrong with a file, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BadData {
    /// Counted from 1.
    pub line: usize,
    pub problem: String,
    pub accepted: String,
}

impl Display for BadData {
    fn fmt(&self, out: &mut fmt::Formatter) -> fmt::Result {
        write!(out, "line {}: {}; accepted: {}", self.line, self.problem, self.accepted)
    }
}

impl std::error::Error for BadData {}

/// Reads a file. A key that comes again is a row of its own: it is written again.
pub fn read(bytes: &[u8], header: Header) -> Result<Data, BadData> {
    if bytes.len() > MAX_BYTES {
        return Err(bad(1, format!("the file has {} bytes", bytes.len()), "at most 1048576 bytes"));
    }
    let text = str::from_utf8(bytes).map_err(|mistake| {
        let line = 1 + bytes[..mistake.valid_up_to()].iter().filter(|byte| **byte == b'\n').count();
        let byte = bytes[mistake.valid_up_to()];
        bad(line, format!("the byte {byte:#04x} is no UTF-8"), "a text file saved as UTF-8")
    })?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let (rows, shape, first_line) = match json::read(text) {
        Some(_) if header != Header::Guess => {
            return Err(bad(1, "this is JSON, and has no header".to_owned(), "a header in text or CSV only"));
        }
        Some(read) => read.map(|(rows, shape)| (rows, shape.to_owned(), None))?,
        None => table(text, header)?,
    };
    for row in &rows {
        check(row)?;
    }
    match rows.is_empty() {
        true => Err(bad(1, "the file has no row".to_owned(), "a row a line: a key, a comma, a value")),
        false => Ok(Data { rows, bytes: bytes.to_vec(), shape, first_line }),
    }
}

fn bad(line: usize, problem: String, accepted: &str) -> BadData {
    BadData { line, problem, accepted: accepted.to_owned() }
}

/// Reads lines of fields.
fn table(text: &str, header: Header) -> Result<(Vec<Row>, String, Option<FirstLine>), BadData> {
    // Before 2001 lines ended with CR on a Mac, and some programs still write them so.
    let is_old_mac = text.contains('\r') && !text.contains('\n');
    let owned = if is_old_mac { text.replace('\r', "\n") } else { String::new() };
    let text = if is_old_mac { owned.as_str() } else { text };
    let mut reader = Reader { rest: text, divider: divider(text), line: 1 };
    if let Some((divider, rest)) = named_divider(text) {
        reader = Reader { rest, divider, line: 2 };
    }
    let mut records: Vec<(usize, Vec<String>)> = Vec::new();
    while !reader.rest.is_empty() {
        let line = reader.line;
        let fields = reader.record()?;
        if fields.iter().any(|field| !field.is_empty()) {
            records.push((line, fields));
        }
    }
    let is_header = match header {
        Header::Guess => looks_like_a_header(&records),
        Header::Yes => true,
        Header::No => false,
    };
    let first_line = records.first().map(|(line, fields)| FirstLine {
        line: *line,
        text: fields.iter().map(|field| shown(field).to_string()).collect::<Vec<_>>().join(", "),
        is_header,
    });
    let rows = records.into_iter().skip(usize::from(is_header)).map(|(line, mut fields)| {
        let rest = fields.split_off(1);
        let value = if rest.is_empty() { line.to_string() } else { rest.join(",") };
        Row { key: fields.remove(0), value, line }
    });
    let ends = if is_old_mac { ", its lines ended by CR as on an old Mac" } else { "" };
    let divided = match reader.divider {
        ',' => "commas".to_owned(),
        '\t' => "tabs".to_owned(),
        ';' => "semicolons".to_owned(),
        other => format!("`{}`", other.escape_debug()),
    };
    Ok((rows.collect(), format!("lines divided by {divided}{ends}"), first_line))
}

/// The divider that a first line `sep=;` names, and what comes after that line.
fn named_divider(text: &str) -> Option<(char, &str)> {
    let (first, rest) = text.split_once('\n')?;
    let name = first.trim_end_matches('\r');
    let mut signs = name.get(..4).filter(|word| word.eq_ignore_ascii_case("sep=")).map(|_| name[4..].chars())?;
    let divider = signs.next().filter(|sign| *sign != '"')?;
    signs.next().is_none().then_some((divider, rest))
}

/// A line of names before lines with numbers, or a first field that is what keys are called.
fn looks_like_a_header(records: &[(usize, Vec<String>)]) -> bool {
    let Some(((_, first), others)) = records.split_first() else { return false };
    let is_number = |field: &String| field.parse::<f64>().is_ok_and(f64::is_finite);
    let numbers_below = |column: usize| {
        !others.is_empty() && others.iter().all(|(_, fields)| fields.get(column).is_some_and(is_number))
    };
    ["key", "id", "name"].iter().any(|name| first[0].eq_ignore_ascii_case(name))
        || !first.iter().any(is_number) && (0..first.len()).any(numbers_below)
}

/// That a row has a key, and can be shown.
fn check(row: &Row) -> Result<(), BadData> {
    if row.key.is_empty() {
        return Err(bad(row.line, "the first column is empty".to_owned(), "a key in the first column"));
    }
    match row.key.chars().chain(row.value.chars()).find(|each| is_unprintable(*each)) {
        Some('\r') => Err(bad(
            row.line,
            "a carriage return (CR) is in the middle of the line".to_owned(),
            "lines that end with LF or CRLF, or all of them with CR",
        )),
        Some(control) => {
            let problem = format!("the character U+{:04X} is none that can be shown", u32::from(control));
            Err(bad(row.line, problem, "text, tabs and line ends"))
        }
        None => Ok(()),
    }
}

fn is_unprintable(each: char) -> bool {
    each.is_control() && each != '\t' && each != '\n'
}

/// The rows as a script, a command a row.
pub fn script(rows: &[Row]) -> String {
    let mut script = String::new();
    for row in rows {
        script.push_str("put ");
        script.push_str(&spell(&row.key));
        script.push(' ');
        script.push_str(&spell(&row.value));
        script.push('\n');
    }
    script
}

/// What divides the fields: whichever of the three the first line has most of, outside of quotes.
fn divider(text: &str) -> char {
    let mut counts = [(',', 0), ('\t', 0), (';', 0)];
    let mut quoted = false;
    for each in text.trim_start_matches(['\r', '\n']).chars() {
        match each {
            '"' => quoted = !quoted,
            '\n' if !quoted => break,
            _ if quoted => {}
            _ => counts.iter_mut().filter(|(sign, _)| *sign == each).for_each(|(_, count)| *count += 1),
        }
    }
    let mut most = counts[0];
    for each in counts {
        if each.1 > most.1 {
            most = each;
        }
    }
    most.0
}

struct Reader<'a> {
    rest: &'a str,
    divider: char,
    line: usize,
}

impl Reader<'_> {
    /// The fields up to the end of a line.
    fn record(&mut self) -> Result<Vec<String>, BadData> {
        let mut fields = Vec::new();
        loop {
            fields.push(if self.rest.starts_with('"') { self.quoted()? } else { self.bare() });
            match self.rest.chars().next() {
                Some(sign) if sign == self.divider => self.rest = &self.rest[1..],
                _ => break,
            }
        }
        self.rest = self.rest.strip_prefix('\r').unwrap_or(self.rest);
        if let Some(rest) = self.rest.strip_prefix('\n') {
            (self.rest, self.line) = (rest, self.line + 1);
        } else if let Some(sign) = self.rest.chars().next() {
            return Err(BadData {
                line: self.line,
                problem: format!("`{}` after a closing quote", sign.escape_debug()),
                accepted: "a divider or the end of the line; a quote within quotes is doubled".to_owned(),
            });
        }
        Ok(fields)
    }

    /// A field without quotes, spaces around it left out.
    fn bare(&mut self) -> String {
        let end = self.rest.find([self.divider, '\n']).unwrap_or(self.rest.len());
        let (field, rest) = self.rest.split_at(end);
        self.rest = rest;
        field.trim().to_owned()
    }

    fn quoted(&mut self) -> Result<String, BadData> {
        let opened = self.line;
        let mut field = String::new();
        self.rest = &self.rest[1..];
        loop {
            let Some(end) = self.rest.find('"') else {
                return Err(BadData {
                    line: opened,
                    problem: "a quote is opened but never closed".to_owned(),
                    accepted: "a quote at both ends of a field; a quote within quotes is doubled".to_owned(),
                });
            };
            let (part, rest) = self.rest.split_at(end);
            self.line += part.matches('\n').count();
            // CRLF within a field is told as the line end that it is.
            field.push_str(&part.replace("\r\n", "\n"));
            self.rest = &rest[1..];
            match self.rest.strip_prefix('"') {
                Some(rest) => {
                    field.push('"');
                    self.rest = rest;
                }
                None => return Ok(field),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::language::statements;
    use proptest::prelude::*;

    fn read(text: &str) -> Vec<(String, String)> {
        super::read(text.as_bytes(), Header::Guess).unwrap().rows.into_iter().map(|row| (row.key, row.value)).collect()
    }

    fn pairs(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
        pairs.iter().map(|(key, value)| (key.to_string(), value.to_string())).collect()
    }

    #[test]
    fn the_dividers_quotes_and_line_ends_of_the_world_are_read() {
        let two = pairs(&[("a", "1"), ("b", "2")]);
        for text in [
            "a,1\nb,2\n",
            "a,1\r\nb,2",
            "a\t1\nb\t2",
            "a;1\nb;2",
            "\u{feff}key,value\na,1\n\nb, 2 \n",
            "\n\nID;n\na;1\nb;2",
        ] {
            assert_eq!(read(text), two, "{text:?}");
        }
        assert_eq!(
            read("\"a,b\",\"say \"\"hi\"\"\"\r\n🙂,\"two\r\nlines\""),
            pairs(&[("a,b", "say \"hi\""), ("🙂", "two\nlines")])
        );
        assert_eq!(read("a,1,2\nb,3,"), pairs(&[("a", "1,2"), ("b", "3,")]));
        assert_eq!(read("oak\nelm\n"), pairs(&[("oak", "1"), ("elm", "2")]), "words without values");
    }

    #[test]
    fn a_mistake_is_told_with_its_line() {
        let told = |bytes: &[u8]| super::read(bytes, Header::Guess).unwrap_err().to_string();
        assert_eq!(told(b""), "line 1: the file has no row; accepted: a row a line: a key, a comma, a value");
        assert!(told(b"a,1\n,2\n").starts_with("line 2: the first column is empty"));
        assert!(told(b"a,1\nb,\xff\n").starts_with("line 2: the byte 0xff is no UTF-8"));
        assert!(told(b"a,1\nb,\"2\nc,3").starts_with("line 2: a quote is opened"));
        assert!(told(b"\"a\nb\",1\n\"c\"d,1").starts_with("line 3: `d` after a closing quote"));
        assert!(told(b"a,\x00").starts_with("line 1: the character U+0000"));
        assert!(told(&vec![b'a'; MAX_BYTES + 1]).contains("accepted: at most 1048576 bytes"));
        assert!(told(b"key,value\n").contains("no row"));
    }

    /// FAULTS S12: what line 1 was taken for is said, and can be turned round.
    #[test]
    fn a_header_is_guessed_said_and_turned_round() {
        let data = super::read(b"city,population\nParis,2100000\nRome,2700000\n", Header::Guess).unwrap();
        assert_eq!(data.told(), "Read as lines divided by commas. Line 1 (city, population) was taken as a header.");
        assert_eq!((data.rows.len(), data.has_header()), (2, Some(true)));
        let turned = data.turned().unwrap();
        assert_eq!((turned.rows.len(), turned.rows[0].key.as_str(), turned.has_header()), (3, "city", Some(false)));
        assert_eq!(turned.told(), "Read as lines divided by commas. Line 1 (city, population) was taken as a row.");
        assert_eq!(turned.turned().unwrap(), data);
        // Nothing tells this one; the reader can.
        let data = super::read(b"animal;home\nlion;savanna\n", Header::Guess).unwrap();
        assert_eq!((data.has_header(), data.turned().unwrap().rows.len()), (Some(false), 1));
        assert_eq!(super::read(b"1,2\n3,4\n", Header::Guess).unwrap().has_header(), Some(false));
        assert!(super::read(b"{\"a\": 1}", Header::Yes).unwrap_err().to_string().contains("JSON"));
    }

    /// FAULTS S12.
    #[test]
    fn what_excel_old_macs_and_programs_write_is_read() {
        let two = pairs(&[("a", "1"), ("b", "2")]);
        for text in [
            "sep=;\r\na;1\r\nb;2\r\n",
            "SEP=|\na|1\nb|2",
            "a,1\rb,2\r",
            "a,1\rb,2",
            "{\"a\": 1, \"b\": 2}",
            "[[\"a\",1],[\"b\",2]]",
        ] {
            assert_eq!(read(text), two, "{text:?}");
        }
        assert_eq!(read("sep=,x\nb,y"), pairs(&[("sep=", "x"), ("b", "y")]), "a row that looks a little like it");
        let told = super::read(b"a,1\rb,2\nc,3\n", Header::Guess).unwrap_err().to_string();
        assert_eq!(
            told,
            "line 1: a carriage return (CR) is in the middle of the line; accepted: lines that end with LF or CRLF, \
             or all of them with CR"
        );
        assert!(super::read(b"a,1\rb,2\r", Header::Guess).unwrap().told().contains("ended by CR as on an old Mac"));
        assert!(super::read(b"{\"a\": 1}\n", Header::Guess).unwrap().told().starts_with("Read as a JSON object"));
    }

    proptest! {
        #[test]
        fn any_bytes_end(bytes: Vec<u8>) {
            let _ = super::read(&bytes, Header::Guess);
        }

        /// What the rows say is what the script says.
        #[test]
        fn a_script_says_the_rows(text in "([a-c\"@#;.🙂 ]{0,6}[,\n]){0,12}") {
            if let Ok(Data { rows, .. }) = super::read(text.as_bytes(), Header::No) {
                let statements = statements(&script(&rows)).unwrap();
                let said: Vec<_> = statements.iter().map(|each| (each.words[1].text.clone(), each.words[2].text.clone())).collect();
                prop_assert_eq!(said, rows.into_iter().map(|row| (row.key, row.value)).collect::<Vec<_>>());
            }
        }
    }
}
