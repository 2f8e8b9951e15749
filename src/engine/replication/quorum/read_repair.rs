//! Read repair: a coordinator that has seen two versions of a key in the answers to a read sends the newest to those
//! that answered with an older one, or with none. Keys that are read often heal quickly; a key that nobody reads stays
//! as it is, and is left to [anti-entropy](super::anti_entropy).

use super::record::{Record, Version};
use crate::cluster::{NodeId, NodeSet};

/// What a node has answered, on a write or on a read.
#[derive(Clone, Debug)]
pub struct Answer {
    pub from: NodeId,
    /// What a read found there.
    pub found: Option<Record>,
    /// What read repair has sent there since.
    pub repaired_to: Option<Version>,
}

/// The newest record that was answered, whoever did.
pub fn newest(answers: &[Answer]) -> Option<&Record> {
    answers.iter().filter_map(|answer| answer.found.as_ref()).max_by_key(|record| record.version)
}

/// The nodes that are to be sent `newest`: they answered with less, and were not sent as much yet.
pub fn behind(answers: &[Answer], newest: &Record) -> NodeSet {
    let is_behind = |answer: &&Answer| {
        let answered = answer.found.as_ref().map(|record| record.version);
        answered.max(answer.repaired_to) < Some(newest.version)
    };
    answers.iter().filter(is_behind).map(|answer| answer.from).collect()
}
