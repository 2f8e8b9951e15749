//! One list of posts for each user, in one table: the posts a user has written, or the mailbox that others deliver to.
//!
//! A row is a post and the place of the row before it in the same list; for each user there is the place of the newest.
//! To deliver is to append one row and to move one head, whoever the user is and however long the list.

use super::paged::Paged;
use super::{PostId, UserId};

/// The place of no row.
const NONE: u32 = u32::MAX;

#[derive(Clone, Copy)]
struct Row {
    post: PostId,
    older: u32,
}

#[derive(Clone)]
pub struct Lists {
    rows: Paged<Row>,
    newest: Paged<u32>,
}

impl Lists {
    pub fn new(users: u32) -> Lists {
        Lists { rows: Paged::empty(), newest: Paged::filled(NONE, users as usize) }
    }

    pub fn weight(&self, before: &Lists) -> u64 {
        self.rows.weight(&before.rows) + self.newest.weight(&before.newest)
    }

    /// How many rows the table has, those included that no list leads to any more.
    pub fn rows(&self) -> usize {
        self.rows.count()
    }

    /// Puts a post at the newest end of a list: one row.
    pub fn append(&mut self, owner: UserId, post: PostId) {
        let older = *self.newest.get(owner.index());
        let place = self.rows.count() as u32;
        self.rows.push(Row { post, older });
        self.newest.set(owner.index(), place);
    }

    /// Writes a list anew, from its oldest post to its newest.
    pub fn replace(&mut self, owner: UserId, oldest_first: impl Iterator<Item = PostId>) {
        self.newest.set(owner.index(), NONE);
        for post in oldest_first {
            self.append(owner, post);
        }
    }

    /// The posts of a list, the newest first.
    pub fn newest_first(&self, owner: UserId) -> NewestFirst<'_> {
        NewestFirst { rows: &self.rows, next: *self.newest.get(owner.index()) }
    }
}

pub struct NewestFirst<'a> {
    rows: &'a Paged<Row>,
    next: u32,
}

impl Iterator for NewestFirst<'_> {
    type Item = PostId;

    fn next(&mut self) -> Option<PostId> {
        if self.next == NONE {
            return None;
        }
        let row = self.rows.get(self.next as usize);
        self.next = row.older;
        Some(row.post)
    }
}
