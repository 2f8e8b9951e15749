//! Read repair: a coordinator that has seen two versions of a key in the answers to a read sends the newest to those
//! that answered with an older one, or with none. Keys that are read often heal quickly; a key that no one reads stays
//! as it is, and is left to [anti-entropy](super::anti_entropy).
//!
//! Usually the read does not wait for it. Where repair is *blocking*, it does, until r nodes are known to have what it returns.
//! So where any two sets of r nodes meet, a later read never returns less.

use super::kept::Kept;
use crate::cluster::NodeId;

/// What a node has answered, on a write or on a read.
#[derive(Clone, Debug)]
pub struct Answer {
    pub from: NodeId,
    /// What a read found there.
    pub found: Kept,
    /// That, with what read repair has sent there since; and with what of that the node has said that it has got.
    pub sent: Kept,
    pub has: Kept,
}

impl Answer {
    pub fn new(from: NodeId, found: Kept) -> Answer {
        Answer { from, sent: found.clone(), has: found.clone(), found }
    }
}

/// The newest that was answered, whoever did: one record, or all that are concurrent.
pub fn newest(answers: &[Answer]) -> Kept {
    let mut newest = Kept::default();
    answers.iter().for_each(|answer| newest.merge(&answer.found));
    newest
}

/// What was answered, each once, in the order of the answers; nothing is an answer as well.
pub fn distinct(answers: &[Answer]) -> Vec<&Kept> {
    let mut records = Vec::new();
    for answer in answers {
        if !records.contains(&&answer.found) {
            records.push(&answer.found);
        }
    }
    records
}

/// How many are known to have `newest`.
pub fn up_to_date(answers: &[Answer], newest: &Kept) -> usize {
    answers.iter().filter(|answer| newest.beyond(&answer.has).is_empty()).count()
}

/// The nodes that are to be sent something of `newest`: they answered with less, and were not sent as much yet.
pub fn behind(answers: &[Answer], newest: &Kept) -> Vec<(NodeId, Kept)> {
    let lacks = answers.iter().map(|answer| (answer.from, newest.beyond(&answer.sent)));
    lacks.filter(|(_, lacks)| !lacks.is_empty()).collect()
}
