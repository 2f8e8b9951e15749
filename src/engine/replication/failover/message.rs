//! Who there is besides the nodes, and what everybody sends.

use std::fmt;
use std::rc::Rc;

use crate::form::{ArgumentKind, Value};
use crate::language::{BadCommand, Words};
use crate::replication::replicated_log::{Entry, Message as NodeMessage, Term};
use crate::replication::{CallId, ClientId, Host, NodeId};

/// How many clients there are: c1 and c2.
pub const CLIENTS: u8 = 2;
/// The services have addresses as clients have, and names of their own.
pub const STORAGE: ClientId = ClientId::new(4);
pub const CONTROLLER: ClientId = ClientId::new(5);

/// What a sentence calls a host.
pub fn name_of(host: Host) -> String {
    match host {
        Host::Client(STORAGE) => "the storage".to_owned(),
        Host::Client(CONTROLLER) => "the controller".to_owned(),
        _ => host.to_string(),
    }
}

/// A host as a command names it: `n1`, `c1`, `controller`, `storage`.
#[derive(Clone, Copy)]
pub struct Endpoint(pub Host);

impl Value for Endpoint {
    const KIND: ArgumentKind = ArgumentKind::Text;

    fn read(words: &mut Words, what: &str) -> Result<Endpoint, BadCommand> {
        let word = words.required(what)?;
        match (word.text.as_str(), word.text.parse()) {
            ("controller", _) => Ok(Endpoint(CONTROLLER.into())),
            ("storage", _) => Ok(Endpoint(STORAGE.into())),
            (_, Ok(host @ Host::Node(_))) => Ok(Endpoint(host)),
            (_, Ok(host @ Host::Client(client))) if client.number() <= CLIENTS => Ok(Endpoint(host)),
            _ => {
                let accepted = format!("a node as n1, c1 to c{CLIENTS}, controller, storage");
                Err(words.refuse(word, format!("there is no `{}`", word.quote()), accepted))
            }
        }
    }

    fn spell(&self, out: &mut fmt::Formatter) -> fmt::Result {
        match self.0 {
            Host::Client(CONTROLLER) => out.write_str("controller"),
            Host::Client(STORAGE) => out.write_str("storage"),
            host => write!(out, "{host}"),
        }
    }
}

/// The number of a row, counted from 1.
pub type RowId = u32;

/// What a client asks for.
#[derive(Clone)]
#[cfg_attr(test, derive(Debug, PartialEq))]
pub enum Ask {
    Insert(Rc<str>),
    Read(RowId),
}

#[derive(Clone)]
#[cfg_attr(test, derive(Debug, PartialEq))]
pub enum Message {
    /// Between nodes.
    Node(NodeMessage),
    /// From a client to the node that it believes to lead.
    Request {
        call: CallId,
        ask: Ask,
    },
    /// So many reads of somebody's at once, which keep a node busy.
    Queries(u32),
    /// The node does not lead; it may know who does.
    Redirect {
        call: CallId,
        leader: Option<NodeId>,
    },
    Inserted {
        call: CallId,
        row: RowId,
    },
    Found {
        call: CallId,
        name: Option<Rc<str>>,
    },
    /// To the controller: the node is there, its log has come so far, and it leads or not.
    Alive {
        term: Term,
        last: Term,
        position: usize,
        leads: bool,
    },
    /// From the controller: lead this term.
    Name {
        term: Term,
    },
    /// To the storage, with the term as a token; without a row, only to be known there.
    Store {
        token: Term,
        row: Option<(RowId, Rc<str>)>,
    },
    /// From the storage, to what came with that token: it has the row, or has seen the token alone.
    Stored {
        token: Term,
        row: Option<RowId>,
    },
    /// The storage has seen this higher token, and did nothing.
    TooOld {
        highest: Term,
    },
}

impl Message {
    /// As a reader calls it.
    pub fn kind(&self) -> &'static str {
        match self {
            Message::Node(NodeMessage::AskVote { .. }) => "ask for a vote",
            Message::Node(NodeMessage::Vote { granted: true, .. }) => "vote",
            Message::Node(NodeMessage::Vote { .. }) => "no vote",
            Message::Node(NodeMessage::Append { entries, .. }) if entries.is_empty() => "heartbeat",
            Message::Node(NodeMessage::Append { .. }) => "append",
            Message::Node(NodeMessage::Appended { matches: true, .. }) => "appended",
            Message::Node(NodeMessage::Appended { .. }) => "not appended",
            Message::Request { ask: Ask::Insert(_), .. } => "insert",
            Message::Request { .. } => "read",
            Message::Queries(_) => "queries",
            Message::Redirect { .. } => "not the leader",
            Message::Inserted { .. } => "inserted",
            Message::Found { .. } => "row",
            Message::Alive { .. } => "alive",
            Message::Name { .. } => "lead",
            Message::Store { row: None, .. } => "token",
            Message::Store { .. } => "store",
            Message::Stored { row: None, .. } => "token seen",
            Message::Stored { .. } => "stored",
            Message::TooOld { .. } => "token too old",
        }
    }

    /// Whether it goes to and fro all the time, so that one more or less of it is no news.
    pub fn is_routine(&self) -> bool {
        use NodeMessage::{Append, Appended};
        matches!(self, Message::Node(Append { .. } | Appended { .. }) | Message::Alive { .. })
    }

    /// The term that it carries, if it carries one.
    pub fn term(&self) -> Option<Term> {
        match self {
            Message::Node(message) => Some(message.term()),
            Message::Alive { term, .. } | Message::Name { term } => Some(*term),
            Message::Store { token, .. } | Message::Stored { token, .. } => Some(*token),
            Message::TooOld { highest } => Some(*highest),
            _ => None,
        }
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
    let &[a, b, c, d, client, e, f, g, h] = entry.key() else { return None };
    let call = CallId { client: ClientId::new(client.max(1)), number: u32::from_le_bytes([e, f, g, h]) };
    Some((u32::from_le_bytes([a, b, c, d]), call, std::str::from_utf8(entry.value()).ok()?))
}
