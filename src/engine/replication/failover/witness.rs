//! The judge: it sees all calls, all logs and the network, as no node and no client can.

use std::collections::BTreeSet;
use std::rc::Rc;

use super::Failover;
use super::busy::Busy;
use super::command::Command;
use super::event::{Event, Next};
use super::message::{Message, RowId, row_in};
use super::settings::Settings;
use super::user::Ask;
use super::verdict::Broken;
use crate::cluster::{CallId, Host, NodeId, Witness};
use crate::replication::replicated_log::Reigns;
use crate::sim::{Network, Time};

#[derive(Clone)]
pub struct Judge {
    pub reigns: Reigns,
    /// In the order in which they began.
    pub calls: Rc<Vec<Judged>>,
    pub told: Rc<Vec<Told>>,
    /// Inserts that an old leader has acknowledged, and the new one did not know of.
    by_old: Rc<Vec<CallId>>,
    /// Rows that the storage does not have any more, for an older leader has overwritten them.
    overwritten: Rc<Vec<Broken>>,
    pub tally: Tally,
}

/// A call, and what its client was told.
#[derive(Clone)]
pub struct Judged {
    pub id: CallId,
    pub ask: Ask,
    pub ended: Option<Ended>,
    /// Of how many rows clients had been told when it began.
    told_before: usize,
}

#[derive(Clone, Debug, PartialEq)]
pub enum Ended {
    Inserted(RowId),
    Found(Option<Rc<str>>),
    /// No answer has come in time. Whether the row is written, the client does not know.
    GivenUp,
}

/// A client has been told that its row is written.
#[derive(Clone)]
pub struct Told {
    pub call: CallId,
    pub row: RowId,
    pub name: Rc<str>,
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

impl Witness<Failover> for Judge {
    fn new(_: &Settings) -> Judge {
        Judge {
            reigns: Reigns::new(1, NodeId::new(1)),
            calls: Rc::default(),
            told: Rc::default(),
            by_old: Rc::default(),
            overwritten: Rc::default(),
            tally: Tally::default(),
        }
    }

    fn call_begins(&mut self, id: CallId, command: &Command, _: Time) {
        let (ask, told_before) = (Ask::of(command), self.told.len());
        Rc::make_mut(&mut self.calls).push(Judged { id, ask, ended: None, told_before });
    }

    fn sees(&mut self, event: &mut Event, nodes: &[Rc<Busy>], network: &Network<Host, Message>, _: Time) {
        match event {
            Event::Leads { node, term, alive, .. } => {
                let last = self.reigns.newest().0;
                let is_alive = |old: &&Busy| {
                    let id = old.replica.log.id;
                    id != *node && old.replica.led == last && network.is_open((*node).into(), id.into())
                };
                *alive = nodes.iter().map(|old| &**old).find(is_alive).map(|old| old.replica.log.id);
                self.tally.replaced_alive += u64::from(alive.is_some());
                self.reigns.begin(*term, *node);
            }
            Event::Followed { peer, lost, .. } => {
                // A client that had asked twice may have been told of another row.
                for dropped in lost {
                    let was_told = self.told.iter().any(|told| told.call == dropped.call);
                    dropped.told = was_told && !has(&nodes[peer.index()], dropped.call);
                }
            }
            Event::Appended { node, call, next: Next::Tells, .. } | Event::StoreConfirmed { node, call, .. } => {
                self.acknowledged(*node, *call, nodes);
            }
            Event::Committed { node, told, .. } => {
                told.iter().for_each(|owed| self.acknowledged(*node, owed.call, nodes));
            }
            Event::Told { call, row, name, twice, old, .. } => {
                Rc::make_mut(&mut self.told).push(Told { call: *call, row: *row, name: name.clone() });
                self.end(*call, Ended::Inserted(*row));
                // The new leader may have got to know of it while the answer was on its way.
                *old = self.by_old.contains(call) && self.lost(nodes).iter().any(|lost| lost.call == *call);
                *twice = self.given_twice(*call);
                self.tally.told_by_old += u64::from(*old);
                self.tally.given_twice += u64::from(twice.is_some());
            }
            Event::CacheHit { call, name, broken, .. } => *broken = self.be_shown(*call, Some(name.clone())),
            Event::Shown { call, name, broken, .. } => *broken = self.be_shown(*call, name.clone()),
            Event::GaveUp { call, .. } => self.end(*call, Ended::GivenUp),
            Event::Redirected { .. } => self.tally.redirects += 1,
            Event::TokenRefused { .. } => self.tally.fenced += 1,
            Event::Stored { row, token, over, .. } => {
                let is_back =
                    |broken: &Broken| matches!(broken, Broken::Overwritten { insert, .. } if *insert == row.call);
                Rc::make_mut(&mut self.overwritten).retain(|broken| !is_back(broken));
                let Some((old, newer)) = over else { return };
                self.tally.overwritten += 1;
                let (row, insert, newer) = (row.clone(), old.call, *newer);
                let (by, token) = (row.call, *token);
                let broken = Broken::Overwritten { row: row.row, insert, name: row.name, by, token, newer };
                Rc::make_mut(&mut self.overwritten).push(broken);
            }
            _ => {}
        }
    }

    fn weight(&self, before: &Judge) -> u64 {
        let calls = if Rc::ptr_eq(&self.calls, &before.calls) { 0 } else { self.calls.len() * size_of::<Judged>() };
        let told = if Rc::ptr_eq(&self.told, &before.told) { 0 } else { self.told.len() * size_of::<Told>() };
        (calls + told) as u64
    }
}

/// Whether the log of a node has the row of a call.
fn has(node: &Busy, call: CallId) -> bool {
    node.replica.log.log().iter().any(|entry| row_in(entry).is_some_and(|(_, other, _)| other == call))
}

/// What it notes.
impl Judge {
    /// Whoever leads the newest term may know nothing of what another acknowledges: then two nodes lead, each for itself.
    fn acknowledged(&mut self, node: NodeId, call: CallId, nodes: &[Rc<Busy>]) {
        let (_, newest) = self.reigns.newest();
        if newest != node && !has(&nodes[newest.index()], call) {
            Rc::make_mut(&mut self.by_old).push(call);
        }
    }

    fn end(&mut self, call: CallId, ended: Ended) {
        let mut calls = Rc::make_mut(&mut self.calls).iter_mut();
        calls.find(|other| other.id == call).expect("a call ends after it has begun").ended = Some(ended);
    }

    /// A read ends with what its client is shown, and here is what is wrong with that.
    fn be_shown(&mut self, call: CallId, found: Option<Rc<str>>) -> Option<Broken> {
        self.end(call, Ended::Found(found));
        let broken = self.contradiction(self.calls.iter().find(|other| other.id == call)?);
        self.tally.wrong_person += u64::from(matches!(broken, Some(Broken::WrongPerson { .. })));
        broken
    }
}

/// How it judges.
impl Judge {
    /// Rows whose clients were told that they are written, and which are lost, as [`Reigns`] judges. A log has a row if it has
    /// it under the number that the client was told.
    pub fn lost(&self, nodes: &[Rc<Busy>]) -> Vec<&Told> {
        let log = |node: NodeId| &nodes[node.index()].replica.log;
        let rows = log(self.reigns.newest().1).log().iter().filter_map(row_in).map(|(row, call, _)| (row, call));
        let there: BTreeSet<(RowId, CallId)> = rows.collect();
        self.reigns.lost(self.told.iter(), log, |_, told| there.contains(&(told.row, told.call))).collect()
    }

    /// What each call breaks, if it does.
    pub fn broken(&self, nodes: &[Rc<Busy>]) -> Vec<Option<Broken>> {
        let lost: BTreeSet<CallId> = self.lost(nodes).iter().map(|told| told.call).collect();
        let broken: Vec<_> = self.calls.iter().map(|call| self.contradiction(call)).collect();
        let (term, leader) = self.reigns.newest();
        let missing = |call: &Judged| {
            let (insert, Some(Ended::Inserted(row))) = (call.id, &call.ended) else { return None };
            let is_of =
                |broken: &&Broken| matches!(broken, Broken::Overwritten { insert: other, .. } if *other == insert);
            if let Some(overwritten) = self.overwritten.iter().find(is_of) {
                return Some(overwritten.clone());
            }
            let shows = |broken: &Option<Broken>| broken.as_ref().and_then(Broken::against) == Some(insert);
            let noticed = broken.iter().position(shows).map(|place| self.calls[place].id);
            lost.contains(&insert).then_some(Broken::Lost { row: *row, insert, leader, term, noticed })
        };
        let pairs = self.calls.iter().zip(&broken);
        pairs.map(|(call, contradiction)| contradiction.clone().or_else(|| missing(call))).collect()
    }

    /// Where what a call was told contradicts what another was told before.
    fn contradiction(&self, call: &Judged) -> Option<Broken> {
        match (&call.ask, &call.ended) {
            (Ask::Read(row), Some(Ended::Found(found))) => self.misread(call, *row, found.as_ref()),
            (_, Some(Ended::Inserted(_))) => self.given_twice(call.id),
            _ => None,
        }
    }

    /// Whose row it is, is what the last client was told to whom that number was given.
    fn misread(&self, read: &Judged, row: RowId, found: Option<&Rc<str>>) -> Option<Broken> {
        let owner = self.told[..read.told_before].iter().rfind(|told| told.row == row)?;
        match found {
            None => Some(Broken::NotFound { row, insert: owner.call }),
            Some(found) if *found != owner.name => {
                Some(Broken::WrongPerson { name: owner.name.clone(), owner: owner.call })
            }
            Some(_) => None,
        }
    }

    fn given_twice(&self, insert: CallId) -> Option<Broken> {
        let place = self.told.iter().position(|told| told.call == insert)?;
        let Told { row, .. } = self.told[place];
        let first = self.told[..place].iter().rfind(|told| told.row == row)?;
        Some(Broken::GivenTwice { row, name: first.name.clone(), first: first.call })
    }

    /// What must not happen, and how often it has.
    pub fn verdicts(&self, nodes: &[Rc<Busy>]) -> [(&'static str, u64); 6] {
        let tally = self.tally;
        [
            ("no acknowledged row lost", self.lost(nodes).len() as u64),
            ("no number given twice", tally.given_twice),
            ("no wrong person shown", tally.wrong_person),
            ("no answer by an old leader", tally.told_by_old),
            ("no older over a newer row", tally.overwritten),
            ("no live leader replaced", tally.replaced_alive),
        ]
    }
}
