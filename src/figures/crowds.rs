//! How crowded each way is.

use crate::engine::replication::Host;

/// How many messages are on each way: of many, only the first few are drawn.
pub(super) struct Crowds {
    pub most: usize,
    pub ways: Vec<((Host, Host), usize)>,
}

impl Crowds {
    pub fn new(most: usize) -> Crowds {
        Crowds { most, ways: Vec::new() }
    }

    /// Counts a message on its way; whether it is one of those that are drawn.
    pub fn has_room(&mut self, from: Host, to: Host) -> bool {
        let way = (from, to);
        let place = self.ways.iter().position(|(other, _)| *other == way).unwrap_or_else(|| {
            self.ways.push((way, 0));
            self.ways.len() - 1
        });
        self.ways[place].1 += 1;
        self.ways[place].1 <= self.most
    }
}
