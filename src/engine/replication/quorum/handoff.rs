//! Hinted handoff: how a write that its own nodes could not take survives on another.
//!
//! In a sloppy quorum, a coordinator that hears too little from the home nodes of a key by half of its time-out sends
//! the write to spare nodes, one for each silent home node, with a *hint*: whose it is. Its acknowledgement counts
//! towards w. But no one reads a hint: until it is handed off to its owner, a read of r home nodes may well miss the
//! write. So a sloppy quorum is no quorum in the usual sense, only an assurance that w nodes keep the write
//! (DeCandia et al., *Dynamo*, 2007, section 4.6).
//!
//! Simpler than the real one because: a hint is never read. So it is in Cassandra and Voldemort, while a fallback node of
//! Riak answers reads, too, and a read that counts its answer finds the write before the handoff.
//!
//! `handoff` lets every node offer its hints to their owners, and drop each one that is acknowledged.

use litemap::LiteMap;

use super::kept::Kept;
use super::message::Message;
use super::record::{Record, Version};
use crate::cluster::{NodeId, NodeSet};
use crate::key::Key;

/// Writes kept for other nodes, the newest of each owner and key.
#[derive(Clone, Debug, Default)]
pub struct Hints(LiteMap<(NodeId, Key), Kept>);

impl Hints {
    /// Keeps a write for `owner`, unless a newer one is kept already.
    pub fn hold(&mut self, owner: NodeId, key: Key, record: Record) {
        self.0.entry((owner, key)).or_default().add(&record);
    }

    /// Forgets a hint, if what its owner has acknowledged is what is kept; a newer one stays.
    pub fn release(&mut self, owner: NodeId, key: &Key, version: Version) -> bool {
        let place = (owner, key.clone());
        let Some(kept) = self.0.get_mut(&place) else { return false };
        let before = kept.len();
        // Of concurrent ones, the time of another says nothing.
        kept.retain(|record| match record.dotted {
            Some(_) => record.version != version,
            None => record.version > version,
        });
        let done = kept.len() < before;
        if kept.is_empty() {
            self.0.remove(&place);
        }
        done
    }

    /// One message for each hint, to its owner.
    pub fn offers(&self) -> impl Iterator<Item = (NodeId, Message)> {
        self.iter().map(|(owner, key, record)| (owner, Message::HandOff { key: key.clone(), record: record.clone() }))
    }

    pub fn iter(&self) -> impl Iterator<Item = (NodeId, &Key, &Record)> {
        self.0.iter().flat_map(|((owner, key), kept)| kept.iter().map(move |record| (*owner, key, record)))
    }

    pub fn len(&self) -> usize {
        self.iter().count()
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// Which spare is to hold a hint for which of the silent home nodes: each pair is a spare and an owner. Those that have
/// no spare left go without.
pub fn assign(silent: NodeSet, spares: NodeSet) -> Vec<(NodeId, NodeId)> {
    spares.iter().zip(silent.iter()).collect()
}
