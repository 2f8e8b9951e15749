//! What happened, one event a step, and how it is told.

use std::rc::Rc;

use stepwise_derive::Event;

use super::entry::{Entry, Method};
use crate::cluster::{ClientId, Happened};
use crate::contract::Refused;
use crate::language::shorten;
use crate::sim::Time;
use crate::table::{Difference, Value};
use crate::wording::count;

#[derive(Clone, Event)]
pub enum Event {
    #[told("{client} asks the leader: {}.", shorten(text, 90))]
    Asked { client: ClientId, text: Rc<str> },
    #[told("{client} opened a transaction. Its changes from now on are shipped when it commits.")]
    Began { client: ClientId },
    #[told(
        "At {clock} by its clock, the leader executed the statement of {client}: {} changed.{}{}",
        count(*rows, "row"),
        if *fired { " A trigger wrote each change into the change table as well." } else { "" },
        if *alone { "" } else { " It isn't committed yet." }
    )]
    Executed { client: ClientId, rows: usize, slots: Vec<usize>, clock: Value, alone: bool, fired: bool },
    #[told("The leader refuses it: {reason}.")]
    StatementRefused { client: ClientId, reason: Rc<str> },
    #[told(
        "The transaction of {client} is committed, and with it {} of the change table. The program that reads that table \
         makes entry {} of them: {} bytes. {}",
        count(entry.lines.len(), "row"), entry.number, entry.bytes.len(), goes(*sent, *waiting, *halted),
        when = *method == Method::Triggers
    )]
    #[told(
        "The transaction of {client} is committed, and is entry {} of the log: {} bytes, {}. {}",
        entry.number, entry.bytes.len(), contents(entry, *method), goes(*sent, *waiting, *halted)
    )]
    Committed { client: ClientId, entry: Rc<Entry>, method: Method, sent: bool, waiting: usize, halted: bool },
    #[told("The transaction of {client} is committed. It has changed nothing, so nothing is logged.")]
    NothingToLog { client: ClientId },
    #[told(
        "The transaction of {client} is rolled back: {} taken back, so nothing is logged. Numbers that were given out \
         stay given out: the next id is {next}.",
        count(*rows, "change")
    )]
    RolledBack { client: ClientId, rows: usize, next: i32 },
    #[told("{client} has its answer: {} changed.", count(*rows, "row"), when = *rows > 0)]
    #[told("{client} has its answer: it is done.")]
    Answered { client: ClientId, rows: u32 },
    #[told("{client} hears that it was refused: {reason}.")]
    AnsweredNo { client: ClientId, reason: Rc<str> },
    #[told(
        "{client} has had no answer for {waited}, and gives up. {client} can't know whether the leader has done it."
    )]
    GaveUp { client: ClientId, waited: Time },
    #[told("The leader knows that the follower has all before entry {number}, and sends it that one: {bytes} bytes.")]
    Shipped { number: u32, bytes: usize },
    #[told("The leader asks the follower how far it has come.")]
    Inquired,
    #[told(
        "The leader has had no answer for {waited}, and asks again how far the follower has come, attempt {attempt}.",
        when = *number == 0
    )]
    #[told("The leader has had no answer for {waited}, and sends entry {number} once more, attempt {attempt}.")]
    SentAgain { number: u32, bytes: usize, waited: Time, attempt: u32 },
    #[told(
        "The leader has had no answer for {waited}. {} in its log, until it hears of the follower or has something new.",
        waits(*waiting)
    )]
    FollowerSilent { waiting: usize, waited: Time },
    #[told(
        "The follower executed the text of entry {number} itself, at {clock} by its own clock: {} changed. {compared}",
        count(slots.len(), "row"), when = *method == Method::Statements
    )]
    #[told(
        "The follower wrote the bytes of entry {number} to the same places as the leader: {}. {compared}",
        count(slots.len(), "row"), when = *method == Method::WriteAheadLog
    )]
    #[told(
        "The follower did as entry {number} says, finding rows by their id and putting new ones where it had room: {} \
         changed. {compared}",
        count(slots.len(), "row"), when = *method == Method::Rows
    )]
    #[told(
        "The follower was given the changes of entry {number}, by the names of the columns: {} changed. {compared}",
        count(slots.len(), "row")
    )]
    Applied { number: u32, slots: Vec<usize>, method: Method, clock: Value, compared: Compared },
    #[told("The follower has executed entry {number} before, by its own count. It does nothing, and says so.")]
    HadIt { number: u32 },
    #[told("The follower can't go on at entry {number}: {reason}. It stops, and falls behind.")]
    Halted { number: u32, reason: Rc<str> },
    #[told("The leader hears that the follower has {}.", count(*entries, "entry"))]
    Reported { entries: u32 },
    #[told(
        "The leader sends the follower a copy of all that is committed, {}, and its place in the log: {}.",
        count(*rows, "row"), count(*entries, "entry")
    )]
    CopySent { rows: usize, entries: u32 },
    #[told(
        "The follower is made anew from a copy of all that is committed on the leader: {}. {compared}",
        count(*rows, "row")
    )]
    Copied { rows: usize, entries: u32, compared: Compared },
    #[flatten]
    Happened(Happened),
    #[flatten]
    Refused(Refused),
}

/// What someone finds who can see both replicas, and compares them row by row.
#[derive(Clone, Default)]
pub struct Compared {
    pub rows: usize,
    pub differences: Rc<Vec<Difference>>,
}

impl std::fmt::Display for Compared {
    fn fmt(&self, out: &mut std::fmt::Formatter) -> std::fmt::Result {
        const MOST: usize = 3;
        let told: Vec<_> = self.differences.iter().take(MOST).map(told).collect();
        match self.differences.len().saturating_sub(MOST) {
            _ if told.is_empty() => {
                write!(out, "Compared row by row, leader and follower hold the same: {}.", count(self.rows, "row"))
            }
            0 => write!(out, "Compared row by row, the follower has diverged: {}.", told.join("; ")),
            more => {
                write!(out, "Compared row by row, the follower has diverged: {}; and {more} more.", told.join("; "))
            }
        }
    }
}

/// A difference, as a sentence has it.
pub fn told(difference: &Difference) -> String {
    difference.told("leader", "follower")
}

fn contents(entry: &Entry, method: Method) -> String {
    let many = entry.lines.len();
    match method {
        Method::Statements => format!("the text of {}", count(many, "statement")),
        Method::WriteAheadLog => format!("what was written at {} of the table's file", count(many, "place")),
        Method::Rows | Method::Triggers => format!("{} with old and new values", count(many, "row")),
    }
}

fn goes(sent: bool, waiting: usize, halted: bool) -> String {
    match (sent, halted) {
        (true, _) => "It goes to the follower.".to_owned(),
        (_, true) => format!("{}: the follower has said that it can't go on.", waits(waiting)),
        _ => format!("{}: the follower hasn't said yet how far it is.", waits(waiting)),
    }
}

fn waits(entries: usize) -> String {
    format!("{} wait{}", count(entries, "entry"), if entries == 1 { "s" } else { "" })
}
