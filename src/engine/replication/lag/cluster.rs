//! The cluster with its clients: it hands messages to those whom they are for, one at a time, and keeps the history.

use std::rc::Rc;

use super::Lag;
use super::device::{Device, Machine};
use super::event::Event;
use super::message::{LogMessage, LogPosition, Message, Post};
use super::node::{Node, Reaction};
use super::session::{Asking, MAX_PAGES, Route, route};
use super::settings::Kept;
use crate::contract::{Outcome, Probe, Refused};
use crate::replication::checker::{self, Call, Item, What};
use crate::replication::world::Happening;
use crate::replication::{Host, NodeId};
use crate::sim::{Envelope, Fate, Time};

/// A client waits no longer for its answer.
const TIMEOUT: Time = Time::from_millis(60_000);
/// A run has no more calls: every read is checked against all before it.
const MAX_CALLS: usize = 2_000;

/// A call beside its entry in the history.
#[derive(Clone)]
pub struct Record {
    pub device: Device,
    pub text: Option<Rc<str>>,
    pub began: Time,
    pub ended: Option<Time>,
    /// Nobody waits for its answer any more.
    pub gave_up: bool,
    pub routes: Rc<[Route]>,
    /// How many answers are still to come.
    left: usize,
}

#[derive(Clone, Copy, Default)]
pub(super) struct Tally {
    pub reads_on_leader: u64,
    pub reads_on_followers: u64,
    pub reads_held: u64,
    pub held_us: u64,
}

/// Later than anything that happens.
pub(super) const FOREVER: Time = Time::from_nanos(u64::MAX);

impl Lag {
    pub(super) fn post(
        &mut self,
        begin: bool,
        page: &Rc<str>,
        text: &Rc<str>,
        device: Device,
        probe: &mut impl Probe<Self>,
    ) -> Result<Outcome, Refused> {
        let page_number = self.page_number(page)?;
        self.posts += 1;
        let item = self.posts;
        let seen = self.seen(device.user as u8, page_number);
        let partition = self.settings.partition(page_number, item);
        let call = self.begin(device, page_number, What::Add { item, seen }, 1, Some(text.clone()), Rc::from([]))?;
        let post = Rc::new(Post { item, page: page_number, user: device.user, text: text.clone() });
        self.send(device.client().into(), self.settings.leader().into(), Message::Post { call, partition, post });
        let page = page.clone();
        probe.step(|| Event::PostSent { device, item, page, partition }, self);
        Ok(self.finish(begin, call, probe))
    }

    pub(super) fn reload(
        &mut self,
        begin: bool,
        page: &Rc<str>,
        device: Device,
        via: Option<NodeId>,
        probe: &mut impl Probe<Self>,
    ) -> Result<Outcome, Refused> {
        via.map_or(Ok(()), |node| self.check_node(node))?;
        let page_number = self.page_number(page)?;
        let is_own_page = self.history.iter().any(|call| {
            call.user == device.user as u8 && call.page == page_number && matches!(call.what, What::Add { .. })
        });
        let (now, settings) = (self.world.now(), self.settings);
        let mut routes = Vec::new();
        for partition in settings.partitions(page_number) {
            // Chance is asked even where a rule decides, so that a rule changes nothing else.
            let chance = self.rng.below(u64::from(settings.followers));
            let asking = Asking { device, page: page_number, partition, is_own_page, via, chance, now };
            routes.push(route(settings, &self.sessions[self.session_of(device)], &asking));
        }
        let routes: Rc<[Route]> = routes.into();
        let what = What::Read { found: Vec::new() };
        let call = self.begin(device, page_number, what, routes.len(), None, routes.clone())?;
        for Route { partition, node, at_least, .. } in routes.iter().copied() {
            let fetch = Message::Fetch { call, partition, page: page_number, at_least };
            self.send(device.client().into(), node.into(), fetch);
            let count = if node == settings.leader() {
                &mut self.tally.reads_on_leader
            } else {
                &mut self.tally.reads_on_followers
            };
            *count += 1;
        }
        let page = page.clone();
        probe.step(|| Event::ReadSent { device, page, routes: routes.to_vec() }, self);
        Ok(self.finish(begin, call, probe))
    }

    /// Notes a new call; returns its place in the history.
    fn begin(
        &mut self,
        device: Device,
        page: u8,
        what: What,
        left: usize,
        text: Option<Rc<str>>,
        routes: Rc<[Route]>,
    ) -> Result<usize, Refused> {
        if self.history.len() >= MAX_CALLS {
            return Err(Refused::new(format!("a run takes no more than {MAX_CALLS} calls")));
        }
        let began = self.tick();
        Rc::make_mut(&mut self.history).push(Call { user: device.user as u8, page, began, ended: None, what });
        let record = Record { device, text, began: self.world.now(), ended: None, gave_up: false, routes, left };
        Rc::make_mut(&mut self.records).push(record);
        self.world.set_timer(TIMEOUT, self.history.len() - 1);
        Ok(self.history.len() - 1)
    }

    /// Lets things happen until the call has ended, unless it was only to be begun.
    fn finish(&mut self, begin: bool, call: usize, probe: &mut impl Probe<Self>) -> Outcome {
        if begin {
            return Outcome::Pending;
        }
        while self.is_open(call) && self.advance(FOREVER, probe) {}
        if self.records[call].gave_up {
            return Outcome::Refused("no answer within a minute".to_owned());
        }
        match &self.history[call].what {
            What::Add { .. } => Outcome::Done,
            What::Read { found } => {
                let entries = found.iter().map(|item| (item.to_string(), self.text_of(*item).to_string()));
                Outcome::Entries(entries.collect())
            }
        }
    }

    /// The next thing that happens by `until`, which may take no step; false if there is none.
    pub(super) fn advance(&mut self, until: Time, probe: &mut impl Probe<Self>) -> bool {
        let (envelope, fate) = match self.world.next(until) {
            None => return false,
            Some(Happening::Message(envelope, fate)) => (envelope, fate),
            Some(Happening::Timer(call)) => {
                // Most calls were answered long before that.
                if self.is_open(call) {
                    self.give_up(call, probe);
                }
                return true;
            }
        };
        match envelope.to {
            Host::Node(node) if fate != Fate::Arrived => self.lose(node, &envelope, probe),
            Host::Node(node) => self.deliver_to_node(node, &envelope, probe),
            Host::Client(_) | Host::Service(_) => {
                self.passed = Some((envelope.clone(), false));
                self.deliver_to_client(&envelope.payload, probe);
            }
        }
        true
    }

    fn give_up(&mut self, call: usize, probe: &mut impl Probe<Self>) {
        self.passed = None;
        Rc::make_mut(&mut self.records)[call].gave_up = true;
        let device = self.records[call].device;
        probe.step(|| Event::GaveUp { device, call }, self);
    }

    /// A message has come to a node that is off. An acknowledgement of the log takes no step there, either.
    fn lose(&mut self, node: NodeId, envelope: &Rc<Envelope<Host, Message>>, probe: &mut impl Probe<Self>) {
        if matches!(&envelope.payload, Message::Log { message: LogMessage::Appended { .. }, .. }) {
            return;
        }
        self.passed = Some((envelope.clone(), true));
        let what = self.describe(&envelope.payload);
        probe.step(|| Event::Lost { node, what }, self);
    }

    fn is_open(&self, call: usize) -> bool {
        self.history[call].ended.is_none() && !self.records[call].gave_up
    }

    /// Whether nothing is on its way, and nobody waits.
    pub(super) fn is_quiet(&self) -> bool {
        self.world.network.load() == 0 && (0..self.history.len()).all(|call| !self.is_open(call))
    }

    pub(super) fn node_mut(&mut self, id: NodeId) -> &mut Node {
        Rc::make_mut(&mut self.nodes[id.index()])
    }

    pub(super) fn stop(&mut self, id: NodeId, probe: &mut impl Probe<Self>) -> Result<Outcome, Refused> {
        self.check_node(id)?;
        if !self.is_up(id) {
            return Err(Refused::new(format!("{id} is off already")));
        }
        self.world.network.set_up(id.into(), false);
        let held = self.node_mut(id).restart()?;
        probe.step(|| Event::Stopped { node: id, held }, self);
        Ok(Outcome::Done)
    }

    pub(super) fn start(&mut self, id: NodeId, probe: &mut impl Probe<Self>) -> Result<Outcome, Refused> {
        self.check_node(id)?;
        if self.is_up(id) {
            return Err(Refused::new(format!("{id} is not off")));
        }
        self.world.network.set_up(id.into(), true);
        let leader = self.settings.leader();
        let leads = id == leader;
        if leads {
            for (to, message) in self.node_mut(id).lead()? {
                self.send(id.into(), to, message);
            }
        } else {
            let hello = self.nodes[id.index()].hello();
            self.send(id.into(), leader.into(), hello);
        }
        probe.step(|| Event::Started { node: id, leads }, self);
        Ok(Outcome::Done)
    }

    /// What the leader hears of how far its followers are takes no step.
    fn deliver_to_node(&mut self, id: NodeId, envelope: &Rc<Envelope<Host, Message>>, probe: &mut impl Probe<Self>) {
        let (now, from) = (self.world.now(), envelope.from);
        let node = self.node_mut(id);
        let mut answers = Vec::new();
        let reaction = match (&envelope.payload, from) {
            (Message::Post { call, partition, post }, _) => node.append(from, *call, *partition, post),
            (Message::Log { partition, message }, Host::Node(from)) => {
                let (reaction, sends) = node.hear(from, *partition, message, now);
                answers = sends;
                reaction
            }
            (Message::Hello { positions }, Host::Node(from)) => Some(node.resume(from, *positions)),
            (Message::Fetch { call, partition, page, at_least }, _) => {
                Some(node.fetch(from, (*call, *partition, *page), *at_least, now))
            }
            _ => unreachable!("answers go to clients, and only nodes tell each other of their logs"),
        };
        for (to, message) in answers {
            self.send(id.into(), to, message);
        }
        let Some(reaction) = reaction else { return };
        self.passed = Some((envelope.clone(), false));
        let Reaction { source, event, sends, waited, held } = reaction;
        for (to, message) in sends {
            self.send(id.into(), to, message);
        }
        self.tally.reads_held += u64::from(held);
        self.tally.held_us += waited.as_micros();
        probe.step_at(source, || event, self);
    }

    fn deliver_to_client(&mut self, message: &Message, probe: &mut impl Probe<Self>) {
        if let Message::Posted { call, .. } | Message::Page { call, .. } = message
            && self.records[*call].gave_up
        {
            let (device, call) = (self.records[*call].device, *call);
            probe.step(|| Event::TooLate { device, call }, self);
            return;
        }
        match message {
            Message::Posted { call, partition, position } => {
                let device = self.records[*call].device;
                let now = self.world.now();
                let whose = self.session_of(device);
                let session = &mut self.sessions[whose];
                session.last_post = Some(now);
                session.positions[*partition] = session.positions[*partition].max(*position);
                self.end(*call);
                let What::Add { item, .. } = self.history[*call].what else { unreachable!("it was a post") };
                let took = now - self.records[*call].began;
                probe.step(|| Event::Acknowledged { device, item, took }, self);
            }
            Message::Page { call, partition, position, items } => {
                let device = self.records[*call].device;
                self.remember_shown(*call, *partition, *position);
                let history = Rc::make_mut(&mut self.history);
                if let What::Read { found } = &mut history[*call].what {
                    for item in items {
                        let place = found.partition_point(|other| other < item);
                        found.insert(place, *item);
                    }
                }
                let records = Rc::make_mut(&mut self.records);
                records[*call].left -= 1;
                if records[*call].left > 0 {
                    probe.step(|| Event::PartRead { device, items: items.clone() }, self);
                    return;
                }
                self.end(*call);
                let breaches = checker::check(&self.history, *call, &self.breaches);
                let told: Rc<[String]> = breaches.iter().map(|breach| self.tell(breach)).collect();
                Rc::make_mut(&mut self.breaches).extend(breaches);
                let What::Read { found } = &self.history[*call].what else { unreachable!("it was a read") };
                let (items, page) = (found.clone(), self.pages[usize::from(self.history[*call].page)].clone());
                probe.step(|| Event::Read { device, page, items, breaches: told }, self);
            }
            Message::Post { .. } | Message::Log { .. } | Message::Hello { .. } | Message::Fetch { .. } => {
                unreachable!("clients are asked nothing")
            }
        }
    }

    /// A session remembers how far the leader had come when it showed a page.
    fn remember_shown(&mut self, call: usize, partition: usize, position: LogPosition) {
        let Record { device, routes, .. } = &self.records[call];
        let leader = self.settings.leader();
        if routes.iter().any(|route| route.partition == partition && route.node == leader) {
            let (whose, page) = (self.session_of(*device), usize::from(self.history[call].page));
            let shown = &mut self.sessions[whose].from_leader[page][partition];
            *shown = (*shown).max(position);
        }
    }

    fn end(&mut self, call: usize) {
        let tick = self.tick();
        Rc::make_mut(&mut self.history)[call].ended = Some(tick);
        Rc::make_mut(&mut self.records)[call].ended = Some(self.world.now());
    }

    pub(super) fn set_delay(
        &mut self,
        a: NodeId,
        b: NodeId,
        time: Time,
        probe: &mut impl Probe<Self>,
    ) -> Result<Outcome, Refused> {
        self.check_node(a)?;
        self.check_node(b)?;
        self.world.network.set_delay(a.into(), b.into(), time);
        probe.step(|| Event::DelaySet { a, b, time }, self);
        Ok(Outcome::Done)
    }

    fn check_node(&self, node: NodeId) -> Result<(), Refused> {
        if node.index() < self.nodes.len() {
            return Ok(());
        }
        Err(Refused::new(format!("there is no node {node}; there are n1 to n{}", self.nodes.len())))
    }

    fn send(&mut self, from: Host, to: Host, message: Message) {
        self.world.send(from, to, message);
    }

    fn tick(&mut self) -> u32 {
        self.ticks += 1;
        self.ticks
    }

    /// Where the memory of a device is kept.
    fn session_of(&self, device: Device) -> usize {
        match self.settings.session {
            Kept::User => Device { machine: Machine::Laptop, ..device }.place(),
            Kept::Device => device.place(),
        }
    }

    fn page_number(&mut self, name: &Rc<str>) -> Result<u8, Refused> {
        if let Some(place) = self.pages.iter().position(|page| page == name) {
            return Ok(place as u8);
        }
        if self.pages.len() >= MAX_PAGES {
            return Err(Refused::new(format!("there are {MAX_PAGES} pages already; a run has no more")));
        }
        Rc::make_mut(&mut self.pages).push(name.clone());
        Ok(self.pages.len() as u8 - 1)
    }

    /// The posts of a page that a user has read so far, or was told are written: of what is still on its way nobody knows
    /// yet where it will stand.
    fn seen(&self, user: u8, page: u8) -> Vec<Item> {
        let mut seen: Vec<Item> = Vec::new();
        let is_own = |call: &&Call| call.user == user && call.page == page && call.ended.is_some();
        for call in self.history.iter().filter(is_own) {
            let items = match &call.what {
                What::Add { item, .. } => std::slice::from_ref(item),
                What::Read { found } => found,
            };
            for item in items {
                if !seen.contains(item) {
                    seen.push(*item);
                }
            }
        }
        seen
    }
}
