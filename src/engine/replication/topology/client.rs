//! A client: it sends a write or a read to one leader and waits for the answer, one call at a time.

use std::rc::Rc;

use super::command::Command;
use super::event::Event;
use super::message::Message;
use super::rows::Op;
use super::settings::Settings;
use super::{Reaction, Timer, Topology};
use crate::cluster::{self, CallId, ClientId, Host, NodeId, check_is_free, no_such_node};
use crate::contract::{Outcome, Refused};
use crate::key::Key;
use crate::sim::Time;

#[derive(Clone)]
pub struct Client {
    settings: Settings,
    id: ClientId,
    /// What was in each row that it has heard of, the newest last.
    pub knows: Rc<Vec<(Key, Option<u64>)>>,
    open: Option<CallId>,
    /// Whether that is no more than a question.
    reads: bool,
}

impl Client {
    pub fn new(id: ClientId, settings: &Settings) -> Client {
        Client { settings: *settings, id, knows: Rc::default(), open: None, reads: false }
    }

    /// The leader that it talks to if nothing else is said. There are never more clients than leaders.
    fn home(&self) -> NodeId {
        NodeId::new(self.id.number())
    }

    fn learn(&mut self, row: &Key, number: Option<u64>) {
        let knows = Rc::make_mut(&mut self.knows);
        knows.retain(|(other, _)| other != row);
        knows.push((row.clone(), number));
    }
}

impl cluster::Client<Topology> for Client {
    fn ask(&mut self, call: CallId, command: &Command, _: Time) -> Result<Reaction, Refused> {
        check_is_free(self.id, self.open)?;
        self.reads = matches!(command, Command::Get { .. });
        let (Command::Insert { node, .. } | Command::Add { node, .. } | Command::Get { node, .. }) = command else {
            unreachable!("nothing else is a call")
        };
        let to = node.unwrap_or_else(|| self.home());
        if to.number() > self.settings.leaders {
            return Err(no_such_node(to, self.settings.leaders.into()));
        }
        let op = match command {
            Command::Insert { row, number, .. } => Op::Insert { row: row.clone(), number: *number },
            Command::Add { row, number, .. } => Op::Add { row: row.clone(), number: *number },
            Command::Get { row, .. } => {
                self.open = Some(call);
                let asked = Reaction::new(Event::GetSent { call, to, row: row.clone() });
                let get = asked.send(to, Message::Get { call, row: row.clone() });
                return Ok(get.wake(self.settings.timeout, Timer::Call(call)));
            }
            _ => unreachable!("nothing else is a call"),
        };
        self.open = Some(call);
        let sent = Reaction::new(Event::WriteSent { call, to, op: op.clone() });
        Ok(sent.send(to, Message::Write { call, op }).wake(self.settings.timeout, Timer::Call(call)))
    }

    fn hear(&mut self, from: Host, message: &Message, _: Time) -> Option<Reaction> {
        let (Message::Row { call, .. } | Message::No { call, .. }) = message else {
            unreachable!("nobody asks a client")
        };
        let call = *call;
        if self.open.take_if(|open| *open == call).is_none() {
            return Some(Reaction::new(Event::AnsweredLate { call }));
        }
        Some(match message {
            Message::Row { row, number, .. } => {
                self.learn(row, *number);
                let outcome = Outcome::Value(number.map(|number| number.to_string()));
                Reaction::new(Event::Answered { call, from, row: row.clone(), number: *number }).end(call, outcome)
            }
            Message::No { why, .. } => {
                let outcome = Outcome::Refused(why.to_string());
                Reaction::new(Event::HeardNo { call, why: why.clone() }).end(call, outcome)
            }
            _ => unreachable!("nobody asks a client"),
        })
    }

    fn wake(&mut self, timer: Timer, _: Time) -> Option<Reaction> {
        let Timer::Call(call) = timer else { unreachable!("a client waits for its calls alone") };
        self.open.take_if(|open| *open == call)?;
        let is_write = !self.reads;
        let outcome = Outcome::Unanswered(is_write.then_some("whether the leader has done it"));
        Some(Reaction::new(Event::GaveUp { call, waited: self.settings.timeout, is_write }).end(call, outcome))
    }

    fn weight(&self, before: &Client) -> u64 {
        if Rc::ptr_eq(&self.knows, &before.knows) { 0 } else { (self.knows.len() * 40) as u64 }
    }
}
