//! What a node does with what it is handed, and what comes of it for the cluster.

use std::rc::Rc;

use super::cluster::{Leader, Write, text};
use super::event::{Event, Named, Refusal, Unheeded};
use super::message::Message;
use crate::replication::replicated_log::{Message as LogMessage, Node, Role, Snapshot, Term};
use crate::replication::{CallId, Host, NodeId, NodeSet};
use crate::storage::Key;

impl Leader {
    pub(super) fn at_node(&mut self, id: NodeId, from: Host, message: &Message) -> Event {
        match (message, from) {
            (Message::Put { call, key, value }, _) => self.put(id, *call, key, value),
            (Message::Get { call, key }, _) => self.get(id, *call, key),
            (Message::Hello { position }, Host::Node(from)) => self.hello(id, from, *position),
            (Message::Snapshot { term, snapshot }, Host::Node(from)) => self.take_snapshot(id, from, *term, snapshot),
            (Message::Log(message), Host::Node(from)) => self.log(id, from, message),
            _ => unreachable!("nodes are not answered"),
        }
    }

    /// Each hello of an empty node brings a snapshot on its way, so that two may be, and the second may find more than it has.
    fn take_snapshot(&mut self, id: NodeId, from: NodeId, term: Term, snapshot: &Snapshot) -> Event {
        let node = &mut self.seat_mut(id).node;
        let known = node.term();
        if known > term || node.see(term).is_err() {
            return Event::Outdated { node: id, from, term, known };
        }
        let taken = node.install(snapshot.clone()).unwrap_or_default();
        let end = node.end();
        self.world.send(id.into(), from.into(), Message::Hello { position: end });
        let position = snapshot.position;
        if taken {
            return Event::Installed { node: id, position, keys: snapshot.rows.len() };
        }
        Event::SnapshotKnown { node: id, position, end }
    }

    fn put(&mut self, id: NodeId, call: CallId, key: &Key, value: &Rc<str>) -> Event {
        let leader = self.leader();
        let node = &mut self.seat_mut(id).node;
        let Ok(Some((position, sends))) = node.write(key.as_str().as_bytes(), value.as_bytes()) else {
            self.world.send(id.into(), call.client.into(), Message::NotLeader { call });
            return Event::NotLeader { node: id, leader, leads: self.leads(leader) };
        };
        if let Some(entry) = node.log().last().cloned() {
            Rc::make_mut(&mut self.writes).push(Write { call, position, entry, told: false });
        }
        self.seat_mut(id).waiting.push((position, call));
        let sent: NodeSet = sends.iter().map(|(to, _)| *to).collect();
        self.send_log(id, sends);
        let missing = self.missing(id, position);
        self.tell(id);
        Event::Appended { node: id, key: key.clone(), value: value.clone(), position, sent, missing }
    }

    /// Any node answers from what it has.
    fn get(&mut self, id: NodeId, call: CallId, key: &Key) -> Event {
        let node = &self.seat(id).node;
        let found = node.find(key.as_str().as_bytes()).and_then(|(position, entry)| {
            let write = self.writes.iter().find(|write| write.position == position && write.entry == *entry)?;
            Some((Rc::from(text(entry.value())), write.call))
        });
        let value = found.as_ref().map(|(value, _): &(Rc<str>, CallId)| value.clone());
        self.world.send(id.into(), call.client.into(), Message::Value { call, found });
        Event::Answered { node: id, key: key.clone(), found: value }
    }

    /// A node has come back or is new: it gets what it lacks, from the log or as a snapshot.
    fn hello(&mut self, id: NodeId, from: NodeId, position: usize) -> Event {
        let node = &self.seat(id).node;
        if node.role() != Role::Leader {
            return Event::Unheeded { node: id, from, why: Unheeded::NotLeader };
        }
        // A node that has nothing and never had is not sent the whole log, which may be long.
        if position == 0 && !node.peers().contains(from) {
            return self.send_snapshot(id, from);
        }
        self.members.insert(from);
        self.seat_mut(id).node.admit(from);
        self.keep_rule(id);
        match self.seat_mut(id).node.resume(from, position) {
            Some(message) => {
                let sent = entries_of(&message);
                self.send_log(id, vec![(from, message)]);
                Event::Resumed { node: id, from, position, sent }
            }
            None => self.send_snapshot(id, from),
        }
    }

    fn send_snapshot(&mut self, id: NodeId, to: NodeId) -> Event {
        let node = &self.seat(id).node;
        let (term, snapshot) = (node.term(), node.snapshot());
        let event = Event::Snapshotted { node: id, to, position: snapshot.position, keys: snapshot.rows.len() };
        let now = self.now();
        let message = self.world.network.send(now, id.into(), to.into(), Message::Snapshot { term, snapshot });
        self.world.network.delay_message(message, self.settings.copy);
        event
    }

    fn log(&mut self, id: NodeId, from: NodeId, message: &LogMessage) -> Event {
        let before = self.seat(id).node.clone();
        let waited = self.seat(id).waiting.len();
        let seat = self.seat_mut(id);
        let answers = seat.node.receive(from, message.clone()).unwrap_or_default();
        if seat.node.role() != Role::Leader {
            // Whoever waited for a leader that leads no more is not told.
            seat.waiting.clear();
        }
        let end = seat.node.end();
        let (term, known) = (message.term(), seat.node.term());
        let sent: usize = answers.iter().map(|(_, message)| entries_of(message)).sum();
        let refused = answers.iter().any(|(_, message)| matches!(message, LogMessage::Appended { matches: false, .. }));
        self.send_log(id, answers);
        match message {
            LogMessage::Append { .. } if term < known => Event::Outdated { node: id, from, term, known },
            LogMessage::Append { position, before: leaders, .. } if refused => {
                Event::Refused { node: id, position: *position, why: why_refused(&before, *position, *leaders) }
            }
            LogMessage::Append { .. } => {
                let node = &self.seat(id).node;
                let same = node.log().iter().zip(before.log()).take_while(|(new, old)| new == old).count();
                // One that began anew has another base, and nothing of what it had.
                let same = if node.base().position == before.base().position { same } else { 0 };
                let (added, dropped) = (node.log().len() - same, before.log().len() - same);
                Event::Followed { node: id, added, dropped, end, leader: from }
            }
            _ if term < known => Event::Unheeded { node: id, from, why: Unheeded::Over(term) },
            _ if !self.leads(id) && before.role() == Role::Leader => {
                Event::SteppedDown { node: id, from, term, waited }
            }
            _ if !self.leads(id) => Event::Unheeded { node: id, from, why: Unheeded::Newer(term) },
            LogMessage::Appended { position, matches: false, .. } => {
                if *position < self.seat(id).node.base().position {
                    return self.send_snapshot(id, from);
                }
                Event::Mismatch { node: id, from, position: *position }
            }
            LogMessage::Appended { position, .. } => {
                let told = self.tell(id);
                let first = self.seat(id).waiting.first();
                let waits = first.map(|(position, call)| (self.named(*call), self.missing(id, *position)));
                Event::Acknowledged { node: id, from, position: *position, told, waits, sent }
            }
            LogMessage::AskVote { .. } | LogMessage::Vote { .. } => unreachable!("a person names the leader"),
        }
    }

    /// Tells those clients whose writes are committed; which they are.
    pub(super) fn tell(&mut self, id: NodeId) -> Rc<[Named]> {
        let seat = self.seat_mut(id);
        let committed = seat.node.committed();
        let ready = seat.waiting.partition_point(|(position, _)| *position <= committed);
        let told: Vec<(usize, CallId)> = seat.waiting.drain(..ready).collect();
        for (_, call) in &told {
            self.world.send(id.into(), call.client.into(), Message::Written { call: *call });
        }
        told.iter().map(|(_, call)| self.named(*call)).collect()
    }

    pub(super) fn send_log(&mut self, from: NodeId, sends: Vec<(NodeId, LogMessage)>) {
        for (to, message) in sends {
            self.world.send(from.into(), to.into(), Message::Log(message));
        }
    }
}

/// Why a node does not append after a position at which its leader has an entry of that term.
fn why_refused(node: &Node, position: usize, leaders: Term) -> Refusal {
    match position {
        _ if position > node.end() => Refusal::Short(node.end()),
        _ if node.has(position, leaders) => Refusal::Snapshot(node.base().position),
        _ => Refusal::Other { own: node.term_at(position), leaders },
    }
}

fn entries_of(message: &LogMessage) -> usize {
    if let LogMessage::Append { entries, .. } = message { entries.len() } else { 0 }
}
