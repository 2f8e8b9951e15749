//! A client: it asks the leader one thing after the other, and believes what it hears.

use std::rc::Rc;

use super::command::Command;
use super::event::Event;
use super::message::Message;
use super::{LEADER, ReplicationLog, Timer};
use crate::cluster::{self, CallId, Host, Reaction};
use crate::contract::{Outcome, Refused};
use crate::sim::Time;

/// How long it waits for an answer.
const PATIENCE: Time = Time::from_millis(1_000);

#[derive(Clone, Default)]
pub struct Client {
    /// What it waits for.
    open: Option<CallId>,
    /// As it believes.
    pub in_transaction: bool,
    /// What it has asked last, and what came of it.
    pub last: Option<(Rc<str>, Heard)>,
}

/// What came of a call, as far as the client knows.
#[derive(Clone)]
pub enum Heard {
    Nothing,
    Done(u32),
    Refused,
    GaveUp,
}

impl Client {
    /// Its call is over.
    fn hears(&mut self, heard: Heard) {
        self.open = None;
        let (text, last) = self.last.as_mut().expect("it has asked");
        self.in_transaction = match (&**text, &heard) {
            ("BEGIN", Heard::Done(_)) => true,
            ("COMMIT" | "ROLLBACK", Heard::Done(_)) | (_, Heard::GaveUp) => false,
            _ => self.in_transaction,
        };
        *last = heard;
    }
}

impl cluster::Client<ReplicationLog> for Client {
    fn ask(&mut self, call: CallId, command: &Command, _: Time) -> Result<Reaction<ReplicationLog>, Refused> {
        let (client, number) = (call.client, call.number);
        if let Some(open) = self.open {
            return Err(Refused::new(format!(
                "{client} still waits for the answer to {open}; `run 1s` lets time pass"
            )));
        }
        let text = command.asked().expect("all else is no call");
        self.open = Some(call);
        self.last = Some((text.clone(), Heard::Nothing));
        let event = Event::Asked { client, text: text.clone() };
        Ok(Reaction::new(event)
            .send(LEADER, Message::Statement { number, text })
            .wake(PATIENCE, Timer::NoAnswer(number)))
    }

    fn hear(&mut self, _: Host, message: &Message, _: Time) -> Option<Reaction<ReplicationLog>> {
        let call = self.open?;
        let client = call.client;
        match *message {
            Message::Done { number, rows } if number == call.number => {
                let event = Event::Answered { client, rows };
                self.hears(Heard::Done(rows));
                Some(Reaction::new(event).end(call, Outcome::Done))
            }
            Message::Refusal { number, ref reason } if number == call.number => {
                let event = Event::AnsweredNo { client, reason: reason.clone() };
                self.hears(Heard::Refused);
                Some(Reaction::new(event).end(call, Outcome::Refused(reason.to_string())))
            }
            _ => None,
        }
    }

    fn wake(&mut self, timer: Timer, _: Time) -> Option<Reaction<ReplicationLog>> {
        let Timer::NoAnswer(number) = timer else { unreachable!("all else is of nodes") };
        let call = self.open.filter(|call| call.number == number)?;
        let event = Event::GaveUp { client: call.client, waited: PATIENCE };
        self.hears(Heard::GaveUp);
        Some(Reaction::new(event).end(call, Outcome::Unanswered(Some("whether the leader has done it"))))
    }
}
