//! Who sees everything: of each write, all that it had really seen, as a set. By that it judges what the replicas make of it.

use std::rc::Rc;

use super::Versions;
use super::carts::Mark;
use super::event::Event;
use super::message::Message;
use super::replica::Replica;
use super::settings::Settings;
use super::told::{Back, Over};
use crate::cluster::calls::push;
use crate::cluster::{self, CallId, Host};
use crate::key::Key;
use crate::sim::{Network, Time};
use crate::versions::{History, Relation, Version};

#[derive(Clone, Default)]
pub struct Judge {
    /// In the order in which they were sent.
    pub writes: Rc<Vec<Write>>,
    /// Those that are lost, by their places.
    pub lost: Rc<Vec<usize>>,
}

#[derive(Clone)]
pub struct Write {
    pub call: CallId,
    /// The cart, in words.
    pub items: Rc<str>,
    /// What was added to it, or removed.
    pub item: Key,
    pub adds: bool,
    /// Itself, and all that it had seen, by their places.
    pub history: Rc<History>,
    /// The version that its replica gave it; nothing, as long as none has it.
    pub mark: Option<Rc<Mark>>,
    pub acknowledged: bool,
}

impl Judge {
    pub fn place(&self, call: CallId) -> Option<usize> {
        self.writes.iter().rposition(|write| write.call == call)
    }

    /// Whether the writer of the second had really seen the first, or it is the first.
    pub fn had_seen(&self, second: CallId, first: CallId) -> bool {
        let places = self.place(second).zip(self.place(first));
        places.is_some_and(|(second, first)| self.writes[second].history.contains(first))
    }

    /// Of carts that stand beside each other, those that another of them has seen.
    pub fn false_siblings(&self, held: &[CallId]) -> Vec<CallId> {
        let is_seen = |one: &CallId| held.iter().any(|other| other != one && self.had_seen(*other, *one));
        held.iter().filter(|one| is_seen(one)).copied().collect()
    }

    fn begin(&mut self, call: CallId, items: &Rc<str>, (item, adds): (&Key, bool), saw: &[CallId]) {
        let mut history = History::default();
        saw.iter().filter_map(|each| self.place(*each)).for_each(|seen| history.extend(&self.writes[seen].history));
        history.insert(self.writes.len());
        push(
            &mut self.writes,
            Write {
                call,
                items: items.clone(),
                item: item.clone(),
                adds,
                history: Rc::new(history),
                mark: None,
                acknowledged: false,
            },
        );
    }

    /// Whether the writer of one of the carts had the item from what the removal had seen, and hadn't seen the removal. Of an item that
    /// was put in anew no one can say that it is back by mistake.
    fn still_had(&self, Back { item, removal, from }: &Back) -> bool {
        let Some(removed) = self.place(*removal).map(|place| &self.writes[place].history) else { return false };
        let added = |had: &History| {
            let adds = |(place, write): (usize, &Write)| {
                write.adds && write.item == *item && had.contains(place) && removed.contains(place)
            };
            self.writes.iter().enumerate().any(adds)
        };
        let carts = from.iter().filter(|cart| !self.had_seen(**cart, *removal)).filter_map(|cart| self.place(*cart));
        carts.map(|place| &self.writes[place].history).any(|had| added(had))
    }

    /// Of a cart that has come and isn't among those that are held, although none of them had seen it: for which it was passed over.
    fn over(&self, call: CallId, held: &[CallId]) -> Option<Over> {
        if held.iter().any(|own| self.had_seen(*own, call)) {
            return None;
        }
        let mark = |call: CallId| self.place(call).and_then(|place| self.writes[place].mark.clone());
        let new = mark(call)?;
        let is_newer = |own: &Rc<Mark>| matches!(new.compare(own), Relation::Before | Relation::Same);
        held.iter().find_map(|kept| {
            let kept_mark = mark(*kept).filter(is_newer)?;
            Some(Over { call, mark: new.clone(), kept: *kept, kept_mark })
        })
    }

    fn write_mut(&mut self, call: CallId) -> Option<&mut Write> {
        let place = self.place(call)?;
        Some(&mut Rc::make_mut(&mut self.writes)[place])
    }

    /// Looks which acknowledged writes no replica holds, and nothing that a replica holds has seen. Returns the new ones.
    fn count_lost(&mut self, nodes: &[Rc<Replica>]) -> Rc<[CallId]> {
        let mut left = History::default();
        for call in nodes.iter().flat_map(|node| node.carts.calls()) {
            self.place(call).iter().for_each(|place| left.extend(&self.writes[*place].history));
        }
        let is_lost = |place: &usize| self.writes[*place].acknowledged && !left.contains(*place);
        let lost: Vec<usize> = (0..self.writes.len()).filter(is_lost).collect();
        let new =
            lost.iter().filter(|place| !self.lost.contains(place)).map(|place| self.writes[*place].call).collect();
        if *self.lost != lost {
            self.lost = Rc::new(lost);
        }
        new
    }
}

impl cluster::Witness<Versions> for Judge {
    fn new(_: &Settings) -> Judge {
        Judge::default()
    }

    fn sees(&mut self, event: &mut Event, nodes: &[Rc<Replica>], _: &Network<Host, Message>, _: Time) {
        match event {
            Event::CartSent { call, items, item, adds, saw, .. } => self.begin(*call, items, (item, *adds), saw),
            Event::Stored { call, mark, held, unaware, lost, .. } => {
                if let Some(write) = self.write_mut(*call) {
                    write.mark = Some(mark.clone());
                }
                *unaware = held.iter().filter(|other| *other != call && self.had_seen(*call, **other)).count();
                *lost = self.count_lost(nodes);
            }
            Event::Merged { came, held, over, lost, .. } => {
                *over = came.iter().filter_map(|call| self.over(*call, held)).collect();
                *lost = self.count_lost(nodes);
            }
            Event::Answered { call, back, lost, .. } => {
                *back = back.iter().filter(|back| self.still_had(back)).cloned().collect();

                if let Some(write) = self.write_mut(*call) {
                    write.acknowledged = true;
                }
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
        (self.writes.len() * size_of::<Write>()) as u64 + newest
    }
}
