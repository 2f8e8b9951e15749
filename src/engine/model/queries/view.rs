//! A look from outside: what was counted, and all of it as JSON.

use serde_json::{Value as Json, json};

use super::question::Language;
use super::value::{Value, spelled};
use super::{Queries, Tuple};
use crate::contract::Counter;

pub(super) fn counters(engine: &Queries) -> Vec<Counter> {
    let counter = |name, value: u64| Counter { name, value };
    let (sql, program) = (engine.sql.at.as_ref(), engine.program.at.as_ref());
    let (job, pipeline) = (engine.job.at.as_ref(), engine.pipeline.at.as_ref());
    let read = sql.map(|at| at.run.total()).unwrap_or_default();
    let verdict = engine.verdict.as_deref();
    vec![
        counter("sql_steps", engine.sql.steps.into()),
        counter("sql_rows_read", read.rows_read),
        counter("sql_entries_read", read.entries_read),
        counter("loop_steps", engine.program.steps.into()),
        counter("loop_rows_read", program.map_or(0, |at| at.rows_read)),
        counter("loop_entries_read", program.map_or(0, |at| at.entries_read)),
        counter("mapreduce_steps", engine.job.steps.into()),
        counter("mapreduce_rows_read", job.map_or(0, |at| at.rows_read)),
        counter("pairs_shuffled", job.map_or(0, |at| at.pairs_shuffled)),
        counter("done_again", job.map_or(0, |at| at.done_again)),
        counter("pipeline_steps", engine.pipeline.steps.into()),
        counter("pipeline_rows_read", pipeline.map_or(0, |at| at.rows_read)),
        counter("pipeline_entries_read", pipeline.map_or(0, |at| at.entries_read)),
        counter("answers", engine.answers().len() as u64),
        counter("different_answers", verdict.map_or(0, |verdict| verdict.classes.len() as u64)),
        counter("same_order", verdict.is_some_and(|verdict| verdict.same_order).into()),
    ]
}

pub(super) fn state(engine: &Queries) -> Json {
    let data = &engine.data;
    let language = |language: &Language| {
        let answer = engine.answer(*language).map(|rows| rows.iter().map(row).collect::<Json>());
        (
            language.name().to_owned(),
            json!({ "text": text(engine, *language), "answer": answer, "failed": failed(engine, *language) }),
        )
    };
    json!({
        "table": &*data.name,
        "columns": data.columns.iter().map(|name| &**name).collect::<Json>(),
        "rows": data.rows.iter().map(row).collect::<Json>(),
        "indexes": data.indexes.iter().map(|place| &*data.columns[*place]).collect::<Json>(),
        "plan": engine.plan.as_ref().map(|plan| plan.explain()),
        "languages": engine.languages().iter().map(language).collect::<serde_json::Map<_, _>>(),
    })
}

fn row(row: &Tuple) -> Json {
    let value = |value: &Value| match value {
        Value::Nothing => Json::Null,
        Value::Number(number) => (*number).into(),
        other => spelled(std::slice::from_ref(other)).into(),
    };
    row.iter().map(value).collect()
}

fn failed(engine: &Queries, language: Language) -> Option<&str> {
    match language {
        Language::Sql => engine.sql.failed.as_deref(),
        Language::Loop => engine.program.failed.as_deref(),
        Language::MapReduce => engine.job.failed.as_deref(),
        Language::Pipeline => engine.pipeline.failed.as_deref(),
    }
}

fn text(engine: &Queries, language: Language) -> Option<String> {
    let question = &engine.question;
    match language {
        Language::Sql => question.sql.as_ref().map(|text| text.to_string()),
        Language::Loop => question.program.as_ref().map(|text| text.to_string()),
        Language::MapReduce => {
            let (map, reduce) = question.map.as_ref().zip(question.reduce.as_ref())?;
            Some(format!("map: {map}\nreduce: {reduce}"))
        }
        Language::Pipeline => question.pipeline.as_ref().map(|text| text.to_string()),
    }
}
