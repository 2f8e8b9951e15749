//! What a store was asked for, and so what it may hold.

use super::{Entries, Store};
use crate::key::Key;
use crate::sim::{Crash, FileId};

/// Where a write is before it is synced.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Unsynced {
    /// On its way to the disk, in the order of the writes.
    InPageCache,
    /// In memory, until all of them are committed together.
    InMemory,
}

/// What the store was asked for since it was last started.
pub struct Model {
    /// What it holds after each write that was asked for; the first is what start-up found.
    history: Vec<Entries>,
    /// The writes up to here were acknowledged.
    acknowledged: usize,
    /// The writes up to here are safe.
    safe: usize,
    /// Each write is safe at once.
    pub syncs_always: bool,
    pub damage: Option<Damage>,
}

/// A byte that was changed behind the store's back.
pub struct Damage {
    pub file: FileId,
    pub offset: u64,
    pub bad: u8,
}

impl Model {
    /// Of a store that was started and holds that.
    pub fn new(found: Entries, syncs_always: bool) -> Model {
        Model { history: vec![found], acknowledged: 0, safe: 0, syncs_always, damage: None }
    }

    pub fn now(&self) -> &Entries {
        &self.history[self.history.len() - 1]
    }

    /// How many writes were asked for.
    pub fn writes(&self) -> usize {
        self.history.len()
    }

    pub fn ask(&mut self, command: &str) {
        let mut entries = self.now().clone();
        match command.split(' ').collect::<Vec<_>>()[..] {
            ["put", key, value] => _ = entries.insert(Key::new(key), value.to_owned()),
            ["delete", key] => _ = entries.remove(&Key::new(key)),
            _ => return,
        }
        self.history.push(entries);
    }

    /// What was asked last is done, or refused.
    pub fn answered<E: Store>(&mut self, command: &str, done: bool) {
        let is_write = command.starts_with("put ") || command.starts_with("delete ");
        match (is_write, done) {
            (true, true) => self.acknowledged = self.history.len() - 1,
            (true, false) => _ = self.history.pop(),
            _ => {}
        }
        if done && (is_write && self.syncs_always || E::MAKES_SAFE.contains(&command)) {
            self.safe = self.history.len() - 1;
        }
    }

    /// The states that a crash may leave.
    pub fn allowed(&self, crash: Crash, unsynced: Unsynced) -> Vec<&Entries> {
        match (unsynced, crash) {
            (Unsynced::InMemory, _) => vec![&self.history[self.safe], self.now()],
            // Damage to a write that was not safe is not told from a torn write.
            (Unsynced::InPageCache, Crash::Kept) if self.damage.is_none() => {
                self.history[self.acknowledged..].iter().collect()
            }
            (Unsynced::InPageCache, _) => self.history[self.safe..].iter().collect(),
        }
    }
}
