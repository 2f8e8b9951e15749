//! Writing: append, make safe, and only then let the keydir know.

use super::HashIndex;
use super::SyncPolicy;
use super::event::{Event, SyncReason};
use super::record::{HEADER, MAX_KEY, Record, mark};
use super::segment::{Position, Segment, SegmentId};
use crate::contract::{Outcome, Probe, Refused};
use crate::key::Key;
use crate::storage;

impl HashIndex {
    pub(super) fn put(&mut self, key: &Key, value: &str, probe: &mut impl Probe<Self>) -> Result<Outcome, Refused> {
        let at = self.append(key, Some(value), probe)?;
        let before = self.memory.keydir.insert(key, at);
        probe.step(|| Event::KeyIndexed { key: key.clone(), at, before }, self);
        Ok(Outcome::Done)
    }

    pub(super) fn delete(&mut self, key: &Key, probe: &mut impl Probe<Self>) -> Result<Outcome, Refused> {
        if self.memory.keydir.get(key).is_none() {
            probe.step(|| Event::NothingToDelete { key: key.clone() }, self);
            return Ok(Outcome::Done);
        }
        self.append(key, None, probe)?;
        let last = self.memory.keydir.remove(key).expect("it was there, and appending takes nothing away");
        probe.step(|| Event::KeyForgotten { key: key.clone(), last }, self);
        Ok(Outcome::Done)
    }

    pub(super) fn sync(&mut self, probe: &mut impl Probe<Self>) -> Result<Outcome, Refused> {
        let active = self.active();
        if self.unsynced_bytes(active) == 0 {
            probe.step(|| Event::NothingToSync { segment: active }, self);
        } else {
            self.make_safe(SyncReason::Asked, probe)?;
        }
        Ok(Outcome::Done)
    }

    /// Appends a record, or a tombstone where there is no value, and syncs it if that is the policy.
    fn append(&mut self, key: &Key, value: Option<&str>, probe: &mut impl Probe<Self>) -> Result<Position, Refused> {
        let bytes = key.as_str().len();
        if bytes > MAX_KEY {
            return Err(Refused::new(format!(
                "the key has {bytes} bytes; a record has two bytes for its size, so at most {MAX_KEY}"
            )));
        }
        let timestamp = self.memory.clock.next();
        let record = Record { timestamp, key: key.clone(), value: value.map(Into::into) };
        self.make_room(record.size(), probe)?;

        let segment = self.active();
        let offset = self.disk.append(self.segment(segment).data, &record.encode())?;
        self.memory.clock = timestamp;
        self.segment_mut(segment).holds(timestamp);
        let at = Position { segment, offset, len: record.size(), timestamp };
        probe.step(|| Event::RecordAppended { record, at }, self);

        if self.settings.sync == SyncPolicy::Always {
            self.sync_active(SyncReason::EveryWrite, probe)?;
        }
        Ok(at)
    }

    /// Closes the active segment if `len` more bytes would make it too long. A record that is longer than a segment may
    /// be gets one of its own: an empty segment takes anything.
    fn make_room(&mut self, len: u64, probe: &mut impl Probe<Self>) -> Result<(), Refused> {
        let full = self.active();
        let used = self.disk.len(self.segment(full).data);
        if used == 0 || used + len <= self.settings.segment_bytes {
            return Ok(());
        }
        // Once a newer segment exists, this one must be whole: start-up forgives a torn end in the last one only.
        let limit = self.settings.segment_bytes;
        self.sync_active(SyncReason::Closing { used, limit, wanted: len }, probe)?;

        self.begin_segment(probe)
    }

    /// Closes the active segment, which is synced, and begins the next.
    fn begin_segment(&mut self, probe: &mut impl Probe<Self>) -> Result<(), Refused> {
        let full = self.active();
        let next = SegmentId { number: full.number + 1, generation: 0 };
        let data = self.disk.create(&next.data())?;
        self.segments_mut().insert(next, Segment::new(data));
        probe.step(|| Event::SegmentCreated { segment: next, closed: full }, self);

        // Without this the records could be safe in a file whose name is not.
        self.disk.sync_directory()?;
        probe.step(|| Event::SegmentNamed { segment: next }, self);
        Ok(())
    }

    /// Syncs the active segment so that damage to it cannot be taken for a torn write later.
    pub(super) fn make_safe(&mut self, reason: SyncReason, probe: &mut impl Probe<Self>) -> Result<(), Refused> {
        self.sync_active(reason, probe)?;
        match self.settings.sync {
            SyncPolicy::Always => Ok(()),
            SyncPolicy::OnCommand => self.leave_mark(probe),
        }
    }

    /// Says on the disk that all of the active segment is synced: by a mark, or, where there is no room for one, by closing
    /// it.
    pub(super) fn leave_mark(&mut self, probe: &mut impl Probe<Self>) -> Result<(), Refused> {
        let segment = self.active();
        let data = self.segment(segment).data;
        let (offset, len) = (self.disk.len(data), HEADER as u64);
        if offset + len > self.settings.segment_bytes || self.disk.used + len > self.disk.capacity {
            return self.begin_segment(probe);
        }
        let timestamp = self.memory.clock;
        self.disk.append(data, &mark(timestamp))?;
        self.disk.sync(data)?;
        probe.step(|| Event::MarkSynced { at: Position { segment, offset, len, timestamp } }, self);
        Ok(())
    }

    fn sync_active(&mut self, reason: SyncReason, probe: &mut impl Probe<Self>) -> Result<(), Refused> {
        let segment = self.active();
        let bytes = self.unsynced_bytes(segment);
        self.disk.sync(self.segment(segment).data)?;
        probe.step(|| Event::SegmentSynced { segment, bytes, reason }, self);
        Ok(())
    }

    /// How many bytes of a segment a crash could take.
    pub(super) fn unsynced_bytes(&self, segment: SegmentId) -> u64 {
        self.disk.unsynced(self.segment(segment).data).map(|range| range.end - range.start).sum()
    }

    /// Hardware fails; the engine does not notice until it reads those bytes.
    pub(super) fn rot(&mut self, name: &str, offset: u64, probe: &mut impl Probe<Self>) -> Result<Outcome, Refused> {
        storage::rot(&mut self.disk, name, offset)?;
        probe.step(|| Event::BitFlipped { file: name.to_owned(), offset }, self);
        Ok(Outcome::Done)
    }
}
