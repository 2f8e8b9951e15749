//! A client: makes calls, coordinates them itself or leaves that to a node, and believes what it was told.

use std::rc::Rc;

use litemap::LiteMap;

use super::coordinator::Coordinator;
use super::kept::Kept;
use super::message::{Ending, Message};
use super::record::{Context, dot};
use super::settings::{Conflict, CoordinatedBy};
use super::{Command, Event, Quorum, Reaction, Settings, Timer};
use crate::cluster::{self, CallId, ClientId, Host, NodeId, no_such_node};
use crate::contract::{Decision, Refused};
use crate::key::Key;
use crate::replication::history::Request;
use crate::sim::Time;

#[derive(Clone)]
pub struct Client {
    id: ClientId,
    settings: Settings,
    pub coordinator: Coordinator,
    /// Calls that have not ended yet, each with the node that coordinates it, if that is not the client itself.
    open: LiteMap<CallId, (Request, Option<NodeId>)>,
    /// What it takes for the values of the keys that it has dealt with.
    pub beliefs: LiteMap<Key, Belief>,
    /// Where concurrent values are kept: what it has seen of each key, which it says when it writes. That is what it has read,
    /// and what it has written itself.
    pub contexts: LiteMap<Key, Context>,
}

/// What a client takes for the value of a key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Belief {
    /// It wrote this, or read it.
    Value(Rc<str>),
    /// It read these, which are concurrent.
    Siblings(Vec<Rc<str>>),
    /// It read that there is none, or deleted it.
    Nothing,
    /// It wanted to write this, and was not told that it was written. It may be, or not.
    Unsure(Option<Rc<str>>),
}

impl cluster::Client<Quorum> for Client {
    /// Makes a call, by way of a node or not.
    fn ask(&mut self, call: CallId, command: &Command, now: Time) -> Result<Reaction, Refused> {
        let (request, via) = command.request().expect("nothing else is asked of clients");
        let own = (self.settings.coordinator == CoordinatedBy::Node).then(|| self.default_coordinator());
        let via = via.or(own);
        let nodes = self.settings.nodes().count();
        if let Some(node) = via.filter(|node| node.index() >= nodes) {
            return Err(no_such_node(node, nodes));
        }
        self.open.insert(call, (request.clone(), via));
        let seen = self.context(call, &request);
        let Some(node) = via else { return Ok(self.coordinator.begin(call, request, seen, now)) };
        let event = Event::RequestSent { call, request: request.clone(), node };
        let message = match seen {
            Some(seen) => Message::RequestAfter { call, request, seen },
            None => Message::Request { call, request },
        };
        Ok(Reaction::new(event).send(node, message).wake(self.settings.patience(), Timer::Patience(call)))
    }

    fn hear(&mut self, from: Host, message: &Message, _: Time) -> Option<Reaction> {
        let Host::Node(node) = from else { unreachable!("clients send each other nothing") };
        Some(match message {
            Message::Acknowledge { call } => {
                let reaction = self.coordinator.answered(node, *call, Kept::default());
                self.learn_own(*call, reaction)
            }
            Message::Answer { call, found } => {
                let reaction = self.coordinator.answered(node, *call, found.clone());
                self.learn_own(*call, reaction)
            }
            Message::Repaired { call, version } => {
                let reaction = self.coordinator.repaired(node, *call, *version);
                self.learn_own(*call, reaction)
            }
            Message::Response { call, .. } if !self.open.contains_key(call) => {
                Reaction::new(Event::AnswerIgnored { at: self.id.into(), from: node, call: *call })
            }
            Message::Response { call, ending } => {
                let event = Event::Responded { call: *call, node, ending: ending.clone(), verdict: None };
                self.learn(*call, ending, Reaction::new(event))
            }
            _ => unreachable!("{from} never sends such a message to a client"),
        })
    }

    fn decision(&self, from: Host, message: &Message, _: Time) -> Option<Decision> {
        let Host::Node(node) = from else { return None };
        self.coordinator.decision(node, message)
    }

    fn overrule(&mut self, way: usize) {
        self.coordinator.overrule(way);
    }

    fn wake(&mut self, timer: Timer, _: Time) -> Option<Reaction> {
        match timer {
            Timer::HalfTime(call) => self.coordinator.half_time(call),
            Timer::TimeOut(call) => {
                let reaction = self.coordinator.time_out(call)?;
                Some(self.learn_own(call, reaction))
            }
            Timer::Patience(call) => {
                let node = self.open.get(&call)?.1.expect("a client is patient with a node, not with itself");
                let after = self.settings.patience();
                let reaction = Reaction::new(Event::ResponseOverdue { call, node, after });
                Some(self.learn(call, &Ending::NoResponse { node, after }, reaction))
            }
        }
    }
}

impl Client {
    pub fn new(id: ClientId, settings: Settings) -> Client {
        let coordinator = Coordinator::new(id.into(), settings);
        Client { id, settings, coordinator, open: LiteMap::new(), beliefs: LiteMap::new(), contexts: LiteMap::new() }
    }

    /// What it has seen of a key that it is about to write, where that decides; from now on its own write is part of that.
    fn context(&mut self, call: CallId, request: &Request) -> Option<Context> {
        if self.settings.conflict == Conflict::Lww || matches!(request, Request::Read { .. }) {
            return None;
        }
        let context = self.contexts.entry(request.key().clone()).or_default();
        let seen = context.clone();
        context.see(dot(call));
        Some(seen)
    }

    /// The node that it turns to where the script names none: each client has its own.
    fn default_coordinator(&self) -> NodeId {
        NodeId::new((self.id.index() % self.settings.n) as u8 + 1)
    }

    /// Takes note of what came of a call that it coordinates, if that is known by now.
    fn learn_own(&mut self, call: CallId, reaction: Reaction) -> Reaction {
        let ending = self.coordinator.calls.get(&call).and_then(|call| call.ending.clone());
        match ending.filter(|_| self.open.contains_key(&call)) {
            Some(ending) => self.learn(call, &ending, reaction),
            None => reaction,
        }
    }

    fn learn(&mut self, call: CallId, ending: &Ending, reaction: Reaction) -> Reaction {
        let (request, _) = self.open.remove(&call).expect("a call ends once");
        let (key, outcome) = (request.key().clone(), ending.outcome(&request));
        if let (Ending::Found(found), Conflict::Siblings) = (ending, self.settings.conflict) {
            self.contexts.entry(key.clone()).or_default().merge(&found.context());
        }
        let belief = match (ending, request) {
            (Ending::Found(found), _) => {
                let mut values: Vec<Rc<str>> = found.values().cloned().collect();
                Some(match values.len() {
                    0 => Belief::Nothing,
                    1 => Belief::Value(values.remove(0)),
                    _ => Belief::Siblings(values),
                })
            }
            (Ending::Written, Request::Write { value, .. }) => Some(Belief::Value(value)),
            (Ending::Written, _) => Some(Belief::Nothing),
            (_, Request::Write { value, .. }) => Some(Belief::Unsure(Some(value))),
            (_, Request::Delete { .. }) => Some(Belief::Unsure(None)),
            (_, Request::Read { .. }) => None,
        };
        belief.into_iter().for_each(|belief| drop(self.beliefs.insert(key.clone(), belief)));
        reaction.end(call, outcome)
    }
}
