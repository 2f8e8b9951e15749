//! What happened, and how it is told.

use std::rc::Rc;

use stepwise_derive::Event;

use super::command::{Field, RowId};
use crate::cluster::{CallId, ClientId, Happened, Host, NodeId};
use crate::contract::Refused;
use crate::sim::Time;
use crate::wording::{count, shown};

#[derive(Clone, Event)]
pub enum Event {
    #[told("{} asks {node} to set the {field} of {row} to {}.", call.client, shown(value))]
    SetAsked { call: CallId, node: NodeId, row: RowId, field: Field, value: Rc<str> },
    #[told("{} asks {node} for {row}.", call.client)]
    ReadAsked { call: CallId, node: NodeId, row: RowId },
    #[told("{node} has the code of version {version}, which knows no {field}. It refuses.")]
    FieldUnknown { node: NodeId, version: u8, field: Field },
    #[told("{node} asks the database for the row {row}.")]
    RowAsked { node: NodeId, row: RowId },
    #[told("The database sends {row} to {to}: {}, last written by version {writer}.", count(*bytes, "byte"))]
    RowSent { to: Host, row: RowId, bytes: usize, writer: u8 },
    #[told(
        "{node} decodes {row} as version {version}, sets the {field} to {}, and encodes it again: {before} bytes \
         become {after}.", shown(value), when = foreign.is_empty()
    )]
    #[told(
        "Version {version} on {node} doesn't know {foreign} of {row}. It sets the {field} to {}, and carries {foreign} \
         along unread: {before} bytes become {after}.", shown(value), when = *kept
    )]
    #[told(
        "Version {version} on {node} doesn't know {foreign} of {row}, and its object has no room for more than it knows. It sets \
         the {field} to {}, and encodes what it has: {before} bytes become {after}.",
        shown(value)
    )]
    PersonChanged {
        node: NodeId,
        version: u8,
        call: CallId,
        row: RowId,
        field: Field,
        value: Rc<str>,
        foreign: Rc<str>,
        kept: bool,
        before: usize,
        after: usize,
    },
    #[told("{node} can't read {row} as version {version}. {why}. It changes nothing, and says so.")]
    Unreadable { node: NodeId, version: u8, row: RowId, why: Rc<str> },
    /// `says` is what it answers; `wrong`, what it should have answered, where it is wrong.
    #[told("{node} reads {row} as version {version}, and answers: {says}.{wrong}", when = !rewrites)]
    #[told(
        "{node} reads {row} as version {version}, and answers: {says}. It writes the row back in the form of its version.{wrong}"
    )]
    PersonRead {
        node: NodeId,
        version: u8,
        row: RowId,
        revision: u32,
        name: Rc<str>,
        city: Rc<str>,
        phone: Option<Rc<str>>,
        says: Rc<str>,
        rewrites: bool,
        wrong: Rc<str>,
    },
    #[told("The database stores {row}, rewritten because it was read: {}, by version {writer}.{lost}{breach}", count(*bytes, "byte"), when = *rewrites)]
    #[told("The database stores {row}: {}, by version {writer}.{lost}{breach}", count(*bytes, "byte"))]
    RowStored { row: RowId, bytes: usize, writer: u8, call: CallId, rewrites: bool, lost: Rc<str>, breach: Rc<str> },
    #[told("{row} has changed since {from} read it. The database doesn't store what {from} has made of it.")]
    RowChanged { from: Host, row: RowId },
    #[told("{node} begins anew with {row} as it is now.")]
    BegunAnew { node: NodeId, row: RowId },
    #[told("{node} says to {to} that the row is saved.")]
    SavedTold { node: NodeId, to: Host },
    #[told(
        "{node} has had no answer from the database to {call} for {waited}. It gives up, and can't know whether anything was stored.",
        when = *is_write
    )]
    #[told(
        "{node} has had no answer from the database to {call} for {waited}, and gives up. It has only asked for the row."
    )]
    Unanswered { node: NodeId, call: CallId, waited: Time, is_write: bool },
    #[told("{} knows after {took} that it is saved.", call.client)]
    SavedKnown { call: CallId, took: Time },
    #[told("{} has the answer after {took}: {says}.", call.client)]
    Answered { call: CallId, took: Time, says: Rc<str> },
    #[told("{} hears after {took} that it failed: {why}.", call.client)]
    FailureKnown { call: CallId, took: Time, why: Rc<str> },
    #[told("{} has had no answer for {waited}, and gives up {call}.", call.client)]
    GaveUp { call: CallId, waited: Time },
    #[told("An answer to {call} comes to {client}, which no longer waits for one.")]
    AnsweredLate { client: ClientId, call: CallId },

    /// `forgets` and `breach` are sentences, or nothing.
    #[told("{node} restarts with version {version} of the code.{forgets}{breach}", when = *up)]
    #[told("{node} is off, and gets version {version} of the code.{breach}")]
    Upgraded { node: NodeId, version: u8, up: bool, forgets: Rc<str>, breach: Rc<str> },
    #[told("{node} is rolled back to version {version}, and restarts.{forgets}{breach}", when = *up)]
    #[told("{node} is off, and gets version {version} of the code back.{breach}")]
    RolledBack { node: NodeId, version: u8, up: bool, forgets: Rc<str>, breach: Rc<str> },

    #[told(
        "The database closes to take the old field, which version {version} doesn't know, out of {}.",
        count(*rows, "row"), when = *contracts
    )]
    #[told("The database closes to rewrite {} in the form of version {version}.", count(*rows, "row"))]
    MigrationBegun { version: u8, rows: usize, contracts: bool },
    #[told("{row} is rewritten in the form of version {version}: {before} bytes become {after}.{lost}{breach}{}", pause(*opens))]
    RowRewritten {
        row: RowId,
        version: u8,
        before: usize,
        after: usize,
        lost: Rc<str>,
        breach: Rc<str>,
        opens: Option<Time>,
    },
    #[told("Version {version} can't read {row}, which stays as it is. {why}.{}", pause(*opens))]
    RowLeft { row: RowId, version: u8, why: Rc<str>, opens: Option<Time> },
    #[told("The database closes again for the next batch: {} left.", crate::wording::is_or_are(*rows, "row"))]
    ClosedAgain { rows: usize },
    #[told("The request of {from} for {call} waits: the database is closed.")]
    Waits { from: Host, call: CallId },
    #[told("The old field is out of {}. The database is open; it has been closed for {closed} so far.{}", count(*rows, "row"), in_all(*took), when = *contracts)]
    #[told("{} in the form of version {version}. The database is open; it has been closed for {closed} so far.{}", rewritten(*rows), in_all(*took))]
    /// Who sees everything says how long the database was closed, and how long the migration was at work, if the database has opened
    /// in between: its own clock may be wrong.
    MigrationEnded { version: u8, rows: usize, contracts: bool, closed: Time, took: Option<Time> },
    #[flatten]
    Happened(Happened),
    #[flatten]
    Refused(Refused),
}

/// A batch is full: how long the database is open then. These are sentences after a blank, or nothing.
fn pause(opens: Option<Time>) -> String {
    opens.map(|open| format!(" The batch is full: the database opens for {open}.")).unwrap_or_default()
}

fn in_all(took: Option<Time>) -> String {
    took.map(|took| format!(" With the pauses, the migration took {took}.")).unwrap_or_default()
}

/// `3 rows are rewritten`.
fn rewritten(rows: usize) -> String {
    format!("{} rewritten", crate::wording::is_or_are(rows, "row"))
}
