//! The cluster: hands each host what happens to it, one thing at a time, and takes one step for each.

use std::rc::Rc;

use super::Leader;
use super::event::Event;
use super::message::Message;
use super::settings::{Mode, Modes};
use super::write::{Lost, Missing, Named, Write, text};
use crate::contract::{Outcome, Probe, Refused};
use crate::replication::history::{Request, Returned};
use crate::replication::replicated_log::{Node, Role, Rule};
use crate::replication::{CallId, ClientId, Happening, History, Host, NodeId, NodeSet};
use crate::sim::{Envelope, Fate, Network, Time};

pub(super) const FOREVER: Time = Time::from_nanos(u64::MAX);
/// A run has no more calls: each read is checked against all before it, and a disk has room for so many.
const MAX_CALLS: usize = 1_000;
const DISK: u64 = 1 << 22;

/// A node, and the clients whose writes wait there.
#[derive(Clone)]
pub struct Seat {
    pub node: Node,
    /// How the others follow when this node leads. Nobody can tell an old leader that cannot be reached of a change.
    pub(super) modes: Modes,
    /// By the position of their write.
    pub(super) waiting: Vec<(usize, CallId)>,
}

impl Seat {
    /// How many clients wait for an answer here.
    pub fn waiting(&self) -> usize {
        self.waiting.len()
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

    /// Whom people have named last.
    pub fn leader(&self) -> NodeId {
        self.reigns.newest().1
    }

    /// Whether a node believes that it leads.
    pub fn leads(&self, node: NodeId) -> bool {
        self.is_up(node) && self.seat(node).node.role() == Role::Leader
    }

    /// How a node follows the leader.
    pub fn mode(&self, node: NodeId) -> Mode {
        self.seat(self.leader()).modes[node.index()]
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
        let rule = self.rule(self.leader());
        if rule.is_nothing() { "the leader has it".to_owned() } else { format!("the leader has it, and {rule}") }
    }

    /// The message whose way has just ended, and whether it was lost.
    pub fn passed(&self) -> Option<(&Envelope<Host, Message>, bool)> {
        self.passed.as_ref().map(|(envelope, lost)| (&**envelope, *lost))
    }

    /// The writes that are lost, as [`Reigns`] judges: clients were told of them, and the leader does not have them.
    pub fn lost(&self) -> Vec<Lost> {
        let tell = |write: &Write| {
            let Named { call, key, value } = write.named();
            let now = self.seat(self.leader()).node.find(write.entry.key());
            Lost { call, key, value, instead: now.map(|(_, entry)| text(entry.value()).into()) }
        };
        let told = self.writes.iter().filter(|write| write.told);
        let has = |node: &Node, write: &Write| write.is_on(node);
        self.reigns.lost(told, |node| &self.seat(node).node, has).map(tell).collect()
    }

    /// What a write at `position` still waits for on `node`.
    pub(super) fn missing(&self, node: NodeId, position: usize) -> Missing {
        let log = &self.seat(node).node;
        let Missing { all, one } = self.rule(node);
        let had: NodeSet = log.peers().iter().filter(|peer| log.acknowledged_by(*peer) >= position).collect();
        let one = if one.without(had) == one { one } else { NodeSet::EMPTY };
        Missing { all: all.without(had), one }
    }

    /// Whom each write on `node` has to wait for.
    fn rule(&self, node: NodeId) -> Missing {
        let Seat { node, modes, .. } = self.seat(node);
        let of = |mode| node.peers().iter().filter(|peer| modes[peer.index()] == mode).collect();
        Missing { all: of(Mode::Sync), one: of(Mode::Semi) }
    }

    /// A write of some client, as a sentence names it.
    pub(super) fn named(&self, call: CallId) -> Named {
        let write = self.writes.iter().find(|write| write.call == call);
        write.expect("it has come to some node").named()
    }
}

/// What the hosts do.
impl Leader {
    pub(super) fn seat_mut(&mut self, node: NodeId) -> &mut Seat {
        Rc::make_mut(&mut self.seats[node.index()])
    }

    /// Gives a new node its place, with an empty disk.
    pub(super) fn seat_node(&mut self, id: NodeId, modes: Modes) {
        let peers = self.members.iter().filter(|other| *other != id).collect();
        if let Ok(node) = Node::new(id, peers, Rule::Asynchronous, DISK) {
            self.seats.push(Rc::new(Seat { node, modes, waiting: Vec::new() }));
        }
    }

    /// Lets a node go by its modes, should it lead.
    pub(super) fn keep_rule(&mut self, id: NodeId) {
        let Missing { all, one } = self.rule(id);
        self.seat_mut(id).node.set_rule(Rule::Chosen { all, one });
    }

    /// A step that no message has brought about.
    #[track_caller]
    pub(super) fn step(&mut self, event: Event, probe: &mut impl Probe<Leader>) {
        self.passed = None;
        probe.step(|| event, self);
    }

    pub(super) fn call(
        &mut self,
        begin: bool,
        request: Request,
        client: ClientId,
        via: Option<NodeId>,
        probe: &mut impl Probe<Leader>,
    ) -> Result<Outcome, Refused> {
        let node = via.unwrap_or(self.leader());
        self.check(node)?;
        if self.history.calls().count() >= MAX_CALLS {
            return Err(Refused::new(format!("a run takes no more than {MAX_CALLS} calls")));
        }
        let count = &mut self.calls[client.index()];
        *count += 1;
        let call = CallId { client, number: *count };
        self.history.begin(call, request.clone(), self.now());
        let message = match &request {
            Request::Write { key, value } => Message::Put { call, key: key.clone(), value: value.clone() },
            Request::Read { key } => Message::Get { call, key: key.clone() },
        };
        self.world.send(client.into(), node.into(), message);
        self.world.set_timer(self.settings.timeout, call);
        self.step(Event::Asked { call, request, node }, probe);
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
                    let request = self.history.call(call).map(|it| it.request.clone()).expect("it is open");
                    self.step(Event::GaveUp { call, request, after: self.settings.timeout }, probe);
                    return true;
                }
                Some(Happening::Timer(_)) => {}
            }
        }
    }

    fn end_of_the_way(&mut self, envelope: Rc<Envelope<Host, Message>>, fate: Fate, probe: &mut impl Probe<Leader>) {
        self.passed = Some((envelope.clone(), fate != Fate::Arrived));
        let Envelope { from, to, payload, .. } = &*envelope;
        match (fate, *to) {
            (Fate::Lost(loss), _) => {
                let (what, from, to) = (payload.kind(), *from, *to);
                probe.step(|| Event::MessageLost { what, from, to, loss }, self);
            }
            (_, Host::Node(node)) => self.at_node(node, *from, payload, probe),
            (_, Host::Client(_) | Host::Service(_)) => self.at_client(*from, payload, probe),
        }
    }

    fn at_client(&mut self, from: Host, message: &Message, probe: &mut impl Probe<Leader>) {
        let (Message::Written { call } | Message::NotLeader { call } | Message::Value { call, .. }) = message else {
            unreachable!("clients are only answered")
        };
        let (call, now) = (*call, self.now());
        if !self.history.is_open(call) {
            probe.step(|| Event::AnswerIgnored { call }, self);
            return;
        }
        let Host::Node(node) = from else { unreachable!("nodes answer") };
        let Some(record) = self.history.call(call) else { unreachable!("it is open") };
        let (request, took) = (record.request.clone(), now - record.began.time);
        match message {
            Message::Value { found, .. } => {
                let returned = Returned::Found(found.as_ref().map(|(_, write)| *write));
                let verdict = self.history.end(call, returned, now);
                let (key, found) = (request.key().clone(), found.as_ref().map(|(value, _)| value.clone()));
                probe.step(|| Event::Got { call, key, found, node, verdict }, self);
            }
            Message::NotLeader { .. } => {
                self.history.end(call, Returned::Nothing, now);
                probe.step(|| Event::TurnedAway { call, request, node }, self);
            }
            _ => {
                self.history.end(call, Returned::Written, now);
                let place = self.writes.iter().position(|write| write.call == call).expect("it has come to some node");
                Rc::make_mut(&mut self.writes)[place].told = true;
                let write = &self.writes[place];
                let copies = self.nodes().filter(|node| write.is_on(&self.seat(*node).node)).collect();
                probe.step(|| Event::Told { write: write.named(), took, copies }, self);
            }
        }
    }

    /// Whether nothing is on its way, and no client waits.
    pub(super) fn is_quiet(&self) -> bool {
        self.world.network.load() == 0 && self.history.calls().all(|call| call.ended.is_some())
    }

    pub(super) fn check(&self, node: NodeId) -> Result<(), Refused> {
        if node.index() < self.seats.len() {
            return Ok(());
        }
        Err(Refused::new(format!("there is no node {node}; there are n1 to n{}", self.seats.len())))
    }
}
