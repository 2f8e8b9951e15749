//! Predict first: questions that a figure asks before it shows what happens. An author says which answer is right, and the
//! engine's run has to prove it; every wrong answer has a reply of its own, which says what that thought overlooks.
//!
//! How a question is written is at the head of [`written`]. In which order its choices stand there does not matter: they
//! are dealt anew, so that the place of an answer gives nothing away.
//!
//! Where a figure has a seed, another seed must not change the answer, nor where it is found: `tests/questions.rs` tries
//! thirty. A question about one seed alone says so, and the page says it to the reader.

mod proof;
mod written;

use std::ops::RangeInclusive;

use crate::engine::checksum::crc32;
use crate::spec::BadSpec;

use super::Run;
use proof::answered;
use written::Written;

/// A question that the run answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Question {
    /// The step at which it is asked.
    pub at: usize,
    /// The step that tells.
    pub tells: usize,
    pub text: String,
    /// What can be chosen, in the order in which it is shown everywhere; nothing where a number is asked for.
    pub choices: Vec<Choice>,
    /// What is asked for where there are no choices.
    pub number: Option<Number>,
    /// The answer is that of this seed, and of no other.
    pub with_this_seed: bool,
}

/// One of several answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Choice {
    pub says: String,
    pub is_right: bool,
    /// Why it is so, or what was overlooked.
    pub reply: String,
}

/// A number that is asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Number {
    pub right: u64,
    /// By so much it may be missed.
    pub within: u64,
    pub why: String,
    /// What is said to other numbers; the first that a number fits in counts.
    pub wrong: Vec<(RangeInclusive<u64>, String)>,
}

impl Number {
    fn accepted(&self) -> RangeInclusive<u64> {
        self.right.saturating_sub(self.within)..=self.right.saturating_add(self.within)
    }
}

impl Question {
    /// Whether that is what came of it, or near enough.
    pub fn accepts(&self, said: &str) -> bool {
        match (&self.number, said.parse()) {
            (Some(number), Ok(said)) => number.accepted().contains(&said),
            _ => self.choices.iter().any(|choice| choice.is_right && choice.says == said),
        }
    }

    /// What is said to that answer: why it is right, or what it overlooks.
    pub fn reply(&self, said: &str) -> &str {
        let reply = match (&self.number, said.parse()) {
            (Some(number), _) if self.accepts(said) => Some(&number.why),
            (Some(number), Ok(said)) => number.wrong.iter().find(|(range, _)| range.contains(&said)).map(|(_, it)| it),
            _ => self.choices.iter().find(|choice| choice.says == said).map(|choice| &choice.reply),
        };
        reply.map_or("", String::as_str)
    }

    /// The answer that the run gives; where several are right, the first of them.
    pub fn right(&self) -> String {
        match &self.number {
            Some(number) => number.right.to_string(),
            None => self.all_right().next().unwrap_or_default().to_owned(),
        }
    }

    /// What came of it, and what else is right or near enough: `184 (180 to 188 is near enough)`.
    pub fn answer(&self) -> String {
        match &self.number {
            Some(number) if number.within > 0 => {
                let (least, most) = number.accepted().into_inner();
                format!("{} ({least} to {most} is near enough)", number.right)
            }
            Some(number) => number.right.to_string(),
            None => self.all_right().collect::<Vec<_>>().join("; and also: "),
        }
    }

    /// What came of it and why, beginning with what was said, if that is right.
    pub fn explanation(&self, said: &str) -> String {
        if let Some(number) = &self.number {
            return format!("{}. {}", self.answer(), number.why);
        }
        let mut right: Vec<_> = self.choices.iter().filter(|choice| choice.is_right).collect();
        right.sort_by_key(|choice| choice.says != said);
        let told: Vec<_> = right.iter().map(|choice| format!("{}. {}", choice.says, choice.reply)).collect();
        told.join(" And also: ")
    }

    fn all_right(&self) -> impl Iterator<Item = &str> {
        self.choices.iter().filter(|choice| choice.is_right).map(|choice| choice.says.as_str())
    }

    /// How it begins.
    pub fn opening(&self) -> &'static str {
        if self.with_this_seed { "Predict first, with this seed." } else { "Predict first." }
    }

    /// A name that stays as long as the question is the same, for whoever remembers what was guessed.
    pub fn own(&self) -> String {
        format!("{:08x}", crc32(self.text.as_bytes()))
    }
}

/// Reads the questions and has the run answer them. What is wrong with one is told, and that one is left out.
pub fn questions(ask: &str, run: &Run) -> (Vec<Question>, Vec<BadSpec>) {
    let mut questions = Vec::new();
    let mut problems = Vec::new();
    for (line, text) in asked(ask) {
        match Written::read(line, text).and_then(|written| answered(&written, run)) {
            Ok(question) => questions.push(question),
            Err((line, why)) => problems.push(BadSpec(format!("in `ask`, line {line}: {why}"))),
        }
    }
    (questions, problems)
}

/// The text of each question, with the line that it begins at.
pub fn asked(ask: &str) -> Vec<(usize, &str)> {
    let mut starts: Vec<(usize, usize)> = Vec::new();
    let mut offset = 0;
    for (line, text) in ask.split_inclusive('\n').enumerate() {
        let first = starts.is_empty() && !text.trim().is_empty();
        if first || written::is_head(text.trim()) {
            starts.push((line + 1, offset));
        }
        offset += text.len();
    }
    let ends = starts.iter().skip(1).map(|(_, start)| *start).chain([ask.len()]);
    starts.iter().zip(ends).map(|((line, start), end)| (*line, ask[*start..end].trim_end())).collect()
}

/// What is wrong, and in which line.
type Mistake = (usize, String);

#[cfg(test)]
mod tests;
