//! The services outside: a cache, a storage that may look at tokens, and a controller that names leaders.

use std::rc::Rc;

use super::event::Event;
use super::message::{Message, Row, RowId};
use super::settings::{Settings, Storage};
use super::{Reaction, Timer};
use crate::cluster::{Host, NodeId};
use crate::replication::replicated_log::Term;
use crate::sim::Time;

/// It keeps what clients have read, and nobody tells it of a failover. That it is asked and answers is no step.
#[derive(Clone, Default)]
pub struct Cache {
    pub rows: Vec<(RowId, Rc<str>)>,
}

impl Cache {
    pub fn hear(&mut self, from: Host, message: &Message) -> Option<Reaction> {
        let found = |row| self.rows.iter().find(|(other, _)| *other == row).map(|(_, name)| name.clone());
        match message {
            Message::LookUp { call, row } => {
                Some(Reaction::silent().send(from, Message::Cached { call: *call, name: found(*row) }))
            }
            Message::Keep { row, name } => {
                if found(*row).is_none() {
                    self.rows.push((*row, name.clone()));
                }
                None
            }
            _ => unreachable!("all else is for others"),
        }
    }
}

/// What the storage holds.
#[derive(Clone)]
pub struct Store {
    pub settings: Settings,
    /// The highest token that it has seen.
    pub highest: Term,
    /// Each row, and the token of the write that it is from.
    pub rows: Vec<(Row, Term)>,
}

impl Store {
    pub fn hear(&mut self, from: Host, message: &Message) -> Reaction {
        let (&Message::Store { token, ref row }, Host::Node(node)) = (message, from) else {
            unreachable!("all else is for others")
        };
        let highest = self.highest;
        if self.settings.storage == Storage::Fenced && token < highest {
            let refused = Reaction::new(Event::TokenRefused { from: node, token, highest });
            return refused.send(from, Message::TooOld { highest });
        }
        self.highest = highest.max(token);
        let stored = Message::Stored { token, row: row.as_ref().map(|row| row.row) };
        let Some(row) = row else {
            return Reaction::new(Event::TokenSeen { from: node, token }).send(from, stored);
        };
        let old = match self.rows.iter_mut().find(|(other, _)| other.row == row.row) {
            Some(found) => Some(std::mem::replace(found, (row.clone(), token))),
            None => {
                self.rows.push((row.clone(), token));
                None
            }
        };
        let over = old.filter(|(old, newer)| *newer > token && old.call != row.call);
        Reaction::new(Event::Stored { from: node, row: row.clone(), token, over }).send(from, stored)
    }
}

/// What the controller knows. It sees the nodes only through what they send.
#[derive(Clone)]
pub struct Controller {
    settings: Settings,
    pub term: Term,
    pub leader: NodeId,
    /// When it heard last that this leader leads; or when it named it.
    pub heard: Time,
    /// Of each node, when it was heard, and how far its log had come.
    nodes: Vec<(Time, (Term, usize))>,
}

impl Controller {
    pub fn new(settings: Settings) -> Controller {
        let nodes = vec![(Time::ZERO, (1, 1)); usize::from(settings.nodes)];
        Controller { settings, term: 1, leader: NodeId::new(1), heard: Time::ZERO, nodes }
    }

    pub fn start(&self) -> Vec<(Time, Timer)> {
        vec![(self.settings.heartbeat, Timer::Watch)]
    }

    pub fn hear(&mut self, from: Host, message: &Message, now: Time) -> Option<Reaction> {
        let (Host::Node(node), &Message::Alive { term, last, position, leads }) = (from, message) else {
            unreachable!("all else is for others")
        };
        self.nodes[node.index()] = (now, (last, position));
        if leads && term == self.term {
            self.heard = now;
        }
        None
    }

    /// If the leader has been silent for too long, the controller names the node that is most up to date of those that
    /// it hears. If it hears nobody, it can do nothing.
    pub fn watch(&mut self, now: Time) -> Reaction {
        let (silent, timeout) = (now - self.heard, self.settings.timeout);
        let mut best: Option<(NodeId, (Term, usize))> = None;
        for (node, (heard, reached)) in self.settings.all().iter().zip(&self.nodes) {
            if now - *heard <= timeout && best.is_none_or(|(_, most)| *reached > most) {
                best = Some((node, *reached));
            }
        }
        let named = match best {
            Some((node, _)) if silent > timeout => self.name(node, Some(silent), now),
            _ => Reaction::silent(),
        };
        named.wake(self.settings.heartbeat, Timer::Watch)
    }

    /// Names a leader for a term that no other node was named for; `silent` is since when the old one was not heard.
    pub fn name(&mut self, node: NodeId, silent: Option<Time>, now: Time) -> Reaction {
        let old = std::mem::replace(&mut self.leader, node);
        (self.term, self.heard) = (self.term + 1, now);
        let term = self.term;
        Reaction::new(Event::Named { node, term, old, silent }).send(node, Message::Name { term })
    }
}
