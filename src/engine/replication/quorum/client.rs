//! A client: makes calls, coordinates them itself or leaves that to a node, and believes what it was told.

use std::rc::Rc;

use litemap::LiteMap;

use super::coordinator::Coordinator;
use super::event::Fact;
use super::message::{Ending, Message};
use super::reaction::{Reaction, Timer};
use super::settings::Settings;
use crate::key::Key;
use crate::replication::history::Request;
use crate::replication::{CallId, ClientId, Host, NodeId};
use crate::sim::Time;

#[derive(Clone, Debug)]
pub struct Client {
    id: ClientId,
    settings: Settings,
    coordinator: Coordinator,
    calls_made: u32,
    /// Calls that have not ended yet, each with the node that coordinates it, if that is not the client itself.
    open: LiteMap<CallId, (Request, Option<NodeId>)>,
    beliefs: LiteMap<Key, Belief>,
    last: Option<(CallId, Ending)>,
}

/// What a client takes for the value of a key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Belief {
    /// It wrote this, or read it.
    Value(Rc<str>),
    /// It read that there is none.
    Nothing,
    /// It wanted to write this, and was not told that it was written. It may be, or not.
    Unsure(Rc<str>),
}

impl Client {
    pub fn new(id: ClientId, settings: Settings) -> Client {
        Client {
            id,
            settings,
            coordinator: Coordinator::new(id.into(), settings),
            calls_made: 0,
            open: LiteMap::new(),
            beliefs: LiteMap::new(),
            last: None,
        }
    }

    /// Makes a call, by way of a node or not.
    pub fn call(&mut self, request: Request, via: Option<NodeId>, now: Time) -> (CallId, Reaction) {
        self.calls_made += 1;
        let call = CallId { client: self.id, number: self.calls_made };
        self.open.insert(call, (request.clone(), via));
        let Some(node) = via else {
            return (call, self.coordinator.begin(call, request, now));
        };
        let reaction = Reaction::new(Fact::RequestSent { call, request: request.clone(), node })
            .send(node, Message::Request { call, request })
            .after(self.settings.patience(), Timer::Patience { call });
        (call, reaction)
    }

    pub fn handle(&mut self, from: Host, message: &Message) -> Reaction {
        match (message, from) {
            (Message::Acknowledge { call }, Host::Node(node)) => {
                let reaction = self.coordinator.answered(node, *call, None);
                self.learn(reaction)
            }
            (Message::Answer { call, found }, Host::Node(node)) => {
                let reaction = self.coordinator.answered(node, *call, found.clone());
                self.learn(reaction)
            }
            (Message::Response { call, ending }, Host::Node(node)) => {
                if !self.open.contains_key(call) {
                    return Reaction::new(Fact::AnswerIgnored { at: self.id.into(), from: node, call: *call });
                }
                let fact = Fact::Responded { call: *call, node, ending: ending.clone() };
                let reaction = Reaction::new(fact).finish(*call, ending.clone());
                self.learn(reaction)
            }
            _ => unreachable!("{from} never sends {message} to a client"),
        }
    }

    pub fn expire(&mut self, timer: Timer) -> Option<Reaction> {
        let reaction = match timer {
            Timer::HalfTime { call, .. } => self.coordinator.half_time(call)?,
            Timer::TimeOut { call, .. } => self.coordinator.time_out(call)?,
            Timer::Patience { call } => {
                let (_, node) = self.open.get(&call)?;
                let node = node.expect("a client is patient with a node, not with itself");
                let after = self.settings.patience();
                let fact = Fact::ResponseOverdue { call, node, after };
                Reaction::new(fact).finish(call, Ending::NoResponse { node, after })
            }
        };
        Some(self.learn(reaction))
    }

    /// Takes note of what came of a call, if the reaction ends one.
    fn learn(&mut self, reaction: Reaction) -> Reaction {
        let Some((call, ending)) = reaction.finished.clone() else { return reaction };
        let (request, _) = self.open.remove(&call).expect("a call ends once");
        let key = request.key().clone();
        match (&ending, request) {
            (Ending::Found(found), _) => {
                let belief = found.as_ref().map_or(Belief::Nothing, |record| Belief::Value(record.value.clone()));
                self.beliefs.insert(key, belief);
            }
            (Ending::Written, Request::Write { value, .. }) => {
                self.beliefs.insert(key, Belief::Value(value));
            }
            (_, Request::Write { value, .. }) => {
                self.beliefs.insert(key, Belief::Unsure(value));
            }
            (_, Request::Read { .. }) => {}
        }
        self.last = Some((call, ending));
        reaction
    }

    pub fn id(&self) -> ClientId {
        self.id
    }

    /// What it takes for the values of the keys that it has dealt with.
    pub fn beliefs(&self) -> &LiteMap<Key, Belief> {
        &self.beliefs
    }

    /// The calls that it waits for, and by way of which node.
    pub fn open_calls(&self) -> impl Iterator<Item = (CallId, &Request, Option<NodeId>)> {
        self.open.iter().map(|(call, (request, via))| (*call, request, *via))
    }

    /// What came of the call that ended last.
    pub fn last(&self) -> Option<(CallId, &Ending)> {
        self.last.as_ref().map(|(call, ending)| (*call, ending))
    }

    pub fn coordinator(&self) -> &Coordinator {
        &self.coordinator
    }
}
