//! How a pattern is laid over the graph: path by path, and along each path hop by hop.
//!
//! A path begins at the end that the fewest vertices fit, and all that fit go at once: who has come how far is the *frontier*.
//! One hop reads the edges of every vertex of the frontier, and their other ends are the next. A repetition goes on until a
//! hop finds nothing new.
//!
//! What *new* means is where the two languages differ. SPARQL's `*` and `+` ask only whether there is a way: a vertex counts
//! once, by whatever ways it is reached, and a cycle ends at the first vertex that was seen before. In Cypher every trail is a
//! match of its own, and a cycle ends because a trail follows no edge twice. Where `DISTINCT` throws away all but one of them,
//! it is enough to see each vertex once, there too ([`Walk::prunes`]).

use std::collections::BTreeSet;
use std::ops::Range;
use std::rc::Rc;

use super::event::Event;
use super::pattern::{Direction, Expression, Path, Pattern, Repeat, Trail, Way};
use super::store::{EdgeId, Graph, VertexId};
use crate::contract::{self, Decided, Decision, Refused};
use crate::wording::{count, list};

/// Whoever follows a walk.
pub trait Follow {
    /// Whether anybody wants to hear of steps.
    fn listens(&self) -> bool;
    fn step(&mut self, look: &Look, decided: Decided<Event>);
    fn decide(&mut self, own: usize, decision: &dyn Fn() -> Decision) -> usize;
}

/// The rows of an answer, each the names of its columns.
pub type Rows = Vec<Vec<Rc<str>>>;

/// What is to be seen of a walk just now.
#[derive(Clone, Debug, Default)]
pub struct Look {
    /// The part of the text that is at work, in bytes: a path of a pattern, or a table that is made.
    pub source: Option<Range<usize>>,
    /// Of this path.
    pub hop: u32,
    /// Where the walk has come to by the last hop.
    pub frontier: Rc<Vec<VertexId>>,
    /// All that was reached on this path, with the hop that reached it first.
    pub reached: Rc<Vec<(VertexId, u32)>>,
    /// The edges that the last hop has followed.
    pub followed: Rc<Vec<EdgeId>>,
    /// All hops, on all paths.
    pub hops: u64,
    pub edges_read: u64,
    /// Matches of the paths so far.
    pub matches: usize,
}

/// The edges of a trail, the last one first.
#[derive(Debug)]
struct Used {
    edge: EdgeId,
    before: Option<Rc<Used>>,
}

/// A match of the paths that have been walked.
#[derive(Clone)]
struct Row {
    bound: Vec<Option<VertexId>>,
    used: Option<Rc<Used>>,
}

/// How far one row has come on the path that is walked.
#[derive(Clone)]
struct Walker {
    row: usize,
    at: VertexId,
    used: Option<Rc<Used>>,
}

/// Who has been where.
type Seen = BTreeSet<(usize, VertexId)>;

pub struct Walk<'a> {
    graph: &'a Graph,
    pattern: &'a Pattern,
    follow: &'a mut dyn Follow,
    /// More walkers or rows are refused.
    most: usize,
    rows: Vec<Row>,
    pub look: Look,
}

/// All matches of a pattern, as rows of the answer, and what it took to find them.
pub fn matches(
    graph: &Graph,
    pattern: &Pattern,
    most: usize,
    follow: &mut dyn Follow,
) -> Result<(Rows, Look), Refused> {
    let first = Row { bound: vec![None; pattern.nodes.len()], used: None };
    let mut walk = Walk { graph, pattern, follow, most, rows: vec![first], look: Look::default() };
    walk.paths()?;
    walk.alone()?;
    walk.conditions();
    let mut rows: Vec<_> = walk.rows.iter().map(|row| pattern.row(graph, &row.bound)).collect();
    if pattern.distinct {
        let mut seen = BTreeSet::new();
        rows.retain(|row| seen.insert(row.clone()));
    }
    Ok((rows, walk.look))
}

impl Walk<'_> {
    /// Walks all paths, the cheapest first. Those of an earlier `MATCH` come before those of a later one.
    fn paths(&mut self) -> Result<(), Refused> {
        let mut left: Vec<usize> = (0..self.pattern.paths.len()).collect();
        let mut clause = 0;
        while let Some(first) = left.iter().map(|path| self.pattern.paths[*path].clause).min() {
            if first != clause {
                clause = first;
                self.rows.iter_mut().for_each(|row| row.used = None);
            }
            let of_clause = left.iter().filter(|path| self.pattern.paths[**path].clause == clause);
            let cost = |path: &&usize| self.ends(**path).into_iter().map(|end| self.cost(end)).min();
            let path = *of_clause.min_by_key(cost).expect("one has the first clause");
            left.retain(|other| *other != path);
            self.walk(path)?;
        }
        Ok(())
    }

    fn ends(&self, path: usize) -> [usize; 2] {
        let Path { from, to, .. } = self.pattern.paths[path];
        [from, to]
    }

    /// How many walkers begin at that end.
    fn cost(&self, node: usize) -> usize {
        match self.is_bound(node) {
            true => self.rows.len(),
            false => self.rows.len() * self.pattern.nodes[node].candidates(self.graph).len(),
        }
    }

    fn is_bound(&self, node: usize) -> bool {
        self.rows.first().is_none_or(|row| row.bound[node].is_some())
    }

    /// Walks one path, from the end that it is cheaper to begin at.
    fn walk(&mut self, place: usize) -> Result<(), Refused> {
        let pattern = self.pattern;
        let path = &pattern.paths[place];
        let ends = self.ends(place);
        let costs = ends.map(|end| self.cost(end));
        let mut begin = usize::from(costs[1] < costs[0]);
        // With nobody at either end, both ways come to the same.
        if ends[0] != ends[1] && !self.rows.is_empty() && costs != [0, 0] {
            begin = self.follow.decide(begin, &|| decision(pattern, ends, costs, begin));
        }
        let [start, end] = [ends[begin], ends[1 - begin]];
        let begins = !self.is_bound(start);
        self.bind(start)?;
        let at: Vec<Walker> = (self.rows.iter().enumerate())
            .map(|(row, it)| Walker {
                row,
                at: it.bound[start].expect("it has just been bound"),
                used: it.used.clone(),
            })
            .collect();
        let vertices = distinct(at.iter().map(|walker| walker.at));
        self.look = Look {
            source: Some(path.source.clone()),
            hop: 0,
            reached: Rc::new(vertices.iter().map(|vertex| (*vertex, 0)).collect()),
            frontier: Rc::new(vertices),
            followed: Rc::default(),
            ..self.look.clone()
        };
        if begins {
            let (fits, other) = (self.look.frontier.len(), costs[1 - begin]);
            self.tell(Decided::new(Event::Began { at: self.names(&self.look.frontier), fits, other }));
        }
        let forwards = begin == 0;
        let arrived = match &path.way {
            Way::Trail(trail) => self.trail(at, trail, forwards, self.prunes(path, trail))?,
            Way::Expression(expression) => self.along(at, expression, forwards)?,
        };
        self.arrive(arrived, end);
        let at = distinct(self.rows.iter().filter_map(|row| row.bound[end]));
        let names = self.names(&at);
        self.look.frontier = Rc::new(at);
        self.look.followed = Rc::default();
        self.look.matches = self.rows.len();
        let variable = pattern.nodes[end].variable.clone();
        self.tell(Decided::new(Event::Matched { matches: self.rows.len(), variable, at: names }));
        Ok(())
    }

    /// Has every row know a vertex for the node: a row for each that fits.
    fn bind(&mut self, node: usize) -> Result<(), Refused> {
        if self.is_bound(node) {
            return Ok(());
        }
        let candidates = self.pattern.nodes[node].candidates(self.graph);
        self.bounded(self.rows.len() * candidates.len())?;
        let bound = |row: &Row, vertex: VertexId| {
            let mut row = row.clone();
            row.bound[node] = Some(vertex);
            row
        };
        self.rows = self.rows.iter().flat_map(|row| candidates.iter().map(move |vertex| bound(row, *vertex))).collect();
        Ok(())
    }

    /// The rows that have come to a vertex that fits the other end.
    fn arrive(&mut self, arrived: Vec<Walker>, end: usize) {
        let rows = std::mem::take(&mut self.rows);
        for walker in arrived {
            let row = &rows[walker.row];
            let fits = match row.bound[end] {
                Some(vertex) => vertex == walker.at,
                None => self.pattern.nodes[end].fits(self.graph.vertex(walker.at)),
            };
            if fits {
                let mut bound = row.bound.clone();
                bound[end] = Some(walker.at);
                self.rows.push(Row { bound, used: walker.used });
            }
        }
    }

    /// Whether it is enough to reach each vertex once, though every trail is a match: the rows that this loses would be thrown
    /// away, for they are like others. It has to be certain that some trail leads to whatever can be reached at all. That is so
    /// for lengths from 0 or 1, along the arrows, where no other path of the `MATCH` takes the edges away.
    fn prunes(&self, path: &Path, trail: &Trail) -> bool {
        let shares = |other: &Path| match &other.way {
            Way::Trail(its) => {
                its.kinds.is_empty()
                    || trail.kinds.is_empty()
                    || its.kinds.iter().any(|kind| trail.kinds.contains(kind))
            }
            Way::Expression(_) => false,
        };
        let others = self.pattern.paths.iter().filter(|it| !std::ptr::eq(*it, path) && it.clause == path.clause);
        let is_long = trail.most.is_none_or(|most| most > 1);
        let has_some_trail = trail.least <= 1 && trail.direction != Direction::Either;
        self.pattern.distinct && is_long && has_some_trail && !others.into_iter().any(shares)
    }

    /// All ends of trails of the right length.
    fn trail(
        &mut self,
        mut at: Vec<Walker>,
        trail: &Trail,
        forwards: bool,
        prunes: bool,
    ) -> Result<Vec<Walker>, Refused> {
        let direction = if forwards { trail.direction } else { trail.direction.turned() };
        let most = trail.most.unwrap_or(u32::MAX);
        let mut arrived = Vec::new();
        let mut seen = prunes.then(Seen::new);
        if trail.least == 0 {
            arrived.clone_from(&at);
            if let Some(seen) = &mut seen {
                seen.extend(at.iter().map(|walker| (walker.row, walker.at)));
            }
        }
        let mut length = 0;
        while length < most && trail.least <= most && !at.is_empty() {
            at = self.hop(&at, &trail.kinds, direction, !prunes, seen.as_mut(), trail.most != Some(1))?;
            length += 1;
            if length >= trail.least {
                arrived.extend(at.iter().cloned());
                self.bounded(arrived.len())?;
            }
        }
        Ok(arrived)
    }

    /// All ends of an expression of SPARQL; one that can be reached in several ways is there as often, but not by a repetition.
    fn along(&mut self, at: Vec<Walker>, expression: &Expression, forwards: bool) -> Result<Vec<Walker>, Refused> {
        match expression {
            Expression::Kind(kind) => {
                let direction = if forwards { Direction::Forwards } else { Direction::Backwards };
                self.hop(&at, std::slice::from_ref(kind), direction, false, None, false)
            }
            Expression::Inverse(inner) => self.along(at, inner, !forwards),
            Expression::Sequence(one, other) => {
                let (first, then) = if forwards { (one, other) } else { (other, one) };
                let middle = self.along(at, first, forwards)?;
                self.along(middle, then, forwards)
            }
            Expression::Alternative(one, other) => {
                let mut arrived = self.along(at.clone(), one, forwards)?;
                arrived.extend(self.along(at, other, forwards)?);
                self.bounded(arrived.len())?;
                Ok(arrived)
            }
            Expression::Repeated(inner, repeat) => self.repeat(at, inner, *repeat, forwards),
        }
    }

    /// Goes on until nothing new is found. Each walker has a memory of its own of where it has been.
    fn repeat(
        &mut self,
        at: Vec<Walker>,
        inner: &Expression,
        repeat: Repeat,
        forwards: bool,
    ) -> Result<Vec<Walker>, Refused> {
        let rows: Vec<usize> = at.iter().map(|walker| walker.row).collect();
        let mut arrived = Vec::new();
        let mut seen = Seen::new();
        let mut frontier: Vec<Walker> = at.into_iter().enumerate().map(|(row, it)| Walker { row, ..it }).collect();
        if repeat != Repeat::OneOrMore {
            seen.extend(frontier.iter().map(|walker| (walker.row, walker.at)));
            arrived.clone_from(&frontier);
        }
        while !frontier.is_empty() {
            frontier = match (inner, forwards) {
                (Expression::Kind(kind), _) => {
                    let direction = if forwards { Direction::Forwards } else { Direction::Backwards };
                    let goes_on = repeat != Repeat::ZeroOrOne;
                    self.hop(&frontier, std::slice::from_ref(kind), direction, false, Some(&mut seen), goes_on)?
                }
                _ => {
                    let mut next = self.along(frontier, inner, forwards)?;
                    next.retain(|walker| seen.insert((walker.row, walker.at)));
                    next
                }
            };
            arrived.extend(frontier.iter().cloned());
            self.bounded(arrived.len())?;
            if repeat == Repeat::ZeroOrOne {
                break;
            }
        }
        Ok(arrived.into_iter().map(|walker| Walker { row: rows[walker.row], ..walker }).collect())
    }

    /// One hop of all walkers. `trails` says that none follows an edge twice, `seen` where each has been, and `repeats` that
    /// another hop is to follow if this one finds anything.
    fn hop(
        &mut self,
        at: &[Walker],
        kinds: &[Rc<str>],
        direction: Direction,
        trails: bool,
        mut seen: Option<&mut Seen>,
        repeats: bool,
    ) -> Result<Vec<Walker>, Refused> {
        if at.is_empty() {
            return Ok(Vec::new());
        }
        let graph = self.graph;
        let (mut next, mut followed, mut read, mut again) = (Vec::new(), BTreeSet::new(), 0, 0);
        for walker in at {
            let vertex = graph.vertex(walker.at);
            let forwards: &[EdgeId] = if direction == Direction::Backwards { &[] } else { &vertex.leaving };
            let backwards: &[EdgeId] = if direction == Direction::Forwards { &[] } else { &vertex.entering };
            read += forwards.len() + backwards.len();
            let ways = forwards.iter().map(|edge| (edge, true)).chain(backwards.iter().map(|edge| (edge, false)));
            for (id, is_forwards) in ways {
                let edge = graph.edge(*id);
                // Both ways along a loop are the same edge from and to the same vertex.
                let is_loop_again = !is_forwards && direction == Direction::Either && edge.tail == edge.head;
                if !kinds.is_empty() && !kinds.contains(&edge.kind) || is_loop_again {
                    continue;
                }
                let to = if is_forwards { edge.head } else { edge.tail };
                if trails && is_used(&walker.used, *id)
                    || seen.as_mut().is_some_and(|seen| !seen.insert((walker.row, to)))
                {
                    again += 1;
                    continue;
                }
                followed.insert(*id);
                let used = if trails { Some(Rc::new(Used { edge: *id, before: walker.used.clone() })) } else { None };
                next.push(Walker { row: walker.row, at: to, used });
            }
            self.bounded(next.len())?;
        }
        self.look.hop += 1;
        self.look.hops += 1;
        self.look.edges_read += read as u64;
        if self.follow.listens() {
            let frontier = distinct(next.iter().map(|walker| walker.at));
            let reached = Rc::make_mut(&mut self.look.reached);
            for vertex in &frontier {
                if !reached.iter().any(|(other, _)| other == vertex) {
                    reached.push((*vertex, self.look.hop));
                }
            }
            let from = self.names(&distinct(at.iter().map(|walker| walker.at)));
            let to = self.names(&frontier);
            self.look.frontier = Rc::new(frontier);
            self.look.followed = Rc::new(followed.into_iter().collect());
            let (hop, kinds) = (self.look.hop, list(kinds));
            self.tell(Decided::new(Event::Hopped { hop, kinds, direction, from, to, read, again, trails, repeats }));
        }
        Ok(next)
    }

    /// Nodes that no path touches: every vertex that fits, beside every row.
    fn alone(&mut self) -> Result<(), Refused> {
        for node in 0..self.pattern.nodes.len() {
            if self.is_bound(node) {
                continue;
            }
            self.bind(node)?;
            let at = distinct(self.rows.iter().filter_map(|row| row.bound[node]));
            let (names, fits) = (self.names(&at), at.len());
            self.look = Look { frontier: Rc::new(at), matches: self.rows.len(), ..self.look.clone() };
            self.look.source = None;
            self.tell(Decided::new(Event::Listed { at: names, fits }));
        }
        Ok(())
    }

    fn conditions(&mut self) {
        if self.pattern.conditions.is_empty() {
            return;
        }
        let before = self.rows.len();
        let (graph, conditions) = (self.graph, &self.pattern.conditions);
        self.rows.retain(|row| conditions.iter().all(|condition| condition.holds(graph, &row.bound)));
        self.look.matches = self.rows.len();
        self.tell(Decided::new(Event::Filtered { before, after: self.rows.len() }));
    }

    #[track_caller]
    fn bounded(&self, many: usize) -> Result<(), Refused> {
        if many <= self.most {
            return Ok(());
        }
        Err(Refused::new(format!(
            "the query has more than {} matches on the way: every way through the graph is one of its own, unless DISTINCT or \
             a repetition of SPARQL makes one of many",
            self.most
        )))
    }

    fn tell(&mut self, decided: Decided<Event>) {
        if self.follow.listens() {
            self.follow.step(&self.look, decided);
        }
    }

    /// Vertices as a sentence has them.
    fn names(&self, vertices: &[VertexId]) -> Rc<str> {
        const MOST: usize = 6;
        if !self.follow.listens() {
            return Rc::default();
        }
        let shown = if vertices.len() > MOST { MOST - 1 } else { vertices.len() };
        let mut names: Vec<String> = vertices[..shown].iter().map(|id| self.graph.name(*id).to_string()).collect();
        if shown < vertices.len() {
            names.push(format!("{} more", vertices.len() - shown));
        }
        list(names).into()
    }
}

fn is_used(mut used: &Option<Rc<Used>>, edge: EdgeId) -> bool {
    while let Some(link) = used {
        if link.edge == edge {
            return true;
        }
        used = &link.before;
    }
    false
}

/// Each once, in the order in which they come.
fn distinct(vertices: impl Iterator<Item = VertexId>) -> Vec<VertexId> {
    let mut seen = BTreeSet::new();
    vertices.filter(|vertex| seen.insert(*vertex)).collect()
}

fn decision(pattern: &Pattern, ends: [usize; 2], costs: [usize; 2], own: usize) -> Decision {
    let way = |place: usize| {
        let node = &pattern.nodes[ends[place]];
        let what = match (&node.variable, node.names.first(), node.labels.first()) {
            (_, Some(name), _) => name.to_string(),
            (Some(variable), ..) => variable.to_string(),
            (.., Some(label)) => format!("any {label}"),
            _ => "any vertex".to_owned(),
        };
        let because =
            if place == own { "It isn't more than at the other end." } else { "It isn't less than at the other end." };
        contract::Way::new(format!("At {what}: {} to begin with", count(costs[place], "walker")), because)
    };
    Decision {
        asks: "A path can be walked from either end. Where does it begin?".to_owned(),
        ways: vec![way(0), way(1)],
        own,
    }
}
