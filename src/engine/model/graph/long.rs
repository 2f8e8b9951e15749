//! Very many questions, asked of a graph of some thousand edges in every language, and compared.
//!
//! Each question begins at a place by chance: who lives there, or in any place within it? Most places are small, and a few hold
//! nearly all the rest. So what a question costs follows from what lies within its place, and not from the size of the graph.

use std::rc::Rc;

use super::language::Language;
use super::store::{Graph, VertexId};
use super::walk::{Follow, Look, Rows, matches};
use super::{Event, Settings, cypher, sparql, sql};
use crate::contract::{Decided, Decision};
use crate::order;
use crate::sim::Rng;
use crate::table::database::Database;

/// How many places and people there are: an edge for each, and one more for each person.
pub const PLACES: usize = 2_000;
pub const PEOPLE: usize = 2_000;
/// SQL is asked one question in so many: its recursion goes over tables.
const SQL_ONE_IN: u64 = 100;
/// Costs are counted by powers of two.
pub const COSTS: usize = 16;

pub struct Long {
    pub graph: Graph,
    tables: Database,
    chance: Rng,
    pub questions: u64,
    pub done: u64,
    /// In the order of the languages.
    pub tallies: [Tally; 3],
    /// Questions to which not all languages gave the same answer.
    pub differ: u64,
    /// How many questions made Cypher read at most so many edges: 1, 2, 4, and so on.
    pub costs: [u64; COSTS],
}

#[derive(Clone, Copy, Debug, Default)]
pub struct Tally {
    pub asked: u64,
    pub rows: u64,
    pub hops: u64,
    pub read: u64,
    pub most_read: u64,
}

/// Nobody looks.
struct Unseen;

impl Follow for Unseen {
    fn listens(&self) -> bool {
        false
    }

    fn step(&mut self, _: &Look, _: Decided<Event>) {}

    fn decide(&mut self, own: usize, _: &dyn Fn() -> Decision) -> usize {
        own
    }
}

impl Long {
    pub fn new(settings: Settings, questions: u64) -> Result<Long, String> {
        let mut chance = Rng::new(7);
        let graph = grown(&mut chance);
        let tables = sql::database(&graph, settings.indexes).map_err(|mistake| mistake.problem)?;
        Ok(Long {
            graph,
            tables,
            chance,
            questions,
            done: 0,
            tallies: [Tally::default(); 3],
            differ: 0,
            costs: [0; COSTS],
        })
    }

    /// Asks a slice of about so many questions; whether there are more.
    pub fn advance(&mut self, questions: u64) -> Result<bool, String> {
        for _ in 0..questions.min(self.questions - self.done) {
            let place = self.chance.below(PLACES as u64);
            let mut answers = Vec::new();
            for language in Language::ALL {
                if language == Language::Sql && !self.done.is_multiple_of(SQL_ONE_IN) {
                    continue;
                }
                let (rows, look) = self.ask(language, place)?;
                let tally = &mut self.tallies[language as usize];
                tally.asked += 1;
                tally.rows += rows.len() as u64;
                tally.hops += look.hops;
                tally.read += look.edges_read;
                tally.most_read = tally.most_read.max(look.edges_read);
                if language == Language::Cypher {
                    let cost = look.edges_read.next_power_of_two().trailing_zeros() as usize;
                    self.costs[cost.min(COSTS - 1)] += 1;
                }
                answers.push(order::set(rows.into_iter()));
            }
            self.differ += u64::from(answers.windows(2).any(|pair| pair[0] != pair[1]));
            self.done += 1;
        }
        Ok(self.done < self.questions)
    }

    fn ask(&self, language: Language, place: u64) -> Result<(Rows, Look), String> {
        let text = text(language, place);
        let read = match language {
            Language::Cypher => cypher::parse(&text),
            Language::Sparql => sparql::parse(&text),
            Language::Sql => {
                let answer = sql::answer(&self.graph, &self.tables, &text, &mut Unseen);
                return answer.map_err(|refused| refused.reason.to_string());
            }
        };
        let pattern = read.map_err(|mistake| mistake.problem)?;
        matches(&self.graph, &pattern, usize::MAX, &mut Unseen).map_err(|refused| refused.reason.to_string())
    }
}

/// Each place lies within one that was there before, and each person was born in a place and lives in one.
fn grown(chance: &mut Rng) -> Graph {
    let mut graph = Graph::default();
    let [within, born, lives]: [Rc<str>; 3] = ["within", "born_in", "lives_in"].map(Into::into);
    let places: Vec<VertexId> = (0..PLACES).map(|number| graph.add("place", &format!("place{number}"))).collect();
    for (number, place) in places.iter().enumerate().skip(1) {
        graph.connect(*place, &within, places[chance.below(number as u64) as usize]);
    }
    for number in 0..PEOPLE {
        let person = graph.add("person", &format!("person{number}"));
        for kind in [&born, &lives] {
            graph.connect(person, kind, places[chance.below(PLACES as u64) as usize]);
        }
    }
    graph
}

fn text(language: Language, place: u64) -> String {
    match language {
        Language::Cypher => {
            format!("MATCH (p)-[:lives_in]->()-[:within*0..]->({{name: 'place{place}'}}) RETURN DISTINCT p.name")
        }
        Language::Sparql => {
            format!("PREFIX : <> SELECT DISTINCT ?n {{ ?p :name ?n ; :lives_in/:within* :place{place} }}")
        }
        Language::Sql => format!(
            "WITH RECURSIVE here(id) AS (SELECT id FROM vertices WHERE name = 'place{place}' UNION SELECT tail FROM edges \
             JOIN here ON head = here.id WHERE kind = 'within') SELECT DISTINCT p.name FROM here JOIN edges AS l ON l.head = \
             here.id AND l.kind = 'lives_in' JOIN vertices AS p ON p.id = l.tail"
        ),
    }
}
