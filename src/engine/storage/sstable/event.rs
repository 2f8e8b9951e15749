//! What the engine did, one event a step, and how it is told: with the real keys, offsets and sizes, and the reason
//! where there is one.

use std::rc::Rc;

use stepwise_derive::Event;

use super::{FileName, TableId};
use crate::contract::Refused;
use crate::key::Key;
use crate::language::shorten;
use crate::storage::outage::Outage;
use crate::storage::{Entry, Sequence};
use crate::wording::{count, shown};

#[derive(Clone, Event)]
pub enum Event {
    #[told(
        "{} was appended to the log {log} at offset {offset}: a header, and {bytes} bytes. Should memory be lost, it \
         can be read back.",
        opening(entry)
    )]
    RecordLogged { log: String, entry: Entry, offset: u64, bytes: u64 },
    #[told(
        "{log} was synced: its last {bytes} bytes are safe from a crash. Only now may the write count.",
        when = *reason == SyncReason::EveryWrite
    )]
    #[told("{log} was synced, as asked: its last {bytes} bytes are safe from a crash now.")]
    LogSynced { log: String, bytes: u64, reason: SyncReason },
    /// All of the log before `offset` was synced, and now it says so.
    #[told(
        "A mark was appended to {log}, and synced: a record without content, which says that the {offset} bytes before \
         it were synced. From now on, damage to them can't be taken for a torn write."
    )]
    LogMarked { log: String, offset: u64 },
    #[told(
        "{} went into the memtable, in place of {}.",
        opening(entry), tell(older), when = let Some(older) = older
    )]
    #[told("{} went into the memtable, where its key belongs in the order.", opening(entry))]
    MemtableUpdated { entry: Entry, older: Option<Entry> },
    #[told(
        "The memtable has {}, and {wanted} more would be over its limit of {limit}. It is written out first; the write \
         waits.",
        count(*used, "byte")
    )]
    MemtableFull { used: u64, wanted: u64, limit: u64 },
    #[told("All of {log} is synced already.")]
    NothingToSync { log: String },
    #[told(
        "A bit of {} at offset {offset} has flipped on the disk. Nothing notices, until someone reads that byte and \
         compares the checksum.",
        shown(file)
    )]
    BitFlipped { file: String, offset: u64 },

    #[told("The memtable is empty: there is nothing to write out.")]
    NothingToFlush,
    #[told(
        "The memtable is written out: {}, {}, from the first key to the last. Until it is whole, the file is {}, a \
         name that doesn't count.",
        count(*entries, "entry"), count(*bytes, "byte"), table.unfinished()
    )]
    FlushBegun { table: TableId, entries: usize, bytes: u64 },
    #[told(
        "Block {block} of {} is full and was written. Its last key, {last}, goes into the sparse index.",
        table.unfinished()
    )]
    BlockWritten { table: TableId, block: usize, last: Key },
    #[told(
        "{} is complete: after {} came the filter, the sparse index and the footer. It has {bytes} bytes, none of them \
         safe yet.",
        table.unfinished(), count(*entries, "entry")
    )]
    TableFinished { table: TableId, entries: usize, bytes: u64 },
    #[told("{} was synced: its {bytes} bytes are safe, its name isn't yet.", table.unfinished())]
    TableSynced { table: TableId, bytes: u64 },
    #[told("{} was renamed to {}. A rename happens whole or not at all.", table.unfinished(), table.file())]
    TableNamed { table: TableId },
    #[told("{log} was created: the log for writes from now on.")]
    LogCreated { log: String },
    #[told(
        "The directory was synced: {} will survive a crash. For now everything in it is on the disk twice.",
        table.file()
    )]
    DirectorySynced { table: TableId },
    #[told(
        "From now on {} is read, and the memtable is empty. Of the table, memory keeps the index and the filter.",
        table.file()
    )]
    MemtableEmptied { table: TableId },
    #[told("{log} was deleted: all that it protected is safe in {}.", table.file())]
    LogDeleted { log: String, table: TableId },

    #[told(
        "The memtable has the newest entry of {key}: {}. {}",
        tell(entry),
        if entry.is_tombstone() { "The key is deleted, whatever older tables say." } else { "No file has to be read." },
        when = let Some(entry) = found
    )]
    #[told("{key} isn't in the memtable ({}). The tables are asked, the newest first.", count(*entries, "entry"))]
    MemtableSearched { key: Key, found: Option<Entry>, entries: usize },
    #[told("The Bloom filter of {} says that {key} may be in it.", table.file(), when = *passes)]
    #[told("The Bloom filter of {} says no: {key} is certainly not in it.", table.file())]
    FilterAsked { key: Key, table: TableId, passes: bool },
    #[told(
        "By its sparse index, in memory, {} can hold {key} only in block {} of {blocks}.",
        table.file(), block + 1, when = let Some(block) = block
    )]
    #[told("{key} comes after the last key of {}, says its index in memory. The file isn't read.", table.file())]
    IndexSearched { key: Key, table: TableId, block: Option<usize>, blocks: usize },
    #[told(
        "Block {} of {} was read, {bytes} bytes, and its checksum fits. It has {}: {}",
        block + 1, table.file(), tell(entry),
        if entry.is_tombstone() {
            "the key is deleted, whatever older tables say."
        } else {
            "the newest there is, so the search ends."
        },
        when = let Some(entry) = found
    )]
    #[told(
        "Block {} of {} was read, {bytes} bytes, and its checksum fits. {key} isn't in it, so it isn't in this \
         table.",
        block + 1, table.file()
    )]
    BlockRead { key: Key, table: TableId, block: usize, bytes: u64, found: Option<Entry> },
    #[told("There is no table that could hold {key}.", when = *tables == 0)]
    #[told("All tables were asked ({tables}), and none has {key}: there is no such key.")]
    KeyNowhere { key: Key, tables: usize },
    #[told(
        "A scan from {from} to {to}: a read head was put into the memtable and into {}, at the first key that isn't \
         before {from}.",
        count(*tables, "table")
    )]
    ScanBegun { from: Key, to: Key, tables: usize },
    #[told(
        "The smallest key under the heads is {}, {}. {}",
        tell(entry), place(*from),
        match (is_newest, entry.is_tombstone()) {
            (false, _) => "A newer entry of that key came before it, so it is passed over.",
            (true, true) => "The key is deleted, and isn't part of the answer.",
            (true, false) => "It is part of the answer, and its head moves on.",
        }
    )]
    EntryScanned { entry: Entry, from: Option<TableId>, is_newest: bool },
    #[told(
        "No head is within the range any more. The answer has {}, in order.",
        count(*entries, "entry")
    )]
    ScanFinished { entries: usize },

    #[told("A merge of {} begins: a read head on the first entry of each.", list(inputs), when = *has_oldest)]
    #[told(
        "A merge of {} begins: a read head on the first entry of each. The oldest table isn't among them, so \
         tombstones stay.",
        list(inputs)
    )]
    MergeBegun { inputs: Vec<TableId>, has_oldest: bool },
    #[told(
        "The smallest key under the heads is {}, from {}. It was copied to {}, whose block {block} is now full and \
         was written.",
        tell(entry), from.file(), to.unfinished(), when = let Some(block) = block
    )]
    #[told(
        "The smallest key under the heads is {}, from {}. It was copied to {}, and its head moved on.",
        tell(entry), from.file(), to.unfinished()
    )]
    EntryMerged { entry: Entry, from: TableId, to: TableId, block: Option<usize> },
    #[told(
        "{} from {} is dropped: a newer entry of that key was taken just before.",
        opening(entry), from.file()
    )]
    EntryDropped { entry: Entry, from: TableId },
    #[told(
        "{} from {} is dropped: no table is older than this merge, so nothing is left to hide.",
        opening(entry), from.file()
    )]
    TombstoneDropped { entry: Entry, from: TableId },
    #[told(
        "From now on {} is read in place of {}.",
        output.file(), list(inputs), when = let Some(output) = output
    )]
    #[told("Nothing in {} was worth keeping: no table takes their place.", list(inputs))]
    TablesSwitched { inputs: Vec<TableId>, output: Option<TableId> },
    /// `left` inputs are left to delete.
    #[told(
        "{name} was deleted: all that counts in it is in {}, too.",
        output.file(), when = let Some(output) = output
    )]
    #[told("{name} was deleted, the last of them.", when = *left == 0)]
    #[told(
        "{name} was deleted. The oldest goes first: after a crash those that are left are read, and no tombstone may \
         go before what it hides."
    )]
    InputDeleted { name: String, output: Option<TableId>, left: usize },
    #[told(
        "The merge is done, and the directory synced: {} in {} were read, and {kept} kept.",
        count(*read, "entry"), count(*inputs, "table")
    )]
    MergeFinished { inputs: usize, read: u64, kept: u64 },
    #[told("The merge was given up: {reason}. It has deleted nothing: its inputs are as they were.")]
    MergeGivenUp { reason: Rc<str> },

    #[told(
        "The plug was pulled. The memtable is gone, with {}, and so are all indexes. {outage}",
        count(*entries, "entry")
    )]
    Crashed { outage: Outage, entries: usize },
    #[told(
        "{file} wasn't finished, so it doesn't count, and was removed. Its entries are still in a log or in other tables, which do count.",
        when = let FileName::Unfinished(_) = file
    )]
    #[told("{file} was removed: the table that it was merged into is there.", when = let FileName::Table(_) = file)]
    #[told("{file} was removed: the table that it became is there.")]
    LeftoverRemoved { file: FileName },
    #[told(
        "{} was opened: its footer, filter and index were read, and their checksums fit. It has {}.",
        table.file(), count(*entries, "entry")
    )]
    TableOpened { table: TableId, entries: u64 },
    #[told(
        "The newest table, {}, was read through: the newest sequence number on the disk is {sequence}. The next write \
         must be newer.",
        table.file()
    )]
    SequenceFound { table: TableId, sequence: Sequence },
    #[told("{log} has no whole record: the memtable stays empty.", when = *records == 0)]
    #[told(
        "{log} was read, {}: {} with a checksum that fits.",
        count(*bytes, "byte"), count(*records, "record")
    )]
    LogRead { log: String, records: usize, bytes: u64 },
    #[told("{}, in {log} at offset {offset}, is back in the memtable.", opening(entry))]
    RecordReplayed { log: String, entry: Entry, offset: u64 },
    #[told(
        "{log} ends in {} that are no whole record, and nothing says that they were ever synced: that is taken for a \
         write that the crash tore, which wasn't acknowledged as safe. It was cut off at offset {offset}.",
        count(*bytes, "byte")
    )]
    TailCut { log: String, offset: u64, bytes: u64 },
    #[told(
        "Start-up is done: {}, and {} in the memtable. The next write has the number {}.",
        count(*tables, "table"), count(*entries, "entry"), sequence + 1
    )]
    Recovered { tables: usize, entries: usize, sequence: Sequence },

    #[flatten]
    Refused(Refused),
}

/// Why the log was synced.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum SyncReason {
    EveryWrite,
    Asked,
}

/// As in `apple = 1 (number 7)`.
fn tell(entry: &Entry) -> String {
    match &entry.value {
        Some(value) => format!("{} = {} (number {})", entry.key, shown(value), entry.sequence),
        None => format!("the tombstone of {} (number {})", entry.key, entry.sequence),
    }
}

/// The same at the start of a sentence.
fn opening(entry: &Entry) -> String {
    if entry.is_tombstone() { tell(entry).replacen('t', "T", 1) } else { tell(entry) }
}

fn place(table: Option<TableId>) -> String {
    table.map_or_else(|| "in the memtable".to_owned(), |id| format!("in {}", id.file()))
}

/// A longer list of tables is cut here: narration is a sentence.
const MOST_NAMES: usize = 80;

fn list(tables: &[TableId]) -> String {
    let names: Vec<_> = tables.iter().map(|id| id.file()).collect();
    shorten(&names.join(", "), MOST_NAMES)
}
