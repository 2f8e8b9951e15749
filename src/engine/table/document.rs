//! A text as a JSON document, read from the left to the right: whether it is one, and what a string in it says.

use super::decimal;

/// Brackets nest less deeply.
const DEEPEST: usize = 128;

/// What is wrong, and where: by line and column, both counted from 1, the column in bytes.
type Read<T> = Result<T, String>;

/// Whether a text is a JSON document; the error says what is wrong with it.
pub fn check(text: &str) -> Read<()> {
    let mut reader = Reader { text: text.as_bytes(), at: 0, depth: 0 };
    reader.value()?;
    match reader.next() {
        None => Ok(()),
        Some(_) => Err(reader.wrong("trailing characters")),
    }
}

/// What a string says that is the whole text, with its quotes.
pub fn string(text: &str) -> Option<String> {
    let mut reader = Reader { text: text.as_bytes(), at: 0, depth: 0 };
    let said = if reader.take() == Some(b'"') { reader.string().ok()? } else { return None };
    (reader.at == text.len()).then_some(said)
}

struct Reader<'a> {
    text: &'a [u8],
    /// How many bytes are read.
    at: usize,
    depth: usize,
}

impl Reader<'_> {
    /// The next byte that is no blank.
    fn next(&mut self) -> Option<u8> {
        while matches!(self.peek(), Some(b' ' | b'\n' | b'\t' | b'\r')) {
            self.at += 1;
        }
        self.peek()
    }

    fn peek(&self) -> Option<u8> {
        self.text.get(self.at).copied()
    }

    fn take(&mut self) -> Option<u8> {
        let byte = self.peek()?;
        self.at += 1;
        Some(byte)
    }

    /// That the byte which was read last is wrong.
    fn taken(&self, what: &str) -> String {
        let before = &self.text[..self.at];
        let line_begins = before.iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1);
        let line = before.iter().filter(|byte| **byte == b'\n').count() + 1;
        format!("{what} at line {line} column {}", self.at - line_begins)
    }

    /// That the next byte is wrong.
    fn wrong(&self, what: &str) -> String {
        let at = (self.at + 1).min(self.text.len());
        Reader { at, ..*self }.taken(what)
    }

    fn value(&mut self) -> Read<()> {
        match self.next() {
            None => Err(self.wrong("EOF while parsing a value")),
            Some(b'n') => self.word("null"),
            Some(b't') => self.word("true"),
            Some(b'f') => self.word("false"),
            Some(b'-' | b'0'..=b'9') => self.number(),
            Some(b'"') => {
                self.at += 1;
                self.string().map(drop)
            }
            Some(b'[') => self.members(b']', "EOF while parsing a list", "expected `,` or `]`"),
            Some(b'{') => self.members(b'}', "EOF while parsing an object", "expected `,` or `}`"),
            Some(_) => Err(self.wrong("expected value")),
        }
    }

    fn word(&mut self, word: &str) -> Read<()> {
        for expected in word.bytes() {
            match self.take() {
                None => return Err(self.taken("EOF while parsing a value")),
                Some(byte) if byte != expected => return Err(self.taken("expected ident")),
                Some(_) => {}
            }
        }
        Ok(())
    }

    /// A list or an object, up to its last bracket.
    fn members(&mut self, last: u8, ends: &str, comma: &str) -> Read<()> {
        self.depth += 1;
        if self.depth == DEEPEST {
            return Err(self.wrong("recursion limit exceeded"));
        }
        self.at += 1;
        let mut is_first = true;
        loop {
            match self.next() {
                None => return Err(self.wrong(ends)),
                Some(byte) if byte == last => break,
                Some(_) if is_first => {}
                Some(b',') => {
                    self.at += 1;
                    match self.next() {
                        None => return Err(self.wrong("EOF while parsing a value")),
                        Some(byte) if byte == last => return Err(self.wrong("trailing comma")),
                        Some(_) => {}
                    }
                }
                Some(_) => return Err(self.wrong(comma)),
            }
            is_first = false;
            if last == b'}' {
                self.name(ends)?;
            }
            self.value()?;
        }
        self.at += 1;
        self.depth -= 1;
        Ok(())
    }

    /// The name of a member, and the colon behind it.
    fn name(&mut self, ends: &str) -> Read<()> {
        if self.peek() != Some(b'"') {
            return Err(self.wrong("key must be a string"));
        }
        self.at += 1;
        self.string()?;
        match self.next() {
            None => Err(self.wrong(ends)),
            Some(b':') => {
                self.at += 1;
                Ok(())
            }
            Some(_) => Err(self.wrong("expected `:`")),
        }
    }

    fn number(&mut self) -> Read<()> {
        let start = self.at;
        if self.peek() == Some(b'-') {
            self.at += 1;
        }
        self.digit()?;
        if self.text[self.at - 1] != b'0' {
            self.digits();
        } else if self.peek().is_some_and(|byte| byte.is_ascii_digit()) {
            return Err(self.wrong("invalid number"));
        }
        if self.peek() == Some(b'.') {
            self.at += 1;
            match self.peek() {
                Some(b'0'..=b'9') => self.digits(),
                Some(_) => return Err(self.wrong("invalid number")),
                None => return Err(self.wrong("EOF while parsing a value")),
            }
        }
        if let Some(b'e' | b'E') = self.peek() {
            self.at += 1;
            if let Some(b'+' | b'-') = self.peek() {
                self.at += 1;
            }
            self.digit()?;
            self.digits();
        }
        let text = str::from_utf8(&self.text[start..self.at]).unwrap_or_default();
        match decimal::fraction(text) {
            Some(number) if number.is_finite() => Ok(()),
            _ => Err(self.taken("number out of range")),
        }
    }

    fn digit(&mut self) -> Read<()> {
        match self.take() {
            Some(b'0'..=b'9') => Ok(()),
            Some(_) => Err(self.taken("invalid number")),
            None => Err(self.taken("EOF while parsing a value")),
        }
    }

    fn digits(&mut self) {
        while self.peek().is_some_and(|byte| byte.is_ascii_digit()) {
            self.at += 1;
        }
    }

    /// The rest of a string, of which the first quote has been read.
    fn string(&mut self) -> Read<String> {
        const ENDS: &str = "EOF while parsing a string";
        let mut said = Vec::new();
        loop {
            match self.take().ok_or_else(|| self.taken(ENDS))? {
                b'"' => break,
                b'\\' => {
                    let escaped = match self.take().ok_or_else(|| self.taken(ENDS))? {
                        itself @ (b'"' | b'\\' | b'/') => char::from(itself),
                        b'b' => '\u{8}',
                        b'f' => '\u{c}',
                        b'n' => '\n',
                        b'r' => '\r',
                        b't' => '\t',
                        b'u' => self.unicode()?,
                        _ => return Err(self.taken("invalid escape")),
                    };
                    said.extend_from_slice(escaped.encode_utf8(&mut [0; 4]).as_bytes());
                }
                0..0x20 => {
                    return Err(self.taken("control character (\\u0000-\\u001F) found while parsing a string"));
                }
                byte => said.push(byte),
            }
        }
        Ok(String::from_utf8_lossy(&said).into_owned())
    }

    /// What stands behind `\u`. Two stand for one character beyond U+FFFF.
    fn unicode(&mut self) -> Read<char> {
        const ALONE: &str = "lone leading surrogate in hex escape";
        let first = self.unit()?;
        let code = match first {
            0xdc00..0xe000 => return Err(self.taken(ALONE)),
            0xd800..0xdc00 => {
                for expected in [b'\\', b'u'] {
                    match self.take() {
                        None => return Err(self.taken("EOF while parsing a string")),
                        Some(byte) if byte != expected => return Err(self.taken("unexpected end of hex escape")),
                        Some(_) => {}
                    }
                }
                let second = self.unit()?;
                if !(0xdc00..0xe000).contains(&second) {
                    return Err(self.taken(ALONE));
                }
                0x10000 + ((first - 0xd800) << 10) + (second - 0xdc00)
            }
            code => code,
        };
        Ok(char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER))
    }

    fn unit(&mut self) -> Read<u32> {
        let Some(digits) = self.text.get(self.at..self.at + 4) else {
            self.at = self.text.len();
            return Err(self.taken("EOF while parsing a string"));
        };
        self.at += 4;
        let value = |code: u32, digit: &u8| Some(code << 4 | char::from(*digit).to_digit(16)?);
        digits.iter().try_fold(0, value).ok_or_else(|| self.taken("invalid escape"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// As serde_json reads it, word for word.
    fn same(text: &str) {
        let theirs = serde_json::from_str::<serde_json::Value>(text);
        assert_eq!(check(text), theirs.as_ref().map(drop).map_err(|error| error.to_string()), "{text}");
        if let Ok(serde_json::Value::String(said)) = theirs {
            assert_eq!(string(text.trim()), Some(said), "{text}");
        }
    }

    #[test]
    fn it_reads_as_serde_json_does() {
        for text in [
            "",
            " ",
            "nul",
            "nulx",
            "true",
            "-",
            "-a",
            "01",
            "1.",
            "1.x",
            "1e",
            "1e+",
            "1ex",
            "1e400",
            "-1e999",
            "1e-400",
            "0.1e+1",
            "[",
            "[1",
            "[1,",
            "[1,]",
            "[1 2]",
            "[]",
            "{",
            "{a",
            "{\"a\"",
            "{\"a\":",
            "{\"a\":1",
            "{\"a\":1,",
            "{,}",
            "{\"a\":1,}",
            "{\"a\":1 \"b\"",
            "{\"a\" 1}",
            "{\"a\":1,b}",
            "{}",
            "\"",
            "\"\\",
            "\"\\x\"",
            "\"\\u12\"",
            "\"\\uzzzz\"",
            "\"\\ud83d\"",
            "\"\\ud83d\\n\"",
            "\"\\ud83d\\ude00\"",
            "\"\\ud83d\\ud83d\"",
            "\"\\ude00\"",
            "\"a\nb\"",
            "\"é\\u00e9\\/\\b\\f\"",
            "1 1",
            "\n\n  x",
            "{\"a\": }",
            "[\n1,\n 2,\n x]",
        ] {
            same(text);
        }
        for depth in [127, 128] {
            same(&("[".repeat(depth) + &"]".repeat(depth)));
        }
    }

    proptest! {
        #[test]
        fn so_it_does_by_chance(text in "[\\[\\]{}:, \"\\\\u0dD8e1nté\n.-]{0,24}") {
            same(&text);
        }

        #[test]
        fn and_what_is_almost_json(
            text in "\\{\"a\": ?(\\[1,2\\.5,-3e4\\]|\"x\\\\u00e9\\\\n\"|null|\\{\"b\":true\\})(,\"c\":[0-9]{1,3})?\\}",
            cut in 0..40usize,
            put in "[\\[\\]{}:, \"\\\\u1e]{0,2}",
        ) {
            let cut = cut.min(text.len());
            same(&text);
            same(&[&text[..cut], &put, &text[cut..]].concat());
            same(&[&text[..cut], &put].concat());
        }
    }
}
