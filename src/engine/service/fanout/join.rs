//! Join on read: a post is one row in the table of posts, and whoever opens a timeline does the work.
//!
//! ```sql
//! SELECT posts.* FROM follows JOIN posts ON posts.author = follows.followee
//!  WHERE follows.follower = $reader ORDER BY posts.id DESC LIMIT $page
//! ```

use std::rc::Rc;

use super::world::{Newest, World};
use super::{PostId, UserId};
use crate::contract::Decided;

/// What a read took.
pub struct Joined {
    pub followees: u64,
    /// Rows of posts that were looked at, kept or not.
    pub posts: u64,
    pub page: Rc<[PostId]>,
}

/// Reads the row of each whom `reader` follows, then by the index the newest posts of each, until they are too old.
pub fn timeline(world: &World, reader: UserId) -> Decided<Joined> {
    let mut newest = Newest::new(world.page);
    let (mut followees, mut posts) = (0, 0);
    world.follows.each_followee(reader, &mut |followee| {
        followees += 1;
        posts += newest.take(world.posts_of(followee));
    });
    Decided::new(Joined { followees, posts, page: newest.finish() })
}
