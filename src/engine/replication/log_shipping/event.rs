//! What happened, one event a step, and how it is told.

use std::fmt::{self, Display};
use std::rc::Rc;

use super::command::Which;
use super::{Difference, Entry, Method, Value};
use crate::contract;
use crate::replication::ClientId;
use crate::wording::count;

#[derive(Clone)]
pub enum Event {
    Began { client: ClientId },
    Executed { client: ClientId, rows: usize, slots: Vec<usize>, clock: Value, alone: bool, fired: bool },
    Committed { client: ClientId, entry: Rc<Entry>, method: Method },
    ChangesCommitted { client: ClientId, rows: usize },
    NothingToLog { client: ClientId },
    RolledBack { client: ClientId, rows: usize, next: i32 },
    Shipped { number: u32, bytes: usize },
    Held { waiting: usize, why: Held },
    Applied { number: u32, slots: Vec<usize>, method: Method, clock: Value },
    Halted { number: u32, reason: Rc<str> },
    Compared { rows: usize, differences: Rc<Vec<Difference>> },
    LinkCut,
    LinkOpened { waiting: usize },
    Copied { rows: usize },
    Stopped { which: Which, open: usize, entries: usize, next: i32 },
    Started { which: Which, entries: usize },
    TimePassed { leader: Value, follower: Value },
    Refused { reason: Rc<str> },
}

impl contract::Event for Event {
    fn name(&self) -> &'static str {
        match self {
            Event::Began { .. } => "Began",
            Event::Executed { .. } => "Executed",
            Event::Committed { .. } => "Committed",
            Event::ChangesCommitted { .. } => "ChangesCommitted",
            Event::NothingToLog { .. } => "NothingToLog",
            Event::RolledBack { .. } => "RolledBack",
            Event::Shipped { .. } => "Shipped",
            Event::Held { .. } => "Held",
            Event::Applied { .. } => "Applied",
            Event::Halted { .. } => "Halted",
            Event::Compared { .. } => "Compared",
            Event::LinkCut => "LinkCut",
            Event::LinkOpened { .. } => "LinkOpened",
            Event::Copied { .. } => "Copied",
            Event::Stopped { .. } => "Stopped",
            Event::Started { .. } => "Started",
            Event::TimePassed { .. } => "TimePassed",
            Event::Refused { .. } => "Refused",
        }
    }
}

/// Why entries wait.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Held {
    Halted,
    Down,
    Cut,
}

fn entries_of(number: usize) -> String {
    count(number, "entry")
}

/// More differences are counted, not told.
const MOST_TOLD: usize = 3;

impl Display for Event {
    fn fmt(&self, out: &mut fmt::Formatter) -> fmt::Result {
        match self {
            Event::Began { client } => {
                write!(out, "{client} opened a transaction. What it does from now on is shipped when it commits.")
            }
            Event::Executed { client, rows, clock, alone, fired, .. } => {
                let rows = count(*rows, "row");
                write!(
                    out,
                    "At {clock} by its clock, the leader carried out the statement of {client}: {rows} changed."
                )?;
                if *fired {
                    write!(out, " A trigger wrote each change into the change table as well.")?;
                }
                out.write_str(if *alone { "" } else { " It is not committed yet." })
            }
            Event::Committed { entry, method: Method::Triggers, .. } => write!(
                out,
                "The program that reads the change table found {} that it had not read, and makes entry {} of them: {} bytes.",
                count(entry.lines.len(), "row"),
                entry.number,
                entry.bytes.len()
            ),
            Event::Committed { client, entry, method } => {
                let (number, bytes, many) = (entry.number, entry.bytes.len(), entry.lines.len());
                write!(
                    out,
                    "The transaction of {client} is committed, and is entry {number} of the log: {bytes} bytes, "
                )?;
                match method {
                    Method::Statements => write!(out, "the text of {}.", count(many, "statement")),
                    Method::WriteAheadLog => {
                        write!(out, "what was written at {} of the table's file.", count(many, "place"))
                    }
                    Method::Rows | Method::Triggers => write!(out, "{} with old and new values.", count(many, "row")),
                }
            }
            Event::ChangesCommitted { client, rows } => write!(
                out,
                "The transaction of {client} is committed, and with it {} of the change table.",
                count(*rows, "row")
            ),
            Event::NothingToLog { client } => {
                write!(out, "The transaction of {client} is committed. It has changed nothing, so nothing is logged.")
            }
            Event::RolledBack { client, rows, next } => write!(
                out,
                "The transaction of {client} is rolled back: {} taken back, and nothing is logged. Numbers that were \
                 given out stay given out: the next id is {next}.",
                count(*rows, "change")
            ),
            Event::Shipped { number, bytes } => {
                write!(out, "Entry {number} is on its way to the follower: {bytes} bytes.")
            }
            Event::Held { waiting, why } => {
                let why = match why {
                    Held::Halted => "the follower has stopped there",
                    Held::Down => "the follower is off",
                    Held::Cut => "the link is cut",
                };
                let (entries, verb) = (entries_of(*waiting), if *waiting == 1 { "s" } else { "" });
                write!(out, "{entries} wait{verb} in the leader's log: {why}.")
            }
            Event::Applied { number, slots, method, clock } => {
                let rows = count(slots.len(), "row");
                match method {
                    Method::Statements => write!(
                        out,
                        "The follower carried out the text of entry {number} itself, at {clock} by its own clock: {rows} \
                         changed."
                    ),
                    Method::WriteAheadLog => {
                        write!(
                            out,
                            "The follower wrote the bytes of entry {number} where they stood on the leader: {rows}."
                        )
                    }
                    Method::Rows => write!(
                        out,
                        "The follower did as entry {number} says, finding rows by their id and putting new ones where it \
                         had room: {rows} changed."
                    ),
                    Method::Triggers => {
                        write!(
                            out,
                            "The follower was given the changes of entry {number}, by the names of the columns: {rows} changed."
                        )
                    }
                }
            }
            Event::Halted { number, reason } => {
                write!(out, "The follower cannot go on at entry {number}: {reason}. It stops, and falls behind.")
            }
            Event::Compared { rows, differences } if differences.is_empty() => {
                write!(out, "Compared row by row, leader and follower hold the same: {}.", count(*rows, "row"))
            }
            Event::Compared { differences, .. } => {
                write!(out, "Compared row by row, the follower has diverged: ")?;
                for (place, difference) in differences.iter().take(MOST_TOLD).enumerate() {
                    write!(out, "{}{difference}", if place == 0 { "" } else { "; " })?;
                }
                match differences.len().saturating_sub(MOST_TOLD) {
                    0 => out.write_str("."),
                    more => write!(out, "; and {more} more."),
                }
            }
            Event::LinkCut => out.write_str("The link to the follower is cut. The leader goes on, and its log waits."),
            Event::LinkOpened { waiting } => {
                write!(out, "The link is open again. {} to be shipped.", entries_of(*waiting))
            }
            Event::Copied { rows } => {
                write!(
                    out,
                    "The follower is made anew from a copy of what is committed on the leader: {}.",
                    count(*rows, "row")
                )
            }
            Event::Stopped { which: Which::Leader, open, entries, next } => {
                out.write_str("The leader is off, and its memory is gone")?;
                match open {
                    0 => {}
                    1 => out.write_str(": an open transaction is as if it had never been")?,
                    open => write!(out, ": {open} open transactions are as if they had never been")?,
                }
                let entries = entries_of(*entries);
                write!(
                    out,
                    ". On its disk are the table as it was committed and a log of {entries}; the next id is {next}."
                )
            }
            Event::Stopped { entries, .. } => write!(
                out,
                "The follower is off, and its memory is gone. Its disk has the table with {} of the log in it, and that number.",
                entries_of(*entries)
            ),
            Event::Started { which: Which::Leader, entries } => write!(
                out,
                "The leader is back, with the table and the {} that its disk has. How far the follower has come it must be told.",
                entries_of(*entries)
            ),
            Event::Started { entries, .. } => write!(
                out,
                "The follower is back with what its disk has, the table with {} of the log, and tells the leader as soon as it can.",
                entries_of(*entries)
            ),
            Event::TimePassed { leader, follower } => {
                write!(out, "It is {leader} by the leader's clock, and {follower} by the follower's.")
            }
            Event::Refused { reason } => write!(out, "Nothing was done: {reason}."),
        }
    }
}
