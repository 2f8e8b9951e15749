//! What happened, one event a step, and how it is told.

use std::rc::Rc;

use stepwise_derive::Event;

use super::follows::Shape;
use super::{Compared, PostId, UserId, grouped};
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
    #[told("Fan-out on write: 1 row is written, the post. There are no copies, because no one follows {author}.", when = *mailboxes == 0)]
    #[told(
        "Fan-out on write: {} are written, the post and a copy in the mailbox of each follower of {author}.",
        many(mailboxes + 1, "row")
    )]
    FannedOut { author: UserId, mailboxes: u64 },
    /// The hybrid: as fan-out on write.
    #[told("Hybrid: 1 row is written, the post. There are no copies, because no one follows {author}.", when = *mailboxes == 0)]
    #[told(
        "Hybrid: {author} has {}, no more than {}, so the post is delivered to mailboxes: {} written.",
        many(*mailboxes, "follower"), grouped(*limit), are(mailboxes + 1, "row")
    )]
    Delivered { author: UserId, mailboxes: u64, limit: u64 },
    /// The hybrid: the author is a celebrity.
    #[told(
        "Hybrid: {author} has {}, more than {}: a celebrity. The post is left out of the fan-out, so 1 row is written, \
         and readers will merge it in.",
        many(*followers, "follower"), grouped(*limit)
    )]
    LeftOut { author: UserId, followers: u64, limit: u64 },

    #[told(
        "Join on read: {reader} follows {}. The query looks up each, and reads {} of theirs to find the newest {}.",
        many(*followees, "user"), many(*posts, "post"), found.len(), when = *followees > 0
    )]
    #[told("Join on read: {reader} follows no one, so there is no post to find.")]
    Joined { reader: UserId, followees: u64, posts: u64, found: Rc<[PostId]> },
    #[told("Fan-out on write: {} read from {reader}'s mailbox. {}.", are(*rows, "row"), compared(*same))]
    MailboxRead { reader: UserId, rows: u64, same: bool },
    #[told(
        "Hybrid: {} read from {reader}'s mailbox, and no one's posts had been left out. {}.",
        are(*mailbox, "row"), compared(*same),
        when = *lookups == 0
    )]
    #[told(
        "Hybrid: {} read from {reader}'s mailbox. The hybrid needs {} to see which celebrities {reader} follows, and merges in \
         {} of theirs. {}.",
        are(*mailbox, "row"), many(*lookups, "look-up"), many(*left_out, "post"), compared(*same)
    )]
    Merged { reader: UserId, mailbox: u64, lookups: u64, left_out: u64, same: bool },

    #[told(
        "{follower} follows {followee}, who now has {}. One row is written, and join on read needs no more.",
        many(*followers, "follower")
    )]
    Followed { follower: UserId, followee: UserId, followers: u64 },
    #[told(
        "{follower} no longer follows {followee}, who now has {}. One row is deleted, and join on read needs no more.",
        many(*followers, "follower")
    )]
    Unfollowed { follower: UserId, followee: UserId, followers: u64 },
    #[told(
        "{}: the posts of {followee} that were delivered before are copied into {follower}'s mailbox. Reads and \
         writes of rows: {} in all.",
        way(*hybrid), grouped(*rows)
    )]
    MailboxFilled { follower: UserId, followee: UserId, rows: u64, hybrid: bool },
    #[told(
        "{}: the posts of {followee} are taken out of {follower}'s mailbox. Reads and deletions of rows: {} in all.",
        way(*hybrid), grouped(*rows)
    )]
    MailboxPurged { follower: UserId, followee: UserId, rows: u64, hybrid: bool },

    #[told(
        "From now on, a celebrity is a user with more than {}: there {}. Copies that were delivered stay; only new \
         posts go by the new limit.",
        many(*limit, "follower"), there(*above)
    )]
    LimitMoved { limit: u64, above: u64 },
    #[told(
        "A new crowd, and nothing posted yet: {}. There are {} of a follower and a user who is followed, and no user has \
         more than {}.",
        spread(*shape), many(*pairs, "pair"), many(*most, "follower")
    )]
    CrowdReplaced { shape: Shape, most: u64, pairs: u64 },
    /// Rows of join on read, fan-out on write and the hybrid.
    #[told(
        "Users chosen by chance made {} and opened {}: {}. {}.{}",
        many(*posts, "post"), many(*timelines, "timeline"), touched(*ways, rows), all_compared(*same),
        at_scale.map(projected).unwrap_or_default()
    )]
    TrafficServed { posts: u64, timelines: u64, ways: Compared, rows: [u64; 3], same: bool, at_scale: Option<AtScale> },
    #[flatten]
    Refused(Refused),
}

/// A rate of posts, and how many rows a second it would write into mailboxes.
#[derive(Clone, Copy)]
pub struct AtScale {
    pub posts: u64,
    pub fan_out: u64,
    /// `None` where the hybrid isn't compared.
    pub hybrid: Option<u64>,
}

/// `1 row`, `2,000 rows`.
fn many(number: u64, what: &str) -> String {
    format!("{} {what}{}", grouped(number), if number == 1 { "" } else { "s" })
}

/// `1 row is`, `2,000 rows are`.
fn are(number: u64, what: &str) -> String {
    format!("{} {}", many(number, what), if number == 1 { "is" } else { "are" })
}

/// `is 1`, `are 9`.
fn there(number: u64) -> String {
    format!("{} {}", if number == 1 { "is" } else { "are" }, grouped(number))
}

/// What is said of a timeline that was read in another way.
fn compared(same: bool) -> &'static str {
    if same { "The timeline is the same" } else { "The timeline isn't the same" }
}

/// What is said of many.
fn all_compared(same: bool) -> &'static str {
    if same { "All timelines are the same" } else { "Not all timelines are the same" }
}

/// The rows that each way has touched.
fn touched(ways: Compared, [join, fan_out, hybrid]: &[u64; 3]) -> String {
    let join = many(*join, "row");
    if ways.has_hybrid() {
        format!(
            "join on read touched {join}, fan-out on write {}, and the hybrid {}",
            grouped(*fan_out),
            grouped(*hybrid)
        )
    } else {
        format!("join on read touched {join}, and fan-out on write {}", grouped(*fan_out))
    }
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
    let hybrid = hybrid.map_or(String::new(), |rows| format!(", and {} by the hybrid", grouped(rows)));
    format!(
        " At the same mean, {} a second would have {} a second delivered by fan-out on write{hybrid}.",
        many(posts, "post"),
        many(fan_out, "row"),
    )
}
