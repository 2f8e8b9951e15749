//! The fleet: nodes that serve users, each with one version of the software.
//!
//! A user is always served by the same node, as long as the fleet is as large as it is. So a change on one node in
//! twelve is a change for one user in twelve, and for no other.

use std::rc::Rc;

use super::mistake::Mistake;
use crate::sim::Rng;

/// A version of the software; each release makes a new one.
pub type Version = u32;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Node {
    pub version: Version,
    /// When it was started with that version, in minutes since the beginning.
    pub since: u32,
    /// How many of its users this release has hit.
    pub users_hit: u32,
}

#[derive(Clone)]
pub struct Fleet {
    pub nodes: Rc<Vec<Node>>,
    users: u32,
    /// A bit for each user whom this release has hit.
    hit: Rc<Vec<u64>>,
}

/// What a minute brought.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Minute {
    pub requests: u32,
    pub errors: u32,
    /// Requests that the new version has answered; all errors are its.
    pub of_new: u32,
    /// Users who were hit for the first time.
    pub users_hit: u32,
    /// Of those whose request failed, this many have complained.
    pub complaints: u32,
}

/// One failed request in so many leads to a complaint: most people just leave.
pub const ONE_COMPLAINS_IN: u64 = 50;

impl Fleet {
    pub fn new(nodes: u32, users: u32) -> Fleet {
        let node = Node { version: 1, since: 0, users_hit: 0 };
        let words = (users as usize).div_ceil(64);
        Fleet { nodes: Rc::new(vec![node; nodes as usize]), users, hit: Rc::new(vec![0; words]) }
    }

    /// The bytes of the lists that `before` does not share.
    pub fn weight(&self, before: &Fleet) -> u64 {
        let nodes = if Rc::ptr_eq(&self.nodes, &before.nodes) { 0 } else { self.nodes.len() * size_of::<Node>() };
        let hit = if Rc::ptr_eq(&self.hit, &before.hit) { 0 } else { self.hit.len() * size_of::<u64>() };
        (nodes + hit) as u64
    }

    pub fn with_version(&self, version: Version) -> u32 {
        self.nodes.iter().filter(|node| node.version == version).count() as u32
    }

    pub fn users_hit(&self) -> u32 {
        self.nodes.iter().map(|node| node.users_hit).sum()
    }

    /// A new release hits nobody yet.
    pub fn forget_hits(&mut self) {
        Rc::make_mut(&mut self.hit).fill(0);
        for node in Rc::make_mut(&mut self.nodes) {
            node.users_hit = 0;
        }
    }

    /// Starts the first nodes anew with `version`, until `many` have it.
    pub fn install(&mut self, version: Version, many: u32, now: u32) {
        let nodes = Rc::make_mut(&mut self.nodes);
        for node in nodes.iter_mut().take(many as usize).filter(|node| node.version != version) {
            (node.version, node.since) = (version, now);
        }
    }

    /// Puts `old` back on at most `many` nodes that have `new`.
    pub fn take_back(&mut self, new: Version, old: Version, many: u32, now: u32) {
        let nodes = Rc::make_mut(&mut self.nodes);
        for node in nodes.iter_mut().filter(|node| node.version == new).take(many as usize) {
            (node.version, node.since) = (old, now);
        }
    }

    /// The requests of one minute, each of a user by chance.
    pub fn serve(&mut self, requests: u32, new: Version, mistake: Mistake, now: u32, rng: &mut Rng) -> Minute {
        let mut minute = Minute { requests, ..Minute::default() };
        let (nodes, hit) = (Rc::make_mut(&mut self.nodes), Rc::make_mut(&mut self.hit));
        for _ in 0..requests {
            let user = rng.below(u64::from(self.users)) as usize;
            let place = user % nodes.len();
            let node = &mut nodes[place];
            if node.version != new {
                continue;
            }
            minute.of_new += 1;
            if !mistake.fails(now - node.since, true, rng) {
                continue;
            }
            minute.errors += 1;
            minute.complaints += u32::from(rng.one_in(ONE_COMPLAINS_IN));
            let (word, bit) = (user / 64, 1 << (user % 64));
            if hit[word] & bit == 0 {
                hit[word] |= bit;
                node.users_hit += 1;
                minute.users_hit += 1;
            }
        }
        minute
    }
}
