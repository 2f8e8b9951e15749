//! What everybody sends, and what a row is in the log.

use std::rc::Rc;

use stepwise_derive::Wire;

use crate::cluster::{self, CallId, ClientId, NodeId};
use crate::replication::replicated_log::{Entry, Message as LogMessage, Term};
use crate::wire::{Frame, Wire};
use crate::wording::{count, shown};

/// The number of a row, counted from 1.
pub type RowId = u32;

/// A row, and the call that inserted it.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    pub row: RowId,
    pub call: CallId,
    pub name: Rc<str>,
}

#[derive(Clone, Debug, Wire)]
#[cfg_attr(test, derive(PartialEq))]
pub enum Message {
    /// Between nodes.
    Log(LogMessage),
    /// From a client to the node that it believes to lead.
    Insert {
        call: CallId,
        name: Rc<str>,
    },
    Read {
        call: CallId,
        row: RowId,
    },
    /// So many reads of somebody's at once, which keep a node busy.
    Queries {
        queries: u32,
    },
    /// The node does not lead; it may know who does.
    #[name("not the leader")]
    Redirect {
        call: CallId,
        leader: Option<NodeId>,
    },
    Inserted {
        call: CallId,
        row: RowId,
    },
    #[name("row")]
    Found {
        call: CallId,
        name: Option<Rc<str>>,
    },
    /// To the controller: the node is there, its log has come so far, and it leads or not.
    Alive {
        term: Term,
        #[label("term of the last entry")]
        last: Term,
        position: usize,
        leads: bool,
    },
    /// From the controller: lead this term.
    #[name("lead")]
    Name {
        term: Term,
    },
    /// To the storage, with the term as a token; without a row, only to be known there.
    Store {
        token: Term,
        row: Option<Row>,
    },
    /// From the storage, to what came with that token: it has the row, or has seen the token alone.
    Stored {
        token: Term,
        row: Option<RowId>,
    },
    /// The storage has seen this higher token, and did nothing.
    #[name("token too old")]
    TooOld {
        #[label("highest token")]
        highest: Term,
    },
    /// From a client to the cache, and its answer.
    #[name("look up")]
    LookUp {
        call: CallId,
        row: RowId,
    },
    Cached {
        call: CallId,
        name: Option<Rc<str>>,
    },
    /// What a client has read, for the cache.
    Keep {
        row: RowId,
        name: Rc<str>,
    },
}

impl Message {
    /// Whether it goes to and fro all the time, so that one more or less of it is no news.
    pub fn is_routine(&self) -> bool {
        use LogMessage::{Append, Appended};
        matches!(self, Message::Log(Append { .. } | Appended { .. }) | Message::Alive { .. })
    }

    /// The term that it carries, if it carries one.
    pub fn term(&self) -> Option<Term> {
        match self {
            Message::Log(message) => Some(message.term()),
            Message::Alive { term, .. } | Message::Name { term } => Some(*term),
            Message::Store { token, .. } | Message::Stored { token, .. } => Some(*token),
            Message::TooOld { highest } => Some(*highest),
            _ => None,
        }
    }
}

impl cluster::Message for Message {
    fn kind(&self) -> &'static str {
        match self {
            Message::Log(LogMessage::Vote { granted: false, .. }) => "no vote",
            Message::Log(LogMessage::Append { entries, .. }) if entries.is_empty() => "heartbeat",
            Message::Log(LogMessage::Appended { matches: false, .. }) => "not appended",
            Message::Log(message) => message.kind(),
            Message::Store { row: None, .. } => "token",
            Message::Stored { row: None, .. } => "token seen",
            other => other.kind(),
        }
    }

    fn about(&self) -> String {
        let kind = cluster::Message::kind(self);
        match self {
            Message::Insert { name, .. } => format!("insert {}", shown(name)),
            Message::Read { row, .. } | Message::LookUp { row, .. } => format!("{kind} row {row}"),
            Message::Inserted { row, .. } => format!("inserted as row {row}"),
            Message::Store { token, row: Some(row) } => {
                format!("store row {} ({}), token {token}", row.row, shown(&row.name))
            }
            other => other.term().map_or_else(|| kind.to_owned(), |term| format!("{kind}, term {term}")),
        }
    }

    fn brief(&self) -> String {
        let name =
            |name: &Option<Rc<str>>, none: &str| name.as_ref().map_or(none.to_owned(), |it| shown(it).to_string());
        match self {
            Message::Log(log) => log.brief(&word),
            Message::Insert { name, .. } => format!("insert {}", shown(name)),
            Message::Read { row, .. } | Message::LookUp { row, .. } => format!("row {row}?"),
            Message::Queries { queries } => count(*queries, "read"),
            Message::Redirect { leader: Some(leader), .. } => format!("ask {leader}"),
            Message::Redirect { leader: None, .. } => "not leader".to_owned(),
            Message::Inserted { row, .. } => format!("row {row} ✓"),
            Message::Found { name: found, .. } => name(found, "no row"),
            Message::Cached { name: found, .. } => name(found, "miss"),
            Message::Alive { .. } => String::new(),
            Message::Name { term } => format!("lead term {term}"),
            Message::Store { token, row: Some(row) } => format!("row {} token {token}", row.row),
            Message::Store { token, row: None } => format!("token {token}"),
            Message::Stored { .. } => "ok".to_owned(),
            Message::TooOld { .. } => "old token".to_owned(),
            Message::Keep { row, name } => format!("{row}={}", shown(name)),
        }
    }
}

/// What an entry says; the one that opens a term says only that.
pub fn word(entry: &Entry) -> String {
    match row_in(entry) {
        Some((row, _, name)) => format!("{row} {}", shown(name)),
        None => format!("term {}", entry.term),
    }
}

impl Wire for Row {
    fn write(&self, _: &str, frame: &mut Frame) {
        self.row.write("row", frame);
        self.call.write("call", frame);
        self.name.write("name", frame);
    }

    fn read(bytes: &mut &[u8]) -> Option<Row> {
        Some(Row { row: RowId::read(bytes)?, call: CallId::read(bytes)?, name: Rc::read(bytes)? })
    }
}

/// A row's key in the log: its number (4 bytes), the client (1) and its call (4), little-endian. The name is the value.
pub fn key_of(row: RowId, call: CallId) -> Vec<u8> {
    let mut key = row.to_le_bytes().to_vec();
    key.push(call.client.number());
    key.extend(call.number.to_le_bytes());
    key
}

/// The row that an entry holds; `None` for the empty one that opens a term.
pub fn row_in(entry: &Entry) -> Option<(RowId, CallId, &str)> {
    let (row, call) = row_of(entry.key())?;
    Some((row, call, std::str::from_utf8(entry.value()).ok()?))
}

fn row_of(key: &[u8]) -> Option<(RowId, CallId)> {
    let &[a, b, c, d, client, e, f, g, h] = key else { return None };
    let call = CallId { client: ClientId::new(client.max(1)), number: u32::from_le_bytes([e, f, g, h]) };
    Some((u32::from_le_bytes([a, b, c, d]), call))
}

/// What the bytes of an entry's key and value mean; the one that opens a term has neither.
pub fn told(key: &[u8], value: &[u8]) -> Vec<(&'static str, usize, String)> {
    let Some((row, call)) = row_of(key) else { return Vec::new() };
    let name = String::from_utf8_lossy(value).into_owned();
    let client = call.client.to_string();
    vec![
        ("row", 4, row.to_string()),
        ("client", 1, client),
        ("call", 4, call.number.to_string()),
        ("name", value.len(), name),
    ]
}
