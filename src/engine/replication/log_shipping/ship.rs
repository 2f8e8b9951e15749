//! From the log to the follower, entry by entry, and the comparison after it.

use std::rc::Rc;

use super::{Event, LogShipping, Method, Table, Value, compare, entry};
use crate::contract::Probe;
use crate::sim::Time;

/// How long an entry travels.
const LINK: Time = Time::from_millis(40);

impl LogShipping {
    /// Ships what waits, as far as the link and the follower let it, and compares the replicas once all is there.
    pub(super) fn ship(&mut self, probe: &mut impl Probe<Self>) {
        let before = self.applied;
        while let Some(next) = self.log.get(self.applied).cloned() {
            let (number, bytes) = (next.number, next.bytes.len());
            if self.cut || self.halted.is_some() {
                let waiting = self.waiting();
                let halted = self.halted.is_some();
                probe.step(|| Event::Held { waiting, halted }, self);
                return;
            }
            self.on_the_way = true;
            probe.step(|| Event::Shipped { number, bytes }, self);
            self.now += LINK;
            self.tally.bytes_shipped += bytes as u64;
            self.on_the_way = false;
            let old = self.follower.table.clone();
            if let Err(reason) = entry::apply(&next.bytes, self.method, &mut self.follower, self.now) {
                let reason: Rc<str> = reason.into();
                self.halted = Some(reason.clone());
                probe.step(|| Event::Halted { number, reason }, self);
                return;
            }
            self.applied += 1;
            let slots = changed(&old, &self.follower.table);
            let (method, clock) = (self.method, Value::Time(self.follower.clock(self.now)));
            probe.step(|| Event::Applied { number, slots, method, clock }, self);
        }
        if self.applied > before {
            self.compare(probe);
        }
    }

    fn compare(&mut self, probe: &mut impl Probe<Self>) {
        self.differences = Rc::new(compare::compare(&self.committed(), &self.follower.table));
        let (differences, rows) = (self.differences.clone(), self.follower.table.rows().count());
        probe.step(|| Event::Compared { rows, differences }, self);
    }

    /// Makes the follower anew: a copy of what is committed on the leader, and of the place in the log that belongs to it.
    pub(super) fn copy(&mut self, probe: &mut impl Probe<Self>) -> Result<(), String> {
        let leader = self.committed();
        let version = self.follower.table.version;
        let is_physical = self.method == Method::WriteAheadLog;
        if is_physical && version != leader.version {
            return Err(format!(
                "a copy of the files is of format version {}, and the follower reads version {}",
                leader.version.0, version.0
            ));
        }
        if is_physical {
            self.follower.table = leader;
        } else {
            self.follower.table = Table::new(version);
            let rows: Vec<_> = leader.rows().map(|(_, row)| row).collect();
            let of_rows = entry::of_inserted(rows, leader.version);
            entry::apply(&of_rows.bytes, Method::Rows, &mut self.follower, self.now)?;
            self.follower.table.set_next_id(leader.next_id());
        }
        self.applied = self.log.len();
        self.halted = None;
        let rows = self.follower.table.rows().count();
        probe.step(|| Event::Copied { rows }, self);
        self.compare(probe);
        Ok(())
    }
}

/// The slots in which a table is not what it was.
fn changed(old: &Table, new: &Table) -> Vec<usize> {
    (0..super::SLOTS).filter(|slot| old.bytes()[old.range(*slot)] != new.bytes()[new.range(*slot)]).collect()
}
