//! Random graphs with circles and loops, asked in random ways, against answers that are found otherwise: by tables of all pairs
//! for SPARQL and SQL, and for Cypher by trying all trails.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use proptest::prelude::*;

use super::super::language::Language;
use super::super::store::Graph;
use super::{Bag, ask};

const MOST: usize = 6;
const KINDS: [&str; 2] = ["k", "l"];
const LABELS: [&str; 2] = ["one", "two"];

/// The labels of the vertices, and the edges: tail, kind, head.
#[derive(Clone, Debug)]
struct Drawn {
    labels: Vec<usize>,
    edges: BTreeSet<(usize, usize, usize)>,
}

fn drawn() -> impl Strategy<Value = Drawn> {
    (1..=MOST).prop_flat_map(|many| {
        let labels = prop::collection::vec(0..2_usize, many);
        let edges = prop::collection::btree_set((0..many, 0..2_usize, 0..many), 0..=9);
        (labels, edges).prop_map(|(labels, edges)| Drawn { labels, edges })
    })
}

impl Drawn {
    fn graph(&self) -> Graph {
        let mut graph = Graph::default();
        let vertices: Vec<_> = self
            .labels
            .iter()
            .enumerate()
            .map(|(place, label)| graph.add(LABELS[*label], &format!("v{place}")))
            .collect();
        for (tail, kind, head) in &self.edges {
            graph.connect(vertices[*tail], &Rc::from(KINDS[*kind]), vertices[*head]);
        }
        graph
    }

    fn len(&self) -> usize {
        self.labels.len()
    }
}

/// How many ways there are from each vertex to each.
type Ways = Vec<Vec<usize>>;

/// A path of SPARQL.
#[derive(Clone, Debug)]
enum Path {
    Kind(usize),
    Inverse(Box<Path>),
    Sequence(Box<Path>, Box<Path>),
    Alternative(Box<Path>, Box<Path>),
    Repeated(Box<Path>, char),
}

fn path() -> impl Strategy<Value = Path> {
    (0..2_usize).prop_map(Path::Kind).prop_recursive(3, 8, 2, |inner| {
        prop_oneof![
            inner.clone().prop_map(|path| Path::Inverse(Box::new(path))),
            (inner.clone(), inner.clone()).prop_map(|(one, other)| Path::Sequence(Box::new(one), Box::new(other))),
            (inner.clone(), inner.clone()).prop_map(|(one, other)| Path::Alternative(Box::new(one), Box::new(other))),
            (inner, prop::sample::select(vec!['*', '+', '?']))
                .prop_map(|(path, sign)| Path::Repeated(Box::new(path), sign)),
        ]
    })
}

impl Path {
    fn text(&self) -> String {
        match self {
            Path::Kind(kind) => format!(":{}", KINDS[*kind]),
            Path::Inverse(path) => format!("^({})", path.text()),
            Path::Sequence(one, other) => format!("({})/({})", one.text(), other.text()),
            Path::Alternative(one, other) => format!("({}|{})", one.text(), other.text()),
            Path::Repeated(path, sign) => format!("({}){sign}", path.text()),
        }
    }

    /// By the definition: sequences multiply, alternatives add, and a repetition counts once.
    fn ways(&self, drawn: &Drawn) -> Ways {
        let len = drawn.len();
        let table = |cell: &dyn Fn(usize, usize) -> usize| -> Ways {
            (0..len).map(|from| (0..len).map(|to| cell(from, to)).collect()).collect()
        };
        match self {
            Path::Kind(kind) => table(&|from, to| usize::from(drawn.edges.contains(&(from, *kind, to)))),
            Path::Inverse(path) => {
                let ways = path.ways(drawn);
                table(&|from, to| ways[to][from])
            }
            Path::Sequence(one, other) => product(&one.ways(drawn), &other.ways(drawn)),
            Path::Alternative(one, other) => {
                let (one, other) = (one.ways(drawn), other.ways(drawn));
                table(&|from, to| one[from][to] + other[from][to])
            }
            Path::Repeated(path, sign) => {
                let once = path.ways(drawn);
                let mut all = table(&|from, to| usize::from(once[from][to] > 0));
                // Warshall's.
                for middle in (0..len).filter(|_| *sign != '?') {
                    for (from, to) in (0..len).flat_map(|from| (0..len).map(move |to| (from, to))) {
                        all[from][to] |= all[from][middle] & all[middle][to];
                    }
                }
                table(&|from, to| if *sign != '+' && from == to { 1 } else { all[from][to] })
            }
        }
    }
}

fn product(one: &Ways, other: &Ways) -> Ways {
    let cell = |from: usize, to: usize| (0..one.len()).map(|middle| one[from][middle] * other[middle][to]).sum();
    (0..one.len()).map(|from| (0..one.len()).map(|to| cell(from, to)).collect()).collect()
}

/// All trails of a pattern of two arrows in one `MATCH`, counted by their ends: no edge twice among all of them.
struct Trails<'a> {
    edges: Vec<(usize, usize, usize)>,
    arrows: &'a [Arrow],
    found: BTreeMap<(usize, usize), usize>,
}

/// A kind or any, whether it goes against the arrow, and its lengths.
#[derive(Clone, Debug)]
struct Arrow {
    kind: Option<usize>,
    backwards: bool,
    least: usize,
    most: usize,
}

fn arrow() -> impl Strategy<Value = Arrow> {
    (prop::option::of(0..2_usize), any::<bool>(), 0..3_usize, 0..4_usize)
        .prop_map(|(kind, backwards, least, most)| Arrow { kind, backwards, least, most })
}

impl Arrow {
    fn text(&self) -> String {
        let kind = self.kind.map(|kind| format!(":{}", KINDS[kind])).unwrap_or_default();
        let inner = format!("-[{kind}*{}..{}]-", self.least, self.most);
        if self.backwards { format!("<{inner}") } else { format!("{inner}>") }
    }
}

impl Trails<'_> {
    fn from(&mut self, start: usize, at: usize, arrow: usize, length: usize, used: &mut Vec<usize>) {
        let Some(this) = self.arrows.get(arrow) else {
            *self.found.entry((start, at)).or_default() += 1;
            return;
        };
        if this.least <= length && length <= this.most {
            self.from(start, at, arrow + 1, 0, used);
        }
        if length >= this.most {
            return;
        }
        for (place, (tail, kind, head)) in self.edges.clone().into_iter().enumerate() {
            let (from, to) = if this.backwards { (head, tail) } else { (tail, head) };
            if from == at && this.kind.is_none_or(|its| its == kind) && !used.contains(&place) {
                used.push(place);
                self.from(start, to, arrow, length + 1, used);
                used.pop();
            }
        }
    }
}

/// How often each pair is in an answer of two columns.
fn pairs(bag: &Bag) -> BTreeMap<(String, String), usize> {
    bag.iter().map(|(row, many)| ((row[0].to_string(), row[1].to_string()), *many)).collect()
}

fn named(ways: impl IntoIterator<Item = ((usize, usize), usize)>) -> BTreeMap<(String, String), usize> {
    let name = |place: usize| format!("v{place}");
    ways.into_iter().filter(|(_, many)| *many > 0).map(|((from, to), many)| ((name(from), name(to)), many)).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 800, failure_persistence: None, ..ProptestConfig::default() })]

    /// From every vertex to every, as often as the definition says, from whichever end the walk begins.
    #[test]
    fn a_path_of_sparql_is_what_its_definition_says(drawn in drawn(), path in path(), begin in prop::option::of(0..2_usize)) {
        let text = format!("PREFIX : <> SELECT ?n ?m {{ ?a {} ?b . ?a :name ?n . ?b :name ?m }}", path.text());
        let ways = path.ways(&drawn);
        let all: Vec<_> = (0..drawn.len()).flat_map(|from| (0..drawn.len()).map(move |to| (from, to))).collect();
        prop_assume!(all.iter().map(|(from, to)| ways[*from][*to]).sum::<usize>() < 2_000);
        if let Ok(bag) = ask(&drawn.graph(), Language::Sparql, &text, begin) {
            prop_assert_eq!(pairs(&bag), named(all.iter().map(|(from, to)| ((*from, *to), ways[*from][*to]))));
        }
    }

    /// Every trail once, no edge twice in one `MATCH`, from whichever end the walk begins; and `DISTINCT`, which spares most of
    /// the work, loses no pair.
    #[test]
    fn a_match_of_cypher_is_every_trail(
        drawn in drawn(),
        arrows in prop::collection::vec(arrow(), 1..3),
        begin in prop::option::of(0..2_usize),
    ) {
        let chain = arrows.iter().map(Arrow::text).collect::<Vec<_>>().join("()");
        let text = |distinct: &str| format!("MATCH (a){chain}(b) RETURN {distinct} a.name, b.name");
        let mut trails =
            Trails { edges: drawn.edges.iter().copied().collect(), arrows: &arrows, found: BTreeMap::new() };
        for start in 0..drawn.len() {
            trails.from(start, start, 0, 0, &mut Vec::new());
        }
        let graph = drawn.graph();
        if let Ok(bag) = ask(&graph, Language::Cypher, &text(""), begin) {
            prop_assert_eq!(pairs(&bag), named(trails.found.clone()));
        }
        if let Ok(bag) = ask(&graph, Language::Cypher, &text("DISTINCT"), begin) {
            prop_assert_eq!(pairs(&bag), named(trails.found.into_keys().map(|pair| (pair, 1))));
        }
    }

    /// What can be reached from a vertex by a kind of edge, with the vertex itself or without, and what is of a label among it:
    /// the three languages say the same, and it is what Warshall's algorithm finds.
    #[test]
    fn three_languages_reach_the_same(
        drawn in drawn(), start in 0..MOST, zero in any::<bool>(), forwards in any::<bool>(), begin in prop::option::of(0..2_usize),
    ) {
        let start = start % drawn.len();
        let mut path = Path::Repeated(Box::new(Path::Kind(0)), if zero { '*' } else { '+' });
        if !forwards {
            path = Path::Inverse(Box::new(path));
        }
        let ways = path.ways(&drawn);
        let expected: BTreeSet<String> = (0..drawn.len())
            .filter(|to| ways[start][*to] > 0 && drawn.labels[*to] == 0)
            .map(|to| format!("v{to}"))
            .collect();
        let arrow = if forwards { ("-", "->") } else { ("<-", "-") };
        let cypher = format!(
            "MATCH ({{name: 'v{start}'}}){}[:k*{}..]{}(b:one) RETURN DISTINCT b.name", arrow.0, usize::from(!zero), arrow.1
        );
        let sparql = format!("PREFIX : <> SELECT DISTINCT ?n {{ :v{start} {} ?b . ?b a :one ; :name ?n }}", path.text());
        let (here, there) = if forwards { ("tail", "head") } else { ("head", "tail") };
        let first = if zero {
            format!("SELECT id FROM vertices WHERE name = 'v{start}'")
        } else {
            format!("SELECT {there} FROM edges JOIN vertices AS v ON v.id = {here} WHERE v.name = 'v{start}' AND kind = 'k'")
        };
        let sql = format!(
            "WITH RECURSIVE found(id) AS ({first} UNION SELECT {there} FROM edges JOIN found ON {here} = found.id WHERE kind = \
             'k') SELECT DISTINCT name FROM vertices JOIN found ON found.id = vertices.id WHERE label = 'one'"
        );
        let graph = drawn.graph();
        for (language, text) in [(Language::Cypher, cypher), (Language::Sparql, sparql), (Language::Sql, sql)] {
            let bag = ask(&graph, language, &text, begin).expect("it is answered");
            let found: BTreeSet<String> = bag.keys().map(|row| row[0].to_string()).collect();
            prop_assert_eq!(&found, &expected, "{}", text);
        }
    }
}
