//! A client: what it waits for.

use super::command::Command;
use super::event::Event;
use super::message::{Message, says};
use super::{Reaction, RollingUpgrade, Timer};
use crate::cluster::{CallId, Client, Host, check_is_free};
use crate::contract::{Outcome, Refused};
use crate::sim::Time;

/// So long it waits for an answer.
const PATIENCE: Time = Time::from_millis(500);

#[derive(Clone, Default)]
pub struct Caller {
    /// It makes one call at a time.
    open: Option<(CallId, Time)>,
    /// Whether that is no more than a question.
    reads: bool,
}

impl Caller {
    /// The call that an answer is for, which ends by it; how long it took.
    fn close(&mut self, call: CallId, now: Time) -> Option<Time> {
        self.open.take_if(|open| open.0 == call).map(|(_, began)| now - began)
    }
}

impl Client<RollingUpgrade> for Caller {
    fn ask(&mut self, call: CallId, command: &Command, now: Time) -> Result<Reaction, Refused> {
        check_is_free(call.client, self.open.map(|(open, _)| open))?;
        self.open = Some((call, now));
        self.reads = matches!(command, Command::Read { .. });
        let asked = match *command {
            Command::Set { row, field, ref value, node, .. } => {
                let event = Event::SetAsked { call, node, row, field, value: value.clone() };
                Reaction::new(event).send(node, Message::Set { call, row, field, value: value.clone() })
            }
            Command::Read { row, node, .. } => {
                Reaction::new(Event::ReadAsked { call, node, row }).send(node, Message::Read { call, row })
            }
            _ => unreachable!("clients set and read"),
        };
        Ok(asked.wake(PATIENCE, Timer::GiveUp(call)))
    }

    fn hear(&mut self, _: Host, message: &Message, now: Time) -> Option<Reaction> {
        let call = message.call();
        let Some(took) = self.close(call, now) else {
            return Some(Reaction::new(Event::AnsweredLate { client: call.client, call }));
        };
        Some(match *message {
            Message::Saved { .. } => Reaction::new(Event::SavedKnown { call, took }).end(call, Outcome::Done),
            Message::Person { ref name, ref city, ref phone, .. } => {
                let says = says(name, city, phone.as_deref());
                Reaction::new(Event::Answered { call, took, says: says.as_str().into() })
                    .end(call, Outcome::Value(Some(says)))
            }
            Message::Failed { ref why, .. } => Reaction::new(Event::FailureKnown { call, took, why: why.clone() })
                .end(call, Outcome::Refused(why.to_string())),
            _ => unreachable!("all else is for others"),
        })
    }

    fn wake(&mut self, timer: Timer, now: Time) -> Option<Reaction> {
        let Timer::GiveUp(call) = timer else { unreachable!("the other timers are of nodes") };
        let waited = self.close(call, now)?;
        let outcome = Outcome::Unanswered((!self.reads).then_some("whether it was saved"));
        Some(Reaction::new(Event::GaveUp { call, waited }).end(call, outcome))
    }
}
