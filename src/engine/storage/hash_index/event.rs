//! What the hash index did, one event a step. How each is told is in [`narration`](super::narration).

use super::record::{BadRecord, Record, Timestamp};
use super::refusal::Refusal;
use super::segment::{Position, SegmentId};
use crate::contract;
use crate::storage::Key;
use crate::storage::outage::Outage;

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    RecordAppended { record: Record, at: Position },
    SegmentSynced { segment: SegmentId, bytes: u64, reason: SyncReason },
    MarkSynced { at: Position },
    SegmentCreated { segment: SegmentId, closed: SegmentId },
    SegmentNamed { segment: SegmentId },
    KeyIndexed { key: Key, at: Position, before: Option<Position> },
    KeyForgotten { key: Key, last: Position },
    NothingToDelete { key: Key },
    NothingToSync { segment: SegmentId },
    BitFlipped { file: String, offset: u64 },

    KeyFound { key: Key, at: Position },
    KeyAbsent { key: Key, keys: usize },
    RecordRead { record: Record, at: Position },
    KeydirSearched { from: Key, to: Key, keys: usize, matches: usize },
    EntriesSorted { entries: usize, keys: usize, bytes: u64 },

    MergeBegun { inputs: Vec<SegmentId>, bytes: u64 },
    OutputCreated { output: SegmentId },
    RecordCopied { record: Record, from: Position, to: Position, older: Option<SegmentId> },
    RecordDropped { record: Record, from: Position, newest: Option<Position> },
    TombstoneDropped { record: Record, from: Position },
    MarkDropped { at: Position },
    OutputSynced { output: SegmentId, bytes: u64 },
    HintWritten { output: SegmentId, records: usize, bytes: u64 },
    HintSynced { output: SegmentId },
    OutputRenamed { name: String },
    OutputsNamed { outputs: Vec<SegmentId> },
    KeydirSwitched { keys: usize },
    InputDeleted { name: String },
    MergeFinished { inputs: Vec<SegmentId>, outputs: Vec<SegmentId>, before: u64, after: u64 },
    OutputDeleted { name: String },
    MergeGivenUp { reason: Refusal },

    Crashed { outage: Outage, segments: usize },
    LeftoverRemoved { name: String, is_unfinished: bool },
    HintLoaded { segment: SegmentId, records: usize, bytes: u64, data_bytes: u64 },
    HintRejected { name: String },
    SegmentOpened { segment: SegmentId, bytes: u64, is_active: bool },
    RecordReplayed { record: Record, at: Position, verdict: Verdict },
    MarkRead { at: Position },
    TailCut { segment: SegmentId, offset: u64, bytes: u64, reason: BadRecord },
    CutSynced { segment: SegmentId },
    Recovered { keys: usize, segments: usize, clock: Timestamp },

    Refused { refusal: Refusal },
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

impl contract::Event for Event {
    fn name(&self) -> &'static str {
        match self {
            Event::RecordAppended { .. } => "RecordAppended",
            Event::SegmentSynced { .. } => "SegmentSynced",
            Event::MarkSynced { .. } => "MarkSynced",
            Event::SegmentCreated { .. } => "SegmentCreated",
            Event::SegmentNamed { .. } => "SegmentNamed",
            Event::KeyIndexed { .. } => "KeyIndexed",
            Event::KeyForgotten { .. } => "KeyForgotten",
            Event::NothingToDelete { .. } => "NothingToDelete",
            Event::NothingToSync { .. } => "NothingToSync",
            Event::BitFlipped { .. } => "BitFlipped",
            Event::KeyFound { .. } => "KeyFound",
            Event::KeyAbsent { .. } => "KeyAbsent",
            Event::RecordRead { .. } => "RecordRead",
            Event::KeydirSearched { .. } => "KeydirSearched",
            Event::EntriesSorted { .. } => "EntriesSorted",
            Event::MergeBegun { .. } => "MergeBegun",
            Event::OutputCreated { .. } => "OutputCreated",
            Event::RecordCopied { .. } => "RecordCopied",
            Event::RecordDropped { .. } => "RecordDropped",
            Event::TombstoneDropped { .. } => "TombstoneDropped",
            Event::MarkDropped { .. } => "MarkDropped",
            Event::OutputSynced { .. } => "OutputSynced",
            Event::HintWritten { .. } => "HintWritten",
            Event::HintSynced { .. } => "HintSynced",
            Event::OutputRenamed { .. } => "OutputRenamed",
            Event::OutputsNamed { .. } => "OutputsNamed",
            Event::KeydirSwitched { .. } => "KeydirSwitched",
            Event::InputDeleted { .. } => "InputDeleted",
            Event::MergeFinished { .. } => "MergeFinished",
            Event::OutputDeleted { .. } => "OutputDeleted",
            Event::MergeGivenUp { .. } => "MergeGivenUp",
            Event::Crashed { .. } => "Crashed",
            Event::LeftoverRemoved { .. } => "LeftoverRemoved",
            Event::HintLoaded { .. } => "HintLoaded",
            Event::HintRejected { .. } => "HintRejected",
            Event::SegmentOpened { .. } => "SegmentOpened",
            Event::RecordReplayed { .. } => "RecordReplayed",
            Event::MarkRead { .. } => "MarkRead",
            Event::TailCut { .. } => "TailCut",
            Event::CutSynced { .. } => "CutSynced",
            Event::Recovered { .. } => "Recovered",
            Event::Refused { .. } => "Refused",
        }
    }
}
