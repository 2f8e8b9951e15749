//! Anti-entropy: two replicas find where they differ, and each gets what it lacks, whether anybody reads those keys or
//! not.
//!
//! They compare their [Merkle trees](super::merkle) from the root down. Whoever gets digests compares them with its own
//! and sends back those of the children where they differ, until the ranges at the bottom are found; then the records of
//! just these ranges cross the network. Neither side remembers anything between two messages.

use super::kept::Kept;
use super::merkle::{Digest, Tree, TreePlace};
use super::message::Message;
use super::record::Record;
use super::replica::{Replica, Stored};
use super::{Event, Reaction};
use crate::cluster::NodeId;
use crate::key::Key;

/// The message that begins a comparison: the digest of the root.
pub fn open(replica: &Replica) -> Message {
    let tree = Tree::of(&replica.records);
    Message::Digests(vec![tree.entry(TreePlace::ROOT)])
}

/// Compares digests of another replica with our own.
pub fn compare(replica: &Replica, me: NodeId, from: NodeId, digests: &[(TreePlace, Digest)]) -> Reaction {
    let tree = Tree::of(&replica.records);
    let compared = digests.len();
    let differing: Vec<TreePlace> =
        digests.iter().filter(|(place, theirs)| tree.digest(*place) != *theirs).map(|(place, _)| *place).collect();
    let Some(first) = differing.first() else {
        return Reaction::new(Event::TreesAgreed { node: me, with: from, compared });
    };
    let is_bottom = first.is_leaf();
    let (many, ranges) = (differing.len(), differing.clone());
    let (sent, reply) = if is_bottom {
        let entries = entries(replica, |key, _| differing.contains(&TreePlace::of(key)));
        (entries.len(), Message::Entries { ranges, entries, is_reply: false })
    } else {
        let children = differing.iter().filter_map(|place| place.children()).flatten();
        let digests: Vec<_> = children.map(|place| tree.entry(place)).collect();
        (digests.len(), Message::Digests(digests))
    };
    Reaction::new(Event::TreesCompared { node: me, with: from, compared, differing: many, is_bottom, sent })
        .send(from, reply)
}

/// Takes over what is newer; sends back what is newer here, unless this is already the reply.
pub fn merge(
    replica: &mut Replica,
    me: NodeId,
    from: NodeId,
    ranges: &[TreePlace],
    theirs: &[(Key, Record)],
    is_reply: bool,
) -> Reaction {
    let mut adopted = 0;
    for (key, record) in theirs {
        adopted += usize::from(matches!(replica.store(key, record), Stored::New { .. }));
    }
    let is_newer_here = |key: &Key, mine: &Record| {
        let other: Kept = theirs.iter().filter(|(each, _)| each == key).map(|(_, record)| record).collect();
        ranges.contains(&TreePlace::of(key)) && !other.knows(mine)
    };
    let back = if is_reply { Vec::new() } else { entries(replica, is_newer_here) };
    let event = Event::EntriesMerged { node: me, from, received: theirs.len(), adopted, returned: back.len() };
    let reaction = Reaction::new(event);
    if back.is_empty() {
        return reaction;
    }
    reaction.send(from, Message::Entries { ranges: ranges.to_vec(), entries: back, is_reply: true })
}

fn entries(replica: &Replica, wanted: impl Fn(&Key, &Record) -> bool) -> Vec<(Key, Record)> {
    let wanted = replica.iter().filter(|(key, record)| wanted(key, record));
    wanted.map(|(key, record)| (key.clone(), record.clone())).collect()
}
