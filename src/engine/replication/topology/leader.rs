//! A leader: it takes writes of clients, applies changes of others, and sends them on. What it has applied is on its disk and
//! synced; what it holds back is in memory.

use std::rc::Rc;

use super::event::Event;
use super::message::{Change, Message, Tag};
use super::rows::{Effect, Op, Rows};
use super::settings::{Pass, Settings, Tagged};
use super::{Reaction, Timer, Topology};
use crate::cluster::calls::push;
use crate::cluster::{CallId, Host, Node, NodeId, NodeSet, Power};
use crate::key::Key;
use crate::sim::Time;
use crate::versions::{Dot, Vector};
use crate::wording::{count, shown};

#[derive(Clone)]
pub struct Leader {
    settings: Settings,
    pub id: NodeId,
    /// To whom it sends, and who sends to it.
    pub targets: NodeSet,
    pub sources: NodeSet,
    pub rows: Rc<Rows>,
    /// All that it has applied, in that order, with the tags that came with it.
    pub log: Rc<Vec<Change>>,
    /// How many changes of each leader it has applied: where changes are held back, these are the first so many.
    pub applied: Vector,
    /// What has come, and from whom, before something that it depends on.
    pub held: Rc<Vec<(NodeId, Change)>>,
    /// To which calls it has said no, and why: a second copy gets the same answer.
    refused: Rc<Vec<(CallId, Rc<str>)>>,
    was_on: bool,
}

impl Leader {
    pub fn new(id: NodeId, settings: &Settings, targets: NodeSet, sources: NodeSet) -> Leader {
        Leader {
            settings: *settings,
            id,
            targets,
            sources,
            rows: Rc::default(),
            log: Rc::default(),
            applied: Vector::default(),
            held: Rc::default(),
            refused: Rc::default(),
            was_on: false,
        }
    }

    /// How often it has applied the change of that call. It asks so where a client's message may have come twice, and where the
    /// figure stops a round.
    fn times(&self, call: CallId) -> usize {
        self.log.iter().filter(|change| change.call == call).count()
    }

    fn has(&self, name: Dot) -> bool {
        let held = self.held.iter().map(|(_, change)| change);
        self.log.iter().chain(held).any(|change| change.tag.name() == Some(name))
    }

    fn take(&mut self, call: CallId, op: &Op) -> Reaction {
        let (node, row) = (self.id, op.row());
        if self.times(call) > 0 {
            let answer = self.answer(call, row);
            return Reaction::new(Event::CameTwice { node, call }).send(call.client, answer);
        }
        if let Some((_, why)) = self.refused.iter().find(|(refused, _)| *refused == call) {
            let no = Message::No { call, why: why.clone() };
            return Reaction::new(Event::CameTwice { node, call }).send(call.client, no);
        }
        let why = match (op, self.rows.get(row)) {
            (Op::Insert { .. }, Some(_)) => format!("{node} has a row {} already", shown(row.as_str())),
            (Op::Add { .. }, None) => format!("{node} has no row {}", shown(row.as_str())),
            _ => return self.make(call, op),
        };
        let why: Rc<str> = why.into();
        push(&mut self.refused, (call, why.clone()));
        let no = Message::No { call, why: why.clone() };
        Reaction::new(Event::WriteRefused { node, call, why }).send(call.client, no)
    }

    fn make(&mut self, call: CallId, op: &Op) -> Reaction {
        let name = Dot { replica: self.id, count: self.applied.get(self.id) + 1 };
        let tag = Tag::new(self.settings.tag, name, &self.applied);
        let change = Change { call, links: 0, op: op.clone(), tag };
        self.applied.see(name);
        let effect = self.apply(&change);
        let to = self.targets;
        let made = Event::Made { node: self.id, call, op: op.clone(), effect, tag: Rc::new(change.tag.clone()), to };
        self.send(Reaction::new(made).send(call.client, self.answer(call, op.row())), &change, to)
    }

    /// Its rows and its log have it from now on.
    fn apply(&mut self, change: &Change) -> Effect {
        push(&mut self.log, change.clone());
        Rc::make_mut(&mut self.rows).apply(&change.op)
    }

    fn send(&self, reaction: Reaction, change: &Change, to: NodeSet) -> Reaction {
        let sent = Change { links: change.links + 1, tag: change.tag.sent_by(self.id), ..change.clone() };
        to.iter().fold(reaction, |reaction, to| reaction.send(to, Message::Change(sent.clone())))
    }

    fn answer(&self, call: CallId, row: &Key) -> Message {
        Message::Row { call, row: row.clone(), number: self.rows.get(row) }
    }

    /// A change comes from another leader.
    fn hear_of(&mut self, from: NodeId, change: &Change) -> Reaction {
        let (node, call) = (self.id, change.call);
        match change.tag.name() {
            Some(name) if self.has(name) => return Reaction::new(Event::Known { node, call, from, name }),
            None if self.times(call) >= self.settings.rounds.into() => {
                return Reaction::new(Event::LetBe { node, call, from, rounds: self.settings.rounds });
            }
            _ => {}
        }
        if let Some(lacks) = self.lacks(change) {
            push(&mut self.held, (from, change.clone()));
            return Reaction::new(Event::Held { node, call, from, lacks });
        }
        self.follow(from, change, false)
    }

    /// What has to come before it, and isn't here.
    fn lacks(&self, change: &Change) -> Option<Vector> {
        let after = change.tag.after()?;
        if after.is_within(&self.applied) { None } else { Some(after.beyond(&self.applied)) }
    }

    /// It applies a change of another, and passes it on to those that don't have it for all it knows.
    fn follow(&mut self, from: NodeId, change: &Change, was_held: bool) -> Reaction {
        let (node, call) = (self.id, change.call);
        change.tag.name().into_iter().for_each(|name| self.applied.see(name));
        let effect = self.apply(change);
        let tagged: NodeSet = change.tag.leaders().iter().copied().collect();
        // Also back to where it came from: nothing but its tag keeps it from that.
        let others = if self.settings.pass == Pass::All { self.targets } else { NodeSet::EMPTY };
        let to = others.without(tagged);
        let spared = others.without(to);
        // That a list of leaders has the one that sent it goes without saying.
        let goes_without_saying = self.settings.tag >= Tagged::Passed && spared == NodeSet::from_iter([from]);
        let spared = if goes_without_saying { NodeSet::EMPTY } else { spared };
        let event = Event::Applied {
            node,
            call,
            from,
            links: change.links,
            op: change.op.clone(),
            effect,
            was_held,
            to,
            spared,
            tag: self.settings.tag,
            times: 1,
            missing: Rc::default(),
            never: false,
        };
        let reaction = self.send(Reaction::new(event), change, to);
        if self.held.is_empty() { reaction } else { reaction.wake(Time::ZERO, Timer::Held) }
    }

    /// Asks some that send to it, and lets some that it sends to ask.
    fn asks(&self, of: NodeSet, back_to: NodeSet) -> Reaction {
        let has: Vec<Dot> = self.log.iter().filter_map(|change| change.tag.name()).collect();
        let asks = Event::Asks { node: self.id, of, has: has.len(), back_to };
        let ask = |reaction: Reaction, to| reaction.send(to, Message::Lack { has: has.clone() });
        let reaction = of.iter().fold(Reaction::new(asks), ask);
        back_to.iter().fold(reaction, |reaction, to| reaction.send(to, Message::Back))
    }

    fn send_what_is_lacking(&self, to: NodeId, has: &[Dot]) -> Reaction {
        let is_lacking = |change: &&Change| {
            let Some(name) = change.tag.name() else { return false };
            !has.contains(&name) && (self.settings.pass == Pass::All || name.replica == self.id)
        };
        let linked = self.targets.contains(to);
        let lacking: Vec<&Change> = self.log.iter().filter(is_lacking).filter(|_| linked).collect();
        let sends = Event::Sends { node: self.id, to, many: lacking.len() };
        let send = |reaction, change: &Change| self.send(reaction, change, NodeSet::from_iter([to]));
        lacking.into_iter().fold(Reaction::new(sends), send)
    }

    /// Another sends to it from now on: it asks for what was before.
    pub fn follows(&self, from: NodeId) -> Option<Reaction> {
        self.settings.tag.has_name().then(|| self.asks(NodeSet::from_iter([from]), NodeSet::EMPTY))
    }
}

impl Node<Topology> for Leader {
    fn hear(&mut self, from: Host, message: &Message, _: Time) -> Option<Reaction> {
        Some(match (message, from) {
            (Message::Write { call, op }, _) => self.take(*call, op),
            (Message::Get { call, row }, _) => {
                let number = self.rows.get(row);
                let read = Event::Read { node: self.id, call: *call, row: row.clone(), number };
                Reaction::new(read).send(from, self.answer(*call, row))
            }
            (Message::Change(change), Host::Node(from)) => self.hear_of(from, change),
            (Message::Lack { has }, Host::Node(from)) => self.send_what_is_lacking(from, has),
            (Message::Back, Host::Node(from)) => self.asks(NodeSet::from_iter([from]), NodeSet::EMPTY),
            _ => unreachable!("clients send no changes, and leaders don't answer each other"),
        })
    }

    fn wake(&mut self, timer: Timer, _: Time) -> Option<Reaction> {
        match timer {
            // Whoever was away says so: what others asked for meanwhile, it hasn't heard.
            Timer::Back if self.sources.is_empty() && self.targets.is_empty() => None,
            Timer::Back => Some(self.asks(self.sources, self.targets)),
            Timer::Ask if self.sources.is_empty() => None,
            Timer::Ask => Some(self.asks(self.sources, NodeSet::EMPTY)),
            Timer::Held => {
                let place = self.held.iter().position(|(_, change)| self.lacks(change).is_none())?;
                let (from, change) = Rc::make_mut(&mut self.held).remove(place);
                Some(self.follow(from, &change, true))
            }
            Timer::Call(_) => unreachable!("a client waits for its calls"),
        }
    }

    fn stop(&mut self, _: Power) -> String {
        let held = std::mem::take(&mut self.held).len();
        let applied = "All that it has applied was synced before, and is on its disk.";
        if held == 0 {
            return applied.to_owned();
        }
        format!("{applied} The changes that it held back are gone from its memory: {}.", count(held, "change"))
    }

    fn start(&mut self, _: Time) -> (String, Vec<(Time, Timer)>) {
        let with = format!("It finds {} on its disk.", count(self.rows.iter().count(), "row"));
        let was_on = std::mem::replace(&mut self.was_on, true);
        match (was_on, self.settings.tag.has_name()) {
            (false, _) => (with, Vec::new()),
            (true, true) => (with, vec![(Time::ZERO, Timer::Back)]),
            (true, false) => {
                let none = "Changes that are sent to a leader that is off are lost: they have no names by which it \
                            could ask for them.";
                (format!("{with} {none}"), Vec::new())
            }
        }
    }

    fn reconnect(&mut self) -> Vec<(Time, Timer)> {
        if self.settings.tag.has_name() { vec![(Time::ZERO, Timer::Ask)] } else { Vec::new() }
    }

    fn weight(&self, before: &Leader) -> u64 {
        let rows = if Rc::ptr_eq(&self.rows, &before.rows) { 0 } else { self.rows.iter().count() * 48 };
        let log = if Rc::ptr_eq(&self.log, &before.log) { 0 } else { self.log.len() * size_of::<Change>() };
        let held = if Rc::ptr_eq(&self.held, &before.held) { 0 } else { self.held.len() * size_of::<Change>() };
        (rows + log + held) as u64
    }
}
