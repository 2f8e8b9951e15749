//! What surrounds the hosts of a cluster, and what happens to them next: a clock, a network, and the timers they set.
//!
//! A host is a state machine that sees none of this. It is handed a message or told that a timer has run out, and hands
//! back what it wants to send; the cluster asks [`World::next`] who is to be handed what, one thing at a time, and is at
//! rest in between.

use std::rc::Rc;

use litemap::LiteMap;

use super::host::Host;
use crate::sim::network::Conditions;
use crate::sim::{Envelope, Fate, MessageId, Network, Time};

/// `M` is what messages carry, `T` what a timer is for.
#[derive(Clone, Debug)]
pub struct World<M, T> {
    now: Time,
    pub network: Network<Host, M>,
    /// By the time at which they run out; of two at the same time, the one that was set first.
    timers: Rc<LiteMap<(Time, u64), T>>,
    timers_set: u64,
}

/// One thing that happens.
#[derive(Clone, Debug)]
pub enum Happening<M, T> {
    /// The way of a message has ended.
    Message(Rc<Envelope<Host, M>>, Fate),
    /// A timer has run out.
    Timer(T),
}

impl<M, T: Clone> World<M, T> {
    pub fn new(conditions: Conditions, seed: u64) -> World<M, T> {
        World { now: Time::ZERO, network: Network::new(conditions, seed), timers: Rc::default(), timers_set: 0 }
    }

    pub fn now(&self) -> Time {
        self.now
    }

    pub fn send(&mut self, from: Host, to: Host, message: M) -> MessageId {
        self.network.send(self.now, from, to, message)
    }

    /// Lets `timer` run out in that long.
    pub fn set_timer(&mut self, after: Time, timer: T) {
        self.timers_set += 1;
        Rc::make_mut(&mut self.timers).insert((self.now + after, self.timers_set), timer);
    }

    /// Goes on to the next thing that happens by `until`, and takes it. If there is none, the clock stays.
    pub fn next(&mut self, until: Time) -> Option<Happening<M, T>> {
        let message = self.network.next_time();
        let timer = self.timers.keys().next().copied();
        let next = [message, timer.map(|(time, _)| time)].into_iter().flatten().min()?;
        if next > until {
            return None;
        }
        self.now = self.now.max(next);
        // An answer that comes in the very last moment still counts: messages go before timers.
        if message == Some(next) {
            let (envelope, fate) = self.network.take_due(self.now)?;
            return Some(Happening::Message(envelope, fate));
        }
        let timer = Rc::make_mut(&mut self.timers).remove(&timer?)?;
        Some(Happening::Timer(timer))
    }

    /// Lets the clock go on to `until` over a time in which nothing happens.
    pub fn pass(&mut self, until: Time) {
        debug_assert!(self.network.next_time().is_none_or(|next| next > until), "nothing happens until then");
        self.now = self.now.max(until);
    }

    /// The shortest time passes, and what is due by then is late by it.
    pub fn pass_a_nanosecond(&mut self) {
        self.now += Time::from_nanos(1);
    }

    /// The bytes of a copy, beside what it shares with `before`.
    pub fn weight(&self, before: &World<M, T>) -> u64 {
        let is_shared = Rc::ptr_eq(&self.timers, &before.timers);
        let timers = if is_shared { 0 } else { (self.timers.len() * size_of::<((Time, u64), T)>()) as u64 };
        timers + self.network.weight(&before.network)
    }

    /// What timers run for, in the order in which they run out.
    pub fn timers(&self) -> impl Iterator<Item = &T> {
        self.timers.values()
    }

    /// Whether nothing is in flight, and no timer runs.
    pub fn is_quiet(&self) -> bool {
        self.network.load() == 0 && self.timers.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::replication::NodeId;

    #[test]
    fn things_happen_in_their_order_and_messages_before_timers() {
        let conditions = Conditions { delay: Time::from_millis(10), jitter: Time::ZERO, loss_percent: 0 };
        let mut world: World<&str, &str> = World::new(conditions, 0);
        let [a, b] = [1, 2].map(|number| Host::Node(NodeId::new(number)));
        world.set_timer(Time::from_millis(10), "timer at 10");
        world.set_timer(Time::from_millis(5), "timer at 5");
        world.send(a, b, "message");
        let mut seen = Vec::new();
        while let Some(happening) = world.next(Time::from_millis(10)) {
            seen.push(match happening {
                Happening::Message(envelope, _) => envelope.payload,
                Happening::Timer(timer) => timer,
            });
        }
        assert_eq!(seen, ["timer at 5", "message", "timer at 10"]);
        world.pass(Time::from_millis(30));
        assert_eq!(world.now(), Time::from_millis(30));
        assert!(world.is_quiet());
    }
}
