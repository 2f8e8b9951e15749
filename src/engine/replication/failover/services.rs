//! The services outside: a controller that names leaders, and a storage that may look at tokens.

use std::rc::Rc;

use super::Failover;
use super::cluster::Timer;
use super::event::Event;
use super::message::{CONTROLLER, Message, RowId, STORAGE, row_in};
use super::seat::Waiting;
use super::settings::Storage;
use crate::contract::Probe;
use crate::replication::replicated_log::Term;
use crate::replication::{Host, NodeId};
use crate::sim::{Envelope, Time};

/// What the controller knows. It sees the nodes only through what they send.
#[derive(Clone)]
pub struct Controller {
    pub term: Term,
    pub leader: NodeId,
    /// When it heard last that this leader leads; or when it named it.
    pub heard: Time,
    /// Of each node, when it was heard, and how far its log had come.
    nodes: Vec<(Time, (Term, usize))>,
}

impl Controller {
    pub(super) fn new(leader: NodeId, nodes: u8) -> Controller {
        Controller { term: 1, leader, heard: Time::ZERO, nodes: vec![(Time::ZERO, (1, 1)); usize::from(nodes)] }
    }
}

/// What the storage holds.
#[derive(Clone)]
pub struct Store {
    /// The highest token that it has seen.
    pub highest: Term,
    /// Each row with its name, and the token of the write that it is from.
    pub rows: Vec<(RowId, Rc<str>, Term)>,
}

impl Failover {
    pub(super) fn inform_controller(&mut self, envelope: &Envelope<Host, Message>) {
        let (Host::Node(node), &Message::Alive { term, last, position, leads }) = (envelope.from, &envelope.payload)
        else {
            return;
        };
        let now = self.now();
        let controller = &mut self.controller;
        controller.nodes[node.index()] = (now, (last, position));
        if leads && term == controller.term {
            controller.heard = now;
        }
    }

    /// If the leader has been silent for too long, the controller names the node that is most up to date of those that
    /// it hears. If it hears nobody, it can do nothing.
    pub(super) fn watch(&mut self, probe: &mut impl Probe<Self>) {
        self.world.set_timer(self.settings.heartbeat, Timer::Watch);
        let (now, timeout) = (self.now(), self.settings.timeout);
        let silent = now - self.controller.heard;
        if silent <= timeout {
            return;
        }
        let mut best: Option<(NodeId, (Term, usize))> = None;
        for node in self.settings.all().iter() {
            let (heard, reached) = self.controller.nodes[node.index()];
            if now - heard <= timeout && best.is_none_or(|(_, most)| reached > most) {
                best = Some((node, reached));
            }
        }
        if let Some((node, _)) = best {
            self.name(node, Some(silent), probe);
        }
    }

    /// Names a leader for a term that no other node was named for; `silent` is since when the old one was not heard.
    pub(super) fn name(&mut self, node: NodeId, silent: Option<Time>, probe: &mut impl Probe<Self>) {
        let old = self.controller.leader;
        self.controller.term += 1;
        let term = self.controller.term;
        (self.controller.leader, self.controller.heard) = (node, self.now());
        self.world.send(CONTROLLER.into(), node.into(), Message::Name { term });
        probe.step(|| Event::Named { node, term, old, silent }, self);
    }

    /// A message to a client, or to the storage.
    pub(super) fn deliver_outside(&mut self, envelope: &Envelope<Host, Message>, probe: &mut impl Probe<Self>) {
        match (envelope.to, &envelope.payload, envelope.from) {
            (Host::Client(STORAGE), Message::Store { token, row }, Host::Node(from)) => {
                self.keep(from, *token, row.clone(), probe);
            }
            _ => self.answer(envelope, probe),
        }
    }

    fn keep(&mut self, from: NodeId, token: Term, row: Option<(RowId, Rc<str>)>, probe: &mut impl Probe<Self>) {
        let highest = self.store.highest;
        if self.settings.storage == Storage::Fenced && token < highest {
            self.tally.fenced += 1;
            self.world.send(STORAGE.into(), from.into(), Message::TooOld { highest });
            probe.step(|| Event::TokenRefused { from, token, highest }, self);
            return;
        }
        Rc::make_mut(&mut self.store).highest = highest.max(token);
        self.world.send(STORAGE.into(), from.into(), Message::Stored { token, row: row.as_ref().map(|(row, _)| *row) });
        let store = Rc::make_mut(&mut self.store);
        let Some((row, name)) = row else {
            probe.step(|| Event::TokenSeen { from, token }, self);
            return;
        };
        let new = (row, name.clone(), token);
        let old = match store.rows.iter_mut().find(|(other, ..)| *other == row) {
            Some(found) => Some(std::mem::replace(found, new)),
            None => {
                store.rows.push(new);
                None
            }
        };
        let over = old.filter(|(_, old, newer)| *newer > token && *old != name).map(|(_, old, newer)| (old, newer));
        self.tally.overwritten += u64::from(over.is_some());
        probe.step(|| Event::Stored { from, row, name, token, over }, self);
    }
}

/// What a leader does to be sure that the storage has heard it.
impl Failover {
    /// Sends the storage the row at a position of the log.
    pub(super) fn ask_storage(&mut self, node: NodeId, position: usize) {
        let log = &self.seat(node).node;
        let (token, row) = (log.term(), row_in(&log.log()[position - 1]).map(|(row, _, name)| (row, name.into())));
        self.world.send(node.into(), STORAGE.into(), Message::Store { token, row });
    }

    /// What the storage has not answered for long enough it is sent again.
    pub(super) fn ask_storage_again(&mut self, node: NodeId, probe: &mut impl Probe<Self>) {
        let (now, mut rows) = (self.now(), Vec::new());
        for place in 0..self.seat(node).waiting.len() {
            let waiting = &mut self.seat_mut(node).waiting[place];
            let (row, position) = (waiting.row, waiting.position);
            if waiting.asked.as_mut().is_some_and(|asked| asked.again(now)) {
                self.ask_storage(node, position);
                rows.push(row);
            }
        }
        let seat = self.seat_mut(node);
        let token = seat.token.as_mut().is_some_and(|asked| asked.again(now)).then(|| seat.node.term());
        if let Some(token) = token {
            self.world.send(node.into(), STORAGE.into(), Message::Store { token, row: None });
        }
        if token.is_some() || !rows.is_empty() {
            probe.step(|| Event::StorageAskedAgain { node, rows, token }, self);
        }
    }

    /// The storage has answered. What it says of an earlier reign of this node is of no use: the row may be another by now.
    pub(super) fn hear_storage(&mut self, node: NodeId, token: Term, row: Option<RowId>, probe: &mut impl Probe<Self>) {
        if token != self.seat(node).node.term() {
            return;
        }
        self.seat_mut(node).token = None;
        let Some(row) = row else { return };
        let waits = |waiting: &Waiting| waiting.asked.is_some() && waiting.row == row;
        let Some(place) = self.seat(node).waiting.iter().position(waits) else { return };
        let waiting = self.seat_mut(node).waiting.remove(place);
        self.acknowledge(node, &waiting);
        probe.step(|| Event::StoreConfirmed { node, row, call: waiting.call }, self);
    }
}
