//! One graph, asked in three languages.
//!
//! # The idea
//!
//! A graph is vertices and edges, and any two vertices may have an edge. What is asked of it are *patterns*: who was born
//! somewhere in Asia, and lives somewhere in Europe? *Somewhere in* is a path of edges, and no one knows beforehand how long it
//! is: one country has regions, the next has none.
//!
//! - As a *property graph*, vertices have a label and properties, and edges have a kind. **Cypher** draws the pattern in letters:
//!   `(p)-[:lives_in]->()-[:within*0..]->({name: 'Europe'})`.
//! - As *triples*, all is said in sentences of subject, predicate and object: `:Basel :within :Switzerland`. **SPARQL** puts
//!   variables into such sentences, and paths where a predicate stands: `?p :lives_in/:within* :Europe`.
//! - As *tables* of vertices and edges, the path is a table that is made from itself, round after round: **SQL** calls it
//!   `WITH RECURSIVE`.
//!
//! All three give the same answer, and all three find it in the same way: hop by hop, from what was found last to what is next
//! to it, until nothing new is found. That is what is shown. They differ in how much has to be written, and in what a *match*
//! is ([`walk`]).
//!
//! # Reading order
//!
//! [`store`] is the graph, [`worlds`] those that a figure begins with. [`cypher`] and [`sparql`] read a [`text`] and make a
//! [`pattern`] of it, [`walk`] lays the pattern over the graph. [`sql`] makes tables of the graph, and lets the SQL of this book
//! work with them. [`long`] asks very many questions of some thousand edges.
//!
//! # Simpler than the real one because
//!
//! - a vertex has one label and one property, its name, which is its own; an edge has a kind and no properties;
//! - of Cypher there are `MATCH`, `WHERE` and `RETURN`, of SPARQL `SELECT` with triples, paths and `FILTER`; the rest is refused
//!   by its name;
//! - vertices are asked for by SPARQL under one prefix, `:`; where a repetition has a variable at both ends, texts and classes
//!   don't count as places where it could stand still, and neither does a vertex that the graph hasn't;
//! - the cheaper end of a path is found by counting the vertices that fit, where a real planner has statistics, and weighs
//!   many plans of several paths;
//! - the graph is in memory, and each question is asked of it alone: no transactions, and no changes meanwhile;
//! - the tables are filled anew for every question that is asked in SQL, which is not counted.

mod command;
pub mod cypher;
mod event;
mod language;
mod long;
mod pattern;
mod settings;
pub mod sparql;
mod sql;
mod store;
mod text;
mod view;
mod walk;
mod worlds;

pub use command::{Ask, Command};
pub use event::Event;
pub use language::{Language, Meaning, Query};
pub use long::{COSTS, Long, PEOPLE, PLACES, Tally};
pub use pattern::Pattern;
pub use settings::{Settings, World};
pub use store::{Edge, EdgeId, Graph, Vertex, VertexId};
pub use view::Standing;
pub use walk::Look;
pub use worlds::question;

use std::collections::BTreeSet;
use std::rc::Rc;

use crate::contract::{Counter, Decided, Decision, Engine, Outcome, Probe, Refused};
use crate::order;
use crate::wording::list;
use walk::Follow;

/// All vertices and edges are drawn.
pub const MOST_VERTICES: usize = 32;
pub const MOST_EDGES: usize = 64;
/// More matches on the way are refused.
const MOST_MATCHES: usize = 20_000;

#[derive(Clone, Debug)]
pub struct GraphStore {
    pub settings: Settings,
    pub graph: Rc<Graph>,
    /// The queries, as they stand: one in each language.
    pub queries: [Query; 3],
    /// What each language has answered since the graph or its query was last changed.
    pub answers: [Option<Answer>; 3],
    /// Which language was asked last, and what is to be seen of its walk.
    pub asked: Option<Language>,
    pub look: Look,
}

#[derive(Clone, Debug)]
pub struct Answer {
    pub rows: Rc<Vec<Vec<Rc<str>>>>,
    pub hops: u64,
    pub edges_read: u64,
}

impl Engine for GraphStore {
    type Settings = Settings;
    type Command = Command;
    type Event = Event;

    fn new(settings: Settings) -> GraphStore {
        let (graph, texts) = worlds::written(settings.graph);
        let queries = Language::ALL.map(|language| Query::of_the_book(language, &texts[language as usize]));
        GraphStore {
            settings,
            graph: Rc::new(graph),
            queries,
            answers: [None, None, None],
            asked: None,
            look: Look::default(),
        }
    }

    fn carry_out(&mut self, command: &Command, probe: &mut impl Probe<GraphStore>) -> Result<Outcome, Refused> {
        match command {
            Command::Ask(Ask { language, query }) => {
                if let Some(query) = query {
                    self.queries[*language as usize] = query.clone();
                    self.answers[*language as usize] = None;
                }
                self.ask(*language, probe)
            }
            Command::Add { label, name } => self.add(label, name, probe),
            Command::Connect { tail, kind, head } => self.connect(tail, kind, head, probe),
            Command::Disconnect { tail, kind, head } => self.disconnect(tail, kind, head, probe),
            Command::Remove { name } => self.remove(name, probe),
        }
    }

    fn counters(&self) -> Vec<Counter> {
        view::counters(self)
    }

    fn state(&self) -> serde_json::Value {
        view::state(self)
    }
}

impl GraphStore {
    fn ask(&mut self, language: Language, probe: &mut impl Probe<GraphStore>) -> Result<Outcome, Refused> {
        let query = self.queries[language as usize].clone();
        let (lines, characters) = (query.lines(), query.characters());
        (self.asked, self.look) = (Some(language), Look::default());
        self.answers[language as usize] = None;
        probe.step(|| Event::Asked { language: language.name(), lines, characters }, self);
        let graph = self.graph.clone();
        let indexes = self.settings.indexes;
        let mut steps = Steps { engine: self, probe };
        let (rows, look) = match &*query.meaning {
            Meaning::Pattern(pattern) => walk::matches(&graph, pattern, MOST_MATCHES, &mut steps)?,
            Meaning::Statement => {
                let database = sql::database(&graph, indexes).map_err(|mistake| Refused::new(mistake.problem))?;
                sql::answer(&graph, &database, &query.text, &mut steps)?
            }
        };
        let answer = Answer { rows: Rc::new(rows), hops: look.hops, edges_read: look.edges_read };
        let compared = self.compared(language, &answer);
        // What was found is what is to be seen.
        let found = answer.rows.iter().flatten().filter_map(|cell| graph.named(view::vertex_of(cell)));
        self.look = Look { frontier: Rc::new(found.collect()), followed: Rc::default(), source: None, ..look };
        let shown: Vec<String> = answer.rows.iter().map(|row| row.join(" | ")).collect();
        let outcome = Outcome::Value(Some(shown.join(", ")).filter(|text| !text.is_empty()));
        let rows = answer.rows.len();
        self.answers[language as usize] = Some(answer);
        let shown: Rc<str> = view::shortened(&shown).into();
        probe.step(|| Event::Answered { language: language.name(), rows, shown, compared }, self);
        Ok(outcome)
    }

    /// How the answer stands to those of the other languages.
    fn compared(&self, language: Language, answer: &Answer) -> Rc<str> {
        // Each language spells a vertex in its own way.
        let spelt_alike = |row: &Vec<Rc<str>>| row.iter().map(|cell| view::vertex_of(cell).to_owned()).collect();
        let set = |answer: &Answer| order::set::<Vec<String>>(answer.rows.iter().map(spelt_alike));
        let others = Language::ALL.into_iter().filter(|other| *other != language);
        let others: Vec<(Language, &Answer)> =
            others.filter_map(|other| Some((other, self.answers[other as usize].as_ref()?))).collect();
        let names = |of: &dyn Fn(&Answer) -> bool| {
            list(others.iter().filter(|(_, other)| of(other)).map(|(other, _)| other.name()))
        };
        let is_alike = |other: &Answer| set(other) == set(answer) && other.rows.len() == answer.rows.len();
        let is_other = |other: &Answer| set(other) != set(answer);
        let (alike, otherwise) = (names(&is_alike), names(&is_other));
        let more = names(&|other| !is_alike(other) && !is_other(other));
        let mut said = String::new();
        if !alike.is_empty() {
            said += &format!(" So did {alike}.");
        }
        if !more.is_empty() {
            said += &format!(
                " {more} gave the same rows, but another number of times: where doubles aren't dropped, each way through the graph is a row of its own."
            );
        }
        if !otherwise.is_empty() {
            said += &format!(" {otherwise} gave other rows.");
        }
        said.into()
    }

    fn add(&mut self, label: &Rc<str>, name: &Rc<str>, probe: &mut impl Probe<GraphStore>) -> Result<Outcome, Refused> {
        if self.graph.named(name).is_some() {
            return Err(Refused::new(format!(
                "there is a vertex called {name} already, and a name belongs to one vertex"
            )));
        }
        if self.graph.vertices().count() == MOST_VERTICES {
            return Err(Refused::new(format!(
                "{MOST_VERTICES} vertices are drawn at most; the long run has many thousand"
            )));
        }
        let vertex = self.change().add(label, name);
        self.look.frontier = Rc::new(vec![vertex]);
        probe.step(|| Event::VertexAdded { label: label.clone(), name: name.clone() }, self);
        Ok(Outcome::Done)
    }

    fn connect(
        &mut self,
        tail: &Rc<str>,
        kind: &Rc<str>,
        head: &Rc<str>,
        probe: &mut impl Probe<GraphStore>,
    ) -> Result<Outcome, Refused> {
        let (from, to) = (self.vertex(tail)?, self.vertex(head)?);
        if self.graph.between(from, kind, to).is_some() {
            return Err(Refused::new(format!(
                "there is an edge {tail} {kind} {head} already: a triple is true or not"
            )));
        }
        if self.graph.edges().count() == MOST_EDGES {
            return Err(Refused::new(format!("{MOST_EDGES} edges are drawn at most; the long run has many thousand")));
        }
        let cycle = self.reaches(to, from, kind);
        let edge = self.change().connect(from, kind, to);
        self.look.followed = Rc::new(vec![edge]);
        let (tail, kind, head) = (tail.clone(), kind.clone(), head.clone());
        probe.step(|| Event::Connected { tail, kind, head, cycle }, self);
        Ok(Outcome::Done)
    }

    fn disconnect(
        &mut self,
        tail: &Rc<str>,
        kind: &Rc<str>,
        head: &Rc<str>,
        probe: &mut impl Probe<GraphStore>,
    ) -> Result<Outcome, Refused> {
        let (from, to) = (self.vertex(tail)?, self.vertex(head)?);
        let edge = self.graph.between(from, kind, to);
        let edge = edge.ok_or_else(|| Refused::new(format!("there is no edge {tail} {kind} {head}")))?;
        self.change().disconnect(edge);
        let (tail, kind, head) = (tail.clone(), kind.clone(), head.clone());
        probe.step(|| Event::Disconnected { tail, kind, head }, self);
        Ok(Outcome::Done)
    }

    fn remove(&mut self, name: &Rc<str>, probe: &mut impl Probe<GraphStore>) -> Result<Outcome, Refused> {
        let vertex = self.vertex(name)?;
        let edges = self.change().remove(vertex).len();
        probe.step(|| Event::VertexRemoved { name: name.clone(), edges }, self);
        Ok(Outcome::Done)
    }

    #[track_caller]
    fn vertex(&self, name: &str) -> Result<VertexId, Refused> {
        self.graph.named(name).ok_or_else(|| Refused::new(format!("there is no vertex called {name}")))
    }

    /// The graph, to be changed: what was answered was of the one before.
    fn change(&mut self) -> &mut Graph {
        self.answers = [None, None, None];
        (self.asked, self.look) = (None, Look::default());
        Rc::make_mut(&mut self.graph)
    }

    /// Whether edges of one kind lead from one vertex to another.
    fn reaches(&self, from: VertexId, to: VertexId, kind: &str) -> bool {
        let (mut seen, mut left) = (BTreeSet::new(), vec![from]);
        seen.insert(from);
        while let Some(at) = left.pop() {
            let edges = self.graph.vertex(at).leaving.iter().map(|edge| self.graph.edge(*edge));
            left.extend(
                edges.filter(|edge| *edge.kind == *kind).map(|edge| edge.head).filter(|head| seen.insert(*head)),
            );
        }
        seen.contains(&to)
    }
}

/// A walk's steps, as those of the engine.
struct Steps<'a, P> {
    engine: &'a mut GraphStore,
    probe: &'a mut P,
}

impl<P: Probe<GraphStore>> Follow for Steps<'_, P> {
    fn listens(&self) -> bool {
        true
    }

    fn step(&mut self, look: &Look, decided: Decided<Event>) {
        self.engine.look = look.clone();
        self.probe.step_at(decided.source, || decided.event, self.engine);
    }

    fn decide(&mut self, own: usize, decision: &dyn Fn() -> Decision) -> usize {
        self.probe.decide(own, decision)
    }
}

#[cfg(test)]
mod tests;
