//! What happened, and how it is told.

use std::rc::Rc;

use stepwise_derive::Event;

use super::judge::Verdict;
use super::question::Language;
use super::worker::WorkerId;
use super::{interpreter, job, pipeline, select};
use crate::contract::Refused;
use crate::wording::{count, list};

#[derive(Clone, Debug, Event)]
pub enum Event {
    #[told(
        "The question is asked of {}: {} at once, and each of them does one step at a time.",
        table, list(languages.iter().map(|each| each.called())), when = languages.len() > 1
    )]
    #[told("The question is asked of {table} by {}.", list(languages.iter().map(|each| each.called())))]
    Asked { table: Rc<str>, languages: Rc<[Language]> },
    #[flatten]
    Sql(select::Did),
    #[flatten]
    Loop(interpreter::Did),
    #[flatten]
    MapReduce(job::Did),
    #[flatten]
    Pipeline(pipeline::Did),
    #[told("{}", together(said))]
    AllStepped { said: Rc<[Said]> },
    #[told("{} can't go on: {why}.", language.begun())]
    Failed { language: Language, why: Rc<str> },
    #[told("{verdict}")]
    Compared { verdict: Verdict },
    #[told("SQL has a new text. {plan}")]
    QueryChanged { plan: Planned },
    #[told("{} has a new text, which is asked the next time.", language.begun())]
    TextChanged { language: Language },
    #[told(
        "The index by_{column} has {} now, sorted by {column}. {plan}",
        count(*entries, "entry")
    )]
    Indexed { column: Rc<str>, entries: usize, plan: Planned },
    #[told("The index by_{column} is gone. {plan}")]
    IndexDropped { column: Rc<str>, plan: Planned },
    #[told(
        "{worker} dies, and the pairs on its disk are gone. {} to be redone, by {}.",
        has(*again), count(*left, "worker that is left"), when = *left == 1
    )]
    #[told(
        "{worker} dies, and the pairs on its disk are gone. {} to be redone, by the {left} workers that are left.",
        has(*again)
    )]
    WorkerDied { worker: WorkerId, again: usize, left: usize },
    #[told("The table {table} has a row {number} now.")]
    RowAdded { table: Rc<str>, number: usize },
    #[told("A table {table} takes the place of the other, with {} but no rows. Its questions aren't written yet.", count(*columns, "column"))]
    TableBegun { table: Rc<str>, columns: usize },
    #[told("There is nothing to go on with: no question was cut short.")]
    NothingToGoOn,
    #[flatten]
    Refused(Refused),
}

/// What one language did, while others did theirs.
#[derive(Clone, Debug)]
pub enum Said {
    Sql(select::Did),
    Loop(interpreter::Did),
    MapReduce(job::Did),
    Pipeline(pipeline::Did),
    Failed(Language, Rc<str>),
}

/// How SQL finds its rows: what the planner chose, and what it thought of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Planned {
    /// There is no text of SQL.
    Nothing,
    /// What is chosen, with its cost, and what was weighed beside it.
    Chosen {
        way: Rc<str>,
        cost: u64,
        others: Rc<[(Rc<str>, u64)]>,
    },
    /// The plan did not change, though the table did.
    Unchanged {
        way: Rc<str>,
    },
    Mistaken(Rc<str>),
}

impl std::fmt::Display for Planned {
    fn fmt(&self, out: &mut std::fmt::Formatter) -> std::fmt::Result {
        match self {
            Planned::Nothing => out.write_str("No SQL is asked."),
            Planned::Mistaken(why) => write!(out, "SQL can't be planned: {why}."),
            Planned::Unchanged { way } => write!(out, "The plan of SQL is as before: {way}."),
            Planned::Chosen { way, cost, others } if others.is_empty() => {
                write!(out, "The planner chooses {way}, at a cost of {cost}: there is no other way.")
            }
            Planned::Chosen { way, cost, others } => {
                let others: Vec<String> = others.iter().map(|(way, cost)| format!("{way} would cost {cost}")).collect();
                write!(out, "The planner chooses {way}, at a cost of {cost}; {}.", list(others))
            }
        }
    }
}

/// Of one language, all of it; of several, in one sentence what became of each.
fn together(said: &[Said]) -> String {
    match said {
        [one] => one.to_string(),
        several => format!("{}.", several.iter().map(Said::brief).collect::<Vec<_>>().join("; ")),
    }
}

impl std::fmt::Display for Said {
    fn fmt(&self, out: &mut std::fmt::Formatter) -> std::fmt::Result {
        match self {
            Said::Sql(did) => write!(out, "SQL: {did}"),
            Said::Loop(did) => write!(out, "Loop: {did}"),
            Said::MapReduce(did) => write!(out, "MapReduce: {did}"),
            Said::Pipeline(did) => write!(out, "Pipeline: {did}"),
            Said::Failed(language, why) => write!(out, "{} can't go on: {why}.", language.begun()),
        }
    }
}

fn has(again: usize) -> String {
    match again {
        0 => "Nothing has".to_owned(),
        1 => "1 piece of work has".to_owned(),
        many => format!("{many} pieces of work have"),
    }
}
