//! The graphs that a figure begins with, and what is asked of them, in three languages.

use std::rc::Rc;

use super::language::Language;
use super::settings::World;
use super::store::Graph;

/// A label with the names of its vertices, and a kind of edge with its tails and heads.
type Written = (&'static [(&'static str, &'static str)], &'static [(&'static str, &'static str)]);

const TOWN: Written = (
    &[("person", "Asha Rui"), ("place", "Basel Porto Switzerland Portugal Europe")],
    &[
        ("lives_in", "Asha>Basel Rui>Porto"),
        ("within", "Basel>Switzerland Porto>Portugal Switzerland>Europe Portugal>Europe"),
    ],
);

/// Towns are not equally deep: Basel is in a country, Turin in a region of one.
const WORLD: Written = (
    &[
        ("person", "Asha Rui Devi Nino"),
        ("place", "Kochi Turin Basel Porto Kerala Piedmont India Italy Switzerland Portugal Asia Europe"),
    ],
    &[
        ("within", "Kochi>Kerala Kerala>India India>Asia Turin>Piedmont Piedmont>Italy Italy>Europe"),
        ("within", "Basel>Switzerland Switzerland>Europe Porto>Portugal Portugal>Europe"),
        ("born_in", "Asha>Kochi Rui>Porto Devi>Kerala Nino>Turin"),
        ("lives_in", "Asha>Turin Rui>Basel Devi>Basel Nino>Kochi"),
    ],
);

/// Two circles that share Rui, and Lena, whom nobody knows.
const FRIENDS: Written = (
    &[("person", "Asha Rui Devi Nino Omar Lena")],
    &[("knows", "Asha>Rui Rui>Devi Devi>Asha Rui>Nino Nino>Omar Omar>Rui Lena>Omar")],
);

const EMPTY: Written = (&[], &[]);

/// The graph, and the three texts.
pub fn written(world: World) -> (Graph, [Rc<str>; 3]) {
    let (vertices, edges) = match world {
        World::Town => TOWN,
        World::World => WORLD,
        World::Friends => FRIENDS,
        World::Empty => EMPTY,
    };
    let mut graph = Graph::default();
    for (label, names) in vertices {
        for name in names.split_whitespace() {
            graph.add(label, name);
        }
    }
    for (kind, pairs) in edges {
        let kind: Rc<str> = (*kind).into();
        for (tail, head) in pairs.split_whitespace().filter_map(|pair| pair.split_once('>')) {
            let [tail, head] = [tail, head].map(|name| graph.named(name).expect("it stands above"));
            graph.connect(tail, &kind, head);
        }
    }
    (graph, Language::ALL.map(|language| text(world, language).into()))
}

/// What a figure asks for, in words.
pub fn question(world: World) -> &'static str {
    match world {
        World::Town | World::Empty => "Who lives in Europe?",
        World::World => "Who was born in Asia and lives in Europe?",
        World::Friends => "Whom does Asha know, herself or through others?",
    }
}

fn text(world: World, language: Language) -> &'static str {
    match (world, language) {
        (World::Town | World::Empty, Language::Cypher) => {
            "MATCH (p)-[:lives_in]->()-[:within*0..]->({name: 'Europe'})
RETURN DISTINCT p.name"
        }
        (World::Town | World::Empty, Language::Sparql) => {
            "PREFIX : <https://example.org/>
SELECT DISTINCT ?name WHERE {
  ?p :name ?name ; :lives_in/:within* :Europe .
}"
        }
        (World::Town | World::Empty, Language::Sql) => {
            "WITH RECURSIVE europe(id) AS (
  SELECT id FROM vertices WHERE name = 'Europe'
  UNION
  SELECT tail FROM edges JOIN europe ON head = europe.id
  WHERE kind = 'within'
)
SELECT DISTINCT p.name FROM vertices AS p
JOIN edges AS l ON l.tail = p.id AND l.kind = 'lives_in'
JOIN europe ON europe.id = l.head"
        }
        (World::World, Language::Cypher) => {
            "MATCH (p)-[:born_in]->()-[:within*0..]->({name: 'Asia'})
MATCH (p)-[:lives_in]->()-[:within*0..]->({name: 'Europe'})
RETURN DISTINCT p.name"
        }
        (World::World, Language::Sparql) => {
            "PREFIX : <https://example.org/>
SELECT DISTINCT ?name WHERE {
  ?p :name ?name ;
     :born_in/:within* :Asia ;
     :lives_in/:within* :Europe .
}"
        }
        (World::World, Language::Sql) => {
            "WITH RECURSIVE asia(id) AS (
  SELECT id FROM vertices WHERE name = 'Asia'
  UNION
  SELECT tail FROM edges JOIN asia ON head = asia.id
  WHERE kind = 'within'
), europe(id) AS (
  SELECT id FROM vertices WHERE name = 'Europe'
  UNION
  SELECT tail FROM edges JOIN europe ON head = europe.id
  WHERE kind = 'within'
)
SELECT DISTINCT p.name FROM vertices AS p
JOIN edges AS b ON b.tail = p.id AND b.kind = 'born_in'
JOIN asia ON asia.id = b.head
JOIN edges AS l ON l.tail = p.id AND l.kind = 'lives_in'
JOIN europe ON europe.id = l.head"
        }
        (World::Friends, Language::Cypher) => {
            "MATCH ({name: 'Asha'})-[:knows*]->(p)
RETURN DISTINCT p.name"
        }
        (World::Friends, Language::Sparql) => {
            "PREFIX : <https://example.org/>
SELECT DISTINCT ?name WHERE {
  :Asha :knows+/:name ?name .
}"
        }
        (World::Friends, Language::Sql) => {
            "WITH RECURSIVE known(id) AS (
  SELECT head FROM edges JOIN vertices AS v ON v.id = tail
  WHERE v.name = 'Asha' AND kind = 'knows'
  UNION
  SELECT head FROM edges JOIN known ON tail = known.id
  WHERE kind = 'knows'
)
SELECT DISTINCT p.name FROM vertices AS p
JOIN known ON known.id = p.id"
        }
    }
}
