//! A device: it holds the cart as the last answer had it, changes it, and sends all of it.

use std::rc::Rc;

use super::cart::{Cart, Items};
use super::carts::Seen;
use super::command::Command;
use super::event::Event;
use super::message::Message;
use super::settings::{Clock, Settings};
use super::told::Back;
use super::{Reaction, Timer, Versions};
use crate::cluster::{CallId, Client, ClientId, Host, NodeId, check_is_free, no_such_node};
use crate::contract::{Outcome, Refused};
use crate::key::Key;
use crate::sim::Time;
use crate::wording::shown;

#[derive(Clone)]
pub struct Device {
    settings: Settings,
    id: ClientId,
    /// The cart, of all siblings of the last answer; with its own change as soon as that is made.
    pub items: Rc<Items>,
    /// What the replica says it has seen with that.
    pub seen: Rc<Seen>,
    /// The writes that came with it, for those who follow a run.
    saw: Rc<[CallId]>,
    /// What it has removed, as a replica has acknowledged, by which call, and not added again.
    removed: Rc<Vec<(Key, CallId)>>,
    /// It makes one call at a time. If that is a removal, of what.
    open: Option<(CallId, Option<Key>)>,
    /// Whether that is no more than a question.
    reads: bool,
}

impl Device {
    pub fn new(id: ClientId, settings: &Settings) -> Device {
        Device {
            settings: *settings,
            id,
            items: Rc::default(),
            seen: Rc::default(),
            saw: Rc::default(),
            removed: Rc::default(),
            open: None,
            reads: false,
        }
    }

    /// The replica that it talks to if nothing else is said.
    fn home(&self) -> NodeId {
        NodeId::new((self.id.number() - 1) % self.settings.replicas + 1)
    }

    fn change(&mut self, call: CallId, item: &Key, adds: bool, to: NodeId) -> Reaction {
        let (items, removed) = (Rc::make_mut(&mut self.items), Rc::make_mut(&mut self.removed));
        if adds {
            items.add(item);
            removed.retain(|(other, _)| other != item);
        } else {
            items.remove(item, self.settings.remove);
        }
        let cart = Cart { call, items: (*self.items).clone() };
        let (items, seen, saw) = (self.items.to_string().into(), self.seen_in_words().into(), self.saw.clone());
        let event = Event::CartSent { call, to, item: item.clone(), adds, items, seen, saw };
        Reaction::new(event).send(to, Message::Put { cart, seen: (*self.seen).clone() })
    }

    /// By the time of a clock, no one asks.
    fn seen_in_words(&self) -> String {
        if self.settings.clock == Clock::Lww { String::new() } else { self.seen.words() }
    }

    fn take(&mut self, call: CallId, removal: Option<Key>, carts: &[Cart], seen: &Seen) -> Reaction {
        let mut items = Items::default();
        for (place, cart) in carts.iter().enumerate() {
            if place == 0 { items = cart.items.clone() } else { items.merge(&cart.items) }
        }
        let is_barred = |item: &&Key| carts.iter().any(|cart| cart.items.has(item));
        let barred =
            items.iter().filter(|(_, is_in)| !is_in).map(|(item, _)| item).filter(is_barred).cloned().collect();
        Rc::make_mut(&mut self.removed).extend(removal.map(|item| (item, call)));
        let from = |item: &Key| carts.iter().filter(|cart| cart.items.has(item)).map(|cart| cart.call).collect();
        let back = self.removed.iter().filter(|(item, _)| items.has(item));
        let back =
            back.map(|(item, removal)| Back { item: item.clone(), removal: *removal, from: from(item) }).collect();
        Rc::make_mut(&mut self.removed).retain(|(item, _)| !items.has(item));
        self.items = Rc::new(items);
        self.seen = Rc::new(seen.clone());
        self.saw = carts.iter().map(|cart| cart.call).collect();
        let items: Rc<str> = self.items.to_string().into();
        let outcome = Outcome::Value(Some(items.to_string()));
        let answered = Event::Answered { call, carts: carts.len(), items, back, barred, lost: Rc::default() };
        Reaction::new(answered).end(call, outcome)
    }
}

impl Client<Versions> for Device {
    fn ask(&mut self, call: CallId, command: &Command, _: Time) -> Result<Reaction, Refused> {
        check_is_free(self.id, self.open.as_ref().map(|(open, _)| *open))?;
        let (Command::Add { node, .. } | Command::Remove { node, .. } | Command::Get { node, .. }) = command else {
            unreachable!("nothing else is a call")
        };
        let to = node.unwrap_or_else(|| self.home());
        if to.number() > self.settings.replicas {
            return Err(no_such_node(to, self.settings.replicas.into()));
        }
        let reaction = match command {
            Command::Add { item, .. } => self.change(call, item, true, to),
            Command::Remove { item, .. } if !self.items.has(item) => {
                let reason = format!("the cart that {} knows has no {}", self.id, shown(item.as_str()));
                return Err(Refused::new(reason));
            }
            Command::Remove { item, .. } => self.change(call, item, false, to),
            _ => Reaction::new(Event::GetSent { call, to }).send(to, Message::Get { call }),
        };
        let removal = if let Command::Remove { item, .. } = command { Some(item.clone()) } else { None };
        self.open = Some((call, removal));
        self.reads = matches!(command, Command::Get { .. });
        Ok(reaction.wake(self.settings.timeout, Timer(call)))
    }

    fn hear(&mut self, _: Host, message: &Message, _: Time) -> Option<Reaction> {
        let Message::Carts { call, carts, seen } = message else { unreachable!("nobody asks a device") };
        match self.open.take_if(|(open, _)| open == call) {
            Some((_, removal)) => Some(self.take(*call, removal, carts, seen)),
            None => Some(Reaction::new(Event::AnsweredLate { call: *call })),
        }
    }

    fn wake(&mut self, Timer(call): Timer, _: Time) -> Option<Reaction> {
        self.open.take_if(|(open, _)| *open == call)?;
        let is_write = !self.reads;
        let outcome = Outcome::Unanswered(is_write.then_some("whether the replica has it"));
        Some(Reaction::new(Event::GaveUp { call, waited: self.settings.timeout, is_write }).end(call, outcome))
    }

    fn weight(&self, before: &Device) -> u64 {
        let items = if Rc::ptr_eq(&self.items, &before.items) { 0 } else { self.items.iter().count() * 32 };
        let saw = if Rc::ptr_eq(&self.saw, &before.saw) { 0 } else { self.saw.len() * size_of::<CallId>() };
        (items + saw) as u64
    }
}
