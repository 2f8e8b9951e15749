//! A consumer: it takes messages, works on one after the other, and acknowledges each, after its work or before.

use std::collections::VecDeque;

use super::message::{Letter, Message, Tag};
use super::settings::{Ack, Group, Model, Settings, Unknown};
use super::{BROKER, Event, Reaction, STORE, Timer};
use crate::cluster::{CallId, ClientId, Host};
use crate::contract::Refused;

#[derive(Clone)]
pub struct Consumer {
    settings: Settings,
    pub id: ClientId,
    pub life: Life,
    session: u32,
    /// Of those that it was told are its own, a bit each.
    pub partitions: u8,
    /// What it has been given. It works on the first.
    pub inbox: VecDeque<Item>,
    pub doing: Doing,
    /// So many things it has begun: a timer of an older one is no one's.
    begun: u32,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Life {
    Away,
    Dead,
    Member(Group),
}

#[derive(Clone)]
pub struct Item {
    tag: Tag,
    pub letter: Letter,
}

/// What it does with the first message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Doing {
    Nothing,
    Work,
    /// It has sent the effect to the store.
    Apply,
    /// It has sent the acknowledgement to the broker.
    Acknowledge,
}

impl Consumer {
    pub fn new(settings: Settings, id: ClientId) -> Consumer {
        let (life, doing, inbox) = (Life::Away, Doing::Nothing, VecDeque::new());
        Consumer { settings, id, life, session: 0, partitions: 0, inbox, doing, begun: 0 }
    }

    pub fn group(&self) -> Option<Group> {
        if let Life::Member(group) = self.life { Some(group) } else { None }
    }

    pub fn join(&mut self, group: Group) -> Result<Reaction, Refused> {
        if let Some(own) = self.group() {
            return Err(Refused::new(format!("{0} is in {own} already; `leave {0}` lets it go", self.id)));
        }
        let event = Event::Joins { client: self.id, group };
        Ok(self.begin(Reaction::new(event), group))
    }

    pub fn leave(&mut self) -> Result<Reaction, Refused> {
        self.check_member()?;
        let (session, held) = (self.session, self.inbox.len());
        self.end(Life::Away);
        Ok(Reaction::new(Event::Leaves { client: self.id, held }).send(BROKER, Message::Leave { session }))
    }

    pub fn kill(&mut self) -> Result<Reaction, Refused> {
        self.check_member()?;
        let held = self.inbox.len();
        self.end(Life::Dead);
        Ok(Reaction::new(Event::Killed { client: self.id, held }))
    }

    fn check_member(&self) -> Result<(), Refused> {
        let why = || Refused::new(format!("{0} doesn't consume; `join {0}` starts it", self.id));
        self.group().map(|_| ()).ok_or_else(why)
    }

    fn end(&mut self, life: Life) {
        (self.life, self.doing, self.partitions) = (life, Doing::Nothing, 0);
        self.inbox.clear();
        self.begun += 1;
    }

    /// A new session: nothing of an old one counts.
    fn begin(&mut self, reaction: Reaction, group: Group) -> Reaction {
        self.end(Life::Member(group));
        self.session += 1;
        let session = self.session;
        reaction.send(BROKER, Message::Join { session, group }).wake(self.settings.timeout, Timer::Poll(session))
    }

    /// Turns to the first message that it has, if there is one.
    fn turn(&mut self, reaction: Reaction) -> Reaction {
        let Some(tag) = self.inbox.front().map(|item| item.tag) else {
            (self.doing, self.begun) = (Doing::Nothing, self.begun + 1);
            return reaction;
        };
        match self.settings.ack {
            Ack::After => self.work(reaction),
            Ack::Before => self.ask(reaction, Doing::Acknowledge, BROKER, Message::Ack { tag }),
        }
    }

    fn work(&mut self, reaction: Reaction) -> Reaction {
        (self.doing, self.begun) = (Doing::Work, self.begun + 1);
        reaction.wake(self.settings.work, Timer::Worked(self.begun))
    }

    /// Sends something, and waits for an answer.
    fn ask(&mut self, reaction: Reaction, doing: Doing, host: impl Into<Host>, message: Message) -> Reaction {
        (self.doing, self.begun) = (doing, self.begun + 1);
        reaction.send(host, message).wake(self.settings.timeout, Timer::NoAnswer(self.begun))
    }

    /// The first message is done with, one way or the other.
    fn finish(&mut self, reaction: Reaction) -> Reaction {
        self.inbox.pop_front();
        self.turn(reaction)
    }

    fn after(&self) -> Option<CallId> {
        self.inbox.get(1).map(|item| item.letter.call)
    }

    fn is_about(&self, doing: Doing, tag: Tag) -> bool {
        self.doing == doing && self.inbox.front().is_some_and(|item| item.tag == tag)
    }

    pub fn hear(&mut self, message: &Message) -> Option<Reaction> {
        let client = self.id;
        let Some(group) = self.group() else {
            return Some(Reaction::new(Event::Unheard { client, what: message.kind() }));
        };
        match *message {
            Message::Assigned { session, partitions } if session == self.session => {
                self.partitions = partitions;
                let first = self.inbox.front().map(|item| item.tag);
                self.inbox.retain(|item| partitions >> item.tag.partition & 1 == 1 || Some(item.tag) == first);
                Some(Reaction::new(Event::Assigned { client, names: self.settings.names(partitions) }))
            }
            // What it has begun it ends, and hears that it was too late when it acknowledges.
            Message::Expired { session }
                if session == self.session && matches!(self.doing, Doing::Work | Doing::Apply) =>
            {
                Some(Reaction::new(Event::GoesOn { client, call: self.inbox[0].letter.call }))
            }
            Message::Expired { session } if session == self.session => {
                Some(self.begin(Reaction::new(Event::JoinsAgain { client }), group))
            }
            Message::Deliver { tag, times, ref letter } if tag.session == self.session => {
                let call = letter.call;
                self.inbox.push_back(Item { tag, letter: letter.clone() });
                if self.doing != Doing::Nothing {
                    return Some(Reaction::new(Event::Laid { client, call }));
                }
                let event = Event::Taken { client, call, times, ack: self.settings.ack };
                Some(self.turn(Reaction::new(event)))
            }
            Message::Acked { tag, valid } if self.is_about(Doing::Acknowledge, tag) => {
                let (call, next) = (self.inbox[0].letter.call, self.after());
                Some(match (self.settings.ack, valid) {
                    (Ack::Before, true) => self.work(Reaction::new(Event::MayWork { client, call })),
                    (Ack::After, true) => self.finish(Reaction::new(Event::Finished { client, call, next })),
                    (ack, false) => self.finish(Reaction::new(Event::Late { client, call, ack, next })),
                })
            }
            Message::Applied { tag } if self.is_about(Doing::Apply, tag) => {
                let (call, next) = (self.inbox[0].letter.call, self.after());
                Some(match self.settings.ack {
                    Ack::Before => self.finish(Reaction::new(Event::Finished { client, call, next })),
                    Ack::After => {
                        let reaction = Reaction::new(Event::Acknowledges { client, call });
                        self.ask(reaction, Doing::Acknowledge, BROKER, Message::Ack { tag })
                    }
                })
            }
            _ => Some(Reaction::new(Event::PutAside { client, what: message.kind() })),
        }
    }

    pub fn wake(&mut self, timer: Timer) -> Option<Reaction> {
        let (group, client) = (self.group()?, self.id);
        match timer {
            Timer::Poll(session) if session == self.session => {
                let again = Reaction::silent().wake(self.settings.timeout, timer);
                Some(if self.inbox.is_empty() { again.send(BROKER, Message::Poll { session }) } else { again })
            }
            Timer::Worked(begun) if begun == self.begun => Some(self.worked(group)),
            Timer::NoAnswer(begun) if begun == self.begun => {
                let (call, waited, next) = (self.inbox[0].letter.call, self.settings.timeout, self.after());
                Some(if (self.settings.ack, self.doing) == (Ack::Before, Doing::Apply) {
                    self.finish(Reaction::new(Event::NotRepeated { client, call, waited, next }))
                } else {
                    self.begin(Reaction::new(Event::BeginsAnew { client, call, waited }), group)
                })
            }
            _ => None,
        }
    }

    /// Its work on the first message is over: the effect goes to the store.
    fn worked(&mut self, group: Group) -> Reaction {
        let (client, Item { tag, letter, .. }, next) = (self.id, self.inbox[0].clone(), self.after());
        let call = letter.call;
        if letter.body.is_poison() {
            return match (self.settings.ack, self.settings.model) {
                (Ack::Before, _) => self.finish(Reaction::new(Event::Failed { client, call, next })),
                (Ack::After, Model::Queue) => {
                    let reaction = Reaction::new(Event::Rejected { client, call, next });
                    self.finish(reaction.send(BROKER, Message::Reject { tag }))
                }
                (Ack::After, Model::Log) => {
                    self.end(Life::Dead);
                    Reaction::new(Event::Poisoned { client, call })
                }
            };
        }
        let body = match self.settings.unknown {
            Unknown::Keep => letter.body.clone(),
            Unknown::Drop => letter.body.without_unknown(),
        };
        let lost = body != letter.body;
        let letter = Letter { body, ..letter };
        let reaction = Reaction::new(Event::Effects { client, call, lost });
        self.ask(reaction, Doing::Apply, STORE, Message::Apply { tag, group, letter })
    }
}
