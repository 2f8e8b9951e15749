//! What clients, the leader and its followers send.

use std::rc::Rc;

use stepwise_derive::Wire;

use crate::cluster;
use crate::key::Key;
use crate::replication::CallId;
use crate::replication::replicated_log::{Entry, Message as LogMessage, Snapshot, Term};
use crate::wording::shown;

#[derive(Clone, Wire)]
pub enum Message {
    Put {
        call: CallId,
        key: Key,
        value: Rc<str>,
    },
    Get {
        call: CallId,
        key: Key,
    },
    /// The rule is kept: the write counts.
    Written {
        call: CallId,
    },
    /// The value, and which entry of the log it is of.
    Value {
        call: CallId,
        value: Rc<str>,
        position: usize,
        term: Term,
    },
    NoValue {
        call: CallId,
    },
    /// Only the leader takes writes, and this node is none.
    #[name("not the leader")]
    NotLeader {
        call: CallId,
    },
    /// A node has come back, or is new: it has the log up to `position`.
    Hello {
        position: usize,
    },
    /// A copy of all data, from a leader of `term`.
    Snapshot {
        term: Term,
        snapshot: Snapshot,
    },
    Log(LogMessage),
}

impl cluster::Message for Message {
    fn kind(&self) -> &'static str {
        match self {
            Message::Log(LogMessage::Appended { matches: false, .. }) => "not appended",
            Message::Log(message) => message.kind(),
            _ => Message::kind(self),
        }
    }

    fn about(&self) -> String {
        match self {
            Message::Put { key, value, .. } => format!("put {key} = {}", shown(value)),
            Message::Get { key, .. } => format!("get {key}"),
            Message::Value { value, .. } => format!("value {}", shown(value)),
            Message::Hello { position } => format!("hello, I have the log up to {position}"),
            Message::Snapshot { snapshot, .. } => format!("snapshot as of position {}", snapshot.position),
            Message::Log(LogMessage::Append { position, entries, .. }) if entries.is_empty() => {
                format!("append nothing after {position}")
            }
            Message::Log(LogMessage::Append { position, entries, .. }) => {
                format!("append {} to {}", position + 1, position + entries.len())
            }
            Message::Log(LogMessage::Appended { position, matches: true, .. }) => {
                format!("I have all up to {position}")
            }
            Message::Log(LogMessage::Appended { position, .. }) => format!("begin again after {position}"),
            _ => self.kind().to_owned(),
        }
    }

    fn brief(&self) -> String {
        match self {
            Message::Put { key, value, .. } => format!("{key}={}", shown(value)),
            Message::Get { key, .. } => format!("{key}?"),
            Message::Written { .. } => "ok".to_owned(),
            Message::Value { value, .. } => shown(value).to_string(),
            Message::NoValue { .. } => "nothing".to_owned(),
            Message::NotLeader { .. } => "not leader".to_owned(),
            Message::Hello { position } => format!("at {position}"),
            Message::Snapshot { snapshot, .. } => format!("copy ≤{}", snapshot.position),
            Message::Log(log) => log.brief(&word),
        }
    }
}

/// What an entry says; the one that opens a term says only that.
pub fn word(entry: &Entry) -> String {
    let [key, value] = [entry.key(), entry.value()].map(|bytes| String::from_utf8_lossy(bytes));
    if key.is_empty() { format!("term {}", entry.term) } else { format!("{}={}", shown(&key), shown(&value)) }
}
