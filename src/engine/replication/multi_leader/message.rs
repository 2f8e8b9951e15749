//! What goes over the wire.

use stepwise_derive::Wire;

use super::claims::Claim;
use super::merge::Merge;
use super::op::{Op, RecordId};
use super::store::Change;
use super::value::{Value, words};
use crate::cluster::{self, CallId};
use crate::key::Key;
use crate::versions::Vector;
use crate::wire::{Frame, Wire};
use crate::wording::{count, list, shown};

#[derive(Clone, Debug, PartialEq, Wire)]
pub enum Message {
    /// A user wants something written, having seen that of the record. A leader sends it on to the home of the record.
    Write {
        call: CallId,
        op: Op,
        seen: Vector,
    },
    Read {
        call: CallId,
        key: Key,
    },
    Done {
        call: CallId,
    },
    Declined {
        call: CallId,
        #[label("reason")]
        why: std::rc::Rc<str>,
    },
    Found {
        call: CallId,
        #[label("records found")]
        found: Vec<Found>,
        #[label("claims found")]
        claims: Vec<Claim>,
    },
    /// What one leader has written, to another: each record whole, as it is there.
    Changes {
        batch: u64,
        changes: Vec<Change>,
    },
    /// They are on the disk of who got them.
    Ack {
        batch: u64,
    },
    /// A node that was off is back.
    Hello,
}

/// What a reader finds of one record, and what it has seen with that.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    pub id: RecordId,
    pub values: Vec<Value>,
    pub seen: Vector,
}

impl Change {
    /// `title = B`.
    pub fn words(&self) -> String {
        match self {
            Change::Record { id, record } => format!("{} = {}", shown(id.key.as_str()), words(&record.values())),
            Change::Claim(claim) => claim.to_string(),
        }
    }
}

impl cluster::Message for Message {
    fn kind(&self) -> &'static str {
        Message::kind(self)
    }

    fn about(&self) -> String {
        match self {
            Message::Write { op, .. } => op.to_string(),
            Message::Read { key, .. } => format!("read {}", shown(key.as_str())),
            Message::Done { call } => format!("{call} is done"),
            Message::Declined { why, .. } => why.to_string(),
            Message::Found { found, claims, .. } => answer(found, claims),
            Message::Changes { changes, .. } => list(changes.iter().map(Change::words)),
            Message::Ack { batch } => format!("message {batch} has arrived"),
            Message::Hello => "back again".to_owned(),
        }
    }

    fn brief(&self) -> String {
        match self {
            Message::Write { op, .. } => match op {
                Op::Write { key, value } => format!("{key}={value}"),
                Op::Add { item, .. } => format!("+{item}"),
                Op::Remove { item, .. } => format!("-{item}"),
                Op::Increment { .. } => "+1".to_owned(),
                Op::Set { field, value, .. } => format!("{field}={value}"),
                Op::Book { room, from, until } => format!("{room} {from}-{until}"),
                Op::Take { name } => name.to_string(),
            },
            Message::Read { key, .. } => format!("{key}?"),
            Message::Done { .. } => "ok".to_owned(),
            Message::Declined { .. } => "no".to_owned(),
            Message::Found { found, claims, .. } => match (&found[..], claims.len()) {
                ([one], 0) => words(&one.values),
                (several, claims) => count(several.len() + claims, "record"),
            },
            Message::Changes { changes, .. } => match &changes[..] {
                [Change::Record { id, record }] => format!("{}={}", id.key, words(&record.values())),
                [Change::Claim(claim)] => claim.what.to_string(),
                several => count(several.len(), "record"),
            },
            Message::Ack { .. } => "has it".to_owned(),
            Message::Hello => "back".to_owned(),
        }
    }
}

/// As a user is answered.
pub fn answer(found: &[Found], claims: &[Claim]) -> String {
    let claims = claims.iter().map(|claim| format!("{claim}, by {}", claim.call));
    let found: Vec<String> = found.iter().map(|it| words(&it.values)).chain(claims).collect();
    if found.is_empty() { "nothing".to_owned() } else { found.join("; ") }
}

impl Wire for Found {
    fn write(&self, _: &str, frame: &mut Frame) {
        self.id.write("", frame);
        self.values.write("values", frame);
        self.seen.write("vector seen", frame);
    }

    fn read(bytes: &mut &[u8]) -> Option<Found> {
        Some(Found { id: RecordId::read(bytes)?, values: Vec::read(bytes)?, seen: Vector::read(bytes)? })
    }
}
