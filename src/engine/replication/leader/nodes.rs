//! What a node does with what it is handed, and what comes of it for the cluster.

use std::rc::Rc;

use super::Leader;
use super::event::{Event, Refusal, Unheeded};
use super::message::Message;
use super::write::{Named, Write, text};
use crate::contract::Probe;
use crate::key::Key;
use crate::replication::replicated_log::{Message as LogMessage, Node, Role, Snapshot, Term};
use crate::replication::{CallId, Host, NodeId, NodeSet};

impl Leader {
    /// What a message does to a node is one step.
    pub(super) fn at_node(&mut self, id: NodeId, from: Host, message: &Message, probe: &mut impl Probe<Leader>) {
        match (message, from) {
            (Message::Put { call, key, value }, _) => self.put(id, *call, key, value, probe),
            (Message::Get { call, key }, _) => self.get(id, *call, key, probe),
            (Message::Hello { position }, Host::Node(from)) => self.hello(id, from, *position, probe),
            (Message::Snapshot { term, snapshot }, Host::Node(from)) => {
                self.take_snapshot(id, from, *term, snapshot, probe);
            }
            (Message::Log(message), Host::Node(from)) => self.log(id, from, message, probe),
            _ => unreachable!("nodes are not answered"),
        }
    }

    /// Each hello of an empty node brings a snapshot on its way, so that two may be, and the second may find more than it has.
    fn take_snapshot(
        &mut self,
        id: NodeId,
        from: NodeId,
        term: Term,
        snapshot: &Snapshot,
        probe: &mut impl Probe<Leader>,
    ) {
        let node = &mut self.seat_mut(id).node;
        let known = node.term();
        if known > term || node.see(term).is_err() {
            probe.step(|| Event::Outdated { node: id, from, term, known }, self);
            return;
        }
        let taken = node.install(snapshot.clone()).unwrap_or_default();
        let end = node.end();
        self.world.send(id.into(), from.into(), Message::Hello { position: end });
        let (position, keys) = (snapshot.position, snapshot.rows.len());
        if taken {
            probe.step(|| Event::Installed { node: id, position, keys }, self);
        } else {
            probe.step(|| Event::SnapshotKnown { node: id, position, end }, self);
        }
    }

    fn put(&mut self, id: NodeId, call: CallId, key: &Key, value: &Rc<str>, probe: &mut impl Probe<Leader>) {
        let node = &mut self.seat_mut(id).node;
        let Ok(Some((position, sends))) = node.write(key.as_str().as_bytes(), value.as_bytes()) else {
            self.world.send(id.into(), call.client.into(), Message::NotLeader { call });
            let leader = self.leader();
            probe.step(|| Event::NotLeader { node: id, leader, leads: self.leads(leader) }, self);
            return;
        };
        if let Some(entry) = node.log().last().cloned() {
            Rc::make_mut(&mut self.writes).push(Write { call, position, entry, told: false });
        }
        self.seat_mut(id).waiting.push((position, call));
        let sent: NodeSet = sends.iter().map(|(to, _)| *to).collect();
        self.send_log(id, sends);
        let missing = self.missing(id, position);
        self.tell(id);
        let (key, value) = (key.clone(), value.clone());
        probe.step(|| Event::Appended { node: id, key, value, position, sent, missing }, self);
    }

    /// Any node answers from what it has.
    fn get(&mut self, id: NodeId, call: CallId, key: &Key, probe: &mut impl Probe<Leader>) {
        let node = &self.seat(id).node;
        let found = node.find(key.as_str().as_bytes()).and_then(|(position, entry)| {
            let write = self.writes.iter().find(|write| write.position == position && write.entry == *entry)?;
            Some((Rc::from(text(entry.value())), write.call))
        });
        let value = found.as_ref().map(|(value, _): &(Rc<str>, CallId)| value.clone());
        self.world.send(id.into(), call.client.into(), Message::Value { call, found });
        probe.step(|| Event::Answered { node: id, key: key.clone(), found: value }, self);
    }

    /// A node has come back or is new: it gets what it lacks, from the log or as a snapshot.
    fn hello(&mut self, id: NodeId, from: NodeId, position: usize, probe: &mut impl Probe<Leader>) {
        let node = &self.seat(id).node;
        if node.role() != Role::Leader {
            probe.step(|| Event::Unheeded { node: id, from, why: Unheeded::NotLeader }, self);
            return;
        }
        // A node that has nothing and never had is not sent the whole log, which may be long.
        if position == 0 && !node.peers().contains(from) {
            return self.send_snapshot(id, from, probe);
        }
        self.members.insert(from);
        self.seat_mut(id).node.admit(from);
        self.keep_rule(id);
        match self.seat_mut(id).node.resume(from, position) {
            Some(message) => {
                let sent = entries_of(&message);
                self.send_log(id, vec![(from, message)]);
                probe.step(|| Event::Resumed { node: id, from, position, sent }, self);
            }
            None => self.send_snapshot(id, from, probe),
        }
    }

    fn send_snapshot(&mut self, id: NodeId, to: NodeId, probe: &mut impl Probe<Leader>) {
        let node = &self.seat(id).node;
        let (now, term, snapshot) = (self.now(), node.term(), node.snapshot());
        let (position, keys) = (snapshot.position, snapshot.rows.len());
        let message = self.world.network.send(now, id.into(), to.into(), Message::Snapshot { term, snapshot });
        self.world.network.delay_message(message, self.settings.copy);
        probe.step(|| Event::Snapshotted { node: id, to, position, keys }, self);
    }

    fn log(&mut self, id: NodeId, from: NodeId, message: &LogMessage, probe: &mut impl Probe<Leader>) {
        let before = self.seat(id).node.clone();
        let waited = self.seat(id).waiting.len();
        let seat = self.seat_mut(id);
        let answers = seat.node.receive(from, message.clone()).unwrap_or_default();
        if seat.node.role() != Role::Leader {
            // Whoever waited for a leader that leads no more is not told.
            seat.waiting.clear();
        }
        let (node, term, known) = (id, message.term(), seat.node.term());
        let sent: usize = answers.iter().map(|(_, message)| entries_of(message)).sum();
        let refused = answers.iter().any(|(_, message)| matches!(message, LogMessage::Appended { matches: false, .. }));
        self.send_log(id, answers);
        match message {
            LogMessage::Append { .. } if term < known => {
                probe.step(|| Event::Outdated { node, from, term, known }, self);
            }
            LogMessage::Append { position, before: leaders, .. } if refused => {
                let (position, why) = (*position, why_refused(&before, *position, *leaders));
                probe.step(|| Event::AppendRefused { node, position, why }, self);
            }
            LogMessage::Append { .. } => self.followed(&before, from, probe),
            _ if term < known => {
                probe.step(|| Event::Unheeded { node, from, why: Unheeded::Over(term) }, self);
            }
            _ if !self.leads(id) && before.role() == Role::Leader => {
                probe.step(|| Event::SteppedDown { node, from, term, waited }, self);
            }
            _ if !self.leads(id) => {
                probe.step(|| Event::Unheeded { node, from, why: Unheeded::Newer(term) }, self);
            }
            LogMessage::Appended { position, matches: false, .. } => {
                if *position < self.seat(id).node.base().position {
                    return self.send_snapshot(id, from, probe);
                }
                probe.step(|| Event::Mismatch { node, from, position: *position }, self);
            }
            LogMessage::Appended { position, .. } => {
                let (position, told) = (*position, self.tell(id));
                let first = self.seat(id).waiting.first();
                let waits = first.map(|(position, call)| (self.named(*call), self.missing(id, *position)));
                probe.step(|| Event::Acknowledged { node, from, position, told, waits, sent }, self);
            }
            LogMessage::AskVote { .. } | LogMessage::Vote { .. } => unreachable!("a person names the leader"),
        }
    }

    /// A node has appended what the leader sent; `before` is what it was.
    fn followed(&mut self, before: &Node, leader: NodeId, probe: &mut impl Probe<Leader>) {
        let node = &self.seat(before.id).node;
        let same = node.log().iter().zip(before.log()).take_while(|(new, old)| new == old).count();
        // One that began anew has another base, and nothing of what it had.
        let same = if node.base().position == before.base().position { same } else { 0 };
        let (added, dropped, end) = (node.log().len() - same, before.log().len() - same, node.end());
        probe.step(|| Event::Followed { node: before.id, added, dropped, end, leader }, self);
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
