//! Who sees everybody: it keeps the history of all calls, has each page judged that somebody is shown, and counts what the
//! rules cost.

use std::rc::Rc;

use super::Lag;
use super::device::Device;
use super::event::Event;
use super::message::{Message, PARTITIONS};
use super::node::Node;
use super::settings::{LEADER, Settings};
use crate::cluster::calls::push;
use crate::cluster::{self, CallId, Host};
use crate::replication::checker::{self, Breach, Call, Item, Promise, What};
use crate::sim::{Network, Time};

#[derive(Clone, Default)]
pub struct Judge {
    /// What the checker reads: the calls in the order in which they began. It knows pages by number.
    pub history: Rc<Vec<Call>>,
    /// The same calls, by name.
    pub calls: Rc<Vec<(CallId, Device)>>,
    pub pages: Rc<Vec<Rc<str>>>,
    /// The broken promises so far, in the order in which they were broken.
    pub breaches: Rc<Vec<Breach>>,
    pub costs: Costs,
    /// The reads that wait at some node for a partition, and since when.
    held: Rc<Vec<(CallId, usize, Time)>>,
    ticks: u32,
}

/// What the rules cost.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Costs {
    pub reads_on_leader: u64,
    pub reads_on_followers: u64,
    pub reads_held: u64,
    pub held_us: u64,
}

impl cluster::Witness<Lag> for Judge {
    fn new(_: &Settings) -> Judge {
        Judge::default()
    }

    fn sees(&mut self, event: &mut Event, _: &[Rc<Node>], _: &Network<Host, Message>, now: Time) {
        match event {
            Event::PostSent { call, device, item, page, .. } => {
                let page = self.page(page);
                let seen = self.seen(*device, page);
                self.begin(*call, *device, page, What::Add { item: *item, seen });
            }
            Event::ReadSent { call, device, page, routes } => {
                let on_leader = routes.iter().filter(|route| route.node == LEADER).count();
                self.costs.reads_on_leader += on_leader as u64;
                self.costs.reads_on_followers += (routes.len() - on_leader) as u64;
                let page = self.page(page);
                self.begin(*call, *device, page, What::Read { found: Rc::default() });
            }
            Event::Held { call, partition, .. } => {
                self.costs.reads_held += 1;
                Rc::make_mut(&mut self.held).push((*call, *partition, now));
            }
            Event::Applied { partition, answered, .. } => {
                let is_over = |(call, of, _): &mut (CallId, usize, Time)| of == partition && answered.contains(call);
                let over = Rc::make_mut(&mut self.held).extract_if(.., is_over);
                self.costs.held_us += over.map(|(_, _, since)| (now - since).as_micros()).sum::<u64>();
            }
            Event::Acknowledged { call, .. } => {
                self.end(*call);
            }
            Event::Read { call, items, breaches, .. } => {
                let place = self.end(*call);
                Rc::make_mut(&mut self.history)[place].what = What::Read { found: items.clone() };
                let broken = checker::check(&self.history, place, &self.breaches);
                *breaches = broken.iter().map(|breach| self.tell(breach)).collect();
                Rc::make_mut(&mut self.breaches).extend(broken);
            }
            _ => {}
        }
    }

    fn weight(&self, before: &Judge) -> u64 {
        let calls = if Rc::ptr_eq(&self.history, &before.history) { 0 } else { size_of_val(&**self.history) };
        let names = if Rc::ptr_eq(&self.calls, &before.calls) { 0 } else { size_of_val(&**self.calls) };
        let broken = if Rc::ptr_eq(&self.breaches, &before.breaches) { 0 } else { size_of_val(&**self.breaches) };
        (calls + names + broken + size_of_val(&**self.held)) as u64
    }
}

impl Judge {
    fn page(&mut self, name: &Rc<str>) -> u16 {
        let place = self.pages.iter().position(|page| page == name);
        place.unwrap_or_else(|| {
            Rc::make_mut(&mut self.pages).push(name.clone());
            self.pages.len() - 1
        }) as u16
    }

    fn tick(&mut self) -> u32 {
        self.ticks += 1;
        self.ticks
    }

    fn begin(&mut self, call: CallId, device: Device, page: u16, what: What) {
        let began = self.tick();
        push(&mut self.history, Call { user: device.user as u8, page, began, ended: None, what });
        push(&mut self.calls, (call, device));
    }

    /// Notes the end of a call; returns its place.
    fn end(&mut self, call: CallId) -> usize {
        let tick = self.tick();
        let place = self.calls.iter().position(|(id, _)| *id == call).expect("a call ends after it has begun");
        Rc::make_mut(&mut self.history)[place].ended = Some(tick);
        place
    }

    /// The posts of a page that a user has read so far, or was told are written: of what is still on its way nobody knows
    /// yet where it will stand.
    fn seen(&self, device: Device, page: u16) -> Rc<[Item]> {
        let mut seen: Vec<Item> = Vec::new();
        let is_own = |call: &&Call| call.user == device.user as u8 && call.page == page && call.ended.is_some();
        for call in self.history.iter().filter(is_own) {
            match &call.what {
                What::Add { item, .. } => seen.push(*item),
                What::Read { found } => seen.extend(&**found),
            }
        }
        seen.sort_unstable();
        seen.dedup();
        seen.into()
    }

    /// How often a promise was broken.
    pub fn broken(&self, promise: Promise) -> u64 {
        self.breaches.iter().filter(|breach| breach.promise == promise).count() as u64
    }

    /// The broken promise that is told of a read: the first that it has broken.
    pub fn breach(&self, read: usize) -> Option<&Breach> {
        self.breaches.iter().find(|breach| breach.read == read)
    }

    /// The acknowledged posts that the leader has lost, by the calls that made them.
    pub fn lost(&self, leader: &Node) -> Vec<usize> {
        let kept = (0..PARTITIONS).flat_map(|partition| leader.posts(partition).map(|post| post.item));
        checker::lost(&self.history, &kept.collect::<Vec<_>>())
    }

    pub fn tell(&self, breach: &Breach) -> String {
        let what = match breach.promise {
            Promise::OwnWrites => "Read-your-writes is broken",
            Promise::MonotonicReads => "Monotonic reads are broken",
            Promise::ConsistentPrefix => "Consistent prefix is broken",
            Promise::Linearizable => return self.tell_order(breach),
        };
        let ((read, by), (against, other)) = (self.calls[breach.read], self.calls[breach.against]);
        let missing = breach.missing;
        let why = match (&self.history[breach.against].what, breach.promise) {
            (What::Add { item, .. }, Promise::ConsistentPrefix) => {
                format!("post {item} was written by a user who had seen post {missing}")
            }
            (What::Add { .. }, _) if by == other => format!("post {missing} was acknowledged before"),
            (What::Add { .. }, _) => format!("post {missing} was acknowledged before, on {other}"),
            (What::Read { .. }, _) => format!("post {missing} was there before"),
        };
        format!("{what} by {read}, against {against}: {why}.")
    }

    fn tell_order(&self, breach: &Breach) -> String {
        let ((against, _), missing) = (self.calls[breach.against], breach.missing);
        let Some(instead) = breach.instead else {
            return format!("Not linearizable: {against} already knew of post {missing}.");
        };
        match self.history[breach.against].what {
            What::Add { .. } => format!(
                "Not linearizable: {against} had ended before post {instead} was sent, and this page has post {instead} \
                 without post {missing}."
            ),
            What::Read { .. } => format!(
                "Not linearizable: this page has post {instead} without post {missing}, and {against} found post \
                 {missing} without post {instead}."
            ),
        }
    }
}
