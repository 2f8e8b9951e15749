//! One résumé in several data models: as rows of tables, as one document, as vertices and edges of a graph.
//!
//! # The idea
//!
//! A résumé is a tree: a person has positions and schools. It is also more than a tree: many people live in one region, and
//! one recommends another.
//!
//! - *[Tables](rows)* keep each fact in one row. What belongs together is joined when it is asked, by the numbers that rows
//!   have in common.
//! - *[A document](documents)* keeps a whole résumé in one piece, as JSON. It is read at once, and written as a whole,
//!   whatever has changed in it. What many have in common stands in each document.
//! - *[A graph](edges)* has a vertex for each thing and an edge for each relation. What belongs together is found by
//!   following edges.
//!
//! A document may also stand in a [column](documents::Place) of a table: one of the type JSON, into which the database
//! looks, or a text, which only the program understands.
//!
//! Which is best depends on the questions. A profile is one document, and half a dozen rows of five tables. A region that
//! gets another name is one row, and a document for each who lives there. A copy of a name saves a look-up, until the name
//! changes. A record without a name is refused by a schema that is checked on write, and found by whoever reads where it is
//! not.
//!
//! # What is counted
//!
//! The tables are those of [`crate::table`], with their indexes and their planner: what is counted as rows and bytes is what
//! the executor has read of real records. A document's bytes are those of its JSON text, a vertex's and an edge's those of
//! the format in [`edges`]. Every answer is compared with that of the tables, with
//! which a question ends.
//!
//! # Reading order
//!
//! [`resume`] is what all keep, [`store`] what each can do, and [`rows`], [`documents`] and [`edges`] are how.
//!
//! # Simpler than the real one because
//!
//! - documents and vertices have no index but their number: a question for a region by its name reads them all. Real
//!   stores of both kinds have indexes, as the tables have here;
//! - nothing is on a disk: a byte that is read costs the same wherever it lies, and a document in one piece is not nearer
//!   than rows here and there;
//! - a document is written as a whole. Some real stores change parts of it in place, where it doesn't grow;
//! - the planner takes each table to have a thousand rows. If it knew how few there are, it would read most tables from
//!   end to end, which is cheaper than an index for four rows;
//! - that a row exists which another row names is checked, but not counted;
//! - a table is closed while its rows are rewritten, and a row is taken to need a millisecond. Real databases rewrite in the
//!   background, or slice by slice, where someone has taken care of it;
//! - there are no transactions: each command is done before the next begins.
//!
//! # Where it is from
//!
//! The comparison of a résumé in tables and in a document is of Martin Kleppmann, *Designing Data-Intensive Applications*,
//! chapter 2.

mod command;
pub mod documents;
pub mod edges;
mod event;
pub mod resume;
pub mod rows;
mod settings;
pub mod store;
mod view;
pub mod work;

#[cfg(test)]
mod tests;

use std::rc::Rc;

pub use command::Command;
pub use event::Event;
pub use settings::{Compared, Settings};

use self::documents::Documents;
use self::edges::Edges;
use self::resume::{Incoming, PEOPLE, Profile};
use self::rows::Rows;
use self::store::{Store, Trouble};
use self::work::{Cost, Work};
use crate::contract::{Counter, Engine, Outcome, Probe, Refused};
use crate::wording::shown;

/// A row that is rewritten keeps a table closed for so long, in milliseconds.
const CLOSED_PER_ROW: u64 = 1;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Model {
    Rows,
    Documents,
    Edges,
    JsonColumn,
    TextColumn,
}

impl Model {
    pub fn name(self) -> &'static str {
        match self {
            Model::Rows => "Tables",
            Model::Documents => "Documents",
            Model::Edges => "Graph",
            Model::JsonColumn => "JSON column",
            Model::TextColumn => "Text column",
        }
    }
}

/// What a model has answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    Profile(Profile),
    Names(Vec<String>),
}

/// A model with all that it keeps.
#[derive(Clone)]
pub enum Kept {
    Rows(Rows),
    Documents(Rc<Documents>),
    Edges(Rc<Edges>),
}

impl Kept {
    fn store(&self) -> &dyn Store {
        match self {
            Kept::Rows(rows) => rows,
            Kept::Documents(documents) => &**documents,
            Kept::Edges(edges) => &**edges,
        }
    }

    fn store_mut(&mut self) -> &mut dyn Store {
        match self {
            Kept::Rows(rows) => rows,
            Kept::Documents(documents) => &mut *Rc::<Documents>::make_mut(documents),
            Kept::Edges(edges) => &mut *Rc::<Edges>::make_mut(edges),
        }
    }
}

/// One of the three that stand side by side.
#[derive(Clone)]
pub struct Pane {
    pub model: Model,
    pub kept: Kept,
    /// What everything so far has cost.
    pub total: Cost,
    /// What the last command has done, if it has come to this model.
    pub last: Option<Rc<Work>>,
    /// What it came to, if it was a question or was refused.
    pub answer: Option<Result<Answer, Trouble>>,
}

#[derive(Clone)]
pub struct Models {
    pub settings: Settings,
    pub panes: [Pane; 3],
    /// Numbers have been given to so many people.
    pub people: u32,
    /// What was last asked or changed.
    pub command: String,
    /// For how long tables were closed, in milliseconds.
    pub closed: u64,
    /// Copies of a name that are not that name, over all models.
    pub disagreeing: usize,
    /// Whether a name is two from now on.
    pub split: bool,
}

type Done = Result<Outcome, Refused>;

impl Engine for Models {
    type Settings = Settings;
    type Command = Command;
    type Event = Event;

    fn new(settings: Settings) -> Models {
        let (people, copies) = (settings.people as usize, settings.copies);
        let pane = |model| {
            let column = |queried| Kept::Documents(Rc::new(Documents::column(people, copies, queried)));
            let kept = match model {
                Model::Rows => Kept::Rows(Rows::new(people)),
                Model::Documents => Kept::Documents(Rc::new(Documents::collection(people, copies))),
                Model::Edges => Kept::Edges(Rc::new(Edges::new(people))),
                Model::JsonColumn => column(true),
                Model::TextColumn => column(false),
            };
            Pane { model, kept, total: Cost::default(), last: None, answer: None }
        };
        Models {
            settings,
            panes: settings.compare.models().map(pane),
            people: settings.people,
            command: String::new(),
            closed: 0,
            disagreeing: 0,
            split: false,
        }
    }

    fn carry_out(&mut self, command: &Command, probe: &mut impl Probe<Models>) -> Done {
        self.command = command.to_string();
        for pane in &mut self.panes {
            (pane.last, pane.answer) = (None, None);
        }
        match command {
            Command::Profile { person } => {
                let person = self.person(*person)?;
                self.ask(&|store, work| store.profile(person, work).map(Answer::Profile), probe)
            }
            Command::PeopleIn { region } => {
                self.ask(&|store, work| store.people_in(region, work).map(Answer::Names), probe)
            }
            Command::RenameRegion { from, to } => {
                self.check_region(from, to)?;
                self.change(&mut |store, work| store.rename_region(from, to, work), "", probe)
            }
            Command::RenamePerson { person, name } => {
                let person = self.person(*person)?;
                self.change(&mut |store, work| store.rename_person(person, name, work), "", probe)
            }
            Command::AddPosition { person, title, organisation } => {
                let person = self.person(*person)?;
                self.change(&mut |store, work| store.add_position(person, title, organisation, work), "", probe)
            }
            Command::Recommend { person, by } => {
                let (person, by) = (self.person(*person)?, self.person(*by)?);
                if person == by {
                    return Err(Refused::new("no one recommends themselves"));
                }
                let news = format!("; person {by} recommends person {person}");
                self.change(&mut |store, work| store.recommend(person, by, work), &news, probe)
            }
            Command::AddPerson { record } => {
                if u64::from(self.people) == command::MOST_PEOPLE {
                    return Err(Refused::new(format!("there are {} people, and no record of another", self.people)));
                }
                let given = &PEOPLE[self.people as usize];
                let region = self.regions().swap_remove(given.region - 1);
                let (number, record) = (self.people + 1, Incoming { given, region: &region, record: *record });
                let (person, news) = (number as usize, format!("; it is person {number}"));
                let add = &mut |store: &mut dyn Store, work: &mut Work| store.add_person(person, &record, work);
                self.change_with(add, Some(number), &news, probe)
            }
            Command::SplitNames => self.split_names(probe),
        }
    }

    fn counters(&self) -> Vec<Counter> {
        view::counters(self)
    }

    fn state(&self) -> serde_json::Value {
        view::state(self)
    }
}

/// A question, as each model is asked it.
type Question<'a> = &'a dyn Fn(&dyn Store, &mut Work) -> Result<Answer, Trouble>;
type Change<'a> = &'a mut dyn FnMut(&mut dyn Store, &mut Work) -> Result<(), Trouble>;

impl Models {
    /// The same question to each model; the answer is that of the tables.
    fn ask(&mut self, question: Question, probe: &mut impl Probe<Models>) -> Done {
        for place in 0..self.panes.len() {
            let mut work = Work::default();
            let answer = question(self.panes[place].kept.store(), &mut work);
            let cost = self.spend(place, work);
            let model = self.panes[place].model;
            self.panes[place].answer = Some(answer.clone());
            match answer {
                Ok(answer) => {
                    let tables = self.panes[0].answer.as_ref().and_then(|tables| tables.as_ref().ok());
                    let differs = (tables != Some(&answer)).then(|| view::differs(&answer, tables));
                    probe.step(|| Event::Asked { model, cost, differs }, self);
                }
                Err(why) => probe.step(|| Event::NotAnswered { model, cost, why }, self),
            }
        }
        let answer = self.panes[0].answer.as_ref().and_then(|answer| answer.as_ref().ok());
        Ok(Outcome::AnswerOf("the tables", answer.map(view::entries)))
    }

    /// The same change in each model, and what is told of it beside its cost.
    fn change(&mut self, change: Change, news: &str, probe: &mut impl Probe<Models>) -> Done {
        self.change_with(change, None, news, probe)
    }

    /// With the number of a person who is new, which is given as soon as a model has taken the record.
    fn change_with(&mut self, change: Change, new: Option<u32>, news: &str, probe: &mut impl Probe<Models>) -> Done {
        for place in 0..self.panes.len() {
            let mut work = Work::default();
            let pane = &mut self.panes[place];
            let model = pane.model;
            // What was begun and then refused is as if it had never been.
            let before = pane.kept.clone();
            let done = change(pane.kept.store_mut(), &mut work);
            if let Err(why) = done {
                self.panes[place].kept = before;
                self.panes[place].answer = Some(Err(why.clone()));
                probe.step(|| Event::Rejected { model, why }, self);
                continue;
            }
            self.people = new.unwrap_or(self.people);
            let cost = self.spend(place, work);
            let copies = |pane: &Pane| match &pane.kept {
                Kept::Documents(documents) => documents.disagreeing().len(),
                _ => 0,
            };
            let stale = copies(&self.panes[place]);
            self.disagreeing = self.panes.iter().map(copies).sum();
            probe.step(|| Event::Changed { model, cost, stale, news: news.to_owned() }, self);
        }
        Ok(Outcome::Done)
    }

    fn split_names(&mut self, probe: &mut impl Probe<Models>) -> Done {
        if self.split {
            return Err(Refused::new("names are split already"));
        }
        self.split = true;
        for place in 0..self.panes.len() {
            let mut work = Work::default();
            let model = self.panes[place].model;
            let left = self.panes[place].kept.store_mut().split_names(&mut work)?;
            let cost = self.spend(place, work);
            let rows = self.panes[place].last.iter().map(|work| work.touched.len() as u64).sum::<u64>();
            let closed = rows * CLOSED_PER_ROW;
            self.closed += closed;
            probe.step(|| Event::Split { model, cost, closed, left }, self);
        }
        Ok(Outcome::Done)
    }

    fn spend(&mut self, place: usize, work: Work) -> Cost {
        let cost = work.cost;
        self.panes[place].total.add(cost);
        self.panes[place].last = Some(Rc::new(work));
        cost
    }

    fn person(&self, person: u32) -> Result<usize, Refused> {
        if person > self.people {
            let people = self.people;
            return Err(Refused::new(format!("there is no person {person}; accepted: 1 to {people}")));
        }
        Ok(person as usize)
    }

    /// The names of all regions, as the tables have them.
    fn regions(&self) -> Vec<String> {
        match &self.panes[0].kept {
            Kept::Rows(rows) => rows.regions(),
            _ => Vec::new(),
        }
    }

    /// Two regions of one name could not be told apart where a region is only its text.
    fn check_region(&self, from: &str, to: &str) -> Result<(), Refused> {
        let regions = self.regions();
        if !regions.iter().any(|region| region == from) {
            let accepted = regions.iter().map(|region| shown(region).to_string()).collect::<Vec<_>>().join(", ");
            return Err(Refused::new(format!("there is no region {}; accepted: {accepted}", shown(from))));
        }
        if regions.iter().any(|region| region == to) {
            return Err(Refused::new(format!("there is a region {} already", shown(to))));
        }
        Ok(())
    }
}
