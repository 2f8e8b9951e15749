//! A client: what it has asked for, and what it knows of that.

use std::rc::Rc;

use super::command::Command;
use super::event::Event;
use super::message::{Message, unit};
use super::settings::Settings;
use super::{Reaction, Rpc, Timer};
use crate::cluster::{CallId, Client, Host, NodeId, check_is_free};
use crate::contract::{Outcome, Refused};
use crate::sim::Time;
use crate::wording::count;

#[derive(Clone)]
pub struct Caller {
    settings: Settings,
    /// What it has charged by local calls, in euros.
    pub own: u64,
    /// It makes one call at a time.
    open: Option<Open>,
}

#[derive(Clone)]
struct Open {
    call: CallId,
    asked: Asked,
    attempt: u32,
    /// Counts what it has sent and heard: a time-out that was set before the last of it is over.
    mark: u32,
    began: Time,
}

#[derive(Clone)]
enum Asked {
    Charge {
        euros: u64,
        key: Option<Rc<str>>,
    },
    /// The parts that have come, and of how many.
    List {
        have: Vec<u32>,
        of: u32,
    },
}

impl Open {
    /// The first part that is missing.
    fn lacks(&self) -> u32 {
        let Asked::List { have, .. } = &self.asked else { return 0 };
        (1..).find(|place| !have.contains(place)).expect("there are more numbers than parts")
    }
}

impl Caller {
    pub fn new(settings: Settings) -> Caller {
        Caller { settings, own: 0, open: None }
    }

    fn server(&self, asked: &Asked) -> NodeId {
        match asked {
            Asked::Charge { .. } => NodeId::new(1),
            Asked::List { .. } => self.settings.last(),
        }
    }

    fn request(&self, open: &Open, now: Time) -> Message {
        let Asked::Charge { euros, ref key } = open.asked else {
            return Message::List { call: open.call, after: open.lacks() - 1 };
        };
        let version = self.settings.client_version;
        let (path, header) = self.settings.address(version);
        let left = (open.began + self.settings.patience() - now).as_micros() / 1_000;
        Message::Charge {
            call: open.call,
            request: open.attempt,
            path,
            version: header,
            key: key.clone(),
            timeout_ms: self.settings.deadline.then_some(left as u32),
            amount: euros * unit(version),
        }
    }

    /// The call that an answer is for, which ends by it.
    fn close(&mut self, call: CallId) -> Option<Open> {
        self.open.take_if(|open| open.call == call)
    }

    /// An answer in a word, and what the call came to by it.
    fn conclude(&mut self, call: CallId, answer: &'static str, outcome: Outcome, now: Time) -> Reaction {
        match self.close(call) {
            None => Reaction::new(Event::AnsweredLate { host: call.client.into(), call }),
            Some(open) => {
                Reaction::new(Event::AnsweredInAWord { call, took: now - open.began, answer }).end(call, outcome)
            }
        }
    }

    fn take_part(&mut self, call: CallId, place: u32, total: u32) -> Reaction {
        let late = Event::AnsweredLate { host: call.client.into(), call };
        let Some(open) = self.open.as_mut().filter(|open| open.call == call) else { return Reaction::new(late) };
        let Asked::List { have, of } = &mut open.asked else { unreachable!("only a list is streamed") };
        *of = total.max(*of);
        have.extend(Some(place).filter(|place| !have.contains(place)));
        open.mark += 1;
        let (lacks, mark, of) = (open.lacks(), open.mark, total);
        if lacks > of {
            self.open = None;
            let all = Outcome::Value(Some(count(of, "part")));
            return Reaction::new(Event::StreamEnded { call, place, of }).end(call, all);
        }
        let missing = (1..place).filter(|each| !self.has(*each)).count() as u32;
        Reaction::new(Event::PartCame { call, place, of, missing })
            .wake(self.settings.timeout, Timer::Unanswered(call, mark))
    }

    fn has(&self, place: u32) -> bool {
        matches!(&self.open, Some(Open { asked: Asked::List { have, .. }, .. }) if have.contains(&place))
    }
}

impl Client<Rpc> for Caller {
    fn ask(&mut self, call: CallId, command: &Command, now: Time) -> Result<Reaction, Refused> {
        check_is_free(call.client, self.open.as_ref().map(|open| open.call))?;
        let asked = match command {
            Command::Charge { amount, key, .. } => {
                let own = || self.settings.key.then(|| call.to_string().into());
                Asked::Charge { euros: *amount, key: key.clone().or_else(own) }
            }
            _ => Asked::List { have: Vec::new(), of: 0 },
        };
        let to = self.server(&asked);
        let event = match &asked {
            Asked::Charge { euros, .. } => Event::CallSent { call, to, amount: *euros, of: self.settings.attempts },
            Asked::List { .. } => Event::ListSent { call, to },
        };
        let open = Open { call, asked, attempt: 1, mark: 1, began: now };
        let message = self.request(&open, now);
        self.open = Some(open);
        Ok(Reaction::new(event).send(to, message).wake(self.settings.wait(1), Timer::Unanswered(call, 1)))
    }

    fn hear(&mut self, _: Host, message: &Message, now: Time) -> Option<Reaction> {
        Some(match *message {
            Message::Receipt { call, charged, .. } => match self.close(call) {
                None => Reaction::new(Event::AnsweredLate { host: call.client.into(), call }),
                Some(open) => {
                    let charged = charged / unit(self.settings.client_version);
                    Reaction::new(Event::Answered { call, took: now - open.began, charged })
                        .end(call, Outcome::Value(Some(format!("{charged} € charged"))))
                }
            },
            Message::NotFound { call, .. } => {
                self.conclude(call, "404", Outcome::Refused("404, the node doesn't know that path".to_owned()), now)
            }
            Message::KeyConflict { call, .. } => {
                self.conclude(call, "422", Outcome::Refused("422, the key was used for another amount".to_owned()), now)
            }
            Message::NoCharges { call } => {
                self.conclude(call, "204", Outcome::Value(Some("no charges".to_owned())), now)
            }
            Message::Part { call, place, of, .. } => self.take_part(call, place, of),
            Message::Charge { .. } | Message::List { .. } => unreachable!("nobody asks a client"),
        })
    }

    fn wake(&mut self, timer: Timer, now: Time) -> Option<Reaction> {
        let Timer::Unanswered(call, mark) = timer else { unreachable!("the other timers are of nodes") };
        let mut open = self.open.take_if(|open| open.call == call && open.mark == mark)?;
        let (host, of, waited) = (call.client.into(), self.settings.attempts, now - open.began);
        if open.attempt == of {
            return Some(match open.asked {
                Asked::Charge { .. } => Reaction::new(Event::GaveUp { host, call, attempts: of })
                    .end(call, Outcome::Unanswered(Some("whether it was charged"))),
                Asked::List { ref have, of } => Reaction::new(Event::StreamGivenUp { call, have: have.len(), of })
                    .end(call, Outcome::Unanswered((!have.is_empty()).then_some("what the missing parts say"))),
            });
        }
        open.attempt += 1;
        open.mark += 1;
        let event = match open.asked {
            Asked::Charge { .. } => Event::TriedAgain { host, call, waited, attempt: open.attempt, of },
            Asked::List { .. } => Event::StreamResumed { call, after: open.lacks() - 1 },
        };
        let again = Reaction::new(event).send(self.server(&open.asked), self.request(&open, now));
        let timer = Timer::Unanswered(call, open.mark);
        let reaction = again.wake(self.settings.wait(open.attempt), timer);
        self.open = Some(open);
        Some(reaction)
    }
}
