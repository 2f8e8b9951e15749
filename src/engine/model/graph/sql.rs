//! The same graph as two tables, and how SQL is asked.
//!
//! SQL has no arrow to follow. A recursive table begins with some rows, and what was found last is joined with the table of
//! edges, round after round, until a round finds no new row. Each round is what a hop is elsewhere.

use std::collections::BTreeSet;
use std::ops::Range;
use std::rc::Rc;

use super::event::Event;
use super::store::{Graph, VertexId};
use super::walk::{Follow, Look, Rows};
use crate::contract::{Decided, Refused};
use crate::table::Mistake;
use crate::table::database::{Database, Tuple};
use crate::table::datum::{Datum, Type};
use crate::table::plan::{Operator, Source, plan};
use crate::table::query::{ColumnDefinition, Name, parse_query};
use crate::table::run::{Did, Run};
use crate::wording::list;

/// The number of a vertex in the tables.
pub fn number(vertex: VertexId) -> i64 {
    i64::from(vertex.0) + 1
}

/// The graph as tables: `vertices (id, label, name)`, and `edges (id, tail, kind, head)`, which refer to them.
pub fn database(graph: &Graph, indexes: bool) -> Result<Database, Mistake> {
    let mut database = Database::new();
    let [vertices, edges] = ["vertices", "edges"].map(Name::new);
    let column = |name, kind| ColumnDefinition { not_null: true, ..ColumnDefinition::new(Name::new(name), kind) };
    let id = ColumnDefinition { key: true, ..column("id", Type::Integer) };
    let end = |name| {
        let references = Some((vertices.clone(), id.name.clone()));
        ColumnDefinition { references, ..column(name, Type::Integer) }
    };
    let name = ColumnDefinition { unique: true, ..column("name", Type::Text) };
    database.create_table(&vertices, &[id.clone(), column("label", Type::Text), name])?;
    database.create_table(&edges, &[id.clone(), end("tail"), column("kind", Type::Text), end("head")])?;
    if indexes {
        for (index, first) in [("edges_by_tail", "tail"), ("edges_by_head", "head")] {
            database.create_index(&Name::new(index), &edges, &[first, "kind"].map(Name::new), false)?;
        }
    }
    let number = |vertex| Datum::Integer(number(vertex));
    let rows = graph.vertices().map(|(id, it)| vec![number(id), Datum::text(&it.label), Datum::text(&it.name)]);
    database.fill(&vertices, rows)?;
    let rows = graph.edges().map(|(id, it)| {
        vec![Datum::Integer(i64::from(id.0) + 1), number(it.tail), Datum::text(&it.kind), number(it.head)]
    });
    database.fill(&edges, rows)?;
    database.analyze();
    Ok(database)
}

/// The rows of the answer, and what it took to find them.
pub fn answer(
    graph: &Graph,
    database: &Database,
    text: &str,
    follow: &mut dyn Follow,
) -> Result<(Rows, Look), Refused> {
    let refused = |mistake: Mistake| Refused::new(mistake.told(text));
    let query = parse_query(text).map_err(refused)?;
    let plan = Rc::new(plan(&query, database).map_err(refused)?);
    // Where each table that the query makes stands in its text.
    let begins: Vec<usize> = query.with.iter().map(|common| common.name.at).chain([query.first.at]).collect();
    let sources = query.with.iter().zip(begins.windows(2));
    let sources: Vec<_> = sources.map(|(common, ends)| (common.name.text.clone(), written(text, ends))).collect();
    // The stages whose recursion reads the table of edges.
    let edges = database.tables().position(|table| &*table.name == "edges");
    let reads_edges = |operator: &Operator| match operator {
        Operator::Read(access) | Operator::Join { inner: access, .. } => {
            matches!(access.table, Source::Table(place) if Some(place) == edges)
        }
        _ => false,
    };
    let is_again = |stage: usize, arm: usize| plan.stages[stage].recursive_from.is_some_and(|from| arm >= from);
    let joining = plan.steps().filter(|(stage, arm, step)| is_again(*stage, *arm) && reads_edges(&step.operator));
    let joining: Vec<usize> = joining.map(|(stage, ..)| stage).collect();
    // The stage of each operator.
    let mut stages = vec![0; plan.operators];
    plan.steps().for_each(|(stage, _, step)| stages[step.id] = stage);
    let mut rounds = Rounds {
        graph,
        follow,
        look: Look::default(),
        sources,
        joining,
        table: None,
        new: Vec::new(),
        many: 0,
        from: usize::MAX,
    };
    let mut run = Run::new(plan.clone(), database);
    while let Some(moves) = run.advance().map_err(refused)? {
        for each in moves {
            let stage = stages.get(each.operator).copied().unwrap_or_default();
            rounds.look.edges_read = run.total().rows_read + run.total().entries_read;
            match each.did {
                Did::Answered(row) => rounds.found(stage, &row),
                Did::Hop { stage, .. } => {
                    let name = plan.stages[stage].name.clone().unwrap_or_default();
                    rounds.round(stage, name);
                }
                _ => {}
            }
        }
    }
    rounds.end(None);
    rounds.look.edges_read = run.total().rows_read + run.total().entries_read;
    let answer = run.answer();
    let cell = |datum: &Datum| -> Rc<str> { datum.to_string().into() };
    rounds.look.matches = answer.rows.len();
    Ok((answer.rows.iter().map(|row| row.iter().map(cell).collect()).collect(), rounds.look))
}

/// The recursion that is under way.
struct Table {
    stage: usize,
    name: Rc<str>,
    round: usize,
    rows: usize,
}

struct Rounds<'a> {
    graph: &'a Graph,
    follow: &'a mut dyn Follow,
    look: Look,
    sources: Vec<(Rc<str>, Range<usize>)>,
    joining: Vec<usize>,
    table: Option<Table>,
    /// Rows that were found since the last round began: their stage, and how many.
    new: Vec<VertexId>,
    many: usize,
    from: usize,
}

impl Rounds<'_> {
    fn found(&mut self, stage: usize, row: &Tuple) {
        if self.from != stage {
            self.end(Some(stage));
            (self.from, self.many) = (stage, 0);
            self.new.clear();
        }
        self.many += 1;
        self.new.extend(row.iter().find_map(|datum| vertex(self.graph, datum)));
    }

    fn round(&mut self, stage: usize, name: Rc<str>) {
        self.end(Some(stage));
        let table = self.table.get_or_insert(Table { stage, name, round: 0, rows: 0 });
        table.round += 1;
        table.rows += self.many;
        let (rows, round, name) = (self.many, table.round, table.name.clone());
        self.many = 0;
        let mut seen = BTreeSet::new();
        let new: Vec<VertexId> = self.new.drain(..).filter(|vertex| seen.insert(*vertex)).collect();
        if round == 1 {
            self.look.reached = Rc::default();
            self.look.source = self.sources.iter().find(|(table, _)| *table == name).map(|(_, source)| source.clone());
        }
        self.look.hop = round as u32 - 1;
        self.look.hops += u64::from(round > 1);
        if self.follow.listens() {
            let reached = Rc::make_mut(&mut self.look.reached);
            for vertex in &new {
                if !reached.iter().any(|(other, _)| other == vertex) {
                    reached.push((*vertex, self.look.hop));
                }
            }
            let at = self.names(&new);
            self.look.frontier = Rc::new(new);
            let joins = self.joining.contains(&stage);
            self.follow.step(&self.look, Decided::new(Event::Round { table: name, round, rows, at, joins }));
        }
    }

    /// The recursion that is under way has ended, unless it is that of this stage.
    fn end(&mut self, stage: Option<usize>) {
        let Some(table) = self.table.take_if(|table| Some(table.stage) != stage) else { return };
        self.look.frontier = Rc::default();
        self.look.hop += 1;
        self.look.hops += 1;
        let Table { name, round, rows, .. } = table;
        if self.follow.listens() {
            let ended = Event::RoundsEnded { table: name, round: round + 1, rows };
            self.follow.step(&self.look, Decided::new(ended));
        }
    }

    fn names(&self, vertices: &[VertexId]) -> Rc<str> {
        list(vertices.iter().map(|id| self.graph.name(*id))).into()
    }
}

/// From where a table begins in the text to its closing parenthesis, before the next one begins.
fn written(text: &str, ends: &[usize]) -> Range<usize> {
    let (start, end) = (ends[0].min(text.len()), ends[1].min(text.len()));
    start..text[start..end].rfind(')').map_or(end, |last| start + last)
}

/// The vertex that a value speaks of: by its number, or by its name.
fn vertex(graph: &Graph, datum: &Datum) -> Option<VertexId> {
    match datum {
        Datum::Integer(number) => graph.vertices().map(|(id, _)| id).find(|id| self::number(*id) == *number),
        Datum::Text(name) => graph.named(name),
        _ => None,
    }
}
