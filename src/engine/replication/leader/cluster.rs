//! The cluster: hands each host what happens to it, one thing at a time, and takes one step for each.

use std::rc::Rc;

use super::command::{self, CLIENTS, Command, MAX_NODES, Mode, Settings};
use super::event::{Event, Lost, Missing};
use super::message::Message;
use super::state;
use crate::command::{BadCommand, Words};
use crate::contract::{BadParameter, CommandForm, Counter, Engine, Outcome, Parameter, Parameters, Probe};
use crate::replication::history::{Request, Returned};
use crate::replication::replicated_log::{Entry, Node, Role, Rule};
use crate::replication::{CallId, ClientId, Happening, History, Host, NodeId, NodeSet, World};
use crate::sim::network::Conditions;
use crate::sim::{Envelope, Fate, Network, Time};
use crate::storage::Key;

pub(super) const FOREVER: Time = Time::from_nanos(u64::MAX);
/// A run has no more calls: each read is checked against all before it, and a disk has room for so many.
const MAX_CALLS: usize = 1_000;
const DISK: u64 = 1 << 22;

/// A node, and the clients whose writes wait there.
#[derive(Clone)]
pub struct Seat {
    pub node: Node,
    /// By the position of their write.
    pub(super) waiting: Vec<(usize, CallId)>,
}

impl Seat {
    /// How many clients wait for an answer here.
    pub fn waiting(&self) -> usize {
        self.waiting.len()
    }
}

/// A write as it was put into a log.
#[derive(Clone)]
pub(super) struct Write {
    pub call: CallId,
    pub position: usize,
    pub entry: Entry,
    pub told: bool,
}

#[derive(Clone)]
pub struct Leader {
    pub(super) settings: Settings,
    pub(super) modes: [Mode; MAX_NODES as usize],
    pub(super) world: World<Message, CallId>,
    pub(super) seats: Vec<Rc<Seat>>,
    /// The nodes that have a copy, or had one.
    pub(super) members: NodeSet,
    /// Whom people have named, and clients ask.
    pub(super) leader: NodeId,
    pub(super) history: History,
    calls: [u32; CLIENTS as usize],
    pub(super) writes: Rc<Vec<Write>>,
    pub(super) passed: Option<(Rc<Envelope<Host, Message>>, bool)>,
}

impl Engine for Leader {
    type Command = Command;
    type Event = Event;

    const PARAMETERS: &'static [Parameter] = command::PARAMETERS;
    const COMMANDS: &'static [CommandForm] = command::COMMANDS;

    fn open(parameters: &Parameters) -> Result<Leader, BadParameter> {
        let settings = Settings::new(parameters);
        let conditions = Conditions { delay: settings.delay, jitter: settings.jitter, loss_percent: 0 };
        let mut leader = Leader {
            settings,
            modes: command::modes(parameters),
            world: World::new(conditions, settings.seed),
            seats: Vec::new(),
            members: NodeSet::EMPTY,
            leader: NodeId::new(1),
            history: History::default(),
            calls: [0; CLIENTS as usize],
            writes: Rc::default(),
            passed: None,
        };
        leader.members = (1..=settings.followers + 1).map(NodeId::new).collect();
        for node in leader.members.iter() {
            leader.seat_node(node);
        }
        leader.keep_rule();
        // All have long agreed that n1 leads: it is no part of the run that they are told.
        let (sends, first) = (leader.seat_mut(NodeId::new(1)).node.appoint(1), NodeId::new(1));
        for (to, message) in sends.unwrap_or_default() {
            let back = leader.seat_mut(to).node.receive(first, message).unwrap_or_default();
            for (_, message) in back {
                let _ = leader.seat_mut(first).node.receive(to, message);
            }
        }
        Ok(leader)
    }

    fn parse(words: &mut Words) -> Result<Command, BadCommand> {
        command::parse(words)
    }

    fn execute(&mut self, command: &Command, probe: &mut impl Probe<Leader>) -> Outcome {
        self.carry_out(command, probe).unwrap_or_else(|reason| {
            self.step(Event::CommandRefused { reason: reason.as_str().into() }, probe);
            Outcome::Refused(reason)
        })
    }

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

/// What can be seen from outside.
impl Leader {
    pub fn now(&self) -> Time {
        self.world.now()
    }

    pub fn network(&self) -> &Network<Host, Message> {
        &self.world.network
    }

    pub fn nodes(&self) -> impl Iterator<Item = NodeId> + use<> {
        (1..=self.seats.len() as u8).map(NodeId::new)
    }

    pub fn seat(&self, node: NodeId) -> &Seat {
        &self.seats[node.index()]
    }

    pub fn is_up(&self, node: NodeId) -> bool {
        self.world.network.is_up(node.into())
    }

    /// Whom people have named.
    pub fn leader(&self) -> NodeId {
        self.leader
    }

    /// Whether a node believes that it leads.
    pub fn leads(&self, node: NodeId) -> bool {
        self.is_up(node) && self.seat(node).node.role() == Role::Leader
    }

    pub fn mode(&self, node: NodeId) -> Mode {
        self.modes[node.index()]
    }

    pub fn is_member(&self, node: NodeId) -> bool {
        self.members.contains(node)
    }

    pub fn history(&self) -> &History {
        &self.history
    }

    /// The value of a write that has come to some node.
    pub fn value_of(&self, write: CallId) -> Option<&str> {
        self.writes.iter().find(|it| it.call == write).map(|it| text(it.entry.value()))
    }

    /// When a client is told, as the modes have it: what follows on `A client is told when`.
    pub fn rule_in_words(&self) -> String {
        let mut rule = self.rule();
        // The leader has it always.
        rule.all = rule.all.without([self.leader].into_iter().collect());
        if rule.one.contains(self.leader) {
            rule.one = NodeSet::EMPTY;
        }
        if rule.is_nothing() { "the leader has it".to_owned() } else { format!("the leader has it, and {rule}") }
    }

    /// The message whose way has just ended, and whether it was lost.
    pub fn passed(&self) -> Option<(&Envelope<Host, Message>, bool)> {
        self.passed.as_ref().map(|(envelope, lost)| (&**envelope, *lost))
    }

    /// The writes of which clients were told, and which the leader does not have.
    pub fn lost(&self) -> Vec<Lost> {
        let node = &self.seat(self.leader).node;
        let lost = |write: &&Write| write.told && !has(node, write);
        let tell = |write: &Write| {
            let [key, value] = [write.entry.key(), write.entry.value()].map(text);
            let instead = node.find(write.entry.key()).map(|(_, entry)| text(entry.value()).into());
            Lost { call: write.call, key: Key::new(key), value: value.into(), instead }
        };
        self.writes.iter().filter(lost).map(tell).collect()
    }

    /// What a write at `position` still waits for on `node`.
    pub(super) fn missing(&self, node: NodeId, position: usize) -> Missing {
        let log = &self.seat(node).node;
        let Missing { all, one } = self.rule();
        let has = |each: &NodeId| *each == node || log.acknowledged_by(*each) >= position;
        let had: NodeSet = self.members.iter().filter(has).collect();
        let one = if one.without(had) == one { one } else { NodeSet::EMPTY };
        Missing { all: all.without(had), one }
    }

    /// Whom each write has to wait for.
    fn rule(&self) -> Missing {
        let of = |mode| self.members.iter().filter(|node| self.mode(*node) == mode).collect();
        Missing { all: of(Mode::Sync), one: of(Mode::Semi) }
    }
}

/// Whether a node has a write, or a later one of its key that came after it.
fn has(node: &Node, write: &Write) -> bool {
    match write.position.checked_sub(node.base().position + 1) {
        Some(place) => node.log().get(place) == Some(&write.entry),
        None => node.base().find(write.entry.key()).is_some_and(|(position, entry)| {
            *position > write.position || *position == write.position && *entry == write.entry
        }),
    }
}

/// What a reader has put in is text.
pub(super) fn text(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).unwrap_or_default()
}

/// What the hosts do.
impl Leader {
    pub(super) fn seat_mut(&mut self, node: NodeId) -> &mut Seat {
        Rc::make_mut(&mut self.seats[node.index()])
    }

    /// Gives a new node its place, with an empty disk.
    pub(super) fn seat_node(&mut self, id: NodeId) {
        let peers = self.members.iter().filter(|other| *other != id).collect();
        if let Ok(node) = Node::new(id, peers, Rule::Asynchronous, DISK) {
            self.seats.push(Rc::new(Seat { node, waiting: Vec::new() }));
        }
    }

    /// Tells every node the rule of the cluster.
    pub(super) fn keep_rule(&mut self) {
        let Missing { all, one } = self.rule();
        for seat in &mut self.seats {
            Rc::make_mut(seat).node.set_rule(Rule::Chosen { all, one });
        }
    }

    #[track_caller]
    pub(super) fn step(&mut self, event: Event, probe: &mut impl Probe<Leader>) {
        self.passed = None;
        probe.step(|| event, self);
    }

    pub(super) fn call(
        &mut self,
        begin: bool,
        request: &Request,
        client: ClientId,
        via: Option<NodeId>,
        probe: &mut impl Probe<Leader>,
    ) -> Result<Outcome, String> {
        let node = via.unwrap_or(self.leader);
        self.check(node)?;
        if self.history.calls().count() >= MAX_CALLS {
            return Err(format!("a run takes no more than {MAX_CALLS} calls"));
        }
        let count = &mut self.calls[client.index()];
        *count += 1;
        let call = CallId { client, number: *count };
        self.history.begin(call, request.clone(), self.now());
        let message = match request {
            Request::Write { key, value } => Message::Put { call, key: key.clone(), value: value.clone() },
            Request::Read { key } => Message::Get { call, key: key.clone() },
        };
        self.world.send(client.into(), node.into(), message);
        self.world.set_timer(self.settings.timeout, call);
        self.step(Event::Asked { call, request: request.clone(), node }, probe);
        if begin {
            return Ok(Outcome::Pending);
        }
        while self.history.is_open(call) && self.advance(FOREVER, probe) {}
        let ended = self.history.call(call).and_then(|call| call.ended);
        Ok(match ended {
            Some((_, Returned::Written)) => Outcome::Done,
            Some((_, Returned::Found(found))) => {
                Outcome::Value(found.and_then(|found| self.value_of(found)).map(str::to_owned))
            }
            // It has ended by a message, and not by its timer.
            _ if self.passed.is_some() => Outcome::Refused(format!("{node} does not lead")),
            _ => Outcome::Refused(format!("no answer within {}", self.settings.timeout)),
        })
    }

    /// Lets the next thing happen, if it is by `until`. Tells whether there was one.
    pub(super) fn advance(&mut self, until: Time, probe: &mut impl Probe<Leader>) -> bool {
        loop {
            match self.world.next(until) {
                None => return false,
                Some(Happening::Message(envelope, fate)) => {
                    self.end_of_the_way(envelope, fate, probe);
                    return true;
                }
                // Most timers mean nothing by then: the call was answered long ago.
                Some(Happening::Timer(call)) if self.history.is_open(call) => {
                    self.history.end(call, Returned::Nothing, self.world.now());
                    let is_write =
                        self.history.call(call).is_some_and(|it| matches!(it.request, Request::Write { .. }));
                    self.step(Event::GaveUp { call, is_write, after: self.settings.timeout }, probe);
                    return true;
                }
                Some(Happening::Timer(_)) => {}
            }
        }
    }

    fn end_of_the_way(&mut self, envelope: Rc<Envelope<Host, Message>>, fate: Fate, probe: &mut impl Probe<Leader>) {
        let event = match (fate, envelope.to) {
            (Fate::Lost(loss), _) => {
                Event::MessageLost { what: envelope.payload.kind(), from: envelope.from, to: envelope.to, loss }
            }
            (_, Host::Node(node)) => self.at_node(node, envelope.from, &envelope.payload),
            (_, Host::Client(_)) => self.at_client(envelope.from, &envelope.payload),
        };
        self.passed = Some((envelope, fate != Fate::Arrived));
        probe.step(|| event, self);
    }

    fn at_client(&mut self, from: Host, message: &Message) -> Event {
        let (Message::Written { call } | Message::NotLeader { call } | Message::Value { call, .. }) = message else {
            unreachable!("clients are only answered")
        };
        let (call, now) = (*call, self.now());
        if !self.history.is_open(call) {
            return Event::AnswerIgnored { call };
        }
        let Host::Node(node) = from else { unreachable!("nodes answer") };
        let Some(record) = self.history.call(call) else { unreachable!("it is open") };
        let (key, took) = (record.request.key().clone(), now - record.began.time);
        match message {
            Message::Value { found, .. } => {
                let returned = Returned::Found(found.as_ref().map(|(_, write)| *write));
                let verdict = self.history.end(call, returned, now);
                Event::Got { call, key, found: found.as_ref().map(|(value, _)| value.clone()), node, verdict }
            }
            Message::NotLeader { .. } => {
                self.history.end(call, Returned::Nothing, now);
                Event::TurnedAway { call, node }
            }
            _ => {
                self.history.end(call, Returned::Written, now);
                let mut copies = NodeSet::EMPTY;
                if let Some(place) = self.writes.iter().position(|write| write.call == call) {
                    Rc::make_mut(&mut self.writes)[place].told = true;
                    let write = &self.writes[place];
                    copies = self.nodes().filter(|node| has(&self.seat(*node).node, write)).collect();
                }
                Event::Told { call, took, copies }
            }
        }
    }

    /// Whether nothing is on its way, and no client waits.
    pub(super) fn is_quiet(&self) -> bool {
        self.world.network.load() == 0 && self.history.calls().all(|call| call.ended.is_some())
    }

    pub(super) fn check(&self, node: NodeId) -> Result<(), String> {
        if node.index() < self.seats.len() {
            return Ok(());
        }
        Err(format!("there is no node {node}; there are n1 to n{}", self.seats.len()))
    }
}
