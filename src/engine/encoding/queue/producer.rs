//! The producer: it sends to a topic, and knows no consumer.

use std::collections::VecDeque;
use std::rc::Rc;

use super::command::Command;
use super::message::{Body, Letter, Message, partition_of};
use super::settings::Settings;
use super::{BROKER, Event, Reaction, Timer};
use crate::cluster::CallId;
use crate::contract::{Outcome, Refused};
use crate::sim::Time;

#[derive(Clone)]
pub struct Producer {
    pub settings: Settings,
    /// Every message, and what is known of it.
    pub sent: Rc<Vec<(Letter, Known)>>,
    /// What is on its way, and what must wait its turn.
    open: VecDeque<Sending>,
    numbered: u32,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Known {
    Open,
    /// It does not wait, and takes it for sent.
    Assumed,
    Acknowledged,
    /// No answer has come, and none is waited for any more.
    Unknown,
    /// The broker had no room.
    NoRoom,
}

#[derive(Clone)]
struct Sending {
    letter: Letter,
    sequence: u32,
    attempt: u32,
    began: Time,
    no_room: bool,
}

impl Producer {
    pub fn new(settings: Settings) -> Producer {
        Producer { settings, sent: Rc::default(), open: VecDeque::new(), numbered: 0 }
    }

    fn send(&self, reaction: Reaction, sending: &Sending) -> Reaction {
        let partition = partition_of(&sending.letter.key, self.settings.files()) as u32;
        let (sequence, reply, letter) = (sending.sequence, self.settings.wait, sending.letter.clone());
        let reaction = reaction.send(BROKER, Message::Send { partition, sequence, reply, letter });
        if !reply {
            return reaction;
        }
        reaction.wake(self.settings.timeout, Timer::Answer(sending.letter.call, sending.attempt))
    }

    fn place(&self, call: CallId) -> Option<usize> {
        self.open.iter().position(|sending| sending.letter.call == call && sending.attempt > 0)
    }

    /// The end of a message; where messages are numbered, the next one goes out.
    fn end(&mut self, place: usize, known: Known, event: Event, outcome: Outcome, now: Time) -> Reaction {
        let ended = self.open.remove(place).expect("it is open").letter.call;
        let mut sent = Rc::make_mut(&mut self.sent).iter_mut();
        sent.find(|(letter, _)| letter.call == ended).expect("it was sent").1 = known;
        let mut reaction = Reaction::new(event).end(ended, outcome);
        if let Some(next) = self.open.front_mut().filter(|next| next.attempt == 0) {
            (next.attempt, next.began) = (1, now);
            let next = next.clone();
            reaction = self.send(reaction, &next);
        }
        reaction
    }
}

impl Producer {
    pub fn ask(&mut self, call: CallId, command: &Command, now: Time) -> Result<Reaction, Refused> {
        let Command::Send { key, value, field, .. } = command else { unreachable!("nothing else is a call") };
        let letter = Letter { call, key: key.clone(), body: Body::new(value, field.as_ref()) };
        let is_numbered = self.settings.is_numbered();
        self.numbered += u32::from(is_numbered);
        let waits = is_numbered && !self.open.is_empty();
        let (sequence, attempt) = (if is_numbered { self.numbered } else { 0 }, u32::from(!waits));
        let sending = Sending { letter: letter.clone(), sequence, attempt, began: now, no_room: false };
        let known = if self.settings.wait { Known::Open } else { Known::Assumed };
        Rc::make_mut(&mut self.sent).push((letter, known));
        if !self.settings.wait {
            let event = Event::SentOff { call, key: key.clone() };
            return Ok(self.send(Reaction::new(event).end(call, Outcome::Done), &sending));
        }
        self.open.push_back(sending.clone());
        if waits {
            return Ok(Reaction::new(Event::HeldBack { call }));
        }
        Ok(self.send(Reaction::new(Event::Sent { call, key: key.clone() }), &sending))
    }

    pub fn hear(&mut self, message: &Message, now: Time) -> Option<Reaction> {
        match *message {
            Message::Full { call } => {
                let place = self.place(call)?;
                self.open[place].no_room = true;
                Some(Reaction::new(Event::PutOff { call }))
            }
            Message::Accepted { call } => Some(match self.place(call) {
                None => Reaction::new(Event::AcknowledgedAgain { call }),
                Some(place) => {
                    let event = Event::Acknowledged { call, took: now - self.open[place].began };
                    self.end(place, Known::Acknowledged, event, Outcome::Done, now)
                }
            }),
            _ => unreachable!("all else is for others"),
        }
    }

    pub fn wake(&mut self, timer: Timer, now: Time) -> Option<Reaction> {
        let Timer::Answer(call, attempt) = timer else { return None };
        let place = self.place(call).filter(|place| self.open[*place].attempt == attempt)?;
        let sending = &mut self.open[place];
        let no_room = std::mem::take(&mut sending.no_room);
        if attempt < self.settings.attempts {
            sending.attempt += 1;
            let event = Event::SentAgain { call, waited: self.settings.timeout, attempt: attempt + 1, no_room };
            let sending = sending.clone();
            return Some(self.send(Reaction::new(event), &sending));
        }
        let (known, outcome) = if no_room {
            (Known::NoRoom, Outcome::Refused("the broker has no room".to_owned()))
        } else {
            (Known::Unknown, Outcome::Unanswered(Some("whether the broker has the message")))
        };
        let event = Event::GaveUp { call, no_room };
        Some(self.end(place, known, event, outcome, now))
    }
}
