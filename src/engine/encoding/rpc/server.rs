//! A node: one of the layers that pass a call on, or the last one, which charges.

use std::rc::Rc;

use super::event::Event;
use super::message::{Message, unit};
use super::settings::Settings;
use super::{Reaction, Rpc, Timer};
use crate::cluster::{CallId, Host, Node, NodeId, Power};
use crate::sim::Time;
use crate::wording::count;

#[derive(Clone)]
pub struct Server {
    pub id: NodeId,
    settings: Settings,
    /// On the disk: every charge, with its key.
    pub ledger: Rc<Vec<Charge>>,
    /// So many of them have been synced.
    pub synced: usize,
    /// How often it was asked to charge. That and its numbers outlast a crash, and a number is never used again.
    pub asked: u64,
    numbers: u32,
    /// In memory: what it is working on, or has passed on.
    pub jobs: Vec<Job>,
}

#[derive(Clone)]
pub struct Charge {
    pub call: CallId,
    pub key: Option<Rc<str>>,
    pub euros: u64,
    /// By the clock of the node.
    at: Time,
}

#[derive(Clone)]
pub struct Job {
    number: u32,
    /// Who waits for it: more than one, where a key came again.
    pub callers: Vec<Caller>,
    pub key: Option<Rc<str>>,
    euros: u64,
    /// When the last of them stops waiting, where that is known.
    until: Option<Time>,
    /// Of a call to the next node: the attempt, and when the first one began.
    pub attempt: u32,
    begun: Time,
}

/// Whom to answer, and in which version.
#[derive(Clone, Copy)]
pub struct Caller {
    pub call: CallId,
    host: Host,
    request: u32,
    version: u8,
}

impl Caller {
    fn receipt(self, euros: u64) -> Message {
        Message::Receipt { call: self.call, request: self.request, charged: euros * unit(self.version) }
    }
}

impl Charge {
    /// Whether it charges for the same thing as another.
    pub fn repeats(&self, other: &Charge) -> bool {
        self.call == other.call || self.key.is_some() && self.key == other.key
    }
}

impl Server {
    pub fn new(id: NodeId, settings: Settings) -> Server {
        Server { id, settings, ledger: Rc::default(), synced: 0, asked: 0, numbers: 0, jobs: Vec::new() }
    }

    pub fn charges(&self) -> bool {
        self.id == self.settings.last()
    }

    /// Which version a request means, and whether a header was skipped for that; nothing, where the path is unknown.
    fn understand(&self, path: &str, header: Option<u8>) -> Option<(u8, bool)> {
        match path {
            "/v1/charges" => Some((1, false)),
            "/v2/charges" if self.settings.server_version >= 2 => Some((2, false)),
            "/charges" if self.settings.server_version >= 2 => Some((header.unwrap_or(1), false)),
            // Older than the header: what it does not know, it does not look at.
            "/charges" => Some((1, header.is_some())),
            _ => None,
        }
    }

    /// The rules of keys: what was done is not done again, what is being done is waited for, and a key stands for one
    /// request and no other.
    fn begin(&mut self, mut job: Job, amount: u64, header_skipped: bool, now: Time) -> Reaction {
        let (node, caller) = (self.id, job.callers[0]);
        if let Some(key) = job.key.clone() {
            let in_progress = self.jobs.iter_mut().find(|other| other.key == job.key);
            let done = self.ledger.iter().rev().find(|it| it.key == job.key && now < it.at + self.settings.keep);
            let earlier = in_progress.as_ref().map(|other| other.euros).or(done.map(|it| it.euros));
            if let Some(was) = earlier.filter(|was| *was != job.euros) {
                let conflict = Message::KeyConflict { call: caller.call, request: caller.request };
                return Reaction::new(Event::KeyConflict { node, key, was, amount: job.euros })
                    .send(caller.host, conflict);
            }
            if let Some(same) = in_progress {
                same.until = same.until.zip(job.until).map(|(a, b)| a.max(b));
                same.callers.push(caller);
                return Reaction::new(Event::KeyInProgress { node, key, call: caller.call });
            }
            if let Some(done) = done {
                let receipt = caller.receipt(done.euros);
                return Reaction::new(Event::KeyKnown { node, key }).send(caller.host, receipt);
            }
        }
        job.number = self.next_number();
        let timer = Timer::Effect(job.number);
        let charged = self.ledger.iter().filter(|it| it.call == caller.call).count() as u64;
        self.jobs.push(job);
        Reaction::new(Event::WorkBegun { node, call: caller.call, amount, header_skipped, charged })
            .wake(self.settings.work, timer)
    }

    fn pass_on(&mut self, mut job: Job, now: Time) -> Reaction {
        job.number = self.next_number();
        let (timer, wait) = (Timer::TimeOut(job.number), self.settings.wait(1));
        let (next, message) = (self.next(), self.request(&job, now));
        let event = Event::PassedOn { node: self.id, next, call: job.callers[0].call };
        self.jobs.push(job);
        Reaction::new(event).send(next, message).wake(wait, timer)
    }

    fn request(&self, job: &Job, now: Time) -> Message {
        let version = self.settings.server_version;
        let (path, header) = self.settings.address(version);
        Message::Charge {
            call: job.callers[0].call,
            request: job.number,
            path,
            version: header,
            key: job.key.clone(),
            timeout_ms: left(job.until, now),
            amount: job.euros * unit(version),
        }
    }

    /// The next node has not answered in time.
    fn try_again(&mut self, number: u32, now: Time) -> Option<Reaction> {
        let place = self.jobs.iter().position(|job| job.number == number)?;
        let (host, next, of) = (self.id.into(), self.next(), self.settings.attempts);
        let job = &mut self.jobs[place];
        let call = job.callers[0].call;
        if left(job.until, now) == Some(0) {
            self.jobs.remove(place);
            return Some(Reaction::new(Event::Abandoned { node: self.id, call }));
        }
        if job.attempt == of {
            self.jobs.remove(place);
            return Some(Reaction::new(Event::GaveUp { host, call, attempts: of }));
        }
        job.attempt += 1;
        let (attempt, waited) = (job.attempt, now - job.begun.min(now));
        let message = self.request(&self.jobs[place], now);
        let again = Reaction::new(Event::TriedAgain { host, call, waited, attempt, of });
        Some(again.send(next, message).wake(self.settings.wait(attempt), Timer::TimeOut(number)))
    }

    /// The next node has answered.
    fn pass_back(&mut self, call: CallId, number: u32, answer: impl FnOnce(Caller) -> Message) -> Reaction {
        let Some(job) = self.take(number) else {
            return Reaction::new(Event::AnsweredLate { host: self.id.into(), call });
        };
        let caller = job.callers[0];
        Reaction::new(Event::PassedBack { node: self.id, call, to: caller.host }).send(caller.host, answer(caller))
    }

    fn charge(&mut self, number: u32, now: Time) -> Option<Reaction> {
        let place = self.jobs.iter().position(|job| job.number == number)?;
        let Job { until, euros, ref key, ref callers, .. } = self.jobs[place];
        let (node, call) = (self.id, callers[0].call);
        if left(until, now) == Some(0) {
            self.jobs.remove(place);
            return Some(Reaction::new(Event::Abandoned { node, call }));
        }
        let charge = Charge { call, key: key.clone(), euros, at: now };
        let twice = self.ledger.iter().any(|other| charge.repeats(other));
        Rc::make_mut(&mut self.ledger).push(charge);
        let event = Event::Charged { node, call, amount: euros, twice };
        Some(Reaction::new(event).wake(self.settings.work, Timer::Respond(number)))
    }

    /// A receipt is a promise: before it is sent, the disk is synced.
    fn respond(&mut self, number: u32) -> Option<Reaction> {
        let job = self.take(number)?;
        self.synced = self.ledger.len();
        let event = Event::ReceiptSent { node: self.id, call: job.callers[0].call, answered: job.callers.len() };
        let receipts = job.callers.iter().map(|caller| (caller.host, caller.receipt(job.euros)));
        Some(receipts.fold(Reaction::new(event), |reaction, (host, receipt)| reaction.send(host, receipt)))
    }

    /// A stream of what is synced.
    fn stream(&self, to: Host, call: CallId, after: u32) -> Reaction {
        let of = self.synced as u32;
        let reaction = Reaction::new(Event::StreamBegun { node: self.id, first: after + 1, of });
        if after >= of {
            return reaction.send(to, Message::NoCharges { call });
        }
        reaction.wake(self.settings.work, Timer::Part { to, call, place: after + 1, of })
    }

    fn send_part(&self, to: Host, call: CallId, place: u32, of: u32) -> Reaction {
        let charge = &self.ledger[place as usize - 1];
        let part = Message::Part { call, place, of, charge: charge.call, euros: charge.euros };
        let reaction = Reaction::new(Event::PartSent { node: self.id, place, of }).send(to, part);
        if place == of {
            return reaction;
        }
        reaction.wake(self.settings.work, Timer::Part { to, call, place: place + 1, of })
    }

    fn next(&self) -> NodeId {
        NodeId::new(self.id.number() + 1)
    }

    fn next_number(&mut self) -> u32 {
        self.numbers += 1;
        self.numbers
    }

    fn take(&mut self, number: u32) -> Option<Job> {
        let place = self.jobs.iter().position(|job| job.number == number)?;
        Some(self.jobs.remove(place))
    }
}

impl Node<Rpc> for Server {
    fn hear(&mut self, from: Host, message: &Message, now: Time) -> Option<Reaction> {
        let own = self.settings.server_version;
        Some(match *message {
            Message::Charge { call, request, ref path, version, ref key, timeout_ms, amount } => {
                self.asked += 1;
                let Some((version, header_skipped)) = self.understand(path, version) else {
                    let event = Event::PathUnknown { node: self.id, path: path.clone() };
                    return Some(Reaction::new(event).send(from, Message::NotFound { call, request }));
                };
                let job = Job {
                    number: 0,
                    callers: vec![Caller { call, host: from, request, version }],
                    key: key.clone(),
                    euros: amount / unit(version),
                    until: timeout_ms.map(|left| now + Time::from_millis(left.into())),
                    attempt: 1,
                    begun: now,
                };
                if self.charges() { self.begin(job, amount, header_skipped, now) } else { self.pass_on(job, now) }
            }
            Message::Receipt { call, request, charged } => {
                self.pass_back(call, request, |caller| caller.receipt(charged / unit(own)))
            }
            Message::NotFound { call, request } => {
                self.pass_back(call, request, |caller| Message::NotFound { call, request: caller.request })
            }
            Message::KeyConflict { call, request } => {
                self.pass_back(call, request, |caller| Message::KeyConflict { call, request: caller.request })
            }
            Message::List { call, after } => self.stream(from, call, after),
            Message::Part { .. } | Message::NoCharges { .. } => unreachable!("streams go to clients"),
        })
    }

    fn wake(&mut self, timer: Timer, now: Time) -> Option<Reaction> {
        match timer {
            Timer::Effect(number) => self.charge(number, now),
            Timer::Respond(number) => self.respond(number),
            Timer::TimeOut(number) => self.try_again(number, now),
            Timer::Part { to, call, place, of } => Some(self.send_part(to, call, place, of)),
            Timer::Unanswered(..) => unreachable!("it is of a client"),
        }
    }

    fn stop(&mut self, power: Power) -> String {
        let work = match std::mem::take(&mut self.jobs).len() {
            0 => "It was at rest.".to_owned(),
            jobs => format!("It forgets {} it was working on.", count(jobs, "request")),
        };
        let unsynced = self.ledger.len() - self.synced;
        if power == Power::On || unsynced == 0 {
            return work;
        }
        Rc::make_mut(&mut self.ledger).truncate(self.synced);
        match unsynced {
            1 => format!("{work} 1 charge wasn't synced, and is gone with its key."),
            many => format!("{work} {many} charges weren't synced, and are gone with their keys."),
        }
    }

    fn start(&mut self, _: Time) -> (String, Vec<(Time, Timer)>) {
        self.synced = self.ledger.len();
        let disk = format!("It finds {} on its disk.", count(self.ledger.len(), "charge"));
        (if self.charges() { disk } else { "It remembers nothing.".to_owned() }, Vec::new())
    }

    fn weight(&self, before: &Server) -> u64 {
        let is_shared = Rc::ptr_eq(&self.ledger, &before.ledger);
        let charges = if is_shared { 0 } else { self.ledger.len() * size_of::<Charge>() };
        (charges + self.jobs.len() * size_of::<Job>()) as u64
    }
}

/// The whole milliseconds left until then.
fn left(until: Option<Time>, now: Time) -> Option<u32> {
    until.map(|until| ((until - now.min(until)).as_micros() / 1_000) as u32)
}
