//! Fan-out on write: each user has a mailbox, and each post is delivered to the mailboxes of all followers at once.
//! Whoever opens a timeline finds it ready.
//!
//! A mailbox is a copy of what the tables of posts and follows already say, and has to be kept in step with them: also
//! when someone follows or unfollows.

use std::rc::Rc;

use super::lists::Lists;
use super::world::{Newest, World};
use super::{PostId, UserId};
use crate::contract::Decided;

#[derive(Clone)]
pub struct Mailboxes {
    lists: Lists,
}

impl Mailboxes {
    pub fn new(users: u32) -> Mailboxes {
        Mailboxes { lists: Lists::new(users) }
    }

    pub fn weight(&self, before: &Mailboxes) -> u64 {
        self.lists.weight(&before.lists)
    }

    /// How many rows all mailboxes have taken so far.
    pub fn rows(&self) -> usize {
        self.lists.rows()
    }

    /// What lies in a mailbox, the newest first.
    pub fn of(&self, user: UserId) -> impl Iterator<Item = PostId> {
        self.lists.newest_first(user)
    }

    /// Puts `post` into the mailbox of each follower of its author; returns how many rows that wrote.
    pub fn deliver(&mut self, world: &World, post: PostId) -> Decided<u64> {
        let mut rows = 0;
        world.follows.each_follower(world.post(post).author, &mut |follower| {
            self.lists.append(follower, post);
            rows += 1;
        });
        Decided::new(rows)
    }

    /// The newest of a mailbox, as a timeline in the making, and how many rows that read.
    pub fn read(&self, world: &World, reader: UserId) -> (Newest, u64) {
        let mut newest = Newest::new(world.page);
        let rows = newest.take(self.of(reader));
        (newest, rows)
    }

    /// A new follower gets the older posts of the followee too, each at its place in time; returns how many rows were
    /// read and written.
    pub fn fill(&mut self, follower: UserId, posts: &[PostId]) -> Decided<u64> {
        let mut held: Vec<PostId> = self.of(follower).collect();
        let mut rows = 0;
        for post in posts {
            let place = held.partition_point(|each| each > post);
            held.insert(place, *post);
            rows += 2;
        }
        if rows > 0 {
            self.lists.replace(follower, held.into_iter().rev());
        }
        Decided::new(rows)
    }

    /// Takes the posts of `author` out of a mailbox; returns how many rows were looked at and deleted.
    pub fn purge(&mut self, world: &World, follower: UserId, author: UserId) -> Decided<u64> {
        let mut held: Vec<PostId> = self.of(follower).collect();
        let before = held.len();
        held.retain(|post| world.post(*post).author != author);
        let deleted = before - held.len();
        if deleted > 0 {
            self.lists.replace(follower, held.into_iter().rev());
        }
        Decided::new((before + deleted) as u64)
    }
}

/// A timeline from a mailbox alone.
pub fn timeline(mailboxes: &Mailboxes, world: &World, reader: UserId) -> Decided<(Rc<[PostId]>, u64)> {
    let (newest, rows) = mailboxes.read(world, reader);
    Decided::new((newest.finish(), rows))
}
