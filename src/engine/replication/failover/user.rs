//! A client: whom it asks, when it asks again, and what it is shown.

use std::rc::Rc;

use super::command::Command;
use super::event::Event;
use super::message::{Message, RowId};
use super::settings::Settings;
use super::{Reaction, Timer};
use crate::cluster::{CallId, ClientId, Host, NodeId, Service};
use crate::contract::Outcome;
use crate::sim::Time;

/// A client that has waited so long, whomever it has asked, does not ask again when it loses patience: it gives up.
const MAX_WAIT: Time = Time::from_millis(3_000);

#[derive(Clone)]
pub struct User {
    settings: Settings,
    id: ClientId,
    /// Whom it believes to lead.
    pub belief: NodeId,
    open: Vec<Open>,
}

/// What a client asks for.
#[derive(Clone, Debug, PartialEq)]
pub enum Ask {
    Insert(Rc<str>),
    Read(RowId),
}

impl Ask {
    pub fn of(command: &Command) -> Ask {
        match command {
            Command::Insert { name, .. } => Ask::Insert(name.clone()),
            Command::Read { row, .. } => Ask::Read(*row),
            _ => unreachable!("nothing else is a call"),
        }
    }
}

#[derive(Clone)]
struct Open {
    call: CallId,
    ask: Ask,
    /// Whom it has asked last: the cache, before any node.
    to: Option<NodeId>,
    tries: u32,
    /// The one asked last has answered, and knew no leader.
    is_sent_away: bool,
    began: Time,
}

impl User {
    pub fn new(settings: Settings, id: ClientId) -> User {
        User { settings, id, belief: NodeId::new(1), open: Vec::new() }
    }

    /// Many reads of somebody's at once.
    pub fn load(&self, queries: u32) -> Reaction {
        let (client, to) = (self.id, self.belief);
        Reaction::new(Event::LoadSent { client, queries, to }).send(to, Message::Queries { queries })
    }

    /// Asks a node, once more perhaps, and waits for so long.
    fn ask_node(&mut self, place: usize, to: NodeId, reaction: Reaction) -> Reaction {
        self.belief = to;
        let open = &mut self.open[place];
        (open.to, open.is_sent_away, open.tries) = (Some(to), false, open.tries + 1);
        let call = open.call;
        let message = match &open.ask {
            Ask::Insert(name) => Message::Insert { call, name: name.clone() },
            Ask::Read(row) => Message::Read { call, row: *row },
        };
        reaction.send(to, message).wake(self.settings.patience, Timer::Patience(call, open.tries))
    }

    fn place(&self, call: CallId) -> Option<usize> {
        self.open.iter().position(|open| open.call == call)
    }

    pub fn ask(&mut self, call: CallId, command: &Command, now: Time) -> Reaction {
        let ask = Ask::of(command);
        let place = self.open.len();
        self.open.push(Open { call, ask: ask.clone(), to: None, tries: 0, is_sent_away: false, began: now });
        match ask {
            Ask::Insert(name) => {
                let event = Event::Asked { call, to: self.belief, name: Some(name), row: 0 };
                self.ask_node(place, self.belief, Reaction::new(event))
            }
            // The cache is asked first, and knows nothing of leaders.
            Ask::Read(row) => Reaction::silent()
                .send(Service::Cache, Message::LookUp { call, row })
                .wake(self.settings.patience, Timer::Patience(call, 0)),
        }
    }

    pub fn hear(&mut self, from: Host, message: &Message, now: Time) -> Option<Reaction> {
        // Whoever was asked twice may answer twice.
        match (message, from) {
            (Message::Redirect { call, leader }, Host::Node(by)) => self.redirected(*call, by, *leader),
            (Message::Inserted { call, row }, _) => {
                let Open { ask, began, .. } = self.open.remove(self.place(*call)?);
                let Ask::Insert(name) = ask else { unreachable!("it has inserted") };
                let (call, row, took) = (*call, *row, now - began);
                let told = Event::Told { call, row, name, took, twice: None, old: false };
                Some(Reaction::new(told).end(call, Outcome::Value(Some(format!("row {row}")))))
            }
            (Message::Cached { call, name }, _) => self.hear_cache(*call, name.as_ref()),
            (Message::Found { call, name }, _) => {
                let Open { ask: Ask::Read(row), .. } = self.open.remove(self.place(*call)?) else { return None };
                let (call, name) = (*call, name.clone());
                let shown = Reaction::new(Event::Shown { call, row, name: name.clone(), broken: None });
                let shown = shown.end(call, Outcome::Value(name.as_deref().map(str::to_owned)));
                Some(name.into_iter().fold(shown, |it, name| it.send(Service::Cache, Message::Keep { row, name })))
            }
            _ => unreachable!("all else is for others"),
        }
    }

    fn hear_cache(&mut self, call: CallId, name: Option<&Rc<str>>) -> Option<Reaction> {
        let place = self.place(call)?;
        let Ask::Read(row) = self.open[place].ask else { unreachable!("it has read") };
        if let Some(name) = name {
            self.open.remove(place);
            let event = Event::CacheHit { call, row, name: name.clone(), broken: None };
            return Some(Reaction::new(event).end(call, Outcome::Value(Some(name.to_string()))));
        }
        if self.open[place].to.is_some() {
            return None;
        }
        let event = Event::Asked { call, to: self.belief, name: None, row };
        Some(self.ask_node(place, self.belief, Reaction::new(event)))
    }

    /// Only the node that was asked last can send a client elsewhere, so that nobody is sent in two directions.
    fn redirected(&mut self, call: CallId, by: NodeId, leader: Option<NodeId>) -> Option<Reaction> {
        let place = self.place(call).filter(|place| self.open[*place].to == Some(by))?;
        let reaction = Reaction::new(Event::Redirected { call, by, leader });
        Some(match leader {
            Some(leader) => self.ask_node(place, leader, reaction),
            None => {
                self.open[place].is_sent_away = true;
                reaction
            }
        })
    }

    /// It has waited long enough for one answer.
    pub fn wake(&mut self, call: CallId, tries: u32, now: Time) -> Option<Reaction> {
        let place = self.place(call).filter(|place| self.open[*place].tries == tries)?;
        let Open { ref ask, to: asked, is_sent_away, began, .. } = self.open[place];
        let (waited, is_insert) = (now - began, matches!(ask, Ask::Insert(_)));
        let next = |asked: NodeId| NodeId::new(asked.number() % self.settings.nodes + 1);
        let to = asked.map_or(self.belief, next);
        if waited >= MAX_WAIT && asked.is_some() {
            self.belief = to;
            self.open.remove(place);
            let outcome = Outcome::Unanswered(is_insert.then_some("whether the row is inserted"));
            return Some(Reaction::new(Event::GaveUp { call, is_insert, waited }).end(call, outcome));
        }
        let silent = (!is_sent_away).then(|| asked.map_or(Service::Cache.into(), Host::from));
        Some(self.ask_node(place, to, Reaction::new(Event::AskedAgain { call, silent, to })))
    }
}
