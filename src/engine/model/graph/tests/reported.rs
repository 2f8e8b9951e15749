//! Wrong answers that other graph databases gave, or were thought to give, as their trackers have them, and what is answered
//! here.

use std::rc::Rc;

use super::super::language::Language;
use super::super::store::Graph;
use super::ask;

/// A graph of edges such as `a-k>b`; a vertex has the first letter of its name as its label, and may stand alone.
fn graph(edges: &[&str]) -> Graph {
    let mut graph = Graph::default();
    let vertex = |graph: &mut Graph, name: &str| graph.named(name).unwrap_or_else(|| graph.add(&name[..1], name));
    for edge in edges {
        let Some((tail, rest)) = edge.split_once('-') else {
            vertex(&mut graph, edge);
            continue;
        };
        let (kind, head) = rest.split_once('>').expect("an arrow");
        let (tail, kind, head) = (vertex(&mut graph, tail), Rc::from(kind), vertex(&mut graph, head));
        graph.connect(tail, &kind, head);
    }
    graph
}

/// The rows of an answer, each as often as it is in it.
fn rows(graph: &Graph, language: Language, text: &str) -> String {
    let bag = ask(graph, language, text, None).unwrap_or_else(|refused| panic!("{text}: {}", refused.reason));
    let each = bag.iter().flat_map(|(row, many)| vec![row.join(","); *many]);
    each.collect::<Vec<_>>().join(" ")
}

fn hold(language: Language, edges: &[&str], cases: &[(&str, &str)]) {
    for (text, expected) in cases {
        assert_eq!(rows(&graph(edges), language, text), *expected, "{text}");
    }
}

/// neo4j/neo4j#8324, samyama-ai/samyama-graph#639 and #640, DeusData/codebase-memory-mcp#797: one variable is one vertex, an edge
/// from a vertex to itself is one edge from either side, and a trail goes along it once.
#[test]
fn a_loop_is_one_edge_and_a_variable_one_vertex() {
    let cypher = Language::Cypher;
    hold(
        cypher,
        &["a-k>a", "b-k>b", "c-k>d"],
        &[
            ("MATCH (n)-[:k]->(n) RETURN n.name", "a b"),
            ("MATCH (n)--(n) RETURN n.name", "a b"),
            ("MATCH (n)-[:k]-(m) RETURN n.name, m.name", "a,a b,b c,d d,c"),
            ("MATCH (n:a)-[:k*]->(m) RETURN m.name", "a"),
            ("MATCH (n)-[:k*1..100]->(n) RETURN n.name", "a b"),
        ],
    );
    // sage-org/sage-engine#8 is the same of SPARQL.
    hold(
        Language::Sparql,
        &["m1-starring>a1", "m2-starring>m2"],
        &[("PREFIX : <> SELECT ?n { ?m :starring ?m ; :name ?n }", "m2")],
    );
}

/// neo4j/neo4j#13536 and #12168, ArcadeData/arcadedb#5663, FalkorDB/FalkorDB#786: within one `MATCH` no edge is followed twice, and of
/// two between the same vertices each counts.
#[test]
fn a_match_follows_each_edge_once_and_counts_each() {
    let cypher = Language::Cypher;
    let circle = ["B1-R1>Y1", "B1-R1>Y1", "Y1-R2>P1", "Y1-R2>P1", "P1-R3>B1", "P1-R3>B1", "P1-R3>B1"];
    let text = "MATCH (:Y)<-[:R1]-(:B)<-[:R3]-(:P)<-[:R2]-(:Y)<-[:R1]-(a:B) RETURN a.name";
    assert_eq!(rows(&graph(&circle), cypher, text).split(' ').count(), 12, "and not 24");
    hold(cypher, &["a-i>t", "a-i>t", "t-i>a"], &[("MATCH (a {name: 'a'})-[:i]->(t)-[:i]->(a) RETURN t.name", "t t")]);
    hold(
        cypher,
        &["A-c>B", "B-c>A", "B-c>C", "C-c>B", "C-c>D", "D-c>C"],
        &[("MATCH ({name: 'A'})-[:c*]->(x {name: 'C'}) RETURN x.name", "C C")],
    );
    hold(
        cypher,
        &["p-directed>m", "p-acted>m"],
        &[
            ("MATCH (a:p)-[:directed]-(b)--(c) WHERE c.name = a.name RETURN c.name", "p"),
            ("MATCH (a:p)-[:directed]-(b)-[:directed]-(c) WHERE c.name = a.name RETURN c.name", ""),
        ],
    );
}

/// ArcadeData/arcadedb#3337, kuzudb/kuzu#2244, FalkorDB/FalkorDB#359: a trail of no edges is one match where both of its ends are
/// the same vertex, which has to be what both of them have to be.
#[test]
fn a_trail_of_no_edges_has_one_vertex() {
    let cypher = Language::Cypher;
    hold(
        cypher,
        &["S"],
        &[
            ("MATCH (a)-[*0..1]->(b) RETURN b.name", "S"),
            ("MATCH (a:S)<-[:child*0..]-(b:S) RETURN a.name, b.name", "S,S"),
        ],
    );
    hold(
        cypher,
        &["A-r>B", "B-r>C", "B-r>D", "D-r>B"],
        &[
            ("MATCH (a:A)-[*0]->(b:B) RETURN b.name", ""),
            ("MATCH (a:A)-[*0]->(b:B)-[*]->(c:C) RETURN c.name", ""),
            ("MATCH (a:A)-[*]->(b:B)-[*0]->(c:C) RETURN c.name", ""),
            ("MATCH (a:A)-[*0]->(b:B)-[*0]->(c:C) RETURN c.name", ""),
            // By B alone, with the circle before it, and with the circle behind it.
            ("MATCH (a:A)-[*]->(b:B)-[*]->(c:C) RETURN c.name", "C C C"),
        ],
    );
}

/// ruvnet/RuVector#939, neo4j/neo4j#12141: NOT takes a whole comparison, and AND binds before OR.
#[test]
fn not_binds_less_than_a_comparison_and_or_least() {
    hold(
        Language::Cypher,
        &["a", "b", "c"],
        &[
            ("MATCH (n) WHERE NOT n.name = 'a' RETURN n.name", "b c"),
            ("MATCH (n) WHERE n.name = 'a' OR n.name = 'b' AND n.name = 'c' RETURN n.name", "a"),
            ("MATCH (n) WHERE NOT n.name = 'a' AND n.name = 'b' RETURN n.name", "b"),
            ("MATCH (n) WHERE NOT (n.name = 'a' OR n.name = 'b') RETURN n.name", "c"),
        ],
    );
}

/// trickle-labs/pg-ripple#109, openlink/virtuoso-opensource#590, kasei/perlrdf#54: what is between two paths of a sequence is one
/// vertex, a path of no edges leads to where it begins, and both ends may be named.
#[test]
fn a_path_of_sparql_is_joined_with_what_it_stands_beside() {
    let sparql = Language::Sparql;
    hold(
        sparql,
        &["a-hop>b", "b-hop>c", "c-hop>d", "d-hop>e", "e-hop>f"],
        &[
            ("PREFIX : <> SELECT ?n { :a :hop*/:hop/:name ?n }", "b c d e f"),
            ("PREFIX : <> SELECT ?n { :a :hop* ?x . ?x :hop ?y . ?y :name ?n }", "b c d e f"),
            ("PREFIX : <> SELECT ?n { :a :hop* :c . :f :name ?n }", "f"),
            ("PREFIX : <> SELECT ?n { :c :hop* :a . :f :name ?n }", ""),
        ],
    );
    hold(
        sparql,
        &["a-m>x", "b-m>x", "b-m>y", "c-m>y"],
        &[("PREFIX : <> SELECT ?n { :a (:m/^:m)* ?u . ?u :name ?n }", "a b c")],
    );
}

/// dotnetrdf/dotnetrdf#856, comunica/comunica#1415: a filter is of its whole group, wherever it stands, and hides no variable.
#[test]
fn a_filter_is_of_its_whole_group() {
    hold(
        Language::Sparql,
        &["a-k>b", "c-k>d"],
        &[
            ("PREFIX : <> SELECT ?x { FILTER(?n != 'a') ?x :name ?n . ?x :k ?y }", ":c"),
            ("PREFIX : <> SELECT ?x ?y { ?x :k ?y FILTER(?y = :d) }", ":c,:d"),
            ("PREFIX : <> SELECT ?n { ?x :k ?y . FILTER(?n = 'd') ?y :name ?n }", "d"),
        ],
    );
}
