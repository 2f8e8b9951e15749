//! The cluster: hands each host what happens to it, one thing at a time, and takes one step for each.

use std::rc::Rc;

use serde_json::{Value, json};

use super::calls::{MAX_CALLS, push};
use super::fate::{Fate, Happened, PATIENCE, Skew};
use super::links::{Chosen, Link};
use super::{Call, CallId, Client, ClientId, Host, Message, Node, NodeId, Order, Protocol, Reaction, Service, Witness};
use crate::contract::{Counter, Engine, Outcome, Probe, Refused};
use crate::replication::{Happening, World};
use crate::sim::{self, Envelope, Loss, Network, Time};

/// A run goes on no longer than this.
const MOST_HAPPENINGS: u64 = 500_000;

/// The message whose way ended in the last step, and whether it was lost.
pub type Passed<M> = (Rc<Envelope<Host, M>>, bool);

#[derive(Clone)]
pub struct Cluster<P: Protocol> {
    pub settings: P::Settings,
    pub nodes: Vec<Rc<P::Node>>,
    pub clients: Vec<Rc<P::Client>>,
    pub services: Vec<(Service, Rc<P::Client>)>,
    /// How far the clock of each node is from the true time.
    pub clocks: Vec<Skew>,
    pub calls: Rc<Vec<Call>>,
    pub passed: Option<Passed<P::Message>>,
    pub witness: P::Witness,
    /// How often each node has stopped.
    lives: Vec<u32>,
    /// How many messages and timers there have been.
    happenings: u64,
    world: World<P::Message, Timer<P>>,
}

#[derive(Clone)]
struct Timer<P: Protocol> {
    host: Host,
    /// Of a node, how often it had stopped when it set the timer: a timer is memory, and gone with it.
    life: u32,
    what: P::Timer,
}

impl<P: Protocol> Engine for Cluster<P> {
    type Settings = P::Settings;
    type Command = P::Command;
    type Event = P::Event;

    fn new(settings: P::Settings) -> Cluster<P> {
        let (conditions, seed) = P::conditions(&settings);
        let nodes: Vec<_> = P::nodes(&settings).into_iter().map(Rc::new).collect();
        let ids = (1..=nodes.len() as u8).map(NodeId::new);
        let mut cluster: Cluster<P> = Cluster {
            clocks: ids.map(|id| P::clock(&settings, id)).collect(),
            lives: vec![0; nodes.len()],
            nodes,
            clients: P::clients(&settings).into_iter().map(Rc::new).collect(),
            services: P::services(&settings).into_iter().map(|(name, service)| (name, Rc::new(service))).collect(),
            witness: Witness::new(&settings),
            happenings: 0,
            settings,
            calls: Rc::default(),
            passed: None,
            world: World::new(conditions, seed),
        };
        if let Some(drawn) = P::drawn(&cluster.settings) {
            cluster.world.network.draw_delays(drawn);
        }
        for (a, b, delay) in P::delays(&cluster.settings) {
            cluster.world.network.set_delay(a, b, delay);
        }
        for node in cluster.ids() {
            let (_, timers) = cluster.node_mut(node).start(Time::ZERO);
            cluster.set_timers(node.into(), timers);
        }
        for place in 0..cluster.services.len() {
            let service = cluster.services[place].0;
            let timers = cluster.service_mut(service).start();
            cluster.set_timers(service.into(), timers);
        }
        cluster
    }

    fn carry_out(&mut self, command: &P::Command, probe: &mut impl Probe<Self>) -> Result<Outcome, Refused> {
        self.check_length()?;
        match P::order(command) {
            Order::Fate(fate) => self.be_struck(fate, probe),
            Order::Call { client, begin } => self.call(client, begin, command, probe),
            Order::Own => P::carry_out(self, command, probe),
        }
    }

    fn weight(&self, before: &Self) -> u64 {
        let calls = if Rc::ptr_eq(&self.calls, &before.calls) { 0 } else { self.calls.len() * size_of::<Call>() };
        let nodes = self.nodes.iter().zip(&before.nodes).filter(|(node, before)| !Rc::ptr_eq(node, before));
        let nodes: u64 = nodes.map(|(node, before)| node.weight(before)).sum();
        let clients = self.clients.iter().zip(&before.clients).filter(|(client, before)| !Rc::ptr_eq(client, before));
        let clients: u64 = clients.map(|(client, before)| client.weight(before)).sum();
        self.world.weight(&before.world) + calls as u64 + nodes + clients + self.witness.weight(&before.witness)
    }

    fn counters(&self) -> Vec<Counter> {
        let traffic = self.network().traffic;
        let mut counters = P::counters(self);
        counters.extend([
            Counter { name: "messages_sent", value: traffic.sent },
            Counter { name: "messages_lost", value: traffic.dropped },
            Counter { name: "time_us", value: self.now().as_micros() },
        ]);
        counters
    }

    fn state(&self) -> Value {
        let nodes = self.ids().map(|id| {
            let node = json!({ "node": id.to_string(), "up": self.is_up(id) });
            with(node, P::state(self, id))
        });
        let calls = self.calls.iter().map(|call| {
            let ended = call.ended.as_ref().map(|(time, outcome)| (time.as_micros(), outcome.to_string()));
            json!({ "call": call.id.to_string(), "asked": &*call.asked, "ended": ended })
        });
        let in_flight = self.network().in_flight().map(|it| {
            json!({
                "message": it.id.to_string(), "from": it.from.name(), "to": it.to.name(),
                "about": it.payload.about(),
            })
        });
        let state = json!({
            "time_us": self.now().as_micros(),
            "nodes": nodes.collect::<Value>(),
            "calls": calls.collect::<Value>(),
            "in_flight": in_flight.collect::<Value>(),
        });
        with(state, P::whole(self))
    }
}

/// An object with the fields of another, which take the place of those of the same name.
fn with(mut object: Value, more: Value) -> Value {
    let Value::Object(more) = more else { unreachable!("what a protocol says has names") };
    more.into_iter().for_each(|(name, value)| object[name] = value);
    object
}

/// What can be seen.
impl<P: Protocol> Cluster<P> {
    pub fn now(&self) -> Time {
        self.world.now()
    }

    pub fn network(&self) -> &Network<Host, P::Message> {
        &self.world.network
    }

    pub fn ids(&self) -> impl Iterator<Item = NodeId> + use<P> {
        (1..=self.nodes.len() as u8).map(NodeId::new)
    }

    pub fn client_ids(&self) -> impl Iterator<Item = ClientId> + use<P> {
        (1..=self.clients.len() as u8).map(ClientId::new)
    }

    pub fn is_up(&self, node: NodeId) -> bool {
        self.network().is_up(node.into())
    }

    /// How many calls have come to such an outcome.
    pub fn ended(&self, to: impl Fn(&Outcome) -> bool) -> u64 {
        self.calls.iter().filter(|call| call.outcome().is_some_and(&to)).count() as u64
    }

    /// Whether nothing will happen by itself any more, but for what only keeps things going; and no one waits for an answer.
    pub fn is_quiet(&self) -> bool {
        !self.network().in_flight().any(|message| P::is_news(self, message))
            && !self.calls.iter().any(Call::is_open)
            && !P::goes_on(self)
            && self.world.timers().all(|timer| self.is_stale(timer) || P::is_routine(&timer.what))
    }

    fn is_stale(&self, timer: &Timer<P>) -> bool {
        timer.life != self.life(timer.host)
    }

    fn life(&self, host: Host) -> u32 {
        match host {
            Host::Node(node) => self.lives[node.index()],
            Host::Client(_) | Host::Service(_) => 0,
        }
    }

    /// What the clock of a host shows. Those of nodes alone can be wrong.
    pub fn clock(&self, host: Host) -> Time {
        match host {
            Host::Node(node) => self.clocks[node.index()].clock(self.now()),
            Host::Client(_) | Host::Service(_) => self.now(),
        }
    }
}

/// What happens by itself.
impl<P: Protocol> Cluster<P> {
    /// Lets the next thing happen, if it is by `until`. Tells whether there was one.
    pub fn advance(&mut self, until: Time, probe: &mut impl Probe<Self>) -> Result<bool, Refused> {
        self.check_length()?;
        self.happenings += 1;
        match self.world.next(until) {
            None => return Ok(false),
            // That what is no news is lost, only a reader hears who has asked for it.
            Some(Happening::Message(envelope, sim::Fate::Lost(_))) if !P::is_news(self, &envelope) => {}
            Some(Happening::Message(envelope, sim::Fate::Lost(loss))) => self.lose(envelope, loss, probe),
            Some(Happening::Message(envelope, sim::Fate::Arrived)) => {
                self.arrive(envelope, probe);
            }
            Some(Happening::Timer(timer)) if self.is_stale(&timer) => {}
            Some(Happening::Timer(Timer { host, what, .. })) => {
                let now = self.clock(host);
                let reaction = match host {
                    Host::Node(node) => self.node_mut(node).wake(what, now),
                    Host::Client(client) => self.client_mut(client).wake(what, now),
                    Host::Service(service) => self.service_mut(service).wake(what, now),
                };
                self.react(host, reaction, None, probe);
            }
        }
        Ok(true)
    }

    /// Whether that was a step.
    fn arrive(&mut self, envelope: Rc<Envelope<Host, P::Message>>, probe: &mut impl Probe<Self>) -> bool {
        let (from, to) = (envelope.from, envelope.to);
        let now = self.clock(to);
        if probe.hears_decisions() {
            self.let_decide(&envelope, now, probe);
        }
        let reaction = match to {
            Host::Node(node) => self.node_mut(node).hear(from, &envelope.payload, now),
            Host::Client(client) => self.client_mut(client).hear(from, &envelope.payload, now),
            Host::Service(service) => self.service_mut(service).hear(from, &envelope.payload, now),
        };
        let is_told = reaction.as_ref().is_some_and(|reaction| reaction.told.is_some());
        self.react(to, reaction, Some(envelope), probe);
        is_told
    }

    /// Who could go several ways with a message goes its own, or the one that whoever follows decides for.
    fn let_decide(&mut self, envelope: &Envelope<Host, P::Message>, now: Time, probe: &mut impl Probe<Self>) {
        let (from, message) = (envelope.from, &envelope.payload);
        let decision = match envelope.to {
            Host::Node(node) => self.nodes[node.index()].decision(from, message, now),
            Host::Client(client) => self.clients[client.index()].decision(from, message, now),
            Host::Service(_) => None,
        };
        let Some(decision) = decision else { return };
        let own = decision.own;
        let way = probe.decide(own, || decision);
        match envelope.to {
            Host::Node(node) if way != own => self.node_mut(node).overrule(way),
            Host::Client(client) if way != own => self.client_mut(client).overrule(way),
            _ => {}
        }
    }

    fn lose(&mut self, envelope: Rc<Envelope<Host, P::Message>>, loss: Loss, probe: &mut impl Probe<Self>) {
        let Envelope { id: message, from, to, .. } = *envelope;
        let what = envelope.payload.kind();
        self.passed = Some((envelope, true));
        let event = self.witnessed(Happened::MessageLost { message, what, from, to, loss }.into());
        probe.step(|| event, self);
    }

    /// Does what a host wants after it was handed something, and takes the step, if there is one.
    pub fn react(
        &mut self,
        host: Host,
        reaction: Option<Reaction<P>>,
        arrived: Option<Rc<Envelope<Host, P::Message>>>,
        probe: &mut impl Probe<Self>,
    ) {
        let Some(Reaction { told, sends, timers, ended }) = reaction else { return };
        for (to, message, longer) in sends {
            #[cfg(test)]
            assert!(crate::wire::is_read_back(&message), "{}", message.about());
            let message = self.world.send(host, to, message);
            self.world.network.delay_message(message, longer);
        }
        self.set_timers(host, timers);
        if let Some((id, outcome)) = ended {
            let now = self.now();
            let mut calls = Rc::make_mut(&mut self.calls).iter_mut();
            let call = calls.find(|call| call.id == id).expect("a call ends after it has begun");
            call.ended.get_or_insert_with(|| (now, Rc::new(outcome)));
        }
        if let Some((source, event)) = told {
            self.passed = arrived.map(|envelope| (envelope, false));
            let event = self.witnessed(event);
            probe.step_at(source, || event, self);
        }
    }

    /// As its witness has completed it.
    fn witnessed(&mut self, mut event: P::Event) -> P::Event {
        self.witness.sees(&mut event, &self.nodes, &self.world.network, self.world.now());
        event
    }

    /// Lets the shortest time pass, so that what happens next is later by any clock. What is due by now comes after it.
    pub fn pass_a_nanosecond(&mut self) {
        self.world.pass_a_nanosecond();
    }

    fn set_timers(&mut self, host: Host, timers: Vec<(Time, P::Timer)>) {
        let life = self.life(host);
        for (after, what) in timers {
            self.world.set_timer(after, Timer { host, life, what });
        }
    }
}

/// What a reader does to it.
impl<P: Protocol> Cluster<P> {
    /// A client makes a call; unless that is only to `begin`, what happens goes on until its end.
    pub fn call(
        &mut self,
        client: ClientId,
        begin: bool,
        command: &P::Command,
        probe: &mut impl Probe<Self>,
    ) -> Result<Outcome, Refused> {
        self.check(client.into())?;
        if self.calls.len() >= MAX_CALLS {
            return Err(Refused::new(format!("a run takes no more than {MAX_CALLS} calls")));
        }
        let number = self.calls.iter().filter(|call| call.id.client == client).count() as u32 + 1;
        let (id, now, place) = (CallId { client, number }, self.now(), self.calls.len());
        let reaction = self.client_mut(client).ask(id, command, now)?;
        self.witness.call_begins(id, command, now);
        push(&mut self.calls, Call { id, asked: command.to_string().into(), began: now, ended: None });
        self.react(client.into(), Some(reaction), None, probe);
        if begin && self.calls[place].is_open() {
            return Ok(Outcome::Pending);
        }
        let until = now + PATIENCE;
        while self.calls[place].is_open() && self.advance(until, probe)? {}
        Ok(self.calls[place].outcome().cloned().unwrap_or(Outcome::Pending))
    }

    /// Each fate takes its step where it strikes: that is the line a reader is shown.
    pub fn be_struck(&mut self, fate: &Fate, probe: &mut impl Probe<Self>) -> Result<Outcome, Refused> {
        match *fate {
            Fate::Stop { node, power } => {
                self.check_runs(node, true)?;
                self.world.network.set_up(node.into(), false);
                self.lives[node.index()] += 1;
                let cost = self.node_mut(node).stop(power).into();
                self.tell(Happened::NodeStopped { node, power, cost }, probe)
            }
            Fate::Start { node } => {
                self.check_runs(node, false)?;
                self.world.network.set_up(node.into(), true);
                let now = self.clock(node.into());
                let (with, timers) = self.node_mut(node).start(now);
                self.set_timers(node.into(), timers);
                self.tell(Happened::NodeStarted { node, with: with.into() }, probe)
            }
            Fate::Link(link) => self.be_struck_between(link, probe),
            Fate::Isolate { host } => {
                self.check(host)?;
                self.world.network.isolate(host);
                self.tell(Happened::Isolated { host }, probe)
            }
            Fate::Heal => {
                self.world.network.heal();
                for node in self.ids().filter(|node| self.is_up(*node)).collect::<Vec<_>>() {
                    let timers = self.node_mut(node).reconnect();
                    self.set_timers(node.into(), timers);
                }
                self.tell(Happened::Healed, probe)
            }
            Fate::Skew { node, by } => {
                self.check(node.into())?;
                self.clocks[node.index()] = by;
                self.tell(Happened::ClockSkewed { node, skew: by }, probe)
            }
            Fate::Deliver { message } => {
                let id = self.choose(message)?.id;
                match self.world.network.deliver(id) {
                    None => {
                        let reason = format!("{id} can't be delivered while its way is cut; `heal` opens it");
                        return Err(Refused::new(reason));
                    }
                    Some((envelope, sim::Fate::Lost(loss))) => self.lose(envelope, loss, probe),
                    Some((envelope, sim::Fate::Arrived)) => {
                        let Envelope { id: message, from, to, .. } = *envelope;
                        let what = envelope.payload.kind();
                        if !self.arrive(envelope, probe) {
                            return self.tell(Happened::Delivered { message, what, from, to }, probe);
                        }
                    }
                }
                Ok(Outcome::Done)
            }
            Fate::Drop { message } => {
                let id = self.choose(message)?.id;
                let envelope = self.world.network.drop(id).expect("it is in flight");
                self.lose(envelope, Loss::Dropped, probe);
                Ok(Outcome::Done)
            }
            Fate::Duplicate { message } => {
                let &Envelope { id, from, to, ref payload, .. } = self.choose(message)?;
                let what = payload.kind();
                let copy = self.world.network.duplicate(id).expect("it is in flight");
                self.tell(Happened::MessageDuplicated { message: id, what, from, to, copy }, probe)
            }
            Fate::Run { time } => {
                let until = self.now() + time;
                while self.advance(until, probe)? {}
                self.world.pass(until);
                let in_flight = self.network().load();
                self.tell(Happened::TimePassed { now: until, in_flight }, probe)
            }
            Fate::Settle => {
                let until = self.now() + PATIENCE;
                while !self.is_quiet() && self.advance(until, probe)? {}
                let owed = P::owed(self).map(Rc::from);
                self.tell(Happened::Settled { now: self.now(), is_quiet: self.is_quiet(), owed }, probe)
            }
        }
    }

    fn be_struck_between(&mut self, link: Link, probe: &mut impl Probe<Self>) -> Result<Outcome, Refused> {
        match link {
            Link::Cut { a, b } => {
                self.check_link(a, b)?;
                self.world.network.cut(a, b);
                self.tell(Happened::LinkCut { a, b }, probe)
            }
            Link::CutWay { from, to } => {
                self.check_link(from, to)?;
                self.world.network.cut_way(from, to);
                self.tell(Happened::WayCut { from, to }, probe)
            }
            Link::Delay { a, b, delay } => {
                self.check_link(a, b)?;
                self.world.network.set_delay(a, b, delay);
                self.tell(Happened::LinkDelayed { a, b, delay }, probe)
            }
            Link::DelayMessage { message, time: by } => {
                let &Envelope { id, from, to, ref payload, .. } = self.choose(message)?;
                let what = payload.kind();
                self.world.network.delay_message(id, by);
                self.tell(Happened::MessageDelayed { message: id, what, from, to, by }, probe)
            }
        }
    }

    /// A step of the cluster's own.
    #[track_caller]
    pub fn tell(&mut self, happened: impl Into<P::Event>, probe: &mut impl Probe<Self>) -> Result<Outcome, Refused> {
        self.passed = None;
        let event = self.witnessed(happened.into());
        probe.step(|| event, self);
        Ok(Outcome::Done)
    }

    fn choose(&self, chosen: Chosen) -> Result<&Envelope<Host, P::Message>, Refused> {
        const MOST_LISTED: usize = 8;
        let network = self.network();
        let found = match chosen {
            Chosen::ById(id) => network.message(id),
            Chosen::OnTheWay(from, to) => network.in_flight().find(|each| each.from == from && each.to == to),
        };
        let Some(message) = found else {
            let listed = network.in_flight().take(MOST_LISTED);
            let listed: Vec<_> = listed.map(|each| format!("{} ({}>{})", each.id, each.from, each.to)).collect();
            let listed = if listed.is_empty() { "nothing".to_owned() } else { listed.join(", ") };
            let more = if network.load() > MOST_LISTED { ", …" } else { "" };
            return Err(Refused::new(format!("{chosen} isn't in flight; in flight: {listed}{more}")));
        };
        Ok(message)
    }

    pub fn check(&self, host: Host) -> Result<(), Refused> {
        match host {
            Host::Node(node) if node.index() >= self.nodes.len() => Err(no_such_node(node, self.nodes.len())),
            Host::Client(client) if client.index() >= self.clients.len() => {
                Err(Refused::new(format!("there is no {client}; clients are {}", names('c', self.clients.len()))))
            }
            Host::Service(service) if !self.services.iter().any(|(name, _)| *name == service) => {
                Err(Refused::new(format!("there is no {} here", service.name())))
            }
            _ => Ok(()),
        }
    }

    /// Whether a node is there and runs, where it is to do something.
    pub fn check_is_up(&self, node: NodeId) -> Result<(), Refused> {
        self.check(node.into())?;
        if self.is_up(node) { Ok(()) } else { Err(Refused::new(format!("{node} is off; `start {node}` starts it"))) }
    }

    /// Heartbeats go on for as long as time does, most of them unseen, and each has to be simulated.
    fn check_length(&self) -> Result<(), Refused> {
        if self.happenings < MOST_HAPPENINGS {
            return Ok(());
        }
        Err(Refused::new("a run has at most 500,000 messages and timers, heartbeats included: begin anew"))
    }

    pub fn check_link(&self, a: Host, b: Host) -> Result<(), Refused> {
        self.check(a)?;
        self.check(b)?;
        if a == b { Err(Refused::new(format!("{a} is one host, and a link needs two"))) } else { Ok(()) }
    }

    fn check_runs(&self, node: NodeId, runs: bool) -> Result<(), Refused> {
        self.check(node.into())?;
        match (self.is_up(node), runs) {
            (false, true) => Err(Refused::new(format!("{node} is off already; `start {node}` starts it"))),
            (true, false) => Err(Refused::new(format!("{node} runs; `stop {node}` stops it"))),
            _ => Ok(()),
        }
    }

    /// One node more, which starts from its disk. Returns with what, as a sentence.
    pub fn join(&mut self, node: P::Node) -> String {
        self.nodes.push(Rc::new(node));
        self.clocks.push(Skew::default());
        self.lives.push(0);
        let id = NodeId::new(self.nodes.len() as u8);
        let now = self.now();
        let (with, timers) = self.node_mut(id).start(now);
        self.set_timers(id.into(), timers);
        with
    }

    pub fn node_mut(&mut self, node: NodeId) -> &mut P::Node {
        Rc::make_mut(&mut self.nodes[node.index()])
    }

    pub fn service_mut(&mut self, service: Service) -> &mut P::Client {
        let found = self.services.iter_mut().find(|(name, _)| *name == service);
        Rc::make_mut(&mut found.expect("what is sent to and checked is there").1)
    }

    pub fn client_mut(&mut self, client: ClientId) -> &mut P::Client {
        Rc::make_mut(&mut self.clients[client.index()])
    }
}

/// A client that makes one call at a time makes none while another is open.
#[track_caller]
pub fn check_is_free(client: ClientId, open: Option<CallId>) -> Result<(), Refused> {
    match open {
        Some(open) => Err(Refused::new(format!("{client} waits for the end of {open}, and makes one call at a time"))),
        None => Ok(()),
    }
}

/// What is said of a node that is none of so many.
#[track_caller]
pub fn no_such_node(node: NodeId, many: usize) -> Refused {
    Refused::new(format!("there is no {node}; nodes are {}", names('n', many)))
}

/// `n1`, `n1 to n3`.
fn names(letter: char, many: usize) -> String {
    if many == 1 { format!("{letter}1 alone") } else { format!("{letter}1 to {letter}{many}") }
}
