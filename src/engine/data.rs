//! A reader's own data: a text or CSV file whose first column is the key and whose other columns are the value.
//!
//! The rules are those of RFC 4180, and what files out there do besides: fields are divided by commas, or by tabs or
//! semicolons where the first line has more of those; a field in quotes may hold dividers, line ends and doubled quotes;
//! lines end with LF or CRLF; a byte-order mark is skipped, and so are empty lines. A first line whose first field is
//! `key`, `id` or `name` is a header and is left out. A line without a divider is a key whose value is its line number.
//!
//! Simpler than the real one because: a file is text in UTF-8, and is read whole.

use std::fmt::{self, Display};

use crate::command::spell;

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
pub fn rows(bytes: &[u8]) -> Result<Vec<Row>, BadData> {
    let bad = |line, problem: String, accepted: &str| BadData { line, problem, accepted: accepted.to_owned() };
    if bytes.len() > MAX_BYTES {
        return Err(bad(1, format!("the file has {} bytes", bytes.len()), "at most 1048576 bytes"));
    }
    let text = str::from_utf8(bytes).map_err(|mistake| {
        let line = 1 + bytes[..mistake.valid_up_to()].iter().filter(|byte| **byte == b'\n').count();
        let byte = bytes[mistake.valid_up_to()];
        bad(line, format!("the byte {byte:#04x} is no UTF-8"), "a text file saved as UTF-8")
    })?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut reader = Reader { rest: text, divider: divider(text), line: 1 };
    let mut found: Vec<Row> = Vec::new();
    let mut is_first = true;
    while !reader.rest.is_empty() {
        let line = reader.line;
        let fields = reader.record()?;
        let first = std::mem::take(&mut is_first);
        if fields.iter().all(|field| field.is_empty()) {
            is_first = first && found.is_empty();
            continue;
        }
        let key = &fields[0];
        if first && ["key", "id", "name"].iter().any(|header| key.eq_ignore_ascii_case(header)) {
            continue;
        }
        if key.is_empty() {
            return Err(bad(line, "the first column is empty".to_owned(), "a key in the first column"));
        }
        if let Some(control) = fields.iter().flat_map(|field| field.chars()).find(|each| is_unprintable(*each)) {
            let problem = format!("the character U+{:04X} is none that can be shown", u32::from(control));
            return Err(bad(line, problem, "text, tabs and line ends"));
        }
        let value = if fields.len() > 1 { fields[1..].join(",") } else { line.to_string() };
        found.push(Row { key: key.clone(), value, line });
    }
    match found.is_empty() {
        true => Err(bad(1, "the file has no row".to_owned(), "a row a line: a key, a comma, a value")),
        false => Ok(found),
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
                    problem: "a quote is opened and never closed".to_owned(),
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
    use crate::command::statements;
    use proptest::prelude::*;

    fn read(text: &str) -> Vec<(String, String)> {
        rows(text.as_bytes()).unwrap().into_iter().map(|row| (row.key, row.value)).collect()
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
        let told = |bytes: &[u8]| rows(bytes).unwrap_err().to_string();
        assert_eq!(told(b""), "line 1: the file has no row; accepted: a row a line: a key, a comma, a value");
        assert!(told(b"a,1\n,2\n").starts_with("line 2: the first column is empty"));
        assert!(told(b"a,1\nb,\xff\n").starts_with("line 2: the byte 0xff is no UTF-8"));
        assert!(told(b"a,1\nb,\"2\nc,3").starts_with("line 2: a quote is opened"));
        assert!(told(b"\"a\nb\",1\n\"c\"d,1").starts_with("line 3: `d` after a closing quote"));
        assert!(told(b"a,\x00").starts_with("line 1: the character U+0000"));
        assert!(told(&vec![b'a'; MAX_BYTES + 1]).contains("accepted: at most 1048576 bytes"));
        assert!(told(b"key,value\n").contains("no row"));
    }

    proptest! {
        #[test]
        fn any_bytes_end(bytes: Vec<u8>) {
            let _ = rows(&bytes);
        }

        /// What the rows say is what the script says.
        #[test]
        fn a_script_says_the_rows(text in "([a-c\"@#;.🙂 ]{0,6}[,\n]){0,12}") {
            if let Ok(rows) = rows(text.as_bytes()) {
                let statements = statements(&script(&rows)).unwrap();
                let said: Vec<_> = statements.iter().map(|each| (each.words[1].text.clone(), each.words[2].text.clone())).collect();
                prop_assert_eq!(said, rows.into_iter().map(|row| (row.key, row.value)).collect::<Vec<_>>());
            }
        }
    }
}
