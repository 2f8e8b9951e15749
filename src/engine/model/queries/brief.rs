//! What each language did in a step, in a few words: several are told in one sentence.

use super::event::Said;
use super::job::{Deed, Work};
use super::pipeline::End;
use super::select::{operator, tuple};
use super::value::{Value, spelled};
use super::{interpreter, job, pipeline, select};
use crate::table::run;
use crate::wording::{count, list};

impl Said {
    /// `SQL: mon cod 30 opens the group mon`.
    pub(super) fn brief(&self) -> String {
        match self {
            Said::Sql(did) => format!("SQL: {}", of_sql(did)),
            Said::Loop(did) => format!("loop: {}", of_loop(did)),
            Said::MapReduce(did) => format!("MapReduce: {}", of_job(did)),
            Said::Pipeline(did) => format!("pipeline: {}", of_pipeline(did)),
            Said::Failed(language, why) => format!("{} can't go on: {why}", language.begun()),
        }
    }
}

fn ended(rows: usize, noun: &str) -> String {
    format!("done, with {}", count(rows, noun))
}

/// Where the row of this step came to.
fn of_sql(did: &select::Did) -> String {
    let select::Did::RowPushed { plan, moves } = did else {
        let select::Did::PlanEnded { rows } = did else { return String::new() };
        return ended(*rows, "row");
    };
    let row = moves.iter().rev().find_map(|each| match &each.did {
        run::Did::Read(row) | run::Did::Passed(row) => Some(spelled(&tuple(row))),
        _ => None,
    });
    let row = row.unwrap_or_else(|| "it".to_owned());
    let mut answered = moves.iter().filter_map(|each| match &each.did {
        run::Did::Answered(row) => Some(spelled(&tuple(row))),
        _ => None,
    });
    match (answered.next(), answered.count()) {
        (Some(one), 0) => return format!("{one} is in the answer"),
        (Some(first), more) => return format!("{} come into the answer, {first} first", count(more + 1, "row")),
        _ => {}
    }
    let Some(last) = moves.last() else { return String::new() };
    let name = operator(plan, last.operator);
    match &last.did {
        run::Did::Dropped => format!("the {name} drops {row}"),
        run::Did::Joined(0) => format!("nothing is joined to {row}"),
        run::Did::Joined(many) => format!("{} joined to {row}", count(*many, "row")),
        run::Did::Grouped { key, new } => grouped(&row, *new, &spelled(&tuple(key))),
        run::Did::Kept => format!("the {name} keeps {row}"),
        run::Did::Opened(many) => format!("the {name} gives out {}", count(*many, "row")),
        run::Did::Hop { frontier, .. } => format!("the recursion goes on with {}", count(*frontier, "row")),
        run::Did::Read(_) | run::Did::Passed(_) | run::Did::Answered(_) => format!("{row} goes through the {name}"),
    }
}

fn grouped(row: &str, new: bool, key: &str) -> String {
    let does = if new { "opens" } else { "comes into" };
    if key.is_empty() { format!("{row} {does} the group") } else { format!("{row} {does} the group {key}") }
}

fn of_loop(did: &interpreter::Did) -> String {
    match did {
        interpreter::Did::RowTaken { name, row, .. } => format!("{name} is {row}"),
        interpreter::Did::KeyTaken { name, key, .. } => format!("{name} is {key}"),
        interpreter::Did::LoopEnded { line, .. } => format!("the loop of line {} ends", line + 1),
        interpreter::Did::Tested { condition, holds: true, .. } => format!("{condition} holds"),
        interpreter::Did::Tested { condition, .. } => format!("{condition} doesn't hold"),
        interpreter::Did::VariableSet { name, key: None, value, .. } => format!("{name} is {value}"),
        interpreter::Did::VariableSet { name, key: Some(key), value, .. } => format!("{name}[{key}] is {value}"),
        interpreter::Did::LoopLeft { .. } => "the loop is left".to_owned(),
        interpreter::Did::Emitted { row, .. } => format!("{} is in the answer", spelled(row)),
        interpreter::Did::ProgramEnded { rows } => ended(*rows, "row"),
    }
}

/// Workers that map are told together.
fn of_job(did: &job::Did) -> String {
    let job::Did::Worked { deeds, .. } = did else {
        let job::Did::JobEnded { rows } = did else { return String::new() };
        return ended(*rows, "row");
    };
    let (maps, others): (Vec<&Deed>, Vec<&Deed>) = deeds.iter().partition(|deed| matches!(deed.did, Work::Map { .. }));
    let mut told = Vec::new();
    if !maps.is_empty() {
        let verb = if maps.len() == 1 { "maps row" } else { "map rows" };
        let rows = list(maps.iter().filter_map(|deed| deed.row).map(|row| row.0));
        let pairs = count(maps.iter().map(|deed| deed.pairs.len()).sum::<usize>(), "pair");
        told.push(format!("{} {verb} {rows} to {pairs}", list(maps.iter().map(|deed| deed.worker))));
    }
    told.extend(others.into_iter().map(|deed| match (deed.did, deed.pairs.first()) {
        (Work::Combine { .. }, _) => {
            format!("{} combines {} to {}", deed.worker, count(deed.many, "pair"), deed.pairs.len())
        }
        (_, Some((key, value))) => format!("{} reduces {key} to {value}", deed.worker),
        _ => format!("{} fetches {}", deed.worker, count(deed.many, "pair")),
    }));
    list(told)
}

fn of_pipeline(did: &pipeline::Did) -> String {
    let (from, ends) = match did {
        pipeline::Did::Flowed { from, ends, .. } => (from, ends),
        pipeline::Did::Opened { name, many, .. } => return format!("{name} gives out {}", count(*many, "document")),
        pipeline::Did::PipelineEnded { rows } => return ended(*rows, "document"),
    };
    let document = match from {
        pipeline::From::Row(row) => format!("document {}", row.0),
        pipeline::From::Stage(_, row) => spelled(row),
    };
    let answers = ends.iter().filter(|end| matches!(end, End::Answered(_))).count();
    match ends.last() {
        _ if answers > 1 => format!("{document} becomes {} of the answer", count(answers, "document")),
        Some(End::Dropped { stage }) => format!("stage {} drops {document}", stage + 1),
        Some(End::Grouped { key, new, .. }) => grouped(&document, *new, &Value::to_string(key)),
        Some(End::Kept { stage }) => format!("stage {} keeps {document}", stage + 1),
        Some(End::LookedUp { stage, many }) => {
            format!("stage {} finds {} for {document}", stage + 1, count(*many, "document"))
        }
        Some(End::Answered(row)) => format!("{} is in the answer", spelled(row)),
        None => document,
    }
}
