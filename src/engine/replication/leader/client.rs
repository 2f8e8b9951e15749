//! A client: which calls it waits for, and which node it takes for the leader.

use super::command::Command;
use super::event::Event;
use super::message::Message;
use super::words::Named;
use super::{Leader, Reaction, Timer};
use crate::cluster::{CallId, Client, Host, NodeId, NodeSet, no_such_node};
use crate::contract::{Outcome, Refused};
use crate::replication::history::Request;
use crate::sim::Time;

#[derive(Clone)]
pub struct Caller {
    /// As people have told it: whom it asks where no node is named, and how many there are.
    pub leader: NodeId,
    pub nodes: usize,
    timeout: Time,
    open: Vec<Open>,
}

#[derive(Clone)]
struct Open {
    call: CallId,
    request: Request,
    began: Time,
}

impl Caller {
    pub fn new(nodes: usize, timeout: Time) -> Caller {
        Caller { leader: NodeId::new(1), nodes, timeout, open: Vec::new() }
    }

    /// The call that ends now, if the client still waits for it.
    fn close(&mut self, call: CallId) -> Option<Open> {
        let place = self.open.iter().position(|open| open.call == call)?;
        Some(self.open.remove(place))
    }
}

impl Client<Leader> for Caller {
    fn ask(&mut self, call: CallId, command: &Command, now: Time) -> Result<Reaction, Refused> {
        let (Command::Put { via, .. } | Command::Get { via, .. }) = command else { unreachable!("it makes calls") };
        let node = via.unwrap_or(self.leader);
        if node.index() >= self.nodes {
            return Err(no_such_node(node, self.nodes));
        }
        let request = request(command);
        let message = match request.clone() {
            Request::Write { key, value } => Message::Put { call, key, value },
            Request::Read { key } => Message::Get { call, key },
            Request::Delete { .. } => unreachable!("no command of a leader deletes"),
        };
        self.open.push(Open { call, request: request.clone(), began: now });
        let reaction = Reaction::new(Event::Asked { call, request, node });
        Ok(reaction.send(node, message).wake(self.timeout, Timer::GiveUp(call)))
    }

    fn hear(&mut self, from: Host, message: &Message, now: Time) -> Option<Reaction> {
        let Host::Node(node) = from else { unreachable!("nodes answer") };
        let (Message::Written { call }
        | Message::NotLeader { call }
        | Message::Value { call, .. }
        | Message::NoValue { call }) = *message
        else {
            unreachable!("clients are only answered")
        };
        let Some(Open { request, began, .. }) = self.close(call) else {
            return Some(Reaction::new(Event::AnswerIgnored { call }));
        };
        let (key, took) = (request.key().clone(), now - began);
        Some(match (message, request) {
            (Message::Value { value, position, term, .. }, _) => {
                let (found, entry) = (Some(value.clone()), Some((*position, *term)));
                let read = Outcome::Value(Some(value.to_string()));
                Reaction::new(Event::Got { call, key, found, entry, node, verdict: None }).end(call, read)
            }
            (Message::NoValue { .. }, _) => {
                let event = Event::Got { call, key, found: None, entry: None, node, verdict: None };
                Reaction::new(event).end(call, Outcome::Value(None))
            }
            (Message::Written { .. }, Request::Write { value, .. }) => {
                let write = Named { call, key, value };
                Reaction::new(Event::Told { write, took, copies: NodeSet::EMPTY }).end(call, Outcome::Done)
            }
            (_, request) => {
                let refused = Outcome::Refused(format!("{node} doesn't lead"));
                Reaction::new(Event::TurnedAway { call, request, node, copies: NodeSet::EMPTY }).end(call, refused)
            }
        })
    }

    fn wake(&mut self, timer: Timer, _: Time) -> Option<Reaction> {
        let Timer::GiveUp(call) = timer else { unreachable!("the other timers are of nodes") };
        let (Open { request, .. }, after) = (self.close(call)?, self.timeout);
        let unknown = matches!(request, Request::Write { .. }).then_some("whether the write counts");
        Some(Reaction::new(Event::GaveUp { call, request, after }).end(call, Outcome::Unanswered(unknown)))
    }
}

/// What a command asks a client for.
pub fn request(command: &Command) -> Request {
    match command {
        Command::Put { key, value, .. } => Request::Write { key: key.clone(), value: value.clone() },
        Command::Get { key, .. } => Request::Read { key: key.clone() },
        _ => unreachable!("it makes calls"),
    }
}
