//! A mistake says where it is, what stands there, and what is accepted.

use super::super::language::{Language, Query};

/// The text, where the mistake is, and words of what is said of it and of what is accepted.
type Case = (&'static str, (usize, usize), &'static str, &'static str);

fn hold(language: Language, cases: &[Case]) {
    for (text, place, problem, accepted) in cases {
        let mistake = Query::read(language, text).err().unwrap_or_else(|| panic!("{text} is read"));
        assert_eq!(mistake.place(text), *place, "{text}: {mistake:?}");
        assert!(mistake.problem.contains(problem), "{text}: {mistake:?}");
        assert!(mistake.accepted.contains(accepted), "{text}: {mistake:?}");
    }
}

#[test]
fn mistakes_in_cypher() {
    hold(
        Language::Cypher,
        &[
            ("", (1, 1), "ends too early", "MATCH"),
            ("SELECT 1", (1, 1), "`SELECT` isn't expected here", "MATCH"),
            ("CREATE (p)", (1, 1), "CREATE isn't known here", "MATCH"),
            ("MATCH p", (1, 7), "`p` isn't expected here", "a node"),
            ("MATCH (p:person", (1, 16), "ends too early", ")"),
            ("MATCH (p)-[:within*0..->(q) RETURN p", (1, 23), "`-` isn't expected here", "]"),
            ("MATCH (p)\nWHERE p.age = '3' RETURN p", (2, 9), "no `age`", "name"),
            ("MATCH (p)\nRETURN q.name", (2, 8), "no node is called `q`", "p"),
            ("MATCH (p) RETURN p ORDER BY p.name", (1, 20), "ORDER isn't known here", "the end"),
            ("MATCH (p) WHERE p = 'x' RETURN p", (1, 17), "only with a vertex", "p.name"),
            ("MATCH (p {name: 'x}) RETURN p", (1, 17), "never closed", "'"),
            ("MATCH (p) RETURN p §", (1, 20), "means nothing", "signs"),
            ("MATCH (a)-[:k*4294967296]->(b) RETURN a", (1, 15), "is no number", "4294967295"),
        ],
    );
    let deep = format!("MATCH (p) WHERE {} p = p RETURN p", "NOT ".repeat(40));
    let mistake = Query::read(Language::Cypher, &deep).expect_err("it nests too deeply");
    assert!(mistake.problem.contains("too deeply"), "{mistake:?}");
}

/// By the grammar `!` stands before a primary expression, and binds more tightly than a comparison: `! ?a = ?b` is `(! ?a) = ?b`.
/// It was read as `!(?a = ?b)`.
#[test]
fn an_exclamation_mark_negates_what_stands_right_after_it() {
    const HEAD: &str = "PREFIX : <x> SELECT ?a { ?a :k ?b ; :name ?n . FILTER (";
    let mistaken = |filter: &str| {
        let text = format!("{HEAD}{filter}) }}");
        let mistake = Query::read(Language::Sparql, &text).err().unwrap_or_else(|| panic!("{text} is read"));
        (text[mistake.at..].to_owned(), mistake.problem, mistake.accepted)
    };
    for filter in ["! ?a = ?b", "! ?n < 'x' && ?a = ?b", "!!(?a = ?b)", "! :x = ?a", "! 'x' = ?n"] {
        let (at, problem, accepted) = mistaken(filter);
        let right_after = filter[1..].trim_start();
        assert!(at.starts_with(right_after), "{filter}: {at}");
        assert_eq!(problem, "`!` negates what stands right after it, and not a comparison", "{filter}");
        assert_eq!(accepted, "a comparison in parentheses as in !(?a = ?b), STRSTARTS, CONTAINS", "{filter}");
    }
    // And what follows what is negated belongs to that no more.
    assert!(mistaken("!(?a = ?b) = ?a").0.starts_with("= ?a"));
    for filter in ["!(?a = ?b)", "!STRSTARTS(?n, 'x') && ?a = ?b", "! ( !CONTAINS(?n, 'x') || ?a != ?b ) || ?n = 'x'"] {
        let text = format!("{HEAD}{filter}) }}");
        assert!(Query::read(Language::Sparql, &text).is_ok(), "{filter}");
    }
}

#[test]
fn mistakes_in_sparql() {
    hold(
        Language::Sparql,
        &[
            ("MATCH (p)", (1, 1), "`MATCH` isn't expected here", "SELECT"),
            ("SELECT ?p { ?p :within :x }", (1, 16), "stands for no address", "PREFIX"),
            ("PREFIX : <x>\nSELECT ?q {\n  ?p :within ?x }", (2, 8), "no triple has `?q`", "?p, ?x"),
            ("PREFIX : <x>\nSELECT ?p {\n  ?p !:within ?x }", (3, 6), "isn't known here", ":within"),
            ("PREFIX : <x>\nSELECT ?p {\n  ?p ?how ?x }", (3, 6), "a variable in the place of a path", ":within"),
            ("PREFIX : <x>\nSELECT ?p {\n  OPTIONAL { ?p :k ?x } }", (3, 3), "OPTIONAL isn't known", "FILTER"),
            ("PREFIX : <x> SELECT ?p { ?p :within/ ?x }", (1, 38), "a variable in the place of a path", ":within"),
            ("PREFIX : <x> SELECT ?p { ?p :k ?x", (1, 34), "ends too early", "}"),
            ("PREFIX : <x> SELECT ?p { ?p :k ?x ?y }", (1, 35), "`?y` isn't expected here", "`;`"),
            ("PREFIX : <x> SELECT ?n { ?p :name ?n ; :k ?n }", (1, 43), "`?n` is a name", "another variable"),
            ("PREFIX : <x> SELECT ?p { ?p :name/:k ?n }", (1, 29), "nothing leaves it", ":name"),
            ("PREFIX : <x> SELECT ?p { ?p a :person FILTER (?p = 'x') }", (1, 47), "only with a vertex", ":name"),
            ("PREFIX : <x> SELECT ?p { ?p a :person FILTER (?z = ?p) }", (1, 47), "no triple has `?z`", "?p"),
            ("PREFIX foaf: <x> SELECT ?p { }", (1, 8), "a prefix with a name", ":"),
        ],
    );
    let deep = format!("PREFIX : <x> SELECT ?p {{ ?p {}:k ?x }}", "(".repeat(60));
    let mistake = Query::read(Language::Sparql, &deep).expect_err("it nests too deeply");
    assert!(mistake.problem.contains("too deeply"), "{mistake:?}");
}
