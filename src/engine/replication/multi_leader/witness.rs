//! Who sees everything: of each write, all that it builds upon, as a set. By that it counts which are lost.

use std::rc::Rc;

use super::MultiLeader;
use super::event::{Combined, Event, Piece};
use super::message::Message;
use super::replica::Replica;
use super::settings::Settings;
use crate::cluster::calls::push;
use crate::cluster::{self, CallId, Host};
use crate::sim::{Network, Time};
use crate::versions::{Dot, History};

#[derive(Clone, Default)]
pub struct Judge {
    /// In the order in which leaders took them.
    pub writes: Rc<Vec<Write>>,
    /// The writes of each leader, by their places: the first is that of its first dot.
    places: Rc<Vec<Vec<usize>>>,
    /// Those that are lost, by their places.
    pub lost: Rc<Vec<usize>>,
    /// The claims that were granted, and whose users know it.
    pub granted: Rc<Vec<(CallId, bool)>>,
}

#[derive(Clone)]
pub struct Write {
    pub dot: Dot,
    /// Nothing, where a function wrote it.
    pub call: Option<CallId>,
    /// Itself, and all that it builds upon or replaces, by their places.
    pub history: Rc<History>,
    pub is_acknowledged: bool,
}

impl Judge {
    fn place(&self, dot: Dot) -> Option<usize> {
        self.places.get(dot.replica.index())?.get(dot.count as usize - 1).copied()
    }

    /// Whether one of these writes has that one in its history, or is that one.
    pub fn is_seen(&self, write: usize, by: &[Dot]) -> bool {
        by.iter().filter_map(|dot| self.place(*dot)).any(|place| self.writes[place].history.contains(write))
    }

    fn begin(&mut self, dot: Dot, call: Option<CallId>, over: &[Dot]) {
        let mut history = History::default();
        over.iter().filter_map(|each| self.place(*each)).for_each(|under| history.extend(&self.writes[under].history));
        history.insert(self.writes.len());
        let places = Rc::make_mut(&mut self.places);
        places.resize(places.len().max(dot.replica.index() + 1), Vec::new());
        places[dot.replica.index()].push(self.writes.len());
        push(&mut self.writes, Write { dot, call, history: Rc::new(history), is_acknowledged: false });
    }

    fn combined(&mut self, it: &Combined) {
        self.begin(it.dot, None, &it.over);
    }

    fn acknowledge(&mut self, call: CallId) {
        if let Some(place) = self.writes.iter().rposition(|write| write.call == Some(call)) {
            Rc::make_mut(&mut self.writes)[place].is_acknowledged = true;
        }
        if let Some(place) = self.granted.iter().position(|(granted, _)| *granted == call) {
            Rc::make_mut(&mut self.granted)[place].1 = true;
        }
    }

    /// Looks which acknowledged writes no node holds, and nothing that a node holds has seen. Returns the new ones.
    fn count_lost(&mut self, nodes: &[Rc<Replica>]) -> Rc<[CallId]> {
        let mut left = History::default();
        for dot in nodes.iter().flat_map(|node| node.store.dots()) {
            self.place(dot).iter().for_each(|place| left.extend(&self.writes[*place].history));
        }
        let is_lost = |place: &usize| self.writes[*place].is_acknowledged && !left.contains(*place);
        let lost: Vec<usize> = (0..self.writes.len()).filter(is_lost).collect();
        let new = lost.iter().filter(|place| !self.lost.contains(place));
        let new = new.filter_map(|place| self.writes[*place].call).collect();
        if *self.lost != lost {
            self.lost = Rc::new(lost);
        }
        new
    }

    pub fn calls_lost(&self) -> Vec<CallId> {
        self.lost.iter().filter_map(|place| self.writes[*place].call).collect()
    }
}

impl cluster::Witness<MultiLeader> for Judge {
    fn new(_: &Settings) -> Judge {
        Judge::default()
    }

    fn sees(&mut self, event: &mut Event, nodes: &[Rc<Replica>], _: &Network<Host, Message>, _: Time) {
        match event {
            Event::Stored { call, dot, over, lost, .. } => {
                self.begin(*dot, Some(*call), over);
                *lost = self.count_lost(nodes);
            }
            Event::Claimed { call, .. } => push(&mut self.granted, (*call, false)),
            Event::Answered { combined, .. } => combined.iter().for_each(|it| self.combined(it)),
            Event::Arrived { news, lost, .. } => {
                for piece in news.iter() {
                    if let Piece::Combined(combined) = piece {
                        self.combined(combined);
                    }
                }
                *lost = self.count_lost(nodes);
            }
            Event::Acknowledged { call, lost } => {
                self.acknowledge(*call);
                *lost = self.count_lost(nodes);
            }
            _ => {}
        }
    }

    fn weight(&self, before: &Judge) -> u64 {
        if Rc::ptr_eq(&self.writes, &before.writes) {
            return 0;
        }
        let newest = self.writes.last().map_or(0, |write| write.history.weight());
        (self.writes.len() * (size_of::<Write>() + size_of::<usize>())) as u64 + newest
    }
}
