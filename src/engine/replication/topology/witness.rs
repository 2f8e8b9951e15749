//! Who sees everything: of each change, all that its leader had really applied before, as a set; and which way it has come.

use std::rc::Rc;

use super::Topology;
use super::event::Event;
use super::leader::Leader;
use super::message::Message;
use super::rows::{Effect, Op};
use super::settings::Settings;
use crate::cluster::calls::push;
use crate::cluster::{self, CallId, Host, NodeId};
use crate::sim::{Network, Time};
use crate::versions::History;

#[derive(Clone)]
pub struct Judge {
    /// In the order in which they were made.
    pub changes: Rc<Vec<Made>>,
    /// What each leader has applied, by the places of the changes.
    pub applied: Rc<Vec<History>>,
    pub tally: Tally,
}

/// What has come of all changes.
#[derive(Clone, Copy, Default)]
pub struct Tally {
    /// Messages that carried a change from leader to leader.
    pub sent: u64,
    /// Copies that changed nothing where they came.
    pub ignored: u64,
    /// How often a change was applied where it had been applied before.
    pub again: u64,
    /// How often one was applied before another that its leader had applied.
    pub early: u64,
    /// How often one found no row to add to.
    pub no_row: u64,
}

#[derive(Clone)]
pub struct Made {
    pub call: CallId,
    pub op: Op,
    /// Itself, and all that its leader had applied.
    pub history: Rc<History>,
    /// Where it was applied, in that order.
    pub came: Rc<Vec<Came>>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Came {
    pub to: NodeId,
    /// No one, where it was made.
    pub from: Option<NodeId>,
    /// How many links it has gone.
    pub links: u64,
}

impl Judge {
    pub fn place(&self, call: CallId) -> Option<usize> {
        self.changes.iter().rposition(|change| change.call == call)
    }

    /// How many links the change that has gone furthest has gone.
    pub fn longest(&self) -> u64 {
        self.changes.iter().flat_map(|change| change.came.iter().map(|came| came.links)).max().unwrap_or(0)
    }

    fn make(&mut self, node: NodeId, call: CallId, op: &Op) {
        let place = self.changes.len();
        let applied = &mut Rc::make_mut(&mut self.applied)[node.index()];
        applied.insert(place);
        let came = Rc::new(vec![Came { to: node, from: None, links: 0 }]);
        push(&mut self.changes, Made { call, op: op.clone(), history: Rc::new(applied.clone()), came });
    }

    /// A leader has applied a change. How often by now, and which others should have come before it.
    fn apply(&mut self, node: NodeId, from: NodeId, (call, links): (CallId, u64)) -> (usize, Rc<[CallId]>) {
        let place = self.place(call).expect("a change is made before it is applied elsewhere");
        let applied = &mut Rc::make_mut(&mut self.applied)[node.index()];
        applied.insert(place);
        let history = &self.changes[place].history;
        let is_missing = |other: &usize| history.contains(*other) && !applied.contains(*other);
        let missing = (0..place).filter(is_missing).map(|other| self.changes[other].call).collect();
        let change = &mut Rc::make_mut(&mut self.changes)[place];
        push(&mut change.came, Came { to: node, from: Some(from), links });
        (change.came.iter().filter(|came| came.to == node).count(), missing)
    }
}

/// Whether some message still carries that change.
fn is_on_the_way(change: CallId, network: &Network<Host, Message>) -> bool {
    network.in_flight().any(|sent| matches!(&sent.payload, Message::Change(carried) if carried.call == change))
}

impl cluster::Witness<Topology> for Judge {
    fn new(settings: &Settings) -> Judge {
        let applied = vec![History::default(); settings.leaders.into()];
        Judge { changes: Rc::default(), applied: Rc::new(applied), tally: Tally::default() }
    }

    fn sees(&mut self, event: &mut Event, _: &[Rc<Leader>], network: &Network<Host, Message>, _: Time) {
        match event {
            Event::Made { node, call, op, to, .. } => {
                self.make(*node, *call, op);
                self.tally.sent += to.len() as u64;
            }
            Event::Applied { node, call, from, links, effect, to, tag, times, missing, never, .. } => {
                (*times, *missing) = self.apply(*node, *from, (*call, *links));
                *never = !tag.has_name() && !missing.iter().any(|call| is_on_the_way(*call, network));
                self.tally.sent += to.len() as u64;
                self.tally.again += u64::from(*times > 1);
                self.tally.early += u64::from(!missing.is_empty());
                self.tally.no_row += u64::from(*effect == Effect::NoRow);
            }
            Event::Sends { many, .. } => self.tally.sent += *many as u64,
            Event::Known { .. } | Event::LetBe { .. } => self.tally.ignored += 1,
            _ => {}
        }
    }

    fn weight(&self, before: &Judge) -> u64 {
        if Rc::ptr_eq(&self.changes, &before.changes) {
            return 0;
        }
        let newest = self.changes.last().map_or(0, |change| change.history.weight() + 64);
        let applied: u64 = self.applied.iter().map(History::weight).sum();
        (self.changes.len() * size_of::<Made>()) as u64 + newest + applied
    }
}
