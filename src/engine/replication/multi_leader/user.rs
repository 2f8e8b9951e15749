//! A user, at a leader or at a device: what it has read, and the one call that it waits for.

use std::rc::Rc;

use super::command::{Asked, Command};
use super::event::Event;
use super::message::{Found, Message, answer};
use super::op::{Op, RecordId};
use super::settings::Settings;
use super::{MultiLeader, Reaction, Timer};
use crate::cluster::{CallId, Client, ClientId, Host, NodeId, check_is_free, no_such_node};
use crate::contract::{Outcome, Refused};
use crate::key::Key;
use crate::sim::Time;
use crate::versions::Vector;

#[derive(Clone)]
pub struct User {
    settings: Settings,
    id: ClientId,
    /// What it has read last under each name, the newest last.
    pub read: Rc<Vec<(Key, Rc<str>)>>,
    /// And what it has seen with that.
    seen: Rc<Vec<(RecordId, Vector)>>,
    /// It makes one call at a time; of a read, the name.
    open: Option<(CallId, Option<Key>)>,
}

impl User {
    pub fn new(id: ClientId, settings: &Settings) -> User {
        User { settings: *settings, id, read: Rc::default(), seen: Rc::default(), open: None }
    }

    /// The leader at its place.
    fn home(&self) -> NodeId {
        NodeId::new(self.id.number())
    }

    fn seen(&self, op: &Op) -> Vector {
        let seen = self.seen.iter().find(|(id, _)| Some(id) == op.record().as_ref());
        seen.map(|(_, seen)| seen.clone()).unwrap_or_default()
    }

    fn take(&mut self, key: &Key, found: &[Found], words: &Rc<str>) {
        let read = Rc::make_mut(&mut self.read);
        read.retain(|(other, _)| other != key);
        read.push((key.clone(), words.clone()));
        let seen = Rc::make_mut(&mut self.seen);
        for Found { id, seen: new, .. } in found {
            seen.retain(|(other, _)| other != id);
            seen.push((id.clone(), new.clone()));
        }
    }
}

impl Client<MultiLeader> for User {
    fn ask(&mut self, call: CallId, command: &Command, _: Time) -> Result<Reaction, Refused> {
        check_is_free(self.id, self.open.as_ref().map(|(open, _)| *open))?;
        let asked = command.call().expect("fate asks no user");
        let to = asked.via.unwrap_or_else(|| self.home());
        if to.number() > self.settings.nodes() {
            return Err(no_such_node(to, self.settings.nodes().into()));
        }
        let (reaction, key) = match asked.asked {
            Asked::Change(Op::Book { from, until, .. }) if from >= until => {
                return Err(Refused::new(format!(
                    "a room can't be booked from {from} to {until}: it has to end later than it begins"
                )));
            }
            Asked::Change(op) => {
                let seen = self.seen(&op);
                let event = Event::WriteSent { call, to, op: op.clone() };
                (Reaction::new(event).send(to, Message::Write { call, op, seen }), None)
            }
            Asked::Read(key) => {
                let event = Event::ReadSent { call, to, key: key.clone() };
                (Reaction::new(event).send(to, Message::Read { call, key: key.clone() }), Some(key))
            }
        };
        self.open = Some((call, key));
        Ok(reaction.wake(self.settings.timeout, Timer::Unanswered(call)))
    }

    fn hear(&mut self, _: Host, message: &Message, _: Time) -> Option<Reaction> {
        let (Message::Done { call } | Message::Declined { call, .. } | Message::Found { call, .. }) = message else {
            unreachable!("nobody asks a user")
        };
        let call = *call;
        let Some((_, key)) = self.open.take_if(|(open, _)| *open == call) else {
            return Some(Reaction::new(Event::AnsweredLate { call }));
        };
        Some(match message {
            Message::Declined { why, .. } => {
                Reaction::new(Event::HeardNo { call }).end(call, Outcome::Refused(why.to_string()))
            }
            Message::Found { found, claims, .. } => {
                let (key, words) = (key.expect("only a read finds anything"), Rc::<str>::from(answer(found, claims)));
                self.take(&key, found, &words);
                let is_there = !found.is_empty() || !claims.is_empty();
                let outcome = Outcome::Value(is_there.then(|| words.to_string()));
                Reaction::new(Event::HasRead { call, key, found: words }).end(call, outcome)
            }
            _ => Reaction::new(Event::Acknowledged { call, lost: Rc::default() }).end(call, Outcome::Done),
        })
    }

    fn wake(&mut self, timer: Timer, _: Time) -> Option<Reaction> {
        let Timer::Unanswered(call) = timer else { unreachable!("users have no peers") };
        let (_, read) = self.open.take_if(|(open, _)| *open == call)?;
        let is_write = read.is_none();
        let outcome = Outcome::Unanswered(is_write.then_some("whether it was done"));
        Some(Reaction::new(Event::GaveUp { call, waited: self.settings.timeout, is_write }).end(call, outcome))
    }

    fn weight(&self, before: &User) -> u64 {
        if Rc::ptr_eq(&self.read, &before.read) { 0 } else { self.read.len() as u64 * 96 }
    }
}
