//! The coordinator of a call: asks all home nodes of the key, and answers as soon as enough of them have. A client
//! coordinates its own calls, or a node does it for the client; the state machine is the same.
//!
//! A write needs w acknowledgements, a read needs r answers; each node counts once. The rest is waited for only in passing: late answers to a
//! read still serve read repair.

use litemap::LiteMap;

use super::event::Standing;
use super::handoff;
use super::kept::Kept;
use super::message::{Ending, Message};
use super::read_repair::{self, Answer};
use super::record::{Context, Record, Version};
use super::settings::{Conflict, ReadRepair};
use super::{Event, Reaction, Settings, Timer};
use crate::cluster::{CallId, Host, NodeId, NodeSet};
use crate::contract::{Decision, Way};
use crate::key::Key;
use crate::replication::history::Request;
use crate::sim::Time;

#[derive(Clone, Debug)]
pub struct Coordinator {
    me: Host,
    settings: Settings,
    /// The calls that it works on, and the last one that it has finished with.
    pub calls: LiteMap<CallId, Coordination>,
    /// Which of the records that were answered the next read returns, as a reader has decided.
    overruled: Option<usize>,
}

/// One call, as its coordinator sees it.
#[derive(Clone, Debug)]
pub struct Coordination {
    pub key: Key,
    pub task: Task,
    /// The home nodes, all of which were asked.
    pub asked: NodeSet,
    /// Spare nodes that were asked, each with the silent node that it stands in for.
    pub hints: Vec<(NodeId, NodeId)>,
    /// How many answers it takes.
    pub needed: usize,
    /// In the order in which they came.
    pub answers: Vec<Answer>,
    /// What it has decided.
    pub ending: Option<Ending>,
    /// Its time-out is over: what still comes is ignored.
    pub closed: bool,
}

#[derive(Clone, Debug)]
pub enum Task {
    Write(Record),
    Read,
}

impl Coordinator {
    pub fn new(me: Host, settings: Settings) -> Coordinator {
        Coordinator { me, settings, calls: LiteMap::new(), overruled: None }
    }

    /// Takes a call on: sends it to all home nodes. A write comes with what its client has seen, where that decides.
    pub fn begin(&mut self, call: CallId, request: Request, seen: Option<Context>, now: Time) -> Reaction {
        if self.calls.contains_key(&call) {
            return Reaction::new(Event::RequestIgnored { at: self.me, call });
        }
        self.calls.retain(|_, call| !call.closed);
        let write = |value| Task::Write(Record::new(value, Version { at: now, call }, seen.clone()));
        let (key, task, needed) = match request {
            Request::Write { key, value } => (key, write(Some(value)), self.settings.w),
            Request::Delete { key } => (key, write(None), self.settings.w),
            Request::Read { key } => (key, Task::Read, self.settings.r),
        };
        let asked = self.settings.home();
        let (message, record) = match &task {
            Task::Write(record) => {
                let message = Message::Write { call, key: key.clone(), record: record.clone(), hint: None };
                (message, Some(record.clone()))
            }
            Task::Read => (Message::Read { call, key: key.clone() }, None),
        };
        let is_write = record.is_some();
        let event = Event::CallSent { at: self.me, call, key: key.clone(), record, asked, needed };
        let (hints, answers) = (Vec::new(), Vec::new());
        let coordination = Coordination { key, task, asked, hints, needed, answers, ending: None, closed: false };
        self.calls.insert(call, coordination);
        let reaction = Reaction::new(event).wake(self.settings.timeout, Timer::TimeOut(call));
        let reaction = asked.iter().fold(reaction, |reaction, node| reaction.send(node, message.clone()));
        if is_write && self.settings.spares > 0 {
            return reaction.wake(self.settings.half_time(), Timer::HalfTime(call));
        }
        reaction
    }

    /// A node has acknowledged a write (nothing is `found`), or answered a read.
    pub fn answered(&mut self, from: NodeId, call: CallId, found: Kept) -> Reaction {
        let me = self.me;
        let Some(coordination) = self.calls.get_mut(&call).filter(|call| !call.closed) else {
            return Reaction::new(Event::AnswerIgnored { at: me, from, call });
        };
        if coordination.answers.iter().any(|answer| answer.from == from) {
            return Reaction::new(Event::AnsweredAgain { at: me, from, call });
        }
        coordination.answers.push(Answer::new(from, found.clone()));
        let standing = coordination.standing(self.settings.read_repair);
        match coordination.task {
            Task::Write(ref record) => {
                let deletes = record.is_tombstone();
                let reaction = Reaction::new(Event::Acknowledged { at: me, from, call, standing, deletes });
                self.decide_if_met(reaction, call, standing, Ending::Written)
            }
            Task::Read => {
                let newest = read_repair::newest(&coordination.answers);
                let repairs = coordination.repair(standing, self.settings.read_repair, &newest);
                let repaired = repairs.iter().map(|(node, _)| *node).collect();
                let (standing, returned) = match self.overruled.take() {
                    Some(way) => (
                        Standing::Overruled { needed: coordination.needed },
                        read_repair::distinct(&coordination.answers)[way].clone(),
                    ),
                    None => (standing, newest),
                };
                let waits = (self.settings.read_repair == ReadRepair::Blocking).then_some(call);
                let (key, seen) = (coordination.key.clone(), returned.clone());
                let event =
                    Event::Answered { at: me, from, call, key, found, standing, newest: seen, repaired, verdict: None };
                let reaction = coordination.send_repairs(repairs, waits, Reaction::new(event));
                self.decide_if_met(reaction, call, standing, Ending::Found(returned))
            }
        }
    }

    /// Which of several records a read returns is put to the reader, when the answer that is coming makes enough of them.
    pub fn decision(&self, from: NodeId, message: &Message) -> Option<Decision> {
        let Message::Answer { call, found } = message else { return None };
        // Of concurrent ones none has to be chosen.
        if self.settings.conflict == Conflict::Siblings {
            return None;
        }
        let open = self.calls.get(call).filter(|open| !open.closed && open.answers.iter().all(|it| it.from != from))?;
        let mut then = open.clone();
        then.answers.push(Answer::new(from, found.clone()));
        let is_met = matches!(then.standing(self.settings.read_repair), Standing::Met { .. });
        let records = read_repair::distinct(&then.answers);
        if !is_met || records.len() < 2 || !matches!(then.task, Task::Read) {
            return None;
        }
        let newest = read_repair::newest(&then.answers);
        let own = records.iter().position(|record| **record == newest)?;
        let by = |found: &Kept| -> NodeSet {
            then.answers.iter().filter(|it| it.found == *found).map(|it| it.from).collect()
        };
        let way = |place: usize, found: &Kept| {
            let says = match found.newest() {
                Some(record) => format!("{record}, version {}, of {}", record.version, by(found)),
                None => format!("No value, as {} has none", by(found)),
            };
            let newer = newest.newest().map(|newest| newest.version.to_string()).unwrap_or_default();
            let because = match place == own {
                true => "The newest version wins. By majority, or by the first answer, a write that was acknowledged \
                         would be overlooked: it is on w nodes, and perhaps on one only of those that have answered."
                    .to_owned(),
                false => format!(
                    "It is older than the version {newer}, which was answered as well: the read would be stale."
                ),
            };
            Way::new(says, because)
        };
        let ways = records.iter().enumerate().map(|(place, record)| way(place, record)).collect();
        let asks = format!(
            "{} of {} answers to {call} are there, and they differ. What does the read of {} return?",
            then.needed, then.needed, then.key
        );
        Some(Decision { asks, ways, own })
    }

    pub fn overrule(&mut self, way: usize) {
        self.overruled = Some(way);
    }

    /// A node has what read repair has sent it.
    pub fn repaired(&mut self, from: NodeId, call: CallId, version: Version) -> Reaction {
        let at = self.me;
        let Some(coordination) = self.calls.get_mut(&call).filter(|call| !call.closed) else {
            return Reaction::new(Event::AnswerIgnored { at, from, call });
        };
        for answer in coordination.answers.iter_mut().filter(|answer| answer.from == from) {
            answer.sent.iter().filter(|record| record.version == version).for_each(|record| {
                answer.has.add(record);
            });
        }
        let standing = coordination.standing(self.settings.read_repair);
        let newest = read_repair::newest(&coordination.answers);
        let event = Event::RepairConfirmed { at, from, call, standing, newest: newest.clone(), verdict: None };
        self.decide_if_met(Reaction::new(event), call, standing, Ending::Found(newest))
    }

    fn decide_if_met(&mut self, reaction: Reaction, call: CallId, standing: Standing, ending: Ending) -> Reaction {
        if !matches!(standing, Standing::Met { .. } | Standing::Overruled { .. }) {
            return reaction;
        }
        self.decide(reaction, call, ending)
    }

    /// Takes note of what came of a call. A client that coordinates its own knows by that; to another a response is sent.
    fn decide(&mut self, reaction: Reaction, call: CallId, ending: Ending) -> Reaction {
        self.calls.get_mut(&call).expect("it is open").ending = Some(ending.clone());
        match self.me {
            Host::Client(_) | Host::Service(_) => reaction,
            Host::Node(_) => reaction.send(call.client, Message::Response { call, ending }),
        }
    }

    /// Half of the time is over. A write that lacks acknowledgements goes to spare nodes as well.
    pub fn half_time(&mut self, call: CallId) -> Option<Reaction> {
        let coordination = self.calls.get_mut(&call).filter(|call| call.ending.is_none())?;
        let Task::Write(record) = coordination.task.clone() else { return None };
        let silent = coordination.asked.without(coordination.answers.iter().map(|answer| answer.from).collect());
        coordination.hints = handoff::assign(silent, self.settings.spare_nodes());
        let spares = coordination.hints.iter().map(|(spare, _)| *spare).collect();
        let reaction = Reaction::new(Event::SparesAsked { at: self.me, call, silent, spares });
        Some(coordination.hints.iter().fold(reaction, |reaction, (spare, owner)| {
            let (key, record) = (coordination.key.clone(), record.clone());
            reaction.send(*spare, Message::Write { call, key, record, hint: Some(*owner) })
        }))
    }

    /// The time is over. Whoever has not answered by now is not waited for; if that leaves too few, the call fails.
    pub fn time_out(&mut self, call: CallId) -> Option<Reaction> {
        let coordination = self.calls.get_mut(&call)?;
        coordination.closed = true;
        if coordination.ending.is_some() {
            return None;
        }
        let (needed, after) = (coordination.needed, self.settings.timeout);
        let (got, repairs) = match coordination.standing(self.settings.read_repair) {
            Standing::Repairing { got, .. } => (got, true),
            _ => (coordination.answers.len(), false),
        };
        let is_write = matches!(coordination.task, Task::Write(_));
        let reaction = Reaction::new(Event::QuorumNotMet { at: self.me, call, is_write, repairs, got, needed, after });
        Some(self.decide(reaction, call, Ending::QuorumNotMet { got, needed, after }))
    }
}

impl Coordination {
    /// How far it has come with the answers that there are.
    fn standing(&self, repair: ReadRepair) -> Standing {
        let (got, needed) = (self.answers.len(), self.needed);
        let up_to_date = read_repair::up_to_date(&self.answers, &read_repair::newest(&self.answers));
        match &self.ending {
            None if got < needed => Standing::Waiting { got, needed },
            None if repair == ReadRepair::Blocking && up_to_date < needed => {
                Standing::Repairing { got: up_to_date, needed }
            }
            None => Standing::Met { needed },
            Some(Ending::Written | Ending::Found(_)) => Standing::Late,
            Some(_) => Standing::TooLate,
        }
    }

    /// Decides whom read repair sends what of the newest, now that the call stands so, and notes it.
    fn repair(&mut self, standing: Standing, repair: ReadRepair, newest: &Kept) -> Vec<(NodeId, Kept)> {
        let is_time = matches!(standing, Standing::Met { .. } | Standing::Repairing { .. } | Standing::Late);
        if repair == ReadRepair::Off || !is_time {
            return Vec::new();
        }
        let behind = read_repair::behind(&self.answers, newest);
        for answer in &mut self.answers {
            answer.sent.merge(newest);
        }
        behind
    }

    /// `call` is the one that waits for them, if one does.
    fn send_repairs(&self, behind: Vec<(NodeId, Kept)>, call: Option<CallId>, reaction: Reaction) -> Reaction {
        let repair = |record: &Record| Message::Repair { key: self.key.clone(), record: record.clone(), call };
        behind.iter().fold(reaction, |reaction, (node, lacks)| {
            lacks.iter().fold(reaction, |reaction, record| reaction.send(*node, repair(record)))
        })
    }
}
