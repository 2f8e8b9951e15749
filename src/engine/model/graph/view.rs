//! A look from outside: what was counted, the whole state, and what a picture needs that is no field.

use serde_json::{Value, json};

use super::language::Language;
use super::{GraphStore, VertexId};
use crate::contract::Counter;
use crate::order;
use crate::wording::list;

/// What a vertex is in the walk that was last seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// Not reached.
    Elsewhere,
    /// Reached by this hop of the path.
    Reached(u32),
    /// Where the last hop has come to.
    Frontier(u32),
    /// In the answer.
    Found,
}

impl GraphStore {
    pub fn standing(&self, vertex: VertexId) -> Standing {
        let is_answered = self.asked.is_some_and(|language| self.answers[language as usize].is_some());
        let is_frontier = self.look.frontier.contains(&vertex);
        let hop = self.look.reached.iter().find(|(other, _)| *other == vertex).map(|(_, hop)| *hop);
        match (is_answered, is_frontier, hop) {
            (true, true, _) => Standing::Found,
            (true, ..) | (_, false, None) => Standing::Elsewhere,
            (_, true, hop) => Standing::Frontier(hop.unwrap_or(self.look.hop)),
            (_, _, Some(hop)) => Standing::Reached(hop),
        }
    }

    /// Whether two answers to what is asked are not the same set of rows.
    pub fn differs(&self) -> bool {
        let sets: Vec<_> = self.answers.iter().flatten().map(|answer| order::set(answer.rows.iter())).collect();
        sets.windows(2).any(|pair| pair[0] != pair[1])
    }
}

/// Rows as a sentence has them: not more than eight.
pub(super) fn shortened(rows: &[String]) -> String {
    const MOST: usize = 8;
    match rows.len().checked_sub(MOST) {
        Some(more) if more > 0 => list(rows[..MOST].iter().cloned().chain([format!("{more} more")])),
        _ => list(rows),
    }
}

pub(super) fn counters(engine: &GraphStore) -> Vec<Counter> {
    let answer = engine.asked.and_then(|language| engine.answers[language as usize].as_ref());
    let query = engine.asked.map(|language| &engine.queries[language as usize]);
    let counter = |name, value: usize| Counter { name, value: value as u64 };
    vec![
        counter("vertices", engine.graph.vertices().count()),
        counter("edges", engine.graph.edges().count()),
        Counter { name: "hops", value: engine.look.hops },
        Counter { name: "edges_read", value: engine.look.edges_read },
        counter("rows", answer.map_or(0, |answer| answer.rows.len())),
        counter("lines", query.map_or(0, |query| query.lines())),
        counter("characters", query.map_or(0, |query| query.characters())),
        counter("answers", engine.answers.iter().flatten().count()),
        counter("answers_differ", usize::from(engine.differs())),
    ]
}

pub(super) fn state(engine: &GraphStore) -> Value {
    let graph = &engine.graph;
    let vertices = graph.vertices().map(|(_, vertex)| json!({ "label": *vertex.label, "name": *vertex.name }));
    let edges = graph.edges().map(|(id, edge)| {
        let [tail, head] = [edge.tail, edge.head].map(|id| &**graph.name(id));
        json!({ "id": id.to_string(), "tail": tail, "kind": *edge.kind, "head": head })
    });
    let answers = Language::ALL.map(|language| {
        let answer = engine.answers[language as usize].as_ref();
        let rows = answer.map(|answer| -> Vec<Vec<&str>> {
            answer.rows.iter().map(|row| row.iter().map(|cell| &**cell).collect()).collect()
        });
        json!({ "language": language.name(), "query": *engine.queries[language as usize].text, "rows": rows })
    });
    let frontier: Vec<&str> = engine.look.frontier.iter().map(|id| &**graph.name(*id)).collect();
    json!({
        "vertices": vertices.collect::<Vec<_>>(),
        "edges": edges.collect::<Vec<_>>(),
        "frontier": frontier,
        "answers": answers,
    })
}

/// The name of the vertex that a cell of an answer spells: `:Asha`, `(:person {name: 'Asha'})`, `Asha`.
pub(super) fn vertex_of(cell: &str) -> &str {
    let inner = cell.strip_suffix("'})").and_then(|cell| cell.split_once(" {name: '"));
    inner.map_or(cell.trim_start_matches(':'), |(_, name)| name)
}
