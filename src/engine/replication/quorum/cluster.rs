//! The cluster: hands each host what happens to it, one thing at a time, and takes one step for each.

use std::rc::Rc;

use super::Quorum;
use super::client::Client;
use super::event::{Event, Fact};
use super::message::{Ending, Message};
use super::node::Node;
use super::reaction::{Reaction, Timer};
use crate::contract::{Outcome, Probe, Refused};
use crate::replication::{ClientId, Happening, Host, NodeId};
use crate::sim::{Envelope, Fate, Loss, MessageId, Time};

/// Later than any run gets.
pub(super) const FOREVER: Time = Time::from_nanos(u64::MAX);

/// What the cluster has counted, beside what its network and its history count.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Tally {
    pub refused: u64,
    pub read_repairs: u64,
    pub hints_handed_off: u64,
    pub digests_exchanged: u64,
    pub keys_exchanged: u64,
}

/// What happens by itself, one thing at a time.
impl Quorum {
    /// Lets the next thing happen, if it is by `until`. Tells whether there was one.
    pub(super) fn advance(&mut self, until: Time, probe: &mut impl Probe<Quorum>) -> bool {
        match self.world.next(until) {
            Some(Happening::Message(envelope, fate)) => self.end_of_the_way(envelope, fate, probe),
            Some(Happening::Timer(timer)) => self.expire(timer, probe),
            None => return false,
        }
        true
    }

    /// A message has arrived, or is lost.
    pub(super) fn end_of_the_way(
        &mut self,
        envelope: Rc<Envelope<Host, Message>>,
        fate: Fate,
        probe: &mut impl Probe<Quorum>,
    ) {
        let Envelope { id, from, to, .. } = *envelope;
        let (passed, message) = (Some((envelope.clone(), fate)), &envelope.payload);
        if message.call().is_some() {
            self.focus = message.call();
        }
        match (fate, to) {
            (Fate::Lost(loss), _) => self.lose(id, envelope, loss, probe),
            (Fate::Arrived, Host::Node(node)) => {
                let clock = self.clock();
                let reaction = self.node_mut(node).handle(from, message, clock);
                self.react(to, reaction, passed, probe);
            }
            (Fate::Arrived, Host::Client(client)) => {
                let reaction = self.client_mut(client).handle(from, message);
                self.react(to, reaction, passed, probe);
            }
            (Fate::Arrived, Host::Service(_)) => unreachable!("there are none here"),
        }
    }

    pub(super) fn lose(
        &mut self,
        message: MessageId,
        envelope: Rc<Envelope<Host, Message>>,
        loss: Loss,
        probe: &mut impl Probe<Quorum>,
    ) {
        let (from, to, what) = (envelope.from, envelope.to, envelope.payload.kind());
        let fact = Fact::MessageLost { message, from, to, what, loss };
        self.step(Reaction::new(fact), Some((envelope, Fate::Lost(loss))), probe);
    }

    /// A timer has run out. Most mean nothing by then: the call was answered long ago.
    fn expire(&mut self, timer: Timer, probe: &mut impl Probe<Quorum>) {
        let (Timer::HalfTime { call, .. } | Timer::TimeOut { call, .. } | Timer::Patience { call }) = timer;
        let at = match timer {
            Timer::HalfTime { at, .. } | Timer::TimeOut { at, .. } => at,
            Timer::Patience { call } => call.client.into(),
        };
        let clock = self.clock();
        let reaction = match at {
            Host::Node(node) => self.node_mut(node).expire(timer, clock),
            Host::Client(client) => self.client_mut(client).expire(timer),
            Host::Service(_) => unreachable!("there are none here"),
        };
        if let Some(reaction) = reaction {
            self.focus = Some(call);
            self.react(at, reaction, None, probe);
        }
    }

    /// Does what a host wants after it was handed something, and takes the step.
    pub(super) fn react(
        &mut self,
        at: Host,
        mut reaction: Reaction,
        passed: Option<(Rc<Envelope<Host, Message>>, Fate)>,
        probe: &mut impl Probe<Quorum>,
    ) {
        for (to, message) in reaction.outbox.drain(..) {
            self.tally.count(&message);
            self.world.send(at, to, message);
        }
        for (after, timer) in reaction.timers.drain(..) {
            self.world.set_timer(after, timer);
        }
        self.step(reaction, passed, probe);
    }

    /// What the clocks of all hosts show. What happens in the same nanosecond still happens one after the other, and the
    /// clocks tell it apart: they have never shown a time twice to those who take on a write.
    pub(super) fn clock(&self) -> Time {
        self.world.now().max(self.next_version)
    }

    /// Takes the step: the history learns what began and ended, and the probe is told.
    fn step(
        &mut self,
        reaction: Reaction,
        passed: Option<(Rc<Envelope<Host, Message>>, Fate)>,
        probe: &mut impl Probe<Quorum>,
    ) {
        self.passed = passed;
        if let Fact::CallSent { call, version: Some(version), .. } = &reaction.fact {
            self.next_version = version.at + Time::from_nanos(1);
            self.history.stamp(*call, version.at);
        }
        let mut verdict = None;
        if let Some((call, ending)) = &reaction.finished {
            self.tally.refused += u64::from(matches!(ending, Ending::QuorumNotMet { .. } | Ending::NoResponse { .. }));
            verdict = self.history.end(*call, ending.returned(), self.world.now());
        }
        let Reaction { fact, source, .. } = reaction;
        probe.step_at(source, || Event { fact, verdict }, self);
    }

    /// A step of the cluster's own, after which a command is done.
    #[track_caller]
    pub(super) fn take_step(&mut self, fact: Fact, probe: &mut impl Probe<Quorum>) -> Result<Outcome, Refused> {
        self.step(Reaction::new(fact), None, probe);
        Ok(Outcome::Done)
    }
}

impl Quorum {
    pub(super) fn node_mut(&mut self, node: NodeId) -> &mut Node {
        Rc::make_mut(&mut self.nodes[node.index()])
    }

    pub(super) fn client_mut(&mut self, client: ClientId) -> &mut Client {
        Rc::make_mut(&mut self.clients[client.index()])
    }
}

impl Tally {
    /// Counts a message that is sent, by what it is for.
    fn count(&mut self, message: &Message) {
        match message {
            Message::Repair { .. } => self.read_repairs += 1,
            Message::HandedOff { .. } => self.hints_handed_off += 1,
            Message::Digests(digests) => self.digests_exchanged += digests.len() as u64,
            Message::Entries { entries, .. } => self.keys_exchanged += entries.len() as u64,
            _ => {}
        }
    }
}
