//! What happened, one event a step, and how it is told.

use std::fmt::{self, Display};
use std::rc::Rc;

use super::follows::Shape;
use super::{PostId, UserId, grouped};
use crate::contract;

#[derive(Clone)]
pub enum Event {
    /// Join on read: the post is a row, and that is all.
    PostStored {
        post: PostId,
        author: UserId,
        followers: u64,
    },
    /// Fan-out on write: the post, and a copy for each follower.
    FannedOut {
        author: UserId,
        mailboxes: u64,
    },
    /// The hybrid: as fan-out on write.
    Delivered {
        author: UserId,
        mailboxes: u64,
        limit: u64,
    },
    /// The hybrid: the author is a celebrity.
    LeftOut {
        author: UserId,
        followers: u64,
        limit: u64,
    },

    Joined {
        reader: UserId,
        followees: u64,
        posts: u64,
        found: Rc<[PostId]>,
    },
    MailboxRead {
        reader: UserId,
        rows: u64,
        same: bool,
    },
    Merged {
        reader: UserId,
        mailbox: u64,
        lookups: u64,
        left_out: u64,
        same: bool,
    },

    Followed {
        follower: UserId,
        followee: UserId,
        followers: u64,
    },
    Unfollowed {
        follower: UserId,
        followee: UserId,
        followers: u64,
    },
    MailboxFilled {
        follower: UserId,
        followee: UserId,
        rows: u64,
        hybrid: bool,
    },
    MailboxPurged {
        follower: UserId,
        followee: UserId,
        rows: u64,
        hybrid: bool,
    },

    LimitMoved {
        limit: u64,
        above: u64,
    },
    CrowdReplaced {
        shape: Shape,
        most: u64,
        pairs: u64,
    },
    TrafficServed {
        posts: u64,
        timelines: u64,
        rows: [u64; 3],
        same: bool,
        at_scale: Option<AtScale>,
    },
    Refused {
        reason: Rc<str>,
    },
}

/// A rate of posts, and how many rows a second it would write into mailboxes.
#[derive(Clone, Copy)]
pub struct AtScale {
    pub posts: u64,
    pub fan_out: u64,
    pub hybrid: u64,
}

impl contract::Event for Event {
    fn name(&self) -> &'static str {
        match self {
            Event::PostStored { .. } => "PostStored",
            Event::FannedOut { .. } => "FannedOut",
            Event::Delivered { .. } => "Delivered",
            Event::LeftOut { .. } => "LeftOut",
            Event::Joined { .. } => "Joined",
            Event::MailboxRead { .. } => "MailboxRead",
            Event::Merged { .. } => "Merged",
            Event::Followed { .. } => "Followed",
            Event::Unfollowed { .. } => "Unfollowed",
            Event::MailboxFilled { .. } => "MailboxFilled",
            Event::MailboxPurged { .. } => "MailboxPurged",
            Event::LimitMoved { .. } => "LimitMoved",
            Event::CrowdReplaced { .. } => "CrowdReplaced",
            Event::TrafficServed { .. } => "TrafficServed",
            Event::Refused { .. } => "Refused",
        }
    }
}

/// `1 row`, `2,000 rows`.
fn many(number: u64, what: &str) -> String {
    format!("{} {what}{}", grouped(number), if number == 1 { "" } else { "s" })
}

/// What is said of a timeline that has been read in another way.
fn compared(same: bool) -> &'static str {
    if same { "the same timeline" } else { "not the same timeline" }
}

/// The name of a way that keeps mailboxes.
fn way(hybrid: bool) -> &'static str {
    if hybrid { "Hybrid" } else { "Fan-out on write" }
}

impl Display for Event {
    fn fmt(&self, out: &mut fmt::Formatter) -> fmt::Result {
        match self {
            Event::PostStored { post, author, followers: 0 } => {
                write!(
                    out,
                    "Join on read: {author} posts {post}, one row in the table of posts. Nobody will look for it."
                )
            }
            Event::PostStored { post, author, followers } => write!(
                out,
                "Join on read: {author} posts {post}, one row in the table of posts. Each of {} will have to look for it.",
                many(*followers, "follower")
            ),
            Event::FannedOut { author, mailboxes: 0 } => {
                write!(out, "Fan-out on write: the row, and no copy, for nobody follows {author}.")
            }
            Event::FannedOut { author, mailboxes } => write!(
                out,
                "Fan-out on write: the row, and a copy in the mailbox of every follower of {author}: {} written.",
                many(mailboxes + 1, "row")
            ),
            Event::Delivered { author, mailboxes, limit } => write!(
                out,
                "Hybrid: {author} has {}, no more than {}, so the post is delivered: {} written.",
                many(*mailboxes, "follower"),
                grouped(*limit),
                many(mailboxes + 1, "row")
            ),
            Event::LeftOut { author, followers, limit } => write!(
                out,
                "Hybrid: {author} has {}, more than {}: a celebrity. The post is left out of the fan-out, 1 row \
                 written; readers will merge it in.",
                many(*followers, "follower"),
                grouped(*limit)
            ),
            Event::Joined { reader, followees, posts, found } => write!(
                out,
                "Join on read: {reader} follows {}, each looked up, and {} of theirs looked at to find the newest {}.",
                many(*followees, "user"),
                many(*posts, "post"),
                found.len()
            ),
            Event::MailboxRead { reader, rows, same } => {
                write!(
                    out,
                    "Fan-out on write: {} read from {reader}'s mailbox: {}.",
                    many(*rows, "row"),
                    compared(*same)
                )
            }
            Event::Merged { reader, mailbox, lookups: 0, same, .. } => write!(
                out,
                "Hybrid: {} read from {reader}'s mailbox, and nobody's posts had been left out: {}.",
                many(*mailbox, "row"),
                compared(*same)
            ),
            Event::Merged { reader, mailbox, lookups, left_out, same } => write!(
                out,
                "Hybrid: {} read from {reader}'s mailbox, {} to see which celebrities {reader} follows, and {} of \
                 theirs merged in: {}.",
                many(*mailbox, "row"),
                many(*lookups, "look-up"),
                many(*left_out, "post"),
                compared(*same)
            ),
            Event::Followed { follower, followee, followers } => write!(
                out,
                "{follower} follows {followee}, who now has {}: one row, and for join on read that is all.",
                many(*followers, "follower")
            ),
            Event::Unfollowed { follower, followee, followers } => write!(
                out,
                "{follower} no longer follows {followee}, who now has {}: one row, and for join on read that is all.",
                many(*followers, "follower")
            ),
            Event::MailboxFilled { follower, followee, rows, hybrid } => write!(
                out,
                "{}: what was delivered for {followee} before is copied into {follower}'s mailbox, {} read and written.",
                way(*hybrid),
                many(*rows, "row")
            ),
            Event::MailboxPurged { follower, followee, rows, hybrid } => write!(
                out,
                "{}: the posts of {followee} are taken out of {follower}'s mailbox, {} looked at and deleted.",
                way(*hybrid),
                many(*rows, "row")
            ),
            Event::LimitMoved { limit, above } => write!(
                out,
                "From now on, a celebrity is a user with more than {}: {}. What was delivered stays delivered; the \
                 hybrid treats new posts by the new limit.",
                many(*limit, "follower"),
                many(*above, "user")
            ),
            Event::CrowdReplaced { shape, most, pairs } => write!(
                out,
                "A new crowd, and nothing posted yet: {}. {} in all, and the most that one user has is {}.",
                match shape {
                    Shape::Even => "all have about as many followers",
                    Shape::Skewed => "few have many followers, many have few",
                    Shape::Star => "everybody follows u1",
                },
                many(*pairs, "follow"),
                grouped(*most)
            ),
            Event::TrafficServed { posts, timelines, rows: [join, fan_out, hybrid], same, at_scale } => {
                write!(
                    out,
                    "{} and {} of users by chance: {} touched by join on read, {} by fan-out on write, {} by the \
                     hybrid, and {}.",
                    many(*posts, "post"),
                    many(*timelines, "timeline"),
                    many(*join, "row"),
                    grouped(*fan_out),
                    grouped(*hybrid),
                    if *same { "the same timelines" } else { "not the same timelines" }
                )?;
                let Some(AtScale { posts, fan_out, hybrid }) = at_scale else { return Ok(()) };
                write!(
                    out,
                    " By the mean so far, {} a second would be {} a second by fan-out on write, and {} by the hybrid.",
                    many(*posts, "post"),
                    many(*fan_out, "timeline write"),
                    grouped(*hybrid)
                )
            }
            Event::Refused { reason } => write!(out, "Nothing was done: {reason}."),
        }
    }
}
