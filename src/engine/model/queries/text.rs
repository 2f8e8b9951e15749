//! The words and signs that the loop, the functions of MapReduce and the pipeline are written in, and a reader of them that
//! knows what could have stood where something else does.

use std::ops::Range;
use std::rc::Rc;

use crate::language::shorten;
use crate::table::Mistake;

/// A longer text is refused: it has to be seen whole.
pub const MAX_TEXT: usize = 600;
/// Brackets and blocks do not nest deeper.
const MAX_DEPTH: usize = 16;

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Is {
    /// A word of the language, or a name; it may begin with `$` or `_`.
    Name(Rc<str>),
    /// Without its sign.
    Number(i64),
    /// What stood between two `'` or two `"`.
    Text(Rc<str>),
    Sign(&'static str),
}

#[derive(Clone, Debug)]
pub struct Token {
    pub is: Is,
    /// In bytes.
    pub range: Range<usize>,
    pub line: usize,
    /// How far from the beginning of its line, in bytes, and whether it is the first of it.
    pub indent: usize,
    pub is_first: bool,
}

/// Longer ones first, so that `<=` is not read as `<`.
const SIGNS: &[&str] = &[
    "==", "!=", "<=", ">=", "+=", "-=", "=", "<", ">", "+", "-", "*", "/", "%", "(", ")", "[", "]", "{", "}", ",", ":",
    ";", ".",
];

fn mistake(at: usize, problem: impl Into<String>, accepted: impl Into<String>) -> Mistake {
    Mistake { at, problem: problem.into(), accepted: accepted.into() }
}

fn tokens(text: &str) -> Result<Vec<Token>, Mistake> {
    if text.len() > MAX_TEXT {
        return Err(mistake(0, format!("the text has {} bytes", text.len()), format!("at most {MAX_TEXT} bytes")));
    }
    let mut found: Vec<Token> = Vec::new();
    let (mut at, mut line, mut line_begins) = (0, 1, 0);
    while let Some(first) = text[at..].chars().next() {
        if first.is_whitespace() {
            at += first.len_utf8();
            if first == '\n' {
                (line, line_begins) = (line + 1, at);
            }
            continue;
        }
        let (is, len) = token(&text[at..], at)?;
        let is_first = found.last().is_none_or(|last| last.line < line);
        found.push(Token { is, range: at..at + len, line, indent: at - line_begins, is_first });
        at += len;
    }
    Ok(found)
}

/// The token at the start of `rest`, which stands at `at` in its text, and how many bytes it takes.
fn token(rest: &str, at: usize) -> Result<(Is, usize), Mistake> {
    let first = rest.chars().next().expect("there is more");
    if matches!(first, '\'' | '"') {
        let inner = &rest[1..];
        let end = inner.find([first, '\n']).filter(|end| inner[*end..].starts_with(first));
        let end = end.ok_or_else(|| mistake(at, "a text that is never closed", format!("a closing {first}")))?;
        return Ok((Is::Text(inner[..end].into()), end + 2));
    }
    if let Some(sign) = SIGNS.iter().find(|sign| rest.starts_with(**sign)) {
        return Ok((Is::Sign(sign), sign.len()));
    }
    let is_inside = |each: char| each.is_alphanumeric() || each == '_';
    let head = usize::from(first == '$');
    let len = head + rest[head..].find(|each: char| !is_inside(each)).unwrap_or(rest.len() - head);
    let word = &rest[..len];
    if len == head {
        let problem = format!("`{}` means nothing here", first.escape_default());
        return Err(mistake(at, problem, "words, numbers, 'texts' and signs"));
    }
    if first.is_ascii_digit() {
        let number = word.parse().map_err(|_| {
            mistake(at, format!("`{}` is no number", shorten(word, 40)), "a whole number of at most 18 digits")
        })?;
        return Ok((Is::Number(number), len));
    }
    Ok((Is::Name(word.into()), len))
}

/// Reads tokens one by one, and remembers what might have stood where the next one stands.
pub struct Reader<'a> {
    pub text: &'a str,
    tokens: Vec<Token>,
    next: usize,
    depth: usize,
    wanted: Vec<&'static str>,
}

impl<'a> Reader<'a> {
    pub fn new(text: &'a str) -> Result<Reader<'a>, Mistake> {
        Ok(Reader { text, tokens: tokens(text)?, next: 0, depth: 0, wanted: Vec::new() })
    }

    pub fn peek(&self) -> Option<&Token> {
        self.tokens.get(self.next)
    }

    pub fn is_at_end(&self) -> bool {
        self.next == self.tokens.len()
    }

    /// Where the next token begins, or the text ends.
    pub fn at(&self) -> usize {
        self.peek().map_or(self.text.len(), |token| token.range.start)
    }

    /// The text from there to where the last token ended, its spaces and lines made one space each.
    pub fn since(&self, from: usize) -> Rc<str> {
        let end = self.next.checked_sub(1).map_or(0, |last| self.tokens[last].range.end);
        self.text[from..end.max(from)].split_whitespace().collect::<Vec<_>>().join(" ").into()
    }

    pub fn advance(&mut self) -> Option<Token> {
        let token = self.tokens.get(self.next).cloned()?;
        self.next += 1;
        self.wanted.clear();
        Some(token)
    }

    /// Whether the next token is that sign, or that word.
    pub fn is(&self, what: &str) -> bool {
        self.peek().is_some_and(|token| match &token.is {
            Is::Sign(sign) => *sign == what,
            Is::Name(name) => **name == *what,
            Is::Number(_) | Is::Text(_) => false,
        })
    }

    /// Takes it if it is.
    pub fn take(&mut self, what: &'static str) -> bool {
        let here = self.is(what);
        if here {
            self.advance();
        } else {
            self.wants(what);
        }
        here
    }

    /// Remembers what might have stood here as well.
    pub fn wants(&mut self, what: &'static str) {
        if !self.wanted.contains(&what) {
            self.wanted.push(what);
        }
    }

    pub fn require(&mut self, what: &'static str) -> Result<(), Mistake> {
        if self.take(what) { Ok(()) } else { Err(self.wrong()) }
    }

    /// Takes a name, which `what` describes, with where it stands.
    pub fn name(&mut self, what: &'static str) -> Result<(Rc<str>, usize), Mistake> {
        let at = self.at();
        match self.peek().map(|token| token.is.clone()) {
            Some(Is::Name(name)) => {
                self.advance();
                Ok((name, at))
            }
            _ => Err(self.want(what)),
        }
    }

    /// That the next token is wrong where `what` is accepted as well.
    pub fn want(&mut self, what: &'static str) -> Mistake {
        self.wants(what);
        self.wrong()
    }

    /// That the next token is wrong, with all that would have been right.
    pub fn wrong(&self) -> Mistake {
        let problem = match self.peek() {
            Some(token) => format!("`{}` isn't expected here", shorten(&self.text[token.range.clone()], 40)),
            None => "the text ends too early".to_owned(),
        };
        mistake(self.at(), problem, self.wanted.join(", "))
    }

    /// That there is nothing more.
    pub fn end(&mut self) -> Result<(), Mistake> {
        if self.is_at_end() { Ok(()) } else { Err(self.want("the end of the text")) }
    }

    /// Reads something that may hold something of its own kind.
    pub fn nested<T>(&mut self, read: impl FnOnce(&mut Self) -> Result<T, Mistake>) -> Result<T, Mistake> {
        if self.depth == MAX_DEPTH {
            return Err(mistake(self.at(), "this nests too deeply", format!("at most {MAX_DEPTH} levels")));
        }
        self.depth += 1;
        let read = read(self);
        self.depth -= 1;
        read
    }
}
