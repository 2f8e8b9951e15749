//! From the log to the follower, entry by entry, and the comparison after it.

use std::rc::Rc;

use super::command::Which;
use super::event::Held;
use super::{Entry, Event, Method, Replica, ReplicationLog, entry};
use crate::contract::{Probe, Refused};
use crate::replication::{Happening, Host};
use crate::sim::{Envelope, Fate, Time};
use crate::table::{Table, Value, compare};

/// Later than anything that happens.
const FOREVER: Time = Time::from_nanos(u64::MAX);

/// What leader and follower send each other.
#[derive(Clone)]
pub enum Message {
    Entry(Rc<Entry>),
    /// So many entries of the log has the follower carried out, and on its disk.
    Position(usize),
    /// The follower cannot go on: nothing more should be sent.
    Halted,
    /// What is committed on the leader, and how many entries of the log that is.
    Copy(Table, usize),
}

impl ReplicationLog {
    /// Lets leader and follower send each other what there is to send, the next entry as soon as the follower has told of
    /// the one before. Compares the replicas if the follower has carried something out.
    pub(super) fn ship(&mut self, probe: &mut impl Probe<Self>) {
        let mut applied = false;
        let mut happened = false;
        loop {
            if self.world.network.load() == 0
                && self.is_up(Which::Leader)
                && let Some(next) = self.log.get(self.acknowledged).cloned()
            {
                if !self.connected {
                    if !happened && self.waiting() > 0 {
                        let (waiting, why) = (self.waiting(), self.held());
                        probe.step(|| Event::Held { waiting, why }, self);
                    }
                    break;
                }
                let (number, bytes) = (next.number, next.bytes.len());
                self.tally.bytes_shipped += bytes as u64;
                self.passed = None;
                self.send(Which::Leader, Message::Entry(next));
                probe.step(|| Event::Shipped { number, bytes }, self);
            }
            let Some(Happening::Message(envelope, fate)) = self.world.next(FOREVER) else { break };
            happened = true;
            if fate == Fate::Arrived {
                applied |= self.arrived(&envelope, probe);
            }
        }
        if applied {
            self.passed = None;
            self.compare(probe);
        }
    }

    /// A message has arrived; whether the follower's table was written by that. What the leader is told takes no step.
    fn arrived(&mut self, envelope: &Rc<Envelope<Host, Message>>, probe: &mut impl Probe<Self>) -> bool {
        match &envelope.payload {
            Message::Position(position) => {
                (self.acknowledged, self.connected) = (*position, true);
                false
            }
            Message::Halted => {
                self.connected = false;
                false
            }
            Message::Entry(entry) => {
                self.passed = Some(envelope.clone());
                self.apply(entry, probe)
            }
            Message::Copy(table, position) => {
                self.passed = Some(envelope.clone());
                self.take_over(table, *position, probe)
            }
        }
    }

    /// The follower carries out an entry: wholly and durably, before it says so, or not at all. Whether it could.
    fn apply(&mut self, entry: &Entry, probe: &mut impl Probe<Self>) -> bool {
        let (number, method) = (entry.number, self.settings.method);
        let old = self.follower.clone();
        let done = entry::apply(&entry.bytes, method, &mut self.follower, self.world.now());
        if let Err(why) = done.and_then(|()| self.save(number)) {
            return self.halt(old, number, why, probe);
        }
        self.applied = number as usize;
        self.send(Which::Follower, Message::Position(self.applied));
        let slots = changed(&old.table, &self.follower.table);
        let clock = Value::Time(self.follower.clock(self.world.now()));
        probe.step(|| Event::Applied { number, slots, method, clock }, self);
        true
    }

    /// Makes the follower's table durable, with the number of the last entry in it.
    fn save(&mut self, number: u32) -> Result<(), Refused> {
        Ok(self.follower_store.save(&self.follower.table, number)?)
    }

    /// The follower is what it was before an entry or a copy, cannot go on, and says so.
    fn halt(&mut self, old: Replica, number: u32, why: Refused, probe: &mut impl Probe<Self>) -> bool {
        self.follower = old;
        let Refused { reason, source } = why;
        self.halted = Some(reason.clone());
        self.send(Which::Follower, Message::Halted);
        probe.step_at(source, || Event::Halted { number, reason }, self);
        false
    }

    pub(super) fn send(&mut self, from: Which, message: Message) {
        let to = if from == Which::Leader { Which::Follower } else { Which::Leader };
        self.world.send(from.host(), to.host(), message);
    }

    /// The follower tells the leader how far it has come, if the two can hear each other again.
    pub(super) fn reconnect(&mut self) {
        if !self.connected && self.can_talk() && self.halted.is_none() {
            self.send(Which::Follower, Message::Position(self.applied));
        }
    }

    pub(super) fn can_talk(&self) -> bool {
        self.is_up(Which::Leader) && self.is_up(Which::Follower) && !self.is_cut()
    }

    fn held(&self) -> Held {
        match () {
            () if !self.is_up(Which::Follower) => Held::Down,
            () if self.is_cut() => Held::Cut,
            () => Held::Halted,
        }
    }

    fn compare(&mut self, probe: &mut impl Probe<Self>) {
        self.differences = Rc::new(compare(&self.committed(), &self.follower.table));
        let (differences, rows) = (self.differences.clone(), self.follower.table.rows().count());
        probe.step(|| Event::Compared { rows, differences }, self);
    }

    /// Makes the follower anew: a copy of what is committed on the leader, and of the place in the log that belongs to it.
    pub(super) fn copy(&mut self, probe: &mut impl Probe<Self>) -> Result<(), Refused> {
        self.check_up(Which::Leader)?;
        self.check_up(Which::Follower)?;
        if self.is_cut() {
            return Err(Refused::new("the link is cut; `heal` opens it"));
        }
        let (leader, schema) = (self.committed(), self.follower.table.schema);
        if self.settings.method == Method::WriteAheadLog && schema != leader.schema {
            return Err(Refused::new(format!(
                "a copy of the files is of format version {}, and the follower reads version {}",
                leader.schema.version, schema.version
            )));
        }
        self.send(Which::Leader, Message::Copy(leader, self.log.len()));
        self.ship(probe);
        Ok(())
    }

    /// The follower puts a copy in the place of all that it has. Whether it could.
    fn take_over(&mut self, leader: &Table, position: usize, probe: &mut impl Probe<Self>) -> bool {
        let old = self.follower.clone();
        let mut taken = Ok(());
        if self.settings.method == Method::WriteAheadLog {
            self.follower.table = leader.clone();
        } else {
            self.follower.table = Table::new(old.table.schema);
            let rows: Vec<_> = leader.rows().map(|(_, row)| row).collect();
            let of_rows = entry::of_inserted(rows, leader.schema);
            taken = entry::apply(&of_rows, Method::Rows, &mut self.follower, self.world.now());
            self.follower.table.set_next_id(leader.next_id());
        }
        if let Err(why) = taken.and_then(|()| self.save(position as u32)) {
            return self.halt(old, position as u32, why, probe);
        }
        (self.applied, self.halted) = (position, None);
        self.send(Which::Follower, Message::Position(position));
        let rows = self.follower.table.rows().count();
        probe.step(|| Event::Copied { rows }, self);
        true
    }
}

/// The slots in which a table is not what it was.
fn changed(old: &Table, new: &Table) -> Vec<usize> {
    (0..old.schema.slots).filter(|slot| old.bytes[old.range(*slot)] != new.bytes[new.range(*slot)]).collect()
}
