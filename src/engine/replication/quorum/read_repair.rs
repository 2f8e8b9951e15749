//! Read repair: a coordinator that has seen two versions of a key in the answers to a read sends the newest to those
//! that answered with an older one, or with none. Keys that are read often heal quickly; a key that nobody reads stays
//! as it is, and is left to [anti-entropy](super::anti_entropy).
//!
//! Usually the read does not wait for it. Where repair is *blocking*, it does, until r nodes are known to have what it returns.
//! So where any two sets of r nodes meet, a later read never returns less.

use super::record::{Record, Version};
use crate::cluster::{NodeId, NodeSet};

/// What a node has answered, on a write or on a read.
#[derive(Clone, Debug)]
pub struct Answer {
    pub from: NodeId,
    /// What a read found there.
    pub found: Option<Record>,
    /// What read repair has sent there since, and what the node has said that it has got.
    pub repaired_to: Option<Version>,
    pub confirmed: Option<Version>,
}

/// The newest record that was answered, whoever did.
pub fn newest(answers: &[Answer]) -> Option<&Record> {
    answers.iter().filter_map(|answer| answer.found.as_ref()).max_by_key(|record| record.version)
}

/// What was answered, each record once, in the order of the answers; nothing is an answer as well.
pub fn distinct(answers: &[Answer]) -> Vec<Option<&Record>> {
    let mut records = Vec::new();
    for answer in answers {
        if !records.contains(&answer.found.as_ref()) {
            records.push(answer.found.as_ref());
        }
    }
    records
}

/// How many are known to have `newest`.
pub fn up_to_date(answers: &[Answer], newest: Option<&Record>) -> usize {
    let version = |record: &Record| record.version;
    let is = |answer: &&Answer| answer.found.as_ref().map(version).max(answer.confirmed) >= newest.map(version);
    answers.iter().filter(is).count()
}

/// The nodes that are to be sent `newest`: they answered with less, and were not sent as much yet.
pub fn behind(answers: &[Answer], newest: &Record) -> NodeSet {
    let is_behind = |answer: &&Answer| {
        let answered = answer.found.as_ref().map(|record| record.version);
        answered.max(answer.repaired_to) < Some(newest.version)
    };
    answers.iter().filter(is_behind).map(|answer| answer.from).collect()
}
