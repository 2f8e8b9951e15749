//! What the three ways have in common: the users, who follows whom, and the posts.

use std::rc::Rc;

use super::follows::Follows;
use super::lists::Lists;
use super::paged::Paged;
use super::{PostId, UserId};

#[derive(Clone)]
pub struct Post {
    pub author: UserId,
    pub text: Rc<str>,
}

/// The table of posts, in the order in which they were made, and its index by author.
#[derive(Clone)]
pub struct World {
    pub follows: Follows,
    posts: Paged<Post>,
    by_author: Lists,
    /// How many posts a timeline shows.
    pub page: usize,
}

impl World {
    pub fn new(follows: Follows, page: usize) -> World {
        let by_author = Lists::new(follows.users());
        World { follows, posts: Paged::empty(), by_author, page }
    }

    /// The bytes that `before` does not share, but for the posts themselves, of which few come at a time.
    pub fn weight(&self, before: &World) -> u64 {
        self.follows.weight(&before.follows) + self.by_author.weight(&before.by_author)
    }

    pub fn add(&mut self, author: UserId, text: Rc<str>) -> PostId {
        let id = PostId(self.posts.count() as u32);
        self.posts.push(Post { author, text });
        self.by_author.append(author, id);
        id
    }

    pub fn post(&self, id: PostId) -> &Post {
        self.posts.get(id.index())
    }

    /// All posts, the newest first.
    pub fn newest_first(&self) -> impl Iterator<Item = PostId> {
        (0..self.posts.count() as u32).rev().map(PostId)
    }

    pub fn post_count(&self) -> usize {
        self.posts.count()
    }

    /// The posts of one author, the newest first.
    pub fn posts_of(&self, author: UserId) -> impl Iterator<Item = PostId> {
        self.by_author.newest_first(author)
    }
}

/// The newest posts of some, at most so many: a home timeline in the making.
pub struct Newest {
    /// The newest first.
    found: Vec<PostId>,
    most: usize,
}

impl Newest {
    pub fn new(most: usize) -> Newest {
        Newest { found: Vec::new(), most }
    }

    /// Takes posts, the newest first, for as long as they are new enough; returns how many rows it has looked at.
    pub fn take(&mut self, posts: impl Iterator<Item = PostId>) -> u64 {
        let mut rows = 0;
        for post in posts.take(self.most) {
            rows += 1;
            let place = self.found.partition_point(|each| *each > post);
            if place == self.most {
                break;
            }
            self.found.insert(place, post);
            self.found.truncate(self.most);
        }
        rows
    }

    pub fn finish(self) -> Rc<[PostId]> {
        self.found.into()
    }
}
