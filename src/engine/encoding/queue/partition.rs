//! What a file of the broker says: the messages of a partition, or of the whole queue, and how far each group is.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::rc::Rc;

use super::message::{Letter, Record};
use super::settings::{Group, Model};
use crate::cluster::ClientId;
use crate::form::Choice;
use crate::sim::disk::FileId;

#[derive(Clone)]
pub struct Partition {
    model: Model,
    pub file: FileId,
    pub entries: Rc<Vec<Entry>>,
    /// The offset that comes next.
    pub next: u64,
    /// The last sequence number of the producer.
    pub sequence: u32,
    pub compacted: bool,
    /// The groups that there are.
    pub bound: Vec<Group>,
    lanes: [Lane; Group::ALL.len()],
}

#[derive(Clone)]
pub struct Entry {
    pub offset: u64,
    pub letter: Letter,
    /// Its bytes in the file.
    pub bytes: Range<u64>,
}

/// What a group has of a partition.
#[derive(Clone, Default)]
pub struct Lane {
    /// Of a queue: what waits for a consumer.
    pub waiting: BTreeSet<u64>,
    /// Of a log: where it goes on.
    pub position: u64,
    /// What consumers hold, and have not acknowledged. Only in memory.
    pub leases: BTreeMap<u64, Lease>,
    /// How often a message was delivered. Only in memory.
    pub times: BTreeMap<u64, u32>,
    /// Of a queue: what was delivered too often.
    pub dead: Vec<Entry>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lease {
    pub holder: Seat,
    /// Leases are numbered, so that a timer knows its own.
    pub number: u32,
}

/// A consumer, from a join to the next.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Seat {
    pub client: ClientId,
    pub session: u32,
}

impl Partition {
    pub fn new(model: Model, file: FileId) -> Partition {
        let (entries, bound) = (Rc::default(), Vec::new());
        Partition { model, file, entries, next: 0, sequence: 0, compacted: false, bound, lanes: Default::default() }
    }

    pub fn lane(&self, group: Group) -> &Lane {
        &self.lanes[group.place()]
    }

    pub fn lane_mut(&mut self, group: Group) -> &mut Lane {
        &mut self.lanes[group.place()]
    }

    pub fn entry(&self, offset: u64) -> Option<&Entry> {
        self.entries.iter().find(|entry| entry.offset == offset)
    }

    /// A message that is kept, or dead.
    pub fn found(&self, offset: u64) -> Option<&Entry> {
        let dead = self.lanes.iter().flat_map(|lane| &lane.dead);
        self.entries.iter().chain(dead).find(|entry| entry.offset == offset)
    }

    pub fn dead(&self) -> usize {
        self.lanes.iter().map(|lane| lane.dead.len()).sum()
    }

    /// Whether a group still has to do with a message.
    pub fn concerns(&self, group: Group, offset: u64) -> bool {
        let lane = self.lane(group);
        match self.model {
            Model::Queue => lane.waiting.contains(&offset) || lane.leases.contains_key(&offset),
            Model::Log => offset >= lane.position,
        }
    }

    /// What a record changes: when it is written, and again when the file is read after a crash.
    pub fn apply(&mut self, record: Record, bytes: Range<u64>) {
        match record {
            Record::Kept { offset, sequence, letter } => {
                Rc::make_mut(&mut self.entries).push(Entry { offset, letter, bytes });
                (self.next, self.sequence) = (offset + 1, self.sequence.max(sequence));
                for group in self.bound.clone() {
                    self.lane_mut(group).waiting.insert(offset);
                }
            }
            Record::Bound { group } => self.bound.push(group),
            Record::Acknowledged { group, offset } => self.settle(group, offset),
            Record::Committed { group, next } => self.lane_mut(group).position = next,
            Record::Gone { offset } => {
                self.lanes.iter_mut().for_each(|lane| lane.forget(offset));
                Rc::make_mut(&mut self.entries).retain(|entry| entry.offset != offset);
            }
            Record::Dead { group, offset } => {
                let dead = self.entry(offset).cloned();
                self.lane_mut(group).dead.extend(dead);
                self.settle(group, offset);
            }
            Record::Compacted { next, sequence } => {
                (self.next, self.sequence, self.compacted) = (next, sequence, true);
            }
        }
    }

    /// A group of a queue is done with a message; when all are, it is deleted.
    fn settle(&mut self, group: Group, offset: u64) {
        self.lane_mut(group).forget(offset);
        if !self.bound.iter().any(|other| self.concerns(*other, offset)) {
            Rc::make_mut(&mut self.entries).retain(|entry| entry.offset != offset);
        }
    }
}

impl Lane {
    fn forget(&mut self, offset: u64) {
        self.waiting.remove(&offset);
        self.leases.remove(&offset);
        self.times.remove(&offset);
    }
}
