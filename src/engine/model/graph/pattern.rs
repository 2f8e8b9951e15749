//! What a query asks for, whichever language it was written in: nodes, paths between them, conditions, and what is returned.

use std::ops::Range;
use std::rc::Rc;

use super::store::{Graph, Vertex, VertexId};

/// A pattern to be laid over the graph, wherever it fits.
#[derive(Clone, Debug, Default)]
pub struct Pattern {
    /// How the query writes a vertex that it returns whole: as `:Basel`, and else as `(:place {name: 'Basel'})`.
    pub as_address: bool,
    pub nodes: Vec<Node>,
    pub paths: Vec<Path>,
    pub conditions: Vec<Condition>,
    pub returns: Vec<Column>,
    /// Rows that are alike are returned once.
    pub distinct: bool,
}

/// A place in the pattern, to be filled by a vertex.
#[derive(Clone, Debug, Default)]
pub struct Node {
    /// As the query calls it, if it does.
    pub variable: Option<Rc<str>>,
    /// What the vertex has to be called, and be. Both may be asked for more than once, and then seldom fit.
    pub names: Vec<Rc<str>>,
    pub labels: Vec<Rc<str>>,
}

/// Two nodes, and how one is reached from the other.
#[derive(Clone, Debug)]
pub struct Path {
    pub from: usize,
    pub to: usize,
    pub way: Way,
    /// The `MATCH` that it belongs to: within one, Cypher follows no edge twice.
    pub clause: usize,
    /// Where in the text it stands, in bytes.
    pub source: Range<usize>,
}

#[derive(Clone, Debug)]
pub enum Way {
    /// Cypher's: every trail of so many edges is a match of its own. A trail follows no edge twice.
    Trail(Trail),
    /// SPARQL's: an expression over kinds of edges.
    Expression(Expression),
}

#[derive(Clone, Debug)]
pub struct Trail {
    /// Any kind, where there is none.
    pub kinds: Vec<Rc<str>>,
    pub direction: Direction,
    pub least: u32,
    pub most: Option<u32>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    Forwards,
    Backwards,
    Either,
}

impl Direction {
    pub fn turned(self) -> Direction {
        match self {
            Direction::Forwards => Direction::Backwards,
            Direction::Backwards => Direction::Forwards,
            Direction::Either => Direction::Either,
        }
    }
}

#[derive(Clone, Debug)]
pub enum Expression {
    Kind(Rc<str>),
    Inverse(Box<Expression>),
    Sequence(Box<Expression>, Box<Expression>),
    Alternative(Box<Expression>, Box<Expression>),
    Repeated(Box<Expression>, Repeat),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Repeat {
    ZeroOrMore,
    OneOrMore,
    ZeroOrOne,
}

#[derive(Clone, Debug)]
pub enum Condition {
    And(Box<Condition>, Box<Condition>),
    Or(Box<Condition>, Box<Condition>),
    Not(Box<Condition>),
    Compare(Operand, Comparison, Operand),
    Is(usize, Rc<str>),
}

#[derive(Clone, Debug)]
pub enum Operand {
    /// The vertex itself, which is the same as another or not.
    Node(usize),
    Name(usize),
    Text(Rc<str>),
    /// The vertex of that name, whether there is one or not.
    Vertex(Rc<str>),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Comparison {
    Equal,
    Unequal,
    Less,
    AtMost,
    Greater,
    AtLeast,
    StartsWith,
    Contains,
}

/// What is returned of a match.
#[derive(Clone, Debug)]
pub struct Column {
    pub head: Rc<str>,
    pub shows: Shows,
}

#[derive(Clone, Debug)]
pub enum Shows {
    /// The vertex whole.
    Node(usize),
    Name(usize),
}

impl Node {
    pub fn fits(&self, vertex: &Vertex) -> bool {
        self.names.iter().all(|name| *name == vertex.name) && self.labels.iter().all(|label| *label == vertex.label)
    }

    /// All vertices that fit, in the order in which they were added. One that is named is looked up.
    pub fn candidates(&self, graph: &Graph) -> Vec<VertexId> {
        match self.names.first() {
            Some(name) => graph.named(name).into_iter().filter(|id| self.fits(graph.vertex(*id))).collect(),
            None => graph.vertices().filter(|(_, vertex)| self.fits(vertex)).map(|(id, _)| id).collect(),
        }
    }
}

impl Pattern {
    /// What a match comes to: a row of the answer.
    pub fn row(&self, graph: &Graph, bound: &[Option<VertexId>]) -> Vec<Rc<str>> {
        let vertex = |node: usize| graph.vertex(bound[node].expect("a match has found all nodes"));
        let cell = |column: &Column| match column.shows {
            Shows::Name(node) => vertex(node).name.clone(),
            Shows::Node(node) if self.as_address => format!(":{}", vertex(node).name).into(),
            Shows::Node(node) => format!("(:{} {{name: '{}'}})", vertex(node).label, vertex(node).name).into(),
        };
        self.returns.iter().map(cell).collect()
    }
}

impl Comparison {
    fn holds(self, one: &str, other: &str) -> bool {
        match self {
            Comparison::Equal => one == other,
            Comparison::Unequal => one != other,
            Comparison::Less => one < other,
            Comparison::AtMost => one <= other,
            Comparison::Greater => one > other,
            Comparison::AtLeast => one >= other,
            Comparison::StartsWith => one.starts_with(other),
            Comparison::Contains => one.contains(other),
        }
    }
}

impl Condition {
    pub fn holds(&self, graph: &Graph, bound: &[Option<VertexId>]) -> bool {
        let vertex = |node: usize| bound[node].expect("conditions are looked at when all nodes are found");
        match self {
            Condition::And(one, other) => one.holds(graph, bound) && other.holds(graph, bound),
            Condition::Or(one, other) => one.holds(graph, bound) || other.holds(graph, bound),
            Condition::Not(inner) => !inner.holds(graph, bound),
            Condition::Is(node, label) => graph.vertex(vertex(*node)).label == *label,
            Condition::Compare(Operand::Node(one), Comparison::Equal, Operand::Node(other)) => {
                vertex(*one) == vertex(*other)
            }
            Condition::Compare(Operand::Node(one), _, Operand::Node(other)) => vertex(*one) != vertex(*other),
            Condition::Compare(one, how, other) => {
                let text = |operand: &Operand| match operand {
                    Operand::Node(node) | Operand::Name(node) => graph.name(vertex(*node)).clone(),
                    Operand::Text(text) | Operand::Vertex(text) => text.clone(),
                };
                how.holds(&text(one), &text(other))
            }
        }
    }
}
