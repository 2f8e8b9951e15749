//! What one node still owes another: what it has sent, and was not told to have arrived.

use super::store::{Change, Piece, Store};
use crate::cluster::NodeId;

#[derive(Clone)]
pub struct Peer {
    pub node: NodeId,
    /// Each piece with the number of the message that it was last sent in.
    pub owed: Vec<(Piece, u64)>,
    /// How often it was sent to in vain.
    pub tries: u8,
}

impl Peer {
    pub fn new(node: NodeId) -> Peer {
        Peer { node, owed: Vec::new(), tries: 0 }
    }

    /// These pieces go out in this message.
    pub fn owe(&mut self, pieces: &[Piece], batch: u64) {
        self.owed.retain(|(piece, _)| !pieces.contains(piece));
        self.owed.extend(pieces.iter().map(|piece| (piece.clone(), batch)));
        self.tries = 0;
    }

    /// All of it goes out again.
    pub fn again(&mut self, store: &Store, batch: u64) -> Vec<Change> {
        self.owed.iter_mut().for_each(|(_, last)| *last = batch);
        self.owed.iter().filter_map(|(piece, _)| store.change(piece)).collect()
    }

    /// A message has arrived. What was sent again since, in another message, is still owed: it may be newer.
    pub fn acknowledged(&mut self, batch: u64) {
        self.owed.retain(|(_, last)| *last != batch);
        self.tries = 0;
    }
}
