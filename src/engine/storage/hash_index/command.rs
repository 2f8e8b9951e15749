//! What a reader may ask of the hash index.

use stepwise_derive::Command;

use crate::key::Key;

#[derive(Clone, Debug, PartialEq, Eq, Command)]
pub enum Command {
    /// Append a record and point the keydir to it.
    #[button]
    Put {
        #[example("a")]
        key: Key,
        #[example("1")]
        value: String,
    },
    /// Look the key up in memory and read its record from the disk.
    #[button]
    Get {
        #[example("a")]
        key: Key,
    },
    /// Append a tombstone and forget the key.
    #[button]
    Delete {
        #[example("a")]
        key: Key,
    },
    /// Find all keys from FROM to TO, which a hash index is bad at.
    #[button]
    Scan {
        #[example("a")]
        from: Key,
        #[example("c")]
        to: Key,
    },
    /// Make every write so far safe from a crash.
    #[button]
    Sync,
    /// Copy what is alive in the closed segments, all or those from FIRST to LAST, and delete the rest.
    #[button]
    #[begin("start a merge that goes on in the background, a little after each further command")]
    Merge {
        begin: bool,
        first: Option<u32>,
        /// The same as FIRST, if it is left out.
        last: Option<u32>,
    },
    /// Flip one bit of a file on the disk, as failing hardware does.
    Rot {
        #[example("1.data")]
        file: String,
        #[example("15")]
        offset: u32,
    },
}
