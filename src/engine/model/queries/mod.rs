//! Four ways to ask: the same question, asked of the same table in SQL, by a loop, by MapReduce and by an aggregation pipeline.
//!
//! # The idea
//!
//! A *declarative* language says which rows are wanted: those of cod, their kilos added up, one row for each day. How they
//! are found is left to the database, whose *planner* weighs the ways there are. An *imperative* one says what is done,
//! line by line: go through the table, look at each row, add to this entry. Nothing may be done in another order, since
//! nobody can know whether the order matters, and a new index is of no use to a text that does not name it.
//!
//! MapReduce stands between the two. Its reader writes two small functions, and the framework decides on which machine each
//! runs, in which order, and how often, should a machine die. A pipeline of stages is declarative again: SQL's ideas in the
//! syntax of JSON.
//!
//! # What is compared
//!
//! Each language does one step at a time: SQL pushes a row through its plan, the loop runs a line, every worker maps a row or
//! reduces a key, the pipeline takes a document as far as it gets. [`judge`] compares the answers row by row.
//!
//! # Reading order
//!
//! [`data`] is the table, [`value`] what stands in it, [`question`] the text of each language. [`text`] and [`expression`] are
//! shared by the languages of our own: [`program`] and [`interpreter`] are the loop, [`functions`] and [`job`] MapReduce,
//! [`stages`] and [`pipeline`] the pipeline. SQL is that of [`crate::table`]; [`select`] runs it here. [`panes`] says what can
//! be seen of each.
//!
//! # Simpler than the real one because
//!
//! - one table with at most 24 rows, in memory, and whole numbers only: so averages, which are fractions, are only known to
//!   SQL;
//! - a step of one language is not as long as a step of another: what is counted is rows read, not time;
//! - a map function can only emit, by its grammar; in a real framework it can do anything, and is only asked
//!   not to. All workers take the same time for a row, and a dead one is noticed at once, where a real master waits for a
//!   heartbeat that doesn't come;
//! - what a map task has is kept by its worker, and what a reducer has finished is safe, as in Google's MapReduce; but a
//!   reducer only begins when all maps are done, and fetches all it needs in one step. No worker is slow, so there are no
//!   backup tasks;
//! - a pipeline knows seven stages and the operators that its files list. A document is a row, so there are lists only after a
//!   `$push` or a `$lookup`, and a `$lookup` has only the one table to look into. A `$project` gives its fields in the order of
//!   its text, where a store begins with those that were there. Only a `$match` that comes first uses an index, by one
//!   equality, and a `$lookup` one on its foreign field;
//! - the loop has no functions and no types; a name that was never set counts as 0 where something is added to it.

mod brief;
mod command;
pub mod data;
mod event;
pub mod expression;
pub mod functions;
pub mod interpreter;
pub mod job;
pub mod judge;
mod own;
pub mod panes;
pub mod pipeline;
pub mod program;
pub mod question;
pub mod select;
mod settings;
pub mod stages;
pub mod text;
pub mod value;
mod view;
mod worker;

pub use command::Command;
pub use data::{Data, RowId};
pub use event::{Event, Planned, Said};
pub use judge::Verdict;
pub use panes::{Cell, Pane, Strip};
pub use question::{Language, Question};
pub use settings::{Settings, Shown};
pub use value::{Tuple, Value};
pub use worker::WorkerId;

use std::rc::Rc;

use crate::contract::{Counter, Decided, Engine, Outcome, Probe, Refused};
use crate::table::database::Database;
use crate::table::plan::Plan;
use crate::wording::shown;
use data::{INDEX, MAX_ROWS};
use interpreter::Machine;
use job::Job;
use own::is_name;
use pipeline::Pipeline;
use select::Select;

/// A language that has done more steps is ended: a loop in a loop goes through the table for each of its rows.
const MOST_STEPS: u32 = 1_000;

#[derive(Clone)]
pub struct Queries {
    pub settings: Settings,
    pub data: Rc<Data>,
    pub question: Rc<Question>,
    /// The table as SQL's database has it.
    database: Rc<Database>,
    /// How SQL is going to be answered.
    pub plan: Option<Rc<Plan>>,
    pub sql: Lane<Select>,
    pub program: Lane<Machine>,
    pub job: Lane<Job>,
    pub pipeline: Lane<Pipeline>,
    /// Who was asked last.
    asked: Rc<[Language]>,
    /// A question was cut short.
    is_open: bool,
    pub verdict: Option<Rc<Verdict>>,
}

/// A language at work, if it was asked.
#[derive(Clone, Debug)]
pub struct Lane<T> {
    pub at: Option<T>,
    pub failed: Option<Rc<str>>,
    pub steps: u32,
}

impl<T> Default for Lane<T> {
    fn default() -> Lane<T> {
        Lane { at: None, failed: None, steps: 0 }
    }
}

impl<T> Lane<T> {
    fn begun(at: T) -> Lane<T> {
        Lane { at: Some(at), ..Lane::default() }
    }

    /// One step of it, if it is not at its end.
    fn step<D>(
        &mut self,
        language: Language,
        is_done: impl Fn(&T) -> bool,
        advance: impl FnOnce(&mut T) -> Result<Decided<D>, String>,
        said: impl FnOnce(D) -> Said,
    ) -> Option<Decided<Said>> {
        let at = self.at.as_mut().filter(|at| !is_done(at) && self.failed.is_none())?;
        self.steps += 1;
        let advanced = match self.steps {
            steps if steps > MOST_STEPS => Err(format!("it has done {MOST_STEPS} steps, and is ended here")),
            _ => advance(at),
        };
        Some(match advanced {
            Ok(Decided { event, source }) => Decided { event: said(event), source },
            Err(why) => {
                let why: Rc<str> = why.into();
                self.failed = Some(why.clone());
                Decided::new(Said::Failed(language, why))
            }
        })
    }
}

impl Engine for Queries {
    type Settings = Settings;
    type Command = Command;
    type Event = Event;

    fn new(settings: Settings) -> Queries {
        let mut engine = Queries {
            settings,
            data: Rc::new(Data::catches()),
            question: Rc::new(Question::cod()),
            database: Rc::new(Database::new()),
            plan: None,
            sql: Lane::default(),
            program: Lane::default(),
            job: Lane::default(),
            pipeline: Lane::default(),
            asked: Rc::new([]),
            is_open: false,
            verdict: None,
        };
        engine.reset_all();
        engine
    }

    fn carry_out(&mut self, command: &Command, probe: &mut impl Probe<Self>) -> Result<Outcome, Refused> {
        match command {
            Command::Ask { language } => self.ask(*language, probe),
            Command::Sql { query } => {
                let plan = select::planned(&query.means, &self.database);
                plan.map_err(|mistake| Refused::new(format!("in SQL, {}", mistake.told(&query.text))))?;
                self.change(Language::Sql, |question| question.sql = Some(query.clone()), probe)
            }
            Command::Loop { program } => {
                self.change(Language::Loop, |question| question.program = Some(program.clone()), probe)
            }
            Command::Map { function } => {
                self.change(Language::MapReduce, |question| question.map = Some(function.clone()), probe)
            }
            Command::Reduce { function } => {
                self.change(Language::MapReduce, |question| question.reduce = Some(function.clone()), probe)
            }
            Command::Pipeline { stages } => {
                self.change(Language::Pipeline, |question| question.pipeline = Some(stages.clone()), probe)
            }
            Command::Index { column } => self.index(column, probe),
            Command::Drop { column } => self.drop_index(column, probe),
            Command::Kill { worker } => self.kill(*worker, probe),
            Command::GoOn if self.is_open => self.run(probe),
            Command::GoOn => {
                probe.step(|| Event::NothingToGoOn, self);
                Ok(Outcome::Done)
            }
            Command::Row { values } => self.add_row(&values.0, probe),
            Command::Table { name, columns } => self.begin_table(name, &columns.0, probe),
        }
    }

    fn counters(&self) -> Vec<Counter> {
        view::counters(self)
    }

    fn state(&self) -> serde_json::Value {
        view::state(self)
    }
}

impl Queries {
    /// The languages that are shown.
    pub fn languages(&self) -> &'static [Language] {
        self.settings.languages.languages()
    }

    fn ask(&mut self, language: Option<Language>, probe: &mut impl Probe<Self>) -> Result<Outcome, Refused> {
        let languages: Rc<[Language]> = match language {
            Some(language) if !self.languages().contains(&language) => {
                let shown = self.languages().iter().map(|each| each.name()).collect::<Vec<_>>().join(", ");
                return Err(Refused::new(format!("{} isn't shown here; accepted: {shown}", language.called())));
            }
            Some(language) if !self.question.has(language) => {
                return Err(Refused::new(format!("{} has no text for this table yet", language.called())));
            }
            Some(language) => [language].into(),
            None => self.languages().iter().copied().filter(|each| self.question.has(*each)).collect(),
        };
        if languages.is_empty() {
            return Err(Refused::new("no language has a text for this table yet"));
        }
        languages.iter().try_for_each(|language| self.begin(*language))?;
        (self.asked, self.is_open, self.verdict) = (languages, true, None);
        probe.step(|| Event::Asked { table: self.data.name.clone(), languages: self.asked.clone() }, self);
        self.run(probe)
    }

    /// Puts a language to the start of its text.
    fn begin(&mut self, language: Language) -> Result<(), Refused> {
        self.question.check(language, &self.data)?;
        let question = self.question.clone();
        match language {
            Language::Sql => {
                let query = question.sql.as_ref().expect("it has a text");
                let plan = select::planned(&query.means, &self.database)
                    .map_err(|mistake| Refused::new(format!("in SQL, {}", mistake.told(&query.text))))?;
                self.plan = Some(Rc::new(plan.clone()));
                self.sql = Lane::begun(Select::new(plan, &self.database));
            }
            Language::Loop => {
                let program = question.program.as_ref().expect("it has a text");
                self.program = Lane::begun(Machine::new(program.means.clone()));
            }
            Language::MapReduce => {
                let (map, reduce) = question.map.as_ref().zip(question.reduce.as_ref()).expect("it has both texts");
                let Settings { workers, split, reducers, combiner, .. } = self.settings;
                let rows = self.data.rows.len();
                let job = Job::new(map.means.clone(), reduce.means.clone(), rows, split, reducers, combiner, workers);
                self.job = Lane::begun(job);
            }
            Language::Pipeline => {
                let stages = question.pipeline.as_ref().expect("it has a text");
                self.pipeline = Lane::begun(Pipeline::new(stages.means.clone(), &self.data));
            }
        }
        Ok(())
    }

    /// Lets everyone who was asked do one step after the other, until nobody has anything left to do.
    fn run(&mut self, probe: &mut impl Probe<Self>) -> Result<Outcome, Refused> {
        loop {
            let mut said: Vec<Decided<Said>> = Vec::new();
            for language in self.asked.clone().iter() {
                said.extend(self.step(*language));
            }
            match (said.len(), self.asked.len()) {
                (0, _) => break,
                (1, 1) => {
                    let Decided { event, source } = said.remove(0);
                    probe.step_at(source, || event.into(), self);
                }
                _ => {
                    let said = || said.into_iter().map(|each| each.event).collect();
                    probe.step(|| Event::AllStepped { said: said() }, self);
                }
            }
        }
        self.is_open = false;
        let verdict = judge::judge(&self.answers());
        self.verdict = Some(Rc::new(verdict.clone()));
        probe.step(|| Event::Compared { verdict }, self);
        Ok(self.outcome())
    }

    fn step(&mut self, language: Language) -> Option<Decided<Said>> {
        let data = self.data.clone();
        match language {
            Language::Sql => self.sql.step(language, |at| at.is_done, Select::advance, Said::Sql),
            Language::Loop => self.program.step(language, |at| at.is_done, |at| at.advance(&data), Said::Loop),
            Language::MapReduce => self.job.step(language, |at| at.is_done, |at| at.advance(&data), Said::MapReduce),
            Language::Pipeline => self.pipeline.step(language, |at| at.is_done, |at| at.advance(&data), Said::Pipeline),
        }
    }

    /// The first complete answer, for whoever asked by a program; if none is, the first that was asked has none.
    fn outcome(&self) -> Outcome {
        let answers = || self.asked.iter().filter_map(|language| Some((*language, self.answer(*language)?)));
        let Some((language, rows)) = answers().next() else { return Outcome::AnswerOf(self.asked[0].called(), None) };
        let split = |row: &Tuple| match &row[..] {
            [] => (String::new(), String::new()),
            [first, rest @ ..] => (first.to_string(), value::spelled(rest)),
        };
        Outcome::AnswerOf(language.called(), Some(rows.iter().map(split).collect()))
    }

    /// The rows of a language that has come to its end.
    pub fn answer(&self, language: Language) -> Option<Vec<Tuple>> {
        fn done<T>(
            lane: &Lane<T>,
            is_done: impl Fn(&T) -> bool,
            rows: impl Fn(&T) -> Vec<Tuple>,
        ) -> Option<Vec<Tuple>> {
            lane.at.as_ref().filter(|at| lane.failed.is_none() && is_done(at)).map(rows)
        }
        match language {
            Language::Sql => done(&self.sql, |at| at.is_done, |at| at.answer.clone()),
            Language::Loop => done(&self.program, |at| at.is_done, |at| at.answer.clone()),
            Language::MapReduce => done(&self.job, |at| at.is_done, Job::answer),
            Language::Pipeline => done(&self.pipeline, |at| at.is_done, |at| at.answer.clone()),
        }
    }

    /// The workers that could die just now.
    pub fn at_work(&self) -> Vec<WorkerId> {
        let job = self.job.at.as_ref().filter(|job| self.is_open && !job.is_done);
        let alive: Vec<WorkerId> = job.into_iter().flat_map(Job::alive).collect();
        if alive.len() > 1 { alive } else { Vec::new() }
    }

    /// All answers that are complete.
    pub fn answers(&self) -> Vec<judge::Answered> {
        let ordered = |language| match language {
            Language::Sql => self.sql.at.as_ref().is_some_and(Select::is_ordered),
            Language::Pipeline => self.pipeline.at.as_ref().is_some_and(Pipeline::is_ordered),
            Language::Loop | Language::MapReduce => false,
        };
        let answered = |language: &Language| {
            let rows = self.answer(*language)?;
            Some(judge::Answered { language: *language, rows, ordered: ordered(*language) })
        };
        self.languages().iter().filter_map(answered).collect()
    }

    /// Gives a language another text, if that fits the table.
    fn change(
        &mut self,
        language: Language,
        change: impl FnOnce(&mut Question),
        probe: &mut impl Probe<Self>,
    ) -> Result<Outcome, Refused> {
        let mut question = (*self.question).clone();
        change(&mut question);
        question.check(language, &self.data)?;
        self.question = Rc::new(question);
        self.reset(language);
        if language == Language::Sql {
            let plan = self.planned(None);
            probe.step(|| Event::QueryChanged { plan }, self);
        } else {
            probe.step(|| Event::TextChanged { language }, self);
        }
        Ok(Outcome::Done)
    }

    /// What a language has done is of no use any more.
    fn reset(&mut self, language: Language) {
        match language {
            Language::Sql => {
                self.sql = Lane::default();
                let query = self.question.sql.as_ref();
                self.plan = query.and_then(|query| select::planned(&query.means, &self.database).ok()).map(Rc::new);
            }
            Language::Loop => self.program = Lane::default(),
            Language::MapReduce => self.job = Lane::default(),
            Language::Pipeline => self.pipeline = Lane::default(),
        }
        (self.is_open, self.verdict) = (false, None);
    }

    /// After a change of the table.
    fn reset_all(&mut self) {
        self.database = Rc::new(select::database(&self.data));
        Language::ALL.into_iter().for_each(|language| self.reset(language));
    }

    /// How SQL finds its rows now, given how it did before.
    fn planned(&self, before: Option<&Plan>) -> Planned {
        if self.question.sql.is_none() || !self.languages().contains(&Language::Sql) {
            return Planned::Nothing;
        }
        let Some(plan) = &self.plan else { return Planned::Mistaken("its text doesn't fit the table".into()) };
        let taken = plan.choices.iter().find(|choice| choice.taken);
        let Some(taken) = taken else { return Planned::Nothing };
        let way: Rc<str> = taken.way.as_str().into();
        let is_before = before.is_some_and(|before| before.choices.iter().any(|old| old.taken && old.way == taken.way));
        if is_before {
            return Planned::Unchanged { way };
        }
        let others = plan.choices.iter().filter(|choice| !choice.taken && choice.alias == taken.alias);
        let others = others.map(|choice| (choice.way.as_str().into(), choice.cost)).collect();
        Planned::Chosen { way, cost: taken.cost, others }
    }

    fn index(&mut self, column: &Rc<str>, probe: &mut impl Probe<Self>) -> Result<Outcome, Refused> {
        let place = self.column(column)?;
        if self.data.indexes.contains(&place) {
            return Err(Refused::new(format!("there is an index {INDEX}{column} already")));
        }
        self.change_indexes(
            |indexes| indexes.push(place),
            probe,
            |plan, entries| Event::Indexed { column: column.clone(), entries, plan },
        )
    }

    fn drop_index(&mut self, column: &Rc<str>, probe: &mut impl Probe<Self>) -> Result<Outcome, Refused> {
        let place = self.column(column)?;
        if !self.data.indexes.contains(&place) {
            return Err(Refused::new(format!("there is no index {INDEX}{column}")));
        }
        self.change_indexes(
            |indexes| indexes.retain(|each| *each != place),
            probe,
            |plan, _| Event::IndexDropped { column: column.clone(), plan },
        )
    }

    fn change_indexes(
        &mut self,
        change: impl FnOnce(&mut Vec<usize>),
        probe: &mut impl Probe<Self>,
        event: impl FnOnce(Planned, usize) -> Event,
    ) -> Result<Outcome, Refused> {
        let before = self.plan.clone();
        change(&mut Rc::make_mut(&mut self.data).indexes);
        self.reset_all();
        let (plan, entries) = (self.planned(before.as_deref()), self.data.rows.len());
        probe.step(|| event(plan, entries), self);
        Ok(Outcome::Done)
    }

    fn column(&self, name: &str) -> Result<usize, Refused> {
        let missing =
            || format!("{} has no column {}; accepted: {}", self.data.name, shown(name), self.data.columns_told());
        Ok(self.data.column(name).ok_or_else(missing)?)
    }

    fn kill(&mut self, worker: WorkerId, probe: &mut impl Probe<Self>) -> Result<Outcome, Refused> {
        let job = self.job.at.as_mut().filter(|job| self.is_open && !job.is_done);
        let job = job.ok_or("no job is running; cut a question short by @, as in `ask @4`, and then kill a worker")?;
        let alive: Vec<WorkerId> = job.alive().collect();
        if !alive.contains(&worker) {
            let alive = alive.iter().map(WorkerId::to_string).collect::<Vec<_>>().join(", ");
            return Err(Refused::new(format!("{worker} isn't at work; accepted: {alive}")));
        }
        if alive.len() == 1 {
            return Err(Refused::new(format!("{worker} is the last worker: without it the job would wait for ever")));
        }
        let again = job.lose(worker);
        probe.step(|| Event::WorkerDied { worker, again, left: alive.len() - 1 }, self);
        self.run(probe)
    }

    fn add_row(&mut self, words: &[Rc<str>], probe: &mut impl Probe<Self>) -> Result<Outcome, Refused> {
        let data = &self.data;
        if data.rows.len() == MAX_ROWS {
            return Err(Refused::new(format!("the table is full: it has room for {MAX_ROWS} rows")));
        }
        if words.len() != data.columns.len() {
            let (many, columns) = (words.len(), data.columns_told());
            return Err(Refused::new(format!("a row of {} has a value for each of {columns}, not {many}", data.name)));
        }
        let values = words.iter().zip(&data.numbers).zip(&data.columns).map(|((word, numbers), column)| {
            if !numbers {
                return Ok(Value::Text(word.clone()));
            }
            let number = word
                .parse()
                .map_err(|_| Refused::new(format!("{column} takes a whole number, not {}", shown(word))))?;
            Ok(Value::Number(number))
        });
        let row = values.collect::<Result<Vec<_>, Refused>>()?;
        Rc::make_mut(&mut self.data).rows.push(row.into());
        self.reset_all();
        let (table, number) = (self.data.name.clone(), self.data.rows.len());
        probe.step(|| Event::RowAdded { table, number }, self);
        Ok(Outcome::Done)
    }

    fn begin_table(
        &mut self,
        name: &Rc<str>,
        columns: &[(Rc<str>, bool)],
        probe: &mut impl Probe<Self>,
    ) -> Result<Outcome, Refused> {
        if !is_name(name) {
            return Err(Refused::new(format!(
                "{} is no name of a table; accepted: small letters, digits and _",
                shown(name)
            )));
        }
        let (names, numbers) = columns.iter().cloned().unzip();
        let data = Data { name: name.clone(), columns: names, numbers, rows: Vec::new(), indexes: Vec::new() };
        self.data = Rc::new(data);
        self.question = Rc::new(Question::default());
        self.reset_all();
        let (table, columns) = (name.clone(), columns.len());
        probe.step(|| Event::TableBegun { table, columns }, self);
        Ok(Outcome::Done)
    }
}

impl From<Said> for Event {
    fn from(said: Said) -> Event {
        match said {
            Said::Sql(did) => Event::Sql(did),
            Said::Loop(did) => Event::Loop(did),
            Said::MapReduce(did) => Event::MapReduce(did),
            Said::Pipeline(did) => Event::Pipeline(did),
            Said::Failed(language, why) => Event::Failed { language, why },
        }
    }
}

#[cfg(test)]
mod tests;
