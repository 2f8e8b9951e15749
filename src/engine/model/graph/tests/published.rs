//! Cases that others have published: the openCypher technology compatibility kit's on patterns of variable length, and the
//! examples of paths in the recommendation of SPARQL 1.1, for what this book has of the languages.

use std::rc::Rc;

use super::super::language::{Language, Query};
use super::super::store::Graph;
use super::ask;

/// Under the Apache License 2.0; its head says where it is from.
const MATCH5: &str = include_str!("../../../../../tests/vectors/opencypher/Match5.feature");

/// The tree that the scenarios are about: `n0` likes `n00` and `n01`, and so on, down to a depth.
fn tree(depth: usize) -> Graph {
    let mut graph = Graph::default();
    let likes: Rc<str> = "LIKES".into();
    let mut level = vec![graph.add("A", "n0")];
    for label in ["B", "C", "D", "E"].into_iter().take(depth) {
        let mut next = Vec::new();
        for parent in level {
            for digit in ["0", "1"] {
                let child = format!("{}{digit}", graph.name(parent));
                let child = graph.add(label, &child);
                graph.connect(parent, &likes, child);
                next.push(child);
            }
        }
        level = next;
    }
    graph
}

/// Turns the edges around for which it is said.
fn turn(graph: &mut Graph, which: impl Fn(&str) -> bool) {
    let edges: Vec<_> = graph.edges().map(|(id, edge)| (id, edge.clone())).collect();
    for (id, edge) in edges {
        if which(&graph.vertex(edge.tail).label) {
            graph.disconnect(id);
            graph.connect(edge.head, &edge.kind, edge.tail);
        }
    }
}

/// What stands between the first and the second three quotes after a phrase.
fn quoted<'a>(scenario: &'a str, after: &str) -> &'a str {
    let rest = scenario.split(after).nth(1).expect("it has it");
    rest.split("\"\"\"").nth(1).expect("it is quoted")
}

#[test]
fn the_compatibility_kit_of_cypher_on_variable_length() {
    let mut seen = 0;
    for scenario in MATCH5.split("  Scenario: ").skip(1) {
        let name = scenario.lines().next().expect("it has a name");
        let query = quoted(scenario, "When executing query:").trim();
        if scenario.contains("SyntaxError") {
            assert!(Query::read(Language::Cypher, query).is_err(), "{name}");
            seen += 1;
            continue;
        }
        // What the scenario does to the tree before. What is grown later is not turned.
        let mut graph = tree(if scenario.contains("CREATE (e1:E") { 4 } else { 3 });
        if scenario.contains("WHERE NOT a:A") {
            turn(&mut graph, |label| matches!(label, "B" | "C"));
        } else if scenario.contains("MATCH (a:A)-[r]->(b)") {
            turn(&mut graph, |label| label == "A");
        }
        let bag = ask(&graph, Language::Cypher, query, None).expect("it is answered");
        let mut found: Vec<String> = bag.iter().flat_map(|(row, many)| vec![row[0].to_string(); *many]).collect();
        let table = scenario.split("in any order:").nth(1).expect("it has a result");
        let cells = table.lines().filter_map(|line| line.trim().strip_prefix('|')?.strip_suffix('|'));
        let mut expected: Vec<String> = cells.skip(1).map(|cell| cell.trim().trim_matches('\'').to_owned()).collect();
        found.sort();
        expected.sort();
        assert_eq!(found, expected, "{name}");
        seen += 1;
    }
    assert_eq!(seen, 29);
}

/// Section 9 of the recommendation, with its graph of people who know each other: `:x` knows `:y`, `:y` knows `:z`.
#[test]
fn paths_of_the_recommendation_of_sparql() {
    let mut graph = Graph::default();
    let [x, y, z] = ["x", "y", "z"].map(|name| graph.add("person", name));
    let [knows, sub]: [Rc<str>; 2] = ["knows", "sub_class"].map(Into::into);
    graph.connect(x, &knows, y);
    graph.connect(y, &knows, z);
    graph.connect(z, &knows, y);
    graph.connect(x, &sub, z);
    let cases: [(&str, &[&str]); 10] = [
        // Sequence, inverse, and an inverse sequence.
        (":x :knows/:knows/:name ?n", &["z"]),
        (":y ^:knows/:name ?n", &["x", "z"]),
        (":z ^(:knows/:knows)/:name ?n", &["x", "z"]),
        // Whom somebody knows by one hop or more, or by none; a circle ends.
        (":x :knows+/:name ?n", &["y", "z"]),
        (":x :knows*/:name ?n", &["x", "y", "z"]),
        (":x :knows?/:name ?n", &["x", "y"]),
        (":y :knows+/:name ?n", &["y", "z"]),
        // An alternative counts each way; a repetition of it does not.
        (":x (:knows|:sub_class)/:name ?n", &["y", "z"]),
        (":x (:knows/:knows|:sub_class)/:name ?n", &["z", "z"]),
        (":x (:knows/:knows|:sub_class)*/:name ?n", &["x", "z"]),
    ];
    for (triple, expected) in cases {
        let text = format!("PREFIX : <https://example.org/> SELECT ?n {{ {triple} }}");
        let bag = ask(&graph, Language::Sparql, &text, None).expect("it is answered");
        let found: Vec<&str> = bag.iter().flat_map(|(row, many)| vec![&*row[0]; *many]).collect();
        assert_eq!(found, expected, "{triple}");
    }
}
