//! What clients and nodes send each other, and the posts that it is about.
//!
//! An entry of the log is a post: its key is the page's number (1 byte), the user's (1) and the post's (4, little-endian), its
//! value the text. A leader that comes back opens its new term with an entry that is no post, and counts for nothing here.

use std::rc::Rc;

use super::device::User;
use crate::form::Choice;
use crate::replication::checker::Item;
use crate::replication::replicated_log::Entry;

pub use crate::replication::replicated_log::Message as LogMessage;

/// How many partitions there are. Each has a log of its own.
pub const PARTITIONS: usize = 2;

/// A message that somebody has posted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Post {
    pub item: Item,
    /// The page that it stands on, by its number.
    pub page: u8,
    pub user: User,
    pub text: Rc<str>,
}

impl Post {
    pub fn key(&self) -> Vec<u8> {
        [&[self.page, self.user as u8][..], &self.item.to_le_bytes()].concat()
    }

    /// The post that an entry is, if it is one.
    pub fn of(entry: &Entry) -> Option<Post> {
        let &[page, user, a, b, c, d] = entry.key() else { return None };
        let user = *User::ALL.get(usize::from(user))?;
        let text = std::str::from_utf8(entry.value()).ok()?;
        Some(Post { item: Item::from_le_bytes([a, b, c, d]), page, user, text: text.into() })
    }
}

/// How many posts of a partition there are, from the first on.
pub type LogPosition = u32;

#[derive(Clone)]
#[cfg_attr(test, derive(Debug, PartialEq))]
pub enum Message {
    Post {
        call: usize,
        partition: usize,
        post: Rc<Post>,
    },
    Posted {
        call: usize,
        partition: usize,
        position: LogPosition,
    },
    Log {
        partition: usize,
        message: LogMessage,
    },
    /// A follower has come back, and has so many entries of each log.
    Hello {
        positions: [usize; PARTITIONS],
    },
    Fetch {
        call: usize,
        partition: usize,
        page: u8,
        at_least: LogPosition,
    },
    /// The posts of a page in one partition, and how far that had come.
    Page {
        call: usize,
        partition: usize,
        position: LogPosition,
        items: Vec<Item>,
    },
}
