//! Whether the answers are the same: found by comparing their rows, and by nothing else. Rows are compared as sets are, but a
//! row that comes twice counts twice; what their columns are called is no matter.

use std::fmt::{self, Display};

use super::question::Language;
use super::value::{Tuple, spelled};
use crate::order;
use crate::wording::{capital, count, list};

/// An answer that is complete.
pub struct Answered {
    pub language: Language,
    pub rows: Vec<Tuple>,
    /// Whether its text asks for an order.
    pub ordered: bool,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verdict {
    /// Languages whose answers have the same rows stand together; the most first.
    pub classes: Vec<Class>,
    /// Whether all have them in the same order.
    pub same_order: bool,
    /// Who has asked for an order.
    pub ordered: Vec<Language>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Class {
    pub languages: Vec<Language>,
    pub rows: usize,
    /// Rows that the first class has not, or not as often.
    pub extra: Vec<Tuple>,
    /// Rows of the first class that this one has not.
    pub missing: Vec<Tuple>,
}

/// Compares all answers with each other.
pub fn judge(answers: &[Answered]) -> Verdict {
    let sorted = |rows: &[Tuple]| {
        let mut rows = rows.to_vec();
        order::sort(&mut rows);
        rows
    };
    let mut classes: Vec<(Vec<Tuple>, Vec<Language>)> = Vec::new();
    for answer in answers {
        let rows = sorted(&answer.rows);
        match classes.iter_mut().find(|(others, _)| *others == rows) {
            Some((_, languages)) => languages.push(answer.language),
            None => classes.push((rows, vec![answer.language])),
        }
    }
    order::sort_by_key(&mut classes, |(_, languages)| std::cmp::Reverse(languages.len()));
    let first = classes.first().map(|(rows, _)| rows.clone()).unwrap_or_default();
    let class = |(rows, languages): (Vec<Tuple>, Vec<Language>)| Class {
        languages,
        rows: rows.len(),
        extra: without(&rows, &first),
        missing: without(&first, &rows),
    };
    Verdict {
        classes: classes.into_iter().map(class).collect(),
        same_order: answers.windows(2).all(|pair| pair[0].rows == pair[1].rows),
        ordered: answers.iter().filter(|answer| answer.ordered).map(|answer| answer.language).collect(),
    }
}

/// The rows of one that the other has not, or not as often.
fn without(rows: &[Tuple], others: &[Tuple]) -> Vec<Tuple> {
    let mut others = others.to_vec();
    let mut left = Vec::new();
    for row in rows {
        match others.iter().position(|other| other == row) {
            Some(place) => drop(others.swap_remove(place)),
            None => left.push(row.clone()),
        }
    }
    left
}

impl Verdict {
    pub fn all_same(&self) -> bool {
        self.classes.len() == 1
    }
}

impl Display for Verdict {
    fn fmt(&self, out: &mut fmt::Formatter) -> fmt::Result {
        let [first, others @ ..] = &self.classes[..] else { return out.write_str("No one has answered.") };
        let names = |class: &Class| list(class.languages.iter().map(|language| language.called()));
        let rows = count(first.rows, "row");
        if first.languages.len() == 1 && others.is_empty() {
            return write!(out, "The answer of {} has {rows}.", names(first));
        }
        if !others.is_empty() {
            out.write_str("The answers differ.")?;
            for other in others {
                let than = if first.languages.len() == 1 { "has" } else { "have" };
                let has = if other.languages.len() == 1 { "has" } else { "have" };
                write!(out, " {} {has} {}", capital(&names(other)), some(&other.extra))?;
                write!(out, " where {} {than} {}.", names(first), some(&other.missing))?;
            }
            return Ok(());
        }
        let all = match first.languages.len() {
            2 => "Both answers".to_owned(),
            3 => "All three answers".to_owned(),
            many => format!("All {} answers", if many == 4 { "four".to_owned() } else { many.to_string() }),
        };
        write!(out, "{all} have the same {rows}")?;
        match (self.same_order, self.ordered.len()) {
            _ if first.rows < 2 => out.write_str("."),
            (true, _) => out.write_str(", and in the same order."),
            (false, 0) => out.write_str(", but not in the same order: no text asks for one."),
            (false, 1) => write!(out, ", but not in the same order: only {} asks for one.", self.ordered[0].called()),
            (false, _) => out.write_str(", but not in the same order."),
        }
    }
}

/// The first few of some rows.
fn some(rows: &[Tuple]) -> String {
    const MOST: usize = 3;
    let told: Vec<String> = rows.iter().take(MOST).map(|row| format!("({})", spelled(row))).collect();
    match rows.len().saturating_sub(MOST) {
        _ if rows.is_empty() => "nothing".to_owned(),
        0 => list(told),
        more => format!("{} and {more} more", told.join(", ")),
    }
}
