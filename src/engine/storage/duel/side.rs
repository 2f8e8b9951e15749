//! One of the two: an engine, and what is measured of it.

use super::settings::{Compaction, Settings};
use crate::contract::{Probe, Refused};
use crate::histogram::Histogram;
use crate::key::Key;
use crate::language::shorten;
use crate::sim::disk::Tally;
use crate::sim::{Disk, Time};
use crate::storage::Durable;
use crate::storage::btree::BTree;
use crate::storage::lsm::{self, Device, Lsm};
use crate::workload::{Kind, Operation};

/// Which engine a number is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Name {
    BTree,
    Lsm,
}

impl Name {
    pub fn text(self) -> &'static str {
        if self == Name::BTree { "B-tree" } else { "LSM-tree" }
    }

    pub fn other(self) -> Name {
        if self == Name::BTree { Name::Lsm } else { Name::BTree }
    }
}

/// What one operation, or many, asked of the disk, and how long it took.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Cost {
    pub time: Time,
    pub bytes_read: u64,
    pub bytes_written: u64,
    pub seeks: u64,
    pub syncs: u64,
}

/// Operations in a second; none where they have asked nothing of the disk, and so have taken no time.
pub type Throughput = Option<u64>;

pub fn throughput(operations: u64, time: Time) -> Throughput {
    (time > Time::ZERO).then(|| operations * 1_000_000 / time.as_micros().max(1))
}

#[derive(Clone)]
pub struct Side {
    pub(super) tree: Tree,
    /// Time of all operations that are measured.
    pub(super) time: Time,
    pub latencies: Histogram,
    /// What the disk had counted when measuring began.
    pub(super) base: Tally,
    /// What the last operation cost.
    pub last: Cost,
    pub(super) unsynced: u64,
    /// Bytes of a value.
    record: u64,
}

#[derive(Clone)]
pub(super) enum Tree {
    BTree(Box<BTree>),
    Lsm(Box<Lsm>),
}

/// What a write writes: always as many bytes.
pub(super) fn value(version: u64, bytes: u64) -> String {
    format!("{version:0width$}", width = bytes as usize)
}

impl Side {
    pub(super) fn new(tree: Tree, record: u64) -> Side {
        let mut side = Side {
            tree,
            time: Time::ZERO,
            latencies: Histogram::default(),
            base: Tally::default(),
            last: Cost::default(),
            unsynced: 0,
            record,
        };
        side.base = side.disk().tally;
        side
    }

    pub fn disk(&self) -> &Disk {
        match &self.tree {
            Tree::BTree(tree) => tree.disk(),
            Tree::Lsm(tree) => tree.disk(),
        }
    }

    /// The cost of all that is measured.
    pub fn cost(&self) -> Cost {
        cost(self.time, &self.base, &self.disk().tally)
    }

    /// Operations in a second of the device's time.
    pub fn throughput(&self) -> Throughput {
        throughput(self.latencies.count, self.time)
    }

    pub(super) fn forget(&mut self) {
        self.time = Time::ZERO;
        self.latencies = Histogram::default();
        self.base = self.disk().tally;
    }

    /// Carries out one operation, and measures it. Every so many writes one waits for the sync.
    pub(super) fn operate(
        &mut self,
        operation: &Operation,
        settings: &Settings,
        probe: &mut (impl Probe<BTree> + Probe<Lsm>),
    ) -> Result<Option<String>, Refused> {
        let (before, began) = (self.disk().tally, self.now());
        let found = self.carry_out(operation, probe)?;
        if operation.kind.writes() {
            self.unsynced += 1;
            if self.unsynced >= settings.group {
                self.unsynced = 0;
                self.sync()?;
            }
            if let Tree::Lsm(tree) = &mut self.tree
                && settings.compaction == Compaction::Now
            {
                tree.serve(&lsm::Command::Settle, &mut ())?;
            }
        }
        self.measure(&before, began, &settings.device());
        self.latencies.record(self.last.time);
        Ok(found)
    }

    fn now(&self) -> Time {
        match &self.tree {
            Tree::BTree(_) => Time::ZERO,
            Tree::Lsm(tree) => tree.now(),
        }
    }

    /// The B-tree waits for all that its disk does. The LSM-tree keeps its own clock, for it also waits for compactions.
    fn measure(&mut self, before: &Tally, began: Time, device: &Device) {
        let after = self.disk().tally;
        let time = match &self.tree {
            Tree::BTree(_) => device.time(before, &after),
            Tree::Lsm(tree) => tree.now() - began,
        };
        self.last = cost(time, before, &after);
        self.time += time;
    }

    fn carry_out(
        &mut self,
        operation: &Operation,
        probe: &mut (impl Probe<BTree> + Probe<Lsm>),
    ) -> Result<Option<String>, Refused> {
        let key = Key::new(&operation.key.to_string());
        let (reads, writes) = (!matches!(operation.kind, Kind::Insert | Kind::Update), operation.kind.writes());
        let (mut found, record) = (None, self.record);
        match &mut self.tree {
            Tree::BTree(tree) if operation.kind == Kind::Scan => {
                tree.scan_some(&key, operation.records as usize)?;
            }
            Tree::Lsm(tree) if operation.kind == Kind::Scan => {
                tree.scan(&key, operation.records as usize)?;
            }
            Tree::BTree(tree) => {
                if reads {
                    found = tree.get(&key, probe)?.map(str::to_owned);
                }
                if writes {
                    tree.put(&key, &value(operation.version, record), probe)?;
                }
            }
            Tree::Lsm(tree) => {
                if reads {
                    found = tree.get(&key, probe)?.as_deref().map(str::to_owned);
                }
                if writes {
                    tree.put(&key, &value(operation.version, record), probe)?;
                }
            }
        }
        Ok(found.map(|text| shorten(text.trim_start_matches('0'), 32)))
    }

    fn sync(&mut self) -> Result<(), Refused> {
        match &mut self.tree {
            Tree::BTree(tree) => tree.sync(&mut ()),
            Tree::Lsm(tree) => tree.serve(&lsm::Command::Sync, &mut ()).map(|_| ()),
        }
    }

    /// Finishes what is left to do: the B-tree's checkpoint, the LSM-tree's flushes and compactions.
    pub(super) fn settle(&mut self, device: &Device) -> Result<(), Refused> {
        let (before, began) = (self.disk().tally, self.now());
        match &mut self.tree {
            Tree::BTree(tree) => tree.checkpoint(&mut ())?,
            Tree::Lsm(tree) => {
                // A checkpoint empties the B-tree's log, and a flush the LSM-tree's.
                tree.serve(&lsm::Command::Flush, &mut ())?;
                tree.serve(&lsm::Command::Settle, &mut ())?;
            }
        }
        self.measure(&before, began, device);
        Ok(())
    }
}

fn cost(time: Time, before: &Tally, after: &Tally) -> Cost {
    Cost {
        time,
        bytes_read: after.bytes_read - before.bytes_read,
        bytes_written: after.bytes_written - before.bytes_written,
        seeks: after.seeks - before.seeks,
        syncs: after.syncs - before.syncs,
    }
}
