//! How a question is written: as in the GIFT format of Moodle, which many teachers know, `=` stands before what is right,
//! `~` before what is wrong, and `#` before what is said to somebody who answers so.
//!
//! ```text
//! 3.2 -> 3.3: cat is written a second time. What becomes of its first record?
//! = It stays where it is, and no key leads to it (is dead)
//!   # A log is only appended to. The old bytes take up room until a merge leaves them out.
//! ~ The new value is written over it
//!   # Then a value could never grow, and a crash halfway would leave neither of the two.
//! ~ It is cut out, and the rest moves up
//!   # That would rewrite all that comes after it, and every offset in memory would be wrong.
//!
//! 4.1 -> 4: Page 3 is full and gets one more key. How many pages are written?
//! = pages_written within 0
//!   # Both halves, and the parent, which now has one more child.
//! ~ 2
//!   # You have forgotten the parent: how would a search find the new half?
//! ~ less
//!   # A page that is split becomes two, and both are written.
//! ~ more
//!   # The parent has room; nothing above it changes.
//! ```
//!
//! First the moment at which it is asked and the moment that tells, then the question. A moment is a step, or a command
//! alone: it is asked when the command has ended, and told by any of the command's steps. `3 -> 4, with this seed: …` asks
//! of one seed.
//!
//! **A choice.** Brackets at its end are not shown. They have what proves it: words of the narration, or `counter in 2..5`, both
//! included. A right choice must have them; a wrong one may, and is then proved to be wrong. There are at least three, and
//! several may be right.
//!
//! **A number.** The right one is a counter's, and may be missed `within` so much or by `±` so many percent. Wrong ones are `2`,
//! `2..5`, and, when no other fits, `less` and `more`: these two must be there, so that every number has a reply.
//!
//! A line that begins with no sign goes on with the one before it.

use std::fmt::{self, Display};
use std::ops::RangeInclusive;

use super::Mistake;
use crate::engine::language::shorten;

/// How a question is written, for those who have written it otherwise.
const FORM: &str = "accepted: `STEP -> STEP: question?`, then on lines of their own `= right (words of the narration)`, \
                    `~ wrong`, and after each of them `# reply`";

/// A question as it is written.
pub struct Written<'a> {
    /// In which line it begins.
    pub line: usize,
    pub at: &'a str,
    pub tells: &'a str,
    pub with_this_seed: bool,
    pub text: String,
    pub answers: Vec<Answer>,
}

/// An answer as it is written.
pub struct Answer {
    pub line: usize,
    pub is_right: bool,
    pub says: String,
    pub sign: Option<Sign>,
    pub reply: String,
}

/// What proves an answer.
#[derive(Debug, PartialEq)]
pub enum Sign {
    /// The narration has these words.
    Words(String),
    /// A counter is in that range.
    Range { name: String, range: RangeInclusive<u64> },
    /// A counter is the answer.
    Number { name: String, within: Within },
}

/// By how much a number may be missed.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Within {
    Absolute(u64),
    Percent(u32),
}

impl Within {
    /// The same for that number.
    pub fn of(self, value: u64) -> u64 {
        match self {
            Within::Absolute(within) => within,
            Within::Percent(percent) => {
                u64::try_from(u128::from(value) * u128::from(percent) / 100).unwrap_or(u64::MAX)
            }
        }
    }
}

impl Sign {
    /// Reads what stands in the brackets of a choice.
    pub fn read(text: &str) -> Sign {
        let in_range = text.split_once(" in ").and_then(|(name, values)| {
            let range = range(values).filter(|_| is_name(name))?;
            Some(Sign::Range { name: name.to_owned(), range })
        });
        in_range.unwrap_or_else(|| Sign::Words(text.to_owned()))
    }
}

impl Display for Sign {
    fn fmt(&self, out: &mut fmt::Formatter) -> fmt::Result {
        match self {
            Sign::Words(words) => out.write_str(words),
            Sign::Range { name, range } => write!(out, "{name} in {}..{}", range.start(), range.end()),
            Sign::Number { name, .. } => out.write_str(name),
        }
    }
}

/// Whether a question begins with that line.
pub fn is_head(line: &str) -> bool {
    let moments = line.split(": ").next().unwrap_or_default();
    moments.starts_with(|each: char| each.is_ascii_digit()) && moments.contains(" -> ")
}

impl<'a> Written<'a> {
    /// Reads one question, which begins in that line.
    pub fn read(line: usize, text: &'a str) -> Result<Written<'a>, Mistake> {
        let mut lines = (line..).zip(text.lines().map(str::trim)).filter(|(_, text)| !text.is_empty());
        let head = lines.next().map_or("", |(_, head)| head);
        let form = || (line, format!("`{}` is no question; {FORM}", shorten(head, 60)));
        let (moments, text) = head.split_once(": ").ok_or_else(form)?;
        let (moments, with_this_seed) = match moments.strip_suffix(", with this seed") {
            Some(moments) => (moments, true),
            None => (moments, false),
        };
        let (at, tells) = moments.split_once(" -> ").ok_or_else(form)?;
        let mut written = Written { line, at, tells, with_this_seed, text: text.to_owned(), answers: Vec::new() };
        let mut replies = false;
        for (line, text) in lines {
            let (sign, rest) = text.split_once(' ').map_or((text, ""), |(sign, rest)| (sign, rest.trim()));
            match (sign, written.answers.last_mut()) {
                ("=" | "~", _) => {
                    replies = false;
                    let (is_right, says) = (sign == "=", rest.to_owned());
                    written.answers.push(Answer { line, is_right, says, sign: None, reply: String::new() });
                }
                ("#", None) => {
                    let why = "is a reply to nothing; it comes after the choice that it replies to";
                    return Err((line, format!("`{}` {why}", shorten(text, 60))));
                }
                ("#", Some(answer)) => {
                    replies = true;
                    add(&mut answer.reply, rest);
                }
                (_, Some(answer)) if replies => add(&mut answer.reply, text),
                (_, Some(answer)) => add(&mut answer.says, text),
                (_, None) => add(&mut written.text, text),
            }
        }
        if written.answers.is_empty() {
            return Err(form());
        }
        written.answers.iter_mut().try_for_each(Answer::take_sign)?;
        Ok(written)
    }

    /// Whether each answer has a reply, and one that no other has.
    pub fn replies(&self) -> Result<(), Mistake> {
        for (place, Answer { line, says, reply, .. }) in self.answers.iter().enumerate() {
            let says = shorten(says, 60);
            if reply.is_empty() {
                let why =
                    "has no reply; accepted: after each answer a line `# reply`, which says why, or what it overlooks";
                return Err((*line, format!("`{says}` {why}")));
            }
            if let Some(same) = self.answers[..place].iter().find(|other| other.reply == *reply) {
                let other = shorten(&same.says, 60);
                return Err((*line, format!("`{says}` has the reply of `{other}`; accepted: one of its own")));
            }
            if self.answers[..place].iter().any(|other| other.says == self.answers[place].says) {
                return Err((*line, format!("`{says}` is there twice")));
            }
        }
        Ok(())
    }
}

impl Answer {
    /// Takes out of its words what proves it.
    fn take_sign(&mut self) -> Result<(), Mistake> {
        let of_number = number(&self.says).map_err(|why| (self.line, why))?;
        if let Some(sign) = of_number.filter(|_| self.is_right) {
            self.sign = Some(sign);
        } else if let Some((says, sign)) = self.says.strip_suffix(')').and_then(|says| says.rsplit_once(" (")) {
            self.sign = Some(Sign::read(sign));
            self.says = says.to_owned();
        }
        Ok(())
    }
}

/// Reads `2` or `2..5`.
pub fn range(text: &str) -> Option<RangeInclusive<u64>> {
    let (least, most) = text.split_once("..").unwrap_or((text, text));
    Some(least.trim().parse().ok()?..=most.trim().parse().ok()?)
}

/// Reads `counter within 10` or `counter ± 5%`.
pub fn number(text: &str) -> Result<Option<Sign>, String> {
    let (name, within) = match (text.split_once(" within "), text.split_once(" ± ")) {
        (Some((name, within)), _) if is_name(name) => (name, within.trim().parse().ok().map(Within::Absolute)),
        (_, Some((name, percent))) if is_name(name) => {
            (name, percent.trim().strip_suffix('%').and_then(|it| it.trim().parse().ok()).map(Within::Percent))
        }
        _ => return Ok(None),
    };
    let within = within.ok_or_else(|| {
        format!(
            "`{}`: a number may be missed by so much, as in `within 2`, or by whole percents, as in `± 5%`",
            shorten(text, 60)
        )
    })?;
    Ok(Some(Sign::Number { name: name.to_owned(), within }))
}

fn is_name(text: &str) -> bool {
    !text.is_empty() && text.chars().all(|each| each.is_ascii_lowercase() || each.is_ascii_digit() || each == '_')
}

fn add(text: &mut String, more: &str) {
    if !text.is_empty() {
        text.push(' ');
    }
    text.push_str(more);
}
