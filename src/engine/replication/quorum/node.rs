//! A node: a replica, the hints that it holds for others, and the calls that it coordinates. A message comes in, messages
//! go out; it sees nothing else.

use std::rc::Rc;

use super::anti_entropy;
use super::coordinator::Coordinator;
use super::disk::NodeDisk;
use super::event::Purpose;
use super::handoff::Hints;
use super::kept::Kept;
use super::message::Message;
use super::record::Record;
use super::replica::{self, Replica, Stored};
use super::{Event, Quorum, Reaction, Settings, Timer};
use crate::cluster::{self, CallId, Host, NodeId, Power};
use crate::contract::{Decision, Refused};
use crate::key::Key;
use crate::sim::Time;
use crate::wording::count;

#[derive(Clone)]
pub struct Node {
    pub id: NodeId,
    settings: Settings,
    pub replica: Replica,
    pub hints: Hints,
    pub coordinator: Coordinator,
    /// A copy of its disk, kept elsewhere, and when it was taken.
    pub backup: Option<(Time, Rc<NodeDisk>)>,
}

impl cluster::Node<Quorum> for Node {
    fn hear(&mut self, from: Host, message: &Message, now: Time) -> Option<Reaction> {
        let reaction = self.handle(from, message, now);
        Some(self.with_own(reaction, now))
    }

    fn decision(&self, from: Host, message: &Message, _: Time) -> Option<Decision> {
        let Host::Node(node) = from else { return None };
        self.coordinator.decision(node, message)
    }

    fn overrule(&mut self, way: usize) {
        self.coordinator.overrule(way);
    }

    /// A timer has run out. It means nothing if the node has forgotten the call since.
    fn wake(&mut self, timer: Timer, now: Time) -> Option<Reaction> {
        let reaction = match timer {
            Timer::HalfTime(call) => self.coordinator.half_time(call)?,
            Timer::TimeOut(call) => self.coordinator.time_out(call)?,
            Timer::Patience(_) => unreachable!("only clients are patient"),
        };
        // A spare node that coordinates may have hinted itself.
        Some(self.with_own(reaction, now))
    }

    /// What is in memory is gone, the calls that it coordinates too. All that it has acknowledged was synced before.
    fn stop(&mut self, _: Power) -> String {
        self.forget();
        "Its memory is gone; its disk keeps everything that was synced.".to_owned()
    }

    fn start(&mut self, _: Time) -> (String, Vec<(Time, Timer)>) {
        self.load();
        let hints =
            if self.hints.is_empty() { String::new() } else { format!(", and {}", count(self.hints.len(), "hint")) };
        (format!("It read {} from its disk{hints}.", count(self.replica.len(), "record")), Vec::new())
    }

    fn weight(&self, before: &Node) -> u64 {
        self.replica.weight(&before.replica)
    }
}

impl Node {
    pub fn new(id: NodeId, settings: Settings) -> Node {
        Node {
            id,
            settings,
            replica: Replica::default(),
            hints: Hints::default(),
            coordinator: Coordinator::new(id.into(), settings),
            backup: None,
        }
    }

    /// Handles what it has sent to itself as well.
    fn with_own(&mut self, reaction: Reaction, now: Time) -> Reaction {
        let me = self.id.into();
        reaction.and_what_it_sends_itself(me, |message| Some(self.handle(me, message, now)))
    }

    fn handle(&mut self, from: Host, message: &Message, now: Time) -> Reaction {
        match (message, from) {
            (Message::Request { call, request }, _) => self.coordinator.begin(*call, request.clone(), None, now),
            (Message::RequestAfter { call, request, seen }, _) => {
                self.coordinator.begin(*call, request.clone(), Some(seen.clone()), now)
            }
            (Message::Write { call, key, record, hint: None }, _) => {
                self.store(key, record, Purpose::Write, from, Message::Acknowledge { call: *call })
            }
            (Message::Write { call, key, record, hint: Some(owner) }, _) => self.hold(*owner, key, record, from, *call),
            (Message::Read { call, key }, _) => self.read(key, from, *call),
            (Message::Repair { key, record, call: None }, _) => self.keep(key, record, Purpose::Repair).1,
            (Message::Repair { key, record, call: Some(call) }, _) => {
                let done = Message::Repaired { call: *call, version: record.version };
                self.store(key, record, Purpose::Repair, from, done)
            }
            (Message::HandOff { key, record }, _) => {
                let done = Message::HandedOff { key: key.clone(), version: record.version };
                self.store(key, record, Purpose::HandOff, from, done)
            }
            (Message::Acknowledge { call }, Host::Node(node)) => {
                self.coordinator.answered(node, *call, Kept::default())
            }
            (Message::Answer { call, found }, Host::Node(node)) => {
                self.coordinator.answered(node, *call, found.clone())
            }
            (Message::Repaired { call, version }, Host::Node(node)) => self.coordinator.repaired(node, *call, *version),
            (Message::HandedOff { key, version }, Host::Node(owner)) => {
                let dropped = self.hints.release(owner, key, *version);
                if dropped && self.replica.disk.replace_hints(&self.hints).is_err() {
                    return Reaction::new(Event::DiskFull { node: self.id, key: key.clone() });
                }
                Reaction::new(Event::HintReleased { node: self.id, owner, key: key.clone(), dropped })
            }
            (Message::Digests(digests), Host::Node(node)) => {
                anti_entropy::compare(&self.replica, self.id, node, digests)
            }
            (Message::Entries { ranges, entries, is_reply }, Host::Node(node)) => {
                anti_entropy::merge(&mut self.replica, self.id, node, ranges, entries, *is_reply)
            }
            _ => unreachable!("{from} never sends such a message to a node"),
        }
    }

    /// Stores a record, and says so by `done` if it is safe.
    fn store(&mut self, key: &Key, record: &Record, purpose: Purpose, from: Host, done: Message) -> Reaction {
        match self.keep(key, record, purpose) {
            (Stored::DiskFull, reaction) => reaction,
            (_, reaction) => reaction.send(from, done),
        }
    }

    /// Stores a record and tells no one.
    fn keep(&mut self, key: &Key, record: &Record, purpose: Purpose) -> (Stored, Reaction) {
        let (node, stored) = (self.id, self.replica.store(key, record));
        let (key, record) = (key.clone(), record.clone());
        let reaction = match &stored {
            Stored::New { replaced } => {
                let mut beside = self.replica.read(&key);
                beside.retain(|other| other.version != record.version);
                if beside.is_empty() && !replaced.is_several() {
                    let replaced = replaced.newest().map(|record| record.version);
                    Reaction::new(Event::Stored { node, key, record, replaced, purpose })
                } else {
                    let replaced = replaced.clone();
                    Reaction::new(Event::StoredBeside { node, key, record, replaced, beside, purpose })
                }
            }
            Stored::Known(kept) => Reaction::new(Event::OlderIgnored { node, key, record, kept: *kept, purpose }),
            Stored::DiskFull => Reaction::new(Event::DiskFull { node, key }),
        };
        (stored, reaction)
    }

    /// Keeps a write for its owner.
    fn hold(&mut self, owner: NodeId, key: &Key, record: &Record, from: Host, call: CallId) -> Reaction {
        let mut hints = self.hints.clone();
        hints.hold(owner, key.clone(), record.clone());
        if self.replica.disk.replace_hints(&hints).is_err() {
            return Reaction::new(Event::DiskFull { node: self.id, key: key.clone() });
        }
        self.hints = hints;
        Reaction::new(Event::HintHeld { node: self.id, owner, key: key.clone(), record: record.clone() })
            .send(from, Message::Acknowledge { call })
    }

    fn read(&self, key: &Key, from: Host, call: CallId) -> Reaction {
        let found = self.replica.read(key);
        Reaction::new(Event::Read { node: self.id, key: key.clone(), found: found.clone() })
            .send(from, Message::Answer { call, found })
    }

    /// Offers all hints to their owners; `None` if there are none.
    pub fn offer_hints(&self) -> Option<Reaction> {
        let sent = self.hints.len();
        let reaction = || Reaction::new(Event::HintsOffered { node: self.id, sent });
        (sent > 0).then(|| self.hints.offers().fold(reaction(), |reaction, (owner, offer)| reaction.send(owner, offer)))
    }

    /// Begins to compare trees with another node.
    pub fn compare_with(&self, other: NodeId) -> Reaction {
        let message = anti_entropy::open(&self.replica);
        Reaction::new(Event::ComparisonBegun { node: self.id, with: other }).send(other, message)
    }

    /// Compacts its log. A tombstone is forgotten if it is older, by this node's clock, than the time in which each node should
    /// have heard of it.
    pub fn compact(&mut self, now: Time) -> Result<Reaction, Refused> {
        let (node, grace) = (self.id, self.settings.gc_grace);
        let Ok((dropped, forgotten)) =
            self.replica.compact(|record| !record.is_tombstone() || record.version.at + grace > now)
        else {
            return Err(Refused::new(format!("{node} has no room on its disk for a new log beside the old one")));
        };
        Ok(Reaction::new(Event::Compacted { node, dropped, forgotten, grace }))
    }

    fn forget(&mut self) {
        self.replica.stop();
        self.hints = Hints::default();
        self.coordinator = Coordinator::new(self.id.into(), self.settings);
    }

    /// Fills memory from the disk.
    pub fn load(&mut self) {
        self.replica.start();
        self.hints = self.replica.disk.load_hints();
    }

    /// Its disk is copied; tells how many records there are.
    pub fn back_up(&mut self, now: Time) -> usize {
        let mut disk = self.replica.disk.clone();
        let records = replica::many(&disk.load_records());
        self.backup = Some((now, Rc::new(disk)));
        records
    }

    /// Puts another disk in place of its own, as whoever restores a backup does. The machine has to start again.
    pub fn replace_disk(&mut self, disk: NodeDisk) {
        self.forget();
        self.replica.disk = disk;
    }
}
