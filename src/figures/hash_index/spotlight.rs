//! What a step has touched, and so is outlined.

use crate::engine::key::Key;
use crate::engine::storage::hash_index::{Event, FileName, Position, SegmentId};

#[derive(Default)]
pub struct Spotlight {
    /// The key that the step is about.
    pub key: Option<Key>,
    /// Its entry in the keydir has changed, or is looked at.
    pub entry: bool,
    /// The pointer is followed.
    pub follows: bool,
    /// The record that was written or read.
    pub record: Option<Position>,
    /// Where it was copied from.
    pub copied_from: Option<Position>,
    pub segments: Vec<SegmentId>,
    pub hint: Option<SegmentId>,
    /// The log was cut off at this offset of its segment.
    pub cut: Option<(SegmentId, u64)>,
}

impl Spotlight {
    pub fn new(event: Option<&Event>) -> Spotlight {
        let none = Spotlight::default();
        let Some(event) = event else { return none };
        let of = |key: &Key| Some(key.clone());
        match event {
            Event::RecordAppended { record, at } => Spotlight { key: of(&record.key), record: Some(*at), ..none },
            Event::KeyIndexed { key, at, .. } => {
                Spotlight { key: of(key), entry: true, follows: true, record: Some(*at), ..none }
            }
            Event::MarkSynced { at } | Event::MarkDropped { at } | Event::MarkRead { at } => {
                Spotlight { record: Some(*at), ..none }
            }
            Event::KeyForgotten { key, last } => Spotlight { key: of(key), record: Some(*last), ..none },
            Event::KeyFound { key, .. } => Spotlight { key: of(key), entry: true, follows: true, ..none },
            Event::RecordRead { record, at } => {
                Spotlight { key: of(&record.key), follows: true, record: Some(*at), ..none }
            }
            Event::RecordCopied { record, from, to, .. } => {
                Spotlight { key: of(&record.key), record: Some(*to), copied_from: Some(*from), ..none }
            }
            Event::RecordDropped { record, from, .. } | Event::TombstoneDropped { record, from } => {
                Spotlight { key: of(&record.key), record: Some(*from), ..none }
            }
            Event::RecordReplayed { record, at, .. } => {
                Spotlight { key: of(&record.key), entry: true, record: Some(*at), ..none }
            }
            Event::SegmentSynced { segment, .. }
            | Event::SegmentCreated { segment, .. }
            | Event::SegmentNamed { segment }
            | Event::SegmentOpened { segment, .. }
            | Event::CutSynced { segment }
            | Event::OutputCreated { output: segment }
            | Event::OutputSynced { output: segment, .. } => Spotlight { segments: vec![*segment], ..none },
            Event::TailCut { segment, offset, .. } => {
                Spotlight { segments: vec![*segment], cut: Some((*segment, *offset)), ..none }
            }
            Event::HintWritten { output: segment, .. }
            | Event::HintSynced { output: segment }
            | Event::HintLoaded { segment, .. } => Spotlight { hint: Some(*segment), ..none },
            Event::MergeBegun { inputs, .. } => Spotlight { segments: inputs.clone(), ..none },
            Event::OutputsNamed { outputs } | Event::MergeFinished { outputs, .. } => {
                Spotlight { segments: outputs.clone(), ..none }
            }
            Event::OutputRenamed { name } | Event::HintRejected { name } => of_file(name),
            Event::BitFlipped { file, .. } => of_file(file),
            _ => none,
        }
    }

    pub fn is_on_record(&self, segment: SegmentId, offset: u64) -> bool {
        let here = |at: Position| (at.segment, at.offset) == (segment, offset);
        self.record.is_some_and(here) || self.copied_from.is_some_and(here)
    }
}

fn of_file(name: &str) -> Spotlight {
    match FileName::parse(name) {
        Some(file) if file.is_hint => Spotlight { hint: Some(file.segment), ..Spotlight::default() },
        Some(file) => Spotlight { segments: vec![file.segment], ..Spotlight::default() },
        None => Spotlight::default(),
    }
}
