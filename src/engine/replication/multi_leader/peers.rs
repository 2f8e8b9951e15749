//! What one node still owes another: what it has sent, and was not told to have arrived.

use super::store::{Change, Piece, Store};
use crate::cluster::NodeId;

#[derive(Clone)]
pub struct Peer {
    pub node: NodeId,
    pub owed: Vec<Owed>,
    /// How often it was sent to in vain.
    pub tries: u8,
    /// Whether nothing more is sent until it is heard of.
    pub waits: bool,
}

#[derive(Clone)]
pub struct Owed {
    pub piece: Piece,
    /// The messages that it was sent in as it is to be told, the newest last. Each of them will do: on a slow link, the
    /// acknowledgement of the first comes when a second is on its way.
    pub sent: Vec<u64>,
}

impl Peer {
    pub fn new(node: NodeId) -> Peer {
        Peer { node, owed: Vec::new(), tries: 0, waits: false }
    }

    /// These pieces have changed, and go out in this message: the older ones that told of them don't count any more.
    pub fn owe(&mut self, pieces: &[Piece], batch: u64) {
        self.owed.retain(|owed| !pieces.contains(&owed.piece));
        self.owed.extend(pieces.iter().map(|piece| Owed { piece: piece.clone(), sent: vec![batch] }));
        self.tries = 0;
    }

    /// All of it goes out again.
    pub fn again(&mut self, store: &Store, batch: u64) -> Vec<Change> {
        self.owed.iter_mut().for_each(|owed| owed.sent.push(batch));
        self.waits = false;
        self.owed.iter().filter_map(|owed| store.change(&owed.piece)).collect()
    }

    /// Whether that message was the last in which something was sent that is owed.
    pub fn waits_for(&self, batch: u64) -> bool {
        self.owed.iter().any(|owed| owed.sent.last() == Some(&batch))
    }

    /// A message has arrived. One that was of use is a sign that the link works.
    pub fn acknowledged(&mut self, batch: u64) {
        let before = self.owed.len();
        self.owed.retain(|owed| !owed.sent.contains(&batch));
        if self.owed.len() < before {
            self.tries = 0;
        }
        self.waits &= !self.owed.is_empty();
    }
}
