//! What can be read off the three stores: for a picture, for the counters, and for a program.

use serde_json::{Value, json};

use super::event::AtScale;
use super::world::Post;
use super::{Fanout, PostId, Tally, UserId, Way};
use crate::contract::Counter;

/// More users than this are counted, and not listed one by one.
const MOST_LISTED: u32 = 100;

impl Fanout {
    pub fn tally(&self, way: Way) -> &Tally {
        &self.tallies[way as usize]
    }

    pub fn posts(&self) -> u64 {
        self.world.post_count() as u64
    }

    /// Whether a new post of that user is left out of the hybrid's fan-out: never, where the hybrid isn't compared.
    pub fn is_celebrity(&self, user: UserId) -> bool {
        self.settings.ways.has_hybrid() && u64::from(self.world.follows.follower_count(user)) > self.settings.limit
    }

    /// Rows a second that go into mailboxes at the rate of posts that costs are projected to, by the mean of the posts
    /// made so far. `None` if there is none.
    pub fn writes_at_scale(&self, way: Way) -> Option<u64> {
        project(self.tally(way).delivered, self.posts(), self.settings.posts_per_second)
    }

    /// Rows a second that timelines read at the rate that costs are projected to, by the mean of those opened so far.
    pub fn reads_at_scale(&self, way: Way) -> Option<u64> {
        project(self.tally(way).read, self.timelines, self.settings.timelines_per_second)
    }

    /// What the ways with mailboxes write at that rate.
    pub(super) fn at_scale(&self) -> Option<AtScale> {
        Some(AtScale {
            posts: self.settings.posts_per_second,
            fan_out: self.writes_at_scale(Way::FanOut)?,
            hybrid: if self.settings.ways.has_hybrid() { self.writes_at_scale(Way::Hybrid) } else { None },
        })
    }
}

pub(super) fn counters(fanout: &Fanout) -> Vec<Counter> {
    let counter = |name, value| Counter { name, value };
    let [join, fan_out, hybrid] = &fanout.tallies;
    let mut counters = vec![
        counter("posts", fanout.posts()),
        counter("timelines", fanout.timelines),
        counter("join_rows_read", join.read),
        counter("fan_out_rows_delivered", fan_out.delivered),
        counter("fan_out_rows_read", fan_out.read),
        counter("fan_out_rows_of_upkeep", fan_out.upkeep),
    ];
    if fanout.settings.ways.has_hybrid() {
        counters.push(counter("hybrid_rows_delivered", hybrid.delivered));
        counters.push(counter("hybrid_rows_read", hybrid.read));
        counters.push(counter("hybrid_rows_of_upkeep", hybrid.upkeep));
    }
    counters
}

pub(super) fn state(fanout: &Fanout) -> Value {
    let ways = fanout.settings.ways.ways().iter().map(|way| {
        let tally = fanout.tally(*way);
        json!({
            "way": way.name(),
            "rows_delivered": tally.delivered,
            "rows_read": tally.read,
            "rows_of_upkeep": tally.upkeep,
            "writes_a_second_at_scale": fanout.writes_at_scale(*way),
            "reads_a_second_at_scale": fanout.reads_at_scale(*way),
        })
    });
    let users = (0..fanout.settings.users.min(MOST_LISTED)).map(|user| {
        let user = UserId(user);
        json!({
            "user": user.to_string(),
            "followers": fanout.world.follows.follower_count(user),
            "celebrity": fanout.is_celebrity(user),
            "mailbox": names(fanout.mailboxes.of(user)),
            "hybrid_mailbox": names(fanout.hybrid.mailboxes.of(user)),
        })
    });
    let posts = fanout.world.newest_first().take(MOST_LISTED as usize).map(|id| {
        let Post { author, text } = fanout.world.post(id);
        json!({ "post": id.to_string(), "author": author.to_string(), "text": **text })
    });
    json!({
        "users": fanout.settings.users,
        "follows": fanout.world.follows.pairs(),
        "celebrity_limit": fanout.settings.limit,
        "ways": ways.collect::<Vec<_>>(),
        "first_users": users.collect::<Vec<_>>(),
        "newest_posts": posts.collect::<Vec<_>>(),
    })
}

fn project(rows: u64, of: u64, rate: u64) -> Option<u64> {
    (of > 0).then(|| (u128::from(rows) * u128::from(rate) / u128::from(of)) as u64)
}

fn names(posts: impl Iterator<Item = PostId>) -> Vec<String> {
    posts.take(MOST_LISTED as usize).map(|post| post.to_string()).collect()
}
