//! The narration: each event in one or two plain sentences, with the real keys, offsets and sizes, and the reason where
//! there is one.

use std::fmt::{self, Display, Formatter};

use super::event::{Event, SyncReason};
use super::{FileName, TableId};
use crate::language::shorten;
use crate::storage::Entry;
use crate::wording::{count, shown};

/// A longer list of tables is cut here: narration is a sentence.
const MOST_NAMES: usize = 80;

/// One sentence or two for each event: a table, and long for that reason only.
impl Display for Event {
    fn fmt(&self, out: &mut Formatter) -> fmt::Result {
        match self {
            Event::RecordLogged { log, entry, offset, bytes } => write!(
                out,
                "{} was appended to the log {log} at offset {offset}: a header, and {bytes} bytes. Should memory be lost, \
                 it can be read back.",
                opening(entry)
            ),
            Event::LogSynced { log, bytes, reason: SyncReason::EveryWrite } => {
                write!(
                    out,
                    "{log} was synced: its last {bytes} bytes are safe from a crash. Only now may the write count."
                )
            }
            Event::LogSynced { log, bytes, reason: SyncReason::Asked } => {
                write!(out, "{log} was synced, as asked: its last {bytes} bytes are safe from a crash now.")
            }
            Event::LogMarked { log, offset } => write!(
                out,
                "A mark was appended to {log}, and synced: a record without content, which says that the {offset} bytes \
                 before it were synced. From now on, damage to them cannot be taken for a torn write."
            ),
            Event::MemtableUpdated { entry, older: None } => {
                write!(out, "{} went into the memtable, where its key belongs in the order.", opening(entry))
            }
            Event::MemtableUpdated { entry, older: Some(older) } => {
                write!(out, "{} went into the memtable, in place of {}.", opening(entry), tell(older))
            }
            Event::MemtableFull { used, wanted, limit } => write!(
                out,
                "The memtable has {}, and {wanted} more would be over its limit of {limit}. It is written out first; the \
                 write waits.",
                count(*used, "byte")
            ),
            Event::NothingToSync { log } => write!(out, "All of {log} is synced already."),
            Event::BitFlipped { file, offset } => write!(
                out,
                "A bit of {} at offset {offset} has flipped on the disk. Nothing notices, until somebody reads that byte \
                 and compares the checksum.",
                shown(file)
            ),

            Event::NothingToFlush => out.write_str("The memtable is empty: there is nothing to write out."),
            Event::FlushBegun { table, entries, bytes } => write!(
                out,
                "The memtable is written out: {}, {}, from the first key to the last. Until it is whole, the file is {}, a \
                 name that does not count.",
                count(*entries, "entry"),
                count(*bytes, "byte"),
                table.unfinished()
            ),
            Event::BlockWritten { table, block, last } => write!(
                out,
                "Block {block} of {} is full and was written. Its last key, {last}, goes into the sparse index.",
                table.unfinished()
            ),
            Event::TableFinished { table, entries, bytes } => write!(
                out,
                "{} is complete: after {} came the filter, the sparse index and the footer. It has \
                 {bytes} bytes, none of them safe yet.",
                table.unfinished(),
                count(*entries, "entry")
            ),
            Event::TableSynced { table, bytes } => {
                write!(out, "{} was synced: its {bytes} bytes are safe, its name is not yet.", table.unfinished())
            }
            Event::TableNamed { table } => write!(
                out,
                "{} was renamed to {}. A rename happens whole or not at all.",
                table.unfinished(),
                table.file()
            ),
            Event::LogCreated { log } => write!(out, "{log} was created: the log for what is written from now on."),
            Event::DirectorySynced { table } => write!(
                out,
                "The directory was synced: {} will survive a crash. For now everything in it is on the disk twice.",
                table.file()
            ),
            Event::MemtableEmptied { table } => write!(
                out,
                "From now on {} is read, and the memtable is empty. Of the table, memory keeps the index and the filter.",
                table.file()
            ),
            Event::LogDeleted { log, table } => {
                write!(out, "{log} was deleted: all that it protected is safe in {}.", table.file())
            }

            Event::MemtableSearched { key, found: None, entries } => write!(
                out,
                "{key} is not in the memtable ({}). The tables are asked, the newest first.",
                count(*entries, "entry")
            ),
            Event::MemtableSearched { key, found: Some(entry), .. } => {
                write!(out, "The memtable has the newest entry of {key}: {}.", tell(entry))?;
                out.write_str(if entry.is_tombstone() {
                    " The key is deleted, whatever older tables say."
                } else {
                    " No file has to be read."
                })
            }
            Event::FilterAsked { key, table, passes: false } => {
                write!(out, "The Bloom filter of {} says no: {key} is certainly not in it.", table.file())
            }
            Event::FilterAsked { key, table, passes: true } => {
                write!(out, "The Bloom filter of {} says that {key} may be in it.", table.file())
            }
            Event::IndexSearched { key, table, block: Some(block), blocks } => write!(
                out,
                "By its sparse index, in memory, {} can hold {key} only in block {} of {blocks}.",
                table.file(),
                block + 1
            ),
            Event::IndexSearched { key, table, block: None, .. } => write!(
                out,
                "{key} is behind the last key of {}, says its index in memory. The file is not read.",
                table.file()
            ),
            Event::BlockRead { key, table, block, bytes, found } => {
                write!(
                    out,
                    "Block {} of {} was read, {bytes} bytes, and its checksum fits. ",
                    block + 1,
                    table.file()
                )?;
                match found {
                    Some(entry) if entry.is_tombstone() => {
                        write!(out, "It has {}: the key is deleted, whatever older tables say.", tell(entry))
                    }
                    Some(entry) => write!(out, "It has {}: the newest there is, so the search ends.", tell(entry)),
                    None => write!(out, "{key} is not in it, so it is not in this table."),
                }
            }
            Event::KeyNowhere { key, tables: 0 } => write!(out, "There is no table that could hold {key}."),
            Event::KeyNowhere { key, tables } => {
                write!(out, "All tables were asked ({tables}), and none has {key}: there is no such key.")
            }
            Event::ScanBegun { from, to, tables } => write!(
                out,
                "A scan from {from} to {to}: a read head was put into the memtable and into {}, at the first key that \
                 is not before {from}.",
                count(*tables, "table")
            ),
            Event::EntryScanned { entry, from, is_newest } => {
                write!(out, "The smallest key under the heads is {}, {}. ", tell(entry), place(*from))?;
                out.write_str(match (is_newest, entry.is_tombstone()) {
                    (false, _) => "A newer entry of that key came before it, so it is passed over.",
                    (true, true) => "The key is deleted, and is not part of the answer.",
                    (true, false) => "It is part of the answer, and its head moves on.",
                })
            }
            Event::ScanFinished { entries } => {
                let entries = count(*entries, "entry");
                write!(out, "No head is within the range any more. The answer has {entries}, in order.")
            }

            Event::MergeBegun { inputs, has_oldest } => {
                write!(out, "A merge of {} begins: a read head on the first entry of each.", list(inputs))?;
                if *has_oldest {
                    Ok(())
                } else {
                    out.write_str(" The oldest table is not among them, so tombstones stay.")
                }
            }
            Event::EntryMerged { entry, from, to, block } => {
                write!(
                    out,
                    "The smallest key under the heads is {}, from {}. It was copied to {}",
                    tell(entry),
                    from.file(),
                    to.unfinished()
                )?;
                match block {
                    Some(block) => write!(out, ", whose block {block} is full by that and was written."),
                    None => out.write_str(", and its head moved on."),
                }
            }
            Event::EntryDropped { entry, from } => write!(
                out,
                "{} from {} is dropped: a newer entry of that key was taken just before.",
                opening(entry),
                from.file()
            ),
            Event::TombstoneDropped { entry, from } => write!(
                out,
                "{} from {} is dropped: no table is older than this merge, so nothing is left to hide.",
                opening(entry),
                from.file()
            ),
            Event::TablesSwitched { inputs, output: Some(output) } => {
                write!(out, "From now on {} is read in place of {}.", output.file(), list(inputs))
            }
            Event::TablesSwitched { inputs, output: None } => {
                write!(out, "Nothing in {} was worth keeping: no table takes their place.", list(inputs))
            }
            Event::InputDeleted { name, output: Some(output), .. } => {
                write!(out, "{name} was deleted: all that counts in it is in {}, too.", output.file())
            }
            Event::InputDeleted { name, output: None, left: 0 } => write!(out, "{name} was deleted, the last of them."),
            Event::InputDeleted { name, output: None, .. } => write!(
                out,
                "{name} was deleted. The oldest goes first: after a crash those that are left are read, and no tombstone \
                 may go before what it hides."
            ),
            Event::MergeFinished { inputs, read, kept } => write!(
                out,
                "The merge is done, and the directory synced: {} in {} were read, and {kept} kept.",
                count(*read, "entry"),
                count(*inputs, "table")
            ),
            Event::MergeGivenUp { reason } => {
                write!(out, "The merge was given up: {reason}. It has deleted nothing: its inputs are as they were.")
            }

            Event::Crashed { outage, entries } => write!(
                out,
                "The power went. The memtable is gone, with {}, and so are all indexes. {outage}",
                count(*entries, "entry")
            ),
            Event::LeftoverRemoved { file: FileName::Unfinished(id) } => {
                write!(
                    out,
                    "{} was not finished, so it does not count, and was removed. What it was made from does.",
                    id.unfinished()
                )
            }
            Event::LeftoverRemoved { file: FileName::Table(id) } => {
                write!(out, "{} was removed: the table that it was merged into is there.", id.file())
            }
            Event::LeftoverRemoved { file: FileName::Log(number) } => {
                write!(out, "{number}.log was removed: the table that it became is there.")
            }
            Event::TableOpened { table, entries } => write!(
                out,
                "{} was opened: its footer, filter and index were read, and their checksums fit. It has {}.",
                table.file(),
                count(*entries as usize, "entry")
            ),
            Event::SequenceFound { table, sequence } => write!(
                out,
                "The newest table, {}, was read through: the newest sequence number on the disk is {sequence}. What is \
                 written next must be newer.",
                table.file()
            ),
            Event::LogRead { log, records: 0, .. } => {
                write!(out, "{log} has no whole record: the memtable stays empty.")
            }
            Event::LogRead { log, records, bytes } => {
                let (bytes, records) = (count(*bytes, "byte"), count(*records, "record"));
                write!(out, "{log} was read, {bytes}: {records} with a checksum that fits.")
            }
            Event::RecordReplayed { log, entry, offset } => {
                write!(out, "{}, in {log} at offset {offset}, is back in the memtable.", opening(entry))
            }
            Event::TailCut { log, offset, bytes } => write!(
                out,
                "{log} ends in {} that are no whole record, and nothing says that they were ever synced: that is taken for a \
                 write that the crash tore, which was not acknowledged as safe. It was cut off at offset {offset}.",
                count(*bytes, "byte")
            ),
            Event::Recovered { tables, entries, sequence } => write!(
                out,
                "Start-up is done: {}, and {} in the memtable. The next write has the number {}.",
                count(*tables, "table"),
                count(*entries, "entry"),
                sequence + 1
            ),

            Event::Refused { refusal } => write!(out, "Refused: {refusal}."),
        }
    }
}

/// As in `apple = 1 (number 7)`.
fn tell(entry: &Entry) -> String {
    match &entry.value {
        Some(value) => {
            format!("{} = {} (number {})", entry.key, shown(value), entry.sequence)
        }
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

fn list(tables: &[TableId]) -> String {
    let names: Vec<_> = tables.iter().map(|id| id.file()).collect();
    shorten(&names.join(", "), MOST_NAMES)
}
