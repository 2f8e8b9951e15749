//! The command language: one small language for all figures, the same in a chapter, a link, the script box, a golden
//! test and the terminal.
//!
//! ```text
//! put k v                    commands stand one a line, or are separated by `;`
//! put "new york" "a;b"       a word with spaces or signs is quoted; \" \\ \n \t stand for what they do elsewhere
//! put 1..20 x                a range repeats the command for each number
//! put 9 z @3; crash          `@3` ends the command after its third step
//! put 9 z !1.2               `!1.2` has the engine decide otherwise: in its first decision it goes the second way
//! # this is a comment
//! ```
//!
//! This file turns text into [`Statement`]s; what the words of a statement mean is for each engine to say, by
//! [`Words`].

use std::fmt::{self, Display};
use std::ops::Range;

use crate::form::CommandForm;
use crate::sim::Time;

/// A script longer than this is refused: a link can't carry it, and a run can't use it.
pub const MAX_SCRIPT_BYTES: usize = 1 << 20;
/// A run takes no more commands than this, those that ranges stand for included.
pub const MAX_COMMANDS: usize = 10_000;
/// A longer word is quoted only up to here in a message.
const MAX_QUOTED_CHARS: usize = 40;

/// A place in a script, both counted from 1, columns in characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    pub line: usize,
    pub column: usize,
}

/// A mistake in a script: where, what stands there, and what is accepted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BadCommand {
    pub place: Place,
    pub problem: String,
    pub accepted: String,
}

impl Display for BadCommand {
    fn fmt(&self, out: &mut fmt::Formatter) -> fmt::Result {
        write!(out, "line {}, column {}: {}", self.place.line, self.place.column, self.problem)?;
        if self.accepted.is_empty() { Ok(()) } else { write!(out, "; accepted: {}", self.accepted) }
    }
}

impl std::error::Error for BadCommand {}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Word {
    pub text: String,
    pub quoted: bool,
    pub place: Place,
    /// Where the text goes on elsewhere in the script than in the next column: behind a `\n`, and on a new line. Each is a
    /// place in the text, in bytes, and one in the script.
    pub jumps: Vec<(usize, Place)>,
}

/// One command as it was written, not yet understood.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Statement {
    pub words: Vec<Word>,
    /// The `3` of `@3`: after how many steps the command ends.
    pub cut: Option<usize>,
    /// The `1.2` of `!1.2`, as places.
    pub overruled: Vec<Overruled>,
    /// Where the statement stands in the script, in bytes.
    pub source: Range<usize>,
}

/// That a decision of a command goes another way than the engine's own. Both are places, counted from 0; a script counts
/// from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Overruled {
    pub decision: usize,
    pub way: usize,
}

impl Display for Overruled {
    fn fmt(&self, out: &mut fmt::Formatter) -> fmt::Result {
        write!(out, "!{}.{}", self.decision + 1, self.way + 1)
    }
}

impl Overruled {
    /// Of the text behind the sign: `1.2`.
    fn read(text: &str) -> Option<Overruled> {
        let place = |text: &str| text.parse::<usize>().ok()?.checked_sub(1);
        let (decision, way) = text.split_once('.')?;
        Some(Overruled { decision: place(decision)?, way: place(way)? })
    }
}

/// The text of a script that comes as bytes.
pub fn decode(bytes: &[u8]) -> Result<&str, BadCommand> {
    str::from_utf8(bytes).map_err(|mistake| {
        let good = mistake.valid_up_to();
        let line_ends = || (0..good).filter(|at| ends_line(bytes, *at));
        let line_begins = line_ends().next_back().map_or(0, |at| at + 1);
        let place = Place {
            line: 1 + line_ends().count(),
            column: 1 + String::from_utf8_lossy(&bytes[line_begins..good]).chars().count(),
        };
        let problem = format!("the byte {:#04x} is no UTF-8", bytes[good]);
        BadCommand { place, problem, accepted: "a text file saved as UTF-8".to_owned() }
    })
}

/// Whether a line ends with the byte at that place: an LF, or, as on old Macs, a CR without one.
fn ends_line(bytes: &[u8], at: usize) -> bool {
    match bytes[at] {
        b'\n' => true,
        b'\r' => bytes.get(at + 1) != Some(&b'\n'),
        _ => false,
    }
}

/// Splits a script into statements, ranges not yet unfolded.
pub fn statements(script: &str) -> Result<Vec<Statement>, BadCommand> {
    if script.len() > MAX_SCRIPT_BYTES {
        let problem = format!("the script has {} bytes", script.len());
        return Err(BadCommand {
            place: Place { line: 1, column: 1 },
            problem,
            accepted: format!("at most {MAX_SCRIPT_BYTES} bytes"),
        });
    }
    let mut lexer = Lexer { script, rest: script.char_indices().peekable(), place: Place { line: 1, column: 1 } };
    // Some editors begin a file with a byte-order mark, which says that it is UTF-8 and is no part of the text.
    lexer.rest.next_if(|(_, each)| *each == '\u{feff}');
    let mut found = Vec::new();
    while let Some(statement) = lexer.statement()? {
        found.push(statement);
    }
    Ok(found)
}

impl Statement {
    /// For how many statements it stands: one for each number of its range.
    pub fn count(&self) -> Result<usize, BadCommand> {
        Ok(self.range()?.map_or(1, |(_, first, last)| (last - first) as usize + 1))
    }

    /// One statement for each number of its range, or itself where it has none.
    pub fn unfold(&self) -> Result<Vec<Statement>, BadCommand> {
        let Some((at, first, last)) = self.range()? else { return Ok(vec![self.clone()]) };
        let unfolded = (first..=last).map(|number| {
            let mut one = self.clone();
            one.words[at].text = number.to_string();
            one
        });
        Ok(unfolded.collect())
    }

    /// The word that is a range, and its ends.
    fn range(&self) -> Result<Option<(usize, u64, u64)>, BadCommand> {
        let ranges: Vec<_> =
            self.words.iter().enumerate().filter_map(|(at, word)| word.as_range().map(|range| (at, range))).collect();
        let Some((at, (first, last))) = ranges.first().cloned() else {
            return Ok(None);
        };
        let word = &self.words[at];
        let bad = |problem: String, accepted: String| BadCommand { place: word.place, problem, accepted };
        if ranges.len() > 1 {
            let second = &self.words[ranges[1].0];
            let problem = format!("`{}` is the second range of this command", second.quote());
            return Err(BadCommand { place: second.place, problem, accepted: "one range a command".to_owned() });
        }
        let of_one = [("@", "cuts", self.cut.is_some()), ("!", "is about", !self.overruled.is_empty())];
        if let Some((sign, does, _)) = of_one.into_iter().find(|(.., is_there)| *is_there) {
            return Err(bad(
                format!("a range stands for many commands, and `{sign}` {does} one"),
                format!("a range, or `{sign}`"),
            ));
        }
        if first > last {
            return Err(bad(format!("`{}` runs backwards", word.quote()), format!("{last}..{first}")));
        }
        if last - first >= MAX_COMMANDS as u64 {
            return Err(bad(
                format!("`{}` stands for too many commands", word.quote()),
                format!("at most {MAX_COMMANDS}"),
            ));
        }
        Ok(Some((at, first, last)))
    }
}

impl Word {
    /// The ends of `1..20`, both included.
    fn as_range(&self) -> Option<(u64, u64)> {
        if self.quoted {
            return None;
        }
        let (first, last) = self.text.split_once("..")?;
        let digits = |text: &str| !text.is_empty() && text.bytes().all(|each| each.is_ascii_digit());
        if !digits(first) || !digits(last) {
            return None;
        }
        // Too large for a number is too large for a range: saturate, and let the limit refuse it.
        Some((first.parse().unwrap_or(u64::MAX), last.parse().unwrap_or(u64::MAX)))
    }

    /// Where in the script the byte at that place of the text stands.
    pub fn place_of(&self, at: usize) -> Place {
        let begin = Place { column: self.place.column + usize::from(self.quoted), ..self.place };
        let jump = self.jumps.iter().rev().find(|(from, _)| *from <= at);
        let (from, place) = jump.map_or((0, begin), |(from, place)| (*from, *place));
        let chars = self.text.get(from..at).map_or(0, |text| text.chars().count());
        Place { column: place.column + chars, ..place }
    }

    /// The word, cut where it is too long for a message.
    pub fn quote(&self) -> String {
        shorten(&self.text, MAX_QUOTED_CHARS)
    }
}

/// `text`, cut after `most` characters with an ellipsis.
pub fn shorten(text: &str, most: usize) -> String {
    if text.chars().count() <= most {
        return text.to_owned();
    }
    text.chars().take(most.saturating_sub(1)).chain(['…']).collect()
}

/// A word as a script must spell it: bare where it can be, quoted where it must be.
pub fn spell(word: &str) -> String {
    let bare = |each: char| !each.is_whitespace() && !each.is_control() && !matches!(each, ';' | '#' | '"' | '\\');
    let is_range =
        Word { text: word.to_owned(), quoted: false, place: Place { line: 1, column: 1 }, jumps: Vec::new() }
            .as_range()
            .is_some();
    if !word.is_empty() && !word.starts_with(['@', '!']) && word.chars().all(bare) && !is_range {
        return word.to_owned();
    }
    quoted(word)
}

/// A word in quotes, whether it needs them or not.
pub fn quoted(word: &str) -> String {
    let mut quoted = String::from('"');
    for each in word.chars() {
        match each {
            '"' => quoted.push_str("\\\""),
            '\\' => quoted.push_str("\\\\"),
            '\n' => quoted.push_str("\\n"),
            '\t' => quoted.push_str("\\t"),
            _ => quoted.push(each),
        }
    }
    quoted.push('"');
    quoted
}

struct Lexer<'a> {
    script: &'a str,
    rest: std::iter::Peekable<std::str::CharIndices<'a>>,
    place: Place,
}

impl Lexer<'_> {
    fn statement(&mut self) -> Result<Option<Statement>, BadCommand> {
        let mut words = Vec::new();
        let (mut cut, mut overruled) = (None, Vec::new());
        let mut source = 0..0;
        loop {
            let (start, place) = (self.offset(), self.place);
            let Some(next) = self.peek() else { break };
            match next {
                ';' | '\n' if words.is_empty() => {
                    self.next();
                    continue;
                }
                ';' | '\n' => break,
                '#' => {
                    while self.peek().is_some_and(|each| each != '\n') {
                        self.next();
                    }
                    continue;
                }
                each if each.is_whitespace() => {
                    self.next();
                    continue;
                }
                '@' | '!' if words.is_empty() => {
                    let form = if next == '@' { "COMMAND @STEP" } else { "COMMAND !DECISION.WAY" };
                    return Err(BadCommand {
                        place,
                        problem: format!("`{next}` with no command before it"),
                        accepted: form.to_owned(),
                    });
                }
                _ if cut.is_some() => {
                    return Err(BadCommand {
                        place,
                        problem: format!("`{next}` after `@`"),
                        accepted: "`;` or a new line".to_owned(),
                    });
                }
                '@' => cut = Some(self.cut()?),
                '!' => overruled.push(self.overruled()?),
                _ if !overruled.is_empty() => {
                    return Err(BadCommand {
                        place,
                        problem: format!("`{next}` after `{}`", overruled[0]),
                        accepted: "`!` or `@`, `;`, or a new line".to_owned(),
                    });
                }
                '"' => words.push(self.quoted()?),
                _ => words.push(self.bare()?),
            }
            if source.is_empty() {
                source.start = start;
            }
            source.end = self.offset();
        }
        Ok((!words.is_empty()).then_some(Statement { words, cut, overruled, source }))
    }

    fn overruled(&mut self) -> Result<Overruled, BadCommand> {
        let place = self.place;
        self.next();
        let word = self.bare()?;
        Overruled::read(&word.text).ok_or_else(|| BadCommand {
            place,
            problem: format!("`!{}` names no decision and way", word.quote()),
            accepted: "! and two whole numbers from 1, as in !1.2".to_owned(),
        })
    }

    fn cut(&mut self) -> Result<usize, BadCommand> {
        let place = self.place;
        self.next();
        let word = self.bare()?;
        match word.text.parse() {
            Ok(step) if step > 0 => Ok(step),
            _ => Err(BadCommand {
                place,
                problem: format!("`@{}` names no step", word.quote()),
                accepted: "@ and a whole number from 1".to_owned(),
            }),
        }
    }

    fn bare(&mut self) -> Result<Word, BadCommand> {
        let place = self.place;
        let mut text = String::new();
        while let Some(each) = self.peek() {
            if each.is_whitespace() || matches!(each, ';' | '#') {
                break;
            }
            if each == '"' {
                return Err(BadCommand {
                    place: self.place,
                    problem: "a quote in the middle of a word".to_owned(),
                    accepted: "quotes around the whole word, \\\" inside".to_owned(),
                });
            }
            text.push(each);
            self.next();
        }
        Ok(Word { text, quoted: false, place, jumps: Vec::new() })
    }

    fn quoted(&mut self) -> Result<Word, BadCommand> {
        let place = self.place;
        self.next();
        let mut text = String::new();
        let mut jumps = Vec::new();
        loop {
            let here = self.place;
            match self.next() {
                Some('"') => return Ok(Word { text, quoted: true, place, jumps }),
                Some('\\') => match self.next() {
                    Some('n') => text.push('\n'),
                    Some('t') => text.push('\t'),
                    Some(each @ ('"' | '\\')) => text.push(each),
                    _ => {
                        return Err(BadCommand {
                            place: here,
                            problem: "a backslash before nothing it can change".to_owned(),
                            accepted: "\\\" \\\\ \\n \\t".to_owned(),
                        });
                    }
                },
                Some(each) => text.push(each),
                None => {
                    return Err(BadCommand {
                        place,
                        problem: "a quote that is never closed".to_owned(),
                        accepted: "a closing \"".to_owned(),
                    });
                }
            }
            if self.place.line > here.line || self.place.column > here.column + 1 {
                jumps.push((text.len(), self.place));
            }
        }
    }

    /// The next character; whatever ends a line is read as an LF.
    fn peek(&mut self) -> Option<char> {
        let (at, each) = *self.rest.peek()?;
        Some(if ends_line(self.script.as_bytes(), at) { '\n' } else { each })
    }

    fn offset(&mut self) -> usize {
        self.rest.peek().map_or(self.script.len(), |(at, _)| *at)
    }

    fn next(&mut self) -> Option<char> {
        let each = self.peek()?;
        self.rest.next();
        if each == '\n' {
            self.place = Place { line: self.place.line + 1, column: 1 };
        } else {
            self.place.column += 1;
        }
        Some(each)
    }
}

/// The words of one statement, taken one by one by an engine that says what each must be.
pub struct Words<'a> {
    words: &'a [Word],
    taken: usize,
    /// The keywords that might have stood where the next word stands.
    missed: Vec<&'static str>,
}

impl<'a> Words<'a> {
    /// The words of a statement, which has at least one.
    pub fn new(statement: &'a Statement) -> Words<'a> {
        assert!(!statement.words.is_empty(), "a statement has a name");
        Words { words: &statement.words, taken: 0, missed: Vec::new() }
    }

    /// The next word, which the command cannot do without; `what` is its name in the message if it is missing.
    pub fn required(&mut self, what: &str) -> Result<&'a Word, BadCommand> {
        if let Some(word) = self.next() {
            return Ok(word);
        }
        let last = &self.words[self.words.len() - 1];
        let column = last.place.column + last.text.chars().count() + if last.quoted { 2 } else { 0 };
        Err(BadCommand {
            place: Place { line: last.place.line, column },
            problem: format!("`{}` lacks {}", self.words[0].quote(), what.to_ascii_uppercase()),
            accepted: what.to_ascii_uppercase(),
        })
    }

    /// The next word, if there is one.
    #[allow(clippy::should_implement_trait, reason = "an iterator would also offer what makes no sense here")]
    pub fn next(&mut self) -> Option<&'a Word> {
        let word = self.peek()?;
        self.taken += 1;
        self.missed.clear();
        Some(word)
    }

    /// The next word, which is not taken.
    pub fn peek(&self) -> Option<&'a Word> {
        self.words.get(self.taken)
    }

    /// Takes the next word if it is the unquoted `keyword`.
    pub fn keyword(&mut self, keyword: &'static str) -> bool {
        let here = self.peek().is_some_and(|word| !word.quoted && word.text == keyword);
        if here {
            self.next();
        } else if !self.missed.contains(&keyword) {
            self.missed.push(keyword);
        }
        here
    }

    /// The next word, which has from 1 to `most` characters.
    pub fn short(&mut self, what: &str, most: usize) -> Result<&'a Word, BadCommand> {
        let word = self.required(what)?;
        let chars = word.text.chars().count();
        if (1..=most).contains(&chars) {
            return Ok(word);
        }
        Err(self.refuse(word, format!("the {what} has {chars} characters"), format!("1 to {most} characters")))
    }

    /// The next word as a whole number within `range`.
    pub fn number(&mut self, what: &str, range: std::ops::RangeInclusive<u64>) -> Result<u64, BadCommand> {
        let word = self.required(what)?;
        match word.text.parse() {
            Ok(number) if range.contains(&number) => Ok(number),
            _ => Err(self.refuse(
                word,
                format!("`{}` is no {}", word.quote(), what.to_ascii_uppercase()),
                format!("a whole number from {} to {}", range.start(), range.end()),
            )),
        }
    }

    /// The next word as a time of at most `most`: `50ms`, `2s`.
    pub fn time(&mut self, what: &str, most: Time) -> Result<Time, BadCommand> {
        let word = self.required(what)?;
        match word.text.parse::<Time>() {
            Ok(time) if time <= most => Ok(time),
            _ => Err(self.refuse(
                word,
                format!("`{}` is no {}", word.quote(), what.to_ascii_uppercase()),
                format!("a time up to {}, as in 50ms, 2s or 250us", most.spell()),
            )),
        }
    }

    /// All words that are left, as one text in another language: one word in quotes, or as many as there are.
    pub fn passage(&mut self, what: &str) -> Result<Passage<'a>, BadCommand> {
        let mut passage = Passage { text: String::new(), words: vec![(0, self.required(what)?)] };
        while let Some(word) = self.next() {
            let before = passage.words.last().map_or("", |(_, word)| &word.text);
            passage.text.push_str(before);
            passage.text.push(' ');
            passage.words.push((passage.text.len(), word));
        }
        let last = passage.words.last().map_or("", |(_, word)| &word.text);
        passage.text.push_str(last);
        Ok(passage)
    }

    /// Whether all words are taken.
    pub fn is_empty(&self) -> bool {
        self.taken == self.words.len()
    }

    /// That there is nothing more.
    pub fn finish(&self) -> Result<(), BadCommand> {
        match self.peek() {
            None => Ok(()),
            Some(word) => Err(self.refuse(
                word,
                format!("`{}` is more than `{}` takes", word.quote(), self.words[0].quote()),
                [&self.missed[..], &["the end of the command"]].concat().join(", "),
            )),
        }
    }

    /// A mistake at `word`.
    pub fn refuse(&self, word: &Word, problem: String, accepted: String) -> BadCommand {
        BadCommand { place: word.place, problem, accepted }
    }

    /// That the first word names no command of these.
    pub fn unknown(&self, forms: &[CommandForm]) -> BadCommand {
        let usages: Vec<_> = forms.iter().map(CommandForm::usage).collect();
        let word = &self.words[0];
        self.refuse(word, format!("`{}` is no command of this figure", word.quote()), usages.join(", "))
    }
}

/// A text in another language, within a script.
pub struct Passage<'a> {
    pub text: String,
    /// Each with where it begins in the text.
    words: Vec<(usize, &'a Word)>,
}

impl Passage<'_> {
    /// Where in the script the byte at that place of the text stands.
    pub fn place(&self, at: usize) -> Place {
        let within = self.words.partition_point(|(start, _)| *start <= at).saturating_sub(1);
        let (start, word) = self.words[within];
        word.place_of(at - start)
    }
}

#[cfg(test)]
mod tests;
