//! The language of predicates over a run; the head of [`goal`](super) tells it.

use std::fmt::{self, Display};

use super::super::{Run, chart};
use crate::engine::language::{self, BadCommand, Word, Words};
use crate::engine::spell::grouped;

/// A part of a predicate: what must hold, or with `not` what must not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Part {
    denied: bool,
    test: Test,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Test {
    Counter(String, Compared, u64),
    Commands(Compared, u64),
    Steps(Compared, u64),
    Parameter(String, String),
    Said(String),
    Outcome(String),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Compared {
    Equal,
    Other,
    Less,
    AtMost,
    More,
    AtLeast,
}

const COMPARED: [(&str, Compared); 6] = [
    ("=", Compared::Equal),
    ("!=", Compared::Other),
    ("<", Compared::Less),
    ("<=", Compared::AtMost),
    (">", Compared::More),
    (">=", Compared::AtLeast),
];

impl Part {
    /// The first step at which what is looked for in words was there.
    pub(super) fn seen(&self, run: &Run) -> Option<usize> {
        (1..=run.last()).find(|step| match &self.test {
            Test::Said(words) => run.moment(*step).narration.contains(words.as_str()),
            Test::Outcome(words) => run.moment(*step).outcome.is_some_and(|it| it.to_string().contains(words.as_str())),
            _ => false,
        })
    }

    /// Whether it holds at a step; what is looked for in words was first [seen](Part::seen) at that one.
    pub(super) fn holds(&self, run: &Run, seen: Option<usize>, index: usize, commands: usize) -> bool {
        let holds = match &self.test {
            Test::Counter(name, compared, number) => {
                let counters = run.counters(index);
                counters.iter().any(|it| it.name == name && compared.holds(it.value, *number))
            }
            Test::Commands(compared, number) => compared.holds(commands as u64, *number),
            Test::Steps(compared, number) => compared.holds(index as u64, *number),
            Test::Parameter(name, value) => run.parameters().iter().any(|it| it == (name.as_str(), value.as_str())),
            Test::Said(_) | Test::Outcome(_) => seen.is_some_and(|step| step <= index),
        };
        holds != self.denied
    }
}

/// As a reader reads it.
impl Display for Part {
    fn fmt(&self, out: &mut fmt::Formatter) -> fmt::Result {
        let not = if self.denied { "not: " } else { "" };
        match &self.test {
            Test::Counter(name, compared, number) => {
                write!(out, "{not}{} {compared} {}", chart::label(name), grouped(*number))
            }
            Test::Commands(compared, number) => write!(out, "{not}commands {compared} {number}"),
            Test::Steps(compared, number) => write!(out, "{not}steps {compared} {number}"),
            Test::Parameter(name, value) => write!(out, "{not}{name} is {value}"),
            Test::Said(words) => write!(out, "{not}some step says “{words}”"),
            Test::Outcome(words) => write!(out, "{not}some command comes to “{words}”"),
        }
    }
}

impl Compared {
    fn holds(self, value: u64, number: u64) -> bool {
        match self {
            Compared::Equal => value == number,
            Compared::Other => value != number,
            Compared::Less => value < number,
            Compared::AtMost => value <= number,
            Compared::More => value > number,
            Compared::AtLeast => value >= number,
        }
    }
}

impl Display for Compared {
    fn fmt(&self, out: &mut fmt::Formatter) -> fmt::Result {
        out.write_str(match self {
            Compared::Equal => "=",
            Compared::Other => "≠",
            Compared::Less => "<",
            Compared::AtMost => "≤",
            Compared::More => ">",
            Compared::AtLeast => "≥",
        })
    }
}

/// Reads a predicate. Names of counters and parameters are those of the figure.
pub(super) fn parts(reach: &str, run: &Run) -> Result<Vec<Part>, BadCommand> {
    let statements = language::statements(reach)?;
    if let Some(second) = statements.get(1) {
        let word = &second.words[0];
        return Err(wrong(word, format!("`{}` begins a second predicate", word.quote()), "and".to_owned()));
    }
    let Some(statement) = statements.first() else { return Ok(Vec::new()) };
    let mut words = Words::new(statement);
    let mut parts = vec![part(&mut words, run)?];
    while !words.is_empty() {
        if !words.keyword("and") {
            words.finish()?;
        }
        parts.push(part(&mut words, run)?);
    }
    Ok(parts)
}

fn part(words: &mut Words, run: &Run) -> Result<Part, BadCommand> {
    let denied = words.keyword("not");
    let word = words.required("what must hold")?;
    let test = match word.text.as_str() {
        "said" => Test::Said(words.required("words")?.text.clone()),
        "outcome" => Test::Outcome(words.required("words")?.text.clone()),
        "commands" => Test::Commands(compared(words)?, words.number("number", 0..=u64::MAX)?),
        "steps" => Test::Steps(compared(words)?, words.number("number", 0..=u64::MAX)?),
        name if words.keyword("is") => {
            let value = words.required("value")?;
            let parameter = run.declared().iter().find(|parameter| parameter.name == name);
            let parameter = parameter.ok_or_else(|| {
                let names: Vec<_> = run.declared().iter().map(|parameter| parameter.name).collect();
                wrong(word, format!("`{}` is no parameter of this figure", word.quote()), names.join(", "))
            })?;
            let accepted = crate::engine::Parameters::new(run.declared(), [(parameter.name, value.text.as_str())]);
            accepted.map_err(|mistake| wrong(value, mistake.to_string(), String::new()))?;
            Test::Parameter(name.to_owned(), value.text.clone())
        }
        name => {
            let counters = run.counters(0);
            if !counters.iter().any(|counter| counter.name == name) {
                let names = counters.iter().map(|counter| counter.name);
                let accepted = names.chain(["commands", "steps", "said", "outcome", "a parameter and `is`"]);
                let accepted = accepted.collect::<Vec<_>>().join(", ");
                return Err(wrong(word, format!("`{}` is nothing that can be asked for", word.quote()), accepted));
            }
            Test::Counter(name.to_owned(), compared(words)?, words.number("number", 0..=u64::MAX)?)
        }
    };
    Ok(Part { denied, test })
}

fn compared(words: &mut Words) -> Result<Compared, BadCommand> {
    let word = words.required("comparison")?;
    COMPARED.iter().find(|(sign, _)| *sign == word.text).map(|(_, compared)| *compared).ok_or_else(|| {
        let signs: Vec<_> = COMPARED.iter().map(|(sign, _)| *sign).collect();
        wrong(word, format!("`{}` compares nothing", word.quote()), signs.join(", "))
    })
}

fn wrong(word: &Word, problem: String, accepted: String) -> BadCommand {
    BadCommand { place: word.place, problem, accepted }
}
