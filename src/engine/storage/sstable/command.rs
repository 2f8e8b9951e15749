//! What a reader may ask of sorted tables.

use stepwise_derive::Command;

use crate::key::Key;

#[derive(Clone, Debug, PartialEq, Eq, Command)]
pub enum Command {
    /// Log the entry, and put it into the memtable.
    #[button]
    Put {
        #[example("apple")]
        key: Key,
        #[example("1")]
        value: String,
    },
    /// Look for the key in the memtable, then in table after table, newest first.
    #[button]
    Get {
        #[example("apple")]
        key: Key,
    },
    /// Log a tombstone, and put it into the memtable.
    #[button]
    Delete {
        #[example("apple")]
        key: Key,
    },
    /// Merge memtable and tables from FROM to TO.
    #[button]
    Scan {
        #[example("a")]
        from: Key,
        #[example("m")]
        to: Key,
    },
    /// Write the memtable out as a table.
    #[button]
    Flush,
    /// Make every logged write safe from a crash.
    Sync,
    /// Merge the tables, all or those from FIRST to LAST, into one.
    #[button]
    #[begin("start a merge that goes on in the background, an entry after each further command")]
    Merge {
        begin: bool,
        first: Option<u32>,
        /// The same as FIRST, if it is left out.
        last: Option<u32>,
    },
    /// Flip one bit of a file on the disk, as failing hardware does.
    Rot {
        #[example("1.sst")]
        file: String,
        #[example("15")]
        offset: u32,
    },
}
