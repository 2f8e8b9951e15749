//! Who sees everything: what reads should have returned, where each write is, and which writes are lost.

use std::rc::Rc;

use super::Leader;
use super::client::request;
use super::command::Command;
use super::event::Event;
use super::message::Message;
use super::node::Server;
use super::settings::Settings;
use super::words::{Lost, Named, text};
use crate::cluster::{CallId, Happened, Host, NodeId, NodeSet, Witness};
use crate::replication::History;
use crate::replication::history::Returned;
use crate::replication::replicated_log::{Node, Reigns, Term};
use crate::sim::{Network, Time};

/// What it has seen so far.
#[derive(Clone)]
pub struct Seen {
    pub history: History,
    pub reigns: Reigns,
    /// The nodes that have a copy of the data, or had one.
    pub members: NodeSet,
    pub writes: Rc<Vec<Write>>,
    /// Who led when something happened last.
    leading: NodeSet,
}

/// A write that has come into some log.
#[derive(Clone)]
pub struct Write {
    pub named: Named,
    /// Where in the log, and of which term: more than once, if the network had it twice.
    entries: Vec<(usize, Term)>,
    /// Whether its client was told.
    pub told: bool,
}

impl Write {
    /// Whether a node has it, even if the snapshot that it began with has a later one of the key.
    fn is_on(&self, node: &Node) -> bool {
        self.entries.iter().any(|(position, term)| node.has(*position, *term))
    }
}

impl Seen {
    /// Whom people have named last.
    pub fn leader(&self) -> NodeId {
        self.reigns.newest().1
    }

    /// The writes that are lost, as [`Reigns`] judges: clients were told of them, and the leader does not have them.
    pub fn lost(&self, nodes: &[Rc<Server>]) -> Vec<Lost> {
        let leader = &nodes[self.leader().index()].log;
        let tell = |write: &Write| {
            let now = leader.find(write.named.key.as_str().as_bytes());
            Lost { write: write.named.clone(), instead: now.map(|(_, entry)| text(entry.value()).into()) }
        };
        let told = self.writes.iter().filter(|write| write.told);
        self.reigns.lost(told, |node| &nodes[node.index()].log, |node, write| write.is_on(node)).map(tell).collect()
    }

    fn copies(&self, call: CallId, nodes: &[Rc<Server>]) -> NodeSet {
        let write = self.writes.iter().find(|write| write.named.call == call);
        let has = |server: &&Rc<Server>| write.is_some_and(|write| write.is_on(&server.log));
        nodes.iter().filter(has).map(|server| server.log.id).collect()
    }

    /// Sees who leads by now, and with which followers.
    fn look(&mut self, nodes: &[Rc<Server>]) {
        self.leading = nodes.iter().filter(|server| server.leads()).map(|server| server.log.id).collect();
        for Server { log, .. } in nodes.iter().map(|server| &**server).filter(|server| server.leads()) {
            log.peers().iter().for_each(|peer| self.members.insert(peer));
            if log.term() > self.reigns.newest().0 {
                self.reigns.begin(log.term(), log.id);
            }
        }
    }

    fn write(&mut self, named: Named, entry: (usize, Term)) {
        let writes = Rc::make_mut(&mut self.writes);
        match writes.iter_mut().find(|write| write.named.call == named.call) {
            Some(write) => write.entries.push(entry),
            None => writes.push(Write { named, entries: vec![entry], told: false }),
        }
    }

    fn told(&mut self, call: CallId) {
        let mut writes = Rc::make_mut(&mut self.writes).iter_mut();
        writes.find(|write| write.named.call == call).expect("it is in some log").told = true;
    }

    /// What it has cost that a node that led was stopped.
    fn cost(&self, node: NodeId) -> String {
        if node != self.leader() {
            return "It led, and hadn't heard that another was named.".to_owned();
        }
        match self.leading.is_empty() {
            true => "It was the leader: no one takes writes now.".to_owned(),
            false => format!("It was the leader. An earlier leader that hasn't heard of it goes on: {}.", self.leading),
        }
    }
}

impl Witness<Leader> for Seen {
    fn new(settings: &Settings) -> Seen {
        let first = NodeId::new(1);
        Seen {
            history: History::default(),
            reigns: Reigns::new(1, first),
            members: settings.members(),
            writes: Rc::default(),
            leading: [first].into_iter().collect(),
        }
    }

    fn call_begins(&mut self, call: CallId, command: &Command, now: Time) {
        self.history.begin(call, request(command), now);
    }

    fn sees(&mut self, event: &mut Event, nodes: &[Rc<Server>], _: &Network<Host, Message>, now: Time) {
        let led = self.leading;
        let before = matches!(event, Event::Promoted { .. }).then(|| self.lost(nodes));
        self.look(nodes);
        match event {
            Event::Appended { node, call, key, value, position, .. } => {
                let named = Named { call: *call, key: key.clone(), value: value.clone() };
                self.write(named, (*position, nodes[node.index()].log.term()));
            }
            Event::NotLeader { leader, leads, .. } => *leads = self.leading.contains(*leader),
            Event::Told { write, copies, .. } => {
                self.history.end(write.call, Returned::Written, now);
                self.told(write.call);
                *copies = self.copies(write.call, nodes);
            }
            Event::Got { call, entry, verdict, .. } => {
                let is_it = |write: &&Write| entry.is_some_and(|entry| write.entries.contains(&entry));
                let found = self.writes.iter().find(is_it).map(|write| write.named.call);
                *verdict = self.history.end(*call, Returned::Found(found), now);
            }
            Event::TurnedAway { call, copies, .. } => {
                self.history.end(*call, Returned::Nothing, now);
                *copies = self.copies(*call, nodes);
            }
            Event::GaveUp { call, .. } => {
                self.history.end(*call, Returned::Nothing, now);
            }
            Event::Promoted { lost, again, .. } => {
                let now_lost = self.lost(nodes);
                let is_back = |was: &&Lost| !now_lost.iter().any(|is| is.write.call == was.write.call);
                *again = before.iter().flatten().filter(is_back).map(|was| was.write.clone()).collect();
                *lost = now_lost.into();
            }
            Event::Happened(Happened::NodeStopped { node, cost, .. }) if led.contains(*node) => {
                *cost = format!("{cost} {}", self.cost(*node)).into();
            }
            _ => {}
        }
    }
}
