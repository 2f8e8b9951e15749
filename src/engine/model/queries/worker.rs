//! The workers of a job, by their names.

use std::fmt::{self, Display};

use crate::form::{ArgumentKind, Value};
use crate::language::{BadCommand, Words};

/// `w1` is the first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WorkerId(usize);

pub const MOST_WORKERS: usize = 4;

impl WorkerId {
    pub const FIRST: WorkerId = WorkerId(0);

    pub fn at(place: usize) -> WorkerId {
        WorkerId(place)
    }

    pub fn place(self) -> usize {
        self.0
    }
}

impl Display for WorkerId {
    fn fmt(&self, out: &mut fmt::Formatter) -> fmt::Result {
        write!(out, "w{}", self.0 + 1)
    }
}

impl Value for WorkerId {
    const KIND: ArgumentKind = ArgumentKind::Choice(&["w1", "w2", "w3", "w4"]);

    fn read(words: &mut Words, what: &str) -> Result<WorkerId, BadCommand> {
        let word = words.required(what)?;
        let number = word.text.strip_prefix('w').and_then(|number| number.parse::<usize>().ok());
        match number {
            Some(number @ 1..=MOST_WORKERS) => Ok(WorkerId(number - 1)),
            _ => {
                let problem = format!("`{}` is no {}", word.quote(), what.to_ascii_uppercase());
                Err(words.refuse(word, problem, "w1 to w4".to_owned()))
            }
        }
    }

    fn spell(&self, out: &mut fmt::Formatter) -> fmt::Result {
        self.fmt(out)
    }
}
