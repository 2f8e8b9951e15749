//! What happened, one event a step, and how it is told.

use std::rc::Rc;

use stepwise_derive::Event;

use super::command::Which;
use super::{Entry, Method, told};
use crate::contract::Refused;
use crate::replication::ClientId;
use crate::table::{Difference, Value};
use crate::wording::count;

#[derive(Clone, Event)]
pub enum Event {
    #[told("{client} opened a transaction. What it does from now on is shipped when it commits.")]
    Began { client: ClientId },
    #[told(
        "At {clock} by its clock, the leader carried out the statement of {client}: {} changed.{}{}",
        count(*rows, "row"),
        if *fired { " A trigger wrote each change into the change table as well." } else { "" },
        if *alone { "" } else { " It is not committed yet." }
    )]
    Executed { client: ClientId, rows: usize, slots: Vec<usize>, clock: Value, alone: bool, fired: bool },
    #[told(
        "The program that reads the change table found {} that it had not read, and makes entry {} of them: {} bytes.",
        count(entry.lines.len(), "row"), entry.number, entry.bytes.len(), when = *method == Method::Triggers
    )]
    #[told(
        "The transaction of {client} is committed, and is entry {} of the log: {} bytes, {}.",
        entry.number, entry.bytes.len(), contents(entry, *method)
    )]
    Committed { client: ClientId, entry: Rc<Entry>, method: Method },
    #[told(
        "The transaction of {client} is committed, and with it {} of the change table.",
        count(*rows, "row")
    )]
    ChangesCommitted { client: ClientId, rows: usize },
    #[told("The transaction of {client} is committed. It has changed nothing, so nothing is logged.")]
    NothingToLog { client: ClientId },
    #[told(
        "The transaction of {client} is rolled back: {} taken back, and nothing is logged. Numbers that were given out \
         stay given out: the next id is {next}.",
        count(*rows, "change")
    )]
    RolledBack { client: ClientId, rows: usize, next: i32 },
    #[told("Entry {number} is on its way to the follower: {bytes} bytes.")]
    Shipped { number: u32, bytes: usize },
    #[told(
        "{} wait{} in the leader's log: {}.",
        count(*waiting, "entry"), if *waiting == 1 { "s" } else { "" }, why.label()
    )]
    Held { waiting: usize, why: Held },
    #[told(
        "The follower carried out the text of entry {number} itself, at {clock} by its own clock: {} changed.",
        count(slots.len(), "row"), when = *method == Method::Statements
    )]
    #[told(
        "The follower wrote the bytes of entry {number} where they stood on the leader: {}.",
        count(slots.len(), "row"), when = *method == Method::WriteAheadLog
    )]
    #[told(
        "The follower did as entry {number} says, finding rows by their id and putting new ones where it had room: {} \
         changed.",
        count(slots.len(), "row"), when = *method == Method::Rows
    )]
    #[told(
        "The follower was given the changes of entry {number}, by the names of the columns: {} changed.",
        count(slots.len(), "row")
    )]
    Applied { number: u32, slots: Vec<usize>, method: Method, clock: Value },
    #[told("The follower cannot go on at entry {number}: {reason}. It stops, and falls behind.")]
    Halted { number: u32, reason: Rc<str> },
    #[told(
        "Compared row by row, leader and follower hold the same: {}.",
        count(*rows, "row"), when = differences.is_empty()
    )]
    #[told("Compared row by row, the follower has diverged: {}.", first_of(differences))]
    Compared { rows: usize, differences: Rc<Vec<Difference>> },
    #[told("The link to the follower is cut. The leader goes on, and its log waits.")]
    LinkCut,
    #[told("The link is open again. {} to be shipped.", count(*waiting, "entry"))]
    LinkOpened { waiting: usize },
    #[told("The follower is made anew from a copy of what is committed on the leader: {}.", count(*rows, "row"))]
    Copied { rows: usize },
    #[told(
        "The leader is off, and its memory is gone{}. On its disk are the table as it was committed and a log of {}; \
         the next id is {next}.",
        with_transactions(*open), count(*entries, "entry"), when = *which == Which::Leader
    )]
    #[told(
        "The follower is off, and its memory is gone. Its disk has the table with {} of the log in it, and that \
         number.",
        count(*entries, "entry")
    )]
    Stopped { which: Which, open: usize, entries: usize, next: i32 },
    #[told(
        "The leader is back, with the table and the {} that its disk has. How far the follower has come it must \
         be told.",
        count(*entries, "entry"), when = *which == Which::Leader
    )]
    #[told(
        "The follower is back with what its disk has, the table with {} of the log, and tells the leader as soon as it \
         can.",
        count(*entries, "entry")
    )]
    Started { which: Which, entries: usize },
    #[told("It is {leader} by the leader's clock, and {follower} by the follower's.")]
    TimePassed { leader: Value, follower: Value },
    #[flatten]
    Refused(Refused),
}

/// Why entries wait.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Held {
    Halted,
    Down,
    Cut,
}

impl Held {
    fn label(self) -> &'static str {
        match self {
            Held::Halted => "the follower has stopped there",
            Held::Down => "the follower is off",
            Held::Cut => "the link is cut",
        }
    }
}

fn contents(entry: &Entry, method: Method) -> String {
    let many = entry.lines.len();
    match method {
        Method::Statements => format!("the text of {}", count(many, "statement")),
        Method::WriteAheadLog => format!("what was written at {} of the table's file", count(many, "place")),
        Method::Rows | Method::Triggers => format!("{} with old and new values", count(many, "row")),
    }
}

/// The first three differences, and how many more there are.
fn first_of(differences: &[Difference]) -> String {
    let told: Vec<_> = differences.iter().take(3).map(told).collect();
    match differences.len() - told.len() {
        0 => told.join("; "),
        more => format!("{}; and {more} more", told.join("; ")),
    }
}

fn with_transactions(open: usize) -> String {
    match open {
        0 => String::new(),
        1 => ": an open transaction is as if it had never been".to_owned(),
        open => format!(": {open} open transactions are as if they had never been"),
    }
}
