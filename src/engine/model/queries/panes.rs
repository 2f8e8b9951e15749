//! What can be seen of each language: its text with the line that runs, its operators with what they hold, and its answer.

use std::rc::Rc;

use super::data::RowId;
use super::interpreter::Held;
use super::job::{Job, State, Work};
use super::pipeline::{End, From};
use super::question::Language;
use super::value::{Tuple, Value, spelled};
use super::worker::WorkerId;
use super::{Lane, Queries};
use crate::table::plan::{Operator, Path, Plan};
use crate::wording::count;

/// One language as it is just now.
pub struct Pane {
    pub language: Language,
    pub name: &'static str,
    /// What it has read and done.
    pub note: String,
    pub lines: Vec<Line>,
    pub strips: Vec<Strip>,
    pub answer: Vec<Cell>,
    /// Whether the answer is complete.
    pub is_done: bool,
    pub failed: Option<Rc<str>>,
}

/// A line of its text.
pub struct Line {
    pub depth: usize,
    pub text: Rc<str>,
    /// It has just run.
    pub is_current: bool,
}

/// An operator, a variable, a worker or a stage.
pub struct Strip {
    pub key: String,
    /// In a word or two, and in full.
    pub name: String,
    pub says: String,
    pub note: String,
    pub cells: Vec<Cell>,
    pub is_active: bool,
    pub is_dead: bool,
}

/// A row, a group, a pair.
#[derive(Clone)]
pub struct Cell {
    pub key: String,
    pub text: String,
    /// What it is coloured by.
    pub hue: String,
    pub is_dropped: bool,
    pub is_new: bool,
}

fn cell(key: String, text: String, hue: impl ToString) -> Cell {
    Cell { key, text, hue: hue.to_string(), is_dropped: false, is_new: false }
}

impl Queries {
    /// What is to be seen of each language that is shown.
    pub fn panes(&self) -> Vec<Pane> {
        self.languages().iter().map(|language| self.pane(*language)).collect()
    }

    /// The rows of the table that are being read just now, each by a language.
    pub fn reading(&self) -> Vec<(Language, RowId)> {
        let mut found = Vec::new();
        if let Some(machine) = self.program.at.as_ref().filter(|at| !at.is_done) {
            found.extend(machine.variables.iter().filter_map(|(_, held)| match held {
                Held::Row(row) => Some((Language::Loop, *row)),
                _ => None,
            }));
        }
        if let Some(job) = self.job.at.as_ref().filter(|at| !at.is_done) {
            found.extend(job.last.iter().map(|row| (Language::MapReduce, *row)));
        }
        if let Some((From::Row(row), _)) = self.pipeline.at.as_ref().and_then(|at| at.flowing.as_ref()) {
            found.push((Language::Pipeline, *row));
        }
        if let Some(row) = self.sql.at.as_ref().and_then(|at| at.reading) {
            found.push((Language::Sql, row));
        }
        found.retain(|(language, _)| self.languages().contains(language));
        found
    }

    /// The value of a row that gives it its colour.
    pub fn hue(&self, row: RowId) -> String {
        self.data.row(row).first().map(Value::to_string).unwrap_or_default()
    }

    fn pane(&self, language: Language) -> Pane {
        match language {
            Language::Sql => self.sql_pane(),
            Language::Loop => self.loop_pane(),
            Language::MapReduce => self.job_pane(),
            Language::Pipeline => self.pipeline_pane(),
        }
    }

    fn sql_pane(&self) -> Pane {
        let lines = self.question.sql.as_ref().map(|text| clauses(&text.text)).unwrap_or_default();
        let plan: Option<&Plan> = self.sql.at.as_ref().map(|at| &*at.plan).or(self.plan.as_deref());
        let mut strips = Vec::new();
        // To leave columns out is no work, and is seen in the answer.
        let steps = plan.into_iter().flat_map(Plan::steps).map(|(.., step)| step);
        for step in steps.filter(|step| !matches!(step.operator, Operator::Project(_))) {
            let at = self.sql.at.as_ref();
            let flow = at.map(|at| at.run.flow(step.id)).unwrap_or_default();
            let held = at.into_iter().flat_map(|at| at.holdings(step.id));
            let cells = held.map(|(text, hue)| cell(format!("sql {} {text}", step.id), text.clone(), hue));
            let mut cells: Vec<Cell> = cells.collect();
            let here = at.and_then(|at| at.flowing.as_ref()).filter(|flowing| flowing.operator == step.id);
            if let Some(flowing) = here {
                let hue = flowing.row.first().map(Value::to_string).unwrap_or_default();
                let is_dropped = flowing.is_dropped;
                cells.push(Cell {
                    is_dropped,
                    is_new: true,
                    ..cell("sql flow".to_owned(), spelled(&flowing.row), hue)
                });
            }
            strips.push(Strip {
                key: format!("sql operator {}", step.id),
                name: short(&step.operator).to_owned(),
                says: step.says.clone(),
                note: match (at.is_some(), &step.operator) {
                    (false, _) => format!("about {}", count(step.estimate, "row")),
                    (true, Operator::Read(_)) => count(flow.rows_out, "row"),
                    (true, _) => format!("{} → {}", flow.rows_in, flow.rows_out),
                },
                cells,
                is_active: here.is_some(),
                is_dead: false,
            });
        }
        let read = self.sql.at.as_ref().map(|at| at.run.total()).unwrap_or_default();
        let answer = self.sql.at.as_ref().map(|at| at.answer.clone()).unwrap_or_default();
        let is_done = self.sql.at.as_ref().is_some_and(|at| at.is_done);
        pane(
            Language::Sql,
            "SQL",
            &self.sql,
            (read.rows_read, read.entries_read, "row"),
            lines,
            strips,
            &answer,
            is_done,
        )
    }

    fn loop_pane(&self) -> Pane {
        let at = self.program.at.as_ref();
        let line = |(place, line): (usize, &super::program::Line)| Line {
            depth: line.depth,
            text: line.text.clone(),
            is_current: at.is_some_and(|at| at.line == Some(place)),
        };
        let text = self.question.program.as_ref();
        let lines = text.map(|text| text.means.lines.iter().enumerate().map(line).collect()).unwrap_or_default();
        let strips = at.into_iter().flat_map(|at| &at.variables).map(|(name, held)| {
            let key = |what: &str| format!("loop {name} {what}");
            let cells = match held {
                Held::Row(row) => vec![cell(key("row"), spelled(self.data.row(*row)), self.hue(*row))],
                Held::Value(value) => vec![cell(key("value"), value.to_string(), value)],
                Held::Map(map) => {
                    let entry = |(at, value): &(Value, Value)| cell(key(&at.to_string()), format!("{at} {value}"), at);
                    map.iter().map(entry).collect()
                }
            };
            Strip {
                key: key(""),
                name: name.to_string(),
                says: name.to_string(),
                note: String::new(),
                cells,
                is_active: false,
                is_dead: false,
            }
        });
        let read = at.map_or((0, 0, "row"), |at| (at.rows_read, at.entries_read, "row"));
        let answer = at.map(|at| at.answer.clone()).unwrap_or_default();
        pane(
            Language::Loop,
            "Loop",
            &self.program,
            read,
            lines,
            strips.collect(),
            &answer,
            at.is_some_and(|at| at.is_done),
        )
    }

    fn job_pane(&self) -> Pane {
        let question = &self.question;
        let function = |name: &str, text: Option<&Rc<str>>| {
            text.map(|text| Line { depth: 0, text: format!("{name}: {text}").into(), is_current: false })
        };
        let map = question.map.as_ref().map(|map| &map.means.text);
        let reduce = question.reduce.as_ref().map(|reduce| &reduce.means.text);
        let lines = [function("map", map), function("reduce", reduce)].into_iter().flatten().collect();
        let at = self.job.at.as_ref();
        let strips = at.map_or_else(Vec::new, |job| {
            let workers = job.workers.iter().map(|worker| worker_strip(job, worker.id));
            let parts = (0..job.parts.len()).map(|part| part_strip(job, part));
            workers.chain(parts).collect()
        });
        let read = at.map_or((0, 0, "row"), |at| (at.rows_read, 0, "row"));
        let answer = at.map(Job::answer).unwrap_or_default();
        let is_done = at.is_some_and(|at| at.is_done);
        pane(Language::MapReduce, "MapReduce", &self.job, read, lines, strips, &answer, is_done)
    }

    fn pipeline_pane(&self) -> Pane {
        let at = self.pipeline.at.as_ref();
        let text = self.question.pipeline.as_ref();
        let stages = text.map(|text| &text.means.stages[..]).unwrap_or_default();
        let line = |text: &Rc<str>| Line { depth: 0, text: text.clone(), is_current: false };
        let lines = stages.iter().map(|stage| line(&stage.text)).collect();
        let flowing = at.and_then(|at| at.flowing.as_ref());
        let strip = |(place, stage): (usize, &super::stages::Stage)| {
            let state = at.map(|at| at.states[place].clone()).unwrap_or_default();
            let mut cells: Vec<Cell> = Vec::new();
            for (number, (key, document)) in state.held.iter().enumerate() {
                let row = super::pipeline::row_of(document);
                let name = if *key == Value::Nothing { number.to_string() } else { key.to_string() };
                let hue = row.first().map(Value::to_string).unwrap_or_default();
                cells.push(cell(format!("pipeline {place} {name}"), spelled(&row), hue));
            }
            let ends = flowing.into_iter().flat_map(|(from, ends)| ends.iter().map(move |end| (from, end)));
            for (from, end) in ends {
                if let End::Dropped { stage } = end
                    && *stage == place
                    && let From::Row(row) = from
                {
                    let row_cell = cell("pipeline flow".to_owned(), spelled(self.data.row(*row)), self.hue(*row));
                    cells.push(Cell { is_dropped: true, is_new: true, ..row_cell });
                }
            }
            let is_here = |end: &End| match end {
                End::Dropped { stage }
                | End::Grouped { stage, .. }
                | End::Kept { stage }
                | End::LookedUp { stage, .. } => *stage == place,
                End::Answered(_) => false,
            };
            let name =
                stage.text.trim_start_matches('{').split(':').next().unwrap_or_default().trim_matches('"').to_owned();
            Strip {
                key: format!("pipeline stage {place}"),
                name: name.clone(),
                says: name,
                note: if at.is_some() { format!("{} → {}", state.seen, state.passed) } else { String::new() },
                cells,
                is_active: flowing.is_some_and(|(_, ends)| ends.iter().any(is_here)),
                is_dead: false,
            }
        };
        let strips = stages.iter().enumerate().map(strip).collect();
        let read = at.map_or((0, 0, "document"), |at| (at.rows_read, at.entries_read, "document"));
        let answer = at.map(|at| at.answer.clone()).unwrap_or_default();
        let is_done = at.is_some_and(|at| at.is_done);
        pane(Language::Pipeline, "Pipeline", &self.pipeline, read, lines, strips, &answer, is_done)
    }
}

#[allow(clippy::too_many_arguments, reason = "private to the four above")]
fn pane<T>(
    language: Language,
    name: &'static str,
    lane: &Lane<T>,
    (rows, entries, noun): (u64, u64, &str),
    lines: Vec<Line>,
    strips: Vec<Strip>,
    answer: &[Tuple],
    is_done: bool,
) -> Pane {
    let mut note = String::new();
    if lane.at.is_some() {
        note = format!("{} read", count(rows, noun));
        if entries > 0 {
            note = format!("{} and {note}", count(entries, "entry"));
        }
        note = format!("{note} · {}", count(lane.steps, "step"));
    }
    let answer = answer.iter().enumerate().map(|(place, row)| {
        let hue = row.first().map(Value::to_string).unwrap_or_default();
        cell(format!("{} answer {place}", language.name()), spelled(row), hue)
    });
    Pane { language, name, note, lines, strips, answer: answer.collect(), is_done, failed: lane.failed.clone() }
}

fn worker_strip(job: &Job, id: WorkerId) -> Strip {
    let worker = &job.workers[id.place()];
    let mut cells = Vec::new();
    for pair in job.tasks.iter().flat_map(|task| match task.state {
        State::Running(by) | State::Done(by) if by == id => &task.pairs[..],
        _ => &[],
    }) {
        // What is fetched is drawn where it came to.
        if job.parts[job.part_of(&pair.key)].state == State::Waiting {
            cells.push(cell(pair_key(pair), format!("{} {}", pair.key, pair.value), &pair.key));
        }
    }
    let (note, is_active) = match worker.at {
        _ if !worker.is_alive => ("dead".to_owned(), false),
        Work::Nothing => (String::new(), false),
        Work::Map { task, .. } | Work::Combine { task } => (format!("task {}", task + 1), true),
        Work::Reduce { part } => (format!("part {}", part + 1), true),
    };
    Strip {
        key: format!("worker {id}"),
        name: id.to_string(),
        says: id.to_string(),
        note,
        cells,
        is_active,
        is_dead: !worker.is_alive,
    }
}

fn pair_key(pair: &super::job::Pair) -> String {
    format!("pair {}.{}", pair.task, pair.place)
}

fn part_strip(job: &Job, place: usize) -> Strip {
    let part = &job.parts[place];
    let cells = part.pairs.iter().map(|pair| cell(pair_key(pair), format!("{} {}", pair.key, pair.value), &pair.key));
    let note = match part.state {
        State::Running(by) => format!("by {by}"),
        State::Done(_) => "done".to_owned(),
        State::Waiting | State::Lost => String::new(),
    };
    Strip {
        key: format!("part {place}"),
        name: format!("part {}", place + 1),
        says: format!("part {}", place + 1),
        note,
        cells: cells.collect(),
        is_active: matches!(part.state, State::Running(_)),
        is_dead: false,
    }
}

/// An operator of SQL in a word.
pub(super) fn short(operator: &Operator) -> &'static str {
    match operator {
        Operator::One => "one row",
        Operator::Read(access) => match access.path {
            Path::Scan | Path::Hash { .. } => "scan",
            Path::CoveringScan { .. } => "scan index",
            Path::Key(_) => "key",
            Path::Index { .. } => "index",
        },
        Operator::Join { .. } => "join",
        Operator::Filter(_) => "filter",
        Operator::Group { .. } => "group",
        Operator::Project(_) => "project",
        Operator::Distinct => "distinct",
        Operator::Sort { .. } => "sort",
        Operator::Limit { .. } => "limit",
    }
}

/// A text of SQL, a clause a line.
fn clauses(text: &str) -> Vec<Line> {
    const BEGIN: [&str; 8] = ["FROM", "WHERE", "GROUP", "HAVING", "ORDER", "LIMIT", "JOIN", "UNION"];
    let mut lines: Vec<String> = vec![String::new()];
    for word in text.split_whitespace() {
        let begins = BEGIN.iter().any(|each| word.eq_ignore_ascii_case(each));
        let line = lines.last_mut().expect("there is one");
        if begins && !line.is_empty() {
            lines.push(word.to_owned());
        } else if line.is_empty() {
            line.push_str(word);
        } else {
            line.push(' ');
            line.push_str(word);
        }
    }
    lines.into_iter().map(|line| Line { depth: 0, text: line.into(), is_current: false }).collect()
}
