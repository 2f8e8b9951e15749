//! The words and signs of a query, for the readers of both graph languages, and how a mistake is told.

use std::ops::Range;
use std::rc::Rc;

use crate::language::shorten;
use crate::table::Mistake;

/// A longer query is refused: it has to be seen.
pub const MAX_QUERY: usize = 1_000;
/// Parentheses do not nest deeper.
const MAX_DEPTH: usize = 24;

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Token {
    Word(Rc<str>),
    /// Of SPARQL: `?person`, without its sign.
    Variable(Rc<str>),
    /// Of SPARQL: `<https://example.org/>`.
    Address,
    Number(u32),
    /// What stood between single or double quotes.
    Text(Rc<str>),
    Sign(&'static str),
}

/// Longer ones first, so that `<=` is not read as `<`.
const SIGNS: &[&str] = &[
    "<>", "<=", ">=", "!=", "&&", "||", "..", "(", ")", "[", "]", "{", "}", "<", ">", "=", "-", "*", "+", "/", "|",
    "^", "!", "?", ":", ";", ",", ".",
];

pub type Read<T> = Result<T, Mistake>;

/// Reads a query token by token.
#[derive(Clone)]
pub struct Reader<'a> {
    pub text: &'a str,
    tokens: Vec<(Token, Range<usize>)>,
    taken: usize,
    depth: usize,
}

impl<'a> Reader<'a> {
    /// `addresses` says whether `<` may begin one.
    pub fn new(text: &'a str, addresses: bool) -> Read<Reader<'a>> {
        if text.len() > MAX_QUERY {
            let problem = format!("the query has {} bytes", text.len());
            return Err(Mistake { at: 0, problem, accepted: format!("at most {MAX_QUERY} bytes") });
        }
        let mut tokens = Vec::new();
        let mut at = 0;
        while let Some((token, len)) = next(text, at, addresses)? {
            if let Some(token) = token {
                tokens.push((token, at..at + len));
            }
            at += len;
        }
        Ok(Reader { text, tokens, taken: 0, depth: 0 })
    }

    pub fn peek(&self) -> Option<&Token> {
        self.ahead(0)
    }

    /// The token that stands so many after the next.
    pub fn ahead(&self, many: usize) -> Option<&Token> {
        self.tokens.get(self.taken + many).map(|(token, _)| token)
    }

    pub fn next(&mut self) -> Option<Token> {
        let token = self.peek().cloned();
        self.taken += usize::from(token.is_some());
        token
    }

    /// Whether the next two stand without a gap between them.
    pub fn joined(&self) -> bool {
        let [one, other] = [0, 1].map(|many| self.tokens.get(self.taken + many));
        one.zip(other).is_some_and(|((_, one), (_, other))| one.end == other.start)
    }

    /// Where the next token stands; at the end, where the text ends.
    pub fn at(&self) -> usize {
        self.tokens.get(self.taken).map_or(self.text.trim_end().len(), |(_, range)| range.start)
    }

    /// Where the last token that was taken ends.
    pub fn end(&self) -> usize {
        self.taken.checked_sub(1).map_or(0, |last| self.tokens[last].1.end)
    }

    pub fn is_sign(&self, sign: &str) -> bool {
        matches!(self.peek(), Some(Token::Sign(here)) if *here == sign)
    }

    /// Takes the next token if it is that sign.
    pub fn sign(&mut self, sign: &str) -> bool {
        let here = self.is_sign(sign);
        self.taken += usize::from(here);
        here
    }

    pub fn is_word(&self, word: &str) -> bool {
        matches!(self.peek(), Some(Token::Word(here)) if here.eq_ignore_ascii_case(word))
    }

    /// Takes the next token if it is that word, in large or small letters.
    pub fn word(&mut self, word: &str) -> bool {
        let here = self.is_word(word);
        self.taken += usize::from(here);
        here
    }

    pub fn expect_sign(&mut self, sign: &str) -> Read<()> {
        if self.sign(sign) { Ok(()) } else { Err(self.wrong(sign)) }
    }

    pub fn expect_word(&mut self, word: &str) -> Read<()> {
        if self.word(word) { Ok(()) } else { Err(self.wrong(word)) }
    }

    /// A name; `what` says of what, if there is none.
    pub fn name(&mut self, what: &str) -> Read<Rc<str>> {
        match self.peek() {
            Some(Token::Word(name)) => {
                let name = name.clone();
                self.taken += 1;
                Ok(name)
            }
            _ => Err(self.wrong(what)),
        }
    }

    pub fn finish(&self, accepted: &str) -> Read<()> {
        if self.taken == self.tokens.len() { Ok(()) } else { Err(self.wrong(accepted)) }
    }

    /// One level deeper, for what nests.
    pub fn enter(&mut self) -> Read<()> {
        self.depth += 1;
        if self.depth <= MAX_DEPTH {
            return Ok(());
        }
        let problem = "the query nests too deeply".to_owned();
        Err(Mistake { at: self.at(), problem, accepted: format!("at most {MAX_DEPTH} levels") })
    }

    pub fn leave(&mut self) {
        self.depth -= 1;
    }

    /// That the next token cannot stand where it stands.
    pub fn wrong(&self, accepted: &str) -> Mistake {
        let problem = match self.tokens.get(self.taken) {
            Some((_, range)) => format!("`{}` isn't expected here", shorten(&self.text[range.clone()], 40)),
            None => "the query ends too early".to_owned(),
        };
        Mistake { at: self.at(), problem, accepted: accepted.to_owned() }
    }

    /// That the next token stands for something that this subset of the language does not have.
    pub fn unknown(&self, what: &str, accepted: &str) -> Mistake {
        Mistake { at: self.at(), problem: format!("{what} isn't known here"), accepted: accepted.to_owned() }
    }
}

/// The token at a place and how long it is; none for a blank or a comment.
fn next(text: &str, at: usize, addresses: bool) -> Read<Option<(Option<Token>, usize)>> {
    let rest = &text[at..];
    let Some(first) = rest.chars().next() else { return Ok(None) };
    if first.is_whitespace() {
        return Ok(Some((None, first.len_utf8())));
    }
    if matches!(first, '\'' | '"') {
        let Some(len) = rest[1..].find(first) else {
            let problem = "a text that is never closed".to_owned();
            return Err(Mistake { at, problem, accepted: format!("a closing {first}") });
        };
        return Ok(Some((Some(Token::Text(rest[1..=len].into())), len + 2)));
    }
    if addresses
        && first == '<'
        && let Some(len) = rest.find(['>', ' ', '\n', '=']).filter(|len| rest[*len..].starts_with('>'))
    {
        return Ok(Some((Some(Token::Address), len + 1)));
    }
    let word = |from: &str| from.find(|each: char| !each.is_alphanumeric() && each != '_').unwrap_or(from.len());
    let len = word(rest);
    if len > 0 && first.is_ascii_digit() {
        let Ok(number) = rest[..len].parse() else {
            let problem = format!("`{}` is no number", shorten(&rest[..len], 40));
            return Err(Mistake { at, problem, accepted: "a whole number up to 4294967295".to_owned() });
        };
        return Ok(Some((Some(Token::Number(number)), len)));
    }
    if len > 0 {
        return Ok(Some((Some(Token::Word(rest[..len].into())), len)));
    }
    if first == '?' && rest[1..].starts_with(|each: char| each.is_alphabetic() || each == '_') {
        let len = word(&rest[1..]);
        return Ok(Some((Some(Token::Variable(rest[1..=len].into())), len + 1)));
    }
    match SIGNS.iter().find(|sign| rest.starts_with(**sign)) {
        Some(sign) => Ok(Some((Some(Token::Sign(sign)), sign.len()))),
        None => {
            let problem = format!("`{}` means nothing here", first.escape_default());
            Err(Mistake { at, problem, accepted: "words, 'texts' and signs".to_owned() })
        }
    }
}
