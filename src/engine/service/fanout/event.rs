//! What happened, one event a step, and how it is told.

use std::rc::Rc;

use stepwise_derive::Event;

use super::follows::Shape;
use super::{PostId, UserId, grouped};
use crate::contract::Refused;

#[derive(Clone, Event)]
pub enum Event {
    /// Join on read: the post is a row, and that is all.
    #[told(
        "Join on read: {author} posts {post}, one row in the table of posts. No one will look for it.",
        when = *followers == 0
    )]
    #[told(
        "Join on read: {author} posts {post}, one row in the table of posts. Each of {} will have to look for it.",
        many(*followers, "follower")
    )]
    PostStored { post: PostId, author: UserId, followers: u64 },
    /// Fan-out on write: the post, and a copy for each follower.
    #[told("Fan-out on write: the row and no copies, for no one follows {author}.", when = *mailboxes == 0)]
    #[told(
        "Fan-out on write: the row, and a copy in the mailbox of every follower of {author}: {} written.",
        many(mailboxes + 1, "row")
    )]
    FannedOut { author: UserId, mailboxes: u64 },
    /// The hybrid: as fan-out on write.
    #[told(
        "Hybrid: {author} has {}, no more than {}, so the post is delivered: {} written.",
        many(*mailboxes, "follower"), grouped(*limit), many(mailboxes + 1, "row")
    )]
    Delivered { author: UserId, mailboxes: u64, limit: u64 },
    /// The hybrid: the author is a celebrity.
    #[told(
        "Hybrid: {author} has {}, more than {}: a celebrity. The post is left out of the fan-out, 1 row written; \
         readers will merge it in.",
        many(*followers, "follower"), grouped(*limit)
    )]
    LeftOut { author: UserId, followers: u64, limit: u64 },

    #[told(
        "Join on read: {reader} follows {}, each looked up, and {} of theirs looked at to find the newest {}.",
        many(*followees, "user"), many(*posts, "post"), found.len()
    )]
    Joined { reader: UserId, followees: u64, posts: u64, found: Rc<[PostId]> },
    #[told("Fan-out on write: {} read from {reader}'s mailbox: {}.", many(*rows, "row"), compared(*same, "timeline"))]
    MailboxRead { reader: UserId, rows: u64, same: bool },
    #[told(
        "Hybrid: {} read from {reader}'s mailbox, and no one's posts had been left out: {}.",
        many(*mailbox, "row"), compared(*same, "timeline"),
        when = *lookups == 0
    )]
    #[told(
        "Hybrid: {} read from {reader}'s mailbox, {} to see which celebrities {reader} follows, and {} of theirs \
         merged in: {}.",
        many(*mailbox, "row"), many(*lookups, "look-up"), many(*left_out, "post"), compared(*same, "timeline")
    )]
    Merged { reader: UserId, mailbox: u64, lookups: u64, left_out: u64, same: bool },

    #[told(
        "{follower} follows {followee}, who now has {}: one row, and for join on read that is all.",
        many(*followers, "follower")
    )]
    Followed { follower: UserId, followee: UserId, followers: u64 },
    #[told(
        "{follower} no longer follows {followee}, who now has {}: one row, and for join on read that is all.",
        many(*followers, "follower")
    )]
    Unfollowed { follower: UserId, followee: UserId, followers: u64 },
    #[told(
        "{}: what was delivered for {followee} before is copied into {follower}'s mailbox, {} read and written.",
        way(*hybrid), many(*rows, "row")
    )]
    MailboxFilled { follower: UserId, followee: UserId, rows: u64, hybrid: bool },
    #[told(
        "{}: the posts of {followee} are taken out of {follower}'s mailbox, {} looked at and deleted.",
        way(*hybrid), many(*rows, "row")
    )]
    MailboxPurged { follower: UserId, followee: UserId, rows: u64, hybrid: bool },

    #[told(
        "From now on, a celebrity is a user with more than {}: {}. What was delivered stays delivered; the hybrid \
         treats new posts by the new limit.",
        many(*limit, "follower"), many(*above, "user")
    )]
    LimitMoved { limit: u64, above: u64 },
    #[told(
        "A new crowd, and nothing posted yet: {}. {} in all, and the most that one user has is {}.",
        spread(*shape), many(*pairs, "follow"), grouped(*most)
    )]
    CrowdReplaced { shape: Shape, most: u64, pairs: u64 },
    /// Rows of join on read, fan-out on write and the hybrid.
    #[told(
        "{} and {} of users by chance: {} touched by join on read, {} by fan-out on write, {} by the hybrid, and {}.{}",
        many(*posts, "post"), many(*timelines, "timeline"),
        many(rows[0], "row"), grouped(rows[1]), grouped(rows[2]), compared(*same, "timelines"),
        at_scale.map(projected).unwrap_or_default()
    )]
    TrafficServed { posts: u64, timelines: u64, rows: [u64; 3], same: bool, at_scale: Option<AtScale> },
    #[flatten]
    Refused(Refused),
}

/// A rate of posts, and how many rows a second it would write into mailboxes.
#[derive(Clone, Copy)]
pub struct AtScale {
    pub posts: u64,
    pub fan_out: u64,
    pub hybrid: u64,
}

/// `1 row`, `2,000 rows`.
fn many(number: u64, what: &str) -> String {
    format!("{} {what}{}", grouped(number), if number == 1 { "" } else { "s" })
}

/// What is said of timelines that have been read in another way.
fn compared(same: bool, what: &str) -> String {
    format!("{} {what}", if same { "the same" } else { "not the same" })
}

/// The name of a way that keeps mailboxes.
fn way(hybrid: bool) -> &'static str {
    if hybrid { "Hybrid" } else { "Fan-out on write" }
}

fn spread(shape: Shape) -> &'static str {
    match shape {
        Shape::Even => "all have about as many followers",
        Shape::Skewed => "few have many followers, many have few",
        Shape::Star => "everyone follows u1",
    }
}

fn projected(AtScale { posts, fan_out, hybrid }: AtScale) -> String {
    format!(
        " By the mean so far, {} a second would be {} a second by fan-out on write, and {} by the hybrid.",
        many(posts, "post"),
        many(fan_out, "timeline write"),
        grouped(hybrid)
    )
}
