//! What must hold: the same answer in all languages and from either end, that of the definitions; and what a mistake says.

mod mistakes;
mod oracle;
mod published;
mod reported;

use std::collections::BTreeMap;
use std::rc::Rc;

use super::language::{Language, Meaning, Query};
use super::settings::World;
use super::store::Graph;
use super::walk::{self, Follow, Look};
use super::{Event, sql, worlds};
use crate::contract::{Decided, Decision, Refused};

/// Follows without looking; where there is something to decide, it goes that way.
struct Blind(Option<usize>);

impl Follow for Blind {
    fn listens(&self) -> bool {
        false
    }

    fn step(&mut self, _: &Look, _: Decided<Event>) {
        unreachable!("nobody listens");
    }

    fn decide(&mut self, own: usize, _: &dyn Fn() -> Decision) -> usize {
        self.0.unwrap_or(own)
    }
}

/// How often each row is in the answer.
type Bag = BTreeMap<Vec<Rc<str>>, usize>;

fn ask(graph: &Graph, language: Language, text: &str, way: Option<usize>) -> Result<Bag, Refused> {
    let query = Query::read(language, text).unwrap_or_else(|mistake| panic!("{text}: {mistake:?}"));
    let follow = &mut Blind(way);
    let (rows, _) = match &*query.meaning {
        Meaning::Pattern(pattern) => walk::matches(graph, pattern, super::MOST_MATCHES, follow)?,
        Meaning::Statement => {
            let database = sql::database(graph, true).expect("the tables can be made");
            sql::answer(graph, &database, text, follow)?
        }
    };
    let mut bag = Bag::new();
    rows.into_iter().for_each(|row| *bag.entry(row).or_default() += 1);
    Ok(bag)
}

fn names(bag: &Bag) -> Vec<&str> {
    bag.keys().map(|row| &*row[0]).collect()
}

#[test]
fn what_the_book_asks_has_one_answer_in_all_languages() {
    let answers: [(World, &[&str]); 4] = [
        (World::Town, &["Asha", "Rui"]),
        (World::World, &["Asha", "Devi"]),
        (World::Friends, &["Asha", "Devi", "Nino", "Omar", "Rui"]),
        (World::Empty, &[]),
    ];
    for (world, expected) in answers {
        let (graph, texts) = worlds::written(world);
        for language in Language::ALL {
            let bag = ask(&graph, language, &texts[language as usize], None).expect("it is answered");
            assert_eq!(names(&bag), expected, "{language:?} of {world:?}");
            assert!(bag.values().all(|many| *many == 1), "each once");
        }
    }
}

/// In one `MATCH` no edge is followed twice, so who was born and lives in the same place is not found; in two, she is.
#[test]
fn one_match_of_cypher_follows_no_edge_twice_and_two_do() {
    let mut graph = Graph::default();
    let [lena, basel, europe] =
        [("person", "Lena"), ("place", "Basel"), ("place", "Europe")].map(|(a, b)| graph.add(a, b));
    let [born, lives, within]: [Rc<str>; 3] = ["born_in", "lives_in", "within"].map(Into::into);
    graph.connect(lena, &born, basel);
    graph.connect(lena, &lives, basel);
    graph.connect(basel, &within, europe);
    let born = "MATCH (p)-[:born_in]->()-[:within*0..]->({name: 'Europe'})";
    let lives = "(p)-[:lives_in]->()-[:within*0..]->({name: 'Europe'}) RETURN DISTINCT p.name";
    let found = |text: &str| ask(&graph, Language::Cypher, text, None).expect("it is answered").len();
    assert_eq!(found(&format!("{born}, {lives}")), 0);
    assert_eq!(found(&format!("{born} MATCH {lives}")), 1);
    let sparql = "PREFIX : <> SELECT ?n { ?p :name ?n ; :born_in/:within* :Europe ; :lives_in/:within* :Europe }";
    assert_eq!(ask(&graph, Language::Sparql, sparql, None).expect("it is answered").len(), 1);
}

/// Every trail is a match: of a complete graph there are so many that the query is ended, and where each vertex counts once,
/// it isn't.
#[test]
fn too_many_trails_are_refused_and_a_distinct_answer_is_not() {
    let mut graph = Graph::default();
    let all: Vec<_> = (0..8).map(|place| graph.add("v", &format!("v{place}"))).collect();
    let kind: Rc<str> = "k".into();
    for tail in &all {
        for head in all.iter().filter(|head| *head != tail) {
            graph.connect(*tail, &kind, *head);
        }
    }
    let text = |distinct: &str| format!("MATCH ({{name: 'v0'}})-[:k*]->(b) RETURN {distinct} b.name");
    let refused = ask(&graph, Language::Cypher, &text(""), None).expect_err("there are too many");
    assert!(refused.reason.contains("20000 matches"), "{}", refused.reason);
    assert_eq!(ask(&graph, Language::Cypher, &text("DISTINCT"), None).expect("it is answered").len(), 8);
    let sparql = "PREFIX : <> SELECT ?n { :v0 :k+/:name ?n }";
    assert_eq!(ask(&graph, Language::Sparql, sparql, None).expect("it is answered").len(), 8);
}

/// Each language spells a vertex in its own way, and means the same one; and a round says no more than it did.
#[test]
fn answers_are_compared_by_their_vertices_and_rounds_are_told_as_they_are() {
    use crate::language::{Words, statements};
    use crate::{Engine, Parameters};
    struct Told(Vec<String>);
    impl crate::Probe<super::GraphStore> for Told {
        fn step(&mut self, event: impl FnOnce() -> super::Event, _: &super::GraphStore) {
            self.0.push(event().to_string());
        }
    }
    let mut engine =
        super::GraphStore::open(&Parameters::new(super::GraphStore::PARAMETERS, [("graph", "town")]).unwrap()).unwrap();
    let mut told = Told(Vec::new());
    let script =
        "cypher \"MATCH (p)-[:lives_in]->(q) RETURN p, q\"\nsparql \"PREFIX : <> SELECT ?p ?q { ?p :lives_in ?q }\"
        sql \"WITH RECURSIVE r(x) AS (SELECT 100 UNION SELECT x + 1 FROM r WHERE x < 102) SELECT x FROM r\"";
    for statement in statements(script).unwrap() {
        let command = super::GraphStore::parse(&mut Words::new(&statement)).unwrap();
        engine.execute(&command, &mut told);
        if told.0.last().is_some_and(|told| told.starts_with("Cypher")) {
            assert_eq!(engine.look.frontier.len(), 4, "what was found is what is to be seen");
        }
    }
    let said = |what: &str| told.0.iter().any(|told| told.contains(what));
    assert!(said("SPARQL answers with 2 rows") && said("So did Cypher."), "{:?}", told.0);
    assert!(said("its SELECT is asked again, of the rows that were new. It gives 1 new row."), "{:?}", told.0);
    assert!(!said("joined with the table of edges") && !said(": ."), "{:?}", told.0);
}
