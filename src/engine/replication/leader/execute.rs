//! Carries out what a reader asks for: begins calls, and plays fate.

use super::Leader;
use super::cluster::FOREVER;
use super::command::Command;
use super::event::{Event, Led};
use super::message::Message;
use super::settings::{MAX_NODES, Mode};
use super::write::Lost;
use crate::contract::{Outcome, Probe, Refused};
use crate::replication::history::Request;
use crate::replication::{Host, NodeId, NodeSet};
use crate::sim::Time;

type Done = Result<Outcome, Refused>;

impl Leader {
    pub(super) fn run_command(&mut self, command: &Command, probe: &mut impl Probe<Leader>) -> Done {
        self.passed = None;
        match command {
            Command::Put { begin, key, value, client, via } => {
                let request = Request::Write { key: key.clone(), value: value.clone() };
                self.call(*begin, request, *client, *via, probe)
            }
            Command::Get { begin, key, client, via } => {
                self.call(*begin, Request::Read { key: key.clone() }, *client, *via, probe)
            }
            Command::Stop { node } => self.stop(*node, probe),
            Command::Start { node } => self.start(*node, probe),
            Command::Promote { node } => self.promote(*node, probe),
            Command::Add => self.add(probe),
            Command::Mode { node, mode } => self.set_mode(*node, *mode, probe),
            Command::Cut { a, b } => self.cut(*a, *b, probe),
            Command::Isolate { node } => {
                self.check(*node)?;
                self.world.network.isolate((*node).into());
                self.done(Event::Isolated { node: *node }, probe)
            }
            Command::Heal => self.heal(probe),
            Command::Delay { a, b, time } => self.delay(*a, *b, *time, probe),
            Command::Run { time } => {
                let until = self.now() + *time;
                while self.advance(until, probe) {}
                self.world.pass(until);
                self.done(Event::TimePassed { now: until, in_flight: self.world.network.load() }, probe)
            }
            Command::Settle => {
                while !self.is_quiet() && self.advance(FOREVER, probe) {}
                self.done(Event::Settled { now: self.now() }, probe)
            }
        }
    }

    /// The step of a command that does one thing, or its last.
    #[track_caller]
    fn done(&mut self, event: Event, probe: &mut impl Probe<Leader>) -> Done {
        self.step(event, probe);
        Ok(Outcome::Done)
    }

    fn stop(&mut self, node: NodeId, probe: &mut impl Probe<Leader>) -> Done {
        self.check(node)?;
        if !self.is_up(node) {
            return Err(Refused::new(format!("{node} is off already; `start {node}` switches it on")));
        }
        let (leads, term) = (self.leads(node), self.seat(node).node.term());
        self.world.network.set_up(node.into(), false);
        let seat = self.seat_mut(node);
        let waiting = seat.waiting.len();
        seat.waiting.clear();
        seat.node.restart()?;
        let old = || self.nodes().filter(|other| self.leads(*other)).collect();
        let led = leads.then(|| if node == self.leader() { Led::Newest(old()) } else { Led::Over(term) });
        self.done(Event::Stopped { node, led, waiting }, probe)
    }

    fn start(&mut self, node: NodeId, probe: &mut impl Probe<Leader>) -> Done {
        self.check(node)?;
        if self.is_up(node) {
            return Err(Refused::new(format!("{node} is on; `stop {node}` switches it off")));
        }
        self.world.network.set_up(node.into(), true);
        let mut term = None;
        if node == self.leader() {
            term = Some(self.appoint(node)?);
        } else {
            self.say_hello(node);
        }
        self.done(Event::Started { node, end: self.seat(node).node.end(), term }, probe)
    }

    /// Lets a node lead a term that nobody has led.
    fn appoint(&mut self, node: NodeId) -> Result<u32, Refused> {
        let newest = self.seats.iter().map(|seat| seat.node.term()).max().unwrap_or(0);
        let members = self.members;
        let it = &mut self.seat_mut(node).node;
        members.iter().filter(|other| *other != node).for_each(|other| it.admit(other));
        self.keep_rule(node);
        let sends = self.seat_mut(node).node.appoint(newest + 1)?;
        self.reigns.begin(newest + 1, node);
        self.send_log(node, sends);
        // One that is not a member yet got its snapshot from another leader, or none.
        let new: NodeSet = self.nodes().filter(|node| !members.contains(*node) && self.is_up(*node)).collect();
        new.iter().for_each(|node| self.say_hello(node));
        Ok(newest + 1)
    }

    fn add(&mut self, probe: &mut impl Probe<Leader>) -> Done {
        if self.seats.len() == usize::from(MAX_NODES) {
            return Err(Refused::new(format!("there are {MAX_NODES} nodes already; the stage has room for no more")));
        }
        let node = NodeId::new(self.seats.len() as u8 + 1);
        self.seat_node(node, self.seat(self.leader()).modes);
        self.say_hello(node);
        self.done(Event::Added { node, mode: self.mode(node) }, probe)
    }

    fn promote(&mut self, node: NodeId, probe: &mut impl Probe<Leader>) -> Done {
        self.check(node)?;
        if !self.is_up(node) {
            return Err(Refused::new(format!("{node} is off, and cannot lead; `start {node}` switches it on")));
        }
        if !self.members.contains(node) {
            return Err(Refused::new(format!("{node} has no copy of the data yet")));
        }
        let old = self.leader();
        if old == node {
            return Err(Refused::new(format!("{node} leads already")));
        }
        let (end, lost) = (self.seat(node).node.end(), self.lost());
        let mut modes = self.seat(old).modes;
        let mode = modes[node.index()];
        modes.swap(old.index(), node.index());
        self.seat_mut(node).modes = modes;
        let term = self.appoint(node)?;
        let (before, lost) = (lost, self.lost());
        let back = |was: &&Lost| !lost.iter().any(|is| is.call == was.call);
        let again = before.iter().filter(back).map(|was| self.named(was.call)).collect();
        self.done(Event::Promoted { node, term, end, old, mode, lost: lost.into(), again }, probe)
    }

    fn set_mode(&mut self, node: NodeId, mode: Mode, probe: &mut impl Probe<Leader>) -> Done {
        self.check(node)?;
        let leader = self.leader();
        if node == leader {
            return Err(Refused::new(format!("{node} leads, and follows nobody")));
        }
        self.seat_mut(leader).modes[node.index()] = mode;
        self.keep_rule(leader);
        // Somebody may have waited for just this one.
        let told = self.tell(leader);
        self.done(Event::ModeSet { node, mode, told }, probe)
    }

    fn cut(&mut self, a: NodeId, b: NodeId, probe: &mut impl Probe<Leader>) -> Done {
        self.check_pair(a.into(), b.into())?;
        self.world.network.cut(a.into(), b.into());
        self.done(Event::LinkCut { a, b }, probe)
    }

    fn delay(&mut self, a: Host, b: Host, delay: Time, probe: &mut impl Probe<Leader>) -> Done {
        self.check_pair(a, b)?;
        self.world.network.set_delay(a, b, delay);
        self.done(Event::LinkDelayed { a, b, delay }, probe)
    }

    fn heal(&mut self, probe: &mut impl Probe<Leader>) -> Done {
        self.world.network.heal();
        let leader = self.leader();
        let said: NodeSet = self.nodes().filter(|node| self.is_up(*node) && *node != leader).collect();
        said.iter().for_each(|node| self.say_hello(node));
        self.done(Event::Healed { said, leader }, probe)
    }

    /// A node that is there again tells the leader how far its log has come.
    fn say_hello(&mut self, node: NodeId) {
        let (position, leader) = (self.seat(node).node.end(), self.leader());
        self.world.send(node.into(), leader.into(), Message::Hello { position });
    }

    fn check_pair(&self, a: Host, b: Host) -> Result<(), Refused> {
        for host in [a, b] {
            if let Host::Node(node) = host {
                self.check(node)?;
            }
        }
        if a == b { Err(Refused::new(format!("{a} is one host, and this takes two"))) } else { Ok(()) }
    }
}
