//! JSON read as rows: an object has a row for each of its members; an array, or JSON lines, a row for each element, which
//! is an array whose first element is the key, or an object whose first member has the key.
//!
//! Simpler than the real one because: what is nested within a value is kept as its own text, and not looked into.

use super::{BadData, Row};

/// The rows of a text that is JSON, and in which of the shapes it is; nothing where it does not begin like JSON.
pub fn read(text: &str) -> Option<Result<(Vec<Row>, &'static str), BadData>> {
    let mut json = Json { rest: text.trim_end(), line: 1 };
    json.skip_blanks();
    is_meant_to_be_json(json.rest).then(|| json.rows())
}

/// A key may begin with a bracket, too: JSON also ends with one, or has a quote or another bracket next, as no line of
/// columns has, where quotes stand around the whole of a field. So JSON of which the end is missing is not read as lines.
fn is_meant_to_be_json(text: &str) -> bool {
    let next = text.get(1..).and_then(|rest| rest.trim_start().chars().next());
    match (text.chars().next(), text.chars().next_back()) {
        (Some('{'), end) => end == Some('}') || next == Some('"'),
        (Some('['), end) => end == Some(']') || matches!(next, Some('"' | '{' | '[')),
        _ => false,
    }
}

struct Json<'a> {
    rest: &'a str,
    /// Counted from 1.
    line: usize,
}

impl<'a> Json<'a> {
    fn rows(&mut self) -> Result<(Vec<Row>, &'static str), BadData> {
        let mut values = Vec::new();
        while !self.rest.is_empty() {
            values.push((self.line, self.value()?));
            self.skip_blanks();
        }
        match &values[..] {
            [(line, object)] if object.starts_with('{') => {
                let members = self.within(*line, object).members()?;
                let row = |(line, key, value): (usize, String, &str)| Row { key, value: text_of(value), line };
                Ok((members.into_iter().map(row).collect(), "a JSON object, with a row for each member"))
            }
            [(line, array)] if array.starts_with('[') => {
                let elements = self.within(*line, array).elements()?;
                Ok((self.records(&elements)?, "a JSON array, with a row for each element"))
            }
            lines => Ok((self.records(lines)?, "JSON lines, with a row for each")),
        }
    }

    fn records(&self, values: &[(usize, &'a str)]) -> Result<Vec<Row>, BadData> {
        values.iter().map(|(line, value)| self.record(*line, value)).collect()
    }

    /// `["a", 1]` and `{"key": "a", "value": 1}` are one row, and so is what has more than two parts.
    fn record(&self, line: usize, value: &'a str) -> Result<Row, BadData> {
        let parts: Vec<&str> = match value.as_bytes()[0] {
            b'[' => self.within(line, value).elements()?.into_iter().map(|(_, part)| part).collect(),
            b'{' => self.within(line, value).members()?.into_iter().map(|(_, _, part)| part).collect(),
            _ => Vec::new(),
        };
        let Some((key, rest)) = parts.split_first() else {
            let accepted = "an array with the key first, or an object whose first member has it";
            return Err(self.bad(line, format!("`{value:.20}` is no row"), accepted));
        };
        let value = match rest {
            [] => line.to_string(),
            rest => rest.iter().map(|part| text_of(part)).collect::<Vec<_>>().join(","),
        };
        Ok(Row { key: text_of(key), value, line })
    }

    /// A reader of what stands between the brackets of a value that begins on `line`.
    fn within(&self, line: usize, value: &'a str) -> Json<'a> {
        Json { rest: &value[1..value.len() - 1], line }
    }

    fn elements(&mut self) -> Result<Vec<(usize, &'a str)>, BadData> {
        let mut elements = Vec::new();
        while self.goes_on(elements.len())? {
            elements.push((self.line, self.value()?));
        }
        Ok(elements)
    }

    fn members(&mut self) -> Result<Vec<(usize, String, &'a str)>, BadData> {
        let mut members = Vec::new();
        while self.goes_on(members.len())? {
            let (line, name) = (self.line, self.value()?);
            if !name.starts_with('"') {
                return Err(self.bad(line, format!("`{name:.20}` is no name of a member"), "a name in quotes"));
            }
            self.sign(':')?;
            members.push((line, text_of(name), self.value()?));
        }
        Ok(members)
    }

    /// Whether there is another element after so many; the comma before it is taken.
    fn goes_on(&mut self, many: usize) -> Result<bool, BadData> {
        self.skip_blanks();
        if self.rest.is_empty() {
            return Ok(false);
        }
        if many > 0 {
            self.sign(',')?;
        }
        Ok(true)
    }

    fn sign(&mut self, sign: char) -> Result<(), BadData> {
        self.skip_blanks();
        match self.rest.strip_prefix(sign) {
            Some(rest) => {
                self.rest = rest;
                self.skip_blanks();
                Ok(())
            }
            None => Err(self.bad(self.line, format!("a `{sign}` is missing"), "JSON")),
        }
    }

    /// The text of the next value, whatever it is.
    fn value(&mut self) -> Result<&'a str, BadData> {
        self.skip_blanks();
        let (mut depth, mut quoted, mut escaped) = (0usize, false, false);
        let mut end = self.rest.len();
        for (at, each) in self.rest.char_indices() {
            let is_last = match each {
                _ if escaped => {
                    escaped = false;
                    false
                }
                '\\' if quoted => {
                    escaped = true;
                    false
                }
                '"' => {
                    quoted = !quoted;
                    !quoted && depth == 0
                }
                _ if quoted => false,
                '{' | '[' => {
                    depth += 1;
                    false
                }
                '}' | ']' if depth > 0 => {
                    depth -= 1;
                    depth == 0
                }
                _ => false,
            };
            if is_last {
                end = at + each.len_utf8();
                break;
            }
            let is_bare_end = depth == 0 && !quoted && (each.is_whitespace() || matches!(each, ',' | ':' | '}' | ']'));
            if is_bare_end {
                end = at;
                break;
            }
        }
        let (value, rest) = self.rest.split_at(end);
        if value.is_empty() {
            return Err(self.bad(self.line, "a value is missing".to_owned(), "JSON"));
        }
        if quoted && end == self.rest.len() {
            return Err(self.bad(self.line, "a quote is opened but never closed".to_owned(), "JSON"));
        }
        if depth > 0 {
            return Err(self.bad(self.line, "a bracket is opened but never closed".to_owned(), "JSON"));
        }
        self.line += value.matches('\n').count();
        self.rest = rest;
        Ok(value)
    }

    fn skip_blanks(&mut self) {
        let rest = self.rest.trim_start();
        self.line += self.rest[..self.rest.len() - rest.len()].matches('\n').count();
        self.rest = rest;
    }

    fn bad(&self, line: usize, problem: String, accepted: &str) -> BadData {
        BadData { line, problem, accepted: accepted.to_owned() }
    }
}

/// What a value says: a string without its quotes and escapes, anything else as it stands.
fn text_of(value: &str) -> String {
    let Some(inside) = value.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')) else { return value.to_owned() };
    let mut text = String::new();
    let mut signs = inside.chars();
    // Two escapes stand for one sign beyond U+FFFF; the half of such a pair stands for nothing.
    let mut high: Option<u32> = None;
    while let Some(sign) = signs.next() {
        if high.is_some() && !(sign == '\\' && signs.as_str().starts_with('u')) {
            high = None;
            text.push('\u{fffd}');
        }
        let plain = match (sign, if sign == '\\' { signs.next() } else { None }) {
            ('\\', Some('n')) => '\n',
            ('\\', Some('t')) => '\t',
            ('\\', Some('r')) => '\r',
            ('\\', Some('b')) => '\u{8}',
            ('\\', Some('f')) => '\u{c}',
            ('\\', Some('u')) => {
                let digits: String = signs.by_ref().take(4).collect();
                let unit = u32::from_str_radix(&digits, 16).unwrap_or(0xfffd);
                match (high.take(), unit) {
                    (Some(high), 0xdc00..0xe000) => {
                        char::from_u32(0x10000 + ((high - 0xd800) << 10) + (unit - 0xdc00)).unwrap_or('\u{fffd}')
                    }
                    (before, unit) => {
                        text.extend(before.map(|_| '\u{fffd}'));
                        if (0xd800..0xdc00).contains(&unit) {
                            high = Some(unit);
                            continue;
                        }
                        char::from_u32(unit).unwrap_or('\u{fffd}')
                    }
                }
            }
            ('\\', Some(itself)) => itself,
            (sign, _) => sign,
        };
        text.push(plain);
    }
    text.extend(high.map(|_| '\u{fffd}'));
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(text: &str) -> Vec<(String, String, usize)> {
        let (rows, _) = read(text).expect("it is JSON").unwrap();
        rows.into_iter().map(|row| (row.key, row.value, row.line)).collect()
    }

    /// FAULTS S12.
    #[test]
    fn objects_arrays_and_lines_are_rows() {
        let two = [("a".to_owned(), "1".to_owned(), 1), ("b c".to_owned(), "x".to_owned(), 2)];
        for text in [
            "{\"a\": 1,\n \"b c\": \"x\"}\n",
            "[[\"a\", 1],\n[\"b c\", \"x\"]]",
            "[{\"city\": \"a\", \"n\": 1},\n{\"city\": \"b c\", \"n\": \"x\"}]",
            "[\"a\",1]\n[\"b c\",\"x\"]\n",
            "{\"key\":\"a\",\"value\":1}\n{\"key\":\"b c\",\"value\":\"x\"}",
        ] {
            assert_eq!(rows(text), two, "{text}");
        }
        assert_eq!(
            rows(r#"{"a": {"b": [1, "]"]}, "\u00e9\ud83d\ude42\"": "x\n"}"#)[..],
            [("a".to_owned(), r#"{"b": [1, "]"]}"#.to_owned(), 1), ("é🙂\"".to_owned(), "x\n".to_owned(), 1),]
        );
        assert_eq!(rows(r#"[["a", 1, true]]"#)[0].1, "1,true");
        // Halves of pairs are not left out without a trace.
        assert_eq!(rows(r#"[["\ud83d", "\ud83dx\ude42\ud83d\u0041\ud83d\n"]]"#)[0].0, "\u{fffd}");
        assert_eq!(
            rows(r#"[["k", "\ud83dx\ude42\ud83d\u0041\ud83d\n"]]"#)[0].1,
            "\u{fffd}x\u{fffd}\u{fffd}A\u{fffd}\n"
        );
    }

    /// FAULTS S12.
    #[test]
    fn what_only_looks_like_json_is_said_with_its_line() {
        let told = |text: &str| read(text).expect("it begins like JSON").unwrap_err().to_string();
        assert_eq!(
            told("[[\"a\", 1],\n7]"),
            "line 2: `7` is no row; accepted: an array with the key first, or an object whose first member has it"
        );
        assert!(told("{\"a\" 1}").starts_with("line 1: a `:` is missing"));
        assert!(told("{\"a\": 1\n\"b\": 2}").starts_with("line 2: a `,` is missing"));
        assert!(told("{\"a\": \"1}").contains("never closed"));
        assert!(told("{a: 1}").contains("`a` is no name of a member"));
        // The end is missing, or a line of JSON lines is something else.
        assert!(told("{\"a\": 1,").starts_with("line 1: a bracket is opened but never closed"));
        assert!(told("[[\"a\", 1],\n").contains("never closed"));
        assert!(told("{\"a\": 1}\n{\"b\": 2}\nmore").starts_with("line 3: `more` is no row"));
        for text in ["a,1", "[a],1", "{x},2\n", ""] {
            assert!(read(text).is_none(), "{text}");
        }
    }
}
