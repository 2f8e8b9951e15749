//! JSON that remembers where each thing stands, so that a mistake in a schema is shown at its line and column.

use crate::language::{BadCommand, Place, shorten};

/// Schemas nest a few levels; text that nests deeper is no schema.
const MOST_DEPTH: usize = 40;

#[derive(Clone, Debug)]
pub struct Json {
    pub place: Place,
    pub kind: Kind,
}

#[derive(Clone, Debug)]
pub enum Kind {
    Null,
    Boolean(bool),
    /// As it is written: whether it fits is for the type to say.
    Number(String),
    String(String),
    Array(Vec<Json>),
    /// In the order of the text; no name stands twice.
    Object(Vec<(String, Json)>),
}

impl Json {
    /// What it is, for a message: `a string`.
    pub fn what(&self) -> String {
        match &self.kind {
            Kind::Null => "null".to_owned(),
            Kind::Boolean(value) => value.to_string(),
            Kind::Number(text) => shorten(text, 20),
            Kind::String(text) => format!("\"{}\"", shorten(text, 40)),
            Kind::Array(_) => "an array".to_owned(),
            Kind::Object(_) => "an object".to_owned(),
        }
    }

    /// A mistake at this place.
    pub fn refuse(&self, problem: impl Into<String>, accepted: impl Into<String>) -> BadCommand {
        BadCommand { place: self.place, problem: problem.into(), accepted: accepted.into() }
    }

    pub fn text(&self) -> Option<&str> {
        if let Kind::String(text) = &self.kind { Some(text) } else { None }
    }

    /// The member of an object.
    pub fn get(&self, name: &str) -> Option<&Json> {
        let Kind::Object(members) = &self.kind else { return None };
        members.iter().find(|(each, _)| each == name).map(|(_, value)| value)
    }
}

/// Reads one value and nothing after it.
pub fn parse(text: &str) -> Result<Json, BadCommand> {
    let mut reader = Reader { rest: text.chars().peekable(), place: Place { line: 1, column: 1 } };
    let value = reader.value(0)?;
    reader.space();
    match reader.rest.peek() {
        None => Ok(value),
        Some(_) => Err(reader.refuse("the end")),
    }
}

struct Reader<'a> {
    rest: std::iter::Peekable<std::str::Chars<'a>>,
    place: Place,
}

impl Reader<'_> {
    fn next(&mut self) -> Option<char> {
        let each = self.rest.next()?;
        if each == '\n' {
            self.place = Place { line: self.place.line + 1, column: 1 };
        } else {
            self.place.column += 1;
        }
        Some(each)
    }

    fn space(&mut self) {
        while matches!(self.rest.peek(), Some(' ' | '\t' | '\n' | '\r')) {
            self.next();
        }
    }

    /// That what comes next is not what is accepted.
    fn refuse(&mut self, accepted: &str) -> BadCommand {
        let problem = match self.rest.peek() {
            Some(each) => format!("`{}` stands here", each.escape_debug()),
            None => "the text ends here".to_owned(),
        };
        BadCommand { place: self.place, problem, accepted: accepted.to_owned() }
    }

    /// Takes that character, after space.
    fn take(&mut self, wanted: char) -> bool {
        self.space();
        let here = self.rest.peek() == Some(&wanted);
        if here {
            self.next();
        }
        here
    }

    fn value(&mut self, depth: usize) -> Result<Json, BadCommand> {
        self.space();
        let place = self.place;
        if depth > MOST_DEPTH {
            let accepted = format!("at most {MOST_DEPTH} levels");
            return Err(BadCommand { place, problem: "this nests too deep".to_owned(), accepted });
        }
        let kind = match self.rest.peek() {
            Some('{') => self.object(depth)?,
            Some('[') => self.array(depth)?,
            Some('"') => Kind::String(self.string()?),
            Some('-' | '0'..='9') => self.number()?,
            Some('a'..='z') => self.word(place)?,
            _ => return Err(self.refuse("a value: {, [, \", a number, true, false or null")),
        };
        Ok(Json { place, kind })
    }

    fn word(&mut self, place: Place) -> Result<Kind, BadCommand> {
        let mut word = String::new();
        while let Some('a'..='z') = self.rest.peek() {
            word.extend(self.next());
        }
        Ok(match word.as_str() {
            "null" => Kind::Null,
            "true" => Kind::Boolean(true),
            "false" => Kind::Boolean(false),
            _ => {
                let problem = format!("`{}` is no word of JSON", shorten(&word, 20));
                let accepted = "true, false, null, or quotes around a string".to_owned();
                return Err(BadCommand { place, problem, accepted });
            }
        })
    }

    fn number(&mut self) -> Result<Kind, BadCommand> {
        let place = self.place;
        let mut text = String::new();
        while let Some('-' | '+' | '.' | 'e' | 'E' | '0'..='9') = self.rest.peek() {
            text.extend(self.next());
        }
        let digits = text.trim_start_matches('-');
        let leads = digits.len() > 1 && digits.starts_with('0') && digits.as_bytes()[1].is_ascii_digit();
        let begins = digits.starts_with(|each: char| each.is_ascii_digit()) && text.len() - digits.len() <= 1;
        if leads || !begins || text.ends_with('.') || text.parse::<f64>().is_err() {
            let problem = format!("`{}` is no number", shorten(&text, 20));
            return Err(BadCommand { place, problem, accepted: "a number such as 7, -1 or 2.5e3".to_owned() });
        }
        Ok(Kind::Number(text))
    }

    fn string(&mut self) -> Result<String, BadCommand> {
        self.next();
        let mut text = String::new();
        loop {
            match self.rest.peek() {
                None | Some('\n') => return Err(self.refuse("a closing \"")),
                Some('"') => {
                    self.next();
                    return Ok(text);
                }
                Some('\\') => {
                    self.next();
                    text.push(self.escaped()?);
                }
                Some(each) if *each < ' ' => return Err(self.refuse("\\t, \\n or \\u0000 instead")),
                Some(_) => text.extend(self.next()),
            }
        }
    }

    fn escaped(&mut self) -> Result<char, BadCommand> {
        let accepted = "one of \\\" \\\\ \\/ \\b \\f \\n \\r \\t \\u0000";
        let Some(each) = self.rest.peek().copied() else { return Err(self.refuse(accepted)) };
        let plain = match each {
            '"' | '\\' | '/' => each,
            'b' => '\u{8}',
            'f' => '\u{c}',
            'n' => '\n',
            'r' => '\r',
            't' => '\t',
            'u' => {
                self.next();
                let place = self.place;
                let unit = self.unit()?;
                // Two stand for one character beyond U+FFFF, and neither stands alone.
                let code = match unit {
                    0xd800..0xdc00 => self.low_half()?.map(|low| 0x10000 + ((unit - 0xd800) << 10) + (low - 0xdc00)),
                    unit => Some(unit),
                };
                let problem = "half of a character".to_owned();
                let accepted = "both halves, as in \\ud83d\\ude00".to_owned();
                return code.and_then(char::from_u32).ok_or(BadCommand { place, problem, accepted });
            }
            _ => return Err(self.refuse(accepted)),
        };
        self.next();
        Ok(plain)
    }

    /// The second half of a character, if that is what follows.
    fn low_half(&mut self) -> Result<Option<u32>, BadCommand> {
        for wanted in ['\\', 'u'] {
            if self.rest.peek() != Some(&wanted) {
                return Ok(None);
            }
            self.next();
        }
        Ok(Some(self.unit()?).filter(|low| (0xdc00..0xe000).contains(low)))
    }

    fn unit(&mut self) -> Result<u32, BadCommand> {
        let mut unit = 0;
        for _ in 0..4 {
            let Some(digit) = self.rest.peek().and_then(|each| each.to_digit(16)) else {
                return Err(self.refuse("four hexadecimal digits"));
            };
            self.next();
            unit = unit * 16 + digit;
        }
        Ok(unit)
    }

    fn array(&mut self, depth: usize) -> Result<Kind, BadCommand> {
        self.next();
        let mut items = Vec::new();
        if self.take(']') {
            return Ok(Kind::Array(items));
        }
        loop {
            items.push(self.value(depth + 1)?);
            if self.take(']') {
                return Ok(Kind::Array(items));
            }
            if !self.take(',') {
                return Err(self.refuse("`,` or `]`"));
            }
        }
    }

    fn object(&mut self, depth: usize) -> Result<Kind, BadCommand> {
        self.next();
        let mut members: Vec<(String, Json)> = Vec::new();
        if self.take('}') {
            return Ok(Kind::Object(members));
        }
        loop {
            self.space();
            let place = self.place;
            if self.rest.peek() != Some(&'"') {
                return Err(self.refuse("a name in quotes"));
            }
            let name = self.string()?;
            if members.iter().any(|(each, _)| *each == name) {
                let problem = format!("\"{}\" is in this object twice", shorten(&name, 40));
                return Err(BadCommand { place, problem, accepted: "each name once".to_owned() });
            }
            if !self.take(':') {
                return Err(self.refuse("`:`"));
            }
            members.push((name, self.value(depth + 1)?));
            if self.take('}') {
                return Ok(Kind::Object(members));
            }
            if !self.take(',') {
                return Err(self.refuse("`,` or `}`"));
            }
        }
    }
}
