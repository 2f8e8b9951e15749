//! A machine that does one thing at a time, with a node on it that does not notice.
//!
//! While it works on a request, or is paused, all else waits in line: messages, and the timers as well. So a busy leader's
//! heartbeat is late, and from outside that looks as if it were dead.

use std::collections::VecDeque;

use super::event::Event;
use super::message::Message;
use super::replica::Replica;
use super::{Failover, Reaction, Timer};
use crate::cluster::{self, Host, Node, Power};
use crate::contract::Decision;
use crate::sim::Time;

#[derive(Clone)]
pub struct Busy {
    pub replica: Replica,
    pub line: VecDeque<Job>,
    /// Whether it works or is paused, until when by its own clock, and how often it has begun: its last timer alone counts.
    works: bool,
    until: Time,
    begun: u32,
}

/// What waits for the machine to be free.
#[derive(Clone)]
pub enum Job {
    Heard(Host, Message),
    Woken(Timer),
    /// Somebody wants the node to lead.
    Promotion,
}

impl Busy {
    pub fn new(replica: Replica) -> Busy {
        Busy { replica, line: VecDeque::new(), works: false, until: Time::ZERO, begun: 0 }
    }

    /// Whether what comes has to wait: behind what is being done, and behind what waits already.
    pub fn is_busy(&self) -> bool {
        self.works || !self.line.is_empty()
    }

    /// It does nothing for so long, when what it does now is done.
    pub fn pause(&mut self, time: Time, now: Time) -> Reaction {
        let paused = Reaction::new(Event::Paused { node: self.replica.log.id, time });
        self.work_for(time, now, paused)
    }

    /// Somebody wants the node to lead, and lets it ask for votes.
    pub fn promote(&mut self, now: Time) -> Reaction {
        if !self.is_busy() {
            return self.replica.ask_for_votes(now, true);
        }
        self.line.retain(|job| !matches!(job, Job::Promotion));
        self.line.push_back(Job::Promotion);
        Reaction::new(Event::PromotionWaits { node: self.replica.log.id })
    }

    fn work_for(&mut self, time: Time, now: Time, reaction: Reaction) -> Reaction {
        self.until = self.until.max(now) + time;
        (self.works, self.begun) = (true, self.begun + 1);
        reaction.wake(self.until - now, Timer::Free(self.begun))
    }

    fn work(&mut self, job: Job, now: Time) -> Option<Reaction> {
        match job {
            Job::Promotion if self.replica.leads() => None,
            Job::Promotion => Some(self.replica.ask_for_votes(now, true)),
            Job::Woken(timer) => self.replica.wake(timer, now),
            Job::Heard(from, message) => {
                let takes = self.replica.takes(&message);
                let reaction = self.replica.hear(from, &message, now);
                if takes == Time::ZERO {
                    return reaction;
                }
                Some(self.work_for(takes, now, reaction.unwrap_or_else(Reaction::silent)))
            }
        }
    }

    /// The first in line; when that is done, and has not taken time, the next.
    fn turn(&mut self, now: Time) -> Option<Reaction> {
        let first = self.line.pop_front()?;
        let reaction = self.work(first, now);
        if self.works || self.line.is_empty() {
            return reaction;
        }
        self.begun += 1;
        Some(reaction.unwrap_or_else(Reaction::silent).wake(Time::ZERO, Timer::Free(self.begun)))
    }
}

impl Node<Failover> for Busy {
    fn hear(&mut self, from: Host, message: &Message, now: Time) -> Option<Reaction> {
        if !self.is_busy() {
            return self.work(Job::Heard(from, message.clone()), now);
        }
        self.line.push_back(Job::Heard(from, message.clone()));
        let waits = Event::Waits { node: self.replica.log.id, from, what: cluster::Message::kind(message) };
        (!message.is_routine()).then(|| Reaction::new(waits))
    }

    fn wake(&mut self, timer: Timer, now: Time) -> Option<Reaction> {
        match timer {
            Timer::Free(begun) if begun == self.begun => {
                self.works = false;
                self.turn(now)
            }
            Timer::Free(_) => None,
            timer if self.is_busy() => {
                self.line.push_back(Job::Woken(timer));
                None
            }
            timer => self.work(Job::Woken(timer), now),
        }
    }

    /// What waits in line it decides by itself.
    fn decision(&self, from: Host, message: &Message, _: Time) -> Option<Decision> {
        if self.is_busy() { None } else { self.replica.decision(from, message) }
    }

    fn overrule(&mut self, way: usize) {
        self.replica.log.overrule(way == 0);
    }

    fn stop(&mut self, _: Power) -> String {
        *self = Busy { begun: self.begun, ..Busy::new(self.replica.clone()) };
        self.replica.stop();
        "Its disk keeps everything that was synced.".to_owned()
    }

    fn start(&mut self, now: Time) -> (String, Vec<(Time, Timer)>) {
        self.replica.start(now)
    }

    fn weight(&self, _: &Busy) -> u64 {
        self.replica.weight() + (self.line.len() * size_of::<Job>()) as u64
    }
}
