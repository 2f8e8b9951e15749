//! Who sees both replicas, as neither of them does: whether the follower holds what the leader had after the same entry.

use std::rc::Rc;

use super::event::{Compared, Event};
use super::{Message, ReplicationLog, Server, Settings};
use crate::cluster::{Host, Witness};
use crate::sim::{Network, Time};
use crate::table::{Difference, Table, compare};

/// Whether the replicas hold the same is found by comparing their rows, never by knowing which statement is a bad one. What
/// the leader has committed since is no difference: it is on its way.
#[derive(Clone)]
pub struct Judge {
    /// What was committed on the leader after each entry of its log, and at first.
    committed: Rc<Vec<Table>>,
    /// What the last comparison has found.
    pub differences: Rc<Vec<Difference>>,
    pub tally: Tally,
}

#[derive(Clone, Copy, Default)]
pub struct Tally {
    pub statements: u64,
    pub rows_changed: u64,
    pub log_bytes: u64,
    pub bytes_shipped: u64,
}

impl Judge {
    fn compare(&mut self, entries: u32, follower: &Table) -> Compared {
        self.differences = Rc::new(compare(&self.committed[entries as usize], follower));
        Compared { rows: follower.rows().count(), differences: self.differences.clone() }
    }
}

impl Witness<ReplicationLog> for Judge {
    fn new(_: &Settings) -> Judge {
        let committed = Rc::new(vec![Table::new(&super::TICKETS)]);
        Judge { committed, differences: Rc::default(), tally: Tally::default() }
    }

    fn sees(&mut self, event: &mut Event, nodes: &[Rc<Server>], _: &Network<Host, Message>, _: Time) {
        let [leader, follower] = nodes else { unreachable!("there are two") };
        let (Server::Leader(leader), Server::Follower(follower)) = (&**leader, &**follower) else {
            unreachable!("in this order")
        };
        match event {
            Event::Executed { rows, .. } => {
                self.tally.statements += 1;
                self.tally.rows_changed += *rows as u64;
            }
            Event::Committed { entry, sent, .. } => {
                let bytes = entry.bytes.len() as u64;
                self.tally.log_bytes += bytes;
                self.tally.bytes_shipped += if *sent { bytes } else { 0 };
                Rc::make_mut(&mut self.committed).push(leader.committed());
            }
            Event::Shipped { bytes, .. } | Event::SentAgain { bytes, .. } => self.tally.bytes_shipped += *bytes as u64,
            Event::Applied { number: entries, compared, .. } | Event::Copied { entries, compared, .. } => {
                *compared = self.compare(*entries, &follower.replica.table);
            }
            _ => {}
        }
    }

    fn weight(&self, before: &Judge) -> u64 {
        let is_shared = Rc::ptr_eq(&self.committed, &before.committed);
        if is_shared { 0 } else { (self.committed.len() * size_of::<Table>()) as u64 }
    }
}
