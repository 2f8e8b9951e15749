//! What the hash index did, one event a step, and how it is told: with the real keys, offsets and sizes, and the reason
//! where there is one.

use std::rc::Rc;

use stepwise_derive::Event;

use super::record::{BadRecord, HEADER, Record, Timestamp};
use super::segment::{Position, SegmentId};
use crate::contract::Refused;
use crate::key::Key;
use crate::storage::outage::Outage;
use crate::wording::{count, shown, shown_or};

#[derive(Clone, Debug, Event)]
pub enum Event {
    #[told(
        "A tombstone for {} was appended to {at}: {} bytes without a value, timestamp {}. Nothing that was written \
         before is touched.",
        record.key, at.len, at.timestamp, when = record.value.is_none()
    )]
    #[told(
        "{} = {} was appended to {at}: {HEADER} bytes of header and {} of key and value, timestamp {}. It is in the \
         page cache, and not safe yet.",
        record.key, value(record), at.len - HEADER as u64, at.timestamp
    )]
    RecordAppended { record: Record, at: Position },
    #[told(
        "{} was synced: the last {bytes} bytes would survive a crash now.",
        segment.data(), when = *reason == SyncReason::EveryWrite
    )]
    #[told(
        "{} was synced: {bytes} bytes that a crash could have taken are safe.",
        segment.data(), when = *reason == SyncReason::Asked
    )]
    #[told(
        "{} has {used} of {limit} bytes, and no room for {wanted} more: it was synced, to be closed for good.",
        segment.data(), when = let SyncReason::Closing { used, limit, wanted } = reason
    )]
    #[told(
        "{} was synced ({bytes} bytes) before old segments go: what the merge left out may have been replaced by a \
         record that only the page cache held.",
        segment.data()
    )]
    SegmentSynced { segment: SegmentId, bytes: u64, reason: SyncReason },
    #[told(
        "A mark was appended to {at}, and synced: a header of {} bytes without a key, which says that all before it \
         was synced. From now on, damage to that can't be taken for a torn write.",
        at.len
    )]
    MarkSynced { at: Position },
    #[told(
        "{} was created. It is the active segment now, the only one that is written to; {} is closed and will never \
         change again.",
        segment.data(), closed.data()
    )]
    SegmentCreated { segment: SegmentId, closed: SegmentId },
    #[told(
        "The directory was synced: without that, a crash could take the name {}, and every record in it.",
        segment.data()
    )]
    SegmentNamed { segment: SegmentId },
    #[told(
        "The keydir now points {key} to {at}. The record in {before} is dead: no one can reach its {} bytes, but they \
         stay until a merge.",
        before.len, when = let Some(before) = before
    )]
    #[told("The keydir, in memory, has a new key: {key} is in {at}.")]
    KeyIndexed { key: Key, at: Position, before: Option<Position> },
    #[told(
        "The keydir forgets {key}. Its last value, in {last}, is dead but still there; after a crash only the \
         tombstone says so."
    )]
    KeyForgotten { key: Key, last: Position },
    #[told("The keydir has no {key}, so there is nothing to delete, and nothing to write.")]
    NothingToDelete { key: Key },
    #[told("All of {} is on the disk already: there is nothing to sync.", segment.data())]
    NothingToSync { segment: SegmentId },
    #[told(
        "A bit of {} at offset {offset} has flipped on the disk. Nothing notices, until someone reads that byte and \
         compares the checksum.",
        shown(file)
    )]
    BitFlipped { file: String, offset: u64 },

    #[told("The keydir knows where {key} is: {} bytes in {at}. No file has to be searched.", at.len)]
    KeyFound { key: Key, at: Position },
    #[told(
        "{key} isn't in the keydir, and the keydir holds every key there is ({keys}). The answer is no, without \
         touching the disk."
    )]
    KeyAbsent { key: Key, keys: usize },
    #[told("One read of {} bytes from {at}, and the checksum fits: {} = {}.", at.len, record.key, value(record))]
    RecordRead { record: Record, at: Position },
    #[told(
        "A hash table keeps its keys in no order, so each was compared with {from} and {to}: {} looked at, {matches} \
         found.",
        count(*keys, "key")
    )]
    KeydirSearched { from: Key, to: Key, keys: usize, matches: usize },
    #[told(
        "What was found was sorted. The range cost a look at {} and {}, one for each entry and {bytes} bytes in all; \
         records in key order could have been read in one go.",
        count(*keys, "key"), count(*entries, "read")
    )]
    EntriesSorted { entries: usize, keys: usize, bytes: u64 },

    #[told(
        "A merge begins: {} with {bytes} bytes will be read from the start, and what the keydir still points to is \
         copied.",
        list(inputs)
    )]
    MergeBegun { inputs: Vec<SegmentId>, bytes: u64 },
    #[told(
        "The merge begins a new segment, {}.tmp. By that ending, start-up would know it for unfinished work.",
        output.data()
    )]
    OutputCreated { output: SegmentId },
    #[told(
        "The tombstone of {} in {from} must be kept, and was copied to {}.tmp: {}, outside this merge, may hold a \
         value that it covers.",
        record.key, to.segment.data(), older.data(), when = let Some(older) = older
    )]
    #[told(
        "The keydir points to {} = {} in {from}: it is alive, and was copied to {}.tmp at offset {}.",
        record.key, value(record), to.segment.data(), to.offset
    )]
    RecordCopied {
        record: Record,
        from: Position,
        to: Position,
        /// Why a tombstone is copied.
        older: Option<SegmentId>,
    },
    #[told(
        "{} = {} in {from} is left out: {} was written again, and the keydir points to {newest}.",
        record.key, value(record), record.key, when = let Some(newest) = newest
    )]
    #[told("{} = {} in {from} is left out: the key has been deleted since.", record.key, value(record))]
    RecordDropped { record: Record, from: Position, newest: Option<Position> },
    #[told(
        "The tombstone of {} in {from} is left out: no file outside this merge is old enough to hold a value that it \
         would have to cover.",
        record.key
    )]
    TombstoneDropped { record: Record, from: Position },
    #[told("The mark in {at} is left out: a segment that was closed needs none, because all of it was synced.")]
    MarkDropped { at: Position },
    #[told("{}.tmp was synced: its {bytes} bytes are safe, its name isn't yet.", output.data())]
    OutputSynced { output: SegmentId, bytes: u64 },
    #[told(
        "Its hint file, {}.tmp, was written: the keys and offsets of {}, without the values, in {bytes} bytes.",
        output.hint(), count(*records, "record")
    )]
    HintWritten { output: SegmentId, records: usize, bytes: u64 },
    #[told("{}.tmp was synced.", output.hint())]
    HintSynced { output: SegmentId },
    #[told("{name}.tmp was renamed to {name}. A rename happens whole or not at all.")]
    OutputRenamed { name: String },
    #[told(
        "The directory was synced: {} will survive a crash. For now the copied records are on the disk twice.",
        list(outputs)
    )]
    OutputsNamed { outputs: Vec<SegmentId> },
    #[told(
        "The keydir now points to the copies ({}). Keys that were written during the merge were left alone.",
        count(*keys, "key")
    )]
    KeydirSwitched { keys: usize },
    #[told("{name} was deleted. The oldest goes first, so that no tombstone goes before the value it covers.")]
    InputDeleted { name: String },
    #[told(
        "The directory was synced, and the merge is done: nothing in {} was alive, {} bytes are free again.",
        list(inputs), before - after, when = outputs.is_empty()
    )]
    #[told(
        "The directory was synced, and the merge is done: {} became {}, {before} bytes became {after}.",
        list(inputs),
        list(outputs)
    )]
    MergeFinished { inputs: Vec<SegmentId>, outputs: Vec<SegmentId>, before: u64, after: u64 },
    #[told("The merge can't go on: {name} was deleted.")]
    OutputDeleted { name: String },
    #[told("The merge was given up: {reason}. It has deleted nothing: its inputs are as they were.")]
    MergeGivenUp { reason: Rc<str> },

    #[told(
        "The plug was pulled. The keydir is gone, and all that was in memory. {outage} Start-up finds {}.",
        count(*segments, "segment")
    )]
    Crashed { outage: Outage, segments: usize },
    #[told(
        "{name} is a merge's unfinished work, and was removed: all of it is still in the old segments.",
        when = *is_unfinished
    )]
    #[told("{name} was removed: the segment it belonged to is gone.")]
    LeftoverRemoved { name: String, is_unfinished: bool },
    // A hint has 18 bytes a record and no value; a record 14 and its value.
    #[told(
        "{} was read instead of {}, and its checksum fits: {} in {bytes} bytes instead of {data_bytes}.{}",
        segment.hint(), segment.data(), count(*records, "record"),
        if bytes >= data_bytes { " It only pays for values of more than a few bytes." } else { "" }
    )]
    HintLoaded { segment: SegmentId, records: usize, bytes: u64, data_bytes: u64 },
    #[told(
        "The checksum of {name} doesn't fit, so it isn't trusted. It was a shortcut only: the segment itself is read \
         instead."
    )]
    HintRejected { name: String },
    #[told(
        "{}{} was opened: it is read record by record, {}.",
        segment.data(), if *is_active { ", the last segment and so the active one," } else { "" }, count(*bytes, "byte")
    )]
    SegmentOpened { segment: SegmentId, bytes: u64, is_active: bool },
    #[told(
        "{} in {at} has timestamp {}, and one with {} was found before, in {newest}: it doesn't count.",
        record.key, at.timestamp, newest.timestamp, when = let Verdict::Outdated { newest } = verdict
    )]
    #[told(
        "The tombstone of {} in {at}: the keydir forgets the record in {last}.",
        record.key, when = let Verdict::Deleted { last: Some(last) } = verdict
    )]
    #[told(
        "The tombstone of {} in {at}: remembered until start-up is done.",
        record.key, when = let Verdict::Deleted { .. } = verdict
    )]
    #[told(
        "{} = {} in {at}, timestamp {}, replaces the record in {before}.",
        record.key, value(record), at.timestamp, when = let Verdict::Newest { before: Some(before) } = verdict
    )]
    #[told("{} = {} in {at}: into the keydir.", record.key, value(record))]
    RecordReplayed { record: Record, at: Position, verdict: Verdict },
    #[told("The mark in {at}: all before it was synced.")]
    MarkRead { at: Position },
    #[told(
        "At offset {offset} of {} there is no whole record: {reason}. Nothing says that it was ever synced, so it is \
         taken for a write that the crash tore. The log was cut off there, {} shorter.",
        segment.data(), count(*bytes, "byte"), when = *may_be_torn
    )]
    #[told(
        "At offset {offset} of {} there is no whole record: {reason}. It had been synced, and the log was cut off \
         there all the same, {} shorter.",
        segment.data(), count(*bytes, "byte")
    )]
    TailCut { segment: SegmentId, offset: u64, bytes: u64, reason: BadRecord, may_be_torn: bool },
    #[told("{} was synced at its new length, before anything is appended.", segment.data())]
    CutSynced { segment: SegmentId },
    #[told(
        "Start-up is done: {} in the keydir, from {}. The newest timestamp found is {clock}, and new records go on \
         from there.",
        count(*keys, "key"), count(*segments, "segment")
    )]
    Recovered { keys: usize, segments: usize, clock: Timestamp },

    #[flatten]
    Refused(Refused),
}

/// Why the active segment was synced.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SyncReason {
    EveryWrite,
    Asked,
    /// It is full, and will be closed.
    Closing {
        used: u64,
        limit: u64,
        wanted: u64,
    },
    /// A merge is about to delete records that were replaced.
    BeforeDeletion,
}

/// What start-up made of a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// The newest of its key so far.
    Newest { before: Option<Position> },
    /// A newer one was found before.
    Outdated { newest: Position },
    /// A tombstone that counts.
    Deleted { last: Option<Position> },
}

fn value(record: &Record) -> String {
    shown_or(record.value.as_deref(), "no value")
}

/// `1.data and 2.data`; a long list is told by its ends.
fn list(segments: &[SegmentId]) -> String {
    match segments {
        [] => "nothing".to_owned(),
        [one] => one.data(),
        [one, other] => format!("{} and {}", one.data(), other.data()),
        [first, .., last] => format!("{} to {} ({} segments)", first.data(), last.data(), segments.len()),
    }
}
