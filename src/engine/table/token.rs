//! The words and signs of a statement, and how a mistake in one is told.

use std::ops::Range;
use std::rc::Rc;

#[derive(Debug, PartialEq, Eq)]
pub enum Token {
    /// A word of the language, or a name.
    Word(String),
    /// Without its sign: at most what its language has, and one more, which only a negative number may be.
    Number(u64),
    /// What stood between single quotes; a quote within is written twice.
    Text(Rc<str>),
    Sign(&'static str),
}

/// A mistake: where in the text, in bytes, it stands, what is wrong, and what is accepted, if that can be said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mistake {
    pub at: usize,
    pub problem: String,
    pub accepted: String,
}

impl Mistake {
    /// The line and the column at which it stands, both counted from 1; a column is a character.
    pub fn place(&self, text: &str) -> (usize, usize) {
        let before = text.get(..self.at).unwrap_or(text);
        let line = before.bytes().filter(|byte| *byte == b'\n').count() + 1;
        let column = before.rsplit('\n').next().unwrap_or("").chars().count() + 1;
        (line, column)
    }

    /// As a reader of that text is told it: `line 2, column 5: … cannot stand here; accepted: …`.
    pub fn told(&self, text: &str) -> String {
        let (line, column) = self.place(text);
        let accepted = if self.accepted.is_empty() { "" } else { "; accepted: " };
        format!("line {line}, column {column}: {}{accepted}{}", self.problem, self.accepted)
    }
}

/// What the words of a language are made of.
pub struct Lexicon {
    /// Longer ones first, so that `<=` is not read as `<`.
    signs: &'static [&'static str],
    largest: u64,
    /// Whether two hyphens start a remark, up to the end of the line.
    remarks: bool,
}

/// The statements about tables of one file.
const STATEMENTS: Lexicon = Lexicon { signs: SIGNS, largest: i32::MAX as u64, remarks: false };

/// The queries of a database.
pub const QUERIES: Lexicon = Lexicon {
    signs: &[
        "->>", "<>", "!=", "<=", ">=", "==", "||", "=", "<", ">", "+", "-", "*", "/", "%", "(", ")", ",", ".", ";",
    ],
    largest: i64::MAX as u64,
    remarks: true,
};

const SIGNS: &[&str] = &["<>", "<=", ">=", "||", "=", "<", ">", "+", "-", "*", "/", "%", "(", ")", ","];

impl Token {
    /// Whether it is that word, in large or small letters, or that sign.
    pub fn is(&self, word: &str) -> bool {
        match self {
            Token::Word(text) => text.eq_ignore_ascii_case(word),
            Token::Sign(sign) => *sign == word,
            Token::Number(_) | Token::Text(_) => false,
        }
    }
}

/// Splits a statement about a table of one file, each token with its place in bytes.
pub fn tokens(text: &str) -> Result<Vec<(Token, Range<usize>)>, Mistake> {
    split(text, &STATEMENTS)
}

/// Splits a text of that language, each token with its place in bytes.
pub fn split(text: &str, lexicon: &Lexicon) -> Result<Vec<(Token, Range<usize>)>, Mistake> {
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(first) = text[at..].chars().next() {
        let rest = &text[at..];
        let start = at;
        let token = if first.is_whitespace() {
            at += first.len_utf8();
            continue;
        } else if lexicon.remarks && rest.starts_with("--") {
            at += rest.find('\n').unwrap_or(rest.len());
            continue;
        } else if first == '\'' {
            let (token, len) = quoted(rest).ok_or_else(|| Mistake {
                at,
                problem: "a text that is never closed".to_owned(),
                accepted: "a closing '".to_owned(),
            })?;
            at += len;
            token
        } else if let Some(sign) = lexicon.signs.iter().find(|sign| rest.starts_with(**sign)) {
            at += sign.len();
            Token::Sign(sign)
        } else {
            let len = rest.find(|each: char| !each.is_alphanumeric() && each != '_').unwrap_or(rest.len());
            if len == 0 {
                let problem = format!("`{}` means nothing here", first.escape_default());
                let accepted = "words, numbers, 'texts' and signs".to_owned();
                return Err(Mistake { at, problem, accepted });
            }
            at += len;
            let word = &rest[..len];
            if first.is_ascii_digit() {
                let number = word.parse().ok().filter(|number| *number <= lexicon.largest + 1);
                Token::Number(number.ok_or_else(|| Mistake {
                    at: start,
                    problem: format!("`{}` is no number", crate::language::shorten(word, 40)),
                    accepted: format!("a whole number up to {}", lexicon.largest),
                })?)
            } else {
                Token::Word(word.to_owned())
            }
        };
        found.push((token, start..at));
    }
    Ok(found)
}

/// The text at the start of `rest`, which begins with a quote, and how many bytes it takes.
fn quoted(rest: &str) -> Option<(Token, usize)> {
    let mut text = String::new();
    let mut at = 1;
    loop {
        let end = at + rest[at..].find('\'')?;
        text.push_str(&rest[at..end]);
        at = end + 1;
        if !rest[at..].starts_with('\'') {
            return Some((Token::Text(text.into()), at));
        }
        text.push('\'');
        at += 1;
    }
}
