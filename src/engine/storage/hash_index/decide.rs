//! What start-up decides, put into words for a reader who is to decide in its place: which of two records of a key
//! counts, and whether bytes that are no record are torn or damaged.

use super::SyncPolicy;
use super::record::{BadRecord, Record};
use super::segment::{Position, SegmentId};
use crate::contract::{Decision, Way};

/// The place of the way on which the record that has just been read counts; on the other, the one found before does.
pub const THIS: usize = 0;
pub const OTHER: usize = 1;

/// A record, or a tombstone, of a key of which another was found before.
pub fn which_counts(record: &Record, at: Position, other: Position, own: usize) -> Decision {
    let key = &record.key;
    let (what, this) = match record.value {
        Some(_) => ("A record", format!("The record in {at} counts")),
        None => ("A tombstone", format!("The tombstone in {at} counts: {key} is deleted")),
    };
    let asks = format!(
        "{what} of {key} with timestamp {} is in {at}; another, with timestamp {}, was found before, in {other}. \
         Which of them counts?",
        at.timestamp, other.timestamp
    );
    let later = "Its timestamp is the greater: it was written later, whichever file it is in.";
    let earlier =
        "Its timestamp is the smaller. The place of its file says nothing: a merge copies old records into new files.";
    let because = |way| if way == own { later } else { earlier };
    let shape = |at: Position| format!("segment {}@{}", at.segment, at.offset);
    let ways = vec![
        Way::new(this, because(THIS)).about(shape(at)),
        Way::new(format!("The one in {other} counts"), because(OTHER)).about(shape(other)),
    ];
    Decision { asks, ways, own }
}

/// The place of the way on which the log is cut; on the other, damage is reported.
pub const TORN: usize = 0;
pub const DAMAGED: usize = 1;

/// No whole record stands at `offset` of the active segment.
pub fn torn_or_damaged(segment: SegmentId, offset: u64, reason: &BadRecord, sync: SyncPolicy, own: usize) -> Decision {
    let asks = format!(
        "At offset {offset} of {}, the segment that was written to last, there is no whole record: {reason}. What is \
         done?",
        segment.data()
    );
    let synced = match sync {
        SyncPolicy::Always => "it is as long as a whole record, or another follows it, which a crash doesn't leave",
        SyncPolicy::OnCommand => "it is a mark of its whole length, or a mark follows: so it had been synced",
    };
    let (cut, report) = if own == TORN {
        (
            "This is how a crash tears a write that was under way, and nothing says that it was ever synced: no client \
             relies on it."
                .to_owned(),
            "A crash leaves such bytes by itself. A store that stops at each of them would need a hand to start again."
                .to_owned(),
        )
    } else {
        (
            format!("No crash does this: {synced}. A write that was safe would be gone without a word."),
            format!("No crash does this: {synced}. Only someone who knows of it can fetch a copy from elsewhere."),
        )
    };
    let ways = vec![
        Way::new("It is taken for torn: the log is cut off there", cut),
        Way::new("It is reported as damage, and nothing is served", report),
    ];
    Decision { asks, ways, own }
}
