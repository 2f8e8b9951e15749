//! What a reader may ask of the tree.

use stepwise_derive::Command;

use crate::key::Key;

#[derive(Clone, Debug, PartialEq, Eq, Command)]
pub enum Command {
    /// Write a key into its leaf, which may split.
    #[button]
    Put {
        #[example("7")]
        key: Key,
        #[example("x")]
        value: String,
    },
    /// Go down from the root to the one leaf that can hold the key.
    #[button]
    Get {
        #[example("7")]
        key: Key,
    },
    /// Take a key out of its leaf, which may borrow or be merged.
    #[button]
    Delete {
        #[example("7")]
        key: Key,
    },
    /// Read all keys from FROM to TO in their order.
    #[button]
    Scan {
        #[example("3")]
        from: Key,
        #[example("9")]
        to: Key,
    },
    /// Make every write so far safe from a crash.
    Sync,
    /// Write what only the log has into the page file, and empty the log.
    #[button]
    Checkpoint,
    /// Check the whole tree for everything that must always hold.
    Check,
    /// Empty the cache: every page that the disk has leaves memory.
    #[button]
    Evict,
}
