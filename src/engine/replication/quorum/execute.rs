//! Carries out what a reader asks for: begins calls, and plays fate.

use std::rc::Rc;

use super::Quorum;
use super::cluster::FOREVER;
use super::command::{Command, Delay, Repair};
use super::event::Fact;
use super::message::{Ending, Message};
use super::settings::CoordinatedBy;
use crate::cluster::links::Chosen;
use crate::contract::{Outcome, Probe, Refused};
use crate::replication::history::Request;
use crate::replication::{ClientId, Host, NodeId};
use crate::sim::{Loss, MessageId, Time};

/// With more messages in flight, new calls are refused: nobody can follow them, and a script that only begins calls
/// must end somewhere.
pub const MAX_IN_FLIGHT: usize = 200;

type Done = Result<Outcome, Refused>;

impl Quorum {
    pub(super) fn run_command(&mut self, command: &Command, probe: &mut impl Probe<Quorum>) -> Done {
        self.passed = None;
        match command {
            Command::Write { begin, key, value, client, via } => {
                let request = Request::Write { key: key.clone(), value: value.clone() };
                self.call(*begin, &request, *client, *via, probe)
            }
            Command::Read { begin, key, client, via } => {
                self.call(*begin, &Request::Read { key: key.clone() }, *client, *via, probe)
            }
            Command::Stop { node } => self.stop(*node, probe),
            Command::Start { node } => self.start(*node, probe),
            Command::Cut { a, b } => self.cut(*a, *b, probe),
            Command::Isolate { host } => self.isolate(*host, probe),
            Command::Heal => {
                self.world.network.heal();
                self.take_step(Fact::Healed, probe)
            }
            Command::Delay(Delay::Link(a, b, delay)) => self.delay_link(*a, *b, *delay, probe),
            Command::Delay(Delay::Message(chosen, more)) => self.delay_message(*chosen, *more, probe),
            Command::Deliver { message } => self.deliver_by_hand(*message, probe),
            Command::Drop { message } => self.drop_by_hand(*message, probe),
            Command::Run { time } => self.run(*time, probe),
            Command::Settle => self.settle(probe),
            Command::HandOff { node } => self.hand_off(*node, probe),
            Command::Repair(Repair(pair)) => self.repair(*pair, probe),
            Command::Backup { node } => self.back_up(*node, probe),
            Command::Restore { node } => self.restore(*node, probe),
        }
    }

    fn call(
        &mut self,
        begin: bool,
        request: &Request,
        client: ClientId,
        via: Option<NodeId>,
        probe: &mut impl Probe<Quorum>,
    ) -> Done {
        self.check_client(client)?;
        let default = || self.default_coordinator(client);
        let via = via.or_else(|| (self.settings.coordinator == CoordinatedBy::Node).then(default));
        via.map_or(Ok(()), |node| self.check_node(node))?;
        if self.world.network.load() + self.nodes.len() > MAX_IN_FLIGHT {
            return Err(Refused::new(format!(
                "{} messages are in flight; `settle` or `run` first",
                self.world.network.load()
            )));
        }
        let (now, clock) = (self.world.now(), self.clock());
        let (call, reaction) = self.client_mut(client).call(request.clone(), via, clock);
        self.history.begin(call, request.clone(), now);
        self.focus = Some(call);
        self.react(client.into(), reaction, None, probe);
        if begin {
            return Ok(Outcome::Pending);
        }
        while self.history.is_open(call) {
            let went_on = self.advance(FOREVER, probe);
            assert!(went_on, "a call has a timer, and so it ends");
        }
        let (_, ending) = self.client(client).last().expect("a call has just ended");
        Ok(match ending {
            Ending::Written => Outcome::Done,
            Ending::Found(found) => Outcome::Value(found.as_ref().map(|record| record.value.to_string())),
            refused => Outcome::Refused(refused.to_string()),
        })
    }

    /// The node that a client turns to where the script names none: each client has its own.
    fn default_coordinator(&self, client: ClientId) -> NodeId {
        self.nodes[client.index() % self.settings.n].id()
    }

    fn stop(&mut self, node: NodeId, probe: &mut impl Probe<Quorum>) -> Done {
        self.check_running(node)?;
        self.world.network.set_up(node.into(), false);
        self.node_mut(node).stop();
        self.take_step(Fact::NodeStopped { node }, probe)
    }

    fn start(&mut self, node: NodeId, probe: &mut impl Probe<Quorum>) -> Done {
        self.check_node(node)?;
        if self.is_up(node) {
            return Err(Refused::new(format!("{node} is running")));
        }
        self.world.network.set_up(node.into(), true);
        self.node_mut(node).start();
        let (records, hints) = (self.node(node).replica().records().len(), self.node(node).hints().len());
        self.take_step(Fact::NodeStarted { node, records, hints }, probe)
    }

    fn cut(&mut self, a: Host, b: Host, probe: &mut impl Probe<Quorum>) -> Done {
        self.check_link(a, b)?;
        self.world.network.cut(a, b);
        self.take_step(Fact::LinkCut { a, b }, probe)
    }

    fn isolate(&mut self, host: Host, probe: &mut impl Probe<Quorum>) -> Done {
        self.check_host(host)?;
        self.world.network.isolate(host);
        self.take_step(Fact::Isolated { host }, probe)
    }

    fn delay_link(&mut self, a: Host, b: Host, delay: Time, probe: &mut impl Probe<Quorum>) -> Done {
        self.check_link(a, b)?;
        self.world.network.set_delay(a, b, delay);
        self.take_step(Fact::LinkDelayed { a, b, delay }, probe)
    }

    fn delay_message(&mut self, chosen: Chosen, more: Time, probe: &mut impl Probe<Quorum>) -> Done {
        let message = self.choose(chosen)?;
        self.world.network.delay_message(message, more);
        self.take_step(Fact::MessageDelayed { message, more }, probe)
    }

    fn deliver_by_hand(&mut self, chosen: Chosen, probe: &mut impl Probe<Quorum>) -> Done {
        let id = self.choose(chosen)?;
        let (envelope, fate) = self.world.network.deliver(id).ok_or_else(|| {
            format!("{id} cannot be delivered while its way is cut; `heal` opens it, `drop` gives the message up")
        })?;
        self.end_of_the_way(envelope, fate, probe);
        Ok(Outcome::Done)
    }

    fn drop_by_hand(&mut self, chosen: Chosen, probe: &mut impl Probe<Quorum>) -> Done {
        let id = self.choose(chosen)?;
        let envelope = self.world.network.drop(id).expect("it is in flight");
        self.lose(id, envelope, Loss::Dropped, probe);
        Ok(Outcome::Done)
    }

    fn run(&mut self, time: Time, probe: &mut impl Probe<Quorum>) -> Done {
        let until = self.world.now() + time;
        while self.advance(until, probe) {}
        self.world.pass(until);
        let in_flight = self.world.network.load();
        self.take_step(Fact::TimePassed { now: until, in_flight }, probe)
    }

    /// Every message is handled once and leads to fewer, and timers do not repeat: so this ends.
    fn settle(&mut self, probe: &mut impl Probe<Quorum>) -> Done {
        while self.advance(FOREVER, probe) {}
        debug_assert!(self.world.is_quiet());
        self.take_step(Fact::Settled { now: self.world.now() }, probe)
    }

    fn hand_off(&mut self, only: Option<NodeId>, probe: &mut impl Probe<Quorum>) -> Done {
        only.map_or(Ok(()), |node| self.check_running(node))?;
        let chosen = |node: &NodeId| only.is_none_or(|only| only == *node) && self.is_up(*node);
        let nodes: Vec<NodeId> = self.settings.nodes().filter(chosen).collect();
        let mut offered = false;
        for node in nodes {
            let room = MAX_IN_FLIGHT.saturating_sub(self.world.network.load());
            let Some(reaction) = self.node(node).offer_hints(room) else { continue };
            self.react(node.into(), reaction, None, probe);
            offered = true;
        }
        if !offered {
            return self.take_step(Fact::NoHints { node: only }, probe);
        }
        self.finish_with(Message::is_handoff, probe);
        Ok(Outcome::Done)
    }

    fn repair(&mut self, pair: Option<(NodeId, NodeId)>, probe: &mut impl Probe<Quorum>) -> Done {
        for (a, b) in self.pairs_to_compare(pair)? {
            let reaction = self.node(a).compare_with(b);
            self.react(a.into(), reaction, None, probe);
            self.finish_with(Message::is_anti_entropy, probe);
        }
        Ok(Outcome::Done)
    }

    /// One pair, or as many as it takes for what one home node has to reach all of them: along their row and back.
    fn pairs_to_compare(&self, pair: Option<(NodeId, NodeId)>) -> Result<Vec<(NodeId, NodeId)>, Refused> {
        let home = self.settings.home();
        if let Some((a, b)) = pair {
            self.check_link(a.into(), b.into())?;
            self.check_running(a)?;
            self.check_running(b)?;
            if let Some(spare) = [a, b].into_iter().find(|node| !home.contains(*node)) {
                return Err(Refused::new(format!(
                    "{spare} is a spare node and keeps no copy; the home nodes are {home}"
                )));
            }
            return Ok(vec![(a, b)]);
        }
        let running: Vec<NodeId> = home.iter().filter(|node| self.is_up(*node)).collect();
        if running.len() < 2 {
            return Err(Refused::new("it takes two home nodes that run"));
        }
        let there: Vec<_> = running.windows(2).map(|pair| (pair[0], pair[1])).collect();
        let back = there.iter().rev().skip(1).copied();
        Ok(there.iter().copied().chain(back).collect())
    }

    /// Goes on until no message of that kind is in flight.
    fn finish_with(&mut self, kind: impl Fn(&Message) -> bool, probe: &mut impl Probe<Quorum>) {
        while self.world.network.in_flight().any(|envelope| kind(&envelope.payload)) {
            self.advance(FOREVER, probe);
        }
    }

    fn back_up(&mut self, node: NodeId, probe: &mut impl Probe<Quorum>) -> Done {
        self.check_node(node)?;
        let mut disk = self.node(node).replica().disk().clone();
        let records = disk.load_records().len();
        self.backups.insert(node, (self.world.now(), Rc::new(disk)));
        self.take_step(Fact::BackedUp { node, records }, probe)
    }

    fn restore(&mut self, node: NodeId, probe: &mut impl Probe<Quorum>) -> Done {
        self.check_node(node)?;
        let Some((taken, disk)) = self.backups.get(&node).cloned() else {
            return Err(Refused::new(format!("there is no backup of {node}; `backup {node}` takes one")));
        };
        let mut disk = (*disk).clone();
        let records = disk.load_records().len();
        let is_up = self.is_up(node);
        self.node_mut(node).replace_disk(disk);
        if is_up {
            self.node_mut(node).start();
        }
        self.take_step(Fact::Restored { node, records, taken }, probe)
    }
}

/// What a reader may point at.
impl Quorum {
    /// The message in flight that is meant; the error lists those that are.
    fn choose(&self, chosen: Chosen) -> Result<MessageId, Refused> {
        /// A longer list helps nobody.
        const MOST_LISTED: usize = 8;
        let network = &self.world.network;
        let found = match chosen {
            Chosen::ById(id) => network.message(id),
            Chosen::OnTheWay(from, to) => network.in_flight().find(|each| each.from == from && each.to == to),
        };
        if let Some(message) = found {
            return Ok(message.id);
        }
        let mut listed: Vec<String> = network
            .in_flight()
            .take(MOST_LISTED)
            .map(|each| format!("{} ({}>{}, {})", each.id, each.from, each.to, each.payload.kind()))
            .collect();
        match network.load() {
            0 => return Err(Refused::new(format!("{chosen} is not in flight; nothing is"))),
            load if load > MOST_LISTED => listed.push(format!("and {} more", load - MOST_LISTED)),
            _ => {}
        }
        Err(Refused::new(format!("{chosen} is not in flight; in flight: {}", listed.join(", "))))
    }

    fn check_node(&self, node: NodeId) -> Result<(), Refused> {
        if node.index() < self.nodes.len() {
            return Ok(());
        }
        let nodes: Vec<_> = self.settings.nodes().map(|node| node.to_string()).collect();
        Err(Refused::new(format!("there is no node {node}; there are: {}", nodes.join(", "))))
    }

    fn check_running(&self, node: NodeId) -> Result<(), Refused> {
        self.check_node(node)?;
        if self.is_up(node) {
            Ok(())
        } else {
            Err(Refused::new(format!("{node} is stopped; `start {node}` starts it")))
        }
    }

    fn check_client(&self, client: ClientId) -> Result<(), Refused> {
        if client.index() < self.clients.len() {
            return Ok(());
        }
        let clients: Vec<_> = self.settings.clients().map(|client| client.to_string()).collect();
        Err(Refused::new(format!("there is no client {client}; there are: {}", clients.join(", "))))
    }

    fn check_host(&self, host: Host) -> Result<(), Refused> {
        match host {
            Host::Node(node) => self.check_node(node),
            Host::Client(client) => self.check_client(client),
            Host::Service(service) => Err(Refused::new(format!("there is no {} here", service.name()))),
        }
    }

    fn check_link(&self, a: Host, b: Host) -> Result<(), Refused> {
        self.check_host(a)?;
        self.check_host(b)?;
        if a == b { Err(Refused::new(format!("{a} is one host, and this takes two"))) } else { Ok(()) }
    }
}
