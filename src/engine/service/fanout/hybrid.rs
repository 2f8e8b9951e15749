//! The hybrid: posts are delivered to mailboxes, but for those of *celebrities*, who have more followers than a limit.
//! These are left out, and merged in when a timeline is opened, as by join on read.
//!
//! What was delivered stays delivered, and what was left out stays left out: if the limit moves, or a user gains and
//! loses followers, only posts from then on are treated by the new rule. So nothing has to be moved, and a celebrity is
//! whoever has posts that were left out.

use std::rc::Rc;

use super::lists::Lists;
use super::mailboxes::Mailboxes;
use super::world::World;
use super::{PostId, UserId};
use crate::contract::Decided;

#[derive(Clone)]
pub struct Hybrid {
    pub mailboxes: Mailboxes,
    left_out: Lists,
    /// Those with posts that were left out, in the order of their names.
    pub celebrities: Rc<Vec<UserId>>,
}

/// What a read took.
pub struct Merged {
    /// Rows of the mailbox.
    pub mailbox: u64,
    /// Rows looked up to see which celebrities the reader follows: one for each there is.
    pub lookups: u64,
    /// Rows of posts that had been left out.
    pub left_out: u64,
    pub page: Rc<[PostId]>,
}

impl Hybrid {
    pub fn new(users: u32) -> Hybrid {
        Hybrid { mailboxes: Mailboxes::new(users), left_out: Lists::new(users), celebrities: Rc::default() }
    }

    pub fn weight(&self, before: &Hybrid) -> u64 {
        self.mailboxes.weight(&before.mailboxes) + self.left_out.weight(&before.left_out)
    }

    /// The posts of an author that were left out, the newest first.
    pub fn left_out(&self, author: UserId) -> impl Iterator<Item = PostId> {
        self.left_out.newest_first(author)
    }

    pub fn deliver(&mut self, world: &World, post: PostId) -> Decided<u64> {
        Decided::new(self.mailboxes.deliver(world, post).event)
    }

    /// Keeps a post for whoever reads.
    pub fn leave_out(&mut self, world: &World, post: PostId) -> Decided<()> {
        let author = world.post(post).author;
        self.left_out.append(author, post);
        if let Err(place) = self.celebrities.binary_search(&author) {
            Rc::make_mut(&mut self.celebrities).insert(place, author);
        }
        Decided::new(())
    }

    pub fn timeline(&self, world: &World, reader: UserId) -> Decided<Merged> {
        let (mut newest, mailbox) = self.mailboxes.read(world, reader);
        let mut left_out = 0;
        for celebrity in self.celebrities.iter().filter(|celebrity| world.follows.has(reader, **celebrity)) {
            left_out += newest.take(self.left_out(*celebrity));
        }
        let lookups = self.celebrities.len() as u64;
        Decided::new(Merged { mailbox, lookups, left_out, page: newest.finish() })
    }

    /// A new follower gets what would have been delivered.
    pub fn fill(&mut self, world: &World, follower: UserId, followee: UserId) -> Decided<u64> {
        let mut delivered = Vec::new();
        let mut left_out = self.left_out.newest_first(followee).peekable();
        delivered.extend(world.posts_of(followee).filter(|post| left_out.next_if_eq(post).is_none()));
        Decided::new(self.mailboxes.fill(follower, &delivered).event)
    }

    pub fn purge(&mut self, world: &World, follower: UserId, author: UserId) -> Decided<u64> {
        Decided::new(self.mailboxes.purge(world, follower, author).event)
    }
}
