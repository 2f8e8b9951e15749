//! A replica: it keeps the carts that no other has replaced. Each is on its disk and synced before it answers.

use std::rc::Rc;

use super::cart::Cart;
use super::carts::{Carts, Seen};
use super::event::Event;
use super::message::Message;
use super::settings::Settings;
use super::{Reaction, Timer, Versions};
use crate::cluster::calls::push;
use crate::cluster::{CallId, Host, Node, NodeId, Power};
use crate::sim::Time;
use crate::wording::count;

#[derive(Clone)]
pub struct Replica {
    pub id: NodeId,
    pub carts: Rc<Carts>,
    /// On its disk, too: the writes that it has taken, so that one that comes twice is not a second one.
    taken: Rc<Vec<CallId>>,
    /// The times that it has given to writes, for no two to have one.
    given: Rc<Vec<Time>>,
}

impl Replica {
    pub fn new(id: NodeId, settings: &Settings) -> Replica {
        Replica { id, carts: Rc::new(Carts::none(settings.clock)), taken: Rc::default(), given: Rc::default() }
    }

    /// Tells another replica all that it holds.
    pub fn sync(&self, to: NodeId) -> Reaction {
        let event = Event::SyncSent { from: self.id, to, carts: self.carts.all().len() };
        Reaction::new(event).send(to, Message::Sync { carts: (*self.carts).clone(), back: false })
    }

    fn take(&mut self, from: Host, cart: &Cart, seen: &Seen, now: Time) -> Reaction {
        let (node, call) = (self.id, cart.call);
        if self.taken.contains(&call) {
            return Reaction::new(Event::CameTwice { node, call }).send(from, self.answer(call));
        }
        push(&mut self.taken, call);
        let now = self.time(now);
        let (mark, change) = Rc::make_mut(&mut self.carts).put(node, seen, now, cart.clone());
        let stored = Event::Stored {
            node,
            call,
            mark: Rc::new(mark),
            later: if change.new > 0 { None } else { self.carts.latest() },
            dropped: change.dropped.iter().map(|cart| cart.call).collect(),
            held: self.carts.calls().into(),
            unaware: 0,
            lost: Rc::default(),
        };
        Reaction::new(stored).send(from, self.answer(call))
    }

    /// The time of a write: later than those that it gave before, also within one moment, unless its clock was set back.
    fn time(&mut self, now: Time) -> Time {
        let mut time = now;
        while self.given.contains(&time) {
            time += Time::from_nanos(1);
        }
        push(&mut self.given, time);
        time
    }

    fn answer(&self, call: CallId) -> Message {
        let carts = self.carts.all().into_iter().cloned().collect();
        Message::Carts { call, carts, seen: self.carts.seen() }
    }

    fn merge(&mut self, from: NodeId, other: &Carts, back: bool) -> Reaction {
        let (node, change) = (self.id, Rc::make_mut(&mut self.carts).merge(other));
        let dropped = change.dropped.iter().map(|cart| cart.call).collect();
        let merged = Event::Merged {
            node,
            from,
            came: other.calls().into(),
            new: change.new,
            dropped,
            held: self.carts.calls().into(),
            over: Rc::default(),
            lost: Rc::default(),
        };
        let reaction = Reaction::new(merged);
        if back { reaction } else { reaction.send(from, Message::Sync { carts: (*self.carts).clone(), back: true }) }
    }
}

impl Node<Versions> for Replica {
    fn hear(&mut self, from: Host, message: &Message, now: Time) -> Option<Reaction> {
        let node = self.id;
        match (message, from) {
            (Message::Put { cart, seen }, _) => Some(self.take(from, cart, seen, now)),
            (Message::Get { call }, _) => {
                let event = Event::Asked { node, call: *call, carts: self.carts.all().len() };
                Some(Reaction::new(event).send(from, self.answer(*call)))
            }
            (Message::Sync { carts, back }, Host::Node(from)) => Some(self.merge(from, carts, *back)),
            (Message::Sync { .. } | Message::Carts { .. }, _) => unreachable!("devices send carts one by one"),
        }
    }

    fn wake(&mut self, _: Timer, _: Time) -> Option<Reaction> {
        unreachable!("a replica sets no timers")
    }

    fn stop(&mut self, _: Power) -> String {
        "All that it has acknowledged was synced before, and is on its disk.".to_owned()
    }

    fn start(&mut self, _: Time) -> (String, Vec<(Time, Timer)>) {
        (format!("It finds {} on its disk.", count(self.carts.all().len(), "cart")), Vec::new())
    }

    fn weight(&self, before: &Replica) -> u64 {
        let items = |carts: &Carts| carts.all().iter().map(|cart| cart.items.iter().count() + 2).sum::<usize>();
        let taken =
            if Rc::ptr_eq(&self.taken, &before.taken) { 0 } else { self.taken.len() * size_of::<(CallId, Time)>() };
        let carts = if Rc::ptr_eq(&self.carts, &before.carts) { 0 } else { items(&self.carts) * 32 };
        (taken + carts) as u64
    }
}
