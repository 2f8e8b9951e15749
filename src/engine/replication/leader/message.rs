//! What clients, the leader and its followers send.

use std::rc::Rc;

use crate::key::Key;
use crate::replication::CallId;
use crate::replication::replicated_log::{Message as LogMessage, Snapshot, Term};
use crate::wording::shown;

#[derive(Clone)]
#[cfg_attr(test, derive(Debug, PartialEq))]
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
    /// The value, and which write it is of.
    Value {
        call: CallId,
        found: Option<(Rc<str>, CallId)>,
    },
    /// Only the leader takes writes, and this node is none.
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

impl Message {
    /// As a reader calls it.
    pub fn kind(&self) -> &'static str {
        match self {
            Message::Put { .. } => "put",
            Message::Get { .. } => "get",
            Message::Written { .. } => "written",
            Message::Value { .. } => "value",
            Message::NotLeader { .. } => "not the leader",
            Message::Hello { .. } => "hello",
            Message::Snapshot { .. } => "snapshot",
            Message::Log(LogMessage::Append { .. }) => "append",
            Message::Log(LogMessage::Appended { matches: true, .. }) => "appended",
            Message::Log(_) => "not appended",
        }
    }

    /// What it says, for a label.
    pub fn about(&self) -> String {
        match self {
            Message::Put { key, value, .. } => format!("put {key} = {}", shown(value)),
            Message::Get { key, .. } => format!("get {key}"),
            Message::Value { found: Some((value, _)), .. } => format!("value {}", shown(value)),
            Message::Value { .. } => "no value".to_owned(),
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
}
