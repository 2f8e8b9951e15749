//! Start-up after a crash: the keydir is made again from what is on the disk, segment by segment.

use super::event::{Event, Verdict};
use super::keydir::Keydir;
use super::read::Damage;
use super::record::{BadRecord, Item};
use super::segment::{FileName, Position, Segment, SegmentId};
use super::{HashIndex, Memory, SyncPolicy, tail};
use super::{decide, hint};
use crate::contract::{Probe, Refused};
use crate::key::Key;
use crate::storage::outage::Outage;

/// How far start-up has come.
#[derive(Clone, Debug, Default)]
pub struct Recovery {
    /// The segments that are not read yet, in the order of the log, the one being read among them.
    waiting: Vec<SegmentId>,
    /// How far the one being read is read.
    offset: u64,
    /// Deleted keys and their tombstones. An older record may still turn up in a segment that is read later, and must
    /// not bring its key back.
    graves: Keydir,
}

impl Recovery {
    /// The segment that is being read, and how far; `None` before the first and after the last.
    pub fn reading(&self) -> Option<(SegmentId, u64)> {
        self.waiting.first().map(|id| (*id, self.offset))
    }

    /// Whether a record has not been read yet.
    pub fn is_ahead(&self, segment: SegmentId, offset: u64) -> bool {
        match self.reading() {
            Some((reading, read)) if reading == segment => offset >= read,
            _ => self.waiting.contains(&segment),
        }
    }
}

impl HashIndex {
    /// Memory is gone, but for what the names of the files say.
    pub(super) fn lose_memory(&mut self, outage: Outage, probe: &mut impl Probe<Self>) {
        let names = self.disk.names().filter_map(|(name, _)| FileName::parse(name));
        let mut waiting = Vec::new();
        for name in names.filter(|name| !name.is_hint && !name.is_unfinished) {
            waiting.insert(waiting.partition_point(|other| *other < name.segment), name.segment);
        }
        let segments = waiting.len();
        let recovery = Recovery { waiting, ..Recovery::default() };
        self.memory = Memory { recovery: Some(recovery), ..Memory::default() };
        probe.step(|| Event::Crashed { outage, segments }, self);
    }

    /// Opens what the crash has left.
    pub(super) fn start_up(&mut self, probe: &mut impl Probe<Self>) -> Result<(), Refused> {
        self.remove_leftovers(probe)?;
        let segments = self.recovering().waiting.clone();
        let last = segments.last().copied();
        for id in &segments {
            self.load(*id, Some(*id) == last, probe)?;
        }
        self.memory.recovery = None;
        let (keys, clock) = (self.memory.keydir.len, self.memory.clock);
        probe.step(|| Event::Recovered { keys, segments: self.memory.segments.len(), clock }, self);
        Ok(())
    }

    /// Removes what a merge had not finished, and hint files that have lost their segment. No sync: if the names come
    /// back after one more crash, they are removed once more.
    fn remove_leftovers(&mut self, probe: &mut impl Probe<Self>) -> Result<(), Refused> {
        let names: Vec<String> = self.disk.names().map(|(name, _)| name.to_owned()).collect();
        for name in names {
            let Some(file) = FileName::parse(&name) else { continue };
            let is_orphan = file.is_hint && self.disk.open(&file.segment.data()).is_none();
            if file.is_unfinished || is_orphan {
                self.disk.delete(&name)?;
                probe.step(|| Event::LeftoverRemoved { name, is_unfinished: file.is_unfinished }, self);
            }
        }
        Ok(())
    }

    fn load(&mut self, id: SegmentId, is_active: bool, probe: &mut impl Probe<Self>) -> Result<(), Refused> {
        let data = self.disk.open(&id.data()).expect("the directory has just named it");
        let hint = self.disk.open(&id.hint());
        self.segments_mut().insert(id, Segment { hint, ..Segment::new(data) });
        if hint.is_none() || !self.load_hint(id, probe) {
            self.load_data(id, is_active, probe)?;
        }
        Ok(())
    }

    /// Loads a segment by its hint file; whether that could be trusted.
    fn load_hint(&mut self, id: SegmentId, probe: &mut impl Probe<Self>) -> bool {
        let segment = self.segment(id);
        let hint = segment.hint.expect("there is a hint file to load");
        let bytes = self.disk.read(hint, 0..self.disk.len(hint));
        let Some(entries) = hint::decode(&bytes) else {
            probe.step(|| Event::HintRejected { name: id.hint() }, self);
            return false;
        };
        for entry in &entries {
            let at = entry.position(id);
            let rival = self.rival(&entry.key, at, |own, _| own);
            self.index(&entry.key, at, entry.value_size.is_none(), rival);
        }
        self.segment_is_read();
        let data_bytes = self.disk.len(segment.data);
        let event = || Event::HintLoaded { segment: id, records: entries.len(), bytes: bytes.len() as u64, data_bytes };
        probe.step(event, self);
        true
    }

    /// Loads a segment by reading all of its records.
    fn load_data(&mut self, id: SegmentId, is_active: bool, probe: &mut impl Probe<Self>) -> Result<(), Refused> {
        let bytes = self.disk.len(self.segment(id).data);
        if bytes == 0 {
            self.segment_is_read();
        }
        probe.step(|| Event::SegmentOpened { segment: id, bytes, is_active }, self);
        let (mut offset, mut is_marked) = (0, true);
        while offset < bytes {
            let item = match self.read_item(id, offset) {
                Ok(item) => item,
                Err(reason) => {
                    let is_cut = is_active && self.cut_torn_tail(id, offset, &reason, probe)?;
                    if is_cut {
                        break;
                    }
                    let damage = Damage::at(id, offset, reason);
                    self.memory = Memory { damage: Some(damage.clone()), ..Memory::default() };
                    return Err(Refused::new(damage));
                }
            };
            is_marked = matches!(item, Item::Mark(_));
            offset = self.replay(item, id, offset, bytes, probe);
        }
        // What start-up has found counts from now on: damage to it must not pass for a torn write.
        if is_active && !is_marked && self.settings.sync == SyncPolicy::OnCommand {
            self.leave_mark(probe)
        } else {
            Ok(())
        }
    }

    /// Lets what stands at `offset` of a segment count; returns where it ends.
    fn replay(&mut self, item: Item, id: SegmentId, offset: u64, bytes: u64, probe: &mut impl Probe<Self>) -> u64 {
        let (end, timestamp) = (offset + item.size(), item.timestamp());
        let at = Position { segment: id, offset, len: item.size(), timestamp };
        let verdict = match &item {
            Item::Record(record) => {
                let rival = self.rival(&record.key, at, |own, other| {
                    probe.decide(own, || decide::which_counts(record, at, other, own))
                });
                Some(self.index(&record.key, at, record.value.is_none(), rival))
            }
            Item::Mark(_) => None,
        };
        if end < bytes {
            self.recovering_mut().offset = end;
        } else {
            self.segment_is_read();
        }
        match (item, verdict) {
            (Item::Record(record), Some(verdict)) => probe.step(|| Event::RecordReplayed { record, at, verdict }, self),
            _ => probe.step(|| Event::MarkRead { at }, self),
        }
        end
    }

    /// What begins no record at the end of the log may be a torn one: no client was told that it was safe, and the log ends
    /// before it. Whether it was that.
    fn cut_torn_tail(
        &mut self,
        id: SegmentId,
        offset: u64,
        reason: &BadRecord,
        probe: &mut impl Probe<Self>,
    ) -> Result<bool, Refused> {
        let (data, sync) = (self.segment(id).data, self.settings.sync);
        let rest = self.disk.read(data, offset..self.disk.len(data));
        let may_be_torn = tail::may_be_torn(&rest, sync);
        let own = if may_be_torn { decide::TORN } else { decide::DAMAGED };
        if probe.decide(own, || decide::torn_or_damaged(id, offset, reason, sync, own)) == decide::DAMAGED {
            return Ok(false);
        }
        self.disk.truncate(data, offset)?;
        let (bytes, reason) = (rest.len() as u64, *reason);
        probe.step(|| Event::TailCut { segment: id, offset, bytes, reason, may_be_torn }, self);
        self.disk.sync(data)?;
        self.segment_is_read();
        probe.step(|| Event::CutSynced { segment: id }, self);
        Ok(true)
    }

    /// What was found of the key before, and goes on counting in place of the one in `at`: the newer counts.
    fn rival(&self, key: &Key, at: Position, decide: impl FnOnce(usize, Position) -> usize) -> Option<Position> {
        let other = self.memory.keydir.get(key).or_else(|| self.recovering().graves.get(key))?;
        let own = if other.timestamp > at.timestamp { decide::OTHER } else { decide::THIS };
        (decide(own, other) == decide::OTHER).then_some(other)
    }

    /// Lets a record that was found count, if it has no `rival` that does.
    fn index(&mut self, key: &Key, at: Position, is_tombstone: bool, rival: Option<Position>) -> Verdict {
        self.memory.clock = self.memory.clock.max(at.timestamp);
        self.segment_mut(at.segment).holds(at.timestamp);
        if let Some(newest) = rival {
            return Verdict::Outdated { newest };
        }
        let known = self.memory.keydir.get(key);
        if is_tombstone {
            self.memory.keydir.remove(key);
            self.recovering_mut().graves.insert(key, at);
            return Verdict::Deleted { last: known };
        }
        self.recovering_mut().graves.remove(key);
        self.memory.keydir.insert(key, at);
        Verdict::Newest { before: known }
    }

    fn segment_is_read(&mut self) {
        let recovery = self.recovering_mut();
        recovery.waiting.remove(0);
        recovery.offset = 0;
    }

    fn recovering(&self) -> &Recovery {
        self.memory.recovery.as_ref().expect("start-up is under way")
    }

    fn recovering_mut(&mut self) -> &mut Recovery {
        self.memory.recovery.as_mut().expect("start-up is under way")
    }
}
