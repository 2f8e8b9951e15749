//! The cluster: hands messages and timers to those whom they are for, one at a time; and what can be seen of it.

use std::rc::Rc;

use super::Failover;
use super::call::Told;
use super::event::Event;
use super::message::{CONTROLLER, Message, row_in};
use super::seat::{Job, Seat};
use super::settings::ChosenBy;
use crate::contract::Probe;
use crate::replication::replicated_log::{Node, Term};
use crate::replication::world::Happening;
use crate::replication::{CallId, Host, NodeId, NodeSet};
use crate::sim::{Envelope, Fate, Network, Time};

/// What a timer is for.
#[derive(Clone, Copy)]
pub enum Timer {
    /// The node should be heard.
    Tick(NodeId),
    /// The node may call its leader dead.
    Deadline(NodeId),
    /// The node has done what it was busy with.
    Free(NodeId),
    /// The controller looks who has been heard.
    Watch,
    /// The client has waited long enough for this try of its call.
    Patience { call: usize, tries: u32 },
}

#[derive(Clone, Copy, Default)]
pub struct Tally {
    /// Leaders that were replaced while they ran and could be reached.
    pub replaced_alive: u64,
    /// Rows whose number had been given to another row before.
    pub given_twice: u64,
    /// Rows acknowledged by an old leader, of which the new one knows nothing.
    pub told_by_old: u64,
    /// Rows in the storage of which an older leader's write replaced a newer one's.
    pub overwritten: u64,
    /// Writes that the storage has refused for their tokens.
    pub fenced: u64,
    /// Reads that showed the data of somebody else, whose row it was not, as a client had been told.
    pub wrong_person: u64,
    pub redirects: u64,
}

impl Failover {
    /// The first leader begins, and everybody knows of it: a cluster in the best of health.
    pub(super) fn begin(&mut self) {
        let first = NodeId::new(1);
        let mut sends = self.seat_mut(first).node.appoint(1).expect("an empty disk has room for an entry");
        let mut from = first;
        while let Some((to, message)) = sends.pop() {
            // Only followers answer, and only to the first.
            let answers = self.seat_mut(to).node.receive(from, message).expect("an empty disk has room for an entry");
            for (back, answer) in answers {
                from = back;
                let more = self.seat_mut(from).node.receive(to, answer).expect("nothing is written for it");
                debug_assert!(more.is_empty(), "all logs were empty");
            }
        }
        for node in self.settings.all().iter() {
            self.seat_mut(node).leader = Some(first);
            self.seat_mut(node).led = u32::from(node == first);
            self.hear(node);
            self.world.set_timer(self.settings.heartbeat, Timer::Tick(node));
            if self.settings.choice == ChosenBy::Vote {
                let deadline = self.seat(node).deadline;
                self.world.set_timer(deadline, Timer::Deadline(node));
            }
        }
        if self.settings.choice == ChosenBy::Controller {
            self.world.set_timer(self.settings.heartbeat, Timer::Watch);
        }
    }

    /// The next thing that happens by `until`; false if there is none.
    pub(super) fn advance(&mut self, until: Time, probe: &mut impl Probe<Self>) -> bool {
        let Some(happening) = self.world.next(until) else { return false };
        self.happenings += 1;
        self.passed = None;
        match happening {
            Happening::Message(envelope, fate) => {
                self.passed = Some((envelope.clone(), fate != Fate::Arrived));
                match (fate, envelope.to) {
                    (Fate::Lost(_), _) if envelope.payload.is_routine() => {}
                    (Fate::Lost(why), _) => {
                        let (what, from, to) = (envelope.payload.kind(), envelope.from, envelope.to);
                        probe.step(|| Event::Lost { what, from, to, why }, self);
                    }
                    (_, Host::Node(node)) => self.work_on(node, Job::Message(envelope), probe),
                    (_, Host::Client(CONTROLLER)) => self.inform_controller(&envelope),
                    (_, Host::Client(_) | Host::Service(_)) => self.deliver_outside(&envelope, probe),
                }
            }
            Happening::Timer(Timer::Tick(node)) => {
                self.world.set_timer(self.settings.heartbeat, Timer::Tick(node));
                self.work_on(node, Job::Heartbeat, probe);
            }
            Happening::Timer(Timer::Deadline(node)) => self.look_at_deadline(node, probe),
            Happening::Timer(Timer::Free(node)) => self.work_off(node, probe),
            Happening::Timer(Timer::Watch) => self.watch(probe),
            Happening::Timer(Timer::Patience { call, tries }) => self.lose_patience(call, tries, probe),
        }
        true
    }

    pub(super) fn seat_mut(&mut self, node: NodeId) -> &mut Seat {
        Rc::make_mut(&mut self.seats[node.index()])
    }

    pub(super) fn chance(&mut self, below: u64) -> u64 {
        self.rng.below(below)
    }

    pub fn now(&self) -> Time {
        self.world.now()
    }

    pub fn network(&self) -> &Network<Host, Message> {
        &self.world.network
    }

    pub fn seat(&self, node: NodeId) -> &Seat {
        &self.seats[node.index()]
    }

    pub fn nodes(&self) -> NodeSet {
        self.settings.all()
    }

    pub fn is_up(&self, node: NodeId) -> bool {
        self.world.network.is_up(node.into())
    }

    /// Those that run and believe that they lead.
    pub fn leaders(&self) -> NodeSet {
        self.nodes().iter().filter(|node| self.is_up(*node) && self.seat(*node).leads()).collect()
    }

    /// Of those that lead the one in the newest term. What is lost it does not decide: see [`Reigns`].
    pub fn newest_leader(&self) -> Option<NodeId> {
        self.leaders().iter().max_by_key(|node| self.seat(*node).node.term())
    }

    pub fn belief(&self, client: usize) -> NodeId {
        self.beliefs[client]
    }

    /// Who has led, in the order in which they began.
    pub fn reigns(&self) -> &[(Term, NodeId)] {
        self.reigns.all()
    }

    /// The message that has just arrived or was lost, and which of both.
    pub fn passed(&self) -> Option<(&Envelope<Host, Message>, bool)> {
        self.passed.as_ref().map(|(envelope, lost)| (&**envelope, *lost))
    }

    /// Whether the log of `node` has the row of that call.
    pub fn has(&self, node: NodeId, call: CallId) -> bool {
        self.seat(node).node.log().iter().any(|entry| row_in(entry).is_some_and(|(_, other, _)| other == call))
    }

    /// Rows whose clients were told that they are written, and which are lost, as [`Reigns`] judges. A log has a row if it has
    /// it under the number that the client was told.
    pub fn lost(&self) -> impl Iterator<Item = &Told> {
        let has = |node: &Node, told: &Told| {
            node.log().iter().filter_map(row_in).any(|(row, call, _)| (row, call) == (told.row, told.call))
        };
        self.reigns.lost(self.told.iter(), |node| &self.seat(node).node, has)
    }

    /// What must not happen, and how often it has.
    pub fn verdicts(&self) -> [(&'static str, u64); 6] {
        let tally = self.tally;
        [
            ("no acknowledged row lost", self.lost().count() as u64),
            ("no number given twice", tally.given_twice),
            ("no wrong person shown", tally.wrong_person),
            ("none told by an old leader", tally.told_by_old),
            ("no older over a newer row", tally.overwritten),
            ("no live leader replaced", tally.replaced_alive),
        ]
    }
}
