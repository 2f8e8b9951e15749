//! A node: a replica, the hints that it holds for others, and the calls that it coordinates. A message comes in, messages
//! go out; it sees nothing else.

use super::anti_entropy;
use super::coordinator::Coordinator;
use super::disk::NodeDisk;
use super::event::{Fact, Purpose};
use super::handoff::Hints;
use super::message::Message;
use super::reaction::{Reaction, Timer};
use super::record::Record;
use super::replica::{Replica, Stored};
use super::settings::Settings;
use crate::key::Key;
use crate::replication::{CallId, Host, NodeId};
use crate::sim::Time;

#[derive(Clone, Debug)]
pub struct Node {
    id: NodeId,
    settings: Settings,
    replica: Replica,
    hints: Hints,
    coordinator: Coordinator,
}

impl Node {
    pub fn new(id: NodeId, settings: Settings) -> Node {
        Node {
            id,
            settings,
            replica: Replica::default(),
            hints: Hints::default(),
            coordinator: Coordinator::new(id.into(), settings),
        }
    }

    /// Handles a message. What a node sends to itself takes no network: it is handled at once, within the same step.
    pub fn handle(&mut self, from: Host, message: &Message, now: Time) -> Reaction {
        let mut reaction = self.handle_one(from, message, now);
        while let Some(place) = reaction.outbox.iter().position(|(to, _)| *to == Host::Node(self.id)) {
            let (me, message) = reaction.outbox.remove(place);
            let mut more = self.handle_one(me, &message, now);
            reaction.outbox.append(&mut more.outbox);
        }
        reaction
    }

    fn handle_one(&mut self, from: Host, message: &Message, now: Time) -> Reaction {
        match (message, from) {
            (Message::Request { call, request }, _) => self.coordinator.begin(*call, request.clone(), now),
            (Message::Write { call, key, record, hint: None }, _) => {
                self.store(key, record, Purpose::Write, from, Message::Acknowledge { call: *call })
            }
            (Message::Write { call, key, record, hint: Some(owner) }, _) => self.hold(*owner, key, record, from, *call),
            (Message::Read { call, key }, _) => self.read(key, from, *call),
            (Message::Repair { key, record }, _) => self.store_silently(key, record, Purpose::Repair),
            (Message::HandOff { key, record }, _) => {
                let done = Message::HandedOff { key: key.clone(), version: record.version };
                self.store(key, record, Purpose::HandOff, from, done)
            }
            (Message::Acknowledge { call }, Host::Node(node)) => self.coordinator.answered(node, *call, None),
            (Message::Answer { call, found }, Host::Node(node)) => {
                self.coordinator.answered(node, *call, found.clone())
            }
            (Message::HandedOff { key, version }, Host::Node(owner)) => {
                let dropped = self.hints.release(owner, key, *version);
                if dropped && self.replica.disk_mut().replace_hints(&self.hints).is_err() {
                    return Reaction::new(Fact::DiskFull { node: self.id, key: key.clone() });
                }
                Reaction::new(Fact::HintReleased { node: self.id, owner, key: key.clone(), dropped })
            }
            (Message::Digests(digests), Host::Node(node)) => {
                anti_entropy::compare(&self.replica, self.id, node, digests)
            }
            (Message::Entries { ranges, entries, is_reply }, Host::Node(node)) => {
                anti_entropy::merge(&mut self.replica, self.id, node, ranges, entries, *is_reply)
            }
            (
                Message::Acknowledge { .. }
                | Message::Answer { .. }
                | Message::HandedOff { .. }
                | Message::Digests(_)
                | Message::Entries { .. }
                | Message::Response { .. },
                _,
            ) => unreachable!("{from} never sends {message} to a node"),
        }
    }

    /// Stores a record, and says so by `done` if it is safe.
    fn store(&mut self, key: &Key, record: &Record, purpose: Purpose, from: Host, done: Message) -> Reaction {
        let reaction = self.store_silently(key, record, purpose);
        match reaction.fact {
            Fact::DiskFull { .. } => reaction,
            _ => reaction.send(from, done),
        }
    }

    fn store_silently(&mut self, key: &Key, record: &Record, purpose: Purpose) -> Reaction {
        let before = self.replica.read(key).map(|record| record.version);
        let (node, key_stored, record_stored) = (self.id, key.clone(), record.clone());
        match self.replica.store(key, record) {
            Stored::Newer => {
                let replaced = before;
                Reaction::new(Fact::Stored { node, key: key_stored, record: record_stored, replaced, purpose })
            }
            Stored::Kept => {
                let kept = before.expect("something just as new is there");
                Reaction::new(Fact::OlderIgnored { node, key: key_stored, record: record_stored, kept, purpose })
            }
            Stored::DiskFull => Reaction::new(Fact::DiskFull { node, key: key_stored }),
        }
    }

    /// Keeps a write for its owner.
    fn hold(&mut self, owner: NodeId, key: &Key, record: &Record, from: Host, call: CallId) -> Reaction {
        let mut hints = self.hints.clone();
        hints.hold(owner, key.clone(), record.clone());
        if self.replica.disk_mut().replace_hints(&hints).is_err() {
            return Reaction::new(Fact::DiskFull { node: self.id, key: key.clone() });
        }
        self.hints = hints;
        Reaction::new(Fact::HintHeld { node: self.id, owner, key: key.clone(), record: record.clone() })
            .send(from, Message::Acknowledge { call })
    }

    fn read(&self, key: &Key, from: Host, call: CallId) -> Reaction {
        let found = self.replica.read(key).cloned();
        Reaction::new(Fact::Read { node: self.id, key: key.clone(), found: found.clone() })
            .send(from, Message::Answer { call, found })
    }

    /// A timer of this node has run out. It means nothing if the node has forgotten the call since.
    pub fn expire(&mut self, timer: Timer, now: Time) -> Option<Reaction> {
        let mut reaction = match timer {
            Timer::HalfTime { call, .. } => self.coordinator.half_time(call)?,
            Timer::TimeOut { call, .. } => self.coordinator.time_out(call)?,
            Timer::Patience { .. } => return None,
        };
        // A spare node that coordinates may have hinted itself.
        while let Some(place) = reaction.outbox.iter().position(|(to, _)| *to == Host::Node(self.id)) {
            let (me, message) = reaction.outbox.remove(place);
            reaction.outbox.append(&mut self.handle(me, &message, now).outbox);
        }
        Some(reaction)
    }

    /// Offers hints to their owners, no more than `most` at once; `None` if there are none.
    pub fn offer_hints(&self, most: usize) -> Option<Reaction> {
        let (node, held) = (self.id, self.hints.len());
        let sent = held.min(most);
        let reaction = || Reaction::new(Fact::HintsOffered { node, sent, left: held - sent });
        (held > 0).then(|| reaction().send_all(self.hints.offers().take(sent)))
    }

    /// Begins to compare trees with another node.
    pub fn compare_with(&self, other: NodeId) -> Reaction {
        let message = anti_entropy::open(&self.replica);
        Reaction::new(Fact::ComparisonBegun { node: self.id, with: other }).send(other, message)
    }

    /// The machine stops: what is in memory is gone, the calls that it coordinates too.
    pub fn stop(&mut self) {
        self.replica.stop();
        self.hints = Hints::default();
        self.coordinator = Coordinator::new(self.id.into(), self.settings);
    }

    /// The machine starts again from its disk.
    pub fn start(&mut self) {
        self.replica.start();
        self.hints = self.replica.disk_mut().load_hints();
    }

    /// Puts another disk in place of its own, as whoever restores a backup does. The machine has to start again.
    pub fn replace_disk(&mut self, disk: NodeDisk) {
        self.stop();
        *self.replica.disk_mut() = disk;
    }

    pub fn id(&self) -> NodeId {
        self.id
    }

    pub fn replica(&self) -> &Replica {
        &self.replica
    }

    pub fn hints(&self) -> &Hints {
        &self.hints
    }

    pub fn coordinator(&self) -> &Coordinator {
        &self.coordinator
    }
}
