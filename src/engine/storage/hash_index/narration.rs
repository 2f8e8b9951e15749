//! The narration: each event in one or two plain sentences, with the real keys, offsets and sizes, and the reason
//! where there is one.

use std::fmt::{self, Display, Formatter};

use super::event::{Event, SyncReason, Verdict};
use super::record::{HEADER, Record};
use super::segment::{Position, SegmentId};
use crate::wording::{count, shown, shown_or};

/// One sentence or two for each event: a table, and long for that reason only.
impl Display for Event {
    fn fmt(&self, out: &mut Formatter) -> fmt::Result {
        match self {
            Event::RecordAppended { record, at } => tell_append(out, record, at),
            Event::SegmentSynced { segment, bytes, reason } => tell_sync(out, *segment, *bytes, *reason),
            Event::MarkSynced { at } => write!(
                out,
                "A mark was appended to {at}, and synced: a header of {} bytes without a key, which says that all before it \
                 was synced. From now on, damage to that cannot be taken for a torn write.",
                at.len
            ),
            Event::SegmentCreated { segment, closed } => write!(
                out,
                "{} was created. It is the active segment now, the only one that is written to; {} is closed and will \
                 never change again.",
                segment.data(),
                closed.data()
            ),
            Event::SegmentNamed { segment } => write!(
                out,
                "The directory was synced: without that, a crash could take the name {}, and every record in it.",
                segment.data()
            ),
            Event::KeyIndexed { key, at, before: None } => {
                write!(out, "The keydir, in memory, has a new key: {key} stands in {at}.")
            }
            Event::KeyIndexed { key, at, before: Some(before) } => write!(
                out,
                "The keydir now points {key} to {at}. The record in {before} is dead: nobody can reach its {} bytes, but \
                 they stay until a merge.",
                before.len
            ),
            Event::KeyForgotten { key, last } => write!(
                out,
                "The keydir forgets {key}. Its last value, in {last}, is dead but still there; after a crash only the \
                 tombstone says so."
            ),
            Event::NothingToDelete { key } => {
                write!(out, "The keydir has no {key}, so there is nothing to delete, and nothing is written.")
            }
            Event::NothingToSync { segment } => {
                write!(out, "All of {} is on the disk already: there is nothing to sync.", segment.data())
            }
            Event::BitFlipped { file, offset } => write!(
                out,
                "A bit of {} at offset {offset} has flipped on the disk. Nothing notices, until somebody reads that \
                 byte and compares the checksum.",
                shown(file)
            ),

            Event::KeyFound { key, at } => {
                write!(out, "The keydir knows where {key} is: {} bytes in {at}. No file has to be searched.", at.len)
            }
            Event::KeyAbsent { key, keys } => write!(
                out,
                "{key} is not in the keydir, and the keydir holds every key there is ({keys}). The answer is no, without \
                 touching the disk."
            ),
            Event::RecordRead { record, at } => write!(
                out,
                "One read of {} bytes from {at}, and the checksum fits: {} = {}.",
                at.len,
                record.key,
                value(record)
            ),
            Event::KeydirSearched { from, to, keys, matches } => write!(
                out,
                "A hash table keeps its keys in no order, so each was compared with {from} and {to}: {} looked at, {matches} \
                 found.",
                count(*keys, "key")
            ),
            Event::EntriesSorted { entries, keys, bytes } => write!(
                out,
                "What was found was sorted. The range cost a look at {} and {}, one for each entry and {bytes} bytes in all; \
                 records in key order could have been read in one go.",
                count(*keys, "key"),
                count(*entries, "read")
            ),

            Event::MergeBegun { inputs, bytes } => write!(
                out,
                "A merge begins: {} with {bytes} bytes will be read from the start, and what the keydir still points \
                 to is copied.",
                list(inputs)
            ),
            Event::OutputCreated { output } => write!(
                out,
                "The merge begins a new segment, {}.tmp. By that ending, start-up would know it for unfinished work.",
                output.data()
            ),
            Event::RecordCopied { record, from, to, older } => tell_copy(out, record, from, to, *older),
            Event::RecordDropped { record, from, newest } => match newest {
                Some(newest) => write!(
                    out,
                    "{} = {} in {from} is left out: {} was written again, and the keydir points to {newest}.",
                    record.key,
                    value(record),
                    record.key
                ),
                None => write!(
                    out,
                    "{} = {} in {from} is left out: the key has been deleted since.",
                    record.key,
                    value(record)
                ),
            },
            Event::TombstoneDropped { record, from } => write!(
                out,
                "The tombstone of {} in {from} is left out: no file outside this merge is old enough to hold a value \
                 that it would have to cover.",
                record.key
            ),
            Event::MarkDropped { at } => write!(
                out,
                "The mark in {at} is left out: a segment that was closed needs none, for all of it was synced."
            ),
            Event::OutputSynced { output, bytes } => {
                write!(out, "{}.tmp was synced: its {bytes} bytes are safe, its name is not yet.", output.data())
            }
            Event::HintWritten { output, records, bytes } => write!(
                out,
                "Its hint file, {}.tmp, was written: the keys and offsets of {}, without the values, in {bytes} bytes.",
                output.hint(),
                count(*records, "record")
            ),
            Event::HintSynced { output } => write!(out, "{}.tmp was synced.", output.hint()),
            Event::OutputRenamed { name } => {
                write!(out, "{name}.tmp was renamed to {name}. A rename happens whole or not at all.")
            }
            Event::OutputsNamed { outputs } => write!(
                out,
                "The directory was synced: {} will survive a crash. For now what was copied is on the disk twice.",
                list(outputs)
            ),
            Event::KeydirSwitched { keys } => write!(
                out,
                "The keydir now points to the copies ({}). Keys that were written during the merge were left alone.",
                count(*keys, "key")
            ),
            Event::InputDeleted { name } => write!(
                out,
                "{name} was deleted. The oldest goes first, so that no tombstone goes before the value it covers."
            ),
            Event::MergeFinished { inputs, outputs, before, after } if outputs.is_empty() => write!(
                out,
                "The directory was synced, and the merge is done: nothing in {} was alive, {} bytes are free again.",
                list(inputs),
                before - after
            ),
            Event::MergeFinished { inputs, outputs, before, after } => write!(
                out,
                "The directory was synced, and the merge is done: {} became {}, {before} bytes became {after}.",
                list(inputs),
                list(outputs)
            ),
            Event::OutputDeleted { name } => write!(out, "The merge cannot go on: {name} was deleted."),
            Event::MergeGivenUp { reason } => {
                write!(out, "The merge was given up: {reason}. It has deleted nothing: its inputs are as they were.")
            }

            Event::Crashed { outage, segments } => write!(
                out,
                "The plug was pulled. The keydir is gone, and all that was in memory. {outage} Start-up finds {}.",
                count(*segments, "segment")
            ),
            Event::LeftoverRemoved { name, is_unfinished: true } => {
                write!(
                    out,
                    "{name} is a merge's unfinished work, and was removed: all of it is still in the old segments."
                )
            }
            Event::LeftoverRemoved { name, is_unfinished: false } => {
                write!(out, "{name} was removed: the segment it belonged to is gone.")
            }
            Event::HintLoaded { segment, records, bytes, data_bytes } => {
                write!(
                    out,
                    "{} was read instead of {}, and its checksum fits: {} in {bytes} bytes instead of {data_bytes}.",
                    segment.hint(),
                    segment.data(),
                    count(*records, "record")
                )?;
                // A hint has 18 bytes a record and no value; a record 14 and its value.
                if bytes >= data_bytes {
                    out.write_str(" It only pays for values of more than a few bytes.")?;
                }
                Ok(())
            }
            Event::HintRejected { name } => write!(
                out,
                "The checksum of {name} does not fit, so it is not trusted. It was a shortcut only: the segment itself \
                 is read instead."
            ),
            Event::SegmentOpened { segment, bytes, is_active } => write!(
                out,
                "{}{} was opened: it is read record by record, {}.",
                segment.data(),
                if *is_active { ", the last segment and so the active one," } else { "" },
                count(*bytes, "byte")
            ),
            Event::RecordReplayed { record, at, verdict } => tell_replay(out, record, at, *verdict),
            Event::MarkRead { at } => write!(out, "The mark in {at}: all before it was synced."),
            Event::TailCut { segment, offset, bytes, reason } => write!(
                out,
                "At offset {offset} of {} stands no whole record: {reason}. Nothing says that it was ever synced, so it is \
                 taken for a write that the crash tore. The log was cut off there, {} shorter.",
                segment.data(),
                count(*bytes, "byte")
            ),
            Event::CutSynced { segment } => {
                write!(out, "{} was synced at its new length, before anything is appended.", segment.data())
            }
            Event::Recovered { keys, segments, clock } => write!(
                out,
                "Start-up is done: {} in the keydir, from {}. The newest timestamp found is {clock}, and new records \
                 go on from there.",
                count(*keys, "key"),
                count(*segments, "segment")
            ),

            Event::Refused { refusal } => write!(out, "Refused: {refusal}."),
        }
    }
}

fn tell_append(out: &mut Formatter, record: &Record, at: &Position) -> fmt::Result {
    let key = &record.key;
    match record.value {
        Some(_) => write!(
            out,
            "{key} = {} was appended to {at}: {HEADER} bytes of header and {} of key and value, timestamp {}. It is in \
             the page cache, and not safe yet.",
            value(record),
            at.len - HEADER as u64,
            at.timestamp
        ),
        None => write!(
            out,
            "A tombstone for {key} was appended to {at}: {} bytes without a value, timestamp {}. Nothing that was \
             written before is touched.",
            at.len, at.timestamp
        ),
    }
}

fn tell_sync(out: &mut Formatter, segment: SegmentId, bytes: u64, reason: SyncReason) -> fmt::Result {
    let file = segment.data();
    match reason {
        SyncReason::EveryWrite => write!(out, "{file} was synced: the last {bytes} bytes would survive a crash now."),
        SyncReason::Asked => write!(out, "{file} was synced: {bytes} bytes that a crash could have taken are safe."),
        SyncReason::Closing { used, limit, wanted } => write!(
            out,
            "{file} has {used} of {limit} bytes, and no room for {wanted} more: it was synced, to be closed for good."
        ),
        SyncReason::BeforeDeletion => write!(
            out,
            "{file} was synced ({bytes} bytes) before old segments go: what the merge left out may have been replaced \
             by a record that only the page cache held."
        ),
    }
}

fn tell_copy(
    out: &mut Formatter,
    record: &Record,
    from: &Position,
    to: &Position,
    older: Option<SegmentId>,
) -> fmt::Result {
    let (key, target) = (&record.key, to.segment.data());
    match older {
        Some(older) if record.value.is_none() => write!(
            out,
            "The tombstone of {key} in {from} must be kept, and was copied to {target}.tmp: {}, outside this merge, \
             may hold a value that it covers.",
            older.data()
        ),
        _ => write!(
            out,
            "The keydir points to {key} = {} in {from}: it is alive, and was copied to {target}.tmp at offset {}.",
            value(record),
            to.offset
        ),
    }
}

fn tell_replay(out: &mut Formatter, record: &Record, at: &Position, verdict: Verdict) -> fmt::Result {
    let key = &record.key;
    match verdict {
        Verdict::Newest { before: None } => write!(out, "{key} = {} in {at}: into the keydir.", value(record)),
        Verdict::Newest { before: Some(before) } => write!(
            out,
            "{key} = {} in {at}, timestamp {}, replaces the record in {before}.",
            value(record),
            at.timestamp
        ),
        Verdict::Outdated { newest } => write!(
            out,
            "{key} in {at} has timestamp {}, and one with {} was found before, in {newest}: it does not count.",
            at.timestamp, newest.timestamp
        ),
        Verdict::Deleted { last: Some(last) } => {
            write!(out, "The tombstone of {key} in {at}: the keydir forgets the record in {last}.")
        }
        Verdict::Deleted { last: None } => {
            write!(out, "The tombstone of {key} in {at}: remembered until start-up is done.")
        }
    }
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
