//! What happened, one event a step, and how it is told.

use std::rc::Rc;

use stepwise_derive::Event;

use super::pattern::Direction;
use crate::contract::Refused;
use crate::wording::count;

#[derive(Clone, Debug, Event)]
pub enum Event {
    #[told("{name} is added, a {label}. No edge touches it yet.")]
    VertexAdded { label: Rc<str>, name: Rc<str> },
    #[told("An edge is added: {tail} {kind} {head}.{}", 
        if *cycle { " It closes a circle: its kind of edge now leads back to where it began." } else { "" })]
    Connected { tail: Rc<str>, kind: Rc<str>, head: Rc<str>, cycle: bool },
    #[told("The edge {tail} {kind} {head} is gone.")]
    Disconnected { tail: Rc<str>, kind: Rc<str>, head: Rc<str> },
    #[told("{name} is gone, and with it {} that touched it.", count(*edges, "edge"))]
    VertexRemoved { name: Rc<str>, edges: usize },
    #[told(
        "{language} is asked: {}, {}.", count(*lines, "line"), count(*characters, "character")
    )]
    Asked { language: &'static str, lines: usize, characters: usize },
    #[told("No vertex fits this end of the path, so the walk has nowhere to begin.", when = *fits == 0)]
    #[told("The walk begins at {at}: {} this end of the path, and {other} the other.", fit(*fits))]
    Began { at: Rc<str>, fits: usize, other: usize },
    #[told(
        "Hop {hop} along {}{}: nothing leads on from {from}.{}", any(kinds), against(*direction),
        if *repeats { " So the repetition ends." } else { "" },
        when = to.is_empty() && *again == 0
    )]
    #[told(
        "Hop {hop} along {}{}: from {from} every trail would follow an edge for the second time. So it ends here.",
        any(kinds), against(*direction),
        when = to.is_empty() && *trails
    )]
    #[told(
        "Hop {hop} along {}{}: from {from} only to where it has been before. Nothing is new, so the repetition ends, cycle or not.",
        any(kinds), against(*direction),
        when = to.is_empty()
    )]
    #[told(
        "Hop {hop} along {}{}: from {from} to {to}. {} read.{}", any(kinds), against(*direction), count(*read, "edge"),
        left_out(*again, *trails)
    )]
    Hopped {
        hop: u32,
        kinds: String,
        direction: Direction,
        from: Rc<str>,
        to: Rc<str>,
        read: usize,
        /// Edges that led to where a walker had been, or that its trail had followed.
        again: usize,
        trails: bool,
        repeats: bool,
    },
    #[told("No match is left: nothing that was reached fits the other end.", when = *matches == 0)]
    #[told("{} so far, where `{variable}` is {at}.", matched(*matches), when = let Some(variable) = variable)]
    #[told("{} so far, ending at {at}.", matched(*matches))]
    Matched { matches: usize, variable: Option<Rc<str>>, at: Rc<str> },
    #[told("No path says more about it: {}, {at}.", fit(*fits))]
    Listed { at: Rc<str>, fits: usize },
    #[told("The condition leaves {after} of {}.", matched(*before))]
    Filtered { before: usize, after: usize },
    #[told("The table `{table}` begins with {}{}.", count(*rows, "row"), named(at), when = *round == 1)]
    #[told(
        "Round {round} of `{table}`: the rows that were new are joined with the table of edges. The join gives {}{}.",
        count(*rows, "new row"), named(at), when = *joins
    )]
    #[told(
        "Round {round} of `{table}`: its SELECT is asked again, of the rows that were new. It gives {}{}.",
        count(*rows, "new row"), named(at)
    )]
    Round {
        table: Rc<str>,
        round: usize,
        rows: usize,
        at: Rc<str>,
        /// Whether the recursion reads the table of edges.
        joins: bool,
    },
    #[told(
        "Round {round} of `{table}` finds no new row, and the recursion ends. The table has {}.", count(*rows, "row")
    )]
    RoundsEnded { table: Rc<str>, round: usize, rows: usize },
    #[told("{language} answers: nothing fits.{compared}", when = *rows == 0)]
    #[told("{language} answers with {}: {shown}.{compared}", count(*rows, "row"))]
    Answered { language: &'static str, rows: usize, shown: Rc<str>, compared: Rc<str> },
    #[flatten]
    Refused(Refused),
}

/// `born_in`, `a or b`, or what a bare arrow follows.
fn any(kinds: &str) -> &str {
    if kinds.is_empty() { "any edge" } else { kinds }
}

fn against(direction: Direction) -> &'static str {
    match direction {
        Direction::Forwards => "",
        Direction::Backwards => ", against the arrows",
        Direction::Either => ", both ways",
    }
}

fn left_out(again: usize, trails: bool) -> String {
    match (again, trails) {
        (0, _) => String::new(),
        (1, true) => " 1 edge is left out, because its trail has followed it before.".to_owned(),
        (_, true) => format!(" {again} edges are left out, because their trails have followed them before."),
        (_, false) => format!(" {} only to where it has been before.", leads(again)),
    }
}

/// The vertices that rows speak of, where they speak of any.
fn named(at: &str) -> String {
    if at.is_empty() { String::new() } else { format!(": {at}") }
}

fn leads(edges: usize) -> String {
    format!("{} lead{}", count(edges, "edge"), if edges == 1 { "s" } else { "" })
}

fn matched(matches: usize) -> String {
    format!("{matches} match{}", if matches == 1 { "" } else { "es" })
}

fn fit(vertices: usize) -> String {
    format!("{} fit{}", count_vertices(vertices), if vertices == 1 { "s" } else { "" })
}

fn count_vertices(many: usize) -> String {
    format!("{many} {}", if many == 1 { "vertex" } else { "vertices" })
}
