//! Merging: closed segments are read from their start, what is still needed is copied into new ones, and the old ones
//! are deleted. Readers and writers go on meanwhile: until the very end the keydir points to the old segments.
//!
//! A merge is part of the engine's state, and [`HashIndex::advance`] does a little of it at a time: it looks what comes
//! next ([`HashIndex::next_task`]), and does that.

use std::ops::RangeInclusive;
use std::rc::Rc;

use super::HashIndex;
use super::event::{Event, SyncReason};
use super::hint::{self, HintEntry};
use super::read::Damage;
use super::record::{HEADER, Item, Timestamp};
use super::segment::{Position, Segment, SegmentId, UNFINISHED};
use crate::contract::{Outcome, Probe, Refused};
use crate::language::shorten;
use crate::sim::FileId;

/// How far a merge has come.
#[derive(Clone, Debug)]
pub struct Merge {
    /// In the order of the log, which is the order in which they are read, and later deleted.
    pub inputs: Vec<SegmentId>,
    /// The record to be read next: which input, and the offset in it. Beyond the last input all is read.
    pub reading: (usize, u64),
    pub outputs: Vec<Rc<Output>>,
    /// How many outputs have their names.
    renamed: usize,
    names_synced: bool,
    /// The keydir points to the outputs.
    switched: bool,
    /// How many inputs are deleted.
    deleted: usize,
    input_bytes: u64,
}

/// A segment that a merge writes.
#[derive(Clone, Debug)]
pub struct Output {
    pub id: SegmentId,
    data: FileId,
    hint: Option<FileId>,
    /// It takes no more records.
    closed: bool,
    /// What was copied: where from, and what the hint file will say of it.
    copied: Vec<(Position, HintEntry)>,
}

/// What a merge does next.
enum Task {
    /// Look at one record, and copy it if it is needed.
    Copy {
        from: SegmentId,
        offset: u64,
    },
    CloseOutput,
    Rename {
        output: usize,
    },
    SyncNames,
    SyncActive,
    SwitchKeydir,
    DeleteInput,
    Finish,
}

impl HashIndex {
    /// Merges from beginning to end, or drives the merge that is running to its end. Without `numbers` all closed segments.
    pub(super) fn merge(
        &mut self,
        numbers: Option<RangeInclusive<u32>>,
        probe: &mut impl Probe<Self>,
    ) -> Result<Outcome, Refused> {
        if self.memory.merge.is_none() || numbers.is_some() {
            self.begin_merge(numbers, probe)?;
        }
        while self.memory.merge.is_some() {
            self.advance(probe)?;
        }
        Ok(Outcome::Done)
    }

    pub(super) fn begin_merge(
        &mut self,
        numbers: Option<RangeInclusive<u32>>,
        probe: &mut impl Probe<Self>,
    ) -> Result<Outcome, Refused> {
        let inputs = self.pick_inputs(numbers)?;
        let bytes: u64 = inputs.iter().map(|id| self.disk.len(self.segment(*id).data)).sum();
        let mut merge = Merge {
            inputs: inputs.clone(),
            reading: (0, 0),
            outputs: Vec::new(),
            renamed: 0,
            names_synced: false,
            switched: false,
            deleted: 0,
            input_bytes: bytes,
        };
        merge.reading = self.first_record(&merge, 0);
        self.memory.merge = Some(merge);
        probe.step(|| Event::MergeBegun { inputs, bytes }, self);
        Ok(Outcome::Pending)
    }

    /// The closed segments that are asked for.
    fn pick_inputs(&self, numbers: Option<RangeInclusive<u32>>) -> Result<Vec<SegmentId>, Refused> {
        if self.memory.merge.is_some() {
            return Err(Refused::new("a merge is running; `merge` without numbers drives it to its end"));
        }
        let active = self.active();
        let closed: Vec<SegmentId> = self.memory.segments.keys().copied().filter(|id| *id != active).collect();
        if closed.is_empty() {
            let active = active.data();
            return Err(Refused::new(format!(
                "there is nothing to merge: only closed segments are merged, and {active} is still written to"
            )));
        }
        let Some(numbers) = numbers else { return Ok(closed) };
        let inputs: Vec<_> = closed.iter().copied().filter(|id| numbers.contains(&id.number)).collect();
        if inputs.is_empty() {
            let there: Vec<_> = closed.iter().map(SegmentId::to_string).collect();
            let (first, last, there) = (numbers.start(), numbers.end(), shorten(&there.join(", "), 60));
            return Err(Refused::new(format!(
                "there is no closed segment from {first} to {last}; closed are: {there}"
            )));
        }
        Ok(inputs)
    }

    /// Does a little of the running merge: one record, or one thing that a crash could come before or after. A merge
    /// that cannot go on is given up, which leaves everything as it was.
    pub fn advance(&mut self, probe: &mut impl Probe<Self>) -> Result<(), Refused> {
        let result = match self.next_task() {
            Task::Copy { from, offset } => self.copy_record(from, offset, probe),
            Task::CloseOutput => self.close_output(probe),
            Task::Rename { output } => self.rename_output(output, probe),
            Task::SyncNames => self.sync_names(probe),
            Task::SyncActive => self.make_safe(SyncReason::BeforeDeletion, probe),
            Task::SwitchKeydir => self.switch_keydir(probe),
            Task::DeleteInput => self.delete_input(probe),
            Task::Finish => self.finish_merge(probe),
        };
        if let Err(refused) = &result
            && !self.disk.is_off()
        {
            self.give_up_merge(&refused.reason, probe)?;
        }
        result
    }

    fn next_task(&self) -> Task {
        let merge = self.running();
        let (input, offset) = merge.reading;
        if let Some(from) = merge.inputs.get(input) {
            Task::Copy { from: *from, offset }
        } else if merge.outputs.last().is_some_and(|output| !output.closed) {
            Task::CloseOutput
        } else if merge.renamed < merge.outputs.len() {
            Task::Rename { output: merge.renamed }
        } else if !merge.names_synced && !merge.outputs.is_empty() {
            Task::SyncNames
        } else if merge.deleted == 0 && self.unsynced_bytes(self.active()) > 0 {
            Task::SyncActive
        } else if !merge.switched && !merge.outputs.is_empty() {
            Task::SwitchKeydir
        } else if merge.deleted < merge.inputs.len() {
            Task::DeleteInput
        } else {
            Task::Finish
        }
    }

    fn copy_record(&mut self, from: SegmentId, offset: u64, probe: &mut impl Probe<Self>) -> Result<(), Refused> {
        let item = self.read_item(from, offset).map_err(|reason| Damage::at(from, offset, reason))?;
        let record = match item {
            Item::Record(record) => record,
            Item::Mark(timestamp) => {
                let mark = Position { segment: from, offset, len: HEADER as u64, timestamp };
                self.read_on(mark);
                probe.step(|| Event::MarkDropped { at: mark }, self);
                return Ok(());
            }
        };
        let source = Position { segment: from, offset, len: record.size(), timestamp: record.timestamp };
        let newest = self.memory.keydir.get(&record.key);
        if record.value.is_some() && newest != Some(source) {
            self.read_on(source);
            probe.step(|| Event::RecordDropped { record, from: source, newest }, self);
            return Ok(());
        }
        let older = if record.value.is_none() { self.older_than(record.timestamp) } else { None };
        if record.value.is_none() && older.is_none() {
            self.read_on(source);
            probe.step(|| Event::TombstoneDropped { record, from: source }, self);
            return Ok(());
        }

        let output = self.output_with_room(record.size(), probe)?;
        let offset = self.disk.append(self.running().outputs[output].data, &record.encode())?;
        let entry = HintEntry::new(&record, offset);
        let copy = entry.position(self.running().outputs[output].id);
        Rc::make_mut(&mut self.running_mut().outputs[output]).copied.push((source, entry));
        self.read_on(source);
        probe.step(|| Event::RecordCopied { record, from: source, to: copy, older }, self);
        Ok(())
    }

    /// A segment outside the merge that has something older than `timestamp`. A tombstone of that time must stay: the
    /// segment may hold a record that it covers.
    fn older_than(&self, timestamp: Timestamp) -> Option<SegmentId> {
        let inputs = &self.running().inputs;
        let mut outside = self.memory.segments.iter().filter(|(id, _)| inputs.binary_search(id).is_err());
        outside.find(|(_, segment)| segment.oldest.is_some_and(|oldest| oldest < timestamp)).map(|(id, _)| *id)
    }

    /// The output that takes the next `len` bytes, a new one if need be.
    fn output_with_room(&mut self, len: u64, probe: &mut impl Probe<Self>) -> Result<usize, Refused> {
        let merge = self.running();
        let open = merge.outputs.last().filter(|output| !output.closed);
        if let Some(output) = open {
            let used = self.disk.len(output.data);
            if used == 0 || used + len <= self.settings.segment_bytes {
                return Ok(merge.outputs.len() - 1);
            }
            self.close_output(probe)?;
        }
        let id = self.next_output_id();
        let data = self.disk.create(&unfinished(&id.data()))?;
        let output = Output { id, data, hint: None, closed: false, copied: Vec::new() };
        self.running_mut().outputs.push(Rc::new(output));
        probe.step(|| Event::OutputCreated { output: id }, self);
        Ok(self.running().outputs.len() - 1)
    }

    /// The first output takes the number of the first input, and so on, so that the numbers keep the order of the log;
    /// the generation tells it from all that had the number before.
    fn next_output_id(&self) -> SegmentId {
        let merge = self.running();
        let number = merge.inputs[merge.outputs.len().min(merge.inputs.len() - 1)].number;
        let taken = merge.inputs.iter().copied().chain(merge.outputs.iter().map(|output| output.id));
        let generation = taken.filter(|id| id.number == number).map(|id| id.generation).max();
        SegmentId { number, generation: generation.map_or(1, |generation| generation + 1) }
    }

    /// Makes the last output safe, and writes its hint file.
    fn close_output(&mut self, probe: &mut impl Probe<Self>) -> Result<(), Refused> {
        let place = self.running().outputs.len() - 1;
        let Output { id, data, .. } = *self.running().outputs[place];
        let bytes = self.disk.len(data);
        self.disk.sync(data)?;
        self.output_mut(place).closed = !self.settings.hints;
        probe.step(|| Event::OutputSynced { output: id, bytes }, self);
        if !self.settings.hints {
            return Ok(());
        }

        let entries = self.running().outputs[place].copied.iter().map(|(_, entry)| entry);
        let content = hint::encode(entries);
        let hint = self.disk.create(&unfinished(&id.hint()))?;
        self.disk.append(hint, &content)?;
        self.output_mut(place).hint = Some(hint);
        let records = self.running().outputs[place].copied.len();
        probe.step(|| Event::HintWritten { output: id, records, bytes: content.len() as u64 }, self);

        self.disk.sync(hint)?;
        self.output_mut(place).closed = true;
        probe.step(|| Event::HintSynced { output: id }, self);
        Ok(())
    }

    /// Gives an output its final name, and its hint file after it: a hint without its data file would be of no use.
    fn rename_output(&mut self, place: usize, probe: &mut impl Probe<Self>) -> Result<(), Refused> {
        let Output { id, hint, .. } = *self.running().outputs[place];
        self.disk.rename(&unfinished(&id.data()), &id.data())?;
        if hint.is_none() {
            self.running_mut().renamed += 1;
        }
        probe.step(|| Event::OutputRenamed { name: id.data() }, self);
        if hint.is_some() {
            self.disk.rename(&unfinished(&id.hint()), &id.hint())?;
            self.running_mut().renamed += 1;
            probe.step(|| Event::OutputRenamed { name: id.hint() }, self);
        }
        Ok(())
    }

    /// The simulated disk keeps the order of names anyway; not every file system does.
    fn sync_names(&mut self, probe: &mut impl Probe<Self>) -> Result<(), Refused> {
        self.disk.sync_directory()?;
        self.running_mut().names_synced = true;
        let outputs = self.running().outputs.iter().map(|output| output.id).collect();
        probe.step(|| Event::OutputsNamed { outputs }, self);
        Ok(())
    }

    /// Points every key that was not written anew meanwhile to its copy.
    fn switch_keydir(&mut self, probe: &mut impl Probe<Self>) -> Result<(), Refused> {
        let outputs = self.running().outputs.clone();
        let mut keys = 0;
        for output in &outputs {
            let mut segment = Segment { hint: output.hint, ..Segment::new(output.data) };
            for (source, entry) in &output.copied {
                segment.holds(entry.timestamp);
                if self.memory.keydir.get(&entry.key) == Some(*source) {
                    self.memory.keydir.insert(&entry.key, entry.position(output.id));
                    keys += 1;
                }
            }
            self.segments_mut().insert(output.id, segment);
        }
        self.running_mut().switched = true;
        probe.step(|| Event::KeydirSwitched { keys }, self);
        Ok(())
    }

    /// Deletes the oldest input that is left, its hint file first.
    fn delete_input(&mut self, probe: &mut impl Probe<Self>) -> Result<(), Refused> {
        let id = self.running().inputs[self.running().deleted];
        if self.segment(id).hint.is_some() {
            self.disk.delete(&id.hint())?;
            self.segment_mut(id).hint = None;
            probe.step(|| Event::InputDeleted { name: id.hint() }, self);
        }
        self.disk.delete(&id.data())?;
        self.segments_mut().remove(&id);
        self.running_mut().deleted += 1;
        probe.step(|| Event::InputDeleted { name: id.data() }, self);
        Ok(())
    }

    fn finish_merge(&mut self, probe: &mut impl Probe<Self>) -> Result<(), Refused> {
        self.disk.sync_directory()?;
        let merge = self.memory.merge.take().expect("a merge that finishes was running");
        let after = merge.outputs.iter().map(|output| self.disk.len(output.data)).sum();
        let outputs = merge.outputs.iter().map(|output| output.id).collect();
        probe.step(|| Event::MergeFinished { inputs: merge.inputs, outputs, before: merge.input_bytes, after }, self);
        Ok(())
    }

    /// Takes back what a merge has written. It has not deleted anything: what can fail comes before that.
    fn give_up_merge(&mut self, reason: &Rc<str>, probe: &mut impl Probe<Self>) -> Result<(), Refused> {
        for output in self.running().outputs.clone() {
            for name in [unfinished(&output.id.hint()), unfinished(&output.id.data())] {
                if self.disk.open(&name).is_some() {
                    self.disk.delete(&name)?;
                    probe.step(|| Event::OutputDeleted { name }, self);
                }
            }
        }
        self.memory.merge = None;
        probe.step(|| Event::MergeGivenUp { reason: reason.clone() }, self);
        Ok(())
    }

    /// Moves the read head behind a record.
    fn read_on(&mut self, record: Position) {
        let (input, _) = self.running().reading;
        let end = record.offset + record.len;
        let next = if end < self.disk.len(self.segment(record.segment).data) {
            (input, end)
        } else {
            self.first_record(self.running(), input + 1)
        };
        self.running_mut().reading = next;
    }

    /// The first record of the inputs from `input` on; some may be empty.
    fn first_record(&self, merge: &Merge, input: usize) -> (usize, u64) {
        let rest = merge.inputs.iter().enumerate().skip(input);
        let mut with_records = rest.filter(|(_, id)| self.disk.len(self.segment(**id).data) > 0);
        (with_records.next().map_or(merge.inputs.len(), |(place, _)| place), 0)
    }

    fn running(&self) -> &Merge {
        self.memory.merge.as_ref().expect("a merge is running")
    }

    fn running_mut(&mut self) -> &mut Merge {
        self.memory.merge.as_mut().expect("a merge is running")
    }

    fn output_mut(&mut self, place: usize) -> &mut Output {
        Rc::make_mut(&mut self.running_mut().outputs[place])
    }
}

/// The name of a file that is still being written.
fn unfinished(name: &str) -> String {
    format!("{name}{UNFINISHED}")
}
