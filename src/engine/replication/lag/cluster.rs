//! The cluster with its clients: it hands messages to those whom they are for, one at a time, and keeps the history.

use std::rc::Rc;

use super::command::{self, Command};
use super::event::{Event, letter};
use super::node::{Message, Node, PARTITIONS, Post, Reaction};
use super::session::{Asking, Device, OwnWrites, PARAMETERS, Route, Session, Settings, USERS, route};
use super::state;
use crate::command::{BadCommand, Words};
use crate::contract::{BadParameter, CommandForm, Counter, Engine, Outcome, Parameter, Parameters, Probe};
use crate::replication::checker::{self, Breach, Call, Item, Promise, What};
use crate::replication::world::Happening;
use crate::replication::{Host, NodeId, World};
use crate::sim::network::Conditions;
use crate::sim::{Envelope, Network, Rng, Time};

/// How long a message between a client and a node takes at least.
const DELAY: Time = Time::from_millis(10);
/// A run has no more pages: each gets a number of its own.
const MAX_PAGES: usize = 8;
/// A run has no more calls: every read is checked against all before it.
const MAX_CALLS: usize = 2_000;

#[derive(Clone)]
pub struct Lag {
    pub(super) settings: Settings,
    pub(super) world: World<Message, ()>,
    pub(super) nodes: Vec<Node>,
    sessions: [Session; 6],
    rng: Rng,
    pub(super) pages: Rc<Vec<Rc<str>>>,
    posts: Item,
    /// Moments of the history.
    ticks: u32,
    /// What the checker reads.
    pub(super) history: Rc<Vec<Call>>,
    /// What people want to know of the same calls, besides.
    pub(super) records: Rc<Vec<Record>>,
    pub(super) breaches: Rc<Vec<Breach>>,
    /// The message that has just arrived.
    pub(super) passed: Option<Rc<Envelope<Host, Message>>>,
    pub(super) tally: Tally,
}

/// A call beside its entry in the history.
#[derive(Clone)]
pub struct Record {
    pub device: Device,
    pub text: Option<Rc<str>>,
    pub began: Time,
    pub ended: Option<Time>,
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

impl Engine for Lag {
    type Command = Command;
    type Event = Event;

    const PARAMETERS: &'static [Parameter] = PARAMETERS;
    const COMMANDS: &'static [CommandForm] = command::COMMANDS;

    fn open(parameters: &Parameters) -> Result<Lag, BadParameter> {
        let settings = Settings::new(parameters);
        let conditions = Conditions { delay: DELAY, jitter: settings.jitter, loss_percent: 0 };
        let mut world = World::new(conditions, 2 * settings.seed);
        let nodes: Vec<Node> = (1..=settings.followers + 1).map(|number| Node::new(NodeId::new(number))).collect();
        for (place, follower) in (1..).zip(&nodes[1..]) {
            let lag = Time::from_nanos(settings.lag.as_nanos() / u64::from(settings.followers) * place);
            world.network.set_delay(settings.leader().into(), follower.id.into(), lag);
        }
        Ok(Lag {
            settings,
            world,
            nodes,
            sessions: Default::default(),
            rng: Rng::new(2 * settings.seed + 1),
            pages: Rc::default(),
            posts: 0,
            ticks: 0,
            history: Rc::default(),
            records: Rc::default(),
            breaches: Rc::default(),
            passed: None,
            tally: Tally::default(),
        })
    }

    fn parse(words: &mut Words) -> Result<Command, BadCommand> {
        command::parse(words)
    }

    fn execute(&mut self, command: &Command, probe: &mut impl Probe<Self>) -> Outcome {
        let done = match command {
            Command::Post { begin, page, text, device } => self.post(*begin, page, text, *device, probe),
            Command::Reload { begin, page, device, via } => self.reload(*begin, page, *device, *via, probe),
            Command::Delay(a, b, time) => self.set_delay(*a, *b, *time, probe),
            Command::Run(time) => {
                let until = self.world.now() + *time;
                while self.advance(until, probe) {}
                self.world.pass(until);
                self.passed = None;
                probe.step(|| Event::TimePassed { now: until }, self);
                Ok(Outcome::Done)
            }
            Command::Settle => {
                while self.advance(FOREVER, probe) {}
                self.passed = None;
                let now = self.world.now();
                probe.step(|| Event::Settled { now }, self);
                Ok(Outcome::Done)
            }
        };
        done.unwrap_or_else(|reason| {
            self.passed = None;
            probe.step(|| Event::Refused { reason: reason.as_str().into() }, self);
            Outcome::Refused(reason)
        })
    }

    /// A cluster is at rest after every delivery.
    fn may_follow_a_cut(_: &Command) -> bool {
        true
    }

    fn counters(&self) -> Vec<Counter> {
        state::counters(self)
    }

    fn state(&self) -> serde_json::Value {
        state::state(self)
    }
}

/// Later than anything that happens.
const FOREVER: Time = Time::from_nanos(u64::MAX);

impl Lag {
    fn post(
        &mut self,
        begin: bool,
        page: &Rc<str>,
        text: &Rc<str>,
        device: Device,
        probe: &mut impl Probe<Self>,
    ) -> Result<Outcome, String> {
        let page_number = self.page_number(page)?;
        self.posts += 1;
        let item = self.posts;
        let seen = self.seen(device.user, page_number);
        let partition = self.settings.partition(page_number, item);
        let call = self.begin(device, page_number, What::Add { item, seen }, 1, Some(text.clone()), Rc::from([]))?;
        let post = Rc::new(Post { item, page: page_number, user: device.user, text: text.clone() });
        self.send(device.client().into(), self.settings.leader().into(), Message::Post { call, partition, post });
        let page = page.clone();
        probe.step(|| Event::PostSent { device, item, page, partition }, self);
        Ok(self.finish(begin, call, probe))
    }

    fn reload(
        &mut self,
        begin: bool,
        page: &Rc<str>,
        device: Device,
        via: Option<NodeId>,
        probe: &mut impl Probe<Self>,
    ) -> Result<Outcome, String> {
        via.map_or(Ok(()), |node| self.check_node(node))?;
        let page_number = self.page_number(page)?;
        let is_own_page = self
            .history
            .iter()
            .any(|call| call.user == device.user && call.page == page_number && matches!(call.what, What::Add { .. }));
        let (now, settings) = (self.world.now(), self.settings);
        let mut routes = Vec::new();
        for partition in settings.partitions(page_number) {
            // Chance is asked even where a rule decides, so that a rule changes nothing else.
            let chance = self.rng.below(u64::from(settings.followers));
            let asking = Asking { device, partition, is_own_page, via, chance, now };
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
    ) -> Result<usize, String> {
        if self.history.len() >= MAX_CALLS {
            return Err(format!("a run takes no more than {MAX_CALLS} calls"));
        }
        let began = self.tick();
        Rc::make_mut(&mut self.history).push(Call { user: device.user, page, began, ended: None, what });
        let record = Record { device, text, began: self.world.now(), ended: None, routes, left };
        Rc::make_mut(&mut self.records).push(record);
        self.passed = None;
        Ok(self.history.len() - 1)
    }

    /// Lets things happen until the call has ended, unless it was only to be begun.
    fn finish(&mut self, begin: bool, call: usize, probe: &mut impl Probe<Self>) -> Outcome {
        if begin {
            return Outcome::Pending;
        }
        while self.history[call].ended.is_none() && self.advance(FOREVER, probe) {}
        match &self.history[call].what {
            What::Add { .. } => Outcome::Done,
            What::Read { found } => {
                let entries = found.iter().map(|item| (item.to_string(), self.text_of(*item).to_owned()));
                Outcome::Entries(entries.collect())
            }
        }
    }

    /// The next thing that happens by `until`; false if there is none.
    fn advance(&mut self, until: Time, probe: &mut impl Probe<Self>) -> bool {
        let Some(Happening::Message(envelope, _)) = self.world.next(until) else { return false };
        self.passed = Some(envelope.clone());
        match envelope.to {
            Host::Node(node) => self.deliver_to_node(node, &envelope, probe),
            Host::Client(_) => self.deliver_to_client(&envelope.payload, probe),
        }
        true
    }

    fn deliver_to_node(&mut self, id: NodeId, envelope: &Envelope<Host, Message>, probe: &mut impl Probe<Self>) {
        let (now, from) = (self.world.now(), envelope.from);
        let followers: Vec<NodeId> = self.nodes[1..].iter().map(|node| node.id).collect();
        let node = &mut self.nodes[id.index()];
        let reaction = match &envelope.payload {
            Message::Post { call, partition, post } => node.append(from, *call, *partition, post, &followers),
            Message::Replicate { partition, position, post } => node.apply(*partition, *position, post, now),
            Message::Fetch { call, partition, page, at_least } => {
                node.fetch(from, (*call, *partition, *page), *at_least, now)
            }
            Message::Posted { .. } | Message::Page { .. } => unreachable!("answers go to clients"),
        };
        let Reaction { source, event, sends, waited, held } = reaction;
        for (to, message) in sends {
            self.send(id.into(), to, message);
        }
        self.tally.reads_held += u64::from(held);
        self.tally.held_us += waited.as_micros();
        probe.step_at(source, || event, self);
    }

    fn deliver_to_client(&mut self, message: &Message, probe: &mut impl Probe<Self>) {
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
            Message::Page { call, items } => {
                let device = self.records[*call].device;
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
                let breaches = checker::check(&self.history, *call);
                let told: Rc<[String]> = breaches.iter().map(|breach| self.tell(breach)).collect();
                Rc::make_mut(&mut self.breaches).extend(breaches);
                let What::Read { found } = &self.history[*call].what else { unreachable!("it was a read") };
                let (items, page) = (found.clone(), self.pages[usize::from(self.history[*call].page)].clone());
                probe.step(|| Event::Read { device, page, items, breaches: told }, self);
            }
            Message::Post { .. } | Message::Replicate { .. } | Message::Fetch { .. } => {
                unreachable!("clients are asked nothing")
            }
        }
    }

    fn end(&mut self, call: usize) {
        let tick = self.tick();
        Rc::make_mut(&mut self.history)[call].ended = Some(tick);
        Rc::make_mut(&mut self.records)[call].ended = Some(self.world.now());
    }

    fn set_delay(&mut self, a: NodeId, b: NodeId, time: Time, probe: &mut impl Probe<Self>) -> Result<Outcome, String> {
        self.check_node(a)?;
        self.check_node(b)?;
        self.passed = None;
        self.world.network.set_delay(a.into(), b.into(), time);
        probe.step(|| Event::DelaySet { a, b, time }, self);
        Ok(Outcome::Done)
    }

    fn check_node(&self, node: NodeId) -> Result<(), String> {
        if node.index() < self.nodes.len() {
            return Ok(());
        }
        Err(format!("there is no node {node}; there are n1 to n{}", self.nodes.len()))
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
        if self.settings.shared { Device { device: 0, ..device }.place() } else { device.place() }
    }

    fn page_number(&mut self, name: &Rc<str>) -> Result<u8, String> {
        if let Some(place) = self.pages.iter().position(|page| page == name) {
            return Ok(place as u8);
        }
        if self.pages.len() >= MAX_PAGES {
            return Err(format!("there are {MAX_PAGES} pages already; a run has no more"));
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

/// What a figure shows.
impl Lag {
    pub fn settings(&self) -> Settings {
        self.settings
    }

    pub fn now(&self) -> Time {
        self.world.now()
    }

    pub fn nodes(&self) -> &[Node] {
        &self.nodes
    }

    pub fn network(&self) -> &Network<Host, Message> {
        &self.world.network
    }

    /// The message that has just arrived.
    pub fn passed(&self) -> Option<&Envelope<Host, Message>> {
        self.passed.as_deref()
    }

    /// All calls, in the order in which they began.
    pub fn calls(&self) -> impl DoubleEndedIterator<Item = (&Call, &Record)> + ExactSizeIterator {
        self.history.iter().zip(self.records.iter())
    }

    pub fn page(&self, number: u8) -> &str {
        &self.pages[usize::from(number)]
    }

    /// The broken promises so far, in the order in which they were broken.
    pub fn breaches(&self) -> &[Breach] {
        &self.breaches
    }

    /// How many reads went to the leader and to followers, how many had to wait, and for how many microseconds in all.
    pub fn costs(&self) -> [u64; 4] {
        [self.tally.reads_on_leader, self.tally.reads_on_followers, self.tally.reads_held, self.tally.held_us]
    }

    /// What the calls are called in narration: `call 3`, counted from 1.
    pub fn tell(&self, breach: &Breach) -> String {
        let what = match breach.promise {
            Promise::OwnWrites => "Read-your-writes is broken",
            Promise::MonotonicReads => "Monotonic reads are broken",
            Promise::ConsistentPrefix => "Consistent prefix is broken",
            Promise::Linearizable => {
                return format!(
                    "Not linearizable: call {} already knew of post {}.",
                    breach.against + 1,
                    breach.missing
                );
            }
        };
        let missing = breach.missing;
        let why = match (&self.history[breach.against].what, breach.promise) {
            (What::Add { item, .. }, Promise::ConsistentPrefix) => {
                format!("post {item} was written by one who had seen post {missing}")
            }
            (What::Add { .. }, _) => {
                let (by, other) = (self.records[breach.against].device, self.records[breach.read].device);
                let device = if by == other { String::new() } else { format!(", on {by}") };
                format!("post {missing} was acknowledged before{device}")
            }
            (What::Read { .. }, _) => format!("post {missing} was there before"),
        };
        format!("{what} by call {}, against call {}: {why}.", breach.read + 1, breach.against + 1)
    }

    fn text_of(&self, item: Item) -> &str {
        let posts = (0..PARTITIONS).flat_map(|partition| self.nodes[0].log(partition));
        posts.into_iter().find(|post| post.item == item).map_or("", |post| &post.text)
    }

    /// The acknowledged posts that the leader has lost, by the calls that made them.
    pub fn lost(&self) -> Vec<usize> {
        let mut kept: Vec<Item> = Vec::new();
        for partition in 0..PARTITIONS {
            kept.extend(self.nodes[0].log(partition).iter().map(|post| post.item));
        }
        checker::lost(&self.history, &kept)
    }

    /// What a message carries, in words.
    pub fn describe(&self, message: &Message) -> String {
        match message {
            Message::Post { post, .. } => format!("post {}", post.item),
            Message::Posted { .. } => "acknowledgement".to_owned(),
            Message::Replicate { post, partition, position } => {
                format!("post {}, position {position} of partition {}", post.item, letter(*partition))
            }
            Message::Fetch { partition, page, .. } => {
                format!("read of {}, partition {}", self.page(*page), letter(*partition))
            }
            Message::Page { items, .. } => super::event::posts(items),
        }
    }

    /// Whether the rule for own posts lets a follower wait, so that there is a wait to be counted.
    pub fn may_wait(&self) -> bool {
        self.settings.own == OwnWrites::Position
    }

    pub fn user(&self, call: &Call) -> &'static str {
        USERS[usize::from(call.user)]
    }
}
